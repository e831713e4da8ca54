//! Functions that several models stand on. Each is one formula with its domain.

use kernel::{Source, inverse_normal};
use std::f64::consts::{PI, SQRT_2};

/// `C(n, k)`; exact below 2^53, infinite where a double ends.
pub(crate) fn binomial(n: u64, k: u64) -> f64 {
    if k > n {
        return 0.0;
    }
    let k = k.min(n - k);
    let mut product = 1.0;
    for i in 0..k {
        // The product of i + 1 factors is a whole number after each division.
        product = product * (n - i) as f64 / (i + 1) as f64;
        if product < 9e15 {
            product = libm::round(product);
        }
        if product.is_infinite() {
            break;
        }
    }
    product
}

/// `ln C(n, k)` for k ≤ n, by the logarithm of the gamma function.
pub(crate) fn ln_binomial(n: f64, k: f64) -> f64 {
    libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
}

/// `P(X = k)` of a binomial law, computed by logarithms so that large `n` does not overflow.
pub(crate) fn binomial_mass(n: u64, k: u64, p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        let certain = if p <= 0.0 { 0 } else { n };
        return f64::from(u8::from(k == certain));
    }
    let (n, k) = (n as f64, k as f64);
    libm::exp(ln_binomial(n, k) + k * libm::log(p) + (n - k) * libm::log1p(-p))
}

/// `P(Z ≤ z)` of the standard normal law.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// A draw of the standard normal law.
pub(crate) fn normal_draw(source: &mut impl Source) -> f64 {
    // The middle of the drawn cell of (0, 1), so that neither end is reached.
    inverse_normal(source.unit() - 0.5 / 9_007_199_254_740_992.0)
}

/// The density of the standard normal law.
pub(crate) fn normal_density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

/// `P(X = k)` of a Poisson law.
pub(crate) fn poisson_mass(mean: f64, k: f64) -> f64 {
    if mean <= 0.0 {
        return f64::from(u8::from(k == 0.0));
    }
    libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0))
}

/// `H_n = 1 + 1/2 + … + 1/n`.
pub(crate) fn harmonic(n: u64) -> f64 {
    (1..=n).rev().map(|k| 1.0 / k as f64).sum()
}

/// `1 − (1 − p)^n` without cancellation.
pub(crate) fn any_of(p: f64, n: f64) -> f64 {
    if p >= 1.0 {
        return if n > 0.0 { 1.0 } else { 0.0 };
    }
    -libm::expm1(n * libm::log1p(-p))
}

/// A root of `f` between `low` and `high`, where its sign changes, to the last bit.
pub(crate) fn root(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let rising = f(high) >= 0.0;
    // A double has 64 bits; more halvings change nothing.
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if (f(middle) >= 0.0) == rising {
            high = middle;
        } else {
            low = middle;
        }
    }
    low + (high - low) / 2.0
}

/// The value of nearest rank `ceil(q n)` of sorted values.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let rank = libm::ceil(q * sorted.len() as f64) as usize;
    let at = rank.clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// The share in a quantity's name between `prefix` and `suffix`: `p99_ms` is 0.99, `p9999_ms`
/// 0.9999, `p50_ms` 0.5, `p01_over_mean` 0.01.
pub(crate) fn percentile_of(name: &str, prefix: &str, suffix: &str) -> Option<f64> {
    let digits = name.strip_prefix(prefix)?.strip_suffix(suffix)?;
    let fits = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let digits = fits.then_some(digits)?;
    if digits.len() == 1 {
        return Some(digits.parse::<f64>().ok()? / 100.0);
    }
    format!("0.{digits}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(binomial(54, 4), 316_251.0);
        assert_eq!(binomial(5, 6), 0.0);
        assert!((ln_binomial(54.0, 4.0) - libm::log(316_251.0)).abs() < 1e-12);
        assert!((binomial_mass(5, 2, 0.3) - 0.3087).abs() < 1e-12);
        assert!((normal_cdf(1.959_963_984_540_054) - 0.975).abs() < 1e-14);
        assert!((normal_density(0.0) - 0.398_942_280_401_432_7).abs() < 1e-15);
        assert!((poisson_mass(2.0, 3.0) - 0.180_447_044_315_483_6).abs() < 1e-14);
        assert!((harmonic(4) - 25.0 / 12.0).abs() < 1e-15);
        assert!((any_of(0.01, 100.0) - 0.633_967_658_726_770_5).abs() < 1e-14);
        assert!((root(0.0, 2.0, |x| x * x - 2.0) - SQRT_2).abs() < 1e-15);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.75), 3.0);
    }

    #[test]
    fn percentiles_are_read_from_names() {
        let read = |name| percentile_of(name, "p", "_ms");
        assert_eq!(read("p99_ms"), Some(0.99));
        assert_eq!(read("p9999_ms"), Some(0.9999));
        assert_eq!(read("p01_ms"), Some(0.01));
        assert_eq!(read("p50_ms"), Some(0.5));
        assert_eq!(read("p5_ms"), Some(0.05));
        assert_eq!(read("px_ms"), None);
        assert_eq!(read("p_ms"), None);
    }

    proptest! {
        #[test]
        fn masses_add_up(n in 1u64..60, p in 0.0f64..=1.0) {
            let sum: f64 = (0..=n).map(|k| binomial_mass(n, k, p)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-11, "{sum}");
        }

        #[test]
        fn the_triangle_of_pascal(n in 1u64..55, k in 1u64..55) {
            prop_assert_eq!(binomial(n, k), binomial(n - 1, k - 1) + binomial(n - 1, k));
        }
    }
}
