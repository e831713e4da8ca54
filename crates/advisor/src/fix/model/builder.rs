//! Files to model, with every fault on the way.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Block, Catalog, Details, Entry, EntryId, Kind, inline_text};
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::{CAUSES, CHECKS, Cause, Check, FACTS, Fact, Mitigation, Model, OTHER, WORDS};
use crate::error::RuleError;
use crate::fix::sheet::{
    CauseRow, CauseSheet, CheckRow, CheckSheet, FactRow, FactSheet, GeneralRow, Rates, WordSheet,
};
use crate::fix::words;

/// Section of a playbook whose first step is the mitigation.
const FIRST_SECTION: &str = "first-five-minutes";
/// Section of a playbook that says how to tell it from others.
const SIGNS_SECTION: &str = "recognise";
/// Longest check: past an hour it is an investigation, not a check.
const MINUTES_MAX: f64 = 60.0;

pub(super) fn build(catalog: &Catalog) -> Result<Model, Vec<RuleError>> {
    let causes = parse::<CauseSheet>(catalog, CAUSES, |sheet| sheet.schema);
    let facts = parse::<FactSheet>(catalog, FACTS, |sheet| sheet.schema);
    let checks = parse::<CheckSheet>(catalog, CHECKS, |sheet| sheet.schema);
    let words = parse::<WordSheet>(catalog, WORDS, |sheet| sheet.schema);
    match (causes, facts, checks, words) {
        (Ok(causes), Ok(facts), Ok(checks), Ok(words)) => {
            let mut builder = Builder {
                catalog,
                errors: Vec::new(),
            };
            let model = builder.model(&causes, &facts, &checks, words);
            if builder.errors.is_empty() {
                Ok(model)
            } else {
                Err(builder.errors)
            }
        }
        (causes, facts, checks, words) => {
            Err([causes.err(), facts.err(), checks.err(), words.err()]
                .into_iter()
                .flatten()
                .collect())
        }
    }
}

fn parse<T: DeserializeOwned>(
    catalog: &Catalog,
    file: &str,
    schema: fn(&T) -> u32,
) -> Result<T, RuleError> {
    let Some(text) = catalog.data.get(file) else {
        let message = format!("the file {file} is missing");
        return Err(RuleError::at(file, "", 0, message));
    };
    let sheet: T = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        RuleError::at(file, text, offset, error.message().replace('\n', " "))
    })?;
    if schema(&sheet) != crate::SCHEMA {
        let message = format!("schema is {}, this program knows 1", schema(&sheet));
        return Err(RuleError::at(file, text, 0, message));
    }
    Ok(sheet)
}

struct Builder<'c> {
    catalog: &'c Catalog,
    errors: Vec<RuleError>,
}

