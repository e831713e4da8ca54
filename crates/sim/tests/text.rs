//! Reading scenarios: mistakes are explained where they are, all at once, and nothing panics.

use proptest::prelude::*;
use sim::{Diagnostic, Scenario, Status};

const GOOD: &str = r#"schema = 1
title = "Two services"
duration = "10 s"

[windows.late]
from = "5 s"
to = "10 s"

[clients.users]
rate = "100/s"
calls = "checkout"
timeout = "250 ms"

[services.checkout]
workers = 5
service_time = "mean = 5 ms"
[services.checkout.calls.payments]
timeout = "100 ms"
retry = { attempts = 3, backoff = "10 ms" }

[services.payments]
service_time = "p50 = 5 ms, p99 = 40 ms"

[variants.without]
[variants.with.services.checkout.calls.payments]
breaker = { failures = "50 %" }

[[claims]]
that = "with.late.goodput > without.goodput"
"#;

/// Replaces a part of the good text and returns what is said about the result.
fn mistakes(from: &str, to: &str) -> Vec<Diagnostic> {
    assert!(GOOD.contains(from), "{from}");
    match Scenario::parse(&GOOD.replacen(from, to, 1), "shop.toml") {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes,
    }
}

fn check(from: &str, to: &str, expected: &str) {
    let found = mistakes(from, to);
    let first = found.first().map(ToString::to_string).unwrap_or_default();
    assert_eq!(first, expected, "{from} -> {to}: {found:#?}");
}

#[test]
fn the_good_text_is_read() {
    let scenario = Scenario::parse(GOOD, "shop.toml").expect("the text is good");
    assert_eq!(scenario.variants.len(), 2);
    assert_eq!(
        scenario.claims[0].text,
        "with.late.goodput > without.goodput"
    );
}

#[test]
fn names_are_resolved_with_a_hint() {
    check(
        "calls = \"checkout\"",
        "calls = \"chekcout\"",
        "shop.toml:11:9: unknown service `chekcout`; did you mean `checkout`?",
    );
    check(
        "checkout.calls.payments]\ntimeout",
        "checkout.calls.paymnets]\ntimeout",
        "shop.toml:17:26: unknown service `paymnets`; did you mean `payments`?",
    );
    check(
        "workers = 5",
        "wrokers = 5",
        "shop.toml:15:1: unknown key `wrokers` of a service; did you mean `workers`?",
    );
    check(
        "with.late.goodput >",
        "with.late.godput >",
        "shop.toml:29:9: unknown figure `godput`; did you mean `goodput`?",
    );
    check(
        "> without.goodput",
        "> wihtout.goodput",
        "shop.toml:29:29: unknown variant `wihtout`; did you mean `without`?",
    );
}

#[test]
fn quantities_need_their_unit() {
    check(
        "timeout = \"250 ms\"",
        "timeout = 250",
        "shop.toml:12:11: timeout: expected a time such as \"250 ms\", found a whole number; write \"250 ms\"",
    );
    check(
        "rate = \"100/s\"",
        "rate = \"100\"",
        "shop.toml:10:8: rate: `100` is not a rate; write a number and /s, /min or /h, such as \"1200/s\"",
    );
    check(
        "\"with.late.goodput > without.goodput\"",
        "\"with.late.p99 > 200\"",
        "shop.toml:29:25: a time is compared or added to a plain number; give numbers their unit, such as `200 ms` or `100/s`",
    );
    check(
        "failures = \"50 %\"",
        "failures = \"150 %\"",
        "shop.toml:26:24: failures: `150 %` is not between 0 % and 100 %",
    );
}

#[test]
fn structure_is_checked() {
    check(
        "[services.payments]\n",
        "[services.payments.calls.checkout]\n[services.payments]\n",
        "shop.toml:14:11: calls form a cycle: checkout → payments → checkout",
    );
    check(
        "rate = \"100/s\"\n",
        "",
        "shop.toml:9:10: a client needs a `rate` (open) or `users` (closed)",
    );
    check(
        "duration = \"10 s\"",
        "duration = \"30 d\"",
        "shop.toml:3:12: a run would have 5.2e8 visits to services; at most 5e7 are run; shorten the duration or lower the load",
    );
    check(
        "to = \"10 s\"",
        "to = \"11 s\"",
        "shop.toml:7:6: window `late` must end after it starts and within the run",
    );
    check(
        "duration = \"10 s\"",
        "duration = \"10 s\"\nanalysis = \"steady\"\n[clients.more]\nrate = \"100/s\"\ncalls = \"payments\"",
        "shop.toml:4:12: no steady state in variant `without`: service `payments` is offered 200/s × 0.007455 s = 1.491 of work for 1 workers; its backlog grows by 65.87 a second; use `analysis = \"transient\"`, or lower the load",
    );
    check(
        "schema = 1",
        "schema = 2",
        "shop.toml:1:10: schema: must be the number 1",
    );
}

