//! How long a request takes that runs through several steps, and which step's tail is worth cutting.

mod path;
mod step;

use path::{Grid, group_percentile, groups};
use step::Step;

use super::Tool;
use super::answer::{Axis, Cell, Chart, Figure, Line, Parts, Table};
use super::field::Field;
use super::quantity::Quantity;
use super::question::Point;
use crate::capacity::{milliseconds, percent};
use crate::error::{Error, FieldError};
use crate::formula::Formula;
use crate::input::{Unit, shown};

/// Most steps: adding one up costs a few hundred thousand multiplications, and the answer adds all
/// of them up twice for every step.
const STEPS_MAX: usize = 16;
/// Points of the curve.
const CURVE_POINTS: usize = 60;

const HELP: &str = "\
One --steps for every step in order, with its median and 99th percentile:
  name: 20 / 80 ms         one call
  name: 20 / 80 ms x10     ten at once, waits for all of them
  name: 20 / 80 ms for 5 % only that share of requests takes it
  | name: 5 / 9 ms         runs beside the step above
  name: 3 ms               always the same

Example: a page that asks ten shards and renders:
  dstudio latency --target-ms 250 --steps 'gateway: 2 / 8 ms' \\
    --steps 'search: 20 / 90 ms x10' --steps '| ads: 15 / 120 ms' \\
    --steps 'render: 30 / 60 ms'

Exit status: 0 the target is met or none was given, 1 it is missed, 2 wrong usage.";

/// The tool.
pub(super) const TOOL: Tool = Tool {
    id: "latency",
    about: "Percentiles of a request through several steps; whose tail is worth cutting",
    help: HELP,
    fields: &FIELDS,
    measure,
    explain,
};

const FIELDS: [Field; 3] = [
    Field::lines(
        "steps",
        "path",
        |line| Step::parse(line).map(|_| ()),
        "Step in order: name: 20 / 80 ms, median / p99; x10 at once; for 5 %; | beside",
    )
    .example(
        "gateway: 2 / 8 ms\nsearch: 20 / 90 ms x10\n| ads: 15 / 120 ms\nprofile: 4 / 30 ms for 20 %\nrender: 30 / 60 ms",
    )
    .needed(),
    Field::number(
        "target_ms",
        "target",
        Unit::Milliseconds,
        (1e-3, 864e5),
        "Time within which requests must be answered",
    )
    .single()
    .example("250 ms"),
    Field::number(
        "percentile",
        "target",
        Unit::Share,
        (0.5, 0.9999),
        "Share of requests that must be answered by then",
    )
    .single()
    .default("99 %"),
];

fn steps(point: &Point<'_>) -> Result<Vec<Step>, Error> {
    let lines = point.lines("steps");
    if lines.len() > STEPS_MAX {
        let message = format!("more than {STEPS_MAX} steps");
        let fix = "join the short ones";
        let count = lines.len().to_string();
        return Err(Error::Input(vec![FieldError::new(
            "steps", count, message, fix,
        )]));
    }
    let parsed: Result<Vec<Step>, FieldError> =
        lines.iter().map(|line| Step::parse(line)).collect();
    parsed.map_err(|error| Error::Input(vec![error]))
}

/// `p99`, `p99.9`.
fn name(percentile: f64) -> String {
    format!("p{}", shown(libm::round(percentile * 1e6) / 1e4))
}

fn whole(steps: &[Step], percentile: f64) -> f64 {
    Grid::of(steps, percentile).percentile(percentile)
}

fn measure(point: &Point<'_>) -> Result<Vec<Figure>, Error> {
    let steps = steps(point)?;
    let percentile = point.need("percentile");
    let total = whole(&steps, percentile);
    let ms = |id: &str, title: String, value: f64| {
        Figure::new(id, &title, Quantity::Milliseconds, value)
    };
    let mut figures = vec![ms(
        "total_ms",
        format!("Whole, {}", name(percentile)),
        total,
    )];
    for other in [0.5, 0.9, 0.99, 0.999] {
        if (other - percentile).abs() > 1e-9 {
            let id = format!("p{}_ms", shown(other * 100.0).replace('.', "_"));
            figures.push(ms(
                &id,
                format!("Whole, {}", name(other)),
                whole(&steps, other),
            ));
        }
    }
    let sum: f64 = groups(&steps)
        .iter()
        .map(|group| group_percentile(group, percentile))
        .sum();
    figures.push(ms(
        "sum_ms",
        format!("Sum of each {}", name(percentile)),
        sum,
    ));
    if let Some(widest) = widest(&steps) {
        let slow = 1.0 - libm::pow(0.99, f64::from(widest.calls));
        figures.push(Figure::new(
            "slow_call_share",
            &format!("Requests with a call beyond the p99 of {}", widest.name),
            Quantity::Share,
            slow,
        ));
    }
    if let Some(target) = point.number("target_ms") {
        figures.push(Figure::new(
            "target_share",
            "Target used up",
            Quantity::Share,
            total / target,
        ));
    }
    Ok(figures)
}

