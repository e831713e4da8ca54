//! From checked tables to the policies of calls and services.

use super::build::Builder;
use super::fields::Fields;
use crate::system::*;

impl Builder<'_> {
    pub(super) fn call(
        &mut self,
        fields: &Fields,
        name: &str,
        caller: Caller,
        target: usize,
        links: &[String],
    ) -> Call {
        let link = fields
            .text("link")
            .map(|_| self.resolve(fields, "link", "link", links));
        let retry = fields.nested("retry", self.found).map(|retry| Retry {
            attempts: retry.whole("attempts").unwrap_or(1) as u8,
            backoff_ns: retry.whole("backoff").unwrap_or(0),
            multiplier: retry.real("multiplier").unwrap_or(1.0),
            backoff_max_ns: retry.whole("backoff_max").unwrap_or(0),
            jitter: match retry.text("jitter") {
                Some("equal") => Jitter::Equal,
                Some("full") => Jitter::Full,
                Some("exponential") => Jitter::Exponential,
                _ => Jitter::None,
            },
            budget: retry.real("budget"),
            budget_burst: retry.whole("budget_burst").unwrap_or(0) as f64,
        });
        let hedge = fields.nested("hedge", self.found).map(|hedge| Hedge {
            after_ns: hedge.whole("after").unwrap_or(0),
            copies: hedge.whole("copies").unwrap_or(1) as u8,
        });
        let breaker = fields.nested("breaker", self.found).map(|breaker| {
            let window = breaker.whole("window").unwrap_or(1) as u32;
            let minimum = breaker.whole("minimum").unwrap_or(1) as u32;
            if minimum > window {
                let message = format!("`minimum` ({minimum}) is more than `window` ({window})");
                let hint = Some("such a breaker never opens".to_string());
                self.found.add(&breaker.span_of("minimum"), message, hint);
            }
            Breaker {
                failures: breaker.real("failures").unwrap_or(1.0),
                window,
                minimum,
                open_ns: breaker.whole("open").unwrap_or(0),
                probes: breaker.whole("probes").unwrap_or(1) as u32,
            }
        });
        let rate_limit = fields
            .nested("rate_limit", self.found)
            .map(|limit| rate_limit(&limit));
        let fallback = fields.nested("fallback", self.found);
        Call {
            name: name.to_string(),
            caller,
            target,
            only_for: None,
            share: 1.0,
            link,
            request_bytes: fields.whole("request_size").unwrap_or(0),
            response_bytes: fields.whole("response_size").unwrap_or(0),
            timeout_ns: fields.whole("timeout"),
            deadline_ns: fields.whole("deadline"),
            propagate_deadline: fields.truth("propagate_deadline"),
            propagate_cancellation: fields.text("cancellation") == Some("propagated"),
            retry,
            hedge,
            breaker,
            bulkhead: fields.whole("bulkhead").map(|max| max as u32),
            rate_limit,
            fallback: fallback.map(|f| Fallback {
                latency_ns: f.whole("takes").unwrap_or(0),
            }),
        }
    }
}

pub(super) fn rate_limit(fields: &Fields) -> RateLimit {
    RateLimit {
        rate_per_s: fields.real("rate").unwrap_or(1.0),
        burst: fields.whole("burst").unwrap_or(1) as u32,
        excess: if fields.text("excess") == Some("delay") {
            Excess::Delay
        } else {
            Excess::Reject
        },
    }
}

pub(super) fn shedding(fields: &Fields) -> Shed {
    let above = fields.whole("above").unwrap_or(0) as u32;
    match fields.text("method") {
        Some("codel") => Shed::CoDel {
            target_ns: fields.whole("target").unwrap_or(0),
            interval_ns: fields.whole("interval").unwrap_or(1).max(1),
        },
        Some("priority") => Shed::Priority {
            above,
            protect: fields.whole("protect").unwrap_or(0) as u8,
        },
        _ => Shed::Random {
            above,
            probability: fields.real("share").unwrap_or(0.0),
        },
    }
}

pub(super) fn concurrency_limit(fields: &Fields) -> ConcurrencyLimit {
    let max = fields.whole("max").unwrap_or(1) as u32;
    let initial = (fields.whole("initial").unwrap_or(1) as u32).min(max);
    match fields.text("method") {
        Some("aimd") => ConcurrencyLimit::Aimd {
            initial,
            max,
            target_ns: fields.whole("target").unwrap_or(0),
            decrease: fields.real("decrease").unwrap_or(0.9),
        },
        Some("gradient") => ConcurrencyLimit::Gradient {
            initial,
            max,
            tolerance: fields.real("tolerance").unwrap_or(1.5),
        },
        _ => ConcurrencyLimit::Fixed { max },
    }
}
