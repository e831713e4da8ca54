//! Which patterns: hard eliminations, a weighted additive score, and the smallest set that stands.
//!
//! The method is the published one of multi-attribute choice: what cannot be is eliminated with a
//! rule and a reason; for the rest `S = Σ wₖ·uₖ`, `Σ wₖ = 1`, `uₖ ∈ [0, 1]`, with every `wₖ·uₖ`
//! shown; then it is told which other answer would change the winner.

mod condition;
mod evaluation;
mod question;
mod rules;
mod sensitivity;
mod set;

use serde::{Deserialize, Serialize};

pub use question::{Budget, Consistency, LIST_MAX, Question};
pub use rules::{FILE, Problem, Rules};
pub use sensitivity::{Flip, SAMPLES, Sensitivity};

use crate::error::Error;
use crate::input::{Pairs, Unknown};
use evaluation::{Evaluation, POINTS_WHOLE, Ranked, evaluate, resolve};
use question::{Field, Known};
use rules::CRITERIA;

/// What one criterion adds to a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// Id of the criterion.
    pub criterion: String,
    /// Its weight, of 1 in all.
    pub weight: f64,
    /// How well the pattern fits, 0 to 1.
    pub fit: f64,
    /// Weight times fit, to four decimals.
    pub points: f64,
}

/// A pattern that is left, with its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Id, `pattern:slug`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Sum of the contributions, 0 to 1.
    pub score: f64,
    /// What makes up the score; criteria without an answer are left out.
    pub contributions: Vec<Contribution>,
    /// Why it stands where it does, in words.
    pub reasons: Vec<String>,
}

/// A pattern that is out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eliminated {
    /// Id, `pattern:slug`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Id of the rule.
    pub rule: String,
    /// Its reason.
    pub why: String,
}

/// A pattern with a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasoned {
    /// Id, `pattern:slug`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Reason.
    pub because: String,
}

/// A criterion with the weight it had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// Id.
    pub criterion: String,
    /// Name.
    pub name: String,
    /// Weight in this answer; 0 where nothing that it rests on was answered.
    pub weight: f64,
    /// What it measures.
    pub why: String,
}

/// The scale that users and data make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// Id of the band, as in `10K-1M`.
    pub band: String,
    /// In words, as in `10K to 1M users`.
    pub name: String,
    /// What is first there, and why.
    pub why: String,
}

/// Patterns that fit, patterns that do not, and what to build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Version of this shape.
    pub schema: u32,
    /// The question as it was understood, lists as ids.
    pub question: Question,
    /// One sentence that answers.
    pub headline: String,
    /// Patterns that are left, best first.
    pub ranked: Vec<Candidate>,
    /// Patterns that are out, in order of id.
    pub eliminated: Vec<Eliminated>,
    /// Ids of the smallest set that answers, holds what it needs and nothing that clashes; without
    /// what is in place.
    pub set: Vec<String>,
    /// The same, with what each is for.
    pub set_reasons: Vec<Reasoned>,
    /// What was asked for and cannot be in the set.
    pub left_out: Vec<Reasoned>,
    /// The scale, if users or data are known.
    pub scale: Option<Scale>,
    /// What the combination of answers implies.
    pub notes: Vec<String>,
    /// Weights used.
    pub weights: Vec<Weight>,
    /// What would change it.
    pub sensitivity: Sensitivity,
    /// What the answer takes for granted.
    pub assumptions: Vec<String>,
    /// Fields that were not answered.
    pub unknown: Vec<String>,
}

/// Answers `question` by `rules`.
///
/// # Errors
///
/// [`Error::Input`] with every value that is out of range and every problem or pattern that is not
/// known, each with a hint.
pub fn answer(question: &Question, rules: &Rules) -> Result<Answer, Error> {
    let known = resolve(question, rules).map_err(Error::Input)?;
    // Names give way to ids first, so that the same question in other words has the same answer.
    let question = &canonical(question, &known);
    let known = resolve(question, rules).map_err(Error::Input)?;
    let evaluation = evaluate(known, rules);
    let chosen = set::choose(&evaluation, rules);
    let reasoned = |member: &set::Member| {
        let pattern = &rules.patterns[member.pattern];
        Reasoned {
            id: pattern.id.to_string(),
            name: pattern.name.clone(),
            because: member.because.clone(),
        }
    };
    let set_reasons: Vec<Reasoned> = chosen.members.iter().map(reasoned).collect();
    let unknown = Field::ALL
        .into_iter()
        .filter(|field| *field != Field::ReadsPerWrite && !question.is_known(*field))
        .map(|field| field.name().to_owned())
        .collect();
    Ok(Answer {
        schema: crate::SCHEMA,
        question: question.clone(),
        headline: headline(&evaluation, &set_reasons, rules),
        ranked: evaluation
            .ranked
            .iter()
            .map(|ranked| candidate(ranked, &evaluation, rules))
            .collect(),
        eliminated: eliminated(&evaluation, rules),
        set: set_reasons.iter().map(|member| member.id.clone()).collect(),
        set_reasons,
        left_out: chosen.left_out.iter().map(reasoned).collect(),
        scale: evaluation.band.map(|at| Scale {
            band: rules.bands[at].id.clone(),
            name: rules.bands[at].name.clone(),
            why: rules.bands[at].why.clone(),
        }),
        notes: notes(&evaluation, rules),
        weights: weights(&evaluation, rules),
        sensitivity: sensitivity::sensitivity(&evaluation, rules),
        assumptions: assumptions(question, &evaluation),
        unknown,
    })
}

