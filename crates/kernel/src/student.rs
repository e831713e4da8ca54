//! Student's t: how wide an interval over a few replications must be.

/// P(T <= t) for `freedom` degrees of freedom, by the incomplete beta function
/// `1 - I(freedom / (freedom + t^2); freedom / 2, 1 / 2) / 2` for t >= 0
/// (Abramowitz and Stegun 26.7.1). Domain: `freedom` > 0.
pub fn student_t_cdf(t: f64, freedom: f64) -> f64 {
    let tail = 0.5 * incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    if t >= 0.0 { 1.0 - tail } else { tail }
}

/// The t with P(T <= t) = `probability`: the multiplier of a standard error.
/// Domain: probability in (0, 1), freedom >= 1. Absolute error below 1e-9 for the usual range.
pub fn student_t_quantile(probability: f64, freedom: f64) -> f64 {
    if probability < 0.5 {
        return -student_t_quantile(1.0 - probability, freedom);
    }
    let tail = 1.0 - probability;
    let above = |t: f64| 0.5 * incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    let (mut low, mut high) = (0.0, 1.0);
    while above(high) > tail && high < 1e12 {
        low = high;
        high *= 2.0;
    }
    // 100 halvings exhaust the bits of any bracket.
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if above(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I(x; a, b) by Lentz's continued fraction
/// (DLMF 8.17.22).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let front = libm::exp(
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
            + a * libm::log(x)
            + b * libm::log1p(-x),
    ) / a;
    let tiny = 1e-300;
    let (mut c, mut d) = (1.0, 1.0 - (a + b) * x / (a + 1.0));
    d = 1.0 / if d.abs() < tiny { tiny } else { d };
    let mut fraction = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            d = 1.0 + term * d;
            c = 1.0 + term / c;
            d = 1.0 / if d.abs() < tiny { tiny } else { d };
            c = if c.abs() < tiny { tiny } else { c };
            step = c * d;
            fraction *= step;
        }
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed tables of the t distribution (NIST handbook 1.3.6.7.2, to three digits; freedom 1
    /// and 2 by their closed forms).
    #[test]
    fn quantiles_match_the_tables() {
        for (freedom, p, t) in [
            (1.0, 0.975, 12.706),
            (2.0, 0.975, 4.303),
            (5.0, 0.95, 2.015),
            (7.0, 0.995, 3.499),
            (10.0, 0.99, 2.764),
            (15.0, 0.975, 2.131),
            (29.0, 0.995, 2.756),
            (29.0, 0.999, 3.396),
            (63.0, 0.995, 2.656),
            (100.0, 0.975, 1.984),
        ] {
            let got = student_t_quantile(p, freedom);
            assert!((got - t).abs() < 6e-4, "{freedom} {p}: {got}");
        }
        let cauchy = libm::tan(std::f64::consts::PI * 0.49);
        assert!((student_t_quantile(0.99, 1.0) / cauchy - 1.0).abs() < 1e-9);
        let p: f64 = 0.98;
        let two = (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
        assert!((student_t_quantile(p, 2.0) / two - 1.0).abs() < 1e-9);
    }

    #[test]
    fn quantile_inverts_the_distribution() {
        for freedom in [1.0, 3.0, 7.0, 31.0, 500.0] {
            for p in [0.001, 0.2, 0.5, 0.9, 0.9995] {
                let back = student_t_cdf(student_t_quantile(p, freedom), freedom);
                assert!((back - p).abs() < 1e-10, "{freedom} {p} {back}");
            }
        }
    }
}
