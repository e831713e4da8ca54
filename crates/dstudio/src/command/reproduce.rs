//! `dstudio reproduce`: published results against our models.

use std::io::Read;
use std::path::{Path, PathBuf};

use catalog::Catalog;
use clap::Args;
use published::{
    CheckReport, FILE_BYTES_MAX, KnownFailing, Problem, Status, Surprise, Target, TargetReport,
    TargetSet, significant,
};
use rayon::prelude::*;
use serde::Serialize;

use super::report::{Part, text};
use crate::arguments::{Checkout, ContentOptions};
use crate::runner::Progress;
use crate::{Failure, Outcome, output};

const AFTER_HELP: &str = "\
Try it:
  dstudio reproduce                                  every published result that we have a model for
  dstudio reproduce --only che-approximation         one of them, check by check
  dstudio reproduce my-targets.toml                  your own file of targets

A target states a source, parameters, and checks: { q = \"p_wait\", at = { c = 5, a = 2.5 },
value = 0.13, abs = 0.005 }. Our model answers each with the same parameters; other parameters and
other quantities of the model can be asked as well. What has no model is said to have none.

Exit status: 0 all as recorded, 1 a target fails that is not recorded as failing, 2 wrong usage.";

/// What can be typed.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// A file of targets in place of the built-in ones.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Only this target; repeat it for several.
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// List what the models can be asked for.
    #[arg(long, conflicts_with_all = ["file", "only", "write"])]
    list: bool,
    /// Store the results beside the built-in targets, for the page that shows them.
    #[arg(long, conflicts_with_all = ["file", "only"])]
    write: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    content: ContentOptions,
}

#[derive(Serialize)]
struct Report<'r> {
    schema: u32,
    targets: &'r [TargetReport],
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    if options.list {
        return list(options.json);
    }
    let source = options.content.source(Checkout::Preferred);
    if options.write && source.base.is_none() {
        let message = "--write needs a content folder: give --base DIR or run inside a checkout";
        return Err(Failure::Other(message.to_owned()));
    }
    let catalog = super::load(&source)?;
    let known = published::known_failing(&catalog.data).map_err(|found| problems(&found))?;
    let set = match &options.file {
        Some(file) => from_file(file)?,
        None => published::built_in(&catalog.data).map_err(|found| problems(&found))?,
    };
    for remark in &set.remarks {
        eprintln!("dstudio: {remark}");
    }
    let targets = chosen(set.targets, &options.only)?;
    let reports = decide(&targets);
    let whole = options.file.is_none() && options.only.is_empty();
    let mut surprises = KnownFailing::surprises(&known, &reports, whole);
    if options.file.is_some() {
        // Another file may ask less of a target than the built-in checks do.
        surprises.retain(|surprise| matches!(surprise, Surprise::Fails(_)));
    }
    if let Some(folder) = source.base.as_deref().filter(|_| options.write) {
        write(folder, &reports)?;
    }
    if options.json {
        output::print_json(&Report {
            schema: 1,
            targets: &reports,
        })?;
    } else {
        let detailed = !options.only.is_empty();
        output::print(&table(&targets, &reports, &known, detailed))?;
    }
    for surprise in &surprises {
        eprintln!("dstudio: {surprise}");
    }
    let stale = whole && !options.write && is_stale(&catalog, &reports)?;
    Ok(if surprises.is_empty() && !stale {
        Outcome::Fine
    } else {
        Outcome::Finding
    })
}

fn list(json: bool) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct Listed {
        id: &'static str,
        quantities: &'static [&'static str],
    }
    #[derive(Serialize)]
    struct Models {
        schema: u32,
        models: Vec<Listed>,
    }
    if json {
        let models = published::models().map(|model| Listed {
            id: model.id,
            quantities: model.quantities,
        });
        output::print_json(&Models {
            schema: 1,
            models: models.collect(),
        })?;
        return Ok(Outcome::Fine);
    }
    let row = |model: &published::Model| vec![model.id.to_owned(), model.quantities.join(", ")];
    let heads = vec!["Target".to_owned(), "Quantities".to_owned()];
    let part = Part::Table(heads, published::models().map(row).collect());
    output::print(&text(&[part]))?;
    Ok(Outcome::Fine)
}

fn problems(found: &[Problem]) -> Failure {
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    Failure::Other(lines.join("\ndstudio: "))
}

fn from_file(path: &Path) -> Result<TargetSet, Failure> {
    let name = path.display().to_string();
    let cannot = || Failure::io(format!("cannot read {name}"));
    // One byte past the limit is enough to refuse the file by its size.
    let limit = FILE_BYTES_MAX as u64 + 1;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .map_err(cannot())?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(cannot())?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Other(format!("{name} is not text; it must be TOML in UTF-8")))?;
    TargetSet::parse(&text, &name).map_err(|found| problems(&found))
}

