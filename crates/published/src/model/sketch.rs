//! Sets and counts kept in few bits.

use super::{Model, seed};
use crate::answer::{Answer, LEVEL, Memo, Method, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use kernel::{Draw, Interval, Moments, Source, Xoshiro256};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "bloom-fpr",
        quantities: &["fpr", "k_best", "fpr_best", "bits_per_key"],
        answer: bloom,
    },
    Model {
        id: "hll-error",
        quantities: &[
            "rel_std_error",
            "rel_std_error_formula",
            "rel_bias",
            "memory_bytes",
        ],
        answer: hyperloglog,
    },
];

/// `p = (1 − e^{−k n/m})^k` for `m/n` bits a key.
pub(crate) fn false_positive_rate(bits_per_key: f64, k: f64) -> f64 {
    libm::pow(-libm::expm1(-k / bits_per_key), k)
}

/// The whole number of hashes with the fewest false positives, next to `ln 2 · m/n`.
fn best_hashes(bits_per_key: f64) -> f64 {
    let ideal = std::f64::consts::LN_2 * bits_per_key;
    let (below, above) = (libm::floor(ideal).max(1.0), libm::ceil(ideal).max(1.0));
    let rate = |k| false_positive_rate(bits_per_key, k);
    if rate(below) <= rate(above) {
        below
    } else {
        above
    }
}

fn bloom(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    if quantity == "bits_per_key" {
        // For a rate with the best, not necessarily whole, number of hashes.
        let rate = inputs.number("fpr|p", 1e-300..=1.0)?;
        let ln2 = std::f64::consts::LN_2;
        return Ok(Answer::formula(-libm::log(rate) / (ln2 * ln2)));
    }
    let bits = match inputs.number_if("bits_per_key|m_over_n", 1e-3..=1e6)? {
        Some(bits) => bits,
        None => inputs.number("m", 1.0..=1e15)? / inputs.number("n", 1.0..=1e15)?,
    };
    Ok(Answer::formula(match quantity {
        "fpr" => false_positive_rate(bits, inputs.whole("k|hashes", 1..=10_000)? as f64),
        "k_best" | "k_optimal" | "optimal_k" => best_hashes(bits),
        "fpr_best" | "fpr_min" => false_positive_rate(bits, best_hashes(bits)),
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// Registers: a power of two from 2⁴ to 2¹⁶, as in the source.
const REGISTERS: (u64, u64) = (16, 65_536);
/// Mean number of different items for each register: far past where small counts need a
/// correction, and so many that their own spread adds a thousandth to the variance.
const ITEMS_PER_REGISTER: f64 = 1000.0;
/// Registers drawn over all streams, and the fewest and most streams.
const DRAWS_WANTED: u64 = 30_000_000;
const STREAMS: (u64, u64) = (1000, 8000);

fn hyperloglog(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let registers = inputs.whole("m|registers", REGISTERS.0..=REGISTERS.1)?;
    let streams = inputs.whole_if("streams|trials", 50..=10_000)?;
    if !registers.is_power_of_two() {
        return refuse(format!("m must be a power of two, not {registers}"));
    }
    match quantity {
        "rel_std_error_formula" => {
            return Ok(Answer::formula(1.04 / (registers as f64).sqrt()));
        }
        // Six bits hold ranks up to 2^64.
        "memory_bytes" => return Ok(Answer::formula(registers as f64 * 6.0 / 8.0)),
        "rel_std_error" | "rel_bias" => {}
        _ => return Err(Refusal::NoQuantity),
    }
    let streams = streams.unwrap_or((DRAWS_WANTED / registers).clamp(STREAMS.0, STREAMS.1));
    let run = memo.run(format!("{registers} {streams}"), || {
        let items = registers as f64 * ITEMS_PER_REGISTER;
        let mut errors = Moments::new();
        for stream in 0..streams {
            let mut source = Draw::root(seed("hll-error"), stream).of(registers).stream();
            errors.push(estimate(registers, &mut source) / items - 1.0);
        }
        let interval = Interval::student(&errors, LEVEL);
        // The spread of a standard deviation over s streams is 1 / √(2s) of it.
        let spread = errors.variance().sqrt();
        let half = 2.576 * spread / (2.0 * streams as f64).sqrt();
        vec![spread, half, interval.mean, interval.half_width()]
    });
    let (value, half) = if quantity == "rel_bias" {
        (run[2], run[3])
    } else {
        (run[0], run[1])
    };
    Ok(Answer {
        method: Method::Simulation(Some((value - half, value + half))),
        ..Answer::simulated(value)
    })
}

/// The raw estimate `α m² / Σ 2^{−M_j}` (Flajolet et al. 2007) after a Poisson stream of items. Each
/// register then sees its own Poisson stream, of which the largest rank is at most x with
/// probability `exp(−λ 2^{−x})`: it is drawn from there, as if every item had been hashed.
fn estimate(registers: u64, source: &mut Xoshiro256) -> f64 {
    let mut sum = 0.0;
    for _ in 0..registers {
        // The smallest x with λ 2^{−x} ≤ −ln U; 1 / 2^x without an exponential.
        let level = -libm::log(source.unit()) / ITEMS_PER_REGISTER;
        let rank = libm::ceil(-libm::log2(level)).clamp(0.0, 62.0);
        sum += 1.0 / (1u64 << rank as u32) as f64;
    }
    let m = registers as f64;
    alpha(registers) * m * m / sum
}

/// The constant that makes the estimate right on average.
fn alpha(registers: u64) -> f64 {
    match registers {
        16 => 0.673,
        32 => 0.697,
        64 => 0.709,
        _ => 0.7213 / (1.0 + 1.079 / registers as f64),
    }
}
