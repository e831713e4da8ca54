use super::frame::{self, Plot};
use super::scale::{Axis, Scale, compact, extent, precise};
use super::{Quantity, Table, VARIANTS_MAX, check_count, check_number, check_positive};
use crate::Error;
use crate::svg::{Anchor, Canvas, Caption, Path, Svg};

/// Largest number of points of one tail.
const POINTS_MAX: usize = 100_000;
/// Points drawn for all variants together.
const POINTS_DRAWN: usize = 420;
const PERCENTILES_MAX: usize = 12;
const PLOT_HEIGHT: f64 = 220.0;
/// Lowest share drawn; below it, a run has too few requests to tell.
const SHARE_MIN: f64 = 1e-9;

/// How many requests take longer than each latency: the complementary distribution, with shares
/// on a logarithmic scale so that the tail is visible, and percentiles marked.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// What the horizontal axis measures, as a rule latency.
    pub value: Quantity,
    /// How the horizontal axis runs; logarithmic suits latencies over several decades.
    pub scale: Scale,
    /// The variants, at most [`VARIANTS_MAX`].
    pub variants: Vec<Tail>,
}

/// The distribution of one variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// Its name.
    pub name: String,
    /// Its points: values rise, shares fall.
    pub points: Vec<TailPoint>,
    /// The percentiles to mark.
    pub percentiles: Vec<Percentile>,
}

/// One point of a complementary distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailPoint {
    /// A value.
    pub value: f64,
    /// The share of requests above it, from 0 to 1.
    pub share_above: f64,
}

/// One percentile of a variant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentile {
    /// The share of requests at or below it, above 0 and below 1: 0.99 is p99.
    pub share: f64,
    /// Its value.
    pub value: f64,
}

impl Percentile {
    /// Its usual name: `p99`, `p99.9`.
    pub fn name(&self) -> String {
        // Rounding hides that 1 - 0.001 has no exact binary form.
        let percent = libm::round(self.share * 1e8) / 1e6;
        format!("p{percent}")
    }
}

impl Distribution {
    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// Refuses numbers that are not finite, values that are not above zero on a logarithmic
    /// scale, values that fall or shares that rise, no points at all, and more than
    /// [`VARIANTS_MAX`] variants.
    pub fn render(&self, caption: &Caption<'_>) -> Result<Svg, Error> {
        caption.check()?;
        self.check()?;
        let mut canvas = Canvas::default();
        let names: Vec<&str> = self
            .variants
            .iter()
            .map(|tail| tail.name.as_str())
            .collect();
        let mut top = 0.0;
        if names.len() > 1 {
            top = frame::legend(&mut canvas, 0.0, &names) + 8.0;
        }
        top += 1.7 * frame::LINE;
        let shares = Axis::around(Scale::Logarithmic, (self.least_share(), 1.0), 5);
        let ticks: Vec<(f64, String)> = shares
            .ticks(5)
            .into_iter()
            .map(|(share, _)| (share, format!("{} %", compact(share * 100.0))))
            .collect();
        let plot = Plot {
            left: frame::tick_room(&ticks),
            right: frame::WIDTH - self.label_room(),
            top,
            bottom: top + PLOT_HEIGHT,
            edge: 0.0,
        };
        let shares = shares.over(plot.bottom, plot.top);
        let values = Axis::exactly(self.scale, self.value_ends()).over(plot.left, plot.right);
        let heading = "share of requests above";
        frame::vertical_axis(&mut canvas, &plot, &shares, &ticks, heading);
        let value_ticks = values.ticks(6);
        frame::horizontal_axis(
            &mut canvas,
            &plot,
            &values,
            &value_ticks,
            &self.value.heading(),
        );
        for (index, tail) in self.variants.iter().enumerate() {
            canvas.open_group(&frame::variant_class(index));
            canvas.path("figure-line", &tail.steps(&values, &shares, self.budget()));
            canvas.close_group();
        }
        self.draw_percentiles(&mut canvas, &plot, &values, &shares);
        let height = plot.bottom + frame::HORIZONTAL_AXIS_ROOM;
        Ok(canvas.finish(caption, "figure-chart", (frame::WIDTH, height)))
    }

