//! A finished histogram in little memory.

use crate::Histogram;

/// A histogram that takes no further values: only the buckets that hold any are kept, a tenth of
/// the memory of the whole range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedHistogram {
    bits: u32,
    indices: Box<[u32]>,
    counts: Box<[u64]>,
    sum: u128,
    min: u64,
    max: u64,
}

impl PackedHistogram {
    /// Moves everything out of a histogram, which is empty afterwards and keeps its memory.
    pub fn take(from: &mut Histogram) -> Self {
        let (min, max) = (from.min().unwrap_or(u64::MAX), from.max().unwrap_or(0));
        let (bits, sum) = (from.bits(), from.sum());
        let held: Vec<(u32, u64)> = from.drain().collect();
        PackedHistogram {
            bits,
            indices: held.iter().map(|&(index, _)| index).collect(),
            counts: held.iter().map(|&(_, count)| count).collect(),
            sum,
            min,
            max,
        }
    }

    /// Adds everything to a histogram whose buckets are as wide or wider.
    pub fn add_to(&self, histogram: &mut Histogram) {
        let all = (self.sum, self.min, self.max);
        histogram.absorb_buckets(self.bits, self.held(), all);
    }

    fn held(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = self.counts.iter().copied();
        self.indices.iter().copied().zip(counts)
    }

    /// As [`Histogram::quantile`].
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let total = self.counts.iter().sum();
        Histogram::quantile_of(self.bits, self.held(), total, q)
            .map(|value| value.clamp(self.min as f64, self.max as f64))
    }

    /// The histogram that it was.
    pub fn unpacked(&self) -> Histogram {
        let mut histogram = Histogram::new(self.bits);
        self.add_to(&mut histogram);
        histogram
    }

    /// Bytes that `buckets` held buckets take.
    pub const fn bytes(buckets: usize) -> usize {
        size_of::<Self>() + buckets * (size_of::<u32>() + size_of::<u64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packing_loses_nothing(values: Vec<u64>, more: Vec<u16>) {
            let mut original = Histogram::new(Histogram::FINE);
            values.iter().for_each(|&v| original.push(v));
            let mut source = original.clone();
            let packed = PackedHistogram::take(&mut source);
            prop_assert_eq!(&packed.unpacked(), &original);
            prop_assert_eq!(packed.quantile(0.9), original.quantile(0.9));
            prop_assert_eq!((source.count(), source.buckets().count()), (0, 0));
            // The emptied one is as good as new, and a coarse one takes what is packed.
            more.iter().for_each(|&v| source.push(u64::from(v)));
            let mut direct = Histogram::new(Histogram::COARSE);
            values.iter().copied().chain(more.iter().map(|&v| u64::from(v))).for_each(|v| direct.push(v));
            let mut coarse = Histogram::new(Histogram::COARSE);
            packed.add_to(&mut coarse);
            PackedHistogram::take(&mut source).add_to(&mut coarse);
            prop_assert_eq!(coarse, direct);
        }
    }
}
