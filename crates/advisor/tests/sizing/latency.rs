use advisor::sizing::Answer;
use kernel::{Draw, Source, inverse_normal};

use super::{ask, close, figure};

fn latency(fields: &[(&str, &str)]) -> Answer {
    ask("latency", fields).expect("an answer")
}

#[test]
fn one_step_gives_back_its_percentiles() {
    let answer = latency(&[("steps", "a: 20 / 80 ms")]);
    close(figure(&answer, "total_ms"), 80.0, 0.2);
    close(figure(&answer, "p50_ms"), 20.0, 0.2);
    let constant = latency(&[("steps", "a: 20 ms; b: 5 ms; | c: 7 ms")]);
    close(figure(&constant, "total_ms"), 27.0, 1e-9);
}

#[test]
fn a_hundred_calls_hold_a_slow_one_in_63_of_100() {
    let answer = latency(&[("steps", "a: 20 / 80 ms x100")]);
    close(figure(&answer, "slow_call_share"), 0.633_968, 1e-6);
    // p99 of the slowest of a hundred is the p99.99 of one: 20 · e^{σ · 3.7190}.
    let sigma = 4.0f64.ln() / inverse_normal(0.99);
    let expected = 20.0 * (sigma * inverse_normal(0.99f64.powf(0.01))).exp();
    close(figure(&answer, "total_ms"), expected, 0.003 * expected);
}

/// The same request drawn two hundred thousand times.
#[test]
fn a_path_agrees_with_draws() {
    let steps = "gateway: 2 / 8 ms; search: 20 / 90 ms x10; | ads: 15 / 120 ms; profile: 4 / 30 ms for 20 %; render: 30 / 60 ms; tls: 3 ms";
    let answer = latency(&[("steps", steps)]);
    let mut source = Draw::root(7, 0).stream();
    let mut time = |median: f64, p99: f64| {
        let sigma = (p99 / median).ln() / inverse_normal(0.99);
        let unit = source.unit().min(1.0 - 1e-16);
        median * (sigma * inverse_normal(unit)).exp()
    };
    let mut times: Vec<f64> = (0..200_000)
        .map(|request| {
            let gateway = time(2.0, 8.0);
            let search = (0..10).map(|_| time(20.0, 90.0)).fold(0.0, f64::max);
            let ads = time(15.0, 120.0);
            let profile = if request % 5 == 0 {
                time(4.0, 30.0)
            } else {
                0.0
            };
            gateway + search.max(ads) + profile + time(30.0, 60.0) + 3.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    for (id, share, tolerance) in [
        ("p50_ms", 0.5, 0.005),
        ("p90_ms", 0.9, 0.005),
        ("total_ms", 0.99, 0.01),
        ("p99_9_ms", 0.999, 0.03),
    ] {
        let drawn = times[(share * times.len() as f64) as usize];
        close(figure(&answer, id), drawn, tolerance * drawn);
    }
}

#[test]
fn the_step_that_matters_comes_first_and_the_target_decides() {
    let steps = "a: 10 / 12 ms; slow: 10 / 200 ms";
    let answer = latency(&[("steps", steps), ("target_ms", "150")]);
    assert!(!answer.holds && answer.reasons[0].contains("tail of slow"));
    assert_eq!(answer.tables[1].rows[0][0].text, "slow");
    assert_eq!(answer.tables[1].rows[0][4].text, "yes");
    assert!(latency(&[("steps", steps), ("target_ms", "1 s")]).holds);
    let sum = figure(&answer, "sum_ms");
    close(sum, 212.0, 1e-6);
    assert!(figure(&answer, "total_ms") < sum);
}

#[test]
fn what_it_cannot_take_is_said() {
    let many: String = (0..17).map(|at| format!("s{at}: 5 ms;")).collect();
    let error = ask("latency", &[("steps", &many)]).unwrap_err().to_string();
    assert!(error.contains("more than 16 steps"), "{error}");
    let range = [("steps", "a: 5 ms"), ("target_ms", "1..2")];
    let error = ask("latency", &range).unwrap_err().to_string();
    assert!(error.contains("one number, not a range"), "{error}");
}
