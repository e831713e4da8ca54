//! The decision tool on the Studio's own content.

mod content;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use advisor::Error;
use advisor::decide::{Answer, Consistency, FILE, Question, Rules, answer};
use advisor::input::Unknown;
use catalog::{EntryId, Kind, RelationKind};
use proptest::prelude::*;

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| {
        Rules::read(content::catalog()).unwrap_or_else(|errors| panic!("{errors:#?}"))
    })
}

fn ask(question: &Question) -> Answer {
    answer(question, rules()).expect("a good question")
}

fn scale(users: f64, data_gb: f64) -> Question {
    Question {
        users: Some(users),
        data_gb: Some(data_gb),
        ..Question::default()
    }
}

fn problem(id: &str) -> Question {
    Question {
        problems: vec![id.to_owned()],
        ..Question::default()
    }
}

fn firsts(answer: &Answer, count: usize) -> BTreeSet<&str> {
    let ids = answer.ranked.iter().take(count);
    ids.map(|candidate| candidate.id.trim_start_matches("pattern:"))
        .collect()
}

fn set_head(answer: &Answer, count: usize) -> BTreeSet<&str> {
    let ids = answer.set.iter().take(count);
    ids.map(|id| id.trim_start_matches("pattern:")).collect()
}

#[test]
fn the_table_by_scale_of_the_home_page() {
    let rows = [
        (
            5_000.0,
            0.5,
            [
                "modular-monolith",
                "content-delivery-network",
                "cache-aside",
            ],
        ),
        (
            200_000.0,
            50.0,
            ["api-gateway", "service-discovery", "read-replicas"],
        ),
        (
            5_000_000.0,
            2_000.0,
            ["sharding", "event-streaming", "cqrs"],
        ),
        (
            50_000_000.0,
            50_000.0,
            [
                "cell-based-architecture",
                "multi-region-active-active",
                "edge-computing",
            ],
        ),
    ];
    for (users, data_gb, patterns) in rows {
        let expected = BTreeSet::from(patterns);
        for question in [
            scale(users, data_gb),
            Question {
                data_gb: None,
                ..scale(users, data_gb)
            },
            Question {
                users: None,
                ..scale(users, data_gb)
            },
        ] {
            let found = ask(&question);
            assert_eq!(firsts(&found, 3), expected, "ranking at {question:?}");
            assert_eq!(set_head(&found, 3), expected, "set at {question:?}");
        }
    }
}

#[test]
fn the_four_emergencies_of_the_home_page() {
    let rows: [(&str, &[&str]); 4] = [
        ("cascading-failures", &["circuit-breaker"]),
        ("database-overwhelmed", &["cache-aside", "read-replicas"]),
        ("rate-limits-breached", &["rate-limiting"]),
        ("data-inconsistency", &["saga"]),
    ];
    for (id, patterns) in rows {
        let expected: BTreeSet<&str> = patterns.iter().copied().collect();
        let found = ask(&problem(id));
        assert_eq!(firsts(&found, patterns.len()), expected, "{id}");
        assert_eq!(set_head(&found, patterns.len()), expected, "{id}");
        // A scale beside it changes neither.
        let scaled = ask(&Question {
            users: Some(200_000.0),
            ..problem(id)
        });
        assert_eq!(firsts(&scaled, patterns.len()), expected, "{id} at a scale");
    }
}

#[test]
fn problems_go_by_many_names() {
    for name in [
        "Cascading failures",
        "playbook:cascading-failures",
        "service failures cascading",
    ] {
        assert_eq!(
            ask(&problem(name)).question.problems,
            ["cascading-failures"]
        );
    }
    for entry in content::catalog()
        .entries()
        .filter(|entry| entry.id.kind == Kind::Playbook)
    {
        let found = ask(&problem(&entry.id.to_string()));
        assert!(!found.set.is_empty(), "{} leads nowhere", entry.id);
    }
    for choice in &content::catalog().vocabulary.problems {
        let found = ask(&problem(&choice.id));
        assert!(!found.set.is_empty(), "{} leads nowhere", choice.id);
    }
}

#[test]
fn every_rule_applies_to_some_question() {
    for id in rules().elimination_ids() {
        let question = match id {
            "already-there" => Question {
                existing: vec!["cache-aside".into()],
                ..Question::default()
            },
            "conflicts-with-existing" => Question {
                existing: vec!["crdt".into()],
                ..Question::default()
            },
            "declining" => Question::default(),
            "out-of-scale" => scale(100.0, 0.1),
            "needs-eliminated" => Question {
                consistency: Some(Consistency::Strong),
                ..Question::default()
            },
            rule => rules().witness(rule).unwrap(),
        };
        let found = ask(&question);
        assert!(
            found.eliminated.iter().any(|out| out.rule == id),
            "{id} never applies: {question:?}"
        );
    }
    for id in rules().favour_and_note_ids() {
        let question = rules().witness(id).unwrap();
        let found = ask(&question);
        let plain = ask(&Question::default());
        assert!(
            found.ranked != plain.ranked || !found.notes.is_empty(),
            "{id} changes nothing"
        );
    }
}

