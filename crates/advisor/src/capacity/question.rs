//! What the capacity tool is asked.

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::input::{Pairs, Reader, Unit, Unknown, shown};

/// Most servers, which bounds the recursion for Erlang C.
pub const SERVERS_MAX: u32 = 100_000;
/// Most zones: no provider has more in one region.
pub const ZONES_MAX: u32 = 100;
/// Share of requests that must meet a wait target, unless said otherwise.
pub const WAIT_PERCENTILE: f64 = 0.99;
/// Target utilisation where no target is given: an editorial default that leaves room for error.
pub const UTILISATION_MAX: f64 = 0.7;

/// Load, service time, and either a number of servers or targets that they must meet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// Mean arrivals per second.
    pub arrival_rate_per_s: f64,
    /// Mean time that a request holds one server, milliseconds.
    pub service_time_ms: f64,
    /// Servers, threads or connections; without it the fewest that meet the targets are found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub servers: Option<u32>,
    /// Highest utilisation, share of 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utilisation_max: Option<f64>,
    /// Longest wait for a free server, milliseconds, for the share below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_target_ms: Option<f64>,
    /// Share of requests that must meet the wait target; [`WAIT_PERCENTILE`] if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_percentile: Option<f64>,
    /// Zones over which the servers are spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zones: Option<u32>,
    /// Zones that may be lost with the targets still met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zones_lost: Option<u32>,
}

/// Field, value, what must hold of it, what is wrong otherwise, what to write.
type Check<'c> = (
    &'c str,
    Option<f64>,
    &'c dyn Fn(f64) -> bool,
    &'c str,
    &'c str,
);

impl Question {
    /// Names of the fields, in the order of the form.
    pub const FIELDS: [&'static str; 8] = [
        "arrival_rate_per_s",
        "service_time_ms",
        "servers",
        "utilisation_max",
        "wait_target_ms",
        "wait_percentile",
        "zones",
        "zones_lost",
    ];

    /// The question whose answer the page shows before anything is typed.
    pub fn example() -> Question {
        Question {
            arrival_rate_per_s: 100.0,
            service_time_ms: 80.0,
            wait_target_ms: Some(20.0),
            zones: Some(3),
            zones_lost: Some(1),
            ..Question::default()
        }
    }

    /// Reads fields as a form or a command line holds them. All mistakes are in the error.
    pub fn from_pairs(pairs: &Pairs, unknown: Unknown) -> Result<Question, Vec<FieldError>> {
        let mut reader = Reader::new(pairs);
        let arrival = reader.number("arrival_rate_per_s", Unit::PerSecond);
        let service = reader.number("service_time_ms", Unit::Milliseconds);
        let question = Question {
            arrival_rate_per_s: arrival.unwrap_or_default(),
            service_time_ms: service.unwrap_or_default(),
            servers: reader.whole("servers", 1, SERVERS_MAX),
            utilisation_max: reader.number("utilisation_max", Unit::Share),
            wait_target_ms: reader.number("wait_target_ms", Unit::Milliseconds),
            wait_percentile: percentile(&mut reader),
            zones: reader.whole("zones", 1, ZONES_MAX),
            zones_lost: reader.whole("zones_lost", 0, ZONES_MAX),
        };
        for (field, value) in [
            ("arrival_rate_per_s", arrival),
            ("service_time_ms", service),
        ] {
            let told = reader.errors.iter().any(|error| error.field == field);
            if value.is_none() && !told {
                let unit = if field == "service_time_ms" {
                    Unit::Milliseconds
                } else {
                    Unit::PerSecond
                };
                reader.errors.push(FieldError::new(
                    field,
                    "",
                    "it is needed: without it there is nothing to compute",
                    unit.examples(),
                ));
            }
        }
        if reader.errors.is_empty() {
            reader.errors = question.faults();
        }
        reader.finish(unknown)?;
        Ok(question)
    }

    /// The question as names and texts, which [`from_pairs`](Question::from_pairs) reads back.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let number = |value: f64| value.to_string();
        let values = [
            Some(number(self.arrival_rate_per_s)),
            Some(number(self.service_time_ms)),
            self.servers.map(|servers| servers.to_string()),
            self.utilisation_max.map(number),
            self.wait_target_ms.map(number),
            self.wait_percentile.map(number),
            self.zones.map(|zones| zones.to_string()),
            self.zones_lost.map(|zones| zones.to_string()),
        ];
        Question::FIELDS
            .iter()
            .zip(values)
            .filter_map(|(name, value)| value.map(|value| ((*name).to_owned(), value)))
            .collect()
    }

    /// What makes the question unanswerable, whoever made it.
    pub(crate) fn faults(&self) -> Vec<FieldError> {
        let positive = |value: f64| value > 0.0 && value <= crate::input::NUMBER_MAX;
        let share = |value: f64| value > 0.0 && value < 1.0;
        let time = |value: f64| value >= 0.0 && value.is_finite();
        let servers = |value: f64| (1.0..=f64::from(SERVERS_MAX)).contains(&value);
        let checks: [Check<'_>; 6] = [
            (
                "arrival_rate_per_s",
                Some(self.arrival_rate_per_s),
                &positive,
                "a rate must be above 0",
                Unit::PerSecond.examples(),
            ),
            (
                "service_time_ms",
                Some(self.service_time_ms),
                &positive,
                "a time must be above 0",
                Unit::Milliseconds.examples(),
            ),
            (
                "servers",
                self.servers.map(f64::from),
                &servers,
                "it is out of range",
                "write a whole number from 1 to 100000",
            ),
            (
                "utilisation_max",
                self.utilisation_max,
                &share,
                "at 1 or above a queue has no steady state, and at 0 nothing is served",
                "write a share between 0 and 1, as in 0.7 or 70 %",
            ),
            (
                "wait_target_ms",
                self.wait_target_ms,
                &time,
                "a time cannot be negative or endless",
                Unit::Milliseconds.examples(),
            ),
            (
                "wait_percentile",
                self.wait_percentile,
                &share,
                "no share of 1 has a finite wait in this model",
                "write p99, 99 or 0.99",
            ),
        ];
        let mut faults: Vec<FieldError> = checks
            .iter()
            .filter_map(|(field, value, holds, message, fix)| {
                let value = value.filter(|value| !holds(*value))?;
                Some(FieldError::new(*field, shown(value), *message, *fix))
            })
            .collect();
        faults.extend(self.zone_fault());
        faults
    }

    fn zone_fault(&self) -> Option<FieldError> {
        let zones = self.zones.unwrap_or(1);
        let lost = self.zones_lost.unwrap_or(0);
        if zones == 0 || zones > ZONES_MAX {
            let fix = "write a whole number from 1 to 100";
            return Some(FieldError::new(
                "zones",
                zones.to_string(),
                "it is out of range",
                fix,
            ));
        }
        (lost >= zones).then(|| {
            let plural = if zones == 1 { "" } else { "s" };
            let message = format!("with {zones} zone{plural} nothing would be left");
            let fix = format!("write at most {}, or give more zones", zones - 1);
            FieldError::new("zones_lost", lost.to_string(), message, fix)
        })
    }
}

/// `p99`, `99`, `99 %`, `0.99`.
fn percentile(reader: &mut Reader<'_>) -> Option<f64> {
    let text = reader.text("wait_percentile")?;
    let bare = text.trim_start_matches(['p', 'P']);
    match crate::input::quantity(bare, Unit::Share) {
        Ok(value) => Some(value),
        Err(message) => {
            let fix = "write p99, 99 or 0.99";
            reader
                .errors
                .push(FieldError::new("wait_percentile", text, message, fix));
            None
        }
    }
}
