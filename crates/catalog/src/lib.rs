//! What the Studio knows: content files parsed into entries, documents, relations and findings.
//!
//! ```
//! use catalog::{Catalog, EntryId, Generated, Kind, Layer};
//!
//! let mut layer = Layer { name: "example".into(), ..Layer::default() };
//! layer.files.insert(
//!     "laws/delay.md".into(),
//!     b"+++\nid = \"law:delay\"\nname = \"Delay\"\nsummary = \"Messages take time.\"\n\
//!       statement = \"Messages take time.\"\npublished = 2026-01-01\nupdated = 2026-01-01\n\
//!       +++\n## What it says {#what-it-says}\nA call takes 15 ms.\n"
//!         .to_vec(),
//! );
//! let catalog = Catalog::load(&[layer], &Generated::default());
//! let law = catalog.entry(&EntryId::new(Kind::Law, "delay")).expect("it was read");
//! assert_eq!(law.path, "/core-principles/laws/delay/");
//! // The figure has no source, and two sections of the contract are missing.
//! let codes: Vec<&str> = catalog.diagnostics.iter().map(|found| found.code).collect();
//! assert_eq!(codes, ["missing-section", "missing-section", "uncited-figure"]);
//! ```
//!
//! Read next: [`Catalog::load`], then [`Document`] for what a page is made of.

mod catalog;
mod check;
mod data_block;
mod diagnostic;
mod document;
mod duplicates;
mod entry;
mod expression;
mod fields;
mod figure_rule;
mod glossary;
mod home;
mod kind;
mod markdown;
mod marks;
mod open_part;
mod page_builder;
mod relation;
mod text;
mod vocabulary;

pub use catalog::{Catalog, FILE_BYTES_MAX, FILES_MAX, Generated, Layer};
pub use diagnostic::{DIAGNOSTICS_MAX, Diagnostic, Place, Severity, nearest};
pub use document::{
    AdmonitionKind, Alignment, Assumption, Block, Code, Computed, Control, Document,
    ExperimentBlock, Inline, Listing, ListingStyle, Module, Phase, Reproduced, Section, Step,
    Table, Target, walk_blocks, walk_inlines,
};
pub use duplicates::near_duplicates;
pub use entry::{
    CaseStudyDetails, Details, Entry, IncidentDetails, MigrationDetails, PathDetails,
    PatternDetails, PlaybookDetails, RichText, Signal, Source,
};
pub use expression::{EXPRESSION_BYTES_MAX, erlang_c, evaluate, format_value, with_unit};
pub use fields::Date;
pub use glossary::{GLOSSARY_PATH, Term};
pub use home::{Door, Group, GroupPart, Home};
pub use kind::{ContractSection, EntryId, Kind, SLUG_BYTES_MAX};
pub use markdown::{inline_text, slug_of};
pub use relation::{Related, Relation, RelationKind};
pub use text::{SectionText, section_texts};
pub use vocabulary::{Choice, Interface, SiteSettings, Vocabulary};
