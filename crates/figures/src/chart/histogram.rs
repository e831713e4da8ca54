use super::frame::{self, Plot};
use super::scale::{Axis, Scale, extent, precise};
use super::{Quantity, Table, check_count, check_number};
use crate::Error;
use crate::svg::{Anchor, Canvas, Caption, Path, Svg};

const BINS_MAX: usize = 200;
const MARKS_MAX: usize = 8;
/// Rows of names above the plot.
const MARK_ROWS: usize = 2;
const PLOT_HEIGHT: f64 = 190.0;

/// How often values fall into each of several ranges, with some values pointed out.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// What is counted by its size.
    pub value: Quantity,
    /// The name of a count, for instance `requests`.
    pub count: Quantity,
    /// Ranges that rise and do not overlap, at most 200. Their areas are compared, so ranges of
    /// unequal width are drawn with the count per width of the narrowest.
    pub bins: Vec<Bin>,
    /// Values to point out, for instance percentiles, at most 8.
    pub marks: Vec<Mark>,
}

/// One range and its count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lower end.
    pub low: f64,
    /// Upper end, above `low`.
    pub high: f64,
    /// How many values lie in it, not below zero.
    pub count: f64,
}

/// A value with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The name, for instance `p99`.
    pub name: String,
    /// The value.
    pub value: f64,
}

impl Histogram {
    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// Refuses numbers that are not finite, ranges that overlap or are empty, and no ranges.
    pub fn render(&self, caption: &Caption<'_>) -> Result<Svg, Error> {
        caption.check()?;
        self.check()?;
        let mut canvas = Canvas::default();
        let most = self.heights().fold(0.0, f64::max);
        let counts = Axis::around(Scale::Linear, (0.0, most), 4);
        let ticks = counts.ticks(4);
        let (left, right) = (frame::tick_room(&ticks), frame::WIDTH - 10.0);
        let values = Axis::exactly(Scale::Linear, self.ends()).over(left, right);
        let marks = self.placed_marks(&values);
        let rows = marks
            .iter()
            .filter_map(|mark| mark.row)
            .max()
            .map_or(0, |row| row + 1);
        let top = 1.7 * frame::LINE + frame::LINE * rows as f64;
        let plot = Plot {
            left,
            right,
            top,
            bottom: top + PLOT_HEIGHT,
            edge: 0.0,
        };
        let counts = counts.over(plot.bottom, plot.top);
        frame::vertical_axis(&mut canvas, &plot, &counts, &ticks, &self.count.heading());
        self.draw_bins(&mut canvas, &values, &counts, plot.bottom);
        let value_ticks = values.ticks(6);
        frame::horizontal_axis(
            &mut canvas,
            &plot,
            &values,
            &value_ticks,
            &self.value.heading(),
        );
        draw_marks(&mut canvas, &plot, &marks);
        let height = plot.bottom + frame::HORIZONTAL_AXIS_ROOM;
        Ok(canvas.finish(caption, "figure-chart", (frame::WIDTH, height)))
    }

    /// The ranges as rows.
    pub fn table(&self) -> Table {
        let columns = vec![self.value.heading(), self.count.heading()];
        let row = |bin: &Bin| {
            let range = format!("{} … {}", precise(bin.low), precise(bin.high));
            vec![range, precise(bin.count)]
        };
        Table {
            columns,
            rows: self.bins.iter().map(row).collect(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check_count("the list of bins", self.bins.len(), BINS_MAX)?;
        let mut before = f64::NEG_INFINITY;
        for bin in &self.bins {
            check_number("the end of a bin", bin.low)?;
            check_number("the end of a bin", bin.high)?;
            check_number("a count", bin.count)?;
            if bin.low < before || bin.high <= bin.low || bin.count < 0.0 {
                let (low, high) = (bin.low, bin.high);
                return Err(Error::Shape(format!(
                    "bin `{low}..{high}` overlaps or is empty"
                )));
            }
            before = bin.high;
        }
        if self.marks.len() > MARKS_MAX {
            check_count("marks of a histogram", self.marks.len(), MARKS_MAX)?;
        }
        self.marks
            .iter()
            .try_for_each(|mark| check_number("a mark", mark.value))
    }

    /// Counts per width of the narrowest range.
    fn heights(&self) -> impl Iterator<Item = f64> + '_ {
        let widths = self.bins.iter().map(|bin| bin.high - bin.low);
        let narrowest = widths.fold(f64::INFINITY, f64::min);
        self.bins
            .iter()
            .map(move |bin| bin.count * (narrowest / (bin.high - bin.low)))
    }

    fn ends(&self) -> (f64, f64) {
        let ends = self.bins.iter().flat_map(|bin| [bin.low, bin.high]);
        extent(ends.chain(self.marks.iter().map(|mark| mark.value))).unwrap_or((0.0, 1.0))
    }

    fn draw_bins(&self, canvas: &mut Canvas, values: &Axis, counts: &Axis, bottom: f64) {
        let mut path = Path::default();
        for (bin, height) in self.bins.iter().zip(self.heights()) {
            if height > 0.0 {
                let (left, right) = (values.at(bin.low), values.at(bin.high));
                let gap = if right - left > 3.0 { 1.0 } else { 0.0 };
                let y = counts.at(height);
                path.move_to((left, bottom));
                path.line_to((left, y));
                path.line_to((right - gap, y));
                path.line_to((right - gap, bottom));
                path.close();
            }
        }
        canvas.open_group(&frame::variant_class(0));
        canvas.path("figure-bars", path.as_str());
        canvas.close_group();
    }

    /// Names take the first of two rows above the plot that has room; one that finds none is left
    /// out, its line stays.
    fn placed_marks(&self, values: &Axis) -> Vec<PlacedMark> {
        let mut marks: Vec<&Mark> = self.marks.iter().collect();
        marks.sort_by(|one, other| one.value.total_cmp(&other.value));
        let mut free_from = [f64::NEG_INFINITY; MARK_ROWS];
        let place = |mark: &Mark| {
            let x = values.at(mark.value);
            let text = format!("{} {}", mark.name, self.value.with_value(mark.value));
            let half = frame::text_width(&text) / 2.0;
            let middle = x.clamp(half, (frame::WIDTH - half).max(half));
            let row = free_from.iter().position(|free| middle - half >= *free);
            if let Some(row) = row {
                free_from[row] = middle + half + 8.0;
            }
            PlacedMark {
                x,
                middle,
                row,
                text,
            }
        };
        marks.into_iter().map(place).collect()
    }
}

/// A mark with the place of its name.
struct PlacedMark {
    x: f64,
    middle: f64,
    row: Option<usize>,
    text: String,
}

fn draw_marks(canvas: &mut Canvas, plot: &Plot, marks: &[PlacedMark]) {
    for mark in marks {
        let row = mark.row.unwrap_or(0) as f64;
        let up = frame::LINE * row + 2.0;
        canvas.line(
            "figure-guide",
            (mark.x, plot.top - up),
            (mark.x, plot.bottom),
        );
        if let Some(row) = mark.row {
            let at = (mark.middle, plot.top - frame::LINE * (row as f64 + 0.6));
            canvas.text(
                "figure-label-chart",
                at,
                Anchor::Middle,
                frame::LINE,
                &mark.text,
            );
        }
    }
}
