//! Queues with exponential service in closed form.

use super::{Model, steady};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use crate::special::{normal_cdf, normal_density, percentile_of, root};

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "erlang-c-pooling",
        quantities: &[
            "p_wait",
            "mean_wait",
            "mean_response",
            "mean_queue",
            "mean_in_system",
            "utilisation",
        ],
        answer: erlang_c_pooling,
    },
    Model {
        id: "erlang-b-table",
        quantities: &[
            "offered_erlangs",
            "blocking",
            "carried_erlangs",
            "utilisation",
        ],
        answer: erlang_b_table,
    },
    Model {
        id: "halfin-whitt",
        quantities: &["p_wait", "p_wait_exact", "servers"],
        answer: halfin_whitt,
    },
    Model {
        id: "mm1-percentiles",
        quantities: &[
            "response_quantile",
            "wait_quantile",
            "mean_response",
            "mean_wait",
            "p_response_over",
        ],
        answer: mm1_percentiles,
    },
    Model {
        id: "dm1-paced",
        quantities: &["p_wait", "sigma", "mean_wait", "mean_response"],
        answer: dm1_paced,
    },
    Model {
        id: "mean-of-bimodal",
        quantities: &[
            "mean_ms",
            "throughput_per_s",
            "median_ms",
            "p<N>_ms",
            "slow_time_share",
        ],
        answer: mean_of_bimodal,
    },
];

/// Most servers: the recursion takes one step for each.
const SERVERS_MAX: u64 = 100_000;

/// `B(0) = 1, B(n) = a B(n−1) / (n + a B(n−1))`: the share of arrivals that find all servers busy
/// and leave (Erlang 1917).
pub(crate) fn erlang_b(servers: u64, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocking, n| {
        load * blocking / (n as f64 + load * blocking)
    })
}

/// M/M/c: `C` by Erlang's second formula, wait `C / (c μ − λ)`.
fn erlang_c_pooling(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let servers = inputs.whole("c|servers", 1..=SERVERS_MAX)? as f64;
    let load = match inputs.number_if("rho|utilisation", 0.0..=1.0)? {
        Some(rho) => rho * servers,
        None => inputs.number("a|offered_erlangs|load", 1e-9..=1e9)?,
    };
    let service = inputs.number_or("mean_service|mean_service_s", 1.0, 1e-9..=1e9)?;
    let rho = steady(load / servers)?;
    let Some(p_wait) = catalog::erlang_c(servers, load) else {
        return refuse(format!(
            "no queue of {servers} servers has a load of {load}"
        ));
    };
    let wait = p_wait / (servers - load) * service;
    Ok(Answer::formula(match quantity {
        "p_wait" => p_wait,
        "mean_wait" => wait,
        "mean_response" => wait + service,
        "mean_queue" => load / service * wait,
        "mean_in_system" => load / service * (wait + service),
        "utilisation" => rho,
        _ => return Err(Refusal::NoQuantity),
    }))
}

