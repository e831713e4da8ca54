//! Charts of results: typed numbers in, SVG and a table out.
//!
//! Each chart is a struct of plain data with two methods: `render` draws it, `table` gives the
//! same numbers as rows for an HTML table beside it. Variants are told apart by colour, dash and
//! marker together, so a chart reads without colour as well.

mod comparison;
mod distribution;
mod frame;
mod heat_map;
mod histogram;
mod scale;
mod sparkline;
mod time_series;

pub use comparison::{Comparison, Measurement};
pub use distribution::{Distribution, Percentile, Tail, TailPoint};
pub use heat_map::HeatMap;
pub use histogram::{Bin, Histogram, Mark};
pub use scale::Scale;
pub use sparkline::Sparkline;
pub use time_series::{Sample, Series, Span, TimeSeries};

use crate::Error;

/// Largest magnitude that a chart accepts; beyond it, differences of scales would overflow.
pub const MAGNITUDE_MAX: f64 = 1e18;
/// Smallest positive number that a logarithmic scale accepts.
pub const MAGNITUDE_MIN: f64 = 1e-18;
/// Largest number of variants in one chart: as many as can be told apart.
pub const VARIANTS_MAX: usize = 6;

/// What an axis or a column measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Its name, for instance `latency`.
    pub name: String,
    /// Its unit, for instance `ms`; empty for a plain count.
    pub unit: String,
}

impl Quantity {
    /// A quantity called `name`, in `unit`.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Quantity {
        Quantity {
            name: name.into(),
            unit: unit.into(),
        }
    }

    pub(crate) fn heading(&self) -> String {
        if self.unit.is_empty() {
            self.name.clone()
        } else {
            format!("{} ({})", self.name, self.unit)
        }
    }

    pub(crate) fn with_value(&self, value: f64) -> String {
        let value = scale::precise(value);
        match self.unit.as_str() {
            "" => value,
            unit if unit.starts_with('/') => format!("{value}{unit}"),
            unit => format!("{value} {unit}"),
        }
    }
}

/// The range in which a measured value lies with the stated confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end, not below `low`.
    pub high: f64,
}

impl Interval {
    fn check(&self) -> Result<(), Error> {
        check_number("the end of an interval", self.low)?;
        check_number("the end of an interval", self.high)?;
        if self.low > self.high {
            let (low, high) = (self.low, self.high);
            return Err(Error::Shape(format!(
                "interval `{low}..{high}` is upside down"
            )));
        }
        Ok(())
    }

    fn text(&self) -> String {
        format!(
            "{} … {}",
            scale::precise(self.low),
            scale::precise(self.high)
        )
    }
}

/// The data of a chart as text: a heading for each column, and rows of as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Headings, units included.
    pub columns: Vec<String>,
    /// Rows; the first cell names the row.
    pub rows: Vec<Vec<String>>,
}

fn check_number(what: &'static str, value: f64) -> Result<(), Error> {
    if !value.is_finite() {
        return Err(Error::NotFinite {
            what,
            value: value.to_string(),
        });
    }
    if value.abs() > MAGNITUDE_MAX {
        return Err(Error::Shape(format!(
            "{what} `{value}` is beyond {MAGNITUDE_MAX}"
        )));
    }
    Ok(())
}

fn check_positive(what: &'static str, value: f64) -> Result<(), Error> {
    check_number(what, value)?;
    if value < MAGNITUDE_MIN {
        return Err(Error::NotPositive {
            what,
            value: value.to_string(),
        });
    }
    Ok(())
}

fn check_count(what: &'static str, actual: usize, limit: usize) -> Result<(), Error> {
    match actual {
        0 => Err(Error::Empty(what)),
        _ if actual > limit => Err(Error::TooLarge {
            what,
            actual,
            limit,
        }),
        _ => Ok(()),
    }
}
