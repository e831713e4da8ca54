//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::command::{assess, capacity, decide, fix, reproduce, sizing};
use crate::content::{self, ContentSource};

const AFTER_HELP: &str = "\
Try it:
  dstudio serve                                 the Studio at http://127.0.0.1:8080
  dstudio fix checkout times out since the deploy   what is safe now, and what to check
  dstudio search retry storm                    where to read about it
  dstudio show pattern:circuit-breaker          a page in the terminal
  dstudio decide --users 2M --data-gb 800       patterns to start with, and why not the others
  dstudio serve --watch --content ./our-pages   your own pages on top, reloaded as you save

Exit status: 0 fine, 1 a negative finding, 2 wrong usage or failure.";

/// Distributed Systems Studio: patterns, playbooks and case studies whose figures are cited,
/// computed or executed.
#[derive(Debug, Parser)]
#[command(name = "dstudio", version, after_help = AFTER_HELP, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the Studio over HTTP.
    Serve(ServeOptions),
    /// Write the Studio as files that any web server can serve.
    Export(ExportOptions),
    /// List every fault of the content, each with its place; exit 1 on any error.
    Check(CheckOptions),
    /// Search pages and terms.
    Search(SearchOptions),
    /// Show a page in the terminal.
    Show(ShowOptions),
    /// From what you see to likely causes, and what is safe to do now.
    Fix(fix::Options),
    /// Which patterns fit your scale, your numbers and what hurts.
    Decide(decide::Options),
    /// How many servers carry a load, what waits and how long; exit 1 where a target is missed.
    Capacity(capacity::Options),
    /// The sizing tools, each with its fields as flags.
    #[command(flatten)]
    Sizing(sizing::Options),
    /// Which learning path to take, by nine questions.
    Assess(assess::Options),
    /// Run experiments and decide their claims; exit 1 unless all hold.
    Verify(VerifyOptions),
    /// Published results against our models; exit 1 where one fails that is not recorded.
    Reproduce(reproduce::Options),
    /// Run scenarios: systems, load, faults, and what is claimed of them.
    Sim(SimOptions),
    /// Print shell completions.
    Completions(CompletionsOptions),
}

/// Where content comes from.
#[derive(Clone, Debug, Args)]
pub(crate) struct ContentOptions {
    /// Folder in place of the built-in content.
    #[arg(long, value_name = "DIR", env = "DSTUDIO_BASE")]
    pub(crate) base: Option<PathBuf>,
    /// Folder of your own entries on top; repeat it for several layers, lowest first.
    #[arg(
        long = "content",
        value_name = "DIR",
        env = "DSTUDIO_CONTENT",
        value_delimiter = ':'
    )]
    pub(crate) content: Vec<PathBuf>,
}

/// Whether a command looks for the checkout it runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checkout {
    /// Inside a checkout its `content/` is read, so that an edit needs no rebuild.
    Preferred,
    /// The built-in content, wherever the program runs.
    Ignored,
}

impl ContentOptions {
    /// The source, with a word on standard error where it is not what is built in.
    pub(crate) fn source(&self, checkout: Checkout) -> ContentSource {
        let mut base = self.base.clone();
        if base.is_none() && checkout == Checkout::Preferred {
            base = content::checkout();
            if let Some(folder) = &base {
                eprintln!("reading the checkout's content: {}", folder.display());
            }
        }
        ContentSource {
            base,
            overlays: self.content.clone(),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// Address and port to listen on.
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        value_name = "HOST:PORT",
        env = "DSTUDIO_ADDR"
    )]
    pub(crate) addr: String,
    #[command(flatten)]
    pub(crate) content: ContentOptions,
    /// Read content again when a file changes, and reload open pages.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Absolute address under which readers reach it, for links in feed and sitemap.
    #[arg(long, value_name = "URL", env = "DSTUDIO_BASE_URL")]
    pub(crate) base_url: Option<String>,
    /// Seconds to answer "not ready" before new connections are refused at the end.
    #[arg(long, default_value_t = 0, value_name = "N", env = "DSTUDIO_DRAIN_NOTICE_S",
          value_parser = clap::value_parser!(u64).range(0..=600))]
    pub(crate) drain_notice_s: u64,
    /// Log level or filter, as in `info` or `server=debug`; `off` logs nothing.
    #[arg(
        long,
        default_value = "info",
        value_name = "FILTER",
        env = "DSTUDIO_LOG"
    )]
    pub(crate) log: String,
}

