//! One replication of one variant, resumable.
//!
//! The engine is one loop over `Copy` events. What happens at the same instant as its cause is done
//! at once or put on a short work list, never recursed into without bound.

mod arrivals;
mod balancer;
mod bench;
mod caller;
mod client;
mod count;
mod fault;
mod link;
mod outcome;
mod pending;
mod plan;
mod record;
mod replica;
mod server;
mod slab;
mod state;

use crate::policy::BreakerState;
use crate::system::{Arrivals, Caller, FaultKind, System};
use arrivals::{ArrivalState, Sources};
use bench::Bench;
pub use count::{CAUSES, Cause};
pub(crate) use count::{CallCount, ClientCount, ServiceArea, ServiceCount};
use kernel::{Draw, EventQueue, Key, Time, Token};
use link::LinkState;
pub use outcome::Outcome;
pub(crate) use outcome::outcome_bytes;
use pending::{Attempt, CallRecord, DIRECT, FREE_CALL, State};
use plan::edges;
pub use plan::{Plan, Window};
use record::{Edge, Recorder, Snapshot, Spent};
use replica::Replica;
use slab::{NONE, Slab};
use state::{ClientState, ServiceState, SiteState};
use std::collections::VecDeque;
use std::sync::Arc;

/// Most events of one run: an hour of compute, far above what a scenario within the limits asks
/// for; reached only by retries that feed on themselves.
pub const MAX_EVENTS: u64 = 1_000_000_000;
/// Most attempts pending at once: about 100 MB at 200 bytes each.
pub const MAX_PENDING_ATTEMPTS: usize = 500_000;

/// How a run stands after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is more to do.
    Running,
    /// The end of the run was reached.
    Done,
    /// More than [`MAX_PENDING_ATTEMPTS`] attempts were pending: the backlog grows without bound.
    TooManyPending,
    /// More than [`MAX_EVENTS`] events happened.
    TooManyEvents,
    /// Four million events in a row happened at one instant: something is repeated without delay.
    Stuck,
}

/// Events between two looks at whether time goes on.
const STUCK_EVENTS: u64 = 1 << 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// A candidate arrival of an open client.
    Arrival {
        client: u16,
    },
    /// A user of a closed client has finished thinking.
    User {
        client: u16,
    },
    /// An attempt reaches its service.
    Reach {
        attempt: u32,
    },
    /// A worker has finished the work of an attempt.
    Worked {
        attempt: u32,
    },
    /// The next request of a processor-sharing replica is done.
    Shared {
        service: u16,
        replica: u16,
    },
    /// An answer reaches the caller.
    Answer {
        attempt: u32,
        result: CallResult,
    },
    /// The caller waits no longer for an attempt.
    Timeout {
        attempt: u32,
    },
    /// A wait of a call is over: for a retry, a hedge, a token or a fallback.
    Wake {
        call: u32,
        why: Wake,
    },
    /// A stage of calls may begin.
    Stage {
        attempt: u32,
    },
    FaultStart {
        fault: u16,
    },
    FaultEnd {
        fault: u16,
    },
    /// The balancer of a service learns the loads.
    Refresh {
        service: u16,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wake {
    Retry,
    Hedge,
    Token,
    Fallback,
}

/// How a call or an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallResult {
    Ok,
    Degraded,
    Failed(Cause),
}

/// Purposes of draws: each its own number for ever.
mod purpose {
    pub(super) const ARRIVALS: u64 = 1;
    pub(super) const REQUEST: u64 = 2;
    pub(super) const THINK: u64 = 3;
    pub(super) const ITEM: u64 = 4;
    pub(super) const ROUTE: u64 = 5;
    pub(super) const WORK: u64 = 6;
    pub(super) const REQUEST_LINK: u64 = 7;
    pub(super) const ANSWER_LINK: u64 = 8;
    pub(super) const BACKOFF: u64 = 9;
    pub(super) const SHED: u64 = 10;
    pub(super) const FAULT: u64 = 11;
    pub(super) const SHARE: u64 = 12;
    /// Children of an attempt: this plus the index of the call.
    pub(super) const CHILD: u64 = 1 << 32;
}

