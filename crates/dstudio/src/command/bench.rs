//! `dstudio sim bench`: the engine beside its yardsticks, in paired rounds.
//!
//! Every ratio is taken within one round, as other load on the machine changes all absolute times.

use std::process::Command;
use std::time::Instant;

use serde::Serialize;
use sim::workload::{
    Network, Worked, network, network_on_heap, phold, phold_on_heap, scenario, two_event_loop,
};

use crate::arguments::BenchOptions;
use crate::runner::Progress;
use crate::{Failure, Outcome, output};

/// The plain SimPy program, run by an interpreter if there is one that has SimPy.
const SIMPY_PROGRAM: &str = include_str!("../../../../benches-peers/mm1_simpy.py");
/// Customers of a round: a twentieth of a second or more on every engine but SimPy.
const CUSTOMERS: u64 = 2_000_000;
/// SimPy takes about a second for so many.
const CUSTOMERS_OF_SIMPY: u64 = 100_000;
/// A figure further from theory than this is wrong, not noisy.
const ERROR_MAX: f64 = 0.1;

const MM1: &str = "M/M/1";
const KERNEL: &str = "kernel";
const SCENARIO: &str = "scenario";
const LOOP: &str = "hand-coded loop";
const HEAP: &str = "binary heap";
const SIMPY: &str = "SimPy";

#[derive(Serialize)]
struct Report {
    schema: u32,
    figures: Vec<Figure>,
}

/// How fast an engine does a work, and how many times as fast as another in the same rounds.
#[derive(Serialize)]
struct Figure {
    name: String,
    /// Median over the rounds.
    value: f64,
    unit: &'static str,
    ratio_to: &'static str,
    /// Median over the rounds.
    ratio: f64,
    min: f64,
    max: f64,
    #[serde(skip)]
    work: String,
    #[serde(skip)]
    engine: &'static str,
}

/// Seconds and what was done in them.
struct Timed {
    seconds: f64,
    worked: Worked,
}

type Engine<'a> = (&'static str, Box<dyn Fn() -> Result<Timed, Failure> + 'a>);

/// One work, the engines that do it, and which of them are compared.
struct Contest<'a> {
    work: String,
    engines: Vec<Engine<'a>>,
    pairs: Vec<(&'static str, &'static str)>,
}

pub(crate) fn run(options: &BenchOptions) -> Result<Outcome, Failure> {
    let has_simpy = simpy(&options.python, 1).is_ok();
    let mut contests = contests(&options.python, has_simpy);
    if let Some(only) = &options.only {
        keep(&mut contests, only)?;
    }
    if !has_simpy && contests.iter().any(|contest| contest.work == MM1) {
        eprintln!(
            "SimPy is left out: \"{}\" cannot import it; --python names another interpreter",
            options.python
        );
    }
    let progress = Progress::new("bench", "rounds");
    progress
        .more(options.rounds as usize * contests.iter().map(|c| c.engines.len()).sum::<usize>());
    let mut figures = Vec::new();
    for contest in &contests {
        figures.extend(hold(contest, options.rounds, &progress)?);
    }
    progress.end();
    if options.json {
        output::print_json(&Report { schema: 1, figures })?;
    } else {
        output::print(&table(&figures, options.rounds))?;
    }
    Ok(Outcome::Fine)
}

fn contests(python: &str, has_simpy: bool) -> Vec<Contest<'_>> {
    let mut contests = Vec::new();
    for (work, net, customers) in [
        (MM1, Network::MM1, CUSTOMERS),
        ("M/M/16", Network::MM16, CUSTOMERS),
        ("ten in a row", Network::TANDEM, CUSTOMERS / 10),
    ] {
        let mut engines: Vec<Engine<'_>> = vec![
            (KERNEL, timed(move || network(net, customers))),
            (SCENARIO, timed(move || scenario(net, customers))),
            (HEAP, timed(move || network_on_heap(net, customers))),
        ];
        let mut pairs = vec![(KERNEL, HEAP), (SCENARIO, HEAP)];
        if net == Network::MM1 {
            engines.push((LOOP, timed(move || two_event_loop(customers))));
            pairs.extend([(KERNEL, LOOP), (SCENARIO, LOOP)]);
            if has_simpy {
                engines.push((SIMPY, Box::new(|| simpy(python, CUSTOMERS_OF_SIMPY))));
                pairs.extend([(KERNEL, SIMPY), (SCENARIO, SIMPY)]);
            }
        }
        let work = work.to_owned();
        contests.push(Contest {
            work,
            engines,
            pairs,
        });
    }
    for pending in [64, 1_000, 10_000, 100_000, 1_000_000] {
        // Many more than are pending, so that filling the queue hardly counts.
        let events = CUSTOMERS.max(4 * u64::from(pending));
        contests.push(Contest {
            work: format!("PHOLD {pending}"),
            engines: vec![
                (KERNEL, timed(move || phold(pending, events))),
                (HEAP, timed(move || phold_on_heap(pending, events))),
            ],
            pairs: vec![(KERNEL, HEAP)],
        });
    }
    contests
}

/// Keeps the work of a name, or all whose name holds it.
fn keep(contests: &mut Vec<Contest<'_>>, only: &str) -> Result<(), Failure> {
    let names: Vec<String> = contests.iter().map(|c| c.work.clone()).collect();
    if names.iter().any(|name| name == only) {
        contests.retain(|contest| contest.work == only);
    } else {
        contests.retain(|contest| contest.work.contains(only));
    }
    if contests.is_empty() {
        let known = names.join(", ");
        return Err(Failure::Other(format!(
            "no work \"{only}\"; there are {known}"
        )));
    }
    Ok(())
}

