//! What can go wrong: only damaged, foreign or missing parts. No query is an error.

use std::fmt;

/// Why an index could not be opened or searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A part is cut off, damaged, or of another format version.
    Malformed,
    /// No part of this index has this name.
    UnknownPart(String),
    /// The query needs these parts first, see [`Session::add`](crate::Session::add).
    MissingParts(Vec<String>),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => formatter.write_str("search index part is damaged or foreign"),
            Self::UnknownPart(name) => write!(formatter, "no search index part named \"{name}\""),
            Self::MissingParts(names) => {
                formatter.write_str("search index parts missing:")?;
                names
                    .iter()
                    .try_for_each(|name| write!(formatter, " {name}"))
            }
        }
    }
}

impl std::error::Error for Error {}
