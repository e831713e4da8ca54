//! One station: laws of the work, disciplines, limits, faults.

use super::*;

#[test]
fn mm1_mean_distribution_and_queue() {
    // lambda 70, mu 100: W = 1 / 30 s, exponential.
    let w = 1.0 / 30.0;
    let expected = [
        ("mean", w),
        ("p50", w * 2f64.ln()),
        ("p99", w * 100f64.ln()),
        ("queue.s", 0.49 / 0.3),
        ("utilisation.s", 0.7),
        ("stay.s", w),
        ("goodput", 70.0),
    ];
    check(
        &station(70.0, "service_time = \"mean = 10 ms\"", 3000.0),
        &expected,
    );
}

#[test]
fn mmc_by_erlang_c() {
    let w = 0.01 + erlang_c(16, 12.8) / (1600.0 - 1280.0);
    let text = station(
        1280.0,
        "workers = 16\nservice_time = \"mean = 10 ms\"",
        120.0,
    );
    check(&text, &[("mean", w), ("utilisation.s", 0.8)]);
}

#[test]
fn mg1_by_pollaczek_khinchine() {
    // rho 0.6, E[S] 10 ms; E[S^2] by the squared coefficient of variation.
    for (law, scv, seconds) in [
        ("10 ms", 0.0, 500.0),
        ("uniform(0 ms, 20 ms)", 1.0 / 3.0, 800.0),
        ("erlang(k = 4, mean = 10 ms)", 0.25, 800.0),
        ("hyperexponential(mean = 10 ms, scv = 3)", 3.0, 9500.0),
        ("lognormal(mean = 10 ms, scv = 1)", 1.0, 7000.0),
        (
            "weibull(mean = 10 ms, shape = 2)",
            0.273_239_544_735_162_7,
            800.0,
        ),
        ("pareto(mean = 10 ms, shape = 8)", 1.0 / 48.0, 800.0),
        ("mix(80 % 5 ms, 20 % 30 ms)", 1.0, 3500.0),
    ] {
        let wait = 60.0 * 1e-4 * (1.0 + scv) / (2.0 * 0.4);
        let text = station(60.0, &format!("service_time = \"{law}\""), seconds);
        check(&text, &[("stay.s", 0.01 + wait)]);
    }
}

#[test]
fn dm1_by_its_root() {
    // sigma = exp(-mu (1 - sigma) / lambda) for evenly spaced arrivals.
    let (lambda, mu) = (70.0, 100.0);
    let mut sigma = 0.5;
    for _ in 0..200 {
        sigma = f64::exp(-mu * (1.0 - sigma) / lambda);
    }
    let text = station(lambda, "service_time = \"mean = 10 ms\"", 800.0)
        .replace("calls", "spacing = \"uniform\"\ncalls");
    check(&text, &[("mean", 1.0 / (mu * (1.0 - sigma)))]);
}

/// Kingman: Wq <= lambda (var A + var S) / (2 (1 - rho)); for D/G/1 var A is zero.
#[test]
fn kingman_bounds_gg1() {
    let law = "service_time = \"hyperexponential(mean = 10 ms, scv = 3)\"";
    let text = station(70.0, law, 400.0).replace("calls", "spacing = \"uniform\"\ncalls");
    let bound = 70.0 * 3e-4 / (2.0 * 0.3);
    let interval = &measure(&text, &["stay.s"])[0];
    let wait = interval.mean - 0.01;
    assert!(
        interval.high - 0.01 < bound && wait > 0.5 * bound,
        "{interval:?} {bound}"
    );
}

/// M/D/c by Crommelin's argument: the number present at times D apart is a Markov chain,
/// `N' = max(N - c, 0) + Poisson(lambda D)`, solved by iteration.
#[test]
fn mdc_by_crommelin() {
    let (c, a) = (4usize, 3.2f64);
    let size = 200;
    let mut poisson = vec![f64::exp(-a); size];
    for k in 1..size {
        poisson[k] = poisson[k - 1] * a / k as f64;
    }
    let mut p = vec![0.0; size];
    p[0] = 1.0;
    for _ in 0..3000 {
        let mut next = vec![0.0; size];
        for (n, &mass) in p.iter().enumerate().filter(|&(_, &mass)| mass > 1e-18) {
            let left = n.saturating_sub(c);
            for k in 0..size - left {
                next[left + k] += mass * poisson[k];
            }
        }
        p = next;
    }
    let mean: f64 = p.iter().enumerate().map(|(n, &mass)| n as f64 * mass).sum();
    let text = station(320.0, "workers = 4\nservice_time = \"10 ms\"", 400.0);
    check(&text, &[("present.s", mean)]);
}

