//! `dstudio assess`.

use std::io::{BufRead, IsTerminal, Write};

use advisor::Error;
use advisor::assess::{self, Answer, Item, Question, Questionnaire};
use advisor::input::Unknown;
use clap::Args;
use serde::Serialize;

use super::report::{Part, text};
use super::tool::ToolOptions;
use crate::arguments::{Checkout, ContentOptions};
use crate::{Failure, Outcome, output};

const AFTER_HELP: &str = "\
In a terminal and without answers it asks; an empty line skips a question.

Examples:
  dstudio assess                                  nine questions, two minutes
  dstudio assess --questions                      the questions with their ids
  dstudio assess work=service lock=pause split=last
  dstudio assess --input answers.json --json      {\"work\": \"service\"}

Exit status: 0 answered, 2 wrong usage.";

/// Answers, or none to be asked.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// Answers by the id of their question; what is left out was skipped.
    #[arg(value_name = "QUESTION=ANSWER")]
    answers: Vec<String>,
    /// List questions and answers with their ids.
    #[arg(long)]
    questions: bool,
    #[command(flatten)]
    tool: ToolOptions,
    #[command(flatten)]
    content: ContentOptions,
}

#[derive(Serialize)]
struct Questions<'q> {
    schema: u32,
    questions: Vec<Asked<'q>>,
}

#[derive(Serialize)]
struct Asked<'q> {
    id: &'q str,
    text: &'q str,
    answers: Vec<Possible<'q>>,
}

#[derive(Serialize)]
struct Possible<'q> {
    id: &'q str,
    text: &'q str,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let catalog = super::load(&options.content.source(Checkout::Ignored))?;
    let questionnaire = Questionnaire::read(&catalog)
        .map_err(|errors| Failure::Other(Error::Rules(errors).to_string()))?;
    if options.questions {
        return list(options, &questionnaire);
    }
    let mut flags = Vec::new();
    for text in &options.answers {
        let Some((question, answer)) = text.split_once('=') else {
            let message =
                format!("\"{text}\" is no answer; write QUESTION=ANSWER, as in work=service");
            return Err(Failure::Other(message));
        };
        flags.push((question.to_owned(), answer.to_owned()));
    }
    let alone = flags.is_empty() && options.tool.input.is_none();
    let asks = alone && !options.tool.json && !options.tool.md;
    if asks && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        flags = interview(&questionnaire)?;
    }
    let answer = options.tool.pairs(flags).and_then(|pairs| {
        let question = Question::from_pairs(&pairs, Unknown::Refuse, &questionnaire);
        assess::answer(&question.map_err(Error::Input)?, &questionnaire)
    });
    options.tool.print(answer, parts)?;
    if asks && !std::io::stdin().is_terminal() {
        eprintln!("dstudio assess --questions lists the questions");
    }
    Ok(Outcome::Fine)
}

fn list(options: &Options, questionnaire: &Questionnaire) -> Result<Outcome, Failure> {
    let asked = questionnaire.items.iter().map(|item| Asked {
        id: &item.id,
        text: &item.text,
        answers: item
            .choices
            .iter()
            .map(|choice| Possible {
                id: &choice.id,
                text: &choice.text,
            })
            .collect(),
    });
    let questions = Questions {
        schema: advisor::SCHEMA,
        questions: asked.collect(),
    };
    let parts = |questions: &Questions<'_>| {
        let mut parts = Vec::new();
        for question in &questions.questions {
            parts.push(Part::Title(question.text.to_owned()));
            let rows = question.answers.iter().map(|answer| {
                vec![
                    format!("{}={}", question.id, answer.id),
                    answer.text.to_owned(),
                ]
            });
            parts.push(Part::Table(Vec::new(), rows.collect()));
        }
        parts
    };
    options.tool.print(Ok(questions), parts)?;
    Ok(Outcome::Fine)
}

/// Asks every question in the terminal. An empty line skips, the end of input ends.
fn interview(questionnaire: &Questionnaire) -> Result<Vec<(String, String)>, Failure> {
    let mut answers = Vec::new();
    let mut lines = std::io::stdin().lock().lines();
    for (at, item) in questionnaire.items.iter().enumerate() {
        output::print(&question_text(at + 1, questionnaire.items.len(), item))?;
        loop {
            output::print(&format!("1-{}, or Enter to skip: ", item.choices.len()))?;
            std::io::stdout()
                .flush()
                .map_err(Failure::io("cannot write to the terminal"))?;
            let Some(line) = lines.next() else {
                return Ok(answers);
            };
            let line = line.map_err(Failure::io("cannot read the answer"))?;
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            let number = line
                .parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1));
            if let Some(choice) = number.and_then(|number| item.choices.get(number)) {
                answers.push((item.id.clone(), choice.id.clone()));
                break;
            }
        }
    }
    Ok(answers)
}

fn question_text(number: usize, of: usize, item: &Item) -> String {
    let choices = item.choices.iter();
    let choices = choices.map(|choice| (choice.text.clone(), String::new()));
    text(&[
        Part::Title(format!("{number}/{of}  {}", item.text)),
        Part::Numbered(choices.collect()),
    ])
}

fn parts(answer: &Answer) -> Vec<Part> {
    let best = &answer.recommended;
    let mut parts = vec![
        Part::Text(answer.headline.clone()),
        Part::Text(format!("What stands at the end: {}.", best.outcome)),
        Part::Text(answer.confidence.words.clone()),
    ];
    if !answer.reasons.is_empty() {
        parts.push(Part::Title("Why".to_owned()));
        let reasons = answer.reasons.iter().map(|reason| reason.because.clone());
        parts.push(Part::List(reasons.collect()));
    }
    parts.push(Part::Title("Read first".to_owned()));
    let pages = answer.read.iter().map(|page| {
        (
            format!("{} (dstudio show {})", page.name, page.id),
            page.because.clone(),
        )
    });
    parts.push(Part::Numbered(pages.collect()));
    parts.push(Part::Title("All paths".to_owned()));
    let rows = answer.ranked.iter().map(|path| {
        let points = format!("{}/{}", path.points, path.points_max);
        vec![
            path.name.clone(),
            points,
            format!("{} ({})", path.level, path.id),
        ]
    });
    parts.push(Part::Table(Vec::new(), rows.collect()));
    parts.push(Part::Title("What this takes for granted".to_owned()));
    parts.push(Part::List(answer.assumptions.clone()));
    parts
}
