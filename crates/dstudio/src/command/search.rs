//! `dstudio search`.

use catalog::Kind;
use serde::Serialize;
use site::{Fragments, Mode, Site};

use crate::arguments::{Checkout, SearchOptions};
use crate::{Failure, Outcome, output, terminal};

#[derive(Serialize)]
struct Report<'r> {
    schema: u32,
    query: &'r str,
    total: usize,
    results: Vec<Found<'r>>,
}

#[derive(Serialize)]
struct Found<'r> {
    id: &'r str,
    url: &'r str,
    title: &'r str,
    kind: &'r str,
    score: f64,
    section: &'r str,
    passage: String,
}

pub(crate) fn run(options: &SearchOptions) -> Result<Outcome, Failure> {
    for kind in &options.kind {
        if Kind::from_prefix(kind).is_none() {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.prefix()).collect();
            let message = format!("there is no kind \"{kind}\"; one of {}", known.join(", "));
            return Err(Failure::Other(message));
        }
    }
    let catalog = super::load(&options.content.source(Checkout::Ignored))?;
    let site = Site::new(catalog, Fragments::default(), Mode::Live);
    let query = options.query.join(" ");
    let found = site.search().search(
        &query,
        &search::Options {
            limit: usize::from(options.limit),
            kinds: options.kind.clone(),
        },
    );
    let report = Report {
        schema: 1,
        query: &query,
        total: found.total,
        results: found
            .hits
            .iter()
            .map(|hit| Found {
                id: &hit.id,
                url: &hit.url,
                title: &hit.title,
                kind: &hit.kind,
                score: hit.score,
                section: &hit.section_title,
                passage: hit
                    .passage
                    .iter()
                    .map(|fragment| fragment.text.as_str())
                    .collect(),
            })
            .collect(),
    };
    if options.json {
        output::print_json(&report)?;
    } else {
        output::print(&terminal::search_results(&query, &found))?;
    }
    Ok(if report.results.is_empty() {
        Outcome::Finding
    } else {
        Outcome::Fine
    })
}
