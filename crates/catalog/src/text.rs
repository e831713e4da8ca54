//! A page as plain text: what search indexes and what word counts count.

use crate::document::{Block, Code, Inline};
use crate::entry::{Details, Entry, RichText};
use crate::markdown::inline_text;

/// The text of one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionText {
    /// Anchor; empty for what stands before the first section.
    pub anchor: String,
    /// Heading; empty for what stands before the first section.
    pub heading: String,
    /// Words, paragraphs parted by line ends.
    pub text: String,
}

/// The sections of an entry as text, front-matter prose first.
pub fn section_texts(entry: &Entry) -> Vec<SectionText> {
    let mut front = Vec::new();
    front_texts(entry, &mut front);
    for block in &entry.document.introduction {
        block_text(block, &mut front);
    }
    let mut found = vec![SectionText {
        anchor: String::new(),
        heading: String::new(),
        text: front.join("\n"),
    }];
    for section in &entry.document.sections {
        let mut lines = Vec::new();
        for block in &section.blocks {
            block_text(block, &mut lines);
        }
        found.push(SectionText {
            anchor: section.id.clone(),
            heading: inline_text(&section.title),
            text: lines.join("\n"),
        });
    }
    found
}

fn front_texts(entry: &Entry, lines: &mut Vec<String>) {
    lines.push(entry.summary.clone());
    let mut rich = |texts: &[RichText]| lines.extend(texts.iter().map(RichText::text));
    match &entry.details {
        Details::Pattern(pattern) => {
            rich(&[pattern.problem.clone(), pattern.solution.clone()]);
            for list in [
                &pattern.use_when,
                &pattern.avoid_when,
                &pattern.gains,
                &pattern.costs,
            ] {
                rich(list);
            }
        }
        Details::Principle { statement } => lines.push(statement.clone()),
        Details::AntiPattern { symptom, why } => lines.extend([symptom.clone(), why.clone()]),
        Details::Playbook(playbook) => {
            lines.extend(playbook.symptoms.iter().cloned());
            lines.extend(playbook.signals.iter().map(|signal| signal.metric.clone()));
        }
        Details::Migration(migration) => {
            lines.extend([migration.from.clone(), migration.to.clone()]);
        }
        Details::Path(path) => lines.extend([path.audience.clone(), path.outcome.clone()]),
        Details::Incident(incident) => lines.push(incident.trigger.clone()),
        Details::CaseStudy(_) | Details::Page { .. } => {}
    }
    lines.retain(|line| !line.is_empty());
}

fn block_text(block: &Block, lines: &mut Vec<String>) {
    match block {
        Block::List { items, .. } => {
            for item in items {
                for inner in item {
                    block_text(inner, lines);
                }
            }
        }
        Block::Quote(blocks) | Block::Admonition { blocks, .. } => {
            for inner in blocks {
                block_text(inner, lines);
            }
        }
        Block::Code(code) => lines.push(code_text(code)),
        Block::Tabs(tabs) => {
            for (label, code) in tabs {
                lines.push(label.clone());
                lines.push(code_text(code));
            }
        }
        Block::Diagram {
            title, alternative, ..
        } => {
            lines.extend([title.clone(), alternative.clone()]);
        }
        Block::Table(table) => {
            lines.push(row_text(&table.head));
            lines.extend(table.rows.iter().map(|row| row_text(row)));
        }
        Block::Step(step) => {
            lines.extend(block.runs().into_iter().map(inline_text));
            lines.extend(step.run.iter().map(code_text));
        }
        Block::Math(_) | Block::Rule | Block::Listing(_) | Block::Reproduced(_) => {}
        _ => lines.extend(block.runs().into_iter().map(inline_text)),
    }
    lines.retain(|line| !line.is_empty());
}

fn code_text(code: &Code) -> String {
    match &code.title {
        Some(title) => format!("{title}\n{}", code.text),
        None => code.text.clone(),
    }
}

fn row_text(row: &[Vec<Inline>]) -> String {
    row.iter()
        .map(|cell| inline_text(cell))
        .collect::<Vec<_>>()
        .join(" · ")
}
