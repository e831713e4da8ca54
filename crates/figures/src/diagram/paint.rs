use rusty_mermaid_core::{
    BBox, FontWeight, MarkerType, PathSegment, Point, Primitive, Scene, Style, TextAnchor,
    TextStyle, path_end_tangent, path_start_tangent,
};

use super::placement;
use super::role::{LINE_HEIGHT, NODE_FONT, Role, label, role};
use crate::svg::{Anchor, Bounds, Canvas, Caption, Path, Svg};
use crate::text;

/// Free space around a drawing.
const MARGIN: f64 = 8.0;

/// Turns a scene into SVG.
pub(super) fn paint(scene: &Scene, caption: &Caption<'_>) -> Svg {
    let mut painter = Painter::default();
    painter.scene(scene);
    painter.finish(caption, "figure-diagram")
}

fn is_over_lines(primitive: &Primitive) -> bool {
    match primitive {
        Primitive::Rect { style, .. } => {
            matches!(style.fill.map(role), Some(Role::EdgeBack | Role::GroupLine))
        }
        Primitive::Text { style, .. } => matches!(
            style.fill.map(role),
            Some(Role::EdgeText | Role::GroupText | Role::OnSolid)
        ),
        _ => false,
    }
}

/// Draws scenes and keeps account of the space that they take.
#[derive(Default)]
pub(crate) struct Painter {
    pub(crate) canvas: Canvas,
    pub(crate) bounds: Bounds,
    /// How far the primitive at hand is moved; only labels are.
    offset: (f64, f64),
}

impl Painter {
    /// Draws a scene, its labels of edges moved to where they hide least.
    pub(crate) fn scene(&mut self, scene: &Scene) {
        let moves = placement::moves(scene);
        let primitives: Vec<(&Primitive, (f64, f64))> = scene
            .elements()
            .iter()
            .map(|element| &element.primitive)
            .zip(moves)
            .collect();
        // Texts that a line may cross come last.
        for last in [false, true] {
            for (primitive, offset) in &primitives {
                if is_over_lines(primitive) == last {
                    self.offset = *offset;
                    self.primitive(primitive);
                }
            }
        }
    }

    pub(crate) fn finish(self, caption: &Caption<'_>, kind: &str) -> Svg {
        self.canvas
            .finish_within(caption, kind, self.bounds, MARGIN)
    }

    fn primitive(&mut self, primitive: &Primitive) {
        match primitive {
            Primitive::Rect {
                bbox, rx, style, ..
            } => self.rect(bbox, *rx, style),
            Primitive::Circle {
                center,
                radius,
                style,
            } => self.circle(*center, *radius, style),
            Primitive::Ellipse {
                center,
                rx,
                ry,
                style,
            } => {
                let bbox = BBox::new(center.x, center.y, rx * 2.0, ry * 2.0);
                self.rect(&bbox, rx.min(*ry), style);
            }
            // The line under a composite state's name would touch what stands below it.
            Primitive::Path { style, .. } if is_rule_of_composite(style) => {}
            Primitive::Path {
                segments,
                style,
                marker_start,
                marker_end,
            } => {
                self.path(segments, style, [*marker_start, *marker_end]);
            }
            Primitive::Text {
                position,
                content,
                anchor,
                style,
            } => {
                self.text(*position, content, *anchor, style);
            }
            Primitive::Polygon { points, style } => self.polygon(points, style),
            Primitive::Group { children, .. } => {
                for child in children {
                    self.primitive(child);
                }
            }
            // The three kinds of diagram have no pie slices.
            Primitive::Arc { .. } => {}
        }
    }

    fn rect(&mut self, bbox: &BBox, radius: f64, style: &Style) {
        let corner = (bbox.left() + self.offset.0, bbox.top() + self.offset.1);
        self.bounds.include(corner);
        self.bounds
            .include((corner.0 + bbox.width, corner.1 + bbox.height));
        self.canvas.rect(
            shape_class(style),
            corner,
            (bbox.width, bbox.height),
            radius,
        );
    }

