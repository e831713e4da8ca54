//! Requests that wait for several answers.

use super::{Model, steady};
use crate::answer::{Answer, Memo, Outcome, Refusal};
use crate::inputs::Inputs;
use crate::special::{any_of, binomial_mass, harmonic, normal_cdf, percentile_of, root};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "fork-join",
        quantities: &["mean_response", "mean_service_only"],
        answer: fork_join,
    },
    Model {
        id: "tail-fanout",
        quantities: &["p_slow", "fan_out_for_p_slow"],
        answer: fan_out,
    },
    Model {
        id: "tail-bimodal",
        quantities: &[
            "p_over_<T>ms",
            "p_over",
            "mean_ms",
            "variance_ms2",
            "std_ms",
            "variance_ratio",
            "median_ms",
            "p<N>_ms",
            "quantile_ms",
        ],
        answer: bimodal,
    },
];

/// Most branches of a call.
const BRANCHES_MAX: u64 = 1_000_000;

/// Nelson and Tantawi 1988, exact for two branches: `T_n ≈ (H_n/H_2 + 4/11 (1 − H_n/H_2) ρ) T_2`,
/// `T_2 = (12 − ρ)/8 · 1/(1 − ρ)`.
fn fork_join(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let branches = inputs.whole("n|branches", 1..=BRANCHES_MAX)?;
    let mu = inputs.number_or("mu", 1.0, 1e-9..=1e9)?;
    if quantity == "mean_service_only" {
        return Ok(Answer::formula(harmonic(branches) / mu));
    }
    let rho = steady(inputs.number("rho|utilisation|lambda", 0.0..=1e9)?)?;
    let two = (12.0 - rho) / 8.0 / (1.0 - rho);
    let ratio = harmonic(branches) / harmonic(2);
    match quantity {
        "mean_response" if branches == 1 => Ok(Answer::formula(1.0 / (1.0 - rho) / mu)),
        "mean_response" => {
            let scaled = ratio + 4.0 / 11.0 * (1.0 - ratio) * rho;
            Ok(Answer::formula(scaled * two / mu))
        }
        _ => Err(Refusal::NoQuantity),
    }
}

