//! The questionnaire: `tools/assessment.toml`, resolved against the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Block, Catalog, Details, EntryId, Kind};
use serde::Deserialize;
use toml::Spanned;

use crate::error::RuleError;

/// The data file, inside the content.
pub const FILE: &str = "tools/assessment.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    schema: u32,
    path: Vec<PathRow>,
    question: Vec<QuestionRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathRow {
    id: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionRow {
    id: Spanned<String>,
    text: String,
    answer: Vec<AnswerRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerRow {
    id: Spanned<String>,
    text: String,
    points: BTreeMap<String, u32>,
    because: String,
    #[serde(default)]
    read: Vec<String>,
}

/// A learning path that can be recommended.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Id.
    pub id: EntryId,
    /// Name.
    pub name: String,
    /// Level, as in `Senior engineer`.
    pub level: String,
    /// Length in weeks.
    pub weeks: Option<u32>,
    /// What stands at the end.
    pub outcome: String,
    /// Address of its page; none while it is planned.
    pub path: Option<String>,
    /// Complete pages of its modules, in order.
    pub(crate) pages: Vec<EntryId>,
}

/// A question with its answers.
#[derive(Clone, Debug)]
pub struct Item {
    /// Id, which is the name of the field.
    pub id: String,
    /// The question.
    pub text: String,
    /// What can be answered; leaving it out is always possible.
    pub choices: Vec<Choice>,
}

/// One answer to a question.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Id, which is the value of the field.
    pub id: String,
    /// The answer.
    pub text: String,
    /// Points by path, in the order of the paths.
    pub(crate) points: Vec<u32>,
    /// Why it points there.
    pub(crate) because: String,
    /// Complete pages to read first.
    pub(crate) read: Vec<EntryId>,
}

/// Everything that the assessment asks and recommends.
#[derive(Clone, Debug)]
pub struct Questionnaire {
    /// Paths, least presupposed first.
    pub paths: Vec<Candidate>,
    /// Questions in order.
    pub items: Vec<Item>,
    /// Name, summary and address of every page that may be named.
    pub(crate) pages: BTreeMap<EntryId, (String, String)>,
}

impl Questionnaire {
    /// Reads the questionnaire of a catalogue.
    ///
    /// # Errors
    ///
    /// Every fault of [`FILE`]: syntax, unknown paths and pages, answers that move nothing.
    pub fn read(catalog: &Catalog) -> Result<Questionnaire, Vec<RuleError>> {
        let text = catalog.data.get(FILE).map_or("", String::as_str);
        if text.is_empty() {
            let message = format!("the file {FILE} is missing");
            return Err(vec![RuleError::at(FILE, text, 0, message)]);
        }
        let sheet: Sheet = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let message = error.message().replace('\n', " ");
            vec![RuleError::at(FILE, text, offset, message)]
        })?;
        let mut builder = Builder {
            catalog,
            text,
            errors: Vec::new(),
        };
        let questionnaire = builder.build(&sheet);
        if builder.errors.is_empty() {
            Ok(questionnaire)
        } else {
            Err(builder.errors)
        }
    }
}

struct Builder<'c> {
    catalog: &'c Catalog,
    text: &'c str,
    errors: Vec<RuleError>,
}