fn timed<'a>(run: impl Fn() -> Worked + 'a) -> Box<dyn Fn() -> Result<Timed, Failure> + 'a> {
    Box::new(move || {
        let start = Instant::now();
        let worked = run();
        Ok(Timed {
            seconds: start.elapsed().as_secs_f64(),
            worked,
        })
    })
}

/// M/M/1 on SimPy, timed by the program itself: the start of the interpreter does not count.
fn simpy(python: &str, customers: u64) -> Result<Timed, Failure> {
    let run = Command::new(python)
        .args(["-c", SIMPY_PROGRAM, &customers.to_string()])
        .output()
        .map_err(Failure::io(format!("cannot run {python}")))?;
    let text = String::from_utf8_lossy(&run.stdout);
    let numbers: Vec<f64> = text
        .split_whitespace()
        .flat_map(str::parse::<f64>)
        .collect();
    let &[value, seconds] = numbers.as_slice() else {
        let why = String::from_utf8_lossy(&run.stderr);
        let last = why.lines().last().unwrap_or("no output").to_owned();
        return Err(Failure::Other(format!("SimPy failed: {last}")));
    };
    Ok(Timed {
        seconds,
        worked: Worked {
            events: 2 * customers,
            value,
            theory: Network::MM1.theory(),
        },
    })
}

/// All rounds of a contest.
fn hold(
    contest: &Contest<'_>,
    rounds: u32,
    progress: &Progress<'_>,
) -> Result<Vec<Figure>, Failure> {
    // Events a second, by engine and round.
    let mut paces = vec![Vec::new(); contest.engines.len()];
    for _ in 0..rounds {
        for ((engine, run), paces) in contest.engines.iter().zip(&mut paces) {
            let Timed { seconds, worked } = run()?;
            if (worked.value / worked.theory - 1.0).abs() > ERROR_MAX {
                return Err(Failure::Other(format!(
                    "{engine} on {}: measured {}, theory says {}",
                    contest.work, worked.value, worked.theory
                )));
            }
            paces.push(worked.events as f64 / seconds.max(1e-9));
            progress.done();
        }
    }
    let paces_of = |name: &str| {
        let at = contest
            .engines
            .iter()
            .position(|(engine, _)| *engine == name);
        at.map_or(&[][..], |at| paces[at].as_slice())
    };
    let figure = |&(engine, base): &(&'static str, &'static str)| {
        let (own, other) = (paces_of(engine), paces_of(base));
        let ratios = sorted(own.iter().zip(other).map(|(own, other)| own / other));
        Figure {
            name: format!("{}, {engine}", contest.work),
            value: median(&sorted(own.iter().copied())),
            unit: "events/s",
            ratio_to: base,
            ratio: median(&ratios),
            min: ratios[0],
            max: ratios[ratios.len() - 1],
            work: contest.work.clone(),
            engine,
        }
    };
    Ok(contest.pairs.iter().map(figure).collect())
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut list: Vec<f64> = values.collect();
    list.sort_by(f64::total_cmp);
    list
}

/// The middle of a sorted list; the upper one of two.
fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

fn table(figures: &[Figure], rounds: u32) -> String {
    let mut text = format!(
        "{:<14} {:<9} {:>10}   times as fast as, median of {rounds} (range)\n",
        "work", "engine", "M events/s"
    );
    for figure in figures {
        let ratio = format!(
            "{} ({} to {})",
            short(figure.ratio),
            short(figure.min),
            short(figure.max)
        );
        text += &format!(
            "{:<14} {:<9} {:>10.1}   {:<16} {ratio}\n",
            figure.work,
            figure.engine,
            figure.value / 1e6,
            figure.ratio_to
        );
    }
    text + "A customer counts as stations + 1 events, whatever an engine does inside.\n"
}

/// Three digits.
fn short(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(ratio: f64) -> Figure {
        Figure {
            name: "PHOLD 1000000, kernel".to_owned(),
            value: 1.234e8,
            unit: "events/s",
            ratio_to: LOOP,
            ratio,
            min: ratio / 2.0,
            max: ratio * 2.0,
            work: "PHOLD 1000000".to_owned(),
            engine: SCENARIO,
        }
    }

    #[test]
    fn rows_fit_a_terminal() {
        let text = table(&[figure(0.5), figure(12.34), figure(456.7)], 7);
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert!(text.contains("457 (228 to 913)"), "{text}");
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let timed = |seconds: [f64; 3], round: std::cell::Cell<usize>| {
            move || {
                let at = round.get();
                round.set(at + 1);
                let worked = Worked {
                    events: 10,
                    value: 1.0,
                    theory: 1.0,
                };
                Ok(Timed {
                    seconds: seconds[at],
                    worked,
                })
            }
        };
        let contest = Contest {
            work: "w".to_owned(),
            engines: vec![
                (KERNEL, Box::new(timed([1.0, 2.0, 4.0], 0.into()))),
                (HEAP, Box::new(timed([2.0, 8.0, 12.0], 0.into()))),
            ],
            pairs: vec![(KERNEL, HEAP)],
        };
        let figures = hold(&contest, 3, &Progress::new("t", "rounds")).expect("no engine fails");
        let [figure] = figures.as_slice() else {
            panic!("one pair")
        };
        assert_eq!((figure.ratio, figure.min, figure.max), (3.0, 2.0, 4.0));
        assert_eq!(figure.value, 5.0);
    }

    #[test]
    fn an_engine_far_from_theory_is_a_failure() {
        let contest = Contest {
            work: "w".to_owned(),
            engines: vec![(
                KERNEL,
                timed(|| Worked {
                    events: 1,
                    value: 2.0,
                    theory: 1.0,
                }),
            )],
            pairs: Vec::new(),
        };
        assert!(hold(&contest, 1, &Progress::new("t", "rounds")).is_err());
    }
}
