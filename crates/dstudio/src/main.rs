//! `dstudio`: the Studio as one program. `dstudio --help` lists what it does.

mod arguments;
mod cache;
mod command;
mod content;
mod incident_log;
mod output;
mod runner;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

/// Exit status of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Fine: exit status 0.
    Fine,
    /// A negative finding, such as an error in content or nothing found: exit status 1.
    Finding,
}

/// Wrong usage or failure: exit status 2, with a message that names what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Content(#[from] content::Error),
    #[error(transparent)]
    Server(#[from] server::Error),
    #[error("{what}: {source}")]
    Io {
        what: String,
        source: std::io::Error,
    },
    #[error("{0}")]
    Other(String),
}

impl Failure {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Failure {
        let what = what.into();
        |source| Failure::Io { what, source }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Finding) => ExitCode::from(1),
        // A reader that stops reading, such as `head`, has what it wanted.
        Err(Failure::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("dstudio: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Serve(options) => command::serve::run(options),
        Command::Export(options) => command::export::run(options),
        Command::Check(options) => command::check::run(options),
        Command::Search(options) => command::search::run(options),
        Command::Show(options) => command::show::run(options),
        Command::Fix(options) => command::fix::run(options),
        Command::Decide(options) => command::decide::run(options),
        Command::Capacity(options) => command::capacity::run(options),
        Command::Sizing(options) => command::sizing::run(options),
        Command::Assess(options) => command::assess::run(options),
        Command::Verify(options) => command::verify::run(options),
        Command::Reproduce(options) => command::reproduce::run(options),
        Command::Sim(options) => command::sim::run(options),
        Command::Completions(options) => command::completions::run(options),
    }
}