#[test]
fn contradictions_and_slips_in_the_file_are_found() {
    let faults = |from: &str, to: &str| {
        let catalog = content::changed(|files| {
            let text = String::from_utf8(files[FILE].clone()).unwrap();
            assert!(text.contains(from), "{from}");
            files.insert(FILE.to_owned(), text.replacen(from, to, 1).into_bytes());
        });
        let errors = Rules::read(&catalog).expect_err(to);
        errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let at = faults("[\"circuit-breaker\"]", "[\"circuit-braker\"]");
    assert!(
        at.contains("did you mean \"circuit-breaker\"") && at.contains("tools/decide.toml:"),
        "{at}"
    );
    assert!(
        faults("regions = { below = 2 }", "region = { below = 2 }")
            .contains("did you mean regions")
    );
    assert!(faults("is = [\"strong\"]", "is = [\"stong\"]").contains("never \"stong\""));
    assert!(
        faults("session-guarantees = 0.6,", "stale-while-revalidate = 0.6,")
            .contains("stale-own-writes eliminates it")
    );
    let shadow = "[[eliminate]]\nid = \"late\"\npatterns = [\"geo-replication\"]\nwhen = { regions = { below = 1.5 } }\nwhy = \"x\"\n\n[[favour]]\nid = \"reads-dominate\"";
    assert!(
        faults("[[favour]]\nid = \"reads-dominate\"", shadow)
            .contains("no-second-region comes first")
    );
    assert!(faults("schema = 1", "schema = ").contains("decide.toml:"));
}

#[test]
fn what_is_in_place_is_neither_ranked_nor_in_the_set() {
    let found = ask(&Question {
        existing: vec![
            "pattern:cache-aside".into(),
            "Leader-Follower Replication".into(),
        ],
        ..problem("database-overwhelmed")
    });
    assert_eq!(found.set, ["pattern:read-replicas"]);
    assert!(
        found
            .ranked
            .iter()
            .all(|candidate| candidate.id != "pattern:cache-aside")
    );
    assert_eq!(
        found
            .eliminated
            .iter()
            .filter(|out| out.rule == "already-there")
            .count(),
        2
    );
}

#[test]
fn a_first_choice_that_is_out_is_named_and_replaced() {
    let found = ask(&Question {
        read_rps: Some(10.0),
        write_rps: Some(20.0),
        ..problem("database-overwhelmed")
    });
    assert_eq!(
        found.set.first().map(String::as_str),
        Some("pattern:cache-aside")
    );
    assert!(
        found
            .left_out
            .iter()
            .any(|out| out.id == "pattern:read-replicas")
    );
}

#[test]
fn not_knowing_eliminates_nothing() {
    let found = ask(&Question::default());
    let rules: BTreeSet<&str> = found
        .eliminated
        .iter()
        .map(|out| out.rule.as_str())
        .collect();
    assert_eq!(rules, BTreeSet::from(["declining"]));
    assert_eq!(found.unknown.len(), Question::FIELDS.len());
}

#[test]
fn errors_name_field_value_and_remedy() {
    let told = |question: &Question| match answer(question, rules()) {
        Err(Error::Input(errors)) => errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
        other => panic!("{other:?}"),
    };
    assert!(
        told(&problem("databse-overwhelmed")).contains("did you mean \"database-overwhelmed\"")
    );
    assert!(told(&problem("zzzzzzzz")).contains("problems is \"zzzzzzzz\""));
    let existing = Question {
        existing: vec!["pattern:cach-aside".into()],
        ..Question::default()
    };
    assert!(told(&existing).contains("did you mean \"cache-aside\""));
    assert!(told(&scale(f64::NAN, -3.0)).contains("users is \"NaN\""));
    assert!(told(&scale(1.0, -3.0)).contains("data_gb is \"-3\""));
    let sure = Question {
        availability_target: Some(1.0),
        ..Question::default()
    };
    assert!(told(&sure).contains("availability_target"));
    let half = Question {
        regions: Some(1.5),
        ..Question::default()
    };
    assert!(told(&half).contains("whole number"));
}

#[test]
fn one_error_holds_every_mistake() {
    let pairs = [
        ("users", "-5"),
        ("regions", "1.5"),
        ("existing", "cach-aside"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let Err(Error::Input(errors)) = advisor::decide::ask(&pairs, Unknown::Refuse, rules()) else {
        panic!("it was answered");
    };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["users", "regions", "existing"]);
}

#[test]
fn text_and_typed_questions_agree() {
    let example = Question::example();
    let again = Question::from_pairs(&example.to_pairs(), Unknown::Refuse).unwrap();
    assert_eq!(again, example);
    let text = serde_json::to_string(&example).unwrap();
    let pairs = advisor::input::pairs_from_json(&text).unwrap();
    assert_eq!(
        Question::from_pairs(&pairs, Unknown::Refuse).unwrap(),
        example
    );
    assert_eq!(serde_json::from_str::<Question>(&text).unwrap(), example);
    let wrong = [("user".to_owned(), "5".to_owned())];
    let errors = Question::from_pairs(&wrong, Unknown::Refuse).unwrap_err();
    assert!(errors[0].fix.contains("users"));
    assert!(Question::from_pairs(&wrong, Unknown::Ignore).is_ok());
}

#[test]
fn the_example_is_worth_showing() {
    let found = ask(&Question::example());
    assert!(found.sensitivity.robustness > 0.0);
    assert!(!found.sensitivity.flips.is_empty() || !found.sensitivity.worth_finding_out.is_empty());
    for flip in &found.sensitivity.flips {
        assert_eq!(flip.changes_winner, flip.winner != found.ranked[0].id);
        assert!(!flip.effect().is_empty());
    }
}

/// What holds of every answer.
fn check(found: &Answer) {
    let catalog = content::catalog();
    let all = catalog
        .entries()
        .filter(|entry| entry.id.kind == Kind::Pattern)
        .count();
    assert_eq!(
        found.ranked.len() + found.eliminated.len(),
        all,
        "every pattern is ranked or out"
    );
    let out: BTreeSet<&str> = found.eliminated.iter().map(|out| out.id.as_str()).collect();
    let set: BTreeSet<&str> = found.set.iter().map(String::as_str).collect();
    let existing: BTreeSet<&str> = found.question.existing.iter().map(String::as_str).collect();
    assert_eq!(set.len(), found.set.len());
    assert!(set.is_disjoint(&out) && set.is_disjoint(&existing));
    for id in &found.set {
        let id = EntryId::parse(id, None).expect("an id");
        for other in catalog.related(&id) {
            let text = other.id.to_string();
            let there = set.contains(text.as_str()) || existing.contains(text.as_str());
            match other.kind {
                RelationKind::Requires if !other.inverse => assert!(there, "{id} needs {text}"),
                RelationKind::Conflicts => assert!(!there, "{id} conflicts with {text}"),
                _ => {}
            }
        }
    }
    for pair in found.ranked.windows(2) {
        assert!(pair[0].score >= pair[1].score);
    }
    for candidate in &found.ranked {
        let sum: f64 = candidate.contributions.iter().map(|part| part.points).sum();
        assert!((sum - candidate.score).abs() < 1e-9 && (0.0..=1.001).contains(&candidate.score));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_sound(
        users in proptest::option::of(0.0f64..1e9),
        data_gb in proptest::option::of(0.0f64..1e6),
        rates in proptest::option::of((0.0f64..1e5, 0.0f64..1e5)),
        p99 in proptest::option::of(1.0f64..3000.0),
        availability in proptest::option::of(0.9f64..0.99999),
        consistency in proptest::option::of(prop_oneof![
            Just(Consistency::Strong), Just(Consistency::ReadYourWrites), Just(Consistency::Causal), Just(Consistency::Eventual),
        ]),
        regions in proptest::option::of(1u32..5),
        team in proptest::option::of(1u32..100),
        problems in proptest::collection::vec(0usize..40, 0..4),
        existing in proptest::collection::vec(0usize..185, 0..5),
    ) {
        let problems = problems.iter().filter_map(|at| rules().problems().get(*at)).map(|p| p.id.clone()).collect();
        let names: Vec<String> = rules().patterns().map(|(id, _)| id.to_string()).collect();
        let question = Question {
            users, data_gb,
            read_rps: rates.map(|rates| rates.0),
            write_rps: rates.map(|rates| rates.1),
            p99_target_ms: p99, availability_target: availability, consistency,
            regions: regions.map(f64::from), team_size: team.map(f64::from),
            problems,
            existing: existing.iter().filter_map(|at| names.get(*at).cloned()).collect(),
            ..Question::default()
        };
        check(&ask(&question));
    }

    #[test]
    fn any_numbers_end_in_an_answer_or_a_reason(number in proptest::num::f64::ANY, other in proptest::num::f64::ANY) {
        let question = Question {
            users: Some(number), data_gb: Some(other), read_rps: Some(number), write_rps: Some(other),
            p99_target_ms: Some(number), availability_target: Some(other), regions: Some(number), team_size: Some(other),
            ..Question::default()
        };
        let _ = answer(&question, rules());
    }
}
