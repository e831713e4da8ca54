//! Counts of durations in log-linear buckets: exact counts, values within a known relative width.

/// A histogram of whole numbers (nanoseconds) whose buckets are at most 2^-`bits` wide relative to
/// their value. Memory grows with the largest value only; adding is one increment; merging is
/// exact and commutative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    bits: u32,
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Histogram {
    /// Two significant digits: buckets below 0.8 % wide.
    pub const FINE: u32 = 7;
    /// For one cell of a chart: buckets below 6.3 % wide.
    pub const COARSE: u32 = 4;

    /// An empty histogram with buckets 2^-`bits` wide, `bits` at most 12.
    pub fn new(bits: u32) -> Self {
        assert!(
            bits <= 12,
            "more than 4096 buckets an octave are never needed"
        );
        Histogram {
            bits,
            counts: Vec::new(),
            count: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
        }
    }

    #[inline(always)]
    fn index(bits: u32, value: u64) -> usize {
        let shift = ((value >> bits) | 1).ilog2();
        ((shift as usize) << bits) + (value >> shift) as usize
    }

    /// How many buckets there are up to that of a value.
    pub fn places(bits: u32, value: u64) -> usize {
        Self::index(bits, value) + 1
    }

    /// Smallest value and width of a bucket.
    fn bucket(bits: u32, index: usize) -> (u64, u64) {
        let shift = (index >> bits).saturating_sub(1) as u32;
        let low = (index - ((shift as usize) << bits)) as u64;
        (low << shift, 1 << shift)
    }

    /// Adds one value.
    #[inline(always)]
    pub fn push(&mut self, value: u64) {
        let index = Self::index(self.bits, value);
        if index >= self.counts.len() {
            self.grow(index);
        }
        self.counts[index] += 1;
        self.count += 1;
        self.sum += u128::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, index: usize) {
        // Whole octaves, so that growth is rare.
        self.counts
            .resize(((index >> self.bits) + 1) << self.bits, 0);
    }

    /// Adds all values of another histogram whose buckets are as wide or narrower; exact, as each
    /// of them lies within one bucket of ours.
    pub fn merge(&mut self, other: &Histogram) {
        let all = (other.sum, other.min, other.max);
        self.absorb_buckets(other.bits, other.held(), all);
    }

    /// Moves all values into two other histograms, as [`Histogram::merge`] would, and is empty
    /// afterwards, with its memory kept. Costs as much as the span of the values is long.
    pub fn move_into(&mut self, first: &mut Histogram, second: &mut Histogram) {
        let all = (self.sum, self.min, self.max);
        let bits = self.bits;
        first.make_room(bits, self.max);
        second.make_room(bits, self.max);
        for (index, count) in self.drain() {
            first.add(bits, index, count);
            second.add(bits, index, count);
        }
        first.add_sums(all);
        second.add_sums(all);
    }

    /// Width of the buckets: see [`Histogram::new`].
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// Adds buckets by index, with the sum, the smallest and the largest of their values.
    pub(crate) fn absorb_buckets(
        &mut self,
        bits: u32,
        buckets: impl Iterator<Item = (u32, u64)>,
        all: (u128, u64, u64),
    ) {
        self.make_room(bits, all.2);
        for (index, count) in buckets {
            self.add(bits, index, count);
        }
        self.add_sums(all);
    }

    /// Indices and counts of the buckets that hold values.
    fn held(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = &self.counts[self.span()];
        let first = self.span().start as u32;
        let all = counts.iter().enumerate();
        all.filter(|&(_, &count)| count > 0)
            .map(move |(i, &count)| (first + i as u32, count))
    }

    /// The same, emptying the histogram.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let span = self.span();
        (self.count, self.sum) = (0, 0);
        (self.min, self.max) = (u64::MAX, 0);
        let first = span.start as u32;
        let all = self.counts[span].iter_mut().enumerate();
        all.filter(|(_, count)| **count > 0)
            .map(move |(i, count)| (first + i as u32, std::mem::take(count)))
    }

    /// The buckets from the smallest value to the largest.
    fn span(&self) -> std::ops::Range<usize> {
        if self.count == 0 {
            return 0..0;
        }
        Self::index(self.bits, self.min)..Self::index(self.bits, self.max) + 1
    }

    fn make_room(&mut self, bits: u32, max: u64) {
        assert!(
            self.bits <= bits,
            "narrow buckets cannot be filled from wide ones"
        );
        let last = Self::index(self.bits, max);
        if max > 0 && last >= self.counts.len() {
            self.grow(last);
        }
    }

    /// Adds to the bucket that holds a bucket of a histogram as narrow or narrower.
    #[inline(always)]
    fn add(&mut self, bits: u32, index: u32, count: u64) {
        let index = index as usize;
        let own = if self.bits == bits {
            index
        } else {
            Self::index(self.bits, Self::bucket(bits, index).0)
        };
        if own >= self.counts.len() {
            self.grow(own);
        }
        self.counts[own] += count;
        self.count += count;
    }

    fn add_sums(&mut self, (sum, min, max): (u128, u64, u64)) {
        self.sum += sum;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }

    /// How many values were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of the values.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The exact mean; none of an empty histogram.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The exact largest value; none of an empty histogram.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// The exact smallest value; none of an empty histogram.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// The value of nearest rank `ceil(q n)`, placed evenly within its bucket; none when empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        Self::quantile_of(self.bits, self.held(), self.count, q)
            .map(|value| value.clamp(self.min as f64, self.max as f64))
    }

    /// The quantile of `total` values in ascending buckets, wherever they are kept.
    pub(crate) fn quantile_of(
        bits: u32,
        buckets: impl Iterator<Item = (u32, u64)>,
        total: u64,
        q: f64,
    ) -> Option<f64> {
        let rank = (libm::ceil(q.clamp(0.0, 1.0) * total as f64) as u64).clamp(1, total.max(1));
        let mut before = 0;
        for (index, count) in buckets {
            if before + count >= rank {
                let (low, width) = Self::bucket(bits, index as usize);
                let within = ((rank - before) as f64 - 0.5) / count as f64;
                return Some(low as f64 + (width - 1) as f64 * within);
            }
            before += count;
        }
        None
    }

    /// How many values lie in buckets that end at or below `value`, rounded to the bucket.
    pub fn count_up_to(&self, value: u64) -> u64 {
        let last = Self::index(self.bits, value);
        self.counts.iter().take(last + 1).sum()
    }

    /// The non-empty buckets as (smallest value, width, count).
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.counts
            .iter()
            .enumerate()
            .filter(|&(_, &count)| count > 0)
            .map(|(index, &count)| {
                let (low, width) = Self::bucket(self.bits, index);
                (low, width, count)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_lies_in_its_bucket(value: u64, bits in 0u32..=12) {
            let (low, width) = Histogram::bucket(bits, Histogram::index(bits, value));
            prop_assert!(low <= value && value - low < width);
            prop_assert!(width == 1 || (width as f64) <= low as f64 / f64::from(1 << bits));
        }

        #[test]
        fn merging_equals_adding(a: Vec<u32>, b: Vec<u32>) {
            let collect = |values: &[u32]| {
                let mut h = Histogram::new(Histogram::FINE);
                values.iter().for_each(|&v| h.push(u64::from(v)));
                h
            };
            let mut merged = collect(&a);
            merged.merge(&collect(&b));
            let both = collect(&[a, b].concat());
            prop_assert_eq!(merged.sum(), both.sum());
            prop_assert_eq!(merged.quantile(0.9), both.quantile(0.9));
            prop_assert_eq!(merged.buckets().collect::<Vec<_>>(), both.buckets().collect::<Vec<_>>());
        }

        /// Coarse buckets filled from fine ones, and a histogram used again, are as if new.
        #[test]
        fn moved_values_are_where_they_would_be(a: Vec<u64>, b: Vec<u16>) {
            let collect = |bits, values: &[u64]| {
                let mut h = Histogram::new(bits);
                values.iter().for_each(|&v| h.push(v));
                h
            };
            let (mut fine, mut coarse) = (Histogram::new(Histogram::FINE), Histogram::new(Histogram::COARSE));
            let mut source = collect(Histogram::FINE, &a);
            source.move_into(&mut fine, &mut coarse);
            prop_assert_eq!((source.count(), source.buckets().count(), source.max()), (0, 0, None));
            let b: Vec<u64> = b.into_iter().map(u64::from).collect();
            b.iter().for_each(|&v| source.push(v));
            source.move_into(&mut fine, &mut coarse);
            let both = [a, b].concat();
            prop_assert_eq!(fine, collect(Histogram::FINE, &both));
            prop_assert_eq!(coarse, collect(Histogram::COARSE, &both));
        }

        #[test]
        fn quantiles_are_within_the_width(mut values in prop::collection::vec(0u64..1 << 50, 1..200), q in 0.0f64..=1.0) {
            let mut h = Histogram::new(Histogram::FINE);
            values.iter().for_each(|&v| h.push(v));
            values.sort_unstable();
            let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1] as f64;
            prop_assert!((h.quantile(q).unwrap() - exact).abs() <= exact / 128.0 + 0.5);
        }
    }
}