impl Builder<'_> {
    fn error<T>(&mut self, file: &str, at: &Spanned<T>, message: String) {
        let text = self.catalog.data.get(file).map_or("", String::as_str);
        let error = RuleError::at(file, text, at.span().start, message);
        self.errors.push(error);
    }

    fn model(
        &mut self,
        causes: &CauseSheet,
        facts: &FactSheet,
        checks: &CheckSheet,
        words: WordSheet,
    ) -> Model {
        let other = *causes.other.get_ref();
        if !(0.0..1.0).contains(&other) || other == 0.0 {
            let message = format!("other is {other}; write a share between 0 and 1");
            self.error(CAUSES, &causes.other, message);
        }
        let strengths = causes.said;
        for (name, rates) in [
            ("strong", strengths.strong),
            ("fair", strengths.fair),
            ("weak", strengths.weak),
            ("denied", strengths.denied),
        ] {
            if !rates.are_chances() {
                let message = format!("said.{name} holds a number outside of 0 to 1");
                self.error(CAUSES, &causes.other, message);
            }
        }
        let rows: Vec<&CauseRow> = self.causes(&causes.cause);
        let sum: f64 = rows.iter().map(|row| *row.weight.get_ref()).sum();
        let built: Vec<Cause> = rows
            .iter()
            .filter_map(|row| self.cause(row, (1.0 - other) / sum.max(1e-9)))
            .collect();
        let slugs: Vec<&str> = rows
            .iter()
            .map(|row| row.playbook.as_ref().as_str())
            .collect();
        let facts: Vec<Fact> = self.facts(&facts.fact, &slugs);
        let checks = self.checks(&checks.check, &facts);
        Model {
            causes: built,
            facts,
            checks,
            other,
            general: self.general(&causes.mitigation),
            strengths,
            classes: words.class,
        }
    }

    /// The rows that name a playbook, each playbook once and none left out.
    fn causes<'r>(&mut self, rows: &'r [CauseRow]) -> Vec<&'r CauseRow> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for row in rows {
            let slug = row.playbook.get_ref();
            let weight = *row.weight.get_ref();
            let id = EntryId::parse(slug, Some(Kind::Playbook)).ok();
            let known =
                id.is_some_and(|id| id.kind == Kind::Playbook && self.catalog.entry(&id).is_some());
            if !known {
                self.error(
                    CAUSES,
                    &row.playbook,
                    format!("there is no playbook \"{slug}\""),
                );
            } else if !seen.insert(slug.as_str()) {
                self.error(CAUSES, &row.playbook, format!("\"{slug}\" stands twice"));
            } else if !(weight > 0.0 && weight <= 100.0) {
                let message = format!("weight is {weight}; write a number above 0, up to 100");
                self.error(CAUSES, &row.weight, message);
            } else {
                found.push(row);
            }
        }
        found
    }

    fn cause(&self, row: &CauseRow, share: f64) -> Option<Cause> {
        let id = EntryId::parse(row.playbook.get_ref(), Some(Kind::Playbook)).ok()?;
        let entry = self.catalog.entry(&id)?;
        let mut phrases = vec![entry.name.clone()];
        phrases.extend(entry.aliases.iter().cloned());
        phrases.extend(entry.keywords.iter().cloned());
        let mut time_box_minutes = None;
        if let Details::Playbook(details) = &entry.details {
            phrases.extend(details.symptoms.iter().cloned());
            time_box_minutes = details.time_box_minutes;
        }
        Some(Cause {
            id: entry.id.to_string(),
            name: entry.name.clone(),
            path: (!entry.planned).then(|| entry.path.clone()),
            time_box_minutes,
            prior: *row.weight.get_ref() * share,
            why: row.why.clone(),
            phrases,
            signs: signs(entry),
            first: first_step(entry),
        })
    }

    fn general(&mut self, row: &GeneralRow) -> Mitigation {
        let id = EntryId::parse(row.page.get_ref(), None).ok();
        let entry = id.as_ref().and_then(|id| self.catalog.entry(id));
        let (name, path) = match entry {
            Some(entry) => (
                entry.name.clone(),
                (!entry.planned).then(|| entry.path.clone()),
            ),
            // A catalogue of playbooks alone diagnoses as well.
            None => (row.page.get_ref().clone(), None),
        };
        if id.is_none() {
            let message = format!("\"{}\" is no id of a page", row.page.get_ref());
            self.error(CAUSES, &row.page, message);
        }
        Mitigation {
            id: row.page.get_ref().clone(),
            name,
            path,
            action: row.action.clone(),
            run: None,
            risk: row.risk.clone(),
            undo: row.undo.clone(),
            check: row.check.clone(),
        }
    }

    fn facts(&mut self, rows: &[FactRow], slugs: &[&str]) -> Vec<Fact> {
        let mut seen = BTreeSet::new();
        let mut facts = Vec::new();
        for row in rows {
            let id = row.id.get_ref();
            if !seen.insert(id.as_str()) {
                self.error(FACTS, &row.id, format!("the id \"{id}\" is used twice"));
            }
            facts.push(self.fact(row, slugs));
        }
        for (at, slug) in slugs.iter().enumerate() {
            // Without a fact that is likely under it alone, nothing could ever lead to the cause.
            let telling = facts
                .iter()
                .any(|fact: &Fact| fact.chances[at] >= 0.9 && fact.whys.contains_key(&at));
            if !telling {
                let message = format!("no fact is nearly certain under \"{slug}\"");
                let text = self.catalog.data.get(FACTS).map_or("", String::as_str);
                self.errors.push(RuleError::at(FACTS, text, 0, message));
            }
        }
        facts
    }

    fn fact(&mut self, row: &FactRow, slugs: &[&str]) -> Fact {
        let usual = *row.usual.get_ref();
        let mut chances = vec![usual; slugs.len() + 1];
        let mut whys = BTreeMap::new();
        if !(usual > 0.0 && usual < 1.0) {
            let message = format!("usual is {usual}; write a chance between 0 and 1");
            self.error(FACTS, &row.usual, message);
        }
        for chance in &row.causes {
            let slug = chance.id.get_ref();
            let at = slugs.iter().position(|known| known == slug);
            let at = at.or_else(|| (slug == OTHER).then_some(slugs.len()));
            match at {
                None => {
                    let hint = catalog::nearest(slug, slugs.iter().copied());
                    let message = format!("there is no cause \"{slug}\"");
                    let text = self.catalog.data.get(FACTS).map_or("", String::as_str);
                    let error = RuleError::at(FACTS, text, chance.id.span().start, message);
                    let hint = hint.map(|near| format!("did you mean \"{near}\"?"));
                    self.errors.push(error.with_hint(hint));
                }
                Some(_) if !(chance.p > 0.0 && chance.p < 1.0) => {
                    let message = format!("p is {}; write a chance between 0 and 1", chance.p);
                    self.error(FACTS, &chance.id, message);
                }
                Some(at) => {
                    if whys.insert(at, chance.why.clone()).is_some() {
                        self.error(FACTS, &chance.id, format!("\"{slug}\" stands twice"));
                    }
                    chances[at] = chance.p;
                }
            }
        }
        let lists = [
            &row.said.strong,
            &row.said.fair,
            &row.said.weak,
            &row.said.denied,
        ];
        for line in lists.into_iter().flatten() {
            if words::forms(line).is_empty() {
                self.error(FACTS, &row.id, format!("\"{line}\" holds no word"));
            }
        }
        Fact {
            id: row.id.get_ref().clone(),
            says: row.says.clone(),
            symptom: row.symptom.clone(),
            chances,
            whys,
            said: row.said.clone(),
        }
    }

    fn checks(&mut self, rows: &[CheckRow], facts: &[Fact]) -> Vec<Check> {
        let mut seen = BTreeSet::new();
        let mut checks = Vec::new();
        for row in rows {
            let name = row.name.get_ref();
            if !seen.insert(name.as_str()) {
                self.error(
                    CHECKS,
                    &row.name,
                    format!("the name \"{name}\" is used twice"),
                );
            }
            if ["text", "symptom", "evidence", "schema"].contains(&name.as_str()) {
                self.error(CHECKS, &row.name, format!("the name \"{name}\" is a field"));
            }
            let Some(fact) = facts.iter().position(|fact| fact.id == *row.fact.get_ref()) else {
                let message = format!("there is no fact \"{}\"", row.fact.get_ref());
                self.error(CHECKS, &row.fact, message);
                continue;
            };
            let rates = Rates {
                yes: row.yes,
                no: row.no,
            };
            if !rates.are_chances() || rates.yes <= rates.no {
                let message = format!("\"{name}\" says yes as often when it is not so");
                self.error(CHECKS, &row.name, message);
            }
            if !(row.minutes > 0.0 && row.minutes <= MINUTES_MAX) {
                let message = format!("\"{name}\" takes {} minutes", row.minutes);
                self.error(CHECKS, &row.name, message);
            }
            if row
                .number
                .as_ref()
                .is_some_and(|scale| scale.normal == scale.alarm)
            {
                let message = format!("\"{name}\" has the same number as normal and as alarm");
                self.error(CHECKS, &row.name, message);
            }
            checks.push(Check {
                name: name.clone(),
                question: row.question.clone(),
                look: row.look.clone(),
                run: row.run.clone(),
                minutes: row.minutes,
                number: row.number.clone(),
                fact,
                rates,
            });
        }
        checks
    }
}

