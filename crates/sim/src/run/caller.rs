//! The caller's side: requests, attempts, and every policy of a call.

use super::*;
use crate::policy::{Permit, backoff_ns};
use crate::system::Excess;
use kernel::Span;
use link::Way;
use record::spent_units;

impl Run {
    /// Begins a call: sends its first attempt, unless a policy forbids it.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn start_call(&mut self, system: &System, new: NewCall, deadline: Time) -> u32 {
        let now = self.events.now();
        let site = new.site as usize;
        let policy = &system.calls[site];
        let own = policy
            .deadline_ns
            .map_or(Time::NEVER, |ns| now + Span::from_ns(ns));
        let call = self.calls.place(CallRecord::blank);
        self.calls[call] = CallRecord {
            key: new.key,
            started: now,
            deadline: own.min(deadline),
            waiting_since: now,
            timer: Token::NONE,
            parent: new.parent,
            next: NONE,
            attempts: NONE,
            item: new.item,
            failed: 0,
            backoff: 0,
            site: new.site,
            client: new.client,
            number: 0,
            hedges: 0,
        };
        self.record.count_call(site, CallCount::Started);
        if let Some(budget) = &mut self.sites[site].budget {
            budget.first_attempt();
        }
        if new.parent != NONE {
            let parent = &mut self.attempts[new.parent];
            self.calls[call].next = parent.first_child;
            parent.first_child = call;
        }
        self.ask_to_send(system, call);
        call
    }

    /// The policies in front of an attempt: rate limit, breaker, bulkhead.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn ask_to_send(&mut self, system: &System, call: u32) {
        let site = self.calls[call].site as usize;
        let policy = &system.calls[site];
        if let Some(limit) = policy.rate_limit {
            let now = self.events.now();
            let Some(bucket) = &mut self.sites[site].bucket else {
                return;
            };
            if limit.excess == Excess::Delay {
                let wait = bucket.reserve(now);
                if wait > Span::ZERO {
                    self.record.count_call(site, CallCount::RateDelays);
                    let wake = Event::Wake {
                        call,
                        why: Wake::Token,
                    };
                    self.calls[call].timer = self.events.schedule_after(wait, wake);
                    return;
                }
            } else if !bucket.take(now) {
                self.record.count_call(site, CallCount::RateRefusals);
                self.fail_call(system, call, Cause::RateLimited);
                return;
            }
        }
        self.pass_breaker(system, call);
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn pass_breaker(&mut self, system: &System, call: u32) {
        let record = &self.calls[call];
        let site = record.site as usize;
        let policy = &system.calls[site];
        if self.events.now() >= record.deadline {
            return self.fail_call(system, call, Cause::Deadline);
        }
        if policy
            .bulkhead
            .is_some_and(|max| self.sites[site].in_flight >= max)
        {
            self.record.count_call(site, CallCount::BulkheadRefusals);
            return self.fail_call(system, call, Cause::BulkheadFull);
        }
        let mut epoch = 0;
        if let Some(breaker) = &mut self.sites[site].breaker {
            match breaker.ask(self.events.now()) {
                Permit::Yes(granted) => epoch = granted,
                Permit::No => {
                    self.record.count_call(site, CallCount::BreakerRefusals);
                    return self.fail_call(system, call, Cause::BreakerOpen);
                }
            }
        }
        if let Some(hedge) = policy.hedge {
            let wake = Event::Wake {
                call,
                why: Wake::Hedge,
            };
            let after = Span::from_ns(hedge.after_ns);
            self.calls[call].timer = self.events.schedule_after(after, wake);
        }
        self.send(system, call, epoch, false);
    }

    /// Sends an attempt on its way.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn send(&mut self, system: &System, call: u32, epoch: u8, is_hedge: bool) {
        let now = self.events.now();
        let record = &mut self.calls[call];
        let site = record.site as usize;
        let policy = &system.calls[site];
        record.number += 1;
        if !is_hedge {
            record.waiting_since = now;
        }
        let key = Draw::from_key(record.key).of(u64::from(record.number));
        let carried = if policy.propagate_deadline {
            record.deadline
        } else {
            Time::NEVER
        };
        let attempt = self.attempts.place(Attempt::blank);
        self.attempts[attempt] = Attempt {
            key: key.key(),
            sent: now,
            arrived: now,
            started: now,
            resumed: now,
            deadline: carried,
            timer: Token::NONE,
            event: Token::NONE,
            call,
            next: record.attempts,
            first_child: NONE,
            spent: NONE,
            item: record.item,
            queue: 0,
            work: 0,
            site: site as u16,
            replica: 0,
            client: record.client,
            state: State::Travelling,
            stage: 0,
            pending: 0,
            epoch,
            degraded: false,
            is_hedge,
        };
        record.attempts = attempt;
        let deadline = record.deadline;
        self.sites[site].in_flight += 1;
        self.record.count_call(site, CallCount::Attempts);
        let limit = policy
            .timeout_ns
            .map_or(Time::NEVER, |ns| now + Span::from_ns(ns));
        let limit = limit.min(deadline);
        if limit < Time::NEVER {
            self.attempts[attempt].timer = self.events.schedule(limit, Event::Timeout { attempt });
        }
        let Some(link) = policy.link else {
            return self.reach(system, attempt);
        };
        let draw = key.of(purpose::REQUEST_LINK);
        let bytes = policy.request_bytes;
        match self.links[link].cross(&system.links[link], Way::Request, bytes, now, draw) {
            None => {
                self.record.count_call(site, CallCount::Lost);
                self.attempts[attempt].state = State::Lost;
            }
            Some(delay) => {
                let token = self.events.schedule_after(delay, Event::Reach { attempt });
                self.attempts[attempt].event = token;
            }
        }
    }

    /// Sends the answer of an attempt that has just left its service.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn send_answer(&mut self, system: &System, attempt: u32, result: CallResult) {
        let record = &mut self.attempts[attempt];
        record.state = State::Answering;
        let site = record.site as usize;
        let policy = &system.calls[site];
        let Some(link) = policy.link else {
            // A good answer to a client ends here; all else waits for its turn, so that chains of
            // calls without delay never nest.
            if result == CallResult::Ok && self.calls[record.call].parent == NONE {
                return self.answer(system, attempt, result);
            }
            self.todo.push_back(Event::Answer { attempt, result });
            return;
        };
        let now = self.events.now();
        let draw = Draw::from_key(record.key).of(purpose::ANSWER_LINK);
        let bytes = policy.response_bytes;
        match self.links[link].cross(&system.links[link], Way::Answer, bytes, now, draw) {
            None => {
                self.record.count_call(site, CallCount::Lost);
                self.attempts[attempt].state = State::Lost;
            }
            Some(delay) => {
                let token = self
                    .events
                    .schedule_after(delay, Event::Answer { attempt, result });
                self.attempts[attempt].event = token;
            }
        }
    }

    /// An answer reaches the caller.
    #[inline(always)]
    pub(super) fn answer(&mut self, system: &System, attempt: u32, result: CallResult) {
        let record = self.attempts[attempt];
        let call = record.call;
        if record.state != State::Answering || call == NONE {
            // Abandoned while on the work list.
            return self.free_unwanted_answer(attempt);
        }
        self.events.cancel(record.timer);
        self.unlink_attempt(call, attempt);
        let site = record.site as usize;
        self.sites[site].in_flight -= 1;
        let ok = !matches!(result, CallResult::Failed(_));
        if let Some(breaker) = &mut self.sites[site].breaker {
            let before = breaker.opened;
            breaker.result(self.events.now(), record.epoch, ok);
            let opened = breaker.opened - before;
            self.record.counts[self.record.layout.call(site, CallCount::BreakerOpened)] += opened;
        }
        if let CallResult::Failed(cause) = result {
            self.free_attempt(attempt);
            return self.attempt_failed(system, call, record.sent, cause);
        }
        let mut spent = Spent {
            queue: record.queue,
            work: record.work,
            worst: record.queue.saturating_add(record.work),
            worst_service: system.calls[site].target as u16,
            ..Spent::default()
        };
        if record.spent != NONE {
            spent.add(&self.spent[record.spent]);
        }
        self.free_attempt(attempt);
        if record.is_hedge {
            self.record.count_call(site, CallCount::HedgeWins);
            let waited = record.sent.since(self.calls[call].waiting_since);
            spent.failed = spent.failed.saturating_add(spent_units(waited.as_ns()));
        }
        self.complete(system, call, result, spent);
    }

    fn free_unwanted_answer(&mut self, attempt: u32) {
        if self.attempts[attempt].state == State::Answering {
            self.free_attempt(attempt);
        }
    }

    /// The caller stops waiting for an attempt.
    pub(super) fn timeout(&mut self, system: &System, attempt: u32) {
        let record = self.attempts[attempt];
        let (call, site) = (record.call, record.site as usize);
        self.record.count_call(site, CallCount::Timeouts);
        let now = self.events.now();
        if let Some(breaker) = &mut self.sites[site].breaker {
            let before = breaker.opened;
            breaker.result(now, record.epoch, false);
            let opened = breaker.opened - before;
            self.record.counts[self.record.layout.call(site, CallCount::BreakerOpened)] += opened;
        }
        self.unlink_attempt(call, attempt);
        self.let_go(system, attempt, true);
        let late = now >= self.calls[call].deadline;
        let cause = if late {
            Cause::Deadline
        } else {
            Cause::Timeout
        };
        self.attempt_failed(system, call, record.sent, cause);
    }

    /// Nobody waits for an attempt any more: it is cancelled, or goes on for nothing.
    fn let_go(&mut self, system: &System, attempt: u32, has_result: bool) {
        let record = &mut self.attempts[attempt];
        let (site, epoch, timer) = (record.site as usize, record.epoch, record.timer);
        record.call = NONE;
        record.timer = Token::NONE;
        let state = record.state;
        self.events.cancel(timer);
        self.sites[site].in_flight -= 1;
        if !has_result && let Some(breaker) = &mut self.sites[site].breaker {
            breaker.forget(epoch);
        }
        match state {
            State::Lost => self.free_attempt(attempt),
            State::Answering => {
                // On its way by a link: forget it. On the work list: it frees itself there.
                let token = self.attempts[attempt].event;
                if self.events.cancel(token) {
                    self.free_attempt(attempt);
                }
            }
            _ if system.calls[site].propagate_cancellation => {
                self.record.count_call(site, CallCount::Cancellations);
                self.cancel(system, attempt);
            }
            _ => {}
        }
    }

    /// Decides between waiting for a hedge, a retry, and giving up.
    fn attempt_failed(&mut self, system: &System, call: u32, sent: Time, cause: Cause) {
        let now = self.events.now();
        let record = &mut self.calls[call];
        record.failed = record
            .failed
            .saturating_add(spent_units((now - sent).as_ns()));
        if record.attempts != NONE {
            return;
        }
        let (timer, site) = (record.timer, record.site as usize);
        record.timer = Token::NONE;
        self.events.cancel(timer);
        let record = self.calls[call];
        let retry = match &system.calls[site].retry {
            Some(retry)
                if cause != Cause::Deadline && record.number - record.hedges < retry.attempts =>
            {
                retry
            }
            _ => return self.fail_call(system, call, cause),
        };
        let number = record.number - record.hedges;
        let draw = Draw::from_key(record.key)
            .of(purpose::BACKOFF)
            .of(u64::from(number));
        let wait = Span::from_ns(backoff_ns(retry, number, &mut draw.source()));
        if now + wait >= record.deadline {
            return self.fail_call(system, call, cause);
        }
        if let Some(budget) = &mut self.sites[site].budget
            && !budget.take()
        {
            self.record.count_call(site, CallCount::BudgetRefusals);
            return self.fail_call(system, call, cause);
        }
        self.record.count_call(site, CallCount::Retries);
        let backoff = spent_units(wait.as_ns());
        self.calls[call].backoff = record.backoff.saturating_add(backoff);
        // Even without a wait through the queue: an attempt that fails at once must not nest.
        let wake = Event::Wake {
            call,
            why: Wake::Retry,
        };
        self.calls[call].timer = self.events.schedule_after(wait, wake);
    }

    pub(super) fn wake(&mut self, system: &System, call: u32, why: Wake) {
        self.calls[call].timer = Token::NONE;
        match why {
            Wake::Retry => self.ask_to_send(system, call),
            Wake::Token => self.pass_breaker(system, call),
            Wake::Hedge => self.send_hedge(system, call),
            Wake::Fallback => self.complete(system, call, CallResult::Degraded, Spent::default()),
        }
    }

    fn send_hedge(&mut self, system: &System, call: u32) {
        let site = self.calls[call].site as usize;
        let policy = &system.calls[site];
        let Some(hedge) = policy.hedge else { return };
        if policy
            .bulkhead
            .is_some_and(|max| self.sites[site].in_flight >= max)
        {
            return;
        }
        let mut epoch = 0;
        if let Some(breaker) = &mut self.sites[site].breaker {
            match breaker.ask(self.events.now()) {
                Permit::Yes(granted) => epoch = granted,
                Permit::No => return,
            }
        }
        self.calls[call].hedges += 1;
        self.record.count_call(site, CallCount::Hedges);
        if self.calls[call].hedges < hedge.copies {
            let wake = Event::Wake {
                call,
                why: Wake::Hedge,
            };
            let after = Span::from_ns(hedge.after_ns);
            self.calls[call].timer = self.events.schedule_after(after, wake);
        }
        self.send(system, call, epoch, true);
    }

    /// The call has failed for good: a fallback answers, or the failure is passed up.
    fn fail_call(&mut self, system: &System, call: u32, cause: Cause) {
        let site = self.calls[call].site as usize;
        let Some(fallback) = system.calls[site].fallback else {
            return self.complete(system, call, CallResult::Failed(cause), Spent::default());
        };
        self.record.count_call(site, CallCount::Fallbacks);
        let wake = Event::Wake {
            call,
            why: Wake::Fallback,
        };
        let after = Span::from_ns(fallback.latency_ns);
        self.calls[call].timer = self.events.schedule_after(after, wake);
    }

    /// Ends a call and tells whoever made it.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn complete(&mut self, system: &System, call: u32, result: CallResult, mut spent: Spent) {
        let record = self.calls[call];
        self.events.cancel(record.timer);
        self.release_attempts(system, call);
        let site = record.site as usize;
        let count = match result {
            CallResult::Ok => CallCount::Ok,
            CallResult::Degraded => CallCount::Degraded,
            CallResult::Failed(_) => CallCount::Failed,
        };
        self.record.count_call(site, count);
        spent.failed = spent.failed.saturating_add(record.failed);
        spent.backoff = spent.backoff.saturating_add(record.backoff);
        self.free_call(call);
        if record.parent == NONE {
            self.request_ended(system, &record, result, spent);
        } else {
            self.child_ended(system, record.parent, call, record.next, result, spent);
        }
    }

    /// Lets go of all attempts of a call that has its result.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn release_attempts(&mut self, system: &System, call: u32) {
        let mut attempt = self.calls[call].attempts;
        self.calls[call].attempts = NONE;
        while attempt != NONE {
            let next = self.attempts[attempt].next;
            self.let_go(system, attempt, false);
            attempt = next;
        }
    }

    /// The caller of a call is gone: the call ends without telling anyone.
    pub(super) fn abandon_call(&mut self, system: &System, call: u32) {
        let (timer, site) = (self.calls[call].timer, self.calls[call].site as usize);
        self.events.cancel(timer);
        self.release_attempts(system, call);
        self.record.count_call(site, CallCount::Failed);
        self.free_call(call);
    }

    #[inline(always)]
    fn unlink_attempt(&mut self, call: u32, attempt: u32) {
        let next = self.attempts[attempt].next;
        if self.calls[call].attempts == attempt {
            self.calls[call].attempts = next;
            return;
        }
        let mut at = self.calls[call].attempts;
        while at != NONE {
            if self.attempts[at].next == attempt {
                self.attempts[at].next = next;
                return;
            }
            at = self.attempts[at].next;
        }
    }

    #[inline(always)]
    fn free_call(&mut self, call: u32) {
        self.calls[call].number = FREE_CALL;
        self.calls.remove(call);
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn free_attempt(&mut self, attempt: u32) {
        let record = &mut self.attempts[attempt];
        debug_assert!(record.state != State::Free, "an attempt is freed once");
        record.state = State::Free;
        if record.spent != NONE {
            self.spent.remove(record.spent);
        }
        self.attempts.remove(attempt);
    }
}

/// What a caller says about a call it makes.
pub(super) struct NewCall {
    pub(super) key: u64,
    pub(super) parent: u32,
    pub(super) site: u16,
    pub(super) client: u16,
    pub(super) item: u32,
}
