//! How many servers: Little's law and the M/M/c queue, with the formulas shown.

mod question;
mod queue;

use serde::{Deserialize, Serialize};

pub use crate::formula::Formula;
pub use question::{Question, SERVERS_MAX, UTILISATION_MAX, WAIT_PERCENTILE, ZONES_MAX};

use crate::error::{Error, FieldError};
use crate::input::shown;
use queue::{Queue, offered_load};

/// The queue with a given number of servers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Servers at work.
    pub servers: u32,
    /// Share of the servers that is busy.
    pub utilisation: f64,
    /// Probability that a request finds every server busy (Erlang C).
    pub wait_probability: f64,
    /// Mean wait for a free server, milliseconds.
    pub wait_mean_ms: f64,
    /// Median wait, milliseconds; 0 where fewer than half wait.
    pub wait_p50_ms: f64,
    /// 99th percentile of the wait, milliseconds.
    pub wait_p99_ms: f64,
    /// Mean time from arrival to answer, milliseconds.
    pub response_mean_ms: f64,
    /// Median response time, milliseconds.
    pub response_p50_ms: f64,
    /// 99th percentile of the response time, milliseconds.
    pub response_p99_ms: f64,
    /// Mean number of requests in the system.
    pub in_flight_mean: f64,
    /// Mean number of requests that wait.
    pub waiting_mean: f64,
    /// Whether the targets of the question are met.
    pub meets_targets: bool,
}

/// What is left when zones are lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// Zones in all.
    pub zones: u32,
    /// Zones lost.
    pub zones_lost: u32,
    /// Servers left, the fullest zones being the ones that are lost.
    pub servers_left: u32,
    /// Highest normal utilisation at which the rest still meets `utilisation_max`:
    /// `(n − z) / n · u_max`.
    pub utilisation_normal_max: f64,
    /// The queue on what is left; absent if it has no steady state.
    pub state: Option<State>,
    /// Requests a second by which the backlog grows; absent if there is a steady state.
    pub backlog_growth_per_s: Option<f64>,
}

/// The answer to the same question with one thing changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What is changed, in words.
    pub change: String,
    /// The queue then; absent if it has no steady state.
    pub state: Option<State>,
    /// What that means, in words.
    pub effect: String,
}

/// Servers, waits and what they rest on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Version of this shape.
    pub schema: u32,
    /// The question as it was understood.
    pub question: Question,
    /// Whether the number of servers was found rather than given.
    pub sized: bool,
    /// One sentence that answers.
    pub headline: String,
    /// Servers' worth of work that arrives, erlangs.
    pub offered_load: f64,
    /// With every zone at work.
    pub normal: State,
    /// After the loss of zones, where the question names one.
    pub after_loss: Option<Loss>,
    /// Formulas with their numbers and sources.
    pub formulas: Vec<Formula>,
    /// What would change it.
    pub sensitivity: Vec<Change>,
    /// What the answer takes for granted.
    pub assumptions: Vec<String>,
}

/// Answers `question`.
///
/// # Errors
///
/// [`Error::Input`] for values outside their range, [`Error::NoSteadyState`] with the arithmetic
/// where the servers given cannot keep up: a waiting time is not defined then.
pub fn answer(question: &Question) -> Result<Answer, Error> {
    let faults = question.faults();
    if !faults.is_empty() {
        return Err(Error::Input(faults));
    }
    let load = offered_load(question.arrival_rate_per_s, question.service_time_ms / 1e3);
    let servers = match question.servers {
        Some(servers) => servers,
        None => least_servers(question, load)?,
    };
    let normal =
        state(question, servers).ok_or_else(|| no_steady_state(question, load, servers))?;
    let after_loss = loss(question, servers);
    Ok(Answer {
        schema: crate::SCHEMA,
        question: question.clone(),
        sized: question.servers.is_none(),
        headline: headline(question, &normal, after_loss.as_ref()),
        offered_load: load,
        formulas: formulas(question, load, &normal),
        sensitivity: sensitivity(question, servers, &normal),
        assumptions: assumptions(question),
        normal,
        after_loss,
    })
}

