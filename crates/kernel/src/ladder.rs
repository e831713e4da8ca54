//! The pending set: keys in, the smallest key out, near flat in cost from ten to a million keys.
//!
//! Few keys live in one sorted array. From [`SORTED_MAX`] on, a key goes by the highest bit in
//! which its time differs from the current position: into one of 256 *fine* buckets (about
//! [`FILL`] keys each), one of 1024 *coarse* buckets, or one of 64 *far* buckets. Only the current
//! fine bucket is ever sorted. A key moves towards the front at most once a level, so no
//! distribution of delays can make an operation cost more than a constant number of appends plus
//! its share of a sort; many keys at one instant fall back on a binary heap.

use crate::time::Time;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The order of an event: time, then the order of scheduling, then the slot of its payload.
///
/// Sixteen bytes compared as one integer: 64 bits of time, 40 of sequence, 24 of slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key(u128);

impl Key {
    /// Bits of the slot number.
    pub const SLOT_BITS: u32 = 24;
    /// Bits of the sequence number: a run may schedule 10^12 events.
    pub const SEQUENCE_BITS: u32 = 40;

    /// Comes after every event.
    pub const LAST: Key = Key(u128::MAX);

    /// Comes after every event at an instant or before, and before all others.
    #[inline(always)]
    pub fn after(time: Time) -> Key {
        match time.as_ns().checked_add(1) {
            Some(ns) => Key::new(ns, 0, 0),
            None => Key::LAST,
        }
    }

    /// A key; `slot` and `sequence` must fit their bits.
    #[inline(always)]
    pub fn new(time_ns: u64, sequence: u64, slot: u32) -> Key {
        debug_assert!(sequence >> Self::SEQUENCE_BITS == 0 && slot >> Self::SLOT_BITS == 0);
        Key((u128::from(time_ns) << 64)
            | u128::from(sequence << Self::SLOT_BITS)
            | u128::from(slot))
    }

    /// The time in nanoseconds.
    #[inline(always)]
    pub fn time_ns(self) -> u64 {
        (self.0 >> 64) as u64
    }

    /// The slot of the payload.
    #[inline(always)]
    pub fn slot(self) -> u32 {
        self.0 as u32 & ((1 << Self::SLOT_BITS) - 1)
    }
}

/// Up to this many keys a sorted array beats everything else (measured: 32 to 64 tie).
const SORTED_MAX: usize = 48;
/// Below this many keys a ladder turns back into a sorted array; half, so that it cannot flutter.
const SORTED_AGAIN: usize = SORTED_MAX / 2;
/// Keys wanted in a fine bucket: 4 beat 8 and 16 by 1.1 to 1.3 times in measurements.
const FILL: u64 = 4;
const FINE_BITS_MAX: u32 = 8;
const FINE: usize = 1 << FINE_BITS_MAX;
const COARSE_BITS: u32 = 10;
const COARSE: usize = 1 << COARSE_BITS;
/// Where the coarse and the far buckets begin in the list of all.
const COARSE_FIRST: usize = FINE;
const FAR_FIRST: usize = FINE + COARSE;
const BUCKETS: usize = FAR_FIRST + 64;
const WORDS: usize = BUCKETS / 64;
/// A coarse bucket of at most this many keys is sorted as it is, without splitting it.
const SPLIT_MIN: usize = 32;
/// Longest walk when inserting into the sorted array; beyond it the key goes to the heap.
const WALK_MAX: usize = 64;
/// Fewest keys to load before judging whether the bucket width still fits the delays.
const JUDGE_MIN: u64 = 2048;

/// A monotone priority queue of [`Key`]s: keys may not be earlier than the last one taken.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The current bucket, descending: the next key is the last.
    bottom: Vec<Key>,
    /// Keys for the current bucket that arrived while it was long.
    late: BinaryHeap<Reverse<Key>>,
    buckets: Option<Box<Buckets>>,
    /// Index of the current fine bucket; `u64::MAX` while all keys live in `bottom`.
    position: u64,
    /// Fine buckets are `1 << width_bits` nanoseconds wide.
    width_bits: u32,
    /// A coarse bucket holds `1 << fine_bits` fine ones.
    fine_bits: u32,
    len: usize,
    /// Population at which the widths are chosen anew.
    len_rebuild: usize,
    /// Keys and buckets loaded since the widths were chosen.
    loaded_keys: u64,
    loaded_buckets: u64,
}

