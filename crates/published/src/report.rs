//! Targets against models: every check decided, every target summed up.

use crate::answer::{Answer, Memo, Method, Outcome, Refusal};
use crate::inputs::Inputs;
use crate::model;
use crate::parameter::{Parameter, Parameters};
use crate::store::significant;
use crate::target::{Check, Relation, Target};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a target did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Every asserted check passes.
    Ok,
    /// An asserted check does not pass.
    Failing,
    /// Nothing fails, and an asserted check has no model.
    NoModel,
}

/// One target, decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetReport {
    /// The target.
    pub id: String,
    /// How it did.
    pub status: Status,
    /// Its checks, in the order of the file.
    pub checks: Vec<CheckReport>,
}

/// One check, decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    /// The quantity.
    pub q: String,
    /// The selectors.
    pub at: Parameters,
    /// The published value.
    pub expected: Numbers,
    /// Ours; none without a model.
    pub got: Option<Numbers>,
    /// Whether ours is near enough; none if it is not asserted or there is none.
    pub pass: Option<bool>,
    /// `formula` or `simulation`; none without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
    /// The 99 % interval of a simulated mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One number, or several.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// The numbers.
    pub values: Vec<f64>,
    /// Whether they are written as a list.
    pub is_list: bool,
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.values.as_slice() {
            [single] if !self.is_list => serializer.serialize_f64(*single),
            list => list.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Single(f64),
            List(Vec<f64>),
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Single(value) => Numbers {
                values: vec![value],
                is_list: false,
            },
            Form::List(values) => Numbers {
                values,
                is_list: true,
            },
        })
    }
}

/// As a person writes them, with four significant digits.
impl std::fmt::Display for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown: Vec<String> = self.values.iter().map(|&v| significant(v)).collect();
        if self.is_list {
            write!(f, "[{}]", shown.join(", "))
        } else {
            f.write_str(&shown.join(", "))
        }
    }
}

/// Runs the models of a target and decides its checks. The same target gives the same report.
pub fn reproduce(target: &Target) -> TargetReport {
    let mut memo = Memo::default();
    let checks: Vec<CheckReport> = target
        .checks
        .iter()
        .map(|check| decide(target, check, &mut memo))
        .collect();
    let asserted = target.checks.iter().zip(&checks);
    let asserted = || {
        asserted
            .clone()
            .filter(|(check, _)| check.relation != Relation::Information)
            .map(|(_, report)| report.pass)
    };
    let status = if asserted().any(|pass| pass == Some(false)) {
        Status::Failing
    } else if asserted().any(|pass| pass.is_none()) || checks.iter().all(|one| one.got.is_none()) {
        Status::NoModel
    } else {
        Status::Ok
    };
    TargetReport {
        id: target.id.clone(),
        status,
        checks,
    }
}

fn decide(target: &Target, check: &Check, memo: &mut Memo) -> CheckReport {
    let outcome = ask(&target.id, &check.quantity, &check.at, &target.params, memo);
    let mut report = CheckReport {
        q: check.quantity.clone(),
        at: check.at.clone(),
        expected: Numbers {
            values: check.expected.clone(),
            is_list: check.is_list,
        },
        got: None,
        pass: None,
        method: None,
        interval: None,
        why: None,
    };
    match outcome {
        Ok(answer) => {
            if check.relation != Relation::Information {
                report.pass = Some(passes(check, &answer));
            }
            (report.method, report.interval) = match answer.method {
                Method::Formula => (Some("formula"), None),
                Method::Simulation(interval) => (Some("simulation"), interval),
            };
            report.got = Some(Numbers {
                values: answer.values,
                is_list: answer.is_list,
            });
        }
        Err(refusal) => report.why = Some(refusal.to_string()),
    }
    report
}

/// Element by element; lists of different length never agree.
fn passes(check: &Check, answer: &Answer) -> bool {
    answer.values.len() == check.expected.len()
        && answer
            .values
            .iter()
            .zip(&check.expected)
            .all(|(&value, &expected)| check.relation.holds(value, expected))
}

/// What the model of a target says of a quantity. Where a selector is a list and the model takes
/// one value, the answer is the list of the answers.
pub fn ask(
    id: &str,
    quantity: &str,
    at: &Parameters,
    params: &Parameters,
    memo: &mut Memo,
) -> Outcome {
    let Some(model) = model::of(id) else {
        return Err(Refusal::Because("no model for this target".to_owned()));
    };
    let mut spread: Vec<String> = Vec::new();
    // Every round takes one more selector as a list, so there are as many as selectors.
    for _ in 0..=at.0.len() {
        let refused = match one(model, quantity, &element(at, &spread, 0)?, params, memo) {
            Err(Refusal::List(key)) if at.get(&key).is_some() => key,
            first if spread.is_empty() => return first,
            first => return each(model, quantity, at, params, memo, &spread, first?),
        };
        spread.push(refused);
    }
    Err(Refusal::Because(
        "the selectors are nested lists".to_owned(),
    ))
}

fn one(
    model: &model::Model,
    quantity: &str,
    at: &Parameters,
    params: &Parameters,
    memo: &mut Memo,
) -> Outcome {
    let inputs = Inputs::new(at, params);
    match (model.answer)(quantity, &inputs, memo) {
        Err(Refusal::NoQuantity) => Err(Refusal::Because(model.without(quantity))),
        Ok(answer) => {
            inputs.unread()?;
            if answer.values.iter().any(|value| value.is_nan()) {
                let why = "the model has no finite value here";
                return Err(Refusal::Because(why.to_owned()));
            }
            Ok(answer)
        }
        // A slip in a selector's name shows as another one missing: tell of the slip.
        Err(Refusal::Because(why)) if why.ends_with("is missing") => {
            inputs.unread()?;
            Err(Refusal::Because(why))
        }
        refused => refused,
    }
}

/// The selectors with each of `spread` replaced by its element at `index`.
fn element(at: &Parameters, spread: &[String], index: usize) -> Result<Parameters, Refusal> {
    let mut single = at.clone();
    for key in spread {
        let Some(Parameter::List(items)) = at.get(key) else {
            return Err(Refusal::List(key.clone()));
        };
        let Some(item) = items.get(index) else {
            let why = format!("\"{key}\" is shorter than the other lists");
            return Err(Refusal::Because(why));
        };
        single.set(key, item.clone());
    }
    Ok(single)
}

/// Most answers of one list: a model may simulate for each.
const SPREAD_MAX: usize = 64;

fn each(
    model: &model::Model,
    quantity: &str,
    at: &Parameters,
    params: &Parameters,
    memo: &mut Memo,
    spread: &[String],
    first: Answer,
) -> Outcome {
    let length = |key: &String| match at.get(key) {
        Some(Parameter::List(items)) => items.len(),
        _ => 0,
    };
    let most = spread.iter().map(length).max().unwrap_or(0);
    if most > SPREAD_MAX || first.is_list {
        let why = format!("lists of selectors have at most {SPREAD_MAX} entries, each one value");
        return Err(Refusal::Because(why));
    }
    let mut values = first.values;
    for index in 1..most {
        let single = element(at, spread, index)?;
        values.extend(one(model, quantity, &single, params, memo)?.values);
    }
    Ok(Answer {
        values,
        is_list: true,
        method: match first.method {
            Method::Formula => Method::Formula,
            Method::Simulation(_) => Method::Simulation(None),
        },
    })
}
