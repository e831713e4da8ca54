//! This project's kernel against other engines, in paired rounds.

mod on_desque;
mod on_simcore;

use kernel::{Distribution, Source, Xoshiro256};
use sim::workload::{Network, network, phold, scenario, two_event_loop};
use std::cell::RefCell;
use std::time::Instant;

const ROUNDS: usize = 7;
const PENDING: u32 = 1_024;

thread_local! {
    static RANDOM: RefCell<Xoshiro256> = RefCell::new(Xoshiro256::seeded(42));
}

/// Exponential with mean 1, in seconds: all engines draw from the same generator.
pub fn exponential() -> f64 {
    RANDOM.with_borrow_mut(|random| Distribution::Exponential { mean: 1.0 }.sample(random))
}

/// A number below `n`.
pub fn below(n: usize) -> usize {
    RANDOM.with_borrow_mut(|random| random.below(n as u32) as usize)
}

/// A contestant: runs the work and returns a figure to compare with theory.
type Contestant<'a> = (&'a str, Box<dyn Fn() -> f64 + 'a>);

fn rounds(work: &str, theory: f64, contestants: &[Contestant<'_>]) {
    let mut ratios = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        let mut ours = 0.0;
        for (i, (name, run)) in contestants.iter().enumerate() {
            let start = Instant::now();
            let value = run();
            let seconds = start.elapsed().as_secs_f64();
            assert!(
                (value / theory - 1.0).abs() < 0.1,
                "{name} on {work}: {value} against {theory}"
            );
            if i == 0 {
                ours = seconds;
            }
            ratios[i].push(seconds / ours);
        }
    }
    for ((name, _), mut list) in contestants.iter().zip(ratios).skip(1) {
        list.sort_by(f64::total_cmp);
        println!(
            "{work}: kernel is {:.2} times as fast as {name} ({:.2} to {:.2})",
            list[ROUNDS / 2],
            list[0],
            list[ROUNDS - 1]
        );
    }
}

fn main() {
    let n = 2_000_000;
    for (name, net, customers) in [
        ("M/M/1", Network::MM1, n),
        ("M/M/16", Network::MM16, n),
        ("tandem of ten", Network::TANDEM, n / 10),
    ] {
        let mut contestants: Vec<Contestant<'_>> = vec![
            ("kernel", Box::new(move || network(net, customers).value)),
            (
                "desque",
                Box::new(move || on_desque::network(net, customers)),
            ),
            (
                "simcore",
                Box::new(move || on_simcore::network(net, customers)),
            ),
        ];
        if name == "M/M/1" {
            contestants.push(("two-event loop", Box::new(move || two_event_loop(n).value)));
            contestants.push(("scenario", Box::new(move || scenario(Network::MM1, n).value)));
        }
        rounds(name, net.theory(), &contestants);
    }
    let events = 5_000_000;
    let theory = events as f64 / f64::from(PENDING);
    rounds(
        "PHOLD 1024",
        theory,
        &[
            ("kernel", Box::new(move || phold(PENDING, events).value)),
            (
                "desque",
                Box::new(move || on_desque::phold(PENDING, events)),
            ),
            (
                "simcore",
                Box::new(move || on_simcore::phold(PENDING, events)),
            ),
        ],
    );
}
