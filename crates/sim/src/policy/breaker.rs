//! A circuit breaker: closed, open, half-open.

use crate::system::Breaker;
use kernel::{Span, Time};

/// Whether an attempt may go out, and under which epoch its result will count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    Yes(u8),
    No,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open { until: Time },
    HalfOpen { probing: u32, succeeded: u32 },
}

/// The last results in a ring of bits, and the state that follows from them.
#[derive(Clone, Debug)]
pub(crate) struct BreakerState {
    policy: Breaker,
    state: State,
    /// Changes with every state, so that late results of an earlier state do not count.
    epoch: u8,
    failed: Vec<bool>,
    at: usize,
    failures: u32,
    /// How often it opened.
    pub(crate) opened: u64,
}

impl BreakerState {
    pub(crate) fn new(policy: Breaker) -> Self {
        let failed = Vec::with_capacity(policy.window as usize);
        let state = State::Closed;
        BreakerState {
            policy,
            state,
            epoch: 0,
            failed,
            at: 0,
            failures: 0,
            opened: 0,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Asks to send an attempt now.
    pub(crate) fn ask(&mut self, now: Time) -> Permit {
        if let State::Open { until } = self.state
            && now >= until
        {
            self.change(State::HalfOpen {
                probing: 0,
                succeeded: 0,
            });
        }
        match &mut self.state {
            State::Closed => Permit::Yes(self.epoch),
            State::Open { .. } => Permit::No,
            State::HalfOpen { probing, .. } if *probing < self.policy.probes => {
                *probing += 1;
                Permit::Yes(self.epoch)
            }
            State::HalfOpen { .. } => Permit::No,
        }
    }

    /// The result of an attempt sent under `epoch`.
    pub(crate) fn result(&mut self, now: Time, epoch: u8, ok: bool) {
        if epoch != self.epoch {
            return;
        }
        match &mut self.state {
            State::Closed => self.count(now, !ok),
            State::Open { .. } => {}
            State::HalfOpen { probing, succeeded } => {
                if !ok {
                    self.open(now);
                    return;
                }
                *probing = probing.saturating_sub(1);
                *succeeded += 1;
                if *succeeded >= self.policy.probes {
                    self.change(State::Closed);
                }
            }
        }
    }

    /// An attempt under `epoch` ended without a result of its own.
    pub(crate) fn forget(&mut self, epoch: u8) {
        if epoch == self.epoch
            && let State::HalfOpen { probing, .. } = &mut self.state
        {
            *probing = probing.saturating_sub(1);
        }
    }

    fn count(&mut self, now: Time, failed: bool) {
        if self.failed.len() < self.policy.window as usize {
            self.failed.push(failed);
        } else {
            self.failures -= u32::from(self.failed[self.at]);
            self.failed[self.at] = failed;
            self.at = (self.at + 1) % self.failed.len();
        }
        self.failures += u32::from(failed);
        let seen = self.failed.len() as u32;
        let limit = self.policy.failures * f64::from(seen);
        if seen >= self.policy.minimum && f64::from(self.failures) >= limit && self.failures > 0 {
            self.open(now);
        }
    }

    fn open(&mut self, now: Time) {
        self.opened += 1;
        self.change(State::Open {
            until: now + Span::from_ns(self.policy.open_ns),
        });
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.epoch = self.epoch.wrapping_add(1);
        self.failed.clear();
        self.at = 0;
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> BreakerState {
        let policy = Breaker {
            failures: 0.5,
            window: 10,
            minimum: 4,
            open_ns: 1_000,
            probes: 2,
        };
        BreakerState::new(policy)
    }
    fn ask(b: &mut BreakerState, now: u64) -> Option<u8> {
        match b.ask(Time::from_ns(now)) {
            Permit::Yes(epoch) => Some(epoch),
            Permit::No => None,
        }
    }

    #[test]
    fn opens_probes_and_closes() {
        let mut b = breaker();
        let old = ask(&mut b, 0).unwrap();
        for ok in [true, false, false] {
            b.result(Time::ZERO, old, ok);
            assert!(b.is_closed(), "below the minimum");
        }
        b.result(Time::ZERO, old, true);
        assert_eq!((b.is_closed(), b.opened), (false, 1), "two of four failed");
        assert_eq!(ask(&mut b, 999), None);
        let probe = ask(&mut b, 1_000).unwrap();
        assert!(ask(&mut b, 1_000).is_some());
        assert_eq!(ask(&mut b, 1_000), None, "two probes at once");
        b.result(Time::from_ns(1_001), old, false);
        b.result(Time::from_ns(1_001), probe, true);
        assert!(
            !b.is_closed(),
            "a late result of the closed state does not count"
        );
        b.forget(probe);
        let again = ask(&mut b, 1_002).unwrap();
        b.result(Time::from_ns(1_003), again, true);
        assert!(b.is_closed());
    }

    #[test]
    fn a_failed_probe_opens_again() {
        let mut b = breaker();
        let epoch = ask(&mut b, 0).unwrap();
        (0..4).for_each(|_| b.result(Time::ZERO, epoch, false));
        let probe = ask(&mut b, 2_000).unwrap();
        b.result(Time::from_ns(2_001), probe, false);
        assert_eq!((ask(&mut b, 3_000), b.opened), (None, 2));
        assert!(ask(&mut b, 3_001).is_some());
    }

    #[test]
    fn the_window_slides() {
        let mut b = breaker();
        let epoch = ask(&mut b, 0).unwrap();
        for _ in 0..20 {
            for ok in [false, true, true, true] {
                b.result(Time::ZERO, epoch, ok);
            }
        }
        assert!(b.is_closed(), "a quarter fails, half is needed");
    }
}
