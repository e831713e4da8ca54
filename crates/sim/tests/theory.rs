//! The engine against queueing theory.
//!
//! A check passes when the theory lies in the 99.9 % interval over 32 replications *and* the
//! interval is narrow (1 % of the value, 2 % for p99): a wide interval proves nothing. Seeds are
//! fixed, so the checks never flake. The last tests show that wrong engines fail.
#![allow(clippy::disallowed_methods)] // theory is computed once, not pinned

use kernel::Interval;
use sim::{Results, Scenario};

const REPLICATIONS: u64 = 32;

/// The interval of a figure over the replications of the only variant.
fn measure(text: &str, figures: &[&str]) -> Vec<Interval> {
    let text = format!(
        "schema = 1\ntitle = \"t\"\nanalysis = \"transient\"\nfirst_look = {REPLICATIONS}\n\
         looks = 1\nseries_points = 10\n{text}"
    );
    let scenario = match Scenario::parse(&text, "theory") {
        Ok(scenario) => scenario,
        Err(mistakes) => panic!("{}\n{text}", mistakes[0]),
    };
    let results: Results = sim::decide(&scenario);
    assert_eq!(results.replications, REPLICATIONS);
    let interval = |name: &&str| {
        // The results print 99 %; the same mean and spread at 99.9 %.
        let quote = results.quote(name).expect("a figure of the scenario");
        let n = REPLICATIONS as f64;
        let t99 = kernel::student_t_quantile(0.995, n - 1.0);
        let t999 = kernel::student_t_quantile(0.9995, n - 1.0);
        let half = (quote.high - quote.low) / 2.0 * t999 / t99;
        Interval {
            mean: quote.value,
            low: quote.value - half,
            high: quote.value + half,
            level: 0.999,
            count: REPLICATIONS,
        }
    };
    figures.iter().map(interval).collect()
}

fn verdict(interval: &Interval, theory: f64, width: f64) -> Result<(), String> {
    let relative = interval.half_width() / theory.abs();
    if relative > width {
        return Err(format!("too wide: {relative:.4} of {theory}, {interval:?}"));
    }
    if !interval.contains(theory) {
        return Err(format!("theory {theory} is outside of {interval:?}"));
    }
    Ok(())
}