/// The queue with that many servers, if it has a steady state.
fn state(question: &Question, servers: u32) -> Option<State> {
    let queue = Queue::new(
        question.arrival_rate_per_s,
        question.service_time_ms / 1e3,
        servers,
    )?;
    Some(State {
        servers,
        utilisation: queue.utilisation(),
        wait_probability: queue.wait_probability(),
        wait_mean_ms: queue.wait_mean_s() * 1e3,
        wait_p50_ms: queue.wait_percentile_s(0.5) * 1e3,
        wait_p99_ms: queue.wait_percentile_s(0.99) * 1e3,
        response_mean_ms: queue.response_mean_s() * 1e3,
        response_p50_ms: queue.response_percentile_s(0.5) * 1e3,
        response_p99_ms: queue.response_percentile_s(0.99) * 1e3,
        in_flight_mean: queue.in_flight_mean(),
        waiting_mean: queue.waiting_mean(),
        meets_targets: meets(question, &queue),
    })
}

fn meets(question: &Question, queue: &Queue) -> bool {
    let percentile = question.wait_percentile.unwrap_or(WAIT_PERCENTILE);
    // A hair of slack, so that a target met exactly is met on every machine.
    let busy = utilisation_target(question).is_none_or(|most| queue.utilisation() <= most + 1e-12);
    let quick = question
        .wait_target_ms
        .is_none_or(|wait_ms| queue.wait_exceeds(wait_ms / 1e3) <= 1.0 - percentile + 1e-12);
    busy && quick
}

/// The utilisation that must hold: the one given, or the default where no other target is.
fn utilisation_target(question: &Question) -> Option<f64> {
    match (question.utilisation_max, question.wait_target_ms) {
        (Some(share), _) => Some(share),
        (None, None) if question.servers.is_none() => Some(UTILISATION_MAX),
        _ => None,
    }
}

/// The fewest servers that meet the targets, with the zones of the question lost. With zones,
/// every zone gets the same number.
fn least_servers(question: &Question, load: f64) -> Result<u32, Error> {
    let zones = question.zones.unwrap_or(1);
    let left = zones - question.zones_lost.unwrap_or(0);
    let too_large = || {
        let message = format!("{} servers' worth of work arrives", shown(load));
        let fix = "size one shard, cell or region at a time";
        Error::Input(vec![FieldError::new(
            "arrival_rate_per_s",
            shown(question.arrival_rate_per_s),
            message,
            fix,
        )])
    };
    if load >= f64::from(SERVERS_MAX) {
        return Err(too_large());
    }
    let enough = |a_zone: u32| {
        Queue::new(
            question.arrival_rate_per_s,
            question.service_time_ms / 1e3,
            a_zone * left,
        )
        .is_some_and(|queue| meets(question, &queue))
    };
    // More servers never wait longer, so the fewest is found by doubling and halving.
    let most = SERVERS_MAX / zones;
    let mut high = (load / f64::from(left)) as u32 + 1;
    while high < most && !enough(high) {
        high = (high * 2).min(most);
    }
    if high > most || !enough(high) {
        return Err(too_large());
    }
    let mut low = 0;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high * zones)
}

fn loss(question: &Question, servers: u32) -> Option<Loss> {
    let zones = question.zones?;
    let zones_lost = question.zones_lost.filter(|lost| *lost > 0)?;
    // `servers % zones` zones hold one more than the others, and those are the ones that go.
    let gone = zones_lost * (servers / zones) + zones_lost.min(servers % zones);
    let servers_left = servers.saturating_sub(gone);
    let state = state(question, servers_left);
    let rate_per_s = f64::from(servers_left) * 1e3 / question.service_time_ms;
    let growth = question.arrival_rate_per_s - rate_per_s;
    let share = f64::from(zones - zones_lost) / f64::from(zones);
    Some(Loss {
        zones,
        zones_lost,
        servers_left,
        utilisation_normal_max: share * question.utilisation_max.unwrap_or(UTILISATION_MAX),
        backlog_growth_per_s: state.is_none().then_some(growth.max(0.0)),
        state,
    })
}

fn no_steady_state(question: &Question, load: f64, servers: u32) -> Error {
    let fewest = (load as u32).saturating_add(1).min(SERVERS_MAX);
    let plural = |count: u32| if count == 1 { "server" } else { "servers" };
    Error::NoSteadyState {
        why: format!(
            "{} requests/s × {} s = {} servers of work per second for {servers} {}: utilisation {}, \
             no steady state, {}",
            shown(question.arrival_rate_per_s),
            shown(question.service_time_ms / 1e3),
            shown(load),
            plural(servers),
            shown(load / f64::from(servers)),
            growth_words(question, servers),
        ),
        fix: format!(
            "at least {fewest} {} are needed, or less work",
            plural(fewest)
        ),
        servers_min: fewest,
    }
}

