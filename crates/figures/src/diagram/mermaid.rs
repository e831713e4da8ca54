//! The layout engine, rusty-mermaid, behind one function.

use rusty_mermaid_core::{Color, Scene, TextMeasure, TextSize, TextStyle, Theme};
use rusty_mermaid_diagrams::ParseError;
use rusty_mermaid_diagrams::common::styling::{ClassDef, StyleProperty};
use rusty_mermaid_diagrams::flowchart;
use rusty_mermaid_diagrams::sequence;
use rusty_mermaid_diagrams::state;
use rusty_mermaid_diagrams::state::ir::{StateKind, StateNode};

use super::role::{LABEL_FONT, LINE_HEIGHT, NODE_FONT, Role, label, mark};
use super::sequence as corrections;
use super::source::{EMPHASES, Kind, Source, limit};
use crate::Error;
use crate::text;

/// Largest number of nodes, participants or states.
const NODES_MAX: usize = 80;
/// Largest number of edges, messages or transitions.
const EDGES_MAX: usize = 160;

fn theme() -> Theme {
    Theme {
        node_fill: mark(Role::Node),
        node_stroke: mark(Role::Node),
        node_text: mark(Role::NodeText),
        edge_stroke: mark(Role::Edge),
        edge_label_text: mark(Role::EdgeText),
        edge_label_bg: mark(Role::EdgeBack),
        start_fill: mark(Role::Start),
        end_inner_fill: mark(Role::End),
        composite_fill: mark(Role::Composite),
        composite_stroke: mark(Role::CompositeLine),
        composite_label: mark(Role::NodeText),
        note_fill: mark(Role::Note),
        note_stroke: mark(Role::NoteLine),
        note_text: mark(Role::NodeText),
        subgraph_fill: mark(Role::Group),
        subgraph_stroke: mark(Role::GroupLine),
        subgraph_label: mark(Role::GroupText),
        divider_stroke: mark(Role::Rule),
        region_stroke: mark(Role::Rule),
        lifeline_stroke: mark(Role::Lifeline),
        activation_fill: mark(Role::Activation),
        activation_stroke: mark(Role::Activation),
        font_size_edge_label: LABEL_FONT,
        font_size_label: LABEL_FONT,
        font_size_small: LABEL_FONT,
        ..Theme::light()
    }
}

/// The classes that set a node apart, in the engine's terms.
fn emphases() -> Vec<ClassDef> {
    let role = |name: &str| match name {
        "accent" => Role::Accent,
        "muted" => Role::Muted,
        _ => Role::Note,
    };
    let definition = |name: &str| {
        let Color { r, g, b, .. } = mark(role(name));
        let value = format!("#{r:02x}{g:02x}{b:02x}");
        let property = |key: &str| StyleProperty {
            key: key.to_owned(),
            value: value.clone(),
        };
        ClassDef {
            name: name.to_owned(),
            styles: vec![property("fill"), property("stroke")],
        }
    };
    EMPHASES.map(definition).to_vec()
}

/// Measures texts as they will be painted: in the font of [`crate::text`], with markup removed,
/// and with labels of edges at [`LABEL_FONT`], whatever size the engine assumes for them.
struct Measure;

impl TextMeasure for Measure {
    fn measure(&self, text: &str, style: &TextStyle) -> TextSize {
        let font = if style.font_size < NODE_FONT {
            LABEL_FONT
        } else {
            NODE_FONT
        };
        let label = label(text);
        let lines = label.split('\n').count() as f64;
        TextSize {
            width: text::width(&label, font),
            height: lines * font * LINE_HEIGHT,
        }
    }
}

/// Lays a checked source out.
pub(super) fn scene(source: &Source) -> Result<Scene, Error> {
    match source.kind {
        Kind::Flowchart => flowchart_scene(source),
        Kind::Sequence => sequence_scene(source),
        Kind::State => state_scene(source),
    }
}

fn refused(source: &Source, error: &ParseError) -> Error {
    let kind = error.kind.to_string();
    source.error_at(error.span.start, &format!("not understood ({kind})"))
}

fn flowchart_scene(source: &Source) -> Result<Scene, Error> {
    let mut diagram =
        flowchart::parser::parse(&source.text).map_err(|error| refused(source, &error))?;
    limit("nodes of a diagram", diagram.vertices.len(), NODES_MAX)?;
    limit("edges of a diagram", diagram.edges.len(), EDGES_MAX)?;
    if diagram.vertices.is_empty() {
        return Err(Error::Empty("the list of nodes of a flowchart"));
    }
    diagram.class_defs = emphases();
    let layout = flowchart::bridge::layout_with_measurer(&diagram, &Measure);
    Ok(flowchart::to_scene(&layout, &theme()))
}

fn state_scene(source: &Source) -> Result<Scene, Error> {
    let mut diagram =
        state::parser::parse(&source.text).map_err(|error| refused(source, &error))?;
    let (states, transitions) = count_states(&diagram.states);
    limit("states of a diagram", states, NODES_MAX)?;
    limit(
        "transitions of a diagram",
        transitions + diagram.transitions.len(),
        EDGES_MAX,
    )?;
    if diagram.states.is_empty() {
        return Err(Error::Empty("the list of states of a state diagram"));
    }
    diagram.class_defs = emphases();
    for (name, class) in &source.emphasized {
        if !emphasize(&mut diagram.states, name, class) {
            return Err(Error::UnknownNode(name.clone()));
        }
    }
    let layout = state::bridge::layout_with_measurer(&diagram, &Measure);
    Ok(state::to_scene(&layout, &theme()))
}

/// Numbers of states and of inner transitions; the depth was limited with the source.
fn count_states(states: &[StateNode]) -> (usize, usize) {
    let mut counts = (states.len(), 0);
    for state in states {
        if let StateKind::Composite {
            children,
            transitions,
            ..
        } = &state.kind
        {
            let inner = count_states(children);
            counts = (counts.0 + inner.0, counts.1 + inner.1 + transitions.len());
        }
    }
    counts
}

fn emphasize(states: &mut [StateNode], name: &str, class: &str) -> bool {
    let mut found = false;
    for state in states {
        if state.id == name {
            state.classes.push(class.to_owned());
            found = true;
        }
        if let StateKind::Composite {
            children, regions, ..
        } = &mut state.kind
        {
            found |= emphasize(children, name, class);
            for region in regions {
                found |= emphasize(&mut region.children, name, class);
            }
        }
    }
    found
}

fn sequence_scene(source: &Source) -> Result<Scene, Error> {
    let mut diagram =
        sequence::parser::parse(&source.text).map_err(|error| refused(source, &error))?;
    limit(
        "participants of a diagram",
        diagram.participants.len(),
        NODES_MAX,
    )?;
    corrections::wrap_notes(&mut diagram.items);
    let mut layout = sequence::layout::layout(&diagram, &Measure);
    limit("messages of a diagram", layout.messages.len(), EDGES_MAX)?;
    corrections::correct(&mut layout, &diagram.items);
    Ok(sequence::to_scene(&layout, &theme()))
}
