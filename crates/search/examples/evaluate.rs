//! Measures the ranking: mean reciprocal rank at 10 and hits in the first three, over queries with
//! known answers. `DSTUDIO_SHARED=… cargo run --release -p search --example evaluate [-- -v]`.
//!
//! Two sets: `search/queries.tsv` of the shared folder, and `examples/queries.tsv` here, which was
//! written to choose the numbers of `rank.rs` by. Columns: query, accepted slugs.

#[path = "shared/corpus.rs"]
mod corpus;

use std::path::Path;

use search::{Index, Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(shared) = std::env::var_os("DSTUDIO_SHARED") else {
        eprintln!("set DSTUDIO_SHARED to the folder that holds spine/ and search/");
        std::process::exit(2);
    };
    let is_verbose = std::env::args().any(|argument| argument == "-v");
    let (documents, synonyms) = corpus::read(Path::new(&shared))?;
    let index = Index::build(&documents, &synonyms);
    println!("{} documents", documents.len());
    let public = std::fs::read_to_string(Path::new(&shared).join("search/queries.tsv"))?;
    let own = include_str!("queries.tsv");
    let mut all = (0.0, 0.0, 0.0);
    for (name, queries) in [("shared", public.as_str()), ("own", own)] {
        let (reciprocal, in_three, count) = evaluate(&index, queries, is_verbose);
        println!("{name:7} {count:3} queries  MRR@10 {:.3}  hit@3 {:.3}", reciprocal / count, in_three / count);
        all = (all.0 + reciprocal, all.1 + in_three, all.2 + count);
    }
    println!("all     {:3} queries  MRR@10 {:.3}  hit@3 {:.3}", all.2, all.0 / all.2, all.1 / all.2);
    Ok(())
}

fn evaluate(index: &Index, queries: &str, is_verbose: bool) -> (f64, f64, f64) {
    let (mut reciprocal, mut in_three, mut count) = (0.0, 0.0, 0.0);
    for (query, accepted) in queries.lines().skip(1).filter_map(|line| line.split_once('\t')) {
        let accepted: Vec<&str> = accepted.split(',').collect();
        let results = index.search(query, &Options { limit: 10, ..Options::default() });
        let slug = |id: &str| id.split_once(':').map_or(String::new(), |(_, slug)| slug.to_owned());
        let rank = results.hits.iter().position(|hit| accepted.contains(&slug(&hit.id).as_str()));
        count += 1.0;
        reciprocal += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        in_three += if rank.is_some_and(|rank| rank < 3) { 1.0 } else { 0.0 };
        if is_verbose && rank != Some(0) {
            println!("  {query}: {}", rank.map_or("-".to_owned(), |rank| (rank + 1).to_string()));
            for hit in results.hits.iter().take(5) {
                println!("      {:8.3} {} — {}", hit.score, hit.id, hit.section_title);
            }
        }
    }
    (reciprocal, in_three, count)
}
