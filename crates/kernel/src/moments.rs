//! Mean and variance in one pass.

/// Count, mean and variance of a series (Welford 1962), mergeable (Chan, Golub, LeVeque 1983).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Nothing yet.
    pub const fn new() -> Self {
        Moments {
            count: 0,
            mean: 0.0,
            squares: 0.0,
        }
    }

    /// Adds one value.
    #[inline(always)]
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let delta = value - self.mean;
        self.mean += delta / self.count as f64;
        self.squares += delta * (value - self.mean);
    }

    /// Adds all values of another series. The order of merging changes last bits: merge in index
    /// order.
    pub fn merge(&mut self, other: &Moments) {
        if other.count == 0 {
            return;
        }
        let total = (self.count + other.count) as f64;
        let delta = other.mean - self.mean;
        self.mean += delta * other.count as f64 / total;
        self.squares +=
            other.squares + delta * delta * self.count as f64 * other.count as f64 / total;
        self.count += other.count;
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean; 0 of nothing.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The unbiased variance; 0 of fewer than two values.
    pub fn variance(&self) -> f64 {
        if self.count < 2 {
            0.0
        } else {
            self.squares / (self.count - 1) as f64
        }
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Moments::new();
        values.into_iter().for_each(|value| moments.push(value));
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn merging_equals_adding(
            a in prop::collection::vec(-1e6f64..1e6, 0..50),
            b in prop::collection::vec(-1e6f64..1e6, 0..50),
        ) {
            let mut merged: Moments = a.iter().copied().collect();
            merged.merge(&b.iter().copied().collect());
            let both: Moments = a.iter().chain(&b).copied().collect();
            prop_assert_eq!(merged.count(), both.count());
            prop_assert!((merged.mean() - both.mean()).abs() < 1e-6);
            prop_assert!((merged.variance() - both.variance()).abs() < 1e-9 * (1.0 + both.variance()));
        }
    }

    #[test]
    fn known_values() {
        let m: Moments = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]
            .into_iter()
            .collect();
        assert_eq!(m.mean(), 5.0);
        assert!((m.variance() - 32.0 / 7.0).abs() < 1e-12);
    }
}
