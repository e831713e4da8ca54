//! The layout engine, rusty-mermaid, behind one function.

use std::collections::BTreeSet;

use rusty_mermaid_core::{Color, Point, Scene, Shape, TextMeasure, TextSize, TextStyle, Theme};
use rusty_mermaid_diagrams::ParseError;
use rusty_mermaid_diagrams::common::styling::{ClassDef, StyleProperty};
use rusty_mermaid_diagrams::flowchart;
use rusty_mermaid_diagrams::flowchart::ir::FlowSubGraph;
use rusty_mermaid_diagrams::sequence;
use rusty_mermaid_diagrams::state;
use rusty_mermaid_diagrams::state::ir::{StateKind, StateNode};

use super::role::{LABEL_FONT, LINE_HEIGHT, NODE_FONT, Role, label, mark};
use super::sequence as corrections;
use super::source::{DEPTH_MAX, EMPHASES, Kind, Source, limit};
use crate::Error;
use crate::text;

/// Largest number of nodes, participants or states.
const NODES_MAX: usize = 80;
/// Largest gap between a line and the point where a machine starts or ends.
const END_GAP_MAX: f64 = 4.0;
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
    check_containment(&diagram.subgraphs)?;
    settle_nodes(&mut diagram.subgraphs);
    let layout = flowchart::bridge::layout_with_measurer(&diagram, &Measure);
    Ok(flowchart::to_scene(&layout, &theme()))
}

/// Refuses a subgraph that stands in itself, directly or through others: the engine asserts that
/// there is none.
fn check_containment(subgraphs: &[FlowSubGraph]) -> Result<(), Error> {
    for subgraph in subgraphs {
        let mut inside = BTreeSet::new();
        let mut open = vec![subgraph.id.as_str()];
        while let Some(id) = open.pop() {
            for outer in subgraphs.iter().filter(|outer| outer.id == id) {
                let members = outer.node_ids.iter().chain(&outer.subgraph_ids);
                open.extend(members.map(String::as_str).filter(|id| inside.insert(*id)));
            }
        }
        if inside.contains(subgraph.id.as_str()) {
            let id = &subgraph.id;
            return Err(Error::Shape(format!("the subgraph `{id}` contains itself")));
        }
    }
    Ok(())
}

/// Leaves each node in one subgraph, the innermost that mentions it, or the first of those. The
/// engine takes the last, so that an edge stated outside would tear a node out of its subgraph.
fn settle_nodes(subgraphs: &mut [FlowSubGraph]) {
    let parent = |index: usize| {
        let id = &subgraphs[index].id;
        subgraphs
            .iter()
            .position(|other| other.id != *id && other.subgraph_ids.contains(id))
    };
    let depth = |index: usize| {
        let mut above = parent(index);
        let mut depth = 0;
        while let Some(index) = above.filter(|_| depth < DEPTH_MAX) {
            depth += 1;
            above = parent(index);
        }
        depth
    };
    let depths: Vec<usize> = (0..subgraphs.len()).map(depth).collect();
    let mut inner_first: Vec<usize> = (0..subgraphs.len()).collect();
    inner_first.sort_by_key(|index| (std::cmp::Reverse(depths[*index]), *index));
    let mut settled = BTreeSet::new();
    for index in inner_first {
        subgraphs[index]
            .node_ids
            .retain(|node| settled.insert(node.clone()));
    }
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
    let mut layout = state::bridge::layout_with_measurer(&diagram, &Measure);
    rejoin_ends(&mut layout);
    Ok(state::to_scene(&layout, &theme()))
}

/// Moves the points where a machine starts and ends back to their edge; the engine sometimes moves
/// one without the other.
fn rejoin_ends(layout: &mut state::bridge::LayoutResult) {
    for node in &mut layout.nodes {
        if !matches!(node.shape, Shape::StateStart | Shape::StateEnd) {
            continue;
        }
        let touching = layout
            .edges
            .iter()
            .find_map(|edge| match edge.points.as_slice() {
                [tip, next, ..] if edge.src == node.id => Some((*tip, *next)),
                [.., next, tip] if edge.dst == node.id => Some((*tip, *next)),
                _ => None,
            });
        let radius = node.width / 2.0;
        if let Some((tip, next)) = touching
            && tip.distance_to(Point::new(node.x, node.y)) > radius + END_GAP_MAX
        {
            let length = tip.distance_to(next).max(1.0);
            node.x = tip.x - (next.x - tip.x) / length * radius;
            node.y = tip.y - (next.y - tip.y) / length * radius;
        }
    }
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
    corrections::prepare(&mut diagram.items);
    let mut layout = sequence::layout::layout(&diagram, &Measure);
    limit("messages of a diagram", layout.messages.len(), EDGES_MAX)?;
    corrections::correct(&mut layout, &diagram.items);
    Ok(sequence::to_scene(&layout, &theme()))
}
