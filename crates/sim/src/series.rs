//! What runs show over time and request by request: series, slowest requests, latencies.

use crate::figure::{FIGURES, Figure, Unit};
use crate::results::{LatencyBucket, Line, Series, Slowest};
use crate::run::{Outcome, ServiceArea, Window};
use crate::scenario::Scenario;
use crate::study::short;
use crate::system::System;
use kernel::{Histogram, Moments};

/// The points of the series as windows.
fn points(scenario: &Scenario) -> Vec<Window> {
    let bins = u64::from(scenario.plan.bins);
    let duration_ns = scenario.plan.duration_ns;
    let edge = |i: u64| (u128::from(duration_ns) * u128::from(i) / u128::from(bins)) as u64;
    (0..bins)
        .map(|i| Window {
            name: String::new(),
            from_ns: edge(i),
            to_ns: edge(i + 1),
        })
        .filter(|point| point.to_ns > point.from_ns)
        .collect()
}

/// What MSER-5 says about the warm-up, when it disagrees: the number of requests present, averaged
/// over replications, must have settled by its end.
pub(crate) fn warmup_note(
    scenario: &Scenario,
    system: &System,
    outcomes: &[&Outcome],
) -> Option<String> {
    let present = |point: &Window| -> f64 {
        let services = 0..system.services.len();
        let all = outcomes.iter().flat_map(|o| {
            services
                .clone()
                .map(|s| o.mean_of(point, s, ServiceArea::Present))
        });
        all.sum()
    };
    let points = points(scenario);
    let values: Vec<f64> = points.iter().map(present).collect();
    let warmup_ns = scenario.plan.warmup_ns;
    match kernel::mser5(&values) {
        _ if outcomes.is_empty() => None,
        None => Some("by MSER-5 the run is too short to settle".into()),
        Some(cut) if points[cut].from_ns > warmup_ns => Some(format!(
            "by MSER-5 the start-up lasts until {} s; the warm-up ends at {} s",
            short(points[cut].from_ns as f64 / 1e9),
            short(warmup_ns as f64 / 1e9)
        )),
        Some(_) => None,
    }
}

pub(crate) fn series(scenario: &Scenario, system: &System, outcomes: &[&Outcome]) -> Series {
    let points = points(scenario);
    let mut lines = Vec::new();
    let mut add = |name: String, unit: Unit, value: &dyn Fn(&Outcome, usize) -> Option<f64>| {
        lines.push(line(name, unit, outcomes, points.len(), value));
    };
    let clients = ["offered", "goodput", "answered", "errors"];
    for definition in FIGURES.iter().filter(|d| clients.contains(&d.name)) {
        let figure = Figure {
            measure: definition.measure,
            scope: definition.scope,
            of: None,
        };
        add(definition.name.into(), definition.unit, &|outcome, i| {
            figure.value(outcome, system, &points[i]).ok()
        });
    }
    for (name, q) in [("p50", 0.5), ("p99", 0.99)] {
        add(name.into(), Unit::Seconds, &|outcome, i| {
            outcome
                .bins()
                .get(i)
                .and_then(|bin| bin.quantile(q))
                .map(|ns| ns / 1e9)
        });
    }
    for (s, service) in system.services.iter().enumerate() {
        let workers = f64::from(service.replicas) * f64::from(service.workers);
        add(
            format!("queue.{}", service.name),
            Unit::Number,
            &|outcome, i| Some(outcome.mean_of(&points[i], s, ServiceArea::Waiting)),
        );
        add(
            format!("utilisation.{}", service.name),
            Unit::Share,
            &|outcome, i| Some(outcome.mean_of(&points[i], s, ServiceArea::Working) / workers),
        );
        if service.limit.is_some() {
            add(
                format!("limit.{}", service.name),
                Unit::Number,
                &|outcome, i| Some(outcome.limit(points[i].to_ns, s) as f64),
            );
        }
    }
    for (c, call) in system
        .calls
        .iter()
        .enumerate()
        .filter(|(_, call)| call.breaker.is_some())
    {
        add(
            format!("breaker_closed.{}", call.name),
            Unit::Share,
            &|outcome, i| {
                Some(f64::from(u8::from(
                    outcome.breaker_closed(points[i].to_ns, c),
                )))
            },
        );
    }
    let at_s = points
        .iter()
        .map(|point| point.from_ns as f64 / 1e9)
        .collect();
    Series {
        at_s,
        step_s: scenario.plan.duration_ns as f64 / 1e9 / f64::from(scenario.plan.bins),
        lines,
    }
}

fn line(
    name: String,
    unit: Unit,
    outcomes: &[&Outcome],
    points: usize,
    value: &dyn Fn(&Outcome, usize) -> Option<f64>,
) -> Line {
    let mut line = Line {
        name,
        unit: unit.symbol(),
        mean: Vec::new(),
        low: Vec::new(),
        high: Vec::new(),
    };
    for point in 0..points {
        let values: Vec<f64> = outcomes.iter().filter_map(|o| value(o, point)).collect();
        let mean: Moments = values.iter().copied().collect();
        line.mean.push((!values.is_empty()).then_some(mean.mean()));
        line.low.push(values.iter().copied().reduce(f64::min));
        line.high.push(values.iter().copied().reduce(f64::max));
    }
    line
}

pub(crate) fn slowest(system: &System, outcomes: &[&Outcome]) -> Slowest {
    let mut result = Slowest::default();
    let mut worst = vec![0; system.services.len()];
    let (mut total, mut parts) = (0.0, [0.0; 4]);
    for slow in outcomes.iter().flat_map(|o| o.slowest()) {
        let spent = &slow.spent;
        total += slow.latency_ns as f64;
        for (sum, units) in
            parts
                .iter_mut()
                .zip([spent.queue, spent.work, spent.backoff, spent.failed])
        {
            *sum += f64::from(units) * 1024.0;
        }
        if spent.worst > 0
            && let Some(count) = worst.get_mut(spent.worst_service as usize)
        {
            *count += 1;
        }
        result.count += 1;
    }
    if total > 0.0 {
        let share = |part: f64| part / total;
        result.mean_s = total / result.count as f64 / 1e9;
        result.queue = share(parts[0]);
        result.work = share(parts[1]);
        result.backoff = share(parts[2]);
        result.failed_attempts = share(parts[3]);
        result.other = (1.0 - parts.iter().map(|&p| share(p)).sum::<f64>()).max(0.0);
    }
    let most = worst
        .iter()
        .enumerate()
        .max_by_key(|&(i, &n)| (n, std::cmp::Reverse(i)));
    if let Some((index, &count)) = most.filter(|&(_, &n)| n > 0) {
        result.worst_service = Some(system.services[index].name.clone());
        result.worst_count = count;
    }
    result
}

/// Latency buckets of about 6 % width, all replications together.
pub(crate) fn latency(outcomes: &[&Outcome]) -> Vec<LatencyBucket> {
    let mut merged = Histogram::new(Histogram::COARSE);
    for outcome in outcomes {
        outcome
            .bins()
            .iter()
            .for_each(|bin| bin.add_to(&mut merged));
    }
    merged
        .buckets()
        .map(|(low, width, count)| LatencyBucket {
            from_s: low as f64 / 1e9,
            to_s: (low + width) as f64 / 1e9,
            count,
        })
        .collect()
}
