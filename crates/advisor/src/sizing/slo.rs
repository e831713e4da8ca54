//! How much failure an objective allows, which alerts follow, how soon they fire, and the files.

mod alert;
mod export;
mod few;

use alert::Alert;
use export::{Export, WINDOW_MARK, plain};

use super::Tool;
use super::answer::{Axis, Cell, Chart, Figure, Line, Parts, Table};
use super::field::Field;
use super::quantity::{Quantity, duration};
use super::question::Point;
use crate::capacity::percent;
use crate::error::{Error, FieldError};
use crate::formula::Formula;
use crate::input::{Unit, shown};

/// Bad shares whose detection is shown.
const FAULTS: [f64; 5] = [1.0, 0.2, 0.05, 0.01, 0.002];
/// Fewer bad events than this fire an alert by chance.
const FEW: f64 = 10.0;
/// Share of the budget that is taken as a good day's, where none is given.
const NORMAL_SHARE: f64 = 0.1;

const HELP: &str = "\
Examples:
  dstudio slo --objective 99.9
  dstudio slo --objective 99.95 --period-h 28d --rate-per-s 50 --bad-share 0.3%
  dstudio slo --objective 99.9 --service checkout --file prometheus-rules.yaml

Alerts are the workbook's four unless --alerts says otherwise, once for each:
  --alerts 'page 2 % in 1 h' --alerts 'ticket 10 % in 3 d / 6 h'
Queries hold {{.window}} where the range stands:
  --bad-query 'sum(rate(errors_total[{{.window}}]))'

Exit status: 0 fine, 1 an alert can never fire or the budget is being overspent, 2 wrong usage.";

/// The tool.
pub(super) const TOOL: Tool = Tool {
    id: "slo",
    about: "Error budget, burn-rate alerts, how soon they fire; rules as files",
    help: HELP,
    fields: &FIELDS,
    measure,
    explain,
};

const FIELDS: [Field; 9] = [
    Field::number(
        "objective",
        "objective",
        Unit::Share,
        (0.5, 0.999_999),
        "Share of events that must be good",
    )
    .example("99.9 %")
    .needed(),
    Field::number(
        "period_h",
        "objective",
        Unit::Hours,
        (24.0, 8784.0),
        "Period over which it must hold",
    )
    .default("30 d"),
    Field::number(
        "rate_per_s",
        "traffic",
        Unit::PerSecond,
        (1e-6, 1e9),
        "Events in an ordinary hour",
    )
    .example("5/s"),
    Field::number(
        "bad_share",
        "traffic",
        Unit::Share,
        (0.0, 1.0),
        "Share of events that is bad now",
    )
    .example("0.4 %"),
    Field::number(
        "normal_bad_share",
        "traffic",
        Unit::Share,
        (0.0, 1.0),
        "Share that is bad on a good day; a tenth of the budget if left out",
    ),
    Field::lines(
        "alerts",
        "alerts",
        |line| Alert::parse(line).map(|_| ()),
        "Alert: page 2 % in 1 h, or page 2 % in 1 h / 5 min; repeat it",
    )
    .default("page 2 % in 1 h\npage 5 % in 6 h\nticket 10 % in 1 d\nticket 10 % in 3 d"),
    Field::text("service", "export", |_| Ok(()), "Name of the service").default("my-service"),
    Field::text(
        "bad_query",
        "export",
        |text| has_window("bad_query", text),
        "PromQL of the bad events, with {{.window}} as its range",
    )
    .default("sum(rate(http_requests_total{job=\"my-service\",code=~\"5..\"}[{{.window}}]))"),
    Field::text(
        "total_query",
        "export",
        |text| has_window("total_query", text),
        "PromQL of all events, with {{.window}} as its range",
    )
    .default("sum(rate(http_requests_total{job=\"my-service\"}[{{.window}}]))"),
];

fn has_window(field: &str, text: &str) -> Result<(), FieldError> {
    if text.contains(WINDOW_MARK) {
        return Ok(());
    }
    let fix = "write [{{.window}}] in place of the range, as in rate(errors_total[{{.window}}])";
    Err(FieldError::new(field, text, "it holds no {{.window}}", fix))
}

/// The question in the units of its formulas.
struct Question {
    objective: f64,
    /// Share of events that may be bad.
    allowed: f64,
    period_h: f64,
    rate_per_s: Option<f64>,
    bad: Option<f64>,
    normal_bad: f64,
    alerts: Vec<Alert>,
}

