//! The reference of all keys, for people and forms, from the table that the reader itself uses.

use super::schema::Kind::{List, Map, Table};
use super::schema::Need::{Default, Optional, Required};
use super::schema::{SCENARIO, Spec, describe};

/// A table of a scenario, for a reference page or a form.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TableReference {
    /// Name of the kind of table.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its keys.
    pub keys: Vec<KeyReference>,
    /// Another table whose keys it has as well.
    pub and_keys_of: Option<&'static str>,
}

/// One key of a table.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct KeyReference {
    /// As written in a scenario.
    pub name: &'static str,
    /// What it holds, for people.
    pub holds: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it is when left out.
    pub default: Option<&'static str>,
    /// What it does.
    pub doc: &'static str,
}

/// The reference of all keys, from the table that the reader itself uses.
pub fn reference() -> Vec<TableReference> {
    let mut tables: Vec<TableReference> = Vec::new();
    let mut pending = vec![&SCENARIO];
    while let Some(spec) = pending.pop() {
        if tables.iter().any(|table| table.name == spec.name) {
            continue;
        }
        let mut below: Vec<&'static Spec> = spec.and.into_iter().collect();
        let mut keys = Vec::new();
        for key in spec.keys {
            let (required, default) = match key.need {
                Required => (true, None),
                Optional => (false, None),
                Default(value) => (false, Some(value)),
            };
            let holds = describe(&key.kind);
            keys.push(KeyReference {
                name: key.name,
                holds,
                required,
                default,
                doc: key.doc,
            });
            if let Table(spec) | Map(spec) | List(spec) = key.kind {
                below.push(spec);
            }
        }
        let and_keys_of = spec.and.map(|more| more.name);
        tables.push(TableReference {
            name: spec.name,
            doc: spec.doc,
            keys,
            and_keys_of,
        });
        pending.extend(below.into_iter().rev());
    }
    tables
}

/// The reference of all keys, as text: one line a key.
pub fn schema() -> String {
    let mut text = String::new();
    for table in reference() {
        text += &format!("[{}] {}\n", table.name, table.doc);
        for key in table.keys {
            let need = match (key.required, key.default) {
                (true, _) => "required".to_string(),
                (false, None) => "optional".to_string(),
                (false, Some(value)) => format!("default {value}"),
            };
            text += &format!("  {}: {} ({need}). {}\n", key.name, key.holds, key.doc);
        }
        if let Some(more) = table.and_keys_of {
            text += &format!("  and the keys of [{more}]\n");
        }
    }
    text
}
