//! A digest as HTML: method, verdicts, figures side by side, lines over time, tails.

use std::collections::BTreeMap;

use maud::{Markup, html};
use sim::Scenario;

use crate::chart::{line_chart, tail_chart};
use crate::digest::{Digest, Figure, Variant};
use crate::quantity::{shown, shown_interval};
use crate::topology::parts;

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

/// The results of a scenario: the numbers of its parts, how the results were come by, figures,
/// pictures, verdicts, and the scenario's whole text, which is every assumption made.
pub fn results(
    digest: &Digest,
    scenario: &Scenario,
    text: &str,
    shown: &Shown,
    texts: &Texts,
) -> Markup {
    if let Some(why) = &digest.refused {
        return mistakes(&[format!("{} {why}", texts.get("experiment.refused"))]);
    }
    let names = |own: &[String], usual: &[&str]| -> Vec<String> {
        if own.is_empty() {
            usual.iter().map(|name| (*name).to_owned()).collect()
        } else {
            own.to_vec()
        }
    };
    html! {
        (parts(scenario, texts))
        (method(digest, texts))
        (overloads(digest, texts))
        (figure_table(digest, &names(&shown.figures, &FIGURES), texts))
        div.experiment-charts {
            @for (index, name) in names(&shown.lines, &LINES).iter().enumerate() {
                (line_chart(digest, name, &format!("{}-line-{index}", shown.prefix), texts))
            }
        }
        (verdicts(digest, texts))
        (slowest(digest, &shown.prefix, texts))
        details.experiment-more {
            summary { (texts.get("experiment.assumptions")) }
            pre.experiment-scenario tabindex="0" { code { (text.trim()) } }
        }
    }
}

/// Why there is no result.
pub fn mistakes(mistakes: &[String]) -> Markup {
    html! { ul.form-errors role="alert" { @for mistake in mistakes { li { (mistake) } } } }
}

/// One sentence about a digest, for those who cannot see the picture change.
pub fn status(digest: &Digest, texts: &Texts) -> String {
    let holding = digest
        .claims
        .iter()
        .filter(|claim| claim.verdict == "holds")
        .count();
    let pending = digest.variants.iter().any(Variant::is_pending);
    match (&digest.refused, pending) {
        (Some(why), _) => format!("{} {why}", texts.get("experiment.refused")),
        (None, true) => texts.get("experiment.running").to_owned(),
        (None, false) => texts
            .get("experiment.status")
            .replace("{replications}", &digest.replications.to_string())
            .replace("{holding}", &holding.to_string())
            .replace("{claims}", &digest.claims.len().to_string()),
    }
}

fn verdicts(digest: &Digest, texts: &Texts) -> Markup {
    html! {
        ul.verdicts {
            @for claim in &digest.claims {
                li class={ "verdict verdict-" (claim.verdict) } {
                    span.verdict-mark { (texts.get(&format!("verdict.{}", claim.verdict))) }
                    p.verdict-claim { code { (claim.text) } }
                    @if let Some(because) = &claim.because { p.verdict-because { (because) } }
                    p.verdict-measured { (claim.measured) }
                }
            }
        }
    }
}

fn figure_table(digest: &Digest, names: &[String], texts: &Texts) -> Markup {
    let find = |variant: &'_ Variant, name: &str| -> Option<Figure> {
        let mut figures = variant.figures.iter();
        figures.find(|figure| figure.name == name).cloned()
    };
    let is_measured = |name: &&String| {
        let mut variants = digest.variants.iter();
        variants.any(|variant| variant.is_pending() || find(variant, name).is_some())
    };
    html! {
        div.table-scroll tabindex="0" role="group" aria-label=(texts.get("experiment.figures")) {
            table.experiment-figures {
                thead { tr {
                    th scope="col" { (texts.get("experiment.figure")) }
                    @for (index, variant) in digest.variants.iter().enumerate() {
                        th.number scope="col" {
                            span class={ "series series-" (index + 1) } { (variant.name) }
                        }
                    }
                } }
                tbody {
                    @for name in names.iter().filter(is_measured) {
                        tr {
                            th scope="row" {
                                @let (measure, places) = figure_words(name, texts);
                                (measure) @if !places.is_empty() { " " span.places { (places) } }
                            }
                            @for variant in &digest.variants {
                                td.number { @match find(variant, name) {
                                    Some(figure) => (figure_cell(&figure)),
                                    None if variant.is_pending() => "…",
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

/// A value with its interval below it, whose place is kept where there is none.
fn figure_cell(figure: &Figure) -> Markup {
    let whole = shown_interval(figure);
    let (value, interval) = whole.split_once(" (").unwrap_or((&whole, ""));
    html! {
        (value) " " span.interval { @if !interval.is_empty() { "(" (interval) } }
    }
}

/// `outage.goodput.buyers` as words: what is measured, then where and when.
pub(crate) fn figure_words(name: &str, texts: &Texts) -> (String, String) {
    let mut measure = None;
    let (mut window, mut place) = (Vec::new(), Vec::new());
    for part in name.split('.') {
        let id = format!("figure.{part}");
        let text = texts.get(&id);
        match measure {
            None if text != id => measure = Some(text.to_owned()),
            None => window.push(part),
            Some(_) => place.push(part),
        }
    }
    let places = [place.join("."), window.join(".")];
    let places: Vec<String> = places.into_iter().filter(|part| !part.is_empty()).collect();
    match measure {
        Some(measure) => (measure, places.join(", ")),
        None => (name.to_owned(), String::new()),
    }
}

/// The same in one line.
pub(crate) fn figure_name(name: &str, texts: &Texts) -> String {
    match figure_words(name, texts) {
        (measure, places) if places.is_empty() => measure,
        (measure, places) => format!("{measure}: {places}"),
    }
}

fn slowest(digest: &Digest, prefix: &str, texts: &Texts) -> Markup {
    html! {
        details.experiment-more {
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

/// How the figures were come by, in one line.
fn method(digest: &Digest, texts: &Texts) -> Markup {
    let span = |seconds: f64| shown(seconds, "s");
    html! {
        p.experiment-method {
            span { (digest.replications) " × " (span(digest.duration_s)) " "
                (texts.get("experiment.replications")) }
            @if digest.replications > 1 {
                span { (shown(digest.level, "share")) " " (texts.get("experiment.intervals")) }
            } @else {
                span { (texts.get("experiment.no-intervals")) }
            }
            span { (texts.get("experiment.seed")) " " (digest.seed) }
            @for window in &digest.windows {
                span { "“" (window.name) "” " (span(window.from_s)) "–" (span(window.to_s)) }
            }
            span { "dstudio " (env!("CARGO_PKG_VERSION")) }
        }
    }
}

/// Overload, and whatever else a reader must know of a variant.
fn overloads(digest: &Digest, texts: &Texts) -> Markup {
    html! {
        @for variant in &digest.variants {
            @for note in &variant.overload {
                p.experiment-note.experiment-overload {
                    strong { (texts.get("experiment.overload")) } " " (variant.name) ": " (note) "."
                }
            }
            @for note in &variant.notes { p.experiment-note { (variant.name) ": " (note) "." } }
        }
    }
}
