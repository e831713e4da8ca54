//! Controlled delay: drop from the head of a queue that stays slow.

use kernel::{Span, Time};

/// The state of Nichols and Jacobson's algorithm (RFC 8289, section 5) for one queue.
#[derive(Clone, Debug, Default)]
pub struct CoDelState {
    /// When the wait will have been above the target for an interval; zero when it is below.
    first_above: Time,
    drop_next: Time,
    count: u32,
    last_count: u32,
    dropping: bool,
}

impl CoDelState {
    /// Whether to drop the request at the head, which has waited for `waited`.
    pub fn drops(
        &mut self,
        now: Time,
        waited: Span,
        target: Span,
        interval: Span,
        queue_is_empty: bool,
    ) -> bool {
        let slow = self.is_slow(now, waited, target, interval, queue_is_empty);
        if self.dropping {
            if !slow {
                self.dropping = false;
                return false;
            }
            if now < self.drop_next {
                return false;
            }
            self.count += 1;
            self.drop_next += Self::gap(interval, self.count);
            return true;
        }
        if !slow {
            return false;
        }
        self.dropping = true;
        // Resume near the rate that worked, if the last dropping phase was recent.
        let recent = now.since(self.drop_next).as_ns() < 16 * interval.as_ns();
        let delta = self.count - self.last_count;
        self.count = if delta > 1 && recent { delta } else { 1 };
        self.drop_next = now + Self::gap(interval, self.count);
        self.last_count = self.count;
        true
    }

    fn is_slow(
        &mut self,
        now: Time,
        waited: Span,
        target: Span,
        interval: Span,
        queue_is_empty: bool,
    ) -> bool {
        if waited < target || queue_is_empty {
            self.first_above = Time::ZERO;
            return false;
        }
        if self.first_above == Time::ZERO {
            self.first_above = now + interval;
            return false;
        }
        now >= self.first_above
    }

    /// The control law: drops come closer as the square root of their number.
    fn gap(interval: Span, count: u32) -> Span {
        Span::from_ns_f64(interval.as_ns() as f64 / f64::from(count).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_only_after_an_interval_and_then_faster() {
        let mut codel = CoDelState::default();
        let (target, interval) = (Span::from_ms(5), Span::from_ms(100));
        let mut drops = Vec::new();
        for ms in 0..600 {
            let now = Time::ZERO + Span::from_ms(ms + 1);
            if codel.drops(now, Span::from_ms(20), target, interval, false) {
                drops.push(ms);
            }
        }
        // First after 100 ms, then gaps of 100 / sqrt(n).
        assert_eq!(drops[0], 100);
        assert_eq!(drops[1] - drops[0], 100);
        assert!((70..=72).contains(&(drops[2] - drops[1])), "{drops:?}");
        let now = Time::ZERO + Span::from_ms(700);
        assert!(
            !codel.drops(now, Span::from_ms(1), target, interval, false),
            "a short wait"
        );
        assert!(
            !codel.drops(now, Span::from_ms(20), target, interval, false),
            "anew"
        );
    }
}
