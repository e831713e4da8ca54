use super::frame;
use super::scale::{Axis, Scale, extent, precise};
use super::{Interval, Quantity, Table, check_count, check_number};
use crate::Error;
use crate::svg::{Anchor, Canvas, Caption, Path, Svg};

const ROWS_MAX: usize = 30;
/// Height of a row: its name, and under it its whisker.
const ROW: f64 = 42.0;
/// Space left and right of the scale, for half a dot and half a tick label.
const SIDE: f64 = 14.0;

/// A quantity of several variants side by side: a dot for each value, a whisker for its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub value: Quantity,
    /// The variants from top to bottom, at most 30.
    pub rows: Vec<Measurement>,
    /// A value to compare with, for instance an objective, and its name.
    pub reference: Option<(String, f64)>,
}

/// A value of one variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The variant.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Where the value lies with the stated confidence.
    pub interval: Option<Interval>,
}

impl Comparison {
    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// Refuses numbers that are not finite, and no rows.
    pub fn render(&self, caption: &Caption<'_>) -> Result<Svg, Error> {
        caption.check()?;
        self.check()?;
        let mut canvas = Canvas::default();
        let top = if self.reference.is_some() {
            frame::LINE + 6.0
        } else {
            4.0
        };
        let bottom = top + ROW * self.rows.len() as f64;
        let axis = Axis::around(Scale::Linear, self.ends(), 5);
        let axis = axis.over(SIDE, frame::WIDTH - SIDE);
        let ticks = axis.ticks(5);
        let mut grid = Path::default();
        for (value, _) in &ticks {
            grid.move_to((axis.at(*value), top));
            grid.line_to((axis.at(*value), bottom));
        }
        canvas.path("figure-grid", grid.as_str());
        self.draw_reference(&mut canvas, &axis, (top, bottom));
        for (index, row) in self.rows.iter().enumerate() {
            self.draw_row(&mut canvas, &axis, top + ROW * index as f64, row);
        }
        let plot = frame::Plot {
            left: SIDE,
            right: frame::WIDTH - SIDE,
            top,
            bottom,
            edge: 0.0,
        };
        frame::horizontal_axis(&mut canvas, &plot, &axis, &ticks, &self.value.heading());
        let height = bottom + frame::HORIZONTAL_AXIS_ROOM;
        Ok(canvas.finish(caption, "figure-chart", (frame::WIDTH, height)))
    }

    /// The values as rows.
    pub fn table(&self) -> Table {
        let columns = vec![
            "variant".to_owned(),
            self.value.heading(),
            "interval".to_owned(),
        ];
        let row = |row: &Measurement| {
            let interval = row
                .interval
                .map_or_else(|| "–".to_owned(), |interval| interval.text());
            vec![row.name.clone(), precise(row.value), interval]
        };
        Table {
            columns,
            rows: self.rows.iter().map(row).collect(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check_count("the list of rows", self.rows.len(), ROWS_MAX)?;
        for row in &self.rows {
            check_number("a value", row.value)?;
            row.interval.map_or(Ok(()), |interval| interval.check())?;
        }
        let reference = self.reference.as_ref();
        reference.map_or(Ok(()), |(_, value)| check_number("the reference", *value))
    }

    fn ends(&self) -> (f64, f64) {
        let values = self.rows.iter().flat_map(|row| {
            let interval = row.interval;
            [
                Some(row.value),
                interval.map(|i| i.low),
                interval.map(|i| i.high),
            ]
        });
        let reference = self.reference.as_ref().map(|(_, value)| *value);
        extent(values.chain([reference]).flatten()).unwrap_or((0.0, 1.0))
    }

    fn draw_reference(&self, canvas: &mut Canvas, axis: &Axis, (top, bottom): (f64, f64)) {
        if let Some((name, value)) = &self.reference {
            let x = axis.at(*value);
            canvas.line("figure-guide", (x, top - 2.0), (x, bottom));
            let text = format!("{name} {}", self.value.with_value(*value));
            let half = frame::text_width(&text) / 2.0;
            let at = (
                x.clamp(half, (frame::WIDTH - half).max(half)),
                frame::LINE / 2.0,
            );
            canvas.text("figure-text-chart", at, Anchor::Middle, frame::LINE, &text);
        }
    }

    fn draw_row(&self, canvas: &mut Canvas, axis: &Axis, top: f64, row: &Measurement) {
        let text = top + 12.0;
        let line = top + 30.0;
        canvas.text(
            "figure-label-chart",
            (SIDE, text),
            Anchor::Start,
            frame::LINE,
            &row.name,
        );
        let value = self.value.with_value(row.value);
        let right = (frame::WIDTH - SIDE, text);
        canvas.text("figure-value", right, Anchor::End, frame::LINE, &value);
        canvas.open_group(&frame::variant_class(0));
        if let Some(interval) = row.interval {
            let (low, high) = (axis.at(interval.low), axis.at(interval.high));
            let mut path = Path::default();
            path.move_to((low, line));
            path.line_to((high, line));
            for end in [low, high] {
                path.move_to((end, line - 5.0));
                path.line_to((end, line + 5.0));
            }
            canvas.path("figure-line", path.as_str());
        }
        canvas.circle("figure-mark", (axis.at(row.value), line), 4.6);
        canvas.close_group();
    }
}
