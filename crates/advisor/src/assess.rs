//! Where to start reading: a few questions, a recommended path, and how sure that is.

mod questionnaire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use questionnaire::{Candidate, Choice, FILE, Item, Questionnaire};

use crate::error::{Error, FieldError};
use crate::input::{Pairs, Unknown, slug};

/// Pages named as the first to read: more would be a course again.
pub const READ_MAX: usize = 3;

/// Answers by question. Whatever is left out was skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Question {
    /// Id of the answer by id of the question.
    pub answers: BTreeMap<String, String>,
}

impl Question {
    /// The answers whose recommendation the page shows before anything is chosen: an engineer who
    /// owns a service.
    pub fn example() -> Question {
        let answers = [
            ("work", "service"),
            ("want", "regions"),
            ("silence", "either"),
            ("lock", "pause"),
            ("cache", "much"),
            ("split", "last"),
        ];
        Question {
            answers: answers
                .iter()
                .map(|(question, answer)| ((*question).to_owned(), (*answer).to_owned()))
                .collect(),
        }
    }

    /// Reads answers as a form or a command line holds them. All mistakes are in the error.
    pub fn from_pairs(
        pairs: &Pairs,
        unknown: Unknown,
        questionnaire: &Questionnaire,
    ) -> Result<Question, Vec<FieldError>> {
        let mut question = Question::default();
        let mut errors = Vec::new();
        for (name, text) in pairs.iter().take(crate::input::VALUES_MAX) {
            let Some(item) = questionnaire.items.iter().find(|item| item.id == *name) else {
                if unknown == Unknown::Refuse {
                    errors.push(unknown_question(name, text, questionnaire));
                }
                continue;
            };
            let plain = slug(text);
            if matches!(plain.as_str(), "" | "skip" | "don-t-know" | "dont-know") {
                continue;
            }
            if item.choices.iter().any(|choice| choice.id == plain) {
                question.answers.insert(name.clone(), plain);
            } else {
                errors.push(unknown_answer(item, text));
            }
        }
        if errors.is_empty() {
            Ok(question)
        } else {
            Err(errors)
        }
    }

    /// The answers as names and texts, which [`from_pairs`](Question::from_pairs) reads back.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        self.answers
            .iter()
            .map(|(question, answer)| (question.clone(), answer.clone()))
            .collect()
    }
}

fn unknown_question(name: &str, text: &str, questionnaire: &Questionnaire) -> FieldError {
    let ids: Vec<&str> = questionnaire
        .items
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    let fix = match catalog::nearest(name, ids.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("the questions are {}", ids.join(", ")),
    };
    FieldError::new(name, text, "there is no such question", fix)
}

fn unknown_answer(item: &Item, text: &str) -> FieldError {
    let ids: Vec<&str> = item
        .choices
        .iter()
        .map(|choice| choice.id.as_str())
        .collect();
    let fix = match catalog::nearest(&slug(text), ids.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("answer {}, or skip", ids.join(", ")),
    };
    FieldError::new(&item.id, text, "it is none of the answers", fix)
}

/// A path with its points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Id, `path:slug`.
    pub id: String,
    /// Name.
    pub name: String,
    /// For whom, as in `Senior engineer`.
    pub level: String,
    /// Length in weeks.
    pub weeks: Option<u32>,
    /// What stands at the end.
    pub outcome: String,
    /// Points of the answers given.
    pub points: u32,
    /// Points if every answer given had been the best one for this path.
    pub points_max: u32,
    /// Address of its page; none while it is planned.
    pub path: Option<String>,
}

/// An answer that spoke for the recommended path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The question.
    pub question: String,
    /// The answer given.
    pub answer: String,
    /// What it says.
    pub because: String,
    /// Points it gave to the recommended path.
    pub points: u32,
}

/// A page to read first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Address.
    pub path: String,
    /// Why this one.
    pub because: String,
}

/// How sure a recommendation from so few questions is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// Questions answered.
    pub answered: usize,
    /// Questions asked.
    pub asked: usize,
    /// Points ahead of the runner-up.
    pub lead: u32,
    /// Share of all single changes of an answer that leave the path as it is, 0 to 1.
    pub stable: f64,
    /// The same in words.
    pub words: String,
}

