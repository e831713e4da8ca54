//! Figures: what can be asked of a run, by name.

use crate::run::{
    CAUSES, CallCount, Cause, ClientCount, Outcome, ServiceArea, ServiceCount, Window,
};
use crate::system::System;

/// Fewest samples expected beyond a percentile for it to be given.
pub const TAIL_SAMPLES_MIN: f64 = 100.0;

/// Unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Per second.
    PerSecond,
    /// A share of one.
    Share,
    /// A plain number.
    Number,
}

impl Unit {
    /// The exponent of seconds: what additions and comparisons must agree on.
    pub(crate) fn dimension(self) -> i8 {
        match self {
            Unit::Seconds => 1,
            Unit::PerSecond => -1,
            Unit::Share | Unit::Number => 0,
        }
    }

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Seconds => "s",
            Unit::PerSecond => "/s",
            Unit::Share => "share",
            Unit::Number => "",
        }
    }
}

/// What a figure measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Measure {
    /// A counter of clients, a second.
    ClientRate(&'static [ClientCount]),
    /// A counter of clients as a share of requests ended.
    ClientShare(&'static [ClientCount]),
    /// Failures of one cause, or of any, as a share of requests ended.
    Errors(Option<Cause>),
    /// Mean latency of answered requests.
    Mean,
    /// A percentile of latency: of answered requests, or of all ended ones.
    Percentile { q: f64, all: bool },
    /// A counter of calls, a second.
    CallRate(CallCount),
    /// A counter of calls over the window.
    CallTotal(CallCount),
    /// Attempts for each call started.
    Amplification,
    /// Share of time that a breaker was seen closed.
    BreakerClosed,
    /// A counter of services, a second.
    ServiceRate(&'static [ServiceCount]),
    /// Mean number under an area.
    Level(ServiceArea),
    /// The same as a share of the workers.
    Utilisation(ServiceArea),
    /// Share of the work whose answer nobody wanted any more.
    Wasted,
    /// Mean stay in a service.
    Stay,
    /// Requests reaching a service for each request of the clients.
    Visits,
    /// Mean concurrency limit seen.
    Limit,
}

/// Which components a measure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Clients,
    Calls,
    Services,
}

/// A name, what it measures, and how to explain it.
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) measure: Measure,
    pub(crate) scope: Scope,
    pub(crate) unit: Unit,
    pub(crate) doc: &'static str,
}

const fn define(
    name: &'static str,
    scope: Scope,
    unit: Unit,
    measure: Measure,
    doc: &'static str,
) -> Definition {
    Definition {
        name,
        measure,
        scope,
        unit,
        doc,
    }
}

use ClientCount as C;
use Measure::*;
use Scope::{Calls, Clients, Services};
use ServiceCount as S;
use Unit::{Number, PerSecond, Seconds, Share};

const fn percentile(q: f64, all: bool) -> Measure {
    Percentile { q, all }
}

