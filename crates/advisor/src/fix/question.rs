//! What is known of an incident: words, chosen symptoms, answers to checks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{Check, Model};
use crate::error::FieldError;
use crate::input::{Pairs, Unknown};

/// Longest text: a stack trace's first screen, and short enough for an address.
pub const TEXT_BYTES_MAX: usize = 4_000;
/// Most symptoms and answers together: more than there are checks.
const ANSWERS_MAX: usize = 400;

/// An answer to a check.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Observed {
    /// Yes or no.
    Flag(bool),
    /// A measured value, in the unit of the check.
    Number(f64),
}

impl std::fmt::Display for Observed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Observed::Flag(true) => formatter.write_str("yes"),
            Observed::Flag(false) => formatter.write_str("no"),
            Observed::Number(value) => write!(formatter, "{value}"),
        }
    }
}

/// What is known. Whatever is left out is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Free words.
    pub text: String,
    /// Ids of facts that were chosen as symptoms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symptoms: Vec<String>,
    /// Answers by name of the evidence.
    pub evidence: BTreeMap<String, Observed>,
    /// Evidence that was asked for in vain; it is not asked for again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<String>,
}

impl Question {
    /// Whether nothing at all is known.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.symptoms.is_empty() && self.evidence.is_empty()
    }

    /// The question whose answer the page shows before anything is typed.
    pub fn example() -> Question {
        Question {
            text: "checkout times out since the deploy".to_owned(),
            ..Question::default()
        }
    }

    /// Reads what a form, an address or a command line holds: `text`, `symptom` (repeated), and each
    /// evidence by its name with `yes`, `no`, `unknown` or a number. All mistakes are in the error.
    ///
    /// # Errors
    ///
    /// Texts that are too long, unknown names where they are to be refused, answers that do not
    /// fit their check.
    pub fn from_pairs(
        pairs: &Pairs,
        unknown: Unknown,
        model: &Model,
    ) -> Result<Question, Vec<FieldError>> {
        let mut question = Question::default();
        let mut errors = Vec::new();
        if pairs.len() > ANSWERS_MAX {
            let message = format!("more than {ANSWERS_MAX} values");
            let count = pairs.len().to_string();
            errors.push(FieldError::new(
                "question",
                count,
                message,
                "leave some out",
            ));
        }
        for (name, value) in pairs.iter().take(ANSWERS_MAX) {
            let value = value.trim();
            match name.as_str() {
                "text" if !value.is_empty() => question.text = value.to_owned(),
                "text" => {}
                "symptom" => question.symptom(value, unknown, model, &mut errors),
                name => match model.check(name) {
                    Some(check) => question.answer(check, value, &mut errors),
                    None if unknown == Unknown::Refuse => {
                        errors.push(unknown_evidence(name, value, model));
                    }
                    None => {}
                },
            }
        }
        errors.extend(question.too_long());
        if errors.is_empty() {
            Ok(question)
        } else {
            Err(errors)
        }
    }

    /// Reads `{"text": …, "symptoms": [ID], "evidence": {NAME: true | false | number}}`.
    ///
    /// # Errors
    ///
    /// As [`from_pairs`](Question::from_pairs), and text that is no such object.
    pub fn from_json(text: &str, model: &Model) -> Result<Question, Vec<FieldError>> {
        const FIX: &str = "write one JSON object, as in {\"text\": \"checkout times out\", \"evidence\": {\"no_leader\": false}}";
        let whole = |message: String| vec![FieldError::new("input", "JSON", message, FIX)];
        let value: Value = serde_json::from_str(text).map_err(|error| whole(error.to_string()))?;
        let Value::Object(fields) = value else {
            return Err(whole("it is not an object".to_owned()));
        };
        let mut question = Question::default();
        let mut errors = Vec::new();
        for (name, value) in &fields {
            match (name.as_str(), value) {
                (_, Value::Null) => {}
                ("schema", value) if *value == crate::SCHEMA => {}
                ("schema", value) => errors.push(FieldError::new(
                    name,
                    value.to_string(),
                    "the schema is unknown",
                    "this program knows schema 1",
                )),
                ("text", Value::String(text)) => question.text = text.trim().to_owned(),
                ("symptoms", Value::Array(list)) => {
                    for symptom in list.iter().take(ANSWERS_MAX) {
                        let id = symptom.as_str().map_or(symptom.to_string(), str::to_owned);
                        question.symptom(&id, Unknown::Refuse, model, &mut errors);
                    }
                }
                ("evidence", Value::Object(evidence)) => {
                    for (name, value) in evidence {
                        question.json_answer(name, value, model, &mut errors);
                    }
                }
                ("text" | "symptoms" | "evidence", value) => errors.push(FieldError::new(
                    name,
                    shortened(&value.to_string()),
                    "it has the wrong form",
                    FIX,
                )),
                (name, value) => errors.push(unknown_field(name, value, model)),
            }
        }
        errors.extend(question.too_long());
        if errors.is_empty() {
            Ok(question)
        } else {
            Err(errors)
        }
    }

    /// The question as names and texts, which [`from_pairs`](Question::from_pairs) reads back.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("text".to_owned(), self.text.clone()));
        }
        let symptoms = self.symptoms.iter();
        pairs.extend(symptoms.map(|id| ("symptom".to_owned(), id.clone())));
        let evidence = self.evidence.iter();
        pairs.extend(evidence.map(|(name, observed)| (name.clone(), observed.to_string())));
        let passed = self.passed.iter();
        pairs.extend(passed.map(|name| (name.clone(), "unknown".to_owned())));
        pairs
    }

    /// Every mistake, whoever made the question.
    pub(super) fn faults(&self, model: &Model) -> Vec<FieldError> {
        let read_back = Question::from_pairs(&self.to_pairs(), Unknown::Refuse, model);
        read_back.err().unwrap_or_default()
    }

    fn too_long(&self) -> Option<FieldError> {
        (self.text.len() > TEXT_BYTES_MAX).then(|| {
            let message = format!("it is longer than {TEXT_BYTES_MAX} bytes");
            let fix = "keep the lines that say what is wrong";
            FieldError::new("text", shortened(&self.text), message, fix)
        })
    }

    fn symptom(&mut self, id: &str, unknown: Unknown, model: &Model, errors: &mut Vec<FieldError>) {
        if id.is_empty() || self.symptoms.iter().any(|known| known == id) {
            return;
        }
        if model.facts.iter().any(|fact| fact.id == id) {
            self.symptoms.push(id.to_owned());
        } else if unknown == Unknown::Refuse {
            let ids = model.facts.iter().map(|fact| fact.id.as_str());
            let fix = match catalog::nearest(id, ids) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "say it in words, as text".to_owned(),
            };
            errors.push(FieldError::new(
                "symptom",
                id,
                "there is no such symptom",
                fix,
            ));
        }
    }

    fn json_answer(
        &mut self,
        name: &str,
        value: &Value,
        model: &Model,
        errors: &mut Vec<FieldError>,
    ) {
        let Some(check) = model.check(name) else {
            errors.push(unknown_evidence(name, &value.to_string(), model));
            return;
        };
        match value {
            Value::Null => {}
            Value::Bool(flag) => {
                self.evidence.insert(name.to_owned(), Observed::Flag(*flag));
            }
            Value::Number(number) => self.answer(check, &number.to_string(), errors),
            Value::String(text) => self.answer(check, text, errors),
            other => errors.push(wrong_answer(check, &shortened(&other.to_string()))),
        }
    }

    fn answer(&mut self, check: &Check, text: &str, errors: &mut Vec<FieldError>) {
        let name = check.name.clone();
        self.passed.retain(|known| *known != name);
        let lower = text.trim().to_lowercase();
        let observed = match lower.as_str() {
            // An empty field of a form says nothing, not even that somebody looked.
            "" => return,
            "unknown" | "?" | "skip" | "don't know" | "dont know" => {
                self.evidence.remove(&name);
                return self.passed.push(name);
            }
            "yes" | "y" | "true" => Some(Observed::Flag(true)),
            "no" | "n" | "false" => Some(Observed::Flag(false)),
            number => check
                .number
                .as_ref()
                .and_then(|scale| measured(number, &scale.unit))
                .map(Observed::Number),
        };
        match observed {
            Some(observed) => {
                self.evidence.insert(name, observed);
            }
            None => errors.push(wrong_answer(check, &shortened(text))),
        }
    }
}

