//! Keys on a ring of hashes, and what moves when the number of shards changes.

use super::{Model, seed};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::{percentile_of, quantile};
use kernel::{Draw, Moments, Source, Xoshiro256};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "ring-std-error",
        quantities: &[
            "std_error",
            "ci99_low",
            "ci99_high",
            "max_over_mean",
            "min_over_mean",
        ],
        answer: ring_spread,
    },
    Model {
        id: "chord-virtual-nodes",
        quantities: &[
            "p<N>_over_mean",
            "max_over_mean",
            "mean_keys",
            "std_over_mean",
        ],
        answer: chord_keys,
    },
    Model {
        id: "resize-movement",
        quantities: &["moved_fraction", "kept_fraction"],
        answer: resize,
    },
];

/// Most points on a ring.
const POINTS_MAX: u64 = 5_000_000;
/// Points over all rings of one answer, and the fewest and most rings.
const POINTS_WANTED: u64 = 6_000_000;
const RINGS: (u64, u64) = (4, 600);

/// Points of `nodes` on the ring, sorted by place: (place, node).
pub(crate) fn ring(nodes: u32, points: u64, source: &mut Xoshiro256) -> Vec<(u64, u32)> {
    let mut ring = Vec::with_capacity(nodes as usize * points as usize);
    for node in 0..nodes {
        ring.extend((0..points).map(|_| (source.word(), node)));
    }
    ring.sort_unstable();
    ring
}

/// Share of the ring of each node, in units of the mean: each point owns the arc before it.
fn shares(ring: &[(u64, u32)], nodes: u32) -> Vec<f64> {
    let mut arcs = vec![0.0; nodes as usize];
    let mut before = ring.last().map_or(0, |last| last.0);
    for &(place, node) in ring {
        arcs[node as usize] += place.wrapping_sub(before) as f64;
        before = place;
    }
    let whole = 18_446_744_073_709_551_616.0;
    arcs.iter()
        .map(|arc| arc / whole * f64::from(nodes))
        .collect()
}

fn ring_spread(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let buckets = inputs.whole_or("buckets|n", 1000, 2..=1_000_000)?;
    let points = inputs.whole("points|v|virtual_nodes", 1..=1_000_000)?;
    if buckets * points > POINTS_MAX {
        return refuse(format!("more than {POINTS_MAX} points on the ring"));
    }
    let run = memo.run(format!("ring {buckets} {points}"), || {
        spread(buckets as u32, points)
    });
    let at = match quantity {
        "std_error" => 0,
        "ci99_low" => 1,
        "ci99_high" => 2,
        "max_over_mean" => 3,
        "min_over_mean" => 4,
        _ => return Err(Refusal::NoQuantity),
    };
    Ok(Answer::simulated(run[at]))
}

/// Standard deviation, 0.5 % and 99.5 % quantiles over all buckets of all rings; mean largest and
/// smallest share of a ring.
fn spread(buckets: u32, points: u64) -> Vec<f64> {
    let rings = (POINTS_WANTED / (u64::from(buckets) * points)).clamp(RINGS.0, RINGS.1);
    let mut all = Vec::new();
    let (mut variance, mut most, mut least) = (Moments::new(), Moments::new(), Moments::new());
    for index in 0..rings {
        let mut source = Draw::root(seed("ring-std-error"), index)
            .of(points)
            .stream();
        let shares = shares(&ring(buckets, points, &mut source), buckets);
        let moments: Moments = shares.iter().copied().collect();
        // The buckets are all there are, not a sample of them.
        variance.push(moments.variance() * (1.0 - 1.0 / f64::from(buckets)));
        most.push(shares.iter().copied().fold(0.0, f64::max));
        least.push(shares.iter().copied().fold(f64::INFINITY, f64::min));
        all.extend(shares);
    }
    all.sort_by(f64::total_cmp);
    vec![
        variance.mean().sqrt(),
        quantile(&all, 0.005),
        quantile(&all, 0.995),
        most.mean(),
        least.mean(),
    ]
}

/// Rings of nodes and keys that one answer is taken over.
const CHORD_RINGS: u64 = 4;

fn chord_keys(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let nodes = inputs.whole_or("nodes|n", 10_000, 1..=1_000_000)?;
    let keys = inputs.whole_or("keys", 1_000_000, 1..=10_000_000)?;
    let points = inputs.whole("r|virtual_nodes|points", 1..=10_000)?;
    if nodes * points > POINTS_MAX {
        return refuse(format!("more than {POINTS_MAX} points on the ring"));
    }
    let sorted = memo.run(format!("chord {nodes} {keys} {points}"), || {
        let mut counts = Vec::new();
        for index in 0..CHORD_RINGS {
            let mut source = Draw::root(seed("chord-virtual-nodes"), index)
                .of(points)
                .stream();
            counts.extend(key_counts(nodes as u32, points, keys, &mut source));
        }
        counts.sort_by(f64::total_cmp);
        counts
    });
    let mean = keys as f64 / nodes as f64;
    let at = |p: f64| quantile(&sorted, p) / mean;
    Ok(Answer::simulated(match quantity {
        "max_over_mean" => at(1.0),
        "mean_keys" => mean,
        "std_over_mean" => {
            let moments: Moments = sorted.iter().copied().collect();
            moments.variance().sqrt() / mean
        }
        name => match percentile_of(name, "p", "_over_mean") {
            Some(p) => at(p),
            None => return Err(Refusal::NoQuantity),
        },
    }))
}

/// Keys of each node: a key belongs to the next point on the ring.
fn key_counts(nodes: u32, points: u64, keys: u64, source: &mut Xoshiro256) -> Vec<f64> {
    let ring = ring(nodes, points, source);
    let mut counts = vec![0.0; nodes as usize];
    for _ in 0..keys {
        let key = source.word();
        let at = ring.partition_point(|point| point.0 < key);
        let owner = ring.get(at).or(ring.first());
        if let Some(&(_, node)) = owner {
            counts[node as usize] += 1.0;
        }
    }
    counts
}

#[derive(Clone, Copy)]
enum Scheme {
    Consistent,
    Modulo,
}

const SCHEMES: [(&str, Scheme); 2] = [
    ("jump|consistent|ring|rendezvous", Scheme::Consistent),
    ("modulo|mod", Scheme::Modulo),
];

/// Consistent: only what the larger number of shards gains or loses. Modulo: of every `lcm(a, b)`
/// successive hashes, the `min(a, b)` with equal remainders stay.
fn resize(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let scheme = inputs.choice("scheme", &SCHEMES)?;
    let from = inputs.whole("from", 1..=1_000_000_000)?;
    let to = inputs.whole("to", 1..=1_000_000_000)?;
    let (few, many) = (from.min(to), from.max(to));
    let kept = match scheme {
        Scheme::Consistent => few as f64 / many as f64,
        Scheme::Modulo => few as f64 / (from / divisor(from, to) * to) as f64,
    };
    match quantity {
        "moved_fraction" => Ok(Answer::formula(1.0 - kept)),
        "kept_fraction" => Ok(Answer::formula(kept)),
        _ => Err(Refusal::NoQuantity),
    }
}

/// The greatest common divisor.
fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}
