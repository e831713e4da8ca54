//! Pending events: scheduled, cancelled, and handed out in a total order.

use crate::ladder::{Key, Ladder};
use crate::time::{Span, Time};

/// Most events that may be pending at once: the slot has 24 bits in the key.
pub const MAX_PENDING: usize = (1 << Key::SLOT_BITS) - 1;

/// Names one scheduled event, so that it can be cancelled; stale ones are harmless.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    slot: u32,
    generation: u32,
}

impl Token {
    /// A token that names nothing.
    pub const NONE: Token = Token {
        slot: u32::MAX,
        generation: 0,
    };
}

#[derive(Clone, Copy, Debug)]
struct Slot<E> {
    event: E,
    /// Odd while the event is pending, even once it was taken or cancelled.
    generation: u32,
}

/// Events of one run in the order (time, order of scheduling), with payloads of type `E`.
///
/// Scheduling and taking cost a constant number of memory moves whatever the delays (see
/// [`Ladder`]); cancelling is one write, and cancelled keys are swept out once they outnumber the
/// rest, so that memory stays within twice the live events. Cloning gives a snapshot.
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    keys: Ladder,
    slots: Vec<Slot<E>>,
    free: Vec<u32>,
    /// The slot freed last, which is taken first; [`NO_SLOT`] when it is in use.
    spare: u32,
    now: Time,
    sequence: u64,
    cancelled: usize,
}

/// Names no slot.
const NO_SLOT: u32 = u32::MAX;
/// With fewer slots than this they stay in the cache, and touching them early gains nothing.
const TOUCH_MIN: usize = 1 << 15;
/// Sweeping fewer cancelled keys than this costs more than it saves.
const SWEEP_MIN: usize = 64;

impl<E: Copy> Default for EventQueue<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Copy> EventQueue<E> {
    /// An empty queue at time zero.
    pub fn new() -> Self {
        EventQueue {
            keys: Ladder::new(),
            slots: Vec::new(),
            free: Vec::new(),
            spare: NO_SLOT,
            now: Time::ZERO,
            sequence: 0,
            cancelled: 0,
        }
    }

    /// The time of the last event taken.
    #[inline(always)]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Events pending, without the cancelled ones.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.keys.len() - self.cancelled
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Schedules `event` a span after now.
    #[inline(always)]
    pub fn schedule_after(&mut self, delay: Span, event: E) -> Token {
        self.schedule(self.now + delay, event)
    }

