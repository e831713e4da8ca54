//! Places the labels of edges. The engine puts them at the middle of an edge's control points,
//! where they may lie on a node or on each other; here each label slides along its own edge to the
//! place where it hides least.

use rusty_mermaid_core::{BBox, PathSegment, Point, Primitive, Scene};

use super::role::{Role, role};

/// Places tried along an edge.
const CANDIDATES: usize = 25;
/// Chords that replace one curve.
const CHORDS: usize = 8;
/// Costs per hidden square pixel of a node or of another label, per hidden point of another line,
/// per crossed border of a group, and per fraction of the edge away from its middle.
const COST_AREA: f64 = 1.0;
const COST_POINT: f64 = 12.0;
const COST_BORDER: f64 = 40.0;
const COST_OFF_CENTER: f64 = 60.0;
/// Cost of standing beside the edge instead of on it.
const COST_BESIDE: f64 = 30.0;
/// Side of the square around an edge's tip that stays visible.
const TIP: f64 = 14.0;
/// Space kept free around a label.
const CLEARANCE: f64 = 3.0;

/// For each primitive of the scene, how far it moves.
pub(super) fn moves(scene: &Scene) -> Vec<(f64, f64)> {
    let primitives: Vec<&Primitive> = scene
        .elements()
        .iter()
        .map(|element| &element.primitive)
        .collect();
    let obstacles = Obstacles::collect(&primitives);
    let mut moves = vec![(0.0, 0.0); primitives.len()];
    let mut placed: Vec<BBox> = Vec::new();
    let mut line: Option<Vec<Point>> = None;
    for (index, primitive) in primitives.iter().enumerate() {
        match primitive {
            Primitive::Path {
                segments, style, ..
            } if style.stroke.map(role) == Some(Role::Edge) => {
                line = Some(flatten(segments));
            }
            Primitive::Rect { bbox, style, .. } if style.fill.map(role) == Some(Role::EdgeBack) => {
                if let Some(line) = line.take().filter(|line| line.len() > 1) {
                    let best = obstacles.best_place(bbox, &line, &placed);
                    let offset = (best.x - bbox.x, best.y - bbox.y);
                    moves[index] = offset;
                    if let Some(next) = moves.get_mut(index + 1) {
                        *next = offset;
                    }
                    placed.push(BBox::new(best.x, best.y, bbox.width, bbox.height));
                }
            }
            _ => {}
        }
    }
    moves
}

#[derive(Default)]
struct Obstacles {
    nodes: Vec<BBox>,
    groups: Vec<BBox>,
    /// Lines, each with the box around it.
    lines: Vec<(BBox, Vec<Point>)>,
    /// The squares around the tips of lines.
    tips: Vec<BBox>,
}

impl Obstacles {
    fn collect(primitives: &[&Primitive]) -> Obstacles {
        let mut obstacles = Obstacles::default();
        for primitive in primitives {
            match primitive {
                Primitive::Rect { bbox, style, .. } => match style.fill.map(role) {
                    Some(Role::Group | Role::Composite) => obstacles.groups.push(*bbox),
                    Some(Role::EdgeBack) => {}
                    _ => obstacles.nodes.push(*bbox),
                },
                Primitive::Circle { center, radius, .. } => {
                    obstacles
                        .nodes
                        .push(BBox::new(center.x, center.y, radius * 2.0, radius * 2.0));
                }
                Primitive::Polygon { points, .. } => {
                    obstacles.nodes.extend(around(points.iter().copied()));
                }
                Primitive::Path {
                    segments, style, ..
                } => {
                    if style.stroke.map(role) == Some(Role::Edge) {
                        obstacles.add_line(flatten(segments));
                    } else if style.fill.is_some() {
                        let ends = segments.iter().filter_map(PathSegment::endpoint);
                        obstacles.nodes.extend(around(ends));
                    }
                }
                _ => {}
            }
        }
        obstacles
    }

    fn add_line(&mut self, line: Vec<Point>) {
        let tip = line.last().map(|tip| BBox::new(tip.x, tip.y, TIP, TIP));
        self.tips.extend(tip);
        if let Some(around) = around(line.iter().copied()) {
            // A straight line has an empty box, which would overlap with nothing.
            let (width, height) = (around.width + 1.0, around.height + 1.0);
            self.lines
                .push((BBox::new(around.x, around.y, width, height), line));
        }
    }