impl Builder<'_> {
    fn error(&mut self, at: &Spanned<String>, message: String) {
        let error = RuleError::at(FILE, self.text, at.span().start, message);
        self.errors.push(error);
    }

    fn build(&mut self, sheet: &Sheet) -> Questionnaire {
        if sheet.schema != crate::SCHEMA {
            let message = format!("schema is {}, this program knows 1", sheet.schema);
            self.errors.push(RuleError::at(FILE, self.text, 0, message));
        }
        let paths: Vec<Candidate> = sheet.path.iter().filter_map(|row| self.path(row)).collect();
        let mut seen = BTreeSet::new();
        let mut items = Vec::new();
        for row in &sheet.question {
            if !seen.insert(row.id.get_ref()) {
                let message = format!("the id \"{}\" is used twice", row.id.get_ref());
                self.error(&row.id, message);
            }
            items.push(self.item(row, &paths));
        }
        if paths.is_empty() || items.is_empty() {
            let message = "at least one path and one question are needed".to_owned();
            self.errors.push(RuleError::at(FILE, self.text, 0, message));
        }
        let named = items.iter().flat_map(|item| &item.choices);
        let named = named.flat_map(|choice| &choice.read);
        let named = named.chain(paths.iter().flat_map(|path| &path.pages));
        let pages = named
            .filter_map(|id| self.catalog.entry(id))
            .map(|entry| (entry.id.clone(), (entry.name.clone(), entry.path.clone())))
            .collect();
        Questionnaire {
            paths,
            items,
            pages,
        }
    }

    fn path(&mut self, row: &PathRow) -> Option<Candidate> {
        let id = EntryId::parse(row.id.get_ref(), Some(Kind::Path)).ok();
        let entry = id.as_ref().and_then(|id| self.catalog.entry(id));
        let Some(entry) = entry.filter(|entry| entry.id.kind == Kind::Path) else {
            let message = format!("there is no learning path \"{}\"", row.id.get_ref());
            self.error(&row.id, message);
            return None;
        };
        let mut pages = Vec::new();
        for section in &entry.document.sections {
            catalog::walk_blocks(&section.blocks, &mut |block| {
                if let Block::Module(module) = block {
                    pages.extend(module.pages.iter().cloned());
                }
            });
        }
        pages.retain(|id| self.catalog.entry(id).is_some_and(|page| !page.planned));
        let details = match &entry.details {
            Details::Path(details) => details.clone(),
            _ => catalog::PathDetails::default(),
        };
        Some(Candidate {
            id: entry.id.clone(),
            name: entry.name.clone(),
            level: details.level,
            weeks: details.weeks,
            outcome: details.outcome,
            path: (!entry.planned).then(|| entry.path.clone()),
            pages,
        })
    }

    fn item(&mut self, row: &QuestionRow, paths: &[Candidate]) -> Item {
        let mut choices: Vec<Choice> = Vec::new();
        for answer in &row.answer {
            if choices.iter().any(|known| known.id == *answer.id.get_ref()) {
                let message = format!("the answer \"{}\" stands twice", answer.id.get_ref());
                self.error(&answer.id, message);
            }
            choices.push(self.choice(answer, paths));
        }
        Item {
            id: row.id.get_ref().clone(),
            text: row.text.clone(),
            choices,
        }
    }

    fn choice(&mut self, row: &AnswerRow, paths: &[Candidate]) -> Choice {
        for slug in row.points.keys() {
            if !paths.iter().any(|path| path.id.slug == *slug) {
                let message = format!("{} gives points to no path: \"{slug}\"", row.id.get_ref());
                self.error(&row.id, message);
            }
        }
        let points: Vec<u32> = paths
            .iter()
            .map(|path| row.points.get(&path.id.slug).copied().unwrap_or(0))
            .collect();
        if points.iter().all(|number| Some(number) == points.first()) {
            let message = format!("the answer \"{}\" moves nothing", row.id.get_ref());
            self.error(&row.id, message);
        }
        let mut read = Vec::new();
        for text in &row.read {
            let id = EntryId::parse(text, None).ok();
            match id.as_ref().and_then(|id| self.catalog.entry(id)) {
                // What is still to come is named once it is written.
                Some(entry) if entry.planned => {}
                Some(entry) => read.push(entry.id.clone()),
                None => self.error(&row.id, format!("there is no page \"{text}\"")),
            }
        }
        Choice {
            id: row.id.get_ref().clone(),
            text: row.text.clone(),
            points,
            because: row.because.clone(),
            read,
        }
    }
}
