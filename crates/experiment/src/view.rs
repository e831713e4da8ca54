//! A digest as HTML: verdicts, figures side by side, lines over time, tails.

use std::collections::BTreeMap;

use figures::Caption;
use figures::chart::{
    Distribution, Interval, Quantity, Sample, Scale, Series, Span, Tail, TimeSeries,
};
use figures::topology::{Edge, Kind, Node, Topology};
use maud::{Markup, PreEscaped, html};
use sim::Scenario;
use sim::system::Caller;

use crate::digest::{Digest, Figure, Line};
use crate::quantity::{shown, shown_interval};

/// Interface texts by id, so that a browser needs no catalogue.
#[derive(Clone, Debug, Default)]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The text with that id, or the id itself.
    pub fn get<'t>(&'t self, id: &'t str) -> &'t str {
        self.0.get(id).map_or(id, String::as_str)
    }
}

/// What of a digest is shown first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Prefix of ids, unique on the page.
    pub prefix: String,
    /// Figures of the table, by name.
    pub figures: Vec<String>,
    /// Lines drawn, by name.
    pub lines: Vec<String>,
}

/// Figures shown when a page names none.
const FIGURES: [&str; 5] = ["offered", "goodput", "success", "p50", "p99"];
/// Lines shown when a page names none.
const LINES: [&str; 2] = ["goodput", "p99"];

/// The results: verdicts first, then figures, then pictures.
pub fn results(digest: &Digest, shown: &Shown, texts: &Texts) -> Markup {
    if let Some(why) = &digest.refused {
        return html! { p.experiment-refused role="status" { (texts.get("experiment.refused")) " " (why) } };
    }
    let names = |own: &[String], usual: &[&str]| -> Vec<String> {
        if own.is_empty() {
            usual.iter().map(|name| (*name).to_owned()).collect()
        } else {
            own.to_vec()
        }
    };
    html! {
        (verdicts(digest, texts))
        (figure_table(digest, &names(&shown.figures, &FIGURES), texts))
        div.experiment-charts {
            @for (index, name) in names(&shown.lines, &LINES).iter().enumerate() {
                (line_chart(digest, name, &format!("{}-line-{index}", shown.prefix), texts))
            }
        }
        (details(digest, &shown.prefix, texts))
        (method(digest, texts))
    }
}

fn verdicts(digest: &Digest, texts: &Texts) -> Markup {
    html! {
        ul.verdicts {
            @for claim in &digest.claims {
                li class={ "verdict verdict-" (claim.verdict) } {
                    span.verdict-mark { (texts.get(&format!("verdict.{}", claim.verdict))) }
                    div {
                        @if let Some(because) = &claim.because { p.verdict-because { (because) } }
                        p.verdict-claim { code { (claim.text) } }
                        p.verdict-measured { (claim.measured) }
                    }
                }
            }
        }
    }
}