/// Below this a wait is none in the eyes of anybody who measures it.
const MILLISECONDS_MIN: f64 = 0.01;

/// Milliseconds for people: three digits, seconds from one second on.
pub fn milliseconds(value: f64) -> String {
    if value > 0.0 && value < MILLISECONDS_MIN {
        catalog::with_unit(&format!("<{MILLISECONDS_MIN}"), "ms")
    } else if value >= 1000.0 {
        catalog::with_unit(&shown(value / 1e3), "s")
    } else {
        catalog::with_unit(&shown(value), "ms")
    }
}

/// A share as a percentage for people.
pub fn percent(value: f64) -> String {
    catalog::with_unit(&catalog::format_value(value * 100.0, "%"), "%")
}

fn headline(question: &Question, normal: &State, loss: Option<&Loss>) -> String {
    let servers = match (normal.servers, question.servers.is_some()) {
        (1, true) => "1 server is".to_owned(),
        (1, false) => "1 server,".to_owned(),
        (many, true) => format!("{many} servers are"),
        (many, false) => format!("{many} servers,"),
    };
    let missed = |state: &State| {
        if state.meets_targets {
            ""
        } else {
            ", and a target is missed"
        }
    };
    format!(
        "{servers} {} busy; half of the answers take up to {}, 99 of 100 up to {}{}.{}",
        percent(normal.utilisation),
        milliseconds(normal.response_p50_ms),
        milliseconds(normal.response_p99_ms),
        missed(normal),
        loss.map_or(String::new(), |loss| {
            let left = format!(
                " After losing {} of {} zones {} are left",
                loss.zones_lost, loss.zones, loss.servers_left
            );
            match &loss.state {
                Some(state) => {
                    let busy = percent(state.utilisation);
                    format!("{left}, {busy} busy{}.", missed(state))
                }
                None => {
                    let growth = growth_words(question, loss.servers_left);
                    format!("{left} and cannot keep up: {growth}.")
                }
            }
        })
    )
}

/// Source and page of what Erlang showed.
const ERLANG: (&str, &str) = ("A. K. Erlang, 1917", "page:erlang-c");
/// Source and page of what Little showed.
const LITTLE: (&str, &str) = (
    "J. D. C. Little, Operations Research 9(3), 1961",
    "page:littles-law",
);

fn formulas(question: &Question, load: f64, normal: &State) -> Vec<Formula> {
    let rate = shown(question.arrival_rate_per_s);
    let service = shown(question.service_time_ms / 1e3);
    let in_flight = format!(
        "{rate}/s · {} s = {}",
        shown(normal.response_mean_ms / 1e3),
        shown(normal.in_flight_mean)
    );
    let load = shown(load);
    let servers = normal.servers;
    let mut list = vec![
        Formula::new(
            "Offered load",
            "a = λ · S",
            format!("{rate}/s · {service} s = {load}"),
            LITTLE,
        ),
        Formula::new(
            "Utilisation",
            "ρ = a / c",
            format!("{load} / {servers} = {}", shown(normal.utilisation)),
            LITTLE,
        ),
        Formula::new(
            "Probability of waiting (Erlang C)",
            "B₀ = 1, Bₖ = a·Bₖ₋₁ / (k + a·Bₖ₋₁); C = c·B / (c − a·(1 − B))",
            format!("C({servers}, {load}) = {}", shown(normal.wait_probability)),
            ERLANG,
        ),
    ];
    list.extend(wait_formulas(question, normal));
    list.push(Formula::new(
        "In flight (Little's law)",
        "L = λ · W",
        in_flight,
        LITTLE,
    ));
    list
}

