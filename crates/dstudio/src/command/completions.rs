//! `dstudio completions`.

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsOptions};
use crate::{Failure, Outcome, output};

pub(crate) fn run(options: &CompletionsOptions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        options.shell,
        &mut Arguments::command(),
        "dstudio",
        &mut script,
    );
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Fine)
}