/// All figures.
#[rustfmt::skip]
pub(crate) static FIGURES: &[Definition] = &[
    define("offered", Clients, PerSecond, ClientRate(&[C::Offered]), "requests made"),
    define("goodput", Clients, PerSecond, ClientRate(&[C::Ok]), "requests answered in full"),
    define("answered", Clients, PerSecond, ClientRate(&[C::Ok, C::Degraded]), "requests answered in full or by a fallback"),
    define("throughput", Clients, PerSecond, ClientRate(&[C::Ok, C::Degraded, C::Failed]), "requests ended, however"),
    define("success", Clients, Share, ClientShare(&[C::Ok, C::Degraded]), "requests answered, of those ended"),
    define("degraded", Clients, Share, ClientShare(&[C::Degraded]), "requests answered by a fallback, of those ended"),
    define("errors", Clients, Share, Errors(None), "requests failed, of those ended; `errors.CAUSE` of one cause"),
    define("mean", Clients, Seconds, Mean, "mean latency of answered requests"),
    define("p50", Clients, Seconds, percentile(0.5, false), "median latency of answered requests"),
    define("p90", Clients, Seconds, percentile(0.9, false), "90th percentile of latency of answered requests"),
    define("p95", Clients, Seconds, percentile(0.95, false), "95th percentile of latency of answered requests"),
    define("p99", Clients, Seconds, percentile(0.99, false), "99th percentile of latency of answered requests"),
    define("p999", Clients, Seconds, percentile(0.999, false), "99.9th percentile of latency of answered requests"),
    define("p50_all", Clients, Seconds, percentile(0.5, true), "median time to an answer or a failure"),
    define("p99_all", Clients, Seconds, percentile(0.99, true), "99th percentile of the time to an answer or a failure"),
    define("calls", Calls, PerSecond, CallRate(CallCount::Started), "calls started"),
    define("failed_calls", Calls, PerSecond, CallRate(CallCount::Failed), "calls failed or given up by their caller"),
    define("attempts", Calls, PerSecond, CallRate(CallCount::Attempts), "attempts sent"),
    define("amplification", Calls, Number, Amplification, "attempts for each call"),
    define("retries", Calls, PerSecond, CallRate(CallCount::Retries), "retries"),
    define("budget_refusals", Calls, PerSecond, CallRate(CallCount::BudgetRefusals), "retries that the budget refused"),
    define("hedges", Calls, PerSecond, CallRate(CallCount::Hedges), "copies sent"),
    define("hedge_wins", Calls, PerSecond, CallRate(CallCount::HedgeWins), "copies that answered first"),
    define("timeouts", Calls, PerSecond, CallRate(CallCount::Timeouts), "attempts timed out"),
    define("breaker_refusals", Calls, PerSecond, CallRate(CallCount::BreakerRefusals), "calls that an open breaker refused"),
    define("breaker_openings", Calls, Number, CallTotal(CallCount::BreakerOpened), "times a breaker opened"),
    define("breaker_closed", Calls, Share, BreakerClosed, "time that the breaker was closed, at the points of the series"),
    define("bulkhead_refusals", Calls, PerSecond, CallRate(CallCount::BulkheadRefusals), "calls that a full bulkhead refused"),
    define("rate_refusals", Calls, PerSecond, CallRate(CallCount::RateRefusals), "calls that the rate limit refused"),
    define("rate_delays", Calls, PerSecond, CallRate(CallCount::RateDelays), "calls that waited for a token"),
    define("fallbacks", Calls, PerSecond, CallRate(CallCount::Fallbacks), "calls answered by their fallback"),
    define("lost", Calls, PerSecond, CallRate(CallCount::Lost), "messages lost"),
    define("cancellations", Calls, PerSecond, CallRate(CallCount::Cancellations), "attempts cancelled"),
    define("utilisation", Services, Share, Utilisation(ServiceArea::Working), "workers at work"),
    define("occupied", Services, Share, Utilisation(ServiceArea::Occupied), "workers at work or waiting for calls"),
    define("queue", Services, Number, Level(ServiceArea::Waiting), "requests in the queues, mean"),
    define("present", Services, Number, Level(ServiceArea::Present), "requests within, mean"),
    define("reached", Services, PerSecond, ServiceRate(&[S::Reached]), "requests reaching the service"),
    define("completed", Services, PerSecond, ServiceRate(&[S::Completed]), "requests that left with an answer"),
    define("unwanted", Services, PerSecond, ServiceRate(&[S::Unwanted]), "answers that nobody waited for any more"),
    define("rejected", Services, PerSecond, ServiceRate(&[S::QueueFull, S::Shed, S::RateLimited, S::ConcurrencyLimited, S::Refused]), "requests turned away"),
    define("shed", Services, PerSecond, ServiceRate(&[S::Shed]), "requests shed"),
    define("expired", Services, PerSecond, ServiceRate(&[S::Expired]), "requests dropped after their deadline"),
    define("crashed", Services, PerSecond, ServiceRate(&[S::Crashed]), "requests lost in a crash"),
    define("cancelled", Services, PerSecond, ServiceRate(&[S::Cancelled]), "requests stopped by cancellation"),
    define("wasted", Services, Share, Wasted, "work whose answer nobody wanted any more, of all work"),
    define("stay", Services, Seconds, Stay, "mean time within the service"),
    define("visits", Services, Number, Visits, "requests reaching the service for each request of the clients"),
    define("limit", Services, Number, Limit, "concurrency limits of the replicas added up, at the points of the series"),
];

/// The reference of all figures, one line each.
pub fn figures() -> String {
    let line = |d: &Definition| {
        let of = match d.scope {
            Clients => "client",
            Calls => "call",
            Services => "service",
        };
        format!("{}[.{of}] ({}): {}\n", d.name, d.unit.symbol(), d.doc)
    };
    let causes: Vec<&str> = CAUSES.iter().map(|&(_, name)| name).collect();
    let lines: String = FIGURES.iter().map(line).collect();
    format!("{lines}causes: {}\n", causes.join(", "))
}

/// A measure of chosen components; no component means all of them together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) measure: Measure,
    pub(crate) scope: Scope,
    pub(crate) of: Option<usize>,
}

impl Figure {
    /// The value in one replication.
    ///
    /// # Errors
    ///
    /// Why there is none: nothing was counted, or a percentile rests on too few samples.
    pub(crate) fn value(
        &self,
        outcome: &Outcome,
        system: &System,
        window: &Window,
    ) -> Result<f64, String> {
        let view = View {
            outcome,
            system,
            window,
            of: self.of,
        };
        match self.scope {
            Clients => view.of_clients(self.measure),
            Calls => view.of_calls(self.measure),
            Services => view.of_services(self.measure),
        }
    }
}

/// One replication seen through a window, for one component or for all.
struct View<'a> {
    outcome: &'a Outcome,
    system: &'a System,
    window: &'a Window,
    of: Option<usize>,
}

fn share(part: f64, whole: f64, what: &str) -> Result<f64, String> {
    if whole > 0.0 {
        Ok(part / whole)
    } else {
        Err(format!("no {what} in the window"))
    }
}