impl Question {
    fn read(point: &Point<'_>) -> Result<Question, Error> {
        let objective = point.need("objective");
        let period_h = point.need("period_h");
        // Twelve digits: 1 − 0.999 is a thousandth, whatever binary fractions say.
        let allowed = libm::round((1.0 - objective) * 1e12) / 1e12;
        let parsed = point.lines("alerts").iter().map(|line| Alert::parse(line));
        let alerts: Vec<Alert> = parsed
            .collect::<Result<_, _>>()
            .map_err(|error| Error::Input(vec![error]))?;
        if let Some(long) = alerts.iter().find(|alert| alert.long_h > period_h) {
            let message = format!(
                "the window is longer than the period of {}",
                duration(period_h)
            );
            let value = format!("{} in {}", long.severity, duration(long.long_h));
            let fix = "shorten the window, or lengthen the period";
            return Err(Error::Input(vec![FieldError::new(
                "alerts", value, message, fix,
            )]));
        }
        let normal_bad = point.number("normal_bad_share");
        Ok(Question {
            objective,
            allowed,
            period_h,
            rate_per_s: point.number("rate_per_s"),
            bad: point.number("bad_share"),
            normal_bad: normal_bad.unwrap_or(allowed * NORMAL_SHARE),
            alerts,
        })
    }

    /// Burn rate of a bad share: `b = bad / (1 − S)`.
    fn burn(&self, bad: f64) -> f64 {
        bad / self.allowed
    }

    /// Whether an alert can fire at all: even if everything fails, no more than all is bad.
    fn can_fire(&self, alert: &Alert) -> bool {
        alert.threshold(self.period_h, self.allowed) < 1.0
    }

    /// The first alert of a severity to fire at that bad share.
    fn first(&self, severity: &str, bad: f64) -> Option<f64> {
        self.alerts
            .iter()
            .filter(|alert| alert.severity == severity)
            .filter_map(|alert| alert.detection_h(self.period_h, self.allowed, bad))
            .min_by(f64::total_cmp)
    }

    /// The severity that comes first in the list, which is the one that matters most.
    fn severity(&self) -> &str {
        let first = self.alerts.first();
        first.map_or("page", |alert| alert.severity.as_str())
    }
}

fn measure(point: &Point<'_>) -> Result<Vec<Figure>, Error> {
    let asked = Question::read(point)?;
    let mut figures = Vec::new();
    let mut push = |id: &str, name: &str, quantity: Quantity, value: f64| {
        figures.push(Figure::new(id, name, quantity, value));
    };
    let budget_h = asked.allowed * asked.period_h;
    push(
        "budget_h",
        "Allowed outage in the period",
        Quantity::Hours,
        budget_h,
    );
    push(
        "allowed_share",
        "Events that may be bad",
        Quantity::Share,
        asked.allowed,
    );
    let detected = asked.first(asked.severity(), 1.0);
    if let Some(detected_h) = detected {
        push(
            "detect_outage_h",
            "Outage noticed after",
            Quantity::Hours,
            detected_h,
        );
    }
    if let Some(bad) = asked.bad {
        let burn = asked.burn(bad);
        push("burn_rate", "Burn rate now", Quantity::Times, burn);
        // Slower than a thousandth of the allowed speed it lasts for years.
        if burn > 1e-3 {
            push(
                "lasts_h",
                "A full budget lasts",
                Quantity::Hours,
                asked.period_h / burn,
            );
        }
    }
    if let Some(rate) = asked.rate_per_s {
        let events = rate * asked.period_h * 3600.0;
        push("events", "Events in the period", Quantity::Count, events);
        push(
            "bad_events",
            "Bad events allowed",
            Quantity::Count,
            events * asked.allowed,
        );
    }
    Ok(figures)
}