/// All buckets in the order in which they fall due: fine, coarse, far.
#[derive(Clone, Debug)]
struct Buckets {
    buckets: [Vec<Key>; BUCKETS],
    /// Bit `j` of word `w` is set when bucket `64 w + j` holds keys.
    used: [u64; WORDS],
    /// Bit `w` is set when `used[w]` is not zero.
    used_words: u32,
    /// Memory kept between rebuilds.
    scratch: Vec<Key>,
    times: Vec<u64>,
}

impl Default for Ladder {
    fn default() -> Self {
        Self::new()
    }
}

impl Ladder {
    /// An empty queue.
    pub fn new() -> Self {
        Ladder {
            bottom: Vec::with_capacity(2 * SORTED_MAX),
            late: BinaryHeap::new(),
            buckets: None,
            position: u64::MAX,
            width_bits: 0,
            fine_bits: 0,
            len: 0,
            len_rebuild: SORTED_MAX,
            loaded_keys: 0,
            loaded_buckets: 0,
        }
    }

    /// How many keys are pending.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a key, which must not be earlier than the last one taken.
    #[inline(always)]
    pub fn push(&mut self, key: Key) {
        self.len += 1;
        if self.position == u64::MAX {
            self.insert_bottom(key);
            // A ladder that has grown is rebuilt when its next bucket is loaded: many keys
            // scheduled in a row then cost one rebuild, not one for each doubling.
            if self.len > self.len_rebuild {
                self.rebuild();
            }
        } else if key.time_ns() >> self.width_bits <= self.position {
            self.insert_bottom(key);
        } else {
            self.place(key);
        }
    }

