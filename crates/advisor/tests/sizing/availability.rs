use super::{ask, close, figure};

fn availability(parts: &str) -> f64 {
    figure(
        &ask("availability", &[("parts", parts)]).expect("an answer"),
        "availability",
    )
}

#[test]
fn published_values() {
    for (parts, expected, tolerance) in [
        ("a: 99 % 2 of 3", 0.999_702, 1e-9),
        ("a: 99 % 3 of 5", 0.999_990_15, 5e-9),
        ("a: 99 % x2", 0.9999, 1e-12),
        ("a: 99 % x2 beta 10 %", 0.998_919, 1e-12),
        ("a: 99.9 %; b: 99.95 %; c: 99.99 %", 0.998_401, 5e-7),
        ("a: mtbf 999 h mttr 1 h", 0.999, 1e-12),
    ] {
        close(availability(parts), expected, tolerance);
    }
    let answer = ask("availability", &[("parts", "a: 99.9 %")]).unwrap();
    close(figure(&answer, "down_month_h") * 60.0, 43.2, 1e-9);
    close(figure(&answer, "down_year_h") * 60.0, 525.6, 1e-9);
    close(figure(&answer, "nines"), 3.0, 1e-12);
}

#[test]
fn the_part_that_buys_the_next_nine_comes_first() {
    let parts = "gateway: 99.999 %\ndatabase: 99.9 % cost 300";
    let answer = ask("availability", &[("parts", parts), ("target", "99.99")]).unwrap();
    assert!(!answer.holds && answer.headline.contains("is missed"));
    let steps = &answer.tables[1];
    assert_eq!(steps.title.replace('\u{a0}', " "), "What buys 99.99 %");
    assert_eq!(steps.rows[0][0].text, "database: one copy more (1 of 2)");
    assert_eq!(steps.rows[0][3].text, "yes");
    // 300 dollars for almost all of 43.2 minutes.
    close(steps.rows[0][4].value.unwrap(), 300.0 / 43.1568, 1e-3);
    let fine = ask("availability", &[("parts", parts), ("target", "99.8")]).unwrap();
    assert!(fine.holds);
}

#[test]
fn what_copies_share_bounds_them() {
    let few = availability("a: 99 % x2 beta 10 %");
    let many = availability("a: 99 % x20 beta 10 %");
    assert!(many > few && many <= 0.999 + 1e-12, "{many}");
    let answer = ask("availability", &[("parts", "a: 99 % x20 beta 10 %")]).unwrap();
    assert!(
        answer
            .reasons
            .iter()
            .any(|reason| reason.contains("hardly help"))
    );
}

#[test]
fn a_range_of_the_common_cause_becomes_a_range_of_the_answer() {
    let question = [("parts", "a: 99 % x2"), ("beta", "2 %..5 %..10 %")];
    let answer = ask("availability", &question).unwrap();
    let spread = answer.figures[0].spread.as_ref().unwrap();
    assert!(spread.p10 < spread.p50 && spread.p50 < spread.p90);
    assert!(0.998_919 <= spread.p10 && spread.p90 <= 1.0 - 0.02 * 0.01);
    assert_eq!(answer.sensitivity[0].field, "beta");
    close(answer.sensitivity[0].high.unwrap(), 0.998_919, 1e-9);
}

#[test]
fn every_mistake_is_named() {
    let fields = [
        ("parts", "a 99\nb: 101 %\nc: 99 %"),
        ("target", "5"),
        ("betta", "1"),
    ];
    let text = ask("availability", &fields).unwrap_err().to_string();
    for part in [
        "\"a 99\"",
        "\"b: 101 %\"",
        "target is \"5\"",
        "did you mean \"beta\"?",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
