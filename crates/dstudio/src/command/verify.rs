//! `dstudio verify`: every experiment run, every claim decided.

use std::path::{Path, PathBuf};

use catalog::Catalog;
use experiment::Digest;
use serde::Serialize;

use crate::arguments::{Checkout, VerifyOptions};
use crate::{Failure, Outcome, cache, output, runner};

#[derive(Serialize)]
struct Report {
    schema: u32,
    experiments: Vec<Verified>,
}

#[derive(Serialize)]
struct Verified {
    id: String,
    pass: bool,
    /// Whether the results stored for pages are what this run gave.
    stored: Stored,
    replications: u64,
    claims: Vec<ClaimVerdict>,
}

#[derive(Serialize)]
struct ClaimVerdict {
    text: String,
    verdict: String,
    measured: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Stored {
    Same,
    Written,
    Differs,
    Missing,
}

/// The names of the experiments of a catalogue.
pub(crate) fn experiments(catalog: &Catalog) -> impl Iterator<Item = &str> {
    catalog
        .data
        .keys()
        .filter_map(|path| path.strip_prefix("experiments/")?.strip_suffix(".toml"))
}

pub(crate) fn run(options: &VerifyOptions) -> Result<Outcome, Failure> {
    let source = options.content.source(Checkout::Preferred);
    if options.write && source.base.is_none() {
        let message = "--write needs a content folder: give --base DIR or run inside a checkout";
        return Err(Failure::Other(message.to_owned()));
    }
    let catalog = super::load(&source)?;
    let ids = chosen(&catalog, &options.ids)?;
    let mut verified = Vec::new();
    for id in ids {
        verified.push(verify(&catalog, id, options, source.base.as_deref())?);
        if !options.json
            && let Some(last) = verified.last()
        {
            output::print(&text(last))?;
        }
    }
    let good = |one: &Verified| one.pass && one.stored != Stored::Differs;
    let all = verified.iter().all(good);
    if options.json {
        output::print_json(&Report {
            schema: 1,
            experiments: verified,
        })?;
    } else {
        let held = verified.iter().filter(|one| good(one)).count();
        output::print(&format!("{held} of {} experiments hold\n", verified.len()))?;
    }
    Ok(if all { Outcome::Fine } else { Outcome::Finding })
}

fn chosen<'c>(catalog: &'c Catalog, wanted: &[String]) -> Result<Vec<&'c str>, Failure> {
    let known: Vec<&str> = experiments(catalog).collect();
    if wanted.is_empty() {
        return Ok(known);
    }
    wanted
        .iter()
        .map(|id| {
            known
                .iter()
                .copied()
                .find(|name| name == id)
                .ok_or_else(|| {
                    let near = catalog::nearest(id, known.iter().copied());
                    let hint = near
                        .map(|near| format!("; did you mean {near}?"))
                        .unwrap_or_default();
                    Failure::Other(format!("there is no experiment \"{id}\"{hint}"))
                })
        })
        .collect()
}

fn verify(
    catalog: &Catalog,
    id: &str,
    options: &VerifyOptions,
    folder: Option<&Path>,
) -> Result<Verified, Failure> {
    let file = format!("experiments/{id}.toml");
    let scenario_text = catalog
        .data
        .get(&file)
        .map(String::as_str)
        .unwrap_or_default();
    let scenario = super::sim::parse(scenario_text, &file)?;
    let key = cache::run_key(scenario_text);
    let kept = if options.fresh {
        None
    } else {
        key.as_deref().and_then(cache::load_run)
    };
    let document = match kept {
        Some(document) => document,
        None => {
            let results = runner::run(&scenario, id);
            let digest = Digest::of(&scenario, scenario_text, &results);
            let document = serde_json::to_string(&digest)
                .map_err(|error| Failure::Other(format!("cannot write JSON: {error}")))?
                + "\n";
            if let Some(key) = &key {
                cache::store_run(key, &document);
            }
            document
        }
    };
    let digest: Digest = serde_json::from_str(&document)
        .map_err(|error| Failure::Other(format!("cannot read a kept run of {id}: {error}")))?;
    let stored_path = format!("experiments/results/{id}.json");
    let stored = match catalog.data.get(&stored_path) {
        Some(stored) if *stored == document => Stored::Same,
        _ if options.write => write(folder, &stored_path, &document)?,
        Some(_) => Stored::Differs,
        None => Stored::Missing,
    };
    Ok(Verified {
        id: id.to_owned(),
        pass: digest.pass(),
        stored,
        replications: digest.replications,
        claims: digest
            .claims
            .iter()
            .map(|claim| ClaimVerdict {
                text: claim.text.clone(),
                verdict: claim.verdict.clone(),
                measured: claim.measured.clone(),
            })
            .collect(),
    })
}

fn write(folder: Option<&Path>, path: &str, document: &str) -> Result<Stored, Failure> {
    let Some(folder) = folder else {
        return Ok(Stored::Missing);
    };
    let target: PathBuf = folder.join(path);
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent).map_err(Failure::io(format!(
            "cannot make the folder {}",
            parent.display()
        )))?;
    }
    std::fs::write(&target, document)
        .map_err(Failure::io(format!("cannot write {}", target.display())))?;
    Ok(Stored::Written)
}

fn text(verified: &Verified) -> String {
    let mark = if verified.pass {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    let stored = match verified.stored {
        Stored::Same => "",
        Stored::Written => ", results written",
        Stored::Differs => ", STORED RESULTS DIFFER: run dstudio verify --write",
        Stored::Missing => ", no results stored",
    };
    let mut text = format!(
        "{}: {mark} ({} replications{stored})\n",
        verified.id, verified.replications
    );
    for claim in &verified.claims {
        text.push_str(&format!("  {:<12}  {}\n", claim.verdict, claim.text));
        text.push_str(&format!("                {}\n", claim.measured));
    }
    text
}
