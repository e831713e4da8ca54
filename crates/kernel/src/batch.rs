//! An interval from one long run.

use crate::interval::Interval;
use crate::moments::Moments;

/// Most batches kept; at this number neighbours are joined and batches become twice as long.
const BATCHES_MAX: usize = 64;
const BATCHES_MIN: usize = 20;

/// Non-overlapping batch means of a series of unknown length: between 32 and 64 batches.
#[derive(Clone, Debug)]
pub struct BatchMeans {
    batch_len: u64,
    sum: f64,
    in_batch: u64,
    means: Vec<f64>,
}

impl Default for BatchMeans {
    fn default() -> Self {
        Self::new()
    }
}

impl BatchMeans {
    /// Nothing yet; batches begin at one value.
    pub fn new() -> Self {
        BatchMeans {
            batch_len: 1,
            sum: 0.0,
            in_batch: 0,
            means: Vec::with_capacity(BATCHES_MAX),
        }
    }

    /// Adds one value.
    pub fn push(&mut self, value: f64) {
        self.sum += value;
        self.in_batch += 1;
        if self.in_batch < self.batch_len {
            return;
        }
        self.means.push(self.sum / self.batch_len as f64);
        self.sum = 0.0;
        self.in_batch = 0;
        if self.means.len() == BATCHES_MAX {
            for i in 0..BATCHES_MAX / 2 {
                self.means[i] = 0.5 * (self.means[2 * i] + self.means[2 * i + 1]);
            }
            self.means.truncate(BATCHES_MAX / 2);
            self.batch_len *= 2;
        }
    }

    /// Student's interval over the full batches; none below 20 of them.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let moments: Moments = self.means.iter().copied().collect();
        (self.means.len() >= BATCHES_MIN).then(|| Interval::student(&moments, level))
    }

    /// Correlation of neighbouring batches; far above 0 the interval is too narrow. None below 20
    /// batches or without any spread.
    pub fn lag_one(&self) -> Option<f64> {
        if self.means.len() < BATCHES_MIN {
            return None;
        }
        let mean = self.means.iter().sum::<f64>() / self.means.len() as f64;
        let square: f64 = self.means.iter().map(|x| (x - mean) * (x - mean)).sum();
        let product: f64 = self
            .means
            .windows(2)
            .map(|w| (w[0] - mean) * (w[1] - mean))
            .sum();
        (square > 0.0).then(|| product / square)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, Xoshiro256};

    #[test]
    fn correlated_series_is_covered() {
        // x' = 0.9 x + u with mean 5: batches much longer than the memory of ten values.
        let mut source = Xoshiro256::seeded(3);
        let (mut x, mut batches) = (5.0, BatchMeans::new());
        for _ in 0..100_000 {
            x = 0.9 * x + source.unit();
            batches.push(x);
        }
        let interval = batches.interval(0.99).unwrap();
        assert!(
            interval.contains(5.0) && interval.half_width() < 0.1,
            "{interval:?}"
        );
        assert!(batches.lag_one().unwrap().abs() < 0.4);
    }
}
