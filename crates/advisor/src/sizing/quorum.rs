//! What N replicas, reads of R and writes of W promise: overlap, survival, staleness, waiting.

use kernel::inverse_normal;

use super::Tool;
use super::answer::{Axis, Cell, Chart, Dot, Figure, Line, Parts, Table};
use super::availability::too_few;
use super::field::Field;
use super::quantity::{Quantity, duration};
use super::question::Point;
use crate::capacity::{milliseconds, percent};
use crate::error::{Error, FieldError};
use crate::formula::Formula;
use crate::input::{Unit, shown};

/// Most replicas of one item.
const REPLICAS_MAX: u32 = 99;
/// Hours of the month over which downtime is shown.
const MONTH_H: f64 = 720.0;
/// Share of stale reads below which the staleness bound counts, where none is given.
const STALE_SHARE: f64 = 0.001;
/// Most rows of choices.
const CHOICES_MAX: u32 = 9;
/// Halvings until a waiting time is found to twelve digits.
const HALVINGS: u32 = 80;

const HELP: &str = "\
Examples:
  dstudio quorum --replicas 3 --read-quorum 2 --write-quorum 2
  dstudio quorum --replicas 3 --read-quorum 1 --write-quorum 1 --lag-ms 50 \\
    --after-ms 100 --stale-max 1%
  dstudio quorum --replicas 5 --median-ms 5 --p99-ms 60

Reads and writes that are left out ask a majority. R + W > N means that every read meets the
last write; otherwise the share of stale reads is C(N − W, R) / C(N, R) · e^(−R·t/lag).

Exit status: 0 fine, 1 more reads are stale than allowed, 2 wrong usage.";

/// The tool.
pub(super) const TOOL: Tool = Tool {
    id: "quorum",
    about: "What N replicas, reads of R and writes of W promise, survive and cost",
    help: HELP,
    fields: &FIELDS,
    measure,
    explain,
};

const FIELDS: [Field; 9] = [
    Field::whole(
        "replicas",
        "quorum",
        (1, REPLICAS_MAX),
        "Replicas of each item, N",
    )
    .example("3")
    .needed(),
    Field::whole(
        "read_quorum",
        "quorum",
        (1, REPLICAS_MAX),
        "Replicas that a read waits for, R; a majority if left out",
    )
    .example("1"),
    Field::whole(
        "write_quorum",
        "quorum",
        (1, REPLICAS_MAX),
        "Replicas that a write waits for, W; a majority if left out",
    )
    .example("2"),
    Field::number(
        "replica_availability",
        "replica",
        Unit::Share,
        (0.01, 0.999_999_9),
        "Share of the time that one replica answers",
    )
    .default("99.9 %"),
    Field::number(
        "median_ms",
        "replica",
        Unit::Milliseconds,
        (1e-6, 1e7),
        "Time of one replica's answer, median",
    )
    .example("4"),
    Field::number(
        "p99_ms",
        "replica",
        Unit::Milliseconds,
        (1e-6, 1e9),
        "Time of one replica's answer, 99th percentile",
    )
    .example("40"),
    Field::number(
        "lag_ms",
        "staleness",
        Unit::Milliseconds,
        (1e-6, 1e9),
        "Mean time until a replica that was not waited for has the write",
    )
    .example("50"),
    Field::number(
        "after_ms",
        "staleness",
        Unit::Milliseconds,
        (0.0, 1e9),
        "How long after the write the read comes",
    )
    .default("0"),
    Field::number(
        "stale_max",
        "staleness",
        Unit::Share,
        (1e-9, 1.0),
        "Highest share of reads that may miss the last write",
    )
    .example("5 %"),
];

/// The question in the terms of its formulas.
#[derive(Clone, Debug)]
struct Quorum {
    replicas: u32,
    read: u32,
    write: u32,
    /// Probability that a replica does not answer.
    down: f64,
    /// Median and 99th percentile of a replica's answer, milliseconds.
    times_ms: Option<(f64, f64)>,
    lag_ms: Option<f64>,
    after_ms: f64,
}