/// A path, the next best, and what to read first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Version of this shape.
    pub schema: u32,
    /// Answers as they were understood.
    pub question: Question,
    /// One sentence that answers.
    pub headline: String,
    /// The recommended path.
    pub recommended: Recommendation,
    /// The next best.
    pub runner_up: Option<Recommendation>,
    /// Every path, best first.
    pub ranked: Vec<Recommendation>,
    /// What speaks for it, strongest first.
    pub reasons: Vec<Reason>,
    /// Up to [`READ_MAX`] pages to read first.
    pub read: Vec<Reading>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Single answers that would change the path: "question: answer" to its name.
    pub sensitivity: Vec<Change>,
    /// What the answer takes for granted.
    pub assumptions: Vec<String>,
}

/// Another answer to one question, and the path it would lead to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The question.
    pub question: String,
    /// The answer that would change it.
    pub answer: String,
    /// Name of the path then.
    pub name: String,
}

/// Recommends a path.
///
/// # Errors
///
/// [`Error::Input`] for questions and answers that do not exist.
pub fn answer(question: &Question, questionnaire: &Questionnaire) -> Result<Answer, Error> {
    let read_back = Question::from_pairs(&question.to_pairs(), Unknown::Refuse, questionnaire);
    let question = read_back.map_err(Error::Input)?;
    let order = order(&question, questionnaire);
    let ranked: Vec<Recommendation> = order
        .iter()
        .map(|(at, points)| recommendation(*at, *points, &question, questionnaire))
        .collect();
    let best = order.first().map_or(0, |(at, _)| *at);
    let (sensitivity, stable) = changes(&question, questionnaire, best);
    let lead = match ranked.as_slice() {
        [first, second, ..] => first.points - second.points,
        _ => 0,
    };
    let confidence = Confidence {
        answered: question.answers.len(),
        asked: questionnaire.items.len(),
        lead,
        stable,
        words: confidence_words(question.answers.len(), lead, stable),
    };
    let recommended = ranked
        .first()
        .cloned()
        .ok_or_else(|| Error::Input(Vec::new()))?;
    Ok(Answer {
        schema: crate::SCHEMA,
        headline: headline(&recommended, question.answers.is_empty()),
        runner_up: ranked.get(1).cloned(),
        reasons: reasons(&question, questionnaire, best),
        read: reading(&question, questionnaire, best),
        confidence,
        sensitivity,
        assumptions: vec![
            "So few questions place you roughly; they say where to start reading, not how good you are.".to_owned(),
            "Points are our judgement. Each week of a path ends in a test: skip the weeks whose test you pass.".to_owned(),
        ],
        question,
        recommended,
        ranked,
    })
}

/// The chosen answers in the order of the questions.
fn chosen<'q>(
    question: &'q Question,
    questionnaire: &'q Questionnaire,
) -> impl Iterator<Item = (&'q Item, &'q Choice)> {
    questionnaire.items.iter().filter_map(|item| {
        let id = question.answers.get(&item.id)?;
        let choice = item.choices.iter().find(|choice| choice.id == *id)?;
        Some((item, choice))
    })
}

/// Paths with their points, best first; of equals the one that presupposes less.
fn order(question: &Question, questionnaire: &Questionnaire) -> Vec<(usize, u32)> {
    let mut order: Vec<(usize, u32)> = (0..questionnaire.paths.len())
        .map(|at| {
            (
                at,
                chosen(question, questionnaire)
                    .map(|(_, choice)| choice.points[at])
                    .sum(),
            )
        })
        .collect();
    order.sort_by_key(|(at, points)| (std::cmp::Reverse(*points), *at));
    order
}

