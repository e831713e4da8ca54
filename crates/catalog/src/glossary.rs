//! Glossary terms, read from `glossary.toml`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::diagnostic::{FileText, Sink, nearest};
use crate::fields::{Fields, Sheet, parse_toml};
use crate::kind::{EntryId, Kind};

/// A term with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Anchor on the glossary page.
    pub slug: String,
    /// The term as written in running text.
    pub term: String,
    /// One sentence.
    pub definition: String,
    /// Other words for it.
    pub aliases: Vec<String>,
    /// Slugs of related terms.
    pub see_also: Vec<String>,
}

/// Address of the glossary page.
pub const GLOSSARY_PATH: &str = "/reference/glossary/";

pub(crate) fn read(terms: &mut BTreeMap<String, Term>, file: &FileText<'_>, sink: &RefCell<Sink>) {
    let table = parse_toml(file, 0, file.text, sink);
    let sheet = Sheet {
        file,
        table: &table,
        base: 0,
        start: 0,
    };
    let fields = Fields::new(vec![sheet], "the glossary", sink);
    let mut here = BTreeMap::new();
    let mut references = Vec::new();
    for entry in fields.tables("term") {
        let slug = entry.required_text("slug");
        if let Err(message) = EntryId::parse(&slug.value, Some(Kind::Term)) {
            sink.borrow_mut()
                .error("bad-id", slug.place.clone(), message, None);
        }
        let see_also = entry.texts("see_also");
        references.extend(see_also.iter().cloned());
        let term = Term {
            term: entry.required_text("term").value,
            definition: entry.required_text("definition").value,
            aliases: entry
                .texts("aliases")
                .into_iter()
                .map(|text| text.value)
                .collect(),
            see_also: see_also.into_iter().map(|text| text.value).collect(),
            slug: slug.value.clone(),
        };
        entry.finish();
        if here.insert(slug.value.clone(), term).is_some() {
            let message = format!("the term \"{}\" is defined twice", slug.value);
            sink.borrow_mut()
                .error("duplicate-id", slug.place, message, None);
        }
    }
    fields.finish();
    terms.extend(here);
    for reference in references {
        if !terms.contains_key(&reference.value) {
            let near = nearest(&reference.value, terms.keys().map(String::as_str));
            sink.borrow_mut().error(
                "unresolved-relation",
                reference.place,
                format!("no term \"{}\"", reference.value),
                near.map(|near| format!("did you mean \"{near}\"?")),
            );
        }
    }
}
