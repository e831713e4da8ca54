//! `dstudio decide`.

use advisor::Error;
use advisor::capacity::percent;
use advisor::decide::{self, Answer, Flip, Rules};
use advisor::input::Unknown;
use clap::Args;

use super::report::Part;
use super::tool::{ToolOptions, given};
use crate::arguments::{Checkout, ContentOptions};
use crate::{Failure, Outcome};

/// Patterns listed with their reasons.
const RANKED_SHOWN: usize = 8;
/// Names listed for one rule.
const NAMES_SHOWN: usize = 6;

const AFTER_HELP: &str = "\
Whatever you leave out is not known, and eliminates nothing. Numbers may carry units.

Example: two million users, reads dominate, the database is at its limit:
  dstudio decide --users 2M --data-gb 800GB --read-rps 6000 --write-rps 400 \\
    --consistency read-your-writes --problems \"database overwhelmed\" \\
    --existing load-balancing

The same from a file, as JSON:
  echo '{\"users\": 2000000, \"problems\": [\"database-overwhelmed\"]}' |
    dstudio decide --input - --json

Exit status: 0 answered, 2 wrong usage.";

/// Requirements and circumstances.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, allow_negative_numbers = true)]
pub(crate) struct Options {
    /// Users: 20000, 20k, 2M.
    #[arg(long, value_name = "N")]
    users: Option<String>,
    /// Data in gigabytes, or with a unit: 500, 2TB.
    #[arg(long, alias = "data_gb", value_name = "GB")]
    data_gb: Option<String>,
    /// Reads per second at the peak: 6000, 1M/day.
    #[arg(long, alias = "read_rps", value_name = "RATE")]
    read_rps: Option<String>,
    /// Writes per second at the peak.
    #[arg(long, alias = "write_rps", value_name = "RATE")]
    write_rps: Option<String>,
    /// Time within which 99 of 100 answers must come: 250, 1.5s.
    #[arg(long, alias = "p99_target_ms", value_name = "MS")]
    p99_target_ms: Option<String>,
    /// Share of time in which it must answer: 99.9%, 0.999.
    #[arg(long, alias = "availability_target", value_name = "SHARE")]
    availability_target: Option<String>,
    /// What a reader sees after a write: strong, read-your-writes, causal or eventual.
    #[arg(long, value_name = "LEVEL")]
    consistency: Option<String>,
    /// Regions.
    #[arg(long, value_name = "N")]
    regions: Option<String>,
    /// Engineers who build and run it.
    #[arg(long, alias = "team_size", value_name = "N")]
    team_size: Option<String>,
    /// low, medium or high.
    #[arg(long, value_name = "LEVEL")]
    budget: Option<String>,
    /// What hurts or is wanted: a playbook, a problem type, or its name; repeat it or use commas.
    #[arg(long, alias = "problem", value_name = "NAME")]
    problems: Vec<String>,
    /// Patterns in place, by id or name; repeat it or use commas.
    #[arg(long, value_name = "PATTERN")]
    existing: Vec<String>,
    #[command(flatten)]
    tool: ToolOptions,
    #[command(flatten)]
    content: ContentOptions,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let catalog = super::load(&options.content.source(Checkout::Ignored))?;
    let mut flags = given(&[
        ("users", &options.users),
        ("data_gb", &options.data_gb),
        ("read_rps", &options.read_rps),
        ("write_rps", &options.write_rps),
        ("p99_target_ms", &options.p99_target_ms),
        ("availability_target", &options.availability_target),
        ("consistency", &options.consistency),
        ("regions", &options.regions),
        ("team_size", &options.team_size),
        ("budget", &options.budget),
    ]);
    for (name, list) in [
        ("problems", &options.problems),
        ("existing", &options.existing),
    ] {
        flags.extend(list.iter().map(|value| (name.to_owned(), value.clone())));
    }
    let answer = options.tool.pairs(flags).and_then(|pairs| {
        let rules = Rules::read(&catalog).map_err(Error::Rules)?;
        decide::ask(&pairs, Unknown::Refuse, &rules)
    });
    options.tool.print(answer, parts)?;
    Ok(Outcome::Fine)
}

