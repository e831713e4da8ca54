//! What the diagnosis knows: `tools/fix/*.toml`, resolved against the catalogue.

mod builder;

use std::collections::BTreeMap;

use catalog::Catalog;
use serde::{Deserialize, Serialize};

use super::sheet::{Rates, Said, Strengths};
use crate::error::RuleError;

pub use super::sheet::Scale;

/// Folder of the data files, inside the content.
pub const FOLDER: &str = "tools/fix/";
/// Causes, general mitigation, worth of words.
pub(super) const CAUSES: &str = "tools/fix/causes.toml";
/// Facts with their chances.
pub(super) const FACTS: &str = "tools/fix/facts.toml";
/// Checks.
pub(super) const CHECKS: &str = "tools/fix/checks.toml";
/// Classes of words.
pub(super) const WORDS: &str = "tools/fix/words.toml";

/// Name of what stands in no playbook, where the data files speak of it.
pub(super) const OTHER: &str = "other";

/// A step that is safe to take before the cause is proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mitigation {
    /// Id of the page it is taken from.
    pub id: String,
    /// Name of that page.
    pub name: String,
    /// Address of that page; none while it is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do.
    #[serde(rename = "do")]
    pub action: String,
    /// Command or query for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What it may cost.
    pub risk: String,
    /// How to take it back.
    pub undo: String,
    /// How to see that it worked.
    pub check: String,
}

/// A cause, which is a playbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Id, `playbook:slug`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Address of the playbook; none while it is planned.
    pub path: Option<String>,
    /// Aim for mitigation, in minutes.
    pub time_box_minutes: Option<u32>,
    /// Chance before anything is known.
    pub(super) prior: f64,
    /// Why that chance.
    pub(super) why: String,
    /// Symptoms, aliases and keywords of the playbook, and its name.
    pub(super) phrases: Vec<String>,
    /// Terms of how the playbook recognises it.
    pub(super) signs: Vec<String>,
    /// First step of the playbook's first five minutes.
    pub(super) first: Option<Mitigation>,
}

/// Something that can be so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Id.
    pub id: String,
    /// The fact in a sentence.
    pub says: String,
    /// Short words under which a reader chooses it; empty where it cannot be chosen.
    pub symptom: String,
    /// Chance under each cause, in their order; the last one is that of other causes.
    pub(super) chances: Vec<f64>,
    /// Why, for the causes that the file names.
    pub(super) whys: BTreeMap<usize, String>,
    pub(super) said: Said,
}

impl Fact {
    /// Whether it tells causes apart; else it only tells them from everything else.
    pub(super) fn is_of_causes(&self) -> bool {
        let causes = self.chances.len() - 1;
        self.whys.keys().any(|at| *at < causes)
    }
}

/// A view of a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Name of the evidence.
    pub name: String,
    /// What to answer.
    pub question: String,
    /// How to find out.
    pub look: String,
    /// Command or query for it; may be empty.
    pub run: String,
    /// How long it takes.
    pub minutes: f64,
    /// The scale of a number; none where the answer is yes or no.
    pub number: Option<Scale>,
    /// Index of the fact.
    pub(super) fact: usize,
    pub(super) rates: Rates,
}

impl Check {
    /// `number` or `yes-no`.
    pub fn kind(&self) -> &'static str {
        if self.number.is_some() {
            "number"
        } else {
            "yes-no"
        }
    }

    /// How to find out, with its command.
    pub fn instruction(&self) -> String {
        if self.run.is_empty() {
            self.look.clone()
        } else {
            format!("{} {}", self.look, self.run)
        }
    }
}

/// Everything that diagnoses. It can be written and read back, so that a browser has it too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Causes.
    pub causes: Vec<Cause>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Checks.
    pub checks: Vec<Check>,
    /// Chance, before anything is known, of a cause that stands in no playbook.
    pub(super) other: f64,
    pub(super) general: Mitigation,
    pub(super) strengths: Strengths,
    pub(super) classes: BTreeMap<String, Vec<String>>,
}

impl Model {
    /// Reads the model of a catalogue.
    ///
    /// # Errors
    ///
    /// Every fault of the files in [`FOLDER`]: syntax, unknown playbooks and facts, chances that
    /// are none, facts that nothing observes, causes that nothing tells apart.
    pub fn read(catalog: &Catalog) -> Result<Model, Vec<RuleError>> {
        builder::build(catalog)
    }

    /// The check with that name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// The fact that a check observes.
    pub fn fact_of(&self, check: &Check) -> &Fact {
        &self.facts[check.fact]
    }

    /// Facts that a reader can choose, in order.
    pub fn symptoms(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(|fact| !fact.symptom.is_empty())
    }
}