#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    /// Folder to write; it is made if missing, and must be empty or an earlier export.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Absolute address under which the files will be served.
    #[arg(long, value_name = "URL", env = "DSTUDIO_BASE_URL")]
    pub(crate) base_url: Option<String>,
    #[command(flatten)]
    pub(crate) content: ContentOptions,
    /// Write a .gz and a .br beside every file, for servers that send them as they are.
    #[arg(long)]
    pub(crate) compress: bool,
    /// Keep no highlighted code and drawn diagrams for the next export.
    #[arg(long)]
    pub(crate) no_cache: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    #[command(flatten)]
    pub(crate) content: ContentOptions,
    /// Show only findings in files whose path contains this.
    #[arg(value_name = "PATH")]
    pub(crate) only: Vec<String>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SearchOptions {
    /// Words, as many as you like; they may be misspelt.
    #[arg(required = true, value_name = "QUERY")]
    pub(crate) query: Vec<String>,
    /// Most results.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
    /// Only this kind, for instance `pattern`; repeat it for several.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<String>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) content: ContentOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    /// An id (`pattern:circuit-breaker`), a slug, or an address.
    #[arg(value_name = "ID-or-PATH")]
    pub(crate) what: String,
    /// Only the section with this anchor, for instance `first-five-minutes`.
    #[arg(long, value_name = "ANCHOR")]
    pub(crate) section: Option<String>,
    /// Print Markdown.
    #[arg(long)]
    pub(crate) md: bool,
    #[command(flatten)]
    pub(crate) content: ContentOptions,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsOptions {
    /// Which shell.
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// Experiments by name; all of them without one.
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Run again even where an earlier run of the same scenario and program is kept.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Store the results beside the scenarios, for pages to show.
    #[arg(long)]
    pub(crate) write: bool,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) content: ContentOptions,
}

#[derive(Debug, Args)]
pub(crate) struct SimOptions {
    #[command(subcommand)]
    pub(crate) command: SimCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// Run a scenario and decide its claims; exit 1 if one fails.
    Run(Box<SimRunOptions>),
    /// Measure the engine beside its yardsticks, in paired rounds.
    Bench(BenchOptions),
    /// Print the reference of every key of a scenario and every figure of a claim.
    Schema,
}

const BENCH_HELP: &str = "\
Every ratio is taken within one round, so that other load on the machine matters
little; still, nothing else should run. The engines: `kernel` is the bare event
queue, `scenario` a run as an experiment has it, with all its statistics;
`hand-coded loop` knows nothing but M/M/1, `binary heap` is how most engines keep
their events, and `SimPy` is a plain program of benches-peers/.

Try it:
  dstudio sim bench                            about a minute and a half
  dstudio sim bench --only PHOLD --rounds 1    a quick look at the queue alone
  dstudio sim bench --python venv/bin/python   with a SimPy of your own";

#[derive(Debug, Args)]
#[command(after_help = BENCH_HELP)]
pub(crate) struct BenchOptions {
    /// Rounds; seven or more even out what else the machine does.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) rounds: u32,
    /// Only works whose name holds this, as in `PHOLD` or `M/M/1`; exactly that one if there is.
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
    /// Interpreter that may have SimPy.
    #[arg(
        long,
        value_name = "FILE",
        env = "DSTUDIO_PYTHON",
        default_value = "python3"
    )]
    pub(crate) python: String,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

const SIM_RUN_HELP: &str = "\
Try it:
  dstudio sim run circuit-breaker                                an experiment of the Studio
  dstudio sim run circuit-breaker --set 'faults.hang.lasts=5 s'  with one value changed
  dstudio sim run my-system.toml --svg pictures                  your own scenario, with charts

`dstudio sim schema` lists what a scenario can say.";

#[derive(Debug, Args)]
#[command(after_help = SIM_RUN_HELP)]
pub(crate) struct SimRunOptions {
    /// A scenario file, or the name of an experiment.
    #[arg(value_name = "FILE-or-ID")]
    pub(crate) what: String,
    /// Set a value by its path, as in `services.shop.workers=4`; repeat it for several.
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Only this variant; claims between variants are left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Seed in place of the scenario's.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Replications of each variant, in place of the scenario's looks.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) replications: Option<u32>,
    /// Length of a run in place of the scenario's, as in `30 s`.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Folder for charts as SVG files.
    #[arg(long, value_name = "DIR")]
    pub(crate) svg: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) content: ContentOptions,
}
