//! Time until data is lost, and the chance of it.

use super::Model;
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::{any_of, poisson_mass};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "backblaze-durability",
        quantities: &[
            "p_four_in_window",
            "p_lost_in_window",
            "p_at_least_lost_in_window",
            "failures_per_window",
            "p_loss_per_year",
            "durability",
            "nines",
        ],
        answer: backblaze,
    },
    Model {
        id: "mttdl-markov",
        quantities: &["mttdl", "mttdl_approximate", "loss_rate"],
        answer: mttdl,
    },
];

/// Hours of a year as the source counts them.
const HOURS_PER_YEAR: f64 = 8760.0;

/// Failures in a rebuild window are Poisson; data is lost where `lost` fall into one.
fn backblaze(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let afr = inputs.number_or("afr", 0.0041, 0.0..=1e3)?;
    let drives = inputs.whole_or("drives", 20, 1..=1_000_000)? as f64;
    let window = inputs.number_or("window_h", 156.0, 0.0..=1e7)?;
    let lost = inputs.whole_or("lost", 4, 1..=1000)? as f64;
    let windows = inputs.number_or("windows_per_year", 56.0, 0.0..=1e9)?;
    let mean = afr * drives * window / HOURS_PER_YEAR;
    let exactly = poisson_mass(mean, lost);
    let year = any_of(exactly, windows);
    Ok(Answer::formula(match quantity {
        "p_four_in_window" | "p_lost_in_window" | "p_loss_per_window" => exactly,
        "p_at_least_lost_in_window" => {
            let terms = (0..200).map(|more| poisson_mass(mean, lost + f64::from(more)));
            terms.sum()
        }
        "failures_per_window" | "expected_failures" => mean,
        "p_loss_per_year" | "p_annual_loss" | "annual_loss_probability" => year,
        "durability" | "annual_durability" => 1.0 - year,
        "nines" | "durability_nines" | "annual_nines" if year > 0.0 => -libm::log10(year),
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// Most units of a group.
const UNITS_MAX: u64 = 10_000;

#[derive(Clone, Copy, PartialEq)]
enum Repair {
    Parallel,
    Serial,
}

/// Birth and death: with i units down, failures come at `(n − i) λ` and repairs at `i μ`. The time
/// from i to i + 1 down is `h_i = 1/b_i + d_i/b_i h_{i−1}`; data lives for the sum up to k.
fn time_to_loss(n: u64, tolerates: u64, lambda: f64, mu: f64, repair: Repair) -> f64 {
    let (mut sum, mut step) = (0.0, 0.0);
    for down in 0..=tolerates {
        let failing = (n - down) as f64 * lambda;
        let repaired = match repair {
            Repair::Parallel => down as f64 * mu,
            Repair::Serial => f64::from(u8::from(down > 0)) * mu,
        };
        step = 1.0 / failing + repaired / failing * step;
        sum += step;
    }
    sum
}

fn mttdl(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let n = inputs.whole("n|units", 1..=UNITS_MAX)?;
    let tolerates = inputs.whole("tolerates|k", 0..=n - 1)?;
    let rate = |mean: &'static str, rate: &'static str| -> Result<f64, Refusal> {
        match inputs.number_if(mean, 1e-12..=1e15)? {
            Some(time) => Ok(1.0 / time),
            None => inputs.number(rate, 1e-15..=1e12),
        }
    };
    let lambda = rate("mttf", "lambda")?;
    let mu = rate("mttr", "mu")?;
    let repairs = [("parallel", Repair::Parallel), ("serial", Repair::Serial)];
    let repair = inputs.choice_or("repair", Repair::Parallel, &repairs)?;
    let exact = time_to_loss(n, tolerates, lambda, mu, repair);
    if !exact.is_finite() {
        return refuse("the time is larger than a number can be");
    }
    Ok(Answer::formula(match quantity {
        "mttdl" => exact,
        // The product of the repairs that must come too late: `Π (d_i) / Π (b_i)`.
        "mttdl_approximate" => {
            let term = |down: u64| -> f64 {
                let failing = (n - down) as f64 * lambda;
                match (down, repair) {
                    (0, _) => 1.0 / failing,
                    (_, Repair::Parallel) => down as f64 * mu / failing,
                    (_, Repair::Serial) => mu / failing,
                }
            };
            (0..=tolerates).map(term).product()
        }
        "loss_rate" => 1.0 / exact,
        _ => return Err(Refusal::NoQuantity),
    }))
}