#[test]
fn finite_queues_and_limits() {
    // M/M/1/K with K = 5, rho 0.9.
    let rho: f64 = 0.9;
    let blocked = (1.0 - rho) * rho.powi(5) / (1.0 - rho.powi(6));
    let expected = [
        ("errors.queue_full", blocked),
        ("goodput", 90.0 * (1.0 - blocked)),
    ];
    let text = station(90.0, "queue = 4\nservice_time = \"mean = 10 ms\"", 2000.0);
    check(&text, &expected);
    // A concurrency limit is the same system.
    let expected = [
        ("errors.concurrency_limited", blocked),
        ("goodput", 90.0 * (1.0 - blocked)),
    ];
    let text = station(
        90.0,
        "limit = { max = 5 }\nservice_time = \"mean = 10 ms\"",
        2000.0,
    );
    check(&text, &expected);
    // M/M/3/7 by birth and death.
    let mut weights = vec![1.0];
    for n in 1..=7u32 {
        let last = weights[n as usize - 1];
        weights.push(last * 270.0 / (100.0 * f64::from(n.min(3))));
    }
    let sum: f64 = weights.iter().sum();
    let text = station(
        270.0,
        "workers = 3\nqueue = 4\nservice_time = \"mean = 10 ms\"",
        600.0,
    );
    check(&text, &[("errors", weights[7] / sum)]);
}

#[test]
fn erlang_b_is_insensitive() {
    let b = erlang_b(10, 8.0);
    for law in [
        "mean = 10 ms",
        "10 ms",
        "hyperexponential(mean = 10 ms, scv = 4)",
    ] {
        let service = format!("workers = 10\nqueue = 0\nservice_time = \"{law}\"");
        check(
            &station(800.0, &service, 450.0),
            &[("errors.queue_full", b)],
        );
    }
    // A bulkhead in front of unlimited workers is the same loss system.
    let text = station(
        800.0,
        "workers = 100000\nservice_time = \"mean = 10 ms\"",
        450.0,
    )
    .replace("calls", "bulkhead = 10\ncalls");
    check(&text, &[("errors.bulkhead_full", b)]);
}

#[test]
fn unlimited_workers_hold_lambda_times_s() {
    for law in [
        "mean = 50 ms",
        "uniform(0 ms, 100 ms)",
        "lognormal(mean = 50 ms, scv = 2)",
    ] {
        let service = format!("workers = 100000\nservice_time = \"{law}\"");
        check(
            &station(200.0, &service, 500.0),
            &[("present.s", 10.0), ("stay.s", 0.05)],
        );
    }
}

#[test]
fn processor_sharing_is_insensitive() {
    for law in [
        "mean = 10 ms",
        "10 ms",
        "hyperexponential(mean = 10 ms, scv = 4)",
    ] {
        let service = format!("discipline = \"processor-sharing\"\nservice_time = \"{law}\"");
        let expected = [("stay.s", 0.01 / 0.4), ("utilisation.s", 0.6)];
        check(&station(60.0, &service, 7000.0), &expected);
    }
    // Two cores and exponential work: the M/M/2 queue.
    let service =
        "workers = 2\ndiscipline = \"processor-sharing\"\nservice_time = \"mean = 10 ms\"";
    let w = 0.01 + erlang_c(2, 1.4) / (200.0 - 140.0);
    check(&station(140.0, service, 1500.0), &[("stay.s", w)]);
}

#[test]
fn last_come_first_served_has_the_same_mean() {
    let text = station(
        60.0,
        "discipline = \"lifo\"\nservice_time = \"mean = 10 ms\"",
        1500.0,
    );
    check(&text, &[("mean", 0.025)]);
}