fn recommendation(
    at: usize,
    points: u32,
    question: &Question,
    questionnaire: &Questionnaire,
) -> Recommendation {
    let path = &questionnaire.paths[at];
    let most = |item: &Item| {
        item.choices
            .iter()
            .map(|choice| choice.points[at])
            .max()
            .unwrap_or(0)
    };
    Recommendation {
        id: path.id.to_string(),
        name: path.name.clone(),
        level: path.level.clone(),
        weeks: path.weeks,
        outcome: path.outcome.clone(),
        points,
        points_max: chosen(question, questionnaire)
            .map(|(item, _)| most(item))
            .sum(),
        path: path.path.clone(),
    }
}

fn headline(best: &Recommendation, nothing_known: bool) -> String {
    let weeks = best
        .weeks
        .map_or(String::new(), |weeks| format!(", {weeks} weeks"));
    if nothing_known {
        return format!(
            "Nothing was answered, so this is the path that presupposes least: {}{weeks}. Its weekly tests show where to join.",
            best.name
        );
    }
    format!("Take the path {}{weeks}.", best.name)
}

fn confidence_words(answered: usize, lead: u32, stable: f64) -> String {
    if answered == 0 {
        return "A guess: no question was answered.".to_owned();
    }
    let how = if lead <= 1 {
        "Close to a draw"
    } else if stable >= 0.9 {
        "Clear"
    } else {
        "Likely"
    };
    let points = if lead == 1 { "point" } else { "points" };
    let firm = if stable >= 1.0 {
        "no single other answer would unseat it".to_owned()
    } else {
        let share = libm::floor(stable * 100.0);
        format!("{share} of 100 single changes of an answer leave it first")
    };
    format!("{how}: {lead} {points} ahead of the next path; {firm}.")
}

fn reasons(question: &Question, questionnaire: &Questionnaire, best: usize) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = chosen(question, questionnaire)
        .filter(|(_, choice)| choice.points[best] > 0)
        .map(|(item, choice)| Reason {
            question: item.text.clone(),
            answer: choice.text.clone(),
            because: choice.because.clone(),
            points: choice.points[best],
        })
        .collect();
    // A stable sort: answers of equal weight stay in the order of the questions.
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.points));
    reasons
}

/// Pages that answers call for, then the first pages of the path.
fn reading(question: &Question, questionnaire: &Questionnaire, best: usize) -> Vec<Reading> {
    let mut found: Vec<Reading> = Vec::new();
    let mut add = |id: &catalog::EntryId, because: &str| {
        let text = id.to_string();
        if found.len() < READ_MAX
            && found.iter().all(|known| known.id != text)
            && let Some((name, path)) = questionnaire.pages.get(id)
        {
            found.push(Reading {
                id: text,
                name: name.clone(),
                path: path.clone(),
                because: because.to_owned(),
            });
        }
    };
    // One page for each answer first, so that one answer does not fill the list.
    let longest = chosen(question, questionnaire)
        .map(|(_, choice)| choice.read.len())
        .max()
        .unwrap_or(0);
    for round in 0..longest {
        for (_, choice) in chosen(question, questionnaire) {
            if let Some(id) = choice.read.get(round) {
                add(id, &choice.because);
            }
        }
    }
    let path = &questionnaire.paths[best];
    for id in &path.pages {
        add(id, &format!("Among the first pages of {}.", path.name));
    }
    found
}

/// Single changes of an answer, skipped ones included, that lead elsewhere; and the share that does not.
fn changes(question: &Question, questionnaire: &Questionnaire, best: usize) -> (Vec<Change>, f64) {
    let mut found = Vec::new();
    let mut tried = 0_u32;
    let mut kept = 0_u32;
    for item in &questionnaire.items {
        for choice in &item.choices {
            if question.answers.get(&item.id) == Some(&choice.id) {
                continue;
            }
            let mut changed = question.clone();
            changed.answers.insert(item.id.clone(), choice.id.clone());
            tried += 1;
            match order(&changed, questionnaire).first() {
                Some((at, _)) if *at != best => found.push(Change {
                    question: item.text.clone(),
                    answer: choice.text.clone(),
                    name: questionnaire.paths[*at].name.clone(),
                }),
                _ => kept += 1,
            }
        }
    }
    let stable = if tried == 0 {
        1.0
    } else {
        f64::from(kept) / f64::from(tried)
    };
    (found, stable)
}
