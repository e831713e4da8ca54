//! The sizing tools' commands: their flags are the fields of the tools.

use advisor::input::Unknown;
use advisor::sizing::{self, Answer, Cell, Field, Kind, Tool};
use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, Subcommand};

use super::report::Part;
use super::tool::{ToolOptions, outcome};
use crate::{Failure, Outcome, output};

/// A sizing tool with what was typed.
#[derive(Debug)]
pub(crate) struct Options {
    tool: &'static Tool,
    flags: Vec<(String, String)>,
    /// Name of the one file to print.
    file: Option<String>,
    options: ToolOptions,
}

impl Subcommand for Options {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        sizing::TOOLS.into_iter().fold(command, |command, tool| {
            command.subcommand(with_flags(tool, clap::Command::new(tool.id)))
        })
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Options::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        sizing::tool(name).is_some()
    }
}

impl FromArgMatches for Options {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Options, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, given) = matches.subcommand().ok_or_else(missing)?;
        let tool = sizing::tool(name).ok_or_else(missing)?;
        let mut flags = Vec::new();
        for field in tool.fields {
            for text in given.get_many::<String>(field.name).into_iter().flatten() {
                flags.push((field.name.to_owned(), text.clone()));
            }
        }
        Ok(Options {
            tool,
            flags,
            file: given.get_one::<String>("file").cloned(),
            options: ToolOptions::from_arg_matches(given)?,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Options::from_arg_matches(matches)?;
        Ok(())
    }
}

fn with_flags(tool: &'static Tool, command: clap::Command) -> clap::Command {
    let command = tool
        .fields
        .iter()
        .fold(command, |command, field| command.arg(flag(field)));
    let file = Arg::new("file")
        .long("file")
        .value_name("NAME")
        .help("Print this file of the answer and nothing else")
        .conflicts_with_all(["json", "md"]);
    // The shared flags bring a line about themselves, which ours takes the place of.
    ToolOptions::augment_args(command.arg(file))
        .about(tool.about)
        .after_help(tool.help)
        .allow_negative_numbers(true)
}

fn flag(field: &Field) -> Arg {
    let help = match field.default.filter(|text| !text.contains('\n')) {
        Some(default) => format!("{}; {default} if left out", field.about),
        None => field.about.to_owned(),
    };
    let (value, action) = match field.kind {
        Kind::Lines(_) => ("LINE", ArgAction::Append),
        Kind::Text(_) => ("TEXT", ArgAction::Set),
        Kind::Whole { .. } => ("N", ArgAction::Set),
        Kind::Number { .. } => ("VALUE", ArgAction::Set),
    };
    Arg::new(field.name)
        .long(field.name.replace('_', "-"))
        .alias(field.name)
        .value_name(value)
        .action(action)
        .help(help)
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let answer = options
        .options
        .pairs(options.flags.clone())
        .and_then(|pairs| options.tool.ask(&pairs, Unknown::Refuse));
    if let (Some(name), Ok(answer)) = (&options.file, &answer) {
        return print_file(answer, name);
    }
    let answer = options.options.print(answer, parts)?;
    Ok(outcome(answer.is_some_and(|answer| answer.holds)))
}

fn print_file(answer: &Answer, name: &str) -> Result<Outcome, Failure> {
    if let Some(file) = answer.files.iter().find(|file| file.name == name) {
        output::print(&file.text)?;
        return Ok(outcome(answer.holds));
    }
    let names: Vec<&str> = answer.files.iter().map(|file| file.name.as_str()).collect();
    let known = match names[..] {
        [] => "this answer has none".to_owned(),
        _ => format!("write one of {}", names.join(", ")),
    };
    Err(Failure::Other(format!(
        "there is no file \"{name}\"; {known}"
    )))
}

fn parts(answer: &Answer) -> Vec<Part> {
    let mut parts = vec![
        Part::Text(answer.headline.clone()),
        Part::Title("In numbers".to_owned()),
        figures(answer),
    ];
    let mut list = |title: &str, lines: &[String]| {
        if !lines.is_empty() {
            parts.push(Part::Title(title.to_owned()));
            parts.push(Part::List(lines.to_vec()));
        }
    };
    list("Why", &answer.reasons);
    for table in &answer.tables {
        parts.push(Part::Title(table.title.clone()));
        if !table.note.is_empty() {
            parts.push(Part::Text(table.note.clone()));
        }
        let text = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.clone()).collect();
        let rows = table.rows.iter().map(text).collect();
        parts.push(Part::Table(table.columns.clone(), rows));
    }
    if let Some(first) = answer
        .figures
        .first()
        .filter(|_| !answer.sensitivity.is_empty())
    {
        let title = format!("Which input matters most for {} {}", first.name, first.text);
        parts.push(Part::Title(title));
        let rows = answer.sensitivity.iter().map(|effect| {
            vec![
                effect.field.clone(),
                effect.change.clone(),
                effect.effect.clone(),
            ]
        });
        parts.push(Part::Table(Vec::new(), rows.collect()));
    }
    parts.push(Part::Title("Formulas".to_owned()));
    let formulas = answer.formulas.iter().map(|formula| {
        let line = format!("{}: {}", formula.name, formula.equation);
        let page = match formula.page.as_str() {
            "" => String::new(),
            page => format!("; {page}"),
        };
        (
            line,
            format!("{} [{}{page}]", formula.worked, formula.source),
        )
    });
    parts.push(Part::Numbered(formulas.collect()));
    if !answer.files.is_empty() {
        parts.push(Part::Title("Files, printed by --file NAME".to_owned()));
        let rows = answer
            .files
            .iter()
            .map(|file| vec![file.name.clone(), file.about.clone()]);
        parts.push(Part::Table(Vec::new(), rows.collect()));
    }
    parts.push(Part::Title("What this takes for granted".to_owned()));
    parts.push(Part::List(answer.assumptions.clone()));
    parts
}

fn figures(answer: &Answer) -> Part {
    let has_spread = answer.draws.is_some();
    let heads = match has_spread {
        true => ["", "likely", "8 of 10 draws"].map(str::to_owned).to_vec(),
        false => Vec::new(),
    };
    let rows = answer.figures.iter().map(|figure| {
        let mut row = vec![figure.name.clone(), figure.text.clone()];
        if has_spread {
            let spread = figure.spread.as_ref();
            row.push(spread.map_or_else(|| "-".to_owned(), |spread| spread.text.clone()));
        }
        row
    });
    Part::Table(heads, rows.collect())
}
