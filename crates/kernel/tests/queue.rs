//! The event queue against a plain binary heap, under delays chosen to hurt.
#![allow(clippy::disallowed_methods)] // times itself

use kernel::{Distribution, EventQueue, Source, Span, Time, Token, Xoshiro256};
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

#[derive(Clone, Copy, Debug)]
enum Step {
    Schedule(u64),
    Burst(u16, u64),
    Take,
    TakeUntil(u64),
    Cancel(u16),
    CancelBurst(u16),
}

fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(3_600_000_000_000),
        0u64..100,
        0u64..1_000_000_000,
        (0u32..63).prop_map(|bits| 1 << bits),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => delay().prop_map(Step::Schedule),
        1 => (0u16..300, delay()).prop_map(|(n, d)| Step::Burst(n, d)),
        5 => Just(Step::Take),
        2 => delay().prop_map(Step::TakeUntil),
        2 => any::<u16>().prop_map(Step::Cancel),
        1 => any::<u16>().prop_map(Step::CancelBurst),
    ]
}

/// The plain heap with the same total order.
#[derive(Default)]
struct Oracle {
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    cancelled: std::collections::BTreeSet<u64>,
    now: u64,
}

impl Oracle {
    fn peek(&mut self) -> Option<(u64, u64)> {
        while let Some(&Reverse((at, id))) = self.heap.peek() {
            if !self.cancelled.contains(&id) {
                return Some((at, id));
            }
            self.heap.pop();
        }
        None
    }
    fn take_until(&mut self, limit: u64) -> Option<(u64, u64)> {
        let (at, id) = self.peek().filter(|&(at, _)| at <= limit)?;
        self.heap.pop();
        self.now = at;
        Some((at, id))
    }
}

struct Pair {
    queue: EventQueue<u64>,
    oracle: Oracle,
    tokens: Vec<(u64, Token)>,
    next: u64,
}