impl Quorum {
    fn read_from(point: &Point<'_>) -> Result<Quorum, Error> {
        let replicas = point.need("replicas") as u32;
        let majority = replicas / 2 + 1;
        let mut errors = Vec::new();
        let mut quorum = |name: &str| {
            let asked = point.number(name).map_or(majority, |asked| asked as u32);
            if asked > replicas {
                let message = format!("there are only {replicas} replicas");
                let fix = format!("write at most {replicas}, or give more replicas");
                errors.push(FieldError::new(name, asked.to_string(), message, fix));
            }
            asked
        };
        let (read, write) = (quorum("read_quorum"), quorum("write_quorum"));
        let times_ms = match (point.number("median_ms"), point.number("p99_ms")) {
            (Some(median), Some(p99)) if (median..=1000.0 * median).contains(&p99) => {
                Some((median, p99))
            }
            (Some(median), Some(p99)) => {
                let message = format!("it does not go with a median of {}", milliseconds(median));
                let fix = "write 1 to 1000 times the median";
                errors.push(FieldError::new("p99_ms", shown(p99), message, fix));
                None
            }
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                let name = if point.number("p99_ms").is_none() {
                    "p99_ms"
                } else {
                    "median_ms"
                };
                let message = "median and 99th percentile belong together";
                errors.push(FieldError::new(name, "", message, "give both, or neither"));
                None
            }
        };
        if !errors.is_empty() {
            return Err(Error::Input(errors));
        }
        Ok(Quorum {
            replicas,
            read,
            write,
            down: 1.0 - point.need("replica_availability"),
            times_ms,
            lag_ms: point.number("lag_ms"),
            after_ms: point.need("after_ms"),
        })
    }

    /// Whether every read meets the last write.
    fn overlaps(&self) -> bool {
        self.read + self.write > self.replicas
    }

    /// Share of the time that fewer than `needed` replicas answer.
    fn unavailable(&self, needed: u32) -> f64 {
        too_few(needed, self.replicas, self.down)
    }

    /// Share of reads right after a write that meet none of the replicas that have it:
    /// `C(N − W, R) / C(N, R)`.
    fn missed_at_once(&self) -> f64 {
        if self.overlaps() {
            return 0.0;
        }
        let factor = |step: u32| {
            f64::from(self.replicas - self.write - step) / f64::from(self.replicas - step)
        };
        (0..self.read).map(factor).product()
    }

    /// The same some time later: each of the R replicas still lacks the write with probability
    /// `e^(−t/lag)`. Without a lag nothing is known of later, and at once is what counts.
    fn missed(&self, after_ms: f64) -> f64 {
        let later = self
            .lag_ms
            .map_or(0.0, |lag| f64::from(self.read) * after_ms / lag);
        self.missed_at_once() * libm::exp(-later)
    }

    /// Time after a write from which at most that share of reads misses it.
    fn bound_ms(&self, share: f64) -> Option<f64> {
        let missed = self.missed_at_once();
        if missed <= share {
            return Some(0.0);
        }
        Some(self.lag_ms? / f64::from(self.read) * libm::log(missed / share))
    }

    /// The time within which that many of the replicas have answered, for that share of requests.
    fn wait_ms(&self, needed: u32, share: f64) -> Option<f64> {
        let (median, p99) = self.times_ms?;
        // The share p of single answers for which the needed-th of N is in time for `share`.
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = (low + high) / 2.0;
            if 1.0 - too_few(needed, self.replicas, 1.0 - middle) >= share {
                high = middle;
            } else {
                low = middle;
            }
        }
        let sigma = libm::log(p99 / median) / inverse_normal(0.99);
        let each = high.clamp(1e-12, 1.0 - 1e-12);
        Some(median * libm::exp(sigma * inverse_normal(each)))
    }
}