fn wait_formulas(question: &Question, normal: &State) -> [Formula; 3] {
    let waiting = shown(normal.wait_probability);
    let work_per_s = f64::from(normal.servers) * 1e3 / question.service_time_ms;
    let spare = shown(work_per_s - question.arrival_rate_per_s);
    let tail = if normal.wait_p99_ms > 0.0 {
        let wait = milliseconds(normal.wait_p99_ms);
        format!("ln({waiting} / 0.01) / ({spare}/s) = {wait}")
    } else {
        format!("{waiting} ≤ 0.01: fewer than one request in a hundred waits at all, so 0")
    };
    [
        Formula::new(
            "Mean wait",
            "Wq = C / (c·μ − λ), μ = 1 / S",
            format!(
                "{waiting} / ({spare}/s) = {}",
                milliseconds(normal.wait_mean_ms)
            ),
            ERLANG,
        ),
        Formula::new(
            "Wait at the 99th percentile",
            "P(Wq > t) = C · e^(−(c·μ − λ)·t), so t = ln(C / 0.01) / (c·μ − λ)",
            tail,
            ERLANG,
        ),
        Formula::new(
            "Response at the 99th percentile",
            "P(W > t) = (1 − C)·e^(−μ·t) + C·P(X + Y > t), X ~ Exp(c·μ − λ), Y ~ Exp(μ)",
            format!(
                "P(W > t) = 0.01 at t = {}",
                milliseconds(normal.response_p99_ms)
            ),
            ERLANG,
        ),
    ]
}

fn sensitivity(question: &Question, servers: u32, normal: &State) -> Vec<Change> {
    let with = |change: &str, question: Question, servers: u32| {
        let state = state(&question, servers);
        Change {
            change: change.to_owned(),
            effect: effect(normal, state.as_ref(), &question, servers),
            state,
        }
    };
    let scaled = |rate: f64, time: f64| Question {
        arrival_rate_per_s: question.arrival_rate_per_s * rate,
        service_time_ms: question.service_time_ms * time,
        ..question.clone()
    };
    let mut changes = Vec::new();
    if servers > 1 {
        changes.push(with("one server fewer", question.clone(), servers - 1));
    }
    if servers < SERVERS_MAX {
        changes.push(with("one server more", question.clone(), servers + 1));
    }
    changes.push(with("10 % more load", scaled(1.1, 1.0), servers));
    changes.push(with("twice the load", scaled(2.0, 1.0), servers));
    changes.push(with("10 % longer service", scaled(1.0, 1.1), servers));
    changes
}

/// How a backlog grows, in words.
fn growth_words(question: &Question, servers: u32) -> String {
    let rate_per_s = f64::from(servers) * 1e3 / question.service_time_ms;
    let growth_per_s = question.arrival_rate_per_s - rate_per_s;
    if growth_per_s > 0.0 {
        format!("the backlog grows by {} requests/s", shown(growth_per_s))
    } else {
        "with nothing to spare the backlog drifts without bound".to_owned()
    }
}

fn effect(normal: &State, then: Option<&State>, question: &Question, servers: u32) -> String {
    let Some(then) = then else {
        return format!("no steady state: {}", growth_words(question, servers));
    };
    let missed = if normal.meets_targets && !then.meets_targets {
        "; a target is missed"
    } else {
        ""
    };
    format!(
        "{} busy, 99 of 100 wait up to {} and answer within {}{missed}",
        percent(then.utilisation),
        milliseconds(then.wait_p99_ms),
        milliseconds(then.response_p99_ms),
    )
}

fn assumptions(question: &Question) -> Vec<String> {
    let mut list = vec![
        "Requests arrive independently of each other and of the system's state (Poisson): no retries, no bursts.".to_owned(),
        "Service times are exponential; with steadier ones less is waited, with a heavier tail more.".to_owned(),
        "One line in order of arrival feeds equal servers; a line before each server waits longer.".to_owned(),
        "Nobody gives up, and nothing else slows down as servers fill.".to_owned(),
        "The rate is the one of the busiest minutes: a day's mean hides them.".to_owned(),
    ];
    if utilisation_target(question).is_some() && question.utilisation_max.is_none() {
        list.push(format!(
            "No target was given, so servers are added until at most {} is busy: an editorial default.",
            percent(UTILISATION_MAX)
        ));
    }
    if question.wait_target_ms.is_some() && question.wait_percentile.is_none() {
        list.push(format!(
            "The wait target holds for {} of requests, as no other share was given.",
            percent(WAIT_PERCENTILE)
        ));
    }
    if question.zones_lost.is_some_and(|lost| lost > 0) {
        list.push(
            "What is lost is lost at once, and the rest takes its load without a gap.".to_owned(),
        );
    }
    list
}
