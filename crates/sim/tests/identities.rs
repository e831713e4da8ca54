//! Random systems: whatever is combined with whatever, the integer identities of a run hold (they
//! are asserted when it finishes), nothing panics, and counters agree with each other.

use proptest::prelude::*;
use sim::{Job, Results, Scenario, Status};

/// Lines that a call may have.
const CALL: [&str; 13] = [
    "timeout = \"30 ms\"",
    "deadline = \"120 ms\"",
    "propagate_deadline = true",
    "cancellation = \"propagated\"",
    "retry = { attempts = 4 }",
    "retry = { attempts = 3, backoff = \"5 ms\", jitter = \"full\", budget = \"20 %\" }",
    "hedge = { after = \"8 ms\", copies = 2 }",
    "breaker = { window = 20, minimum = 5, open = \"100 ms\", probes = 2 }",
    "bulkhead = 6",
    "rate_limit = { rate = \"90/s\", burst = 3, excess = \"delay\" }",
    "rate_limit = { rate = \"60/s\", burst = 5 }",
    "fallback = { takes = \"1 ms\" }",
    "link = \"net\"",
];

/// Lines that a service may have.
const SERVICE: [&str; 19] = [
    "replicas = 3",
    "workers = 3",
    "queue = 4",
    "queue = 0",
    "discipline = \"lifo\"",
    "discipline = \"priority\"",
    "discipline = \"processor-sharing\"",
    "balancer = \"round-robin\"",
    "balancer = \"least-loaded\"",
    "balancer = \"power-of-d\"",
    "balancer = \"consistent-hashing\"",
    "load_age = \"20 ms\"",
    "while_calling = \"release\"",
    "drop_expired = true",
    "shed = { method = \"codel\" }",
    "shed = { method = \"priority\", above = 2 }",
    "limit = { method = \"aimd\", max = 20, target = \"30 ms\" }",
    "limit = { method = \"gradient\", max = 20 }",
    "rate_limit = { rate = \"80/s\", burst = 4 }",
];

const FAULTS: [&str; 9] = [
    "kind = \"crash\"\nservice = \"a\"\nbetween = \"mean = 200 ms\"",
    "kind = \"crash\"\nservice = \"b\"\nbetween = \"300 ms\"",
    "kind = \"stall\"\nservice = \"a\"\nbetween = \"mean = 150 ms\"",
    "kind = \"stall\"\nservice = \"b\"\nbetween = \"mean = 100 ms\"",
    "kind = \"slow\"\nservice = \"b\"\nfactor = 5\nbetween = \"200 ms\"",
    "kind = \"loss\"\nlink = \"net\"\nshare = \"20 %\"\nbetween = \"200 ms\"",
    "kind = \"partition\"\nlink = \"net\"\nbetween = \"mean = 500 ms\"",
    "kind = \"delay\"\nlink = \"net\"\nfactor = 4\nbetween = \"300 ms\"",
    "kind = \"surge\"\nclient = \"open\"\nfactor = 3\nbetween = \"300 ms\"",
];

/// Chosen lines, each key once.
fn some(lines: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(lines), 0..6).prop_map(|chosen| {
        let mut keys: Vec<&str> = Vec::new();
        let mut text = String::new();
        for line in chosen {
            let key = line.split(' ').next().unwrap_or(line);
            if !keys.contains(&key) {
                keys.push(key);
                text += line;
                text.push('\n');
            }
        }
        text
    })
}

