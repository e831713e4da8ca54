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
/// Different items for each register: far past where small counts need a correction.
const ITEMS_PER_REGISTER: u64 = 20;
/// Hashes over all streams, and the fewest and most streams.
const HASHES_WANTED: u64 = 40_000_000;
const STREAMS: (u64, u64) = (400, 2000);

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
    let hashes = registers * ITEMS_PER_REGISTER;
    let streams = streams.unwrap_or((HASHES_WANTED / hashes).clamp(STREAMS.0, STREAMS.1));
    let run = memo.run(format!("{registers} {streams}"), || {
        let mut errors = Moments::new();
        for stream in 0..streams {
            let mut source = Draw::root(seed("hll-error"), stream).of(registers).stream();
            errors.push(estimate(registers, hashes, &mut source) / hashes as f64 - 1.0);
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

/// The raw estimate `α m² / Σ 2^{−M_j}` after `hashes` different items (Flajolet et al. 2007).
fn estimate(registers: u64, hashes: u64, source: &mut Xoshiro256) -> f64 {
    let bits = registers.trailing_zeros();
    let mut ranks = vec![0u8; registers as usize];
    for _ in 0..hashes {
        let word = source.word();
        let register = (word >> (64 - bits)) as usize;
        let rank = ((word << bits) | (1 << (bits - 1))).leading_zeros() as u8 + 1;
        ranks[register] = ranks[register].max(rank);
    }
    let m = registers as f64;
    let alpha = match registers {
        16 => 0.673,
        32 => 0.697,
        64 => 0.709,
        _ => 0.7213 / (1.0 + 1.079 / m),
    };
    // Powers of two down to 2^-64 add up exactly enough in any order.
    let sum: f64 = ranks.iter().map(|&rank| 1.0 / (1u128 << rank) as f64).sum();
    alpha * m * m / sum
}