    /// Schedules `event` at an instant; one before now happens now. Events of one instant happen
    /// in the order of scheduling.
    ///
    /// # Panics
    ///
    /// With more than [`MAX_PENDING`] events pending, or after 2^40 events in one run: callers
    /// bound both long before.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn schedule(&mut self, at: Time, event: E) -> Token {
        let at = at.max(self.now);
        let mut slot = std::mem::replace(&mut self.spare, NO_SLOT);
        if slot == NO_SLOT {
            slot = match self.free.pop() {
                Some(slot) => slot,
                None => self.grow(event),
            };
        }
        let entry = &mut self.slots[slot as usize];
        entry.event = event;
        entry.generation = entry.generation.wrapping_add(1);
        let generation = entry.generation;
        let sequence = self.next_sequence();
        self.keys.push(Key::new(at.as_ns(), sequence, slot));
        Token { slot, generation }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, event: E) -> u32 {
        assert!(self.slots.len() < MAX_PENDING, "too many events pending");
        self.slots.push(Slot {
            event,
            generation: 0,
        });
        (self.slots.len() - 1) as u32
    }

    /// Whether the event of a token is still pending.
    pub fn is_pending(&self, token: Token) -> bool {
        self.slots
            .get(token.slot as usize)
            .is_some_and(|s| s.generation == token.generation)
    }

    /// Cancels an event; false when it already happened or was cancelled.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn cancel(&mut self, token: Token) -> bool {
        let Some(slot) = self.slots.get_mut(token.slot as usize) else {
            return false;
        };
        if slot.generation != token.generation {
            return false;
        }
        slot.generation = slot.generation.wrapping_add(1);
        self.cancelled += 1;
        if self.cancelled > SWEEP_MIN && self.cancelled > self.keys.len() / 2 {
            self.sweep();
        }
        true
    }

    #[cold]
    #[inline(never)]
    fn sweep(&mut self) {
        let (slots, free) = (&self.slots, &mut self.free);
        self.keys.retain(|key| {
            let pending = slots[key.slot() as usize].generation & 1 == 1;
            if !pending {
                free.push(key.slot());
            }
            pending
        });
        self.cancelled = 0;
    }

    /// Takes the next event and moves the clock to it.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        loop {
            let key = match self.keys.pop_front() {
                Some(key) => key,
                None => self.pop_slowly(Key::LAST)?,
            };
            if let Some(event) = self.take(key) {
                return Some((self.now, event));
            }
        }
    }

    /// Takes the next event if it happens at `limit` or before; otherwise the clock stays.
    #[inline(always)]
    pub fn pop_until(&mut self, limit: Time) -> Option<(Time, E)> {
        let event = self.pop_before(Key::after(limit))?;
        Some((self.now, event))
    }

    /// Takes the next event if it comes before `limit` in the order; otherwise the clock stays.
    #[inline(always)]
    pub fn pop_before(&mut self, limit: Key) -> Option<E> {
        loop {
            let key = match self.keys.pop_front_before(limit) {
                Ok(key) => key?,
                Err(()) => self.pop_slowly(limit)?,
            };
            if let Some(event) = self.take(key) {
                return Some(event);
            }
        }
    }

    /// The place in the order that an event scheduled now would take, for one that is kept
    /// elsewhere: whoever keeps it compares with [`EventQueue::pop_before`] and then calls
    /// [`EventQueue::advance`]. A source of arrivals has one event pending at any time; keeping it
    /// in a field of its own spares a third of an M/M/1 system's time.
    ///
    /// # Panics
    ///
    /// As [`EventQueue::schedule`].
    #[inline(always)]
    pub fn reserve_after(&mut self, delay: Span) -> Key {
        let key = Key::new((self.now + delay).as_ns(), self.next_sequence(), 0);
        debug_assert!(key < Key::LAST);
        key
    }

    /// Moves the clock to an event that is kept elsewhere; no pending event may come before it.
    #[inline(always)]
    pub fn advance(&mut self, key: Key) {
        debug_assert!(self.now.as_ns() <= key.time_ns(), "time ran backwards");
        self.now = Time::from_ns(key.time_ns());
    }

    #[inline(always)]
    fn next_sequence(&mut self) -> u64 {
        let sequence = self.sequence;
        assert!(
            sequence >> Key::SEQUENCE_BITS == 0,
            "too many events in one run"
        );
        self.sequence = sequence + 1;
        sequence
    }

    /// Loads the next bucket when the current one is used up, and takes its first key. Payloads of
    /// many events lie all over the memory: reading those of a thousand events ahead overlaps their
    /// cache misses, which nearly doubles the pace at a million events.
    #[inline(never)]
    fn pop_slowly(&mut self, limit: Key) -> Option<Key> {
        if self.keys.is_front_empty() {
            let slots = &self.slots;
            if slots.len() < TOUCH_MIN {
                self.keys.refill(|_| {});
            } else {
                let mut sum = 0;
                self.keys
                    .refill(|key| sum ^= slots[key.slot() as usize].generation);
                std::hint::black_box(sum);
            }
        }
        if self.keys.peek()? >= limit {
            return None;
        }
        self.keys.pop()
    }

    #[inline(always)]
    fn take(&mut self, key: Key) -> Option<E> {
        let slot = &mut self.slots[key.slot() as usize];
        if self.spare != NO_SLOT {
            self.free.push(self.spare);
        }
        self.spare = key.slot();
        if slot.generation & 1 == 0 {
            self.cancelled -= 1;
            return None;
        }
        slot.generation = slot.generation.wrapping_add(1);
        self.now = Time::from_ns(key.time_ns());
        Some(slot.event)
    }
}