fn check(text: &str, expected: &[(&str, f64)]) {
    let names: Vec<&str> = expected.iter().map(|e| e.0).collect();
    let intervals = measure(text, &names);
    let mut wrong = Vec::new();
    for (interval, (name, theory)) in intervals.iter().zip(expected) {
        let width = if name.contains("p99") { 0.02 } else { 0.01 };
        if let Err(why) = verdict(interval, *theory, width) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One station: rate a second, keys of the service, seconds a run.
fn station(rate: f64, service: &str, seconds: f64) -> String {
    format!(
        "duration = \"{seconds} s\"\nwarmup = \"{} s\"\n[clients.c]\nrate = \"{rate}/s\"\n\
         calls = \"s\"\n[services.s]\n{service}\n",
        seconds / 20.0
    )
}

/// Erlang B by its recursion: blocking of `c` servers offered `a` erlang.
fn erlang_b(c: u32, a: f64) -> f64 {
    (1..=c).fold(1.0, |b, k| a * b / (f64::from(k) + a * b))
}

/// Erlang C: probability of waiting.
fn erlang_c(c: u32, a: f64) -> f64 {
    let b = erlang_b(c, a);
    let rho = a / f64::from(c);
    b / (1.0 - rho * (1.0 - b))
}

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

/// M/M/1 whose customers leave after waiting tau: the work ahead has density
/// lambda p0 e^{-(mu - lambda) w} up to tau, and falls as e^{-mu w} beyond.
#[test]
fn expired_requests_are_dropped_as_in_mm1_with_deadlines() {
    let (lambda, mu, tau) = (120.0, 100.0, 0.05);
    let decay = f64::exp(-(mu - lambda) * tau);
    let p0 = 1.0 / (1.0 + lambda * (1.0 - decay) / (mu - lambda) + lambda / mu * decay);
    let lost = lambda / mu * p0 * decay;
    let text = station(
        lambda,
        "drop_expired = true\nservice_time = \"mean = 10 ms\"",
        900.0,
    )
    .replace(
        "calls",
        "deadline = \"50 ms\"\npropagate_deadline = true\ncalls",
    );
    check(
        &text,
        &[("expired.s", lambda * lost), ("utilisation.s", 1.0 - p0)],
    );
}

/// Retrial M/M/1, theta retries a second a customer: mean orbit rho (lambda + rho theta) /
/// (theta (1 - rho)) with times in units of the service.
#[test]
fn retrials_fill_the_orbit() {
    let (lambda, theta): (f64, f64) = (0.7, 0.5);
    let rho = lambda;
    let orbit = rho * (lambda + rho * theta) / (theta * (1.0 - rho));
    let text = station(70.0, "queue = 0\nservice_time = \"mean = 10 ms\"", 3000.0).replace(
        "calls",
        "retry = { attempts = 200, backoff = \"20 ms\", multiplier = 1, jitter = \"exponential\" }\ncalls",
    );
    // Little: those in orbit and in service over the rate.
    check(
        &text,
        &[("mean", (orbit + rho) / 70.0), ("utilisation.s", 0.7)],
    );
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
fn token_bucket_delays_as_md1() {
    // A token every 10 ms, none saved: the wait for it is that of M/D/1.
    let wait = 0.6 * 0.01 / (2.0 * 0.4);
    let text = station(60.0, "workers = 100000\nservice_time = \"50 ms\"", 800.0).replace(
        "calls",
        "rate_limit = { rate = \"100/s\", excess = \"delay\" }\ncalls",
    );
    check(&text, &[("mean", 0.05 + wait)]);
    // With one token and rejection it is Erlang's loss system with constant holding times.
    let text = station(
        60.0,
        "rate_limit = { rate = \"100/s\" }\nservice_time = \"1 ms\"",
        800.0,
    );
    check(&text, &[("errors.rate_limited", 0.6 / 1.6)]);
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

#[test]
fn hedges_take_the_first_of_two() {
    // min(S1, h + S2): 1 - e^-h + e^-h / 2, in units of the mean.
    let h: f64 = 1.5;
    let mean = 0.01 * (1.0 - f64::exp(-h) + f64::exp(-h) / 2.0);
    let text = station(
        300.0,
        "workers = 100000\nservice_time = \"mean = 10 ms\"",
        150.0,
    )
    .replace(
        "calls",
        "hedge = { after = \"15 ms\" }\ncancellation = \"propagated\"\ncalls",
    );
    check(
        &text,
        &[("mean", mean), ("amplification", 1.0 + f64::exp(-h))],
    );
}

/// Redundancy with as many copies as servers is M/M/1 at their summed rate (Gardner et al. 2015):
/// round robin sends the copy to the other replica, and the slower one is cancelled.
#[test]
fn full_redundancy_is_one_fast_server() {
    let service = "replicas = 2\nbalancer = \"round-robin\"\nservice_time = \"mean = 10 ms\"";
    let text = station(140.0, service, 1500.0).replace(
        "calls",
        "hedge = { after = \"0 s\" }\ncancellation = \"propagated\"\ncalls",
    );
    check(&text, &[("mean", 1.0 / 60.0), ("p99", 100f64.ln() / 60.0)]);
}

#[test]
fn timeouts_cut_the_law() {
    // Exponential work, timeout 20 ms, mean 10 ms: e^-2 fail; cancelled work stops then.
    let failed = f64::exp(-2.0);
    let text = station(
        300.0,
        "workers = 100000\nservice_time = \"mean = 10 ms\"",
        200.0,
    )
    .replace(
        "calls",
        "timeout = \"20 ms\"\ncancellation = \"propagated\"\ncalls",
    );
    check(
        &text,
        &[
            ("errors.timeout", failed),
            ("stay.s", 0.01 * (1.0 - failed)),
        ],
    );
    // Ignored, it goes on to the end.
    let text = text.replace("cancellation = \"propagated\"\n", "");
    let wasted = failed * 3.0;
    check(&text, &[("stay.s", 0.01), ("wasted.s", wasted)]);
}

#[test]
fn crashes_lose_what_is_within() {
    // Up 900 ms, down 100 ms in turn: a tenth of the requests is refused, and each crash kills
    // lambda S of those within.
    let text = station(200.0, "workers = 100000\nservice_time = \"10 ms\"", 900.0)
        + "[faults.f]\nkind = \"crash\"\nservice = \"s\"\nfrom = \"900 ms\"\nlasts = \"100 ms\"\nbetween = \"900 ms\"\n";
    check(&text, &[("errors.crashed", 0.1 + 2.0 / 200.0)]);
}

/// Wrong engines fail the same checks: work two percent too long, last come first served instead
/// of first come, one request in a hundred lost.
#[test]
fn biased_engines_fail() {
    let w = 1.0 / 30.0;
    let good = station(70.0, "service_time = \"mean = 10 ms\"", 3000.0);
    let fails = |text: &str, name: &str, theory: f64| {
        let width = if name == "p99" { 0.02 } else { 0.01 };
        verdict(&measure(text, &[name])[0], theory, width).is_err()
    };
    assert!(!fails(&good, "mean", w));
    assert!(
        fails(&good.replace("10 ms", "10.2 ms"), "mean", w),
        "2 % more work"
    );
    let lifo = good.replace("[services.s]", "[services.s]\ndiscipline = \"lifo\"");
    assert!(fails(&lifo, "p99", w * 100f64.ln()), "the wrong order");
    let shed = "[services.s]\nshed = { method = \"random\", above = 0, share = \"1 %\" }";
    let lossy = good.replace("[services.s]", shed);
    assert!(fails(&lossy, "goodput", 70.0), "one in a hundred lost");
    assert!(fails(&lossy, "mean", w), "one in a hundred lost");
}
