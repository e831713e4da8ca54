//! Results: figures with intervals, claims with verdicts, series, and where the time went.

use crate::claim::Verdict;
use crate::expression::{FigureOf, Names};
use crate::figure::{FIGURES, Figure, Scope, Unit};
use crate::run::Outcome;
use crate::scenario::{Analysis, Scenario};
use crate::series::{latency, series, slowest, warmup_note};
use crate::study::{Study, short};
use kernel::Interval;
use serde::Serialize;

/// What a study found, ready for pages, terminals and JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// Version of this document.
    pub schema: u32,
    /// Title of the scenario.
    pub title: String,
    /// Its question.
    pub question: String,
    /// `steady` or `transient`.
    pub analysis: &'static str,
    /// Seed.
    pub seed: u64,
    /// Length of a run in seconds.
    pub duration_s: f64,
    /// Length of the warm-up in seconds.
    pub warmup_s: f64,
    /// Complete replications.
    pub replications: u64,
    /// Probability with which each interval covers.
    pub level: f64,
    /// Why there is no result, when a run grew beyond its bounds.
    pub refused: Option<String>,
    /// One entry a variant.
    pub variants: Vec<VariantResult>,
    /// One entry a claim.
    pub claims: Vec<ClaimResult>,
    #[serde(skip)]
    lookup: Lookup,
}

/// What figures of a page may refer to.
#[derive(Clone, Debug)]
struct Lookup {
    scenario: Scenario,
}

/// What one variant gave.
#[derive(Clone, Debug, Serialize)]
pub struct VariantResult {
    /// Its name.
    pub name: String,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Events handled over all replications.
    pub events: u64,
    /// All figures that are not zero, of the whole measured time and of each window.
    pub figures: Vec<FigureResult>,
    /// Figures over time.
    pub series: Series,
    /// Where the time of the slowest requests went.
    pub slowest: Slowest,
    /// Latency of answered requests over all replications.
    pub latency: Vec<LatencyBucket>,
}

/// A figure over replications.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureResult {
    /// Name, with window and component: `outage.p99`, `utilisation.db`.
    pub name: String,
    /// Mean over replications; none when it was refused.
    pub value: Option<f64>,
    /// Lower end of the interval; none with a single replication.
    pub low: Option<f64>,
    /// Upper end of the interval; none with a single replication.
    pub high: Option<f64>,
    /// Unit of all three.
    pub unit: &'static str,
    /// Why there is no value.
    pub refused: Option<String>,
}

/// A value that prose may quote.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    /// Mean over replications.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Unit of all three.
    pub unit: Unit,
}

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimResult {
    /// As written.
    pub text: String,
    /// Why it should be so.
    pub because: Option<String>,
    /// Where it was published.
    pub source: Option<String>,
    /// Whether it is borne out.
    pub verdict: Verdict,
    /// Both sides with the half widths of their intervals, or why there are none.
    pub measured: String,
    /// Ends of the interval of the paired margin by which the claim holds; in the unit of its
    /// sides.
    pub margin_low: Option<f64>,
    /// Upper end.
    pub margin_high: Option<f64>,
}

/// Figures over time: one value a point, mean over replications.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Series {
    /// Start of each point in seconds.
    pub at_s: Vec<f64>,
    /// Length of a point in seconds.
    pub step_s: f64,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One line of a series with a pointwise band.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What it shows, as a figure: `goodput`, `queue.db`.
    pub name: String,
    /// Unit.
    pub unit: &'static str,
    /// Mean over replications; none where nothing was counted.
    pub mean: Vec<Option<f64>>,
    /// Lowest of the replications.
    pub low: Vec<Option<f64>>,
    /// Highest of the replications.
    pub high: Vec<Option<f64>>,
}

/// Where the time of the slowest requests of each replication went.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Slowest {
    /// How many requests.
    pub count: usize,
    /// Their mean latency in seconds.
    pub mean_s: f64,
    /// Share spent waiting in queues.
    pub queue: f64,
    /// Share spent being worked on.
    pub work: f64,
    /// Share spent waiting before retries.
    pub backoff: f64,
    /// Share spent on attempts that failed or were overtaken.
    pub failed_attempts: f64,
    /// The rest: links, tokens, fallbacks.
    pub other: f64,
    /// The service in which most of these requests spent most, and how many did.
    pub worst_service: Option<String>,
    /// How many of them spent most there.
    pub worst_count: usize,
}

