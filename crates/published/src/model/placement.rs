//! Things placed on backends: at random, by a lookup table, in random sets.

use super::{Model, seed};
use crate::answer::{Answer, Memo, Method, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::{binomial, ln_binomial};
use kernel::{Draw, Interval, Moments, Source, Xoshiro256};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "balls-into-bins",
        quantities: &[
            "mean_max",
            "mean_max_over_average",
            "mean_min",
            "mean_empty_fraction",
        ],
        answer: balls_into_bins,
    },
    Model {
        id: "maglev-evenness",
        quantities: &[
            "max_over_mean",
            "min_over_mean",
            "slots_spread",
            "imbalance",
        ],
        answer: maglev,
    },
    Model {
        id: "shuffle-sharding",
        quantities: &[
            "combinations",
            "p_share",
            "p_share_at_least",
            "expected_shared",
        ],
        answer: shuffle_sharding,
    },
];

/// Balls over all trials, and the fewest and most trials.
const BALLS_WANTED: u64 = 20_000_000;
const TRIALS: (u64, u64) = (40, 20_000);
/// Most balls and bins.
const BALLS_MAX: u64 = 5_000_000;
const BINS_MAX: u64 = 1_000_000;

fn balls_into_bins(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let balls = inputs.whole("m|balls|requests", 1..=BALLS_MAX)?;
    let bins = inputs.whole_or("n|bins|backends", 100, 1..=BINS_MAX)?;
    let choices = inputs.whole_or("d|choices", 1, 1..=16)?;
    let run = memo.run(format!("{balls} {bins} {choices}"), || {
        let trials = (BALLS_WANTED / (balls + bins)).clamp(TRIALS.0, TRIALS.1);
        throw(balls, bins as usize, choices, trials)
    });
    let average = balls as f64 / bins as f64;
    let (at, scale) = match quantity {
        "mean_max" => (0, 1.0),
        "mean_max_over_average" => (0, 1.0 / average),
        "mean_min" => (2, 1.0),
        "mean_min_over_average" => (2, 1.0 / average),
        "mean_empty_fraction" => (4, 1.0 / bins as f64),
        _ => return Err(Refusal::NoQuantity),
    };
    let (value, half) = (run[at] * scale, run[at + 1] * scale);
    Ok(Answer {
        method: Method::Simulation(Some((value - half, value + half))),
        ..Answer::simulated(value)
    })
}

/// Mean and half interval of the fullest bin, the emptiest, and the number of empty ones.
fn throw(balls: u64, bins: usize, choices: u64, trials: u64) -> Vec<f64> {
    let mut moments = [Moments::new(); 3];
    let mut loads = vec![0u32; bins];
    for trial in 0..trials {
        let mut source: Xoshiro256 = Draw::root(seed("balls-into-bins"), trial).stream();
        loads.fill(0);
        for _ in 0..balls {
            let mut best = source.below(bins as u32) as usize;
            for _ in 1..choices {
                let other = source.below(bins as u32) as usize;
                if loads[other] < loads[best] {
                    best = other;
                }
            }
            loads[best] += 1;
        }
        let most = loads.iter().copied().max().unwrap_or(0);
        let least = loads.iter().copied().min().unwrap_or(0);
        let empty = loads.iter().filter(|&&load| load == 0).count();
        moments[0].push(f64::from(most));
        moments[1].push(f64::from(least));
        moments[2].push(empty as f64);
    }
    let both = |moments: &Moments| {
        let interval = Interval::student(moments, crate::LEVEL);
        [interval.mean, interval.half_width()]
    };
    moments.iter().flat_map(both).collect()
}

/// The population loop takes slots in turn, so backends hold `⌊M/N⌋` slots or one more.
fn maglev(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let slots = inputs.whole("m|slots|table_size", 1..=1_000_000_000_000)?;
    let backends = inputs.whole("n|backends", 1..=1_000_000_000)?;
    if backends > slots {
        return refuse(format!("{backends} backends do not fit into {slots} slots"));
    }
    let most = slots.div_ceil(backends) as f64;
    let least = (slots / backends) as f64;
    let mean = slots as f64 / backends as f64;
    Ok(Answer::formula(match quantity {
        "max_over_mean" => most / mean,
        "min_over_mean" => least / mean,
        "slots_spread" => most - least,
        "imbalance" => most / mean - 1.0,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// Most workers of a pool.
const WORKERS_MAX: u64 = 1_000_000;

/// Two random sets of k of n share exactly i with probability `C(k,i) C(n−k,k−i) / C(n,k)`.
fn shuffle_sharding(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let n = inputs.whole("n|workers", 1..=WORKERS_MAX)?;
    let k = inputs.whole("k|shard_size", 0..=n.min(10_000))?;
    let share = |i: u64| -> f64 {
        if i > k || k - i > n - k {
            return 0.0;
        }
        let all = binomial(n, k);
        if all < 9e15 {
            return binomial(k, i) * binomial(n - k, k - i) / all;
        }
        let (n, k, i) = (n as f64, k as f64, i as f64);
        libm::exp(ln_binomial(k, i) + ln_binomial(n - k, k - i) - ln_binomial(n, k))
    };
    Ok(Answer::formula(match quantity {
        "combinations" => binomial(n, k),
        "p_share" => share(inputs.whole("i|shared", 0..=k)?),
        "p_share_at_least" => (inputs.whole("i|shared", 0..=k)?..=k).map(share).sum(),
        // Each of k workers is in the other set with probability k / n.
        "expected_shared" => (k * k) as f64 / n as f64,
        _ => return Err(Refusal::NoQuantity),
    }))
}