/// A replication in progress. Cloning it gives a snapshot that goes on by itself.
#[derive(Clone, Debug)]
pub struct Run {
    system: Arc<System>,
    plan: Arc<Plan>,
    draw: Draw,
    events: EventQueue<Event>,
    sources: Sources,
    todo: VecDeque<Event>,
    calls: Slab<CallRecord>,
    attempts: Slab<Attempt>,
    spent: Slab<Spent>,
    clients: Vec<ClientState>,
    sites: Vec<SiteState>,
    services: Vec<ServiceState>,
    links: Vec<LinkState>,
    faults: Vec<kernel::Xoshiro256>,
    fault_active: Vec<bool>,
    record: Recorder,
    edges: Arc<[Edge]>,
    next_edge: usize,
    handled: u64,
    /// Time at the last look at whether it goes on.
    looked: Time,
    status: Status,
}

impl Run {
    /// A run at time zero; equal arguments give equal results to the bit.
    pub fn new(system: Arc<System>, plan: Arc<Plan>, seed: u64, replication: u64) -> Run {
        let draw = Draw::root(seed, replication);
        let edges = edges(&plan);
        let slow_from = Time::from_ns(plan.warmup_ns);
        let mut run = Run {
            record: Recorder::new(&system, slow_from),
            draw,
            events: EventQueue::new(),
            sources: Sources::new(system.clients.len()),
            todo: VecDeque::new(),
            calls: Slab::new(),
            attempts: Slab::new(),
            spent: Slab::new(),
            clients: Vec::new(),
            sites: Vec::new(),
            services: Vec::new(),
            links: system.links.iter().map(|_| LinkState::new()).collect(),
            faults: Vec::new(),
            fault_active: vec![false; system.faults.len()],
            edges: edges.into(),
            next_edge: 0,
            handled: 0,
            looked: Time::NEVER,
            status: Status::Running,
            system: Arc::clone(&system),
            plan,
        };
        run.set_up(&system);
        run
    }

    fn set_up(&mut self, system: &System) {
        for call in &system.calls {
            let client = match call.caller {
                Caller::Client(client) => Some(&system.clients[client]),
                Caller::Service(_) => None,
            };
            self.sites.push(SiteState::new(call, client));
        }
        self.services
            .extend(system.services.iter().map(ServiceState::new));
        for (i, fault) in system.faults.iter().enumerate() {
            self.faults
                .push(self.draw.of(purpose::FAULT).of(i as u64).stream());
            let at = Time::from_ns(fault.from_ns);
            self.events
                .schedule(at, Event::FaultStart { fault: i as u16 });
        }
        for (i, service) in system.services.iter().enumerate() {
            if service.balancer_refresh_ns > 0 {
                self.todo.push_back(Event::Refresh { service: i as u16 });
            }
        }
        for (i, client) in system.clients.iter().enumerate() {
            let draw = self.draw.of(purpose::REQUEST).of(i as u64);
            let surges = system.faults.iter().filter_map(|fault| match fault.kind {
                FaultKind::Surge { client, factor } if client == i => Some(factor.max(1.0)),
                _ => None,
            });
            let stream = self.draw.of(purpose::ARRIVALS).of(i as u64);
            let arrivals = ArrivalState::new(stream, &client.arrivals, surges.product());
            self.clients.push(ClientState::new(client, draw, arrivals));
            match &client.arrivals {
                Arrivals::Open { .. } => self.next_arrival(i),
                Arrivals::Closed { users, .. } => {
                    for user in 0..*users {
                        self.think(system, i, draw.of(purpose::THINK).of(u64::from(user)));
                    }
                }
            }
        }
    }

    /// Simulated time reached.
    pub fn now(&self) -> Time {
        self.events.now()
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.handled
    }

