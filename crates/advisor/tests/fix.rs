//! The diagnosis on the Studio's own content.

mod content;

use std::sync::OnceLock;

use advisor::fix::review::{self, Entry, Kind};
use advisor::fix::{Answer, Diagnosis, Model, Observed, Question, answer};
use advisor::input::Unknown;
use proptest::prelude::*;

fn diagnosis() -> &'static Diagnosis {
    static DIAGNOSIS: OnceLock<Diagnosis> = OnceLock::new();
    DIAGNOSIS.get_or_init(|| {
        Diagnosis::read(content::catalog()).unwrap_or_else(|errors| panic!("{errors:#?}"))
    })
}

fn ask(question: &Question) -> Answer {
    answer(question, diagnosis()).expect("a good question")
}

fn said(text: &str) -> Question {
    Question {
        text: text.to_owned(),
        ..Question::default()
    }
}

fn with(text: &str, evidence: &[(&str, Observed)]) -> Question {
    Question {
        evidence: evidence
            .iter()
            .map(|(name, observed)| ((*name).to_owned(), *observed))
            .collect(),
        ..said(text)
    }
}

fn chance(answer: &Answer, slug: &str) -> f64 {
    let id = format!("playbook:{slug}");
    let cause = answer.causes.iter().find(|cause| cause.id == id);
    cause.expect("every playbook is a cause").p
}

const YES: Observed = Observed::Flag(true);
const NO: Observed = Observed::Flag(false);

#[test]
fn every_playbook_is_a_cause_once() {
    let mut causes: Vec<String> = ask(&Question::default())
        .causes
        .into_iter()
        .map(|cause| cause.id)
        .collect();
    causes.sort();
    let mut playbooks: Vec<String> = content::catalog()
        .entries()
        .filter(|entry| entry.id.kind == catalog::Kind::Playbook)
        .map(|entry| entry.id.to_string())
        .collect();
    playbooks.sort();
    assert_eq!(causes, playbooks);
    assert_eq!(causes.len(), 30);
}

#[test]
fn the_first_step_of_the_playbook_is_the_mitigation() {
    let answer = ask(&said("no space left on device"));
    assert_eq!(answer.causes[0].id, "playbook:disk-full");
    assert_eq!(answer.mitigation.id, "playbook:disk-full");
    let texts = [
        &answer.mitigation.action,
        &answer.mitigation.risk,
        &answer.mitigation.undo,
        &answer.mitigation.check,
    ];
    assert!(texts.iter().all(|text| !text.is_empty()));
}

#[test]
fn what_fits_nothing_is_unknown_and_still_has_a_safe_step_and_a_check() {
    for text in ["", "xkcd qwerty zzz", "please recommend a good book"] {
        let answer = ask(&said(text));
        assert!(answer.unknown, "{text}");
        assert_eq!(answer.mitigation.id, "page:emergency");
        assert!(!answer.next.is_empty());
    }
    let nothing_of_it: Vec<(&str, Observed)> = diagnosis()
        .model()
        .checks
        .iter()
        .filter(|check| check.number.is_none())
        .map(|check| (check.name.as_str(), NO))
        .collect();
    assert!(ask(&with("", &nothing_of_it)).unknown);
}

#[test]
fn observations_of_one_fact_never_count_more_than_the_fact() {
    let one = ask(&with("", &[("replica_lag_s", Observed::Number(60.0))]));
    let three = ask(&with(
        "replica lag growing, users see stale data",
        &[
            ("replica_lag_s", Observed::Number(60.0)),
            ("apply_queue_grows", YES),
            ("stale_reads", YES),
        ],
    ));
    let odds = |answer: &Answer| chance(answer, "replication-lag") / chance(answer, "split-brain");
    // The chances of the fact are 0.98 and 0.08: no number of observations makes more of it.
    assert!(odds(&three) > odds(&one));
    assert!(odds(&one) / odds(&ask(&Question::default())) < 0.98 / 0.08);
    let reasons = &three.causes[0].reasons_for;
    let named = reasons
        .iter()
        .filter(|reason| reason.fact == "replica-behind");
    assert_eq!(named.count(), 1);
}

