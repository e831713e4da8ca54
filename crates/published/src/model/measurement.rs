//! What a load generator sees of a stall.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::{percentile_of, quantile};

pub(super) const MODELS: &[Model] = &[Model {
    id: "coordinated-omission",
    quantities: &[
        "mean_ms",
        "median_ms",
        "max_ms",
        "p<N>_ms",
        "quantile_ms",
        "samples",
    ],
    answer: omission,
}];

#[derive(Clone, Copy, Debug)]
enum Tool {
    Closed,
    Open,
}

/// Most planned requests.
const REQUESTS_MAX: f64 = 5e6;

/// Planned requests a second for a good time, then a stall. A closed loop waits out the stall in
/// one request; the planned requests of the stall each wait for what is left of it.
fn omission(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let tools = [
        ("closed|closed-loop|careless", Tool::Closed),
        ("open|open-loop|correct", Tool::Open),
    ];
    let tool = inputs.choice("tool", &tools)?;
    let rate = inputs.number_or("rate", 100.0, 1e-3..=1e6)?;
    let good_s = inputs.number_or("good_s", 100.0, 0.0..=1e6)?;
    let stall_s = inputs.number_or("stall_s", 100.0, 0.0..=1e6)?;
    let service_ms = inputs.number_or("service_ms", 1.0, 0.0..=1e6)?;
    if rate * (good_s + stall_s) > REQUESTS_MAX {
        return refuse(format!("more than {REQUESTS_MAX} requests are planned"));
    }
    let name = format!("{tool:?} {rate} {good_s} {stall_s} {service_ms}");
    let sorted = memo.run(name, || {
        let mut seen = vec![service_ms; libm::round(rate * good_s) as usize];
        if stall_s > 0.0 {
            match tool {
                Tool::Closed => seen.push(stall_s * 1e3),
                Tool::Open => {
                    let planned = libm::round(rate * stall_s) as usize;
                    let left = |i: usize| (stall_s - i as f64 / rate) * 1e3;
                    seen.extend((0..planned).map(|i| left(i).max(service_ms)));
                }
            }
        }
        seen.sort_by(f64::total_cmp);
        seen
    });
    if sorted.is_empty() {
        return refuse("no request is made");
    }
    let at = |p: f64| quantile(&sorted, p);
    Ok(Answer::simulated(match quantity {
        "mean_ms" => sorted.iter().sum::<f64>() / sorted.len() as f64,
        "median_ms" => at(0.5),
        "max_ms" => at(1.0),
        "quantile_ms" => at(inputs.share("p")?),
        "samples" => sorted.len() as f64,
        name => match percentile_of(name, "p", "_ms") {
            Some(p) => at(p),
            None => return Err(Refusal::NoQuantity),
        },
    }))
}
