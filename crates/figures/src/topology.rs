//! The parts of a system and who calls whom, laid out from left to right.

mod glyph;
mod layout;
mod port;

use std::collections::BTreeSet;
use std::fmt;

use rusty_mermaid_core::Point;

use crate::chart::Table;
use crate::diagram::paint::Painter;
use crate::svg::{Anchor, Canvas, Caption, Svg};
use crate::{Error, text};

/// Largest number of nodes.
pub const NODES_MAX: usize = 40;
/// Largest number of edges.
pub const EDGES_MAX: usize = 120;
/// Longest name, label or note, in characters.
pub const TEXT_CHARACTERS_MAX: usize = 60;
/// Largest number of notes of one node.
pub const NOTES_MAX: usize = 4;

const NAME_FONT: f64 = 14.0;
const NOTE_FONT: f64 = 12.5;
const NOTE_LINE: f64 = 16.0;
/// Height of a node's first line, which holds the glyph and the name.
const HEAD: f64 = 36.0;
/// Space between a node's border and its content.
const PADDING: f64 = 12.0;
/// Side of a glyph, and its space to the name.
const GLYPH: (f64, f64) = (22.0, 9.0);
/// How far the cards of further replicas stick out.
const STACK: f64 = 4.0;

/// A system: its nodes, and the calls between them.
///
/// ```
/// use figures::topology::{Edge, Kind, Node, Topology};
///
/// let system = Topology {
///     nodes: vec![Node::new("users", Kind::Client), Node::new("shop", Kind::Service)],
///     edges: vec![Edge::new("users", "shop", "200/s")],
/// };
/// let caption = figures::Caption { title: "A shop", description: "", id_prefix: "shop" };
/// assert!(system.render(&caption)?.markup().contains("users calls shop"));
/// # Ok::<(), figures::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Topology {
    /// The nodes, at most [`NODES_MAX`]; their names differ.
    pub nodes: Vec<Node>,
    /// The edges, at most [`EDGES_MAX`]; cycles are allowed.
    pub edges: Vec<Edge>,
}

/// What a node is; each kind has a glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Where requests come from.
    Client,
    /// Spreads requests over others.
    Balancer,
    /// Does work.
    Service,
    /// Keeps copies.
    Cache,
    /// Keeps the truth.
    Database,
    /// Keeps messages until they are taken.
    Queue,
}

/// How a node fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Nothing to point out.
    #[default]
    Ok,
    /// Loaded near or beyond what it can do.
    Hot,
    /// Not serving.
    Down,
}

/// A part of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name, which edges refer to.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// How many there are.
    pub replicas: u32,
    /// Lines to show below the name, for instance `utilisation 0.82`; at most [`NOTES_MAX`].
    pub notes: Vec<String>,
    /// How it fares.
    pub state: State,
}

/// A call, or another flow, from one node to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The name of the caller.
    pub from: String,
    /// The name of the called.
    pub to: String,
    /// What to write beside the edge; may be empty.
    pub label: String,
}

impl Node {
    /// A single node without notes.
    pub fn new(name: impl Into<String>, kind: Kind) -> Node {
        Node {
            name: name.into(),
            kind,
            replicas: 1,
            notes: Vec::new(),
            state: State::Ok,
        }
    }

    fn head(&self) -> String {
        if self.replicas == 1 {
            self.name.clone()
        } else {
            format!("{} × {}", self.name, self.replicas)
        }
    }

    /// How far the cards of further replicas stick out on the right.
    fn stack(&self) -> f64 {
        STACK * f64::from(self.replicas.clamp(1, 3) - 1)
    }

    /// Width and height of the node's card.
    fn size(&self) -> (f64, f64) {
        let name = text::width(&self.head(), NAME_FONT) * text::BOLD_FACTOR;
        let head = GLYPH.0 + GLYPH.1 + name;
        let notes = self.notes.iter().map(|note| text::width(note, NOTE_FONT));
        let width = notes.fold(head, f64::max) + 2.0 * PADDING;
        let lines = self.notes.len() as f64;
        let below = if self.notes.is_empty() {
            0.0
        } else {
            lines * NOTE_LINE + 6.0
        };
        (width, HEAD + below)
    }
}