fn measure(point: &Point<'_>) -> Result<Vec<Figure>, Error> {
    let asked = Quorum::read_from(point)?;
    let mut figures = Vec::new();
    let mut push = |id: &str, name: &str, quantity: Quantity, value: f64| {
        figures.push(Figure::new(id, name, quantity, value));
    };
    let both = asked.unavailable(asked.read.max(asked.write));
    push(
        "stale_share",
        "Reads that may miss the last write",
        Quantity::Share,
        asked.missed(asked.after_ms),
    );
    push(
        "read_availability",
        "Reads answered",
        Quantity::Share,
        1.0 - asked.unavailable(asked.read),
    );
    push(
        "write_availability",
        "Writes answered",
        Quantity::Share,
        1.0 - asked.unavailable(asked.write),
    );
    push(
        "down_month_h",
        "Either down in 30 days",
        Quantity::Hours,
        both * MONTH_H,
    );
    push(
        "read_failures",
        "Failures that reads survive",
        Quantity::Count,
        f64::from(asked.replicas - asked.read),
    );
    push(
        "write_failures",
        "Failures that writes survive",
        Quantity::Count,
        f64::from(asked.replicas - asked.write),
    );
    let allowed = point.number("stale_max").unwrap_or(STALE_SHARE);
    if let Some(bound) = asked.bound_ms(allowed) {
        let name = format!("At most {} miss it after", percent(allowed));
        push("bound_ms", &name, Quantity::Milliseconds, bound);
    }
    for (id, name, needed) in [
        ("read", "A read", asked.read),
        ("write", "A write", asked.write),
    ] {
        for (share, label) in [(0.5, "p50"), (0.99, "p99")] {
            if let Some(wait) = asked.wait_ms(needed, share) {
                let id = format!("{id}_{label}_ms");
                push(
                    &id,
                    &format!("{name}, {label}"),
                    Quantity::Milliseconds,
                    wait,
                );
            }
        }
    }
    Ok(figures)
}

fn explain(point: &Point<'_>, figures: &[Figure]) -> Result<Parts, Error> {
    let asked = Quorum::read_from(point)?;
    let allowed = point.number("stale_max");
    let missed = asked.missed(asked.after_ms);
    let holds = allowed.is_none_or(|allowed| missed <= allowed * (1.0 + 1e-9));
    let Quorum {
        replicas,
        read,
        write,
        ..
    } = asked;
    let promise = if asked.overlaps() {
        format!("{read} + {write} > {replicas}: every read meets the last write")
    } else {
        let when = match asked.after_ms {
            after if after > 0.0 && asked.lag_ms.is_some() => {
                format!("{} after", milliseconds(after))
            }
            _ => "right after".to_owned(),
        };
        format!(
            "{read} + {write} ≤ {replicas}: {when} a write up to {} of reads miss it",
            percent(missed)
        )
    };
    let mut charts = vec![downtime_chart(&asked)];
    charts.extend(stale_chart(&asked));
    Ok(Parts {
        headline: format!(
            "{promise}. Reads survive {}, writes {}.",
            failures(replicas - read),
            failures(replicas - write)
        ),
        holds,
        tables: vec![choice_table(&asked)],
        charts,
        reasons: reasons(&asked, point.number("stale_max").unwrap_or(STALE_SHARE)),
        formulas: formulas(&asked, figures),
        assumptions: assumptions(&asked),
        files: Vec::new(),
    })
}

fn failures(count: u32) -> String {
    match count {
        0 => "no failure".to_owned(),
        1 => "1 failure".to_owned(),
        many => format!("{many} failures"),
    }
}

/// The question's own choice, one of each, and the pairs that just overlap.
fn choices(asked: &Quorum) -> Vec<Quorum> {
    let n = asked.replicas;
    let with = |read: u32, write: u32| Quorum {
        read,
        write,
        ..asked.clone()
    };
    let mut found = vec![with(asked.read, asked.write), with(1, 1)];
    let stride = n.div_ceil(CHOICES_MAX - 2);
    found.extend(
        (1..=n)
            .step_by(stride as usize)
            .map(|write| with(n + 1 - write, write)),
    );
    found.push(with(n / 2 + 1, n / 2 + 1));
    found.push(with(1, n));
    let mut seen: Vec<(u32, u32)> = Vec::new();
    found.retain(|choice| {
        let pair = (choice.read, choice.write);
        let is_new = !seen.contains(&pair);
        seen.push(pair);
        is_new
    });
    found[1..].sort_by_key(|choice| (choice.write, choice.read));
    found
}

fn choice_name(choice: &Quorum) -> String {
    format!("R {}, W {}", choice.read, choice.write)
}

