//! What every sizing tool answers: figures with their ranges, formulas, reasons, what would change
//! it, and files to take away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::quantity::Quantity;
use crate::formula::Formula;

/// The answer of a sizing tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Version of this shape.
    pub schema: u32,
    /// Id of the tool.
    pub tool: String,
    /// The question as it was understood, in base units; it can be asked again as it stands.
    pub question: BTreeMap<String, Value>,
    /// One sentence that answers.
    pub headline: String,
    /// Whether what the question asks for is met.
    pub holds: bool,
    /// Figures, the one that matters most first.
    pub figures: Vec<Figure>,
    /// How ranges were carried through; absent where every input is one number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<Draws>,
    /// Figures that belong together.
    pub tables: Vec<Table>,
    /// Figures that people would rather look at.
    pub charts: Vec<Chart>,
    /// Why it is so and what to do about it.
    pub reasons: Vec<String>,
    /// What the first figure becomes when one input changes, the input that matters most first.
    pub sensitivity: Vec<Effect>,
    /// Formulas with their numbers and sources.
    pub formulas: Vec<Formula>,
    /// What the answer takes for granted.
    pub assumptions: Vec<String>,
    /// Files to take away.
    pub files: Vec<File>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it measures, and so the unit of the value.
    pub quantity: Quantity,
    /// The value with every input at its likely value.
    pub value: f64,
    /// The value as people read it.
    pub text: String,
    /// Where it lies when inputs are ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
}

impl Figure {
    pub(crate) fn new(id: &str, name: &str, quantity: Quantity, value: f64) -> Figure {
        Figure {
            id: id.to_owned(),
            name: name.to_owned(),
            quantity,
            value,
            text: quantity.text(value),
            spread: None,
        }
    }
}

/// Percentiles of a figure over draws from the ranges of the inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// One draw in ten lies below.
    pub p10: f64,
    /// Half of the draws lie below.
    pub p50: f64,
    /// Nine draws in ten lie below.
    pub p90: f64,
    /// The range as people read it.
    pub text: String,
}

/// How ranges were carried through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draws {
    /// Draws.
    pub count: u32,
    /// Draws for which there is no answer.
    pub refused: u32,
    /// Seed.
    pub seed: u64,
}

/// One cell of a table: its text, and its number where it has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// As people read it.
    pub text: String,
    /// In the base unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            value: None,
        }
    }

    pub(crate) fn of(quantity: Quantity, value: f64) -> Cell {
        Cell {
            text: quantity.text(value),
            value: Some(value),
        }
    }
}

/// Rows under heads; the first cell of a row names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// Heads, one a column.
    pub columns: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
    /// How to read it; may be empty.
    pub note: String,
}

/// Name and unit of an axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// What it measures.
    pub name: String,
    /// Its unit; empty for a plain number.
    pub unit: String,
}

impl Axis {
    pub(crate) fn new(name: &str, unit: &str) -> Axis {
        Axis {
            name: name.to_owned(),
            unit: unit.to_owned(),
        }
    }
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its points from left to right.
    pub points: Vec<(f64, f64)>,
}

/// A value of a chart, with the range in which it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dot {
    /// Its name.
    pub name: String,
    /// The value.
    pub value: f64,
    /// The range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<(f64, f64)>,
}

/// A picture as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chart {
    /// Lines over an axis.
    Lines {
        /// What it shows.
        title: String,
        /// The same in a sentence.
        description: String,
        /// Across.
        x: Axis,
        /// Upwards.
        y: Axis,
        /// The lines.
        lines: Vec<Line>,
    },
    /// Values side by side.
    Dots {
        /// What it shows.
        title: String,
        /// The same in a sentence.
        description: String,
        /// What is compared.
        axis: Axis,
        /// The values.
        dots: Vec<Dot>,
        /// A value to compare with, and its name.
        #[serde(skip_serializing_if = "Option::is_none")]
        reference: Option<(String, f64)>,
    },
}

/// What the first figure becomes when one input changes and the others stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The input.
    pub field: String,
    /// The changed values, as people write them.
    pub change: String,
    /// The figure at the lower value; absent where there is no answer.
    pub low: Option<f64>,
    /// The figure at the higher value; absent where there is no answer.
    pub high: Option<f64>,
    /// Both in words.
    pub effect: String,
}

/// A file to take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// File name.
    pub name: String,
    /// What reads it.
    pub about: String,
    /// Language, for highlighting.
    pub language: String,
    /// Content.
    pub text: String,
}

/// What a tool adds to its figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) headline: String,
    pub(crate) holds: bool,
    pub(crate) tables: Vec<Table>,
    pub(crate) charts: Vec<Chart>,
    pub(crate) reasons: Vec<String>,
    pub(crate) formulas: Vec<Formula>,
    pub(crate) assumptions: Vec<String>,
    pub(crate) files: Vec<File>,
}
