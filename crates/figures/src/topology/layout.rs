//! Places nodes and edges with the layered layout of rusty-mermaid's dagre.

use std::collections::BTreeMap;

use rusty_mermaid_core::{
    BBox, CurveType, Direction, MarkerType, Point, Primitive, Scene, Style, TextAnchor, TextStyle,
    interpolate,
};
use rusty_mermaid_dagre::pipeline;
use rusty_mermaid_dagre::{DagreConfig, EdgeLabel, LabelPos, NodeLabel};
use rusty_mermaid_graph::{Graph, NodeId};

use super::port::{self, Card, Line};
use super::{Edge, Node, State, Topology};
use crate::diagram::role::{LABEL_FONT, LINE_HEIGHT, Role, mark};
use crate::text;

/// Space between nodes above each other, and between columns of nodes.
const NODE_SPACE: f64 = 34.0;
const COLUMN_SPACE: f64 = 64.0;
const EDGE_SPACE: f64 = 18.0;
/// Space around the label of an edge.
const LABEL_PADDING: f64 = 4.0;

/// Where everything is.
pub(super) struct Layout {
    /// The centres of the nodes, in their order.
    pub(super) centers: Vec<(f64, f64)>,
    /// The cards of the nodes, and the edges with their labels.
    pub(super) scene: Scene,
}

/// Lays a checked topology out.
pub(super) fn layout(topology: &Topology) -> Layout {
    let mut graph = Graph::new();
    let mut ids: BTreeMap<&str, NodeId> = BTreeMap::new();
    for node in &topology.nodes {
        let (width, height) = node.size();
        ids.insert(&node.name, graph.add_node(NodeLabel::new(width, height)));
    }
    let ends = |edge: &Edge| {
        let (from, to) = (ids.get(edge.from.as_str())?, ids.get(edge.to.as_str())?);
        if topology.runs_back(edge) {
            Some((*to, *from))
        } else {
            Some((*from, *to))
        }
    };
    let mut pending: Vec<((NodeId, NodeId), &Edge)> = topology
        .edges
        .iter()
        .filter_map(|edge| Some((ends(edge)?, edge)))
        .collect();
    for ((from, to), edge) in &pending {
        graph.add_edge(*from, *to, edge_label(edge));
    }
    let config = DagreConfig {
        rankdir: Direction::LR,
        nodesep: NODE_SPACE,
        ranksep: COLUMN_SPACE,
        edgesep: EDGE_SPACE,
        ..DagreConfig::default()
    };
    pipeline::layout(&mut graph, &config);
    let center = |node: &Node| {
        let placed = ids.get(node.name.as_str()).and_then(|id| graph.node(*id));
        placed.map_or((0.0, 0.0), |placed| (placed.x, placed.y))
    };
    let centers: Vec<(f64, f64)> = topology.nodes.iter().map(center).collect();
    let mut scene = Scene::new(0.0, 0.0);
    // The layout gives edges new ids, so they are found again by their ends.
    let mut drawn: Vec<(&Edge, Line)> = Vec::new();
    for id in graph.edge_ids() {
        let found = graph
            .edge_endpoints(id)
            .and_then(|ends| pending.iter().position(|(pending, _)| *pending == ends));
        if let (Some(index), Some(label)) = (found, graph.edge(id)) {
            let (_, edge) = pending.remove(index);
            drawn.extend(
                topology
                    .line(edge, label.points.clone())
                    .map(|line| (edge, line)),
            );
        }
    }
    let card = |(node, center): (&Node, &(f64, f64))| Card {
        center: *center,
        size: node.size(),
        stack: node.stack(),
    };
    let cards: Vec<Card> = topology.nodes.iter().zip(&centers).map(card).collect();
    let (edges, mut lines): (Vec<&Edge>, Vec<Line>) = drawn.into_iter().unzip();
    port::assign(&cards, &mut lines);
    for (edge, line) in edges.into_iter().zip(lines) {
        push_edge(&mut scene, edge, &line.points);
    }
    for (node, center) in topology.nodes.iter().zip(&centers) {
        push_card(&mut scene, node, *center);
    }
    Layout { centers, scene }
}

fn label_size(label: &str) -> (f64, f64) {
    if label.is_empty() {
        return (0.0, 0.0);
    }
    let width = text::width(label, LABEL_FONT) + 2.0 * LABEL_PADDING;
    (width, LABEL_FONT * LINE_HEIGHT + 2.0 * LABEL_PADDING)
}

fn edge_label(edge: &Edge) -> EdgeLabel {
    let mut label = EdgeLabel::default();
    (label.width, label.height) = label_size(&edge.label);
    label.labelpos = LabelPos::Center;
    label
}

fn push_edge(scene: &mut Scene, edge: &Edge, points: &[Point]) {
    if points.len() < 2 {
        return;
    }
    let middle = points[points.len() / 2];
    scene.push(Primitive::Path {
        segments: interpolate(points, CurveType::Basis),
        style: Style {
            stroke: Some(mark(Role::Edge)),
            ..Style::default()
        },
        marker_start: None,
        marker_end: Some(MarkerType::ArrowPoint),
    });
    if !edge.label.is_empty() {
        let (width, height) = label_size(&edge.label);
        scene.push(Primitive::Rect {
            bbox: BBox::new(middle.x, middle.y, width, height),
            rx: 2.0,
            ry: 2.0,
            style: Style {
                fill: Some(mark(Role::EdgeBack)),
                ..Style::default()
            },
        });
        scene.push(Primitive::Text {
            position: middle,
            content: edge.label.clone(),
            anchor: TextAnchor::Middle,
            style: TextStyle {
                font_size: LABEL_FONT,
                fill: Some(mark(Role::EdgeText)),
                ..TextStyle::default()
            },
        });
    }
}

fn push_card(scene: &mut Scene, node: &Node, center: (f64, f64)) {
    let (width, height) = node.size();
    let role = match node.state {
        State::Ok => Role::Node,
        State::Hot => Role::Accent,
        State::Down => Role::Muted,
    };
    scene.push(Primitive::Rect {
        bbox: BBox::new(center.0, center.1, width, height),
        rx: 6.0,
        ry: 6.0,
        style: Style {
            fill: Some(mark(role)),
            ..Style::default()
        },
    });
}
