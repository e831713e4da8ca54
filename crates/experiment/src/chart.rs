//! Lines and tails of a digest as charts, each with its numbers as a table.

use figures::Caption;
use figures::chart::{
    Distribution, Interval, Percentile, Quantity, Sample, Scale, Series, Span, Table, Tail,
    TimeSeries,
};
use maud::{Markup, PreEscaped, html};

use crate::digest::{Digest, Line, Variant};
use crate::view::{Texts, figure_name};

/// Rows of the table of a line: enough to follow it, few enough to be read.
const ROWS_MAX: usize = 24;

pub(crate) fn line_chart(digest: &Digest, name: &str, prefix: &str, texts: &Texts) -> Markup {
    let find = |variant: &'_ Variant| -> Option<Line> {
        variant.lines.iter().find(|line| line.name == name).cloned()
    };
    let Some(first) = digest.variants.iter().find_map(find) else {
        return html! {};
    };
    // A variant that was not run yet has a line without points, which keeps the others' colours.
    let lines: Vec<(String, f64, Line)> = digest
        .variants
        .iter()
        .filter_map(|variant| match variant.is_pending() {
            true => Some((variant.name.clone(), 1.0, without_points(&first))),
            false => find(variant).map(|line| (variant.name.clone(), variant.step_s, line)),
        })
        .collect();
    let (scale, unit) = display_unit(
        &first.unit,
        lines.iter().flat_map(|(_, _, line)| &line.mean),
    );
    let title = figure_name(name, texts);
    let chart = TimeSeries {
        time: Quantity::new(texts.get("experiment.time"), "s"),
        value: Quantity::new(&title, unit),
        series: lines
            .into_iter()
            .map(|(variant, step_s, line)| Series {
                name: variant,
                samples: samples(&line, step_s, scale),
            })
            .collect(),
        spans: digest
            .windows
            .iter()
            .map(|window| Span {
                name: window.name.clone(),
                from: window.from_s,
                to: window.to_s,
            })
            .collect(),
    };
    let caption = Caption {
        title: &title,
        description: texts.get("experiment.line-description"),
        id_prefix: prefix,
    };
    match chart.render(&caption) {
        Ok(svg) => html! {
            figure.chart {
                (PreEscaped(svg.markup()))
                (numbers(&thinned(chart).table(), &title, texts))
            }
        },
        // A line without any value, such as the latency of a variant that answers nothing.
        Err(_) => html! {},
    }
}

fn without_points(line: &Line) -> Line {
    Line {
        mean: vec![None; line.mean.len()],
        low: Vec::new(),
        high: Vec::new(),
        ..line.clone()
    }
}

/// The chart with fewer samples, evenly spaced.
fn thinned(mut chart: TimeSeries) -> TimeSeries {
    for series in &mut chart.series {
        let stride = series.samples.len().div_ceil(ROWS_MAX).max(1);
        let every = std::mem::take(&mut series.samples).into_iter();
        series.samples = every.step_by(stride).collect();
    }
    chart
}

/// The numbers behind a chart.
fn numbers(table: &Table, title: &str, texts: &Texts) -> Markup {
    html! {
        details.chart-numbers {
            summary { (texts.get("experiment.numbers")) span.visually-hidden { ": " (title) } }
            div.table-scroll tabindex="0" role="group" aria-label=(title) {
                table {
                    thead { tr { @for column in &table.columns { th.number scope="col" { (column) } } } }
                    tbody {
                        @for row in &table.rows {
                            tr {
                                @for (at, cell) in row.iter().enumerate() {
                                    @if at == 0 { th.number scope="row" { (cell) } }
                                    @else { td.number { (cell) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn display_unit<'v>(
    unit: &str,
    values: impl Iterator<Item = &'v Option<f64>>,
) -> (f64, &'static str) {
    let most = values
        .flatten()
        .fold(0.0_f64, |most, value| most.max(*value));
    match unit {
        "s" if most < 2.0 => (1e3, "ms"),
        "s" => (1.0, "s"),
        "/s" => (1.0, "/s"),
        "share" => (100.0, "%"),
        _ => (1.0, ""),
    }
}

fn samples(line: &Line, step_s: f64, scale: f64) -> Vec<Sample> {
    let scaled = |values: &[Option<f64>], at: usize| {
        values.get(at).copied().flatten().map(|value| value * scale)
    };
    (0..line.mean.len())
        .map(|at| Sample {
            at: at as f64 * step_s,
            value: scaled(&line.mean, at),
            interval: match (scaled(&line.low, at), scaled(&line.high, at)) {
                (Some(low), Some(high)) if low < high => Some(Interval { low, high }),
                _ => None,
            },
        })
        .collect()
}

/// Percentiles marked on a tail, by the name of their figure.
const PERCENTILES: [(&str, f64); 3] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];

pub(crate) fn tail_chart(digest: &Digest, prefix: &str, texts: &Texts) -> Markup {
    let variants: Vec<Tail> = digest
        .variants
        .iter()
        .filter(|variant| variant.tail.len() > 1)
        .map(tail)
        .collect();
    let title = texts.get("experiment.tail");
    let chart = Distribution {
        value: Quantity::new(texts.get("figure.latency"), "ms"),
        scale: Scale::Logarithmic,
        variants,
    };
    let caption = Caption {
        title,
        description: texts.get("experiment.tail-description"),
        id_prefix: &format!("{prefix}-tail"),
    };
    match chart.render(&caption) {
        Ok(svg) => html! {
            figure.chart {
                figcaption { (title) }
                (PreEscaped(svg.markup()))
                (numbers(&chart.table(), title, texts))
            }
        },
        Err(_) => html! {},
    }
}

fn tail(variant: &Variant) -> Tail {
    let value_ms = |name: &str| {
        let mut figures = variant.figures.iter();
        let figure = figures.find(|figure| figure.name == name)?;
        figure.value.map(|seconds| seconds * 1e3)
    };
    Tail {
        name: variant.name.clone(),
        points: variant
            .tail
            .iter()
            .map(|point| figures::chart::TailPoint {
                value: point.latency_s * 1e3,
                share_above: point.share_above,
            })
            .collect(),
        percentiles: PERCENTILES
            .into_iter()
            .filter_map(|(name, share)| value_ms(name).map(|value| Percentile { share, value }))
            .collect(),
    }
}
