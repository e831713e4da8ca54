//! The M/M/c queue in closed form: one function a formula, each with its domain.

use libm::{exp, expm1, log};

/// A queue of `servers` equal servers with a steady state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Queue {
    arrival_rate_per_s: f64,
    service_rate_per_s: f64,
    servers: f64,
    wait_probability: f64,
}

/// Halvings of the search for a percentile: more than a double has bits.
const HALVINGS: u32 = 200;

impl Queue {
    /// `None` without a steady state (`λ ≥ c·μ`) or outside the domain (`λ`, `S` above 0).
    pub(crate) fn new(arrival_rate_per_s: f64, service_time_s: f64, servers: u32) -> Option<Queue> {
        let servers = f64::from(servers);
        let load = offered_load(arrival_rate_per_s, service_time_s);
        let wait_probability = catalog::erlang_c(servers, load)?;
        let queue = Queue {
            arrival_rate_per_s,
            service_rate_per_s: 1.0 / service_time_s,
            servers,
            wait_probability: wait_probability.clamp(0.0, 1.0),
        };
        // Next to saturation the spare rate can round to nothing: no steady state to speak of.
        (queue.spare_rate_per_s() > 0.0).then_some(queue)
    }

    /// `ρ = λ / (c·μ)`.
    pub(crate) fn utilisation(&self) -> f64 {
        self.arrival_rate_per_s / (self.servers * self.service_rate_per_s)
    }

    /// `C(c, a)`, Erlang's second formula.
    pub(crate) fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// `c·μ − λ`: the rate at which a queue of waiting requests drains.
    fn spare_rate_per_s(&self) -> f64 {
        self.servers * self.service_rate_per_s - self.arrival_rate_per_s
    }

    /// `Wq = C / (c·μ − λ)`.
    pub(crate) fn wait_mean_s(&self) -> f64 {
        self.wait_probability / self.spare_rate_per_s()
    }

    /// The wait that a share `percentile` of requests does not exceed: from
    /// `P(Wq > t) = C·e^{−(cμ−λ)t}`, `t = ln(C / (1 − p)) / (c·μ − λ)`, 0 where fewer wait.
    pub(crate) fn wait_percentile_s(&self, percentile: f64) -> f64 {
        let tail = 1.0 - percentile;
        if self.wait_probability <= tail {
            return 0.0;
        }
        log(self.wait_probability / tail) / self.spare_rate_per_s()
    }

    /// `P(Wq > t)`.
    pub(crate) fn wait_exceeds(&self, time_s: f64) -> f64 {
        self.wait_probability * exp(-self.spare_rate_per_s() * time_s)
    }

    /// `W = Wq + S`.
    pub(crate) fn response_mean_s(&self) -> f64 {
        self.wait_mean_s() + 1.0 / self.service_rate_per_s
    }

    /// `P(W > t) = (1 − C)·e^{−μt} + C·P(X + Y > t)`, `X`, `Y` exponential with rates `c·μ − λ`, `μ`.
    fn response_exceeds(&self, time_s: f64) -> f64 {
        let service = exp(-self.service_rate_per_s * time_s);
        let both = sum_exceeds(self.spare_rate_per_s(), self.service_rate_per_s, time_s);
        (1.0 - self.wait_probability) * service + self.wait_probability * both
    }

    /// The response time that a share `percentile` of requests does not exceed, by bisection.
    pub(crate) fn response_percentile_s(&self, percentile: f64) -> f64 {
        let tail = 1.0 - percentile;
        let slowest = self.spare_rate_per_s().min(self.service_rate_per_s);
        let mut low = 0.0;
        let mut high = 1.0 / slowest;
        for _ in 0..HALVINGS {
            if self.response_exceeds(high) <= tail {
                break;
            }
            high *= 2.0;
        }
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            if self.response_exceeds(middle) > tail {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// `L = λ·W`, Little's law.
    pub(crate) fn in_flight_mean(&self) -> f64 {
        self.arrival_rate_per_s * self.response_mean_s()
    }

    /// `Lq = λ·Wq`, Little's law on the line alone.
    pub(crate) fn waiting_mean(&self) -> f64 {
        self.arrival_rate_per_s * self.wait_mean_s()
    }
}

/// `a = λ·S`, in erlangs: servers' worth of work that arrives each second.
pub(crate) fn offered_load(arrival_rate_per_s: f64, service_time_s: f64) -> f64 {
    arrival_rate_per_s * service_time_s
}

/// `P(X + Y > t)` of two exponentials, written so that equal rates and long times stay finite:
/// `e^{−at}·(1 + a·(1 − e^{−(b−a)t}) / (b − a))` with `a` the smaller rate.
fn sum_exceeds(first_per_s: f64, second_per_s: f64, time_s: f64) -> f64 {
    let slow = first_per_s.min(second_per_s);
    let apart = first_per_s.max(second_per_s) - slow;
    let ratio = if apart * time_s < 1e-12 {
        time_s
    } else {
        -expm1(-apart * time_s) / apart
    };
    exp(-slow * time_s) * (1.0 + slow * ratio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() <= 1e-3 * expected.abs().max(1e-3),
            "{found} {expected}"
        );
    }

    #[test]
    fn golden_values() {
        let queue = Queue::new(100.0, 0.080, 10).expect("stable");
        close(queue.utilisation(), 0.8);
        close(queue.wait_probability(), 0.409_180);
        close(queue.wait_mean_s() * 1e3, 16.367);
        close(queue.wait_percentile_s(0.99) * 1e3, 148.46);
        close(queue.in_flight_mean(), 9.6367);
        let small = Queue::new(2.0, 1.0, 3).expect("stable");
        close(small.wait_probability(), 0.444_444);
    }

    #[test]
    fn one_server_meets_the_closed_form_of_mm1() {
        // M/M/1: the response time is exponential with rate μ − λ.
        let queue = Queue::new(8.0, 0.1, 1).expect("stable");
        for percentile in [0.5, 0.9, 0.99] {
            let exact = -log(1.0 - percentile) / 2.0;
            close(queue.response_percentile_s(percentile), exact);
        }
        close(queue.response_mean_s(), 0.5);
    }

    #[test]
    fn saturation_has_no_steady_state() {
        assert_eq!(Queue::new(10.0, 0.1, 1), None);
        assert_eq!(Queue::new(12.0, 0.1, 1), None);
        assert_eq!(Queue::new(0.0, 0.1, 1), None);
    }

    proptest! {
        #[test]
        fn more_servers_never_wait_longer(load in 0.01f64..300.0, extra in 1u32..40) {
            let fewest = load as u32 + extra;
            if let (Some(one), Some(two)) = (Queue::new(load, 1.0, fewest), Queue::new(load, 1.0, fewest + 1)) {
                prop_assert!(two.wait_mean_s() <= one.wait_mean_s() * (1.0 + 1e-9));
                prop_assert!(one.response_percentile_s(0.99) >= one.response_percentile_s(0.5));
                prop_assert!(one.wait_percentile_s(0.99) <= one.response_percentile_s(0.99) * (1.0 + 1e-9));
                prop_assert!((0.0..=1.0).contains(&one.wait_exceeds(0.3)));
                prop_assert!((one.in_flight_mean() - one.waiting_mean() - load).abs() < 1e-6 * load.max(1.0));
            }
        }
    }
}
