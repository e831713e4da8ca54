//! Which input matters most, and what ranges of inputs make of the figures.

use kernel::{Draw, Source};

use super::answer::{Draws, Effect, Figure, Spread};
use super::field::{Field, Kind};
use super::quantity::Quantity;
use super::question::{Point, Question, Range};
use super::{Measure, Tool};
use crate::input::Unit;

/// Draws from the ranges: the tenth and ninetieth percentile are then known to about two hundredths
/// of probability.
const DRAWS: u32 = 1000;
/// Seed of the draws.
const SEED: u64 = 1;
/// By how much an input changes that was given as one number.
const CHANGE: f64 = 0.1;
/// Below this share of the figure a change is arithmetic noise.
const NOISE: f64 = 1e-9;

/// What the first figure becomes when one number changes, the one that matters most first.
pub(super) fn effects(tool: &Tool, question: &Question, figures: &[Figure]) -> Vec<Effect> {
    let Some(first) = figures.first() else {
        return Vec::new();
    };
    let point = question.likely();
    let at = |index: usize, value: f64| {
        let figures = (tool.measure)(&point.with(index, value)).ok()?;
        figures.first().map(|figure| figure.value)
    };
    let mut found: Vec<(f64, Effect)> = Vec::new();
    for (index, field, range) in question.numbers() {
        let (low, high) = neighbours(field, range);
        let (at_low, at_high) = (at(index, low), at(index, high));
        let swing = swing(first.value, at_low, at_high);
        if swing <= NOISE * first.value.abs().max(f64::MIN_POSITIVE) {
            continue;
        }
        let words = |value: Option<f64>| match value {
            Some(value) => first.quantity.text(value),
            None => "no answer".to_owned(),
        };
        let shown = |value: f64| field_text(field, value);
        let effect = Effect {
            field: field.name.to_owned(),
            change: format!("{} … {}", shown(low), shown(high)),
            low: at_low,
            high: at_high,
            effect: format!("{} … {}", words(at_low), words(at_high)),
        };
        found.push((swing, effect));
    }
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.into_iter().map(|(_, effect)| effect).collect()
}

/// How far the figure moves; without end where there is no answer any more.
fn swing(value: f64, low: Option<f64>, high: Option<f64>) -> f64 {
    match (low, high) {
        (Some(low), Some(high)) => {
            let far = (low - value).abs().max((high - value).abs());
            far.max((high - low).abs())
        }
        _ => f64::INFINITY,
    }
}

/// A value of a field for people.
fn field_text(field: &Field, value: f64) -> String {
    match field.kind {
        Kind::Number { unit, .. } => Quantity::of(unit).text(value),
        _ => Quantity::Count.text(value),
    }
}

/// The ends of a range; of one number its surroundings: ten percent either way, one step for a
/// whole number, and for a share above one half ten percent of what is missing to one.
fn neighbours(field: &Field, range: Range) -> (f64, f64) {
    let value = range.likely;
    match field.kind {
        _ if range.is_wide() => (range.low, range.high),
        Kind::Whole { least, most } => (
            (value - 1.0).max(f64::from(least)),
            (value + 1.0).min(f64::from(most)),
        ),
        Kind::Number { unit, least, most } => {
            let step = match unit {
                Unit::Share if value > 0.5 => (1.0 - value) * CHANGE,
                _ => value * CHANGE,
            };
            ((value - step).max(least), (value + step).min(most))
        }
        _ => (value, value),
    }
}

/// Adds to every figure where it lies when the ranges are drawn from; none where no input is one.
pub(super) fn spread(
    measure: Measure,
    question: &Question,
    figures: &mut [Figure],
) -> Option<Draws> {
    let ranges: Vec<(usize, Range)> = question
        .numbers()
        .filter(|(_, _, range)| range.is_wide())
        .map(|(index, _, range)| (index, range))
        .collect();
    if ranges.is_empty() {
        return None;
    }
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); figures.len()];
    let mut refused = 0;
    for draw in 0..DRAWS {
        let point = drawn(question.likely(), &ranges, draw);
        let Ok(found) = measure(&point) else {
            refused += 1;
            continue;
        };
        for (figure, values) in figures.iter().zip(&mut values) {
            let same = found.iter().find(|other| other.id == figure.id);
            values.extend(same.map(|other| other.value));
        }
    }
    for (figure, values) in figures.iter_mut().zip(&mut values) {
        values.sort_by(f64::total_cmp);
        if values.is_empty() {
            continue;
        }
        let at = |share: f64| values[libm::round((values.len() - 1) as f64 * share) as usize];
        let (p10, p50, p90) = (at(0.1), at(0.5), at(0.9));
        let text = figure.quantity;
        figure.spread = Some(Spread {
            p10,
            p50,
            p90,
            text: format!("{} … {}", text.text(p10), text.text(p90)),
        });
    }
    Some(Draws {
        count: DRAWS,
        refused,
        seed: SEED,
    })
}

fn drawn<'q>(likely: Point<'q>, ranges: &[(usize, Range)], draw: u32) -> Point<'q> {
    ranges.iter().fold(likely, |point, (index, range)| {
        let identity = Draw::root(SEED, u64::from(draw)).of(*index as u64);
        point.with(*index, triangular(range, identity.source().unit()))
    })
}

/// The inverse of the triangular distribution from low over likely to high.
fn triangular(range: &Range, unit: f64) -> f64 {
    let width = range.high - range.low;
    let rise = (range.likely - range.low) / width;
    if unit < rise {
        range.low + libm::sqrt(unit * width * (range.likely - range.low))
    } else {
        range.high - libm::sqrt((1.0 - unit) * width * (range.high - range.likely))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triangle_has_its_ends_and_its_mean() {
        let range = Range {
            low: 2.0,
            likely: 5.0,
            high: 9.0,
        };
        assert_eq!(triangular(&range, 1.0), 9.0);
        assert_eq!(triangular(&range, 0.0), 2.0);
        let draws = (0..4000).map(|at| triangular(&range, (f64::from(at) + 0.5) / 4000.0));
        let mean = draws.sum::<f64>() / 4000.0;
        assert!((mean - 16.0 / 3.0).abs() < 1e-3, "{mean}");
    }
}
