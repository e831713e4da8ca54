//! What a service costs a month, a user and a million requests, and what watching it costs.

use super::Tool;
use super::answer::{Axis, Cell, Chart, Dot, Figure, Parts, Table};
use super::field::Field;
use super::quantity::Quantity;
use super::question::Point;
use crate::capacity::percent;
use crate::error::{Error, FieldError};
use crate::formula::Formula;
use crate::input::{Unit, shown};

/// Days of the month over which costs are summed.
const MONTH_D: f64 = 30.0;
/// Seconds of that month.
const MONTH_S: f64 = MONTH_D * 86_400.0;
/// Bytes of a gigabyte.
const GB: f64 = 1e9;
/// Share of the cost from which watching is remarked on.
const WATCHING_MUCH: f64 = 0.25;

const HELP: &str = "\
Every value may be a range, low..likely..high; the answer is then one too.

Examples:
  dstudio cost --users 1M --requests-per-user-day 20 --cpu-ms 5
  dstudio cost --users 500k..1M..3M --requests-per-user-day 10..20..50 \\
    --cpu-ms 3..5..12 --log-bytes 500..1000..4000 --budget-month 5000
  dstudio cost --rate-per-s 230 --cpu-ms 5 --stored-bytes 200 --retention-h 90d

Exit status: 0 within the budget or none given, 1 above it, 2 wrong usage.";

/// The tool.
pub(super) const TOOL: Tool = Tool {
    id: "cost",
    about: "Dollars a month, a user and a million requests; the share of watching it",
    help: HELP,
    fields: &FIELDS,
    measure,
    explain,
};

/// Largest price: beyond it a price is a slip of the keyboard.
const PRICE_MAX: f64 = 1e6;

const FIELDS: [Field; 20] = [
    Field::number(
        "users",
        "traffic",
        Unit::Count,
        (1.0, 1e10),
        "Users in a month",
    )
    .example("1M"),
    Field::number(
        "requests_per_user_day",
        "traffic",
        Unit::Count,
        (1e-6, 1e6),
        "Requests of one user a day",
    )
    .example("10..20..50"),
    Field::number(
        "rate_per_s",
        "traffic",
        Unit::PerSecond,
        (1e-6, 1e9),
        "Mean rate, in place of users times requests",
    ),
    Field::number(
        "peak_factor",
        "traffic",
        Unit::Count,
        (1.0, 1000.0),
        "Peak over mean rate",
    )
    .default("3"),
    Field::number(
        "cpu_ms",
        "compute",
        Unit::Milliseconds,
        (1e-6, 1e6),
        "Processor time of a request, everything it calls included",
    )
    .example("3..5..12")
    .needed(),
    Field::number(
        "utilisation_max",
        "compute",
        Unit::Share,
        (0.01, 0.95),
        "Share of the processors that is busy at the peak",
    )
    .default("50 %"),
    Field::number(
        "memory_gb",
        "compute",
        Unit::Gigabytes,
        (0.0, 1e4),
        "Memory with each vCPU, GB",
    )
    .default("4"),
    Field::number(
        "vcpu_price",
        "compute",
        Unit::Dollars,
        (0.0, PRICE_MAX),
        "A vCPU for a month",
    )
    .default("15"),
    Field::number(
        "memory_price",
        "compute",
        Unit::Dollars,
        (0.0, PRICE_MAX),
        "A GB of memory for a month",
    )
    .default("2"),
    Field::number(
        "stored_bytes",
        "data",
        Unit::Bytes,
        (0.0, 1e12),
        "Bytes that a request leaves behind, in the mean",
    )
    .default("0")
    .example("200"),
    Field::number(
        "retention_h",
        "data",
        Unit::Hours,
        (0.0, 1e6),
        "How long they are kept",
    )
    .default("1 year"),
    Field::number(
        "replicas",
        "data",
        Unit::Count,
        (1.0, 100.0),
        "Copies of what is stored",
    )
    .default("3"),
    Field::number(
        "storage_price",
        "data",
        Unit::Dollars,
        (0.0, PRICE_MAX),
        "A GB stored for a month",
    )
    .default("0.2"),
    Field::number(
        "response_bytes",
        "data",
        Unit::Bytes,
        (0.0, 1e12),
        "Bytes that a request sends to the internet",
    )
    .default("10 KB"),
    Field::number(
        "egress_price",
        "data",
        Unit::Dollars,
        (0.0, PRICE_MAX),
        "A GB sent",
    )
    .default("0.1"),
    Field::number(
        "log_bytes",
        "watch",
        Unit::Bytes,
        (0.0, 1e9),
        "Bytes that a request logs",
    )
    .default("500")
    .example("500..1000..4000"),
    Field::number(
        "log_price",
        "watch",
        Unit::Dollars,
        (0.0, PRICE_MAX),
        "A GB of logs",
    )
    .default("0.5"),
    Field::number(
        "series",
        "watch",
        Unit::Count,
        (0.0, 1e9),
        "Metric series active at once",
    )
    .default("1000")
    .example("20k"),
    Field::number(
        "series_price",
        "watch",
        Unit::Dollars,
        (0.0, PRICE_MAX),
        "A thousand series for a month",
    )
    .default("20"),
    Field::number(
        "budget_month",
        "budget",
        Unit::Dollars,
        (0.01, 1e12),
        "Most that a month may cost",
    )
    .example("6000"),
];