    /// Attempts pending at present, and the bytes that their records, with those of their calls,
    /// take.
    pub fn pending(&self) -> (usize, usize) {
        let bytes = self.attempts.capacity_bytes()
            + self.calls.capacity_bytes()
            + self.spent.capacity_bytes();
        (self.attempts.len(), bytes)
    }

    /// Handles up to `budget` events. Cutting a run into steps does not change its result.
    pub fn step(&mut self, budget: u64) -> Status {
        let system = Arc::clone(&self.system);
        let until = self.handled.saturating_add(budget);
        while self.status == Status::Running && self.handled < until {
            let edge = self.edges[self.next_edge];
            let look = (self.handled / STUCK_EVENTS + 1) * STUCK_EVENTS;
            let pause = until.min(look).min(MAX_EVENTS + 1);
            let passed = self.run_to(&system, edge.at, pause);
            if passed {
                self.cross_edge(edge);
            } else if self.status == Status::Running {
                self.look();
            }
        }
        self.status
    }

    /// Handles events before `limit`, up to a number of events in all; true when none is left
    /// before the limit.
    fn run_to(&mut self, system: &System, limit: Time, until: u64) -> bool {
        // Events of the edge's own instant belong to what follows it.
        let limit = Key::new(limit.as_ns(), 0, 0);
        let (mut client, mut arrival) = self.sources.next();
        let mut bound = arrival.min(limit);
        while self.handled < until {
            let event = match self.todo.pop_front() {
                Some(event) => Some(event),
                None => self.events.pop_before(bound),
            };
            if let Some(event) = event {
                self.handle(system, event);
            } else if arrival < limit {
                self.events.advance(arrival);
                self.arrival(system, client);
                (client, arrival) = self.sources.next();
                bound = arrival.min(limit);
            } else {
                return true;
            }
            self.handled += 1;
            if self.attempts.places().len() > MAX_PENDING_ATTEMPTS
                && self.attempts.len() > MAX_PENDING_ATTEMPTS
            {
                self.status = Status::TooManyPending;
                return false;
            }
        }
        false
    }

    /// Looks whether time goes on, and whether the run goes on for ever.
    fn look(&mut self) {
        if self.handled.is_multiple_of(STUCK_EVENTS) {
            if self.events.now() == self.looked {
                self.status = Status::Stuck;
            }
            self.looked = self.events.now();
        }
        if self.handled > MAX_EVENTS {
            self.status = Status::TooManyEvents;
        }
    }

    #[inline(always)]
    fn handle(&mut self, system: &System, event: Event) {
        // The most frequent kind is asked for by itself: a jump table costs more.
        if let Event::Worked { attempt } = event {
            return self.worked(system, attempt);
        }
        self.handle_other(system, event);
    }

    #[inline(never)]
    fn handle_other(&mut self, system: &System, event: Event) {
        match event {
            Event::Arrival { client } => self.queued_arrival(system, client as usize),
            Event::Worked { attempt } => self.worked(system, attempt),
            Event::Reach { attempt } => self.reach(system, attempt),
            Event::Answer { attempt, result } => self.answer(system, attempt, result),
            Event::Timeout { attempt } => self.timeout(system, attempt),
            Event::Wake { call, why } => self.wake(system, call, why),
            Event::User { client } => self.user(system, client as usize),
            Event::Shared { service, replica } => {
                self.shared(system, service as usize, replica as usize);
            }
            Event::Stage { attempt } => self.start_stage(system, attempt),
            Event::FaultStart { fault } => self.fault_start(system, fault as usize),
            Event::FaultEnd { fault } => self.fault_end(system, fault as usize),
            Event::Refresh { service } => self.refresh(system, service as usize),
        }
    }