#[test]
fn numbers_lean_between_normal_and_alarm() {
    let at = |percent: f64| {
        let evidence = [("database_cpu_percent", Observed::Number(percent))];
        chance(&ask(&with("", &evidence)), "database-overwhelmed")
    };
    assert_eq!(at(90.0), at(100.0));
    assert_eq!(at(60.0), at(5.0));
    assert!(at(60.0) < at(70.0) && at(70.0) < at(80.0) && at(80.0) < at(90.0));
    // Where the alarm is below the normal value, low numbers are bad.
    let free = |percent: f64| {
        let evidence = [("disk_free_percent", Observed::Number(percent))];
        chance(&ask(&with("", &evidence)), "disk-full")
    };
    assert!(free(1.0) > 0.3 && free(60.0) < 0.05);
}

#[test]
fn a_denied_fact_speaks_against_its_causes() {
    let deployed = ask(&said("errors since the deploy"));
    let not = ask(&said("errors, but nothing was deployed"));
    let [deployed, not] = [deployed, not].map(|answer| chance(&answer, "bad-deploy"));
    assert!(deployed > 4.0 * not, "{deployed} and {not}");
}

#[test]
fn the_next_check_is_the_best_and_never_one_that_was_answered_or_passed() {
    let mut question = said("everything is slow");
    let mut seen = Vec::new();
    for _ in 0..6 {
        let answer = ask(&question);
        let order: Vec<f64> = answer
            .next
            .iter()
            .map(|next| next.bits_per_minute)
            .collect();
        assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
        let next = &answer.next[0];
        assert!((next.bits / next.minutes - next.bits_per_minute).abs() < 1e-12);
        assert!(!seen.contains(&next.evidence), "{} again", next.evidence);
        seen.push(next.evidence.clone());
        if seen.len().is_multiple_of(2) {
            question.passed.push(next.evidence.clone());
        } else {
            question.evidence.insert(next.evidence.clone(), NO);
        }
    }
}

#[test]
fn an_answer_can_be_expected_to_lower_the_entropy() {
    let entropy = |answer: &Answer| {
        let chances = answer
            .causes
            .iter()
            .map(|cause| cause.p)
            .chain([answer.other]);
        -chances.map(|p| p * p.log2()).sum::<f64>()
    };
    let before = ask(&said("checkout times out"));
    let next = &before.next[0];
    let [yes, no] = [YES, NO].map(|observed| {
        let evidence = [(next.evidence.as_str(), observed)];
        ask(&with("checkout times out", &evidence))
    });
    // The expectation lies between the two answers, so one of them must lower it by so much.
    let least = entropy(&yes).min(entropy(&no));
    assert!(entropy(&before) - next.bits >= least - 1e-9);
    assert_eq!(yes.causes[0].name, next.leads_to[0]);
    assert_eq!(no.causes[0].name, next.leads_to[1]);
}