/// One line of the bill.
struct Item {
    name: &'static str,
    /// What is bought, in words.
    bought: String,
    dollars: f64,
    /// Whether it is bought to watch the service rather than to run it.
    is_watching: bool,
}

/// A month.
struct Bill {
    rate_per_s: f64,
    requests: f64,
    users: Option<f64>,
    vcpus: f64,
    stored_bytes: f64,
    items: Vec<Item>,
}

impl Bill {
    fn of(point: &Point<'_>) -> Result<Bill, Error> {
        let users = point.number("users");
        let rate_per_s = rate(point, users)?;
        let need = |name: &str| point.need(name);
        let requests = rate_per_s * MONTH_S;
        let vcpus =
            rate_per_s * need("peak_factor") * need("cpu_ms") / 1e3 / need("utilisation_max");
        let stored_bytes =
            rate_per_s * 3600.0 * need("retention_h") * need("stored_bytes") * need("replicas");
        let sent = requests * need("response_bytes");
        let logged = requests * need("log_bytes");
        let item = |name, bought: String, dollars: f64| Item {
            name,
            bought,
            dollars,
            is_watching: false,
        };
        let bytes = |value: f64| Quantity::Bytes.text(value);
        let items = vec![
            item(
                "Processors",
                format!("{} vCPU", shown(vcpus)),
                vcpus * need("vcpu_price"),
            ),
            item(
                "Memory",
                bytes(vcpus * need("memory_gb") * GB),
                vcpus * need("memory_gb") * need("memory_price"),
            ),
            item(
                "Storage",
                bytes(stored_bytes),
                stored_bytes / GB * need("storage_price"),
            ),
            item("Traffic out", bytes(sent), sent / GB * need("egress_price")),
            Item {
                is_watching: true,
                ..item("Logs", bytes(logged), logged / GB * need("log_price"))
            },
            Item {
                is_watching: true,
                ..item(
                    "Metrics",
                    format!("{} series", shown(need("series"))),
                    need("series") / 1e3 * need("series_price"),
                )
            },
        ];
        Ok(Bill {
            rate_per_s,
            requests,
            users,
            vcpus,
            stored_bytes,
            items,
        })
    }

    fn total(&self) -> f64 {
        self.items.iter().map(|item| item.dollars).sum()
    }

    fn watching(&self) -> f64 {
        let watching = self.items.iter().filter(|item| item.is_watching);
        watching.map(|item| item.dollars).sum()
    }

    fn share(&self, dollars: f64) -> f64 {
        let total = self.total();
        if total > 0.0 { dollars / total } else { 0.0 }
    }
}

