//! What more workers bring: the universal scalability law, given or fitted, and Little's law.

mod law;

use law::{Fit, Law};

use super::Tool;
use super::answer::{Axis, Cell, Chart, Figure, Line, Parts, Table};
use super::field::Field;
use super::quantity::Quantity;
use super::question::Point;
use crate::capacity::{milliseconds, percent};
use crate::error::{Error, FieldError};
use crate::formula::Formula;
use crate::input::{Unit, quantity, shown};

/// Largest load that is looked at.
const LOAD_MAX: u32 = 1_000_000;
/// Fewest measurements: three numbers are fitted, and the fourth tells how well.
const POINTS_MIN: usize = 4;
/// Points of a drawn curve.
const CURVE_POINTS: u32 = 60;

const HELP: &str = "\
Examples:
  dstudio throughput --gamma-per-s 1000 --sigma 2% --kappa 0.0001 --load 10
  dstudio throughput --arrival-rate-per-s 1000 --response-time-ms 80 \\
    --gamma-per-s 100 --sigma 1%
A load test, from a file of two columns or typed:
  dstudio throughput --measurements \"$(cat test.csv)\"
  dstudio throughput --measurements '1 995; 4 3700; 16 11400; 64 23000'

X(N) = γ·N / (1 + σ·(N − 1) + κ·N·(N − 1)); above N* = √((1 − σ)/κ) more is less. Where more
arrives than is done there is no steady state, and no answer.

Exit status: 0 fine, 1 busier than allowed or no steady state, 2 wrong usage.";

/// The tool.
pub(super) const TOOL: Tool = Tool {
    id: "throughput",
    about: "What more workers bring, where they stop helping and where they hurt",
    help: HELP,
    fields: &FIELDS,
    measure,
    explain,
};

const FIELDS: [Field; 8] = [
    Field::lines(
        "measurements",
        "measured",
        |line| measurement(line).map(|_| ()),
        "Load and throughput, as in 16 11400; repeat it for four loads or more",
    )
    .example("1 995\n2 1950\n4 3720\n8 6890\n16 11600\n32 18400\n64 24100\n128 24300"),
    Field::number(
        "gamma_per_s",
        "parameters",
        Unit::PerSecond,
        (1e-6, 1e12),
        "Throughput of one",
    ),
    Field::number(
        "sigma",
        "parameters",
        Unit::Share,
        (0.0, 1.0),
        "Share of work that only one can do at a time",
    )
    .default("0"),
    Field::number(
        "kappa",
        "parameters",
        Unit::Share,
        (0.0, 1.0),
        "Cost of keeping each pair in step, a share",
    )
    .default("0"),
    Field::number(
        "load",
        "load",
        Unit::Count,
        (1.0, LOAD_MAX as f64),
        "Workers, clients or nodes",
    ),
    Field::number(
        "arrival_rate_per_s",
        "load",
        Unit::PerSecond,
        (1e-6, 1e12),
        "Work that arrives",
    )
    .example("14k"),
    Field::number(
        "utilisation_max",
        "load",
        Unit::Share,
        (0.01, 0.999),
        "Highest share of the throughput that may be used",
    )
    .default("70 %"),
    Field::number(
        "response_time_ms",
        "load",
        Unit::Milliseconds,
        (1e-6, 1e9),
        "Mean response time, for what is in flight",
    ),
];

/// `16 11400`, `16,11400`, `16 11.4k/s`.
fn measurement(line: &str) -> Result<(f64, f64), FieldError> {
    let error = |message: String| {
        let fix = "write load and throughput, as in 16 11400, one pair a line";
        FieldError::new("measurements", line, message, fix)
    };
    let (load, seen) = line
        .trim()
        .split_once([' ', '\t', ','])
        .ok_or_else(|| error("it holds one value only".to_owned()))?;
    let seen = seen.trim_matches([' ', '\t', ',']);
    let load =
        quantity(load, Unit::Count).map_err(|message| error(format!("of the load, {message}")))?;
    let seen = quantity(seen, Unit::PerSecond)
        .map_err(|message| error(format!("of the throughput, {message}")))?;
    if !(1.0..=f64::from(LOAD_MAX)).contains(&load) {
        return Err(error(format!("the load is not between 1 and {LOAD_MAX}")));
    }
    if !(1e-6..=1e12).contains(&seen) {
        return Err(error(
            "the throughput is not between a millionth and 10¹² a second".to_owned(),
        ));
    }
    Ok((load, seen))
}

