//! One table of a scenario, checked against its list of keys.

use super::diagnostic::{Diagnostics, nearest};
use super::schema::{Key, Kind, Need, Spec, describe};
use super::tree::{Node, Table, Value};
use super::units::{self, Malformed};
use kernel::Distribution;
use std::ops::Range;

/// A value of the kind its key asks for.
#[derive(Clone, Debug)]
enum Typed {
    /// A time in nanoseconds, a size in bytes, or a count.
    Whole(u64),
    /// A rate, bandwidth, share or number.
    Real(f64),
    Bool(bool),
    Text(String),
    Law(Distribution),
    Nested(Node),
}

/// The values of one table.
pub(crate) struct Fields {
    spec: &'static Spec,
    /// Where the table is.
    pub(crate) span: Range<usize>,
    values: Vec<(&'static str, Typed, Range<usize>)>,
    /// Keys whose value could not be read, which is reported already.
    broken: Vec<&'static str>,
}

impl Fields {
    /// Checks a table: unknown keys, wrong kinds, missing keys. Keys left out get their default.
    pub(crate) fn read(
        spec: &'static Spec,
        table: &Table,
        span: &Range<usize>,
        found: &mut Diagnostics,
    ) -> Fields {
        let mut fields = Fields {
            spec,
            span: span.clone(),
            values: Vec::new(),
            broken: Vec::new(),
        };
        for (name, node) in table {
            let Some(key) = spec.key(&name.text) else {
                let near = nearest(&name.text, spec.keys().map(|key| key.name));
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        let names: Vec<&str> = spec.keys().map(|key| key.name).collect();
                        format!("keys are {}", names.join(", "))
                    }
                };
                let message = format!("unknown key `{}` of a {}", name.text, spec.name);
                found.add(&name.span, message, Some(hint));
                continue;
            };
            // `false` takes back what a variant's base says.
            if node.value == Value::Bool(false) && !matches!(key.kind, Kind::Bool) {
                continue;
            }
            match typed(&key.kind, node) {
                Ok(value) => fields.values.push((key.name, value, node.span.clone())),
                Err(error) => {
                    fields.broken.push(key.name);
                    found.add(
                        &node.span,
                        format!("{}: {}", key.name, error.message),
                        error.hint,
                    );
                }
            }
        }
        for key in spec.keys() {
            let given = table.iter().any(|(name, node)| {
                let removed = node.value == Value::Bool(false) && !matches!(key.kind, Kind::Bool);
                name.text == key.name && !removed
            });
            if !given {
                fields.fill(key, found);
            }
        }
        fields
    }

    fn fill(&mut self, key: &'static Key, found: &mut Diagnostics) {
        match key.need {
            Need::Optional => {}
            Need::Required => {
                let message = format!("a {} needs `{}`", self.spec.name, key.name);
                found.add(
                    &self.span,
                    message,
                    Some(format!("it is {}", describe(&key.kind))),
                );
            }
            Need::Default(text) => {
                let node = Node {
                    span: self.span.clone(),
                    value: default_value(&key.kind, text),
                };
                let value = typed(&key.kind, &node).expect("defaults are tested");
                self.values.push((key.name, value, self.span.clone()));
            }
        }
    }

    fn get(&self, name: &str) -> Option<&Typed> {
        assert!(
            self.spec.key(name).is_some(),
            "`{name}` is not a key of a {}",
            self.spec.name
        );
        self.values
            .iter()
            .find(|(key, ..)| *key == name)
            .map(|(_, value, _)| value)
    }

    /// Whether a key has a value, be it one that could not be read.
    pub(crate) fn gives(&self, name: &str) -> bool {
        self.get(name).is_some() || self.broken.contains(&name)
    }

    /// Where a value stands; the table when it was left out.
    pub(crate) fn span_of(&self, name: &str) -> Range<usize> {
        let value = self.values.iter().find(|(key, ..)| *key == name);
        value.map_or(self.span.clone(), |(.., span)| span.clone())
    }

    pub(crate) fn whole(&self, name: &str) -> Option<u64> {
        match self.get(name) {
            Some(Typed::Whole(value)) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn real(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Typed::Real(value)) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn truth(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Typed::Bool(true)))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Typed::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn law(&self, name: &str) -> Option<Distribution> {
        match self.get(name) {
            Some(Typed::Law(law)) => Some(law.clone()),
            _ => None,
        }
    }

    /// The fields of a nested table.
    pub(crate) fn nested(&self, name: &str, found: &mut Diagnostics) -> Option<Fields> {
        let spec = match self.spec.key(name)?.kind {
            Kind::Table(spec) => spec,
            _ => return None,
        };
        match self.get(name) {
            Some(Typed::Nested(Node {
                value: Value::Table(table),
                span,
            })) => Some(Fields::read(spec, table, span, found)),
            _ => None,
        }
    }

    /// The named tables under a key, in the order of the text.
    pub(crate) fn table(&self, name: &str) -> &[(super::tree::Name, Node)] {
        match self.get(name) {
            Some(Typed::Nested(Node {
                value: Value::Table(table),
                ..
            })) => table,
            _ => &[],
        }
    }

    /// The items of a list.
    pub(crate) fn list(&self, name: &str) -> &[Node] {
        match self.get(name) {
            Some(Typed::Nested(Node {
                value: Value::List(items),
                ..
            })) => items,
            _ => &[],
        }
    }
}

