//! Jobs sent to several servers, of which the first to finish counts.

use super::{Model, steady};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;

pub(super) const MODELS: &[Model] = &[Model {
    id: "redundancy-d",
    quantities: &["mean_response", "mean_in_system"],
    answer: redundancy,
}];

/// Most servers: the sum has a term for each, with a product of d factors.
const SERVERS_MAX: u64 = 20_000;

/// `E[T] = Σ_{i=d..k} 1 / (k C(k−1,d−1)/C(i−1,d−1) − kλ)` for exponential copies that are
/// independent (Gardner et al. 2016); `λ` a server, rates in units of a server's.
fn mean_response(k: u64, d: u64, lambda: f64) -> f64 {
    let term = |i: u64| {
        // C(k−1, d−1) / C(i−1, d−1) = Π (k−1−j) / (i−1−j); past 1e18 a term adds nothing.
        let mut ratio = 1.0;
        for j in 0..d - 1 {
            ratio *= (k - 1 - j) as f64 / (i - 1 - j) as f64;
            if ratio > 1e18 {
                break;
            }
        }
        1.0 / (k as f64 * (ratio - lambda))
    };
    (d..=k).map(term).sum()
}

fn redundancy(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let k = inputs.whole("k|servers|n", 1..=SERVERS_MAX)?;
    let d = inputs.whole("d|copies", 1..=k)?;
    let mu = inputs.number_or("mu", 1.0, 1e-9..=1e9)?;
    let rho = steady(inputs.number("lambda|rho", 0.0..=1e9)? / mu)?;
    if d > 1000 && k > 1000 {
        return refuse("either k or d must be at most 1000");
    }
    let response = mean_response(k, d, rho);
    match quantity {
        "mean_response" => Ok(Answer::formula(response / mu)),
        "mean_in_system" => Ok(Answer::formula(response * rho * k as f64)),
        _ => Err(Refusal::NoQuantity),
    }
}
