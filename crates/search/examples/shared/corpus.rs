//! Documents made of the project's researched facts, standing in for the pages.

use std::{collections::BTreeMap, path::Path};

use search::{Document, Section, Synonyms};
use toml::{Table, Value};

/// The tables of one file, by file name and table name.
const SOURCES: [(&str, &str, &str); 14] = [
    ("patterns.toml", "pattern", "pattern"),
    ("anti-patterns.toml", "anti_pattern", "anti-pattern"),
    ("case-studies.toml", "case_study", "case-study"),
    ("handbook.toml", "law", "law"),
    ("handbook.toml", "page", "handbook"),
    ("handbook.toml", "pillar", "pillar"),
    ("handbook.toml", "theorem", "theorem"),
    ("incidents.toml", "incident", "incident"),
    ("learning-paths.toml", "path", "path"),
    ("migrations.toml", "migration", "migration"),
    ("playbooks.toml", "playbook", "playbook"),
    ("glossary.toml", "term", "term"),
    ("patterns-reserve.toml", "pattern", "pattern"),
    ("case-studies-spare.toml", "case_study", "case-study"),
];

/// Files beyond the first so many hold entries that may never become pages.
const PUBLISHED_SOURCES: usize = 12;

/// How much of an entry's neighbours its document tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// Their names.
    #[allow(dead_code, reason = "not every example measures it")]
    Lean,
    /// Their problems too, as pages do that help to choose between neighbours: words that belong to
    /// other pages, which a ranking must see through.
    Dense,
}

/// All documents and synonyms of the folder `shared`.
pub(crate) fn read(
    shared: &Path,
    body: Body,
) -> Result<(Vec<Document>, Synonyms), Box<dyn std::error::Error>> {
    let mut entries: Vec<(&str, Table)> = Vec::new();
    for (file, table, kind) in &SOURCES[..PUBLISHED_SOURCES] {
        let text = std::fs::read_to_string(shared.join("spine").join(file))?;
        let parsed: Table = text.parse()?;
        for entry in parsed
            .get(*table)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            entries.push((kind, entry.as_table().cloned().unwrap_or_default()));
        }
    }
    // What a pattern's page says first; the facts have no such line.
    let problems: BTreeMap<String, String> = include_str!("../problems.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(slug, problem)| (slug.to_owned(), problem.to_owned()))
        .collect();
    let names: BTreeMap<String, String> = entries
        .iter()
        .map(|(_, entry)| (text(entry, "slug"), name(entry)))
        .collect();
    let mentions = mentions(&entries);
    let documents = entries
        .iter()
        .map(|(kind, entry)| document(kind, entry, body, &problems, &names, &mentions))
        .collect();
    let groups = entries
        .iter()
        .filter(|(kind, _)| *kind == "term")
        .map(|(_, entry)| {
            std::iter::once(name(entry))
                .chain(list(entry, "aliases"))
                .collect()
        })
        .collect();
    Ok((documents, Synonyms { groups }))
}

fn text(entry: &Table, key: &str) -> String {
    entry
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn list(entry: &Table, key: &str) -> Vec<String> {
    let values = entry
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    values
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn name(entry: &Table) -> String {
    ["name", "title", "term"]
        .iter()
        .map(|key| text(entry, key))
        .find(|t| !t.is_empty())
        .unwrap_or_default()
}

/// What playbooks and anti-patterns say of the patterns they send to.
fn mentions(entries: &[(&str, Table)]) -> BTreeMap<String, Vec<String>> {
    let mut mentions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (kind, entry) in entries {
        let (key, said) = match *kind {
            "playbook" => ("patterns", list(entry, "symptoms").join("; ")),
            "anti-pattern" => ("fix_patterns", text(entry, "symptom")),
            _ => continue,
        };
        for slug in list(entry, key) {
            let said = format!("{}: {said}", name(entry));
            mentions.entry(slug).or_default().push(said);
        }
    }
    mentions
}

fn document(
    kind: &str,
    entry: &Table,
    body: Body,
    problems: &BTreeMap<String, String>,
    names: &BTreeMap<String, String>,
    mentions: &BTreeMap<String, Vec<String>>,
) -> Document {
    let slug = text(entry, "slug");
    let mut sections = Vec::new();
    let mut add = |anchor: &str, heading: &str, text: String| {
        if !text.is_empty() {
            sections.push(Section {
                anchor: anchor.to_owned(),
                heading: heading.to_owned(),
                text,
            });
        }
    };
    let summary = [
        "definition",
        "statement",
        "purpose",
        "question",
        "symptom",
        "mechanism",
        "real_fix",
        "outcome",
    ]
    .iter()
    .map(|key| text(entry, key))
    .find(|text| !text.is_empty())
    .or_else(|| problems.get(&slug).filter(|_| kind == "pattern").cloned())
    .unwrap_or_default();
    for (key, heading) in [
        ("experiment", "See it run"),
        ("why", "Why it grows"),
        ("trigger", "Trigger"),
        ("from", "From"),
        ("to", "To"),
        ("audience", "For whom"),
    ] {
        add(key, heading, text(entry, key));
    }
    for (key, heading) in [
        ("symptoms", "Recognise"),
        ("first_five_minutes", "First five minutes"),
        ("within_one_hour", "Within the hour"),
        ("do_not", "Do not"),
        ("risks", "Risks"),
        ("metrics", "Metrics"),
        ("formulas", "Formulas"),
    ] {
        add(key, heading, list(entry, key).join(". "));
    }
    for (key, heading, field) in [
        ("modules", "Modules", "title"),
        ("phases", "Steps", "name"),
        ("key_facts", "Facts", "fact"),
    ] {
        let tables = entry
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let texts: Vec<String> = tables
            .filter_map(Value::as_table)
            .map(|table| text(table, field))
            .collect();
        add(key, heading, texts.join(". "));
    }
    if kind == "pattern" {
        add(
            "use-when",
            "When to use it",
            mentions.get(&slug).cloned().unwrap_or_default().join(". "),
        );
    }
    let mut related: Vec<String> = Vec::new();
    let mut neighbours: Vec<String> = Vec::new();
    for key in [
        "requires",
        "pairs_with",
        "alternatives",
        "patterns",
        "fix_patterns",
        "see_also",
    ] {
        for slug in list(entry, key) {
            related.extend(names.get(&slug).cloned());
            neighbours.extend(
                problems
                    .get(&slug)
                    .map(|problem| format!("{slug}: {problem}")),
            );
        }
    }
    if kind != "term" {
        add("related", "Related", related.join(", "));
        if body == Body::Dense {
            neighbours
                .chunks(4)
                .for_each(|some| add("neighbours", "Neighbours", some.join(" ")));
        }
    }
    Document {
        id: format!("{kind}:{slug}"),
        url: format!("/{kind}/{slug}/"),
        title: name(entry),
        kind: kind.to_owned(),
        aliases: list(entry, "aliases"),
        summary,
        keywords: list(entry, "symptoms"),
        sections,
    }
}
