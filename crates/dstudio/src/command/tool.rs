//! What the tools' commands share: where a question comes from and how an answer goes out.

use std::io::Read;
use std::path::{Path, PathBuf};

use advisor::Error;
use clap::Args;
use serde::Serialize;

use super::report::{Part, markdown, text};
use crate::{Failure, Outcome, output};

/// Largest question in a file: no question comes near it.
const INPUT_BYTES_MAX: u64 = 1 << 20;

/// Flags of every tool.
#[derive(Debug, Args)]
pub(crate) struct ToolOptions {
    /// JSON file with the same fields; `-` reads standard input. Flags win over it.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long, conflicts_with = "md")]
    pub(crate) json: bool,
    /// Print Markdown, for a design document.
    #[arg(long)]
    pub(crate) md: bool,
}

impl ToolOptions {
    /// Names and texts: those of the file, then those of the flags, of which the last one counts.
    /// A list given by flags takes the place of the file's.
    pub(crate) fn pairs(
        &self,
        flags: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, Error> {
        let mut pairs = match &self.input {
            Some(path) => {
                let text = read(path)
                    .map_err(|error| Error::Input(vec![field_error(path, error.to_string())]))?;
                advisor::input::pairs_from_json(&text).map_err(Error::Input)?
            }
            None => Vec::new(),
        };
        pairs.retain(|(name, _)| flags.iter().all(|(flag, _)| flag != name));
        pairs.extend(flags);
        Ok(pairs)
    }

    /// Prints an answer, or why there is none, and says how the program ends.
    pub(crate) fn print<T: Serialize>(
        &self,
        answer: Result<T, Error>,
        parts: impl Fn(&T) -> Vec<Part>,
    ) -> Result<Option<T>, Failure> {
        match answer {
            Ok(answer) => {
                if self.json {
                    output::print_json(&answer)?;
                } else if self.md {
                    output::print(&markdown(&parts(&answer)))?;
                } else {
                    output::print(text(&parts(&answer)).trim_start_matches('\n'))?;
                }
                Ok(Some(answer))
            }
            Err(error) => {
                if self.json {
                    output::print_json(&error.refusal())?;
                }
                match error {
                    // The question is fine; what it describes is not.
                    Error::NoSteadyState { .. } => {
                        eprintln!("dstudio: {error}");
                        Ok(None)
                    }
                    error => Err(Failure::Other(error.to_string())),
                }
            }
        }
    }
}

/// A positive or a negative end.
pub(crate) fn outcome(fine: bool) -> Outcome {
    if fine {
        Outcome::Fine
    } else {
        Outcome::Finding
    }
}

/// Flags that were given, as names and texts.
pub(crate) fn given(flags: &[(&str, &Option<String>)]) -> Vec<(String, String)> {
    flags
        .iter()
        .filter_map(|(name, value)| {
            let value = value.as_ref()?;
            Some(((*name).to_owned(), value.clone()))
        })
        .collect()
}

pub(crate) fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin()
            .take(INPUT_BYTES_MAX)
            .read_to_string(&mut text)?;
    } else {
        std::fs::File::open(path)?
            .take(INPUT_BYTES_MAX)
            .read_to_string(&mut text)?;
    }
    Ok(text)
}

pub(crate) fn field_error(path: &Path, message: String) -> advisor::FieldError {
    advisor::FieldError {
        field: "input".to_owned(),
        value: path.display().to_string(),
        message,
        fix: "name a file that holds one JSON object".to_owned(),
    }
}
