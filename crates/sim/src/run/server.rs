//! The service's side: balancer, admission, queue, work, and calls of its own.

use super::caller::NewCall;
use super::*;
use crate::system::{Call, Discipline, Excess, Service, Shed};
use kernel::{Source, Span};
use record::spent_units;
use replica::Queue;

impl Run {
    /// A request reaches its service: a replica is chosen and lets it in or not.
    #[inline(always)]
    pub(super) fn reach(&mut self, system: &System, attempt: u32) {
        let now = self.events.now();
        let record = self.attempts[attempt];
        let index = system.calls[record.site as usize].target;
        let service = &system.services[index];
        self.record.count_service(index, ServiceCount::Reached);
        let state = &mut self.services[index];
        let draw = Draw::from_key(record.key).of(purpose::ROUTE);
        let chosen = state
            .balancer
            .choose(service.balancer, &state.replicas, record.item, draw);
        self.attempts[attempt].replica = chosen as u16;
        if let Some((cause, count)) = self.refusal(system, index, chosen as usize, &record) {
            self.record.count_service(index, count);
            return self.refuse(system, attempt, cause);
        }
        self.record.count_service(index, ServiceCount::Entered);
        let state = &mut self.services[index];
        state.present.raise(now);
        let replica = &mut state.replicas[chosen as usize];
        replica.present += 1;
        if service.balancer_refresh_ns == 0 {
            replica.seen = replica.present;
        }
        self.attempts[attempt].arrived = now;
        if service.discipline == Discipline::ProcessorSharing {
            return self.start_sharing(system, attempt);
        }
        if replica.busy < service.workers {
            replica.busy += 1;
            return self.start_work(system, attempt);
        }
        let priority = system.clients[record.client as usize].priority;
        replica.queue.push(attempt, priority);
        replica.waiting += 1;
        state.waiting.raise(now);
        self.attempts[attempt].state = State::Queued;
    }

