//! What one replication gives: counters at every edge, histograms, the slowest requests.

use super::count::*;
use super::record::{Edge, Latencies, Layout, Recorder, Slow, Snapshot};
use super::{Plan, Window};
use crate::system::System;
use kernel::{Histogram, PackedHistogram};

/// The result of one replication of one variant.
#[derive(Clone, Debug)]
pub struct Outcome {
    layout: Layout,
    edges: Vec<Edge>,
    snapshots: Vec<Snapshot>,
    latencies: Latencies,
    slowest: Vec<Slow>,
    clients: usize,
    calls: usize,
    events: u64,
    warmup: Window,
}

impl Outcome {
    pub(super) fn new(
        system: &System,
        plan: &Plan,
        edges: &[Edge],
        mut record: Recorder,
        events: u64,
    ) -> Outcome {
        let mut slowest = std::mem::take(&mut record.slowest);
        slowest.sort_unstable_by_key(|s| (std::cmp::Reverse(s.latency_ns), s.ended_ns, s.client));
        let (layout, snapshots) = (record.layout, std::mem::take(&mut record.snapshots));
        Outcome {
            layout,
            edges: edges.to_vec(),
            snapshots,
            latencies: record.finish(),
            slowest,
            clients: system.clients.len(),
            calls: system.calls.len(),
            events,
            warmup: Window {
                name: String::new(),
                from_ns: plan.warmup_ns,
                to_ns: plan.duration_ns,
            },
        }
    }

    /// Events handled.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The part of the run after the warm-up.
    pub fn measured(&self) -> &Window {
        &self.warmup
    }

    /// A hash of everything in the outcome: equal runs have equal fingerprints.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fingerprint(0xCBF2_9CE4_8422_2325);
        hash.add(self.events);
        for snapshot in &self.snapshots {
            snapshot
                .counts
                .iter()
                .chain(&snapshot.gauges)
                .for_each(|&word| hash.add(word));
            for area in &snapshot.areas {
                hash.add(*area as u64);
                hash.add((*area >> 64) as u64);
            }
        }
        let Latencies {
            answered,
            failed,
            bins,
        } = &self.latencies;
        for histogram in answered.iter().chain(failed).chain(bins) {
            let histogram = histogram.unpacked();
            for (low, _, count) in histogram.buckets() {
                hash.add(low);
                hash.add(count);
            }
            hash.add(histogram.sum() as u64);
        }
        for slow in &self.slowest {
            hash.add(slow.latency_ns);
            hash.add(slow.ended_ns);
            hash.add(u64::from(slow.spent.queue) << 32 | u64::from(slow.spent.work));
        }
        hash.0
    }

    fn edge(&self, at_ns: u64) -> usize {
        self.edges
            .partition_point(|edge| edge.at.as_ns() < at_ns)
            .min(self.edges.len() - 1)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Increase of a counter over a window.
    pub(crate) fn count(&self, window: &Window, index: usize) -> u64 {
        let (from, to) = (self.edge(window.from_ns), self.edge(window.to_ns));
        self.snapshots[to].counts[index] - self.snapshots[from].counts[index]
    }

    /// Mean over a window of what an area integrates.
    pub(crate) fn mean_of(&self, window: &Window, service: usize, area: ServiceArea) -> f64 {
        let index = Layout::area(service, area);
        let (from, to) = (self.edge(window.from_ns), self.edge(window.to_ns));
        let area = self.snapshots[to].areas[index] - self.snapshots[from].areas[index];
        area as f64 / (window.to_ns - window.from_ns) as f64
    }

    /// Latency of answered requests over a window; of one client, or of all.
    pub(crate) fn answered(&self, window: &Window, client: Option<usize>) -> Histogram {
        self.merged(&self.latencies.answered, window, client)
    }

    /// The same with the failed ones.
    pub(crate) fn ended(&self, window: &Window, client: Option<usize>) -> Histogram {
        let mut all = self.merged(&self.latencies.answered, window, client);
        all.merge(&self.merged(&self.latencies.failed, window, client));
        all
    }

    fn merged(
        &self,
        from: &[PackedHistogram],
        window: &Window,
        client: Option<usize>,
    ) -> Histogram {
        let mut merged = Histogram::new(Histogram::FINE);
        let mut last = None;
        for edge in &self.edges {
            let at = edge.at.as_ns();
            if at < window.from_ns || at >= window.to_ns || last == Some(edge.segment) {
                continue;
            }
            last = Some(edge.segment);
            for c in 0..self.clients {
                if client.is_none_or(|client| client == c) {
                    from[edge.segment as usize * self.clients + c].add_to(&mut merged);
                }
            }
        }
        merged
    }

    pub(crate) fn slowest(&self) -> &[Slow] {
        &self.slowest
    }

    pub(crate) fn bins(&self) -> &[PackedHistogram] {
        &self.latencies.bins
    }

    /// State of the breaker of a call at an instant: closed or not; instants between edges see the
    /// edge before.
    pub(crate) fn breaker_closed(&self, at_ns: u64, call: usize) -> bool {
        self.snapshots[self.edge(at_ns)].gauges[call] == 1
    }

    /// Sum of the concurrency limits of a service's replicas at an instant; 0 without any.
    pub(crate) fn limit(&self, at_ns: u64, service: usize) -> u64 {
        self.snapshots[self.edge(at_ns)].gauges[self.calls + service]
    }

    /// Edges within a window, its start left out.
    fn edges_within(&self, window: &Window) -> std::ops::RangeInclusive<usize> {
        let from = self.edge(window.from_ns);
        (from + 1).min(self.edges.len() - 1)..=self.edge(window.to_ns)
    }

    /// Share of edges of a window at which the breakers of some calls were closed.
    pub(crate) fn breaker_closed_share(
        &self,
        window: &Window,
        calls: std::ops::Range<usize>,
    ) -> f64 {
        let edges = self.edges_within(window);
        let seen = edges.clone().count() * calls.len();
        let closed: u64 = edges
            .flat_map(|e| calls.clone().map(move |c| (e, c)))
            .map(|(e, c)| self.snapshots[e].gauges[c])
            .sum();
        closed as f64 / seen.max(1) as f64
    }

    /// Mean over the edges of a window of the concurrency limits of some services.
    pub(crate) fn limit_mean(&self, window: &Window, services: std::ops::Range<usize>) -> f64 {
        let edges = self.edges_within(window);
        let seen = edges.clone().count();
        let sum: u64 = edges
            .flat_map(|e| services.clone().map(move |s| (e, s)))
            .map(|(e, s)| self.snapshots[e].gauges[self.calls + s])
            .sum();
        sum as f64 / seen.max(1) as f64
    }
}

