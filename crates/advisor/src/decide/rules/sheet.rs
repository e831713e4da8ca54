//! The rows of the data file, as written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::decide::condition::Condition;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sheet {
    pub(super) schema: u32,
    pub(super) criterion: Vec<CriterionRow>,
    pub(super) fit: Fit,
    pub(super) effort: Effort,
    pub(super) graph_rule: Vec<WhyRow>,
    pub(super) band: Vec<BandRow>,
    pub(super) problem: Vec<ProblemRow>,
    pub(super) eliminate: Vec<EliminateRow>,
    pub(super) favour: Vec<FavourRow>,
    #[serde(default)]
    pub(super) note: Vec<NoteRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CriterionRow {
    pub(super) id: Spanned<String>,
    pub(super) name: String,
    pub(super) weight: f64,
    pub(super) why: String,
}

/// How well a pattern fits, by what is known of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fit {
    /// One of the first patterns of the scale, or of the problem.
    pub(crate) start: f64,
    /// Suggested for the problem beside the first ones.
    pub(crate) also: f64,
    /// In a category that the problem points to.
    pub(crate) category: f64,
    /// Common at the scale.
    pub(crate) in_band: f64,
    /// Common one band away.
    pub(crate) near_band: f64,
    /// Where the numbers say nothing about a pattern.
    pub(crate) neutral: f64,
    /// By tier.
    pub(crate) tier: BTreeMap<String, f64>,
}

/// Hours that a budget and a team make bearable.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Effort {
    /// Hours that halve the fit, by budget.
    pub(crate) hours: BTreeMap<String, f64>,
    /// Where no budget is given.
    pub(crate) hours_unknown: f64,
    /// Engineers for which those hours hold.
    pub(crate) team_size: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyRow {
    pub(super) id: Spanned<String>,
    pub(super) why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandRow {
    pub(super) id: Spanned<String>,
    pub(super) users_below: Option<f64>,
    pub(super) data_gb_below: Option<f64>,
    pub(super) start: Vec<String>,
    pub(super) why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProblemRow {
    pub(super) id: Spanned<String>,
    pub(super) name: String,
    pub(super) group: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) start: Vec<String>,
    #[serde(default)]
    pub(super) also: Vec<String>,
    #[serde(default)]
    pub(super) categories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EliminateRow {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    pub(super) patterns: Vec<String>,
    #[serde(default)]
    pub(super) categories: Vec<String>,
    pub(super) when: Condition,
    pub(super) why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FavourRow {
    pub(super) id: Spanned<String>,
    pub(super) when: Condition,
    pub(super) patterns: BTreeMap<String, f64>,
    #[serde(default)]
    pub(super) start: Vec<String>,
    pub(super) why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteRow {
    pub(super) id: Spanned<String>,
    pub(super) when: Condition,
    pub(super) text: String,
}