/// A bucket of latencies.
#[derive(Clone, Debug, Serialize)]
pub struct LatencyBucket {
    /// Lower end in seconds.
    pub from_s: f64,
    /// Upper end in seconds.
    pub to_s: f64,
    /// Requests.
    pub count: u64,
}

impl Results {
    pub(crate) fn of(study: &Study) -> Results {
        let scenario = study.scenario();
        let replications = study.replications().count() as u64;
        let variants = (0..scenario.variants.len())
            .map(|v| variant_result(study, v))
            .collect();
        Results {
            schema: 1,
            title: scenario.title.clone(),
            question: scenario.question.clone(),
            analysis: match scenario.analysis {
                Analysis::Steady => "steady",
                Analysis::Transient => "transient",
            },
            seed: scenario.seed,
            duration_s: scenario.plan.duration_ns as f64 / 1e9,
            warmup_s: scenario.plan.warmup_ns as f64 / 1e9,
            replications,
            level: scenario.looks.level(),
            refused: study.refused().map(str::to_string),
            variants,
            claims: study.claims(),
            lookup: Lookup {
                scenario: scenario.clone(),
            },
        }
    }

    /// Whether every claim holds; false without any claim.
    pub fn pass(&self) -> bool {
        !self.claims.is_empty() && self.claims.iter().all(|c| c.verdict == Verdict::Holds)
    }

    /// A figure by its full name, such as `with.goodput` or `without.outage.utilisation.db`.
    ///
    /// # Errors
    ///
    /// What is wrong with the name, or why the figure has no value.
    pub fn quote(&self, name: &str) -> Result<Quote, String> {
        let scenario = &self.lookup.scenario;
        let names = Names {
            variants: &scenario.variants,
            windows: &scenario.plan.windows,
            bare: scenario.variants.len() == 1,
        };
        let (of, _) = names.figure(name, 0).map_err(|e| match e.hint {
            Some(hint) => format!("{}; {hint}", e.message),
            None => e.message,
        })?;
        let variant = &self.variants[of.variant];
        let rest = match name.strip_prefix(&format!("{}.", variant.name)) {
            Some(rest) => rest,
            None => name,
        };
        let definition = FIGURES
            .iter()
            .find(|d| rest.split('.').any(|part| part == d.name));
        let unit = definition.map_or(Unit::Number, |d| d.unit);
        match variant.figures.iter().find(|figure| figure.name == rest) {
            Some(FigureResult {
                value: Some(value),
                low,
                high,
                ..
            }) => Ok(Quote {
                value: *value,
                low: low.unwrap_or(f64::NEG_INFINITY),
                high: high.unwrap_or(f64::INFINITY),
                unit,
            }),
            Some(FigureResult { refused, .. }) => {
                Err(refused.clone().unwrap_or_else(|| "no value".into()))
            }
            None => Ok(Quote {
                value: 0.0,
                low: 0.0,
                high: 0.0,
                unit,
            }),
        }
    }

    /// The most asked figures of all variants side by side, and the claims.
    pub fn table(&self) -> String {
        let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
        rows[0].extend(self.variants.iter().map(|v| v.name.clone()));
        let mut names: Vec<&str> = Vec::new();
        for figure in self.variants.iter().flat_map(|v| &v.figures) {
            if is_principal(&figure.name) && !names.contains(&figure.name.as_str()) {
                names.push(&figure.name);
            }
        }
        for name in names {
            let mut row = vec![name.to_string()];
            for variant in &self.variants {
                let figure = variant.figures.iter().find(|f| f.name == name);
                row.push(figure.map_or("0".into(), cell));
            }
            rows.push(row);
        }
        let columns = rows[0].len();
        let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = format!("{}\n\n", self.title);
        for row in &rows {
            let pad = |(cell, width): (&String, &usize)| {
                format!("{cell}{}", " ".repeat(width - cell.chars().count()))
            };
            let line: Vec<String> = row.iter().zip(&widths).map(pad).collect();
            text += line.join("  ").trim_end();
            text.push('\n');
        }
        for variant in &self.variants {
            for note in &variant.notes {
                text += &format!("{}: {note}\n", variant.name);
            }
        }
        if let Some(why) = &self.refused {
            text += &format!("refused: {why}\n");
        }
        for claim in &self.claims {
            let verdict = match claim.verdict {
                Verdict::Holds => "holds",
                Verdict::Fails => "FAILS",
                Verdict::Inconclusive => "INCONCLUSIVE",
            };
            text += &format!("{verdict}: {}  ({})\n", claim.text, claim.measured);
        }
        text
    }
}

