//! A second request after a while, against a heavy tail.

use super::{Model, seed};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::quantile;
use kernel::{Distribution, Draw, Source, Xoshiro256};

pub(super) const MODELS: &[Model] = &[Model {
    id: "tail-hedge-bigtable",
    quantities: &[
        "p999_ratio_hedged_over_plain",
        "extra_requests_fraction",
        "p<N>_plain_ms",
        "p<N>_hedged_ms",
    ],
    answer: hedge,
}];

/// Server requests over all reads, half a second's worth of draws.
const REQUESTS: u64 = 20_000_000;
/// Most servers that a read asks.
const FAN_OUT_MAX: u64 = 10_000;

/// The published distribution is not known; this one is fitted to two of its four figures. Requests
/// take 2 to 10 ms, evenly, and 2 in 100 have a Pareto tail above 10 ms, so that a copy after 10 ms
/// means 2 % more requests; the tail index makes 1 in 1000 reads of 100 servers take 1,800 ms. What
/// hedging makes of it is then a prediction.
fn slow_part(p999_ms: f64, fan_out: f64, p_slow: f64) -> Option<Distribution> {
    // A read is slower than t where any of its servers is: the server's share is 1 − 0.999^(1/n).
    let share = -libm::expm1(libm::log1p(-0.001) / fan_out);
    let shape = libm::log(p_slow / share) / libm::log(p999_ms / SLOW_FROM_MS);
    let sane = shape > 0.05 && shape < 1e3;
    sane.then_some(Distribution::Pareto {
        scale: SLOW_FROM_MS,
        shape,
    })
}

const SLOW_FROM_MS: f64 = 10.0;
/// Fan-out that the tail is fitted at.
const FITTED_FAN_OUT: f64 = 100.0;

fn hedge(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let after = inputs.number_or("hedge_after_ms", 10.0, 0.0..=1e6)?;
    let fan_out = inputs.whole_or("fan_out", 100, 1..=FAN_OUT_MAX)?;
    let p_slow = inputs.number_or("p_slow", 0.02, 1e-6..=1.0)?;
    let fitted = inputs.number_or("p999_plain_fitted_ms", 1800.0, 11.0..=1e6)?;
    let Some(slow) = slow_part(fitted, FITTED_FAN_OUT, p_slow) else {
        return refuse("no Pareto tail has this share and this percentile");
    };
    let keys = read_percentile(quantity);
    let probability = keys.map_or(0.999, |(p, _)| p);
    if !(0.0..=0.999_9).contains(&probability) {
        return refuse("the percentile must be at most p9999: the run has no more reads");
    }
    let run = memo.run(
        format!("{after} {fan_out} {p_slow} {fitted} {probability}"),
        || reads(after, fan_out, p_slow, &slow, probability),
    );
    let [plain, hedged, extra] = run[..] else {
        return refuse("the reads could not be run");
    };
    Ok(Answer::simulated(match (quantity, keys) {
        ("p999_ratio_hedged_over_plain", _) => hedged / plain,
        ("extra_requests_fraction", _) => extra,
        (_, Some((_, true))) => hedged,
        (_, Some((_, false))) => plain,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// `p99_hedged_ms` is 0.99 and hedged.
fn read_percentile(quantity: &str) -> Option<(f64, bool)> {
    let plain = crate::special::percentile_of(quantity, "p", "_plain_ms");
    let hedged = crate::special::percentile_of(quantity, "p", "_hedged_ms");
    plain.map(|p| (p, false)).or(hedged.map(|p| (p, true)))
}

/// The percentile of reads without and with hedging, and the extra requests.
fn reads(after: f64, fan_out: u64, p_slow: f64, slow: &Distribution, p: f64) -> Vec<f64> {
    let count = (REQUESTS / fan_out).clamp(20_000, 200_000);
    let mut source: Xoshiro256 = Draw::root(seed("tail-hedge-bigtable"), fan_out).stream();
    let request = |source: &mut Xoshiro256| {
        if source.chance(p_slow) {
            slow.sample(source)
        } else {
            2.0 + 8.0 * source.unit()
        }
    };
    let (mut plain, mut hedged) = (Vec::new(), Vec::new());
    let mut copies = 0u64;
    for _ in 0..count {
        let (mut worst, mut worst_hedged) = (0.0f64, 0.0f64);
        for _ in 0..fan_out {
            let first = request(&mut source);
            worst = worst.max(first);
            let answered = if first > after {
                copies += 1;
                first.min(after + request(&mut source))
            } else {
                first
            };
            worst_hedged = worst_hedged.max(answered);
        }
        plain.push(worst);
        hedged.push(worst_hedged);
    }
    plain.sort_by(f64::total_cmp);
    hedged.sort_by(f64::total_cmp);
    let extra = copies as f64 / (count * fan_out) as f64;
    vec![quantile(&plain, p), quantile(&hedged, p), extra]
}
