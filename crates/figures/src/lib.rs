//! Figures for pages and terminals: typed results and diagram sources become SVG.
//!
//! Everything here is a pure function: the same input gives the same bytes, nothing is read or
//! written, and no input makes it panic. A figure carries no colour of its own. Its elements have
//! classes, [`STYLESHEET`] gives the classes their look in terms of CSS variables, and the site
//! gives the variables their values for each theme; so one drawing serves the light theme, the
//! dark one and print, under a content security policy without inline style.
//!
//! ```
//! use figures::chart::{Comparison, Interval, Measurement, Quantity};
//!
//! // A diagram from text.
//! let source = "flowchart LR\n client([Client]) -->|retries twice| service[Service]";
//! let diagram = figures::diagram::render(source, "One call", "A client calls a service.", "one-call")?;
//! assert!(diagram.markup().starts_with("<svg "));
//!
//! // A chart from numbers, and the same numbers as a table.
//! let measured = |name: &str, value: f64| Measurement {
//!     name: name.to_owned(),
//!     value,
//!     interval: Some(Interval { low: value - 8.0, high: value + 8.0 }),
//! };
//! let chart = Comparison {
//!     value: Quantity::new("p99 latency", "ms"),
//!     rows: vec![measured("no hedging", 254.0), measured("hedged after p95", 115.0)],
//!     reference: Some(("objective".to_owned(), 200.0)),
//! };
//! let caption = figures::Caption {
//!     title: "Hedging halves the tail",
//!     description: "The 99th percentile of latency, with and without hedged requests.",
//!     id_prefix: "hedging",
//! };
//! assert!(chart.render(&caption)?.markup().contains("p99 latency (ms)"));
//! assert_eq!(chart.table().rows[1][1], "115");
//! # Ok::<(), figures::Error>(())
//! ```
//!
//! # In a page
//!
//! - Ship [`STYLESHEET`] once, and define for each theme `--figure-ink`, `--figure-line`,
//!   `--figure-fill`, `--figure-fill-2`, `--figure-accent`, `--figure-note`, `--figure-surface`
//!   and `--series-1` to `--series-6`. `--figure-ink-2` (axis labels) and `--figure-font` are
//!   optional.
//! - Put each figure into an element of class `figure-frame`, which scrolls where a wide diagram
//!   meets a narrow screen; give it `tabindex="0"` so that the keyboard can scroll it.
//! - Give every figure of a page its own `id_prefix`.
//!
//! # What to read next
//!
//! [`diagram`] for diagrams in Mermaid's notation, [`chart`] for results, [`topology`] for the
//! system that produced them. `cargo run -p figures --example gallery -- DIR` draws every sample
//! in both themes.

pub mod chart;
pub mod diagram;
mod error;
mod stylesheet;
mod svg;
mod text;
pub mod topology;

pub use error::Error;
pub use stylesheet::STYLESHEET;
pub use svg::{Caption, Svg};