fn choice_table(asked: &Quorum) -> Table {
    let rows = choices(asked)
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            let mark = if index == 0 { " (asked)" } else { "" };
            let mut row = vec![
                Cell::text(format!("{}{mark}", choice_name(&choice))),
                Cell::of(Quantity::Share, choice.missed(choice.after_ms)),
                Cell::of(Quantity::Hours, choice.unavailable(choice.read) * MONTH_H),
                Cell::of(Quantity::Hours, choice.unavailable(choice.write) * MONTH_H),
            ];
            for needed in [choice.read, choice.write] {
                let wait = choice.wait_ms(needed, 0.99);
                row.extend(wait.map(|wait| Cell::of(Quantity::Milliseconds, wait)));
            }
            row
        });
    let mut columns = vec!["Choice", "Stale reads", "No reads", "No writes"];
    if asked.times_ms.is_some() {
        columns.extend(["Read p99", "Write p99"]);
    }
    Table {
        title: "Other choices".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: rows.collect(),
        note: "No reads, no writes: time in 30 days in which too few replicas answer.".to_owned(),
    }
}

fn downtime_chart(asked: &Quorum) -> Chart {
    let minutes = |needed: u32| asked.unavailable(needed) * MONTH_H * 60.0;
    let dot = |name: String, needed: u32| Dot {
        name,
        value: minutes(needed),
        range: None,
    };
    Chart::Dots {
        title: "Without an answer in 30 days".to_owned(),
        description: "Minutes in 30 days in which too few replicas answer, for reads, for writes, and for a single replica.".to_owned(),
        axis: Axis::new("too few replicas answer", "min"),
        dots: vec![
            dot(format!("reads ({} of {})", asked.read, asked.replicas), asked.read),
            dot(format!("writes ({} of {})", asked.write, asked.replicas), asked.write),
            Dot {
                name: "one replica alone".to_owned(),
                value: asked.down * MONTH_H * 60.0,
                range: None,
            },
        ],
        reference: None,
    }
}

fn stale_chart(asked: &Quorum) -> Option<Chart> {
    let lag = asked.lag_ms.filter(|_| !asked.overlaps())?;
    let end = (5.0 * lag).max(asked.after_ms * 1.2);
    let points = (0..=50).map(|index| {
        let time = end * f64::from(index) / 50.0;
        (time, 100.0 * asked.missed(time))
    });
    Some(Chart::Lines {
        title: "Stale reads after a write".to_owned(),
        description: "The share of reads that may miss the last write, over the time since it."
            .to_owned(),
        x: Axis::new("time since the write", "ms"),
        y: Axis::new("stale reads", "%"),
        lines: vec![Line {
            name: choice_name(asked),
            points: points.collect(),
        }],
    })
}

fn reasons(asked: &Quorum, allowed: f64) -> Vec<String> {
    let Quorum {
        replicas,
        read,
        write,
        ..
    } = *asked;
    let mut reasons = Vec::new();
    if asked.overlaps() {
        let spare = read + write - replicas - 1;
        if spare > 0 {
            reasons.push(format!(
                "Reads could ask {} fewer, or writes wait for {} fewer, and still meet.",
                spare.min(read - 1),
                spare.min(write - 1)
            ));
        }
    } else {
        let missing = replicas + 1 - read - write;
        reasons.push(format!(
            "{missing} more in either quorum and every read meets the last write: R + W must be at least {}.",
            replicas + 1
        ));
        if let Some(bound) = asked.bound_ms(allowed) {
            reasons.push(format!(
                "From {} after a write on, at most {} of reads miss it.",
                milliseconds(bound),
                percent(allowed)
            ));
        }
    }
    if 2 * write <= replicas {
        reasons.push(format!(
            "Two writes of {write} of {replicas} need not meet, so that both may succeed on different replicas: conflicts must be found and settled later."
        ));
    } else {
        reasons.push(format!(
            "Any two writes meet in at least {}, where a conflict can be seen.",
            if 2 * write - replicas == 1 {
                "one replica".to_owned()
            } else {
                format!("{} replicas", 2 * write - replicas)
            }
        ));
    }
    if write == replicas && replicas > 1 {
        reasons.push(format!(
            "A write that waits for all stops with the first replica that fails: {} in 30 days.",
            duration(asked.unavailable(write) * MONTH_H)
        ));
    }
    reasons
}