/// A number with or without the check's unit, as in `45`, `45 s` and `3x`.
fn measured(text: &str, unit: &str) -> Option<f64> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let suffix = suffix.trim();
    let known = suffix.is_empty()
        || suffix == unit
        || (suffix == "x" && unit == "times")
        || unit.split(' ').any(|word| word == suffix);
    let value: f64 = digits.parse().ok().filter(|_| known)?;
    (value.abs() <= crate::input::NUMBER_MAX).then_some(value)
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

fn wrong_answer(check: &Check, text: &str) -> FieldError {
    match &check.number {
        Some(scale) => {
            let message = format!("it is no number of {}", scale.unit);
            let fix = format!("write a number, as in {}, or leave it out", scale.alarm);
            FieldError::new(&check.name, text, message, fix)
        }
        None => FieldError::new(
            &check.name,
            text,
            "it is neither yes nor no",
            "write true or false, or leave it out",
        ),
    }
}

fn unknown_evidence(name: &str, value: &str, model: &Model) -> FieldError {
    let names = model.checks.iter().map(|check| check.name.as_str());
    let fix = match catalog::nearest(name, names) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "dstudio fix --list-evidence lists the names".to_owned(),
    };
    FieldError::new(name, shortened(value), "there is no such evidence", fix)
}

fn unknown_field(name: &str, value: &Value, model: &Model) -> FieldError {
    let fix = if model.check(name).is_some() {
        format!("write it inside of evidence, as in {{\"evidence\": {{\"{name}\": {value}}}}}")
    } else {
        match catalog::nearest(name, ["text", "symptoms", "evidence"]) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "the fields are text, symptoms and evidence".to_owned(),
        }
    };
    FieldError::new(
        name,
        shortened(&value.to_string()),
        "there is no such field",
        fix,
    )
}
