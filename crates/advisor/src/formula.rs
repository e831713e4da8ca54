//! An equation with the numbers of one question.

use serde::{Deserialize, Serialize};

/// A formula with the numbers put in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Formula {
    /// What it gives.
    pub name: String,
    /// The equation.
    pub equation: String,
    /// The equation with this question's numbers.
    pub worked: String,
    /// Where it comes from.
    pub source: String,
    /// Page of the Studio that derives it, as an id; empty where none does yet.
    pub page: String,
}

impl Formula {
    pub(crate) fn new(
        name: &str,
        equation: &str,
        worked: String,
        (source, page): (&str, &str),
    ) -> Formula {
        Formula {
            name: name.to_owned(),
            equation: equation.to_owned(),
            worked,
            source: source.to_owned(),
            page: page.to_owned(),
        }
    }
}
