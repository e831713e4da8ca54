//! Retries against a store that fails: amplification, budgets, throttles.

use super::{Model, seed};
use crate::answer::{Answer, Memo, Method, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use kernel::{Draw, Interval, Moments, Source, Xoshiro256};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "brooker-retries",
        quantities: &[
            "calls_per_request",
            "success_rate",
            "failure_rate",
            "retries_per_request",
        ],
        answer: strategies,
    },
    Model {
        id: "retry-amplification-stack",
        quantities: &["store_calls"],
        answer: amplification,
    },
    Model {
        id: "grpc-retry-throttle",
        quantities: &[
            "failures_until_blocked_from_full",
            "sustained_failure_fraction_threshold",
            "successes_until_unblocked_from_empty",
            "token_count",
            "retries_allowed",
        ],
        answer: throttle,
    },
    Model {
        id: "sre-retry-budget",
        quantities: &["load_multiplier", "success_rate"],
        answer: budget,
    },
];

#[derive(Clone, Copy, Debug)]
enum Strategy {
    Fixed(u64),
    Adaptive,
    Breaker,
}

const STRATEGIES: [(&str, Strategy); 7] = [
    ("no_retries|none", Strategy::Fixed(0)),
    ("one_retry", Strategy::Fixed(1)),
    ("two_retries", Strategy::Fixed(2)),
    ("three_retries", Strategy::Fixed(3)),
    ("four_retries", Strategy::Fixed(4)),
    ("adaptive_10pct|adaptive|token_bucket", Strategy::Adaptive),
    ("breaker_10pct|breaker|circuit_breaker", Strategy::Breaker),
];

/// Requests over all clients: the spread of a share is then below two thousandths.
const REQUESTS: u64 = 2_000_000;
/// Fewest requests of a client, so that its first tokens weigh little.
const REQUESTS_PER_CLIENT_MIN: u64 = 4_000;
/// Most clients.
const CLIENTS_MAX: u64 = 1_000;
/// Attempts of one request at most: a full bucket empties long before.
const ATTEMPTS_MAX: u64 = 100_000;

/// A client's policy and what it remembers of earlier requests.
#[derive(Clone, Copy, Debug)]
struct Client {
    strategy: Strategy,
    bucket_max: f64,
    fill: f64,
    limit: f64,
    tokens: f64,
    requests: f64,
    failures: f64,
}

impl Client {
    fn start(&mut self) {
        self.requests += 1.0;
        self.tokens = (self.tokens + self.fill).min(self.bucket_max);
    }

    /// Whether to try again after `tries` tries of a request, the last of which failed.
    fn retries(&mut self, tries: u64) -> bool {
        self.failures += 1.0;
        match self.strategy {
            Strategy::Fixed(retries) => tries <= retries,
            Strategy::Adaptive => {
                let enough = self.tokens > 1.0;
                self.tokens -= if enough { 1.0 } else { 0.0 };
                enough
            }
            Strategy::Breaker => self.failures / self.requests <= self.limit && tries <= 3,
        }
    }

    /// Calls and successes of `requests` requests.
    fn run(mut self, requests: u64, p_fail: f64, source: &mut Xoshiro256) -> (u64, u64) {
        let (mut calls, mut successes) = (0, 0);
        for _ in 0..requests {
            self.start();
            for tries in 1..=ATTEMPTS_MAX {
                calls += 1;
                if !source.chance(p_fail) {
                    successes += 1;
                    break;
                }
                if !self.retries(tries) {
                    break;
                }
            }
        }
        (calls, successes)
    }
}

/// Clients share nothing and calls fail independently, so that their pace does not matter.
fn strategies(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let strategy = match inputs.whole_if("retries", 0..=100)? {
        Some(retries) => Strategy::Fixed(retries),
        None => inputs.choice("strategy", &STRATEGIES)?,
    };
    let p_fail = inputs.share("p_fail|p")?;
    let clients = inputs.whole_or("clients", 100, 1..=CLIENTS_MAX)?;
    inputs.number_or("rate_per_client", 10.0, 0.0..=1e9)?;
    let bucket = inputs.number_or("bucket", 5.0, 0.0..=1e4)?;
    let client = Client {
        strategy,
        bucket_max: bucket,
        fill: inputs.number_or("fill", 0.1, 0.0..=10.0)?,
        limit: inputs.number_or("breaker_limit|max_rate", 0.1, 0.0..=1.0)?,
        tokens: bucket,
        requests: 0.0,
        failures: 0.0,
    };
    let requests = (REQUESTS / clients).max(REQUESTS_PER_CLIENT_MIN);
    let run = memo.run(format!("{client:?} {clients} {p_fail}"), || {
        let (mut calls, mut successes) = (Moments::new(), Moments::new());
        for index in 0..clients {
            let mut source = Draw::root(seed("brooker-retries"), index).stream();
            let (called, succeeded) = client.run(requests, p_fail, &mut source);
            calls.push(called as f64 / requests as f64);
            successes.push(succeeded as f64 / requests as f64);
        }
        let half = |moments: &Moments| Interval::student(moments, crate::LEVEL).half_width();
        vec![
            calls.mean(),
            half(&calls),
            successes.mean(),
            half(&successes),
        ]
    });
    let (calls, successes) = ((run[0], run[1]), (run[2], run[3]));
    let (value, half) = match quantity {
        "calls_per_request" | "load_multiplier" => calls,
        "retries_per_request" => (calls.0 - 1.0, calls.1),
        "success_rate" | "availability" => successes,
        "failure_rate" => (1.0 - successes.0, successes.1),
        _ => return Err(Refusal::NoQuantity),
    };
    Ok(Answer {
        method: Method::Simulation(half.is_finite().then_some((value - half, value + half))),
        ..Answer::simulated(value)
    })
}