    fn cross_edge(&mut self, edge: Edge) {
        let mut areas = Vec::new();
        for service in &self.services {
            for area in [
                &service.flow.present,
                &service.flow.waiting,
                &service.flow.working,
                &service.flow.occupied,
            ] {
                areas.push(area.area(edge.at));
            }
        }
        let closed =
            |site: &SiteState| u64::from(site.breaker.as_ref().is_none_or(BreakerState::is_closed));
        let limit = |service: &ServiceState| -> u64 {
            let limits = service.replicas.iter().filter_map(|r| r.limit.as_ref());
            limits.map(crate::policy::AdaptiveLimit::limit).sum()
        };
        let gauges = self
            .sites
            .iter()
            .map(closed)
            .chain(self.services.iter().map(limit))
            .collect();
        let clients = self.clients.iter().map(|client| &client.counts[..]);
        let sites = self.sites.iter().map(|site| &site.counts[..]);
        let services = self.services.iter().map(|service| &service.flow.counts[..]);
        let rows: Vec<&[u64]> = clients.chain(sites).chain(services).collect();
        let snapshot = Snapshot {
            counts: rows.concat().into(),
            areas: areas.into(),
            gauges,
        };
        for (i, client) in self.clients.iter_mut().enumerate() {
            self.record.take_answered(i, &mut client.answered);
        }
        self.record.enter(edge, snapshot);
        self.next_edge += 1;
        if self.next_edge == self.edges.len() {
            self.status = Status::Done;
        }
    }

    /// The result of a finished run.
    ///
    /// # Errors
    ///
    /// The status, when the run is not done.
    ///
    /// # Panics
    ///
    /// When the integer identities of the run do not hold: a bug of the engine, never of a
    /// scenario.
    pub fn finish(self) -> Result<Outcome, Status> {
        if self.status != Status::Done {
            return Err(self.status);
        }
        self.check_identities();
        Ok(Outcome::new(
            &self.system,
            &self.plan,
            &self.edges,
            self.record,
            self.handled,
        ))
    }

    /// Area under N = sum of stays, and in = out + present, at every service, to the bit.
    fn check_identities(&self) {
        let end = Time::from_ns(self.plan.duration_ns);
        let mut stays: Vec<u128> = self.services.iter().map(|s| s.flow.stays_ns).collect();
        let mut within = vec![0u64; self.services.len()];
        let inside = [
            State::Queued,
            State::Working,
            State::Sharing,
            State::Calling,
        ];
        for attempt in self.attempts.places() {
            if inside.contains(&attempt.state) {
                let service = self.system.calls[attempt.site as usize].target;
                stays[service] += u128::from((end - attempt.arrived).as_ns());
                within[service] += 1;
            }
        }
        for (i, service) in self.services.iter().enumerate() {
            let count = |count: ServiceCount| service.flow.counts[count as usize];
            assert_eq!(
                service.flow.present.area(end),
                stays[i],
                "area under N = sum of stays"
            );
            assert_eq!(
                service.flow.present.value(),
                within[i],
                "present = those within"
            );
            let (entered, left) = (count(ServiceCount::Entered), count(ServiceCount::Left));
            assert_eq!(entered, left + within[i], "entered = left + present");
        }
        let mut directly = vec![0; self.clients.len()];
        for attempt in self.attempts.places() {
            if attempt.state != State::Free && attempt.call == DIRECT {
                directly[usize::from(attempt.client)] += 1;
            }
        }
        for (i, client) in self.clients.iter().enumerate() {
            let count = |count: ClientCount| client.counts[count as usize];
            let ended =
                count(ClientCount::Ok) + count(ClientCount::Degraded) + count(ClientCount::Failed);
            let open = |call: &&CallRecord| call.parent == NONE && usize::from(call.client) == i;
            let pending = directly[i] + self.live_calls().filter(open).count() as u64;
            assert_eq!(
                count(ClientCount::Offered),
                ended + pending,
                "offered = ended + pending"
            );
        }
    }

    fn live_calls(&self) -> impl Iterator<Item = &CallRecord> {
        self.calls
            .places()
            .iter()
            .filter(|call| call.number != FREE_CALL)
    }
}
