//! Averages over time of a number that changes at events.

use crate::time::Time;

/// A whole number that changes at instants, with the exact area under it: units times nanoseconds.
///
/// Kept is the sum of (change times instant), from which the area follows at any instant: a change
/// costs two additions instead of a multiplication. The sum wraps; the area does not, as it is
/// below 2^128.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeWeighted {
    value: u64,
    last: Time,
    /// Sum over all changes of new minus old value times the instant, modulo 2^128.
    moment: u128,
}

impl TimeWeighted {
    /// Zero since time zero.
    pub const fn new() -> Self {
        TimeWeighted {
            value: 0,
            last: Time::ZERO,
            moment: 0,
        }
    }

    /// The present value.
    #[inline(always)]
    pub fn value(&self) -> u64 {
        self.value
    }

    /// Sets the value from `now` on.
    #[inline(always)]
    pub fn set(&mut self, now: Time, value: u64) {
        self.look(now);
        let at = u128::from(now.as_ns());
        let (new, old) = (u128::from(value) * at, u128::from(self.value) * at);
        self.moment = self.moment.wrapping_add(new).wrapping_sub(old);
        self.value = value;
    }

    /// Raises the value by one.
    #[inline(always)]
    pub fn raise(&mut self, now: Time) {
        self.look(now);
        self.value += 1;
        self.moment = self.moment.wrapping_add(u128::from(now.as_ns()));
    }

    /// Lowers the value by one; below zero is a bug of the caller and panics.
    #[inline(always)]
    pub fn lower(&mut self, now: Time) {
        assert!(self.value > 0, "a count of things present fell below zero");
        self.look(now);
        self.value -= 1;
        self.moment = self.moment.wrapping_sub(u128::from(now.as_ns()));
    }

    /// Changes come in the order of time; debug builds check it.
    #[inline(always)]
    fn look(&mut self, now: Time) {
        if cfg!(debug_assertions) {
            assert!(self.last <= now, "time ran backwards");
            self.last = now;
        }
    }

    /// The area up to `now`, exact; `now` is not before the last change.
    pub fn area(&self, now: Time) -> u128 {
        let all = u128::from(self.value) * u128::from(now.as_ns());
        all.wrapping_sub(self.moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The area under "how many are present" is the sum of the stays, to the bit.
        #[test]
        fn area_is_the_sum_of_stays(stays in prop::collection::vec((0u64..1000, 0u64..1000), 0..50)) {
            let mut changes: Vec<(u64, bool)> = stays.iter()
                .flat_map(|&(from, length)| [(from, true), (from + length, false)])
                .collect();
            // Arrivals first at equal instants, so that the count never falls below zero.
            changes.sort_by_key(|&(at, up)| (at, !up));
            let mut present = TimeWeighted::new();
            for (at, up) in changes {
                let now = Time::from_ns(at);
                if up { present.raise(now) } else { present.lower(now) }
            }
            let sum: u64 = stays.iter().map(|&(_, length)| length).sum();
            prop_assert_eq!(present.area(Time::from_ns(5000)), u128::from(sum));
        }
    }
}
