//! Identifiers drawn at random.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal};
use crate::inputs::Inputs;

pub(super) const MODELS: &[Model] = &[Model {
    id: "birthday-ids",
    quantities: &[
        "p_collision",
        "p_collision_approximate",
        "expected_collisions",
        "ids_for_p",
    ],
    answer: birthday,
}];

/// Up to so many identifiers the product is taken factor by factor.
const FACTORS_MAX: f64 = 1e6;

/// `ln Π_{i<n} (1 − i/d)`, the logarithm of the chance that n draws of d values are all different.
/// Past a million draws by the sums of powers `Σ i/d + i²/2d² + i³/3d³ + i⁴/4d⁴`: by then i/d is
/// below 2·10⁻³ or the chance is zero.
fn ln_all_different(n: f64, d: f64) -> f64 {
    if n > d {
        return f64::NEG_INFINITY;
    }
    if n <= FACTORS_MAX {
        return (0..n as u64).map(|i| libm::log1p(-(i as f64) / d)).sum();
    }
    let m = n - 1.0;
    let first = n * (m / d) / 2.0;
    if first > 800.0 {
        return f64::NEG_INFINITY;
    }
    let x = n / d;
    let second = first * (2.0 * n - 1.0) / (6.0 * d);
    let third = n * x * x * x / 12.0;
    let fourth = third * x * 3.0 / 5.0;
    -(first + second + third + fourth)
}

fn birthday(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let values = match inputs.number_if("bits", 1.0..=1000.0)? {
        Some(bits) => libm::exp2(bits),
        None => inputs.number("d|values", 1.0..=1e300)?,
    };
    let draws = |inputs: &Inputs<'_>| -> Result<f64, Refusal> {
        Ok(libm::floor(inputs.number("n|ids", 0.0..=1e150)?))
    };
    let pairs = |n: f64| n * (n - 1.0).max(0.0) / 2.0;
    Ok(Answer::formula(match quantity {
        "p_collision" => -libm::expm1(ln_all_different(draws(inputs)?, values)),
        "p_collision_approximate" => -libm::expm1(-pairs(draws(inputs)?) / values),
        "expected_collisions" | "expected_pairs" => pairs(draws(inputs)?) / values,
        "ids_for_p" | "n_for_p" => {
            let p = inputs.number("p", 0.0..=0.999_999_999_999)?;
            let product = -2.0 * values * libm::log1p(-p);
            (1.0 + (1.0 + 4.0 * product).sqrt()) / 2.0
        }
        _ => return Err(Refusal::NoQuantity),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_meets_the_product() {
        for d in [1e12, 3e11, 1e13] {
            let n = 1_000_000.0;
            let product = ln_all_different(n, d);
            let series = ln_all_different(n + 1.0, d);
            // One draw more adds ln(1 - n/d).
            assert!(
                (series - product - libm::log1p(-n / d)).abs() < 1e-9 * product.abs(),
                "{d}"
            );
        }
    }
}