impl Edge {
    /// An edge with a label, which may be empty.
    pub fn new(from: impl Into<String>, to: impl Into<String>, label: impl Into<String>) -> Edge {
        Edge {
            from: from.into(),
            to: to.into(),
            label: label.into(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Kind::Client => "client",
            Kind::Balancer => "balancer",
            Kind::Service => "service",
            Kind::Cache => "cache",
            Kind::Database => "database",
            Kind::Queue => "queue",
        })
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            State::Ok => "ok",
            State::Hot => "hot",
            State::Down => "down",
        })
    }
}

impl Topology {
    /// Draws the system. Without a description in `caption`, [`Topology::describe`] serves.
    ///
    /// # Errors
    ///
    /// Refuses no nodes, two of one name, edges to unknown nodes, and what exceeds the limits.
    pub fn render(&self, caption: &Caption<'_>) -> Result<Svg, Error> {
        caption.check()?;
        self.check()?;
        let layout = layout::layout(self);
        let mut painter = Painter::default();
        for (node, center) in self.nodes.iter().zip(&layout.centers) {
            draw_stack(&mut painter, node, *center);
        }
        painter.scene(&layout.scene);
        for (node, center) in self.nodes.iter().zip(&layout.centers) {
            draw_node(&mut painter.canvas, node, *center);
            let (width, height) = node.size();
            painter
                .bounds
                .include((center.0 - width / 2.0, center.1 - height / 2.0 - 9.0));
        }
        let described = self.describe();
        let description = match caption.description.trim() {
            "" => described.as_str(),
            given => given,
        };
        Ok(painter.finish(
            &Caption {
                description,
                ..*caption
            },
            "figure-topology",
        ))
    }

    /// The system in words: who calls whom, and which nodes are hot or down.
    pub fn describe(&self) -> String {
        let calls = self.edges.iter().map(|edge| {
            let label = if edge.label.is_empty() {
                String::new()
            } else {
                format!(" ({})", edge.label)
            };
            format!("{} calls {}{label}.", edge.from, edge.to)
        });
        let states = self.nodes.iter().filter(|node| node.state != State::Ok);
        let states = states.map(|node| format!("{} is {}.", node.name, node.state));
        calls.chain(states).collect::<Vec<_>>().join(" ")
    }

    /// The nodes as rows.
    pub fn table(&self) -> Table {
        let columns = ["node", "kind", "replicas", "state", "calls", "notes"];
        let row = |node: &Node| {
            let calls = self.edges.iter().filter(|edge| edge.from == node.name);
            let calls: Vec<&str> = calls.map(|edge| edge.to.as_str()).collect();
            vec![
                node.name.clone(),
                node.kind.to_string(),
                node.replicas.to_string(),
                node.state.to_string(),
                calls.join(", "),
                node.notes.join(", "),
            ]
        };
        Table {
            columns: columns.map(str::to_owned).to_vec(),
            rows: self.nodes.iter().map(row).collect(),
        }
    }

    /// The line of an edge through `points`, which run from left to right where the edge does not.
    fn line(&self, edge: &Edge, mut points: Vec<Point>) -> Option<port::Line> {
        if self.runs_back(edge) {
            points.reverse();
        }
        // Between neighbouring columns, the point between the ends only keeps room for a label.
        if edge.label.is_empty() && edge.from != edge.to && points.len() == 3 {
            points.remove(1);
        }
        let number = |name: &str| self.nodes.iter().position(|node| node.name == name);
        Some(port::Line {
            from: number(&edge.from)?,
            to: number(&edge.to)?,
            points,
        })
    }

