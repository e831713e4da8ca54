//! `dstudio fix`.

mod interview;

use std::io::IsTerminal;
use std::path::PathBuf;

use advisor::Error;
use advisor::fix::{self, Answer, Diagnosis, Next, Question, Ranked, review};
use advisor::input::Unknown;
use clap::Args;
use serde::Serialize;

use super::report::{Part, text};
use super::tool::{self, ToolOptions};
use crate::arguments::{Checkout, ContentOptions};
use crate::incident_log::IncidentLog;
use crate::{Failure, Outcome, output};

const AFTER_HELP: &str = "\
In a terminal it asks for the check that tells most for each minute, and keeps a
log with times. Elsewhere it prints the answer and ends.

Examples:
  dstudio fix \"checkout times out since the deploy\"
  dstudio fix queue grows -e deliveries_of_one_message=80 -e offset_does_not_move=yes
  dstudio fix --list-evidence                     what can be answered, with its names
  dstudio fix --input incident.json --json        {\"text\": \"…\", \"evidence\": {\"no_leader\": true}}
  dstudio fix --log-out review.md                 a draft of the review from the log

Exit status: 0 answered, 1 nothing fits, 2 wrong usage.";

/// Causes shown before the rest is counted: past the third the odds are small.
const CAUSES_SHOWN: usize = 3;
/// Reasons shown for and against a cause.
const REASONS_SHOWN: usize = 3;

/// What is seen, or what to do with the log.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// What you see, in your own words.
    #[arg(value_name = "SYMPTOM")]
    symptom: Vec<String>,
    /// The answer to a check: yes, no, or a number; repeat it for several.
    #[arg(short, long, value_name = "NAME=VALUE")]
    evidence: Vec<String>,
    /// List every evidence with its question.
    #[arg(long)]
    list_evidence: bool,
    /// Show the incident log.
    #[arg(long, group = "log_action")]
    log: bool,
    /// Write a draft of a blameless review from the incident log; `-` prints it.
    #[arg(long, value_name = "FILE", group = "log_action")]
    log_out: Option<PathBuf>,
    /// Take the last entry of the incident log back.
    #[arg(long, group = "log_action")]
    log_undo: bool,
    /// Forget the incident log.
    #[arg(long, group = "log_action")]
    log_clear: bool,
    #[command(flatten)]
    tool: ToolOptions,
    #[command(flatten)]
    content: ContentOptions,
}

#[derive(Serialize)]
struct Evidence<'m> {
    schema: u32,
    evidence: Vec<Listed<'m>>,
}

#[derive(Serialize)]
struct Listed<'m> {
    name: &'m str,
    question: &'m str,
    #[serde(rename = "type")]
    kind: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    normal: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm: Option<f64>,
    minutes: f64,
    check: String,
    /// Evidence of one group observes one fact, which counts once.
    group: &'m str,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    if let Some(outcome) = log_action(options)? {
        return Ok(outcome);
    }
    let catalog = super::load_emergency(&options.content.source(Checkout::Ignored))?;
    let diagnosis = Diagnosis::read(&catalog)
        .map_err(|errors| Failure::Other(Error::Rules(errors).to_string()))?;
    if options.list_evidence {
        return list(options, &diagnosis);
    }
    let plain = options.tool.json || options.tool.md || options.tool.input.is_some();
    let answered =
        question(options, &diagnosis).and_then(|question| fix::answer(&question, &diagnosis));
    if !plain && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        let answer = answered.map_err(|error| Failure::Other(error.to_string()))?;
        return interview::run(answer, &diagnosis);
    }
    let answer = options
        .tool
        .print(answered, |answer| parts(answer, CAUSES_SHOWN))?;
    Ok(tool::outcome(answer.is_none_or(|answer| !answer.unknown)))
}