/// `1 − (1 − p)^n`.
fn fan_out(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let p = inputs.share("p|p_slow_server")?;
    Ok(Answer::formula(match quantity {
        "p_slow" => any_of(p, inputs.whole("n|fan_out", 0..=1_000_000_000_000)? as f64),
        "fan_out_for_p_slow" => {
            let wanted = inputs.number("p_slow", 0.0..=0.999_999_999)?;
            libm::ceil(libm::log1p(-wanted) / libm::log1p(-p))
        }
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// A mixture of two normal laws, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Bimodal {
    p_slow: f64,
    fast: (f64, f64),
    slow: (f64, f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Parallel,
    Serial,
}

impl Bimodal {
    /// `P(X > t)` of one call.
    fn over(&self, t: f64) -> f64 {
        let tail = |(mean, sd): (f64, f64)| normal_cdf((mean - t) / sd);
        (1.0 - self.p_slow) * tail(self.fast) + self.p_slow * tail(self.slow)
    }

    fn mean(&self) -> f64 {
        (1.0 - self.p_slow) * self.fast.0 + self.p_slow * self.slow.0
    }

    fn variance(&self) -> f64 {
        let square = |(mean, sd): (f64, f64)| mean * mean + sd * sd;
        let second = (1.0 - self.p_slow) * square(self.fast) + self.p_slow * square(self.slow);
        second - self.mean() * self.mean()
    }

    /// `P(Y > t)` of n calls: the largest, or the sum, which is normal given how many are slow.
    fn all_over(&self, shape: Shape, n: u64, t: f64) -> f64 {
        if shape == Shape::Parallel {
            return any_of(self.over(t), n as f64);
        }
        let mut sum = 0.0;
        for slow in 0..=n {
            let mass = binomial_mass(n, slow, self.p_slow);
            if mass < 1e-18 {
                if slow as f64 > n as f64 * self.p_slow {
                    break;
                }
                continue;
            }
            let (slow, fast) = (slow as f64, (n - slow) as f64);
            let mean = fast * self.fast.0 + slow * self.slow.0;
            let variance = fast * self.fast.1 * self.fast.1 + slow * self.slow.1 * self.slow.1;
            sum += mass * normal_cdf((mean - t) / variance.sqrt());
        }
        sum
    }

    /// Below and above every value that matters.
    fn ends(&self, shape: Shape, n: u64) -> (f64, f64) {
        let low = f64::min(
            self.fast.0 - 40.0 * self.fast.1,
            self.slow.0 - 40.0 * self.slow.1,
        );
        let high = f64::max(
            self.fast.0 + 40.0 * self.fast.1,
            self.slow.0 + 40.0 * self.slow.1,
        );
        let times = if shape == Shape::Serial {
            n as f64
        } else {
            1.0
        };
        (low.min(0.0) * times, high * times)
    }

    fn quantile(&self, shape: Shape, n: u64, p: f64) -> f64 {
        let (low, high) = self.ends(shape, n);
        root(low, high, |t| 1.0 - p - self.all_over(shape, n, t))
    }

    /// Mean and variance of the largest of n, by `∫ P(Y > t) dt` and `∫ 2t P(Y > t) dt` from below
    /// all values.
    fn largest(&self, n: u64) -> (f64, f64) {
        let (low, high) = self.ends(Shape::Parallel, n);
        let steps = 20_000;
        let width = (high - low) / f64::from(steps);
        let (mut first, mut second) = (0.0, 0.0);
        for step in 0..steps {
            let t = (f64::from(step) + 0.5) * width;
            let tail = self.all_over(Shape::Parallel, n, low + t);
            first += tail * width;
            second += 2.0 * t * tail * width;
        }
        (low + first, second - first * first)
    }
}

/// Most calls in a row: each number of slow ones is a term of a sum.
const SERIAL_MAX: u64 = 10_000;

fn bimodal(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let law = Bimodal {
        p_slow: inputs.number_or("p_slow", 0.01, 0.0..=1.0)?,
        fast: (
            inputs.number_or("fast_mean_ms|fast_ms", 10.0, 0.0..=1e6)?,
            inputs.number_or("fast_sd_ms", 2.0, 1e-6..=1e6)?,
        ),
        slow: (
            inputs.number_or("slow_mean_ms|slow_ms", 100.0, 0.0..=1e6)?,
            inputs.number_or("slow_sd_ms", 10.0, 1e-6..=1e6)?,
        ),
    };
    let shapes = [
        ("parallel|max", Shape::Parallel),
        ("serial|sum|chain", Shape::Serial),
    ];
    let shape = inputs.choice_or("shape", Shape::Parallel, &shapes)?;
    let most = if shape == Shape::Serial {
        SERIAL_MAX
    } else {
        BRANCHES_MAX
    };
    let n = inputs.whole_or("n", 1, 1..=most)?;
    let moments = || match shape {
        Shape::Serial => (n as f64 * law.mean(), n as f64 * law.variance()),
        Shape::Parallel if n == 1 => (law.mean(), law.variance()),
        Shape::Parallel => law.largest(n),
    };
    let threshold = quantity
        .strip_prefix("p_over_")
        .and_then(|rest| rest.strip_suffix("ms"))
        .and_then(|digits| digits.trim_end_matches('_').parse::<f64>().ok())
        .filter(|t| t.is_finite());
    let alone = if shape == Shape::Serial {
        n as f64
    } else {
        1.0
    };
    Ok(Answer::formula(match quantity {
        "p_over" => law.all_over(shape, n, inputs.number("t_ms|ms|t", 0.0..=1e9)?),
        "mean_ms" => moments().0,
        "variance_ms2" | "variance" => moments().1,
        "std_ms" | "sd_ms" => moments().1.sqrt(),
        // What the slow calls do to the variance, against fast ones alone.
        "variance_ratio" | "variance_factor" => moments().1 / (alone * law.fast.1 * law.fast.1),
        "median_ms" => law.quantile(shape, n, 0.5),
        "quantile_ms" => law.quantile(shape, n, inputs.number("p", 1e-12..=0.999_999_999)?),
        name => match (threshold, percentile_of(name, "p", "_ms")) {
            (Some(t), _) => law.all_over(shape, n, t),
            (_, Some(p)) if p > 0.0 => law.quantile(shape, n, p),
            _ => return Err(Refusal::NoQuantity),
        },
    }))
}