fn explain(point: &Point<'_>, figures: &[Figure]) -> Result<Parts, Error> {
    let asked = Question::read(point)?;
    let burns_too_fast = asked.bad.is_some_and(|bad| bad > asked.allowed);
    let never = asked
        .alerts
        .iter()
        .filter(|alert| !asked.can_fire(alert))
        .count();
    let budget = figures[0].text.clone();
    let noticed = match asked.first(asked.severity(), 1.0) {
        Some(hours) => format!(
            " An outage reaches a {} after {}.",
            asked.severity(),
            duration(hours)
        ),
        None => " No alert can notice even a total outage.".to_owned(),
    };
    let now = asked.bad.map_or_else(String::new, |bad| {
        let burn = asked.burn(bad);
        let burn_text = Quantity::Times.text(burn);
        match burn {
            b if b > 1.0 => format!(
                " At {} bad it burns at {burn_text} the allowed speed: a full budget is gone in {}.",
                percent(bad),
                duration(asked.period_h / burn)
            ),
            _ => format!(" At {} bad it burns at {burn_text} the allowed speed.", percent(bad)),
        }
    });
    let headline = format!(
        "{} over {} allows {budget} of total outage.{noticed}{now}",
        percent(asked.objective),
        duration(asked.period_h),
    );
    let mut tables = vec![alert_table(&asked), fault_table(&asked)];
    tables.extend(few_table(&asked));
    Ok(Parts {
        headline,
        holds: !burns_too_fast && never == 0,
        tables,
        charts: vec![chart(&asked)],
        reasons: reasons(&asked),
        formulas: formulas(&asked),
        assumptions: assumptions(point, &asked),
        files: export(point, &asked).files(),
    })
}

fn export<'e>(point: &'e Point<'_>, asked: &'e Question) -> Export<'e> {
    let service = point.text("service");
    // The default queries name the service as their job.
    let query = |field: &str| {
        let text = point.text(field);
        match point.is_own(field) {
            true => text.to_owned(),
            false => text.replace("my-service", &service.replace(['"', '\\'], "")),
        }
    };
    Export {
        service,
        objective: asked.objective,
        period_h: asked.period_h,
        alerts: &asked.alerts,
        bad_query: query("bad_query"),
        total_query: query("total_query"),
    }
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn alert_name(alert: &Alert) -> String {
    format!("{} {}", alert.severity, alert.windows())
}

fn alert_table(asked: &Question) -> Table {
    let rows = asked.alerts.iter().map(|alert| {
        let hours = |value: Option<f64>| match value {
            Some(value) => Cell::of(Quantity::Hours, value),
            None => Cell::text("never"),
        };
        let threshold = alert.threshold(asked.period_h, asked.allowed);
        vec![
            Cell::text(alert_name(alert)),
            Cell::of(Quantity::Share, alert.budget),
            Cell::of(Quantity::Times, alert.burn_rate(asked.period_h)),
            Cell::of(Quantity::Share, threshold),
            hours(alert.detection_h(asked.period_h, asked.allowed, 1.0)),
            hours(alert.reset_h(asked.period_h, asked.allowed, 1.0)),
        ]
    });
    Table {
        title: "Alerts".to_owned(),
        columns: columns(&[
            "Alert, windows",
            "Budget",
            "Burn rate",
            "Fires above",
            "Outage seen",
            "Silent after",
        ]),
        rows: rows.collect(),
        note: "Both windows must be above the threshold. Budget: what is gone when it fires."
            .to_owned(),
    }
}

fn fault_table(asked: &Question) -> Table {
    let mut severities: Vec<&str> = Vec::new();
    for alert in &asked.alerts {
        if !severities.contains(&alert.severity.as_str()) {
            severities.push(&alert.severity);
        }
    }
    let mut heads = vec![
        "Bad share".to_owned(),
        "Burn rate".to_owned(),
        "Budget lasts".to_owned(),
    ];
    heads.extend(
        severities
            .iter()
            .map(|severity| format!("First {severity}")),
    );
    let mut faults: Vec<f64> = FAULTS.to_vec();
    faults.extend(asked.bad.filter(|bad| *bad > 0.0));
    faults.sort_by(|a, b| b.total_cmp(a));
    faults.dedup();
    let rows = faults.into_iter().map(|bad| {
        let burn = asked.burn(bad);
        let mut row = vec![
            Cell::of(Quantity::Share, bad),
            Cell::of(Quantity::Times, burn),
            Cell::of(Quantity::Hours, asked.period_h / burn.max(1e-6)),
        ];
        row.extend(
            severities
                .iter()
                .map(|severity| match asked.first(severity, bad) {
                    Some(hours) => Cell::of(Quantity::Hours, hours),
                    None => Cell::text("never"),
                }),
        );
        row
    });
    Table {
        title: "How soon a fault is noticed".to_owned(),
        columns: heads,
        rows: rows.collect(),
        note: "A fault that starts at once after a clean stretch and goes on.".to_owned(),
    }
}

