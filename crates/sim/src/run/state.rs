//! What a run keeps of each client, call and service, with the counters of each.

use super::arrivals::ArrivalState;
use super::balancer::BalancerState;
use super::count::*;
use super::purpose;
use super::replica::Replica;
use crate::policy::{BreakerState, RetryBudget, TokenBucket};
use crate::system::{Arrivals, Call, Client, Discipline, Service};
use kernel::{Distribution, Draw, Histogram, Span, Time, TimeWeighted};

#[derive(Clone, Debug)]
pub(super) struct ClientState {
    pub(super) requests: u64,
    pub(super) draw: Draw,
    /// The call that every request makes.
    pub(super) site: u16,
    /// Whether a user thinks after an answer.
    pub(super) is_closed: bool,
    /// Whether requests draw their keys from a law.
    has_keys: bool,
    pub(super) arrivals: ArrivalState,
    pub(super) counts: [u64; CLIENT_COUNTS],
    /// Latency of the requests answered since the last edge.
    pub(super) answered: Histogram,
}

impl ClientState {
    pub(super) fn new(client: &Client, draw: Draw, arrivals: ArrivalState) -> Self {
        ClientState {
            requests: 0,
            draw,
            site: client.call as u16,
            is_closed: matches!(client.arrivals, Arrivals::Closed { .. }),
            has_keys: client.keys.is_some(),
            arrivals,
            counts: [0; CLIENT_COUNTS],
            answered: Histogram::new(Histogram::FINE),
        }
    }

    #[inline(always)]
    pub(super) fn count(&mut self, count: ClientCount) {
        self.counts[count as usize] += 1;
    }

    /// Begins a request: its draw and its routing key.
    #[inline(always)]
    pub(super) fn begin(&mut self, client: &Client) -> (Draw, u32) {
        let draw = self.draw.of(self.requests);
        self.requests += 1;
        self.count(ClientCount::Offered);
        if self.has_keys
            && let Some(keys) = &client.keys
        {
            let item = keys.sample(&mut draw.of(purpose::ITEM).source());
            return (draw, item as u32);
        }
        (draw, draw.key() as u32)
    }

    pub(super) fn count_failure(&mut self, cause: Cause) {
        self.count(ClientCount::Failed);
        self.counts[ClientCount::FailedBy as usize + cause as usize] += 1;
    }
}

/// A call and its policies.
#[derive(Clone, Debug)]
pub(super) struct SiteState {
    pub(super) in_flight: u32,
    /// The service that is called.
    pub(super) target: u16,
    /// Whether a policy stands in front of an attempt.
    pub(super) guarded: bool,
    /// Whether its calls need no record: see [`DIRECT`](super::pending::DIRECT).
    pub(super) direct: bool,
    pub(super) link: Option<u16>,
    /// [`Span::FOREVER`] without one.
    pub(super) timeout: Span,
    pub(super) breaker: Option<BreakerState>,
    pub(super) budget: Option<RetryBudget>,
    pub(super) bucket: Option<TokenBucket>,
    pub(super) counts: [u64; CALL_COUNTS],
}

impl SiteState {
    /// The state of a call, with the client that makes it if one does.
    pub(super) fn new(call: &Call, client: Option<&Client>) -> Self {
        let budget = call.retry.as_ref().and_then(|retry| {
            retry
                .budget
                .map(|share| RetryBudget::new(share, retry.budget_burst))
        });
        SiteState {
            in_flight: 0,
            target: call.target as u16,
            direct: is_direct(call, client),
            link: call.link.map(|link| link as u16),
            timeout: call.timeout_ns.map_or(Span::FOREVER, Span::from_ns),
            guarded: call.rate_limit.is_some()
                || call.bulkhead.is_some()
                || call.breaker.is_some()
                || call.hedge.is_some(),
            breaker: call.breaker.map(BreakerState::new),
            budget,
            bucket: call.rate_limit.map(TokenBucket::new),
            counts: [0; CALL_COUNTS],
        }
    }

    #[inline(always)]
    pub(super) fn count(&mut self, count: CallCount) {
        self.counts[count as usize] += 1;
    }

    /// Tells the breaker, if there is one, how an attempt ended.
    #[inline(always)]
    pub(super) fn tell_breaker(&mut self, now: Time, epoch: u8, ok: bool) {
        if let Some(breaker) = &mut self.breaker {
            let before = breaker.opened;
            breaker.result(now, epoch, ok);
            self.counts[CallCount::BreakerOpened as usize] += breaker.opened - before;
        }
    }
}

/// Whether a call ends with its only attempt, and is an open client's, which nobody thinks after.
fn is_direct(call: &Call, client: Option<&Client>) -> bool {
    client.is_some_and(|client| matches!(client.arrivals, Arrivals::Open { .. }))
        && call.timeout_ns.is_none()
        && call.deadline_ns.is_none()
        && call.retry.is_none()
        && call.hedge.is_none()
        && call.breaker.is_none()
        && call.bulkhead.is_none()
        && call.rate_limit.is_none()
        && call.fallback.is_none()
}

#[derive(Clone, Debug)]
pub(super) struct ServiceState {
    /// The law of the work and the workers of a replica, as the system has them: kept here so that
    /// an event looks up one place.
    pub(super) work: Distribution,
    pub(super) workers: u32,
    pub(super) replicas: Vec<Replica>,
    pub(super) balancer: BalancerState,
    pub(super) bucket: Option<TokenBucket>,
    /// Whether a replica that is up may refuse a request.
    pub(super) guarded: bool,
    /// Whether a request may be dropped when its turn comes.
    pub(super) drops: bool,
    /// Whether a limit learns from the time of each answer.
    pub(super) learns: bool,
    pub(super) shares: bool,
    /// Whether requests make calls after their work.
    pub(super) calls: bool,
    /// Whether the balancer sees the loads as they are.
    pub(super) sees_at_once: bool,
    pub(super) flow: Flow,
}

impl ServiceState {
    pub(super) fn new(service: &Service) -> Self {
        ServiceState {
            work: service.work.clone(),
            workers: service.workers,
            replicas: (0..service.replicas)
                .map(|_| Replica::new(service))
                .collect(),
            balancer: BalancerState::new(service.balancer, service.replicas),
            bucket: service.rate_limit.map(TokenBucket::new),
            guarded: service.rate_limit.is_some()
                || service.limit.is_some()
                || service.shed.is_some()
                || service.queue_max.is_some(),
            drops: service.drop_expired || service.shed.is_some(),
            learns: service.limit.is_some(),
            shares: service.discipline == Discipline::ProcessorSharing,
            calls: !service.stages.is_empty(),
            sees_at_once: service.balancer_refresh_ns == 0,
            flow: Flow::default(),
        }
    }
}

/// What goes through a service, and how much of it is within.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    pub(super) present: TimeWeighted,
    pub(super) waiting: TimeWeighted,
    pub(super) working: TimeWeighted,
    pub(super) occupied: TimeWeighted,
    /// Sum of (departure - arrival) of all that left: equals the area under `present`.
    pub(super) stays_ns: u128,
    pub(super) counts: [u64; SERVICE_COUNTS],
}

impl Flow {
    #[inline(always)]
    pub(super) fn count(&mut self, count: ServiceCount) {
        self.counts[count as usize] += 1;
    }

    #[inline(always)]
    pub(super) fn count_work(&mut self, worked: Span, wasted: bool) {
        self.counts[ServiceCount::WorkNs as usize] += worked.as_ns();
        if wasted {
            self.counts[ServiceCount::WastedNs as usize] += worked.as_ns();
        }
    }
}