    /// Takes the smallest key.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<Key> {
        if !self.settle() {
            return None;
        }
        self.len -= 1;
        if self.late.is_empty() {
            return self.bottom.pop();
        }
        self.pop_late()
    }

    /// Takes the smallest key if it lies in the current bucket; none says that a longer way must be
    /// gone.
    #[inline(always)]
    pub(crate) fn pop_front(&mut self) -> Option<Key> {
        if !self.late.is_empty() {
            return None;
        }
        let key = self.bottom.pop()?;
        self.len -= 1;
        Some(key)
    }

    /// Takes the smallest key if it comes before `limit` and lies in the current bucket: the common
    /// case in few instructions. `Err` says that a longer way must be gone.
    #[inline(always)]
    pub(crate) fn pop_front_before(&mut self, limit: Key) -> Result<Option<Key>, ()> {
        if !self.late.is_empty() {
            return Err(());
        }
        match self.bottom.last() {
            None if self.len == 0 => Ok(None),
            None => Err(()),
            Some(&key) if key >= limit => Ok(None),
            Some(&key) => {
                self.bottom.pop();
                self.len -= 1;
                Ok(Some(key))
            }
        }
    }

    /// The smallest key, without taking it.
    #[inline(always)]
    pub fn peek(&mut self) -> Option<Key> {
        if !self.settle() {
            return None;
        }
        let bottom = self.bottom.last().copied();
        match (bottom, self.late.peek()) {
            (Some(a), Some(&Reverse(b))) => Some(a.min(b)),
            (None, Some(&Reverse(b))) => Some(b),
            (a, None) => a,
        }
    }

    /// Drops the keys for which `keep` answers no.
    pub fn retain(&mut self, mut keep: impl FnMut(Key) -> bool) {
        self.bottom.retain(|&key| keep(key));
        self.late.retain(|&Reverse(key)| keep(key));
        self.len = self.bottom.len() + self.late.len();
        if let Some(buckets) = self.buckets.as_deref_mut() {
            self.len += buckets.retain(keep);
        }
    }

    /// Whether the next look at the front has to load a bucket.
    #[inline(always)]
    pub(crate) fn is_front_empty(&self) -> bool {
        self.bottom.is_empty() && self.late.is_empty()
    }

    /// Makes the current bucket non-empty; false when nothing is pending.
    #[inline(always)]
    pub(crate) fn settle(&mut self) -> bool {
        !self.is_front_empty() || self.refill(|_| {})
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn insert_bottom(&mut self, key: Key) {
        let len = self.bottom.len();
        if len > WALK_MAX && self.bottom[len - WALK_MAX] < key {
            self.late.push(Reverse(key));
            return;
        }
        self.bottom.push(key);
        // Smaller keys move towards the end; the slice ends where the key may come to lie.
        let mut line = self.bottom.as_mut_slice();
        while let [.., before, last] = line
            && *before < key
        {
            *last = *before;
            let shorter = line.len() - 1;
            line = &mut line[..shorter];
        }
        if let [.., last] = line {
            *last = key;
        }
    }

    #[cold]
    #[inline(never)]
    fn pop_late(&mut self) -> Option<Key> {
        let late = self.late.peek().map(|&Reverse(key)| key);
        match (self.bottom.last().copied(), late) {
            (Some(bottom), Some(late)) if bottom < late => self.bottom.pop(),
            _ => self.late.pop().map(|Reverse(key)| key),
        }
    }

    /// Appends a key that lies beyond the current fine bucket.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn place(&mut self, key: Key) {
        let Some(buckets) = self.buckets.as_deref_mut() else {
            return;
        };
        buckets.append(key, self.position, self.width_bits, self.fine_bits);
    }

    /// Loads the next bucket that holds anything; `touch` sees the keys of a coarse bucket when it
    /// is split, about a thousand at a time, shortly before they are taken.
    #[inline(never)]
    pub(crate) fn refill(&mut self, mut touch: impl FnMut(Key)) -> bool {
        if self.len == 0 || self.buckets.is_none() {
            return false;
        }
        if self.len <= SORTED_AGAIN || self.len > self.len_rebuild || self.misfit() {
            self.rebuild();
            if !self.bottom.is_empty() {
                return true;
            }
        }
        let Some(buckets) = self.buckets.as_deref_mut() else {
            return false;
        };
        let (width, fine) = (self.width_bits, self.fine_bits);
        loop {
            let Some(bucket) = buckets.take_first_used() else {
                return false;
            };
            if bucket < COARSE_FIRST {
                self.position = (self.position >> fine << fine) | bucket as u64;
            } else if bucket < FAR_FIRST {
                let window = self.position >> fine >> COARSE_BITS << COARSE_BITS;
                let coarse = window | (bucket - COARSE_FIRST) as u64;
                if buckets.buckets[bucket].len() > SPLIT_MIN && fine > 0 {
                    self.position = coarse << fine;
                    buckets.buckets[bucket].iter().for_each(|&key| touch(key));
                    buckets.spread(bucket, self.position, width, fine);
                    continue;
                }
                self.position = (coarse << fine) | ((1 << fine) - 1);
            } else {
                self.position = buckets.earliest(bucket, width);
                buckets.spread(bucket, self.position, width, fine);
                continue;
            }
            load(&mut self.bottom, &mut buckets.buckets[bucket]);
            self.loaded_keys += self.bottom.len() as u64;
            self.loaded_buckets += 1;
            return true;
        }
    }

    /// Whether the buckets have held far from [`FILL`] keys for a whole population.
    fn misfit(&self) -> bool {
        self.loaded_keys > JUDGE_MIN.max(self.len_rebuild as u64)
            && (2 * self.loaded_keys < 3 * self.loaded_buckets
                || self.loaded_keys > self.loaded_buckets * 4 * FILL)
    }

    /// Chooses the bucket widths from the density of the nearest quarter and places all keys anew.
    #[cold]
    #[inline(never)]
    fn rebuild(&mut self) {
        let buckets = self.buckets.get_or_insert_with(|| Box::new(Buckets::new()));
        let mut all = std::mem::take(&mut buckets.scratch);
        all.append(&mut self.bottom);
        all.extend(self.late.drain().map(|Reverse(key)| key));
        while let Some(bucket) = buckets.take_first_used() {
            all.append(&mut buckets.buckets[bucket]);
        }
        self.loaded_keys = 0;
        self.loaded_buckets = 0;
        if all.len() <= SORTED_AGAIN {
            self.position = u64::MAX;
            self.len_rebuild = SORTED_MAX;
            self.bottom.append(&mut all);
            self.bottom.sort_unstable_by(|a, b| b.cmp(a));
            buckets.scratch = all;
            return;
        }
        self.len_rebuild = (2 * all.len()).max(2 * SORTED_MAX);
        buckets.times.clear();
        buckets.times.extend(all.iter().map(|key| key.time_ns()));
        let quarter = (all.len() / 4).max(1);
        let (near, &mut edge, _) = buckets.times.select_nth_unstable(quarter);
        let first = near.iter().copied().min().unwrap_or(edge).min(edge);
        let gap = ((edge - first) / quarter as u64).min(u64::MAX / (2 * FILL));
        self.width_bits = (FILL * gap + FILL * gap / 2).max(1).ilog2().min(62);
        let n = all.len() as u64;
        self.fine_bits = (0..FINE_BITS_MAX)
            .find(|bits| (FILL << bits) * COARSE as u64 >= 5 * n)
            .unwrap_or(FINE_BITS_MAX);
        self.position = first >> self.width_bits;
        for key in all.drain(..) {
            if key.time_ns() >> self.width_bits <= self.position {
                self.bottom.push(key);
            } else {
                buckets.append(key, self.position, self.width_bits, self.fine_bits);
            }
        }
        self.bottom.sort_unstable_by(|a, b| b.cmp(a));
        buckets.scratch = all;
    }
}

