//! How much a scenario asks for: the graph of calls, visits, work offered.

use super::build::DEPTH_MAX;
use super::diagnostic::Diagnostics;
use super::fields::Fields;
use super::{Analysis, HOPS_MAX, HOPS_TOTAL_MAX, OUTCOMES_BYTES_MAX, Scenario};
use crate::run::outcome_bytes;
use crate::study::short;
use crate::system::{Arrivals, Call, FaultKind, Profile, System};

/// Refuses what cannot be run in reasonable time and what has no steady state; notes overload.
pub(super) fn check_load(scenario: &mut Scenario, fields: &Fields, found: &mut Diagnostics) {
    let duration_s = scenario.plan.duration_ns as f64 / 1e9;
    let replications = scenario.looks.replications(scenario.looks.looks - 1) as f64;
    let (mut total, mut bytes) = (0.0, 0.0);
    for variant in &mut scenario.variants {
        let system = &variant.system;
        if system.clients.is_empty() {
            found.add(
                &fields.span_of("clients"),
                "there is no client".into(),
                None,
            );
            return;
        }
        let hops = hops_per_s(system) * duration_s;
        if hops > HOPS_MAX || hops.is_nan() {
            let message = format!(
                "a run would have {hops:.1e} visits to services; at most {HOPS_MAX:.0e} are run"
            );
            let hint = Some("shorten the duration or lower the load".to_string());
            found.add(&fields.span_of("duration"), message, hint);
            return;
        }
        for service in &system.services {
            let refreshes = scenario.plan.duration_ns as f64 / service.balancer_refresh_ns as f64;
            if service.balancer_refresh_ns > 0 && refreshes > HOPS_MAX {
                let message = format!(
                    "`load_age` of `{}` is too short for the duration",
                    service.name
                );
                found.add(&fields.span_of("duration"), message, None);
            }
        }
        total += hops * replications;
        bytes += outcome_bytes(system, &scenario.plan, hops) * replications;
        variant.notes = overloads(system);
        if scenario.analysis == Analysis::Steady
            && let Some(note) = variant.notes.first()
        {
            let message = format!("no steady state in variant `{}`: {note}", variant.name);
            let hint = Some("use `analysis = \"transient\"`, or lower the load".to_string());
            found.add(&fields.span_of("analysis"), message, hint);
        }
    }
    if total > HOPS_TOTAL_MAX {
        let message = format!(
            "all variants and replications together would have {total:.1e} visits to services; \
             at most {HOPS_TOTAL_MAX:.0e} are run"
        );
        found.add(
            &fields.span_of("duration"),
            message,
            Some("lower `looks` or `duration`".into()),
        );
    }
    if bytes > OUTCOMES_BYTES_MAX {
        let message = format!(
            "all variants and replications together would hold {bytes:.1e} bytes of figures; \
             at most {OUTCOMES_BYTES_MAX:.0e} are kept"
        );
        let hint = "lower `looks`, `first_look` or `series_points`".to_string();
        found.add(&fields.span_of("duration"), message, Some(hint));
    }
}

/// Expected visits to services a second, without retries, at the highest rates.
fn hops_per_s(system: &System) -> f64 {
    let mut hops = 0.0;
    for (i, client) in system.clients.iter().enumerate() {
        let target = system.calls[client.call].target;
        let rate = match &client.arrivals {
            Arrivals::Open {
                rate_per_s,
                profile,
                ..
            } => {
                let surges = system.faults.iter().filter_map(|fault| match fault.kind {
                    FaultKind::Surge { client, factor } if client == i => Some(factor.max(1.0)),
                    _ => None,
                });
                rate_per_s * profile.factor_max() * surges.product::<f64>()
            }
            Arrivals::Closed { users, think_time } => {
                // An answer may come at once when calls fail at once; a microsecond is the least
                // that a user is taken to need.
                let cycle_ns = think_time.mean().max(1e3);
                f64::from(*users) * 1e9 / cycle_ns.max(system.services[target].work.mean() / 10.0)
            }
        };
        hops += rate * visits(system, target, Some(i)).iter().sum::<f64>();
    }
    hops
}