/// The rate that is given, or users times requests.
fn rate(point: &Point<'_>, users: Option<f64>) -> Result<f64, Error> {
    let fault = |field: &str, message: &str, fix: &str| {
        Error::Input(vec![FieldError::new(field, "", message, fix)])
    };
    match (
        point.number("rate_per_s"),
        users,
        point.number("requests_per_user_day"),
    ) {
        (Some(_), _, Some(_)) => Err(fault(
            "rate_per_s",
            "the rate is given twice",
            "leave out rate_per_s, or requests_per_user_day",
        )),
        (Some(rate), _, None) => Ok(rate),
        (None, Some(users), Some(requests)) => Ok(users * requests / 86_400.0),
        (None, None, _) => Err(fault(
            "users",
            "there is no traffic to cost anything",
            "write users and requests_per_user_day, or rate_per_s",
        )),
        (None, Some(_), None) => Err(fault(
            "requests_per_user_day",
            "users alone say nothing of the traffic",
            "write how many requests one makes a day, or rate_per_s",
        )),
    }
}

fn measure(point: &Point<'_>) -> Result<Vec<Figure>, Error> {
    let bill = Bill::of(point)?;
    let total = bill.total();
    let mut figures = Vec::new();
    let mut push = |id: &str, name: &str, quantity: Quantity, value: f64| {
        figures.push(Figure::new(id, name, quantity, value));
    };
    push("cost_month", "A month", Quantity::Dollars, total);
    push(
        "cost_million",
        "A million requests",
        Quantity::Dollars,
        total / bill.requests * 1e6,
    );
    if let Some(users) = bill.users {
        push(
            "cost_user_month",
            "A user a month",
            Quantity::Dollars,
            total / users,
        );
    }
    push(
        "watching_share",
        "For watching it",
        Quantity::Share,
        bill.share(bill.watching()),
    );
    push(
        "requests_month",
        "Requests a month",
        Quantity::Count,
        bill.requests,
    );
    push(
        "rate_per_s",
        "Mean rate",
        Quantity::PerSecond,
        bill.rate_per_s,
    );
    push("vcpus", "Processors (vCPU)", Quantity::Count, bill.vcpus);
    push(
        "stored_bytes",
        "Stored, copies included",
        Quantity::Bytes,
        bill.stored_bytes,
    );
    if let Some(budget) = point.number("budget_month") {
        push(
            "budget_share",
            "Budget used up",
            Quantity::Share,
            total / budget,
        );
    }
    Ok(figures)
}

fn explain(point: &Point<'_>, _: &[Figure]) -> Result<Parts, Error> {
    let bill = Bill::of(point)?;
    let total = bill.total();
    let budget = point.number("budget_month");
    let holds = budget.is_none_or(|budget| total <= budget * (1.0 + 1e-9));
    let dollars = |value: f64| Quantity::Dollars.text(value);
    let verdict = match budget {
        Some(budget) if holds => format!(", {} within the budget", dollars(budget - total)),
        Some(budget) => format!(", {} above the budget", dollars(total - budget)),
        None => String::new(),
    };
    let user = bill.users.map_or_else(String::new, |users| {
        format!(", {} a user", dollars(total / users))
    });
    Ok(Parts {
        headline: format!(
            "{} a month{verdict}: {} a million requests{user}. Watching it takes {}.",
            dollars(total),
            dollars(total / bill.requests * 1e6),
            percent(bill.share(bill.watching()))
        ),
        holds,
        tables: vec![bill_table(&bill)],
        charts: vec![chart(&bill)],
        reasons: reasons(&bill),
        formulas: formulas(point, &bill),
        assumptions: assumptions(),
        files: Vec::new(),
    })
}