fn points(point: &Point<'_>) -> Result<Vec<(f64, f64)>, Error> {
    let parsed = point
        .lines("measurements")
        .iter()
        .map(|line| measurement(line));
    let found: Result<Vec<(f64, f64)>, FieldError> = parsed.collect();
    let mut points = found.map_err(|error| Error::Input(vec![error]))?;
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(points)
}

fn refused(field: &str, value: String, message: &str, fix: &str) -> Error {
    Error::Input(vec![FieldError::new(field, value, message, fix)])
}

/// The law, with its fit where it was fitted.
fn law(point: &Point<'_>) -> Result<(Law, Vec<(f64, f64)>), Error> {
    let points = points(point)?;
    let given = Law {
        gamma_per_s: point.number("gamma_per_s").unwrap_or(0.0),
        sigma: point.need("sigma"),
        kappa: point.need("kappa"),
    };
    let is_given = ["gamma_per_s", "sigma", "kappa"]
        .iter()
        .any(|name| point.is_own(name));
    if points.is_empty() {
        if given.gamma_per_s > 0.0 {
            return Ok((given, points));
        }
        let fix = "write gamma_per_s, or paste measurements of load and throughput";
        return Err(refused(
            "gamma_per_s",
            String::new(),
            "it is needed where nothing was measured",
            fix,
        ));
    }
    let mut loads: Vec<f64> = points.iter().map(|(load, _)| *load).collect();
    loads.dedup();
    if loads.len() < POINTS_MIN {
        let message =
            "three numbers are fitted, and fewer than four different loads tell nothing of them";
        let fix = "measure at four loads or more, each about twice the one before";
        return Err(refused(
            "measurements",
            loads.len().to_string(),
            message,
            fix,
        ));
    }
    if is_given {
        let fix = "leave out gamma_per_s, sigma and kappa, or the measurements";
        let message = "it is fitted or given, not both";
        return Err(refused(
            "gamma_per_s",
            shown(given.gamma_per_s),
            message,
            fix,
        ));
    }
    Ok((law::least_squares(&points), points))
}

/// The load asked about: the one given, the fewest that carry the arrivals, the largest measured.
fn load(point: &Point<'_>, law: &Law, points: &[(f64, f64)]) -> Result<f64, Error> {
    let rate = point.number("arrival_rate_per_s");
    if let Some(load) = point.number("load") {
        return match rate.filter(|rate| *rate >= law.throughput(load)) {
            Some(rate) => Err(overloaded(law, rate, load)),
            None => Ok(load),
        };
    }
    if let Some(rate) = rate {
        let enough = rate / point.need("utilisation_max");
        let found = law.load_for(enough, LOAD_MAX);
        // Where no load leaves the room that was asked for, the one with the most throughput does.
        let best = || {
            law.peak_load().map_or(f64::from(LOAD_MAX), |load| {
                libm::round(load).min(f64::from(LOAD_MAX))
            })
        };
        let load = found.map_or_else(best, f64::from);
        return match rate >= law.throughput(load) {
            true => Err(overloaded(law, rate, load)),
            false => Ok(load),
        };
    }
    Ok(points.last().map_or(1.0, |(load, _)| *load))
}

fn overloaded(law: &Law, rate: f64, load: f64) -> Error {
    let most = law.throughput(load);
    // A hair more than arrives: at exactly as much there is no steady state either.
    let enough = law.load_for(rate * (1.0 + 1e-9), LOAD_MAX);
    let fix = match (enough, law.ceiling()) {
        (Some(enough), _) => format!(
            "at least {} are needed, or less work",
            shown(f64::from(enough))
        ),
        (None, Some(ceiling)) => format!(
            "no number of them does more than {}/s: split the work over systems that share nothing, or cut contention and crosstalk",
            shown(ceiling)
        ),
        (None, None) => format!(
            "more than {} would be needed: split the work",
            shown(f64::from(LOAD_MAX))
        ),
    };
    Error::NoSteadyState {
        why: format!(
            "{}/s arrive and {} of them do X({}) = {}/s: utilisation {}, no steady state, the backlog grows by {}/s",
            shown(rate),
            shown(load),
            shown(load),
            shown(most),
            shown(rate / most),
            shown((rate - most).max(0.0)),
        ),
        fix,
        servers_min: enough.unwrap_or(0),
    }
}