    fn best_place(&self, label: &BBox, line: &[Point], placed: &[BBox]) -> Point {
        let mut best = (f64::INFINITY, Point::new(label.x, label.y));
        let beside = (label.width / 2.0 + CLEARANCE, label.height / 2.0);
        let offsets = [(0.0, 0.0), (-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)];
        for index in 0..CANDIDATES {
            let fraction = candidate(index);
            let on_line = point_along(line, fraction);
            for (aside, down) in offsets {
                let center = Point::new(on_line.x + aside * beside.0, on_line.y + down * beside.1);
                let is_beside = aside != 0.0 || down != 0.0;
                let own = COST_OFF_CENTER * (fraction - 0.5).abs()
                    + if is_beside { COST_BESIDE } else { 0.0 };
                // The places come in the order of this cost, so most are dismissed here.
                if own >= best.0 {
                    continue;
                }
                let cost = own + self.cost(&grown(label, center), line, placed);
                if cost < best.0 - 1e-6 {
                    best = (cost, center);
                }
            }
        }
        best.1
    }

    fn cost(&self, label: &BBox, own: &[Point], placed: &[BBox]) -> f64 {
        let all = self.nodes.iter().chain(placed).chain(&self.tips);
        let hidden: f64 = all.map(|other| overlap(label, other)).sum();
        let near = self
            .lines
            .iter()
            .filter(|(around, line)| overlap(label, around) > 0.0 && line.as_slice() != own);
        let points = near
            .flat_map(|(_, line)| line)
            .filter(|point| label.contains(**point));
        let borders = self
            .groups
            .iter()
            .filter(|group| crosses_border(label, group))
            .count();
        COST_AREA * hidden + COST_POINT * points.count() as f64 + COST_BORDER * borders as f64
    }
}

/// The fractions of an edge to try, from its middle outwards.
fn candidate(index: usize) -> f64 {
    let steps = index.div_ceil(2) as f64 / (CANDIDATES as f64 + 1.0);
    if index.is_multiple_of(2) {
        0.5 - steps
    } else {
        0.5 + steps
    }
}

fn grown(label: &BBox, center: Point) -> BBox {
    let (width, height) = (
        label.width + 2.0 * CLEARANCE,
        label.height + 2.0 * CLEARANCE,
    );
    BBox::new(center.x, center.y, width, height)
}

fn overlap(one: &BBox, other: &BBox) -> f64 {
    let width = one.right().min(other.right()) - one.left().max(other.left());
    let height = one.bottom().min(other.bottom()) - one.top().max(other.top());
    width.max(0.0) * height.max(0.0)
}

fn crosses_border(label: &BBox, group: &BBox) -> bool {
    let common = overlap(label, group);
    common > 0.0 && common < label.width * label.height - 1e-6
}

fn around(points: impl Iterator<Item = Point>) -> Option<BBox> {
    let boxes = points.map(|point| BBox::new(point.x, point.y, 0.0, 0.0));
    boxes.reduce(|all, one| all.union(&one))
}

fn point_along(line: &[Point], fraction: f64) -> Point {
    let total: f64 = line
        .windows(2)
        .map(|pair| pair[0].distance_to(pair[1]))
        .sum();
    let mut remaining = total * fraction;
    for pair in line.windows(2) {
        let length = pair[0].distance_to(pair[1]);
        if remaining <= length && length > 0.0 {
            return mix(pair[0], pair[1], remaining / length);
        }
        remaining -= length;
    }
    line[line.len() - 1]
}

fn mix(from: Point, to: Point, share: f64) -> Point {
    Point::new(
        from.x + (to.x - from.x) * share,
        from.y + (to.y - from.y) * share,
    )
}

/// The points of a path, curves replaced by chords.
fn flatten(segments: &[PathSegment]) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for segment in segments {
        let from = points.last().copied();
        match (segment, from) {
            (PathSegment::CubicTo { cp1, cp2, to }, Some(from)) => {
                for step in 1..=CHORDS {
                    let share = step as f64 / CHORDS as f64;
                    let (a, b, c) = (
                        mix(from, *cp1, share),
                        mix(*cp1, *cp2, share),
                        mix(*cp2, *to, share),
                    );
                    points.push(mix(mix(a, b, share), mix(b, c, share), share));
                }
            }
            (PathSegment::QuadTo { cp, to }, Some(from)) => {
                for step in 1..=CHORDS {
                    let share = step as f64 / CHORDS as f64;
                    points.push(mix(mix(from, *cp, share), mix(*cp, *to, share), share));
                }
            }
            (other, _) => points.extend(other.endpoint()),
        }
    }
    points
}