fn erlang_b_table(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let servers = inputs.whole("servers|n|c", 1..=SERVERS_MAX)?;
    let load = |inputs: &Inputs<'_>| inputs.number("offered_erlangs|offered|erlangs|a", 0.0..=1e9);
    Ok(Answer::formula(match quantity {
        "offered_erlangs" => {
            let blocking = inputs.number("blocking|p_block", 1e-12..=0.999_999)?;
            // Blocking grows with the load; a load of (c + 1) / (1 - B) blocks more than B.
            let most = (servers as f64 + 1.0) / (1.0 - blocking) + 1.0;
            root(0.0, most, |a| erlang_b(servers, a) - blocking)
        }
        "blocking" | "p_block" | "blocking_probability" => erlang_b(servers, load(inputs)?),
        "carried_erlangs" => {
            let load = load(inputs)?;
            load * (1.0 - erlang_b(servers, load))
        }
        "utilisation" => {
            let load = load(inputs)?;
            load * (1.0 - erlang_b(servers, load)) / servers as f64
        }
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// `P(wait) → 1 / (1 + β Φ(β) / φ(β))` for `c = a + β √a` servers as the load grows (Halfin and
/// Whitt 1981).
fn halfin_whitt(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let beta = inputs.number("beta", 1e-6..=30.0)?;
    let load = inputs.number_if("a|load|offered_erlangs", 1e-9..=1e9)?;
    let servers = || -> Result<f64, Refusal> {
        let Some(load) = load else {
            return refuse("the selector a is missing");
        };
        Ok(libm::ceil(load + beta * load.sqrt() - 1e-9))
    };
    Ok(Answer::formula(match quantity {
        "p_wait" => 1.0 / (1.0 + beta * normal_cdf(beta) / normal_density(beta)),
        "p_wait_exact" => match catalog::erlang_c(servers()?, load.unwrap_or(0.0)) {
            Some(exact) => exact,
            None => return refuse(format!("more than {SERVERS_MAX} servers")),
        },
        "servers" => servers()?,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// M/M/1: response times are exponential with rate `μ − λ`; a wait exceeds t with probability
/// `ρ e^{−(μ−λ)t}`.
fn mm1_percentiles(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let mu = inputs.number_or("mu", 1.0, 1e-9..=1e9)?;
    let rho = match inputs.number_if("lambda", 0.0..=1e9)? {
        Some(lambda) => lambda / mu,
        None => inputs.number("rho|utilisation", 0.0..=1e9)?,
    };
    let spare = mu * (1.0 - steady(rho)?);
    let tail = |inputs: &Inputs<'_>, p: Option<f64>| -> Result<f64, Refusal> {
        match p {
            Some(p) => Ok(1.0 - p),
            None => Ok(1.0 - inputs.number("p", 0.0..=0.999_999_999_999)?),
        }
    };
    let named = percentile_of(quantity, "p", "_response").or(percentile_of(quantity, "p", ""));
    Ok(Answer::formula(match quantity {
        "response_quantile" => -libm::log(tail(inputs, None)?) / spare,
        "wait_quantile" => (libm::log(rho / tail(inputs, None)?) / spare).max(0.0),
        "mean_response" => 1.0 / spare,
        "mean_wait" => rho / spare,
        "p_response_over" => libm::exp(-spare * inputs.number("t", 0.0..=1e12)?),
        _ if named.is_some() => -libm::log(tail(inputs, named)?) / spare,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// The root in (0, 1) of `σ = exp(−(1 − σ) / ρ)`.
fn paced_root(rho: f64) -> f64 {
    // The difference is positive at zero, negative just below the trivial root at one.
    let below_one = 1.0 - (1.0 - rho).min(0.5) * 1e-3;
    root(0.0, below_one, |sigma| {
        libm::exp(-(1.0 - sigma) / rho) - sigma
    })
}

fn dm1_paced(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let rho = steady(inputs.number("rho|utilisation", 1e-3..=1e9)?)?;
    if rho > 0.999_999 {
        return refuse("rho must be at most 0.999999 here: nearer to one the root is lost");
    }
    let mu = inputs.number_or("mu", 1.0, 1e-9..=1e9)?;
    let sigma = paced_root(rho);
    Ok(Answer::formula(match quantity {
        "p_wait" | "sigma" => sigma,
        "mean_wait" => sigma / (1.0 - sigma) / mu,
        "mean_response" => 1.0 / (1.0 - sigma) / mu,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// One at a time and always busy, so the rate is one over the mean.
fn mean_of_bimodal(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let p_slow = inputs.number_or("p_slow", 0.01, 0.0..=1.0)?;
    let fast = inputs.number_or("fast_ms", 1.0, 0.0..=1e9)?;
    let slow = inputs.number_or("slow_ms", 1000.0, 0.0..=1e9)?;
    let mean = (1.0 - p_slow) * fast + p_slow * slow;
    let at = |p: f64| {
        if p <= 1.0 - p_slow + 1e-12 {
            fast
        } else {
            slow
        }
    };
    Ok(Answer::formula(match quantity {
        "mean_ms" => mean,
        "throughput_per_s" if mean > 0.0 => 1000.0 / mean,
        "median_ms" => at(0.5),
        "quantile_ms" => at(inputs.share("p")?),
        "slow_time_share" if mean > 0.0 => p_slow * slow / mean,
        name => match percentile_of(name, "p", "_ms") {
            Some(p) => at(p),
            None => return Err(Refusal::NoQuantity),
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_paced_arrivals_solves_its_equation() {
        for rho in [0.01, 0.3, 0.5, 0.8, 0.99, 0.999] {
            let sigma = paced_root(rho);
            let back = libm::exp(-(1.0 - sigma) / rho);
            assert!(
                sigma > 0.0 && sigma < 1.0 && (back - sigma).abs() < 1e-12,
                "{rho} {sigma}"
            );
        }
        assert!((paced_root(0.5) - 0.203_187_869_979_979_9).abs() < 1e-12);
    }
}
