use advisor::Error;
use advisor::input::Unknown;
use advisor::sizing::{Answer, Chart, Kind, TOOLS, Tool};
use proptest::prelude::*;

use super::pairs;

fn example(tool: &Tool) -> Answer {
    let answer = tool.ask(&tool.example(), Unknown::Refuse);
    answer.unwrap_or_else(|error| panic!("{}: {error}", tool.id))
}

/// Every number of an answer, which JSON could not hold if it were not finite.
fn numbers(answer: &Answer) -> Vec<f64> {
    let mut found: Vec<f64> = answer.figures.iter().map(|figure| figure.value).collect();
    for spread in answer
        .figures
        .iter()
        .filter_map(|figure| figure.spread.as_ref())
    {
        found.extend([spread.p10, spread.p50, spread.p90]);
    }
    for table in &answer.tables {
        found.extend(table.rows.iter().flatten().filter_map(|cell| cell.value));
    }
    found.extend(
        answer
            .sensitivity
            .iter()
            .flat_map(|effect| [effect.low, effect.high])
            .flatten(),
    );
    for chart in &answer.charts {
        match chart {
            Chart::Lines { lines, .. } => {
                found.extend(
                    lines
                        .iter()
                        .flat_map(|line| &line.points)
                        .flat_map(|(x, y)| [*x, *y]),
                );
            }
            Chart::Dots { dots, .. } => found.extend(dots.iter().map(|dot| dot.value)),
        }
    }
    found
}

fn check(answer: &Answer) {
    assert!(
        numbers(answer).iter().all(|value| value.is_finite()),
        "{answer:?}"
    );
    assert!(!answer.headline.contains("NaN") && !answer.headline.contains("inf"));
    for table in &answer.tables {
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.len() == table.columns.len()),
            "{table:?}"
        );
    }
}

#[test]
fn every_example_is_answered_in_full() {
    for tool in TOOLS {
        let answer = example(tool);
        check(&answer);
        assert!(
            !answer.figures.is_empty() && !answer.formulas.is_empty(),
            "{}",
            tool.id
        );
        assert!(
            !answer.assumptions.is_empty() && !answer.reasons.is_empty(),
            "{}",
            tool.id
        );
        assert!(
            !answer.charts.is_empty() && !answer.tables.is_empty(),
            "{}",
            tool.id
        );
        assert!(
            answer
                .formulas
                .iter()
                .all(|formula| !formula.source.is_empty())
        );
        let text = serde_json::to_string(&answer).unwrap();
        assert!(text.starts_with("{\"schema\":1,"), "{text}");
        let back: Answer = serde_json::from_str(&text).unwrap();
        assert_eq!(back.headline, answer.headline);
    }
}

#[test]
fn a_question_is_read_back_from_its_pairs_and_from_its_answer() {
    for tool in TOOLS {
        let question = tool.question(&tool.example(), Unknown::Refuse).unwrap();
        let again = tool
            .question(&question.to_pairs(), Unknown::Refuse)
            .unwrap();
        let answer = tool.answer(&question).unwrap();
        assert_eq!(tool.answer(&again).unwrap(), answer, "{}", tool.id);
        let json = serde_json::to_string(&answer.question).unwrap();
        let pairs = advisor::input::pairs_from_json(&json).unwrap();
        let from_json = tool.ask(&pairs, Unknown::Refuse).unwrap();
        let texts = |answer: &Answer| -> Vec<String> {
            answer
                .figures
                .iter()
                .map(|figure| figure.text.clone())
                .collect()
        };
        assert_eq!(texts(&from_json), texts(&answer), "{}", tool.id);
    }
}

#[test]
fn nothing_at_all_names_what_is_needed() {
    for tool in TOOLS {
        match tool.ask(&[], Unknown::Refuse) {
            Ok(answer) => check(&answer),
            Err(Error::Input(errors)) => {
                assert!(
                    errors.iter().all(|error| !error.fix.is_empty()),
                    "{}",
                    tool.id
                );
            }
            Err(error) => panic!("{}: {error}", tool.id),
        }
    }
}

/// Numbers, units, ranges and nonsense as people and programs send them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,24}",
        "[0-9]{1,4}(\\.[0-9]{1,3})?( ?(%|ms|s|h|d|k|M|GB|/s|/day))?",
        "[0-9]{1,3}..[0-9]{1,4}(..[0-9]{1,5})?",
        "[a-z]{1,6}: ?[0-9.]{1,6} ?%?( x[0-9]{1,3}| [0-9] of [0-9])?( beta [0-9]{1,3} ?%)?",
        "[0-9]{1,5}[ ,][0-9]{1,6}(\n[0-9]{1,5}[ ,][0-9]{1,6}){0,8}",
        Just("0".to_owned()),
        Just("1e15".to_owned()),
        Just("1e-12".to_owned()),
        Just("99.9999999999 %".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn any_input_ends_in_an_answer_or_a_message(
        which in 0..TOOLS.len(),
        texts in proptest::collection::vec(proptest::option::of(text()), 16),
        keep in proptest::collection::vec(any::<bool>(), 16),
    ) {
        let tool = TOOLS[which];
        // Half of the fields keep what the example says, so that many questions can be answered.
        let mut asked = tool.example();
        for ((field, text), keep) in tool.fields.iter().zip(&texts).zip(&keep) {
            if let Some(text) = text.as_ref().filter(|_| !keep) {
                asked.retain(|(name, _)| name != field.name);
                asked.push((field.name.to_owned(), text.clone()));
            }
        }
        match tool.ask(&asked, Unknown::Refuse) {
            Ok(answer) => check(&answer),
            Err(Error::Input(errors)) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(tool.fields.iter().any(|field| field.name == error.field));
                    prop_assert!(!error.message.is_empty() && !error.fix.is_empty());
                }
            }
            Err(Error::NoSteadyState { why, fix, .. }) => {
                prop_assert!(!why.is_empty() && !fix.is_empty());
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn the_ends_of_every_number_are_answered_or_refused(which in 0..TOOLS.len(), at in 0..64usize) {
        let tool = TOOLS[which];
        let ends: Vec<(&str, f64)> = tool.fields.iter().flat_map(|field| match field.kind {
            Kind::Number { least, most, .. } => vec![(field.name, least), (field.name, most)],
            Kind::Whole { least, most } => {
                vec![(field.name, f64::from(least)), (field.name, f64::from(most))]
            }
            _ => Vec::new(),
        }).collect();
        if let Some((name, end)) = ends.get(at % ends.len().max(1)) {
            let mut asked = tool.example();
            asked.retain(|(other, _)| other != name);
            asked.extend(pairs(&[(*name, &end.to_string())]));
            if let Ok(answer) = tool.ask(&asked, Unknown::Refuse) {
                check(&answer);
            }
        }
    }
}
