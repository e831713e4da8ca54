//! The assessment on the Studio's own content.

mod content;

use std::collections::BTreeSet;

use advisor::Error;
use advisor::assess::{Answer, FILE, Question, Questionnaire, READ_MAX, answer};
use advisor::input::Unknown;
use proptest::prelude::*;

fn questionnaire() -> Questionnaire {
    Questionnaire::read(content::catalog()).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn ask(pairs: &[(&str, &str)]) -> Answer {
    let question = Question {
        answers: pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect(),
    };
    answer(&question, &questionnaire()).expect("answers that exist")
}

#[test]
fn it_takes_two_minutes() {
    let count = questionnaire().items.len();
    assert!((8..=10).contains(&count), "{count} questions");
}

#[test]
fn four_people_find_their_paths() {
    let graduate = ask(&[
        ("work", "code"),
        ("want", "follow"),
        ("silence", "failed"),
        ("lock", "never"),
    ]);
    let senior = answer(&Question::example(), &questionnaire()).unwrap();
    let architect = ask(&[
        ("work", "design"),
        ("want", "size"),
        ("lock", "fence"),
        ("split", "per-operation"),
    ]);
    let manager = ask(&[
        ("work", "lead"),
        ("want", "migrate"),
        ("last-change", "programme"),
        ("hours", "few"),
    ]);
    for (found, id) in [
        (graduate, "path:new-graduate"),
        (senior, "path:senior-engineer"),
        (architect, "path:architect"),
        (manager, "path:manager"),
    ] {
        assert_eq!(found.recommended.id, id);
        assert!(found.recommended.path.is_some() && !found.reasons.is_empty());
        assert_ne!(found.runner_up.as_ref().unwrap().id, id);
        assert_eq!(found.read.len(), READ_MAX);
        assert!(found.confidence.lead > 0);
    }
}

#[test]
fn every_path_wins_by_its_own_answers() {
    let questionnaire = questionnaire();
    let mut reached = BTreeSet::new();
    for (at, path) in questionnaire.paths.iter().enumerate() {
        // The answer to each question that favours this path most.
        let mut question = Question::default();
        for item in &questionnaire.items {
            let lead = |id: &str| {
                let one = Question {
                    answers: [(item.id.clone(), id.to_owned())].into(),
                };
                let found = answer(&one, &questionnaire).unwrap();
                let points =
                    |wanted: &str| found.ranked.iter().find(|r| r.id == wanted).unwrap().points;
                points(&path.id.to_string())
            };
            let best = item
                .choices
                .iter()
                .max_by_key(|choice| lead(&choice.id))
                .unwrap();
            question.answers.insert(item.id.clone(), best.id.clone());
        }
        let found = answer(&question, &questionnaire).unwrap();
        assert_eq!(found.recommended.id, path.id.to_string(), "path {at}");
        reached.insert(found.recommended.id);
    }
    assert_eq!(reached.len(), questionnaire.paths.len());
}

#[test]
fn every_answer_moves_something() {
    let questionnaire = questionnaire();
    let nothing = answer(&Question::default(), &questionnaire).unwrap();
    for item in &questionnaire.items {
        for choice in &item.choices {
            let found = ask(&[(&item.id, &choice.id)]);
            assert_ne!(
                found.ranked, nothing.ranked,
                "{}={} moves nothing",
                item.id, choice.id
            );
        }
    }
}

#[test]
fn skipping_everything_is_answered_honestly() {
    let found = ask(&[]);
    assert_eq!(found.recommended.id, "path:new-graduate");
    assert!(found.headline.starts_with("Nothing was answered"));
    assert!(found.confidence.words.starts_with("A guess"));
    assert_eq!(found.read.len(), READ_MAX);
}

#[test]
fn errors_name_question_and_answer() {
    let questionnaire = questionnaire();
    let pairs = [("wrk", "code"), ("work", "codr"), ("want", "")]
        .map(|(a, b)| (a.to_owned(), b.to_owned()));
    let errors = Question::from_pairs(&pairs, Unknown::Refuse, &questionnaire).unwrap_err();
    assert_eq!(errors.len(), 2);
    assert!(errors[0].fix.contains("\"work\"") && errors[1].fix.contains("\"code\""));
    let wrong = Question {
        answers: [("work".to_owned(), "x".to_owned())].into(),
    };
    assert!(matches!(
        answer(&wrong, &questionnaire),
        Err(Error::Input(_))
    ));
}

#[test]
fn slips_in_the_file_are_found() {
    let faults = |from: &str, to: &str| {
        let catalog = content::changed(|files| {
            let text = String::from_utf8(files[FILE].clone()).unwrap();
            assert!(text.contains(from), "{from}");
            files.insert(FILE.to_owned(), text.replacen(from, to, 1).into_bytes());
        });
        let errors = Questionnaire::read(&catalog).expect_err(to);
        errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(faults("path:manager", "path:boss").contains("no learning path"));
    assert!(faults("{ new-graduate = 3 }", "{ graduate = 3 }").contains("no path"));
    assert!(faults("{ new-graduate = 3 }", "{ }").contains("moves nothing"));
    assert!(faults("law:correlated-failure", "law:murphy").contains("no page"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_sound(picks in proptest::collection::vec(0usize..5, 9)) {
        let questionnaire = questionnaire();
        let mut question = Question::default();
        for (item, pick) in questionnaire.items.iter().zip(picks) {
            if let Some(choice) = item.choices.get(pick) {
                question.answers.insert(item.id.clone(), choice.id.clone());
            }
        }
        let found = answer(&question, &questionnaire).unwrap();
        prop_assert!(found.ranked.windows(2).all(|pair| pair[0].points >= pair[1].points));
        prop_assert!(found.read.len() <= READ_MAX);
        prop_assert!((0.0..=1.0).contains(&found.confidence.stable));
    }
}
