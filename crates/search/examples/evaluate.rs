//! Measures the ranking: mean reciprocal rank at 10 and hits in the first three, over queries with
//! known answers. `DSTUDIO_SHARED=… cargo run --release -p search --example evaluate [-- -v]`.
//!
//! Two sets: `search/queries.tsv` of the shared folder, and `examples/queries.tsv` here, which was
//! written to choose the numbers of `rank.rs` by. Columns: query, accepted slugs.

#[path = "shared/corpus.rs"]
mod corpus;

use std::{fmt, path::Path};

use corpus::Body;
use search::{Index, Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(shared) = std::env::var_os("DSTUDIO_SHARED") else {
        eprintln!("set DSTUDIO_SHARED to the folder that holds spine/ and search/");
        std::process::exit(2);
    };
    let is_verbose = std::env::args().any(|argument| argument == "-v");
    let public = std::fs::read_to_string(Path::new(&shared).join("search/queries.tsv"))?;
    let own = include_str!("queries.tsv");
    for (label, body) in [("lean", Body::Lean), ("dense", Body::Dense)] {
        let (documents, synonyms) = corpus::read(Path::new(&shared), body)?;
        let index = Index::build(&documents, &synonyms);
        println!("{label} bodies, {} documents", documents.len());
        let mut all = Score::default();
        for (name, queries) in [("shared", public.as_str()), ("own", own)] {
            let score = evaluate(&index, queries, is_verbose);
            println!("  {name:6} {score}");
            all.add(&score);
        }
        println!("  all    {all}");
    }
    Ok(())
}

/// Sums over queries.
#[derive(Default)]
struct Score {
    queries: f64,
    reciprocal_ranks: f64,
    in_first_three: f64,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.queries += other.queries;
        self.reciprocal_ranks += other.reciprocal_ranks;
        self.in_first_three += other.in_first_three;
    }
}

impl fmt::Display for Score {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:3} queries  MRR@10 {:.3}  hit@3 {:.3}",
            self.queries,
            self.reciprocal_ranks / self.queries,
            self.in_first_three / self.queries
        )
    }
}

fn evaluate(index: &Index, queries: &str, is_verbose: bool) -> Score {
    let mut score = Score::default();
    for (query, accepted) in queries
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
    {
        let accepted: Vec<&str> = accepted.split(',').collect();
        let results = index.search(
            query,
            &Options {
                limit: 10,
                ..Options::default()
            },
        );
        let is_accepted = |id: &str| id.split(':').nth(1).is_some_and(|s| accepted.contains(&s));
        let rank = results.hits.iter().position(|hit| is_accepted(&hit.id));
        score.queries += 1.0;
        score.reciprocal_ranks += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        score.in_first_three += f64::from(u8::from(rank.is_some_and(|rank| rank < 3)));
        if is_verbose && rank != Some(0) {
            println!(
                "    {query}: {}",
                rank.map_or("-".to_owned(), |r| (r + 1).to_string())
            );
            for hit in results.hits.iter().take(5) {
                println!("      {:8.3} {} — {}", hit.score, hit.id, hit.section_title);
            }
        }
    }
    score
}