    /// The percentiles as rows, one per variant.
    pub fn table(&self) -> Table {
        let marked = self.variants.iter().flat_map(|tail| &tail.percentiles);
        let mut shares: Vec<f64> = marked.map(|percentile| percentile.share).collect();
        shares.sort_by(f64::total_cmp);
        shares.dedup();
        let unit = match self.value.unit.as_str() {
            "" => String::new(),
            unit => format!(" ({unit})"),
        };
        let name = |share: &f64| {
            Percentile {
                share: *share,
                value: 0.0,
            }
            .name()
                + &unit
        };
        let mut columns = vec!["variant".to_owned()];
        columns.extend(shares.iter().map(name));
        let row = |tail: &Tail| {
            let mut row = vec![tail.name.clone()];
            row.extend(shares.iter().map(|share| {
                let found = tail.percentiles.iter().find(|mark| mark.share == *share);
                found.map_or_else(|| "–".to_owned(), |mark| precise(mark.value))
            }));
            row
        };
        Table {
            columns,
            rows: self.variants.iter().map(row).collect(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check_count("the list of variants", self.variants.len(), VARIANTS_MAX)?;
        self.variants
            .iter()
            .try_for_each(|tail| tail.check(self.scale))
    }

    fn budget(&self) -> usize {
        (POINTS_DRAWN / self.variants.len().max(1)).max(60)
    }

    fn value_ends(&self) -> (f64, f64) {
        let points = self.variants.iter().flat_map(|tail| &tail.points);
        let marks = self.variants.iter().flat_map(|tail| &tail.percentiles);
        let values = points
            .map(|point| point.value)
            .chain(marks.map(|mark| mark.value));
        let (low, high) = extent(values).unwrap_or((1.0, 2.0));
        match self.scale {
            Scale::Linear if low > 0.0 => (0.0, high),
            _ => (low, high),
        }
    }

    fn least_share(&self) -> f64 {
        let points = self.variants.iter().flat_map(|tail| &tail.points);
        let shares = points
            .map(|point| point.share_above)
            .filter(|share| *share > 0.0);
        let marks = self.variants.iter().flat_map(|tail| &tail.percentiles);
        let least = extent(shares.chain(marks.map(|mark| 1.0 - mark.share)));
        least.map_or(0.01, |(low, _)| low.clamp(SHARE_MIN, 0.5))
    }

    /// Room on the right for the labels of percentiles.
    fn label_room(&self) -> f64 {
        let marks = self.variants.iter().flat_map(|tail| &tail.percentiles);
        let widths = marks.map(|mark| frame::text_width(&self.label(mark)) + 12.0);
        widths.fold(10.0, f64::max)
    }

    fn label(&self, percentile: &Percentile) -> String {
        format!(
            "{} {}",
            percentile.name(),
            self.value.with_value(percentile.value)
        )
    }

    /// Marks every percentile. Of each, the greatest and the least value among the variants are
    /// written out, where the curves leave room: right above the one, left below the other.
    fn draw_percentiles(&self, canvas: &mut Canvas, plot: &Plot, values: &Axis, shares: &Axis) {
        let all = || {
            let variants = self.variants.iter().enumerate();
            variants.flat_map(|(index, tail)| tail.percentiles.iter().map(move |p| (index, p)))
        };
        let mut sorted: Vec<(usize, &Percentile)> = all().collect();
        sorted.sort_by(|one, other| other.1.share.total_cmp(&one.1.share));
        for (index, percentile) in &sorted {
            let (x, y) = (
                values.at(percentile.value),
                shares.at(1.0 - percentile.share),
            );
            canvas.open_group(&frame::variant_class(*index));
            frame::mark(canvas, *index, (x, y));
            canvas.close_group();
        }
        let mut free_below = f64::INFINITY;
        sorted.dedup_by(|one, other| one.1.share == other.1.share);
        for (_, percentile) in sorted {
            let same = || all().filter(|(_, other)| other.share == percentile.share);
            let most = same().max_by(|one, other| one.1.value.total_cmp(&other.1.value));
            let least = same().min_by(|one, other| one.1.value.total_cmp(&other.1.value));
            let y = shares.at(1.0 - percentile.share);
            if free_below - y < frame::LINE {
                continue;
            }
            free_below = y;
            if let Some((_, most)) = most {
                let at = (values.at(most.value) + 8.0, y - frame::LINE * 0.5);
                let text = self.label(most);
                canvas.text("figure-label-chart", at, Anchor::Start, frame::LINE, &text);
            }
            if let (Some((first, least)), Some((last, _))) = (least, most)
                && first != last
            {
                let at = (values.at(least.value) - 8.0, y + frame::LINE * 0.5);
                let text = self.label(least);
                let inside = at.0 - frame::text_width(&text) >= plot.left
                    && at.1 + frame::LINE / 2.0 <= plot.bottom;
                if inside {
                    canvas.text("figure-label-chart", at, Anchor::End, frame::LINE, &text);
                }
            }
        }
    }
}

impl Tail {
    fn check(&self, scale: Scale) -> Result<(), Error> {
        check_count("the list of points", self.points.len(), POINTS_MAX)?;
        let check_value = match scale {
            Scale::Linear => check_number,
            Scale::Logarithmic => check_positive,
        };
        let out_of_order = |value: f64| {
            let name = &self.name;
            Error::Shape(format!(
                "`{name}`: values must rise and shares fall, at `{value}`"
            ))
        };
        let mut before = TailPoint {
            value: f64::NEG_INFINITY,
            share_above: 1.0,
        };
        for point in &self.points {
            check_value("a value", point.value)?;
            check_number("a share", point.share_above)?;
            let falls = point.share_above <= before.share_above && point.share_above >= 0.0;
            if point.value < before.value || !falls {
                return Err(out_of_order(point.value));
            }
            before = *point;
        }
        if self.percentiles.len() > PERCENTILES_MAX {
            check_count(
                "percentiles of a variant",
                self.percentiles.len(),
                PERCENTILES_MAX,
            )?;
        }
        for percentile in &self.percentiles {
            check_value("a percentile", percentile.value)?;
            if !(percentile.share > 0.0 && percentile.share < 1.0) {
                let share = percentile.share;
                return Err(Error::Shape(format!(
                    "share `{share}` is not between 0 and 1"
                )));
            }
        }
        Ok(())
    }

    /// The curve: the share stays until the next value, then falls. Points closer together than
    /// the budget allows are left out, which no eye can see.
    fn steps(&self, values: &Axis, shares: &Axis, budget: usize) -> String {
        let mut path = Path::default();
        let apart = 2.0 * (frame::WIDTH + PLOT_HEIGHT) / budget as f64;
        let mut last: Option<(f64, f64)> = None;
        for (index, point) in self.points.iter().enumerate() {
            if point.share_above <= 0.0 {
                if let Some((_, y)) = last {
                    path.line_to((values.at(point.value), y));
                }
                break;
            }
            let place = (values.at(point.value), shares.at(point.share_above));
            match last {
                None => path.move_to(place),
                Some((x, y)) => {
                    let near = (place.0 - x).abs() + (place.1 - y).abs() < apart;
                    if near && index + 1 < self.points.len() {
                        continue;
                    }
                    path.line_to(place);
                }
            }
            last = Some(place);
        }
        path.as_str().to_owned()
    }
}
