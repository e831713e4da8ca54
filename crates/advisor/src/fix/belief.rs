//! Bayes over causes: posterior ∝ prior · Π over facts of P(what was observed of the fact | cause).
//!
//! A fact is a hidden yes or no; observations of one fact depend on the cause through it alone:
//! P(obs | c) = P(f | c) · Π P(obs_i | f) + (1 − P(f | c)) · Π P(obs_i | not f). However many
//! observations there are of a fact, the ratio between two causes never passes the ratio of their
//! chances of the fact.

use super::model::{Check, Model};
use super::sheet::Rates;

/// What was observed of one fact: the chance of all of it if the fact is so, and if it is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) if_so: f64,
    pub(super) if_not: f64,
}

impl Seen {
    const NOTHING: Seen = Seen {
        if_so: 1.0,
        if_not: 1.0,
    };

    /// P(observations | a chance `p` of the fact).
    fn likelihood(self, p: f64) -> f64 {
        p * self.if_so + (1.0 - p) * self.if_not
    }
}

/// Chances of the causes, and of what they rest on.
#[derive(Clone, Debug)]
pub(super) struct Belief<'m> {
    model: &'m Model,
    seen: Vec<Seen>,
    /// Weight of each cause by the likeness of words; the last one is that of other causes.
    likeness: Vec<f64>,
}

impl<'m> Belief<'m> {
    pub(super) fn new(model: &'m Model) -> Belief<'m> {
        Belief {
            model,
            seen: vec![Seen::NOTHING; model.facts.len()],
            likeness: vec![1.0; model.causes.len() + 1],
        }
    }

    /// Takes in an observation with the chance it has if the fact is so, and if it is not.
    pub(super) fn see(&mut self, fact: usize, rates: Rates) {
        let seen = &mut self.seen[fact];
        seen.if_so *= rates.yes;
        seen.if_not *= rates.no;
    }

    /// Multiplies the weight of a cause.
    pub(super) fn liken(&mut self, cause: usize, ratio: f64) {
        self.likeness[cause] *= ratio;
    }

    /// Chances of the causes in their order, and last that of other causes; they add up to 1.
    pub(super) fn chances(&self) -> Vec<f64> {
        let model = self.model;
        let weights: Vec<f64> = (0..=model.causes.len())
            .map(|cause| {
                let logs: f64 = self
                    .seen
                    .iter()
                    .zip(&model.facts)
                    .map(|(seen, fact)| libm::log(seen.likelihood(fact.chances[cause])))
                    .sum();
                prior(model, cause) * self.likeness[cause] * libm::exp(logs.max(LOG_MIN))
            })
            .collect();
        normalised(weights)
    }

    /// Bits by which the observations of a fact speak for a cause (or, negative, against it),
    /// compared with what was to be expected before anything was known.
    pub(super) fn bits(&self, fact: usize, cause: usize) -> f64 {
        let seen = self.seen[fact];
        let chances = &self.model.facts[fact].chances;
        let expected: f64 = chances
            .iter()
            .enumerate()
            .map(|(other, p)| prior(self.model, other) * seen.likelihood(*p))
            .sum();
        libm::log2(seen.likelihood(chances[cause]) / expected)
    }

    /// As [`bits`](Belief::bits), for the likeness of words.
    pub(super) fn likeness_bits(&self, cause: usize) -> f64 {
        let expected: f64 = self
            .likeness
            .iter()
            .enumerate()
            .map(|(other, ratio)| prior(self.model, other) * ratio)
            .sum();
        libm::log2(self.likeness[cause] / expected)
    }

    /// What a check would tell, given the chances as they are.
    pub(super) fn prospect(&self, check: &Check, chances: &[f64]) -> Prospect {
        let seen = self.seen[check.fact];
        let mut yes = Vec::with_capacity(chances.len());
        let mut no = Vec::with_capacity(chances.len());
        for (cause, chance) in chances.iter().enumerate() {
            let p = self.model.facts[check.fact].chances[cause];
            let both = p * seen.if_so * check.rates.yes + (1.0 - p) * seen.if_not * check.rates.no;
            let says_yes = both / seen.likelihood(p);
            yes.push(chance * says_yes);
            no.push(chance * (1.0 - says_yes));
        }
        let yes_chance: f64 = yes.iter().sum();
        let (yes, no) = (normalised(yes), normalised(no));
        let left = yes_chance * entropy(&yes) + (1.0 - yes_chance) * entropy(&no);
        Prospect {
            bits: (entropy(chances) - left).max(0.0),
            yes,
            no,
        }
    }
}

/// Below it a weight is a rounded zero; so that hundreds of contradictions still leave numbers.
const LOG_MIN: f64 = -600.0;

/// What a check would tell.
pub(super) struct Prospect {
    /// Expected fall of entropy, in bits.
    pub(super) bits: f64,
    /// Chances after a yes.
    pub(super) yes: Vec<f64>,
    /// Chances after a no.
    pub(super) no: Vec<f64>,
}

/// Chance of a cause before anything is known; past the last one, that of other causes.
pub(super) fn prior(model: &Model, cause: usize) -> f64 {
    model
        .causes
        .get(cause)
        .map_or(model.other, |cause| cause.prior)
}

/// H = −Σ p · log2 p, in bits.
pub(super) fn entropy(chances: &[f64]) -> f64 {
    let terms = chances.iter().filter(|p| **p > 0.0);
    -terms.map(|p| p * libm::log2(*p)).sum::<f64>()
}

fn normalised(mut weights: Vec<f64>) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        for weight in &mut weights {
            *weight /= sum;
        }
    }
    weights
}
