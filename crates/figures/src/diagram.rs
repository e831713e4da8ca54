//! Diagrams from text: flowcharts, sequences and state machines in Mermaid's notation.
//!
//! `source` checks the text line by line, `mermaid` hands it to the layout engine and gets
//! back a scene of plain shapes (`sequence` and `placement` correct what the engine places
//! badly), `paint` turns the scene into SVG. No type of the engine leaves this crate, so that
//! another engine can take its place.

mod mermaid;
pub(crate) mod paint;
mod placement;
pub(crate) mod role;
mod sequence;
mod source;

use crate::Error;
use crate::svg::{Caption, Svg};

/// Draws the diagram that `source` describes.
///
/// `source` is Mermaid text: `flowchart` (or `graph`) with subgraphs, `sequenceDiagram` with
/// `par`, `alt`, `opt`, `loop`, `critical`, `break` and notes, or `stateDiagram-v2` with composite
/// states and notes. `%%` begins a comment line. Colours are the theme's: `style`, `classDef` and
/// `linkStyle` are refused; a node is set apart with `class Name accent` (or `muted`, or `note`),
/// in a flowchart also with `Name:::accent`.
///
/// `title` and `description` are the text alternative; `id_prefix` starts every id and must be
/// unique in the page.
///
/// # Errors
///
/// Names the line that is not understood and quotes it; refuses other diagram kinds and sources
/// beyond the limits (16 KiB, 400 lines, 8 levels of nesting, 80 nodes, 160 edges).
pub fn render(source: &str, title: &str, description: &str, id_prefix: &str) -> Result<Svg, Error> {
    let caption = Caption {
        title,
        description,
        id_prefix,
    };
    caption.check()?;
    let source = source::Source::check(source)?;
    let scene = mermaid::scene(&source)?;
    Ok(paint::paint(&scene, &caption))
}
