//! The universal scalability law, and its fit to measurements.

use kernel::{Draw, Source};

/// `X(N) = γ·N / (1 + σ·(N − 1) + κ·N·(N − 1))` (Gunther, Guerrilla Capacity Planning, 2007).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Law {
    /// Throughput of one, per second.
    pub(super) gamma_per_s: f64,
    /// Share of work that only one can do at a time.
    pub(super) sigma: f64,
    /// Cost of keeping each pair in step.
    pub(super) kappa: f64,
}

impl Law {
    pub(super) fn throughput(&self, load: f64) -> f64 {
        self.gamma_per_s * load / self.slowdown(load)
    }

    fn slowdown(&self, load: f64) -> f64 {
        1.0 + self.sigma * (load - 1.0) + self.kappa * load * (load - 1.0)
    }

    /// The load with the highest throughput, `N* = √((1 − σ) / κ)`, at least 1; none without
    /// crosstalk, where more never hurts.
    pub(super) fn peak_load(&self) -> Option<f64> {
        (self.kappa > 0.0).then(|| libm::sqrt((1.0 - self.sigma) / self.kappa).max(1.0))
    }

    /// What no load passes: the peak, or without crosstalk `γ / σ`; none if it grows for ever.
    pub(super) fn ceiling(&self) -> Option<f64> {
        match self.peak_load() {
            Some(load) => Some(self.throughput(load)),
            None if self.sigma > 0.0 => Some(self.gamma_per_s / self.sigma),
            None => None,
        }
    }

    /// The smallest whole load with at least that throughput, if one up to `most` has it.
    pub(super) fn load_for(&self, throughput: f64, most: u32) -> Option<u32> {
        let top = self
            .peak_load()
            .map_or(f64::from(most), |load| load.min(f64::from(most)));
        // Up to the peak throughput grows with load; the whole loads around the peak are both tried.
        let mut high = libm::ceil(top) as u32;
        if self.throughput(f64::from(high)) < throughput {
            high = (libm::floor(top) as u32).max(1);
        }
        if self.throughput(f64::from(high)) < throughput {
            return None;
        }
        let mut low = 0;
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.throughput(f64::from(middle)) >= throughput {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }
}

/// Steps of the fit: it converges in a dozen.
const STEPS_MAX: u32 = 80;
/// Refits from which intervals are read.
const REFITS: u64 = 400;
/// Seed of the refits.
const SEED: u64 = 1;

/// A fitted law, and where its numbers lie in 95 of 100 refits.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) law: Law,
    /// Laws fitted to the measurements with their residuals dealt anew.
    pub(super) refits: Vec<Law>,
    /// Share of the variance of throughput that the law explains.
    pub(super) explained: f64,
}

