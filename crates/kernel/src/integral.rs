//! Averages over time of a number that changes at events.

use crate::time::Time;

/// A whole number that changes at instants, with the exact area under it: units times nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeWeighted {
    value: u64,
    since: Time,
    area: u128,
}

impl TimeWeighted {
    /// Zero since time zero.
    pub const fn new() -> Self {
        TimeWeighted {
            value: 0,
            since: Time::ZERO,
            area: 0,
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
        let span = (now - self.since).as_ns();
        self.area += u128::from(self.value) * u128::from(span);
        self.since = now;
        self.value = value;
    }

    /// Raises the value by one.
    #[inline(always)]
    pub fn raise(&mut self, now: Time) {
        self.set(now, self.value + 1);
    }

    /// Lowers the value by one; below zero is a bug of the caller and panics.
    #[inline(always)]
    pub fn lower(&mut self, now: Time) {
        assert!(self.value > 0, "a count of things present fell below zero");
        self.set(now, self.value - 1);
    }

    /// The area up to `now`, exact.
    pub fn area(&self, now: Time) -> u128 {
        self.area + u128::from(self.value) * u128::from(now.since(self.since).as_ns())
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
