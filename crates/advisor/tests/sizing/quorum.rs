use advisor::sizing::Answer;

use super::{ask, close, figure};

fn quorum(n: &str, r: &str, w: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("replicas", n), ("read_quorum", r), ("write_quorum", w)];
    fields.extend(more);
    ask("quorum", &fields).expect("an answer")
}

#[test]
fn published_values() {
    // Bailis and others, VLDB 2012: with N = 3 and R = W = 1 two reads in three may be stale, and
    // one of the last k writes is seen with 1 − (2/3)ᵏ: .555, .703, .868, .982 for 2, 3, 5, 10.
    let missed = figure(&quorum("3", "1", "1", &[]), "stale_share");
    close(missed, 2.0 / 3.0, 1e-12);
    for (k, seen) in [(2, 0.5556), (3, 0.7037), (5, 0.8683), (10, 0.9827)] {
        close(1.0 - missed.powi(k), seen, 1e-4);
    }
    close(
        figure(&quorum("3", "1", "2", &[]), "stale_share"),
        1.0 / 3.0,
        1e-12,
    );
    assert_eq!(figure(&quorum("3", "2", "2", &[]), "stale_share"), 0.0);
    let five = quorum("5", "3", "3", &[("replica_availability", "99 %")]);
    close(figure(&five, "read_availability"), 0.999_990_15, 5e-9);
    assert_eq!(figure(&five, "write_failures"), 2.0);
}

#[test]
fn staleness_fades_and_has_a_bound() {
    let more = [("lag_ms", "50"), ("after_ms", "100"), ("stale_max", "1 %")];
    let answer = quorum("3", "1", "1", &more);
    close(
        figure(&answer, "stale_share"),
        2.0 / 3.0 * (-2.0f64).exp(),
        1e-12,
    );
    assert!(!answer.holds && answer.charts.len() == 2);
    let bound = figure(&answer, "bound_ms");
    close(bound, 50.0 * (200.0f64 / 3.0).ln(), 1e-9);
    let later = bound.to_string();
    let more = [
        ("lag_ms", "50"),
        ("after_ms", later.as_str()),
        ("stale_max", "1 %"),
    ];
    assert!(quorum("3", "1", "1", &more).holds);
}

#[test]
fn a_majority_is_taken_where_nothing_is_said() {
    let answer = ask("quorum", &[("replicas", "5")]).unwrap();
    assert!(
        answer
            .headline
            .starts_with("3 + 3 > 5: every read meets the last write")
    );
    assert_eq!(answer.tables[0].rows[0][0].text, "R 3, W 3 (asked)");
}

#[test]
fn quorums_that_cannot_be_are_named() {
    let fields = [
        ("replicas", "3"),
        ("read_quorum", "4"),
        ("write_quorum", "5"),
        ("p99_ms", "5"),
    ];
    let text = ask("quorum", &fields).unwrap_err().to_string();
    for part in [
        "read_quorum is \"4\": there are only 3",
        "write_quorum is \"5\"",
        "belong together",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