/// The step with the most calls at once, if any has more than one.
fn widest(steps: &[Step]) -> Option<&Step> {
    let wide = steps.iter().filter(|step| step.calls > 1);
    wide.max_by_key(|step| step.calls)
}

/// What one change of one step makes of the whole.
struct Change {
    step: usize,
    /// The whole with the tail of the step halved.
    tail_ms: f64,
    /// The whole with the step twice as fast.
    fast_ms: f64,
}

fn changes(steps: &[Step], percentile: f64) -> Vec<Change> {
    let with = |index: usize, step: Step| {
        let mut changed = steps.to_vec();
        changed[index] = step;
        whole(&changed, percentile)
    };
    let mut found: Vec<Change> = steps
        .iter()
        .enumerate()
        .map(|(index, step)| Change {
            step: index,
            tail_ms: with(index, step.with_half_the_tail()),
            fast_ms: with(index, step.twice_as_fast()),
        })
        .collect();
    found.sort_by(|a, b| a.tail_ms.total_cmp(&b.tail_ms));
    found
}

fn explain(point: &Point<'_>, figures: &[Figure]) -> Result<Parts, Error> {
    let steps = steps(point)?;
    let percentile = point.need("percentile");
    let total = figures[0].value;
    let target = point.number("target_ms");
    // Within a hair: a target met exactly is met.
    let holds = target.is_none_or(|target| total <= target * (1.0 + 1e-9));
    let changes = changes(&steps, percentile);
    let share = percent(percentile);
    let verdict = match target {
        Some(target) if holds => format!(", {} less than the target", milliseconds(target - total)),
        Some(target) => format!(", {} more than the target", milliseconds(total - target)),
        None => String::new(),
    };
    Ok(Parts {
        headline: format!(
            "{share} of requests are answered within {}{verdict}.",
            milliseconds(total)
        ),
        holds,
        tables: vec![
            step_table(&steps, percentile),
            change_table(&steps, &changes, total, target),
        ],
        charts: vec![chart(&steps, percentile)],
        reasons: reasons(&steps, &changes, figures, percentile, target),
        formulas: formulas(&steps, percentile, figures),
        assumptions: assumptions(),
        files: Vec::new(),
    })
}

fn step_table(steps: &[Step], percentile: f64) -> Table {
    let rows = steps.iter().map(|step| {
        let alone = vec![step];
        vec![
            Cell::text(step.name.clone()),
            Cell::text(step.arrangement()),
            Cell::of(Quantity::Milliseconds, group_percentile(&alone, 0.5)),
            Cell::of(Quantity::Milliseconds, group_percentile(&alone, percentile)),
        ]
    });
    let percentile = name(percentile);
    Table {
        title: "Steps".to_owned(),
        columns: ["Step", "How", "Median", percentile.as_str()]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
        note: "Of the whole step: of ten calls at once the slowest counts.".to_owned(),
    }
}

fn change_table(steps: &[Step], changes: &[Change], total: f64, target: Option<f64>) -> Table {
    let rows = changes.iter().map(|change| {
        let mut row = vec![
            Cell::text(steps[change.step].name.clone()),
            Cell::of(Quantity::Milliseconds, change.tail_ms),
            Cell::of(Quantity::Milliseconds, (total - change.tail_ms).max(0.0)),
            Cell::of(Quantity::Milliseconds, change.fast_ms),
        ];
        if let Some(target) = target {
            let best = change.tail_ms.min(change.fast_ms);
            row.push(Cell::text(if best <= target { "yes" } else { "no" }));
        }
        row
    });
    let mut columns = vec![
        "Step",
        "Whole, tail halved",
        "Saved",
        "Whole, step twice as fast",
    ];
    if target.is_some() {
        columns.push("Target met");
    }
    Table {
        title: "Which step is worth the work".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: rows.collect(),
        note: "One step changed, the others as they are. Tail halved: the distance from median to p99.".to_owned(),
    }
}

