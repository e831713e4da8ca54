//! Queues whose mean wait depends on the first two moments of the service time.

use super::{Model, steady};
use crate::answer::{Answer, Memo, Outcome, Refusal, refuse};
use crate::inputs::Inputs;
use kernel::Distribution;

pub(super) const MODELS: &[Model] = &[
    Model {
        id: "pollaczek-khinchine",
        quantities: &[
            "mean_wait",
            "mean_response",
            "mean_queue",
            "mean_in_system",
            "scv",
        ],
        answer: pollaczek_khinchine,
    },
    Model {
        id: "cobham-priority",
        quantities: &["mean_wait", "mean_response", "residual"],
        answer: cobham_priority,
    },
];

/// Most classes of priority.
const CLASSES_MAX: usize = 64;
/// Most stages of an Erlang law, as in [`Distribution::erlang`].
const STAGES_MAX: u64 = 1000;

#[derive(Clone, Copy)]
enum Law {
    Exponential,
    Deterministic,
    Uniform,
    Erlang(u64),
    Hyperexponential,
    Lognormal,
    Pareto,
    Weibull,
    Gamma,
    Bimodal,
    General,
}

const LAWS: [(&str, Law); 17] = [
    ("exp|exponential|m|markovian", Law::Exponential),
    ("det|deterministic|constant|fixed|d", Law::Deterministic),
    ("uniform|u", Law::Uniform),
    ("erlang|ek|erlangk", Law::Erlang(0)),
    ("erlang2|e2", Law::Erlang(2)),
    ("erlang3|e3", Law::Erlang(3)),
    ("erlang4|e4", Law::Erlang(4)),
    ("erlang5|e5", Law::Erlang(5)),
    ("erlang8|e8", Law::Erlang(8)),
    ("erlang10|e10", Law::Erlang(10)),
    ("hyperexp|hyperexponential|h2|hyper", Law::Hyperexponential),
    ("lognormal", Law::Lognormal),
    ("pareto", Law::Pareto),
    ("weibull", Law::Weibull),
    ("gamma", Law::Gamma),
    ("bimodal|two-point|mixture", Law::Bimodal),
    ("general|g", Law::General),
];

/// Squared coefficient of variation of the service time: `E[S²] = E[S]² (1 + c²)`.
fn variation(inputs: &Inputs<'_>) -> Result<f64, Refusal> {
    let law = inputs.choice_or("service|law|dist", Law::General, &LAWS)?;
    let stated = match inputs.number_if("scv|cv2|c2|variation", 0.0..=1e9)? {
        Some(scv) => Some(scv),
        None => inputs.number_if("cv", 0.0..=1e4)?.map(|cv| cv * cv),
    };
    let needed = |name: &str| -> Result<f64, Refusal> {
        match stated {
            Some(scv) => Ok(scv),
            None => refuse(format!(
                "the selector scv is missing: {name} leaves it open"
            )),
        }
    };
    let shaped = |law: Result<Distribution, kernel::DistributionError>| match law {
        Ok(law) => Ok(law.second_moment() / (law.mean() * law.mean()) - 1.0),
        Err(error) => refuse(error.to_string()),
    };
    let found = match law {
        Law::Exponential => 1.0,
        Law::Deterministic => 0.0,
        Law::Uniform => {
            // Between zero and twice the mean, or as the ends say.
            let low = inputs.number_or("low", 0.0, 0.0..=1e9)?;
            let high = inputs.number_or("high", 2.0, 1e-9..=1e9)?;
            shaped(Distribution::uniform(low, high))?
        }
        Law::Erlang(0) => 1.0 / inputs.whole("k|stages|shape", 1..=STAGES_MAX)? as f64,
        Law::Erlang(stages) => 1.0 / stages as f64,
        Law::Gamma if stated.is_none() => 1.0 / inputs.number("shape|k", 1e-6..=1e6)?,
        Law::Lognormal if stated.is_none() && inputs.has("sigma") => {
            let sigma = inputs.number("sigma", 0.0..=10.0)?;
            libm::expm1(sigma * sigma)
        }
        Law::Pareto => {
            let shape = inputs.number("alpha|shape", 1.000_001..=1e6)?;
            shaped(Distribution::pareto(1.0, shape))?
        }
        Law::Weibull if stated.is_none() => shaped(Distribution::weibull(
            1.0,
            inputs.number("shape|k", 0.1..=100.0)?,
        ))?,
        Law::Bimodal if stated.is_none() => {
            let p = inputs.share("p_slow|p")?;
            let fast = inputs.number("fast|fast_ms", 0.0..=1e9)?;
            let slow = inputs.number("slow|slow_ms", 1e-9..=1e9)?;
            shaped(Distribution::empirical(&[(1.0 - p, fast), (p, slow)]))?
        }
        Law::Hyperexponential => {
            let scv = needed("hyperexponential")?;
            shaped(Distribution::hyperexponential(1.0, scv))?
        }
        Law::Lognormal | Law::Weibull | Law::Gamma | Law::Bimodal => needed("the law")?,
        Law::General => needed("the mean")?,
    };
    match stated {
        Some(scv) if (scv - found).abs() > 1e-9 * (1.0 + scv) => {
            refuse(format!("scv is {scv}, and this law has {found}"))
        }
        _ if found.is_finite() => Ok(found.max(0.0)),
        _ => refuse("this law has no finite variance, so the mean wait is infinite"),
    }
}

