//! What is kept of a run for a page: figures, claims, lines over time, without the raw outcomes.

use serde::{Deserialize, Serialize};
use sim::{Results, Scenario};

use crate::quantity::{rounded, rounded_for_drawing, shown};

/// A run's results, small enough to be stored beside its scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// Version of this document.
    pub schema: u32,
    /// Hash of the scenario's text, which tells whether the digest is of this scenario.
    pub scenario: String,
    /// Title.
    pub title: String,
    /// Question.
    pub question: String,
    /// `steady` or `transient`.
    pub analysis: String,
    /// Seed.
    pub seed: u64,
    /// Length of a run, seconds.
    pub duration_s: f64,
    /// Replications.
    pub replications: u64,
    /// Probability with which each interval covers.
    pub level: f64,
    /// Why there is no result.
    pub refused: Option<String>,
    /// Named spans of time.
    pub windows: Vec<WindowSpan>,
    /// What is claimed, with verdicts.
    pub claims: Vec<Claim>,
    /// The systems compared.
    pub variants: Vec<Variant>,
}

/// A named span of time, seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowSpan {
    /// Name.
    pub name: String,
    /// Start.
    pub from_s: f64,
    /// End.
    pub to_s: f64,
}

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// As written.
    pub text: String,
    /// Why it should be so.
    pub because: Option<String>,
    /// `holds`, `fails` or `inconclusive`; `pending` while the runs are under way.
    pub verdict: String,
    /// Both sides with their intervals.
    pub measured: String,
}

/// One of the systems compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Name.
    pub name: String,
    /// Where more work is offered than can be done: no steady state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overload: Vec<String>,
    /// What else a reader must know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Figures by name.
    pub figures: Vec<Figure>,
    /// Length of a point of the lines, seconds.
    pub step_s: f64,
    /// Lines over time, a value a point.
    pub lines: Vec<Line>,
    /// Share of requests above each latency.
    pub tail: Vec<TailPoint>,
    /// Where the time of the slowest requests went.
    pub slowest: Slowest,
}

/// A figure with its interval, as a row of JSON: name, value, low, high, unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "FigureRow", into = "FigureRow")]
pub struct Figure {
    /// Name, with window and component.
    pub name: String,
    /// Mean over replications; none when refused.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Unit: `s`, `/s`, `share` or empty.
    pub unit: String,
}

/// A run has some hundred figures for each variant: the names of fields would be half of the file.
type FigureRow = (String, Option<f64>, Option<f64>, Option<f64>, String);

impl From<FigureRow> for Figure {
    fn from((name, value, low, high, unit): FigureRow) -> Figure {
        Figure {
            name,
            value,
            low,
            high,
            unit,
        }
    }
}

impl From<Figure> for FigureRow {
    fn from(figure: Figure) -> FigureRow {
        (
            figure.name,
            figure.value,
            figure.low,
            figure.high,
            figure.unit,
        )
    }
}

/// A line over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Mean over replications.
    pub mean: Vec<Option<f64>>,
    /// Lowest of the replications; empty for lines that no chart bands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub low: Vec<Option<f64>>,
    /// Highest of the replications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub high: Vec<Option<f64>>,
}

/// A point of a tail, as a row of JSON: latency, share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64)", into = "(f64, f64)")]
pub struct TailPoint {
    /// Latency, seconds.
    pub latency_s: f64,
    /// Share of answered requests that took longer.
    pub share_above: f64,
}

impl From<(f64, f64)> for TailPoint {
    fn from((latency_s, share_above): (f64, f64)) -> TailPoint {
        TailPoint {
            latency_s,
            share_above,
        }
    }
}

impl From<TailPoint> for (f64, f64) {
    fn from(point: TailPoint) -> (f64, f64) {
        (point.latency_s, point.share_above)
    }
}

/// Where the time of the slowest requests went, as shares.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slowest {
    /// How many requests.
    pub count: usize,
    /// Their mean latency, seconds.
    pub mean_s: f64,
    /// In queues.
    pub queue: f64,
    /// Being worked on.
    pub work: f64,
    /// Waiting before retries.
    pub backoff: f64,
    /// In attempts that failed or were overtaken.
    pub failed_attempts: f64,
    /// Elsewhere.
    pub other: f64,
}

