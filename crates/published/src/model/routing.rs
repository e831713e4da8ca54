//! Lookups that go from node to node.

use super::{Model, seed};
use crate::answer::{Answer, LEVEL, Memo, Method, Outcome, Refusal};
use crate::inputs::Inputs;
use crate::special::{percentile_of, quantile};
use kernel::{Draw, Interval, Moments, Source, Xoshiro256};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "chord-path-length",
        quantities: &["mean_hops", "mean_hops_to_owner", "p<N>_hops", "max_hops"],
        answer: chord_path,
    },
    Model {
        id: "pastry-hops",
        quantities: &["hops"],
        answer: pastry,
    },
];

/// Most nodes of a ring.
const NODES_MAX: u64 = 1_000_000;
/// Rings with other identifiers, and lookups in each.
const RINGS: u64 = 20;
const LOOKUPS: u64 = 5_000;

fn chord_path(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let nodes = match inputs.whole_if("k|log2_n", 1..=19)? {
        Some(k) => 1 << k,
        None => inputs.whole("n|nodes", 2..=NODES_MAX)?,
    };
    // Mean and half interval, to the predecessor and to the owner; then every path, sorted.
    let run = memo.run(format!("{nodes}"), || paths(nodes));
    let (value, half) = match quantity {
        "mean_hops" => (run[0], run[1]),
        "mean_hops_to_owner" => (run[2], run[3]),
        "max_hops" => return Ok(Answer::simulated(quantile(&run[4..], 1.0))),
        name => match percentile_of(name, "p", "_hops") {
            Some(p) => return Ok(Answer::simulated(quantile(&run[4..], p))),
            None => return Err(Refusal::NoQuantity),
        },
    };
    Ok(Answer {
        method: Method::Simulation(Some((value - half, value + half))),
        ..Answer::simulated(value)
    })
}

fn paths(nodes: u64) -> Vec<f64> {
    let (mut predecessor, mut owner) = (Moments::new(), Moments::new());
    let mut all = Vec::new();
    for ring in 0..RINGS {
        let mut source = Draw::root(seed("chord-path-length"), ring)
            .of(nodes)
            .stream();
        let mut ids: Vec<u64> = (0..nodes).map(|_| source.word()).collect();
        ids.sort_unstable();
        let (mut near, mut whole) = (0u32, 0u32);
        for _ in 0..LOOKUPS {
            let (hops, last) = lookup(&ids, &mut source);
            near += hops;
            whole += hops + last;
            all.push(f64::from(hops));
        }
        predecessor.push(f64::from(near) / LOOKUPS as f64);
        owner.push(f64::from(whole) / LOOKUPS as f64);
    }
    all.sort_by(f64::total_cmp);
    let both = |moments: &Moments| {
        let interval = Interval::student(moments, LEVEL);
        [interval.mean, interval.half_width()]
    };
    let mut found: Vec<f64> = [both(&predecessor), both(&owner)].concat();
    found.extend(all);
    found
}

/// Hops from a random node to the predecessor of a random key, and the last one to its owner
/// (none where the first node owns the key).
fn lookup(ids: &[u64], source: &mut Xoshiro256) -> (u32, u32) {
    let after = |place: u64| {
        let at = ids.partition_point(|&id| id < place);
        if at == ids.len() { 0 } else { at }
    };
    let start = source.below(ids.len() as u32) as usize;
    let key = source.word();
    let owner = after(key);
    if owner == start {
        return (0, 0);
    }
    let mut at = start;
    let mut hops = 0;
    loop {
        let next = (at + 1) % ids.len();
        let ahead = key.wrapping_sub(ids[at]);
        // The key lies between a node and its successor: the node is the predecessor.
        if ahead <= ids[next].wrapping_sub(ids[at]) {
            return (hops, 1);
        }
        // The farthest finger before the key; the successor, the first finger, always is.
        let mut step = next;
        for bit in (0..=ahead.ilog2()).rev() {
            let finger = after(ids[at].wrapping_add(1 << bit));
            let distance = ids[finger].wrapping_sub(ids[at]);
            if distance > 0 && distance < ahead {
                step = finger;
                break;
            }
        }
        at = step;
        hops += 1;
    }
}

/// `⌈log_{2^b} N⌉`.
fn pastry(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let nodes = inputs.number("n|nodes", 1.0..=1e300)?;
    let digit_bits = inputs.whole_or("b", 4, 1..=32)? as f64;
    match quantity {
        // A power of the base takes exactly its exponent.
        "hops" => Ok(Answer::formula(libm::ceil(
            libm::log2(nodes) / digit_bits - 1e-12,
        ))),
        _ => Err(Refusal::NoQuantity),
    }
}
