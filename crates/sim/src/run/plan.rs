//! What to measure, and when.

use super::record::Edge;
use kernel::Time;

/// What to measure, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Length of the run.
    pub duration_ns: u64,
    /// Part at the start that no figure counts, unless its window says so.
    pub warmup_ns: u64,
    /// Named spans of time; they may overlap.
    pub windows: Vec<Window>,
    /// Points of the series over time, at least 1.
    pub bins: u32,
}

/// A named span of time in which figures are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its name in claims.
    pub name: String,
    /// Start.
    pub from_ns: u64,
    /// End, after the start and within the run.
    pub to_ns: u64,
}

/// All instants at which counters are written down, with the bin and the segment that begin there.
pub(super) fn edges(plan: &Plan) -> Vec<Edge> {
    let bins = u64::from(plan.bins.max(1));
    let bin_start =
        |i: u64| (u128::from(plan.duration_ns) * u128::from(i) / u128::from(bins)) as u64;
    let mut at: Vec<u64> = (0..=bins).map(bin_start).collect();
    let mut cuts: Vec<u64> = vec![plan.warmup_ns];
    cuts.extend(plan.windows.iter().flat_map(|w| [w.from_ns, w.to_ns]));
    cuts.retain(|&ns| ns <= plan.duration_ns);
    at.extend(&cuts);
    at.sort_unstable();
    at.dedup();
    let (mut bin, mut segment) = (0, 0);
    at.into_iter()
        .map(|ns| {
            while bin + 1 < bins && bin_start(bin + 1) <= ns {
                bin += 1;
            }
            segment += u32::from(ns > 0 && cuts.contains(&ns));
            Edge {
                at: Time::from_ns(ns),
                bin: bin as u32,
                segment,
            }
        })
        .collect()
}