    fn circle(&mut self, center: Point, radius: f64, style: &Style) {
        self.bounds.include((center.x - radius, center.y - radius));
        self.bounds.include((center.x + radius, center.y + radius));
        self.canvas
            .circle(shape_class(style), (center.x, center.y), radius);
    }

    fn polygon(&mut self, points: &[Point], style: &Style) {
        let mut path = Path::default();
        for (index, point) in points.iter().enumerate() {
            let point = (point.x, point.y);
            self.bounds.include(point);
            if index == 0 {
                path.move_to(point)
            } else {
                path.line_to(point)
            }
        }
        path.close();
        self.canvas.path(shape_class(style), path.as_str());
    }

    fn path(&mut self, segments: &[PathSegment], style: &Style, markers: [Option<MarkerType>; 2]) {
        let mut path = Path::default();
        for segment in segments {
            if let Some(end) = segment.endpoint() {
                self.bounds.include((end.x, end.y));
                if let PathSegment::ArcTo { ry, .. } = segment {
                    self.bounds.include((end.x, end.y - ry));
                    self.bounds.include((end.x, end.y + ry));
                }
            }
            add_segment(&mut path, segment);
        }
        let class = if style.fill.is_some() {
            shape_class(style)
        } else {
            line_class(style)
        };
        self.canvas.path(class, path.as_str());
        let ends = [path_start_tangent(segments), path_end_tangent(segments)];
        for (marker, end) in markers.into_iter().zip(ends) {
            if let (Some(marker), Some((point, _))) = (marker, end)
                && let Some(direction) = direction(segments, point)
            {
                self.marker(marker, point, direction);
            }
        }
    }

    /// Draws the end of a line at `tip`, pointing along the unit vector `along`.
    fn marker(&mut self, marker: MarkerType, tip: Point, along: (f64, f64)) {
        let at = |forth: f64, aside: f64| {
            let x = tip.x + along.0 * forth - along.1 * aside;
            (x, tip.y + along.1 * forth + along.0 * aside)
        };
        let mut path = Path::default();
        match marker {
            MarkerType::Circle => {
                self.canvas.circle("figure-solid", at(1.0, 0.0), 3.5);
            }
            MarkerType::Cross => {
                path.move_to(at(-4.0, -4.0));
                path.line_to(at(4.0, 4.0));
                path.move_to(at(-4.0, 4.0));
                path.line_to(at(4.0, -4.0));
                self.canvas.path("figure-edge", path.as_str());
            }
            MarkerType::ArrowOpen | MarkerType::ArrowBarb => {
                path.move_to(at(-5.0, -4.5));
                path.line_to(at(2.0, 0.0));
                path.line_to(at(-5.0, 4.5));
                self.canvas.path("figure-edge", path.as_str());
            }
            _ => {
                path.move_to(at(2.4, 0.0));
                path.line_to(at(-7.0, -4.2));
                path.line_to(at(-7.0, 4.2));
                path.close();
                self.canvas.path("figure-head", path.as_str());
            }
        }
    }

    fn text(&mut self, at: Point, content: &str, anchor: TextAnchor, style: &TextStyle) {
        let content = label(content);
        if content.is_empty() {
            return;
        }
        let at = Point::new(at.x + self.offset.0, at.y + self.offset.1);
        let bold = style.font_weight == FontWeight::Bold;
        let large = style.font_size >= NODE_FONT;
        let class = match (style.fill.map(role), large, bold) {
            (Some(Role::OnSolid), _, _) => "figure-text-inverse",
            (Some(Role::EdgeText), _, _) => "figure-label",
            (Some(Role::GroupText), _, _) => "figure-group-label",
            (_, true, true) => "figure-text-strong",
            (_, true, false) => "figure-text",
            (_, false, _) => "figure-small",
        };
        let width =
            text::width(&content, style.font_size) * if bold { text::BOLD_FACTOR } else { 1.0 };
        let (anchor, left) = match anchor {
            TextAnchor::Start => (Anchor::Start, at.x),
            TextAnchor::Middle => (Anchor::Middle, at.x - width / 2.0),
            TextAnchor::End => (Anchor::End, at.x - width),
        };
        let line_height = style.font_size * LINE_HEIGHT;
        let half = line_height * content.split('\n').count() as f64 / 2.0;
        self.bounds.include((left, at.y - half));
        self.bounds.include((left + width, at.y + half));
        self.canvas
            .text(class, (at.x, at.y), anchor, line_height, &content);
    }
}

