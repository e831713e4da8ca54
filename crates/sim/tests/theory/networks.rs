//! Several stations: in a row, in parallel, behind a balancer, over links.

use super::*;

/// Jackson: ten stations in a row are ten M/M/1 queues.
#[test]
fn tandem_is_a_product() {
    let mut text =
        "duration = \"600 s\"\nwarmup = \"60 s\"\n[clients.c]\nrate = \"70/s\"\ncalls = \"s0\"\n"
            .to_string();
    for i in 0..10 {
        text += &format!(
            "[services.s{i}]\nwhile_calling = \"release\"\nservice_time = \"mean = 10 ms\"\n"
        );
        if i < 9 {
            text += &format!("[services.s{i}.calls.s{}]\n", i + 1);
        }
    }
    check(&text, &[("mean", 10.0 / 30.0), ("utilisation.s9", 0.7)]);
}

/// Exact mean value analysis: stations of given demands, think time z, n users.
fn mva(demands: &[f64], z: f64, n: u32) -> (f64, f64) {
    let mut queue = vec![0.0; demands.len()];
    let (mut x, mut r) = (0.0, 0.0);
    for k in 1..=n {
        let stay: Vec<f64> = demands
            .iter()
            .zip(&queue)
            .map(|(d, q)| d * (1.0 + q))
            .collect();
        r = stay.iter().sum();
        x = f64::from(k) / (r + z);
        queue = stay.iter().map(|s| x * s).collect();
    }
    (x, r)
}

#[test]
fn closed_systems_by_mean_value_analysis() {
    let closed = |discipline: &str, law: &str| {
        format!(
            "duration = \"2500 s\"\nwarmup = \"50 s\"\n[clients.c]\nusers = 20\n\
             think_time = \"mean = 200 ms\"\ncalls = \"a\"\n\
             [services.a]\nwhile_calling = \"release\"\n{discipline}\nservice_time = \"{law}\"\n\
             [services.a.calls.b]\n[services.b]\nservice_time = \"mean = 5 ms\"\n"
        )
    };
    let (x, r) = mva(&[0.01, 0.005], 0.2, 20);
    check(&closed("", "mean = 10 ms"), &[("goodput", x), ("mean", r)]);
    // BCMP: under processor sharing the law of the work does not matter.
    let sharing = "discipline = \"processor-sharing\"";
    let text = closed(sharing, "hyperexponential(mean = 10 ms, scv = 4)");
    check(&text, &[("goodput", x), ("mean", r)]);
}

/// Nelson and Tantawi (1988): two M/M/1 queues joined take (12 - rho) / 8 times one.
#[test]
fn fork_and_join() {
    let fork = |n: u32, keys: &str, rate: f64| {
        let mut text = format!(
            "duration = \"1200 s\"\nwarmup = \"60 s\"\n[clients.c]\nrate = \"{rate}/s\"\ncalls = \"f\"\n\
             [services.f]\nworkers = 100000\nservice_time = \"0 s\"\n"
        );
        for i in 0..n {
            text += &format!("[services.f.calls.s{i}]\nstage = 1\n");
        }
        for i in 0..n {
            text += &format!("[services.s{i}]\n{keys}\nservice_time = \"mean = 10 ms\"\n");
        }
        text
    };
    check(&fork(2, "", 60.0), &[("mean", (12.0 - 0.6) / 8.0 * 0.025)]);
    // Without queues the join takes the maximum of n exponentials: H_n.
    let h5 = 1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0 + 1.0 / 5.0;
    check(&fork(5, "workers = 100000", 60.0), &[("mean", 0.01 * h5)]);
}

/// Two choices, many replicas: P(Q >= k) = rho^(2^k - 1) (Mitzenmacher, Vvedenskaya et al.); the
/// error of n replicas is of order 1/n, here 1/500.
#[test]
fn power_of_two_choices() {
    let rho: f64 = 0.8;
    let mean: f64 = (1..10).map(|k| rho.powi((1 << k) - 1)).sum::<f64>() / rho * 0.01;
    let service = "replicas = 500\nbalancer = \"power-of-d\"\nservice_time = \"mean = 10 ms\"";
    let interval = &measure(&station(40_000.0, service, 2.5), &["mean"])[0];
    let slack = mean / 500.0;
    assert!(interval.half_width() / mean < 0.01, "{interval:?}");
    assert!(
        interval.low - slack < mean && mean < interval.high + slack,
        "{mean} {interval:?}"
    );
    // One choice is M/M/1.
    let service = "replicas = 5\nbalancer = \"random\"\nservice_time = \"mean = 10 ms\"";
    check(&station(300.0, service, 400.0), &[("mean", 0.025)]);
}

#[test]
fn links_queue_for_bandwidth_and_lose() {
    // 1 kB at 100 kB/s: M/D/1 with 10 ms; the answer queues behind nobody at the same spacing.
    let wait = 0.6 * 0.01 / (2.0 * 0.4);
    let text = station(60.0, "workers = 100000\nservice_time = \"0 s\"", 800.0)
        .replace("calls", "link = \"l\"\nresponse_size = \"0 B\"\ncalls")
        + "[links.l]\nbandwidth = \"100 kB/s\"\nlatency = \"5 ms\"\n";
    check(&text, &[("mean", 0.01 + wait + 0.01)]);
    // Either message lost fails an attempt: q = 1 - 0.8^2, attempts (1 - q^3) / (1 - q).
    let q: f64 = 1.0 - 0.8 * 0.8;
    let text = station(
        300.0,
        "workers = 100000\nservice_time = \"mean = 1 ms\"",
        400.0,
    )
    .replace(
        "calls",
        "link = \"l\"\ntimeout = \"100 ms\"\nretry = { attempts = 3 }\ncalls",
    ) + "[links.l]\nloss = \"20 %\"\nlatency = \"5 ms\"\n";
    let attempts = (1.0 - q.powi(3)) / (1.0 - q);
    check(
        &text,
        &[("amplification", attempts), ("errors.timeout", q.powi(3))],
    );
}

/// Jackson: with branches the stations are still M/M/1 queues at the rates that the traffic
/// equations give, and a request's mean is the sum over its visits.
#[test]
fn branches_follow_the_traffic_equations() {
    // a -> b for 40 %, then c for 70 %; b -> c for half: c sees 0.7 + 0.4 * 0.5 of the arrivals.
    let text = "duration = \"1500 s\"\nwarmup = \"60 s\"\n[clients.c]\nrate = \"70/s\"\ncalls = \"a\"\n\
        [services.a]\nwhile_calling = \"release\"\nservice_time = \"mean = 10 ms\"\n\
        [services.a.calls.b]\nstage = 1\nshare = \"40 %\"\n\
        [services.a.calls.c]\nstage = 2\nshare = \"70 %\"\n\
        [services.b]\nwhile_calling = \"release\"\nservice_time = \"mean = 25 ms\"\n\
        [services.b.calls.c]\nshare = \"50 %\"\n\
        [services.c]\nworkers = 2\nservice_time = \"mean = 20 ms\"\n";
    let (a, b, c) = (70.0, 70.0 * 0.4, 70.0 * 0.9);
    let wait = |rate: f64, mu: f64| 1.0 / (mu - rate);
    let at_c = 0.02 + erlang_c(2, c * 0.02) / (100.0 - c);
    let mean = wait(a, 100.0) + 0.4 * wait(b, 40.0) + 0.9 * at_c;
    check(
        text,
        &[
            ("mean", mean),
            ("utilisation.a", 0.7),
            ("utilisation.b", b / 40.0),
            ("utilisation.c", c * 0.02 / 2.0),
        ],
    );
}
