//! What is kept of a run for a page: figures, claims, lines over time, without the raw outcomes.

use serde::{Deserialize, Serialize};
use sim::{Results, Scenario};

use crate::quantity::rounded;

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
    /// `holds`, `fails` or `inconclusive`.
    pub verdict: String,
    /// Both sides with their intervals.
    pub measured: String,
}

/// One of the systems compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Name.
    pub name: String,
    /// What a reader must know.
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

/// A figure with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// A line over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Mean over replications.
    pub mean: Vec<Option<f64>>,
    /// Lowest and highest of the replications; empty for lines that no chart bands.
    pub low: Vec<Option<f64>>,
    /// Highest.
    pub high: Vec<Option<f64>>,
}

/// A point of a tail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TailPoint {
    /// Latency, seconds.
    pub latency_s: f64,
    /// Share of answered requests that took longer.
    pub share_above: f64,
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
            variants: results.variants.iter().map(variant).collect(),
        }
    }

    /// Whether this is a digest of that scenario text.
    pub fn is_of(&self, text: &str) -> bool {
        self.scenario == text_hash(text)
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

/// The word of a verdict.
pub(crate) fn verdict(verdict: sim::Verdict) -> &'static str {
    match verdict {
        sim::Verdict::Holds => "holds",
        sim::Verdict::Fails => "fails",
        sim::Verdict::Inconclusive => "inconclusive",
    }
}

fn variant(variant: &sim::VariantResult) -> Variant {
    let round_all = |values: &[Option<f64>]| -> Vec<Option<f64>> {
        values.iter().map(|value| value.map(rounded)).collect()
    };
    Variant {
        name: variant.name.clone(),
        notes: variant.notes.clone(),
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
            latency_s: rounded(bucket.to_s),
            share_above: rounded(above as f64 / total as f64),
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
fn text_hash(text: &str) -> String {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{state:016x}")
}
