//! What a run remembers: counters, areas, histograms, and the slowest requests.

use super::count::*;
use crate::system::System;
use kernel::{Histogram, PackedHistogram, Time};

/// How many of the slowest requests of a run are kept.
pub(crate) const SLOWEST_MAX: usize = 64;

/// Where the time of a request went, in units of 1024 ns, so that 32 bits hold 73 minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) queue: u32,
    pub(crate) work: u32,
    pub(crate) backoff: u32,
    /// On attempts that failed or were overtaken by a hedge.
    pub(crate) failed: u32,
    /// The largest stay in one service, and that service.
    pub(crate) worst: u32,
    pub(crate) worst_service: u16,
}

/// Nanoseconds in the units of [`Spent`].
#[inline(always)]
pub(crate) fn spent_units(ns: u64) -> u32 {
    (ns >> 10).min(u64::from(u32::MAX)) as u32
}

impl Spent {
    #[inline(always)]
    pub(crate) fn add(&mut self, other: &Spent) {
        self.queue = self.queue.saturating_add(other.queue);
        self.work = self.work.saturating_add(other.work);
        self.backoff = self.backoff.saturating_add(other.backoff);
        self.failed = self.failed.saturating_add(other.failed);
        if other.worst > self.worst {
            self.worst = other.worst;
            self.worst_service = other.worst_service;
        }
    }
}

/// One of the slowest requests of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slow {
    pub(crate) latency_ns: u64,
    pub(crate) ended_ns: u64,
    pub(crate) client: u16,
    pub(crate) spent: Spent,
}

/// An instant at which all counters are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) at: Time,
    /// The bin and the segment that begin here.
    pub(crate) bin: u32,
    pub(crate) segment: u32,
}

/// All counters at an edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) counts: Box<[u64]>,
    pub(crate) areas: Box<[u128]>,
    /// Per call: whether its breaker is closed; per service: its concurrency limit.
    pub(crate) gauges: Box<[u64]>,
}

/// Where a system's counters lie in the flat row of a snapshot: clients, calls, services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    calls: usize,
    services: usize,
}

impl Layout {
    pub(crate) fn of(system: &System) -> Layout {
        let calls = system.clients.len() * CLIENT_COUNTS;
        let services = calls + system.calls.len() * CALL_COUNTS;
        Layout { calls, services }
    }
    #[inline(always)]
    pub(crate) fn client(&self, client: usize, count: ClientCount) -> usize {
        client * CLIENT_COUNTS + count as usize
    }
    pub(crate) fn client_cause(&self, client: usize, cause: Cause) -> usize {
        self.client(client, ClientCount::FailedBy) + cause as usize
    }
    #[inline(always)]
    pub(crate) fn call(&self, call: usize, count: CallCount) -> usize {
        self.calls + call * CALL_COUNTS + count as usize
    }
    #[inline(always)]
    pub(crate) fn service(&self, service: usize, count: ServiceCount) -> usize {
        self.services + service * SERVICE_COUNTS + count as usize
    }
    pub(crate) fn area(service: usize, area: ServiceArea) -> usize {
        service * SERVICE_AREAS + area as usize
    }
}

/// Everything a run writes down.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    pub(crate) layout: Layout,
    pub(crate) snapshots: Vec<Snapshot>,
    latencies: Latencies,
    /// Latency of requests of the present segment, by client, and of the present bin.
    answered: Vec<Histogram>,
    failed: Vec<Histogram>,
    in_bin: Histogram,
    segment: u32,
    bin: u32,
    /// Requests that end before this instant are not among the slowest: the warm-up.
    slow_from: Time,
    slow_floor: u64,
    pub(crate) slowest: Vec<Slow>,
}

/// Latencies of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies {
    /// Of answered requests, segment by segment, client by client.
    pub(crate) answered: Vec<PackedHistogram>,
    /// Of failed ones.
    pub(crate) failed: Vec<PackedHistogram>,
    /// Of answered ones, by bin.
    pub(crate) bins: Vec<PackedHistogram>,
}

impl Recorder {
    pub(crate) fn new(system: &System, slow_from: Time) -> Self {
        let fine = || vec![Histogram::new(Histogram::FINE); system.clients.len()];
        Recorder {
            layout: Layout::of(system),
            snapshots: Vec::new(),
            latencies: Latencies::default(),
            answered: fine(),
            failed: fine(),
            in_bin: Histogram::new(Histogram::COARSE),
            segment: 0,
            bin: 0,
            slow_from,
            slow_floor: 0,
            slowest: Vec::with_capacity(SLOWEST_MAX),
        }
    }

    pub(crate) fn enter(&mut self, edge: Edge, snapshot: Snapshot) {
        self.snapshots.push(snapshot);
        if edge.segment != self.segment {
            self.close_segment();
            self.segment = edge.segment;
        }
        if edge.bin != self.bin {
            self.close_bin();
            self.bin = edge.bin;
        }
    }

    fn close_segment(&mut self) {
        let packed = |h: &mut Vec<Histogram>| -> Vec<PackedHistogram> {
            h.iter_mut().map(PackedHistogram::take).collect()
        };
        self.latencies.answered.extend(packed(&mut self.answered));
        self.latencies.failed.extend(packed(&mut self.failed));
    }

    fn close_bin(&mut self) {
        let bin = PackedHistogram::take(&mut self.in_bin);
        self.latencies.bins.push(bin);
    }

    /// Moves the latencies since the last edge to where they belong.
    pub(crate) fn take_answered(&mut self, client: usize, latencies: &mut Histogram) {
        latencies.move_into(&mut self.answered[client], &mut self.in_bin);
    }

    pub(crate) fn failed(&mut self, client: usize, latency_ns: u64) {
        self.failed[client].push(latency_ns);
    }

    /// Whether a request is slow enough to be asked for its story.
    #[inline(always)]
    pub(crate) fn is_slow(&self, now: Time, latency_ns: u64) -> bool {
        latency_ns > self.slow_floor && now >= self.slow_from
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn keep_slow(&mut self, slow: Slow) {
        if self.slowest.len() < SLOWEST_MAX {
            self.slowest.push(slow);
        } else if let Some(least) = self.slowest.iter_mut().min_by_key(|s| s.latency_ns) {
            *least = slow;
        }
        if self.slowest.len() == SLOWEST_MAX {
            self.slow_floor = self.slowest.iter().map(|s| s.latency_ns).min().unwrap_or(0);
        }
    }

    /// The latencies of a run that has ended.
    pub(crate) fn finish(&mut self) -> Latencies {
        self.close_segment();
        self.close_bin();
        std::mem::take(&mut self.latencies)
    }
}
