//! What a sizing tool asks: fields as data, from which form, command, schema and reader follow.

use crate::error::FieldError;
use crate::input::Unit;

/// Most lines in one field: one form sends each as a parameter, and a server reads a hundred.
pub const LINES_MAX: usize = 64;

/// One field of a question.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name in a query string, a file and, with hyphens, on a command line.
    pub name: &'static str,
    /// Group of the form in which it stands.
    pub group: &'static str,
    /// One line that says what it is.
    pub about: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What is taken where it is left out, as a person would write it.
    pub default: Option<&'static str>,
    /// What the worked example says.
    pub example: Option<&'static str>,
    /// Whether there is nothing to compute without it.
    pub needed: bool,
    /// Whether it may be a range.
    pub ranges: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A number or a range of numbers, in the unit's base, both ends included.
    Number {
        /// Units it may be written in.
        unit: Unit,
        /// Least value.
        least: f64,
        /// Largest value.
        most: f64,
    },
    /// A whole number, both ends included.
    Whole {
        /// Least value.
        least: u32,
        /// Largest value.
        most: u32,
    },
    /// One line of text, refused with a reason.
    Text(fn(&str) -> Result<(), FieldError>),
    /// Up to [`LINES_MAX`] lines in a notation of the tool's own, each refused with a reason.
    Lines(fn(&str) -> Result<(), FieldError>),
}

impl Field {
    const fn new(
        name: &'static str,
        group: &'static str,
        about: &'static str,
        kind: Kind,
    ) -> Field {
        Field {
            name,
            group,
            about,
            kind,
            default: None,
            example: None,
            needed: false,
            ranges: true,
        }
    }

    /// A number from `least` to `most`.
    pub(crate) const fn number(
        name: &'static str,
        group: &'static str,
        unit: Unit,
        (least, most): (f64, f64),
        about: &'static str,
    ) -> Field {
        Field::new(name, group, about, Kind::Number { unit, least, most })
    }

    /// A whole number from `least` to `most`.
    pub(crate) const fn whole(
        name: &'static str,
        group: &'static str,
        (least, most): (u32, u32),
        about: &'static str,
    ) -> Field {
        Field::new(name, group, about, Kind::Whole { least, most })
    }

    /// One line of text.
    pub(crate) const fn text(
        name: &'static str,
        group: &'static str,
        check: fn(&str) -> Result<(), FieldError>,
        about: &'static str,
    ) -> Field {
        Field::new(name, group, about, Kind::Text(check))
    }

    /// Several lines, each read by the tool's own parser.
    pub(crate) const fn lines(
        name: &'static str,
        group: &'static str,
        check: fn(&str) -> Result<(), FieldError>,
        about: &'static str,
    ) -> Field {
        Field::new(name, group, about, Kind::Lines(check))
    }

    /// With what is taken where it is left out.
    pub(crate) const fn default(mut self, text: &'static str) -> Field {
        self.default = Some(text);
        self
    }

    /// With what the worked example says.
    pub(crate) const fn example(mut self, text: &'static str) -> Field {
        self.example = Some(text);
        self
    }

    /// One number only: a choice of the reader's, or an answer too costly to draw a thousand times.
    pub(crate) const fn single(mut self) -> Field {
        self.ranges = false;
        self
    }

    /// Without it there is nothing to compute.
    pub(crate) const fn needed(mut self) -> Field {
        self.needed = true;
        self
    }
}
