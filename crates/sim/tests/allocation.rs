//! Next to nothing is allocated in the steady state, and a pending request takes little memory.
//!
//! Buckets, queues and slabs keep their memory and grow when they meet their largest crowd so far,
//! which happens ever more rarely; nothing is allocated for an event or a request as such.
//!
//! A test of its own program: its allocator counts what every thread asks for.

use kernel::{Distribution, EventQueue, Source, Span, Xoshiro256};
use sim::{Job, Run, Scenario, Status};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<i64> = const { Cell::new(0) };
}

fn note(bytes: i64) {
    CALLS.set(CALLS.get() + u64::from(bytes > 0));
    BYTES.set(BYTES.get() + bytes);
}

#[allow(unsafe_code)] // an allocator cannot be written without; it only counts and passes on
// SAFETY: every call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(-(layout.size() as i64));
        unsafe { System.dealloc(place, layout) }
    }
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(-(layout.size() as i64));
        note(size as i64);
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of this thread while `work` runs.
fn allocations(work: impl FnOnce()) -> u64 {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1, 2, 3]))), 1);
    assert_eq!(allocations(|| assert!(std::hint::black_box(1) > 0)), 0);
}

/// Events scheduled, taken and cancelled, at populations on both sides of every threshold.
#[test]
fn the_queue_allocates_next_to_nothing_once_it_has_grown() {
    for pending in [1, 40, 1_000, 50_000] {
        let delay = Distribution::exponential(1e9).expect("a positive mean");
        let mut random = Xoshiro256::seeded(1);
        let mut events = EventQueue::new();
        for event in 0..pending {
            events.schedule_after(delay.sample_span(&mut random), event);
        }
        let mut turn = |events: &mut EventQueue<u32>, times: u32| {
            let mut spare = events.schedule_after(Span::ZERO, u32::MAX);
            for _ in 0..times {
                let Some((_, event)) = events.pop() else {
                    return;
                };
                events.schedule_after(delay.sample_span(&mut random), event);
                // Among many, one in four is a timeout that never comes.
                if pending > 1 && random.below(4) == 0 {
                    events.cancel(spare);
                    spare = events.schedule_after(Span::from_ms(5_000), u32::MAX);
                }
            }
        };
        turn(&mut events, 60 * pending + 4_000_000);
        let count = allocations(|| turn(&mut events, 200_000));
        println!("figure: {count} allocations in 200000 events with {pending} pending");
        assert!(
            count <= if pending == 1 { 0 } else { 20 },
            "{pending}: {count}"
        );
    }
}

/// Clients with retries, hedges, breakers and limits; services with every discipline, calls in
/// sequence and in parallel; links and faults.
const SYSTEM: &str = r#"
schema = 1
title = "Steady"
analysis = "transient"
duration = "1200 s"
series_points = 10

[clients.web]
rate = "300/s"
calls = "gateway"
link = "wan"
timeout = "300 ms"
retry = { attempts = 3, backoff = "20 ms", jitter = "full", budget = "20 %" }
hedge = { after = "150 ms" }
breaker = { window = 100, minimum = 50, open = "1 s" }
[clients.plain]
rate = "200/s"
calls = "items"
[clients.batch]
users = 30
think_time = "mean = 100 ms"
calls = "gateway"
deadline = "1 s"
propagate_deadline = true
cancellation = "propagated"

[links.wan]
latency = "mean = 5 ms"
loss = "0.1 %"

[services.gateway]
replicas = 3
workers = 20
discipline = "priority"
service_time = "mean = 1 ms"
[services.gateway.calls.items]
stage = 1
bulkhead = 200
[services.gateway.calls.auth]
stage = 1
fallback = {}
[services.gateway.calls.last]
stage = 2

[services.items]
replicas = 4
workers = 4
service_time = "mean = 10 ms"
queue = 300
shed = { method = "codel", target = "5 ms", interval = "100 ms" }
limit = { max = 300 }
[services.auth]
discipline = "processor-sharing"
workers = 8
service_time = "mean = 8 ms"
[services.last]
discipline = "lifo"
workers = 10
service_time = "mean = 10 ms"
rate_limit = { rate = "1000/s", burst = 100 }

[faults.pauses]
kind = "stall"
service = "last"
lasts = "100 ms"
between = "5 s"
"#;

fn run(text: &str) -> Run {
    let scenario = Scenario::parse(text, "allocation").expect("a scenario");
    scenario.run(Job {
        variant: 0,
        replication: 0,
    })
}

#[test]
fn a_run_allocates_next_to_nothing_once_it_has_grown() {
    let mut run = run(SYSTEM);
    assert_eq!(run.step(3_500_000), Status::Running);
    // Every two minutes a point of the series is written down, which takes memory.
    let point = |run: &Run| run.now().as_ns() / 120_000_000_000;
    let (mut events, mut between, mut at_points) = (0, 0, 0);
    while run.step(0) == Status::Running {
        let before = (point(&run), run.events());
        let count = allocations(|| {
            run.step(5_000);
        });
        if point(&run) == before.0 {
            events += run.events() - before.1;
            between += count;
        } else {
            at_points += count;
        }
    }
    println!(
        "figure: {between} allocations in {events} events of a scenario, {at_points} at points"
    );
    assert!(events > 1_000_000, "{events}");
    assert!(between * 50_000 <= events, "{between}");
}

/// Everything a run holds over the requests pending, with and without a record of their call.
#[test]
fn a_pending_request_takes_at_most_200_bytes() {
    for policy in ["", "retry = { attempts = 2 }"] {
        let text = format!(
            "schema = 1\ntitle = \"t\"\nduration = \"30 s\"\nseries_points = 10\n[clients.c]\n\
             rate = \"20000/s\"\n{policy}\ncalls = \"s\"\n[services.s]\nservice_time = \"1 h\"\n"
        );
        let mut run = run(&text);
        assert_eq!(run.step(1), Status::Running);
        let before = BYTES.get();
        while run.step(10_000) == Status::Running && run.pending().0 < 400_000 {}
        let pending = run.pending().0;
        let each = (BYTES.get() - before) as f64 / pending as f64;
        println!("figure: {each:.0} bytes a pending request, {policy:?}");
        assert!(pending >= 400_000 && each <= 200.0, "{pending}: {each}");
    }
}
