//! Full-text search over the Studio's documents, the same natively and in a browser.
//!
//! An [`Index`] is built once from [`Document`]s; it is cut into parts so that a browser loads
//! only what a query needs, and a [`Session`] searches as many of them as are at hand. Both give
//! the same answers to the byte, because the native index is a session with all parts present.
//!
//! ```
//! use search::{Document, Index, Options, Synonyms};
//!
//! let documents = [
//!     Document {
//!         id: "pattern:circuit-breaker".to_owned(),
//!         url: "/patterns/circuit-breaker/".to_owned(),
//!         title: "Circuit breaker".to_owned(),
//!         kind: "pattern".to_owned(),
//!         summary: "Stop calling a dependency that keeps failing.".to_owned(),
//!         ..Document::default()
//!     },
//! ];
//! let index = Index::build(&documents, &Synonyms::default());
//! let results = index.search("failing dependancies", &Options::default());
//! assert_eq!(results.hits[0].id, "pattern:circuit-breaker");
//! ```
//!
//! Read `plan.rs` for how a query is understood, then `rank.rs` for the order of results;
//! `index.rs` says what is stored.

mod bytes;
mod core;
mod distance;
mod document;
mod error;
mod index;
mod passage;
mod plan;
mod postings;
mod rank;
mod results;
mod session;
mod slot;
mod sorted;
mod spelling;
mod stem;
mod texts;
mod words;

pub use crate::{
    distance::slips,
    document::{Document, Section, Synonyms},
    error::Error,
    index::Index,
    plan::{QUERY_BYTES_MAX, QUERY_WORDS_MAX},
    results::{Fragment, Hit, Options, RESULTS_MAX, Results},
    session::{CORE, Part, Session},
    stem::stem,
};
