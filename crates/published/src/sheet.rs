//! Reads parts of a parsed file, collecting faults with their places.

use crate::parameter::{Parameter, Parameters};
use crate::problem::{Problem, Text};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Deepest nesting of a value: lists of tables need three.
const NESTING_MAX: usize = 6;
/// Longest list of values: the longest published series has some thirty points.
const LIST_MAX: usize = 10_000;
/// Faults past which a file is no file of targets.
const PROBLEMS_MAX: usize = 50;

/// A file that is being read.
pub(crate) struct Sheet<'t> {
    source: Text<'t>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) remarks: Vec<Problem>,
}

/// The table of a value, if it is one.
pub(crate) fn table<'v, 't>(value: &'v Spanned<DeValue<'t>>) -> Option<&'v DeTable<'t>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

impl<'t> Sheet<'t> {
    pub(crate) fn new(source: Text<'t>) -> Self {
        Sheet {
            source,
            problems: Vec::new(),
            remarks: Vec::new(),
        }
    }

    pub(crate) fn fault(
        &mut self,
        offset: usize,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if self.problems.len() < PROBLEMS_MAX {
            let problem = self.source.problem(offset, message, hint);
            self.problems.push(problem);
        }
    }

    pub(crate) fn fault_at_key(
        &mut self,
        entry: &DeTable<'_>,
        key: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let offset = entry.get(key).map_or(0, |value| value.span().start);
        self.fault(offset, message, hint);
    }

    /// Names of a table that nothing reads: a fault where they look like a slip of the keyboard,
    /// else a remark, since a file may say more about a target than a check needs.
    pub(crate) fn known(&mut self, entry: &DeTable<'_>, known: &[&str], of: &str) {
        for (key, _) in entry.iter() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let offset = key.span().start;
            let message = format!("{of} has no \"{name}\"");
            match catalog::nearest(name, known.iter().copied()) {
                Some(near) if !entry.contains_key(near) => {
                    self.fault(offset, message, format!("did you mean \"{near}\"?"));
                }
                _ if self.remarks.len() < PROBLEMS_MAX => {
                    let remark = self.source.problem(offset, message, "it is not read");
                    self.remarks.push(remark);
                }
                _ => {}
            }
        }
    }

    /// A list of tables.
    pub(crate) fn tables<'v, 'd>(
        &mut self,
        entry: &'v DeTable<'d>,
        key: &str,
        most: usize,
    ) -> &'v [Spanned<DeValue<'d>>] {
        let Some(value) = entry.get(key) else {
            return &[];
        };
        let start = value.span().start;
        let DeValue::Array(items) = value.get_ref() else {
            self.fault(start, format!("\"{key}\" is not a list"), "write a list");
            return &[];
        };
        if items.len() > most {
            let message = format!("\"{key}\" has {} entries, more than {most}", items.len());
            self.fault(start, message, "split it");
            return &[];
        }
        if let Some(odd) = items.iter().find(|item| table(item).is_none()) {
            let message = format!("an entry of \"{key}\" is not a table");
            self.fault(odd.span().start, message, "write { … }");
        }
        items
    }

    /// A text; empty if it is not there.
    pub(crate) fn text(&mut self, entry: &DeTable<'_>, key: &str) -> String {
        match entry.get(key).map(|value| (value.span(), value.get_ref())) {
            None => String::new(),
            Some((_, DeValue::String(text))) => text.to_string(),
            Some((span, _)) => {
                let message = format!("\"{key}\" is not a text");
                self.fault(span.start, message, format!("write {key} = \"…\""));
                String::new()
            }
        }
    }

    pub(crate) fn whole(&mut self, entry: &DeTable<'_>, key: &str) -> Option<i64> {
        match self.parameter(entry, key)? {
            Parameter::Whole(value) => Some(value),
            other => {
                let message = format!("\"{key}\" is {}", other.kind());
                self.fault_at_key(entry, key, message, "write a whole number");
                None
            }
        }
    }

    pub(crate) fn number(&mut self, entry: &DeTable<'_>, key: &str) -> Option<f64> {
        let value = self.parameter(entry, key)?;
        let number = value.number();
        if number.is_none() {
            let message = format!("\"{key}\" is {}", value.kind());
            self.fault_at_key(entry, key, message, "write a number");
        }
        number
    }

    /// A tolerance: a number of zero or more.
    pub(crate) fn slack(&mut self, entry: &DeTable<'_>, key: &str) -> Option<f64> {
        let number = self.number(entry, key)?;
        if number < 0.0 {
            let message = format!("\"{key}\" is negative");
            self.fault_at_key(entry, key, message, "write zero or more");
        }
        Some(number)
    }

    /// The values of a table; none if it is not there.
    pub(crate) fn parameters(&mut self, entry: &DeTable<'_>, key: &str) -> Parameters {
        match self.parameter(entry, key) {
            None => Parameters::default(),
            Some(Parameter::Table(table)) => table,
            Some(other) => {
                let message = format!("\"{key}\" is {}", other.kind());
                self.fault_at_key(entry, key, message, format!("write {key} = {{ … }}"));
                Parameters::default()
            }
        }
    }

    pub(crate) fn parameter(&mut self, entry: &DeTable<'_>, key: &str) -> Option<Parameter> {
        self.convert(entry.get(key)?, key, 0)
    }

    fn convert(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        key: &str,
        depth: usize,
    ) -> Option<Parameter> {
        let start = value.span().start;
        if depth > NESTING_MAX {
            let message = format!("\"{key}\" is nested deeper than {NESTING_MAX} levels");
            self.fault(start, message, "flatten it");
            return None;
        }
        let found = match value.get_ref() {
            DeValue::String(text) => Some(Parameter::Name(text.to_string())),
            DeValue::Boolean(flag) => Some(Parameter::Flag(*flag)),
            DeValue::Integer(integer) => {
                let digits = integer.as_str();
                i64::from_str_radix(digits, integer.radix())
                    .map(Parameter::Whole)
                    .ok()
                    .or_else(|| number(digits).filter(|_| integer.radix() == 10))
            }
            DeValue::Float(float) => number(float.as_str()),
            DeValue::Array(items) if items.len() > LIST_MAX => {
                let message = format!("\"{key}\" has more than {LIST_MAX} entries");
                self.fault(start, message, "shorten it");
                return None;
            }
            DeValue::Array(items) => {
                let items = items.iter().map(|item| self.convert(item, key, depth + 1));
                items.collect::<Option<Vec<_>>>().map(Parameter::List)
            }
            DeValue::Table(table) => {
                let mut parameters = Parameters::default();
                let mut entries: Vec<_> = table.iter().collect();
                entries.sort_by_key(|(name, _)| name.span().start);
                for (name, item) in entries {
                    let converted = self.convert(item, name.get_ref(), depth + 1)?;
                    parameters.0.push((name.get_ref().to_string(), converted));
                }
                Some(Parameter::Table(parameters))
            }
            DeValue::Datetime(_) => None,
        };
        if found.is_none() && self.problems.is_empty() {
            let message = format!("\"{key}\" is not a number that can be computed with");
            self.fault(
                start,
                message,
                "write a finite number, a name, a list or a table",
            );
        }
        found
    }
}

fn number(digits: &str) -> Option<Parameter> {
    let value: f64 = digits.parse().ok()?;
    value.is_finite().then_some(Parameter::Number(value))
}
