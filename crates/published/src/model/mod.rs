//! Models by the name of the target that they answer for: one file a family.

mod backoff;
mod cache;
mod contention;
mod copyset;
mod durability;
mod erasure;
mod hedge;
mod identifiers;
mod little;
mod measurement;
mod metastable;
mod objective;
mod overload;
mod parallel;
mod placement;
mod queueing;
mod rate_limit;
mod redundancy;
mod retry;
mod ring;
mod routing;
mod scalability;
mod service_law;
mod sketch;
mod supermarket;

use crate::answer::{Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;

/// A model of one published result.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// The target.
    pub id: &'static str,
    /// Quantities that can be asked for. One in angle brackets stands for many, as in `p<N>_ms`.
    pub quantities: &'static [&'static str],
    pub(crate) answer: fn(&str, &Inputs<'_>, &mut Memo) -> Outcome,
}

const FAMILIES: [&[Model]; 25] = [
    queueing::MODELS,
    service_law::MODELS,
    little::MODELS,
    backoff::MODELS,
    retry::MODELS,
    overload::MODELS,
    metastable::MODELS,
    contention::MODELS,
    supermarket::MODELS,
    placement::MODELS,
    parallel::MODELS,
    redundancy::MODELS,
    hedge::MODELS,
    measurement::MODELS,
    ring::MODELS,
    routing::MODELS,
    copyset::MODELS,
    erasure::MODELS,
    durability::MODELS,
    sketch::MODELS,
    identifiers::MODELS,
    scalability::MODELS,
    cache::MODELS,
    objective::MODELS,
    rate_limit::MODELS,
];

/// Every model, by family.
pub fn models() -> impl Iterator<Item = &'static Model> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The model of a target.
pub(crate) fn of(id: &str) -> Option<&'static Model> {
    models().find(|model| model.id == id)
}

impl Model {
    /// Why there is no answer for a quantity.
    pub(crate) fn without(&self, quantity: &str) -> String {
        let known = self.quantities;
        match catalog::nearest(quantity, known.iter().copied()) {
            Some(near) => format!("no model for this quantity; did you mean \"{near}\"?"),
            None => format!("no model for this quantity; there is {}", known.join(", ")),
        }
    }
}

/// A seed for each run: the same everywhere, and different from target to target.
pub(crate) fn seed(target: &str) -> u64 {
    target.bytes().fold(0x7075_626c_6973_6865, |seed, byte| {
        kernel::mix(seed ^ u64::from(byte))
    })
}

/// Refuses a utilisation of one or more: there is no steady state to speak of.
pub(crate) fn steady(rho: f64) -> Result<f64, Refusal> {
    if rho < 1.0 {
        Ok(rho)
    } else {
        refuse(format!(
            "no steady state: work arrives at {rho} times the pace at which it can be done"
        ))
    }
}