/// Reads and answers at once, so that one error holds every mistake: numbers, choices and names.
///
/// # Errors
///
/// As [`Question::from_pairs`] and [`answer`].
pub fn ask(pairs: &Pairs, unknown: Unknown, rules: &Rules) -> Result<Answer, Error> {
    let (question, mut errors) = Question::read(pairs, unknown);
    if errors.is_empty() {
        return answer(&question, rules);
    }
    for error in resolve(&question, rules).err().unwrap_or_default() {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    Err(Error::Input(errors))
}

/// The question with ids in place of names.
fn canonical(question: &Question, known: &Known<'_>) -> Question {
    Question {
        problems: known.problems.clone(),
        existing: known
            .existing
            .iter()
            .map(|slug| format!("pattern:{slug}"))
            .collect(),
        ..question.clone()
    }
}

fn candidate(ranked: &Ranked, evaluation: &Evaluation<'_>, rules: &Rules) -> Candidate {
    let pattern = &rules.patterns[ranked.pattern];
    let part = |points: u32| f64::from(points) / f64::from(POINTS_WHOLE);
    let contributions = CRITERIA
        .iter()
        .enumerate()
        .filter(|(at, _)| evaluation.weights[*at] > 0.0)
        .map(|(at, criterion)| Contribution {
            criterion: (*criterion).to_owned(),
            weight: rounded(evaluation.weights[at]),
            fit: rounded(ranked.fits[at]),
            points: part(ranked.points[at]),
        })
        .collect();
    Candidate {
        id: pattern.id.to_string(),
        name: pattern.name.clone(),
        score: part(ranked.total),
        contributions,
        reasons: reasons(ranked, evaluation, rules),
    }
}

fn rounded(value: f64) -> f64 {
    libm::round(value * f64::from(POINTS_WHOLE)) / f64::from(POINTS_WHOLE)
}

fn reasons(ranked: &Ranked, evaluation: &Evaluation<'_>, rules: &Rules) -> Vec<String> {
    let mut reasons = Vec::new();
    for id in &evaluation.known.problems {
        if let Some(problem) = rules.problem(id).map(|at| &rules.problems[at])
            && problem.fits[ranked.pattern] >= rules.fit.also
        {
            let first = problem.start.contains(&ranked.pattern);
            let verb = if first {
                "first answer to"
            } else {
                "helps with"
            };
            reasons.push(format!("{verb}: {}", problem.name));
        }
    }
    if let Some(band) = evaluation.band.map(|at| &rules.bands[at])
        && band.start.contains(&ranked.pattern)
    {
        reasons.push(format!("one of the first patterns at {}", band.name));
    }
    for favour in evaluation.favours.iter().map(|at| &rules.favour[*at]) {
        if let Some(points) = favour.patterns.get(&ranked.pattern) {
            let against = if *points < 0.0 { "against it: " } else { "" };
            reasons.push(format!("{against}{}", favour.why));
        }
    }
    reasons
}

fn eliminated(evaluation: &Evaluation<'_>, rules: &Rules) -> Vec<Eliminated> {
    let pairs = rules.patterns.iter().zip(&evaluation.out);
    pairs
        .filter_map(|(pattern, out)| {
            out.as_ref().map(|out| Eliminated {
                id: pattern.id.to_string(),
                name: pattern.name.clone(),
                rule: out.rule.clone(),
                why: out.why.clone(),
            })
        })
        .collect()
}

fn headline(evaluation: &Evaluation<'_>, set: &[Reasoned], rules: &Rules) -> String {
    let names = |list: &[&str]| match list {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    };
    let first: Vec<&str> = set
        .iter()
        .filter(|member| !member.because.starts_with("needed by"))
        .map(|member| member.name.as_str())
        .collect();
    let needed: Vec<&str> = set
        .iter()
        .filter(|member| member.because.starts_with("needed by"))
        .map(|member| member.name.as_str())
        .collect();
    if first.is_empty() {
        return match evaluation.ranked.first() {
            Some(best) => format!(
                "What you asked for is in place; next in the ranking is {}.",
                rules.patterns[best.pattern].name
            ),
            None => "No pattern is left: the answers exclude each other.".to_owned(),
        };
    }
    let tail = if needed.is_empty() {
        String::new()
    } else {
        format!(", on top of {}", names(&needed))
    };
    format!("Start with {}{tail}.", names(&first))
}

fn notes(evaluation: &Evaluation<'_>, rules: &Rules) -> Vec<String> {
    rules
        .notes
        .iter()
        .filter(|note| condition::holds(&note.when, &evaluation.known))
        .map(|note| note.text.clone())
        .collect()
}

fn weights(evaluation: &Evaluation<'_>, rules: &Rules) -> Vec<Weight> {
    CRITERIA
        .iter()
        .zip(&rules.criteria)
        .zip(&evaluation.weights)
        .map(|((id, criterion), weight)| Weight {
            criterion: (*id).to_owned(),
            name: criterion.name.clone(),
            weight: rounded(*weight),
            why: criterion.why.clone(),
        })
        .collect()
}

fn assumptions(question: &Question, evaluation: &Evaluation<'_>) -> Vec<String> {
    let mut list = vec![
        "Tiers, efforts, scale bands and weights are our editorial judgement; the reasons are on each pattern's page.".to_owned(),
        "A field left open eliminates nothing and adds nothing; its weight goes to the others.".to_owned(),
        "Rates are those of the busiest minutes.".to_owned(),
    ];
    if let (Some(users), Some(data)) = (question.users, question.data_gb)
        && evaluation.band.is_some()
    {
        list.push(format!(
            "The scale is the larger of what {} users and {} GB call for.",
            crate::input::shown(users),
            crate::input::shown(data)
        ));
    }
    if evaluation.known.problems.is_empty() && evaluation.band.is_none() {
        list.push(
            "Neither a problem nor a scale is known, so the ranking is hardly more than the list of patterns to know first: name one of them."
                .to_owned(),
        );
    }
    list
}
