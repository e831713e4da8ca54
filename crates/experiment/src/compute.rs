//! Runs within a budget, for pages that answer while a reader waits.

use sim::{Scenario, Status};

use crate::digest::Digest;

/// What one answer may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most replications of each variant.
    pub replications: u64,
    /// Most events over all runs: about a second of work for ten million.
    pub events: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            replications: 8,
            events: 10_000_000,
        }
    }
}

/// Events between two looks at the budget.
const SLICE_EVENTS: u64 = 65_536;

/// Runs replications of every variant, as many as the budget allows, and digests them.
///
/// # Errors
/// Not even one replication fits into the budget.
pub fn compute(scenario: &Scenario, text: &str, budget: Budget) -> Result<Digest, String> {
    let mut study = scenario.study();
    let mut left = budget.events;
    let mut complete = 0;
    while let Some(job) = study.next_job() {
        if job.replication >= budget.replications {
            break;
        }
        let mut run = scenario.run(job);
        while run.step(SLICE_EVENTS) == Status::Running {
            left = left.saturating_sub(SLICE_EVENTS);
            if left == 0 {
                break;
            }
        }
        if left == 0 {
            break;
        }
        study.accept(job, run.finish());
        complete += u64::from(job.variant + 1 == scenario.variants.len());
    }
    if complete == 0 {
        return Err(format!(
            "one replication needs more than {} million events; run it with `dstudio sim run`",
            budget.events / 1_000_000
        ));
    }
    Ok(Digest::of(scenario, text, &study.results()))
}