impl Fit {
    /// The range of a number over the refits, from the 2.5th to the 97.5th percentile.
    pub(super) fn interval(&self, number: impl Fn(&Law) -> Option<f64>) -> Option<(f64, f64)> {
        let mut values: Vec<f64> = self.refits.iter().filter_map(number).collect();
        // A number that one refit in ten lacks has no interval.
        if values.len() * 10 < self.refits.len() * 9 {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let last = (values.len() - 1) as f64;
        let at = |share: f64| values[libm::round(last * share) as usize];
        Some((at(0.025), at(0.975)))
    }
}

/// Least squares in throughput with σ and κ at least 0, then a bootstrap of the residuals.
pub(super) fn fit(points: &[(f64, f64)]) -> Fit {
    let law = least_squares(points);
    let residuals: Vec<f64> = points
        .iter()
        .map(|(load, seen)| seen - law.throughput(*load))
        .collect();
    // Three numbers were fitted, so the residuals are smaller than the errors were.
    let count = points.len() as f64;
    let scale = libm::sqrt(count / (count - 3.0).max(1.0));
    let refit = |replication: u64| {
        let mut source = Draw::root(SEED, replication).stream();
        let dealt: Vec<(f64, f64)> = points
            .iter()
            .map(|(load, _)| {
                let residual = residuals[source.below(residuals.len() as u32) as usize];
                let seen = law.throughput(*load) + scale * residual;
                (*load, seen.max(f64::MIN_POSITIVE))
            })
            .collect();
        least_squares(&dealt)
    };
    let mean = points.iter().map(|(_, seen)| seen).sum::<f64>() / count;
    let total: f64 = points
        .iter()
        .map(|(_, seen)| (seen - mean) * (seen - mean))
        .sum();
    let left: f64 = residuals.iter().map(|residual| residual * residual).sum();
    Fit {
        law,
        refits: (0..REFITS).map(refit).collect(),
        explained: if total > 0.0 { 1.0 - left / total } else { 0.0 },
    }
}

/// Levenberg and Marquardt's steps on the parameters that are not held at zero.
pub(super) fn least_squares(points: &[(f64, f64)]) -> Law {
    // In units of the largest throughput, so that no square leaves the range of doubles.
    let unit = points
        .iter()
        .map(|(_, seen)| *seen)
        .fold(f64::MIN_POSITIVE, f64::max);
    let points: Vec<(f64, f64)> = points
        .iter()
        .map(|(load, seen)| (*load, seen / unit))
        .collect();
    let law = |p: [f64; 3]| Law {
        gamma_per_s: p[0],
        sigma: p[1],
        kappa: p[2],
    };
    let error = |p: [f64; 3]| -> f64 {
        let squares = points.iter().map(|(load, seen)| {
            let off = seen - law(p).throughput(*load);
            off * off
        });
        squares.sum()
    };
    let steepest = points
        .iter()
        .map(|(load, seen)| seen / load)
        .fold(0.0, f64::max);
    let mut best = [steepest, 0.05, 1e-4];
    let mut least = error(best);
    let mut damping = 1e-3;
    for _ in 0..STEPS_MAX {
        let Some(step) = step(&points, law(best), damping) else {
            break;
        };
        let tried = [
            (best[0] + step[0]).max(best[0] / 10.0),
            (best[1] + step[1]).clamp(0.0, 1.0),
            (best[2] + step[2]).clamp(0.0, 1.0),
        ];
        let now = error(tried);
        if now < least {
            let gain = least - now;
            (best, least) = (tried, now);
            damping = (damping / 5.0f64).max(1e-12);
            if gain <= 1e-15 * least {
                break;
            }
        } else {
            damping *= 5.0;
            if damping > 1e12 {
                break;
            }
        }
    }
    Law {
        gamma_per_s: best[0] * unit,
        ..law(best)
    }
}

/// One damped step: `(JᵀJ + d·diag(JᵀJ))·δ = Jᵀr`.
fn step(points: &[(f64, f64)], law: Law, damping: f64) -> Option<[f64; 3]> {
    let mut normal = [[0.0; 3]; 3];
    let mut right = [0.0; 3];
    for (load, seen) in points {
        let slowdown = law.slowdown(*load);
        let value = law.throughput(*load);
        let slopes = [
            load / slowdown,
            -value * (load - 1.0) / slowdown,
            -value * load * (load - 1.0) / slowdown,
        ];
        for i in 0..3 {
            right[i] += slopes[i] * (seen - value);
            for j in 0..3 {
                normal[i][j] += slopes[i] * slopes[j];
            }
        }
    }
    // A parameter at zero that would go below it stays.
    let held = [
        false,
        law.sigma <= 0.0 && right[1] < 0.0,
        law.kappa <= 0.0 && right[2] < 0.0,
    ];
    for i in 0..3 {
        normal[i][i] = normal[i][i] * (1.0 + damping) + 1e-300;
        if held[i] {
            right[i] = 0.0;
            normal[i] = [0.0; 3];
            for row in &mut normal {
                row[i] = 0.0;
            }
            normal[i][i] = 1.0;
        }
    }
    solve(normal, right)
}

/// Gauss's elimination with the largest pivot.
fn solve(mut a: [[f64; 3]; 3], mut b: [f64; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot =
            (column..3).max_by(|i, j| a[*i][column].abs().total_cmp(&a[*j][column].abs()))?;
        if a[pivot][column] == 0.0 || !a[pivot][column].is_finite() {
            return None;
        }
        a.swap(column, pivot);
        b.swap(column, pivot);
        for row in column + 1..3 {
            let factor = a[row][column] / a[column][column];
            let above = a[column];
            for (cell, above) in a[row].iter_mut().zip(above).skip(column) {
                *cell -= factor * above;
            }
            b[row] -= factor * b[column];
        }
    }
    for row in (0..3).rev() {
        for k in row + 1..3 {
            b[row] -= a[row][k] * b[k];
        }
        b[row] /= a[row][row];
    }
    b.iter().all(|value| value.is_finite()).then_some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAW: Law = Law {
        gamma_per_s: 1000.0,
        sigma: 0.02,
        kappa: 0.0001,
    };

    #[test]
    fn published_values() {
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 0.006, "{found}");
        close(LAW.peak_load().unwrap(), 98.99);
        close(LAW.throughput(10.0), 8410.43);
        close(LAW.throughput(99.0), 25_189.56);
        assert_eq!(LAW.load_for(8410.0, 1000), Some(10));
        assert_eq!(LAW.load_for(8411.0, 1000), Some(11));
        assert_eq!(LAW.load_for(25_190.0, 1000), None);
        assert_eq!(LAW.load_for(25_000.0, 50), None);
    }

    #[test]
    fn a_law_without_noise_is_found_again() {
        for law in [
            LAW,
            Law { kappa: 0.0, ..LAW },
            Law {
                sigma: 0.0,
                kappa: 0.0,
                ..LAW
            },
            Law {
                gamma_per_s: 1e-3,
                sigma: 0.3,
                kappa: 0.02,
            },
        ] {
            let loads = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
            let points: Vec<_> = loads
                .iter()
                .map(|load| (*load, law.throughput(*load)))
                .collect();
            let found = fit(&points).law;
            assert!(
                (found.gamma_per_s / law.gamma_per_s - 1.0).abs() < 1e-6,
                "{law:?} {found:?}"
            );
            assert!((found.sigma - law.sigma).abs() < 1e-6, "{law:?} {found:?}");
            assert!((found.kappa - law.kappa).abs() < 1e-7, "{law:?} {found:?}");
        }
    }

    #[test]
    fn intervals_hold_the_truth_in_most_of_many_noisy_tests() {
        let loads = [
            1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0,
        ];
        let mut held = 0;
        for test in 0..40 {
            let mut source = Draw::root(9, test).stream();
            let mut noisy = |load: f64| {
                let sum: f64 = (0..12).map(|_| source.unit()).sum::<f64>() - 6.0;
                (load, LAW.throughput(load) + 200.0 * sum)
            };
            let points: Vec<_> = loads.iter().map(|load| noisy(*load)).collect();
            let (low, high) = fit(&points).interval(|law| Some(law.kappa)).unwrap();
            held += u32::from((low..=high).contains(&LAW.kappa));
        }
        assert!(held >= 33, "{held} of 40");
    }
}
