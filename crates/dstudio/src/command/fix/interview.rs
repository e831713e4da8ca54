//! `dstudio fix` in a terminal: one check after the other, and a log of what was seen and done.

use std::io::{BufRead, Write};

use advisor::fix::review::Kind;
use advisor::fix::{self, Answer, Diagnosis, Next, Observed, Question};
use advisor::input::Unknown;

use crate::command::report::{Part, text};
use crate::incident_log::IncidentLog;
use crate::{Failure, Outcome, output};

/// What somebody typed.
enum Typed {
    /// An answer to the check.
    Answer(Observed),
    /// The check cannot be made now.
    Skip,
    /// The safe step was taken.
    Done,
    /// A note for the log.
    Note(String),
    /// More words about what is seen.
    Words(String),
    Quit,
    /// None of these.
    Unclear,
}

/// Asks until somebody leaves or no check is worth its time.
pub(super) fn run(first: Answer, diagnosis: &Diagnosis) -> Result<Outcome, Failure> {
    let log = IncidentLog::of_user().ok();
    let note = |kind: Kind, words: &str| -> Result<(), Failure> {
        log.as_ref().map_or(Ok(()), |log| log.add(kind, words))
    };
    let mut answer = first;
    let mut lines = std::io::stdin().lock().lines();
    if answer.question.is_empty() {
        output::print("What do you see? ")?;
        let Some(line) = lines.next() else {
            return Ok(Outcome::Fine);
        };
        let line = line.map_err(Failure::io("cannot read the answer"))?;
        answer = answered(with_words(&answer.question, &line), diagnosis)?;
    }
    if !answer.question.text.is_empty() {
        note(Kind::Symptom, &answer.question.text)?;
    }
    show(&answer)?;
    note(Kind::Diagnosis, &answer.headline)?;
    while let Some(next) = answer.next.first().cloned() {
        ask(&next)?;
        let Some(line) = lines.next() else { break };
        let line = line.map_err(Failure::io("cannot read the answer"))?;
        let mut question = answer.question.clone();
        match understood(&line, &next, diagnosis) {
            Typed::Quit => break,
            Typed::Unclear => {
                output::print(
                    "y, n, a number where one is asked for, ? or Enter to skip, q to quit\n",
                )?;
                continue;
            }
            Typed::Done => {
                note(Kind::Step, &answer.mitigation.action)?;
                output::print("logged\n")?;
                continue;
            }
            Typed::Note(words) => {
                note(Kind::Note, &words)?;
                output::print("logged\n")?;
                continue;
            }
            Typed::Skip => question.passed.push(next.evidence.clone()),
            Typed::Words(words) => {
                note(Kind::Symptom, &words)?;
                question = with_words(&question, &words);
            }
            Typed::Answer(observed) => {
                note(Kind::Check, &format!("{} {observed}", next.question))?;
                question.evidence.insert(next.evidence.clone(), observed);
            }
        }
        let before = answer.headline.clone();
        answer = answered(question, diagnosis)?;
        show(&answer)?;
        if answer.headline != before {
            note(Kind::Diagnosis, &answer.headline)?;
        }
    }
    if answer.next.is_empty() {
        output::print("\nNo further check is worth its time.\n")?;
    }
    output::print(
        "The log is kept: dstudio fix --log shows it, --log-out FILE drafts the review.\n",
    )?;
    Ok(super::tool::outcome(!answer.unknown))
}

fn answered(question: Question, diagnosis: &Diagnosis) -> Result<Answer, Failure> {
    fix::answer(&question, diagnosis).map_err(|error| Failure::Other(error.to_string()))
}

/// The question with more words; what no longer fits into a text is left out.
fn with_words(question: &Question, words: &str) -> Question {
    let mut question = question.clone();
    let joined = format!("{} {}", question.text, words.trim());
    let mut end = joined.len().min(fix::TEXT_BYTES_MAX);
    while !joined.is_char_boundary(end) {
        end -= 1;
    }
    question.text = joined[..end].trim().to_owned();
    question
}

fn show(answer: &Answer) -> Result<(), Failure> {
    output::print(&text(&super::parts(answer, super::CAUSES_SHOWN)[..]))
}

fn ask(next: &Next) -> Result<(), Failure> {
    let answers = match &next.number {
        Some(scale) => format!(
            "a number of {} (normal {}, alarm {})",
            scale.unit, scale.normal, scale.alarm
        ),
        None => "y or n".to_owned(),
    };
    let mut shown = text(&[
        Part::Title(next.question.clone()),
        Part::Text(next.check.clone()),
    ]);
    shown.push_str(&format!(
        "[{answers}; Enter skips; d the safe step is done; + a note; > more words; q quits] "
    ));
    output::print(&shown)?;
    std::io::stdout()
        .flush()
        .map_err(Failure::io("cannot write to the terminal"))
}

fn understood(line: &str, next: &Next, diagnosis: &Diagnosis) -> Typed {
    let line = line.trim();
    if let Some(note) = line.strip_prefix('+') {
        return Typed::Note(note.trim().to_owned());
    }
    if let Some(words) = line.strip_prefix('>') {
        return Typed::Words(words.trim().to_owned());
    }
    match line {
        "" | "?" => return Typed::Skip,
        "q" | "quit" | "exit" => return Typed::Quit,
        "d" | "done" => return Typed::Done,
        _ => {}
    }
    // The same reader as for a form, so that `45 s` and `3x` mean the same everywhere.
    let pair = [(next.evidence.clone(), line.to_owned())];
    let read = Question::from_pairs(&pair, Unknown::Refuse, diagnosis.model());
    match read
        .ok()
        .and_then(|read| read.evidence.values().next().copied())
    {
        Some(observed) => Typed::Answer(observed),
        None => Typed::Unclear,
    }
}
