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

    #[inline(always)]
    pub(crate) fn insert(&mut self, item: T) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self.items[index as usize] = item;
                index
            }
            None => self.grow(item),
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, item: T) -> u32 {
        if self.items.len() == self.items.capacity() {
            // By a quarter: doubling would leave half of a large backlog's memory unused.
            self.items.reserve_exact(64 + self.items.len() / 4);
        }
        self.items.push(item);
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
