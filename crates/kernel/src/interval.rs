//! What a figure over replications is worth.

use crate::moments::Moments;
use crate::student::student_t_quantile;

/// A mean with the interval that covers the true value at a stated level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean over replications.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Probability of covering, such as 0.99.
    pub level: f64,
    /// Number of replications.
    pub count: u64,
}

impl Interval {
    /// Student's interval over independent replications; unbounded with fewer than two.
    pub fn student(moments: &Moments, level: f64) -> Interval {
        let (mean, count) = (moments.mean(), moments.count());
        let half = if count < 2 {
            f64::INFINITY
        } else {
            let t = student_t_quantile(0.5 + level / 2.0, (count - 1) as f64);
            t * (moments.variance() / count as f64).sqrt()
        };
        Interval {
            mean,
            low: mean - half,
            high: mean + half,
            level,
            count,
        }
    }

    /// Half the width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Whether a value lies within.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// The schedule of looks at a growing number of replications: `first`, then doubled each time.
///
/// Deciding whenever the data please would spend the error probability over and over; it is
/// divided over the looks (Bonferroni), and each look's interval is the adjusted one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Looks {
    /// Replications at the first look.
    pub first: u64,
    /// Number of looks.
    pub looks: u32,
    /// Probability of error over all looks.
    pub error: f64,
}

impl Looks {
    /// Replications in total at a look, counted from 0.
    pub fn replications(&self, look: u32) -> u64 {
        self.first << look
    }

    /// Level of the interval at every look.
    pub fn level(&self) -> f64 {
        1.0 - self.error / f64::from(self.looks.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, Xoshiro256};

    /// Of 4000 intervals at 95 % over uniform samples, 95 % cover (4 standard errors: 1.4 %).
    #[test]
    fn coverage_is_as_stated() {
        let mut source = Xoshiro256::seeded(8);
        let mut covered = 0;
        for _ in 0..4000 {
            let m: Moments = (0..10).map(|_| source.unit()).collect();
            covered += u32::from(Interval::student(&m, 0.95).contains(0.5));
        }
        assert!((3744..=3856).contains(&covered), "{covered}");
    }

    #[test]
    fn looks_share_the_error() {
        let looks = Looks {
            first: 8,
            looks: 4,
            error: 0.01,
        };
        let at: Vec<u64> = (0..4).map(|l| looks.replications(l)).collect();
        assert_eq!(at, [8, 16, 32, 64]);
        assert!((looks.level() - 0.9975).abs() < 1e-15);
    }

    #[test]
    fn one_replication_says_nothing() {
        let m: Moments = [3.0].into_iter().collect();
        assert_eq!(Interval::student(&m, 0.99).high, f64::INFINITY);
    }
}
