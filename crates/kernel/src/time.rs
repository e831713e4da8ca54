//! Virtual time: whole nanoseconds since the start of a run.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant of a run, in nanoseconds since its start; 2^64 ns are 584 years.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Time(u64);

/// A length of time in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Span(u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than anything that happens: stands for "no deadline".
    pub const NEVER: Time = Time(u64::MAX);

    /// The instant `ns` nanoseconds after the start.
    #[inline(always)]
    pub const fn from_ns(ns: u64) -> Time {
        Time(ns)
    }

    /// Nanoseconds since the start.
    #[inline(always)]
    pub const fn as_ns(self) -> u64 {
        self.0
    }

    /// Seconds since the start, rounded to the nearest `f64`.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[inline(always)]
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// The longest length; adding it to an instant gives [`Time::NEVER`].
    pub const FOREVER: Span = Span(u64::MAX);

    /// A length of `ns` nanoseconds.
    #[inline(always)]
    pub const fn from_ns(ns: u64) -> Span {
        Span(ns)
    }

    /// A length of `ms` milliseconds.
    pub const fn from_ms(ms: u64) -> Span {
        Span(ms.saturating_mul(1_000_000))
    }

    /// A length of `seconds`, rounded to the nearest nanosecond; negative and not-a-number give
    /// zero, too long gives [`Span::FOREVER`].
    #[inline(always)]
    pub fn from_seconds(seconds: f64) -> Span {
        Span::from_ns_f64(seconds * 1e9)
    }

    /// A length of `ns` nanoseconds, rounded half up; negative and not-a-number give zero, too
    /// long gives [`Span::FOREVER`] (the cast saturates).
    #[inline(always)]
    pub fn from_ns_f64(ns: f64) -> Span {
        // Half the price of a cast to `u64`, which few processors know; the same below 2^63.
        let whole = (ns + 0.5) as i64;
        if (0..i64::MAX).contains(&whole) {
            return Span(whole as u64);
        }
        Span::from_ns_beyond(ns)
    }

    #[cold]
    #[inline(never)]
    fn from_ns_beyond(ns: f64) -> Span {
        Span((ns + 0.5) as u64)
    }

    /// Nanoseconds.
    #[inline(always)]
    pub const fn as_ns(self) -> u64 {
        self.0
    }

    /// Seconds, rounded to the nearest `f64`.
    #[inline(always)]
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add<Span> for Time {
    type Output = Time;
    #[inline(always)]
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    #[inline(always)]
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

/// Panics in debug builds when `earlier` is later; use [`Time::since`] where that can happen.
impl Sub<Time> for Time {
    type Output = Span;
    #[inline(always)]
    fn sub(self, earlier: Time) -> Span {
        debug_assert!(earlier.0 <= self.0, "time ran backwards");
        Span(self.0.wrapping_sub(earlier.0))
    }
}

impl Add<Span> for Span {
    type Output = Span;
    #[inline(always)]
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub<Span> for Span {
    type Output = Span;
    #[inline(always)]
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span(self.0).fmt(f)
    }
}

/// The largest unit that leaves a number of at least one: `250 ms`, `1.5 s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = self.0 as f64;
        match self.0 {
            0..1_000 => write!(f, "{} ns", self.0),
            1_000..1_000_000 => write!(f, "{} µs", ns / 1e3),
            1_000_000..1_000_000_000 => write!(f, "{} ms", ns / 1e6),
            _ => write!(f, "{} s", ns / 1e9),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_and_rounds_once() {
        assert_eq!(Time::from_ns(5) + Span::FOREVER, Time::NEVER);
        assert_eq!(Span::from_seconds(1.5).as_ns(), 1_500_000_000);
        assert_eq!(Span::from_ns_f64(-3.0), Span::ZERO);
        assert_eq!(Span::from_ns_f64(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_ns_f64(1e30), Span::FOREVER);
        assert_eq!(Time::from_ns(3).since(Time::from_ns(9)), Span::ZERO);
    }

    #[test]
    fn spans_read_as_people_write_them() {
        assert_eq!(Span::from_ms(250).to_string(), "250 ms");
        assert_eq!(Span::from_ms(1_500).to_string(), "1.5 s");
        assert_eq!(Span::from_ns(7).to_string(), "7 ns");
    }
}
