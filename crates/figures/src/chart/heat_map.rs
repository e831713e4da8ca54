use std::collections::BTreeMap;

use super::frame;
use super::scale::{compact, extent, precise};
use super::{Quantity, Table, check_count, check_number};
use crate::Error;
use crate::svg::{Anchor, Canvas, Caption, Path, Svg};

const SIDE_MAX: usize = 40;
/// Number of shades.
const SHADES: usize = 9;
/// With more columns than this, values no longer fit into cells.
const COLUMNS_WITH_VALUES: usize = 9;
/// Widest label of a row before the font would crowd out the cells.
const ROW_LABEL_MAX: f64 = 150.0;

/// A quantity over two others, as a sweep gives it: one shade per cell.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// What varies from left to right.
    pub column: Quantity,
    /// What varies from top to bottom.
    pub row: Quantity,
    /// What the shade shows.
    pub value: Quantity,
    /// The names of the columns, at most 40.
    pub columns: Vec<String>,
    /// The names of the rows, at most 40.
    pub rows: Vec<String>,
    /// For each row the value of each column; `None` where there is none.
    pub cells: Vec<Vec<Option<f64>>>,
}

impl HeatMap {
    /// Draws the chart. With nine columns or fewer, the values stand in the cells.
    ///
    /// # Errors
    ///
    /// Refuses numbers that are not finite, and cells that do not match the names.
    pub fn render(&self, caption: &Caption<'_>) -> Result<Svg, Error> {
        caption.check()?;
        self.check()?;
        let mut canvas = Canvas::default();
        let values = self.cells.iter().flatten().copied().flatten();
        let ends = extent(values).unwrap_or((0.0, 0.0));
        self.draw_scale(&mut canvas, ends);
        let widest = self
            .rows
            .iter()
            .map(|name| frame::text_width(name))
            .fold(0.0, f64::max);
        let left = widest.min(ROW_LABEL_MAX) + 10.0;
        let top = 3.4 * frame::LINE;
        let width = (frame::WIDTH - left) / self.columns.len() as f64;
        let height = if self.rows.len() > 15 { 22.0 } else { 32.0 };
        canvas.text(
            "figure-axis-name",
            (0.0, top - 14.0),
            Anchor::Start,
            frame::LINE,
            &self.row.heading(),
        );
        let dense = self.columns.len() > COLUMNS_WITH_VALUES;
        for (index, name) in self.rows.iter().enumerate() {
            let at = (left - 7.0, top + height * (index as f64 + 0.5));
            canvas.text("figure-tick", at, Anchor::End, frame::LINE, name);
        }
        let grid = Grid {
            left,
            top,
            width,
            height,
            ends,
        };
        canvas.open_group(if dense {
            "figure-dense"
        } else {
            "figure-sparse"
        });
        grid.draw(&mut canvas, &self.cells, if dense { 0.0 } else { 1.0 });
        canvas.close_group();
        if !dense {
            grid.write(&mut canvas, &self.cells);
        }
        let bottom = top + height * self.rows.len() as f64;
        self.draw_columns(&mut canvas, left, width, bottom);
        let size = (frame::WIDTH, bottom + frame::HORIZONTAL_AXIS_ROOM);
        Ok(canvas.finish(caption, "figure-chart", size))
    }

