//! Calculators that share one contract: a tool is its fields as data and two functions.
//!
//! ```
//! use advisor::input::Unknown;
//! use advisor::sizing;
//!
//! let tool = sizing::tool("availability").expect("it is one of the tools");
//! let line = ("parts".to_owned(), "database: 99 % x2 beta 10 %".to_owned());
//! let answer = tool.ask(&[line], Unknown::Refuse)?;
//! assert!((answer.figures[0].value - 0.998_919).abs() < 1e-9);
//! # Ok::<(), advisor::Error>(())
//! ```
//!
//! [`Tool::ask`] reads the question, lets the tool measure it, and adds what every answer has:
//! which input matters most, and where the figures lie if inputs are ranges such as `2k..5k..9k`.

mod answer;
mod availability;
mod field;
mod latency;
mod quantity;
mod question;
mod quorum;
mod sensitivity;
mod slo;
mod throughput;

pub use answer::{
    Answer, Axis, Cell, Chart, Dot, Draws, Effect, Figure, File, Line, Spread, Table,
};
pub use field::{Field, Kind, LINES_MAX};
pub use quantity::{Quantity, duration};
pub use question::{Question, Range};

use answer::Parts;
use question::Point;

use crate::error::Error;
use crate::input::{Pairs, Unknown};

/// The figures at one point; the first is the one whose changes are shown.
type Measure = fn(&Point<'_>) -> Result<Vec<Figure>, Error>;

/// A calculator.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Name of its command, of its texts, and of its place under `/api/v1/`.
    pub id: &'static str,
    /// One line that says what it answers.
    pub about: &'static str,
    /// What its command's help teaches, with examples.
    pub help: &'static str,
    /// What it asks.
    pub fields: &'static [Field],
    measure: Measure,
    explain: fn(&Point<'_>, &[Figure]) -> Result<Parts, Error>,
}

/// Every sizing tool, in the order in which they are listed.
pub const TOOLS: [&Tool; 5] = [
    &availability::TOOL,
    &slo::TOOL,
    &latency::TOOL,
    &throughput::TOOL,
    &quorum::TOOL,
];

/// The tool with that id.
pub fn tool(id: &str) -> Option<&'static Tool> {
    TOOLS.into_iter().find(|tool| tool.id == id)
}

impl Tool {
    /// Reads a question.
    ///
    /// # Errors
    ///
    /// Every field that cannot be used, with what to write instead.
    pub fn question(&self, pairs: &Pairs, unknown: Unknown) -> Result<Question, Error> {
        Question::from_pairs(self.fields, pairs, unknown).map_err(Error::Input)
    }

    /// The worked example, as names and texts.
    pub fn example(&self) -> Vec<(String, String)> {
        Question::example(self.fields)
    }

    /// Answers a question.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for what cannot be used, [`Error::NoSteadyState`] for what cannot keep up.
    pub fn answer(&self, question: &Question) -> Result<Answer, Error> {
        let point = question.likely();
        let mut figures = (self.measure)(&point)?;
        let sensitivity = sensitivity::effects(self, question, &figures);
        let draws = sensitivity::spread(self.measure, question, &mut figures);
        let mut parts = (self.explain)(&point, &figures)?;
        if let Some(draws) = draws {
            parts.assumptions.push(ranges_assumption(draws));
        }
        Ok(Answer {
            schema: crate::SCHEMA,
            tool: self.id.to_owned(),
            question: question.to_json(),
            headline: parts.headline,
            holds: parts.holds,
            figures,
            draws,
            tables: parts.tables,
            charts: parts.charts,
            reasons: parts.reasons,
            sensitivity,
            formulas: parts.formulas,
            assumptions: parts.assumptions,
            files: parts.files,
        })
    }

    /// Reads and answers.
    ///
    /// # Errors
    ///
    /// As [`question`](Tool::question) and [`answer`](Tool::answer).
    pub fn ask(&self, pairs: &Pairs, unknown: Unknown) -> Result<Answer, Error> {
        self.answer(&self.question(pairs, unknown)?)
    }
}

fn ranges_assumption(draws: Draws) -> String {
    let refused = match draws.refused {
        0 => String::new(),
        some => format!(" For {some} of them there is no answer, and the ranges leave those out."),
    };
    format!(
        "Ranges are triangular around the likely value and independent of each other: {} draws, seed {}; a range shown holds eight draws of ten.{refused}",
        draws.count, draws.seed
    )
}
