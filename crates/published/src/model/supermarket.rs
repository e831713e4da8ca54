//! Servers chosen as the shortest of d queues.

use super::{Model, seed, steady};
use crate::answer::{Answer, LEVEL, Memo, Method, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use kernel::{BatchMeans, Draw, Source, Xoshiro256};

pub(super) const MODELS: &[Model] = &[Model {
    id: "power-of-d",
    quantities: &[
        "mean_time_in_system",
        "mean_time_limit",
        "mean_queue_length",
        "tail_limit",
    ],
    answer: power_of_d,
}];

/// Most servers and most choices.
const SERVERS_MAX: u64 = 100_000;
const CHOICES_MAX: u64 = 1000;
/// Steps between looks at the interval; doubled for each further look.
const STEPS_FIRST: u64 = 1 << 25;
/// Looks at most: eight times the first steps take some five seconds.
const LOOKS: u32 = 3;
/// The run ends when its interval is this narrow.
const HALF_WIDTH: f64 = 0.004;
/// Steps that one sample of the number present stands for.
const STEPS_PER_SAMPLE: u64 = 64;

fn power_of_d(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let mu = inputs.number_or("mu", 1.0, 1e-9..=1e9)?;
    let choices = inputs.whole("d|choices", 1..=CHOICES_MAX)?;
    let rho = steady(inputs.number("lambda|rho", 0.0..=1e9)? / mu)?;
    let of_limit = match quantity {
        "mean_time_limit" => Some(time_limit(rho, choices as f64) / mu),
        "tail_limit" => {
            let length = inputs.whole("k|length", 0..=10_000)?;
            Some(tail_limit(rho, choices as f64, length))
        }
        _ => None,
    };
    if let Some(value) = of_limit {
        // The limit has no number of servers; one that is given changes nothing.
        inputs.whole_if("n|servers", 1..=SERVERS_MAX)?;
        return Ok(Answer::formula(value));
    }
    let servers = inputs.whole("n|servers", 1..=SERVERS_MAX)?;
    let scale = match quantity {
        "mean_time_in_system" => 1.0 / mu,
        "mean_queue_length" => rho,
        _ => return Err(Refusal::NoQuantity),
    };
    if choices == 1 || rho <= 0.0 || servers == 1 {
        // Independent M/M/1 queues.
        return Ok(Answer::formula(scale / (1.0 - rho)));
    }
    if rho < 0.01 {
        return refuse("lambda must be at least 0.01 for a run");
    }
    let run = memo.run(format!("{servers} {choices} {rho}"), || {
        let (mean, half) = Servers::new(servers as usize, choices as u32, rho).run();
        vec![mean, half]
    });
    let (value, half) = (run[0] * scale, run[1] * scale);
    Ok(Answer {
        method: Method::Simulation(Some((value - half, value + half))),
        ..Answer::simulated(value)
    })
}

/// `Σ_{i≥1} λ^((d^i − d)/(d − 1))`, the mean time for infinitely many servers.
fn time_limit(rho: f64, d: f64) -> f64 {
    if d == 1.0 {
        return 1.0 / (1.0 - rho);
    }
    // Terms fall doubly exponentially, and geometrically even for d just above one.
    let mut sum = 0.0;
    let mut power = 0.0;
    for _ in 0..10_000 {
        let term = libm::pow(rho, power);
        sum += term;
        if term < 1e-18 {
            break;
        }
        power = d * (power + 1.0);
    }
    sum
}

/// `λ^((d^k − 1)/(d − 1))`: the share of queues with k jobs or more.
fn tail_limit(rho: f64, d: f64, k: u64) -> f64 {
    let mut power = 0.0;
    for _ in 0..k {
        power = d * power + 1.0;
    }
    libm::pow(rho, power)
}

/// Queue lengths of exponential servers with Poisson arrivals, as a chain observed at the instants
/// of a Poisson process that does not depend on them: each step is an arrival with probability
/// `λ / (λ + 1)`, else an end of service at a random server, if it works. The mean over steps is
/// then the mean over time.
struct Servers {
    lengths: Vec<u32>,
    choices: u32,
    rho: f64,
    total: u64,
    source: Xoshiro256,
}

impl Servers {
    /// Lengths spread as in the limit, so that hardly anything has to warm up.
    fn new(servers: usize, choices: u32, rho: f64) -> Self {
        let share = |k: u64| tail_limit(rho, f64::from(choices), k);
        let mut lengths = vec![0u32; servers];
        for k in 1..1000 {
            let count = libm::round(share(k) * servers as f64) as usize;
            if count == 0 {
                break;
            }
            lengths[..count].iter_mut().for_each(|length| *length += 1);
        }
        let total = lengths.iter().map(|&length| u64::from(length)).sum();
        let key = servers as u64 * 1_000 + u64::from(choices);
        Servers {
            lengths,
            choices,
            rho,
            total,
            source: Draw::root(seed("power-of-d"), key)
                .of(rho.to_bits())
                .stream(),
        }
    }

    fn step(&mut self, arrival: f64) {
        let servers = self.lengths.len() as u32;
        if self.source.unit() <= arrival {
            let mut best = self.source.below(servers) as usize;
            for _ in 1..self.choices {
                let other = self.source.below(servers) as usize;
                if self.lengths[other] < self.lengths[best] {
                    best = other;
                }
            }
            self.lengths[best] += 1;
            self.total += 1;
        } else {
            let at = self.source.below(servers) as usize;
            if self.lengths[at] > 0 {
                self.lengths[at] -= 1;
                self.total -= 1;
            }
        }
    }

    /// Mean time in the system in service times, by Little's law, and half its interval.
    fn run(&mut self) -> (f64, f64) {
        let arrival = self.rho / (1.0 + self.rho);
        let jobs_per_service = self.rho * self.lengths.len() as f64;
        for _ in 0..STEPS_FIRST / 8 {
            self.step(arrival);
        }
        let mut batches = BatchMeans::new();
        let mut steps = STEPS_FIRST;
        let mut found = (f64::NAN, f64::INFINITY);
        for _ in 0..LOOKS {
            for _ in 0..steps / STEPS_PER_SAMPLE {
                for _ in 0..STEPS_PER_SAMPLE {
                    self.step(arrival);
                }
                batches.push(self.total as f64 / jobs_per_service);
            }
            if let Some(interval) = batches.interval(LEVEL) {
                found = (interval.mean, interval.half_width());
            }
            if found.1 < HALF_WIDTH * found.0 {
                break;
            }
            steps *= 2;
        }
        found
    }
}
