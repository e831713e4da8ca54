//! Incidents drawn from the model itself: how good the diagnosis can be if the model is right.

use super::belief::{Belief, prior};
use super::mentions::Diagnosis;
use super::model::Model;
use super::sheet::Rates;

/// Chance from which a diagnosis counts as made.
const CERTAIN: f64 = 0.8;
/// Most checks that somebody makes.
const CHECKS_MAX: usize = 20;

/// Numbers from 0 to 1, the next one after the other; the same seed gives the same ones.
///
/// SplitMix64 (Steele, Lea, Flood 2014).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// How the diagnosis did on drawn incidents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Incidents.
    pub incidents: usize,
    /// Those whose cause was first when the questions ended.
    pub first: usize,
    /// Those whose cause was among the first three.
    pub three: usize,
    /// Checks made in all.
    pub checks: usize,
    /// Minutes spent in all.
    pub minutes: f64,
    /// Incidents in which a cause became certain to eight in ten before the checks ran out.
    pub decided: usize,
}

/// What is known when the first check is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    Nothing,
    /// One thing that is so, chosen by lot as a symptom.
    OneSymptom,
    /// A report: each fact is mentioned as often as the model says that texts mention it.
    Report,
}

/// Draws incidents by the model's own chances, each from a playbook's cause, and diagnoses each by
/// the proposed check, until a cause is certain to eight in ten or twenty checks are made.
pub fn drawn(diagnosis: &Diagnosis, start: Start, incidents: usize, seed: u64) -> Drawn {
    let model = diagnosis.model();
    let mut draws = Draws(seed);
    let mut found = Drawn::default();
    for _ in 0..incidents {
        one(model, start, &mut draws, &mut found);
    }
    found
}

fn one(model: &Model, start: Start, draws: &mut Draws, found: &mut Drawn) {
    let cause = cause(model, draws);
    let facts: Vec<bool> = model
        .facts
        .iter()
        .map(|fact| draws.next() < fact.chances[cause])
        .collect();
    let mut belief = Belief::new(model);
    begin(model, start, &facts, draws, &mut belief);
    let mut left: Vec<usize> = (0..model.checks.len()).collect();
    let mut chances = belief.chances();
    for _ in 0..CHECKS_MAX {
        if chances.iter().any(|chance| *chance >= CERTAIN) {
            found.decided += 1;
            break;
        }
        let worths: Vec<f64> = left
            .iter()
            .map(|check| {
                let check = &model.checks[*check];
                belief.prospect(check, &chances).bits / check.minutes
            })
            .collect();
        let best = (0..left.len()).max_by(|a, b| worths[*a].total_cmp(&worths[*b]));
        let Some(best) = best else { break };
        let check = &model.checks[left.swap_remove(best)];
        let Rates { yes, no } = check.rates;
        let says_yes = draws.next() < if facts[check.fact] { yes } else { no };
        belief.see(
            check.fact,
            if says_yes {
                check.rates
            } else {
                Rates {
                    yes: 1.0 - yes,
                    no: 1.0 - no,
                }
            },
        );
        found.checks += 1;
        found.minutes += check.minutes;
        chances = belief.chances();
    }
    let order = super::order(model, &chances);
    let place = order.iter().position(|at| *at == cause);
    found.incidents += 1;
    found.first += usize::from(place == Some(0));
    found.three += usize::from(place.is_some_and(|place| place < 3));
}

/// A playbook's cause by the priors.
fn cause(model: &Model, draws: &mut Draws) -> usize {
    let mut at = draws.next() * (1.0 - model.other);
    for candidate in 0..model.causes.len() {
        at -= prior(model, candidate);
        if at < 0.0 {
            return candidate;
        }
    }
    model.causes.len() - 1
}

/// Tells a belief what is known at first.
fn begin(model: &Model, start: Start, facts: &[bool], draws: &mut Draws, belief: &mut Belief<'_>) {
    match start {
        Start::Nothing => {}
        Start::OneSymptom => {
            let so: Vec<usize> = (0..facts.len()).filter(|at| facts[*at]).collect();
            let lot = (draws.next() * so.len() as f64) as usize;
            if let Some(fact) = so.get(lot) {
                belief.see(*fact, super::CHOSEN);
            }
        }
        Start::Report => {
            let said = model.strengths.strong;
            for (fact, so) in facts.iter().enumerate() {
                if draws.next() < if *so { said.yes } else { said.no } {
                    belief.see(fact, said);
                }
            }
        }
    }
}
