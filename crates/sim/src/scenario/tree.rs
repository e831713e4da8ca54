//! A parsed text as a plain tree whose nodes know their place.

use super::diagnostic::Diagnostics;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Deepest nesting of tables and lists: scenarios need seven.
pub(crate) const NESTING_MAX: usize = 12;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Number(f64),
    Bool(bool),
    List(Vec<Node>),
    Table(Table),
    /// A date, or a number out of range.
    Other,
}

/// Entries in the order of the text.
pub(crate) type Table = Vec<(Name, Node)>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

impl Value {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Number(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other => "something else",
        }
    }
}

/// Reads a text; mistakes of syntax are added to `found` and the rest is read all the same.
pub(crate) fn read(text: &str, found: &mut Diagnostics) -> Table {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let message = error.message().replace('\n', ", ");
        found.add(&error.span().unwrap_or(0..0), message, None);
    }
    convert_table(table.get_ref(), 0, found)
}

fn convert_table(table: &DeTable<'_>, depth: usize, found: &mut Diagnostics) -> Table {
    let mut entries: Table = table
        .iter()
        .map(|(key, value)| {
            let name = Name {
                text: key.get_ref().to_string(),
                span: key.span(),
            };
            (name, convert(value, depth + 1, found))
        })
        .collect();
    entries.sort_by_key(|(name, _)| name.span.start);
    entries
}

fn convert(value: &Spanned<DeValue<'_>>, depth: usize, found: &mut Diagnostics) -> Node {
    let span = value.span();
    if depth > NESTING_MAX {
        found.add(
            &span,
            format!("nested deeper than {NESTING_MAX} levels"),
            None,
        );
        return Node {
            span,
            value: Value::Other,
        };
    }
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Value::Other, Value::Integer),
        DeValue::Float(float) => float
            .as_str()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map_or(Value::Other, Value::Number),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(_) => Value::Other,
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| convert(item, depth + 1, found))
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(convert_table(table, depth, found)),
    };
    Node { span, value }
}

/// Lays a variant's changes over a table: tables are merged by key, all else is replaced.
pub(crate) fn overlay(base: &Table, changes: &Table) -> Table {
    let mut merged = base.clone();
    for (name, change) in changes {
        let existing = merged.iter_mut().find(|(other, _)| other.text == name.text);
        match (existing, &change.value) {
            (
                Some((
                    _,
                    Node {
                        value: Value::Table(table),
                        ..
                    },
                )),
                Value::Table(change),
            ) => {
                *table = overlay(table, change);
            }
            (Some((place, node)), _) => {
                *place = name.clone();
                *node = change.clone();
            }
            (None, _) => merged.push((name.clone(), change.clone())),
        }
    }
    merged
}