/// Terms of a playbook's summary and of what it says of recognising it, each once.
fn signs(entry: &Entry) -> Vec<String> {
    let section = |section: &&catalog::SectionText| section.anchor == SIGNS_SECTION;
    let texts = catalog::section_texts(entry);
    let recognise = texts
        .iter()
        .find(section)
        .map(|section| section.text.as_str());
    let mut terms: BTreeSet<String> = words::terms(&entry.summary).collect();
    terms.extend(words::terms(recognise.unwrap_or("")));
    terms.into_iter().collect()
}

/// The first step of a playbook's first five minutes.
fn first_step(entry: &Entry) -> Option<Mitigation> {
    let section = entry
        .document
        .sections
        .iter()
        .find(|section| section.id == FIRST_SECTION)?;
    let mut found = None;
    catalog::walk_blocks(&section.blocks, &mut |block| {
        if let Block::Step(step) = block
            && found.is_none()
        {
            found = Some(Mitigation {
                id: entry.id.to_string(),
                name: entry.name.clone(),
                path: Some(entry.path.clone()),
                action: inline_text(&step.action),
                run: step.run.as_ref().map(|code| code.text.clone()),
                risk: inline_text(&step.risk),
                undo: inline_text(&step.undo),
                check: inline_text(&step.check),
            });
        }
    });
    found
}
