//! The client's side: when requests come, and what their ends mean.

use super::caller::NewCall;
use super::*;
use record::Slow;

impl Run {
    /// The next candidate arrival of an open client.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
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

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn arrival(&mut self, system: &System, client: usize) {
        let now = self.events.now();
        let state = &mut self.clients[client];
        let (gap, accepted) = (state.arrivals.gap(now), state.arrivals.accepts(now));
        self.sources.plan(&mut self.events, client, gap);
        if !accepted {
            return;
        }
        let ((draw, item), site) = (state.begin(&system.clients[client]), state.site);
        self.start_request(system, client, site, draw, item);
    }

    /// A user of a closed client has thought.
    pub(super) fn user(&mut self, system: &System, client: usize) {
        let state = &mut self.clients[client];
        let ((draw, item), site) = (state.begin(&system.clients[client]), state.site);
        self.start_request(system, client, site, draw, item);
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn start_request(&mut self, system: &System, client: usize, site: u16, draw: Draw, item: u32) {
        let new = NewCall {
            key: draw.key(),
            parent: NONE,
            site,
            client: client as u16,
            item,
        };
        if self.sites[site as usize].direct {
            self.send_directly(system, &new);
        } else {
            self.start_call(system, new, Time::NEVER);
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

    /// A request has its end; `spent` says where its time went, if it is asked.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn request_ended(
        &mut self,
        client: usize,
        started: Time,
        result: CallResult,
        spent: impl FnOnce(&Run) -> Spent,
    ) {
        let now = self.events.now();
        let latency_ns = (now - started).as_ns();
        let state = &mut self.clients[client];
        if let CallResult::Failed(cause) = result {
            state.count_failure(cause);
            self.record.failed(client, latency_ns);
        } else {
            state.count(match result {
                CallResult::Degraded => ClientCount::Degraded,
                _ => ClientCount::Ok,
            });
            state.answered.push(latency_ns);
        }
        if self.record.is_slow(now, latency_ns) {
            let spent = spent(self);
            self.record.keep_slow(Slow {
                latency_ns,
                ended_ns: now.as_ns(),
                client: client as u16,
                spent,
            });
        }
    }
}
