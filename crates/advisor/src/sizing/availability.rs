//! What a system of parts can promise, and which part buys the next nine.

mod part;

use super::Tool;
use super::answer::{Axis, Cell, Chart, Dot, Figure, Parts, Table};
use super::field::Field;
use super::quantity::{Quantity, duration};
use super::question::Point;
pub(super) use part::too_few;

use part::Part;

use crate::capacity::percent;
use crate::error::{Error, FieldError};
use crate::formula::Formula;
use crate::input::{Unit, shown};

/// Hours of a year of 365 days.
const YEAR_H: f64 = 8760.0;
/// Hours of the month over which downtime is shown.
const MONTH_H: f64 = 720.0;
/// Common-cause share that shows what independence is worth.
const BETA_SHOWN: f64 = 0.1;
/// Longest list of steps towards the target: a plan with more is a redesign.
const STEPS_MAX: usize = 12;

const HELP: &str = "\
One --parts for every part that must work; the copies of a part stand in its line:
  name: 99.9 %                   one copy, up for that share of the time
  name: 99.9 % x2                two copies, one is enough
  name: 99.9 % 2 of 3            a quorum
  name: mtbf 90 d mttr 30 min    from times to failure and to repair
  beta 10 %                      share of failures that take all copies at once
  cost 400                       dollars a month for one copy

Example: which part keeps a shop from 99.9 %?
  dstudio availability --target 99.9% --parts 'gateway: 99.99 %' \\
    --parts 'service: 99.9 % x2 beta 10 %' --parts 'database: 99.9 %'

Exit status: 0 the target is met or none was given, 1 it is missed, 2 wrong usage.";

/// The tool.
pub(super) const TOOL: Tool = Tool {
    id: "availability",
    about: "What a system of parts can promise, and which part buys the next nine",
    help: HELP,
    fields: &FIELDS,
    measure,
    explain,
};

const FIELDS: [Field; 3] = [
    Field::lines(
        "parts",
        "system",
        |line| Part::parse(line).map(|_| ()),
        "Parts that must all work, one a line: name: 99.9 % 2 of 3 beta 10 % cost 40",
    )
    .example(
        "gateway: 99.99 %\nservice: 99.9 % x2 beta 10 % cost 200\ndatabase: 99.95 % cost 600\npayment provider: 99.9 %",
    )
    .needed(),
    Field::number(
        "target",
        "promise",
        Unit::Share,
        (0.5, 0.999_999_9),
        "Availability that must be reached",
    )
    .example("99.9 %"),
    Field::number(
        "beta",
        "promise",
        Unit::Share,
        (0.0, 1.0),
        "Common-cause share of copies whose line states none",
    )
    .default("0"),
];

/// The parts of the question.
fn parts(point: &Point<'_>) -> Result<Vec<Part>, Error> {
    let parsed = point.lines("parts").iter().map(|line| Part::parse(line));
    let parts: Result<Vec<Part>, FieldError> = parsed.collect();
    parts.map_err(|error| Error::Input(vec![error]))
}

/// Share of the time that the system is down: `1 − Π(1 − Uᵢ)`, which keeps its digits where the
/// product of availabilities near one would lose them.
fn unavailability(parts: &[Part], beta: f64) -> f64 {
    let up: f64 = parts
        .iter()
        .map(|part| libm::log1p(-part.unavailability(beta).min(1.0 - f64::EPSILON)))
        .sum();
    -libm::expm1(up)
}

fn measure(point: &Point<'_>) -> Result<Vec<Figure>, Error> {
    let parts = parts(point)?;
    let down = unavailability(&parts, point.need("beta"));
    let correlated = unavailability(&parts, BETA_SHOWN.max(point.need("beta")));
    let mut figures = vec![
        Figure::new("availability", "Availability", Quantity::Share, 1.0 - down),
        Figure::new(
            "down_month_h",
            "Down in 30 days",
            Quantity::Hours,
            down * MONTH_H,
        ),
        Figure::new(
            "down_year_h",
            "Down in a year",
            Quantity::Hours,
            down * YEAR_H,
        ),
        Figure::new("nines", "Nines", Quantity::Count, nines(down)),
    ];
    let is_open = |part: &Part| part.copies > 1 && part.beta.is_none();
    if parts.iter().any(is_open) && !point.is_own("beta") {
        figures.push(Figure::new(
            "availability_common_cause",
            "Availability if a tenth of failures are shared",
            Quantity::Share,
            1.0 - correlated,
        ));
    }
    if let Some(cost) = cost(&parts) {
        figures.push(Figure::new(
            "cost_month",
            "Cost a month",
            Quantity::Dollars,
            cost,
        ));
    }
    Ok(figures)
}