/// The file, then the words and answers of the command line on top.
fn question(options: &Options, diagnosis: &Diagnosis) -> Result<Question, Error> {
    let model = diagnosis.model();
    let mut question = match &options.tool.input {
        Some(path) => {
            let text = tool::read(path)
                .map_err(|error| Error::Input(vec![tool::field_error(path, error.to_string())]))?;
            Question::from_json(&text, model).map_err(Error::Input)?
        }
        None => Question::default(),
    };
    let mut pairs = Vec::new();
    let mut errors = Vec::new();
    if !options.symptom.is_empty() {
        pairs.push(("text".to_owned(), options.symptom.join(" ")));
    }
    for given in &options.evidence {
        match given.split_once('=') {
            Some((name, value)) => pairs.push((name.to_owned(), value.to_owned())),
            None => errors.push(advisor::FieldError {
                field: "evidence".to_owned(),
                value: given.clone(),
                message: "it has no value".to_owned(),
                fix: "write NAME=VALUE, as in no_leader=yes".to_owned(),
            }),
        }
    }
    if !errors.is_empty() {
        return Err(Error::Input(errors));
    }
    let typed = Question::from_pairs(&pairs, Unknown::Refuse, model).map_err(Error::Input)?;
    if !typed.text.is_empty() {
        question.text = typed.text;
    }
    question.evidence.extend(typed.evidence);
    question.symptoms.extend(typed.symptoms);
    question.passed.extend(typed.passed);
    Ok(question)
}

/// What was asked of the log, if anything was.
fn log_action(options: &Options) -> Result<Option<Outcome>, Failure> {
    if options.log {
        let entries = IncidentLog::of_user()?.entries()?;
        if options.tool.json {
            output::print_json(
                &serde_json::json!({ "schema": advisor::SCHEMA, "entries": entries }),
            )?;
        } else if entries.is_empty() {
            output::print("the incident log is empty\n")?;
        } else {
            let rows = entries.iter().map(|entry| {
                let time = format!(
                    "{} {}",
                    review::date(entry.time_s),
                    review::clock(entry.time_s)
                );
                vec![time, entry.text.clone()]
            });
            output::print(&text(&[Part::Table(Vec::new(), rows.collect())]))?;
        }
        return Ok(Some(tool::outcome(!entries.is_empty())));
    }
    if let Some(path) = &options.log_out {
        let draft = review::review(&IncidentLog::of_user()?.entries()?);
        if path.as_os_str() == "-" {
            output::print(&draft)?;
        } else {
            let shown = path.display();
            std::fs::write(path, draft).map_err(Failure::io(format!("cannot write {shown}")))?;
            output::print(&format!("the draft of the review is in {shown}\n"))?;
        }
        return Ok(Some(Outcome::Fine));
    }
    if options.log_undo {
        let taken = IncidentLog::of_user()?.undo()?;
        let said = match &taken {
            Some(entry) => format!("taken back: {}\n", crate::terminal::clean(&entry.text)),
            None => "the incident log is empty\n".to_owned(),
        };
        output::print(&said)?;
        return Ok(Some(tool::outcome(taken.is_some())));
    }
    if options.log_clear {
        let count = IncidentLog::of_user()?.clear()?;
        output::print(&format!("{count} entries forgotten\n"))?;
        return Ok(Some(Outcome::Fine));
    }
    Ok(None)
}

fn list(options: &Options, diagnosis: &Diagnosis) -> Result<Outcome, Failure> {
    let model = diagnosis.model();
    let listed = model.checks.iter().map(|check| Listed {
        name: &check.name,
        question: &check.question,
        kind: check.kind(),
        unit: check.number.as_ref().map(|scale| scale.unit.as_str()),
        normal: check.number.as_ref().map(|scale| scale.normal),
        alarm: check.number.as_ref().map(|scale| scale.alarm),
        minutes: check.minutes,
        check: check.instruction(),
        group: &model.fact_of(check).id,
    });
    let evidence = Evidence {
        schema: advisor::SCHEMA,
        evidence: listed.collect(),
    };
    let parts = |evidence: &Evidence<'_>| {
        let rows = evidence.evidence.iter().map(|listed| {
            let scale = match (listed.unit, listed.normal, listed.alarm) {
                (Some(unit), Some(normal), Some(alarm)) => {
                    format!(" (number of {unit}; normal {normal}, alarm {alarm})")
                }
                _ => " (yes or no)".to_owned(),
            };
            vec![
                listed.name.to_owned(),
                format!("{}{scale}", listed.question),
            ]
        });
        vec![Part::Table(Vec::new(), rows.collect())]
    };
    options.tool.print(Ok(evidence), parts)?;
    Ok(Outcome::Fine)
}

