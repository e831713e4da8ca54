use super::scale::{Axis, Scale, extent, precise};
use super::{Quantity, Table, check_count, check_number, frame};
use crate::Error;
use crate::svg::{Canvas, Caption, Svg};

const VALUES_MAX: usize = 10_000;
const POINTS_DRAWN: usize = 60;
const SIZE: (f64, f64) = (120.0, 28.0);
const INSET: f64 = 4.0;

/// A word-sized line without axes, its last value marked.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparkline {
    /// What the line shows.
    pub value: Quantity,
    /// Values at equal distances.
    pub values: Vec<f64>,
}

impl Sparkline {
    /// Draws the line.
    ///
    /// # Errors
    ///
    /// Refuses numbers that are not finite, and no values.
    pub fn render(&self, caption: &Caption<'_>) -> Result<Svg, Error> {
        caption.check()?;
        check_count("the list of values", self.values.len(), VALUES_MAX)?;
        self.values
            .iter()
            .try_for_each(|value| check_number("a value", *value))?;
        let ends = extent(self.values.iter().copied()).unwrap_or((0.0, 1.0));
        let axis = Axis::exactly(Scale::Linear, ends).over(SIZE.1 - INSET, INSET);
        let last = self.values.len() - 1;
        let stride = self.values.len().div_ceil(POINTS_DRAWN);
        let place = |index: usize| {
            let share = if last == 0 {
                1.0
            } else {
                index as f64 / last as f64
            };
            (
                INSET + share * (SIZE.0 - 2.0 * INSET),
                axis.at(self.values[index]),
            )
        };
        let indices = (0..=last).filter(|index| index % stride == 0 || *index == last);
        let points: Vec<Option<(f64, f64)>> = indices.map(|index| Some(place(index))).collect();
        let mut canvas = Canvas::default();
        canvas.open_group(&frame::variant_class(0));
        canvas.path("figure-line", &frame::polyline(&points));
        canvas.circle("figure-mark", place(last), 2.6);
        canvas.close_group();
        Ok(canvas.finish(caption, "figure-sparkline", SIZE))
    }

    /// The values as rows.
    pub fn table(&self) -> Table {
        let rows = self.values.iter().enumerate();
        Table {
            columns: vec!["number".to_owned(), self.value.heading()],
            rows: rows
                .map(|(index, value)| vec![(index + 1).to_string(), precise(*value)])
                .collect(),
        }
    }
}
