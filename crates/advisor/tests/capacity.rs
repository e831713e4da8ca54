//! The capacity tool against published and hand-computed values.

use advisor::Error;
use advisor::capacity::{Question, answer};
use advisor::input::Unknown;
use proptest::prelude::*;

fn question(rate: f64, service_ms: f64) -> Question {
    Question {
        arrival_rate_per_s: rate,
        service_time_ms: service_ms,
        ..Question::default()
    }
}

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-3 * expected,
        "{found} instead of {expected}"
    );
}

#[test]
fn ten_servers_at_eight_erlangs() {
    let given = Question {
        servers: Some(10),
        ..question(100.0, 80.0)
    };
    let found = answer(&given).unwrap();
    close(found.offered_load, 8.0);
    close(found.normal.utilisation, 0.8);
    close(found.normal.wait_probability, 0.409_180);
    close(found.normal.wait_mean_ms, 16.367);
    close(found.normal.wait_p99_ms, 148.46);
    assert_eq!(found.normal.wait_p50_ms, 0.0);
    assert!(!found.sized);
}

#[test]
fn little_counts_what_is_in_flight() {
    let given = Question {
        servers: Some(1000),
        ..question(1000.0, 80.0)
    };
    close(answer(&given).unwrap().normal.in_flight_mean, 80.0);
}

#[test]
fn a_wait_target_needs_fourteen_servers() {
    let target = Question {
        wait_target_ms: Some(20.0),
        ..question(100.0, 80.0)
    };
    let found = answer(&target).unwrap();
    assert_eq!(found.normal.servers, 14);
    assert!(found.sized && found.normal.meets_targets);
    let fewer = Question {
        servers: Some(13),
        ..target
    };
    assert!(!answer(&fewer).unwrap().normal.meets_targets);
}

#[test]
fn a_lost_zone_leaves_enough() {
    let target = Question {
        utilisation_max: Some(0.7),
        zones: Some(3),
        zones_lost: Some(1),
        ..question(100.0, 80.0)
    };
    let found = answer(&target).unwrap();
    let loss = found.after_loss.unwrap();
    close(loss.utilisation_normal_max, 0.466_667);
    assert_eq!((found.normal.servers, loss.servers_left), (18, 12));
    assert!(found.normal.utilisation <= loss.utilisation_normal_max);
    assert!(loss.state.unwrap().meets_targets);
}

#[test]
fn the_fullest_zone_is_the_one_that_goes() {
    let given = Question {
        servers: Some(10),
        zones: Some(3),
        zones_lost: Some(1),
        ..question(100.0, 80.0)
    };
    let loss = answer(&given).unwrap().after_loss.unwrap();
    assert_eq!(loss.servers_left, 6);
    assert_eq!(loss.state, None);
    close(loss.backlog_growth_per_s.unwrap(), 25.0);
}

#[test]
fn saturation_is_refused_with_the_arithmetic() {
    let given = Question {
        servers: Some(1),
        ..question(12.0, 100.0)
    };
    let error = answer(&given).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("12 requests/s × 0.1 s = 1.2 servers of work per second for 1 server"),
        "{error}"
    );
    assert!(matches!(error, Error::NoSteadyState { servers_min: 2, .. }));
    let exactly_one = Question {
        servers: Some(1),
        ..question(10.0, 100.0)
    };
    assert!(answer(&exactly_one).is_err());
}

#[test]
fn sensitivity_says_what_one_server_and_more_load_do() {
    let given = Question {
        servers: Some(9),
        ..question(100.0, 80.0)
    };
    let found = answer(&given).unwrap();
    let fewer = &found.sensitivity[0];
    assert_eq!(fewer.change, "one server fewer");
    assert!(fewer.effect.contains("no steady state"));
    let more = &found.sensitivity[2];
    assert_eq!(more.change, "10 % more load");
    assert!(more.state.unwrap().response_p99_ms > found.normal.response_p99_ms);
}

#[test]
fn text_and_typed_questions_agree() {
    let pairs = |list: &[(&str, &str)]| {
        let owned: Vec<(String, String)> = list
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        Question::from_pairs(&owned, Unknown::Refuse)
    };
    let read = pairs(&[
        ("arrival_rate_per_s", "360k/h"),
        ("service_time_ms", "0.08 s"),
        ("wait_target_ms", "20 ms"),
        ("wait_percentile", "p99"),
    ])
    .unwrap();
    close(read.arrival_rate_per_s, 100.0);
    assert_eq!(read.wait_percentile, Some(0.99));
    let again = Question::from_pairs(&read.to_pairs(), Unknown::Refuse).unwrap();
    assert_eq!(again, read);

    let errors = pairs(&[
        ("arrival_rate_per_s", "-5"),
        ("servers", "0"),
        ("server", "3"),
    ]);
    let fields: Vec<String> = errors.unwrap_err().into_iter().map(|e| e.field).collect();
    assert_eq!(
        fields,
        ["arrival_rate_per_s", "servers", "service_time_ms", "server"]
    );
    let typed = answer(&question(f64::NAN, -1.0)).unwrap_err().to_string();
    assert!(typed.contains("arrival_rate_per_s") && typed.contains("service_time_ms"));
}

#[test]
fn the_example_has_an_answer() {
    let found = answer(&Question::example()).unwrap();
    assert_eq!(found.normal.servers % 3, 0);
    let text = serde_json::to_string(&found).unwrap();
    assert!(text.starts_with("{\"schema\":1,"));
    let back: advisor::capacity::Answer = serde_json::from_str(&text).unwrap();
    assert_eq!(back.headline, found.headline);
}

proptest! {
    #[test]
    fn any_numbers_end_in_an_answer_or_a_reason(
        rate in proptest::num::f64::ANY,
        service in proptest::num::f64::ANY,
        servers in proptest::option::of(proptest::num::u32::ANY),
        share in proptest::option::of(proptest::num::f64::ANY),
        wait in proptest::option::of(proptest::num::f64::ANY),
        zones in proptest::option::of(0u32..200),
        zones_lost in proptest::option::of(0u32..200),
    ) {
        let asked = Question {
            arrival_rate_per_s: rate, service_time_ms: service, servers,
            utilisation_max: share, wait_target_ms: wait, wait_percentile: share, zones, zones_lost,
        };
        let _ = answer(&asked);
    }

    #[test]
    fn what_is_found_meets_the_targets_and_one_fewer_does_not(
        rate in 0.01f64..5000.0, service in 0.01f64..2000.0, wait in 0.0f64..500.0, percentile in 0.5f64..0.999,
    ) {
        let asked = Question {
            wait_target_ms: Some(wait), wait_percentile: Some(percentile), ..question(rate, service)
        };
        let found = answer(&asked).unwrap();
        prop_assert!(found.normal.meets_targets);
        if found.normal.servers > 1 {
            let fewer = Question { servers: Some(found.normal.servers - 1), ..asked };
            if let Ok(less) = answer(&fewer) {
                prop_assert!(!less.normal.meets_targets);
            }
        }
    }
}
