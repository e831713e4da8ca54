use thiserror::Error;

/// Why a figure was refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The prefix of a figure's ids is not usable as the start of an XML id.
    #[error("id prefix `{0}` must be a lower-case letter followed by letters, digits or hyphens")]
    IdPrefix(String),
    /// A text that every figure needs is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// An input exceeds a stated limit.
    #[error("{what}: {actual} exceeds the limit of {limit}")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// The count found.
        actual: usize,
        /// The largest count accepted.
        limit: usize,
    },
    /// The source is of a diagram kind that cannot be drawn.
    #[error(
        "line {line}: diagram kind `{kind}` is not supported; supported kinds: \
         flowchart, graph, sequenceDiagram, stateDiagram-v2"
    )]
    DiagramKind {
        /// Line of the source, counted from 1.
        line: usize,
        /// The first word found.
        kind: String,
    },
    /// A line of a diagram's source is not understood.
    #[error("line {line}: {problem}: `{text}`")]
    DiagramLine {
        /// Line of the source, counted from 1.
        line: usize,
        /// What is wrong with it, and what would be right.
        problem: String,
        /// The line itself.
        text: String,
    },
    /// A number is not finite.
    #[error("{what} is not a finite number: `{value}`")]
    NotFinite {
        /// Which number.
        what: &'static str,
        /// Its value as text.
        value: String,
    },
    /// A number does not fit the scale it would be drawn on.
    #[error("{what} must be above zero on a logarithmic scale: `{value}`")]
    NotPositive {
        /// Which number.
        what: &'static str,
        /// Its value as text.
        value: String,
    },
    /// Parts of an input do not agree in size or order.
    #[error("{0}")]
    Shape(String),
    /// An edge or a highlight names a node that does not exist.
    #[error("unknown node `{0}`")]
    UnknownNode(String),
    /// Two nodes have the same name.
    #[error("node `{0}` is defined twice")]
    DuplicateNode(String),
}
