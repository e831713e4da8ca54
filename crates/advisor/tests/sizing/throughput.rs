use advisor::Error;
use advisor::sizing::Answer;

use super::{ask, close, figure};

fn throughput(fields: &[(&str, &str)]) -> Answer {
    ask("throughput", fields).expect("an answer")
}

const LAW: [(&str, &str); 3] = [
    ("gamma_per_s", "1000"),
    ("sigma", "2 %"),
    ("kappa", "0.0001"),
];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    LAW.iter().chain(more).copied().collect()
}

#[test]
fn published_values() {
    let ten = throughput(&with(&[("load", "10")]));
    close(figure(&ten, "throughput_per_s"), 8410.43, 0.005);
    close(figure(&ten, "peak_load"), 98.99, 0.006);
    let most = throughput(&with(&[("load", "99")]));
    close(figure(&most, "throughput_per_s"), 25_189.56, 0.005);
    let little = [
        ("arrival_rate_per_s", "1000"),
        ("response_time_ms", "80"),
        ("gamma_per_s", "100"),
    ];
    close(figure(&throughput(&little), "in_flight"), 80.0, 1e-9);
}

#[test]
fn a_load_test_gives_the_law_back_with_intervals() {
    let lines: Vec<String> = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]
        .iter()
        .enumerate()
        .map(|(at, load): (usize, &f64)| {
            let exact = 1000.0 * load / (1.0 + 0.02 * (load - 1.0) + 0.0001 * load * (load - 1.0));
            // One percent up and down in turn.
            let noise = if at % 2 == 0 { 1.01 } else { 0.99 };
            format!("{load},{}", exact * noise)
        })
        .collect();
    let answer = throughput(&[("measurements", &lines.join("\n"))]);
    close(figure(&answer, "gamma_per_s"), 1000.0, 30.0);
    close(figure(&answer, "sigma"), 0.02, 0.004);
    close(figure(&answer, "peak_load"), 98.99, 6.0);
    let table = &answer.tables[1];
    assert_eq!(table.title, "The fit");
    for row in &table.rows {
        assert!(row[2].text.contains('…'), "{row:?}");
    }
}

#[test]
fn more_than_can_be_done_is_refused_with_the_arithmetic() {
    let error = ask(
        "throughput",
        &with(&[("load", "10"), ("arrival_rate_per_s", "9000")]),
    )
    .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("9000/s arrive and 10 of them do X(10) = 8410/s: utilisation 1.07"),
        "{text}"
    );
    assert!(
        matches!(
            error,
            Error::NoSteadyState {
                servers_min: 11,
                ..
            }
        ),
        "{text}"
    );
    let error = ask("throughput", &with(&[("arrival_rate_per_s", "30k")])).unwrap_err();
    assert!(
        matches!(error, Error::NoSteadyState { servers_min: 0, .. }),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("no number of them does more than 25,190/s"),
        "{error}"
    );
    // Some room is left, though less than asked for.
    let tight = throughput(&with(&[("arrival_rate_per_s", "24k")]));
    assert!(!tight.holds);
    let enough = throughput(&with(&[("arrival_rate_per_s", "5k")]));
    assert!(enough.holds);
    close(figure(&enough, "load"), 9.0, 0.0);
}

#[test]
fn ranges_carry_through_and_the_input_that_matters_comes_first() {
    let fields = [
        ("gamma_per_s", "900..1000..1100"),
        ("sigma", "1 %..2 %..5 %"),
        ("load", "64"),
    ];
    let answer = throughput(&fields);
    let spread = answer.figures[0].spread.as_ref().unwrap();
    assert!(spread.p10 < figure(&answer, "throughput_per_s") && spread.p90 > spread.p50);
    assert_eq!(answer.sensitivity[0].field, "sigma");
}

#[test]
fn what_cannot_be_fitted_is_said() {
    for (fields, part) in [
        (
            vec![("measurements", "1 5; 2 9; 2 8; 1 5")],
            "four different loads",
        ),
        (
            vec![("measurements", "1 5; 2"), ("gamma_per_s", "1")],
            "one value only",
        ),
        (vec![("load", "4")], "gamma_per_s"),
        (
            vec![("measurements", "1 5; 2 9; 4 15; 8 20"), ("sigma", "1 %")],
            "fitted or given",
        ),
    ] {
        let text = ask("throughput", &fields).unwrap_err().to_string();
        assert!(text.contains(part), "{part}: {text}");
    }
}