fn default_value(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Count(..) => Value::Integer(text.parse().unwrap_or(0)),
        Kind::Number(..) => Value::Number(text.parse().unwrap_or(0.0)),
        Kind::Bool => Value::Bool(text == "true"),
        _ => Value::Text(text.to_string()),
    }
}

fn typed(kind: &Kind, node: &Node) -> Result<Typed, Malformed> {
    let wrong = || {
        let message = format!("expected {}, found {}", describe(kind), node.value.kind());
        let hint = match (&node.value, kind) {
            (Value::Integer(n), Kind::Duration) => Some(format!("write \"{n} ms\"")),
            (Value::Integer(n), Kind::Rate) => Some(format!("write \"{n}/s\"")),
            _ => None,
        };
        Err(Malformed { message, hint })
    };
    let in_range = |ok: bool, value: Typed| {
        if ok {
            Ok(value)
        } else {
            Err(Malformed {
                message: format!("must be {}", describe(kind)),
                hint: None,
            })
        }
    };
    match (kind, &node.value) {
        (Kind::Duration, Value::Text(text)) => units::duration(text).map(Typed::Whole),
        (Kind::Size, Value::Text(text)) => units::size(text).map(Typed::Whole),
        (Kind::Rate, Value::Text(text)) => units::rate(text).map(Typed::Real),
        (Kind::Bandwidth, Value::Text(text)) => units::bandwidth(text).map(Typed::Real),
        (Kind::Share, Value::Text(text)) => units::share(text).map(Typed::Real),
        (Kind::Share, Value::Number(x)) => in_range((0.0..=1.0).contains(x), Typed::Real(*x)),
        (Kind::Share, Value::Integer(n @ (0 | 1))) => Ok(Typed::Real(*n as f64)),
        (Kind::Number(low, high), Value::Number(x)) => {
            in_range((*low..=*high).contains(x), Typed::Real(*x))
        }
        (Kind::Number(low, high), Value::Integer(n)) => {
            let x = *n as f64;
            in_range((*low..=*high).contains(&x), Typed::Real(x))
        }
        (Kind::Count(low, high), Value::Integer(n)) => {
            let value = u64::try_from(*n)
                .ok()
                .filter(|n| (*low..=*high).contains(n));
            in_range(value.is_some(), Typed::Whole(value.unwrap_or(0)))
        }
        (Kind::Bool, Value::Bool(truth)) => Ok(Typed::Bool(*truth)),
        (Kind::Law, Value::Text(text)) => units::law(text).map(Typed::Law),
        (Kind::Text | Kind::Name(_), Value::Text(text)) => Ok(Typed::Text(text.clone())),
        (Kind::Choice(words), Value::Text(text)) => {
            if words.contains(&text.as_str()) {
                return Ok(Typed::Text(text.clone()));
            }
            let hint = match nearest(text, words.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is one of {}", words.join(", ")),
            };
            Err(Malformed {
                message: format!("`{text}` is not known here"),
                hint: Some(hint),
            })
        }
        (Kind::Table(_) | Kind::Map(_) | Kind::Variants, Value::Table(_))
        | (Kind::List(_), Value::List(_)) => Ok(Typed::Nested(node.clone())),
        _ => wrong(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::schema::SCENARIO;

    /// Every default in the table is a value of its kind.
    #[test]
    fn defaults_are_of_their_kind() {
        let mut pending = vec![&SCENARIO];
        let mut seen = 0;
        while let Some(spec) = pending.pop() {
            for key in spec.keys() {
                if let Need::Default(text) = key.need {
                    let value = default_value(&key.kind, text);
                    let node = Node { span: 0..0, value };
                    assert!(
                        typed(&key.kind, &node).is_ok(),
                        "{} of {}",
                        key.name,
                        spec.name
                    );
                    seen += 1;
                }
                if let Kind::Table(below) | Kind::Map(below) | Kind::List(below) = key.kind {
                    pending.push(below);
                }
            }
        }
        assert!(seen > 30);
    }
}
