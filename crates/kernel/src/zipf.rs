//! Popularity of keys: rank k is asked for in proportion to `k^-exponent`.

use crate::random::Source;

/// Zipf's law over ranks `1..=n`, drawn in constant time and memory by rejection-inversion
/// (Hoermann and Derflinger 1996).
#[derive(Clone, Debug, PartialEq)]
pub struct Zipf {
    n: f64,
    exponent: f64,
    h_first: f64,
    h_last: f64,
    shift: f64,
}

impl Zipf {
    /// A law over `n` ranks; `exponent` 0 means evenly spread. None outside `n >= 1`,
    /// `0 <= exponent <= 20`.
    pub fn new(n: u64, exponent: f64) -> Option<Zipf> {
        if n == 0 || !(0.0..=20.0).contains(&exponent) {
            return None;
        }
        let mut zipf = Zipf {
            n: n as f64,
            exponent,
            h_first: 0.0,
            h_last: 0.0,
            shift: 0.0,
        };
        zipf.h_first = zipf.area(1.5) - 1.0;
        zipf.h_last = zipf.area(zipf.n + 0.5);
        zipf.shift = 2.0 - zipf.inverse_area(zipf.area(2.5) - zipf.weight(2.0));
        Some(zipf)
    }

    fn weight(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    /// The integral of x^-exponent from 1 to x.
    fn area(&self, x: f64) -> f64 {
        let log = libm::log(x);
        let t = (1.0 - self.exponent) * log;
        log * if t.abs() > 1e-8 {
            libm::expm1(t) / t
        } else {
            1.0 + t / 2.0
        }
    }

    fn inverse_area(&self, area: f64) -> f64 {
        let t = (area * (1.0 - self.exponent)).max(-1.0);
        libm::exp(
            area * if t.abs() > 1e-8 {
                libm::log1p(t) / t
            } else {
                1.0 - t / 2.0
            },
        )
    }

    /// One rank in `1..=n`.
    pub fn sample(&self, source: &mut impl Source) -> u64 {
        // Accepts with probability above 0.6 at every parameter; the limit is never met in practice
        // and keeps the loop bounded.
        for _ in 0..1_000 {
            let u = self.h_last + source.unit() * (self.h_first - self.h_last);
            let x = self.inverse_area(u);
            let k = libm::floor(x + 0.5).clamp(1.0, self.n);
            if k - x <= self.shift || u >= self.area(k + 0.5) - self.weight(k) {
                return k as u64;
            }
        }
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Xoshiro256;

    #[test]
    #[allow(clippy::disallowed_methods)]
    fn frequencies_follow_the_law() {
        for exponent in [0.0, 0.5, 0.99, 1.0, 1.4, 3.0] {
            let zipf = Zipf::new(50, exponent).unwrap();
            let total: f64 = (1..=50).map(|k| f64::from(k).powf(-exponent)).sum();
            let mut counts = [0u32; 51];
            let mut source = Xoshiro256::seeded(4);
            let n = 400_000;
            for _ in 0..n {
                counts[zipf.sample(&mut source) as usize] += 1;
            }
            // Chi-squared with 49 degrees of freedom: 99.99 % quantile is 95.
            let chi: f64 = (1..=50)
                .map(|k| {
                    let expected = f64::from(n) * (k as f64).powf(-exponent) / total;
                    (f64::from(counts[k]) - expected).powi(2) / expected
                })
                .sum();
            assert!(chi < 95.0, "exponent {exponent}: {chi}");
        }
    }
}
