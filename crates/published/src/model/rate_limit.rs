//! Limits on rates: counters over windows, and buckets.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "sliding-window-counter",
        quantities: &["estimate", "allowed", "allowed_more"],
        answer: sliding_window,
    },
    Model {
        id: "token-bucket-burst",
        quantities: &["burst_ms", "burst_kb"],
        answer: token_bucket_burst,
    },
];

/// `previous × (1 − elapsed) + current`.
fn sliding_window(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let previous = inputs.number("previous", 0.0..=1e15)?;
    let current = inputs.number("current", 0.0..=1e15)?;
    let elapsed = inputs.share("elapsed_fraction|elapsed")?;
    let estimate = previous * (1.0 - elapsed) + current;
    let limit = |inputs: &Inputs<'_>| inputs.number("limit", 0.0..=1e15);
    Ok(Answer::formula(match quantity {
        "estimate" => estimate,
        // One more request keeps the estimate within the limit.
        "allowed" => f64::from(u8::from(estimate + 1.0 <= limit(inputs)?)),
        "allowed_more" => libm::floor(limit(inputs)? - estimate).max(0.0),
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// `S = C / (M − ρ)`: a full bucket empties at the difference of the rates.
fn token_bucket_burst(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let bucket_kb = inputs.number("c_kb", 0.0..=1e12)?;
    // A megabyte a second is a kilobyte a millisecond.
    let line = inputs.number("m_mb_s", 0.0..=1e9)?;
    let refill = inputs.number("rho_mb_s", 0.0..=1e9)?;
    if line <= refill {
        return refuse(format!(
            "a line of {line} MB/s never empties a bucket that refills at {refill} MB/s"
        ));
    }
    let burst_ms = bucket_kb / (line - refill);
    Ok(Answer::formula(match quantity {
        "burst_ms" => burst_ms,
        "burst_kb" => burst_ms * line,
        _ => return Err(Refusal::NoQuantity),
    }))
}