/// Mean and squared variation of a law of two exponential phases, where both are stated: the first
/// with probability p.
fn two_phases(inputs: &Inputs<'_>) -> Result<Option<(f64, f64)>, Refusal> {
    let phase = |mean: &'static str, rate: &'static str| -> Result<Option<f64>, Refusal> {
        let stated = inputs.number_if(mean, 1e-9..=1e9)?;
        let rate = inputs.number_if(rate, 1e-9..=1e9)?;
        Ok(stated.or(rate.map(|rate| 1.0 / rate)))
    };
    let first = phase("mean1|mean_1", "mu1|rate1|mu_1|rate_1")?;
    let second = phase("mean2|mean_2", "mu2|rate2|mu_2|rate_2")?;
    let (Some(first_mean), Some(second_mean)) = (first, second) else {
        return Ok(None);
    };
    let law = Distribution::Hyperexponential {
        probability: inputs.share("p|p1|p_1")?,
        first_mean,
        second_mean,
    };
    let mean = law.mean();
    Ok(Some((mean, law.second_moment() / (mean * mean) - 1.0)))
}

/// `Wq = λ E[S²] / (2 (1 − ρ))`.
fn pollaczek_khinchine(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let phases = two_phases(inputs)?;
    let stated = inputs.number_or("mean_service|mean", 1.0, 1e-9..=1e9)?;
    let mean = phases.map_or(stated, |(mean, _)| mean);
    let lambda = match inputs.number_if("lambda", 0.0..=1e9)? {
        Some(lambda) => lambda,
        None => inputs.number("rho|utilisation", 0.0..=1e9)? / mean,
    };
    let rho = steady(lambda * mean)?;
    let scv = match inputs.number_if("second_moment|es2", 0.0..=1e18)? {
        Some(second) if second >= mean * mean => second / (mean * mean) - 1.0,
        Some(second) => {
            return refuse(format!(
                "a second moment of {second} is below the squared mean"
            ));
        }
        None => match phases {
            Some((_, scv)) => {
                inputs.choice_if("service|law|dist", &LAWS)?;
                scv
            }
            None => variation(inputs)?,
        },
    };
    let wait = lambda * mean * mean * (1.0 + scv) / (2.0 * (1.0 - rho));
    Ok(Answer::formula(match quantity {
        "mean_wait" => wait,
        "mean_response" => wait + mean,
        "mean_queue" => lambda * wait,
        "mean_in_system" => lambda * (wait + mean),
        "scv" => scv,
        _ => return Err(Refusal::NoQuantity),
    }))
}

/// `W_i = R / ((1 − σ_{i−1}) (1 − σ_i))`, `R = Σ λ_j E[S_j²] / 2`, without preemption; class 1 is
/// the most urgent. Without a class the answer is the list of all.
fn cobham_priority(quantity: &str, inputs: &Inputs<'_>, _: &mut Memo) -> Outcome {
    let lambda = inputs.numbers("lambda", CLASSES_MAX, 0.0..=1e9)?;
    let mean = if inputs.has("mean_service") {
        inputs.numbers("mean_service", CLASSES_MAX, 1e-9..=1e9)?
    } else {
        vec![1.0]
    };
    let mean = match mean.as_slice() {
        [single] => vec![*single; lambda.len()],
        several if several.len() == lambda.len() => mean,
        several => {
            return refuse(format!(
                "lambda has {} classes and mean_service {}",
                lambda.len(),
                several.len()
            ));
        }
    };
    let second = 1.0 + variation(inputs)?;
    let parts = || lambda.iter().zip(&mean);
    let residual: f64 = parts()
        .map(|(rate, mean)| rate * mean * mean * second / 2.0)
        .sum();
    if quantity == "residual" {
        return Ok(Answer::formula(residual));
    }
    let responses = match quantity {
        "mean_wait" => false,
        "mean_response" => true,
        _ => return Err(Refusal::NoQuantity),
    };
    let wait = |class: usize| -> Result<f64, Refusal> {
        let before: f64 = parts()
            .take(class - 1)
            .map(|(rate, mean)| rate * mean)
            .sum();
        let with = steady(before + lambda[class - 1] * mean[class - 1])?;
        let wait = residual / ((1.0 - before) * (1.0 - with));
        Ok(wait + if responses { mean[class - 1] } else { 0.0 })
    };
    let classes = lambda.len() as u64;
    if let Some(class) = inputs.whole_if("class", 1..=classes)? {
        return wait(class as usize).map(Answer::formula);
    }
    let all = (1..=lambda.len()).map(wait);
    all.collect::<Result<Vec<_>, _>>().map(Answer::list)
}