fn bill_table(bill: &Bill) -> Table {
    let mut rows: Vec<Vec<Cell>> = bill
        .items
        .iter()
        .map(|item| {
            vec![
                Cell::text(item.name),
                Cell::text(item.bought.clone()),
                Cell::of(Quantity::Dollars, item.dollars),
                Cell::of(Quantity::Share, bill.share(item.dollars)),
            ]
        })
        .collect();
    let total = bill.total();
    rows.push(vec![
        Cell::text("Together"),
        Cell::text(""),
        Cell::of(Quantity::Dollars, total),
        Cell::of(Quantity::Share, bill.share(total)),
    ]);
    Table {
        title: "The bill of a month".to_owned(),
        columns: ["Item", "Bought", "Dollars", "Share"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        note: "Every input at its likely value.".to_owned(),
    }
}

fn chart(bill: &Bill) -> Chart {
    let mut dots: Vec<Dot> = bill
        .items
        .iter()
        .map(|item| Dot {
            name: item.name.to_owned(),
            value: item.dollars,
            range: None,
        })
        .collect();
    dots.sort_by(|a, b| b.value.total_cmp(&a.value));
    Chart::Dots {
        title: "Where the money goes".to_owned(),
        description: "Dollars a month by item.".to_owned(),
        axis: Axis::new("a month", "$"),
        dots,
        reference: None,
    }
}

fn reasons(bill: &Bill) -> Vec<String> {
    let mut reasons = Vec::new();
    let most = bill
        .items
        .iter()
        .max_by(|a, b| a.dollars.total_cmp(&b.dollars));
    if let Some(most) = most {
        reasons.push(format!(
            "{} cost most: {} of the bill. Half of it saves {} a month.",
            most.name,
            percent(bill.share(most.dollars)),
            Quantity::Dollars.text(most.dollars / 2.0)
        ));
    }
    let watching = bill.share(bill.watching());
    if watching > WATCHING_MUCH {
        reasons.push(format!(
            "{} of the bill is for watching: sample what is logged for requests that went well, and drop labels that multiply series.",
            percent(watching)
        ));
    }
    if bill.vcpus < 2.0 {
        reasons.push("Less than two processors are needed; two machines for availability, and not the load, decide the bill then.".to_owned());
    }
    reasons
}

/// Source of the formulas and the default prices.
const NAPKIN: (&str, &str) = (
    "S. Eskildsen, Napkin Math: rates and prices, read in 2026",
    "",
);

fn formulas(point: &Point<'_>, bill: &Bill) -> Vec<Formula> {
    let need = |name: &str| shown(point.need(name));
    let rate = shown(bill.rate_per_s);
    let mut list = Vec::new();
    if let (Some(users), Some(requests)) = (bill.users, point.number("requests_per_user_day")) {
        list.push(Formula::new(
            "Mean rate",
            "users · requests a day / 86,400 s",
            format!(
                "{} · {} / 86,400 s = {rate}/s",
                shown(users),
                shown(requests)
            ),
            NAPKIN,
        ));
    }
    list.push(Formula::new(
        "Processors",
        "rate · peak · processor time / busy at most",
        format!(
            "{rate}/s · {} · {} ms / {} = {} vCPU",
            need("peak_factor"),
            need("cpu_ms"),
            need("utilisation_max"),
            shown(bill.vcpus)
        ),
        NAPKIN,
    ));
    list.push(Formula::new(
        "Stored",
        "rate · bytes · retention · copies",
        format!(
            "{rate}/s · {} B · {} h · {} = {}",
            need("stored_bytes"),
            need("retention_h"),
            need("replicas"),
            Quantity::Bytes.text(bill.stored_bytes)
        ),
        NAPKIN,
    ));
    list.push(Formula::new(
        "A month",
        "Σ bought · price",
        format!(
            "{} = {}",
            bill.items
                .iter()
                .map(|item| shown(item.dollars))
                .collect::<Vec<_>>()
                .join(" + "),
            Quantity::Dollars.text(bill.total())
        ),
        NAPKIN,
    ));
    list
}

fn assumptions() -> Vec<String> {
    [
        "Prices left out are rounded list prices in dollars, from the rates of Napkin Math: vCPU 15, memory 2 a GB, zonal SSD 0.2 a GB, traffic out 0.1 a GB, logs 0.5 a GB, metrics 20 a thousand. Put in your own.",
        "A month has 30 days. Storage is that of a full retention period, so a young service pays less.",
        "Processors are bought for the peak and run all month; what scales with the load costs less.",
        "People, support, licences, traffic between zones and free tiers are not in it.",
    ]
    .map(str::to_owned)
    .to_vec()
}