/// `−log₁₀ U`, at most ten: beyond it no copy's availability is believed.
fn nines(down: f64) -> f64 {
    -libm::log10(down.max(1e-10))
}

/// What the copies cost a month, as far as lines say.
fn cost(parts: &[Part]) -> Option<f64> {
    let costs = parts
        .iter()
        .filter_map(|part| Some(part.cost? * f64::from(part.copies)));
    costs.reduce(|a, b| a + b)
}

/// One change to one part.
struct Step {
    part: usize,
    what: String,
    then: Part,
    /// Unavailability of the system then.
    down: f64,
    /// Dollars a month more, where they are known.
    cost: Option<f64>,
}

/// Every single change: one copy more, or repairs in half the time.
fn steps(parts: &[Part], beta: f64) -> Vec<Step> {
    let mut found = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let mut add = |what: String, then: Part, cost: Option<f64>| {
            let mut changed = parts.to_vec();
            changed[index] = then.clone();
            let down = unavailability(&changed, beta);
            found.push(Step {
                part: index,
                what,
                then,
                down,
                cost,
            });
        };
        if part.copies < part::COPIES_MAX {
            let then = part.with_copy();
            let what = format!("{}: one copy more ({})", part.name, then.arrangement());
            add(what, then, part.cost);
        }
        let what = format!("{}: down half as long", part.name);
        add(what, part.repaired_twice_as_fast(), None);
    }
    found.sort_by(|a, b| a.down.total_cmp(&b.down));
    found
}

/// The target, or the next nine: the least whole number of nines that is not reached.
fn goal(point: &Point<'_>, down: f64) -> f64 {
    let target = point.number("target").map(|target| 1.0 - target);
    match target {
        Some(target) if down > target * (1.0 + 1e-9) => target,
        // A hair above a whole number of nines is that number.
        _ => libm::pow(10.0, -(libm::floor(nines(down) + 1e-9) + 1.0)),
    }
}

/// The best change again and again until the goal is reached, with the unavailability after each.
fn plan(parts: &[Part], beta: f64, goal: f64) -> (Vec<(String, f64)>, bool) {
    let mut parts = parts.to_vec();
    let mut taken = Vec::new();
    let mut down = unavailability(&parts, beta);
    while down > goal * (1.0 + 1e-9) && taken.len() < STEPS_MAX {
        let Some(best) = steps(&parts, beta)
            .into_iter()
            .next()
            .filter(|step| step.down < down)
        else {
            break;
        };
        down = best.down;
        parts[best.part] = best.then;
        taken.push((best.what, down));
    }
    (taken, down <= goal * (1.0 + 1e-9))
}

fn explain(point: &Point<'_>, figures: &[Figure]) -> Result<Parts, Error> {
    let list = parts(point)?;
    let beta = point.need("beta");
    let down = unavailability(&list, beta);
    let target = point.number("target");
    let holds = target.is_none_or(|target| down <= (1.0 - target) * (1.0 + 1e-9));
    let goal = goal(point, down);
    let steps = steps(&list, beta);
    let weakest = list
        .iter()
        .max_by(|a, b| a.unavailability(beta).total_cmp(&b.unavailability(beta)));
    let weakest = weakest.expect("a needed field of lines holds one");
    let verdict = match target {
        Some(target) if holds => format!(" The target of {} is met.", percent(target)),
        Some(target) => format!(
            " The target of {} is missed by {} in 30 days.",
            percent(target),
            duration((down - (1.0 - target)) * MONTH_H)
        ),
        None => String::new(),
    };
    let headline = format!(
        "The system is available for {}: down {} in 30 days, {} in a year.{verdict}",
        figures[0].text, figures[1].text, figures[2].text
    );
    Ok(Parts {
        headline,
        holds,
        tables: vec![
            part_table(&list, beta, down),
            step_table(&steps, down, goal),
        ],
        charts: vec![chart(&list, beta, target)],
        reasons: reasons(&list, weakest, beta, down, goal),
        formulas: formulas(&list, beta, down),
        assumptions: assumptions(&list, beta),
        files: Vec::new(),
    })
}