fn chart(steps: &[Step], percentile: f64) -> Chart {
    let grid = Grid::of(steps, percentile.max(0.99));
    let points = grid.curve(CURVE_POINTS).into_iter();
    Chart::Lines {
        title: "Requests answered by then".to_owned(),
        description: "The share of requests that is answered within a time.".to_owned(),
        x: Axis::new("time", "ms"),
        y: Axis::new("answered", "%"),
        lines: vec![Line {
            name: "whole request".to_owned(),
            points: points.map(|(time, share)| (time, 100.0 * share)).collect(),
        }],
    }
}

fn reasons(
    steps: &[Step],
    changes: &[Change],
    figures: &[Figure],
    percentile: f64,
    target: Option<f64>,
) -> Vec<String> {
    let total = figures[0].value;
    let mut reasons = Vec::new();
    if let Some(best) = changes.first() {
        let saved = total - best.tail_ms;
        reasons.push(format!(
            "The tail of {} costs most: half of it away saves {}.",
            steps[best.step].name,
            milliseconds(saved.max(0.0))
        ));
    }
    if let Some(target) = target.filter(|target| total > *target) {
        reasons.push(format!(
            "If every step were faster by the same share, it would have to be {}.",
            percent(1.0 - target / total)
        ));
    }
    let sum = figures
        .iter()
        .find(|figure| figure.id == "sum_ms")
        .map(|figure| figure.value);
    if let Some(sum) = sum.filter(|sum| groups(steps).len() > 1 && *sum > total) {
        let p = name(percentile);
        reasons.push(format!(
            "Adding up the {p} of the steps gives {}, which is too much: few requests are slow in every step at once.",
            milliseconds(sum)
        ));
    }
    if let Some(widest) = widest(steps) {
        let each = libm::pow(percentile, 1.0 / f64::from(widest.calls));
        reasons.push(format!(
            "Of {} calls at once each must be in time for {} of requests, so that all are for {}: what counts is a percentile that few graphs show.",
            widest.calls,
            percent(each),
            percent(percentile)
        ));
    }
    reasons
}

/// Source and page of fan-out.
const TAIL: (&str, &str) = (
    "Dean and Barroso, The Tail at Scale, Communications of the ACM 56(2), 2013",
    "page:tail-at-scale",
);
/// Source of the arithmetic of independent times.
const SUMS: (&str, &str) = (
    "the distribution of a sum and of a maximum of independent times",
    "",
);

fn formulas(steps: &[Step], percentile: f64, figures: &[Figure]) -> Vec<Formula> {
    let mut list = Vec::new();
    if let Some(step) = steps
        .iter()
        .find(|step| !step.is_constant() && step.p99_ms > step.median_ms)
    {
        list.push(Formula::new(
            "One call",
            "ln T ~ Normal(ln median, σ), σ = ln(p99 / median) / 2.326",
            format!(
                "{}: ln({} / {}) / 2.326 = {}",
                step.name,
                shown(step.p99_ms),
                shown(step.median_ms),
                shown(step.sigma())
            ),
            ("the lognormal that has these two percentiles", ""),
        ));
    }
    list.push(Formula::new(
        "Side by side",
        "P(T ≤ t) = Π (1 − s + s · Fᵢ(t)ⁿ)",
        "the slowest of the calls and of the steps beside each other; s is the share that takes the step".to_owned(),
        SUMS,
    ));
    list.push(Formula::new(
        "One after the other",
        "f = f₁ * f₂ * …",
        format!(
            "added up on a grid of 600 times: {} = {}",
            name(percentile),
            milliseconds(figures[0].value)
        ),
        SUMS,
    ));
    if let Some(widest) = widest(steps) {
        list.push(Formula::new(
            "Requests with a slow call",
            "1 − (1 − p)ⁿ",
            format!(
                "{}: 1 − 0.99^{} = {}",
                widest.name,
                widest.calls,
                shown(1.0 - libm::pow(0.99, f64::from(widest.calls)))
            ),
            TAIL,
        ));
    }
    list
}

fn assumptions() -> Vec<String> {
    [
        "The times of steps and calls are independent: a shared cause, such as a full disk or a pause, makes them slow together and the whole slower than this.",
        "A time is lognormal through its median and 99th percentile; beyond that percentile the curve is a guess.",
        "The times are those of the load at which they were measured: what waits as load grows is not in them.",
        "Nothing is retried, hedged or cut off by a timeout.",
        "Steps that follow each other start at once, without a queue or a network between them that has no line of its own.",
    ]
    .map(str::to_owned)
    .to_vec()
}
