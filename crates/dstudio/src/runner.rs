//! Runs the jobs of a study on every core, with progress for people who wait.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use sim::{Job, Results, Scenario};

/// Runs longer than this tell how far they are.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs a scenario until its claims are decided or its looks are over. Outcomes are taken in the
/// order of jobs, so the number of cores changes nothing.
pub(crate) fn run(scenario: &Scenario, name: &str) -> Results {
    let mut study = scenario.study();
    let progress = Progress::new(name);
    loop {
        let jobs: Vec<Job> = study.next_jobs();
        if jobs.is_empty() {
            break;
        }
        progress.more(jobs.len());
        let outcomes: Vec<_> = jobs
            .par_iter()
            .map(|job| {
                let outcome = scenario.run(*job).to_end();
                progress.done();
                outcome
            })
            .collect();
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            study.accept(job, outcome);
        }
    }
    progress.end();
    study.results()
}

/// How far many runs are, on a terminal.
pub(crate) struct Progress<'n> {
    name: &'n str,
    started: Instant,
    of: AtomicUsize,
    finished: AtomicUsize,
    shown: bool,
}

impl<'n> Progress<'n> {
    pub(crate) fn new(name: &'n str) -> Self {
        Progress {
            name,
            started: Instant::now(),
            of: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            shown: std::io::stderr().is_terminal(),
        }
    }

    pub(crate) fn more(&self, jobs: usize) {
        self.of.fetch_add(jobs, Ordering::Relaxed);
    }

    pub(crate) fn done(&self) {
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown && self.started.elapsed() > PATIENCE {
            let of = self.of.load(Ordering::Relaxed);
            // A terminal that cannot be written to loses its progress, nothing else.
            let _ = write!(
                std::io::stderr(),
                "\r{}: {finished} of {of} runs ",
                self.name
            );
        }
    }

    pub(crate) fn end(&self) {
        if self.shown && self.started.elapsed() > PATIENCE {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
