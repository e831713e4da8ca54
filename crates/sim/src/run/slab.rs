//! Records addressed by a small index, with their memory reused last-in first-out.

/// Index that names no record.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(crate) struct Slab<T> {
    items: Vec<T>,
    free: Vec<u32>,
}

impl<T: Copy> Slab<T> {
    pub(crate) fn new() -> Self {
        Slab {
            items: Vec::new(),
            free: Vec::new(),
        }
    }

    /// A free place, to be written by the caller; `blank` fills it when it is new.
    ///
    /// Writing in place matters: passing a large record through the stack costs a tenth of a run.
    #[inline(always)]
    pub(crate) fn place(&mut self, blank: impl FnOnce() -> T) -> u32 {
        match self.free.pop() {
            Some(index) => index,
            None => self.grow(blank()),
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, blank: T) -> u32 {
        if self.items.len() == self.items.capacity() {
            // By a sixteenth: doubling would leave half of a large backlog's memory unused, and
            // large blocks grow in place.
            self.items.reserve_exact(64 + self.items.len() / 16);
        }
        self.items.push(blank);
        (self.items.len() - 1) as u32
    }

    #[inline(always)]
    pub(crate) fn remove(&mut self, index: u32) {
        self.free.push(index);
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }

    pub(crate) fn capacity_bytes(&self) -> usize {
        self.items.capacity() * size_of::<T>() + self.free.capacity() * 4
    }

    /// All places, in use or not; the caller knows which by their state.
    pub(crate) fn places(&self) -> &[T] {
        &self.items
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, index: u32) -> &T {
        &self.items[index as usize]
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    #[inline(always)]
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.items[index as usize]
    }
}
