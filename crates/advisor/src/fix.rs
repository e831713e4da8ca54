//! What is wrong, and what is safe to do now: words and observations to ranked causes.
//!
//! Causes are playbooks. What can be observed belongs to facts, each with its chance under each
//! cause; the files of [`FOLDER`] hold them with their reasons. `belief.rs` has the arithmetic.

mod belief;
mod drawn;
mod mentions;
mod model;
mod question;
pub mod review;
mod sheet;
pub mod view;
mod words;

use serde::{Deserialize, Serialize};

use belief::Belief;
pub use drawn::{Drawn, Start, drawn};
pub use mentions::Diagnosis;
pub use model::{Cause, Check, FOLDER, Fact, Mitigation, Model, Scale};
pub use question::{Observed, Question, TEXT_BYTES_MAX};
use sheet::Rates;

use crate::error::Error;

/// Checks proposed: the best one, and a choice for who cannot do it.
pub const NEXT_MAX: usize = 5;
/// A chosen symptom: nearly as good as a check, but nobody looked again.
const CHOSEN: Rates = Rates { yes: 0.8, no: 0.03 };
/// Bits from which an observation is named as speaking for or against a cause.
const TELLING_BITS: f64 = 0.3;
/// Bits a minute below which a check is not worth its time.
const WORTH_BITS_PER_MINUTE: f64 = 0.001;

/// Something observed, and what it says of a cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Id of the fact; empty for the likeness of words.
    pub fact: String,
    /// The fact in a sentence.
    pub says: String,
    /// What was observed: words, a chosen symptom, or evidence with its values.
    pub observed: String,
    /// Why it speaks for the cause or against it.
    pub why: String,
    /// How much: bits, negative for against.
    pub bits: f64,
}

/// A cause with its odds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Id of the playbook.
    pub id: String,
    /// Name of the playbook.
    pub name: String,
    /// Address of the playbook; none while it is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Chance, 0 to 1.
    pub p: f64,
    /// The strongest reason in a sentence.
    pub why: String,
    /// What speaks for it, strongest first.
    #[serde(rename = "for")]
    pub reasons_for: Vec<Reason>,
    /// What speaks against it, strongest first.
    #[serde(rename = "against")]
    pub reasons_against: Vec<Reason>,
}

/// A check that is worth its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Next {
    /// Name of the evidence.
    pub evidence: String,
    /// What to answer.
    pub question: String,
    /// How to find out, with its command.
    pub check: String,
    /// How to find out, without the command.
    pub look: String,
    /// The command or query alone; may be empty.
    pub run: String,
    /// `yes-no` or `number`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The scale of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Scale>,
    /// How long it takes.
    pub minutes: f64,
    /// Expected fall of entropy.
    pub bits: f64,
    /// The same for each minute.
    pub bits_per_minute: f64,
    /// Name of the first cause after a yes, and after a no.
    pub leads_to: [String; 2],
}

/// Causes with odds, what to look at next, what is safe to do now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Version of this shape.
    pub schema: u32,
    /// The question as it was understood.
    pub question: Question,
    /// One sentence that answers.
    pub headline: String,
    /// Whether nothing known fits any playbook.
    pub unknown: bool,
    /// What is safe to do now.
    pub mitigation: Mitigation,
    /// Every cause, most likely first.
    pub causes: Vec<Ranked>,
    /// Chance of a cause that stands in no playbook.
    pub other: f64,
    /// Checks that tell most for each minute of effort, best first.
    pub next: Vec<Next>,
    /// Facts that the words mention, as ids.
    pub understood: Vec<String>,
    /// What the answer takes for granted.
    pub assumptions: Vec<String>,
}

/// Diagnoses.
///
/// # Errors
///
/// [`Error::Input`] for evidence that does not exist and answers that do not fit.
pub fn answer(question: &Question, diagnosis: &Diagnosis) -> Result<Answer, Error> {
    let model = diagnosis.model();
    let faults = question.faults(model);
    if !faults.is_empty() {
        return Err(Error::Input(faults));
    }
    let mut belief = Belief::new(model);
    let mentions = diagnosis.mentions(&question.text);
    mentions.tell(&mut belief, model);
    for (at, fact) in model.facts.iter().enumerate() {
        if question.symptoms.contains(&fact.id) {
            belief.see(at, CHOSEN);
        }
    }
    for check in &model.checks {
        if let Some(observed) = question.evidence.get(&check.name) {
            belief.see(check.fact, rates_of(check, *observed));
        }
    }
    let chances = belief.chances();
    let other = chances[model.causes.len()];
    let nothing_said =
        question.symptoms.is_empty() && question.evidence.is_empty() && !mentions.say_something();
    let unknown = nothing_said || other > 0.5;
    let order = order(model, &chances);
    let causes: Vec<Ranked> = order
        .iter()
        .map(|cause| ranked(*cause, chances[*cause], question, &mentions, &belief, model))
        .collect();
    let best = &model.causes[order[0]];
    Ok(Answer {
        schema: crate::SCHEMA,
        headline: headline(&causes, unknown, question.is_empty()),
        unknown,
        mitigation: match &best.first {
            Some(first) if !unknown => first.clone(),
            _ => model.general.clone(),
        },
        causes,
        other,
        next: next(question, &belief, &chances, model),
        understood: mentions.facts(model),
        assumptions: vec![
            "Chances are our judgement of how often each cause shows each fact; the data file holds every one with its reason.".to_owned(),
            "One cause at a time: where two faults meet, the odds are shared between them.".to_owned(),
        ],
        question: question.clone(),
    })
}