/// The most that an outcome of so many requests takes, in bytes.
pub(crate) fn outcome_bytes(system: &System, plan: &Plan, requests: f64) -> f64 {
    let (clients, calls, services) = (
        system.clients.len(),
        system.calls.len(),
        system.services.len(),
    );
    let cuts = 2 * plan.windows.len() + 1;
    let edges = plan.bins as usize + cuts + 1;
    let words = clients * CLIENT_COUNTS
        + calls * (CALL_COUNTS + 1)
        + services * (SERVICE_COUNTS + 1 + 2 * SERVICE_AREAS);
    let snapshots = edges * (size_of::<Snapshot>() + size_of::<Edge>() + 8 * words);
    let by_segment = 2 * (cuts + 1) * clients;
    let histograms = (plan.bins as usize + by_segment) * PackedHistogram::bytes(0);
    // A request is in one bucket of its bin and in one of its segment.
    let places = |bits| Histogram::places(bits, plan.duration_ns) as f64;
    let in_bins = requests.min(f64::from(plan.bins) * places(Histogram::COARSE));
    let in_segments = requests.min(by_segment as f64 * places(Histogram::FINE));
    let bucket = PackedHistogram::bytes(1) - PackedHistogram::bytes(0);
    (snapshots + histograms) as f64 + (in_bins + in_segments) * bucket as f64
}

/// FNV-1a over words.
struct Fingerprint(u64);

impl Fingerprint {
    fn add(&mut self, word: u64) {
        self.0 = kernel::mix((self.0 ^ word).wrapping_mul(0x0000_0100_0000_01B3));
    }
}