/// Bad events that fire an alert, and how often chance alone does.
struct Few {
    alert: String,
    events: f64,
    enough: f64,
    false_alarms: f64,
}

fn few(asked: &Question) -> Vec<Few> {
    let Some(rate) = asked.rate_per_s else {
        return Vec::new();
    };
    let counted = asked.alerts.iter().filter(|alert| asked.can_fire(alert));
    let found = counted.map(|alert| {
        let threshold = alert.threshold(asked.period_h, asked.allowed);
        let chance = |hours: f64| {
            let events = rate * hours * 3600.0;
            few::poisson_tail(
                events * asked.normal_bad,
                few::bad_enough(events, threshold),
            )
        };
        let events = rate * alert.long_h * 3600.0;
        let both = chance(alert.long_h).min(chance(alert.short_h));
        Few {
            alert: alert_name(alert),
            events,
            enough: few::bad_enough(events, threshold),
            false_alarms: both * asked.period_h / alert.short_h,
        }
    });
    found.collect()
}

fn few_table(asked: &Question) -> Option<Table> {
    let rows: Vec<Vec<Cell>> = few(asked)
        .into_iter()
        .map(|row| {
            let alarms = match row.false_alarms {
                rare if rare < 1e-3 => Cell {
                    text: "<0.001".to_owned(),
                    value: Some(rare),
                },
                some => Cell::of(Quantity::Count, some),
            };
            vec![
                Cell::text(row.alert),
                Cell::of(Quantity::Count, row.events),
                Cell::of(Quantity::Count, row.enough),
                alarms,
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        title: "With this traffic".to_owned(),
        columns: columns(&["Alert, windows", "Events in the long window", "Bad ones that fire it", "False alarms at most"]),
        rows,
        note: format!(
            "False alarms in a period while {} of events is bad by chance alone; an upper estimate.",
            percent(asked.normal_bad)
        ),
    })
}

fn chart(asked: &Question) -> Chart {
    let mut burns: Vec<f64> = asked
        .alerts
        .iter()
        .map(|alert| alert.burn_rate(asked.period_h))
        .collect();
    burns.extend(
        asked
            .bad
            .map(|bad| asked.burn(bad))
            .filter(|burn| *burn > 0.05),
    );
    burns.sort_by(f64::total_cmp);
    burns.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    burns.truncate(LINES_MAX);
    let days = asked.period_h / 24.0;
    let lines = burns.iter().map(|burn| {
        let empty = (days / burn).min(days);
        let left = (100.0 * (1.0 - empty * burn / days)).max(0.0);
        let mut points = vec![(0.0, 100.0), (empty, left)];
        if empty < days {
            points.push((days, 0.0));
        }
        Line {
            name: format!("burn rate {}", shown(*burn)),
            points,
        }
    });
    Chart::Lines {
        title: "How fast the budget goes".to_owned(),
        description: "The budget that is left over the period at the burn rate of each alert."
            .to_owned(),
        x: Axis::new("time", "d"),
        y: Axis::new("budget left", "%"),
        lines: lines.collect(),
    }
}

/// Lines that can be told apart.
const LINES_MAX: usize = 6;

fn reasons(asked: &Question) -> Vec<String> {
    let mut reasons = Vec::new();
    for alert in asked.alerts.iter().filter(|alert| !asked.can_fire(alert)) {
        reasons.push(format!(
            "{} can never fire: {} · {} = {}, and no more than 100 % of events can be bad. Give it a smaller share of the budget or a longer window.",
            alert_name(alert),
            shown(alert.burn_rate(asked.period_h)),
            percent(asked.allowed),
            percent(alert.threshold(asked.period_h, asked.allowed)),
        ));
    }
    if let Some(bad) = asked.bad {
        let noticed: Vec<String> = asked
            .alerts
            .iter()
            .filter(|alert| {
                alert
                    .detection_h(asked.period_h, asked.allowed, bad)
                    .is_some()
            })
            .map(alert_name)
            .collect();
        reasons.push(match (noticed.is_empty(), bad > asked.allowed) {
            (false, _) => format!("At {} bad these fire: {}.", percent(bad), noticed.join(", ")),
            (true, true) => format!(
                "At {} bad no alert fires, and the budget is still overspent by the end of the period: it takes a look at the budget to see it.",
                percent(bad)
            ),
            (true, false) => format!(
                "{} bad is within the allowed {}, so no alert fires.",
                percent(bad),
                percent(asked.allowed)
            ),
        });
    }
    for row in few(asked).iter().filter(|row| row.enough < FEW) {
        let plural = if row.enough > 1.5 {
            "events fire"
        } else {
            "event fires"
        };
        reasons.push(format!(
            "{}: {} bad {plural} it, out of {} in the window. Add synthetic requests, lengthen the window, or count bad minutes.",
            row.alert,
            shown(row.enough),
            shown(row.events),
        ));
    }
    let budget_h = asked.allowed * asked.period_h;
    if budget_h < 0.5 {
        reasons.push(format!(
            "{} for a whole period is less than a person needs to wake up, read and act: a fault of everything must be undone without one.",
            duration(budget_h)
        ));
    } else {
        reasons.push(format!(
            "One nine more leaves {}, one nine fewer {}.",
            duration(budget_h / 10.0),
            duration(budget_h * 10.0)
        ));
    }
    reasons
}

/// Source and page of objectives and their alerts.
const WORKBOOK: (&str, &str) = (
    "The Site Reliability Workbook, chapter 5: Alerting on SLOs, 2018",
    "page:error-budget-burn",
);

fn formulas(asked: &Question) -> Vec<Formula> {
    let allowed = plain(asked.allowed);
    let budget_h = asked.allowed * asked.period_h;
    let mut list = vec![Formula::new(
        "Error budget",
        "(1 − S) · T",
        format!(
            "{allowed} · {} h = {}",
            shown(asked.period_h),
            duration(budget_h)
        ),
        WORKBOOK,
    )];
    if let Some(bad) = asked.bad {
        list.push(Formula::new(
            "Burn rate",
            "b = bad share / (1 − S)",
            format!("{} / {allowed} = {}", shown(bad), shown(asked.burn(bad))),
            WORKBOOK,
        ));
    }
    if let Some(alert) = asked.alerts.first() {
        let burn = alert.burn_rate(asked.period_h);
        list.push(Formula::new(
            "Threshold of an alert",
            "b = p · T / w",
            format!(
                "{}: {} · {} h / {} h = {}",
                alert_name(alert),
                shown(alert.budget),
                shown(asked.period_h),
                shown(alert.long_h),
                shown(burn)
            ),
            WORKBOOK,
        ));
        list.push(Formula::new(
            "Time to notice a fault",
            "t = w · b · (1 − S) / bad share",
            format!(
                "a total outage: {} h · {} · {allowed} / 1 = {}",
                shown(alert.long_h),
                shown(burn),
                duration(alert.long_h * burn * asked.allowed)
            ),
            WORKBOOK,
        ));
    }
    if let Some(row) = few(asked).first() {
        list.push(Formula::new(
            "Bad events that fire an alert",
            "k = ⌊N · b · (1 − S)⌋ + 1, and by chance with P(Poisson(N · normal bad share) ≥ k)",
            format!(
                "{}: N = {}, k = {}",
                row.alert,
                shown(row.events),
                shown(row.enough)
            ),
            ("the threshold applied to a count of independent events", ""),
        ));
    }
    list
}

fn assumptions(point: &Point<'_>, asked: &Question) -> Vec<String> {
    let mut list = vec![
        "Traffic is even: a fault at night counts for less of an event-based budget than the same fault at noon.".to_owned(),
        "Every bad event is counted as one; requests that never arrived are missing from both sides of the ratio.".to_owned(),
        "Scraping and evaluation take no time: add the scrape and evaluation intervals to every detection time.".to_owned(),
    ];
    if asked.rate_per_s.is_none() {
        list.push("Without a rate the number of events in a window is not checked: with few events a single failure can page.".to_owned());
    } else {
        list.push("False alarms: bad events are independent of each other, an alert is looked at once in each short window, and the rarer of its two windows decides.".to_owned());
    }
    if asked.rate_per_s.is_some() && !point.is_own("normal_bad_share") {
        list.push("On a good day a tenth of the budget is spent: an editorial default.".to_owned());
    }
    if !point.is_own("alerts") {
        list.push("The alerts are the workbook's for a page and a ticket, with a day's window added as Sloth does; the short windows are a twelfth of the long ones.".to_owned());
    }
    list.push("Sloth generates windows and burn rates of its own from its spec; the other two files hold yours.".to_owned());
    list
}