fn parts(answer: &Answer) -> Vec<Part> {
    let mut parts = vec![Part::Text(answer.headline.clone())];
    if let Some(scale) = &answer.scale {
        parts.push(Part::Text(format!("Scale: {}. {}", scale.name, scale.why)));
    }
    parts.push(Part::Title("Build this".to_owned()));
    let named = |list: &[decide::Reasoned]| {
        let lines = list.iter().map(|member| {
            (
                format!("{} ({})", member.name, member.id),
                member.because.clone(),
            )
        });
        Part::Numbered(lines.collect())
    };
    parts.push(named(&answer.set_reasons));
    if !answer.left_out.is_empty() {
        parts.push(Part::Title("Asked for, but out".to_owned()));
        parts.push(named(&answer.left_out));
    }
    if !answer.notes.is_empty() {
        parts.push(Part::Title("Mind".to_owned()));
        parts.push(Part::List(answer.notes.clone()));
    }
    parts.extend(sensitivity(answer));
    parts.push(Part::Title("Ranking, of 100 points".to_owned()));
    let ranked = answer.ranked.iter().take(RANKED_SHOWN).map(|candidate| {
        let shares = candidate
            .contributions
            .iter()
            .map(|part| format!("{} {:.1}", part.criterion, part.points * 100.0));
        let shares: Vec<String> = shares.collect();
        (
            format!("{}: {:.1}", candidate.name, candidate.score * 100.0),
            shares.join(", "),
        )
    });
    parts.push(Part::Numbered(ranked.collect()));
    parts.extend(eliminated(answer));
    parts.push(Part::Title("What this takes for granted".to_owned()));
    parts.push(Part::List(answer.assumptions.clone()));
    parts
}

fn sensitivity(answer: &Answer) -> Vec<Part> {
    let sensitivity = &answer.sensitivity;
    let rows = |flips: &[Flip]| {
        flips
            .iter()
            .map(|flip| vec![format!("{} {}", flip.field, flip.to), flip.effect()])
            .collect::<Vec<_>>()
    };
    let mut parts = vec![Part::Title("What would change it".to_owned())];
    if let Some(best) = answer.ranked.first() {
        parts.push(Part::Text(format!(
            "{} stays first in {} of {} random weightings.",
            best.name,
            percent(sensitivity.robustness),
            sensitivity.samples
        )));
    }
    if !sensitivity.flips.is_empty() {
        parts.push(Part::Table(Vec::new(), rows(&sensitivity.flips)));
    }
    if !sensitivity.worth_finding_out.is_empty() {
        parts.push(Part::Text("Worth finding out:".to_owned()));
        parts.push(Part::Table(
            Vec::new(),
            rows(&sensitivity.worth_finding_out),
        ));
    }
    parts
}

/// By rule, since the rule is the reason. The whole list is in the JSON document.
fn eliminated(answer: &Answer) -> Vec<Part> {
    if answer.eliminated.is_empty() {
        return Vec::new();
    }
    let mut rules: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for out in &answer.eliminated {
        match rules
            .iter_mut()
            .find(|(rule, why, _)| *rule == out.rule && *why == out.why)
        {
            Some((_, _, names)) => names.push(&out.name),
            None => rules.push((&out.rule, &out.why, vec![&out.name])),
        }
    }
    let lines = rules.iter().map(|(rule, why, names)| {
        let shown = names
            .iter()
            .take(NAMES_SHOWN)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let more = names.len().saturating_sub(NAMES_SHOWN);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{shown}{more}: {why} [{rule}]")
    });
    vec![
        Part::Title(format!("Out: {} patterns", answer.eliminated.len())),
        Part::List(lines.collect()),
    ]
}
