//! A store that does not recover from an outage because its clients try again.

use super::{Model, seed};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;

pub(super) const MODELS: &[Model] = &[Model {
    id: "metastable-retry",
    quantities: &[
        "demand_after_outage_qps",
        "goodput_after_outage_qps",
        "recovers_unaided",
        "threshold_qps",
    ],
    answer: metastable,
}];

/// Simulated seconds after the outage, at least and at most. In between it is three times what the
/// spare capacity needs for the backlog, all queries being sent as often as they may.
const AFTER_S: (f64, f64) = (900.0, 9000.0);
/// Seconds at the end in which the outcome is measured.
const MEASURED_S: f64 = 100.0;
/// Most queries that a run may make, which bounds its time.
const QUERIES_MAX: f64 = 4e6;

#[derive(Clone, Copy, Debug)]
struct Store {
    capacity: f64,
    offered: f64,
    retries: u64,
    outage_s: f64,
    timeout_s: f64,
}

fn metastable(quantity: &str, inputs: &Inputs<'_>, memo: &mut Memo) -> Outcome {
    let capacity = inputs.number_or("capacity_qps", 300.0, 1.0..=1e5)?;
    let retries = inputs.whole_or("retries", 1, 0..=20)?;
    if quantity.ends_with("threshold_qps") {
        // Above it, queries and their retries alone exceed the capacity.
        return Ok(Answer::formula(capacity / (1.0 + retries as f64)));
    }
    let store = Store {
        capacity,
        retries,
        offered: inputs.number("offered_qps", 0.1..=1e5)?,
        outage_s: inputs.number_or("outage_s", 10.0, 0.1..=100.0)?,
        timeout_s: inputs.number_or("timeout_s", 1.0, 1e-3..=100.0)?,
    };
    if store.offered >= capacity {
        return refuse(format!(
            "{} queries a second exceed the capacity of {capacity} before any outage",
            store.offered
        ));
    }
    if store.demand().max(capacity) * (store.after_s() + store.outage_s) > QUERIES_MAX {
        return refuse(format!(
            "the run makes more than {QUERIES_MAX} queries; scale the rates"
        ));
    }
    let run = memo.run(format!("{store:?}"), || store.run().unwrap_or_default());
    let [attempts, goodput] = run[..] else {
        return refuse("the store could not be run");
    };
    Ok(Answer::simulated(match quantity {
        "demand_after_outage_qps" => attempts,
        "goodput_after_outage_qps" => goodput,
        // Almost all queries are answered, and hardly any is sent twice.
        "recovers_unaided" => {
            let calm = goodput > 0.95 * store.offered && attempts < 1.1 * store.offered;
            f64::from(u8::from(calm))
        }
        _ => return Err(Refusal::NoQuantity),
    }))
}

impl Store {
    /// Queries a second when none is answered in time.
    fn demand(&self) -> f64 {
        self.offered * (1.0 + self.retries as f64)
    }

    fn after_s(&self) -> f64 {
        let spare = self.capacity - self.demand();
        if spare <= 0.0 {
            return AFTER_S.0;
        }
        (3.0 * self.demand() * self.outage_s / spare).clamp(AFTER_S.0, AFTER_S.1)
    }

    /// Attempts and answers a second in the last part of the run. Work is exponential, the queue
    /// first come first served, and an abandoned query is worked on all the same.
    fn run(&self) -> Option<Vec<f64>> {
        let start = 30.0;
        let end = start + self.outage_s + self.after_s();
        let service_us = 1e6 / self.capacity;
        let retry = match self.retries {
            0 => String::new(),
            retries => format!("retry = {{ attempts = {} }}\n", retries + 1),
        };
        let text = format!(
            "schema = 1\ntitle = \"Metastable\"\nanalysis = \"transient\"\nseed = {}\nlooks = 1\n\
             first_look = 2\nseries_points = 10\nduration = \"{end} s\"\n\
             [windows.after]\nfrom = \"{} s\"\nto = \"{end} s\"\n\
             [clients.c]\nrate = \"{}/s\"\ncalls = \"store\"\ntimeout = \"{} ms\"\n{retry}\
             [services.store]\nservice_time = \"mean = {service_us} us\"\n\
             [faults.outage]\nkind = \"stall\"\nservice = \"store\"\nfrom = \"{start} s\"\n\
             lasts = \"{} s\"\n",
            seed("metastable-retry") as u32,
            end - MEASURED_S,
            self.offered,
            self.timeout_s * 1e3,
            self.outage_s,
        );
        let scenario = sim::Scenario::parse(&text, "metastable").ok()?;
        let results = sim::decide(&scenario);
        let value = |figure: &str| results.quote(figure).ok().map(|quote| quote.value);
        Some(vec![value("after.attempts")?, value("after.goodput")?])
    }
}
