use super::frame::{self, Plot};
use super::scale::{Axis, Scale, extent, precise};
use super::{Interval, Quantity, Table, VARIANTS_MAX, check_count, check_number};
use crate::Error;
use crate::svg::{Anchor, Canvas, Caption, Path, Svg};

/// Largest number of samples in one series.
const SAMPLES_MAX: usize = 100_000;
/// Points drawn for all series together, which bounds the size of the drawing.
const POINTS_DRAWN: usize = 400;
/// Up to this many points, their horizontal places are exact to a tenth of a pixel.
const POINTS_EXACT: usize = 80;
/// Largest number of spans.
const SPANS_MAX: usize = 12;
const PLOT_HEIGHT: f64 = 210.0;

/// One or several variants of a quantity over time, with intervals.
///
/// ```
/// use figures::chart::{Quantity, Sample, Series, TimeSeries};
///
/// let samples = (0..60).map(|second| Sample {
///     at: f64::from(second),
///     value: Some(100.0 + f64::from(second % 7)),
///     interval: None,
/// });
/// let chart = TimeSeries {
///     time: Quantity::new("time", "s"),
///     value: Quantity::new("goodput", "/s"),
///     series: vec![Series { name: "no retries".into(), samples: samples.collect() }],
///     spans: vec![],
/// };
/// let caption = figures::Caption { title: "Goodput", description: "", id_prefix: "goodput" };
/// assert!(chart.render(&caption)?.markup().contains("goodput (/s)"));
/// assert_eq!(chart.table().columns, ["time (s)", "no retries"]);
/// # Ok::<(), figures::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TimeSeries {
    /// What the horizontal axis measures.
    pub time: Quantity,
    /// What the vertical axis measures.
    pub value: Quantity,
    /// The variants, at most [`VARIANTS_MAX`].
    pub series: Vec<Series>,
    /// Times to point out, for instance while a fault lasts.
    pub spans: Vec<Span>,
}

/// One variant over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its samples in the order of time.
    pub samples: Vec<Sample>,
}

/// The value of a variant at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The time.
    pub at: f64,
    /// The value; `None` where there is none, which breaks the line.
    pub value: Option<f64>,
    /// Where the value lies with the stated confidence; drawn as a band.
    pub interval: Option<Interval>,
}

/// A stretch of time with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// What happens during it.
    pub name: String,
    /// Its begin.
    pub from: f64,
    /// Its end.
    pub to: f64,
}

impl TimeSeries {
    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// Refuses numbers that are not finite, samples out of order, no samples at all, and more
    /// than [`VARIANTS_MAX`] series.
    pub fn render(&self, caption: &Caption<'_>) -> Result<Svg, Error> {
        caption.check()?;
        self.check()?;
        let mut canvas = Canvas::default();
        let names: Vec<&str> = self
            .series
            .iter()
            .map(|series| series.name.as_str())
            .collect();
        let label_room = frame::direct_label_room(&names);
        let mut top = 0.0;
        if label_room.is_none() && names.len() > 1 {
            top = frame::legend(&mut canvas, 0.0, &names) + 8.0;
        }
        let edge = match self.spans.is_empty() {
            true => 0.0,
            false => frame::LINE,
        };
        top += 1.7 * frame::LINE + edge;
        let values = Axis::around(Scale::Linear, self.value_ends(), 5);
        let ticks = values.ticks(5);
        let plot = Plot {
            left: frame::tick_room(&ticks),
            right: frame::WIDTH - label_room.unwrap_or(10.0),
            top,
            bottom: top + PLOT_HEIGHT,
            edge,
        };
        let values = values.over(plot.bottom, plot.top);
        let times = Axis::exactly(Scale::Linear, self.time_ends()).over(plot.left, plot.right);
        self.draw_spans(&mut canvas, &plot, &times);
        frame::vertical_axis(&mut canvas, &plot, &values, &ticks, &self.value.heading());
        let time_ticks = times.ticks(6);
        frame::horizontal_axis(
            &mut canvas,
            &plot,
            &times,
            &time_ticks,
            &self.time.heading(),
        );
        self.draw_series(&mut canvas, &plot, (&times, &values), label_room.is_some());
        let height = plot.bottom + frame::HORIZONTAL_AXIS_ROOM;
        Ok(canvas.finish(caption, "figure-chart", (frame::WIDTH, height)))
    }

