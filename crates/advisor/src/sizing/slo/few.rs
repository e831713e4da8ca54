//! What few events do to an alert: how many bad ones fire it, and how often chance alone does.

/// From this mean on a Poisson count is taken as normal: beyond it e^−mean leaves the range of
/// doubles, and the tail of a normal is close enough where it matters.
const NORMAL_MEAN: f64 = 600.0;
/// Terms of the tail; past them what is left is below the last digit.
const TERMS_MAX: u32 = 2000;

/// Least number of bad events whose share of `events` is above the threshold.
pub(super) fn bad_enough(events: f64, threshold: f64) -> f64 {
    libm::floor(events * threshold * (1.0 + 1e-12)) + 1.0
}

/// Probability that a Poisson count of that mean reaches `least`.
pub(super) fn poisson_tail(mean: f64, least: f64) -> f64 {
    if least <= 0.0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    if mean > NORMAL_MEAN {
        let deviations = (least - 0.5 - mean) / libm::sqrt(mean);
        return 0.5 * libm::erfc(deviations / core::f64::consts::SQRT_2);
    }
    if least <= mean {
        // The short side is summed, so that the tail keeps its digits either way.
        return 1.0 - sum(mean, 0.0, least as u32);
    }
    sum(mean, least, TERMS_MAX).min(1.0)
}

/// Poisson probabilities from `first` on.
fn sum(mean: f64, first: f64, terms: u32) -> f64 {
    let log = first * libm::log(mean) - mean - libm::lgamma(first + 1.0);
    let mut term = libm::exp(log);
    let mut total = 0.0;
    for step in 0..terms {
        total += term;
        term *= mean / (first + f64::from(step) + 1.0);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_of_a_count() {
        for (mean, least, expected) in [
            (1.0, 1.0, 1.0 - (-1.0f64).exp()),
            (0.1, 2.0, 0.004_678_840_160_444_5),
            (10.0, 20.0, 0.003_454_342_0),
            (10.0, 5.0, 0.970_747_3),
            (5.0, 0.0, 1.0),
        ] {
            let found = poisson_tail(mean, least);
            assert!((found - expected).abs() < 1e-7, "{mean} {least}: {found}");
        }
        // Where the two ways meet, they agree.
        let (below, above) = (poisson_tail(599.0, 660.0), poisson_tail(601.0, 662.0));
        assert!((below / above - 1.0).abs() < 0.1, "{below} {above}");
    }

    #[test]
    fn a_single_failure_may_be_enough() {
        assert_eq!(bad_enough(72.0, 0.0144), 2.0);
        assert_eq!(bad_enough(10.0, 0.0144), 1.0);
        assert_eq!(bad_enough(180_000.0, 0.0144), 2593.0);
    }
}
