//! The engine against its own limits, in paired rounds: `cargo bench -p sim`.
//!
//! Every figure is a ratio within one round, as other load on the machine changes all absolute
//! times; printed are the median over the rounds and the range.
#![allow(clippy::disallowed_methods)] // times itself

use sim::workload::{Network, Worked, network, phold, phold_on_heap, scenario_mm1, two_event_loop};
use std::time::Instant;

const ROUNDS: usize = 7;

/// Seconds for a workload; its figure must agree with theory.
fn time(name: &str, run: &dyn Fn() -> Worked) -> f64 {
    let start = Instant::now();
    let worked = run();
    let seconds = start.elapsed().as_secs_f64();
    let error = worked.value / worked.theory - 1.0;
    assert!(error.abs() < 0.1, "{name}: {worked:?}");
    seconds
}

/// Ratio of times b / a: how many times faster a is.
fn ratio(name: &str, a: &dyn Fn() -> Worked, b: &dyn Fn() -> Worked, events: u64) {
    let mut ratios = Vec::new();
    let mut pace = Vec::new();
    for _ in 0..ROUNDS {
        let (first, second) = (time(name, a), time(name, b));
        ratios.push(second / first);
        pace.push(events as f64 / first / 1e6);
    }
    ratios.sort_by(f64::total_cmp);
    pace.sort_by(f64::total_cmp);
    println!(
        "{name}: {:.2} ({:.2} to {:.2}), {:.1} M events/s",
        ratios[ROUNDS / 2],
        ratios[0],
        ratios[ROUNDS - 1],
        pace[ROUNDS / 2]
    );
}

fn main() {
    let customers = 2_000_000;
    ratio(
        "M/M/1 kernel against a hand-coded two-event loop, times as fast",
        &|| network(Network::MM1, customers),
        &|| two_event_loop(customers),
        2 * customers,
    );
    ratio(
        "M/M/1 scenario against the kernel, times as fast",
        &|| scenario_mm1(customers),
        &|| network(Network::MM1, customers),
        2 * customers,
    );
    for pending in [64, 1_000, 10_000, 100_000, 1_000_000] {
        // Many more than are pending, so that filling the queue hardly counts.
        let events = 2_000_000.max(8 * u64::from(pending));
        ratio(
            &format!("PHOLD {pending} against a binary heap, times as fast"),
            &|| phold(pending, events),
            &|| phold_on_heap(pending, events),
            events + 2 * u64::from(pending),
        );
    }
}
