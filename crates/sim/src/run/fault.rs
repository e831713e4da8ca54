//! What goes wrong: crashes, slowness, stalls, bad links, surges.

use super::*;
use crate::system::Discipline;

impl Run {
    pub(super) fn fault_start(&mut self, system: &System, index: usize) {
        let fault = &system.faults[index];
        let lasts = fault.lasts.sample_span(&mut self.faults[index]);
        let now = self.events.now();
        let end = now + lasts;
        self.fault_active[index] = true;
        self.events.schedule(
            end,
            Event::FaultEnd {
                fault: index as u16,
            },
        );
        match fault.kind {
            FaultKind::Crash { service, replicas } => {
                for chosen in 0..replicas as usize {
                    self.services[service].replicas[chosen].down += 1;
                    self.crash(system, service, chosen);
                }
            }
            FaultKind::Slow {
                service,
                replicas,
                factor,
            } => {
                self.change_pace(system, service, replicas, |_, r| r.slow *= factor);
            }
            FaultKind::Stall { service, replicas } => {
                self.change_pace(system, service, replicas, |_, replica| {
                    if now >= replica.stalled_until {
                        replica.stalled_since = now;
                    }
                    replica.stalled_until = replica.stalled_until.max(end);
                });
            }
            FaultKind::Loss { link, probability } => {
                self.links[link].survives *= 1.0 - probability;
            }
            FaultKind::Partition { link } => self.links[link].partitions += 1,
            FaultKind::Delay { link, factor } => self.links[link].delay *= factor,
            FaultKind::Surge { client, factor } => {
                self.clients[client].arrivals.surge *= factor;
            }
        }
    }

    pub(super) fn fault_end(&mut self, system: &System, index: usize) {
        let fault = &system.faults[index];
        match fault.kind {
            FaultKind::Crash { service, replicas } => {
                for replica in &mut self.services[service].replicas[..replicas as usize] {
                    replica.down -= 1;
                }
            }
            FaultKind::Slow {
                service, replicas, ..
            } => {
                let slow: Vec<f64> = (0..replicas)
                    .map(|chosen| {
                        self.product(system, index, |kind| match kind {
                            FaultKind::Slow {
                                service: s,
                                replicas,
                                factor,
                            } if s == service && chosen < replicas => Some(factor),
                            _ => None,
                        })
                    })
                    .collect();
                self.change_pace(system, service, replicas, |chosen, r| r.slow = slow[chosen]);
            }
            FaultKind::Stall { service, replicas } => {
                self.change_pace(system, service, replicas, |_, _| {});
            }
            FaultKind::Loss { link, .. } => {
                self.links[link].survives = self.product(system, index, |kind| match kind {
                    FaultKind::Loss {
                        link: l,
                        probability,
                    } if l == link => Some(1.0 - probability),
                    _ => None,
                });
            }
            FaultKind::Partition { link } => self.links[link].partitions -= 1,
            FaultKind::Delay { link, .. } => {
                self.links[link].delay = self.product(system, index, |kind| match kind {
                    FaultKind::Delay { link: l, factor } if l == link => Some(factor),
                    _ => None,
                });
            }
            FaultKind::Surge { client, .. } => {
                self.clients[client].arrivals.surge =
                    self.product(system, index, |kind| match kind {
                        FaultKind::Surge { client: c, factor } if c == client => Some(factor),
                        _ => None,
                    });
            }
        }
        self.fault_active[index] = false;
        if let Some(between) = &fault.between {
            let after = between.sample_span(&mut self.faults[index]);
            self.events.schedule_after(
                after,
                Event::FaultStart {
                    fault: index as u16,
                },
            );
        }
    }

    /// The product of a factor over the faults in force other than one that ends: recomputed, so
    /// that no rounding is left behind.
    fn product(
        &self,
        system: &System,
        ending: usize,
        factor: impl Fn(FaultKind) -> Option<f64>,
    ) -> f64 {
        let others = system.faults.iter().enumerate();
        let active = others.filter(|&(i, _)| i != ending && self.fault_active[i]);
        active.filter_map(|(_, fault)| factor(fault.kind)).product()
    }

    /// Changes the pace of replicas; processor sharing must settle accounts before and after.
    fn change_pace(
        &mut self,
        system: &System,
        service: usize,
        replicas: u32,
        change: impl Fn(usize, &mut Replica),
    ) {
        let sharing = system.services[service].discipline == Discipline::ProcessorSharing;
        for chosen in 0..replicas as usize {
            if sharing {
                self.advance_sharing(system, service, chosen);
            }
            change(chosen, &mut self.services[service].replicas[chosen]);
            if sharing {
                self.schedule_sharing(system, service, chosen);
            }
        }
    }

    /// Everything within a replica fails.
    fn crash(&mut self, system: &System, index: usize, chosen: usize) {
        let now = self.events.now();
        let queued = self.services[index].replicas[chosen].queue.drain();
        for attempt in queued {
            if self.attempts[attempt].state == State::Cancelled {
                self.free_attempt(attempt);
            }
        }
        self.services[index].replicas[chosen].waiting = 0;
        let inside = |a: &Attempt| {
            system.calls[a.site as usize].target == index
                && a.replica as usize == chosen
                && matches!(
                    a.state,
                    State::Queued | State::Working | State::Sharing | State::Calling
                )
        };
        let places = self.attempts.places().iter().enumerate();
        let lost: Vec<u32> = places
            .filter(|(_, a)| inside(a))
            .map(|(i, _)| i as u32)
            .collect();
        for attempt in lost {
            // An earlier one may have taken this one with it.
            if !inside(&self.attempts[attempt]) {
                continue;
            }
            self.lose(system, attempt, index, now);
        }
    }

    fn lose(&mut self, system: &System, attempt: u32, index: usize, now: Time) {
        let record = self.attempts[attempt];
        self.events.cancel(record.event);
        match record.state {
            State::Queued => self.services[index].flow.waiting.lower(now),
            State::Working => {
                self.services[index].flow.working.lower(now);
                self.services[index]
                    .flow
                    .count_work(now - record.started, true);
            }
            State::Sharing => {
                let chosen = record.replica as usize;
                self.advance_sharing(system, index, chosen);
                self.remove_sharing(attempt, index, chosen);
                self.services[index]
                    .flow
                    .count_work(now - record.started, true);
                self.schedule_sharing(system, index, chosen);
            }
            _ => self.abandon_children(system, attempt),
        }
        self.release(system, attempt, index);
        self.services[index].flow.count(ServiceCount::Crashed);
        self.refuse(system, attempt, Cause::Crashed);
    }
}
