//! Turning work away: at the client by what was accepted lately, in a queue by how long it waits.

use super::{Model, seed};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use kernel::{Draw, Source, Span, Time};
use sim::CoDelState;
use std::collections::VecDeque;

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "sre-adaptive-throttle",
        quantities: &[
            "backend_attempts_per_accept",
            "reject_probability",
            "local_reject_fraction",
            "accepted_fraction",
        ],
        answer: adaptive_throttle,
    },
    Model {
        id: "codel-law",
        quantities: &["gap_ms", "first_drop_ms", "drop_time_ms", "drops_by"],
        answer: codel,
    },
];

/// `max(0, (requests − K accepts) / (requests + 1))`, equation 21-1 of the SRE book.
fn reject_probability(k: f64, requests: f64, accepts: f64) -> f64 {
    ((requests - k * accepts) / (requests + 1.0)).max(0.0)
}

fn adaptive_throttle(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let k = inputs.number_or("k", 2.0, 1.0..=1000.0)?;
    if quantity == "reject_probability" && inputs.has("requests") {
        let requests = inputs.number("requests", 0.0..=1e15)?;
        let accepts = inputs.number("accepts", 0.0..=1e15)?;
        return Ok(Answer::formula(reject_probability(k, requests, accepts)));
    }
    let offered = inputs.number("offered_over_capacity", 0.01..=1000.0)?;
    let window = inputs.whole_or("window_s", 120, 1..=3600)?;
    let run = memo.run(format!("{k} {offered} {window}"), || {
        Throttle::new(k, offered, window as usize).run()
    });
    let [sent, accepted, asked] = run[..] else {
        return refuse("the client could not be run");
    };
    Ok(Answer::simulated(match quantity {
        "backend_attempts_per_accept" => sent / accepted,
        "reject_probability" | "local_reject_fraction" => 1.0 - sent / asked,
        "accepted_fraction" => accepted / asked,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// Requests that a run aims at; the ratio's spread is then below one per cent.
const REQUESTS_WANTED: f64 = 2e6;
/// Windows before counting, in which the client learns, and windows that are counted.
const WINDOWS: (usize, usize) = (4, 8);

/// A client that forgets what is older than the window, second by second.
struct Throttle {
    k: f64,
    offered_per_s: f64,
    capacity_per_s: f64,
    window_s: usize,
    seconds: VecDeque<(u32, u32)>,
    requests: u32,
    accepts: u32,
}

impl Throttle {
    fn new(k: f64, offered_over_capacity: f64, window_s: usize) -> Self {
        let seconds = window_s * (WINDOWS.0 + WINDOWS.1);
        let per_second = REQUESTS_WANTED / seconds as f64;
        // At least three accepted requests a second, lest the window hold too few.
        let capacity_per_s = (per_second / offered_over_capacity).clamp(3.0, 300.0);
        Throttle {
            k,
            offered_per_s: capacity_per_s * offered_over_capacity,
            capacity_per_s,
            window_s,
            seconds: VecDeque::new(),
            requests: 0,
            accepts: 0,
        }
    }

    /// Sent, accepted and asked requests of the counted windows.
    fn run(&mut self) -> Vec<f64> {
        let mut source = Draw::root(seed("sre-adaptive-throttle"), 0).stream();
        let mut total = [0.0; 3];
        // Requests arrive at even distances; the backend saves at most one second's worth.
        let (mut due, mut tokens) = (0.0, 0.0);
        for second in 0..self.window_s * (WINDOWS.0 + WINDOWS.1) {
            due += self.offered_per_s;
            let arrivals = due as u32;
            due -= f64::from(arrivals);
            let step = self.capacity_per_s / f64::from(arrivals.max(1));
            self.seconds.push_back((0, 0));
            let (mut sent, mut accepted) = (0u32, 0u32);
            for _ in 0..arrivals {
                tokens = f64::min(tokens + step, self.capacity_per_s);
                let (requests, accepts) = (f64::from(self.requests), f64::from(self.accepts));
                let rejected = source.chance(reject_probability(self.k, requests, accepts));
                let accept = !rejected && tokens >= 1.0;
                tokens -= f64::from(u8::from(accept));
                sent += u32::from(!rejected);
                accepted += u32::from(accept);
                self.count(accept);
            }
            self.forget();
            if second >= self.window_s * WINDOWS.0 {
                total[0] += f64::from(sent);
                total[1] += f64::from(accepted);
                total[2] += f64::from(arrivals);
            }
        }
        total.to_vec()
    }

    fn count(&mut self, accept: bool) {
        self.requests += 1;
        self.accepts += u32::from(accept);
        if let Some(last) = self.seconds.back_mut() {
            last.0 += 1;
            last.1 += u32::from(accept);
        }
    }

    fn forget(&mut self) {
        while self.seconds.len() > self.window_s {
            if let Some((requests, accepts)) = self.seconds.pop_front() {
                self.requests -= requests;
                self.accepts -= accepts;
            }
        }
    }
}

/// Most drops that are followed.
const DROPS_MAX: u64 = 10_000;
/// How often the queue's head is looked at: a thousandth of the shortest gap that is followed. Ten
/// thousand drops take two hundred intervals, twenty million looks.
const LOOKS_PER_GAP: f64 = 1000.0;

/// The drops of a queue that stays above the target, by the simulator's own controller.
fn codel(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let target_ms = inputs.number_or("target_ms", 5.0, 0.001..=1e5)?;
    let interval_ms = inputs.number_or("interval_ms", 100.0, 0.01..=1e5)?;
    let (count, limit_ms) = match quantity {
        "gap_ms" => (inputs.whole("count|n", 1..=DROPS_MAX)? + 1, f64::INFINITY),
        "drop_time_ms" => (inputs.whole("count|n", 1..=DROPS_MAX)?, f64::INFINITY),
        "first_drop_ms" => (1, f64::INFINITY),
        "drops_by" | "drops" => (DROPS_MAX, inputs.number("t_ms", 0.0..=1e7)?),
        _ => return Err(Refusal::NoQuantity),
    };
    let name = format!("{target_ms} {interval_ms} {count} {limit_ms}");
    let drops = memo.run(name, || {
        standing_queue(target_ms, interval_ms, count, limit_ms)
    });
    if limit_ms.is_finite() && drops.len() as u64 == DROPS_MAX {
        return refuse(format!("{DROPS_MAX} drops or more"));
    }
    let at = |number: u64| drops.get(number as usize - 1).copied().unwrap_or(f64::NAN);
    Ok(Answer::simulated(match quantity {
        "gap_ms" => at(count) - at(count - 1),
        "drops_by" | "drops" => drops.len() as f64,
        _ => at(count),
    }))
}

/// Times of the first `count` drops within `limit_ms`, from when the queue first stands too long.
fn standing_queue(target_ms: f64, interval_ms: f64, count: u64, limit_ms: f64) -> Vec<f64> {
    let span = |ms: f64| Span::from_ns_f64(ms * 1e6);
    let step_ms = interval_ms / (count.min(DROPS_MAX) as f64).sqrt() / LOOKS_PER_GAP;
    let mut controller = CoDelState::default();
    // Time zero means "not above" to the controller, so the queue is first looked at a little later.
    let start = Time::ZERO + span(step_ms.max(0.001));
    let mut drops = Vec::new();
    let mut look = 0u64;
    while (drops.len() as u64) < count {
        let elapsed_ms = look as f64 * step_ms;
        if elapsed_ms > limit_ms {
            break;
        }
        let now = start + span(elapsed_ms);
        let (waited, target) = (span(2.0 * target_ms), span(target_ms));
        if controller.drops(now, waited, target, span(interval_ms), false) {
            drops.push(elapsed_ms);
        }
        look += 1;
    }
    drops
}
