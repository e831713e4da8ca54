//! `dstudio capacity`.

use advisor::Error;
use advisor::capacity::{self, Answer, Question, State, milliseconds, percent};
use advisor::input::{Unknown, shown};
use clap::Args;

use super::report::Part;
use super::tool::{ToolOptions, given, outcome};
use crate::{Failure, Outcome};

const AFTER_HELP: &str = "\
Leave out --servers and the fewest that meet the targets are found: --utilisation-max,
--wait-target-ms, or both; without either, at most 70 % are busy.

Example: 1200 requests/s that hold a server for 25 ms, three zones of which one may go:
  dstudio capacity --arrival-rate-per-s 1200/s --service-time-ms 25 \\
    --wait-target-ms 5 --zones 3 --zones-lost 1

Formulas: a = λ·S, ρ = a/c, Erlang C, Wq = C/(c·μ − λ), L = λ·W; the answer shows each with its
numbers and source. At a utilisation of 1 or more there is no steady state, and none is stated.

Exit status: 0 targets met, 1 a target missed or no steady state, 2 wrong usage.";

/// Load, service time, and servers or targets.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
pub(crate) struct Options {
    /// Mean arrivals per second in the busiest minutes: 1200, 70k/min, 1M/day.
    #[arg(
        long,
        visible_alias = "rate",
        alias = "arrival_rate_per_s",
        value_name = "RATE"
    )]
    arrival_rate_per_s: Option<String>,
    /// Mean time that a request holds a server: 80, 0.08s.
    #[arg(
        long,
        visible_alias = "service-time",
        alias = "service_time_ms",
        value_name = "MS"
    )]
    service_time_ms: Option<String>,
    /// Servers, threads or connections.
    #[arg(long, value_name = "N")]
    servers: Option<String>,
    /// Highest utilisation: 70%, 0.7.
    #[arg(
        long,
        alias = "utilisation_max",
        alias = "utilization-max",
        value_name = "SHARE"
    )]
    utilisation_max: Option<String>,
    /// Longest wait for a free server.
    #[arg(long, alias = "wait_target_ms", value_name = "MS")]
    wait_target_ms: Option<String>,
    /// Share of requests that must meet the wait target: p99 if left out.
    #[arg(long, alias = "wait_percentile", value_name = "SHARE")]
    wait_percentile: Option<String>,
    /// Zones over which the servers are spread.
    #[arg(long, value_name = "N")]
    zones: Option<String>,
    /// Zones that may be lost with the targets still met.
    #[arg(long, alias = "zones_lost", value_name = "N")]
    zones_lost: Option<String>,
    #[command(flatten)]
    tool: ToolOptions,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let flags = given(&[
        ("arrival_rate_per_s", &options.arrival_rate_per_s),
        ("service_time_ms", &options.service_time_ms),
        ("servers", &options.servers),
        ("utilisation_max", &options.utilisation_max),
        ("wait_target_ms", &options.wait_target_ms),
        ("wait_percentile", &options.wait_percentile),
        ("zones", &options.zones),
        ("zones_lost", &options.zones_lost),
    ]);
    let answer = options
        .tool
        .pairs(flags)
        .and_then(|pairs| Question::from_pairs(&pairs, Unknown::Refuse).map_err(Error::Input))
        .and_then(|question| capacity::answer(&question));
    let answer = options.tool.print(answer, parts)?;
    Ok(outcome(answer.is_some_and(|answer| holds(&answer))))
}

/// Whether the targets are met, after the loss as well where one was named.
fn holds(answer: &Answer) -> bool {
    let left = answer.after_loss.as_ref();
    let left = left.is_none_or(|loss| loss.state.is_some_and(|state| state.meets_targets));
    answer.normal.meets_targets && left
}

fn parts(answer: &Answer) -> Vec<Part> {
    let mut parts = vec![
        Part::Text(answer.headline.clone()),
        Part::Title("In numbers".to_owned()),
        numbers(answer),
    ];
    if let Some(loss) = &answer.after_loss {
        parts.push(Part::Text(format!(
            "Highest normal utilisation that the loss leaves bearable: ({} − {}) / {} · u_max = {}.",
            loss.zones,
            loss.zones_lost,
            loss.zones,
            percent(loss.utilisation_normal_max)
        )));
    }
    parts.push(Part::Title("What would change it".to_owned()));
    let changes = answer.sensitivity.iter();
    let changes = changes.map(|change| vec![change.change.clone(), change.effect.clone()]);
    parts.push(Part::Table(Vec::new(), changes.collect()));
    parts.push(Part::Title("Formulas".to_owned()));
    let formulas = answer.formulas.iter().map(|formula| {
        let line = format!("{}: {}", formula.name, formula.equation);
        (
            line,
            format!("{} [{}; {}]", formula.worked, formula.source, formula.page),
        )
    });
    parts.push(Part::Numbered(formulas.collect()));
    parts.push(Part::Title("What this takes for granted".to_owned()));
    parts.push(Part::List(answer.assumptions.clone()));
    parts
}

fn numbers(answer: &Answer) -> Part {
    type Cell = fn(&State) -> String;
    let rows: [(&str, Cell); 8] = [
        ("servers", |state| state.servers.to_string()),
        ("utilisation", |state| percent(state.utilisation)),
        ("must wait", |state| percent(state.wait_probability)),
        ("wait, mean", |state| milliseconds(state.wait_mean_ms)),
        ("wait, p50 / p99", |state| {
            format!(
                "{} / {}",
                milliseconds(state.wait_p50_ms),
                milliseconds(state.wait_p99_ms)
            )
        }),
        ("answer, mean", |state| milliseconds(state.response_mean_ms)),
        ("answer, p50 / p99", |state| {
            format!(
                "{} / {}",
                milliseconds(state.response_p50_ms),
                milliseconds(state.response_p99_ms)
            )
        }),
        ("in flight", |state| shown(state.in_flight_mean)),
    ];
    let lost = answer.after_loss.as_ref();
    let mut heads = vec![String::new(), "all at work".to_owned()];
    if lost.is_some() {
        heads.push("after the loss".to_owned());
    }
    let rows = rows.iter().map(|(name, cell)| {
        let mut row = vec![(*name).to_owned(), cell(&answer.normal)];
        if let Some(loss) = lost {
            row.push(loss.state.as_ref().map_or_else(|| "-".to_owned(), cell));
        }
        row
    });
    Part::Table(heads, rows.collect())
}
