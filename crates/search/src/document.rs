//! What goes into an index: documents and groups of equivalent phrases.

/// One page, or one entry that has an address of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Permanent id, `kind:slug`. Results with equal scores are ordered by it.
    pub id: String,
    /// Address of the page, without the anchor of a section.
    pub url: String,
    /// Title, as shown in results.
    pub title: String,
    /// Kind of entry, by which results are filtered and grouped.
    pub kind: String,
    /// Other names. A query that is one of them finds this document first.
    pub aliases: Vec<String>,
    /// What the page is about in a sentence or two; shown when no section fits better.
    pub summary: String,
    /// Phrases in which a reader may ask for it: symptoms, problems, product names.
    pub keywords: Vec<String>,
    /// The text, in reading order.
    pub sections: Vec<Section>,
}

/// A part of a page that a result can point to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Fragment of the address, without `#`; empty for text above the first heading.
    pub anchor: String,
    /// Heading, as shown in results.
    pub heading: String,
    /// Plain text.
    pub text: String,
}

/// Groups of phrases that mean the same, a glossary term and its other names for instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// The groups. Groups of fewer than two phrases have no effect.
    pub groups: Vec<Vec<String>>,
}
