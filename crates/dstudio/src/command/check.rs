//! `dstudio check`: diagnostics and coverage.

use std::collections::BTreeMap;

use catalog::{Catalog, Diagnostic, Kind, Severity};
use serde::Serialize;
use site::{Fragments, Mode, Site};

use crate::arguments::{CheckOptions, Checkout};
use crate::{Failure, Outcome, output, terminal};

#[derive(Serialize)]
struct Report<'r> {
    schema: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<&'r Diagnostic>,
    coverage: Coverage,
}

/// What is complete, what is still to come, and which growing sections are written.
#[derive(Serialize)]
struct Coverage {
    pages: BTreeMap<&'static str, Pages>,
    growing_sections: BTreeMap<String, Share>,
    terms: usize,
}

#[derive(Default, Serialize)]
struct Pages {
    complete: usize,
    planned: usize,
}

#[derive(Default, Serialize)]
struct Share {
    written: usize,
    of: usize,
}

pub(crate) fn run(options: &CheckOptions) -> Result<Outcome, Failure> {
    let source = options.content.source(Checkout::Preferred);
    let layers = source.layers()?;
    let catalog = Catalog::load(&layers, &site::generated());
    let mut found = catalog.diagnostics.clone();
    found.extend(catalog::near_duplicates(&catalog));
    let site = Site::new(catalog, Fragments::default(), Mode::Live);
    found.extend(site.problems());
    found.sort();
    let wanted = |finding: &&Diagnostic| {
        options.only.is_empty()
            || options
                .only
                .iter()
                .any(|part| finding.place.file.contains(part.as_str()))
    };
    let shown: Vec<&Diagnostic> = found.iter().filter(wanted).collect();
    let count = |severity| {
        shown
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let report = Report {
        schema: 1,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        coverage: coverage(&site.catalog),
        diagnostics: shown,
    };
    if options.json {
        output::print_json(&report)?;
    } else {
        output::print(&text(&report, &site.catalog))?;
    }
    Ok(if report.errors == 0 {
        Outcome::Fine
    } else {
        Outcome::Finding
    })
}

fn coverage(catalog: &Catalog) -> Coverage {
    let mut pages: BTreeMap<&'static str, Pages> = BTreeMap::new();
    let mut growing_sections: BTreeMap<String, Share> = BTreeMap::new();
    for entry in catalog.entries() {
        let counts = pages.entry(entry.id.kind.prefix()).or_default();
        if entry.planned {
            counts.planned += 1;
            continue;
        }
        counts.complete += 1;
        for section in entry
            .id
            .kind
            .contract()
            .iter()
            .filter(|section| !section.required)
        {
            let share = growing_sections
                .entry(format!("{}#{}", entry.id.kind, section.id))
                .or_default();
            share.of += 1;
            share.written += usize::from(entry.document.section(section.id).is_some());
        }
    }
    Coverage {
        pages,
        growing_sections,
        terms: catalog.terms.len(),
    }
}

fn text(report: &Report<'_>, catalog: &Catalog) -> String {
    let mut text = String::new();
    for finding in &report.diagnostics {
        // With overlays the layer tells which folder the file is in.
        if catalog.layers.len() > 1 {
            text.push_str(&format!("[{}] ", terminal::clean(&finding.place.layer)));
        }
        text.push_str(&terminal::clean(&format!("{finding}\n")));
    }
    if !report.diagnostics.is_empty() {
        text.push('\n');
    }
    for kind in Kind::ALL {
        if let Some(pages) = report.coverage.pages.get(kind.prefix()) {
            text.push_str(&format!(
                "{:>14}  {:>4} complete  {:>4} planned\n",
                kind.prefix(),
                pages.complete,
                pages.planned
            ));
        }
    }
    text.push_str(&format!("{:>14}  {:>4}\n", "terms", report.coverage.terms));
    for (section, share) in &report.coverage.growing_sections {
        text.push_str(&format!(
            "{section:>24}  {} of {}\n",
            share.written, share.of
        ));
    }
    if catalog.layers.len() > 1 {
        for layer in &catalog.layers {
            let errors = report
                .diagnostics
                .iter()
                .filter(|f| f.severity == Severity::Error && f.place.layer == *layer)
                .count();
            text.push_str(&format!("layer {layer}: {errors} errors\n"));
        }
    }
    text.push_str(&format!(
        "{} errors, {} warnings\n",
        report.errors, report.warnings
    ));
    text
}
