//! Files and selectors that nobody should write: every one is answered or refused in words, none
//! ends the program.

use proptest::prelude::*;
use published::{Memo, Parameter, Parameters, TargetSet};
use std::path::Path;

fn text_of(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../content/published")
        .join(name);
    std::fs::read_to_string(path).expect("a file of the content")
}

/// Models whose every valid question is a run of a second: they get only values that are refused.
const SLOW: [&str; 4] = [
    "power-of-d",
    "aws-backoff-jitter",
    "metastable-retry",
    "little-concurrency",
];

fn hostile() -> Vec<Parameter> {
    let mut nested = Parameter::Whole(1);
    for _ in 0..4 {
        nested = Parameter::List(vec![nested]);
    }
    vec![
        Parameter::Whole(-1),
        Parameter::Whole(i64::MAX),
        Parameter::Number(-0.5),
        Parameter::Number(1e300),
        Parameter::Number(f64::MIN_POSITIVE),
        Parameter::Name("lognorml".to_owned()),
        Parameter::Name(String::new()),
        Parameter::List(Vec::new()),
        Parameter::List(vec![Parameter::Whole(1), Parameter::Name("x".to_owned())]),
        Parameter::Table(Parameters::default()),
        nested,
    ]
}

fn mild() -> Vec<Parameter> {
    vec![
        Parameter::Whole(0),
        Parameter::Whole(1),
        Parameter::Whole(3),
        Parameter::Number(0.5),
        Parameter::Number(0.999_999_999),
        Parameter::Flag(true),
    ]
}

#[test]
fn every_selector_and_parameter_may_be_nonsense() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/published");
    let mut asked = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let name = entry
            .expect("a file")
            .file_name()
            .to_string_lossy()
            .into_owned();
        if !name.ends_with(".toml") || name == "known-failing.toml" {
            continue;
        }
        let set = TargetSet::parse(&text_of(&name), &name).unwrap();
        for target in &set.targets {
            let check = &target.checks[0];
            let mut memo = Memo::default();
            let keys: Vec<String> = check
                .at
                .names()
                .chain(target.params.names())
                .map(str::to_owned)
                .collect();
            let mild = if SLOW.contains(&target.id.as_str()) {
                Vec::new()
            } else {
                mild()
            };
            for key in keys {
                for value in hostile().into_iter().chain(mild.clone()) {
                    let mut at = check.at.clone();
                    at.set(&key, value.clone());
                    let answer =
                        published::ask(&target.id, &check.quantity, &at, &target.params, &mut memo);
                    match answer {
                        Ok(answer) => assert!(
                            answer.values.iter().all(|v| !v.is_nan()),
                            "{} {at}",
                            target.id
                        ),
                        Err(why) => assert!(!why.to_string().is_empty(), "{} {at}", target.id),
                    }
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 1500, "{asked}");
}

#[test]
fn faults_of_a_file_have_a_place_and_a_fix() {
    let faults = [
        (
            "",
            "t.toml:1:1: schema_version is missing; write schema_version = 1",
        ),
        (
            "schema_version = 2",
            "t.toml:1:18: version 2; this program reads version 1",
        ),
        (
            "schema_version = 1\ntarget = 3",
            "t.toml:2:10: \"target\" is not a list; write a list",
        ),
        (
            "schema_version = 1\n[[target]]\nchecks = []",
            "t.toml:2:1: a target has no id; write id = \"short-name\"",
        ),
        (
            "schema_version = 1\n[[target]]\nid = \"a\"\nchecks = [{ q = \"x\", value = 1, rell = 0.1 }]",
            "t.toml:4:33: a check has no \"rell\"; did you mean \"rel\"?",
        ),
        (
            "schema_version = 1\n[[target]]\nid = \"a\"\nchecks = [{ q = \"x\", value = 1, op = \"gt\" }]",
            "t.toml:4:38: there is no relation \"gt\"; op is ge, le, between or info, or left out",
        ),
        (
            "schema_version = 1\n[[target]]\nid = \"a\"\nchecks = [{ q = \"x\", value = 1, rel = -0.1 }]",
            "t.toml:4:39: \"rel\" is negative; write zero or more",
        ),
        (
            "schema_version = 1\n[[target]]\nid = \"a\"\nchecks = [{ q = \"x\" }]",
            "t.toml:4:11: the check of x has no value; write value = 1.0",
        ),
        (
            "schema_version = 1\n[[target]]\nid = \"a\"\nchecks = [{ q = \"x\", value = \"much\" }]",
            "t.toml:4:30: the value of x is not a number or a list of numbers; write value = 1.0 or [1.0, 2.0]",
        ),
        (
            "schema_version = 1\n[[target]]\nid = \"a\"\nchecks = []\n[[target]]\nid = \"a\"\nchecks = []",
            "t.toml:6:6: there are two targets \"a\"; give each its own id",
        ),
    ];
    for (text, message) in faults {
        let found = TargetSet::parse(text, "t.toml").expect_err(text);
        assert_eq!(found[0].to_string(), message);
    }
    let long = " ".repeat(published::FILE_BYTES_MAX + 1);
    assert!(TargetSet::parse(&long, "t.toml").is_err());
    let broken = TargetSet::parse("schema_version = [", "t.toml").unwrap_err();
    assert!(
        broken[0].to_string().starts_with("t.toml:1:"),
        "{}",
        broken[0]
    );
}

#[test]
fn what_nothing_reads_is_a_remark() {
    let text = "schema_version = 1\n[[target]]\nid = \"a\"\nshelf = 3\nchecks = []";
    let set = TargetSet::parse(text, "t.toml").unwrap();
    assert_eq!(
        set.remarks[0].to_string(),
        "t.toml:4:1: a target has no \"shelf\"; it is not read"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A file with a piece replaced by something else.
    #[test]
    fn mangled_files_are_read_or_refused(at in 0usize..2000, cut in 0usize..40, put in ".{0,12}") {
        let mut text = text_of("availability.toml");
        let start = (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        let end = (start + cut).min(text.len());
        let end = (start..=end).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(start);
        text.replace_range(start..end, &put);
        match TargetSet::parse(&text, "t.toml") {
            Ok(set) => {
                for target in &set.targets {
                    published::reproduce(target);
                }
            }
            Err(found) => prop_assert!(found.iter().all(|one| one.line >= 1 && one.column >= 1)),
        }
    }

    /// Formulas over their whole domain: a probability stays one.
    #[test]
    fn probabilities_stay_probabilities(n in 1u32..60, p in 0.0f64..=1.0, k in 1u32..20) {
        let asked = [
            ("majority-availability", "availability", format!("{{ n = {n}, p = {p} }}")),
            ("tail-fanout", "p_slow", format!("{{ n = {n}, p = {p} }}")),
            ("shuffle-sharding", "p_share", format!("{{ n = {}, k = {k}, i = {} }}", n.max(k), k / 2)),
            ("bloom-fpr", "fpr", format!("{{ bits_per_key = {n}, k = {k} }}")),
            ("birthday-ids", "p_collision", format!("{{ n = {k}, d = {n} }}")),
            ("copysets", "p_loss", format!("{{ n = {}, failed = {k}, copysets = {n}, r = 2 }}", n + k)),
        ];
        for (id, quantity, at) in asked {
            let value = crate::value(id, quantity, &at);
            prop_assert!((-1e-12..=1.0 + 1e-12).contains(&value), "{id} {at}: {value}");
        }
    }
}
