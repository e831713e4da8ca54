use super::{ask, close, figure};

#[test]
fn a_bill_by_hand() {
    // A million requests a day are 11.574 a second; the month has thirty million.
    let fields = [
        ("users", "100k"),
        ("requests_per_user_day", "10"),
        ("cpu_ms", "10"),
        ("stored_bytes", "1 KB"),
        ("retention_h", "30 d"),
        ("series", "5000"),
    ];
    let answer = ask("cost", &fields).unwrap();
    close(figure(&answer, "rate_per_s"), 11.574, 0.001);
    close(figure(&answer, "requests_month"), 3e7, 1e-3);
    // 11.574 · 3 · 0.01 / 0.5 = 0.69444 vCPU at 15 + 4 · 2 dollars: 15.97.
    close(figure(&answer, "vcpus"), 0.694_444, 1e-6);
    // 30 GB · 3 · 0.2 = 18; 300 GB · 0.1 = 30; 15 GB · 0.5 = 7.5; 5 · 20 = 100.
    let total = 0.694_444_44 * 23.0 + 18.0 + 30.0 + 7.5 + 100.0;
    close(figure(&answer, "cost_month"), total, 1e-4);
    close(figure(&answer, "cost_million"), total / 30.0, 1e-5);
    close(figure(&answer, "cost_user_month"), total / 1e5, 1e-8);
    close(figure(&answer, "watching_share"), 107.5 / total, 1e-6);
    assert!(
        answer
            .reasons
            .iter()
            .any(|reason| reason.contains("for watching"))
    );
}

#[test]
fn ranges_become_a_range_and_name_the_input_that_matters() {
    let fields = [
        ("rate_per_s", "200..230..260"),
        ("cpu_ms", "1..5..40"),
        ("budget_month", "900"),
    ];
    let answer = ask("cost", &fields).unwrap();
    let spread = answer.figures[0].spread.as_ref().unwrap();
    assert!(spread.p10 < spread.p50 && spread.p50 < spread.p90);
    assert_eq!(answer.sensitivity[0].field, "cpu_ms");
    assert_eq!(answer.draws.map(|draws| draws.refused), Some(0));
    assert!(!answer.holds && answer.headline.contains("above the budget"));
    // The mean of what is linear in independent inputs: 15.3 ms against a likely 5.
    assert!(spread.p50 > answer.figures[0].value);
}

#[test]
fn traffic_is_said_once() {
    for (fields, part) in [
        (vec![("cpu_ms", "5")], "no traffic"),
        (vec![("cpu_ms", "5"), ("users", "1M")], "users alone"),
        (
            vec![
                ("cpu_ms", "5"),
                ("users", "1M"),
                ("requests_per_user_day", "2"),
                ("rate_per_s", "5"),
            ],
            "given twice",
        ),
        (vec![("rate_per_s", "5")], "cpu_ms"),
    ] {
        let text = ask("cost", &fields).unwrap_err().to_string();
        assert!(text.contains(part), "{part}: {text}");
    }
}