/// What grows without bound is refused with its number and the limit.
#[test]
fn sizes_are_bounded() {
    check(
        "[services.payments]",
        "[services.payments]\nreplicas = 2000\nvirtual_nodes = 1000\nbalancer = \"consistent-hashing\"",
        "shop.toml:14:11: 2000000 points on hash rings in all; at most 1000000 are run",
    );
    let many: String = (0..6)
        .map(|i| {
            format!("[clients.c{i}]\nusers = 100000\nthink_time = \"1 h\"\ncalls = \"payments\"\n")
        })
        .collect();
    let found = mistakes("[services.payments]", &format!("{many}[services.payments]"));
    assert!(
        found[0]
            .message
            .contains("600000 users in all; at most 500000"),
        "{found:?}"
    );
    // Variants, points and replications multiply.
    let long = "duration = \"10 s\"\nfirst_look = 256\nlooks = 6\nseries_points = 400";
    let found = mistakes("duration = \"10 s\"", &long.replace("10 s", "1 s"));
    assert!(!found.is_empty(), "windows end after the run");
    let text = GOOD
        .replace("duration = \"10 s\"", long)
        .replace("rate = \"100/s\"", "rate = \"1/s\"");
    let found = Scenario::parse(&text, "shop.toml").expect_err("too much to hold");
    assert!(
        found[0]
            .message
            .contains("bytes of figures; at most 1e9 are kept"),
        "{found:?}"
    );
    let deep = format!("x = {}1{}\n", "[".repeat(40), "]".repeat(40));
    let found = mistakes("schema = 1", &format!("{deep}schema = 1"));
    assert!(
        found.iter().any(|mistake| mistake.message.contains("nest")),
        "{found:?}"
    );
    let wide = format!("# {}\nschema = 1", "x".repeat(sim::TEXT_MAX));
    let found = mistakes("schema = 1", &wide);
    assert!(found[0].message.contains("bytes of text"), "{found:?}");
    let many: String = (0..sim::COMPONENTS_MAX)
        .map(|i| format!("[links.l{i}]\n"))
        .collect();
    let found = mistakes("[services.payments]", &format!("{many}[services.payments]"));
    assert!(
        found[0].message.contains("components; at most 300"),
        "{found:?}"
    );
}

#[test]
fn all_mistakes_come_at_once() {
    let text = GOOD
        .replace("workers = 5", "workers = 0")
        .replace("250 ms", "250 parsecs")
        .replace("attempts = 3", "atempts = 3")
        .replace("schema = 1", "");
    let found = Scenario::parse(&text, "shop.toml").expect_err("four mistakes");
    let lines: Vec<usize> = found.iter().map(|d| d.line).collect();
    assert_eq!(lines, [1, 12, 15, 19], "{found:#?}");
}

#[test]
fn syntax_errors_have_a_place() {
    let found = Scenario::parse("schema = 1\ntitle = \"a\nduration = 5", "x").expect_err("syntax");
    assert!(found.iter().any(|d| d.line == 2), "{found:#?}");
    assert!(Scenario::parse("", "x").is_err());
    assert!(Scenario::parse(&"a".repeat(300_000), "x").is_err());
    assert!(Scenario::parse(&("a=".to_string() + &"[".repeat(100_000)), "x").is_err());
    let deep = (0..100).fold("1".to_string(), |inner, _| format!("{{ a = {inner} }}"));
    assert!(Scenario::parse(&format!("clients = {deep}"), "x").is_err());
    let nested = format!("{}1 s{}", "(".repeat(400), ")".repeat(400));
    let text = GOOD.replace(
        "with.late.goodput > without.goodput",
        &format!("p99 < {nested}"),
    );
    assert!(Scenario::parse(&text, "x").is_err());
}

#[test]
fn the_reference_names_every_key() {
    let reference = sim::schema();
    for key in [
        "duration:",
        "service_time:",
        "propagate_deadline:",
        "backoff_max:",
        "between:",
    ] {
        assert!(reference.contains(key), "{key}");
    }
    assert!(sim::figures().contains("utilisation[.service]"));
}