    /// The cells as rows.
    pub fn table(&self) -> Table {
        let mut columns = vec![format!(
            "{} \\ {}",
            self.row.heading(),
            self.column.heading()
        )];
        columns.extend(self.columns.iter().cloned());
        let rows = self.rows.iter().zip(&self.cells).map(|(name, cells)| {
            let cells = cells
                .iter()
                .map(|cell| cell.map_or_else(|| "–".to_owned(), precise));
            std::iter::once(name.clone()).chain(cells).collect()
        });
        Table {
            columns,
            rows: rows.collect(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check_count("the list of columns", self.columns.len(), SIDE_MAX)?;
        check_count("the list of rows", self.rows.len(), SIDE_MAX)?;
        let (rows, columns) = (self.rows.len(), self.columns.len());
        if self.cells.len() != rows || self.cells.iter().any(|row| row.len() != columns) {
            return Err(Error::Shape(format!(
                "the cells are not {rows} rows of {columns}"
            )));
        }
        let mut values = self.cells.iter().flatten().flatten();
        values.try_for_each(|value| check_number("a cell", *value))
    }

    /// The shades from the least to the greatest value, above the map.
    fn draw_scale(&self, canvas: &mut Canvas, (low, high): (f64, f64)) {
        let y = frame::LINE / 2.0 + 2.0;
        let heading = self.value.heading();
        canvas.text(
            "figure-axis-name",
            (0.0, y),
            Anchor::Start,
            frame::LINE,
            &heading,
        );
        let least = compact(low);
        let mut x = frame::text_width(&heading) + 14.0;
        canvas.text("figure-tick", (x, y), Anchor::Start, frame::LINE, &least);
        x += frame::text_width(&least) + 6.0;
        let dense = self.columns.len() > COLUMNS_WITH_VALUES;
        canvas.open_group(if dense {
            "figure-dense"
        } else {
            "figure-sparse"
        });
        for shade in 0..SHADES {
            let class = format!("figure-heat-{shade}");
            canvas.rect(
                &class,
                (x + 14.0 * shade as f64, y - 7.0),
                (14.0, 14.0),
                0.0,
            );
        }
        canvas.close_group();
        x += 14.0 * SHADES as f64 + 6.0;
        canvas.text(
            "figure-tick",
            (x, y),
            Anchor::Start,
            frame::LINE,
            &compact(high),
        );
    }

    fn draw_columns(&self, canvas: &mut Canvas, left: f64, width: f64, bottom: f64) {
        let mut free_from = f64::NEG_INFINITY;
        for (index, name) in self.columns.iter().enumerate() {
            let x = left + width * (index as f64 + 0.5);
            let half = frame::text_width(name) / 2.0;
            if x - half >= free_from {
                canvas.text(
                    "figure-tick",
                    (x, bottom + 14.0),
                    Anchor::Middle,
                    frame::LINE,
                    name,
                );
                free_from = x + half + 5.0;
            }
        }
        let at = (frame::WIDTH, bottom + 14.0 + frame::LINE);
        canvas.text(
            "figure-axis-name",
            at,
            Anchor::End,
            frame::LINE,
            &self.column.heading(),
        );
    }
}

/// Where the cells are.
struct Grid {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    ends: (f64, f64),
}

impl Grid {
    /// Draws one path for each shade; neighbours in a row that share it become one rectangle.
    fn draw(&self, canvas: &mut Canvas, cells: &[Vec<Option<f64>>], gap: f64) {
        let mut paths: BTreeMap<Option<usize>, Path> = BTreeMap::new();
        for (row, cells) in cells.iter().enumerate() {
            let shades: Vec<Option<usize>> = cells
                .iter()
                .map(|cell| cell.map(|value| shade(value, self.ends)))
                .collect();
            let top = self.top + self.height * row as f64;
            let mut column = 0;
            for run in shades.chunk_by(|one, other| gap == 0.0 && one == other) {
                let left = self.left + self.width * column as f64;
                let right = left + self.width * run.len() as f64 - gap;
                let bottom = top + self.height - gap;
                let path = paths.entry(run[0]).or_default();
                path.move_to((left, top));
                path.line_to((right, top));
                path.line_to((right, bottom));
                path.line_to((left, bottom));
                path.close();
                column += run.len();
            }
        }
        for (shade, path) in paths {
            let class = shade.map_or("figure-heat-none".to_owned(), |s| {
                format!("figure-heat-{s}")
            });
            canvas.path(&class, path.as_str());
        }
    }

    fn write(&self, canvas: &mut Canvas, cells: &[Vec<Option<f64>>]) {
        for (row, cells) in cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let x = self.left + self.width * (column as f64 + 0.5);
                let y = self.top + self.height * (row as f64 + 0.5);
                if let Some(value) = cell {
                    let text = compact(*value);
                    canvas.text("figure-cell", (x, y), Anchor::Middle, frame::LINE, &text);
                }
            }
        }
    }
}

fn shade(value: f64, (low, high): (f64, f64)) -> usize {
    if high <= low {
        return SHADES / 2;
    }
    // The cast truncates on purpose: equal parts of the range, the greatest value in the last.
    let part = (value - low) / (high - low) * SHADES as f64;
    (part as usize).min(SHADES - 1)
}
