//! Formulas of queues against the simulator, which knows none of them. Seeds are fixed.

use crate::{agrees, value};
use kernel::{Distribution, Draw, Moments, Source};
use sim::{Results, Scenario};

const REPLICATIONS: u64 = 24;

/// Figures of a scenario over replications; times in units of 10 ms, the mean service.
fn measured(text: &str, figures: &[&str]) -> Vec<Moments> {
    let text = format!(
        "schema = 1\ntitle = \"t\"\nanalysis = \"transient\"\nfirst_look = {REPLICATIONS}\n\
         looks = 1\nseries_points = 10\n{text}"
    );
    let scenario = match Scenario::parse(&text, "queues") {
        Ok(scenario) => scenario,
        Err(mistakes) => panic!("{}\n{text}", mistakes[0]),
    };
    let results: Results = sim::decide(&scenario);
    let moments = |name: &&str| {
        let quote = results.quote(name).expect("a figure of the scenario");
        // Two values at this distance from the mean have the same interval as the replications.
        let t99 = kernel::student_t_quantile(0.995, REPLICATIONS as f64 - 1.0);
        let error = (quote.high - quote.low) / 2.0 / t99;
        let spread = error * ((REPLICATIONS - 1) as f64).sqrt();
        let sign = |i: u64| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        (0..REPLICATIONS)
            .map(|i| quote.value + sign(i) * spread)
            .collect()
    };
    figures.iter().map(moments).collect()
}

fn station(rate: f64, service: &str, seconds: f64) -> String {
    format!(
        "duration = \"{seconds} s\"\nwarmup = \"{} s\"\n[clients.c]\nrate = \"{rate}/s\"\n\
         calls = \"s\"\n[services.s]\n{service}\n",
        seconds / 20.0
    )
}

#[test]
fn erlang_c_and_b() {
    let text = station(400.0, "workers = 5\nservice_time = \"mean = 10 ms\"", 400.0);
    let runs = measured(&text, &["mean", "utilisation.s"]);
    let response = value("erlang-c-pooling", "mean_response", "{ c = 5, a = 4.0 }");
    agrees("M/M/5", response * 0.01, &runs[0], 0.01);
    let text = station(
        446.1,
        "workers = 10\nqueue = 0\nservice_time = \"10 ms\"",
        4000.0,
    );
    let runs = measured(&text, &["errors.queue_full"]);
    let blocking = value("erlang-b-table", "blocking", "{ servers = 10, a = 4.461 }");
    agrees("M/D/10/10", blocking, &runs[0], 0.05);
    let load = value(
        "erlang-b-table",
        "offered_erlangs",
        &format!("{{ servers = 10, blocking = {blocking} }}"),
    );
    assert!((load - 4.461).abs() < 1e-9, "the inverse: {load}");
}

#[test]
fn square_root_staffing_nears_the_exact_queue() {
    for (load, off) in [(100.0, 0.02), (900.0, 0.007), (10_000.0, 0.0025)] {
        for beta in [0.5, 1.0, 2.0] {
            let at = format!("{{ beta = {beta}, a = {load} }}");
            let limit = value("halfin-whitt", "p_wait", &at);
            let exact = value("halfin-whitt", "p_wait_exact", &at);
            assert!((limit - exact).abs() < off, "{at}: {limit} {exact}");
        }
    }
}

#[test]
fn one_server_by_moments_and_percentiles() {
    for (law, selector) in [
        ("10 ms", "service = \"det\""),
        ("erlang(k = 4, mean = 10 ms)", "service = \"erlang\", k = 4"),
        ("uniform(0 ms, 20 ms)", "service = \"uniform\""),
        (
            "lognormal(mean = 10 ms, scv = 2)",
            "service = \"lognormal\", scv = 2",
        ),
        (
            "hyperexponential(mean = 10 ms, scv = 3)",
            "service = \"h2\", scv = 3",
        ),
    ] {
        let runs = measured(
            &station(60.0, &format!("service_time = \"{law}\""), 4000.0),
            &["stay.s"],
        );
        let at = format!("{{ {selector}, rho = 0.6 }}");
        let response = value("pollaczek-khinchine", "mean_response", &at);
        agrees(law, response * 0.01, &runs[0], 0.02);
    }
    let runs = measured(
        &station(70.0, "service_time = \"mean = 10 ms\"", 2500.0),
        &["p50", "p99"],
    );
    for (p, run, width) in [(0.5, &runs[0], 0.02), (0.99, &runs[1], 0.04)] {
        let quantile = value(
            "mm1-percentiles",
            "response_quantile",
            &format!("{{ rho = 0.7, p = {p} }}"),
        );
        agrees("M/M/1 percentile", quantile * 0.01, run, width);
    }
    let paced = station(80.0, "service_time = \"mean = 10 ms\"", 2000.0)
        .replace("calls", "spacing = \"uniform\"\ncalls");
    let response = value("dm1-paced", "mean_response", "{ rho = 0.8 }");
    agrees(
        "D/M/1",
        response * 0.01,
        &measured(&paced, &["mean"])[0],
        0.02,
    );
}

