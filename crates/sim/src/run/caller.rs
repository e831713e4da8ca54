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
    pub(super) fn start_call(&mut self, system: &System, new: NewCall, deadline: Time) {
        let now = self.events.now();
        let site = new.site as usize;
        let state = &mut self.sites[site];
        state.count(CallCount::Started);
        if let Some(budget) = &mut state.budget {
            budget.first_attempt();
        }
        let guarded = state.guarded;
        let deadline = match system.calls[site].deadline_ns {
            Some(ns) => deadline.min(now + Span::from_ns(ns)),
            None => deadline,
        };
        let call = self.calls.place(CallRecord::blank);
        let mut next = NONE;
        if new.parent != NONE {
            let parent = &mut self.attempts[new.parent];
            next = parent.first_child;
            parent.first_child = call;
        }
        let record = &mut self.calls[call];
        *record = CallRecord {
            key: new.key,
            started: now,
            deadline,
            waiting_since: now,
            timer: Token::NONE,
            parent: new.parent,
            next,
            attempts: NONE,
            item: new.item,
            failed: 0,
            backoff: 0,
            site: new.site,
            client: new.client,
            number: 0,
            hedges: 0,
        };
        if guarded || now >= deadline {
            return self.ask_to_send(system, call);
        }
        self.send(system, call, 0, false);
    }

    /// The policies in front of an attempt: rate limit, breaker, bulkhead.
    #[inline(never)]
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
                    self.sites[site].count(CallCount::RateDelays);
                    let wake = Event::Wake {
                        call,
                        why: Wake::Token,
                    };
                    self.calls[call].timer = self.events.schedule_after(wait, wake);
                    return;
                }
            } else if !bucket.take(now) {
                self.sites[site].count(CallCount::RateRefusals);
                self.fail_call(system, call, Cause::RateLimited);
                return;
            }
        }
        self.pass_breaker(system, call);
    }

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
            self.sites[site].count(CallCount::BulkheadRefusals);
            return self.fail_call(system, call, Cause::BulkheadFull);
        }
        let mut epoch = 0;
        if let Some(breaker) = &mut self.sites[site].breaker {
            match breaker.ask(self.events.now()) {
                Permit::Yes(granted) => epoch = granted,
                Permit::No => {
                    self.sites[site].count(CallCount::BreakerRefusals);
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

    /// Sends an attempt of a call.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn send(&mut self, system: &System, call: u32, epoch: u8, is_hedge: bool) {
        let now = self.events.now();
        let record = &mut self.calls[call];
        let site = &mut self.sites[record.site as usize];
        site.in_flight += 1;
        site.count(CallCount::Attempts);
        record.number += 1;
        if !is_hedge {
            record.waiting_since = now;
        }
        let deadline = if system.calls[record.site as usize].propagate_deadline {
            record.deadline
        } else {
            Time::NEVER
        };
        let (link, target) = (site.link, site.target);
        let (key, item) = (
            Draw::from_key(record.key).of(u64::from(record.number)),
            record.item,
        );
        let attempt = self.attempts.place(Attempt::blank);
        let limit = record.deadline.min(now + site.timeout);
        let timer = if limit < Time::NEVER {
            self.events.schedule(limit, Event::Timeout { attempt })
        } else {
            Token::NONE
        };
        self.attempts[attempt].begin(&Attempt {
            key: key.key(),
            state: State::Travelling,
            sent: now,
            deadline,
            timer,
            call,
            next: record.attempts,
            item: record.item,
            site: record.site,
            client: record.client,
            epoch,
            is_hedge,
            ..Attempt::blank()
        });
        record.attempts = attempt;
        match link {
            None => self.enter(system, target, attempt, key.key(), item),
            Some(link) => self.cross(system, attempt, link as usize, Way::Request),
        }
    }

    /// Makes a call that needs no record.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn send_directly(&mut self, system: &System, new: &NewCall) {
        let site = &mut self.sites[new.site as usize];
        site.in_flight += 1;
        site.count(CallCount::Started);
        site.count(CallCount::Attempts);
        let (link, target) = (site.link, site.target);
        let key = Draw::from_key(new.key).of(1).key();
        let attempt = self.attempts.place(Attempt::blank);
        self.attempts[attempt].begin(&Attempt {
            key,
            state: State::Travelling,
            sent: self.events.now(),
            call: DIRECT,
            item: new.item,
            site: new.site,
            client: new.client,
            ..Attempt::blank()
        });
        match link {
            None => self.enter(system, target, attempt, key, new.item),
            Some(link) => self.cross(system, attempt, link as usize, Way::Request),
        }
    }

    /// A message of an attempt sets out over a link, and is lost or comes to the other end.
    fn cross(&mut self, system: &System, attempt: u32, link: usize, way: Way) {
        let now = self.events.now();
        let record = &mut self.attempts[attempt];
        let policy = &system.calls[record.site as usize];
        let (bytes, purpose, event) = match way {
            Way::Request => {
                let event = Event::Reach { attempt };
                (policy.request_bytes, purpose::REQUEST_LINK, event)
            }
            Way::Answer(result) => {
                let event = Event::Answer { attempt, result };
                (policy.response_bytes, purpose::ANSWER_LINK, event)
            }
        };
        let draw = Draw::from_key(record.key).of(purpose);
        match self.links[link].cross(&system.links[link], way, bytes, now, draw) {
            None => {
                record.state = State::Lost;
                self.sites[record.site as usize].count(CallCount::Lost);
            }
            Some(delay) => record.event = self.events.schedule_after(delay, event),
        }
    }

    /// Sends the answer of an attempt that has just left its service.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn send_answer(&mut self, system: &System, attempt: u32, result: CallResult) {
        let record = &mut self.attempts[attempt];
        record.state = State::Answering;
        let call = record.call;
        if let Some(link) = self.sites[record.site as usize].link {
            return self.cross(system, attempt, link as usize, Way::Answer(result));
        }
        // A good answer to a client ends here; all else waits for its turn, so that chains of
        // calls without delay never nest.
        if result != CallResult::Ok {
            self.todo.push_back(Event::Answer { attempt, result });
        } else if call == DIRECT {
            self.answer_directly(attempt, result);
        } else if self.calls[call].parent == NONE {
            self.answer(system, attempt, result);
        } else {
            self.todo.push_back(Event::Answer { attempt, result });
        }
    }

    /// An answer reaches the caller.
    #[inline(never)]
    pub(super) fn answer(&mut self, system: &System, attempt: u32, result: CallResult) {
        let record = &self.attempts[attempt];
        let (call, sent, is_hedge) = (record.call, record.sent, record.is_hedge);
        let (now, site) = (self.events.now(), record.site as usize);
        if record.state != State::Answering || call == NONE {
            // Abandoned while on the work list.
            return self.free_unwanted_answer(attempt);
        }
        if call == DIRECT {
            return self.answer_directly(attempt, result);
        }
        self.events.cancel(record.timer);
        let state = &mut self.sites[site];
        state.in_flight -= 1;
        let ok = !matches!(result, CallResult::Failed(_));
        state.tell_breaker(now, record.epoch, ok);
        // Few clients' requests are slow enough to be asked where their time went.
        let of = &self.calls[call];
        let asked = of.parent != NONE || self.record.is_slow(now, (now - of.started).as_ns());
        let mut spent = if asked && ok {
            self.spent_by(attempt)
        } else {
            Spent::default()
        };
        if is_hedge && ok {
            self.sites[site].count(CallCount::HedgeWins);
            let waited = sent.since(self.calls[call].waiting_since);
            spent.failed = spent.failed.saturating_add(spent_units(waited.as_ns()));
        }
        self.unlink_attempt(call, attempt);
        self.free_attempt(attempt);
        match result {
            CallResult::Failed(cause) => self.attempt_failed(system, call, sent, cause),
            _ => self.complete(system, call, result, spent),
        }
    }

    /// An answer reaches a client whose call has no record, and ends it.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn answer_directly(&mut self, attempt: u32, result: CallResult) {
        let now = self.events.now();
        let record = &self.attempts[attempt];
        let (client, started) = (record.client as usize, record.sent);
        let site = &mut self.sites[record.site as usize];
        site.in_flight -= 1;
        site.count(CallCount::of(result));
        let spent = |run: &Run| match result {
            CallResult::Failed(_) => Spent {
                failed: spent_units((now - started).as_ns()),
                ..Spent::default()
            },
            _ => run.spent_by(attempt),
        };
        self.request_ended(client, started, result, spent);
        self.free_attempt(attempt);
    }

    /// Where the time of an answered attempt went.
    #[inline(never)]
    fn spent_by(&self, attempt: u32) -> Spent {
        let record = &self.attempts[attempt];
        let queue = spent_units((record.started - record.arrived).as_ns());
        let work = spent_units((record.done - record.started).as_ns());
        let mut spent = Spent {
            queue,
            work,
            worst: queue.saturating_add(work),
            worst_service: self.sites[record.site as usize].target,
            ..Spent::default()
        };
        if record.spent != NONE {
            spent.add(&self.spent[record.spent]);
        }
        spent
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
        self.sites[site].count(CallCount::Timeouts);
        let now = self.events.now();
        self.sites[site].tell_breaker(now, record.epoch, false);
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
                self.sites[site].count(CallCount::Cancellations);
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
            self.sites[site].count(CallCount::BudgetRefusals);
            return self.fail_call(system, call, cause);
        }
        self.sites[site].count(CallCount::Retries);
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
        self.sites[site].count(CallCount::Hedges);
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
        self.sites[site].count(CallCount::Fallbacks);
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
        let record = &self.calls[call];
        self.events.cancel(record.timer);
        if record.attempts != NONE {
            self.release_attempts(system, call);
        }
        let record = &self.calls[call];
        self.sites[record.site as usize].count(CallCount::of(result));
        spent.failed = spent.failed.saturating_add(record.failed);
        spent.backoff = spent.backoff.saturating_add(record.backoff);
        let (parent, next) = (record.parent, record.next);
        let (client, key, started) = (record.client, record.key, record.started);
        self.free_call(call);
        if parent == NONE {
            let client = client as usize;
            self.request_ended(client, started, result, |_| spent);
            if self.clients[client].is_closed {
                self.think(system, client, Draw::from_key(key).of(purpose::THINK));
            }
        } else {
            self.child_ended(system, parent, call, next, result, spent);
        }
    }

    /// Lets go of all attempts of a call that has its result.
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
        self.sites[site].count(CallCount::Failed);
        self.free_call(call);
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
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

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
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