impl Pair {
    fn new() -> Self {
        Pair {
            queue: EventQueue::new(),
            oracle: Oracle::default(),
            tokens: Vec::new(),
            next: 0,
        }
    }
    fn schedule(&mut self, delay: u64) {
        let at = self.oracle.now.saturating_add(delay);
        self.oracle.heap.push(Reverse((at, self.next)));
        let token = self.queue.schedule_after(Span::from_ns(delay), self.next);
        self.tokens.push((self.next, token));
        self.next += 1;
    }
    fn take_until(&mut self, limit: u64) -> bool {
        let expected = self.oracle.take_until(limit);
        let got = self
            .queue
            .pop_until(Time::from_ns(limit))
            .map(|(at, id)| (at.as_ns(), id));
        assert_eq!(got, expected);
        got.is_some()
    }
    fn cancel(&mut self, index: usize) {
        let (id, token) = self.tokens[index];
        let pending = self.queue.is_pending(token);
        assert_eq!(self.queue.cancel(token), pending);
        if pending {
            self.oracle.cancelled.insert(id);
        }
    }
    fn run(&mut self, step: Step) {
        match step {
            Step::Schedule(delay) => self.schedule(delay),
            Step::Burst(n, delay) => (0..n).for_each(|_| self.schedule(delay)),
            Step::Take => {
                self.take_until(u64::MAX);
            }
            Step::TakeUntil(delay) => {
                let limit = self.oracle.now.saturating_add(delay);
                for _ in 0..50 {
                    if !self.take_until(limit) {
                        break;
                    }
                }
            }
            Step::Cancel(pick) if !self.tokens.is_empty() => {
                self.cancel(pick as usize % self.tokens.len());
            }
            Step::CancelBurst(pick) => {
                let from = self.tokens.len().saturating_sub(pick as usize % 500);
                (from..self.tokens.len()).for_each(|i| self.cancel(i));
            }
            Step::Cancel(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn order_equals_the_plain_heap(steps in prop::collection::vec(step(), 1..400)) {
        let mut pair = Pair::new();
        steps.into_iter().for_each(|s| pair.run(s));
        while pair.take_until(u64::MAX) {}
        prop_assert!(pair.queue.is_empty());
    }
}

/// Holds a population and replaces each event taken; the order must equal the heap's.
fn hold(population: usize, mut delay: impl FnMut(&mut Xoshiro256) -> u64) {
    let mut source = Xoshiro256::seeded(1);
    let mut pair = Pair::new();
    for _ in 0..population {
        let d = delay(&mut source);
        pair.schedule(d);
    }
    for i in 0..4 * population {
        assert!(pair.take_until(u64::MAX));
        let d = delay(&mut source);
        pair.schedule(d);
        if i % 3 == 0 {
            pair.cancel(pair.tokens.len() - 1);
            pair.schedule(d / 2);
        }
    }
}

#[test]
fn adversarial_delays_keep_the_order() {
    let pareto = Distribution::pareto(1e6, 1.1).unwrap();
    let exponential = Distribution::exponential(1e6).unwrap();
    for population in [10, 60, 1_000, 20_000] {
        hold(population, |_| 0);
        hold(population, |_| 1_000);
        hold(population, |s| pareto.sample_span(s).as_ns());
        hold(population, |s| exponential.sample_span(s).as_ns());
        hold(population, |s| {
            if s.chance(0.5) { 1 } else { 3_600_000_000_000 }
        });
    }
}

/// Cost a step must not explode for any delay: each case at most 40 times the exponential one.
/// The factor is far above any noise and far below what one linear step would show (1000 times).
#[test]
fn adversarial_delays_keep_the_pace() {
    let population = 100_000;
    let time = |delay: &mut dyn FnMut(&mut Xoshiro256) -> u64| {
        let mut source = Xoshiro256::seeded(1);
        let mut queue = EventQueue::new();
        for i in 0..population {
            queue.schedule_after(Span::from_ns(delay(&mut source)), i);
        }
        let start = std::time::Instant::now();
        for i in 0..200_000 {
            queue.pop();
            queue.schedule_after(Span::from_ns(delay(&mut source)), i);
        }
        start.elapsed().as_secs_f64()
    };
    let pareto = Distribution::pareto(1e6, 1.1).unwrap();
    let exponential = Distribution::exponential(1e6).unwrap();
    let base = time(&mut |s| exponential.sample_span(s).as_ns());
    let cases: [(&str, f64); 4] = [
        ("all equal", time(&mut |_| 1_000)),
        ("zero", time(&mut |_| 0)),
        ("pareto", time(&mut |s| pareto.sample_span(s).as_ns())),
        (
            "bimodal",
            time(&mut |s| if s.chance(0.5) { 1 } else { 3_600_000_000_000 }),
        ),
    ];
    for (name, seconds) in cases {
        println!("{name}: {:.2} times exponential", seconds / base);
        assert!(
            seconds < 40.0 * base,
            "{name}: {seconds} s against {base} s"
        );
    }
}

/// Cancelled events must not pile up: memory follows the live ones.
#[test]
fn cancelled_timeouts_are_swept() {
    let mut queue = EventQueue::new();
    let mut live = std::collections::VecDeque::new();
    for i in 0..200_000u32 {
        live.push_back(queue.schedule_after(Span::from_ms(30_000), i));
        if live.len() > 100 {
            assert!(queue.cancel(live.pop_front().unwrap()));
        }
        assert!(queue.len() <= 101);
    }
    let mut taken = 0;
    while queue.pop().is_some() {
        taken += 1;
    }
    assert_eq!(taken, 100);
}

#[test]
fn a_clone_is_a_snapshot() {
    let mut source = Xoshiro256::seeded(5);
    let mut queue = EventQueue::new();
    for i in 0..5_000 {
        queue.schedule_after(Span::from_ns(source.word() >> 40), i);
    }
    let mut copy = queue.clone();
    let drain = |q: &mut EventQueue<i32>| -> Vec<_> { std::iter::from_fn(|| q.pop()).collect() };
    assert_eq!(drain(&mut queue), drain(&mut copy));
}