fn part_table(parts: &[Part], beta: f64, down: f64) -> Table {
    // Shares of the sum: overlaps of outages are counted with both.
    let sum: f64 = parts.iter().map(|part| part.unavailability(beta)).sum();
    let rows = parts.iter().map(|part| {
        let own = part.unavailability(beta);
        let share = if sum > 0.0 { own / sum } else { 0.0 };
        vec![
            Cell::text(part.name.clone()),
            Cell::of(Quantity::Share, part.availability),
            Cell::text(part.arrangement()),
            Cell::of(Quantity::Share, 1.0 - own),
            Cell::of(Quantity::Hours, own * MONTH_H),
            Cell::of(Quantity::Share, share),
        ]
    });
    let columns = [
        "Part",
        "One copy",
        "Works with",
        "Together",
        "Down in 30 days",
        "Share",
    ];
    Table {
        title: "Where the downtime comes from".to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        note: format!(
            "All parts together are down {} in 30 days.",
            duration(down * MONTH_H)
        ),
    }
}

fn step_table(steps: &[Step], down: f64, goal: f64) -> Table {
    let has_cost = steps.iter().any(|step| step.cost.is_some());
    let mut columns = vec!["One change", "Then", "Saved in 30 days", "Enough"];
    if has_cost {
        columns.push("$/min");
    }
    let rows = steps.iter().map(|step| {
        let saved_h = (down - step.down) * MONTH_H;
        let reaches = if step.down <= goal * (1.0 + 1e-9) {
            "yes"
        } else {
            "no"
        };
        let mut row = vec![
            Cell::text(step.what.clone()),
            Cell::of(Quantity::Share, 1.0 - step.down),
            Cell::of(Quantity::Hours, saved_h.max(0.0)),
            Cell::text(reaches),
        ];
        if has_cost {
            // Below a second a month the ratio would be noise.
            let cost = step.cost.filter(|_| saved_h > 1.0 / 3600.0);
            row.push(match cost {
                Some(cost) => Cell::of(Quantity::Dollars, cost / (saved_h * 60.0)),
                None => Cell::text("–"),
            });
        }
        row
    });
    Table {
        title: format!("What buys {}", percent(1.0 - goal)),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: rows.collect(),
        note: format!(
            "Each change alone, the others as they are, the best first.{}",
            if has_cost {
                " $/min: dollars a month for one minute less of downtime in 30 days."
            } else {
                ""
            }
        ),
    }
}

fn chart(parts: &[Part], beta: f64, target: Option<f64>) -> Chart {
    let minutes = |share: f64| share * MONTH_H * 60.0;
    let mut dots: Vec<Dot> = parts
        .iter()
        .map(|part| Dot {
            name: format!("{} ({})", part.name, part.arrangement()),
            value: minutes(part.unavailability(beta)),
            range: None,
        })
        .collect();
    dots.sort_by(|a, b| b.value.total_cmp(&a.value));
    dots.truncate(CHART_PARTS_MAX);
    Chart::Dots {
        title: "Downtime by part".to_owned(),
        description: "Minutes down in 30 days because of each part alone; the line is what the target allows all of them together.".to_owned(),
        axis: Axis::new("down in 30 days", "min"),
        dots,
        reference: target.map(|target| ("allowed in all".to_owned(), minutes(1.0 - target))),
    }
}

/// Most parts in the chart; the table has all.
const CHART_PARTS_MAX: usize = 12;

fn reasons(parts: &[Part], weakest: &Part, beta: f64, down: f64, goal: f64) -> Vec<String> {
    let mut reasons = vec![format!(
        "The weakest part, {}, is down {} in 30 days; nothing done elsewhere makes the system better than {}.",
        weakest.name,
        duration(weakest.unavailability(beta) * MONTH_H),
        percent(1.0 - weakest.unavailability(beta)),
    )];
    let (taken, is_reached) = plan(parts, beta, goal);
    if !taken.is_empty() {
        let list: Vec<String> = taken
            .iter()
            .map(|(what, down)| format!("{what} → {}", percent(1.0 - down)))
            .collect();
        let end = if is_reached {
            "is reached by"
        } else {
            "is not reached, even by"
        };
        reasons.push(format!(
            "{} {end}: {}.",
            percent(1.0 - goal),
            list.join("; ")
        ));
    }
    for part in parts.iter().filter(|part| part.copies > 1) {
        let own_beta = part.beta.unwrap_or(beta);
        let floor = own_beta * (1.0 - part.availability);
        if own_beta > 0.0 && floor > 0.5 * part.unavailability(beta) {
            reasons.push(format!(
                "More copies of {} hardly help: what they share is down {} in 30 days, whatever their number. Separate them (zone, version, dependency) first.",
                part.name,
                duration(floor * MONTH_H)
            ));
        } else if own_beta == 0.0 {
            let with = part.unavailability(BETA_SHOWN);
            reasons.push(format!(
                "If a tenth of the failures of {} took all copies at once, it would be down {} in 30 days instead of {}.",
                part.name,
                duration(with * MONTH_H),
                duration(part.unavailability(beta) * MONTH_H)
            ));
        }
    }
    if down > 0.5 {
        reasons.push("It is down more than it is up: check that each line holds an availability, not the share of time that is lost.".to_owned());
    }
    reasons
}