#[test]
fn priorities() {
    let text = "duration = \"4000 s\"\nwarmup = \"100 s\"\n\
        [clients.high]\nrate = \"30/s\"\npriority = 0\ncalls = \"s\"\n\
        [clients.low]\nrate = \"40/s\"\npriority = 3\ncalls = \"s\"\n\
        [services.s]\ndiscipline = \"priority\"\nservice_time = \"mean = 10 ms\"\n";
    let runs = measured(text, &["mean.high", "mean.low"]);
    let at = "{ lambda = [0.3, 0.4], service = \"exp\" }";
    let waits = crate::ask("cobham-priority", "mean_response", at).unwrap();
    agrees("urgent", waits[0] * 0.01, &runs[0], 0.02);
    agrees("patient", waits[1] * 0.01, &runs[1], 0.02);
}

#[test]
fn fork_and_join() {
    let call = |name: &str| format!("[services.front.calls.{name}]\nstage = 1\n");
    let text = |branches: &[&str]| {
        let calls: String = branches.iter().map(|name| call(name)).collect();
        let services: String = branches
            .iter()
            .map(|name| format!("[services.{name}]\nservice_time = \"mean = 10 ms\"\n"))
            .collect();
        format!(
            "duration = \"2500 s\"\nwarmup = \"50 s\"\n[clients.c]\nrate = \"50/s\"\n\
             calls = \"front\"\n[services.front]\nworkers = 100000\nservice_time = \"0 ms\"\n\
             {calls}{services}"
        )
    };
    let two = value("fork-join", "mean_response", "{ n = 2, rho = 0.5 }");
    agrees(
        "two branches",
        two * 0.01,
        &measured(&text(&["a", "b"]), &["mean"])[0],
        0.01,
    );
    // An approximation past two: within two per cent, not within the interval.
    let four = value("fork-join", "mean_response", "{ n = 4, rho = 0.5 }");
    let run = measured(&text(&["a", "b", "c", "d"]), &["mean"])[0].mean() / 0.01;
    assert!((four / run - 1.0).abs() < 0.02, "{four} {run}");
}

/// The model runs queue lengths as a chain; here requests go through the simulator's balancer.
#[test]
fn the_shortest_of_two_queues() {
    let service =
        "replicas = 100\nbalancer = \"power-of-d\"\nchoices = 2\nservice_time = \"mean = 10 ms\"";
    let run = measured(&station(8000.0, service, 40.0), &["mean"])[0].mean() / 0.01;
    let model = value(
        "power-of-d",
        "mean_time_in_system",
        "{ n = 100, d = 2, lambda = 0.8 }",
    );
    assert!(
        (model / run - 1.0).abs() < 0.015,
        "model {model}, simulator {run}"
    );
}

/// Copies of jobs at k servers: at most one copy of a server works, and all leave with the first.
#[test]
fn redundancy() {
    let (servers, copies, lambda) = (10usize, 2usize, 0.7);
    let formula = value(
        "redundancy-d",
        "mean_response",
        "{ k = 10, d = 2, lambda = 0.7 }",
    );
    let mut repeats = Moments::new();
    for repeat in 0..24 {
        let mut source = Draw::root(11, repeat).stream();
        let gap = Distribution::exponential(1.0 / (lambda * servers as f64)).unwrap();
        let mut queues: Vec<Vec<u64>> = vec![Vec::new(); servers];
        let mut started: Vec<f64> = Vec::new();
        let (mut now, mut next) = (0.0, 0.0);
        let mut stays = Moments::new();
        while started.len() < 60_000 {
            // Work is memoryless: the next completion is that of a random busy server.
            let busy: Vec<usize> = (0..servers).filter(|&s| !queues[s].is_empty()).collect();
            let done = if busy.is_empty() {
                f64::INFINITY
            } else {
                let law = Distribution::exponential(1.0 / busy.len() as f64).unwrap();
                now + law.sample(&mut source)
            };
            if done < next {
                now = done;
                let job = queues[busy[source.below(busy.len() as u32) as usize]][0];
                queues
                    .iter_mut()
                    .for_each(|queue| queue.retain(|&other| other != job));
                if job > 10_000 {
                    stays.push(now - started[job as usize]);
                }
                continue;
            }
            now = next;
            next += gap.sample(&mut source);
            let job = started.len() as u64;
            started.push(now);
            let mut at = source.below(servers as u32) as usize;
            for _ in 0..copies {
                while queues[at].last() == Some(&job) {
                    at = source.below(servers as u32) as usize;
                }
                queues[at].push(job);
            }
        }
        repeats.push(stays.mean());
    }
    agrees("two copies", formula, &repeats, 0.02);
}
