//! Conditions of rules as data: a test for each field, all of which must hold.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::question::{Field, Known, Question};

/// A test of one field. Of a number both bounds may be given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Test {
    /// The number is below this.
    pub(crate) below: Option<f64>,
    /// The number is this or more.
    pub(crate) at_least: Option<f64>,
    /// The choice is one of these.
    pub(crate) is: Vec<String>,
    /// The list holds one of these.
    pub(crate) has: Vec<String>,
    /// The list is given and holds none of these.
    pub(crate) lacks: Vec<String>,
}

/// Tests by field. What is not known meets no test: not knowing never eliminates a pattern.
pub(crate) type Condition = BTreeMap<String, Test>;

/// Whether the known answers meet every test.
pub(crate) fn holds(condition: &Condition, known: &Known<'_>) -> bool {
    condition.iter().all(|(name, test)| {
        Field::from_name(name).is_some_and(|field| test_holds(test, field, known))
    })
}

fn test_holds(test: &Test, field: Field, known: &Known<'_>) -> bool {
    if let Some(list) = known.list(field) {
        let holds = |wanted: &Vec<String>| wanted.iter().any(|id| list.contains(id));
        return !list.is_empty()
            && (test.has.is_empty() || holds(&test.has))
            && !holds(&test.lacks);
    }
    if !test.is.is_empty() {
        return known
            .choice(field)
            .is_some_and(|choice| test.is.iter().any(|id| id == choice));
    }
    known.number(field).is_some_and(|value| {
        test.below.is_none_or(|bound| value < bound)
            && test.at_least.is_none_or(|bound| value >= bound)
    })
}

/// What is wrong with a condition as written, or nothing.
pub(crate) fn fault(condition: &Condition) -> Option<String> {
    condition.iter().find_map(|(name, test)| {
        let Some(field) = Field::from_name(name) else {
            let hint = catalog::nearest(name, Field::ALL.iter().map(|field| field.name()));
            let hint = hint.map_or(String::new(), |near| format!("; did you mean {near}?"));
            return Some(format!("there is no field \"{name}\"{hint}"));
        };
        let numeric = test.below.is_some() || test.at_least.is_some();
        let listed = !test.has.is_empty() || !test.lacks.is_empty();
        let chosen = !test.is.is_empty();
        let fits = match field {
            Field::Problems | Field::Existing => listed && !numeric && !chosen,
            Field::Consistency | Field::Budget => chosen && !numeric && !listed,
            _ => numeric && !listed && !chosen,
        };
        if !fits {
            return Some(format!("the test of {name} does not fit its kind of field"));
        }
        if let Some(choices) = field.choices()
            && let Some(wrong) = test.is.iter().find(|id| !choices.contains(&id.as_str()))
        {
            return Some(format!("{name} is never \"{wrong}\""));
        }
        let empty = matches!((test.at_least, test.below), (Some(low), Some(high)) if low >= high);
        empty.then(|| format!("no number is both bounds of {name}"))
    })
}

/// Whether every question that meets `narrow` meets `wide`, as far as single fields tell.
pub(crate) fn implies(narrow: &Condition, wide: &Condition) -> bool {
    wide.iter().all(|(name, wide)| {
        narrow.get(name).is_some_and(|narrow| {
            let low = wide
                .at_least
                .is_none_or(|bound| narrow.at_least.is_some_and(|own| own >= bound));
            let high = wide
                .below
                .is_none_or(|bound| narrow.below.is_some_and(|own| own <= bound));
            let within = |own: &[String], all: &[String]| {
                all.is_empty() || (!own.is_empty() && own.iter().all(|id| all.contains(id)))
            };
            let lacking = wide.lacks.iter().all(|id| narrow.lacks.contains(id));
            low && high && within(&narrow.is, &wide.is) && within(&narrow.has, &wide.has) && lacking
        })
    })
}

/// A question that meets the condition, for tests and for readers who ask when a rule applies.
pub(crate) fn witness(condition: &Condition) -> Question {
    let mut question = Question::default();
    for (name, test) in condition {
        let Some(field) = Field::from_name(name) else {
            continue;
        };
        if let Some(id) = test.is.first() {
            question.set_choice(field, id);
        } else if matches!(field, Field::Problems | Field::Existing) {
            question.push(
                field,
                test.has.first().map_or("availability", String::as_str),
            );
        } else {
            let value = match (test.at_least, test.below) {
                (Some(low), _) => low,
                (None, Some(high)) => field.below(high),
                (None, None) => continue,
            };
            question.set_number(field, Some(value));
        }
    }
    question
}