fn figure_table(digest: &Digest, names: &[String], texts: &Texts) -> Markup {
    let find = |variant: usize, name: &str| -> Option<&Figure> {
        digest.variants[variant]
            .figures
            .iter()
            .find(|figure| figure.name == name)
    };
    html! {
        div.table-scroll tabindex="0" role="group" aria-label=(texts.get("experiment.figures")) {
            table.experiment-figures {
                thead { tr {
                    th scope="col" { (texts.get("experiment.figure")) }
                    @for variant in &digest.variants { th.number scope="col" { (variant.name) } }
                } }
                tbody {
                    @for name in names {
                        @if (0..digest.variants.len()).any(|variant| find(variant, name).is_some()) {
                            tr {
                                th scope="row" { (figure_name(name, texts)) }
                                @for variant in 0..digest.variants.len() {
                                    td.number { @match find(variant, name) {
                                        Some(figure) => (shown_interval(figure)),
                                        None => "0",
                                    } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `outage.goodput.buyers` as words: the figure's own name, then where and when.
fn figure_name(name: &str, texts: &Texts) -> String {
    let mut measure = None;
    let mut places = Vec::new();
    for part in name.split('.') {
        let id = format!("figure.{part}");
        let text = texts.get(&id);
        if measure.is_none() && text != id {
            measure = Some(text.to_owned());
        } else {
            places.push(part);
        }
    }
    match (measure, places.is_empty()) {
        (Some(measure), true) => measure,
        (Some(measure), false) => format!("{measure}, {}", places.join(", ")),
        (None, _) => name.to_owned(),
    }
}

fn line_chart(digest: &Digest, name: &str, prefix: &str, texts: &Texts) -> Markup {
    let find = |variant: &'_ crate::digest::Variant| -> Option<Line> {
        variant.lines.iter().find(|line| line.name == name).cloned()
    };
    let lines: Vec<(String, f64, Line)> = digest
        .variants
        .iter()
        .filter_map(|variant| {
            find(variant).map(|line| (variant.name.clone(), variant.step_s, line))
        })
        .collect();
    let Some(unit) = lines.first().map(|(_, _, line)| line.unit.clone()) else {
        return html! {};
    };
    let (scale, shown_unit) = display_unit(&unit, lines.iter().flat_map(|(_, _, line)| &line.mean));
    let title = figure_name(name, texts);
    let series = lines
        .into_iter()
        .map(|(variant, step_s, line)| Series {
            name: variant,
            samples: samples(&line, step_s, scale),
        })
        .collect();
    let spans = digest
        .windows
        .iter()
        .map(|window| Span {
            name: window.name.clone(),
            from: window.from_s,
            to: window.to_s,
        })
        .collect();
    let chart = TimeSeries {
        time: Quantity::new(texts.get("experiment.time"), "s"),
        value: Quantity::new(&title, shown_unit),
        series,
        spans,
    };
    let description = texts.get("experiment.line-description");
    let caption = Caption {
        title: &title,
        description,
        id_prefix: prefix,
    };
    match chart.render(&caption) {
        Ok(svg) => html! {
            figure.chart {
                figcaption { (title) }
                (PreEscaped(svg.markup()))
            }
        },
        // A line without any value, such as the latency of a variant that answers nothing.
        Err(_) => html! {},
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
                (Some(low), Some(high)) => Some(Interval { low, high }),
                _ => None,
            },
        })
        .collect()
}

fn details(digest: &Digest, prefix: &str, texts: &Texts) -> Markup {
    html! {
        details.experiment-details {
            summary { (texts.get("experiment.where-time-went")) }
            div.table-scroll tabindex="0" role="group" aria-label=(texts.get("experiment.where-time-went")) {
                table {
                    thead { tr {
                        th scope="col" { (texts.get("experiment.variant")) }
                        th.number scope="col" { (texts.get("slowest.mean")) }
                        th.number scope="col" { (texts.get("slowest.queue")) }
                        th.number scope="col" { (texts.get("slowest.work")) }
                        th.number scope="col" { (texts.get("slowest.backoff")) }
                        th.number scope="col" { (texts.get("slowest.failed")) }
                    } }
                    tbody {
                        @for variant in &digest.variants {
                            tr {
                                th scope="row" { (variant.name) }
                                td.number { (shown(variant.slowest.mean_s, "s")) }
                                td.number { (shown(variant.slowest.queue, "share")) }
                                td.number { (shown(variant.slowest.work, "share")) }
                                td.number { (shown(variant.slowest.backoff, "share")) }
                                td.number { (shown(variant.slowest.failed_attempts, "share")) }
                            }
                        }
                    }
                }
            }
            (tail_chart(digest, prefix, texts))
        }
    }
}

fn tail_chart(digest: &Digest, prefix: &str, texts: &Texts) -> Markup {
    let variants: Vec<Tail> = digest
        .variants
        .iter()
        .filter(|variant| variant.tail.len() > 1)
        .map(|variant| Tail {
            name: variant.name.clone(),
            points: variant
                .tail
                .iter()
                .map(|point| figures::chart::TailPoint {
                    value: point.latency_s * 1e3,
                    share_above: point.share_above,
                })
                .collect(),
            percentiles: Vec::new(),
        })
        .collect();
    let title = texts.get("experiment.tail");
    let chart = Distribution {
        value: Quantity::new(texts.get("figure.latency"), "ms"),
        scale: Scale::Logarithmic,
        variants,
    };
    let id_prefix = format!("{prefix}-tail");
    let description = texts.get("experiment.tail-description");
    match chart.render(&Caption {
        title,
        description,
        id_prefix: &id_prefix,
    }) {
        Ok(svg) => html! { figure.chart { figcaption { (title) } (PreEscaped(svg.markup())) } },
        Err(_) => html! {},
    }
}

fn method(digest: &Digest, texts: &Texts) -> Markup {
    html! {
        p.experiment-method {
            (digest.replications) " " (texts.get("experiment.replications")) ", "
            (shown(digest.duration_s, "s")) " " (texts.get("experiment.each")) ", "
            (texts.get("experiment.seed")) " " (digest.seed) ", "
            (shown(digest.level, "share")) " " (texts.get("experiment.intervals")) "."
            @for variant in &digest.variants {
                @for note in &variant.notes { " " (variant.name) ": " (note) "." }
            }
        }
    }
}

/// The system of a scenario as a picture, laid out by itself.
pub fn system(scenario: &Scenario, prefix: &str, texts: &Texts) -> Markup {
    let Some(first) = scenario.variants.first() else {
        return html! {};
    };
    let system = &first.system;
    let mut nodes: Vec<Node> = system
        .clients
        .iter()
        .map(|client| Node::new(&client.name, Kind::Client))
        .collect();
    nodes.extend(system.services.iter().map(|service| {
        let mut node = Node::new(&service.name, Kind::Service);
        node.replicas = service.replicas.max(1);
        node.notes.push(format!(
            "{} {}",
            service.workers,
            texts.get("system.workers")
        ));
        node
    }));
    let name = |caller: Caller| match caller {
        Caller::Client(index) => system.clients.get(index).map(|client| client.name.clone()),
        Caller::Service(index) => system
            .services
            .get(index)
            .map(|service| service.name.clone()),
    };
    let edges = system
        .calls
        .iter()
        .filter_map(|call| {
            let target = system.services.get(call.target)?;
            Some(Edge::new(name(call.caller)?, target.name.clone(), ""))
        })
        .collect();
    let topology = Topology { nodes, edges };
    let caption = Caption {
        title: texts.get("system.title"),
        description: "",
        id_prefix: prefix,
    };
    match topology.render(&caption) {
        Ok(svg) => {
            html! { div.figure-frame tabindex="0" role="group" aria-label=(texts.get("system.title")) { (PreEscaped(svg.markup())) } }
        }
        Err(_) => html! {},
    }
}