impl View<'_> {
    fn seconds(&self) -> f64 {
        (self.window.to_ns - self.window.from_ns) as f64 / 1e9
    }

    fn count(&self, index: usize) -> f64 {
        self.outcome.count(self.window, index) as f64
    }

    /// The component asked for, or all `n`.
    fn range(&self, n: usize) -> std::ops::Range<usize> {
        self.of.map_or(0..n, |index| index..index + 1)
    }

    fn clients(&self, counts: &[ClientCount]) -> f64 {
        let layout = self.outcome.layout();
        let each = self.range(self.system.clients.len());
        let indices = each.flat_map(|c| counts.iter().map(move |&k| layout.client(c, k)));
        indices.map(|index| self.count(index)).sum()
    }

    fn calls(&self, k: CallCount) -> f64 {
        let layout = self.outcome.layout();
        let each = self.range(self.system.calls.len());
        each.map(|c| self.count(layout.call(c, k))).sum()
    }

    fn services(&self, counts: &[ServiceCount]) -> f64 {
        let layout = self.outcome.layout();
        let each = self.range(self.system.services.len());
        let indices = each.flat_map(|s| counts.iter().map(move |&k| layout.service(s, k)));
        indices.map(|index| self.count(index)).sum()
    }

    fn of_clients(&self, measure: Measure) -> Result<f64, String> {
        let ended = || self.clients(&[C::Ok, C::Degraded, C::Failed]);
        let layout = self.outcome.layout();
        match measure {
            ClientRate(counts) => Ok(self.clients(counts) / self.seconds()),
            ClientShare(counts) => share(self.clients(counts), ended(), "request ended"),
            Errors(None) => share(self.clients(&[C::Failed]), ended(), "request ended"),
            Errors(Some(cause)) => {
                let each = self.range(self.system.clients.len());
                let failed = each
                    .map(|c| self.count(layout.client_cause(c, cause)))
                    .sum();
                share(failed, ended(), "request ended")
            }
            Percentile { q, all } => self.percentile(q, all),
            _ => {
                let mean = self.outcome.answered(self.window, self.of).mean();
                mean.map(|ns| ns / 1e9)
                    .ok_or_else(|| "no request answered in the window".into())
            }
        }
    }

    fn of_calls(&self, measure: Measure) -> Result<f64, String> {
        match measure {
            CallRate(k) => Ok(self.calls(k) / self.seconds()),
            CallTotal(k) => Ok(self.calls(k)),
            BreakerClosed => {
                let all = self.range(self.system.calls.len());
                Ok(self.outcome.breaker_closed_share(self.window, all))
            }
            _ => {
                let started = self.calls(CallCount::Started);
                share(self.calls(CallCount::Attempts), started, "call started")
            }
        }
    }

    fn of_services(&self, measure: Measure) -> Result<f64, String> {
        let all = self.range(self.system.services.len());
        let level = |area| {
            all.clone()
                .map(|s| self.outcome.mean_of(self.window, s, area))
                .sum()
        };
        match measure {
            ServiceRate(counts) => Ok(self.services(counts) / self.seconds()),
            Level(area) => Ok(level(area)),
            Utilisation(area) => {
                let busy = |s| busy(self.outcome, self.system, self.window, s, area);
                let busy: f64 = all.clone().map(busy).sum();
                let workers: f64 = all.clone().map(|s| workers(self.system, s)).sum();
                Ok(busy / workers)
            }
            Wasted => share(
                self.services(&[S::WastedNs]),
                self.services(&[S::WorkNs]),
                "work done",
            ),
            Stay => {
                let area: f64 = level(ServiceArea::Present);
                share(
                    area * self.seconds(),
                    self.services(&[S::Left]),
                    "request left",
                )
            }
            Limit => Ok(self.outcome.limit_mean(self.window, all)),
            _ => {
                let layout = self.outcome.layout();
                let clients = 0..self.system.clients.len();
                let offered = clients
                    .map(|c| self.count(layout.client(c, C::Offered)))
                    .sum();
                share(self.services(&[S::Reached]), offered, "request made")
            }
        }
    }

    fn percentile(&self, q: f64, all: bool) -> Result<f64, String> {
        let samples = if all {
            self.outcome.ended(self.window, self.of)
        } else {
            self.outcome.answered(self.window, self.of)
        };
        let beyond = samples.count() as f64 * (1.0 - q);
        // A hundredth of a sample allows for 1 - q not being exact.
        if beyond < TAIL_SAMPLES_MIN - 0.01 {
            return Err(format!(
                "p{} of {} samples has {beyond:.0} beyond it; {TAIL_SAMPLES_MIN} are needed",
                q * 100.0,
                samples.count()
            ));
        }
        let value = samples.quantile(q).map(|ns| ns / 1e9);
        value.ok_or_else(|| "no request ended in the window".into())
    }
}

fn workers(system: &System, service: usize) -> f64 {
    let service = &system.services[service];
    f64::from(service.replicas) * f64::from(service.workers)
}

/// Workers at work; with those waiting for calls, where workers do wait.
fn busy(
    outcome: &Outcome,
    system: &System,
    window: &Window,
    service: usize,
    area: ServiceArea,
) -> f64 {
    let no_calls = system.services[service].stages.is_empty();
    let area = if no_calls { ServiceArea::Working } else { area };
    outcome.mean_of(window, service, area)
}