/// Lines that keep their band; the others keep their mean.
const BANDED: [&str; 4] = ["goodput", "answered", "errors", "p99"];
/// Points of a tail: a curve on a screen shows no more.
const TAIL_POINTS_MAX: usize = 80;

impl Digest {
    /// The digest of `results` of `scenario`, whose text is `text`.
    pub fn of(scenario: &Scenario, text: &str, results: &Results) -> Digest {
        let seconds = |ns: u64| rounded(ns as f64 / 1e9);
        Digest {
            schema: 1,
            scenario: text_hash(text),
            title: results.title.clone(),
            question: results
                .question
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            analysis: results.analysis.to_owned(),
            seed: results.seed,
            duration_s: results.duration_s,
            replications: results.replications,
            level: results.level,
            refused: results.refused.clone(),
            windows: scenario
                .plan
                .windows
                .iter()
                .map(|window| WindowSpan {
                    name: window.name.clone(),
                    from_s: seconds(window.from_ns),
                    to_s: seconds(window.to_ns),
                })
                .collect(),
            claims: results
                .claims
                .iter()
                .map(|claim| Claim {
                    text: claim.text.clone(),
                    because: claim.because.clone(),
                    verdict: verdict(claim.verdict).to_owned(),
                    measured: claim.measured.clone(),
                })
                .collect(),
            variants: results
                .variants
                .iter()
                .zip(&scenario.variants)
                .map(|(result, of)| variant(result, &of.notes))
                .collect(),
        }
    }

    /// Whether this is a digest of that scenario text.
    pub fn is_of(&self, text: &str) -> bool {
        self.scenario == text_hash(text)
    }

    /// This digest of one variant with the scenario's other variants and its claims to come, so that
    /// a page can lay out the whole while the rest is run.
    pub(crate) fn with_the_rest_pending(mut self, scenario: &Scenario) -> Digest {
        self.variants = scenario
            .variants
            .iter()
            .map(|wanted| {
                let known = self.variants.iter().find(|known| known.name == wanted.name);
                known.cloned().unwrap_or_else(|| Variant {
                    name: wanted.name.clone(),
                    overload: wanted.notes.clone(),
                    notes: Vec::new(),
                    figures: Vec::new(),
                    step_s: 0.0,
                    lines: Vec::new(),
                    tail: Vec::new(),
                    slowest: Slowest::default(),
                })
            })
            .collect();
        self.claims = scenario
            .claims
            .iter()
            .map(|claim| Claim {
                text: claim.text.clone(),
                because: claim.because.clone(),
                verdict: PENDING.to_owned(),
                measured: String::new(),
            })
            .collect();
        self
    }

    /// Whether every claim holds; false without any claim.
    pub fn pass(&self) -> bool {
        !self.claims.is_empty() && self.claims.iter().all(|claim| claim.verdict == "holds")
    }

    /// A figure by variant and name: `with.outage.goodput`.
    pub fn figure(&self, path: &str) -> Option<&Figure> {
        let (variant, name) = path.split_once('.')?;
        let variant = self.variants.iter().find(|known| known.name == variant)?;
        variant.figures.iter().find(|figure| figure.name == name)
    }
}

impl Variant {
    /// Whether its first run is still to come: every run offers requests, so it has figures.
    pub fn is_pending(&self) -> bool {
        self.figures.is_empty()
    }
}

/// The verdict of a claim whose runs are still to come.
const PENDING: &str = "pending";

/// The word of a verdict.
pub(crate) fn verdict(verdict: sim::Verdict) -> &'static str {
    match verdict {
        sim::Verdict::Holds => "holds",
        sim::Verdict::Fails => "fails",
        sim::Verdict::Inconclusive => "inconclusive",
    }
}

