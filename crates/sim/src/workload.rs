//! Reference workloads that engines are compared by: pure functions, timed by whoever calls them.
//!
//! A customer counts as stations + 1 events whatever an engine does inside, and every workload
//! returns a figure with its theory, so that a fast but wrong engine shows.

use crate::run::{Plan, Run, Status};
use crate::scenario::Scenario;
use kernel::{Distribution, EventQueue, Source, Span, Time, Xoshiro256};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

/// What a workload did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worked {
    /// Events by the common definition.
    pub events: u64,
    /// A figure of the run.
    pub value: f64,
    /// What theory says about it.
    pub theory: f64,
}

/// A queueing network in a row: `stations` of `servers` each, service 1 s, arrivals
/// `arrivals_per_s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    /// Stations in a row.
    pub stations: usize,
    /// Servers of each.
    pub servers: u32,
    /// Arrivals a second.
    pub arrivals_per_s: f64,
}

impl Network {
    /// M/M/1 at utilisation 0.8.
    pub const MM1: Network = Network {
        stations: 1,
        servers: 1,
        arrivals_per_s: 0.8,
    };
    /// M/M/16 at utilisation 0.8.
    pub const MM16: Network = Network {
        stations: 1,
        servers: 16,
        arrivals_per_s: 12.8,
    };
    /// Ten M/M/1 in a row.
    pub const TANDEM: Network = Network {
        stations: 10,
        servers: 1,
        arrivals_per_s: 0.8,
    };

    /// Mean time in the network by Erlang C, in seconds.
    pub fn theory(&self) -> f64 {
        let a = self.arrivals_per_s;
        let b = (1..=self.servers).fold(1.0, |b, k| a * b / (f64::from(k) + a * b));
        let rho = a / f64::from(self.servers);
        let waiting = b / (1.0 - rho * (1.0 - b));
        self.stations as f64 * (1.0 + waiting / (f64::from(self.servers) - a))
    }

    fn worked(&self, customers: u64, sum_ns: u64) -> Worked {
        Worked {
            events: customers * (self.stations as u64 + 1),
            value: sum_ns as f64 / 1e9 / customers as f64,
            theory: self.theory(),
        }
    }
}

#[derive(Clone, Copy)]
struct Departure {
    station: u32,
    born: Time,
}

struct Station {
    idle: u32,
    line: VecDeque<Time>,
}

/// Customers in a row of stations, on whatever keeps the events.
struct Row {
    stations: Vec<Station>,
    between: Distribution,
    service: Distribution,
    random: Xoshiro256,
    served: u64,
    sum_ns: u64,
}

impl Row {
    fn new(network: &Network) -> Row {
        let station = || Station {
            idle: network.servers,
            line: VecDeque::new(),
        };
        Row {
            stations: (0..network.stations).map(|_| station()).collect(),
            between: Distribution::Exponential {
                mean: 1e9 / network.arrivals_per_s,
            },
            service: Distribution::Exponential { mean: 1e9 },
            random: Xoshiro256::seeded(42),
            served: 0,
            sum_ns: 0,
        }
    }

    #[inline(always)]
    fn gap(&mut self) -> Span {
        self.between.sample_span(&mut self.random)
    }

    /// A customer comes to a station, or has passed the last one; `plan` takes the end of a service.
    #[inline(always)]
    fn enter(&mut self, now: Time, at: usize, born: Time, plan: impl FnOnce(Span, Departure)) {
        match self.stations.get_mut(at) {
            Some(station) if station.idle > 0 => {
                station.idle -= 1;
                let station = at as u32;
                let work = self.service.sample_span(&mut self.random);
                plan(work, Departure { station, born });
            }
            Some(station) => station.line.push_back(born),
            None => {
                self.sum_ns += (now - born).as_ns();
                self.served += 1;
            }
        }
    }

    /// A server of a station takes the next customer.
    #[inline(always)]
    fn leave(&mut self, station: u32, plan: impl FnOnce(Span, Departure)) {
        let at = &mut self.stations[station as usize];
        match at.line.pop_front() {
            Some(born) => {
                let work = self.service.sample_span(&mut self.random);
                plan(work, Departure { station, born });
            }
            None => at.idle += 1,
        }
    }
}