/// How likely an answer is when the fact is so, and when it is not.
fn rates_of(check: &Check, observed: Observed) -> Rates {
    let share = match (observed, &check.number) {
        (Observed::Flag(flag), _) => f64::from(u8::from(flag)),
        (Observed::Number(value), Some(scale)) => {
            ((value - scale.normal) / (scale.alarm - scale.normal)).clamp(0.0, 1.0)
        }
        // Refused before; a number answers no question of yes or no.
        (Observed::Number(_), None) => 0.5,
    };
    let lean = |yes: f64| share * yes + (1.0 - share) * (1.0 - yes);
    Rates {
        yes: lean(check.rates.yes),
        no: lean(check.rates.no),
    }
}

/// Causes by chance, best first; of equals the one that stands first in the file.
fn order(model: &Model, chances: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..model.causes.len()).collect();
    order.sort_by(|a, b| chances[*b].total_cmp(&chances[*a]).then(a.cmp(b)));
    order
}

fn ranked(
    cause: usize,
    p: f64,
    question: &Question,
    mentions: &mentions::Mentions,
    belief: &Belief<'_>,
    model: &Model,
) -> Ranked {
    let mut reasons: Vec<Reason> = model
        .facts
        .iter()
        .enumerate()
        .filter_map(|(at, fact)| {
            let observed = observed(at, fact, question, mentions, model)?;
            Some(Reason {
                fact: fact.id.clone(),
                says: fact.says.clone(),
                observed,
                why: match fact.whys.get(&cause) {
                    Some(why) => why.clone(),
                    None => "it is not part of this failure, as a rule".to_owned(),
                },
                bits: belief.bits(at, cause),
            })
        })
        .collect();
    reasons.push(Reason {
        fact: String::new(),
        says: "What you say reads like this playbook".to_owned(),
        observed: "in your words".to_owned(),
        why: "its symptoms and keywords are worded alike".to_owned(),
        bits: belief.likeness_bits(cause),
    });
    // A stable sort, so that equal reasons stay in the order of the file.
    reasons.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    let (reasons_for, rest): (Vec<Reason>, Vec<Reason>) = reasons
        .into_iter()
        .partition(|reason| reason.bits >= TELLING_BITS);
    let reasons_against = rest
        .into_iter()
        .filter(|reason| reason.bits <= -TELLING_BITS && !reason.fact.is_empty())
        .collect();
    let described = &model.causes[cause];
    Ranked {
        id: described.id.clone(),
        name: described.name.clone(),
        path: described.path.clone(),
        p,
        // A fact says more than the likeness of words, even where it weighs less.
        why: match reasons_for
            .iter()
            .find(|reason| !reason.fact.is_empty())
            .or(reasons_for.first())
        {
            Some(reason) => format!("{}: {}.", reason.says, reason.why),
            None => format!("Nothing said so far speaks for it. {}", described.why),
        },
        reasons_for,
        reasons_against,
    }
}

/// What was observed of a fact, in words; none if nothing was.
fn observed(
    at: usize,
    fact: &Fact,
    question: &Question,
    mentions: &mentions::Mentions,
    model: &Model,
) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(word) = mentions.of(at) {
        parts.push(word.to_owned());
    }
    if question.symptoms.contains(&fact.id) {
        parts.push("chosen as a symptom".to_owned());
    }
    for check in model.checks.iter().filter(|check| check.fact == at) {
        if let Some(value) = question.evidence.get(&check.name) {
            parts.push(format!("{} = {value}", check.name));
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn headline(causes: &[Ranked], unknown: bool, nothing_asked: bool) -> String {
    if nothing_asked {
        return "Nothing is known yet: say what you see, or answer the first check.".to_owned();
    }
    if unknown {
        return "I don't know: nothing said so far fits a playbook. Do what is safe for all of them, and answer the next check.".to_owned();
    }
    match causes.first() {
        Some(best) if best.p >= 0.8 => format!("Very likely: {} ({}).", best.name, percent(best.p)),
        Some(best) if best.p >= 0.4 => format!("Most likely: {} ({}).", best.name, percent(best.p)),
        Some(best) => format!(
            "Perhaps {} ({}), but several causes are still possible: answer the next check.",
            best.name,
            percent(best.p)
        ),
        None => String::new(),
    }
}

/// A chance as it is shown: never rounded to certainty.
pub fn percent(p: f64) -> String {
    let percent = libm::round(100.0 * p);
    if percent < 1.0 {
        "<1 %".to_owned()
    } else if percent > 99.0 {
        ">99 %".to_owned()
    } else {
        format!("{percent} %")
    }
}

fn next(question: &Question, belief: &Belief<'_>, chances: &[f64], model: &Model) -> Vec<Next> {
    let mut found: Vec<Next> = model
        .checks
        .iter()
        .filter(|check| {
            !question.evidence.contains_key(&check.name) && !question.passed.contains(&check.name)
        })
        .map(|check| {
            let prospect = belief.prospect(check, chances);
            let first = |chances: &[f64]| {
                let at = order(model, chances)[0];
                model.causes[at].name.clone()
            };
            Next {
                evidence: check.name.clone(),
                question: check.question.clone(),
                check: check.instruction(),
                look: check.look.clone(),
                run: check.run.clone(),
                kind: check.kind().to_owned(),
                number: check.number.clone(),
                minutes: check.minutes,
                bits: prospect.bits,
                bits_per_minute: prospect.bits / check.minutes,
                leads_to: [first(&prospect.yes), first(&prospect.no)],
            }
        })
        .filter(|next| next.bits_per_minute >= WORTH_BITS_PER_MINUTE)
        .collect();
    found.sort_by(|a, b| b.bits_per_minute.total_cmp(&a.bits_per_minute));
    found.truncate(NEXT_MAX);
    found
}