/// An answer for a person: what to do first, then why.
fn parts(answer: &Answer, causes_shown: usize) -> Vec<Part> {
    let mut parts = vec![Part::Text(answer.headline.clone())];
    parts.extend(mitigation(answer));
    parts.push(Part::Title("Likely causes".to_owned()));
    let shown = answer.causes.iter().take(causes_shown);
    let rows = shown.clone().map(|cause| {
        let name = format!("{} (dstudio show {})", cause.name, cause.id);
        vec![fix::percent(cause.p), name]
    });
    parts.push(Part::Table(Vec::new(), rows.collect()));
    let rest: f64 = answer
        .causes
        .iter()
        .skip(causes_shown)
        .map(|cause| cause.p)
        .sum();
    parts.push(Part::Text(format!(
        "  {} others together, {} something that stands in no playbook",
        fix::percent(rest),
        fix::percent(answer.other)
    )));
    if let Some(best) = answer.causes.first().filter(|_| !answer.unknown) {
        parts.extend(reasons(best));
    }
    parts.extend(checks(&answer.next));
    parts
}

fn mitigation(answer: &Answer) -> Vec<Part> {
    let step = &answer.mitigation;
    let mut parts = vec![
        Part::Title("Safe now".to_owned()),
        Part::Text(step.action.clone()),
    ];
    // Commands keep their lines: a wrapped one could not be copied.
    parts.extend(step.run.as_ref().map(|run| Part::Code(run.clone())));
    parts.push(Part::List(vec![
        format!("risk: {}", step.risk),
        format!("undo: {}", step.undo),
        format!("worked if: {}", step.check),
        format!("all steps: dstudio show {}", step.id),
    ]));
    parts
}

fn reasons(best: &Ranked) -> Vec<Part> {
    let line =
        |reason: &fix::Reason| format!("{} ({}): {}", reason.says, reason.observed, reason.why);
    let mut parts = Vec::new();
    let lists = [
        (format!("For {}", best.name), &best.reasons_for),
        ("Against it".to_owned(), &best.reasons_against),
    ];
    for (title, reasons) in lists {
        if !reasons.is_empty() {
            parts.push(Part::Title(title));
            let lines = reasons.iter().take(REASONS_SHOWN).map(line);
            parts.push(Part::List(lines.collect()));
        }
    }
    parts
}

/// The best check with its command, and others by their question.
fn checks(next: &[Next]) -> Vec<Part> {
    let Some((best, others)) = next.split_first() else {
        return Vec::new();
    };
    let effort = |next: &Next| {
        format!(
            "{} min, {:.2} bits a minute; -e {}=…",
            next.minutes, next.bits_per_minute, next.evidence
        )
    };
    let mut parts = vec![
        Part::Title("Check next".to_owned()),
        Part::Text(best.question.clone()),
        Part::Text(format!("{} ({})", best.look, effort(best))),
    ];
    if !best.run.is_empty() {
        parts.push(Part::Code(best.run.clone()));
    }
    if !others.is_empty() {
        parts.push(Part::Text("or".to_owned()));
        let others = others.iter().take(2);
        let lines = others.map(|next| format!("{} ({})", next.question, effort(next)));
        parts.push(Part::List(lines.collect()));
    }
    parts
}