#[test]
fn questions_are_read_from_json() {
    let model = diagnosis().model();
    let read = |text: &str| Question::from_json(text, model);
    let question = read(
        r#"{"schema": 1, "text": " slow ", "symptoms": ["timeouts"], "evidence":
            {"no_leader": false, "replica_lag_s": 4.5, "days_to_expiry": -3, "stale_reads": null}}"#,
    )
    .expect("a good question");
    assert_eq!(question.text, "slow");
    assert_eq!(question.symptoms, ["timeouts"]);
    assert_eq!(question.evidence["no_leader"], NO);
    assert_eq!(question.evidence["days_to_expiry"], Observed::Number(-3.0));
    assert!(!question.evidence.contains_key("stale_reads"));
    let again = Question::from_pairs(&question.to_pairs(), Unknown::Refuse, model);
    assert_eq!(again, Ok(question));
    for (text, field, part) in [
        (
            r#"{"evidence": {"no_leadr": true}}"#,
            "no_leadr",
            "no_leader",
        ),
        (
            r#"{"evidence": {"zzzzzz": true}}"#,
            "zzzzzz",
            "--list-evidence",
        ),
        (
            r#"{"evidence": {"no_leader": 3}}"#,
            "no_leader",
            "true or false",
        ),
        (
            r#"{"evidence": {"replica_lag_s": "long"}}"#,
            "replica_lag_s",
            "number",
        ),
        (
            r#"{"evidence": {"replica_lag_s": []}}"#,
            "replica_lag_s",
            "number",
        ),
        (r#"{"evidence": []}"#, "evidence", "JSON object"),
        (r#"{"no_leader": true}"#, "no_leader", "inside of evidence"),
        (r#"{"txt": "slow"}"#, "txt", "text"),
        (r#"{"schema": 2}"#, "schema", "schema 1"),
        (r#"{"symptoms": ["timeout"]}"#, "symptom", "timeouts"),
        ("[]", "input", "JSON object"),
        ("{", "input", "JSON object"),
    ] {
        let errors = read(text).expect_err(text);
        assert_eq!(errors[0].field, field, "{text}");
        assert!(errors[0].fix.contains(part), "{text}: {}", errors[0].fix);
    }
    let long = format!(r#"{{"text": "{}"}}"#, "a ".repeat(5000));
    assert_eq!(read(&long).expect_err("too long")[0].field, "text");
}

#[test]
fn units_may_stand_beside_numbers() {
    let model = diagnosis().model();
    let read = |name: &str, text: &str| {
        let pairs = [(name.to_owned(), text.to_owned())];
        Question::from_pairs(&pairs, Unknown::Refuse, model)
            .map(|question| question.evidence[name])
            .map_err(|errors| errors[0].message.clone())
    };
    assert_eq!(read("replica_lag_s", "45 s"), Ok(Observed::Number(45.0)));
    assert_eq!(read("disk_free_percent", "3%"), Ok(Observed::Number(3.0)));
    assert_eq!(read("p99_over_p50", "12x"), Ok(Observed::Number(12.0)));
    assert_eq!(read("replica_lag_s", "yes"), Ok(YES));
    assert_eq!(read("no_leader", "N"), Ok(NO));
    for bad in ["45 h", "many", "1e999", "NaN", "--"] {
        assert!(read("replica_lag_s", bad).is_err(), "{bad}");
    }
}

#[test]
fn a_model_survives_being_written_and_read() {
    let model = diagnosis().model();
    let text = serde_json::to_string(model).expect("it can be written");
    let read: Model = serde_json::from_str(&text).expect("it can be read");
    let again = Diagnosis::new(read);
    let question = said("kafka lag grows since we released");
    let expected = serde_json::to_string(&ask(&question)).expect("JSON");
    let found = answer(&question, &again).expect("a good question");
    assert_eq!(serde_json::to_string(&found).expect("JSON"), expected);
}

const FACTS: &str = "tools/fix/facts.toml";
const CHECKS: &str = "tools/fix/checks.toml";
const CAUSES: &str = "tools/fix/causes.toml";
const WORDS: &str = "tools/fix/words.toml";

/// A file, what is changed in it to what, and what the fault says.
const BROKEN: &[(&str, &str, &str, &str)] = &[
    (
        FACTS,
        "id = \"bad-deploy\"",
        "id = \"bad-deplyo\"",
        "did you mean \"bad-deploy\"?",
    ),
    (FACTS, "p = 0.97", "p = 1.0", "between 0 and 1"),
    (FACTS, "usual = 0.1\n", "usual = 0.0\n", "between 0 and 1"),
    (FACTS, "says =", "sais =", "unknown field"),
    (
        FACTS,
        "id = \"names-fail\"",
        "id = \"timeouts\"",
        "used twice",
    ),
    (
        CHECKS,
        "fact = \"deployed-just-before\"",
        "fact = \"deployed\"",
        "no fact \"deployed\"",
    ),
    (CHECKS, "minutes = 1\n", "minutes = 0\n", "takes 0 minutes"),
    (
        CHECKS,
        "name = \"no_leader\"",
        "name = \"text\"",
        "is a field",
    ),
    (
        CHECKS,
        "normal = 60, alarm = 90",
        "normal = 90, alarm = 90",
        "as normal and as alarm",
    ),
    (
        CAUSES,
        "\"bad-deploy\"",
        "\"bad-release\"",
        "no playbook \"bad-release\"",
    ),
    (CAUSES, "weight = 4", "weight = 0", "above 0"),
    (CAUSES, "other = 0.25", "other = 1.5", "between 0 and 1"),
    (
        CAUSES,
        "page = \"page:emergency\"",
        "page = \"emergency\"",
        "no id of a page",
    ),
    (CAUSES, "schema = 1", "schema = 2", "this program knows 1"),
    (WORDS, "[class]", "[classes]", "unknown field"),
];

/// The faults of the content with one file changed.
fn faults(file: &str, from: &str, to: &str) -> String {
    let catalog = content::changed(|files| {
        let text = String::from_utf8(files[file].clone()).expect("UTF-8");
        assert!(text.contains(from), "{file} has no {from}");
        files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    });
    let read = Diagnosis::read(&catalog).map(|_| ());
    let errors = read.expect_err(&format!("{from} to {to} breaks it"));
    assert!(
        errors
            .iter()
            .all(|error| error.file.starts_with("tools/fix/"))
    );
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn faults_of_the_data_are_found_with_their_places() {
    for (file, from, to, expected) in BROKEN {
        let found = faults(file, from, to);
        assert!(found.contains(expected), "{from} to {to}: {found}");
    }
    let without = content::changed(|files| {
        files.remove(FACTS);
    });
    let read = Diagnosis::read(&without).map(|_| ());
    let errors = read.expect_err("a file is missing");
    assert!(errors[0].message.contains("missing"));
}

#[test]
fn a_log_becomes_a_draft_in_order_of_time() {
    let entry = |time_s: i64, kind: Kind, text: &str| Entry {
        time_s,
        kind,
        text: text.to_owned(),
    };
    let draft = review::review(&[
        entry(1_795_600_060, Kind::Step, "roll back | now\nand wait"),
        entry(1_795_600_000, Kind::Symptom, "checkout *slow*"),
        entry(1_795_600_030, Kind::Diagnosis, "Most likely: Bad deploy."),
        entry(1_795_690_000, Kind::Note, "all well"),
    ]);
    let timeline = "\
| 09:46:40 | seen | checkout \\*slow\\* |
| 09:47:10 | thought | Most likely: Bad deploy. |
| 09:47:40 | done | roll back \\| now and wait |
| 2026-11-26 10:46:40 | noted | all well |
";
    assert!(draft.starts_with("# Review of the incident of 2026-11-25\n"));
    assert!(draft.contains(timeline), "{draft}");
    assert!(
        draft.contains("- 09:47:40: roll back | now and wait (what was thought then: Most likely")
    );
    for heading in ["## Decisions", "## Impact", "## Questions", "## Actions"] {
        assert!(draft.contains(heading), "{heading}");
    }
    assert!(review::review(&[]).contains("Nothing was logged."));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_words_give_chances_that_add_up(text in "\\PC{0,300}") {
        let answer = ask(&said(&text));
        let sum: f64 = answer.causes.iter().map(|cause| cause.p).sum::<f64>() + answer.other;
        prop_assert!((sum - 1.0).abs() < 1e-9);
        prop_assert!(answer.causes.iter().all(|cause| cause.p.is_finite() && cause.p >= 0.0));
        prop_assert_eq!(answer.causes.len(), 30);
    }

    #[test]
    fn any_text_is_a_question_or_a_list_of_mistakes(text in "\\PC{0,200}") {
        let model = diagnosis().model();
        if let Err(errors) = Question::from_json(&text, model) {
            prop_assert!(!errors.is_empty());
        }
        let pairs = [("replica_lag_s".to_owned(), text.clone()), ("text".to_owned(), text)];
        if let Ok(question) = Question::from_pairs(&pairs, Unknown::Refuse, model) {
            prop_assert!(answer(&question, diagnosis()).is_ok());
        }
    }

    #[test]
    fn more_answers_in_favour_never_lower_a_cause(
        seconds in 10.0..1e6_f64,
        flags in proptest::collection::vec(any::<bool>(), 2),
    ) {
        let mut evidence = vec![("replica_lag_s", Observed::Number(seconds))];
        let mut before = chance(&ask(&with("", &evidence)), "replication-lag");
        for (name, flag) in ["apply_queue_grows", "stale_reads"].into_iter().zip(flags) {
            if flag {
                evidence.push((name, YES));
                let after = chance(&ask(&with("", &evidence)), "replication-lag");
                prop_assert!(after >= before - 1e-12);
                before = after;
            }
        }
    }
}
