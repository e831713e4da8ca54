//! A limit on requests within a replica that finds its own value.

use crate::system::ConcurrencyLimit;
use kernel::{Span, Time};

/// Weight of a new sample in the long-term average of Gradient2 (its window is 600 samples).
const LONG_TERM_WEIGHT: f64 = 2.0 / 601.0;
/// Weight of a new limit (Gradient2's smoothing).
const SMOOTHING: f64 = 0.2;

/// The limit of one replica.
#[derive(Clone, Debug)]
pub(crate) struct AdaptiveLimit {
    policy: ConcurrencyLimit,
    limit: f64,
    long_term_ns: f64,
    /// Requests that entered before the last decrease do not cause another one.
    decreased: Time,
}

impl AdaptiveLimit {
    pub(crate) fn new(policy: ConcurrencyLimit) -> Self {
        let limit = match policy {
            ConcurrencyLimit::Fixed { max } => max,
            ConcurrencyLimit::Aimd { initial, .. } | ConcurrencyLimit::Gradient { initial, .. } => {
                initial
            }
        };
        let limit = f64::from(limit);
        AdaptiveLimit {
            policy,
            limit,
            long_term_ns: 0.0,
            decreased: Time::ZERO,
        }
    }

    pub(crate) fn allows(&self, present: u32) -> bool {
        f64::from(present) < self.limit
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit as u64
    }

    /// A request that came at `arrived` has been answered; `present` counted it.
    pub(crate) fn answered(&mut self, now: Time, arrived: Time, present: u32) {
        let took = now - arrived;
        match self.policy {
            ConcurrencyLimit::Fixed { .. } => {}
            ConcurrencyLimit::Aimd {
                max,
                target_ns,
                decrease,
                ..
            } => {
                if took > Span::from_ns(target_ns) {
                    if arrived >= self.decreased {
                        self.limit = (self.limit * decrease).max(1.0);
                        self.decreased = now;
                    }
                } else if f64::from(present) * 2.0 >= self.limit {
                    // One more for every limit's worth of answers.
                    self.limit = (self.limit + 1.0 / self.limit).min(f64::from(max));
                }
            }
            ConcurrencyLimit::Gradient { max, tolerance, .. } => {
                self.gradient(took.as_ns() as f64, present, f64::from(max), tolerance);
            }
        }
    }

    fn gradient(&mut self, took_ns: f64, present: u32, max: f64, tolerance: f64) {
        if self.long_term_ns == 0.0 {
            self.long_term_ns = took_ns;
        }
        self.long_term_ns += LONG_TERM_WEIGHT * (took_ns - self.long_term_ns);
        // After a slow phase the long term comes down faster, as in Gradient2.
        if self.long_term_ns > 2.0 * took_ns {
            self.long_term_ns *= 0.95;
        }
        if f64::from(present) * 2.0 < self.limit {
            return;
        }
        let gradient = (tolerance * self.long_term_ns / took_ns.max(1.0)).clamp(0.5, 1.0);
        let target = self.limit * gradient + self.limit.sqrt();
        self.limit = (self.limit * (1.0 - SMOOTHING) + target * SMOOTHING).clamp(1.0, max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aimd_grows_by_one_a_round_and_shrinks_once_a_round() {
        let policy = ConcurrencyLimit::Aimd {
            initial: 10,
            max: 100,
            target_ns: 1_000,
            decrease: 0.5,
        };
        let mut limit = AdaptiveLimit::new(policy);
        for _ in 0..10 {
            limit.answered(Time::from_ns(500), Time::ZERO, 10);
        }
        assert_eq!(limit.limit(), 10);
        limit.answered(Time::from_ns(500), Time::ZERO, 10);
        assert_eq!(limit.limit(), 11);
        for _ in 0..5 {
            limit.answered(Time::from_ns(5_000), Time::from_ns(10), 11);
        }
        assert_eq!(
            limit.limit(),
            5,
            "five slow answers of one round are one decrease"
        );
        assert!(limit.allows(4) && !limit.allows(6));
    }

    #[test]
    fn gradient_falls_when_answers_slow_down() {
        let policy = ConcurrencyLimit::Gradient {
            initial: 20,
            max: 200,
            tolerance: 1.5,
        };
        let mut limit = AdaptiveLimit::new(policy);
        for _ in 0..2_000 {
            limit.answered(Time::from_ns(1_000), Time::ZERO, 200);
        }
        assert_eq!(
            limit.limit(),
            200,
            "steady answers let it grow to the maximum"
        );
        for _ in 0..30 {
            limit.answered(Time::from_ns(10_000), Time::ZERO, 200);
        }
        assert!(limit.limit() < 60, "{}", limit.limit());
    }
}
