//! What must hold of any text whatever.

use sim::{Diagnostic, Job, OUTCOMES_BYTES_MAX, Scenario, Status};
use std::time::{Duration, Instant};

/// Events of a run that a text is tried with: enough to meet every component.
const EVENTS: u64 = 20_000;
/// Longest time for a text, on a busy machine without optimisation of anything but the engine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most texts of one document that are explained: more is not read by anybody.
const EXPLAINED_MAX: usize = 100_000;

/// How a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Refused,
    Run,
}

/// Reads a text and runs what it says a little.
///
/// # Errors
///
/// What does not hold of it.
pub(crate) fn judge(bytes: &[u8]) -> Result<End, String> {
    let started = Instant::now();
    let text = String::from_utf8_lossy(bytes);
    let end = match Scenario::parse(&text, "text") {
        Err(mistakes) => refused(&text, &mistakes).map(|()| End::Refused),
        Ok(scenario) => run(&scenario).map(|()| End::Run),
    }?;
    let took = started.elapsed();
    if took > PATIENCE {
        return Err(format!("it took {took:?}"));
    }
    Ok(end)
}

/// A refusal says something, and where.
fn refused(text: &str, mistakes: &[Diagnostic]) -> Result<(), String> {
    if mistakes.is_empty() {
        return Err("refused without a word".to_owned());
    }
    if mistakes.len() > EXPLAINED_MAX {
        return Err(format!("{} mistakes", mistakes.len()));
    }
    let lines = text.lines().count().max(1) + 1;
    for mistake in mistakes {
        if mistake.message.is_empty() || mistake.column == 0 || !(1..=lines).contains(&mistake.line)
        {
            return Err(format!("a mistake without a place: {mistake:?}"));
        }
    }
    Ok(())
}

fn run(scenario: &Scenario) -> Result<(), String> {
    let mut study = scenario.study();
    let mut ended = true;
    // The first look at most: later ones only repeat it.
    for job in study.next_jobs().into_iter().take(40) {
        let mut run = scenario.run(job);
        match run.step(EVENTS) {
            Status::Running => ended = false,
            Status::Done => {
                let outcome = run.finish().map_err(|status| format!("{status:?}"))?;
                study.accept(job, Ok(outcome));
            }
            status => study.accept(job, Err(status)),
        }
    }
    let last = Job {
        variant: scenario.variants.len() - 1,
        replication: u64::MAX,
    };
    scenario.run(last).step(EVENTS);
    if ended {
        // Whatever the outcomes say, it can be told.
        let results = study.results();
        let told = results.table().len();
        if told == 0 || told as f64 > OUTCOMES_BYTES_MAX {
            return Err(format!("a table of {told} bytes"));
        }
    }
    Ok(())
}
