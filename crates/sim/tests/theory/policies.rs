//! Policies of a call that have a closed form of their own.

use super::*;

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

/// Customers who leave when their turn has not come in time, of any law of patience: with `c`
/// workers the wait that is offered has the density `lambda p_{c-1} e^h` with `h` = lambda times the
/// integral of 1 - G, less c mu x (Baccelli and Hebuterne 1981). Exponential patience makes it Erlang A; deadlines are
/// constants here, so that two clients of different patience give a law of two values.
#[test]
fn impatience_by_baccelli_and_hebuterne() {
    let (c, mu) = (4u32, 100.0);
    let (rates, patience) = ([250.0, 200.0], [0.01, 0.04]);
    let lambda: f64 = rates.iter().sum();
    // The share that waits longer than x, and its integral from zero.
    let integral = |x: f64| -> f64 {
        let each = rates.iter().zip(&patience);
        each.map(|(rate, tau)| rate / lambda * x.min(*tau)).sum()
    };
    let density = |x: f64| f64::exp(lambda * integral(x) - f64::from(c) * mu * x);
    // By Simpson's rule between the kinks, and exactly beyond the last.
    let area = |from: f64, to: f64| {
        let n = 2_000;
        let h = (to - from) / f64::from(n);
        let weight = |i: i32| match i {
            0 => 1.0,
            i if i == n => 1.0,
            i if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let terms = (0..=n).map(|i| weight(i) * density(from + h * f64::from(i)));
        terms.sum::<f64>() * h / 3.0
    };
    let beyond = |tau: f64| density(tau) / (f64::from(c) * mu);
    let late = [
        area(patience[0], patience[1]) + beyond(patience[1]),
        beyond(patience[1]),
    ];
    let all = area(0.0, patience[0]) + late[0];
    let mut weights = vec![1.0];
    for j in 1..c {
        weights.push(weights[j as usize - 1] * lambda / (f64::from(j) * mu));
    }
    let before = weights[c as usize - 1];
    let scale = 1.0 / (weights.iter().sum::<f64>() + lambda * before * all);
    let gone = |i: usize| scale * lambda * before * late[i];
    let mut text = "duration = \"700 s\"\nwarmup = \"20 s\"\n".to_string();
    for (i, (rate, tau)) in rates.iter().zip(&patience).enumerate() {
        text += &format!(
            "[clients.c{i}]\nrate = \"{rate}/s\"\ndeadline = \"{} ms\"\npropagate_deadline = true\n\
             calls = \"s\"\n",
            tau * 1e3
        );
    }
    text += "[services.s]\nworkers = 4\ndrop_expired = true\nservice_time = \"mean = 10 ms\"\n";
    let lost = rates[0] * gone(0) + rates[1] * gone(1);
    let busy = (lambda - lost) / (f64::from(c) * mu);
    check(&text, &[("expired.s", lost), ("utilisation.s", busy)]);
}

/// Mean number present when jobs of class `i`, at `rates[i]`, are served by the servers in the bits
/// of `servers[i]`, all of rate `mu`, with copies cancelled on completion: the sum over sets of
/// active classes (Gardner et al. 2016, product form; Bonald and Comte 2017, this recursion).
fn present_with_redundancy(rates: &[f64], servers: &[u32], mu: f64) -> f64 {
    let sets = 1usize << rates.len();
    let (mut weight, mut present) = (vec![0.0; sets], vec![0.0; sets]);
    weight[0] = 1.0;
    for set in 1..sets {
        let members = || (0..rates.len()).filter(|i| set >> i & 1 == 1);
        let used = members().fold(0, |all: u32, i| all | servers[i]);
        let speed = mu * f64::from(used.count_ones());
        let load: f64 = members().map(|i| rates[i]).sum();
        let below = |of: &[f64]| -> f64 { members().map(|i| rates[i] * of[set & !(1 << i)]).sum() };
        weight[set] = below(&weight) / (speed - load);
        present[set] = (speed * weight[set] + below(&present)) / (speed - load);
    }
    present.iter().sum::<f64>() / weight.iter().sum::<f64>()
}

/// Two copies to three servers. The formula for distinct random pairs (Gardner et al. 2017) checks
/// the recursion; copies here choose independently, so that a third of the jobs has both at one
/// server, where the second never counts.
#[test]
fn redundancy_of_two_among_three() {
    let (n, mu, lambda) = (3u32, 100.0, 240.0);
    let pairs = [0b011, 0b101, 0b110];
    let closed: f64 = (2..=n)
        .map(|i| {
            // n mu C(n-1, 1) / C(i-1, 1) - lambda
            1.0 / (f64::from(n) * mu * f64::from(n - 1) / f64::from(i - 1) - lambda)
        })
        .sum();
    let recursion = present_with_redundancy(&[lambda / 3.0; 3], &pairs, mu) / lambda;
    assert!(
        (recursion / closed - 1.0).abs() < 1e-12,
        "{recursion} {closed}"
    );
    let classes = [0b001, 0b010, 0b100, 0b011, 0b101, 0b110];
    let single = lambda / 9.0;
    let rates = [
        single,
        single,
        single,
        2.0 * single,
        2.0 * single,
        2.0 * single,
    ];
    let mean = present_with_redundancy(&rates, &classes, mu) / lambda;
    let service = "replicas = 3\nbalancer = \"random\"\nservice_time = \"mean = 10 ms\"";
    let text = station(lambda, service, 1200.0).replace(
        "calls",
        "hedge = { after = \"0 s\" }\ncancellation = \"propagated\"\ncalls",
    );
    check(&text, &[("mean", mean)]);
}

/// Retrials with room to wait: the chain of (number present, number in orbit), solved numerically.
#[test]
fn retrials_with_room_by_their_chain() {
    let (lambda, mu, theta) = (70.0, 100.0, 40.0);
    const ROOM: usize = 3;
    const ORBIT: usize = 100;
    let mut p = vec![[1.0; ROOM + 1]; ORBIT + 1];
    // Gauss-Seidel on the balance equations, orbit by orbit.
    for _ in 0..4_000 {
        for j in 0..=ORBIT {
            for n in 0..=ROOM {
                let retries = if n < ROOM { j as f64 * theta } else { 0.0 };
                let joins = if n == ROOM && j == ORBIT { 0.0 } else { lambda };
                let out = joins + retries + if n > 0 { mu } else { 0.0 };
                let mut inflow = 0.0;
                if n > 0 {
                    inflow += lambda * p[j][n - 1];
                    if j < ORBIT {
                        inflow += (j + 1) as f64 * theta * p[j + 1][n - 1];
                    }
                }
                if n < ROOM {
                    inflow += mu * p[j][n + 1];
                }
                if n == ROOM && j > 0 {
                    inflow += lambda * p[j - 1][ROOM];
                }
                p[j][n] = inflow / out;
            }
        }
        let sum: f64 = p.iter().flatten().sum();
        p.iter_mut().flatten().for_each(|mass| *mass /= sum);
    }
    assert!(
        p[ORBIT].iter().sum::<f64>() < 1e-9,
        "the orbit is cut too soon"
    );
    let rows = || p.iter().enumerate();
    let present: f64 = rows()
        .flat_map(|(j, row)| {
            row.iter()
                .enumerate()
                .map(move |(n, mass)| (j + n) as f64 * mass)
        })
        .sum();
    // Arrivals and retries that find no room, over all attempts.
    let tries =
        |row: &[f64; ROOM + 1], j: usize| row.iter().sum::<f64>() * (lambda + j as f64 * theta);
    let attempts: f64 = rows().map(|(j, row)| tries(row, j)).sum();
    let text = station(
        lambda,
        "queue = 2\nservice_time = \"mean = 10 ms\"",
        2500.0,
    )
    .replace(
        "calls",
        "retry = { attempts = 200, backoff = \"25 ms\", multiplier = 1, jitter = \"exponential\" }\ncalls",
    );
    check(
        &text,
        &[
            ("mean", present / lambda),
            ("amplification", attempts / lambda),
        ],
    );
}
