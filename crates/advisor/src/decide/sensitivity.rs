//! What would change the winner: other answers, other weights.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::evaluation::{Evaluation, evaluate, resolve};
use super::question::{Field, Question};
use super::rules::{CRITERIA, Rules};
use super::set::choose;
use crate::input::shown;

/// Weight vectors drawn.
pub const SAMPLES: u32 = 1000;
/// Seed of the draws.
const SEED: u64 = 1;

/// One other answer that gives another winner, or at least another set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flip {
    /// Field.
    pub field: String,
    /// The answer given, in words.
    pub from: String,
    /// The answer that flips it, in words.
    pub to: String,
    /// Id of the winner then.
    pub winner: String,
    /// Its name.
    pub name: String,
    /// Whether that is another winner.
    pub changes_winner: bool,
    /// Names of patterns that enter the set.
    pub gains: Vec<String>,
    /// Names of patterns that leave it.
    pub loses: Vec<String>,
}

impl Flip {
    /// What changes, in words.
    pub fn effect(&self) -> String {
        let mut parts = Vec::new();
        if self.changes_winner {
            parts.push(format!("{} comes first", self.name));
        }
        if !self.gains.is_empty() {
            parts.push(format!("adds {}", self.gains.join(", ")));
        }
        if !self.loses.is_empty() {
            parts.push(format!("drops {}", self.loses.join(", ")));
        }
        parts.join("; ")
    }
}

/// What an answer comes to, in short.
struct Outcome {
    winner: usize,
    set: BTreeSet<usize>,
}

impl Outcome {
    fn of(evaluation: &Evaluation<'_>, rules: &Rules) -> Option<Outcome> {
        let members = choose(evaluation, rules).members;
        Some(Outcome {
            winner: evaluation.ranked.first()?.pattern,
            set: members.iter().map(|member| member.pattern).collect(),
        })
    }
}

/// How firm the first place is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Share of randomly drawn weightings in which the winner stays first, 0 to 1.
    pub robustness: f64,
    /// Weightings drawn (uniform over all weightings, seed 1).
    pub samples: u32,
    /// Answers given that, if they were different, would change the winner or the set.
    pub flips: Vec<Flip>,
    /// Answers not given that would change the winner or the set: worth finding out.
    pub worth_finding_out: Vec<Flip>,
}

pub(crate) fn sensitivity(evaluation: &Evaluation<'_>, rules: &Rules) -> Sensitivity {
    let mut flips = Vec::new();
    let mut worth_finding_out = Vec::new();
    if let Some(own) = Outcome::of(evaluation, rules) {
        let question = evaluation.known.question;
        for field in Field::ALL {
            let found = field_flips(question, field, &own, rules);
            if question.is_known(field) {
                flips.extend(found);
            } else {
                worth_finding_out.extend(found.into_iter().take(1));
            }
        }
    }
    // Another winner says more than another set; a stable sort keeps the order of the fields.
    flips.sort_by_key(|flip| !flip.changes_winner);
    worth_finding_out.sort_by_key(|flip| !flip.changes_winner);
    Sensitivity {
        robustness: robustness(evaluation),
        samples: SAMPLES,
        flips,
        worth_finding_out,
    }
}

fn field_flips(question: &Question, field: Field, own: &Outcome, rules: &Rules) -> Vec<Flip> {
    let from = answer_words(question, field);
    let mut flips = Vec::new();
    for side in variants(question, field, rules) {
        let mut found: Vec<Flip> = Vec::new();
        for (to, changed) in side {
            let Ok(known) = resolve(&changed, rules) else {
                continue;
            };
            let Some(other) = Outcome::of(&evaluate(known, rules), rules) else {
                continue;
            };
            found.extend(flip(field, &from, to, own, &other, rules));
        }
        // The nearest change on each side is the one that matters; another winner before another set.
        let winner = found.iter().position(|flip| flip.changes_winner);
        if !found.is_empty() {
            flips.push(found.swap_remove(winner.unwrap_or(0)));
        }
    }
    flips
}

fn flip(
    field: Field,
    from: &str,
    to: String,
    own: &Outcome,
    other: &Outcome,
    rules: &Rules,
) -> Option<Flip> {
    if own.winner == other.winner && own.set == other.set {
        return None;
    }
    let names = |more: &BTreeSet<usize>, less: &BTreeSet<usize>| {
        let gone = more.difference(less);
        gone.map(|at| rules.patterns[*at].name.clone()).collect()
    };
    Some(Flip {
        field: field.name().to_owned(),
        from: from.to_owned(),
        to,
        winner: rules.patterns[other.winner].id.to_string(),
        name: rules.patterns[other.winner].name.clone(),
        changes_winner: own.winner != other.winner,
        gains: names(&other.set, &own.set),
        loses: names(&own.set, &other.set),
    })
}

type Side = Vec<(String, Question)>;

