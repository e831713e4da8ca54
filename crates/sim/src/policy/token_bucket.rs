//! A token bucket, kept as one number: the generic cell rate algorithm.

use crate::system::RateLimit;
use kernel::{Span, Time};

/// The bucket is full when `theoretical` is not after now; every token moves it by the gap.
#[derive(Clone, Debug)]
pub(crate) struct TokenBucket {
    gap: Span,
    tolerance: Span,
    theoretical: Time,
}

impl TokenBucket {
    pub(crate) fn new(policy: RateLimit) -> Self {
        let gap = Span::from_ns_f64(1e9 / policy.rate_per_s);
        let saved = u64::from(policy.burst.max(1) - 1);
        let tolerance = Span::from_ns(gap.as_ns().saturating_mul(saved));
        TokenBucket {
            gap,
            tolerance,
            theoretical: Time::ZERO,
        }
    }

    /// Takes a token if there is one.
    pub(crate) fn take(&mut self, now: Time) -> bool {
        let free = self.theoretical.since(now) <= self.tolerance;
        if free {
            self.theoretical = self.theoretical.max(now) + self.gap;
        }
        free
    }

    /// Takes the next token, which may still be to come, and says how long to wait for it.
    pub(crate) fn reserve(&mut self, now: Time) -> Span {
        let wait = self.theoretical.since(now) - self.tolerance;
        self.theoretical = self.theoretical.max(now) + self.gap;
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Excess;

    fn bucket(burst: u32) -> TokenBucket {
        TokenBucket::new(RateLimit {
            rate_per_s: 1e6,
            burst,
            excess: Excess::Reject,
        })
    }

    #[test]
    fn a_burst_then_the_rate() {
        let mut b = bucket(5);
        let taken = |b: &mut TokenBucket, ns| (0..10).filter(|_| b.take(Time::from_ns(ns))).count();
        assert_eq!(taken(&mut b, 10_000), 5);
        assert_eq!(taken(&mut b, 12_000), 2, "two gaps later");
        assert_eq!(taken(&mut b, 99_000), 5, "never more than the burst");
    }

    #[test]
    fn reservations_are_a_gap_apart() {
        let mut b = bucket(1);
        let waits: Vec<u64> = (0..3)
            .map(|_| b.reserve(Time::from_ns(50)).as_ns())
            .collect();
        assert_eq!(waits, [0, 1_000, 2_000]);
    }
}