    /// Why a replica does not let a request in, if it does not.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn refusal(
        &mut self,
        system: &System,
        index: usize,
        chosen: usize,
        record: &Attempt,
    ) -> Option<(Cause, ServiceCount)> {
        let now = self.events.now();
        let service = &system.services[index];
        let state = &mut self.services[index];
        let replica = &state.replicas[chosen];
        if replica.down > 0 {
            return Some((Cause::Crashed, ServiceCount::Refused));
        }
        if let Some(policy) = service.rate_limit
            && policy.excess == Excess::Reject
            && state
                .bucket
                .as_mut()
                .is_some_and(|bucket| !bucket.take(now))
        {
            return Some((Cause::RateLimited, ServiceCount::RateLimited));
        }
        if replica
            .limit
            .as_ref()
            .is_some_and(|limit| !limit.allows(replica.present))
        {
            return Some((Cause::ConcurrencyLimited, ServiceCount::ConcurrencyLimited));
        }
        let sheds = match service.shed {
            Some(Shed::Random { above, probability }) if replica.waiting >= above => {
                let draw = Draw::from_key(record.key).of(purpose::SHED);
                draw.source().chance(probability)
            }
            Some(Shed::Priority { above, protect }) => {
                let priority = system.clients[record.client as usize].priority;
                replica.waiting >= above && priority > protect
            }
            _ => false,
        };
        if sheds {
            return Some((Cause::Shed, ServiceCount::Shed));
        }
        let full = match service.queue_max {
            None => false,
            Some(max) if service.discipline == Discipline::ProcessorSharing => {
                replica.present >= service.workers.saturating_add(max)
            }
            Some(max) => replica.busy >= service.workers && replica.waiting >= max,
        };
        full.then_some((Cause::QueueFull, ServiceCount::QueueFull))
    }

    /// Answers a request that was not let in.
    pub(super) fn refuse(&mut self, system: &System, attempt: u32, cause: Cause) {
        if self.attempts[attempt].call == NONE {
            return self.free_attempt(attempt);
        }
        self.send_answer(system, attempt, CallResult::Failed(cause));
    }

    /// A worker takes a request.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn start_work(&mut self, system: &System, attempt: u32) {
        let now = self.events.now();
        let record = &mut self.attempts[attempt];
        let index = system.calls[record.site as usize].target;
        let service = &system.services[index];
        record.state = State::Working;
        record.started = now;
        record.queue = spent_units((now - record.arrived).as_ns());
        let state = &mut self.services[index];
        state.working.raise(now);
        if !service.stages.is_empty() {
            state.occupied.raise(now);
        }
        let replica = &state.replicas[record.replica as usize];
        let draw = Draw::from_key(record.key).of(purpose::WORK);
        let mut work = service.work.sample_span(&mut draw.source());
        if replica.slow != 1.0 {
            work = Span::from_ns_f64(work.as_ns() as f64 * replica.slow);
        }
        record.resumed = now.max(replica.stalled_until);
        let done = record.resumed + work;
        record.event = self.events.schedule(done, Event::Worked { attempt });
    }

    /// The work of a request is done, unless its replica stood still meanwhile.
    #[inline(always)]
    pub(super) fn worked(&mut self, system: &System, attempt: u32) {
        let now = self.events.now();
        let record = self.attempts[attempt];
        let index = system.calls[record.site as usize].target;
        let service = &system.services[index];
        let replica = &self.services[index].replicas[record.replica as usize];
        if now < replica.stalled_until {
            // Work stood still since the stall began: what was left then is still left.
            let left = now - replica.stalled_since.max(record.resumed);
            let resumed = replica.stalled_until;
            self.attempts[attempt].resumed = resumed;
            let event = Event::Worked { attempt };
            self.attempts[attempt].event = self.events.schedule(resumed + left, event);
            return;
        }
        self.services[index].working.lower(now);
        let worked = now - record.started;
        self.attempts[attempt].work = spent_units(worked.as_ns());
        let wasted = self.is_unwanted(attempt);
        self.count_work(index, worked, wasted);
        if service.stages.is_empty() {
            return self.leave(system, attempt, CallResult::Ok, true);
        }
        if !service.workers_wait {
            let state = &mut self.services[index];
            state.replicas[record.replica as usize].busy -= 1;
            state.occupied.lower(now);
            self.begin_calls(system, attempt);
            return self.serve_next(system, index, record.replica as usize);
        }
        self.begin_calls(system, attempt);
    }

    /// Whether nobody waits for an attempt, or for a request further up that it belongs to.
    #[inline(always)]
    fn is_unwanted(&self, mut attempt: u32) -> bool {
        // One step a level of the call graph, which is not deeper than the limit on its depth.
        loop {
            let call = self.attempts[attempt].call;
            if call == NONE {
                return true;
            }
            attempt = self.calls[call].parent;
            if attempt == NONE {
                return false;
            }
        }
    }

    #[inline(always)]
    pub(super) fn count_work(&mut self, index: usize, worked: Span, wasted: bool) {
        self.record
            .add_service(index, ServiceCount::WorkNs, worked.as_ns());
        if wasted {
            self.record
                .add_service(index, ServiceCount::WastedNs, worked.as_ns());
        }
    }

    fn begin_calls(&mut self, system: &System, attempt: u32) {
        let record = &mut self.attempts[attempt];
        record.state = State::Calling;
        if record.spent == NONE {
            record.spent = self.spent.place(Spent::default);
            self.spent[record.spent] = Spent::default();
        }
        self.start_stage(system, attempt);
    }

    /// Makes the calls of the present stage, all at once.
    pub(super) fn start_stage(&mut self, system: &System, attempt: u32) {
        let record = self.attempts[attempt];
        if record.state != State::Calling {
            return;
        }
        let service = &system.services[system.calls[record.site as usize].target];
        let mut at = record.stage as usize;
        let makes = |&&site: &&usize| Self::makes_call(&system.calls[site], site, &record);
        // Stages of which this request makes no call are passed over.
        while at < service.stages.len() && !service.stages[at].iter().any(|s| makes(&s)) {
            at += 1;
        }
        self.attempts[attempt].stage = at as u8;
        let Some(stage) = service.stages.get(at) else {
            let result = if record.degraded {
                CallResult::Degraded
            } else {
                CallResult::Ok
            };
            return self.leave(system, attempt, result, service.holds_workers());
        };
        self.attempts[attempt].pending = stage.iter().filter(makes).count() as u8;
        for &site in stage.iter().filter(makes) {
            // A call of this stage may have failed already and taken the request with it.
            let now = self.attempts[attempt];
            if now.state != State::Calling || now.key != record.key || now.stage != at as u8 {
                return;
            }
            let key = Draw::from_key(record.key)
                .of(purpose::CHILD + site as u64)
                .key();
            let (client, item) = (record.client, record.item);
            let new = NewCall {
                key,
                parent: attempt,
                site: site as u16,
                client,
                item,
            };
            self.start_call(system, new, record.deadline);
        }
    }

    /// Whether a request makes a call: for its client only, or for a share of requests.
    fn makes_call(call: &Call, site: usize, record: &Attempt) -> bool {
        if call
            .only_for
            .is_some_and(|client| client != record.client as usize)
        {
            return false;
        }
        let draw = Draw::from_key(record.key)
            .of(purpose::SHARE)
            .of(site as u64);
        call.share >= 1.0 || draw.source().chance(call.share)
    }

    /// A call made for a request has ended.
    pub(super) fn child_ended(
        &mut self,
        system: &System,
        parent: u32,
        child: u32,
        next: u32,
        result: CallResult,
        spent: Spent,
    ) {
        self.unlink_child(parent, child, next);
        let record = &mut self.attempts[parent];
        if let CallResult::Failed(cause) = result {
            let index = system.calls[record.site as usize].target;
            let holds = system.services[index].holds_workers();
            self.abandon_children(system, parent);
            return self.leave(system, parent, CallResult::Failed(cause), holds);
        }
        record.degraded |= result == CallResult::Degraded;
        record.pending -= 1;
        if record.pending > 0 {
            return;
        }
        // The last of a stage is what the request waited for.
        record.stage += 1;
        let place = record.spent;
        self.spent[place].add(&spent);
        self.todo.push_back(Event::Stage { attempt: parent });
    }

    fn unlink_child(&mut self, parent: u32, child: u32, next: u32) {
        if self.attempts[parent].first_child == child {
            self.attempts[parent].first_child = next;
            return;
        }
        let mut at = self.attempts[parent].first_child;
        while at != NONE {
            if self.calls[at].next == child {
                self.calls[at].next = next;
                return;
            }
            at = self.calls[at].next;
        }
    }

    pub(super) fn abandon_children(&mut self, system: &System, attempt: u32) {
        let mut child = self.attempts[attempt].first_child;
        self.attempts[attempt].first_child = NONE;
        while child != NONE {
            let next = self.calls[child].next;
            self.abandon_call(system, child);
            child = next;
        }
    }

    /// A request leaves its service with a result; its worker, if it holds one, takes the next.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn leave(&mut self, system: &System, attempt: u32, result: CallResult, holds: bool) {
        let now = self.events.now();
        let record = self.attempts[attempt];
        let index = system.calls[record.site as usize].target;
        let chosen = record.replica as usize;
        if holds {
            self.services[index].replicas[chosen].busy -= 1;
            if !system.services[index].stages.is_empty() {
                self.services[index].occupied.lower(now);
            }
        }
        self.depart(system, attempt, index);
        let replica = &mut self.services[index].replicas[chosen];
        if let Some(limit) = &mut replica.limit {
            limit.answered(now, record.arrived, replica.present + 1);
        }
        self.record.count_service(index, ServiceCount::Completed);
        if holds {
            self.serve_next(system, index, chosen);
        }
        if record.call == NONE {
            self.record.count_service(index, ServiceCount::Unwanted);
            self.free_attempt(attempt);
        } else {
            self.send_answer(system, attempt, result);
        }
    }

    /// Takes a request out of the counts of those within.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn depart(&mut self, system: &System, attempt: u32, index: usize) {
        let now = self.events.now();
        let record = &self.attempts[attempt];
        let state = &mut self.services[index];
        state.present.lower(now);
        state.stays_ns += u128::from((now - record.arrived).as_ns());
        let replica = &mut state.replicas[record.replica as usize];
        replica.present -= 1;
        if system.services[index].balancer_refresh_ns == 0 {
            replica.seen = replica.present;
        }
        self.record.count_service(index, ServiceCount::Left);
    }

    /// Gives free workers to waiting requests.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn serve_next(&mut self, system: &System, index: usize, chosen: usize) {
        let service = &system.services[index];
        loop {
            let replica = &mut self.services[index].replicas[chosen];
            if replica.busy >= service.workers {
                return;
            }
            let Some(attempt) = replica.queue.pop() else {
                return;
            };
            if self.attempts[attempt].state == State::Cancelled {
                self.free_attempt(attempt);
                continue;
            }
            replica.waiting -= 1;
            let now = self.events.now();
            self.services[index].waiting.lower(now);
            if let Some((cause, count)) = self.dropped(service, index, chosen, attempt) {
                self.record.count_service(index, count);
                self.depart(system, attempt, index);
                self.refuse(system, attempt, cause);
                continue;
            }
            self.services[index].replicas[chosen].busy += 1;
            self.start_work(system, attempt);
        }
    }

    /// Why a request is dropped when its turn comes, if it is.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn dropped(
        &mut self,
        service: &Service,
        index: usize,
        chosen: usize,
        attempt: u32,
    ) -> Option<(Cause, ServiceCount)> {
        let now = self.events.now();
        let record = &self.attempts[attempt];
        if service.drop_expired && record.deadline <= now {
            return Some((Cause::Expired, ServiceCount::Expired));
        }
        let Some(Shed::CoDel {
            target_ns,
            interval_ns,
        }) = service.shed
        else {
            return None;
        };
        let replica = &mut self.services[index].replicas[chosen];
        let (waited, empty) = (now - record.arrived, replica.waiting == 0);
        let (target, interval) = (Span::from_ns(target_ns), Span::from_ns(interval_ns));
        let codel = replica.codel.as_mut()?;
        let drops = codel.drops(now, waited, target, interval, empty);
        drops.then_some((Cause::Shed, ServiceCount::Shed))
    }

    /// Nobody wants an attempt any more, and its service is told.
    pub(super) fn cancel(&mut self, system: &System, attempt: u32) {
        let now = self.events.now();
        let record = self.attempts[attempt];
        let index = system.calls[record.site as usize].target;
        let chosen = record.replica as usize;
        self.events.cancel(record.event);
        match record.state {
            State::Travelling => return self.free_attempt(attempt),
            State::Queued => {
                self.services[index].waiting.lower(now);
                self.services[index].replicas[chosen].waiting -= 1;
                self.depart(system, attempt, index);
                self.record.count_service(index, ServiceCount::Cancelled);
                self.attempts[attempt].state = State::Cancelled;
                return;
            }
            State::Working => {
                self.services[index].working.lower(now);
                self.count_work(index, now - record.started, true);
            }
            State::Sharing => {
                self.advance_sharing(system, index, chosen);
                self.remove_sharing(attempt, index, chosen);
                self.count_work(index, now - record.started, true);
                self.schedule_sharing(system, index, chosen);
            }
            State::Calling => self.abandon_children(system, attempt),
            State::Free | State::Lost | State::Cancelled | State::Answering => return,
        }
        self.record.count_service(index, ServiceCount::Cancelled);
        self.release(system, attempt, index);
        self.free_attempt(attempt);
        self.serve_next(system, index, chosen);
    }

    /// Frees the worker of a request that ends early, and counts it out.
    pub(super) fn release(&mut self, system: &System, attempt: u32, index: usize) {
        let now = self.events.now();
        let record = self.attempts[attempt];
        let service = &system.services[index];
        let holds = match record.state {
            State::Working => true,
            State::Calling => service.holds_workers(),
            _ => false,
        };
        if holds {
            self.services[index].replicas[record.replica as usize].busy -= 1;
            if !service.stages.is_empty() {
                self.services[index].occupied.lower(now);
            }
        }
        self.depart(system, attempt, index);
    }

    fn start_sharing(&mut self, system: &System, attempt: u32) {
        let now = self.events.now();
        let record = self.attempts[attempt];
        let index = system.calls[record.site as usize].target;
        let chosen = record.replica as usize;
        self.advance_sharing(system, index, chosen);
        self.attempts[attempt].state = State::Sharing;
        self.attempts[attempt].started = now;
        let draw = Draw::from_key(record.key).of(purpose::WORK);
        let demand = system.services[index].work.sample_span(&mut draw.source());
        if let Queue::Sharing(sharing) = &mut self.services[index].replicas[chosen].queue {
            sharing.enter(attempt, demand);
        }
        self.schedule_sharing(system, index, chosen);
    }

    /// Brings a processor-sharing replica up to now; before anything about it changes.
    pub(super) fn advance_sharing(&mut self, system: &System, index: usize, chosen: usize) {
        let now = self.events.now();
        let workers = system.services[index].workers;
        let replica = &mut self.services[index].replicas[chosen];
        if let Queue::Sharing(sharing) = &mut replica.queue {
            sharing.advance(now, workers);
        }
    }

    /// Plans the next completion of a processor-sharing replica; after anything has changed.
    pub(super) fn schedule_sharing(&mut self, system: &System, index: usize, chosen: usize) {
        let now = self.events.now();
        let workers = system.services[index].workers;
        let state = &mut self.services[index];
        let replica = &mut state.replicas[chosen];
        let speed = replica.speed(now);
        let Queue::Sharing(sharing) = &mut replica.queue else {
            return;
        };
        if let Some(token) = sharing.next.take() {
            self.events.cancel(token);
        }
        sharing.speed = speed;
        if let Some(after) = sharing.next_end(workers) {
            let event = Event::Shared {
                service: index as u16,
                replica: chosen as u16,
            };
            sharing.next = Some(self.events.schedule_after(after, event));
        }
        let busy = |r: &Replica| match &r.queue {
            Queue::Sharing(sharing) => sharing.len().min(u64::from(workers)),
            _ => 0,
        };
        let total = state.replicas.iter().map(busy).sum();
        state.working.set(now, total);
    }

    /// The next request of a processor-sharing replica has got all its work.
    pub(super) fn shared(&mut self, system: &System, index: usize, chosen: usize) {
        self.advance_sharing(system, index, chosen);
        let Queue::Sharing(sharing) = &mut self.services[index].replicas[chosen].queue else {
            return;
        };
        sharing.next = None;
        let Some(attempt) = sharing.finish() else {
            return;
        };
        self.schedule_sharing(system, index, chosen);
        let record = self.attempts[attempt];
        let worked = self.events.now() - record.started;
        self.attempts[attempt].work = spent_units(worked.as_ns());
        let wasted = self.is_unwanted(attempt);
        self.count_work(index, worked, wasted);
        if system.services[index].stages.is_empty() {
            self.leave(system, attempt, CallResult::Ok, false);
        } else {
            self.begin_calls(system, attempt);
        }
    }

    pub(super) fn remove_sharing(&mut self, attempt: u32, index: usize, chosen: usize) {
        if let Queue::Sharing(sharing) = &mut self.services[index].replicas[chosen].queue {
            sharing.remove(attempt);
        }
    }

    /// The balancer of a service with stale load figures learns them.
    pub(super) fn refresh(&mut self, system: &System, index: usize) {
        for replica in &mut self.services[index].replicas {
            replica.seen = replica.present;
        }
        let after = Span::from_ns(system.services[index].balancer_refresh_ns);
        self.events.schedule_after(
            after,
            Event::Refresh {
                service: index as u16,
            },
        );
    }
}