    /// Whether an edge leads from where data rest back to who works on them, and so from right
    /// to left.
    fn runs_back(&self, edge: &Edge) -> bool {
        let kind = |name: &str| {
            self.nodes
                .iter()
                .find(|node| node.name == name)
                .map(|node| node.kind)
        };
        let rests = matches!(kind(&edge.from), Some(Kind::Database | Kind::Cache));
        let works = [Kind::Client, Kind::Balancer, Kind::Service];
        rests && kind(&edge.to).is_some_and(|kind| works.contains(&kind))
    }

    fn check(&self) -> Result<(), Error> {
        if self.nodes.is_empty() {
            return Err(Error::Empty("the list of nodes of a topology"));
        }
        check_limit("nodes of a topology", self.nodes.len(), NODES_MAX)?;
        check_limit("edges of a topology", self.edges.len(), EDGES_MAX)?;
        let mut names = BTreeSet::new();
        for node in &self.nodes {
            check_text(&node.name)?;
            if node.name.trim().is_empty() {
                return Err(Error::Empty("the name of a node"));
            }
            check_limit("notes of a node", node.notes.len(), NOTES_MAX)?;
            node.notes.iter().try_for_each(|note| check_text(note))?;
            if !names.insert(node.name.as_str()) {
                return Err(Error::DuplicateNode(node.name.clone()));
            }
        }
        for edge in &self.edges {
            check_text(&edge.label)?;
            for end in [&edge.from, &edge.to] {
                if !names.contains(end.as_str()) {
                    return Err(Error::UnknownNode(end.clone()));
                }
            }
        }
        Ok(())
    }
}

fn check_limit(what: &'static str, actual: usize, limit: usize) -> Result<(), Error> {
    if actual > limit {
        Err(Error::TooLarge {
            what,
            actual,
            limit,
        })
    } else {
        Ok(())
    }
}

fn check_text(text: &str) -> Result<(), Error> {
    check_limit(
        "characters of a text",
        text.chars().count(),
        TEXT_CHARACTERS_MAX,
    )
}

/// Further replicas look out from behind a node.
fn draw_stack(painter: &mut Painter, node: &Node, center: (f64, f64)) {
    let (width, height) = node.size();
    for behind in (1..node.replicas.min(3)).rev() {
        let shift = STACK * f64::from(behind);
        let corner = (
            center.0 - width / 2.0 + shift,
            center.1 - height / 2.0 - shift,
        );
        painter
            .canvas
            .rect("figure-node", corner, (width, height), 6.0);
        painter.bounds.include(corner);
        painter
            .bounds
            .include((corner.0 + width, corner.1 + height));
    }
}

/// What stands on a node's card, which the scene has drawn.
fn draw_node(canvas: &mut Canvas, node: &Node, center: (f64, f64)) {
    let (width, height) = node.size();
    let (left, top) = (center.0 - width / 2.0, center.1 - height / 2.0);
    let middle = top + HEAD / 2.0;
    let glyph = (left + PADDING + GLYPH.0 / 2.0, middle);
    canvas.path("figure-glyph", &glyph::path(node.kind, glyph));
    let name = (left + PADDING + GLYPH.0 + GLYPH.1, middle);
    canvas.text(
        "figure-text-strong",
        name,
        Anchor::Start,
        NOTE_LINE,
        &node.head(),
    );
    for (index, note) in node.notes.iter().enumerate() {
        let y = top + HEAD + NOTE_LINE * (index as f64 + 0.4);
        canvas.text(
            "figure-small",
            (left + PADDING, y),
            Anchor::Start,
            NOTE_LINE,
            note,
        );
    }
    let (class, tag) = match node.state {
        State::Ok => return,
        State::Hot => ("figure-tag-hot", "hot"),
        State::Down => ("figure-tag-down", "down"),
    };
    let tag_width = text::width(tag, 10.5) * text::BOLD_FACTOR + 12.0;
    let corner = (left + width - tag_width - 8.0, top - 8.0);
    canvas.rect(class, corner, (tag_width, 16.0), 8.0);
    let at = (corner.0 + tag_width / 2.0, corner.1 + 8.0);
    canvas.text("figure-text-inverse", at, Anchor::Middle, NOTE_LINE, tag);
}
