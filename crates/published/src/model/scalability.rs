//! The universal scalability law, fitted.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "usl-cisco",
        quantities: QUANTITIES,
        answer: scalability,
    },
    Model {
        id: "usl-known",
        quantities: QUANTITIES,
        answer: scalability,
    },
];

const QUANTITIES: &[&str] = &[
    "sigma",
    "kappa",
    "lambda",
    "alpha",
    "beta",
    "gamma",
    "n_max",
    "n_peak",
    "x_max",
    "throughput",
    "latency_s",
    "efficiency",
    "n_at_throughput",
    "n_at_latency",
    "throughput_at_latency",
    "latency_at_throughput_s",
    "r_squared",
];

/// Most measured points.
const POINTS_MAX: usize = 10_000;

/// `X(N) = λ N / (1 + σ(N−1) + κ N(N−1))`.
#[derive(Clone, Copy, Debug)]
struct Law {
    lambda: f64,
    sigma: f64,
    kappa: f64,
}

impl Law {
    fn slowdown(self, n: f64) -> f64 {
        1.0 + self.sigma * (n - 1.0) + self.kappa * n * (n - 1.0)
    }

    fn throughput(self, n: f64) -> f64 {
        self.lambda * n / self.slowdown(n)
    }

    /// By Little's law, `N / X(N)`.
    fn latency(self, n: f64) -> f64 {
        self.slowdown(n) / self.lambda
    }

    /// Where throughput is largest: `√((1 − σ) / κ)`.
    fn peak(self) -> f64 {
        ((1.0 - self.sigma) / self.kappa).sqrt()
    }
}

/// Nonlinear least squares in throughput by Gauss-Newton steps, halved while they do not help,
/// from the fit of the quadratic `N λ / X = 1 + σ(N−1) + κN(N−1)`, linear in (1/λ, σ/λ, κ/λ).
fn fit(points: &[(f64, f64)]) -> Option<Law> {
    let rows: Vec<[f64; 4]> = points
        .iter()
        .map(|&(n, x)| [1.0, n - 1.0, n * (n - 1.0), n / x])
        .collect();
    let [inverse, sigma, kappa] = least_squares(&rows)?;
    let mut law = Law {
        lambda: 1.0 / inverse,
        sigma: sigma / inverse,
        kappa: kappa / inverse,
    };
    let mut error = residual(law, points);
    for _ in 0..FIT_STEPS_MAX {
        let step = least_squares(&gradient(law, points))?;
        let mut share = 1.0;
        let better = (0..40).find_map(|_| {
            let next = Law {
                lambda: law.lambda + share * step[0],
                sigma: law.sigma + share * step[1],
                kappa: law.kappa + share * step[2],
            };
            share /= 2.0;
            let next_error = residual(next, points);
            (next_error < error).then_some((next, next_error))
        });
        let Some((next, next_error)) = better else {
            break;
        };
        (law, error) = (next, next_error);
    }
    let finite = law.lambda.is_finite() && law.sigma.is_finite() && law.kappa.is_finite();
    finite.then_some(law)
}

/// Gauss-Newton converges in a handful of steps; this bounds a fit that does not.
const FIT_STEPS_MAX: usize = 200;

fn residual(law: Law, points: &[(f64, f64)]) -> f64 {
    let square = |&(n, x): &(f64, f64)| (x - law.throughput(n)) * (x - law.throughput(n));
    points.iter().map(square).sum()
}

/// Derivatives of throughput by (λ, σ, κ), and what is left to explain.
fn gradient(law: Law, points: &[(f64, f64)]) -> Vec<[f64; 4]> {
    let row = |&(n, x): &(f64, f64)| {
        let slowdown = law.slowdown(n);
        let bend = -law.lambda * n / (slowdown * slowdown);
        let left = x - law.throughput(n);
        [n / slowdown, bend * (n - 1.0), bend * n * (n - 1.0), left]
    };
    points.iter().map(row).collect()
}

/// The three coefficients of the least squares of `row[3]` on `row[..3]`, by the normal equations
/// with columns scaled to the same size.
fn least_squares(rows: &[[f64; 4]]) -> Option<[f64; 3]> {
    let mut scale = [0.0f64; 3];
    for row in rows {
        for (scale, value) in scale.iter_mut().zip(row) {
            *scale = scale.max(value.abs());
        }
    }
    let mut matrix = [[0.0; 4]; 3];
    for row in rows {
        for i in 0..3 {
            for j in 0..3 {
                matrix[i][j] += row[i] / scale[i] * (row[j] / scale[j]);
            }
            matrix[i][3] += row[i] / scale[i] * row[3];
        }
    }
    for column in 0..3 {
        let pivot = (column..3).max_by(|&a, &b| {
            let size = |row: usize| matrix[row][column].abs();
            size(a).total_cmp(&size(b))
        })?;
        matrix.swap(column, pivot);
        if matrix[column][column].abs() < 1e-13 {
            return None;
        }
        let pivot_row = matrix[column];
        for (at, row) in matrix.iter_mut().enumerate() {
            if at != column {
                let factor = row[column] / pivot_row[column];
                for (value, pivot) in row.iter_mut().zip(pivot_row) {
                    *value -= factor * pivot;
                }
            }
        }
    }
    let found: [f64; 3] = std::array::from_fn(|i| matrix[i][3] / matrix[i][i] / scale[i]);
    found.iter().all(|value| value.is_finite()).then_some(found)
}

