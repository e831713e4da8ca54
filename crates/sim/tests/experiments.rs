//! The experiments of the content: their claims hold, and say something.

use sim::{Scenario, Verdict};
use std::path::PathBuf;

fn experiments() -> Vec<(String, Scenario)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../content/experiments");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of experiments")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a text");
        match Scenario::parse(&text, &name) {
            Ok(scenario) => (name, scenario),
            Err(mistakes) => panic!("{}", mistakes[0]),
        }
    };
    files.into_iter().map(read).collect()
}

#[test]
fn there_are_experiments_and_each_says_what_it_asks() {
    let all = experiments();
    assert!(all.len() >= 12, "{}", all.len());
    for (name, scenario) in all {
        assert!(scenario.question.len() > 150, "{name} has no question");
        assert!(scenario.variants.len() >= 2, "{name} compares nothing");
        assert!(
            scenario.claims.iter().all(|c| c.because.is_some()),
            "{name}: a claim has no reason"
        );
    }
}

#[test]
fn all_claims_hold() {
    for (name, scenario) in experiments() {
        let results = sim::decide(&scenario);
        assert!(results.pass(), "{name}\n{}", results.table());
        assert!(results.refused.is_none());
    }
}

/// With all variants made equal to one of them, at least one claim must break, whichever it is,
/// and every claim that compares two variants must: otherwise it says nothing about the mechanism.
#[test]
fn no_claim_is_empty() {
    for (name, scenario) in experiments() {
        let compares = |text: &str| {
            let named = scenario.variants.iter().filter(|v| {
                let path = format!("{}.", v.name);
                text.split_whitespace()
                    .any(|word| word.trim_start_matches('(').starts_with(&path))
            });
            named.count() >= 2
        };
        let comparing = scenario.claims.iter().filter(|c| compares(&c.text)).count();
        assert!(comparing >= 1, "{name} compares no two variants");
        for variant in 0..scenario.variants.len() {
            let mut equal = scenario.with_equal_variants(variant);
            // One look: more would only narrow intervals around a margin that is not there.
            equal.looks.looks = 1;
            let results = sim::decide(&equal);
            for claim in results.claims.iter().filter(|c| compares(&c.text)) {
                assert_ne!(
                    claim.verdict,
                    Verdict::Holds,
                    "{name}: `{}` holds with all variants equal to `{}`: {}",
                    claim.text,
                    scenario.variants[variant].name,
                    claim.measured
                );
            }
        }
    }
}