fn is_rule_of_composite(style: &Style) -> bool {
    style.fill.is_none() && style.stroke.map(role) == Some(Role::CompositeLine)
}

/// The unit vector in which a line leaves its end `tip`.
fn direction(segments: &[PathSegment], tip: Point) -> Option<(f64, f64)> {
    let at_start = segments.first().and_then(PathSegment::endpoint) == Some(tip);
    let from = if at_start {
        second_point(segments)?
    } else {
        point_before_last(segments)?
    };
    let (x, y) = (tip.x - from.x, tip.y - from.y);
    let length = libm::sqrt(x * x + y * y);
    (length > 0.0).then(|| (x / length, y / length))
}

fn second_point(segments: &[PathSegment]) -> Option<Point> {
    match segments.get(1)? {
        PathSegment::CubicTo { cp1, .. } => Some(*cp1),
        PathSegment::QuadTo { cp, .. } => Some(*cp),
        other => other.endpoint(),
    }
}

fn point_before_last(segments: &[PathSegment]) -> Option<Point> {
    match segments.last()? {
        PathSegment::CubicTo { cp2, .. } => Some(*cp2),
        PathSegment::QuadTo { cp, .. } => Some(*cp),
        _ => segments.get(segments.len().checked_sub(2)?)?.endpoint(),
    }
}

fn add_segment(path: &mut Path, segment: &PathSegment) {
    let pair = |point: &Point| (point.x, point.y);
    match segment {
        PathSegment::MoveTo(point) => path.move_to(pair(point)),
        PathSegment::LineTo(point) => path.line_to(pair(point)),
        PathSegment::CubicTo { cp1, cp2, to } => path.cubic_to(pair(cp1), pair(cp2), pair(to)),
        PathSegment::QuadTo { cp, to } => path.quadratic_to(pair(cp), pair(to)),
        PathSegment::ArcTo {
            rx,
            ry,
            large_arc,
            sweep,
            to,
            ..
        } => {
            path.arc_to((*rx, *ry), [*large_arc, *sweep], pair(to));
        }
        PathSegment::Close => path.close(),
    }
}

fn shape_class(style: &Style) -> &'static str {
    match style.fill.map(role) {
        Some(Role::Node) => "figure-node",
        Some(Role::Accent) => "figure-node-accent",
        Some(Role::Muted) => "figure-node-muted",
        Some(Role::Start | Role::End | Role::Edge) => "figure-solid",
        Some(Role::Note) => "figure-note",
        Some(Role::EdgeBack) => "figure-back",
        Some(Role::Activation) => "figure-activation",
        Some(Role::GroupLine) => "figure-tag",
        Some(Role::Composite) => "figure-group",
        Some(Role::Group) if style.stroke_dasharray.is_some() => "figure-fragment",
        Some(Role::Group) => "figure-group",
        _ if style.stroke_dasharray.is_some() => "figure-rule",
        _ => "figure-ring",
    }
}

fn line_class(style: &Style) -> &'static str {
    let thick = style.stroke_width.is_some_and(|width| width > 2.0);
    match style.stroke.map(role) {
        Some(Role::Lifeline) => "figure-lifeline",
        Some(Role::Edge) if style.stroke_dasharray.is_some() => "figure-edge-dashed",
        Some(Role::Edge) if thick => "figure-edge-thick",
        Some(Role::Edge) => "figure-edge",
        Some(Role::Node) => "figure-ring",
        Some(Role::Accent) => "figure-node-accent",
        Some(Role::Muted) => "figure-node-muted",
        _ => "figure-rule",
    }
}
