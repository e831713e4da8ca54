//! What is pending in a run: calls and their attempts.

use super::slab::NONE;
use kernel::{Span, Time, Token};

/// Number of attempts that marks the place of a call as free; no policy allows so many.
pub(super) const FREE_CALL: u8 = u8::MAX;

/// Stands in place of a call that needs no record: a client's, with one attempt and no policy but
/// those within it.
pub(super) const DIRECT: u32 = NONE - 1;

/// A call with all its attempts.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallRecord {
    pub(super) key: u64,
    pub(super) started: Time,
    pub(super) deadline: Time,
    /// When the newest attempt that is not a hedge was sent.
    pub(super) waiting_since: Time,
    pub(super) timer: Token,
    /// Attempt that makes the call; [`NONE`] for a client.
    pub(super) parent: u32,
    /// Next child of the parent.
    pub(super) next: u32,
    /// First attempt in flight.
    pub(super) attempts: u32,
    pub(super) item: u32,
    pub(super) failed: u32,
    pub(super) backoff: u32,
    pub(super) site: u16,
    pub(super) client: u16,
    pub(super) number: u8,
    pub(super) hedges: u8,
}

impl CallRecord {
    pub(super) fn blank() -> Self {
        CallRecord {
            key: 0,
            started: Time::ZERO,
            deadline: Time::NEVER,
            waiting_since: Time::ZERO,
            timer: Token::NONE,
            parent: NONE,
            next: NONE,
            attempts: NONE,
            item: 0,
            failed: 0,
            backoff: 0,
            site: 0,
            client: 0,
            number: FREE_CALL,
            hedges: 0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The place is not in use.
    Free,
    Travelling,
    /// A message was lost; only the caller's timer is left.
    Lost,
    Queued,
    /// Left its queue by cancellation; the place is freed when its turn comes.
    Cancelled,
    Working,
    Sharing,
    Calling,
    Answering,
}

/// One attempt of a call: a message to a service, the work there, and the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) key: u64,
    pub(super) sent: Time,
    pub(super) arrived: Time,
    pub(super) started: Time,
    /// When the work began or went on after a stall; while it waits, how long it will take, counted
    /// from zero.
    pub(super) resumed: Time,
    /// When the work was done.
    pub(super) done: Time,
    pub(super) deadline: Time,
    pub(super) timer: Token,
    pub(super) event: Token,
    /// The call that waits for it; [`DIRECT`] without a record, [`NONE`] once nobody waits.
    pub(super) call: u32,
    pub(super) next: u32,
    pub(super) first_child: u32,
    /// Where the time of its calls went; [`NONE`] without calls.
    pub(super) spent: u32,
    pub(super) item: u32,
    pub(super) site: u16,
    pub(super) replica: u16,
    /// The client whose request it belongs to.
    pub(super) client: u16,
    pub(super) state: State,
    pub(super) stage: u8,
    pub(super) pending: u8,
    pub(super) epoch: u8,
    pub(super) degraded: bool,
    pub(super) is_hedge: bool,
}

impl Attempt {
    pub(super) fn blank() -> Self {
        Attempt {
            key: 0,
            sent: Time::ZERO,
            arrived: Time::ZERO,
            started: Time::ZERO,
            resumed: Time::ZERO,
            done: Time::ZERO,
            deadline: Time::NEVER,
            timer: Token::NONE,
            event: Token::NONE,
            call: NONE,
            next: NONE,
            first_child: NONE,
            spent: NONE,
            item: 0,
            site: 0,
            replica: 0,
            client: 0,
            state: State::Free,
            stage: 0,
            pending: 0,
            epoch: 0,
            degraded: false,
            is_hedge: false,
        }
    }

    /// Remembers how long the work will take, drawn while the request waits: drawn when its turn
    /// comes, the next event would have to wait for it.
    #[inline(always)]
    pub(super) fn set_demand(&mut self, work: Span) {
        self.resumed = Time::ZERO + work;
    }

    /// How long the work of a waiting request will take.
    #[inline(always)]
    pub(super) fn demand(&self) -> Span {
        self.resumed - Time::ZERO
    }

    /// The work begins or goes on.
    #[inline(always)]
    pub(super) fn resume(&mut self, at: Time) {
        self.resumed = at;
    }

    /// When the work began or went on.
    #[inline(always)]
    pub(super) fn resumed(&self) -> Time {
        self.resumed
    }

    /// Takes the values of a new attempt, field by field: a copy of the whole through the stack
    /// costs a twentieth of a run.
    #[inline(always)]
    pub(super) fn begin(&mut self, new: &Attempt) {
        *self = *new;
    }
}
