//! Runs within a budget, in slices, for pages that answer while a reader waits.

use std::collections::VecDeque;

use sim::{Job, Outcome, Run, Scenario, Status, Study};

use crate::digest::Digest;

/// What one answer may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most replications of each variant.
    pub replications: u64,
    /// Most events over all runs: about two seconds of work for twenty million.
    pub events: u64,
    /// Most attempts pending at once in a run: about 40 MB with their events.
    pub pending: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            replications: 8,
            events: 20_000_000,
            pending: 100_000,
        }
    }
}

/// Events between two looks at the budget, and between two looks at whether the answer is still
/// wanted: some ten milliseconds.
const SLICE_EVENTS: u64 = 65_536;

/// How far a computation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do.
    Running,
    /// There is more to do, and the digest shows more than before.
    Advanced,
    /// Nothing is left.
    Done,
}

/// The runs of a scenario, replication by replication, as many as the budget allows.
///
/// The variant that is shown first runs first, so that something can be drawn soon; what comes out
/// in the end depends on neither that nor the pace.
#[derive(Debug)]
pub struct Computation {
    study: Study,
    text: String,
    budget: Budget,
    shown: usize,
    jobs: VecDeque<Job>,
    running: Option<(Job, Run)>,
    /// The first outcome of the shown variant, until all variants have one.
    first: Option<Outcome>,
    events_left: u64,
    /// Replications of all variants that are done.
    complete: u64,
    in_replication: usize,
    failure: Option<String>,
}

impl Computation {
    /// The runs of `scenario`, whose text is `text`. `shown` names the variant to run first; the
    /// last one, which has what the others lack, when there is none of that name.
    pub fn new(scenario: &Scenario, text: &str, shown: &str, budget: Budget) -> Computation {
        let variants = &scenario.variants;
        let named = variants.iter().position(|variant| variant.name == shown);
        Computation {
            study: scenario.study(),
            text: text.to_owned(),
            budget,
            shown: named.unwrap_or(variants.len().saturating_sub(1)),
            jobs: VecDeque::new(),
            running: None,
            first: None,
            events_left: budget.events,
            complete: 0,
            in_replication: 0,
            failure: None,
        }
    }

    /// What is run.
    pub fn scenario(&self) -> &Scenario {
        self.study.scenario()
    }

    /// Runs a slice.
    pub fn step(&mut self) -> Progress {
        if self.running.is_none() {
            match self.next_job() {
                Some(job) => self.running = Some((job, self.study.scenario().run(job))),
                None => return Progress::Done,
            }
        }
        let Some((job, run)) = &mut self.running else {
            return Progress::Done;
        };
        let before = run.events();
        let status = run.step(SLICE_EVENTS.min(self.events_left));
        self.events_left -= (run.events() - before).min(self.events_left);
        if status == Status::Running {
            if self.events_left == 0 {
                return self.give_up(format!(
                    "one replication needs more than {} million events",
                    self.budget.events / 1_000_000
                ));
            }
            if run.pending().0 > self.budget.pending {
                return self.give_up(format!(
                    "more than {} requests are pending at once",
                    self.budget.pending
                ));
            }
            return Progress::Running;
        }
        let job = *job;
        match self.running.take() {
            Some((_, run)) => self.accept(job, run.finish()),
            None => Progress::Done,
        }
    }

    /// The next run: of each replication, the shown variant before the others.
    fn next_job(&mut self) -> Option<Job> {
        if self.failure.is_some() {
            return None;
        }
        if self.jobs.is_empty() {
            let mut jobs = self.study.next_jobs();
            jobs.retain(|job| job.replication < self.budget.replications);
            jobs.sort_by_key(|job| (job.replication, job.variant != self.shown, job.variant));
            self.jobs = jobs.into();
        }
        self.jobs.pop_front()
    }

    /// The answer stands as it is, unless there is none yet.
    fn give_up(&mut self, why: String) -> Progress {
        self.running = None;
        self.first = None;
        self.jobs.clear();
        self.failure = Some(why);
        Progress::Done
    }

    fn accept(&mut self, job: Job, outcome: Result<Outcome, Status>) -> Progress {
        let refused = outcome.is_err();
        let is_first = job.replication == 0 && job.variant == self.shown;
        let several = self.study.scenario().variants.len() > 1;
        if let Ok(outcome) = &outcome
            && is_first
            && several
        {
            self.first = Some(outcome.clone());
        }
        self.study.accept(job, outcome);
        if refused {
            self.first = None;
            self.jobs.clear();
            return Progress::Done;
        }
        self.in_replication += 1;
        if self.in_replication == self.study.scenario().variants.len() {
            self.in_replication = 0;
            self.complete += 1;
            self.first = None;
            // The picture changes less and less: one at each doubling is enough.
            return match self.complete.is_power_of_two() {
                true => Progress::Advanced,
                false => Progress::Running,
            };
        }
        match is_first {
            true => Progress::Advanced,
            false => Progress::Running,
        }
    }

    /// What the runs so far say.
    ///
    /// # Errors
    /// Not even one run fitted into the budget.
    pub fn digest(&self) -> Result<Digest, String> {
        let scenario = self.study.scenario();
        if let Some(outcome) = &self.first {
            return Ok(self.first_digest(scenario, outcome));
        }
        let results = self.study.results();
        match &self.failure {
            Some(why) if self.complete == 0 && results.refused.is_none() => Err(why.clone()),
            _ => Ok(Digest::of(scenario, &self.text, &results)),
        }
    }

    /// The digest of the shown variant's first run alone.
    fn first_digest(&self, scenario: &Scenario, outcome: &Outcome) -> Digest {
        let mut alone = scenario.clone();
        alone.variants = vec![scenario.variants[self.shown].clone()];
        alone.claims.clear();
        let mut study = alone.study();
        let job = Job {
            variant: 0,
            replication: 0,
        };
        study.accept(job, Ok(outcome.clone()));
        Digest::of(&alone, &self.text, &study.results()).with_the_rest_pending(scenario)
    }
}

/// Runs replications of every variant, as many as the budget allows, and digests them.
///
/// # Errors
/// Not even one replication fits into the budget.
pub fn compute(scenario: &Scenario, text: &str, budget: Budget) -> Result<Digest, String> {
    let mut computation = Computation::new(scenario, text, "", budget);
    while computation.step() != Progress::Done {}
    computation.digest()
}