/// Moves a bucket into the sorted array; both keep their memory.
#[inline(always)]
fn load(bottom: &mut Vec<Key>, bucket: &mut Vec<Key>) {
    bottom.extend_from_slice(bucket);
    bucket.clear();
    bottom.sort_unstable_by(|a, b| b.cmp(a));
}

impl Buckets {
    fn new() -> Self {
        Buckets {
            buckets: std::array::from_fn(|_| Vec::new()),
            used: [0; WORDS],
            used_words: 0,
            scratch: Vec::new(),
            times: Vec::new(),
        }
    }

    #[inline(always)]
    fn mark(&mut self, bucket: usize) {
        self.used[bucket / 64] |= 1 << (bucket % 64);
        self.used_words |= 1 << (bucket / 64);
    }

    /// The first bucket that holds keys, marked as empty: the caller empties it.
    #[inline(always)]
    fn take_first_used(&mut self) -> Option<usize> {
        if self.used_words == 0 {
            return None;
        }
        let w = self.used_words.trailing_zeros() as usize % WORDS;
        let bucket = w * 64 + self.used[w].trailing_zeros() as usize;
        self.used[w] &= self.used[w] - 1;
        if self.used[w] == 0 {
            self.used_words &= !(1 << w);
        }
        Some(bucket)
    }

    fn retain(&mut self, mut keep: impl FnMut(Key) -> bool) -> usize {
        let mut kept = 0;
        let used = std::mem::replace(&mut self.used, [0; WORDS]);
        self.used_words = 0;
        for (w, mut word) in used.into_iter().enumerate() {
            while word != 0 {
                let bucket = w * 64 + word.trailing_zeros() as usize;
                word &= word - 1;
                self.buckets[bucket].retain(|&key| keep(key));
                kept += self.buckets[bucket].len();
                if !self.buckets[bucket].is_empty() {
                    self.mark(bucket);
                }
            }
        }
        kept
    }

    /// Appends a key to the bucket that its highest bit different from the position names.
    #[inline(always)]
    fn append(&mut self, key: Key, position: u64, width_bits: u32, fine_bits: u32) {
        let index = key.time_ns() >> width_bits;
        let differs = index ^ position;
        let bucket = if differs >> fine_bits == 0 {
            index as usize & ((1 << fine_bits) - 1) & (FINE - 1)
        } else if differs >> fine_bits >> COARSE_BITS == 0 {
            COARSE_FIRST + ((index >> fine_bits) as usize & (COARSE - 1))
        } else {
            FAR_FIRST + (differs.ilog2() as usize & 63)
        };
        self.buckets[bucket].push(key);
        self.mark(bucket);
    }

    /// The index of the earliest key of a bucket.
    fn earliest(&self, bucket: usize, width_bits: u32) -> u64 {
        self.buckets[bucket]
            .iter()
            .map(|key| key.time_ns() >> width_bits)
            .min()
            .unwrap_or(0)
    }

    /// Distributes the keys of a coarse or far bucket over the lower buckets around `position`,
    /// which has reached it. The bucket keeps its memory.
    #[inline(never)]
    fn spread(&mut self, bucket: usize, position: u64, width_bits: u32, fine_bits: u32) {
        let mut keys = std::mem::take(&mut self.buckets[bucket]);
        for key in keys.drain(..) {
            self.append(key, position, width_bits, fine_bits);
        }
        self.buckets[bucket] = keys;
    }
}
