//! Availability by counting, spare capacity, and alerts on error budgets.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::binomial_mass;

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "majority-availability",
        quantities: &["availability", "unavailability", "quorum", "best_n"],
        answer: majority_availability,
    },
    Model {
        id: "az-headroom",
        quantities: &[
            "capacity_over_peak",
            "spare_over_peak",
            "utilisation_at_peak",
        ],
        answer: zone_headroom,
    },
    Model {
        id: "slo-burn-rate",
        quantities: &[
            "burn_rate",
            "budget",
            "error_rate",
            "detection_h",
            "detection_min",
            "detection_s",
            "exhaustion_h",
        ],
        answer: burn_rate,
    },
];

/// Most nodes of a group.
const NODES_MAX: u64 = 10_000;

/// The chance that at least `quorum` of `n` nodes are up, each down with probability `p`.
fn quorum_up(n: u64, quorum: u64, p: f64) -> f64 {
    // The smaller tail is summed, so that neither loses its digits.
    let up: f64 = (quorum..=n).map(|k| binomial_mass(n, k, 1.0 - p)).sum();
    if up < 0.5 {
        up
    } else {
        1.0 - quorum_down(n, quorum, p)
    }
}

fn quorum_down(n: u64, quorum: u64, p: f64) -> f64 {
    (0..quorum).map(|k| binomial_mass(n, k, 1.0 - p)).sum()
}

fn majority_availability(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    if quantity == "best_n" {
        // Of one node and majorities of up to the most: more nodes help below a half, and hurt above.
        let p = inputs.share("p")?;
        let most = inputs.whole_or("n_max", 7, 1..=101)?;
        let better =
            |best: u64, n: u64| quorum_up(n, n / 2 + 1, p) > quorum_up(best, best / 2 + 1, p);
        let best = (1..=most).fold(1, |best, n| if better(best, n) { n } else { best });
        return Ok(Answer::formula(best as f64));
    }
    let n = inputs.whole("n|nodes", 1..=NODES_MAX)?;
    let quorum = inputs.whole_or("quorum", n / 2 + 1, 1..=n)?;
    if quantity == "quorum" {
        return Ok(Answer::formula(quorum as f64));
    }
    let p = inputs.share("p|p_down")?;
    Ok(Answer::formula(match quantity {
        "availability" => quorum_up(n, quorum, p),
        "unavailability" => quorum_down(n, quorum, p),
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// `n / (n − lost)`: what is left after a loss carries the peak.
fn zone_headroom(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let zones = inputs.whole("zones|n", 1..=1_000_000)?;
    let lost = inputs.whole_or("zones_lost|lost", 1, 0..=zones)?;
    if lost == zones {
        return refuse("no capacity is left when every zone is lost");
    }
    let over = zones as f64 / (zones - lost) as f64;
    Ok(Answer::formula(match quantity {
        "capacity_over_peak" => over,
        "spare_over_peak" | "spare_fraction" => over - 1.0,
        "utilisation_at_peak" | "max_utilisation" => 1.0 / over,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// `burn = budget × period / window`; an error rate e is seen after
/// `(1 − SLO) × window × burn / e`.
fn burn_rate(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let period = inputs.number_or("period_h", 720.0, 1e-6..=1e7)?;
    let window = |inputs: &Inputs<'_>| -> Result<f64, Refusal> {
        match inputs.number_if("window_min|window_m", 1e-6..=1e9)? {
            Some(minutes) => Ok(minutes / 60.0),
            None => inputs.number("window_h", 1e-9..=1e7),
        }
    };
    let burn = |inputs: &Inputs<'_>| match inputs.number_if("burn_rate|burn", 0.0..=1e9)? {
        Some(burn) => Ok(burn),
        None => Ok(inputs.share("budget|budget_fraction")? * period / window(inputs)?),
    };
    let allowed = |inputs: &Inputs<'_>| -> Result<f64, Refusal> {
        let slo = inputs.number("slo|objective", 0.0..=100.0)?;
        let share = if slo > 1.0 { slo / 100.0 } else { slo };
        Ok(1.0 - share)
    };
    let detection_h = |inputs: &Inputs<'_>| -> Result<f64, Refusal> {
        let errors = inputs.number("error_rate|e", 1e-12..=1.0)?;
        let hours = allowed(inputs)? * window(inputs)? * burn(inputs)? / errors;
        if hours > window(inputs)? * (1.0 + 1e-9) {
            return refuse("this error rate stays below the threshold and is never seen");
        }
        Ok(hours)
    };
    Ok(Answer::formula(match quantity {
        "burn_rate" => inputs.share("budget|budget_fraction")? * period / window(inputs)?,
        "budget" | "budget_fraction" | "budget_consumed" => {
            let burn = inputs.number("burn_rate|burn", 0.0..=1e9)?;
            burn * window(inputs)? / period
        }
        "error_rate" | "error_rate_threshold" => burn(inputs)? * allowed(inputs)?,
        "exhaustion_h" | "time_to_exhaustion_h" => period / burn(inputs)?,
        name if name.contains("detect") => detection_h(inputs)? * per_hour(name),
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// How many of the unit that ends a quantity's name make an hour.
fn per_hour(name: &str) -> f64 {
    match name.rsplit('_').next() {
        Some("min" | "minutes" | "m") => 60.0,
        Some("s" | "seconds") => 3600.0,
        _ => 1.0,
    }
}
