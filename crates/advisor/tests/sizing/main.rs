//! The sizing tools against published and hand-computed values, and what all of them keep.

mod availability;
mod contract;
mod latency;
mod quorum;
mod slo;
mod throughput;

use advisor::Error;
use advisor::input::Unknown;
use advisor::sizing::{Answer, tool};

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = fields
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    owned.collect()
}

fn ask(id: &str, fields: &[(&str, &str)]) -> Result<Answer, Error> {
    let tool = tool(id).expect("it is one of the tools");
    tool.ask(&pairs(fields), Unknown::Refuse)
}

fn figure(answer: &Answer, id: &str) -> f64 {
    let found = answer.figures.iter().find(|figure| figure.id == id);
    found.unwrap_or_else(|| panic!("no figure {id}")).value
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} instead of {expected}"
    );
}
