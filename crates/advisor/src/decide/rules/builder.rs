//! Rows to rules: slugs resolved, conditions checked, contradictions found.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, Details, Entry, EntryId, Kind, RelationKind, nearest};
use toml::Spanned;

use super::sheet::{BandRow, CriterionRow, EliminateRow, FavourRow, Fit, Sheet};
use super::{
    Band, CRITERIA, Criterion, Eliminate, FILE, Favour, GRAPH_RULES, Note, Pattern, Problem, Rules,
};
use crate::decide::condition::{self, Condition};
use crate::error::RuleError;

pub(super) struct Builder<'c> {
    catalog: &'c Catalog,
    text: &'c str,
    index: BTreeMap<String, usize>,
    seen: BTreeSet<String>,
    pub(super) errors: Vec<RuleError>,
}

impl<'c> Builder<'c> {
    pub(super) fn new(catalog: &'c Catalog, text: &'c str) -> Builder<'c> {
        let index = catalog
            .entries()
            .filter(|entry| entry.id.kind == Kind::Pattern)
            .enumerate()
            .map(|(at, entry)| (entry.id.slug.clone(), at))
            .collect();
        Builder {
            catalog,
            text,
            index,
            seen: BTreeSet::new(),
            errors: Vec::new(),
        }
    }

    fn error(&mut self, at: &Spanned<String>, message: String, hint: Option<String>) {
        let error = RuleError::at(FILE, self.text, at.span().start, message);
        self.errors.push(error.with_hint(hint));
    }

    /// Indices of slugs; an unknown one is an error at the rule's id.
    fn resolve<'s>(
        &mut self,
        at: &Spanned<String>,
        slugs: impl IntoIterator<Item = &'s String>,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for slug in slugs {
            match self.index.get(slug) {
                Some(index) => found.push(*index),
                None => {
                    let near = nearest(slug, self.index.keys().map(String::as_str))
                        .map(|near| format!("did you mean \"{near}\"?"));
                    let message = format!("{} names no pattern: \"{slug}\"", at.get_ref());
                    self.error(at, message, near);
                }
            }
        }
        found
    }

    fn id(&mut self, at: &Spanned<String>) -> String {
        let id = at.get_ref().clone();
        if !self.seen.insert(id.clone()) {
            self.error(at, format!("the id \"{id}\" is used twice"), None);
        }
        id
    }

    fn condition(&mut self, at: &Spanned<String>, when: &Condition) {
        if when.is_empty() {
            self.error(
                at,
                format!("{} applies always: `when` is empty", at.get_ref()),
                None,
            );
        }
        if let Some(fault) = condition::fault(when) {
            self.error(at, format!("{}: {fault}", at.get_ref()), None);
        }
    }

    pub(super) fn build(&mut self, sheet: Sheet) -> Rules {
        if sheet.schema != crate::SCHEMA {
            let message = format!("schema is {}, this program knows 1", sheet.schema);
            self.errors.push(RuleError::at(FILE, self.text, 0, message));
        }
        let criteria = self.criteria(&sheet.criterion);
        let bands = self.bands(&sheet.band);
        let patterns = self.patterns(&bands);
        let problems = self.problems(&sheet, &patterns);
        let eliminate = sheet
            .eliminate
            .iter()
            .map(|row| self.eliminate(row, &patterns))
            .collect();
        let favour = sheet.favour.iter().map(|row| self.favour(row)).collect();
        let mut notes = Vec::new();
        for row in &sheet.note {
            self.condition(&row.id, &row.when);
            notes.push(Note {
                id: self.id(&row.id),
                when: row.when.clone(),
                text: row.text.clone(),
            });
        }
        let mut graph_whys = BTreeMap::new();
        for row in &sheet.graph_rule {
            if !GRAPH_RULES.contains(&row.id.get_ref().as_str()) {
                let hint = format!("one of {}", GRAPH_RULES.join(", "));
                self.error(
                    &row.id,
                    format!("no rule of the graph is \"{}\"", row.id.get_ref()),
                    Some(hint),
                );
            }
            graph_whys.insert(self.id(&row.id), row.why.clone());
        }
        for missing in GRAPH_RULES
            .iter()
            .filter(|id| !graph_whys.contains_key(**id))
        {
            let message = format!("[[graph_rule]] \"{missing}\" is missing");
            self.errors.push(RuleError::at(FILE, self.text, 0, message));
        }
        Rules {
            patterns,
            criteria,
            fit: sheet.fit,
            effort: sheet.effort,
            graph_whys,
            bands,
            problems,
            eliminate,
            favour,
            notes,
            index: self.index.clone(),
        }
    }

    fn criteria(&mut self, rows: &[CriterionRow]) -> Vec<Criterion> {
        let mut criteria = Vec::new();
        for id in CRITERIA {
            match rows.iter().find(|row| row.id.get_ref() == id) {
                Some(row) if row.weight > 0.0 && row.weight.is_finite() => {
                    criteria.push(Criterion {
                        name: row.name.clone(),
                        weight: row.weight,
                        why: row.why.clone(),
                    })
                }
                Some(row) => {
                    self.error(&row.id, format!("the weight of {id} must be above 0"), None);
                }
                None => {
                    let message = format!("[[criterion]] \"{id}\" is missing");
                    self.errors.push(RuleError::at(FILE, self.text, 0, message));
                }
            }
        }
        for row in rows
            .iter()
            .filter(|row| !CRITERIA.contains(&row.id.get_ref().as_str()))
        {
            let hint = format!("one of {}", CRITERIA.join(", "));
            self.error(
                &row.id,
                format!("no criterion is \"{}\"", row.id.get_ref()),
                Some(hint),
            );
        }
        criteria
    }

    fn bands(&mut self, rows: &[BandRow]) -> Vec<Band> {
        let mut bands = Vec::new();
        for scale in &self.catalog.vocabulary.scales {
            match rows.iter().find(|row| *row.id.get_ref() == scale.id) {
                Some(row) => bands.push(Band {
                    id: self.id(&row.id),
                    name: in_sentence(&scale.name),
                    users_below: row.users_below.unwrap_or(f64::INFINITY),
                    data_gb_below: row.data_gb_below.unwrap_or(f64::INFINITY),
                    start: self.resolve(&row.id, &row.start),
                    why: row.why.clone(),
                }),
                None => {
                    let message = format!("[[band]] \"{}\" is missing", scale.id);
                    self.errors.push(RuleError::at(FILE, self.text, 0, message));
                }
            }
        }
        bands
    }

    fn patterns(&self, bands: &[Band]) -> Vec<Pattern> {
        let entries: Vec<&Entry> = self
            .catalog
            .entries()
            .filter(|entry| entry.id.kind == Kind::Pattern)
            .collect();
        let mut patterns: Vec<Pattern> = entries
            .iter()
            .map(|entry| self.one_pattern(entry, bands))
            .collect();
        // Patterns that others need or work with carry more than themselves.
        let degree = |entry: &Entry| {
            let related = self.catalog.related(&entry.id);
            let leaned_on = related.iter().filter(|other| {
                (other.kind == RelationKind::Requires && other.inverse)
                    || other.kind == RelationKind::PairsWith
            });
            libm::log1p(leaned_on.count() as f64)
        };
        let most = entries
            .iter()
            .map(|entry| degree(entry))
            .fold(1.0, f64::max);
        for (pattern, entry) in patterns.iter_mut().zip(&entries) {
            pattern.foundation = degree(entry) / most;
        }
        patterns
    }

    fn one_pattern(&self, entry: &Entry, bands: &[Band]) -> Pattern {
        let related = |kind: RelationKind| -> Vec<usize> {
            self.catalog
                .related(&entry.id)
                .iter()
                .filter(|other| other.kind == kind && (!other.inverse || kind.is_symmetric()))
                .filter_map(|other| self.index.get(&other.id.slug).copied())
                .collect()
        };
        let details = match &entry.details {
            Details::Pattern(details) => details.as_ref().clone(),
            _ => catalog::PatternDetails::default(),
        };
        let names = entry.aliases.iter().chain([&entry.name]);
        Pattern {
            id: entry.id.clone(),
            name: entry.name.clone(),
            names: names.map(|name| crate::input::slug(name)).collect(),
            bands: bands
                .iter()
                .enumerate()
                .filter(|(_, band)| details.scale_bands.contains(&band.id))
                .map(|(at, _)| at)
                .collect(),
            // The middle of a range that spans a factor is its geometric mean.
            hours: details
                .effort_hours
                .map(|(least, most)| libm::sqrt(f64::from(least.max(1)) * f64::from(most.max(1)))),
            category: details.category,
            tier: details.tier,
            requires: related(RelationKind::Requires),
            conflicts: related(RelationKind::Conflicts),
            successors: related(RelationKind::Successor),
            foundation: 0.0,
            answers: details.answers,
        }
    }

    fn problems(&mut self, sheet: &Sheet, patterns: &[Pattern]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for row in &sheet.problem {
            let start = self.resolve(&row.id, &row.start);
            let also = self.resolve(&row.id, &row.also);
            for category in &row.categories {
                let known = &self.catalog.vocabulary.categories;
                if !known.iter().any(|choice| choice.id == *category) {
                    self.error(
                        &row.id,
                        format!("there is no category \"{category}\""),
                        None,
                    );
                }
            }
            let playbook = self
                .catalog
                .entry(&EntryId::new(Kind::Playbook, row.id.get_ref()));
            let also = also.into_iter().chain(self.treated_by(playbook)).collect();
            let fits = problem_fits(
                &sheet.fit,
                row.id.get_ref(),
                patterns,
                &start,
                also,
                &row.categories,
            );
            let mut aliases: Vec<String> = row
                .aliases
                .iter()
                .map(|alias| crate::input::slug(alias))
                .collect();
            aliases.push(crate::input::slug(&row.name));
            aliases.push(format!("playbook:{}", row.id.get_ref()));
            problems.push(Problem {
                id: self.id(&row.id),
                name: row.name.clone(),
                group: row.group.clone(),
                aliases,
                start,
                fits,
            });
        }
        problems.extend(self.playbook_problems(&sheet.fit, patterns, &problems));
        problems
    }

    /// Every other playbook is a problem as well: the first pattern it names is the first to try.
    fn playbook_problems(
        &self,
        fit: &Fit,
        patterns: &[Pattern],
        known: &[Problem],
    ) -> Vec<Problem> {
        self.catalog
            .entries()
            .filter(|entry| entry.id.kind == Kind::Playbook)
            .filter(|entry| known.iter().all(|problem| problem.id != entry.id.slug))
            .map(|entry| {
                let treated: Vec<usize> = self.treated_by(Some(entry)).collect();
                let start: Vec<usize> = treated.iter().take(1).copied().collect();
                let names = entry.aliases.iter().chain([&entry.name]);
                let mut aliases: Vec<String> = names.map(|name| crate::input::slug(name)).collect();
                aliases.push(entry.id.to_string());
                Problem {
                    id: entry.id.slug.clone(),
                    name: entry.name.clone(),
                    group: "playbook".to_owned(),
                    aliases,
                    fits: problem_fits(fit, &entry.id.slug, patterns, &start, treated, &[]),
                    start,
                }
            })
            .collect()
    }

    /// The patterns that a playbook names, in its order.
    fn treated_by<'e>(&'e self, playbook: Option<&'e Entry>) -> impl Iterator<Item = usize> + 'e {
        playbook
            .into_iter()
            .flat_map(|entry| &entry.relations)
            .filter(|relation| relation.kind == RelationKind::Patterns)
            .filter_map(|relation| self.index.get(&relation.to.slug).copied())
    }

    fn eliminate(&mut self, row: &EliminateRow, patterns: &[Pattern]) -> Eliminate {
        self.condition(&row.id, &row.when);
        let mut chosen: BTreeSet<usize> =
            self.resolve(&row.id, &row.patterns).into_iter().collect();
        for (at, pattern) in patterns.iter().enumerate() {
            if row.categories.contains(&pattern.category) {
                chosen.insert(at);
            }
        }
        if chosen.is_empty() {
            self.error(
                &row.id,
                format!("{} eliminates nothing", row.id.get_ref()),
                None,
            );
        }
        Eliminate {
            id: self.id(&row.id),
            patterns: chosen,
            when: row.when.clone(),
            why: row.why.clone(),
        }
    }

    fn favour(&mut self, row: &FavourRow) -> Favour {
        self.condition(&row.id, &row.when);
        // Users and data alone are the scale, which has a criterion of its own.
        let beyond_scale = row
            .when
            .keys()
            .any(|name| !matches!(name.as_str(), "users" | "data_gb"));
        if !beyond_scale {
            let message = format!("{} depends on the scale alone", row.id.get_ref());
            self.error(
                &row.id,
                message,
                Some("use [[band]], or name another field".to_owned()),
            );
        }
        let mut patterns = BTreeMap::new();
        for (slug, points) in &row.patterns {
            if !(-1.0..=1.0).contains(points) || *points == 0.0 {
                let message = format!(
                    "{}: points of {slug} must be from -1 to 1, not 0",
                    row.id.get_ref()
                );
                self.error(&row.id, message, None);
            }
            patterns.extend(
                self.resolve(&row.id, [slug])
                    .into_iter()
                    .map(|at| (at, *points)),
            );
        }
        Favour {
            id: self.id(&row.id),
            when: row.when.clone(),
            patterns,
            start: self.resolve(&row.id, &row.start),
            why: row.why.clone(),
        }
    }

    /// Rules that can never be the reason, and rules that pull one pattern both ways.
    pub(super) fn check(&mut self, rules: &Rules) {
        let mut found = Vec::new();
        for (at, rule) in rules.eliminate.iter().enumerate() {
            let shadow = rules.eliminate[..at].iter().find(|earlier| {
                condition::implies(&rule.when, &earlier.when)
                    && rule.patterns.is_subset(&earlier.patterns)
            });
            if let Some(earlier) = shadow {
                found.push(format!(
                    "{} can never be the reason: {} comes first",
                    rule.id, earlier.id
                ));
            }
        }
        for favour in &rules.favour {
            let wanted = favour.patterns.iter().filter(|(_, points)| **points > 0.0);
            let wanted: BTreeSet<usize> = wanted
                .map(|(at, _)| *at)
                .chain(favour.start.iter().copied())
                .collect();
            found.extend(contradiction(rules, &favour.id, &favour.when, &wanted));
            for other in &rules.favour {
                let same = condition::implies(&favour.when, &other.when)
                    && condition::implies(&other.when, &favour.when);
                let torn = favour.patterns.iter().any(|(at, points)| {
                    other
                        .patterns
                        .get(at)
                        .is_some_and(|opposite| *points > 0.0 && *opposite < 0.0)
                });
                if same && torn {
                    found.push(format!(
                        "{} and {} pull one pattern both ways",
                        favour.id, other.id
                    ));
                }
            }
        }
        for problem in &rules.problems {
            let mut when = Condition::new();
            when.entry("problems".to_owned()).or_default().has = vec![problem.id.clone()];
            let wanted = problem.start.iter().copied().collect();
            found.extend(contradiction(rules, &problem.id, &when, &wanted));
        }
        let text = self.text;
        self.errors.extend(
            found
                .into_iter()
                .map(|message| RuleError::at(FILE, text, 0, message)),
        );
    }
}

/// A name inside a sentence: its first letter small.
fn in_sentence(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// A rule that wants a pattern wherever another eliminates it.
fn contradiction(
    rules: &Rules,
    id: &str,
    when: &Condition,
    wanted: &BTreeSet<usize>,
) -> Option<String> {
    rules.eliminate.iter().find_map(|rule| {
        let both = rule.patterns.intersection(wanted).next()?;
        condition::implies(when, &rule.when).then(|| {
            format!(
                "{id} wants {} wherever {} eliminates it",
                rules.patterns[*both].id, rule.id
            )
        })
    })
}

/// Fit of every pattern to a problem: the first ones, then the other suggestions, then those that
/// say they answer it, then those of its categories.
fn problem_fits(
    fit: &Fit,
    id: &str,
    patterns: &[Pattern],
    start: &[usize],
    also: Vec<usize>,
    categories: &[String],
) -> Vec<f64> {
    patterns
        .iter()
        .enumerate()
        .map(|(at, pattern)| {
            if start.contains(&at) {
                fit.start
            } else if also.contains(&at) || pattern.answers.iter().any(|answer| answer == id) {
                fit.also
            } else if categories.contains(&pattern.category) {
                fit.category
            } else {
                0.0
            }
        })
        .collect()
}