/// Figures of a table for people: no component, and the ones that say how the users fare.
fn is_principal(name: &str) -> bool {
    const PRINCIPAL: [&str; 8] = [
        "offered",
        "goodput",
        "success",
        "degraded",
        "p50",
        "p99",
        "p99_all",
        "amplification",
    ];
    let measure = name.rsplit('.').next().unwrap_or("");
    PRINCIPAL.contains(&measure) || name.starts_with("utilisation.") || name.starts_with("queue.")
}

fn cell(figure: &FigureResult) -> String {
    let Some(value) = figure.value else {
        return "–".into();
    };
    let half = match (figure.low, figure.high) {
        (Some(low), Some(high)) => (high - low) / 2.0,
        _ => f64::INFINITY,
    };
    let (scale, unit) = match figure.unit {
        "s" if value < 1.0 => (1e3, " ms"),
        "s" => (1.0, " s"),
        "/s" => (1.0, "/s"),
        "share" => (100.0, " %"),
        _ => (1.0, ""),
    };
    format!("{} ± {}{unit}", short(value * scale), short(half * scale))
}

fn variant_result(study: &Study, variant: usize) -> VariantResult {
    let scenario = study.scenario();
    let entry = &scenario.variants[variant];
    let outcomes: Vec<&Outcome> = study
        .replications()
        .filter_map(|row| row[variant].as_ref())
        .collect();
    let mut notes = entry.notes.clone();
    if scenario.analysis == Analysis::Steady {
        notes.extend(warmup_note(scenario, &entry.system, &outcomes));
    }
    VariantResult {
        name: entry.name.clone(),
        notes,
        events: outcomes.iter().map(|o| o.events()).sum(),
        figures: figures(study, variant),
        series: series(scenario, &entry.system, &outcomes),
        slowest: slowest(&entry.system, &outcomes),
        latency: latency(&outcomes),
    }
}

fn figures(study: &Study, variant: usize) -> Vec<FigureResult> {
    let scenario = study.scenario();
    let system = &scenario.variants[variant].system;
    let mut list = Vec::new();
    let windows = std::iter::once(None).chain((0..scenario.plan.windows.len()).map(Some));
    for window in windows {
        let prefix = window.map_or(String::new(), |w| {
            format!("{}.", scenario.plan.windows[w].name)
        });
        for definition in FIGURES {
            let names: Vec<&str> = match definition.scope {
                Scope::Clients => system.clients.iter().map(|c| c.name.as_str()).collect(),
                Scope::Calls => system.calls.iter().map(|c| c.name.as_str()).collect(),
                Scope::Services => system.services.iter().map(|s| s.name.as_str()).collect(),
            };
            let (measure, scope) = (definition.measure, definition.scope);
            let all = std::iter::once((None, String::new()));
            let each = names
                .iter()
                .enumerate()
                .map(|(i, name)| (Some(i), format!(".{name}")));
            for (of, suffix) in all.chain(each) {
                let figure = FigureOf {
                    variant,
                    window,
                    figure: Figure { measure, scope, of },
                };
                let name = format!("{prefix}{}{suffix}", definition.name);
                list.extend(figure_result(study, &figure, name, definition.unit));
            }
        }
        for (cause, cause_name) in crate::run::CAUSES {
            let measure = crate::figure::Measure::Errors(Some(cause));
            let figure = Figure {
                measure,
                scope: Scope::Clients,
                of: None,
            };
            let figure = FigureOf {
                variant,
                window,
                figure,
            };
            let name = format!("{prefix}errors.{cause_name}");
            list.extend(figure_result(study, &figure, name, Unit::Share));
        }
    }
    list
}

/// A figure unless it is zero in all replications.
fn figure_result(study: &Study, of: &FigureOf, name: String, unit: Unit) -> Option<FigureResult> {
    let unit = unit.symbol();
    match study.interval(of) {
        Ok(Interval {
            mean, low, high, ..
        }) => {
            let finite = |x: f64| x.is_finite().then_some(x);
            let (low, high) = (finite(low), finite(high));
            let zero = mean == 0.0 && low == Some(0.0) && high == Some(0.0);
            let value = Some(mean);
            (!zero).then_some(FigureResult {
                name,
                value,
                low,
                high,
                unit,
                refused: None,
            })
        }
        Err(why) => {
            let refused = Some(why);
            Some(FigureResult {
                name,
                value: None,
                low: None,
                high: None,
                unit,
                refused,
            })
        }
    }
}