/// Source and page of the arithmetic of parts.
const CALCULUS: (&str, &str) = (
    "Treynor and others, The Calculus of Service Availability, ACM Queue 15(2), 2017",
    "page:availability-series-parallel",
);
/// Source and page of copies in parallel.
const BILLINTON: (&str, &str) = (
    "Billinton and Allan, Reliability Evaluation of Engineering Systems, 1992",
    "page:availability-series-parallel",
);
/// Source and page of the common-cause share.
const FLEMING: (&str, &str) = (
    "K. N. Fleming, A Reliability Model for Common Mode Failures in Redundant Safety Systems, 1975",
    "page:availability-series-parallel",
);

fn formulas(parts: &[Part], beta: f64, down: f64) -> Vec<Formula> {
    let factors: Vec<String> = parts
        .iter()
        .map(|part| shown(1.0 - part.unavailability(beta)))
        .collect();
    let mut list = vec![Formula::new(
        "Parts that must all work",
        "A = Π Aᵢ",
        format!("{} = {}", factors.join(" · "), shown(1.0 - down)),
        CALCULUS,
    )];
    if let Some(part) = parts.iter().find(|part| part.copies > 1) {
        let (k, n) = (part.needed, part.copies);
        let own = part.beta.unwrap_or(beta);
        let each = (1.0 - own) * (1.0 - part.availability);
        let independent = part::too_few(k, n, each);
        list.push(Formula::new(
            "k of n copies",
            "U = Σᵢ₌₀ᵏ⁻¹ C(n, i) · (1 − u)ⁱ · uⁿ⁻ⁱ",
            format!(
                "{}: k = {k}, n = {n}, u = {}: {}",
                part.name,
                shown(each),
                shown(independent)
            ),
            BILLINTON,
        ));
        list.push(Formula::new(
            "Common cause (β factor)",
            "U = U(k of n at (1 − β)·u) + β·u",
            format!(
                "{}: {} + {} · {} = {}",
                part.name,
                shown(independent),
                shown(own),
                shown(1.0 - part.availability),
                shown(part.unavailability(beta))
            ),
            FLEMING,
        ));
    }
    let timed = parts.iter().find_map(|part| Some((part, part.times_h?)));
    if let Some((part, (up, repair))) = timed {
        list.push(Formula::new(
            "From times",
            "A = MTBF / (MTBF + MTTR)",
            format!(
                "{}: {} h / ({} h + {} h) = {}",
                part.name,
                shown(up),
                shown(up),
                shown(repair),
                shown(part.availability)
            ),
            CALCULUS,
        ));
    }
    list.push(Formula::new(
        "Downtime",
        "(1 − A) · T",
        format!("{} · 720 h = {}", shown(down), duration(down * MONTH_H)),
        CALCULUS,
    ));
    list
}

fn assumptions(parts: &[Part], beta: f64) -> Vec<String> {
    let mut list = vec![
        "Parts fail independently of each other; what two of them share is a part of its own and belongs in a line of its own.".to_owned(),
        "A part is up or down: slow and partly wrong answers count as up.".to_owned(),
        "Noticing a failure and changing over to another copy take no time; what they take is downtime to add.".to_owned(),
        "Availabilities are long-run means: a month may be far better or worse.".to_owned(),
        "\"Down half as long\" means half the time to notice and repair, at the same rate of failures.".to_owned(),
    ];
    if parts
        .iter()
        .any(|part| part.copies > 1 && part.beta.is_none())
        && beta == 0.0
    {
        list.push("Copies without a common-cause share fail independently of each other, which real ones do not: give beta.".to_owned());
    }
    list
}
