//! `dstudio sim`.

use std::path::Path;

use experiment::{Digest, Shown, Texts};
use serde::Serialize;
use sim::{Results, Scenario, Verdict};

use crate::arguments::{Checkout, SimCommand, SimOptions, SimRunOptions};
use crate::{Failure, Outcome, output, runner};

#[derive(Serialize)]
struct Report<'r> {
    pass: bool,
    #[serde(flatten)]
    results: &'r Results,
}

pub(crate) fn run(options: &SimOptions) -> Result<Outcome, Failure> {
    match &options.command {
        SimCommand::Run(options) => run_scenario(options),
        SimCommand::Bench(options) => super::bench::run(options),
        SimCommand::Schema => {
            output::print(&format!("{}\n{}", sim::schema(), sim::figures()))?;
            Ok(Outcome::Fine)
        }
    }
}

fn run_scenario(options: &SimRunOptions) -> Result<Outcome, Failure> {
    let (name, text) = find(options)?;
    let text = changed(options, &text)?;
    let mut scenario = parse(&text, &name)?;
    if let Some(wanted) = &options.variant {
        keep_variant(&mut scenario, wanted)?;
    }
    let results = runner::run(&scenario, &name);
    if let Some(folder) = &options.svg {
        write_pictures(folder, &scenario, &Digest::of(&scenario, &text, &results))?;
    }
    let fails = results.refused.is_some()
        || results
            .claims
            .iter()
            .any(|claim| claim.verdict != Verdict::Holds);
    if options.json {
        output::print_json(&Report {
            pass: !fails,
            results: &results,
        })?;
    } else {
        output::print(&results.table())?;
    }
    Ok(if fails {
        Outcome::Finding
    } else {
        Outcome::Fine
    })
}

/// A file if there is one of that name, else an experiment.
fn find(options: &SimRunOptions) -> Result<(String, String), Failure> {
    let what = &options.what;
    if Path::new(what).is_file() {
        let text =
            std::fs::read_to_string(what).map_err(Failure::io(format!("cannot read {what}")))?;
        return Ok((what.clone(), text));
    }
    let catalog = super::load(&options.content.source(Checkout::Preferred))?;
    let file = format!("experiments/{what}.toml");
    if let Some(text) = catalog.data.get(&file) {
        return Ok((file, text.clone()));
    }
    let known: Vec<&str> = super::verify::experiments(&catalog).collect();
    let near = catalog::nearest(what, known.iter().copied());
    Err(Failure::Other(match near {
        Some(near) => format!("no file and no experiment \"{what}\"; did you mean {near}?"),
        None => format!(
            "no file and no experiment \"{what}\"; experiments: {}",
            known.join(", ")
        ),
    }))
}

fn changed(options: &SimRunOptions, text: &str) -> Result<String, Failure> {
    let mut settings = Vec::new();
    for setting in &options.set {
        let (path, value) = setting.split_once('=').ok_or_else(|| {
            Failure::Other(format!(
                "--set \"{setting}\" has no \"=\"; write --set PATH=VALUE"
            ))
        })?;
        settings.push((path.trim().to_owned(), value.trim().to_owned()));
    }
    if let Some(seed) = options.seed {
        settings.push(("seed".to_owned(), seed.to_string()));
    }
    if let Some(replications) = options.replications {
        settings.push(("first_look".to_owned(), replications.to_string()));
        settings.push(("looks".to_owned(), "1".to_owned()));
    }
    if let Some(until) = &options.until {
        settings.push(("duration".to_owned(), until.clone()));
    }
    experiment::with_settings(text, &settings).map_err(Failure::Other)
}

/// Reads a scenario; every mistake is told.
pub(crate) fn parse(text: &str, name: &str) -> Result<Scenario, Failure> {
    Scenario::parse(text, name).map_err(|found| {
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        Failure::Other(lines.join("\ndstudio: "))
    })
}

fn keep_variant(scenario: &mut Scenario, wanted: &str) -> Result<(), Failure> {
    let names: Vec<String> = scenario.variants.iter().map(|v| v.name.clone()).collect();
    if !names.iter().any(|name| name == wanted) {
        let message = format!(
            "no variant \"{wanted}\"; the scenario has {}",
            names.join(", ")
        );
        return Err(Failure::Other(message));
    }
    scenario.variants.retain(|variant| variant.name == wanted);
    // Claims name variants by index, which the others' absence would shift.
    scenario.claims.clear();
    Ok(())
}

fn write_pictures(folder: &Path, scenario: &Scenario, digest: &Digest) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(Failure::io(format!(
        "cannot make the folder {}",
        folder.display()
    )))?;
    let texts = texts();
    let html = experiment::system(scenario, "system", &texts).into_string()
        + &experiment::results(digest, scenario, "", &shown(digest), &texts).into_string();
    for (index, svg) in svgs(&html).enumerate() {
        let path = folder.join(format!("{:02}.svg", index + 1));
        let picture = standalone(svg);
        std::fs::write(&path, picture)
            .map_err(Failure::io(format!("cannot write {}", path.display())))?;
    }
    Ok(())
}

fn texts() -> Texts {
    let catalog = super::load(&crate::content::ContentSource::default());
    catalog
        .map(|catalog| {
            Texts(
                catalog
                    .interface
                    .iter()
                    .map(|(id, text)| (id.into(), text.into()))
                    .collect(),
            )
        })
        .unwrap_or_default()
}

/// Every line that any variant has.
fn shown(digest: &Digest) -> Shown {
    let mut lines: Vec<String> = Vec::new();
    for line in digest.variants.iter().flat_map(|variant| &variant.lines) {
        if !lines.contains(&line.name) {
            lines.push(line.name.clone());
        }
    }
    Shown {
        prefix: "run".to_owned(),
        figures: Vec::new(),
        lines,
    }
}

/// The pictures of a page, in order.
fn svgs(html: &str) -> impl Iterator<Item = &str> {
    html.split("<svg ")
        .skip(1)
        .filter_map(|rest| rest.split_once("</svg>"))
        .map(|(svg, _)| svg)
}

/// A picture that needs no page around it: its style and colours inside.
fn standalone(inner: &str) -> String {
    const COLOURS: &str = ":root{--figure-ink:#1c222b;--figure-ink-2:#555e6b;--figure-line:#8b8f96;\
        --figure-fill:#fcfbf8;--figure-fill-2:#f4f2ec;--figure-accent:#0a5f74;--figure-note:#ffe9a8;\
        --figure-surface:#fff;--series-1:#0a5f74;--series-2:#b5470b;--series-3:#2f7d32;\
        --series-4:#7b3fa0;--series-5:#8a6d00;--series-6:#4b5563}";
    let namespace = if inner.contains("xmlns=") {
        ""
    } else {
        "xmlns=\"http://www.w3.org/2000/svg\" "
    };
    let (head, body) = inner.split_once('>').unwrap_or((inner, ""));
    let style = experiment::FIGURE_STYLESHEET;
    format!("<svg {namespace}{head}><style>{COLOURS}{style}</style>{body}</svg>\n")
}