fn r_squared(law: Law, points: &[(f64, f64)]) -> f64 {
    let mean = points.iter().map(|point| point.1).sum::<f64>() / points.len() as f64;
    let spread = |&(_, x): &(f64, f64)| (x - mean) * (x - mean);
    1.0 - residual(law, points) / points.iter().map(spread).sum::<f64>()
}

fn scalability(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let points = inputs.points("points", POINTS_MAX, 1e-9..=1e12)?;
    let mut sizes: Vec<f64> = points.iter().map(|point| point.0).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    if sizes.len() < 3 {
        return refuse("three coefficients need points at three sizes or more");
    }
    let Some(law) = fit(&points) else {
        return refuse("no curve of this form passes near the points");
    };
    value(law, quantity, inputs, &points).map(Answer::formula)
}

fn value(
    law: Law,
    quantity: &str,
    inputs: &Inputs<'_>,
    points: &[(f64, f64)],
) -> Result<f64, Refusal> {
    let size = |inputs: &Inputs<'_>| inputs.number("n|concurrency", 1e-9..=1e12);
    let rate = |inputs: &Inputs<'_>| inputs.number("x|throughput", 1e-9..=1e15);
    let wait = |inputs: &Inputs<'_>| inputs.number("latency_s|r", 1e-12..=1e12);
    let peak = |law: Law| match law.kappa > 0.0 && law.sigma < 1.0 {
        true => Ok(law.peak()),
        false => refuse("throughput has no peak: the fitted kappa is not positive"),
    };
    // From X = λN / (1 + σ(N−1) + κN(N−1)) and R = N / X, solved for N; the branch below the peak.
    let at_latency = |latency: f64| {
        let (s, k) = (law.sigma, law.kappa);
        if k.abs() < 1e-15 {
            return 1.0 + (law.lambda * latency - 1.0) / s;
        }
        let root = (s * s + k * k + 2.0 * k * (2.0 * law.lambda * latency + s - 2.0)).sqrt();
        (k - s + root) / (2.0 * k)
    };
    let at_throughput = |x: f64| -> Result<f64, Refusal> {
        // κN² + (σ − κ − λ/X)N + 1 − σ = 0.
        let b = law.sigma - law.kappa - law.lambda / x;
        let c = 1.0 - law.sigma;
        let inside = b * b - 4.0 * law.kappa * c;
        if inside < 0.0 {
            return refuse(format!("throughput never reaches {x}"));
        }
        Ok(2.0 * c / (-b + inside.sqrt()))
    };
    Ok(match quantity {
        "sigma" | "alpha" => law.sigma,
        "kappa" | "beta" => law.kappa,
        "lambda" | "gamma" => law.lambda,
        // Whole units are bought: the last one that still helps.
        "n_max" | "max_concurrency" => libm::floor(peak(law)?),
        "n_peak" => peak(law)?,
        "x_max" | "max_throughput" => law.throughput(libm::floor(peak(law)?).max(1.0)),
        "throughput" | "x" => law.throughput(size(inputs)?),
        "latency_s" | "latency" => law.latency(size(inputs)?),
        "efficiency" => 1.0 / law.slowdown(size(inputs)?),
        "n_at_throughput" => at_throughput(rate(inputs)?)?,
        "latency_at_throughput_s" => law.latency(at_throughput(rate(inputs)?)?),
        "n_at_latency" => at_latency(wait(inputs)?),
        "throughput_at_latency" => law.throughput(at_latency(wait(inputs)?)),
        "r_squared" => r_squared(law, points),
        _ => return Err(Refusal::NoQuantity),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_finds_the_curve_that_the_points_lie_on() {
        let law = Law {
            lambda: 40.0,
            sigma: 0.06,
            kappa: 0.001,
        };
        let points: Vec<(f64, f64)> = (1..=20)
            .map(|n| (f64::from(n), law.throughput(f64::from(n))))
            .collect();
        let found = fit(&points).expect("the points lie on a curve");
        assert!((found.lambda - 40.0).abs() < 1e-6 && (found.sigma - 0.06).abs() < 1e-8);
        assert!((found.kappa - 0.001).abs() < 1e-9 && r_squared(found, &points) > 0.999_999);
        assert!(fit(&[(1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]).is_none());
    }
}
