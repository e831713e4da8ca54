//! A replica at work: what a worker touches when it takes a request, borrowed at once.

use super::count::ServiceCount;
use super::pending::{Attempt, State};
use super::replica::Replica;
use super::slab::Slab;
use super::state::{Flow, ServiceState};
use super::{Event, purpose};
use crate::system::System;
use kernel::{Distribution, Draw, EventQueue, Span, Time};

/// Borrowing each part once for a whole event, instead of looking it up at every step, saves a
/// quarter of a run.
pub(super) struct Bench<'r> {
    pub(super) now: Time,
    pub(super) events: &'r mut EventQueue<Event>,
    work: &'r Distribution,
    workers: u32,
    pub(super) flow: &'r mut Flow,
    pub(super) replica: &'r mut Replica,
    /// Whether requests make calls after their work.
    pub(super) calls: bool,
    /// Whether the balancer sees the loads as they are.
    pub(super) sees_at_once: bool,
}

impl<'r> Bench<'r> {
    #[inline(always)]
    pub(super) fn new(
        events: &'r mut EventQueue<Event>,
        state: &'r mut ServiceState,
        chosen: u16,
    ) -> Self {
        Bench {
            now: events.now(),
            events,
            work: &state.work,
            workers: state.workers,
            calls: state.calls,
            sees_at_once: state.sees_at_once,
            flow: &mut state.flow,
            replica: &mut state.replicas[chosen as usize],
        }
    }

    #[inline(always)]
    pub(super) fn has_free_worker(&self) -> bool {
        self.replica.busy < self.workers
    }

    /// A request enters.
    #[inline(always)]
    pub(super) fn enter(&mut self) {
        self.flow.count(ServiceCount::Entered);
        self.flow.present.raise(self.now);
        self.replica.present += 1;
        self.tell_balancer();
    }

    /// A request leaves, and gives its worker back if it holds one.
    #[inline(always)]
    pub(super) fn depart(&mut self, arrived: Time, holds: bool) {
        if holds {
            self.replica.busy -= 1;
            if self.calls {
                self.flow.occupied.lower(self.now);
            }
        }
        self.replica.present -= 1;
        self.tell_balancer();
        self.flow.count(ServiceCount::Left);
        self.flow.present.lower(self.now);
        self.flow.stays_ns += u128::from((self.now - arrived).as_ns());
    }

    #[inline(always)]
    fn tell_balancer(&mut self) {
        if self.sees_at_once {
            self.replica.seen = self.replica.present;
        }
    }

    /// A free worker takes a request that comes.
    #[inline(always)]
    pub(super) fn start(&mut self, record: &mut Attempt, attempt: u32) {
        let work = self.draw_work(record.key);
        self.begin(record, attempt, work);
    }

    /// How long the work of a request takes at full speed.
    #[inline(always)]
    fn draw_work(&self, key: u64) -> Span {
        let draw = Draw::from_key(key).of(purpose::WORK);
        self.work.sample_span(&mut draw.source())
    }

    /// A worker begins.
    #[inline(always)]
    pub(super) fn begin(&mut self, record: &mut Attempt, attempt: u32, work: Span) {
        self.flow.working.raise(self.now);
        if self.calls {
            self.flow.occupied.raise(self.now);
        }
        self.replica.busy += 1;
        self.plan(record, attempt, work);
    }

    /// Plans the end of the work that a worker begins.
    #[inline(always)]
    fn plan(&mut self, record: &mut Attempt, attempt: u32, mut work: Span) {
        if self.replica.slow != 1.0 {
            work = Span::from_ns_f64(work.as_ns() as f64 * self.replica.slow);
        }
        record.state = State::Working;
        record.started = self.now;
        let begins = self.now.max(self.replica.stalled_until);
        record.resume(begins);
        record.event = self
            .events
            .schedule(begins + work, Event::Worked { attempt });
    }

    /// A request joins the queue.
    #[inline(always)]
    pub(super) fn wait(&mut self, system: &System, record: &mut Attempt, attempt: u32) {
        record.state = State::Queued;
        record.set_demand(self.draw_work(record.key));
        let priority = || system.clients[record.client as usize].priority;
        self.replica.queue.push(attempt, priority);
        self.replica.waiting += 1;
        self.flow.waiting.raise(self.now);
    }

    /// A worker that is done takes the next request, or becomes free. What is counted of workers
    /// does not change when it takes one.
    #[inline(always)]
    pub(super) fn hand_over(&mut self, attempts: &mut Slab<Attempt>) {
        let Some(attempt) = self.next(attempts) else {
            self.flow.working.lower(self.now);
            if self.calls {
                self.flow.occupied.lower(self.now);
            }
            self.replica.busy -= 1;
            return;
        };
        let record = &mut attempts[attempt];
        let work = record.demand();
        self.plan(record, attempt, work);
    }

    /// Takes a request out of the queue if a worker is free.
    #[inline(always)]
    pub(super) fn take(&mut self, attempts: &mut Slab<Attempt>) -> Option<u32> {
        if self.has_free_worker() {
            return self.next(attempts);
        }
        None
    }

    /// Takes a request out of the queue.
    #[inline(always)]
    fn next(&mut self, attempts: &mut Slab<Attempt>) -> Option<u32> {
        loop {
            let attempt = self.replica.queue.pop()?;
            let record = &mut attempts[attempt];
            if record.state == State::Cancelled {
                record.state = State::Free;
                attempts.remove(attempt);
                continue;
            }
            self.replica.waiting -= 1;
            self.flow.waiting.lower(self.now);
            return Some(attempt);
        }
    }

    /// Gives free workers to waiting requests, none of which is dropped.
    #[inline(always)]
    pub(super) fn serve(&mut self, attempts: &mut Slab<Attempt>) {
        while let Some(attempt) = self.take(attempts) {
            let record = &mut attempts[attempt];
            let work = record.demand();
            self.begin(record, attempt, work);
        }
    }
}
