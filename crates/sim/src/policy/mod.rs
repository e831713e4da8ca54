//! What callers and services do to protect themselves and each other: one policy a file.

mod backoff;
mod breaker;
mod budget;
mod codel;
mod concurrency;
mod token_bucket;

pub(crate) use backoff::backoff_ns;
pub(crate) use breaker::{BreakerState, Permit};
pub(crate) use budget::RetryBudget;
pub use codel::CoDelState;
pub(crate) use concurrency::AdaptiveLimit;
pub(crate) use token_bucket::TokenBucket;
