//! A study: which runs a scenario needs, and what follows from their outcomes.
//!
//! A study is a plain state machine: it hands out jobs and takes outcomes in any order, so that a
//! server, a terminal and a browser can run them as they like; what follows depends on their
//! index alone.

use crate::claim::{Claim, Verdict, verdict_of};
use crate::expression::FigureOf;
use crate::figure::Unit;
use crate::results::{ClaimResult, Results};
use crate::run::{Outcome, Run, Status, Window};
use crate::scenario::Scenario;
use kernel::{Interval, Moments};

/// One run: a replication of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Job {
    /// Variant, by index.
    pub variant: usize,
    /// Number of the replication, from 0; equal numbers meet the same load.
    pub replication: u64,
}

/// Why a run gave no outcome, for people.
fn refusal(status: Status) -> String {
    match status {
        Status::TooManyPending => format!(
            "more than {} requests were pending: the backlog grows without bound",
            crate::run::MAX_PENDING_ATTEMPTS
        ),
        Status::TooManyEvents => {
            format!("more than {} events happened", crate::run::MAX_EVENTS)
        }
        Status::Stuck => "time stands still: something is repeated without any delay".to_string(),
        Status::Running | Status::Done => "the run was not finished".to_string(),
    }
}

/// The state of a study. It keeps a copy of its scenario, whose systems are shared, so that a page
/// or a browser can hold it between steps.
#[derive(Clone, Debug)]
pub struct Study {
    scenario: Scenario,
    /// Outcomes by replication, then variant.
    outcomes: Vec<Vec<Option<Outcome>>>,
    /// Jobs handed out, as the index of the next one.
    handed: u64,
    look: u32,
    refused: Option<String>,
}

