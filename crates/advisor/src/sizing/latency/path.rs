//! The time of a whole request: groups of steps side by side, one group after the other.

use super::step::Step;

/// Cells of the grid on which times are added up: one is then a few thousandths of the percentile.
const CELLS: usize = 600;
/// Halvings until a percentile of one group is found to twelve digits.
const HALVINGS: u32 = 80;

/// Steps side by side: the group takes as long as the slowest.
type Group<'s> = Vec<&'s Step>;

/// The steps in groups.
pub(super) fn groups(steps: &[Step]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for step in steps {
        match groups.last_mut().filter(|_| step.beside) {
            Some(group) => group.push(step),
            None => groups.push(vec![step]),
        }
    }
    groups
}

fn within(group: &Group<'_>, time_ms: f64) -> f64 {
    group.iter().map(|step| step.within(time_ms)).product()
}

fn constant(group: &Group<'_>) -> Option<f64> {
    let all = group.iter().all(|step| step.is_constant());
    let longest = group
        .iter()
        .map(|step| step.median_ms)
        .max_by(f64::total_cmp);
    longest.filter(|_| all)
}

/// The time that a share `percentile` of the requests needs at most in one group.
pub(super) fn group_percentile(group: &Group<'_>, percentile: f64) -> f64 {
    // Requests that skip the step spend no time in it.
    if within(group, 0.0) >= percentile {
        return 0.0;
    }
    let mut high = group.iter().map(|step| step.p99_ms).fold(0.0, f64::max);
    // Doubling ends: a lognormal tail falls faster than any power.
    while within(group, high) < percentile && high < 1e18 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if within(group, middle) >= percentile {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// Times on a grid: the share of requests in each cell, and where the first cell lies.
pub(super) struct Grid {
    masses: Vec<f64>,
    cell_ms: f64,
    start_ms: f64,
}

impl Grid {
    /// The times of a request, fine enough to read percentiles up to `percentile`.
    ///
    /// The grid ends where all groups together are passed by at most a quarter of what lies beyond
    /// the percentile (the union bound over groups), so that the percentile lies on it; what lies
    /// beyond its end is left off and changes nothing before it.
    pub(super) fn of(steps: &[Step], percentile: f64) -> Grid {
        let (fixed, random): (Vec<Group<'_>>, Vec<Group<'_>>) = groups(steps)
            .into_iter()
            .partition(|group| constant(group).is_some());
        let start_ms = fixed.iter().filter_map(constant).sum();
        let beyond = (1.0 - percentile) / (4.0 * random.len().max(1) as f64);
        let ends = random
            .iter()
            .map(|group| group_percentile(group, 1.0 - beyond));
        let end_ms: f64 = ends.sum::<f64>().max(1e-9);
        let cell_ms = end_ms / CELLS as f64;
        let mut masses = vec![0.0; CELLS + 1];
        masses[0] = 1.0;
        for group in &random {
            masses = added(&masses, &cells(group, cell_ms));
        }
        Grid {
            masses,
            cell_ms,
            start_ms,
        }
    }

    /// The time within which that share of requests is answered.
    pub(super) fn percentile(&self, share: f64) -> f64 {
        let mut below = 0.0;
        for (index, mass) in self.masses.iter().enumerate() {
            if below + mass >= share {
                // The mass of a cell lies around its middle, but none lies below zero.
                let from = (index as f64 - 0.5).max(0.0);
                let part = if *mass > 0.0 {
                    (share - below) / mass
                } else {
                    0.0
                };
                let width = if index == 0 { 0.5 } else { 1.0 };
                return self.start_ms + (from + width * part) * self.cell_ms;
            }
            below += mass;
        }
        self.start_ms + self.masses.len() as f64 * self.cell_ms
    }

    /// Times with the share of requests that is answered by then.
    pub(super) fn curve(&self, points: usize) -> Vec<(f64, f64)> {
        let step = (self.masses.len() / points).max(1);
        let mut below = 0.0;
        let mut curve = Vec::new();
        for (index, mass) in self.masses.iter().enumerate() {
            below += mass;
            if index % step == 0 {
                curve.push((
                    self.start_ms + (index as f64 + 0.5) * self.cell_ms,
                    below.min(1.0),
                ));
            }
        }
        curve
    }
}

/// The share of a group's times that rounds to each cell.
fn cells(group: &Group<'_>, cell_ms: f64) -> Vec<f64> {
    let edges: Vec<f64> = (0..=CELLS)
        .map(|index| within(group, (index as f64 + 0.5) * cell_ms))
        .collect();
    let mut masses = vec![edges[0]];
    masses.extend(edges.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0)));
    masses
}

/// The distribution of a sum; what lies beyond the grid is left off.
fn added(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; a.len()];
    for (i, x) in a.iter().enumerate() {
        if *x > 0.0 {
            for (j, y) in b.iter().take(a.len() - i).enumerate() {
                sum[i + j] += x * y;
            }
        }
    }
    sum
}
