//! Which requests may compute: few at once, few waiting in the order they came, the rest told when
//! to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Longest time that one computed answer takes, by the budget of its events.
const COMPUTING_MAX: Duration = Duration::from_secs(3);
/// Requests that may wait for each that computes: a reader waits no longer than for three answers.
const WAITING_FOR_EACH: usize = 2;

/// The right to compute; given back when dropped.
pub(crate) type Permit = OwnedSemaphorePermit;

/// The places for requests that compute.
pub(crate) struct Computing {
    places: Arc<Semaphore>,
    at_once: usize,
    waiting: AtomicUsize,
}

impl Computing {
    /// One place a core, less one that goes on answering pages.
    pub(crate) fn new() -> Computing {
        let cores = available_parallelism().map_or(1, usize::from);
        Computing::with_places(cores.saturating_sub(1).max(1))
    }

    fn with_places(at_once: usize) -> Computing {
        Computing {
            places: Arc::new(Semaphore::new(at_once)),
            at_once,
            waiting: AtomicUsize::new(0),
        }
    }

    /// Waits for a place, first come, first served.
    ///
    /// # Errors
    /// Too many wait already; the time after which a place is likely to be free.
    pub(crate) async fn enter(&self) -> Result<Permit, Duration> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(permit);
        }
        // Counted down on drop as well: a reader who goes away while waiting leaves no trace.
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= WAITING_FOR_EACH * self.at_once {
            let rounds = 1 + before.div_ceil(self.at_once);
            return Err(COMPUTING_MAX.saturating_mul(rounds as u32));
        }
        let places = Arc::clone(&self.places);
        places.acquire_owned().await.map_err(|_| COMPUTING_MAX)
    }
}

struct Waiting<'c>(&'c AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// Looks once whether a future has its answer.
    fn look<Answer>(future: std::pin::Pin<&mut impl Future<Output = Answer>>) -> Option<Answer> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }

    #[test]
    fn few_compute_few_wait_in_order_and_the_rest_come_back() {
        let computing = Computing::with_places(1);
        let first = look(pin!(computing.enter())).expect("a free place");
        let (mut second, mut third) = (pin!(computing.enter()), pin!(computing.enter()));
        assert!(look(second.as_mut()).is_none(), "the place is taken");
        assert!(look(third.as_mut()).is_none());
        let refused = look(pin!(computing.enter())).expect("an answer at once");
        assert_eq!(refused.err(), Some(3 * COMPUTING_MAX));
        drop(first);
        assert!(look(third.as_mut()).is_none(), "the second came before");
        let place = look(second.as_mut()).expect("its turn");
        drop(place);
        assert!(look(third.as_mut()).is_some_and(|place| place.is_ok()));
    }

    #[test]
    fn whoever_goes_away_while_waiting_frees_the_place_to_wait() {
        let computing = Computing::with_places(1);
        let _first = look(pin!(computing.enter())).expect("a free place");
        for _ in 0..20 {
            assert!(look(pin!(computing.enter())).is_none(), "waits");
        }
        assert_eq!(computing.waiting.load(Ordering::Relaxed), 0);
    }
}