fn measure(point: &Point<'_>) -> Result<Vec<Figure>, Error> {
    let (law, points) = law(point)?;
    let load = load(point, &law, &points)?;
    let done = law.throughput(load);
    let mut figures = Vec::new();
    let mut push = |id: &str, name: &str, quantity: Quantity, value: f64| {
        figures.push(Figure::new(id, name, quantity, value));
    };
    push("throughput_per_s", "Throughput", Quantity::PerSecond, done);
    push("load", "At this load", Quantity::Count, load);
    push(
        "response_ms",
        "Response time",
        Quantity::Milliseconds,
        load / done * 1e3,
    );
    push(
        "efficiency",
        "Of what they would do alone",
        Quantity::Share,
        done / (law.gamma_per_s * load),
    );
    let rate = point.number("arrival_rate_per_s");
    if let Some(rate) = rate {
        push("utilisation", "Busy", Quantity::Share, rate / done);
    }
    // Beyond the largest load that is looked at a peak is a matter of belief.
    if let Some(peak) = law.peak_load().filter(|peak| *peak <= f64::from(LOAD_MAX)) {
        push("peak_load", "Most is done at", Quantity::Count, peak);
        push(
            "peak_per_s",
            "The most that is done",
            Quantity::PerSecond,
            law.throughput(peak),
        );
    } else if let Some(ceiling) = law.ceiling().filter(|most| *most < 1e15) {
        push(
            "ceiling_per_s",
            "Never more than",
            Quantity::PerSecond,
            ceiling,
        );
    }
    push(
        "gamma_per_s",
        "Throughput of one, γ",
        Quantity::PerSecond,
        law.gamma_per_s,
    );
    push("sigma", "Contention, σ", Quantity::Count, law.sigma);
    push("kappa", "Crosstalk, κ", Quantity::Count, law.kappa);
    if let (Some(rate), Some(time)) = (rate, point.number("response_time_ms")) {
        push("in_flight", "In flight", Quantity::Count, rate * time / 1e3);
    }
    Ok(figures)
}

fn explain(point: &Point<'_>, figures: &[Figure]) -> Result<Parts, Error> {
    let (law, points) = law(point)?;
    let load = load(point, &law, &points)?;
    let fit = (!points.is_empty()).then(|| law::fit(&points));
    let rate = point.number("arrival_rate_per_s");
    let most = point.need("utilisation_max");
    let busy = rate.map(|rate| rate / law.throughput(load));
    let holds = busy.is_none_or(|busy| busy <= most * (1.0 + 1e-9));
    let mut tables = vec![load_table(&law, load)];
    tables.extend(fit.as_ref().map(fit_table));
    let peak = match law.peak_load() {
        Some(peak) if peak <= f64::from(LOAD_MAX) => format!(
            " Most is done at {}, {}/s; more than that make it less.",
            shown(libm::round(peak)),
            shown(law.throughput(peak))
        ),
        _ => String::new(),
    };
    let busy = busy.map_or_else(String::new, |busy| {
        format!(" and are {} busy", percent(busy))
    });
    Ok(Parts {
        headline: format!(
            "{} do {}, {} of what they would do alone{busy}.{peak}",
            shown(load),
            figures[0].text,
            figures[3].text
        ),
        holds,
        tables,
        charts: vec![chart(&law, load, &points)],
        reasons: reasons(&law, load, fit.as_ref(), &points),
        formulas: formulas(point, &law, load, figures),
        assumptions: assumptions(fit.is_some(), load),
        files: Vec::new(),
    })
}

