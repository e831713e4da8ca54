//! What a cache keeps: hit ratios by formula, faults by counting.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "che-approximation",
        quantities: &["hit_ratio", "miss_ratio", "characteristic_time"],
        answer: che,
    },
    Model {
        id: "belady-anomaly",
        quantities: &["faults", "hits", "fault_ratio"],
        answer: belady,
    },
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Policy {
    Lru,
    Fifo,
    Random,
    StaticTop,
}

const POLICIES: [(&str, Policy); 4] = [
    ("lru", Policy::Lru),
    ("fifo", Policy::Fifo),
    ("random|rr", Policy::Random),
    ("static-top-c|static|lfu|perfect-lfu", Policy::StaticTop),
];

/// Most items: the characteristic time takes a sum over them some sixty times, two seconds' work.
const ITEMS_MAX: u64 = 2_000_000;

/// Popularity by Zipf's law, most popular first.
pub(crate) fn popularity(items: u64, exponent: f64) -> Vec<f64> {
    let weight = |rank: u64| libm::exp(-exponent * libm::log(rank as f64));
    let weights: Vec<f64> = (1..=items).map(weight).collect();
    let total: f64 = weights.iter().rev().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

impl Policy {
    /// The chance of a hit on an item of probability p, given the characteristic time.
    fn hit(self, p: f64, time: f64) -> f64 {
        match self {
            Policy::Lru => -libm::expm1(-p * time),
            _ => p * time / (1.0 + p * time),
        }
    }

    /// The time T at which the hits of all items fill the cache.
    fn characteristic_time(self, popularity: &[f64], capacity: f64) -> f64 {
        let filled = |time: f64| -> f64 { popularity.iter().map(|&p| self.hit(p, time)).sum() };
        let mut high = capacity.max(1.0);
        // Doublings end: as T grows every item is kept, and the capacity is below their number.
        for _ in 0..200 {
            if filled(high) >= capacity {
                break;
            }
            high *= 2.0;
        }
        // A ten-digit root needs no more; each try sums over all items.
        let (mut low, mut high) = (high / 2.0, high);
        if filled(low) > capacity {
            low = 0.0;
        }
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if filled(middle) < capacity {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low + high) / 2.0
    }
}

fn che(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let items = inputs.whole_or("items|n", 10_000, 1..=ITEMS_MAX)?;
    let exponent = inputs.number_or("zipf|alpha|exponent", 1.0, 0.0..=20.0)?;
    let capacity = inputs.whole("capacity|c", 1..=ITEMS_MAX)?;
    let policy = inputs.choice("policy", &POLICIES)?;
    if !["hit_ratio", "miss_ratio", "characteristic_time"].contains(&quantity) {
        return Err(Refusal::NoQuantity);
    }
    let run = memo.run(format!("{items} {exponent} {capacity} {policy:?}"), || {
        let popularity = popularity(items, exponent);
        if capacity >= items {
            return vec![1.0, f64::INFINITY];
        }
        if policy == Policy::StaticTop {
            return vec![popularity[..capacity as usize].iter().sum(), f64::NAN];
        }
        let time = policy.characteristic_time(&popularity, capacity as f64);
        vec![
            popularity.iter().map(|&p| p * policy.hit(p, time)).sum(),
            time,
        ]
    });
    match quantity {
        "hit_ratio" => Ok(Answer::formula(run[0])),
        "miss_ratio" => Ok(Answer::formula(1.0 - run[0])),
        _ if run[1].is_finite() => Ok(Answer::formula(run[1])),
        _ => refuse("nothing is ever evicted here, so there is no characteristic time"),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Replacement {
    Fifo,
    Lru,
    Optimal,
    Mru,
}

const REPLACEMENTS: [(&str, Replacement); 4] = [
    ("fifo", Replacement::Fifo),
    ("lru", Replacement::Lru),
    ("opt|optimal|min|belady", Replacement::Optimal),
    ("mru", Replacement::Mru),
];

/// Most references and frames.
const REFERENCES_MAX: usize = 10_000;
const FRAMES_MAX: u64 = 1000;

/// Faults of a reference string from an empty cache. `kept` is in the order of arrival (FIFO) or of
/// use (LRU).
fn faults(references: &[f64], frames: usize, policy: Replacement) -> usize {
    let mut kept: Vec<f64> = Vec::new();
    let mut count = 0;
    for (now, &page) in references.iter().enumerate() {
        if let Some(at) = kept.iter().position(|&other| other == page) {
            if matches!(policy, Replacement::Lru | Replacement::Mru) {
                let page = kept.remove(at);
                kept.push(page);
            }
            continue;
        }
        count += 1;
        if kept.len() == frames {
            let next_use = |page: f64| {
                let ahead = references[now..].iter().position(|&other| other == page);
                ahead.unwrap_or(usize::MAX)
            };
            let victim = match policy {
                Replacement::Fifo | Replacement::Lru => 0,
                Replacement::Mru => frames - 1,
                Replacement::Optimal => {
                    let farthest = (0..frames).max_by_key(|&at| next_use(kept[at]));
                    farthest.unwrap_or(0)
                }
            };
            kept.remove(victim);
        }
        kept.push(page);
    }
    count
}

fn belady(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let references = inputs.numbers("refs|references", REFERENCES_MAX, -1e15..=1e15)?;
    let policy = inputs.choice("policy", &REPLACEMENTS)?;
    let frames = inputs.whole("frames", 1..=FRAMES_MAX)?;
    let count = faults(&references, frames as usize, policy) as f64;
    let all = references.len() as f64;
    match quantity {
        "faults" => Ok(Answer::formula(count)),
        "hits" => Ok(Answer::formula(all - count)),
        "fault_ratio" => Ok(Answer::formula(count / all)),
        _ => Err(Refusal::NoQuantity),
    }
}
