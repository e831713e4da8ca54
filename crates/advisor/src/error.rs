//! What can be wrong with a question or with the data behind a tool.

use catalog::{Diagnostic, Place, Severity};
use serde::{Deserialize, Serialize};

/// One input that cannot be used: which field, what was given, what is wrong, what would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Name of the field.
    pub field: String,
    /// The value as it was given.
    pub value: String,
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub fix: String,
}

impl FieldError {
    pub(crate) fn new(
        field: impl Into<String>,
        value: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> FieldError {
        FieldError {
            field: field.into(),
            value: value.into(),
            message: message.into(),
            fix: fix.into(),
        }
    }
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} is \"{}\": {}; {}",
            self.field, self.value, self.message, self.fix
        )
    }
}

/// A fault of a tool's data file, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// File inside the content, for instance `tools/decide.toml`.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What would put it right.
    pub hint: Option<String>,
}

impl RuleError {
    /// A fault at a byte offset of `text`.
    pub(crate) fn at(file: &str, text: &str, offset: usize, message: impl Into<String>) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        RuleError {
            file: file.to_owned(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before[start..].chars().count() + 1).unwrap_or(u32::MAX),
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// The fault as a finding about content.
    pub fn diagnostic(&self, layer: &str) -> Diagnostic {
        Diagnostic {
            place: Place {
                layer: layer.to_owned(),
                file: self.file.clone(),
                line: self.line,
                column: self.column,
            },
            severity: Severity::Error,
            code: "tool-data",
            message: self.message.clone(),
            hint: self.hint.clone(),
        }
    }
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        if let Some(hint) = &self.hint {
            write!(formatter, " ({hint})")?;
        }
        Ok(())
    }
}

/// A question has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Inputs that cannot be used, all of them.
    #[error("{}", lines(.0))]
    Input(Vec<FieldError>),
    /// The inputs are fine and describe a system that has no steady state.
    #[error("{why}; {fix}")]
    NoSteadyState {
        /// The arithmetic.
        why: String,
        /// What would have one.
        fix: String,
        /// Fewest servers with a steady state; 0 where no number of them has one.
        servers_min: u32,
    },
    /// The tool's data file is broken, all faults.
    #[error("{}", lines(.0))]
    Rules(Vec<RuleError>),
}

/// The JSON document that stands in place of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Version of this shape.
    pub schema: u32,
    /// Inputs that cannot be used.
    pub errors: Vec<FieldError>,
    /// Why fine inputs have no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<NoSteadyState>,
}

/// A system that cannot keep up, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoSteadyState {
    /// The arithmetic.
    pub why: String,
    /// What would have a steady state.
    pub fix: String,
    /// Fewest servers with one; 0 where no number of them has one.
    pub servers_min: u32,
}

impl Error {
    /// The error as a document. Faults of data files are left out: they are for their author.
    pub fn refusal(&self) -> Refusal {
        let mut refusal = Refusal {
            schema: crate::SCHEMA,
            errors: Vec::new(),
            refused: None,
        };
        match self {
            Error::Input(errors) => refusal.errors = errors.clone(),
            Error::NoSteadyState {
                why,
                fix,
                servers_min,
            } => {
                refusal.refused = Some(NoSteadyState {
                    why: why.clone(),
                    fix: fix.clone(),
                    servers_min: *servers_min,
                });
            }
            Error::Rules(_) => {}
        }
        refusal
    }
}

fn lines<T: std::fmt::Display>(list: &[T]) -> String {
    let lines: Vec<String> = list.iter().map(T::to_string).collect();
    lines.join("\n")
}