/// The network on the kernel's event queue, `customers` served. The next arrival is kept outside of
/// the queue, as a source has only one.
pub fn network(network: Network, customers: u64) -> Worked {
    let mut row = Row::new(&network);
    let mut events = EventQueue::new();
    let mut arrival = events.reserve_after(Span::ZERO);
    while row.served < customers {
        match events.pop_before(arrival) {
            None => {
                events.advance(arrival);
                arrival = events.reserve_after(row.gap());
                let now = events.now();
                row.enter(now, 0, now, |work, event| {
                    events.schedule_after(work, event);
                });
            }
            Some(Departure { station, born }) => {
                row.leave(station, |work, event| {
                    events.schedule_after(work, event);
                });
                let (now, next) = (events.now(), station as usize + 1);
                row.enter(now, next, born, |work, event| {
                    events.schedule_after(work, event);
                });
            }
        }
    }
    network.worked(customers, row.sum_ns)
}

/// The same network on an engine with a binary heap and a slab, as most engines are built.
pub fn network_on_heap(network: Network, customers: u64) -> Worked {
    let mut row = Row::new(&network);
    let mut events: OnHeap<Option<Departure>> = OnHeap::new();
    events.schedule(Span::ZERO, None);
    while row.served < customers {
        match events.pop() {
            Some((now, None)) => {
                events.schedule(row.gap(), None);
                row.enter(now, 0, now, |work, event| {
                    events.schedule(work, Some(event))
                });
            }
            Some((now, Some(Departure { station, born }))) => {
                row.leave(station, |work, event| events.schedule(work, Some(event)));
                let next = station as usize + 1;
                row.enter(now, next, born, |work, event| {
                    events.schedule(work, Some(event));
                });
            }
            None => break,
        }
    }
    network.worked(customers, row.sum_ns)
}

/// Pending events in a binary heap, with their payloads in a slab: the yardstick.
struct OnHeap<E> {
    heap: BinaryHeap<Reverse<(u64, u64, u32)>>,
    slab: Vec<E>,
    free: Vec<u32>,
    clock_ns: u64,
    sequence: u64,
}

impl<E: Copy> OnHeap<E> {
    fn new() -> Self {
        OnHeap {
            heap: BinaryHeap::new(),
            slab: Vec::new(),
            free: Vec::new(),
            clock_ns: 0,
            sequence: 0,
        }
    }

    #[inline(always)]
    fn schedule(&mut self, delay: Span, event: E) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slab.push(event);
            (self.slab.len() - 1) as u32
        });
        self.slab[slot as usize] = event;
        let at = self.clock_ns.saturating_add(delay.as_ns());
        self.heap.push(Reverse((at, self.sequence, slot)));
        self.sequence += 1;
    }

    #[inline(always)]
    fn pop(&mut self) -> Option<(Time, E)> {
        let Reverse((at, _, slot)) = self.heap.pop()?;
        self.clock_ns = at;
        self.free.push(slot);
        Some((Time::from_ns(at), self.slab[slot as usize]))
    }
}

/// M/M/1 as a loop over two variables, without any event queue: what no general engine can beat
/// by much.
pub fn two_event_loop(customers: u64) -> Worked {
    let between = Distribution::Exponential { mean: 1.25e9 };
    let service = Distribution::Exponential { mean: 1e9 };
    let mut random = Xoshiro256::seeded(42);
    let mut line: VecDeque<Time> = VecDeque::new();
    let (mut arrival, mut departure) = (Time::ZERO, Time::NEVER);
    let (mut served, mut sum_ns) = (0, 0);
    while served < customers {
        if arrival <= departure {
            line.push_back(arrival);
            if line.len() == 1 {
                departure = arrival + service.sample_span(&mut random);
            }
            arrival += between.sample_span(&mut random);
        } else if let Some(born) = line.pop_front() {
            sum_ns += (departure - born).as_ns();
            served += 1;
            departure = if line.is_empty() {
                Time::NEVER
            } else {
                departure + service.sample_span(&mut random)
            };
        }
    }
    Network::MM1.worked(customers, sum_ns)
}

