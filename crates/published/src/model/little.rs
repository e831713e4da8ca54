//! Little's law, measured on a running queue.

use super::{Model, seed, steady};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use kernel::{Distribution, Draw, Source, TimeWeighted};

pub(super) const MODELS: &[Model] = &[Model {
    id: "little-concurrency",
    quantities: &[
        "l_over_lambda_w",
        "mean_in_system",
        "mean_time_in_system",
        "throughput",
    ],
    answer: little,
}];

#[derive(Clone, Copy)]
enum Discipline {
    Fifo,
    Lifo,
    Sharing,
    Priority,
    Random,
    Shortest,
}

const DISCIPLINES: [(&str, Discipline); 6] = [
    ("fifo|fcfs", Discipline::Fifo),
    ("lifo|lcfs", Discipline::Lifo),
    ("processor-sharing|ps", Discipline::Sharing),
    ("priority", Discipline::Priority),
    ("random|siro", Discipline::Random),
    ("shortest-first|sjf|spt", Discipline::Shortest),
];

/// Simulated seconds of service of a run, beside which its ends weigh nothing.
const SERVICES: f64 = 400_000.0;

/// One server, Poisson arrivals at `rho`, exponential service with mean 1: the number present,
/// the arrivals and the stay are measured apart from each other.
fn little(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let discipline = inputs.choice_or("discipline", Discipline::Fifo, &DISCIPLINES)?;
    let rho = steady(inputs.number_or("rho|utilisation|lambda", 0.8, 0.01..=0.95)?)?;
    let name = format!("{} {rho}", discipline as u8);
    let run = memo.run(name, || measure(discipline, rho).unwrap_or_default());
    let [present, rate, stay] = run[..] else {
        return refuse("the queue could not be run");
    };
    Ok(Answer::simulated(match quantity {
        "l_over_lambda_w" => present / (rate * stay),
        "mean_in_system" => present,
        "mean_time_in_system" => stay,
        "throughput" => rate,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// Mean number present, arrivals a service time, mean stay in service times.
fn measure(discipline: Discipline, rho: f64) -> Option<Vec<f64>> {
    // A service takes 10 ms; under priorities half of the requests are urgent.
    let (name, clients) = match discipline {
        Discipline::Fifo => ("fifo", client("all", 100.0 * rho, 0)),
        Discipline::Lifo => ("lifo", client("all", 100.0 * rho, 0)),
        Discipline::Sharing => ("processor-sharing", client("all", 100.0 * rho, 0)),
        Discipline::Random | Discipline::Shortest => return choosing(discipline, rho),
        Discipline::Priority => {
            let half = 50.0 * rho;
            (
                "priority",
                client("urgent", half, 0) + &client("patient", half, 3),
            )
        }
    };
    let seconds = SERVICES / 100.0 / 2.0;
    let seed = seed("little-concurrency") as u32;
    let text = format!(
        "schema = 1\ntitle = \"Little\"\nanalysis = \"transient\"\nseed = {seed}\nlooks = 1\n\
         first_look = 2\nseries_points = 10\nduration = \"{seconds} s\"\nwarmup = \"10 s\"\n\
         {clients}[services.s]\ndiscipline = \"{name}\"\nservice_time = \"mean = 10 ms\"\n"
    );
    let scenario = sim::Scenario::parse(&text, "little").ok()?;
    let results = sim::decide(&scenario);
    let value = |figure: &str| results.quote(figure).ok().map(|quote| quote.value);
    Some(vec![
        value("present.s")?,
        value("reached.s")? / 100.0,
        value("stay.s")? * 100.0,
    ])
}

fn client(name: &str, rate: f64, priority: u8) -> String {
    format!("[clients.{name}]\nrate = \"{rate}/s\"\npriority = {priority}\ncalls = \"s\"\n")
}

/// Customers of a run that chooses whom to serve next.
const CUSTOMERS: u64 = 2_000_000;

/// The same queue where the next one is chosen among all who wait, which the simulator's services do
/// not do. A service takes a second on average.
fn choosing(discipline: Discipline, rho: f64) -> Option<Vec<f64>> {
    let mut source = Draw::root(seed("little-concurrency"), discipline as u64).stream();
    let between = Distribution::exponential(1e9 / rho).ok()?;
    let work = Distribution::exponential(1e9).ok()?;
    let mut present = TimeWeighted::default();
    // Who waits: when they came, and how much they want.
    let mut waiting: Vec<(u64, u64)> = Vec::new();
    let mut serving: Option<(u64, u64)> = None;
    let mut next = kernel::Time::ZERO + between.sample_span(&mut source);
    let (mut arrived, mut left, mut stay) = (0u64, 0u64, 0u128);
    let mut now = kernel::Time::ZERO;
    while arrived < CUSTOMERS {
        let done = serving.map(|(_, until)| kernel::Time::from_ns(until));
        if let (Some(done), Some((came, _))) = (done, serving)
            && done <= next
        {
            now = done;
            left += 1;
            stay += u128::from(now.as_ns() - came);
            present.lower(now);
            serving = None;
        } else {
            now = next;
            next = now + between.sample_span(&mut source);
            arrived += 1;
            present.raise(now);
            waiting.push((now.as_ns(), work.sample_span(&mut source).as_ns()));
        }
        if serving.is_none() && !waiting.is_empty() {
            let chosen = match discipline {
                Discipline::Random => source.below(waiting.len() as u32) as usize,
                _ => (0..waiting.len()).min_by_key(|&at| waiting[at].1)?,
            };
            let (came, wanted) = waiting.swap_remove(chosen);
            serving = Some((came, now.as_ns() + wanted));
        }
    }
    let elapsed = now.as_ns() as f64;
    Some(vec![
        present.area(now) as f64 / elapsed,
        arrived as f64 / elapsed * 1e9,
        stay as f64 / left as f64 / 1e9,
    ])
}
