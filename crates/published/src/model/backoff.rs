//! Clients that write one versioned row and back off when another was faster.

use super::{Model, seed};
use crate::answer::{Answer, Memo, Method, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::normal_draw;
use kernel::{Draw, EventQueue, Moments, Source, Span, Xoshiro256};

pub(super) const MODELS: &[Model] = &[Model {
    id: "aws-backoff-jitter",
    quantities: &[
        "total_calls",
        "completion_ms",
        "calls_per_client",
        "failed_calls",
    ],
    answer: backoff,
}];

#[derive(Clone, Copy, Debug)]
enum Algorithm {
    None,
    Exponential,
    Equal,
    Full,
    Decorrelated,
}

const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("NoBackoff|None", Algorithm::None),
    ("Exponential|Expo|NoJitter", Algorithm::Exponential),
    ("EqualJitter|Equal", Algorithm::Equal),
    ("FullJitter|Full", Algorithm::Full),
    (
        "Decorr|Decorrelated|DecorrelatedJitter",
        Algorithm::Decorrelated,
    ),
];

/// Most clients: the calls grow as their square.
const CLIENTS_MAX: u64 = 500;
/// Writes over all repeats at which the spread of the mean is well within a per cent.
const CALLS_WANTED: u64 = 12_000_000;
/// Fewest and most repeats.
const REPEATS: (u64, u64) = (40, 4000);
/// Events of one run at most: 500 clients without backoff take a quarter of a million.
const EVENTS_MAX: u64 = 20_000_000;

#[derive(Clone, Copy, Debug)]
struct Contest {
    clients: u64,
    algorithm: Algorithm,
    base_ms: f64,
    cap_ms: f64,
    hop_mean_ms: f64,
    hop_sd_ms: f64,
}

#[derive(Clone, Copy)]
enum Event {
    Read { client: u32 },
    ReadReply { client: u32, version: u32 },
    Write { client: u32, version: u32 },
    WriteReply { client: u32, won: bool },
}

fn backoff(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let contest = Contest {
        clients: inputs.whole("clients", 1..=CLIENTS_MAX)?,
        algorithm: inputs.choice("algo|algorithm", &ALGORITHMS)?,
        base_ms: inputs.number_or("base_ms", 5.0, 0.0..=1e6)?,
        cap_ms: inputs.number_or("cap_ms", 2000.0, 0.0..=1e6)?,
        hop_mean_ms: inputs.number_or("hop_mean_ms", 10.0, 0.01..=1e5)?,
        hop_sd_ms: inputs.number_or("hop_sd_ms", 2.0, 0.0..=1e5)?,
    };
    let run = memo.run(format!("{contest:?}"), || repeated(&contest));
    let [calls, calls_half, completion, completion_half] = run[..] else {
        return refuse(format!("a run takes more than {EVENTS_MAX} events"));
    };
    let clients = contest.clients as f64;
    let (value, half) = match quantity {
        "total_calls" => (calls, calls_half),
        "completion_ms" => (completion, completion_half),
        "calls_per_client" => (calls / clients, calls_half / clients),
        // Each client succeeds once.
        "failed_calls" => (calls - clients, calls_half),
        _ => return Err(Refusal::NoQuantity),
    };
    Ok(Answer {
        method: Method::Simulation(Some((value - half, value + half))),
        ..Answer::simulated(value)
    })
}

/// Mean and half interval of the writes, then of the time of the last event.
fn repeated(contest: &Contest) -> Vec<f64> {
    let repeats = (CALLS_WANTED / (contest.clients * contest.clients)).clamp(REPEATS.0, REPEATS.1);
    let (mut calls, mut completion) = (Moments::new(), Moments::new());
    for repeat in 0..repeats {
        let mut source = Draw::root(seed("aws-backoff-jitter"), repeat).stream();
        let Some((count, end_ms)) = contest.run(&mut source) else {
            return Vec::new();
        };
        calls.push(count as f64);
        completion.push(end_ms);
    }
    let half = |moments: &Moments| {
        let interval = kernel::Interval::student(moments, crate::answer::LEVEL);
        interval.half_width()
    };
    vec![
        calls.mean(),
        half(&calls),
        completion.mean(),
        half(&completion),
    ]
}

impl Contest {
    fn hop_ms(&self, source: &mut Xoshiro256) -> f64 {
        (self.hop_mean_ms + self.hop_sd_ms * normal_draw(source)).abs()
    }

    /// `min(cap, base 2^n)`, n counting failures from 1.
    fn exponential_ms(&self, failures: u32) -> f64 {
        let mut wait = self.base_ms;
        for _ in 0..failures {
            wait *= 2.0;
            if wait >= self.cap_ms {
                return self.cap_ms;
            }
        }
        wait
    }

    fn wait_ms(&self, failures: u32, last_ms: &mut f64, source: &mut Xoshiro256) -> f64 {
        let wait = self.exponential_ms(failures);
        match self.algorithm {
            Algorithm::None => 0.0,
            Algorithm::Exponential => wait,
            Algorithm::Equal => wait / 2.0 + wait / 2.0 * source.unit(),
            Algorithm::Full => wait * source.unit(),
            Algorithm::Decorrelated => {
                let spread = 3.0 * *last_ms - self.base_ms;
                *last_ms = (self.base_ms + spread * source.unit()).min(self.cap_ms);
                *last_ms
            }
        }
    }

    /// Writes, and the time of the last event in milliseconds.
    fn run(&self, source: &mut Xoshiro256) -> Option<(u64, f64)> {
        let mut events = EventQueue::new();
        let mut failures = vec![0u32; self.clients as usize];
        let mut sleeps = vec![self.base_ms; self.clients as usize];
        let (mut version, mut writes) = (0u32, 0u64);
        let span = |ms: f64| Span::from_ns_f64(ms * 1e6);
        for client in 0..self.clients as u32 {
            events.schedule_after(span(self.hop_ms(source)), Event::Read { client });
        }
        let mut end_ms = 0.0;
        for _ in 0..EVENTS_MAX {
            let Some((now, event)) = events.pop() else {
                return Some((writes, end_ms));
            };
            end_ms = now.as_seconds() * 1e3;
            let mut delay = self.hop_ms(source);
            let next = match event {
                Event::Read { client } => Event::ReadReply { client, version },
                Event::ReadReply { client, version } => Event::Write { client, version },
                Event::Write {
                    client,
                    version: read,
                } => {
                    writes += 1;
                    let won = read == version;
                    version += u32::from(won);
                    Event::WriteReply { client, won }
                }
                Event::WriteReply { won: true, .. } => continue,
                Event::WriteReply { client, won: false } => {
                    let at = client as usize;
                    failures[at] += 1;
                    delay += self.wait_ms(failures[at], &mut sleeps[at], source);
                    Event::Read { client }
                }
            };
            events.schedule_after(span(delay), next);
        }
        None
    }
}
