//! When the next request of an open client comes.

use crate::system::{Profile, Spacing};
use kernel::{Distribution, Draw, Source, Span, Time, Xoshiro256};

#[derive(Clone, Debug)]
pub(crate) struct ArrivalState {
    stream: Xoshiro256,
    /// Product of the surges in force, and the largest it can become.
    pub(crate) surge: f64,
    surge_max: f64,
    /// Mean time between candidates of a Poisson client.
    candidate: Distribution,
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
    /// Arrivals of a client with a rate; closed clients pass a profile that is never asked.
    pub(crate) fn new(draw: Draw, rate_per_s: f64, profile: &Profile, surge_max: f64) -> Self {
        let mean = 1e9 / (rate_per_s * profile.factor_max() * surge_max);
        let candidate = Distribution::Exponential { mean };
        ArrivalState {
            stream: draw.stream(),
            surge: 1.0,
            surge_max,
            candidate,
        }
    }

    /// Time to the next candidate; for a Poisson process of changing rate the candidates come at
    /// its highest rate and [`ArrivalState::accepts`] thins them (Lewis and Shedler 1979).
    #[inline(always)]
    pub(crate) fn gap(
        &mut self,
        now: Time,
        spacing: Spacing,
        rate_per_s: f64,
        profile: &Profile,
    ) -> Span {
        match spacing {
            Spacing::Poisson => self.candidate.sample_span(&mut self.stream),
            Spacing::Uniform => {
                let rate = rate_per_s * profile.factor(now) * self.surge;
                // A rate of nearly zero looks again within a second.
                Span::from_ns_f64((1e9 / rate).min(1e9 / rate_per_s * 1e3))
            }
        }
    }

    #[inline(always)]
    pub(crate) fn accepts(&mut self, now: Time, spacing: Spacing, profile: &Profile) -> bool {
        if spacing == Spacing::Uniform || (*profile == Profile::Constant && self.surge_max <= 1.0) {
            return true;
        }
        let share = profile.factor(now) * self.surge / (profile.factor_max() * self.surge_max);
        self.stream.chance(share)
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
            let mut state = ArrivalState::new(Draw::root(1, 2), 100.0, &profile, 1.0);
            let (mut now, mut n) = (Time::ZERO, 0);
            loop {
                now += state.gap(now, Spacing::Poisson, 100.0, &profile);
                if now.as_ns() >= 100 * s {
                    break;
                }
                n += u32::from(state.accepts(now, Spacing::Poisson, &profile));
            }
            let expected = 10_000.0 * mean;
            assert!(
                (f64::from(n) - expected).abs() < 4.0 * f64::sqrt(expected),
                "{profile:?} {n}"
            );
        }
    }
}
