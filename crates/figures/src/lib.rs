//! Typed results and diagram sources turned into SVG.
//!
//! ```
//! let source = "flowchart LR\n client([Client]) --> service[Service]";
//! let svg = figures::render(source, "One call", "A client calls a service.", "one-call")?;
//! assert!(svg.markup().starts_with("<svg "));
//! # Ok::<(), figures::Error>(())
//! ```

pub mod chart;
mod diagram;
mod error;
mod stylesheet;
mod svg;
mod text;
pub mod topology;

pub use diagram::render;
pub use error::Error;
pub use stylesheet::STYLESHEET;
pub use svg::{Caption, Svg};
