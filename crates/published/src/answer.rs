//! What a model says: a value with how it came about, or why there is none.

use kernel::{Interval, Moments};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// The level of the intervals that are printed beside simulated values.
pub const LEVEL: f64 = 0.99;

/// How a value came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// A formula, evaluated.
    Formula,
    /// A run of the described system, with the 99 % interval of its mean where it has one.
    Simulation(Option<(f64, f64)>),
}

/// A value with how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// One value, or several where the quantity is a list.
    pub values: Vec<f64>,
    /// Whether it is a list even of one value.
    pub is_list: bool,
    /// How it came about.
    pub method: Method,
}

impl Answer {
    /// A value by formula.
    pub fn formula(value: f64) -> Answer {
        Answer {
            values: vec![value],
            is_list: false,
            method: Method::Formula,
        }
    }

    /// Several values by formula.
    pub fn list(values: Vec<f64>) -> Answer {
        Answer {
            values,
            is_list: true,
            method: Method::Formula,
        }
    }

    /// A value by simulation, without an interval.
    pub fn simulated(value: f64) -> Answer {
        Answer {
            values: vec![value],
            is_list: false,
            method: Method::Simulation(None),
        }
    }

    /// The mean over independent repeats, with its interval.
    pub fn mean(moments: &Moments) -> Answer {
        let interval = Interval::student(moments, LEVEL);
        let range = (moments.count() > 1).then_some((interval.low, interval.high));
        Answer {
            values: vec![interval.mean],
            is_list: false,
            method: Method::Simulation(range),
        }
    }
}

/// Why there is no answer. The text is for the reader of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The model does not define this quantity.
    NoQuantity,
    /// A selector is a list where the model takes one value; each element can be asked for.
    List(String),
    /// Anything else that keeps the model from answering.
    Because(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoQuantity => f.write_str("no model for this quantity"),
            Refusal::List(key) => write!(f, "\"{key}\" is a list; the model takes one value"),
            Refusal::Because(why) => f.write_str(why),
        }
    }
}

/// What a model returns.
pub type Outcome = Result<Answer, Refusal>;

/// A refusal in words.
pub(crate) fn refuse<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Because(why.into()))
}

/// Runs that several quantities of one target share, so that each happens once.
#[derive(Debug, Default)]
pub struct Memo(BTreeMap<String, Rc<[f64]>>);

impl Memo {
    /// What the run of that name gave; it happens on the first call. The name states everything
    /// that the run depends on.
    pub(crate) fn run(&mut self, name: String, run: impl FnOnce() -> Vec<f64>) -> Rc<[f64]> {
        let kept = self.0.entry(name);
        Rc::clone(kept.or_insert_with(|| run().into()))
    }
}