/// The texts of all experiments, to be mutated.
fn texts() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/experiments");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of experiments")
        .map(|entry| entry.expect("an entry").path())
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    let mut texts: Vec<String> = files
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("a text"))
        .collect();
    texts.push(GOOD.to_string());
    texts
}

#[derive(Clone, Debug)]
enum Mutation {
    Delete(u16, u8),
    Insert(u16, String),
    SwapLines(u16, u16),
    DuplicateLine(u16),
    Number(u16, String),
    Splice(u16, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let number = prop_oneof![
        Just("0".to_string()),
        Just("-1".to_string()),
        Just("1e308".to_string()),
        Just("99999999999999999999".to_string()),
        Just("nan".to_string()),
        Just("inf".to_string()),
        Just("1e-300".to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
    ];
    let piece = prop_oneof![
        "[\\[\\]{}\"'=.,# \\n]{1,3}",
        "[a-z]{1,6}",
        "\\PC{1,4}",
        Just("true".to_string()),
        Just("false".to_string()),
        Just("[[claims]]\nthat = \"".to_string()),
        Just("1 h".to_string()),
        Just("0 s".to_string()),
    ];
    prop_oneof![
        (any::<u16>(), 1u8..40).prop_map(|(at, n)| Mutation::Delete(at, n)),
        (any::<u16>(), piece).prop_map(|(at, s)| Mutation::Insert(at, s)),
        (any::<u16>(), any::<u16>()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
        any::<u16>().prop_map(Mutation::DuplicateLine),
        (any::<u16>(), number).prop_map(|(at, n)| Mutation::Number(at, n)),
        (any::<u16>(), any::<u8>()).prop_map(|(at, n)| Mutation::Splice(at, n)),
    ]
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(0)
}

fn mutate(mut text: String, mutation: &Mutation, others: &[String]) -> String {
    let place = |text: &str, at: u16| boundary(text, usize::from(at) * text.len() / 65_536);
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_string).collect() };
    match mutation {
        Mutation::Delete(at, n) => {
            let from = place(&text, *at);
            let to = boundary(&text, from + usize::from(*n));
            text.replace_range(from..to.max(from), "");
        }
        Mutation::Insert(at, piece) => {
            let at = place(&text, *at);
            text.insert_str(at, piece);
        }
        Mutation::SwapLines(a, b) => {
            let mut list = lines(&text);
            if !list.is_empty() {
                let (a, b) = (usize::from(*a) % list.len(), usize::from(*b) % list.len());
                list.swap(a, b);
            }
            text = list.join("\n");
        }
        Mutation::DuplicateLine(at) => {
            let mut list = lines(&text);
            if !list.is_empty() {
                let at = usize::from(*at) % list.len();
                list.insert(at, list[at].clone());
            }
            text = list.join("\n");
        }
        Mutation::Number(at, number) => {
            // Replaces the first number after a place.
            let at = place(&text, *at);
            if let Some(from) = text[at..]
                .find(|c: char| c.is_ascii_digit())
                .map(|i| at + i)
            {
                let rest = &text[from..];
                let end = rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                text.replace_range(from..from + end, number);
            }
        }
        Mutation::Splice(at, n) => {
            let other = &others[usize::from(*n) % others.len()];
            let (at, from) = (place(&text, *at), place(other, *at));
            let to = boundary(other, from + 60);
            text.insert_str(at, &other[from..to]);
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever the text, it ends in a scenario that runs or in mistakes with a place.
    #[test]
    fn mutated_texts_run_or_are_refused(
        pick in any::<u8>(),
        mutations in prop::collection::vec(mutation(), 1..6),
    ) {
        let texts = texts();
        let mut text = texts[usize::from(pick) % texts.len()].clone();
        for mutation in &mutations {
            text = mutate(text, mutation, &texts);
        }
        match Scenario::parse(&text, "mutant") {
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                prop_assert!(mistakes.iter().all(|d| d.line >= 1 && d.column >= 1));
            }
            Ok(scenario) => {
                // A slice of the run of the last variant: enough to meet every component.
                let variant = scenario.variants.len() - 1;
                let mut run = scenario.run(sim::Job { variant, replication: 0 });
                if run.step(5_000) == Status::Done {
                    prop_assert!(run.finish().is_ok());
                }
            }
        }
    }
}