/// Other answers of one field, by side, nearest first.
fn variants(question: &Question, field: Field, rules: &Rules) -> Vec<Side> {
    if let Some(choices) = field.choices() {
        let own = question.choice(field);
        let side = choices.into_iter().filter(|id| Some(*id) != own).map(|id| {
            let mut changed = question.clone();
            changed.set_choice(field, id);
            (id.to_owned(), changed)
        });
        return vec![side.collect()];
    }
    match field {
        Field::Problems | Field::Existing => without_one(question, field),
        Field::ReadsPerWrite => Vec::new(),
        _ => numbers(question, field, rules),
    }
}

/// Each item of a list taken away, each a side of its own.
fn without_one(question: &Question, field: Field) -> Vec<Side> {
    let list = |question: &Question| match field {
        Field::Problems => question.problems.clone(),
        _ => question.existing.clone(),
    };
    (0..list(question).len())
        .map(|at| {
            let mut changed = question.clone();
            let target = match field {
                Field::Problems => &mut changed.problems,
                _ => &mut changed.existing,
            };
            let gone = target.remove(at);
            vec![(format!("without {gone}"), changed)]
        })
        .collect()
}

/// The stretches between the bounds that rules set, downwards and upwards from the own one.
fn numbers(question: &Question, field: Field, rules: &Rules) -> Vec<Side> {
    let bounds = rules.bounds(field);
    let own = question.number(field);
    let variant = |stretch: usize| {
        let value = match stretch.checked_sub(1) {
            Some(below) => bounds[below],
            None => field.below(bounds[0]),
        };
        let mut changed = question.clone();
        changed.set_number(field, Some(value));
        (stretch_words(field, &bounds, stretch), changed)
    };
    if bounds.is_empty() {
        return Vec::new();
    }
    match own {
        None => vec![(0..=bounds.len()).map(variant).collect()],
        Some(value) => {
            let at = bounds.partition_point(|bound| *bound <= value);
            vec![
                (0..at).rev().map(variant).collect(),
                (at + 1..=bounds.len()).map(variant).collect(),
            ]
        }
    }
}

fn stretch_words(field: Field, bounds: &[f64], stretch: usize) -> String {
    let low = stretch.checked_sub(1).and_then(|at| bounds.get(at));
    let high = bounds.get(stretch);
    let words = |value: &f64| number_words(field, *value);
    match (low, high) {
        (None, Some(high)) => format!("under {}", words(high)),
        (Some(low), Some(high)) => format!("{} to under {}", words(low), words(high)),
        (Some(low), None) => format!("{} or more", words(low)),
        (None, None) => "another value".to_owned(),
    }
}

/// A number of a field with its unit.
pub(crate) fn number_words(field: Field, value: f64) -> String {
    match field {
        Field::DataGb => format!("{} GB", shown(value)),
        Field::ReadRps | Field::WriteRps => format!("{}/s", shown(value)),
        Field::P99TargetMs => format!("{} ms", shown(value)),
        Field::AvailabilityTarget => format!("{} %", catalog::format_value(value * 100.0, "%")),
        _ => shown(value),
    }
}

/// The answer given, in words.
pub(crate) fn answer_words(question: &Question, field: Field) -> String {
    let words = match field {
        Field::Problems => question.problems.join(", "),
        Field::Existing => question.existing.join(", "),
        _ => match (question.number(field), question.choice(field)) {
            (Some(value), _) => number_words(field, value),
            (None, Some(choice)) => choice.to_owned(),
            (None, None) => String::new(),
        },
    };
    if words.is_empty() {
        "don't know".to_owned()
    } else {
        words
    }
}

/// Share of weightings, uniform over the active criteria (Dirichlet with all parameters 1), in which
/// nobody passes the winner.
fn robustness(evaluation: &Evaluation<'_>) -> f64 {
    let Some((winner, others)) = evaluation.ranked.split_first() else {
        return 0.0;
    };
    let mut state = SEED;
    let mut kept = 0;
    for _ in 0..SAMPLES {
        let mut weights = [0.0; CRITERIA.len()];
        for (at, weight) in weights.iter_mut().enumerate() {
            if evaluation.weights[at] > 0.0 {
                // Normalised exponentials are uniform on the simplex; only their ratios matter here.
                *weight = -libm::log(uniform(&mut state));
            }
        }
        let score = |fits: &[f64; CRITERIA.len()]| -> f64 {
            fits.iter()
                .zip(&weights)
                .map(|(fit, weight)| fit * weight)
                .sum()
        };
        let own = score(&winner.fits);
        if others.iter().all(|other| score(&other.fits) <= own + 1e-12) {
            kept += 1;
        }
    }
    f64::from(kept) / f64::from(SAMPLES)
}

/// SplitMix64 (Steele, Lea, Flood 2014), mapped into (0, 1).
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    ((z >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
}
