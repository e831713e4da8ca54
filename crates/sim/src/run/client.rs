//! The client's side: when requests come, and what their ends mean.

use super::caller::NewCall;
use super::*;
use record::Slow;

impl Run {
    /// The next candidate arrival of an open client.
    #[inline(always)]
    pub(super) fn next_arrival(&mut self, client: usize) {
        let now = self.events.now();
        let gap = self.clients[client].arrivals.gap(now);
        self.sources.plan(&mut self.events, client, gap);
    }

    /// An arrival of one of many clients: the loop handles those of the first few itself.
    #[inline(never)]
    pub(super) fn queued_arrival(&mut self, system: &System, client: usize) {
        self.arrival(system, client);
    }

    #[inline(always)]
    pub(super) fn arrival(&mut self, system: &System, client: usize) {
        let now = self.events.now();
        let state = &mut self.clients[client];
        let (gap, accepted) = (state.arrivals.gap(now), state.arrivals.accepts(now));
        self.sources.plan(&mut self.events, client, gap);
        if accepted {
            self.start_request(system, client);
        }
    }

    /// A user of a closed client thinks, then asks again.
    pub(super) fn think(&mut self, system: &System, client: usize, draw: Draw) {
        if let Arrivals::Closed { think_time, .. } = &system.clients[client].arrivals {
            let time = think_time.sample_span(&mut draw.source());
            self.events.schedule_after(
                time,
                Event::User {
                    client: client as u16,
                },
            );
        }
    }

    #[inline(always)]
    pub(super) fn start_request(&mut self, system: &System, client: usize) {
        let state = &mut self.clients[client];
        let draw = state.draw.of(state.requests);
        state.requests += 1;
        state.count(ClientCount::Offered);
        let item = match &system.clients[client].keys {
            None => draw.key() as u32,
            Some(keys) => keys.sample(&mut draw.of(purpose::ITEM).source()) as u32,
        };
        let new = NewCall {
            key: draw.key(),
            parent: NONE,
            site: state.site,
            client: client as u16,
            item,
        };
        if self.sites[new.site as usize].direct {
            self.send_directly(system, &new);
        } else {
            self.start_call(system, new, Time::NEVER);
        }
    }

    #[inline(always)]
    pub(super) fn request_ended(&mut self, system: &System, client: usize, ended: &Ended) {
        let now = self.events.now();
        let latency_ns = (now - ended.started).as_ns();
        let state = &mut self.clients[client];
        if let CallResult::Failed(cause) = ended.result {
            state.count_failure(cause);
            self.record.failed(client, latency_ns);
        } else {
            state.count(match ended.result {
                CallResult::Degraded => ClientCount::Degraded,
                _ => ClientCount::Ok,
            });
            state.answered.push(latency_ns);
        }
        let is_closed = state.is_closed;
        if self.record.is_slow(now, latency_ns) {
            self.record.keep_slow(Slow {
                latency_ns,
                ended_ns: now.as_ns(),
                client: client as u16,
                spent: ended.spent,
            });
        }
        if is_closed {
            let draw = Draw::from_key(ended.key).of(purpose::THINK);
            self.think(system, client, draw);
        }
    }
}

/// How a request of a client ended.
pub(super) struct Ended {
    pub(super) key: u64,
    pub(super) started: Time,
    pub(super) result: CallResult,
    pub(super) spent: Spent,
}
