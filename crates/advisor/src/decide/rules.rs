//! The decision tool's knowledge: patterns from the catalogue, rules from `tools/decide.toml`.

mod builder;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, EntryId};

use super::condition::{self, Condition};
use super::question::{Field, Question};
use crate::error::RuleError;
use builder::Builder;
use sheet::{Effort, Fit, Sheet};

/// The data file, inside the content.
pub const FILE: &str = "tools/decide.toml";

/// The rule for patterns that are in place: out of the ranking, not out of reach.
pub(crate) const ALREADY_THERE: &str = "already-there";

/// Rules that follow from the catalogue's graph. The file words them.
pub(crate) const GRAPH_RULES: [&str; 5] = [
    ALREADY_THERE,
    "conflicts-with-existing",
    "declining",
    "out-of-scale",
    "needs-eliminated",
];

/// Criteria, in the order in which contributions are listed.
pub(crate) const CRITERIA: [&str; 6] = [
    "problem",
    "scale",
    "numbers",
    "effort",
    "tier",
    "foundation",
];

/// A pattern as the tool sees it.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) id: EntryId,
    pub(crate) name: String,
    pub(crate) names: Vec<String>,
    pub(crate) category: String,
    pub(crate) tier: String,
    pub(crate) bands: Vec<usize>,
    pub(crate) hours: Option<f64>,
    pub(crate) requires: Vec<usize>,
    pub(crate) conflicts: Vec<usize>,
    pub(crate) successors: Vec<usize>,
    pub(crate) foundation: f64,
    answers: Vec<String>,
}

/// How much a criterion counts, and why.
#[derive(Clone, Debug)]
pub(crate) struct Criterion {
    pub(crate) name: String,
    pub(crate) weight: f64,
    pub(crate) why: String,
}

/// A scale.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) id: String,
    /// As it stands in a sentence: `1M to 10M users`.
    pub(crate) name: String,
    pub(crate) users_below: f64,
    pub(crate) data_gb_below: f64,
    pub(crate) start: Vec<usize>,
    pub(crate) why: String,
}

/// Something that hurts or is wanted.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Id.
    pub id: String,
    /// As shown.
    pub name: String,
    /// Group in the form: `symptom`, `need` or `playbook`.
    pub group: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) start: Vec<usize>,
    /// Fit of each pattern, by index.
    pub(crate) fits: Vec<f64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Eliminate {
    pub(crate) id: String,
    pub(crate) patterns: BTreeSet<usize>,
    pub(crate) when: Condition,
    pub(crate) why: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Favour {
    pub(crate) id: String,
    pub(crate) when: Condition,
    pub(crate) patterns: BTreeMap<usize, f64>,
    pub(crate) start: Vec<usize>,
    pub(crate) why: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) when: Condition,
    pub(crate) text: String,
}

/// Everything that decides, read once from a catalogue.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) criteria: Vec<Criterion>,
    pub(crate) fit: Fit,
    pub(crate) effort: Effort,
    pub(crate) graph_whys: BTreeMap<String, String>,
    pub(crate) bands: Vec<Band>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) eliminate: Vec<Eliminate>,
    pub(crate) favour: Vec<Favour>,
    pub(crate) notes: Vec<Note>,
    index: BTreeMap<String, usize>,
}

impl Rules {
    /// Reads the rules of a catalogue.
    ///
    /// # Errors
    ///
    /// Every fault of [`FILE`]: syntax, unknown patterns and fields, rules that can never apply,
    /// and rules that contradict each other.
    pub fn read(catalog: &Catalog) -> Result<Rules, Vec<RuleError>> {
        let text = catalog.data.get(FILE).map_or("", String::as_str);
        if text.is_empty() {
            return Err(vec![RuleError::at(
                FILE,
                text,
                0,
                format!("the file {FILE} is missing"),
            )]);
        }
        let sheet: Sheet = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            vec![RuleError::at(
                FILE,
                text,
                offset,
                error.message().replace('\n', " "),
            )]
        })?;
        let mut builder = Builder::new(catalog, text);
        let rules = builder.build(sheet);
        builder.check(&rules);
        if builder.errors.is_empty() {
            Ok(rules)
        } else {
            Err(builder.errors)
        }
    }

    /// Every problem that a question may name, in the order of the form.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Ids and names of the patterns, in order of id.
    pub fn patterns(&self) -> impl Iterator<Item = (&EntryId, &str)> {
        self.patterns
            .iter()
            .map(|pattern| (&pattern.id, pattern.name.as_str()))
    }

    /// Ids of the rules that eliminate, those of the graph last.
    pub fn elimination_ids(&self) -> impl Iterator<Item = &str> {
        self.eliminate
            .iter()
            .map(|rule| rule.id.as_str())
            .chain(GRAPH_RULES)
    }

    /// A question on which the rule with that id of [`FILE`] applies.
    pub fn witness(&self, rule: &str) -> Option<Question> {
        let eliminate = self.eliminate.iter().map(|rule| (&rule.id, &rule.when));
        let favour = self.favour.iter().map(|rule| (&rule.id, &rule.when));
        let note = self.notes.iter().map(|rule| (&rule.id, &rule.when));
        eliminate
            .chain(favour)
            .chain(note)
            .find(|(id, _)| *id == rule)
            .map(|(_, when)| condition::witness(when))
    }

    /// Ids of rules that favour, and of notes.
    pub fn favour_and_note_ids(&self) -> impl Iterator<Item = &str> {
        let favour = self.favour.iter().map(|rule| rule.id.as_str());
        favour.chain(self.notes.iter().map(|note| note.id.as_str()))
    }

    /// Every bound that a rule or a scale sets on a number, ascending, each once.
    pub(crate) fn bounds(&self, field: Field) -> Vec<f64> {
        let conditions = self
            .eliminate
            .iter()
            .map(|rule| &rule.when)
            .chain(self.favour.iter().map(|rule| &rule.when));
        let mut bounds: Vec<f64> = conditions
            .filter_map(|when| when.get(field.name()))
            .flat_map(|test| [test.below, test.at_least])
            .flatten()
            .chain(self.bands.iter().filter_map(|band| {
                let bound = match field {
                    Field::Users => band.users_below,
                    Field::DataGb => band.data_gb_below,
                    _ => return None,
                };
                bound.is_finite().then_some(bound)
            }))
            .collect();
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        bounds
    }

    /// The problem that `text` names by id, alias or name, in the form of a slug.
    pub(crate) fn problem(&self, text: &str) -> Option<usize> {
        self.problems.iter().position(|problem| {
            problem.id == text || problem.aliases.iter().any(|alias| alias == text)
        })
    }

    /// The pattern that `text` names by id, slug, name or alias, in the form of a slug.
    pub(crate) fn pattern(&self, text: &str) -> Option<usize> {
        let slug = text.strip_prefix("pattern:").unwrap_or(text);
        let by_name = || {
            self.patterns
                .iter()
                .position(|pattern| pattern.names.iter().any(|name| name == slug))
        };
        self.index.get(slug).copied().or_else(by_name)
    }
}
