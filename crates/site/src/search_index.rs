//! The catalogue as search documents, and the index in parts under addresses of their own.

use catalog::{Catalog, Details, Entry, Kind, section_texts};
use search::{Document, Index, Part, Section, Synonyms};

use crate::site::Site;

/// The index of a catalogue.
#[derive(Debug)]
pub struct SearchIndex {
    index: Index,
}

impl SearchIndex {
    pub(crate) fn build(catalog: &Catalog, address: &dyn Fn(&str) -> String) -> SearchIndex {
        let mut documents: Vec<Document> = catalog
            .pages()
            .map(|entry| document(entry, address))
            .collect();
        documents.extend(catalog.terms.values().map(|term| Document {
            id: format!("term:{}", term.slug),
            url: address(&format!("{}#{}", catalog::GLOSSARY_PATH, term.slug)),
            title: term.term.clone(),
            kind: Kind::Term.prefix().to_owned(),
            aliases: term.aliases.clone(),
            summary: term.definition.clone(),
            keywords: Vec::new(),
            sections: Vec::new(),
        }));
        let groups = catalog
            .terms
            .values()
            .filter(|term| !term.aliases.is_empty())
            .map(|term| {
                std::iter::once(&term.term)
                    .chain(&term.aliases)
                    .cloned()
                    .collect()
            })
            .collect();
        let index = Index::build(&documents, &Synonyms { groups });
        SearchIndex { index }
    }

    /// Results for a query.
    pub fn search(&self, query: &str, options: &search::Options) -> search::Results {
        self.index.search(query, options)
    }

    /// The parts that a browser fetches.
    pub fn parts(&self) -> &[Part] {
        self.index.to_parts()
    }
}

fn document(entry: &Entry, address: &dyn Fn(&str) -> String) -> Document {
    let mut keywords = entry.keywords.clone();
    match &entry.details {
        Details::Playbook(playbook) => keywords.extend(playbook.symptoms.iter().cloned()),
        Details::AntiPattern { symptom, .. } => keywords.push(symptom.clone()),
        _ => {}
    }
    Document {
        id: entry.id.to_string(),
        url: address(&entry.path),
        title: entry.name.clone(),
        kind: entry.id.kind.prefix().to_owned(),
        aliases: entry.aliases.clone(),
        summary: entry.summary.clone(),
        keywords,
        sections: section_texts(entry)
            .into_iter()
            .map(|section| Section {
                anchor: section.anchor,
                heading: section.heading,
                text: section.text,
            })
            .collect(),
    }
}

/// A hash over everything that the index is made of.
pub(crate) fn content_version(catalog: &Catalog, module_path: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    // A module of another version may read parts of another form.
    hasher.update(module_path.as_bytes());
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for entry in catalog.pages() {
        add(&entry.id.to_string());
        add(&entry.path);
        add(&entry.name);
        add(&entry.summary);
        entry
            .aliases
            .iter()
            .chain(&entry.keywords)
            .for_each(|text| add(text));
        add(&entry.markdown);
    }
    for term in catalog.terms.values() {
        add(&term.slug);
        add(&term.definition);
        term.aliases.iter().for_each(|text| add(text));
    }
    hasher.finalize().to_hex()[..12].to_owned()
}

impl Site {
    /// Address under which the parts of the index are served, with a final slash. It follows from
    /// what the index is made of, so that a page needs no index to name it.
    pub(crate) fn search_parts_base(&self) -> String {
        format!("/search/parts/{}/", self.content_version)
    }

    /// Every part of the index with its address.
    pub fn search_parts(&self) -> impl Iterator<Item = (String, &Part)> {
        let base = self.search_parts_base();
        self.search()
            .parts()
            .iter()
            .map(move |part| (format!("{base}{}", part.name), part))
    }
}
