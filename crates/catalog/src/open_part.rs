//! Parts of a page that are open while its events are read.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, HeadingLevel};

use crate::document::{AdmonitionKind, Alignment, Block, Inline};

pub(crate) enum Holder {
    Root,
    List(Option<u64>, Vec<Vec<Block>>),
    Item,
    Quote(Option<AdmonitionKind>),
}

pub(crate) struct Container {
    pub(crate) holder: Holder,
    pub(crate) blocks: Vec<Block>,
}

impl Container {
    pub(crate) fn new(holder: Holder) -> Self {
        Container {
            holder,
            blocks: Vec::new(),
        }
    }
}

pub(crate) enum Span {
    Paragraph,
    Heading {
        level: u8,
        id: Option<String>,
        offset: usize,
    },
    Cell,
    Emphasis,
    Strong,
    Struck,
    Link {
        destination: String,
        offset: usize,
    },
    Image,
}

pub(crate) struct OpenCode {
    pub(crate) info: String,
    pub(crate) text: String,
    pub(crate) offset: usize,
    /// Where its text begins and ends, before the page's own offset is added.
    pub(crate) content: Option<Range<usize>>,
}

#[derive(Clone, Copy)]
pub(crate) enum Row {
    Head,
    Body,
}

pub(crate) fn heading_level(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

pub(crate) fn admonition_kind(kind: BlockQuoteKind) -> AdmonitionKind {
    match kind {
        BlockQuoteKind::Note => AdmonitionKind::Note,
        BlockQuoteKind::Tip => AdmonitionKind::Tip,
        BlockQuoteKind::Important => AdmonitionKind::Important,
        BlockQuoteKind::Warning => AdmonitionKind::Warning,
        BlockQuoteKind::Caution => AdmonitionKind::Caution,
    }
}

pub(crate) fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::Default,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}

pub(crate) fn trimmed(mut content: Vec<Inline>) -> Vec<Inline> {
    if let Some(Inline::Text(first)) = content.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some(Inline::Text(last)) = content.last_mut() {
        *last = last.trim_end().to_owned();
    }
    content.retain(|inline| !matches!(inline, Inline::Text(text) if text.is_empty()));
    content
}
