//! A replica of a service: workers, a queue, and what protects them.

use crate::policy::{AdaptiveLimit, CoDelState};
use crate::system::{Discipline, Service, Shed};
use kernel::{Span, Time, Token};
use std::collections::{BinaryHeap, VecDeque};

/// Requests in the order of their coming: a ring of a power of two of places.
///
/// `VecDeque` does the same at twice the instructions, a twentieth of a plain queue's run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    ring: Vec<u32>,
    head: usize,
    len: usize,
}

impl Line {
    #[inline(always)]
    fn push(&mut self, attempt: u32) {
        if self.len == self.ring.len() {
            self.grow();
        }
        let mask = self.ring.len() - 1;
        self.ring[(self.head + self.len) & mask] = attempt;
        self.len += 1;
    }

    #[inline(always)]
    fn pop(&mut self) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let mask = self.ring.len() - 1;
        let attempt = self.ring[self.head & mask];
        self.head = (self.head + 1) & mask;
        self.len -= 1;
        Some(attempt)
    }

    /// Doubles the ring; the first comes to lie at its start.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let places = (2 * self.len).max(8);
        self.ring.rotate_left(self.head);
        self.ring.resize(places, 0);
        self.head = 0;
    }
}

/// Number of priorities; 0 is the most important.
pub(crate) const PRIORITIES: usize = 8;

#[derive(Clone, Debug)]
pub(crate) enum Queue {
    Fifo(Line),
    Lifo(VecDeque<u32>),
    Priority(Box<[VecDeque<u32>; PRIORITIES]>),
    /// Processor sharing: nobody waits.
    Sharing(Sharing),
}

impl Queue {
    fn new(discipline: Discipline) -> Queue {
        match discipline {
            Discipline::Fifo => Queue::Fifo(Line::default()),
            Discipline::Lifo => Queue::Lifo(VecDeque::new()),
            Discipline::Priority => Queue::Priority(Box::default()),
            Discipline::ProcessorSharing => Queue::Sharing(Sharing::default()),
        }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, attempt: u32, priority: impl FnOnce() -> u8) {
        // The common discipline is asked for by itself: telling four apart costs a jump table.
        if let Queue::Fifo(line) = self {
            return line.push(attempt);
        }
        match self {
            Queue::Fifo(line) => line.push(attempt),
            Queue::Lifo(line) => line.push_back(attempt),
            Queue::Priority(lines) => {
                lines[priority() as usize % PRIORITIES].push_back(attempt);
            }
            Queue::Sharing(_) => unreachable!("sharing admits at once"),
        }
    }

    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<u32> {
        if let Queue::Fifo(line) = self {
            return line.pop();
        }
        match self {
            Queue::Fifo(line) => line.pop(),
            Queue::Lifo(line) => line.pop_back(),
            Queue::Priority(lines) => lines.iter_mut().find_map(VecDeque::pop_front),
            Queue::Sharing(_) => None,
        }
    }

    pub(crate) fn drain(&mut self) -> Vec<u32> {
        std::iter::from_fn(|| self.pop()).collect()
    }
}

/// Processor sharing by attained service: every request within gets the same share, so the order
/// of completion is the order of (service attained by all on entry + own demand).
#[derive(Clone, Debug, Default)]
pub(crate) struct Sharing {
    /// Nanoseconds of service that a request present all the time has got.
    attained: f64,
    since: Time,
    /// Speed of the cores since then: 1 unless slowed, 0 while stalled.
    pub(crate) speed: f64,
    /// (attained at the end, order of entry, attempt); the smallest end first.
    ends: BinaryHeap<std::cmp::Reverse<(OrderedEnd, u64, u32)>>,
    entered: u64,
    pub(crate) next: Option<Token>,
}

/// A finite non-negative number, ordered by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderedEnd(u64);

impl Sharing {
    /// Brings the attained service up to `now`.
    pub(crate) fn advance(&mut self, now: Time, cores: u32) {
        let n = self.ends.len();
        if n > 0 {
            let rate = self.rate(cores);
            self.attained += (now - self.since).as_ns() as f64 * rate;
        }
        self.since = now;
    }

    fn rate(&self, cores: u32) -> f64 {
        (f64::from(cores) / self.ends.len() as f64).min(1.0) * self.speed
    }

    pub(crate) fn enter(&mut self, attempt: u32, demand: Span) {
        if self.ends.is_empty() {
            // Nobody compares with the past: start again, so that precision is never lost.
            self.attained = 0.0;
        }
        let end = OrderedEnd((self.attained + demand.as_ns() as f64).to_bits());
        self.ends
            .push(std::cmp::Reverse((end, self.entered, attempt)));
        self.entered += 1;
    }

    /// Time from the last `advance` to the next completion; none while stalled or empty.
    pub(crate) fn next_end(&self, cores: u32) -> Option<Span> {
        let &std::cmp::Reverse((end, ..)) = self.ends.peek()?;
        let left = (f64::from_bits(end.0) - self.attained).max(0.0);
        (self.speed > 0.0).then(|| Span::from_ns_f64(libm::ceil(left / self.rate(cores))))
    }

    /// Takes the request that ends next.
    pub(crate) fn finish(&mut self) -> Option<u32> {
        self.ends
            .pop()
            .map(|std::cmp::Reverse((.., attempt))| attempt)
    }

    pub(crate) fn remove(&mut self, attempt: u32) {
        self.ends
            .retain(|std::cmp::Reverse((.., other))| *other != attempt);
    }

    pub(crate) fn len(&self) -> u64 {
        self.ends.len() as u64
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Replica {
    pub(crate) queue: Queue,
    /// Requests in the queue, without cancelled ones.
    pub(crate) waiting: u32,
    /// Workers taken.
    pub(crate) busy: u32,
    /// Requests within.
    pub(crate) present: u32,
    /// What the balancer believes `present` to be.
    pub(crate) seen: u32,
    /// Crashes in force.
    pub(crate) down: u32,
    /// Product of the slow faults in force.
    pub(crate) slow: f64,
    pub(crate) stalled_since: Time,
    pub(crate) stalled_until: Time,
    pub(crate) codel: Option<CoDelState>,
    pub(crate) limit: Option<AdaptiveLimit>,
}

impl Replica {
    pub(crate) fn new(service: &Service) -> Replica {
        Replica {
            queue: Queue::new(service.discipline),
            waiting: 0,
            busy: 0,
            present: 0,
            seen: 0,
            down: 0,
            slow: 1.0,
            stalled_since: Time::ZERO,
            stalled_until: Time::ZERO,
            codel: matches!(service.shed, Some(Shed::CoDel { .. })).then(CoDelState::default),
            limit: service.limit.map(AdaptiveLimit::new),
        }
    }

    /// Speed of work under the faults in force; 0 while stalled.
    pub(crate) fn speed(&self, now: Time) -> f64 {
        if now < self.stalled_until {
            0.0
        } else {
            1.0 / self.slow
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_keeps_its_order(steps: Vec<bool>) {
            let (mut line, mut expected) = (Line::default(), VecDeque::new());
            for (i, join) in steps.into_iter().enumerate() {
                if join {
                    line.push(i as u32);
                    expected.push_back(i as u32);
                } else {
                    prop_assert_eq!(line.pop(), expected.pop_front());
                }
            }
            let rest: Vec<u32> = std::iter::from_fn(|| line.pop()).collect();
            prop_assert_eq!(rest, Vec::from(expected));
        }
    }
}