fn chosen(targets: Vec<Target>, only: &[String]) -> Result<Vec<Target>, Failure> {
    let ids: Vec<String> = targets.iter().map(|target| target.id.clone()).collect();
    for wanted in only {
        if !ids.contains(wanted) {
            let near = catalog::nearest(wanted, ids.iter().map(String::as_str));
            let hint = near.map(|near| format!("; did you mean {near}?"));
            let hint = hint.unwrap_or_default();
            return Err(Failure::Other(format!(
                "there is no target \"{wanted}\"{hint}"
            )));
        }
    }
    let wanted = |target: &Target| only.is_empty() || only.contains(&target.id);
    Ok(targets.into_iter().filter(wanted).collect())
}

/// Every target on some core; the order of the reports is that of the targets.
fn decide(targets: &[Target]) -> Vec<TargetReport> {
    let progress = Progress::new("published results", "targets");
    progress.more(targets.len());
    let reports = targets
        .par_iter()
        .map(|target| {
            let report = published::reproduce(target);
            progress.done();
            report
        })
        .collect();
    progress.end();
    reports
}

fn document(reports: &[TargetReport]) -> Result<String, Failure> {
    published::stored(reports)
        .map_err(|error| Failure::Other(format!("cannot write JSON: {error}")))
}

fn write(folder: &Path, reports: &[TargetReport]) -> Result<(), Failure> {
    let target = folder.join(published::RESULTS_FILE);
    std::fs::write(&target, document(reports)?)
        .map_err(Failure::io(format!("cannot write {}", target.display())))
}

/// Whether the page shows something else than this run gave, with a word about it.
fn is_stale(catalog: &Catalog, reports: &[TargetReport]) -> Result<bool, Failure> {
    let repair = "run dstudio reproduce --write";
    match catalog.data.get(published::RESULTS_FILE) {
        Some(stored) if *stored == document(reports)? => Ok(false),
        Some(_) => {
            eprintln!("dstudio: the stored results differ; {repair}");
            Ok(true)
        }
        None => {
            eprintln!("dstudio: no results are stored for the page; {repair}");
            Ok(false)
        }
    }
}

fn status_name(status: Status, recorded: bool) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Failing if recorded => "known",
        Status::Failing => "FAILING",
        Status::NoModel => "no model",
    }
}

fn table(
    targets: &[Target],
    reports: &[TargetReport],
    known: &[KnownFailing],
    detailed: bool,
) -> String {
    let mut out = String::new();
    for (target, report) in targets.iter().zip(reports) {
        let recorded = known.iter().find(|one| one.id == report.id);
        let passed = report
            .checks
            .iter()
            .filter(|c| c.pass == Some(true))
            .count();
        let status = status_name(report.status, recorded.is_some());
        let count = format!("{passed} of {}", report.checks.len());
        let line = format!("{status:<8}  {:<28}  {count:>8}  ", report.id);
        let room = LINE_CHARACTERS.saturating_sub(line.chars().count());
        out.push_str(format!("{line}{}", shortened(&target.title, room)).trim_end());
        out.push('\n');
        if let Some(recorded) = recorded {
            out.push_str(&text(&[Part::List(vec![recorded.found.clone()])]));
        }
        let has_model = report.checks.iter().any(|check| check.got.is_some());
        for (check, asked) in report.checks.iter().zip(&target.checks) {
            let worth_telling = check.pass == Some(false) || (check.got.is_none() && has_model);
            if detailed || worth_telling {
                out.push_str(&check_text(check, asked));
            }
        }
    }
    let count = |status: Status| reports.iter().filter(|one| one.status == status).count();
    out.push_str(&format!(
        "{} targets: {} ok, {} failing, {} without a model\n",
        reports.len(),
        count(Status::Ok),
        count(Status::Failing),
        count(Status::NoModel)
    ));
    out
}

/// A terminal's width.
const LINE_CHARACTERS: usize = 80;

/// A text in so many characters, with an ellipsis where it was longer.
fn shortened(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(characters.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn check_text(check: &CheckReport, asked: &published::Check) -> String {
    let verdict = match check.pass {
        Some(true) => "ok",
        Some(false) => "OFF",
        None if check.got.is_some() => "info",
        None => "none",
    };
    let at = if check.at.0.is_empty() {
        String::new()
    } else {
        format!(" at {}", check.at)
    };
    let mut line = format!("{verdict}: {}{at}: published {}", check.q, check.expected);
    if let Some(got) = &check.got {
        line.push_str(&format!(", ours {}", got));
    }
    if let Some((low, high)) = check.interval {
        line.push_str(&format!(" [{}, {}]", significant(low), significant(high)));
    }
    line.push_str(&format!(" ({})", asked.relation));
    if let Some(why) = &check.why {
        line.push_str(&format!("; {why}"));
    }
    text(&[Part::List(vec![line])])
}