impl Study {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Study {
            scenario: scenario.clone(),
            outcomes: Vec::new(),
            handed: 0,
            look: 0,
            refused: None,
        }
    }

    /// The next job of the present look, replication by replication; none when all are handed out.
    /// Once their outcomes are in, ask again: undecided claims may need another look.
    pub fn next_job(&mut self) -> Option<Job> {
        if self.refused.is_some() {
            return None;
        }
        let variants = self.scenario.variants.len() as u64;
        if self.handed >= self.wanted() {
            let last = self.look + 1 >= self.scenario.looks.looks;
            if !self.is_complete() || last || self.is_decided() {
                return None;
            }
            self.look += 1;
        }
        let job = Job {
            variant: (self.handed % variants) as usize,
            replication: self.handed / variants,
        };
        self.handed += 1;
        Some(job)
    }

    /// All jobs that can run at once now; empty when the study is finished or waits for outcomes.
    pub fn next_jobs(&mut self) -> Vec<Job> {
        std::iter::from_fn(|| self.next_job()).collect()
    }

    fn wanted(&self) -> u64 {
        let variants = self.scenario.variants.len() as u64;
        self.scenario.looks.replications(self.look) * variants
    }

    /// Takes the outcome of a job; the order does not matter.
    pub fn accept(&mut self, job: Job, outcome: Result<Outcome, Status>) {
        match outcome {
            Ok(outcome) => {
                let index = job.replication as usize;
                let variants = self.scenario.variants.len();
                while self.outcomes.len() <= index {
                    self.outcomes.push(vec![None; variants]);
                }
                self.outcomes[index][job.variant] = Some(outcome);
            }
            Err(status) => {
                let name = &self.scenario.variants[job.variant].name;
                self.refused = Some(format!("variant `{name}`: {}", refusal(status)));
            }
        }
    }

    fn is_complete(&self) -> bool {
        let done = self
            .outcomes
            .iter()
            .flatten()
            .filter(|o| o.is_some())
            .count() as u64;
        done >= self.wanted()
    }

    fn is_decided(&self) -> bool {
        self.claims()
            .iter()
            .all(|claim| claim.verdict != Verdict::Inconclusive)
    }

    /// Complete replications from the first on: what figures are taken over.
    pub(crate) fn replications(&self) -> impl Iterator<Item = &[Option<Outcome>]> {
        let complete = |row: &&Vec<Option<Outcome>>| row.iter().all(Option::is_some);
        self.outcomes.iter().take_while(complete).map(Vec::as_slice)
    }

    /// The scenario studied.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// The value of a figure in one replication.
    fn figure(&self, row: &[Option<Outcome>], of: &FigureOf) -> Result<f64, String> {
        let Some(outcome) = &row[of.variant] else {
            return Err("not run yet".into());
        };
        let system = &self.scenario.variants[of.variant].system;
        of.figure
            .value(outcome, system, self.window(outcome, of.window))
    }

    pub(crate) fn window<'b>(&'b self, outcome: &'b Outcome, window: Option<usize>) -> &'b Window {
        window.map_or(outcome.measured(), |index| {
            &self.scenario.plan.windows[index]
        })
    }

    /// The interval of a figure over replications.
    pub(crate) fn interval(&self, of: &FigureOf) -> Result<Interval, String> {
        let mut moments = Moments::new();
        for row in self.replications() {
            moments.push(self.figure(row, of)?);
        }
        if moments.count() == 0 {
            return Err("nothing was run yet".into());
        }
        Ok(Interval::student(&moments, self.scenario.looks.level()))
    }

    /// The claims as they stand.
    pub fn claims(&self) -> Vec<ClaimResult> {
        self.scenario
            .claims
            .iter()
            .map(|claim| self.claim(claim))
            .collect()
    }

    fn claim(&self, claim: &Claim) -> ClaimResult {
        let mut result = ClaimResult {
            text: claim.text.clone(),
            because: claim.because.clone(),
            source: claim.source.clone(),
            verdict: Verdict::Inconclusive,
            measured: String::new(),
            margin_low: None,
            margin_high: None,
        };
        if let Some(why) = &self.refused {
            result.measured = why.clone();
            return result;
        }
        let (mut left, mut right) = (Moments::new(), Moments::new());
        let mut margins: Vec<Moments> = Vec::new();
        let mut strict = true;
        for row in self.replications() {
            let figure = |of: &FigureOf| self.figure(row, of);
            match (claim.left.value(&figure), claim.right.value(&figure)) {
                (Ok(a), Ok(b)) => {
                    left.push(a);
                    right.push(b);
                    let margin = claim.margins(a, b);
                    strict = margin.strict;
                    margins.resize(margin.values.len(), Moments::new());
                    margins
                        .iter_mut()
                        .zip(margin.values)
                        .for_each(|(m, value)| m.push(value));
                }
                (Err(why), _) | (_, Err(why)) => {
                    result.measured = why;
                    return result;
                }
            }
        }
        let level = self.scenario.looks.level();
        let intervals: Vec<Interval> = margins
            .iter()
            .map(|m| Interval::student(m, level))
            .collect();
        let verdicts: Vec<Verdict> = intervals.iter().map(|i| verdict_of(i, strict)).collect();
        result.verdict = if verdicts.contains(&Verdict::Fails) {
            Verdict::Fails
        } else if verdicts.is_empty() || verdicts.contains(&Verdict::Inconclusive) {
            Verdict::Inconclusive
        } else {
            Verdict::Holds
        };
        let (a, b) = (
            Interval::student(&left, level),
            Interval::student(&right, level),
        );
        result.measured = format!(
            "{} against {} over {} replications",
            measured(a.mean, a.half_width(), claim.unit),
            measured(b.mean, b.half_width(), claim.unit),
            a.count
        );
        // A single replication has no interval, and infinity is no JSON.
        let finite = |x: f64| x.is_finite().then_some(x);
        result.margin_low = intervals
            .iter()
            .map(|i| i.low)
            .reduce(f64::min)
            .and_then(finite);
        result.margin_high = intervals
            .iter()
            .map(|i| i.high)
            .reduce(f64::min)
            .and_then(finite);
        result
    }

    /// Everything that the outcomes so far say.
    pub fn results(&self) -> Results {
        Results::of(self)
    }
}

/// A value with the half width of its interval, which a constant has not, in a unit that people use.
pub(crate) fn measured(value: f64, half_width: f64, unit: Unit) -> String {
    let (scale, symbol) = match unit {
        Unit::Seconds if value.abs() < 1.0 => (1e3, " ms"),
        Unit::Seconds => (1.0, " s"),
        Unit::PerSecond => (1.0, "/s"),
        Unit::Share => (100.0, " %"),
        Unit::Number => (1.0, ""),
    };
    let value = short(value * scale);
    if half_width == 0.0 {
        return format!("{value}{symbol}");
    }
    format!("{value} ± {}{symbol}", short(half_width * scale))
}

/// Four significant digits.
pub(crate) fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !value.is_finite() {
        return "∞".into();
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    let decimals = (3 - magnitude).clamp(0, 9) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}

/// Decides all claims of a scenario on this thread.
pub fn decide(scenario: &Scenario) -> Results {
    let mut study = scenario.study();
    while let Some(job) = study.next_job() {
        let outcome = scenario.run(job).to_end();
        study.accept(job, outcome);
    }
    study.results()
}

impl Run {
    /// Runs to the end.
    ///
    /// # Errors
    ///
    /// The status with which the run stopped, if it grew beyond its bounds.
    pub fn to_end(mut self) -> Result<Outcome, Status> {
        while self.step(u64::from(u32::MAX)) == Status::Running {}
        self.finish()
    }
}