fn system() -> impl Strategy<Value = String> {
    let faults = prop::collection::vec(prop::sample::select(&FAULTS[..]), 0..5);
    (some(&CALL), some(&CALL), some(&CALL), some(&SERVICE), some(&SERVICE), some(&SERVICE), faults, any::<u32>())
        .prop_map(|(open, closed, inner, a, b, c, faults, seed)| {
            let faults: String = faults
                .iter()
                .enumerate()
                .map(|(i, fault)| {
                    format!("[faults.f{i}]\nfrom = \"{}0 ms\"\nlasts = \"60 ms\"\n{fault}\n", i * 7)
                })
                .collect();
            format!(
                "schema = 1\ntitle = \"t\"\nduration = \"2 s\"\nwarmup = \"300 ms\"\nseed = {seed}\n\
                 first_look = 2\nlooks = 1\nseries_points = 20\n\
                 [windows.w]\nfrom = \"777 ms\"\nto = \"1333 ms\"\n\
                 [clients.open]\nrate = \"100/s\"\ncalls = \"a\"\npriority = 1\n{open}\
                 [clients.closed]\nusers = 5\nthink_time = \"mean = 20 ms\"\ncalls = \"a\"\n{closed}\
                 [links.net]\nlatency = \"mean = 2 ms\"\nloss = \"1 %\"\nbandwidth = \"1 MB/s\"\n\
                 [services.a]\nservice_time = \"mean = 4 ms\"\n{a}\
                 [services.a.calls.b]\n{inner}\
                 [services.a.calls.c]\nstage = 1\nshare = \"50 %\"\n{inner}\
                 [services.b]\nservice_time = \"mean = 8 ms\"\n{b}\
                 [services.c]\nservice_time = \"mean = 3 ms\"\n{c}{faults}"
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn identities_hold_in_every_system(text in system()) {
        let scenario = match Scenario::parse(&text, "random") {
            Ok(scenario) => scenario,
            // A service cannot delay, faults can name replicas that are not there: all reported.
            Err(mistakes) => {
                return Err(TestCaseError::fail(format!("{}\n{text}", mistakes[0])));
            }
        };
        let job = Job { variant: 0, replication: 0 };
        let whole = scenario.run(job).to_end();
        prop_assert!(whole.is_ok(), "{text}");
        // In small steps the same.
        let mut run = scenario.run(job);
        while run.step(97) == Status::Running {}
        prop_assert_eq!(run.finish().map(|o| o.fingerprint()), whole.map(|o| o.fingerprint()));
        let results = sim::decide(&scenario);
        figures_agree(&results)?;
    }
}

/// Flows that must add up whatever the system.
fn figures_agree(results: &Results) -> Result<(), TestCaseError> {
    let value = |name: &str| results.quote(name).map(|q| q.value).unwrap_or(0.0);
    for window in ["", "w."] {
        let at = |name: &str| value(&format!("{window}{name}"));
        // Without a timeout a lost message leaves its request open: then nothing may have ended.
        if results.quote(&format!("{window}success")).is_ok() {
            let all = at("success") + at("errors");
            prop_assert!((all - 1.0).abs() < 1e-9, "{all}");
        }
        prop_assert!(at("answered") <= at("throughput") + 1e-9);
        prop_assert!(at("goodput") <= at("answered") + 1e-9);
        for service in ["a", "b", "c"] {
            let utilisation = at(&format!("utilisation.{service}"));
            prop_assert!((0.0..=1.0 + 1e-12).contains(&utilisation), "{utilisation}");
            let occupied = at(&format!("occupied.{service}"));
            prop_assert!((0.0..=1.0 + 1e-12).contains(&occupied), "{occupied}");
            let (queue, present) = (
                at(&format!("queue.{service}")),
                at(&format!("present.{service}")),
            );
            prop_assert!(queue <= present + 1e-9, "{queue} {present}");
        }
        let errors = at("errors");
        let causes = [
            "timeout",
            "deadline",
            "queue_full",
            "shed",
            "rate_limited",
            "concurrency_limited",
            "breaker_open",
            "bulkhead_full",
            "crashed",
            "expired",
        ];
        let sum: f64 = causes.iter().map(|c| at(&format!("errors.{c}"))).sum();
        prop_assert!((sum - errors).abs() < 1e-9, "{sum} {errors}");
    }
    Ok(())
}