/// `overload` is what the scenario alone tells; the notes of the result hold it and more.
fn variant(variant: &sim::VariantResult, overload: &[String]) -> Variant {
    let round_all = |values: &[Option<f64>]| -> Vec<Option<f64>> {
        values
            .iter()
            .map(|value| value.map(rounded_for_drawing))
            .collect()
    };
    let mut overloaded = overload.to_vec();
    overloaded.extend(growing_queues(variant, overload));
    Variant {
        name: variant.name.clone(),
        overload: overloaded,
        notes: variant
            .notes
            .iter()
            .filter(|note| !overload.contains(note))
            .cloned()
            .collect(),
        figures: variant
            .figures
            .iter()
            .map(|figure| Figure {
                name: figure.name.clone(),
                value: figure.value.map(rounded),
                low: figure.low.map(rounded),
                high: figure.high.map(rounded),
                unit: figure.unit.to_owned(),
            })
            .collect(),
        step_s: rounded(variant.series.step_s),
        lines: variant
            .series
            .lines
            .iter()
            .map(|line| {
                let banded = BANDED.contains(&line.name.as_str());
                let band = |values: &[Option<f64>]| {
                    if banded {
                        round_all(values)
                    } else {
                        Vec::new()
                    }
                };
                Line {
                    name: line.name.clone(),
                    unit: line.unit.to_owned(),
                    mean: round_all(&line.mean),
                    low: band(&line.low),
                    high: band(&line.high),
                }
            })
            .collect(),
        tail: tail(&variant.latency),
        slowest: Slowest {
            count: variant.slowest.count,
            mean_s: rounded(variant.slowest.mean_s),
            queue: rounded(variant.slowest.queue),
            work: rounded(variant.slowest.work),
            backoff: rounded(variant.slowest.backoff),
            failed_attempts: rounded(variant.slowest.failed_attempts),
            other: rounded(variant.slowest.other),
        },
    }
}

/// Growth from each quarter of a run to the next that tells a backlog from chance: a queue that
/// grows steadily from nothing grows by two thirds, then by two fifths.
const GROWTH_MIN: f64 = 1.25;
/// Requests waiting below which a queue is short, whatever its growth.
const BACKLOG_MIN: f64 = 10.0;

/// Queues that still grow when the run ends, where `told` does not say so already.
fn growing_queues(variant: &sim::VariantResult, told: &[String]) -> Vec<String> {
    let lines = variant.series.lines.iter();
    lines
        .filter_map(|line| {
            let service = line.name.strip_prefix("queue.")?;
            let points = line.mean.len();
            let quarter = |number: usize| -> f64 {
                let part = &line.mean[points * number / 4..points * (number + 1) / 4];
                let sum: f64 = part.iter().flatten().sum();
                sum / part.len().max(1) as f64
            };
            let (second, third, fourth) = (quarter(1), quarter(2), quarter(3));
            let grows = second > 0.0
                && third >= GROWTH_MIN * second
                && fourth >= GROWTH_MIN * third
                && fourth >= BACKLOG_MIN;
            let named = format!("service `{service}`");
            if !grows || told.iter().any(|note| note.starts_with(&named)) {
                return None;
            }
            let quarter_s = variant.series.step_s * points as f64 / 4.0;
            Some(format!(
                "the backlog of {named} still grows when the run ends, by {} a second",
                shown((fourth - third) / quarter_s, "")
            ))
        })
        .collect()
}

fn tail(buckets: &[sim::LatencyBucket]) -> Vec<TailPoint> {
    let total: u64 = buckets.iter().map(|bucket| bucket.count).sum();
    if total == 0 {
        return Vec::new();
    }
    let mut above = total;
    let mut points = Vec::new();
    for bucket in buckets {
        above -= bucket.count;
        points.push(TailPoint {
            latency_s: rounded_for_drawing(bucket.to_s),
            share_above: rounded_for_drawing(above as f64 / total as f64),
        });
    }
    let stride = points.len().div_ceil(TAIL_POINTS_MAX).max(1);
    let last = points.len() - 1;
    points
        .into_iter()
        .enumerate()
        .filter(|(index, point)| {
            (index % stride == 0 || index + 1 == last) && point.share_above > 0.0
        })
        .map(|(_, point)| point)
        .collect()
}

/// FNV-1a, which needs no crate and collides only for those who try.
pub(crate) fn text_hash(text: &str) -> String {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{state:016x}")
}
