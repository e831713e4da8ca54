//! What a run counts, by name: clients, calls and services each have a row of counters.

use super::CallResult;

/// Why a request failed; the first reason down the chain of calls is passed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cause {
    /// No answer within the timeout of an attempt.
    Timeout,
    /// No answer before the deadline of the call.
    Deadline,
    /// The queue of the replica was full.
    QueueFull,
    /// Dropped by load shedding.
    Shed,
    /// No token in a rate limiter.
    RateLimited,
    /// Above the concurrency limit of the replica.
    ConcurrencyLimited,
    /// The circuit breaker was open.
    BreakerOpen,
    /// The bulkhead was full.
    BulkheadFull,
    /// The replica was down or went down.
    Crashed,
    /// Dropped because its deadline had passed already.
    Expired,
}

/// All causes with the names that claims use.
pub const CAUSES: [(Cause, &str); 10] = [
    (Cause::Timeout, "timeout"),
    (Cause::Deadline, "deadline"),
    (Cause::QueueFull, "queue_full"),
    (Cause::Shed, "shed"),
    (Cause::RateLimited, "rate_limited"),
    (Cause::ConcurrencyLimited, "concurrency_limited"),
    (Cause::BreakerOpen, "breaker_open"),
    (Cause::BulkheadFull, "bulkhead_full"),
    (Cause::Crashed, "crashed"),
    (Cause::Expired, "expired"),
];

/// Counters of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ClientCount {
    Offered,
    Ok,
    Degraded,
    Failed,
    /// The first of one counter a cause.
    FailedBy,
}
pub(crate) const CLIENT_COUNTS: usize = ClientCount::FailedBy as usize + CAUSES.len();

/// Counters of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum CallCount {
    Started,
    Ok,
    Degraded,
    Failed,
    Attempts,
    Retries,
    BudgetRefusals,
    Hedges,
    HedgeWins,
    Timeouts,
    BreakerRefusals,
    BreakerOpened,
    BulkheadRefusals,
    RateRefusals,
    RateDelays,
    Fallbacks,
    Lost,
    Cancellations,
}
impl CallCount {
    /// The count of calls that end so.
    #[inline(always)]
    pub(super) fn of(result: CallResult) -> CallCount {
        match result {
            CallResult::Ok => CallCount::Ok,
            CallResult::Degraded => CallCount::Degraded,
            CallResult::Failed(_) => CallCount::Failed,
        }
    }
}
pub(crate) const CALL_COUNTS: usize = CallCount::Cancellations as usize + 1;

/// Counters of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ServiceCount {
    /// Requests that reached it.
    Reached,
    /// Those that it let in.
    Entered,
    /// Those that left again, for whatever reason.
    Left,
    /// Those that left with an answer.
    Completed,
    /// Answers for which nobody was waiting any more.
    Unwanted,
    /// Nanoseconds of work done.
    WorkNs,
    /// Nanoseconds of work whose answer nobody was waiting for.
    WastedNs,
    QueueFull,
    Shed,
    RateLimited,
    ConcurrencyLimited,
    Expired,
    Crashed,
    Refused,
    Cancelled,
}
pub(crate) const SERVICE_COUNTS: usize = ServiceCount::Cancelled as usize + 1;

/// Areas of a service: a number of requests or workers times nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ServiceArea {
    /// Requests within.
    Present,
    /// Requests in the queues.
    Waiting,
    /// Workers at work.
    Working,
    /// Workers at work or waiting for calls.
    Occupied,
}
pub(crate) const SERVICE_AREAS: usize = ServiceArea::Occupied as usize + 1;