/// The network as a scenario: clients, calls, policies, histograms, series and all.
pub fn scenario(network: Network, customers: u64) -> Worked {
    let mut text = format!(
        "schema = 1\ntitle = \"row\"\nduration = \"1 s\"\n[clients.c]\nrate = \"{}/s\"\n\
         calls = \"s0\"\n",
        network.arrivals_per_s
    );
    for i in 0..network.stations {
        let workers = network.servers;
        text += &format!(
            "[services.s{i}]\nworkers = {workers}\nwhile_calling = \"release\"\n\
             service_time = \"mean = 1 s\"\n"
        );
        if i + 1 < network.stations {
            text += &format!("[services.s{i}.calls.s{}]\n", i + 1);
        }
    }
    let scenario = Scenario::parse(&text, "row").expect("the text is tested");
    let duration_ns = (customers as f64 / network.arrivals_per_s * 1e9) as u64;
    let plan = Plan {
        duration_ns,
        warmup_ns: 0,
        windows: Vec::new(),
        bins: 100,
    };
    let system = Arc::clone(&scenario.variants[0].system);
    let mut run = Run::new(system, Arc::new(plan), 1, 0);
    while run.step(65_536) == Status::Running {}
    let outcome = run.finish().expect("a stable row stays within its bounds");
    let answered = outcome.answered(outcome.measured(), None);
    Worked {
        events: answered.count() * (network.stations as u64 + 1),
        value: answered.mean().unwrap_or(0.0) / 1e9,
        theory: network.theory(),
    }
}

/// PHOLD on the kernel's event queue: `pending` events, each taken one schedules another at an
/// exponential delay. The value is the time that `events` events take, after reaching the steady
/// state.
pub fn phold(pending: u32, events: u64) -> Worked {
    let mut queue = EventQueue::new();
    phold_on(pending, events, |now, delay, event| match now {
        None => {
            queue.schedule_after(delay, event);
            (Time::ZERO, 0)
        }
        Some(()) => {
            let (now, taken) = queue.pop().unwrap_or((Time::ZERO, 0));
            queue.schedule_after(delay, event);
            (now, taken)
        }
    })
}

/// The same on an engine with a binary heap and a slab.
pub fn phold_on_heap(pending: u32, events: u64) -> Worked {
    let mut queue = OnHeap::new();
    phold_on(pending, events, |now, delay, event| {
        let taken = match now {
            None => (Time::ZERO, 0),
            Some(()) => queue.pop().unwrap_or((Time::ZERO, 0)),
        };
        queue.schedule(delay, event);
        taken
    })
}

/// Drives a queue through PHOLD. `step(None, ..)` schedules; `step(Some(()), ..)` takes one event
/// and schedules another.
#[inline(always)]
fn phold_on(
    pending: u32,
    events: u64,
    mut step: impl FnMut(Option<()>, Span, u32) -> (Time, u32),
) -> Worked {
    let delay = Distribution::Exponential { mean: 1e9 };
    let mut random = Xoshiro256::seeded(1);
    let mut counts = vec![0u32; pending as usize];
    for i in 0..pending {
        step(None, delay.sample_span(&mut random), i);
    }
    let (mut start, mut now) = (Time::ZERO, Time::ZERO);
    let warm_up = 2 * u64::from(pending);
    for i in 0..warm_up + events {
        let to = random.below(pending);
        let (at, taken) = step(Some(()), delay.sample_span(&mut random), to);
        counts[taken as usize] += 1;
        now = at;
        if i + 1 == warm_up {
            start = at;
        }
    }
    std::hint::black_box(&counts);
    Worked {
        events: events + warm_up,
        value: (now - start).as_seconds(),
        theory: events as f64 / f64::from(pending),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workloads_agree_with_theory() {
        for (worked, slack) in [
            (network(Network::MM1, 1_000_000), 0.05),
            (network(Network::MM16, 1_000_000), 0.01),
            (network(Network::TANDEM, 200_000), 0.05),
            (scenario(Network::MM16, 1_000_000), 0.01),
            (scenario(Network::TANDEM, 200_000), 0.05),
            (two_event_loop(1_000_000), 0.05),
            (scenario(Network::MM1, 1_000_000), 0.05),
            (phold(1_024, 1_000_000), 0.01),
            (phold_on_heap(1_024, 1_000_000), 0.01),
        ] {
            assert!(
                (worked.value / worked.theory - 1.0).abs() < slack,
                "{worked:?}"
            );
        }
        assert_eq!(
            phold(500, 10_000),
            phold_on_heap(500, 10_000),
            "the same order of events"
        );
        for net in [Network::MM1, Network::MM16, Network::TANDEM] {
            assert_eq!(network(net, 10_000), network_on_heap(net, 10_000));
        }
    }
}