/// Source of quorum overlap.
const GIFFORD: (&str, &str) = (
    "D. K. Gifford, Weighted Voting for Replicated Data, SOSP 1979",
    "",
);
/// Source of staleness probabilities.
const PBS: (&str, &str) = (
    "Bailis and others, Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012",
    "",
);
/// Source and page of k of n.
const BILLINTON: (&str, &str) = (
    "Billinton and Allan, Reliability Evaluation of Engineering Systems, 1992",
    "page:availability-series-parallel",
);

fn formulas(asked: &Quorum, figures: &[Figure]) -> Vec<Formula> {
    let Quorum {
        replicas,
        read,
        write,
        ..
    } = *asked;
    let relation = if asked.overlaps() { ">" } else { "≤" };
    let mut list = vec![
        Formula::new(
            "Reads meet writes",
            "R + W > N",
            format!("{read} + {write} {relation} {replicas}"),
            GIFFORD,
        ),
        Formula::new(
            "Reads that may miss the last write",
            "C(N − W, R) / C(N, R) · e^(−R · t / lag)",
            format!(
                "C({}, {read}) / C({replicas}, {read}) = {} at once, {} after {}",
                replicas - write,
                shown(asked.missed_at_once()),
                shown(asked.missed(asked.after_ms)),
                milliseconds(asked.after_ms)
            ),
            PBS,
        ),
        Formula::new(
            "Enough replicas answer",
            "A = Σᵢ₌ₖᴺ C(N, i) · aⁱ · (1 − a)ᴺ⁻ⁱ",
            format!(
                "a = {}: reads (k = {read}) {}, writes (k = {write}) {}",
                shown(1.0 - asked.down),
                figures[1].text,
                figures[2].text
            ),
            BILLINTON,
        ),
    ];
    if let Some(wait) = asked.wait_ms(read, 0.99) {
        list.push(Formula::new(
            "Waiting for the k-th of N answers",
            "P(T ≤ t) = Σᵢ₌ₖᴺ C(N, i) · F(t)ⁱ · (1 − F(t))ᴺ⁻ⁱ",
            format!(
                "k = {read}, F lognormal through the two percentiles: p99 = {}",
                milliseconds(wait)
            ),
            ("the order statistics of independent answers", ""),
        ));
    }
    list
}

fn assumptions(asked: &Quorum) -> Vec<String> {
    let mut list = vec![
        "Replicas fail and answer independently of each other: those in one zone or on one version do not.".to_owned(),
        "Quorums are strict: with sloppy quorums and hints, R + W > N promises nothing.".to_owned(),
        "A read asks R replicas at random and takes the newest answer; asking all and waiting for R, or repairing on read, makes fewer reads stale.".to_owned(),
        "To meet the last write is not yet to be linearizable: a write that failed half-way may be seen by one read and not by the next.".to_owned(),
    ];
    if asked.lag_ms.is_some() {
        list.push("Replicas that a write did not wait for have it after an exponential time of that mean, each on its own.".to_owned());
    } else if !asked.overlaps() {
        list.push(
            "Without a lag the share of stale reads is that right after the write.".to_owned(),
        );
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_all_is_waiting_for_the_slowest() {
        let asked = Quorum {
            replicas: 3,
            read: 1,
            write: 3,
            down: 0.01,
            times_ms: Some((4.0, 40.0)),
            lag_ms: None,
            after_ms: 0.0,
        };
        let sigma = libm::log(10.0) / inverse_normal(0.99);
        let each = libm::pow(0.99, 1.0 / 3.0);
        let slowest = 4.0 * libm::exp(sigma * inverse_normal(each));
        let found = asked.wait_ms(3, 0.99).expect("times are given");
        assert!((found / slowest - 1.0).abs() < 1e-6, "{found} {slowest}");
        // The first of three is in time unless all are late.
        let first = 4.0 * libm::exp(sigma * inverse_normal(1.0 - libm::pow(0.01, 1.0 / 3.0)));
        let found = asked.wait_ms(1, 0.99).expect("times are given");
        assert!((found / first - 1.0).abs() < 1e-6, "{found} {first}");
    }
}
