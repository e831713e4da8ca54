//! What charts share: the plot area, axes, marks of variants, labels and legends.

use super::scale::Axis;
use crate::svg::{Anchor, Canvas, Path};
use crate::text;

/// Natural width of a chart.
pub(super) const WIDTH: f64 = 560.0;
/// Font size on a narrow screen, for which room is kept (see the style sheet).
pub(super) const FONT_NARROW: f64 = 15.5;
/// Height of a line of text.
pub(super) const LINE: f64 = 19.0;
/// Widest label that may stand at the end of a line; longer names go to a legend.
const DIRECT_LABEL_WIDTH_MAX: f64 = 140.0;
/// Length of the sample of a line in a legend, and its space to the name.
const SAMPLE: (f64, f64) = (26.0, 6.0);
/// Marks along one line, at most.
const MARKS_MAX: usize = 7;

/// The rectangle in which data are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Height of what stands on the upper edge: the names of spans.
    pub(super) edge: f64,
}

pub(super) fn text_width(text: &str) -> f64 {
    text::width(text, FONT_NARROW)
}

/// Class that gives variant `index` its colour.
pub(super) fn variant_class(index: usize) -> String {
    format!("figure-series-{}", index % super::VARIANTS_MAX + 1)
}

/// Whether the names fit at the ends of lines; if so, the room they take.
pub(super) fn direct_label_room(names: &[&str]) -> Option<f64> {
    let widest = names
        .iter()
        .map(|name| text_width(name))
        .fold(0.0, f64::max);
    (names.len() > 1 && widest <= DIRECT_LABEL_WIDTH_MAX).then_some(widest + 18.0)
}

/// Room for the labels of the ticks of a vertical axis.
pub(super) fn tick_room(ticks: &[(f64, String)]) -> f64 {
    let widest = ticks
        .iter()
        .map(|(_, label)| text_width(label))
        .fold(0.0, f64::max);
    widest + 10.0
}

/// Draws a vertical axis: grid lines with labels, and its heading above the plot, or above what the
/// plot bears on its upper edge.
pub(super) fn vertical_axis(
    canvas: &mut Canvas,
    plot: &Plot,
    axis: &Axis,
    ticks: &[(f64, String)],
    heading: &str,
) {
    let mut grid = Path::default();
    for (value, label) in ticks {
        let y = axis.at(*value);
        grid.move_to((plot.left, y));
        grid.line_to((plot.right, y));
        canvas.text(
            "figure-tick",
            (plot.left - 7.0, y),
            Anchor::End,
            LINE,
            label,
        );
    }
    canvas.path("figure-grid", grid.as_str());
    let above = (0.0, plot.top - plot.edge - LINE * 0.85);
    canvas.text("figure-axis-name", above, Anchor::Start, LINE, heading);
}

/// Draws a horizontal axis: small ticks with labels, and its heading below them on the right.
pub(super) fn horizontal_axis(
    canvas: &mut Canvas,
    plot: &Plot,
    axis: &Axis,
    ticks: &[(f64, String)],
    heading: &str,
) {
    let mut path = Path::default();
    path.move_to((plot.left, plot.bottom));
    path.line_to((plot.right, plot.bottom));
    let mut free_from = f64::NEG_INFINITY;
    for (value, label) in ticks {
        let x = axis.at(*value);
        path.move_to((x, plot.bottom));
        path.line_to((x, plot.bottom + 4.0));
        let half = text_width(label) / 2.0;
        let x_text = x.min(WIDTH - half);
        if x_text - half >= free_from {
            let at = (x_text, plot.bottom + 15.0);
            canvas.text("figure-tick", at, Anchor::Middle, LINE, label);
            free_from = x_text + half + 6.0;
        }
    }
    canvas.path("figure-axis", path.as_str());
    let at = (plot.right, plot.bottom + 15.0 + LINE);
    canvas.text("figure-axis-name", at, Anchor::End, LINE, heading);
}

/// Room below a plot for a horizontal axis with its heading.
pub(super) const HORIZONTAL_AXIS_ROOM: f64 = 15.0 + LINE + LINE / 2.0 + 4.0;

/// Draws the mark of variant `index`: each has a shape of its own.
pub(super) fn mark(canvas: &mut Canvas, index: usize, center: (f64, f64)) {
    marks(canvas, index, std::iter::once(center));
}

fn marks(canvas: &mut Canvas, index: usize, centers: impl Iterator<Item = (f64, f64)>) {
    let mut path = Path::default();
    centers.for_each(|center| add_mark(&mut path, index, center));
    canvas.path("figure-mark", path.as_str());
}

