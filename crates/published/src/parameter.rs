//! Values of parameters and selectors as a file states them.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A name.
    Name(String),
    /// Yes or no.
    Flag(bool),
    /// Values in order.
    List(Vec<Parameter>),
    /// Values by name.
    Table(Parameters),
}

/// Values by name, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(pub Vec<(String, Parameter)>);

impl Parameters {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    /// Names in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Sets a value, replacing one of the same name.
    pub fn set(&mut self, name: &str, value: Parameter) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }
}

impl Parameter {
    /// The value as a number; flags count as 0 and 1.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Parameter::Whole(value) => Some(value as f64),
            Parameter::Number(value) => Some(value),
            Parameter::Flag(value) => Some(f64::from(u8::from(value))),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Parameter::Whole(_) => "a whole number",
            Parameter::Number(_) => "a number",
            Parameter::Name(_) => "a name",
            Parameter::Flag(_) => "true or false",
            Parameter::List(_) => "a list",
            Parameter::Table(_) => "a table",
        }
    }
}

/// As a person writes it: `0.5`, `lru`, `[1, 2]`.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Parameter::Whole(value) => write!(f, "{value}"),
            Parameter::Number(value) => write!(f, "{value}"),
            Parameter::Name(name) => f.write_str(name),
            Parameter::Flag(value) => write!(f, "{value}"),
            Parameter::List(list) => {
                let items: Vec<String> = list.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Parameter::Table(table) => write!(f, "{{ {table} }}"),
        }
    }
}

/// As a person writes them: `clients = 10, algo = FullJitter`.
impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{name} = {value}")?;
        }
        Ok(())
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Parameter::Whole(value) => serializer.serialize_i64(*value),
            Parameter::Number(value) => serializer.serialize_f64(*value),
            Parameter::Name(name) => serializer.serialize_str(name),
            Parameter::Flag(value) => serializer.serialize_bool(*value),
            Parameter::List(list) => {
                let mut sequence = serializer.serialize_seq(Some(list.len()))?;
                for item in list {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Parameter::Table(table) => table.serialize(serializer),
        }
    }
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
