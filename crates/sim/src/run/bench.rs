//! A replica at work: what a worker touches when it takes a request, borrowed at once.

use super::count::ServiceCount;
use super::pending::{Attempt, State};
use super::record::spent_units;
use super::replica::Replica;
use super::slab::Slab;
use super::state::{Flow, ServiceState};
use super::{Event, purpose};
use crate::system::{Service, System};
use kernel::{Draw, EventQueue, Span, Time};

/// Borrowing each part once for a whole event, instead of looking it up at every step, saves a
/// quarter of a run.
pub(super) struct Bench<'r> {
    pub(super) now: Time,
    pub(super) events: &'r mut EventQueue<Event>,
    pub(super) service: &'r Service,
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
        service: &'r Service,
        state: &'r mut ServiceState,
        chosen: u16,
    ) -> Self {
        Bench {
            now: events.now(),
            events,
            service,
            calls: state.calls,
            sees_at_once: state.sees_at_once,
            flow: &mut state.flow,
            replica: &mut state.replicas[chosen as usize],
        }
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

    /// A free worker takes a request.
    #[inline(always)]
    pub(super) fn start(&mut self, record: &mut Attempt, attempt: u32) {
        let now = self.now;
        self.flow.working.raise(now);
        if self.calls {
            self.flow.occupied.raise(now);
        }
        self.replica.busy += 1;
        let draw = Draw::from_key(record.key).of(purpose::WORK);
        let mut work = self.service.work.sample_span(&mut draw.source());
        if self.replica.slow != 1.0 {
            work = Span::from_ns_f64(work.as_ns() as f64 * self.replica.slow);
        }
        record.state = State::Working;
        record.started = now;
        record.queue = spent_units((now - record.arrived).as_ns());
        record.resumed = now.max(self.replica.stalled_until);
        let done = record.resumed + work;
        record.event = self.events.schedule(done, Event::Worked { attempt });
    }

    /// A request joins the queue.
    #[inline(always)]
    pub(super) fn wait(&mut self, system: &System, record: &mut Attempt, attempt: u32) {
        record.state = State::Queued;
        let priority = || system.clients[record.client as usize].priority;
        self.replica.queue.push(attempt, priority);
        self.replica.waiting += 1;
        self.flow.waiting.raise(self.now);
    }

    /// Takes a request out of the queue if a worker is free.
    #[inline(always)]
    pub(super) fn take(&mut self, attempts: &mut Slab<Attempt>) -> Option<u32> {
        while self.replica.busy < self.service.workers {
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
        None
    }

    /// Gives free workers to waiting requests, none of which is dropped.
    #[inline(always)]
    pub(super) fn serve(&mut self, attempts: &mut Slab<Attempt>) {
        while let Some(attempt) = self.take(attempts) {
            self.start(&mut attempts[attempt], attempt);
        }
    }
}
