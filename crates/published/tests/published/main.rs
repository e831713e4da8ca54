//! Models asked through the public surface.

mod content;
mod discrete;
mod hostile;
mod questions;
mod queues;

use kernel::{Interval, Moments};
use published::{Memo, Parameter, Parameters, TargetSet};

/// Reads `{ … }` as selectors.
pub(crate) fn selectors(text: &str) -> Parameters {
    let text = format!(
        "schema_version = 1\n[[target]]\nid = \"t\"\nchecks = [{{ q = \"q\", at = {text}, value = 0 }}]"
    );
    let set = TargetSet::parse(&text, "test").unwrap_or_else(|found| panic!("{}", found[0]));
    set.targets[0].checks[0].at.clone()
}

/// What a model answers, or its refusal in words.
pub(crate) fn ask(id: &str, quantity: &str, at: &str) -> Result<Vec<f64>, String> {
    let none = Parameters::default();
    let answer = published::ask(id, quantity, &selectors(at), &none, &mut Memo::default());
    answer
        .map(|answer| answer.values)
        .map_err(|refusal| refusal.to_string())
}

/// One value that must be there.
pub(crate) fn value(id: &str, quantity: &str, at: &str) -> f64 {
    match ask(id, quantity, at) {
        Ok(values) => values[0],
        Err(why) => panic!("{id} {quantity} {at}: {why}"),
    }
}

/// The value lies in the 99.9 % interval of independent repeats, and the interval is narrow: half
/// of it is within `width` of the value.
pub(crate) fn agrees(what: &str, formula: f64, repeats: &Moments, width: f64) {
    let interval = Interval::student(repeats, 0.999);
    let narrow = interval.half_width() <= width * formula.abs();
    assert!(
        narrow && interval.contains(formula),
        "{what}: formula {formula}, run {} to {}",
        interval.low,
        interval.high
    );
}

/// A parameter as a test writes it.
pub(crate) fn number(value: f64) -> Parameter {
    Parameter::Number(value)
}
