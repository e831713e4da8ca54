//! Markdown text to a typed [`Document`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Options, Parser};

use crate::diagnostic::{FileText, Sink};
use crate::document::{Block, Document, Inline, Target};
use crate::kind::EntryId;
use crate::marks::{self, Scan};
use crate::page_builder::Builder;

/// What the whole page knows while its parts are read.
pub(crate) struct PageContext<'a, 's> {
    pub(crate) file: &'a FileText<'a>,
    pub(crate) sink: &'s RefCell<Sink>,
    pub(crate) source_keys: BTreeSet<String>,
    pub(crate) names: BTreeMap<String, f64>,
    pub(crate) used_names: RefCell<BTreeSet<String>>,
    pub(crate) cited: RefCell<BTreeSet<String>>,
    /// Entries that data blocks name, with the offset of each.
    pub(crate) named: RefCell<Vec<(EntryId, usize)>>,
    /// Experiments that data blocks show, with the offset of each.
    pub(crate) experiments: RefCell<Vec<(String, usize)>>,
    /// Filters of derived lists: field, value, offset.
    pub(crate) filters: RefCell<Vec<(&'static str, String, usize)>>,
}

impl<'a, 's> PageContext<'a, 's> {
    /// A page without sources or assumptions.
    pub(crate) fn new(file: &'a FileText<'a>, sink: &'s RefCell<Sink>) -> Self {
        PageContext {
            file,
            sink,
            source_keys: BTreeSet::new(),
            names: BTreeMap::new(),
            used_names: RefCell::default(),
            cited: RefCell::default(),
            named: RefCell::default(),
            experiments: RefCell::default(),
            filters: RefCell::default(),
        }
    }

    pub(crate) fn error(
        &self,
        code: &'static str,
        offset: usize,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        if self.sink.borrow().is_full() {
            return;
        }
        self.sink
            .borrow_mut()
            .error(code, self.file.place(offset), message, hint);
    }

    /// Reads a short text that stands inside TOML, at `offset` in the file. `figures` says whether
    /// the figure rule holds for it.
    pub(crate) fn fragment(&self, text: &str, offset: usize, figures: FigureRule) -> Vec<Inline> {
        let scan = marks::scan(text);
        let document = self.blocks(text, &scan, offset, Fixed::Fragment, figures);
        let mut content = Vec::new();
        for block in document.introduction {
            if let Block::Paragraph(inner) = block {
                if !content.is_empty() {
                    content.push(Inline::Break);
                }
                content.extend(inner);
            }
        }
        content
    }

    /// Reads a page body that starts at `offset` in the file and was scanned for marks.
    pub(crate) fn page(&self, body: &str, scan: &Scan, offset: usize) -> Document {
        self.blocks(body, scan, offset, Fixed::File, FigureRule::Holds)
    }

    fn blocks(
        &self,
        text: &str,
        scan: &Scan,
        offset: usize,
        fixed: Fixed,
        figures: FigureRule,
    ) -> Document {
        let place = |at: usize| match fixed {
            Fixed::File => offset + at,
            Fixed::Fragment => offset,
        };
        for problem in &scan.problems {
            self.error(
                problem.code,
                place(problem.offset),
                problem.message.clone(),
                Some(problem.hint.to_owned()),
            );
        }
        let mut masked = scan.masked.clone();
        for (key, at) in &scan.citations {
            if !self.source_keys.contains(key) && !self.sink.borrow().is_full() {
                self.unknown_citation(key, place(*at));
            }
        }
        // pulldown-cmark sees a reference only where a definition exists.
        let keys: BTreeSet<&String> = scan.citations.iter().map(|(key, _)| key).collect();
        for key in keys {
            masked.push_str(&format!("\n\n[^{key}]: .\n"));
        }
        let mut builder = Builder::new(self, text, scan, offset, fixed, figures);
        for (event, range) in Parser::new_ext(&masked, options()).into_offset_iter() {
            builder.event(event, range);
        }
        builder.finish()
    }

    fn unknown_citation(&self, key: &str, offset: usize) {
        let known = self.source_keys.iter().map(String::as_str);
        let hint = match crate::diagnostic::nearest(key, known) {
            Some(near) => format!("did you mean [^{near}]?"),
            None => format!("add a [[sources]] table with key = \"{key}\""),
        };
        self.error(
            "unknown-citation",
            offset,
            format!("[^{key}] cites no source of this page"),
            hint,
        );
    }
}

/// Whether the figure rule holds for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FigureRule {
    /// Uncovered figures are errors.
    Holds,
    /// A plan or an aim of our own, not a statement about the world.
    Exempt,
}

/// Whether offsets inside the text are offsets in the file, or the text was quoted in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixed {
    File,
    Fragment,
}

pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM
}

/// Reads a link destination. Schemes other than http, https and mailto are refused: they can run.
pub(crate) fn read_target(destination: &str) -> Result<Target, String> {
    if let Some(anchor) = destination.strip_prefix('#') {
        return if anchor.is_empty() {
            Err("the link \"#\" leads nowhere".to_owned())
        } else {
            Ok(Target::Here(anchor.to_owned()))
        };
    }
    if ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| destination.starts_with(scheme))
    {
        return Ok(Target::External(destination.to_owned()));
    }
    // Browsers read a backslash as a slash, and two slashes lead to another host.
    let own = destination.starts_with('/')
        && !destination.starts_with("//")
        && !destination.contains('\\');
    if own {
        return Ok(Target::Local(destination.to_owned()));
    }
    let (id, anchor) = match destination.split_once('#') {
        Some((id, anchor)) => (id, Some(anchor.to_owned())),
        None => (destination, None),
    };
    EntryId::parse(id, None).map(|id| Target::Entry { id, anchor })
}

/// A heading text as an anchor: lower case, hyphens between words.
pub fn slug_of(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') && !slug.is_empty() && character != '\'' {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The words of inline content, without marks.
pub fn inline_text(content: &[Inline]) -> String {
    let mut text = String::new();
    crate::document::walk_inlines(content, &mut |inline| match inline {
        Inline::Text(inner) | Inline::Code(inner) | Inline::Math(inner) => text.push_str(inner),
        Inline::Computed(computed) => text.push_str(&computed.shown),
        Inline::Assumed { shown, .. } => text.push_str(shown),
        Inline::Break => text.push(' '),
        _ => {}
    });
    text
}
