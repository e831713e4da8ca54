//! Search on the Studio's own pages against questions with accepted answers.

use std::collections::BTreeSet;
use std::path::Path;

use catalog::{Catalog, Layer};
use site::{Fragments, Mode, Site};

/// Of the questions whose answers exist, this many may miss the first three results.
const MISSES_MAX: usize = 1;
/// Results that count.
const RANKS: usize = 10;

struct Question {
    words: String,
    accepted: Vec<String>,
}

/// Lines of a query, a tab, and accepted slugs or ids with commas or spaces between.
fn questions(text: &str) -> Vec<Question> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let words = columns.next()?.trim().to_owned();
            let accepted = columns.next()?.split([',', ' ', '|', ';']);
            let accepted = accepted.map(str::trim).filter(|slug| !slug.is_empty());
            Some(Question {
                words,
                accepted: accepted.map(str::to_owned).collect(),
            })
        })
        .filter(|question| !question.words.is_empty() && question.words != "query")
        .collect()
}

fn own_site() -> Site {
    fn collect(folder: &Path, prefix: &str, layer: &mut Layer) {
        for entry in std::fs::read_dir(folder)
            .expect("a content folder")
            .flatten()
        {
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                collect(&entry.path(), &format!("{path}/"), layer);
            } else {
                let bytes = std::fs::read(entry.path()).expect("a readable file");
                layer.files.insert(path, bytes);
            }
        }
    }
    let mut layer = Layer {
        name: "studio".into(),
        ..Layer::default()
    };
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    collect(&content, "", &mut layer);
    let catalog = Catalog::load(&[layer], &site::generated());
    Site::new(catalog, Fragments::default(), Mode::Live)
}

/// Whether a result is what an accepted slug or id names.
fn names(accepted: &str, id: &str) -> bool {
    let slug = id.split_once(':').map_or(id, |(_, slug)| slug);
    accepted == id || accepted == slug
}

#[test]
fn questions_find_their_answers_among_the_first_three() {
    let Some(shared) = std::env::var_os("DSTUDIO_SHARED") else {
        println!("DSTUDIO_SHARED is unset: search quality is not measured");
        return;
    };
    let file = Path::new(&shared).join("search/queries.tsv");
    let text = std::fs::read_to_string(&file).expect("the questions are there");
    let site = own_site();
    let known: BTreeSet<String> = site
        .catalog
        .pages()
        .map(|entry| entry.id.to_string())
        .chain(site.catalog.terms.keys().map(|slug| format!("term:{slug}")))
        .collect();
    let pages: Vec<&String> = known.iter().filter(|id| !id.starts_with("term:")).collect();
    let (mut asked, mut reciprocal, mut hits) = (0usize, 0.0, 0usize);
    let mut missed = Vec::new();
    for question in questions(&text) {
        let exists = |accepted: &String| pages.iter().any(|id| names(accepted, id));
        if !question.accepted.iter().any(exists) {
            continue;
        }
        asked += 1;
        let options = search::Options {
            limit: RANKS,
            ..search::Options::default()
        };
        let found = site.search().search(&question.words, &options).hits;
        let right = |id: &str| question.accepted.iter().any(|accepted| names(accepted, id));
        let rank = found
            .iter()
            .position(|hit| right(&hit.id))
            .map(|index| index + 1);
        reciprocal += rank.map_or(0.0, |rank| 1.0 / rank as f64);
        match rank {
            Some(1..=3) => hits += 1,
            _ => {
                let first: Vec<&str> = found.iter().take(3).map(|hit| hit.id.as_str()).collect();
                let words = &question.words;
                missed.push(format!(
                    "{words}: rank {rank:?}, first {}",
                    first.join(", ")
                ));
            }
        }
    }
    assert!(asked > 0, "no question has an answer in {}", file.display());
    let (mrr, share) = (reciprocal / asked as f64, hits as f64 / asked as f64);
    println!("{asked} questions: MRR@10 {mrr:.3}, hit@3 {share:.3}");
    let misses = missed.join("\n");
    println!("{misses}");
    assert!(
        missed.len() <= MISSES_MAX,
        "{} of {asked} miss:\n{misses}",
        missed.len()
    );
}

#[test]
fn questions_are_read_from_their_lines() {
    let read = questions("query\tslugs\n# note\nretry storm\tretry-storm,pattern:retry\n\nx\n");
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].accepted, ["retry-storm", "pattern:retry"]);
    assert!(names("pattern:retry", "pattern:retry") && names("retry", "law:retry"));
    assert!(!names("pattern:retry", "law:retry"));
}