fn add_mark(path: &mut Path, index: usize, (x, y): (f64, f64)) {
    let corners: &[(f64, f64)] = match index % super::VARIANTS_MAX {
        0 => {
            let radius = 3.4;
            path.move_to((x - radius, y));
            path.arc_to((radius, radius), [true, true], (x + radius, y));
            path.arc_to((radius, radius), [true, true], (x - radius, y));
            path.close();
            return;
        }
        1 => &[(-3.2, -3.2), (3.2, -3.2), (3.2, 3.2), (-3.2, 3.2)],
        2 => &[(0.0, -4.2), (4.0, 3.2), (-4.0, 3.2)],
        3 => &[(0.0, -4.6), (4.6, 0.0), (0.0, 4.6), (-4.6, 0.0)],
        4 => &[(-4.0, -3.2), (4.0, -3.2), (0.0, 4.2)],
        _ => &[
            (-3.6, -1.6),
            (0.0, -4.4),
            (3.6, -1.6),
            (2.4, 3.4),
            (-2.4, 3.4),
        ],
    };
    for (number, (dx, dy)) in corners.iter().enumerate() {
        let point = (x + dx, y + dy);
        if number == 0 {
            path.move_to(point)
        } else {
            path.line_to(point)
        }
    }
    path.close();
}

/// Draws marks on some of the points, evenly spread and different for each variant.
pub(super) fn marks_along(canvas: &mut Canvas, index: usize, points: &[(f64, f64)]) {
    if points.is_empty() {
        return;
    }
    let stride = points.len().div_ceil(MARKS_MAX);
    let first = index * stride / super::VARIANTS_MAX;
    let chosen = points[first.min(points.len() - 1)..].iter().step_by(stride);
    marks(canvas, index, chosen.copied());
}

/// Writes names at the ends of lines, moved apart so that they do not overlap.
pub(super) fn direct_labels(canvas: &mut Canvas, plot: &Plot, ends: &[(usize, f64, &str)]) {
    let mut ends = ends.to_vec();
    ends.sort_by(|one, other| one.1.total_cmp(&other.1).then(one.0.cmp(&other.0)));
    let wanted: Vec<f64> = ends.iter().map(|end| end.1).collect();
    let places = apart(&wanted, LINE, plot.top, plot.bottom);
    for ((index, _, name), y) in ends.iter().zip(places) {
        canvas.open_group(&variant_class(*index));
        mark(canvas, *index, (plot.right + 9.0, y));
        canvas.close_group();
        canvas.text(
            "figure-text-chart",
            (plot.right + 17.0, y),
            Anchor::Start,
            LINE,
            name,
        );
    }
}

/// The places nearest to the sorted `wanted` ones that are `gap` apart and inside the ends.
fn apart(wanted: &[f64], gap: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for _ in 0..places.len() {
        for index in 1..places.len() {
            let lack = gap - (places[index] - places[index - 1]);
            if lack > 0.0 {
                places[index - 1] -= lack / 2.0;
                places[index] += lack / 2.0;
            }
        }
    }
    let mut least = top;
    for place in &mut places {
        *place = place.max(least);
        least = *place + gap;
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - gap;
    }
    places
}

/// Draws a legend in as many rows as the width needs, from `top` down, and gives its height.
pub(super) fn legend(canvas: &mut Canvas, top: f64, names: &[&str]) -> f64 {
    let (mut x, mut y) = (0.0, top + LINE / 2.0);
    for (index, name) in names.iter().enumerate() {
        let width = SAMPLE.0 + SAMPLE.1 + text_width(name);
        if x > 0.0 && x + width > WIDTH {
            (x, y) = (0.0, y + LINE);
        }
        canvas.open_group(&variant_class(index));
        canvas.line("figure-line", (x, y), (x + SAMPLE.0, y));
        mark(canvas, index, (x + SAMPLE.0 / 2.0, y));
        canvas.close_group();
        let at = (x + SAMPLE.0 + SAMPLE.1, y);
        canvas.text("figure-text-chart", at, Anchor::Start, LINE, name);
        x += width + 16.0;
    }
    y - top + LINE / 2.0
}

/// A line through points, of which runs are separated by `None`.
pub(super) fn polyline(points: &[Option<(f64, f64)>]) -> String {
    let mut path = Path::default();
    let mut drawing = false;
    for point in points {
        match point {
            Some(point) if drawing => path.line_to(*point),
            Some(point) => path.move_to(*point),
            None => {}
        }
        drawing = point.is_some();
    }
    path.as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_and_stay_inside() {
        let places = apart(&[10.0, 11.0, 12.0], 19.0, 0.0, 100.0);
        assert!(
            places
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= 19.0 - 1e-9),
            "{places:?}"
        );
        assert!(places[0] >= 0.0);
        assert_eq!(apart(&[10.0, 60.0], 19.0, 0.0, 100.0), vec![10.0, 60.0]);
    }
}
