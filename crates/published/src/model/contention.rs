//! Stations that share one channel.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal};
use crate::inputs::Inputs;

pub(super) const MODELS: &[Model] = &[Model {
    id: "ethernet-efficiency",
    quantities: &[
        "efficiency",
        "acquisition_probability",
        "mean_wasted_slots",
        "packet_us",
    ],
    answer: ethernet,
}];

/// `A = (1 − 1/Q)^(Q−1)`: exactly one of Q ready stations sends when each does with probability
/// `1/Q` (Metcalfe and Boggs 1976).
fn acquisition(stations: f64) -> f64 {
    if stations <= 1.0 {
        return 1.0;
    }
    libm::exp((stations - 1.0) * libm::log1p(-1.0 / stations))
}

fn ethernet(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let stations = |inputs: &Inputs<'_>| inputs.whole("q|stations", 1..=1_000_000_000);
    let packet = |inputs: &Inputs<'_>| -> Result<f64, Refusal> {
        let bits = inputs.number("packet_bits", 1.0..=1e12)?;
        Ok(bits / inputs.number_or("bit_rate", 3e6, 1.0..=1e15)? * 1e6)
    };
    let wasted = |inputs: &Inputs<'_>| -> Result<f64, Refusal> {
        let acquired = acquisition(stations(inputs)? as f64);
        Ok((1.0 - acquired) / acquired)
    };
    Ok(Answer::formula(match quantity {
        "efficiency" => {
            let slot = inputs.number_or("slot_us", 16.0, 0.0..=1e9)?;
            let packet = packet(inputs)?;
            packet / (packet + wasted(inputs)? * slot)
        }
        "acquisition_probability" | "p_acquire" | "a" => acquisition(stations(inputs)? as f64),
        "mean_wasted_slots" | "wasted_slots" | "w" => wasted(inputs)?,
        "packet_us" => packet(inputs)?,
        _ => return Err(Refusal::NoQuantity),
    }))
}