fn load_table(law: &Law, load: f64) -> Table {
    let end = law
        .peak_load()
        .unwrap_or(0.0)
        .max(load)
        .min(f64::from(LOAD_MAX) / 2.0)
        * 2.0;
    let mut loads: Vec<f64> = (0..21)
        .map(|power| f64::from(1u32 << power))
        .take_while(|load| *load <= end)
        .collect();
    loads.push(load);
    loads.sort_by(f64::total_cmp);
    loads.dedup();
    let rows = loads.into_iter().map(|load| {
        let done = law.throughput(load);
        vec![
            Cell::of(Quantity::Count, load),
            Cell::of(Quantity::PerSecond, done),
            Cell::of(Quantity::Milliseconds, load / done * 1e3),
            Cell::of(Quantity::Share, done / (law.gamma_per_s * load)),
            Cell::of(Quantity::PerSecond, law.throughput(load + 1.0) - done),
        ]
    });
    Table {
        title: "What more of them bring".to_owned(),
        columns: [
            "Load",
            "Throughput",
            "Response time",
            "Efficiency",
            "One more brings",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
        note: String::new(),
    }
}

fn fit_table(fit: &Fit) -> Table {
    type Number = fn(&Law) -> Option<f64>;
    let numbers: [(&str, Quantity, Number); 5] = [
        ("Throughput of one, γ", Quantity::PerSecond, |law| {
            Some(law.gamma_per_s)
        }),
        ("Contention, σ", Quantity::Count, |law| Some(law.sigma)),
        ("Crosstalk, κ", Quantity::Count, |law| Some(law.kappa)),
        ("Most is done at, N*", Quantity::Count, |law| {
            law.peak_load().filter(|peak| *peak <= f64::from(LOAD_MAX))
        }),
        ("The most that is done, X(N*)", Quantity::PerSecond, |law| {
            law.peak_load()
                .filter(|peak| *peak <= f64::from(LOAD_MAX))
                .map(|peak| law.throughput(peak))
        }),
    ];
    let rows = numbers.into_iter().filter_map(|(name, quantity, number)| {
        let interval = match fit.interval(number) {
            Some((low, high)) => format!("{} … {}", quantity.text(low), quantity.text(high)),
            None => "not known from these".to_owned(),
        };
        let value = number(&fit.law)?;
        Some(vec![
            Cell::text(name),
            Cell::of(quantity, value),
            Cell::text(interval),
        ])
    });
    Table {
        title: "The fit".to_owned(),
        columns: ["", "Fitted", "95 of 100 refits"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
        note: format!(
            "The law explains {} of the variance of throughput.",
            percent(fit.explained.max(0.0))
        ),
    }
}

fn chart(law: &Law, load: f64, points: &[(f64, f64)]) -> Chart {
    let peak = law.peak_load().unwrap_or(1.0).min(16.0 * load);
    let measured = points.last().map_or(1.0, |(load, _)| *load);
    let end = (1.5 * load).max(1.5 * peak).max(measured).max(4.0);
    let at = |index: u32| 1.0 + (end - 1.0) * f64::from(index) / f64::from(CURVE_POINTS);
    let curve = |value: &dyn Fn(f64) -> f64| {
        (0..=CURVE_POINTS)
            .map(|index| (at(index), value(at(index))))
            .collect()
    };
    let mut lines = vec![Line {
        name: "by the law".to_owned(),
        points: curve(&|load| law.throughput(load)),
    }];
    if !points.is_empty() {
        lines.push(Line {
            name: "measured".to_owned(),
            points: points.to_vec(),
        });
    }
    if law.kappa > 0.0 && law.sigma > 0.0 {
        let amdahl = Law { kappa: 0.0, ..*law };
        lines.push(Line {
            name: "without crosstalk".to_owned(),
            points: curve(&|load| amdahl.throughput(load)),
        });
    }
    Chart::Lines {
        title: "Throughput by load".to_owned(),
        description: "Throughput over the number of workers, clients or nodes.".to_owned(),
        x: Axis::new("load", ""),
        y: Axis::new("throughput", "/s"),
        lines,
    }
}

fn reasons(law: &Law, load: f64, fit: Option<&Fit>, points: &[(f64, f64)]) -> Vec<String> {
    let contention = law.sigma * (load - 1.0);
    let crosstalk = law.kappa * load * (load - 1.0);
    let mut reasons = Vec::new();
    if contention + crosstalk > 0.0 {
        let (what, cure) = match contention >= crosstalk {
            true => (
                "contention",
                "shorten or split what only one can do at a time: a lock, a log, a leader",
            ),
            false => (
                "crosstalk",
                "make them agree less: fewer shared writes, caches that may be stale, partitions that do not meet",
            ),
        };
        reasons.push(format!(
            "At {} each piece of work takes {} as long as alone: {} for contention, {} for crosstalk. The larger is {what}: {cure}.",
            shown(load),
            Quantity::Times.text(1.0 + contention + crosstalk),
            shown(contention),
            shown(crosstalk),
        ));
    } else {
        reasons.push(
            "Nothing holds them back in this law: each does as much as one alone.".to_owned(),
        );
    }
    if let Some(peak) = law.peak_load().filter(|peak| load > *peak) {
        reasons.push(format!(
            "{} are more than do the most: {} would do {}/s more.",
            shown(load),
            shown(libm::round(peak)),
            shown(law.throughput(peak) - law.throughput(load))
        ));
    }
    let Some(fit) = fit else {
        return reasons;
    };
    let largest = points.last().map_or(1.0, |(load, _)| *load);
    if let Some(peak) = law.peak_load().filter(|peak| *peak > largest) {
        reasons.push(format!(
            "The peak at {} lies beyond the largest measured load of {}: measure there before you rely on it.",
            shown(libm::round(peak)),
            shown(largest)
        ));
    }
    if fit.explained < 0.95 {
        reasons.push(format!(
            "The law explains only {} of the variance: something else limits this system, or loads were measured under different conditions.",
            percent(fit.explained.max(0.0))
        ));
    }
    reasons
}

/// Source of the universal scalability law.
const GUNTHER: (&str, &str) = ("N. J. Gunther, Guerrilla Capacity Planning, 2007", "");
/// Source and page of Little's law.
const LITTLE: (&str, &str) = (
    "J. D. C. Little, Operations Research 9(3), 1961",
    "page:littles-law",
);

fn formulas(point: &Point<'_>, law: &Law, load: f64, figures: &[Figure]) -> Vec<Formula> {
    let (gamma, sigma, kappa) = (shown(law.gamma_per_s), shown(law.sigma), shown(law.kappa));
    let n = shown(load);
    let mut list = vec![Formula::new(
        "Universal scalability law",
        "X(N) = γ·N / (1 + σ·(N − 1) + κ·N·(N − 1))",
        format!(
            "{gamma} · {n} / (1 + {sigma} · ({n} − 1) + {kappa} · {n} · ({n} − 1)) = {}",
            figures[0].text
        ),
        GUNTHER,
    )];
    if let Some(peak) = law.peak_load() {
        list.push(Formula::new(
            "Where the most is done",
            "N* = √((1 − σ) / κ)",
            format!("√((1 − {sigma}) / {kappa}) = {}", shown(peak)),
            GUNTHER,
        ));
    }
    list.push(Formula::new(
        "Response time",
        "R = N / X(N)",
        format!(
            "{n} / ({}) = {}",
            figures[0].text,
            milliseconds(load / law.throughput(load) * 1e3)
        ),
        LITTLE,
    ));
    if let Some(rate) = point.number("arrival_rate_per_s") {
        list.push(Formula::new(
            "Utilisation",
            "ρ = λ / X(N)",
            format!(
                "{}/s / ({}) = {}",
                shown(rate),
                figures[0].text,
                shown(rate / law.throughput(load))
            ),
            LITTLE,
        ));
        if let Some(time) = point.number("response_time_ms") {
            list.push(Formula::new(
                "In flight (Little's law)",
                "L = λ · W",
                format!(
                    "{}/s · {} s = {}",
                    shown(rate),
                    shown(time / 1e3),
                    shown(rate * time / 1e3)
                ),
                LITTLE,
            ));
        }
    }
    list
}

fn assumptions(is_fitted: bool, load: f64) -> Vec<String> {
    let mut list = vec![
        "Every one of the load does the same kind of work, and the mix does not change with the load.".to_owned(),
        "Contention and crosstalk grow as the law says; a limit that is met at once, such as a full network card or a pool, does not.".to_owned(),
        format!("The response time is that of {} which always have work in hand, as in a load test without pauses.", shown(load)),
    ];
    if is_fitted {
        list.push("The fit is least squares in throughput with σ and κ not below 0; intervals come from 400 refits to residuals dealt anew, seed 1.".to_owned());
        list.push("Work that gets faster with more of them (a cache that then fits) is beyond the law: σ is then held at 0.".to_owned());
    }
    list
}
