//! The service's side: balancer, admission, queue, work, and calls of its own.

use super::caller::NewCall;
use super::*;
use crate::system::{Call, Discipline, Excess, Shed};
use kernel::{Source, Span};
use replica::Queue;

impl Run {
    /// A request comes to its service over a link.
    pub(super) fn reach(&mut self, system: &System, attempt: u32) {
        let record = &self.attempts[attempt];
        let (key, item) = (record.key, record.item);
        let index = self.sites[record.site as usize].target;
        self.enter(system, index, attempt, key, item);
    }

    /// A request is at its service: a replica is chosen and lets it in or not.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn enter(&mut self, system: &System, index: u16, attempt: u32, key: u64, item: u32) {
        let state = &mut self.services[index as usize];
        state.flow.count(ServiceCount::Reached);
        let draw = Draw::from_key(key);
        let chosen = state.balancer.choose(&state.replicas, item, draw) as u16;
        let (guarded, shares) = (state.guarded, state.shares);
        let mut bench = Bench::new(&mut self.events, state, chosen);
        let record = &mut self.attempts[attempt];
        record.replica = chosen;
        record.arrived = bench.now;
        if guarded || bench.replica.down > 0 {
            return self.ask_to_enter(system, index as usize, attempt);
        }
        bench.enter();
        if shares {
            self.start_sharing(system, attempt);
        } else if bench.has_free_worker() {
            bench.start(record, attempt);
        } else {
            bench.wait(system, record, attempt);
        }
    }

    /// The policies in front of a replica: they let a request in or refuse it.
    #[inline(never)]
    fn ask_to_enter(&mut self, system: &System, index: usize, attempt: u32) {
        let chosen = self.attempts[attempt].replica;
        if let Some((cause, count)) = self.refusal(system, index, chosen as usize, attempt) {
            self.services[index].flow.count(count);
            return self.refuse(system, attempt, cause);
        }
        let state = &mut self.services[index];
        let shares = state.shares;
        let mut bench = Bench::new(&mut self.events, state, chosen);
        let record = &mut self.attempts[attempt];
        bench.enter();
        if shares {
            self.start_sharing(system, attempt);
        } else if bench.has_free_worker() {
            bench.start(record, attempt);
        } else {
            bench.wait(system, record, attempt);
        }
    }

    /// Why a replica does not let a request in, if it does not.
    fn refusal(
        &mut self,
        system: &System,
        index: usize,
        chosen: usize,
        attempt: u32,
    ) -> Option<(Cause, ServiceCount)> {
        let now = self.events.now();
        let record = &self.attempts[attempt];
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

    /// The work of a request is done, unless its replica stood still meanwhile.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn worked(&mut self, system: &System, attempt: u32) {
        let record = &mut self.attempts[attempt];
        let index = self.sites[record.site as usize].target as usize;
        let state = &mut self.services[index];
        let is_plain = !(state.calls || state.drops || state.learns);
        let mut bench = Bench::new(&mut self.events, state, record.replica);
        let now = bench.now;
        if now < bench.replica.stalled_until {
            // Work stood still since the stall began: what was left then is still left.
            let left = now - bench.replica.stalled_since.max(record.resumed());
            let goes_on = bench.replica.stalled_until;
            record.resume(goes_on);
            let event = Event::Worked { attempt };
            record.event = bench.events.schedule(goes_on + left, event);
            return;
        }
        let (call, arrived, worked) = (record.call, record.arrived, now - record.started);
        record.done = now;
        let wasted = is_unwanted(&self.calls, &self.attempts, call);
        bench.flow.count_work(worked, wasted);
        if !is_plain || call == NONE {
            bench.flow.working.lower(now);
            return self.go_on_after_work(system, index, attempt);
        }
        bench.flow.count(ServiceCount::Completed);
        bench.depart(arrived, false);
        bench.hand_over(&mut self.attempts);
        self.send_answer(system, attempt, CallResult::Ok);
    }

    #[inline(never)]
    fn go_on_after_work(&mut self, system: &System, index: usize, attempt: u32) {
        if !self.services[index].calls {
            return self.leave(system, index, attempt, CallResult::Ok, true);
        }
        if system.services[index].workers_wait {
            return self.begin_calls(system, attempt);
        }
        let chosen = self.attempts[attempt].replica;
        let state = &mut self.services[index];
        state.replicas[chosen as usize].busy -= 1;
        state.flow.occupied.lower(self.events.now());
        self.begin_calls(system, attempt);
        self.serve_next(system, index, chosen);
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
        let index = system.calls[record.site as usize].target;
        let service = &system.services[index];
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
            return self.leave(system, index, attempt, result, service.holds_workers());
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
            return self.leave(system, index, parent, CallResult::Failed(cause), holds);
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
    fn leave(
        &mut self,
        system: &System,
        index: usize,
        attempt: u32,
        result: CallResult,
        holds: bool,
    ) {
        let record = &self.attempts[attempt];
        let (chosen, arrived, is_wanted) = (record.replica, record.arrived, record.call != NONE);
        let state = &mut self.services[index];
        let mut bench = Bench::new(&mut self.events, state, chosen);
        bench.depart(arrived, holds);
        bench.flow.count(ServiceCount::Completed);
        if let Some(limit) = &mut bench.replica.limit {
            limit.answered(bench.now, arrived, bench.replica.present + 1);
        }
        if !is_wanted {
            bench.flow.count(ServiceCount::Unwanted);
        }
        if holds {
            self.serve_next(system, index, chosen);
        }
        if is_wanted {
            self.send_answer(system, attempt, result);
        } else {
            self.free_attempt(attempt);
        }
    }

    /// Gives free workers to waiting requests.
    fn serve_next(&mut self, system: &System, index: usize, chosen: u16) {
        if !self.services[index].drops {
            let state = &mut self.services[index];
            let mut bench = Bench::new(&mut self.events, state, chosen);
            return bench.serve(&mut self.attempts);
        }
        loop {
            let state = &mut self.services[index];
            let mut bench = Bench::new(&mut self.events, state, chosen);
            let Some(attempt) = bench.take(&mut self.attempts) else {
                return;
            };
            let refused = self.dropped(system, index, chosen as usize, attempt);
            let state = &mut self.services[index];
            let mut bench = Bench::new(&mut self.events, state, chosen);
            let record = &mut self.attempts[attempt];
            let Some((cause, count)) = refused else {
                let work = record.demand();
                bench.begin(record, attempt, work);
                continue;
            };
            bench.flow.count(count);
            bench.depart(record.arrived, false);
            self.refuse(system, attempt, cause);
        }
    }

    /// Why a request is dropped when its turn comes, if it is.
    fn dropped(
        &mut self,
        system: &System,
        index: usize,
        chosen: usize,
        attempt: u32,
    ) -> Option<(Cause, ServiceCount)> {
        let service = &system.services[index];
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
                self.services[index].flow.waiting.lower(now);
                self.services[index].replicas[chosen].waiting -= 1;
                self.depart(attempt, index, false);
                self.services[index].flow.count(ServiceCount::Cancelled);
                self.attempts[attempt].state = State::Cancelled;
                return;
            }
            State::Working => {
                self.services[index].flow.working.lower(now);
                self.services[index]
                    .flow
                    .count_work(now - record.started, true);
            }
            State::Sharing => {
                self.advance_sharing(system, index, chosen);
                self.remove_sharing(attempt, index, chosen);
                self.services[index]
                    .flow
                    .count_work(now - record.started, true);
                self.schedule_sharing(system, index, chosen);
            }
            State::Calling => self.abandon_children(system, attempt),
            State::Free | State::Lost | State::Cancelled | State::Answering => return,
        }
        self.services[index].flow.count(ServiceCount::Cancelled);
        self.release(system, attempt, index);
        self.free_attempt(attempt);
        self.serve_next(system, index, chosen as u16);
    }

    /// Frees the worker of a request that ends early, and counts it out.
    pub(super) fn release(&mut self, system: &System, attempt: u32, index: usize) {
        let record = &self.attempts[attempt];
        let holds = match record.state {
            State::Working => true,
            State::Calling => system.services[index].holds_workers(),
            _ => false,
        };
        self.depart(attempt, index, holds);
    }

    fn depart(&mut self, attempt: u32, index: usize, holds: bool) {
        let record = &self.attempts[attempt];
        let state = &mut self.services[index];
        Bench::new(&mut self.events, state, record.replica).depart(record.arrived, holds);
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
        state.flow.working.set(now, total);
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
        self.attempts[attempt].done = self.events.now();
        let wasted = is_unwanted(&self.calls, &self.attempts, record.call);
        self.services[index].flow.count_work(worked, wasted);
        if system.services[index].stages.is_empty() {
            self.leave(system, index, attempt, CallResult::Ok, false);
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

/// Whether nobody waits for a call, or for a request further up that it belongs to.
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn is_unwanted(calls: &Slab<CallRecord>, attempts: &Slab<Attempt>, mut call: u32) -> bool {
    // One step a level of the call graph, which is not deeper than the limit on its depth.
    while call != NONE {
        if call == DIRECT {
            return false;
        }
        let parent = calls[call].parent;
        if parent == NONE {
            return false;
        }
        call = attempts[parent].call;
    }
    true
}