/// Cobham (1954): Wq_k = W0 / ((1 - s_{k-1}) (1 - s_k)), W0 = sum lambda E[S^2] / 2.
#[test]
fn priorities_by_cobham() {
    let text = "duration = \"4500 s\"\nwarmup = \"100 s\"\n\
        [clients.high]\nrate = \"30/s\"\npriority = 0\ncalls = \"s\"\n\
        [clients.low]\nrate = \"40/s\"\npriority = 3\ncalls = \"s\"\n\
        [services.s]\ndiscipline = \"priority\"\nservice_time = \"mean = 10 ms\"\n";
    let w0 = 70.0 * 2e-4 / 2.0;
    let high = w0 / 0.7 + 0.01;
    let low = w0 / (0.7 * 0.3) + 0.01;
    check(text, &[("mean.high", high), ("mean.low", low)]);
}

/// M/M/1 that stands still for exponential times (breakdowns, pauses), also while idle:
/// W = ((x + h)^2 + mu x) / ((x + h) (h mu - lambda (x + h))), up-times 1/x, down-times 1/h
/// (Mitrany and Avi-Itzhak 1968, one server); checked here against the chain itself.
#[test]
fn breakdowns_by_mitrany_and_avi_itzhak() {
    let (lambda, mu, x, h): (f64, f64, f64, f64) = (50.0, 100.0, 2.0, 10.0);
    let w = ((x + h) * (x + h) + mu * x) / ((x + h) * (h * mu - lambda * (x + h)));
    let text = station(50.0, "service_time = \"mean = 10 ms\"", 14000.0)
        + "[faults.f]\nkind = \"stall\"\nservice = \"s\"\nlasts = \"mean = 100 ms\"\nbetween = \"mean = 500 ms\"\n";
    check(&text, &[("stay.s", w)]);
    // The same under processor sharing: exponential work does not notice the discipline.
    let text = text.replace(
        "[services.s]",
        "[services.s]\ndiscipline = \"processor-sharing\"",
    );
    check(&text, &[("stay.s", w)]);
}

#[test]
fn crashes_lose_what_is_within() {
    // Up 900 ms, down 100 ms in turn: a tenth of the requests is refused, and each crash kills
    // lambda S of those within.
    let text = station(200.0, "workers = 100000\nservice_time = \"10 ms\"", 900.0)
        + "[faults.f]\nkind = \"crash\"\nservice = \"s\"\nfrom = \"900 ms\"\nlasts = \"100 ms\"\nbetween = \"900 ms\"\n";
    check(&text, &[("errors.crashed", 0.1 + 2.0 / 200.0)]);
}

/// Poisson arrivals see time averages: the share that finds the only worker busy is the share of
/// the time that it is busy.
#[test]
fn arrivals_see_time_averages() {
    let busy = 0.9 / 1.9;
    let text = station(90.0, "queue = 0\nservice_time = \"mean = 10 ms\"", 400.0);
    check(
        &text,
        &[("errors.queue_full", busy), ("utilisation.s", busy)],
    );
}

/// With all times four times as long everything takes four times as long, up to the rounding of
/// each draw to a nanosecond.
#[test]
fn time_has_no_scale() {
    let text = |scale: f64| {
        let service = format!(
            "workers = 3\nqueue = 10\nservice_time = \"lognormal(mean = {} ms, scv = 2)\"",
            10.0 * scale
        );
        station(280.0 / scale, &service, 100.0 * scale)
    };
    let names = ["mean", "p99", "errors.queue_full", "utilisation.s"];
    let (one, four) = (measure(&text(1.0), &names), measure(&text(4.0), &names));
    for (i, (one, four)) in one.iter().zip(&four).enumerate() {
        let scale = if i < 2 { 4.0 } else { 1.0 };
        let error = four.mean / one.mean / scale - 1.0;
        // A percentile moves by the width of its bucket when a value crosses into the next.
        let most = if names[i] == "p99" { 0.005 } else { 1e-6 };
        assert!(error.abs() < most, "{}: {one:?} {four:?}", names[i]);
    }
}