/// `a^d` calls reach a store that fails everything.
fn amplification(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let layers = inputs.whole("layers|d|depth", 0..=60)?;
    let attempts = match inputs.whole_if("retries", 0..=999)? {
        Some(retries) => retries + 1,
        None => inputs.whole("attempts|a", 1..=1000)?,
    };
    match quantity {
        "store_calls" | "amplification" => {
            let product = (0..layers).fold(1.0, |product, _| product * attempts as f64);
            Ok(Answer::formula(product))
        }
        _ => Err(Refusal::NoQuantity),
    }
}

/// Tokens: one less for a failure, `token_ratio` more for a success; retries need more than half.
fn throttle(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let most = inputs.number_or("max_tokens", 10.0, 1e-3..=1000.0)?;
    let ratio = inputs.number_or("token_ratio", 0.1, 1e-3..=1000.0)?;
    // Thousandths, as the proposal counts them, so that sums are exact.
    let milli = |tokens: f64| libm::round(tokens * 1000.0);
    let (most, ratio) = (milli(most), milli(ratio));
    let half = most / 2.0;
    let count = |inputs: &Inputs<'_>| -> Result<f64, Refusal> {
        let failures = inputs.whole_or("failures", 0, 0..=1_000_000)? as f64;
        let successes = inputs.whole_or("successes", 0, 0..=1_000_000)? as f64;
        // Failures first, then successes.
        Ok(((most - 1000.0 * failures).max(0.0) + ratio * successes).min(most))
    };
    Ok(Answer::formula(match quantity {
        "failures_until_blocked_from_full" => libm::ceil((most - half) / 1000.0),
        "successes_until_unblocked_from_empty" => libm::floor(half / ratio) + 1.0,
        // Tokens neither grow nor shrink where f = ratio (1 - f).
        "sustained_failure_fraction_threshold" => ratio / (1000.0 + ratio),
        "token_count" | "tokens" => count(inputs)? / 1000.0,
        "retries_allowed" | "retry_allowed" => f64::from(u8::from(count(inputs)? > half)),
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// Up to three attempts, and retries at most a share of a client's requests.
fn budget(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let share = inputs
        .limit("budget|retry_budget", 0.0..=100.0)?
        .unwrap_or(f64::INFINITY);
    let attempts = inputs.whole_or("attempts|max_attempts", 3, 1..=100)?;
    let p_fail = inputs.share("p_fail|p")?;
    let repeats = 40;
    let requests = 25_000;
    let run = memo.run(format!("{share} {attempts} {p_fail}"), || {
        let (mut loads, mut successes) = (Moments::new(), Moments::new());
        for repeat in 0..repeats {
            let mut source = Draw::root(seed("sre-retry-budget"), repeat).stream();
            let (load, success) = budgeted(share, attempts, p_fail, requests, &mut source);
            loads.push(load);
            successes.push(success);
        }
        let half = |moments: &Moments| Interval::student(moments, crate::LEVEL).half_width();
        vec![
            loads.mean(),
            half(&loads),
            successes.mean(),
            half(&successes),
        ]
    });
    let (value, half) = match quantity {
        "load_multiplier" | "calls_per_request" => (run[0], run[1]),
        "success_rate" => (run[2], run[3]),
        _ => return Err(Refusal::NoQuantity),
    };
    if half.is_nan() {
        return refuse("the run has no spread");
    }
    Ok(Answer {
        method: Method::Simulation(Some((value - half, value + half))),
        ..Answer::simulated(value)
    })
}

/// Calls and successes a request of one client.
fn budgeted(
    share: f64,
    attempts: u64,
    p_fail: f64,
    requests: u32,
    source: &mut Xoshiro256,
) -> (f64, f64) {
    let (mut retries, mut successes) = (0.0, 0.0);
    for request in 1..=requests {
        for attempt in 1..=attempts {
            if !source.chance(p_fail) {
                successes += 1.0;
                break;
            }
            // The next retry must not take their share of the requests past the budget.
            if attempt == attempts || retries + 1.0 > share * f64::from(request) {
                break;
            }
            retries += 1.0;
        }
    }
    let requests = f64::from(requests);
    (1.0 + retries / requests, successes / requests)
}