/// Services that are offered more work than they can do and do not turn any away.
fn overloads(system: &System) -> Vec<String> {
    let mut offered = vec![0.0; system.services.len()];
    for (i, client) in system.clients.iter().enumerate() {
        if let Arrivals::Open {
            rate_per_s,
            profile: Profile::Constant,
            ..
        } = client.arrivals
        {
            let visits = visits(system, system.calls[client.call].target, Some(i));
            offered
                .iter_mut()
                .zip(visits)
                .for_each(|(sum, v)| *sum += v * rate_per_s);
        }
    }
    let mut notes = Vec::new();
    for (service, rate) in system.services.iter().zip(offered) {
        let workers = f64::from(service.replicas) * f64::from(service.workers);
        let work_s = service.work.mean() / 1e9;
        let turns_away = service.queue_max.is_some()
            || service.shed.is_some()
            || service.limit.is_some()
            || service.rate_limit.is_some();
        if rate * work_s >= workers && !turns_away {
            let backlog = rate - workers / work_s;
            notes.push(format!(
                "service `{}` is offered {}/s × {} s = {} of work for {workers} workers; its \
                 backlog grows by {} a second",
                service.name,
                short(rate),
                short(work_s),
                short(rate * work_s),
                short(backlog),
            ));
        }
    }
    notes
}

/// A chain of calls that comes back to itself or is longer than [`DEPTH_MAX`], if there is one.
///
/// Longest chains are found by rounds: after `n` rounds `next[s]` begins a chain of `n` calls.
pub(super) fn cycle(system: &System) -> Option<Vec<usize>> {
    let n = system.services.len();
    let mut next: Vec<Vec<Option<usize>>> = Vec::new();
    let mut alive = vec![true; n];
    for _ in 0..DEPTH_MAX {
        let step: Vec<Option<usize>> = (0..n)
            .map(|s| {
                let calls = system.services[s].stages.iter().flatten();
                calls
                    .map(|&c| system.calls[c].target)
                    .find(|&target| alive[target])
            })
            .collect();
        alive = step.iter().map(Option::is_some).collect();
        next.push(step);
    }
    let mut at = alive.iter().position(|&alive| alive)?;
    let mut path = vec![at];
    for step in next.iter().rev() {
        at = step[at]?;
        let seen = path.iter().position(|&s| s == at);
        path.push(at);
        if let Some(start) = seen {
            return Some(path.split_off(start));
        }
    }
    Some(path)
}

/// Visits to every service that one visit to `service` causes, itself included, without retries;
/// with a client, only by the calls that its requests make.
/// The calls must not form a cycle.
pub(super) fn visits(system: &System, service: usize, client: Option<usize>) -> Vec<f64> {
    let makes = |call: &Call| match (call.only_for, client) {
        (Some(only), Some(client)) => only == client,
        _ => true,
    };
    let mut visits = vec![0.0; system.services.len()];
    visits[service] = 1.0;
    // As many rounds as the longest chain: each round pushes visits one call further.
    let mut wave = visits.clone();
    for _ in 0..DEPTH_MAX {
        let mut next = vec![0.0; wave.len()];
        for (i, service) in system.services.iter().enumerate() {
            if wave[i] > 0.0 {
                for &call in service.stages.iter().flatten() {
                    let call = &system.calls[call];
                    if makes(call) {
                        next[call.target] += wave[i] * call.share;
                    }
                }
            }
        }
        if next.iter().all(|&v| v == 0.0) {
            break;
        }
        visits
            .iter_mut()
            .zip(&next)
            .for_each(|(sum, more)| *sum += more);
        wave = next;
    }
    visits
}