    /// The samples as rows, one per time; an interval stands in brackets.
    pub fn table(&self) -> Table {
        let mut columns = vec![self.time.heading()];
        columns.extend(self.series.iter().map(|series| series.name.clone()));
        let samples = self.series.iter().flat_map(|series| &series.samples);
        let mut times: Vec<f64> = samples.map(|sample| sample.at).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let row = |time: &f64| {
            let mut row = vec![precise(*time)];
            row.extend(self.series.iter().map(|series| series.cell(*time)));
            row
        };
        Table {
            columns,
            rows: times.iter().map(row).collect(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check_count("the list of series", self.series.len(), VARIANTS_MAX)?;
        if self.spans.len() > SPANS_MAX {
            check_count("spans of a chart", self.spans.len(), SPANS_MAX)?;
        }
        for series in &self.series {
            check_count("the list of samples", series.samples.len(), SAMPLES_MAX)?;
            let mut before = f64::NEG_INFINITY;
            for sample in &series.samples {
                check_number("a time", sample.at)?;
                sample
                    .value
                    .map_or(Ok(()), |value| check_number("a value", value))?;
                sample
                    .interval
                    .map_or(Ok(()), |interval| interval.check())?;
                if sample.at < before {
                    let (name, at) = (&series.name, sample.at);
                    return Err(Error::Shape(format!(
                        "`{name}`: time `{at}` is out of order"
                    )));
                }
                before = sample.at;
            }
        }
        for span in &self.spans {
            Interval {
                low: span.from,
                high: span.to,
            }
            .check()?;
        }
        Ok(())
    }

    fn time_ends(&self) -> (f64, f64) {
        let samples = self.series.iter().flat_map(|series| &series.samples);
        extent(samples.map(|sample| sample.at)).unwrap_or((0.0, 1.0))
    }

    fn value_ends(&self) -> (f64, f64) {
        let samples = self.series.iter().flat_map(|series| &series.samples);
        let values = samples.flat_map(|sample| {
            let interval = sample.interval;
            let ends = [
                sample.value,
                interval.map(|i| i.low),
                interval.map(|i| i.high),
            ];
            ends.into_iter().flatten()
        });
        extent(values).unwrap_or((0.0, 1.0))
    }

    fn draw_spans(&self, canvas: &mut Canvas, plot: &Plot, times: &Axis) {
        for span in &self.spans {
            let (from, to) = (times.at(span.from), times.at(span.to));
            let size = ((to - from).max(1.0), plot.bottom - plot.top);
            canvas.rect("figure-span", (from, plot.top), size, 0.0);
        }
        let mut free_from = f64::NEG_INFINITY;
        for span in &self.spans {
            let width = frame::text_width(&span.name);
            let middle = (times.at(span.from) + times.at(span.to)) / 2.0;
            let least = (plot.left + width / 2.0).min(frame::WIDTH - width / 2.0);
            let x = middle.clamp(least, (frame::WIDTH - width / 2.0).max(least));
            if x - width / 2.0 >= free_from {
                let at = (x, plot.top - frame::LINE * 0.55);
                canvas.text(
                    "figure-text-chart",
                    at,
                    Anchor::Middle,
                    frame::LINE,
                    &span.name,
                );
                free_from = x + width / 2.0 + 8.0;
            }
        }
    }

    fn draw_series(
        &self,
        canvas: &mut Canvas,
        plot: &Plot,
        (times, values): (&Axis, &Axis),
        labelled: bool,
    ) {
        let budget = (POINTS_DRAWN / self.series.len().max(1)).max(40);
        let mut ends = Vec::new();
        for (index, series) in self.series.iter().enumerate() {
            let points = series.reduced(budget);
            canvas.open_group(&frame::variant_class(index));
            draw_bands(canvas, &points, times, values);
            // Among many points whole pixels do, and keep the drawing small.
            let across = |at: f64| match points.len() > POINTS_EXACT {
                true => libm::round(times.at(at)),
                false => times.at(at),
            };
            let place = |sample: &Sample| {
                sample
                    .value
                    .map(|value| (across(sample.at), values.at(value)))
            };
            let line: Vec<Option<(f64, f64)>> = points.iter().map(place).collect();
            canvas.path("figure-line", &frame::polyline(&line));
            let drawn: Vec<(f64, f64)> = line.into_iter().flatten().collect();
            if self.series.len() > 1 || drawn.len() < 3 {
                frame::marks_along(canvas, index, &drawn);
            }
            canvas.close_group();
            if let Some((_, y)) = drawn.last() {
                ends.push((index, *y, series.name.as_str()));
            }
        }
        if labelled {
            frame::direct_labels(canvas, plot, &ends);
        }
    }
}

/// Draws the intervals of adjoining samples as areas.
fn draw_bands(canvas: &mut Canvas, samples: &[Sample], times: &Axis, values: &Axis) {
    for run in samples
        .split(|sample| sample.interval.is_none())
        .filter(|run| run.len() > 1)
    {
        let ends = |sample: &Sample| sample.interval.map(|i| (times.at(sample.at), i));
        let bands: Vec<(f64, Interval)> = run.iter().filter_map(ends).collect();
        // Whole pixels do for the edge of an area, and keep the drawing small.
        let place = |x: f64, value: f64| (libm::round(x), libm::round(values.at(value)));
        let mut path = Path::default();
        for (index, (x, interval)) in bands.iter().enumerate() {
            let point = place(*x, interval.high);
            if index == 0 {
                path.move_to(point)
            } else {
                path.line_to(point)
            }
        }
        for (x, interval) in bands.iter().rev() {
            path.line_to(place(*x, interval.low));
        }
        path.close();
        canvas.path("figure-band", path.as_str());
    }
}

impl Series {
    fn cell(&self, time: f64) -> String {
        let index = self.samples.partition_point(|sample| sample.at < time);
        let sample = self.samples.get(index).filter(|sample| sample.at == time);
        match sample.map(|sample| (sample.value, sample.interval)) {
            Some((Some(value), Some(interval))) => {
                format!("{} [{}]", precise(value), interval.text())
            }
            Some((Some(value), None)) => precise(value),
            _ => "–".to_owned(),
        }
    }

    /// At most about `budget` samples that show the same picture: of each stretch of time the
    /// least and the greatest value, with the union of the intervals.
    fn reduced(&self, budget: usize) -> Vec<Sample> {
        if self.samples.len() <= budget {
            return self.samples.clone();
        }
        let per_stretch = self.samples.len().div_ceil(budget / 2).max(1);
        self.samples.chunks(per_stretch).flat_map(stretch).collect()
    }
}

fn stretch(samples: &[Sample]) -> Vec<Sample> {
    let intervals = || samples.iter().filter_map(|sample| sample.interval);
    let low = extent(intervals().map(|interval| interval.low));
    let high = extent(intervals().map(|interval| interval.high));
    let interval = low.zip(high).map(|(low, high)| Interval {
        low: low.0,
        high: high.1,
    });
    let with_value = || samples.iter().filter(|sample| sample.value.is_some());
    let value = |sample: &&Sample| sample.value.unwrap_or_default();
    let least = with_value().min_by(|one, other| value(one).total_cmp(&value(other)));
    let most = with_value().max_by(|one, other| value(one).total_cmp(&value(other)));
    let mut kept: Vec<Sample> = match (least, most) {
        (Some(least), Some(most)) => vec![*least, *most],
        _ => samples.first().copied().into_iter().collect(),
    };
    kept.sort_by(|one, other| one.at.total_cmp(&other.at));
    kept.iter_mut()
        .for_each(|sample| sample.interval = interval);
    kept
}
