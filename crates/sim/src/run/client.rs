//! The client's side: when requests come, and what their ends mean.

use super::caller::NewCall;
use super::*;
use crate::system::Client;
use record::Slow;

impl Run {
    pub(super) fn next_arrival(&mut self, system: &System, client: usize) {
        let Arrivals::Open {
            spacing,
            rate_per_s,
            profile,
        } = &system.clients[client].arrivals
        else {
            return;
        };
        let arrivals = &mut self.clients[client].arrivals;
        let gap = arrivals.gap(self.events.now(), *spacing, *rate_per_s, profile);
        self.events.schedule_after(
            gap,
            Event::Arrival {
                client: client as u16,
            },
        );
    }

    #[inline(always)]
    pub(super) fn arrival(&mut self, system: &System, client: usize) {
        self.next_arrival(system, client);
        if let Arrivals::Open {
            spacing, profile, ..
        } = &system.clients[client].arrivals
            && self.clients[client]
                .arrivals
                .accepts(self.events.now(), *spacing, profile)
        {
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
        self.record.count_client(client, ClientCount::Offered);
        let Client { call, ref keys, .. } = system.clients[client];
        let item = match keys {
            None => draw.key() as u32,
            Some(keys) => keys.sample(&mut draw.of(purpose::ITEM).source()) as u32,
        };
        let (site, client) = (call as u16, client as u16);
        let new = NewCall {
            key: draw.key(),
            parent: NONE,
            site,
            client,
            item,
        };
        self.start_call(system, new, Time::NEVER);
    }

    #[inline(always)]
    pub(super) fn request_ended(
        &mut self,
        system: &System,
        call: &CallRecord,
        result: CallResult,
        spent: Spent,
    ) {
        let now = self.events.now();
        let client = call.client as usize;
        let latency_ns = (now - call.started).as_ns();
        match result {
            CallResult::Ok => self.record.count_client(client, ClientCount::Ok),
            CallResult::Degraded => self.record.count_client(client, ClientCount::Degraded),
            CallResult::Failed(cause) => {
                self.record.count_client(client, ClientCount::Failed);
                self.record.counts[self.record.layout.client_cause(client, cause)] += 1;
                self.record.failed(client, latency_ns);
            }
        }
        if !matches!(result, CallResult::Failed(_)) {
            self.record.answered(client, latency_ns);
        }
        if self.record.is_slow(now, latency_ns) {
            let (client, ended_ns) = (call.client, now.as_ns());
            self.record.keep_slow(Slow {
                latency_ns,
                ended_ns,
                client,
                spent,
            });
        }
        if matches!(system.clients[client].arrivals, Arrivals::Closed { .. }) {
            self.think(system, client, Draw::from_key(call.key).of(purpose::THINK));
        }
    }
}
