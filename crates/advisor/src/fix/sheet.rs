//! The files of `tools/fix/` as they are written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

/// `causes.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CauseSheet {
    pub(super) schema: u32,
    /// Share of causes that stand in no playbook.
    pub(super) other: Spanned<f64>,
    pub(super) mitigation: GeneralRow,
    pub(super) said: Strengths,
    pub(super) cause: Vec<CauseRow>,
}

/// What to do while nothing is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GeneralRow {
    #[serde(rename = "do")]
    pub(super) action: String,
    pub(super) risk: String,
    pub(super) undo: String,
    pub(super) check: String,
    pub(super) page: Spanned<String>,
}

/// How often an observation says yes when a fact is so, and when it is not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rates {
    /// When it is so.
    pub(super) yes: f64,
    /// When it is not.
    pub(super) no: f64,
}

impl Rates {
    /// Whether both are chances that neither prove nor exclude.
    pub(super) fn are_chances(self) -> bool {
        let inside = |p: f64| p > 0.0 && p < 1.0;
        inside(self.yes) && inside(self.no)
    }
}

/// What a mention in free words is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Strengths {
    pub(super) strong: Rates,
    pub(super) fair: Rates,
    pub(super) weak: Rates,
    pub(super) denied: Rates,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CauseRow {
    pub(super) playbook: Spanned<String>,
    pub(super) weight: Spanned<f64>,
    pub(super) why: String,
}

/// `facts.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactSheet {
    pub(super) schema: u32,
    pub(super) fact: Vec<FactRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactRow {
    pub(super) id: Spanned<String>,
    pub(super) says: String,
    /// Short words under which it can be chosen; left out where it is asked for alone.
    #[serde(default)]
    pub(super) symptom: String,
    pub(super) usual: Spanned<f64>,
    pub(super) causes: Vec<ChanceRow>,
    pub(super) said: Said,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChanceRow {
    pub(super) id: Spanned<String>,
    pub(super) p: f64,
    pub(super) why: String,
}

/// Words by which people mention a fact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Said {
    pub(super) strong: Vec<String>,
    pub(super) fair: Vec<String>,
    pub(super) weak: Vec<String>,
    pub(super) denied: Vec<String>,
}

/// `checks.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckSheet {
    pub(super) schema: u32,
    pub(super) check: Vec<CheckRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckRow {
    pub(super) name: Spanned<String>,
    pub(super) fact: Spanned<String>,
    pub(super) question: String,
    pub(super) minutes: f64,
    pub(super) look: String,
    #[serde(default)]
    pub(super) run: String,
    pub(super) number: Option<Scale>,
    #[serde(default = "usual_yes")]
    pub(super) yes: f64,
    #[serde(default = "usual_no")]
    pub(super) no: f64,
}

/// Checks that look at the thing itself see it nine times of ten.
fn usual_yes() -> f64 {
    0.9
}

/// And raise one false alarm in twenty.
fn usual_no() -> f64 {
    0.05
}

/// When a number says yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// What it counts, as in `%` or `per minute`.
    pub unit: String,
    /// Up to here it says no.
    pub normal: f64,
    /// From here on it says yes; below `normal` where low numbers are bad.
    pub alarm: f64,
}

/// `words.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WordSheet {
    pub(super) schema: u32,
    pub(super) class: BTreeMap<String, Vec<String>>,
}
