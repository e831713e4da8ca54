//! When the next request of an open client comes.

use super::Event;
use crate::system::{Arrivals, Profile, Spacing};
use kernel::{Distribution, Draw, EventQueue, Key, Source, Span, Time, Xoshiro256};

#[derive(Clone, Debug)]
pub(crate) struct ArrivalState {
    stream: Xoshiro256,
    spacing: Spacing,
    rate_per_s: f64,
    profile: Profile,
    /// Product of the surges in force, and the largest it can become.
    pub(crate) surge: f64,
    surge_max: f64,
    /// Whether every candidate is an arrival.
    is_steady: bool,
    /// Mean time between candidates of a Poisson client.
    candidate: Distribution,
    /// The next gap of a steady Poisson client, drawn one ahead: the event loop does not wait for
    /// the draw when it needs it.
    ahead: Option<Span>,
}

impl Profile {
    /// The rate at an instant over the client's rate.
    pub(crate) fn factor(&self, now: Time) -> f64 {
        let at = now.as_ns();
        match *self {
            Profile::Constant => 1.0,
            Profile::Ramp {
                factor,
                from_ns,
                to_ns,
            } => {
                let done = at.saturating_sub(from_ns) as f64 / (to_ns - from_ns) as f64;
                1.0 + (factor - 1.0) * done.min(1.0)
            }
            Profile::Burst {
                factor,
                every_ns,
                length_ns,
            } => {
                if at % every_ns < length_ns {
                    factor
                } else {
                    1.0
                }
            }
            Profile::Daily { factor, every_ns } => {
                let phase = (at % every_ns) as f64 / every_ns as f64;
                let wave = 0.5 - 0.5 * libm::cos(std::f64::consts::TAU * phase);
                1.0 + (factor - 1.0) * wave
            }
        }
    }

    pub(crate) fn factor_max(&self) -> f64 {
        match *self {
            Profile::Constant => 1.0,
            Profile::Ramp { factor, .. }
            | Profile::Burst { factor, .. }
            | Profile::Daily { factor, .. } => factor.max(1.0),
        }
    }
}

impl ArrivalState {
    /// Arrivals of an open client; those of a closed one are never asked.
    pub(crate) fn new(draw: Draw, arrivals: &Arrivals, surge_max: f64) -> Self {
        let (spacing, rate_per_s, profile) = match *arrivals {
            Arrivals::Open {
                spacing,
                rate_per_s,
                profile,
            } => (spacing, rate_per_s, profile),
            Arrivals::Closed { .. } => (Spacing::Poisson, 1.0, Profile::Constant),
        };
        let mean = 1e9 / (rate_per_s * profile.factor_max() * surge_max);
        let mut state = ArrivalState {
            stream: draw.stream(),
            spacing,
            rate_per_s,
            profile,
            surge: 1.0,
            surge_max,
            is_steady: spacing == Spacing::Uniform
                || (profile == Profile::Constant && surge_max <= 1.0),
            candidate: Distribution::Exponential { mean },
            ahead: None,
        };
        // Nothing else draws from its stream, so that the order of draws stays.
        if state.is_steady && spacing == Spacing::Poisson {
            state.ahead = Some(state.candidate.sample_span(&mut state.stream));
        }
        state
    }

    /// Time to the next candidate; for a Poisson process of changing rate the candidates come at
    /// its highest rate and [`ArrivalState::accepts`] thins them (Lewis and Shedler 1979).
    #[inline(always)]
    pub(crate) fn gap(&mut self, now: Time) -> Span {
        if let Some(gap) = self.ahead {
            self.ahead = Some(self.candidate.sample_span(&mut self.stream));
            return gap;
        }
        match self.spacing {
            Spacing::Poisson => self.candidate.sample_span(&mut self.stream),
            Spacing::Uniform => {
                let rate = self.rate_per_s * self.profile.factor(now) * self.surge;
                // A rate of nearly zero looks again within a second.
                Span::from_ns_f64((1e9 / rate).min(1e9 / self.rate_per_s * 1e3))
            }
        }
    }

    #[inline(always)]
    pub(crate) fn accepts(&mut self, now: Time) -> bool {
        if self.is_steady {
            return true;
        }
        let share = self.profile.factor(now) * self.surge;
        let most = self.profile.factor_max() * self.surge_max;
        self.stream.chance(share / most)
    }
}

/// So many open clients keep their next arrival outside of the event queue: finding the first of
/// more costs more than the queue does.
const SOURCES_MAX: usize = 8;

/// The next arrival of each of the first clients.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    next: Vec<Key>,
    /// The first of them: client and place in the order.
    first: (usize, Key),
}

impl Sources {
    pub(super) fn new(clients: usize) -> Self {
        Sources {
            next: vec![Key::LAST; clients.min(SOURCES_MAX)],
            first: (0, Key::LAST),
        }
    }

    /// The first arrival of all and its client; [`Key::LAST`] without any.
    #[inline(always)]
    pub(super) fn next(&self) -> (usize, Key) {
        self.first
    }

    /// Plans the next arrival of a client.
    #[inline(always)]
    pub(super) fn plan(&mut self, events: &mut EventQueue<Event>, client: usize, gap: Span) {
        if self.next.len() == 1 {
            self.first.1 = events.reserve_after(gap);
        } else {
            self.plan_among_many(events, client, gap);
        }
    }

    fn plan_among_many(&mut self, events: &mut EventQueue<Event>, client: usize, gap: Span) {
        let Some(next) = self.next.get_mut(client) else {
            let client = client as u16;
            events.schedule_after(gap, Event::Arrival { client });
            return;
        };
        *next = events.reserve_after(gap);
        let first = self.next.iter().copied().enumerate();
        self.first = first.min_by_key(|&(_, key)| key).unwrap_or((0, Key::LAST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected number of arrivals: the integral of the rate, within 4 standard deviations.
    #[test]
    fn profiles_integrate_to_their_mean() {
        let s = 1_000_000_000;
        for (profile, mean) in [
            (Profile::Constant, 1.0),
            (
                Profile::Ramp {
                    factor: 3.0,
                    from_ns: 0,
                    to_ns: 100 * s,
                },
                2.0,
            ),
            (
                Profile::Ramp {
                    factor: 0.5,
                    from_ns: 0,
                    to_ns: 100 * s,
                },
                0.75,
            ),
            (
                Profile::Burst {
                    factor: 5.0,
                    every_ns: 10 * s,
                    length_ns: 2 * s,
                },
                1.8,
            ),
            (
                Profile::Daily {
                    factor: 4.0,
                    every_ns: 50 * s,
                },
                2.5,
            ),
        ] {
            let arrivals = Arrivals::Open {
                spacing: Spacing::Poisson,
                rate_per_s: 100.0,
                profile,
            };
            let mut state = ArrivalState::new(Draw::root(1, 2), &arrivals, 1.0);
            let (mut now, mut n) = (Time::ZERO, 0);
            loop {
                now += state.gap(now);
                if now.as_ns() >= 100 * s {
                    break;
                }
                n += u32::from(state.accepts(now));
            }
            let expected = 10_000.0 * mean;
            assert!(
                (f64::from(n) - expected).abs() < 4.0 * f64::sqrt(expected),
                "{profile:?} {n}"
            );
        }
    }
}
