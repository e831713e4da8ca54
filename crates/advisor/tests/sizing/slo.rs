use std::process::Command;

use advisor::sizing::Answer;

use super::{ask, close, figure};

fn slo(fields: &[(&str, &str)]) -> Answer {
    ask("slo", fields).expect("an answer")
}

fn file(answer: &Answer, name: &str) -> String {
    let found = answer.files.iter().find(|file| file.name == name);
    found.expect("the file is there").text.clone()
}

#[test]
fn published_values() {
    let answer = slo(&[("objective", "99.9")]);
    close(figure(&answer, "budget_h") * 60.0, 43.2, 1e-9);
    let year = slo(&[("objective", "99.9"), ("period_h", "365 d")]);
    close(figure(&year, "budget_h") * 60.0, 525.6, 1e-9);
    // The workbook's and Sloth's burn rates do not depend on the objective.
    for objective in ["99", "99.9", "99.99"] {
        let answer = slo(&[("objective", objective)]);
        let burns: Vec<f64> = answer.tables[0]
            .rows
            .iter()
            .map(|row| row[2].value.unwrap())
            .collect();
        assert_eq!(burns, [14.4, 6.0, 3.0, 1.0]);
        let names: Vec<&str> = answer.tables[0]
            .rows
            .iter()
            .map(|row| row[0].text.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "page 1h / 5m",
                "page 6h / 30m",
                "ticket 1d / 2h",
                "ticket 3d / 6h"
            ]
        );
    }
    // w · b · (1 − S) = 51.84 s for a total outage.
    close(figure(&answer, "detect_outage_h") * 3600.0, 51.84, 1e-9);
}

#[test]
fn what_burns_now() {
    let answer = slo(&[
        ("objective", "99.9"),
        ("bad_share", "2 %"),
        ("rate_per_s", "200"),
    ]);
    close(figure(&answer, "burn_rate"), 20.0, 1e-9);
    close(figure(&answer, "lasts_h"), 36.0, 1e-9);
    close(figure(&answer, "bad_events"), 518_400.0, 1e-3);
    assert!(!answer.holds && answer.reasons[0].contains("page 1h / 5m"));
    assert!(slo(&[("objective", "99.9"), ("bad_share", "0.05 %")]).holds);
}

#[test]
fn few_events_page_by_themselves() {
    let answer = slo(&[("objective", "99.9"), ("rate_per_s", "0.02")]);
    let table = &answer.tables[2];
    assert_eq!(
        (table.rows[0][1].value, table.rows[0][2].value),
        (Some(72.0), Some(2.0))
    );
    assert!(table.rows[0][3].value.unwrap() > 0.01);
    assert!(
        answer
            .reasons
            .iter()
            .any(|reason| reason.contains("bad events fire it"))
    );
    let busy = slo(&[("objective", "99.9"), ("rate_per_s", "2000")]);
    assert!(
        busy.tables[2]
            .rows
            .iter()
            .all(|row| row[3].value.unwrap() < 1e-3)
    );
}

#[test]
fn an_alert_that_can_never_fire_is_a_finding() {
    let answer = slo(&[("objective", "90")]);
    assert!(!answer.holds);
    assert!(
        answer.reasons[0].contains("can never fire"),
        "{:?}",
        answer.reasons
    );
    let text = ask(
        "slo",
        &[("objective", "99"), ("alerts", "page 2 % in 40 d")],
    );
    assert!(
        text.unwrap_err()
            .to_string()
            .contains("longer than the period")
    );
    let query = [("objective", "99"), ("bad_query", "rate(errors[5m])")];
    assert!(
        ask("slo", &query)
            .unwrap_err()
            .to_string()
            .contains("{{.window}}")
    );
}

const AWKWARD: [(&str, &str); 5] = [
    ("objective", "99.95"),
    ("service", "Check \"out\" \\ {{1}} ä: #x"),
    (
        "bad_query",
        "sum(rate(errors_total{path=~\"/a\\\\.b\"}[{{.window}}]))",
    ),
    ("total_query", "sum(rate(all_total[{{.window}}]))"),
    ("alerts", "page 2 % in 1 h; ticket 7 % in 100 min / 61 s"),
];

#[test]
fn prometheus_takes_the_rules() {
    let asked: [&[(&str, &str)]; 3] = [
        &[("objective", "99.9"), ("service", "checkout")],
        &AWKWARD,
        &[("objective", "99.999999")],
    ];
    for fields in asked {
        let Ok(answer) = ask("slo", fields) else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.yaml");
        std::fs::write(&path, file(&answer, "prometheus-rules.yaml")).unwrap();
        match Command::new("promtool")
            .arg("check")
            .arg("rules")
            .arg(&path)
            .output()
        {
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                let rules = std::fs::read_to_string(&path).unwrap();
                assert!(output.status.success(), "{said}\n{rules}");
            }
            Err(_) => eprintln!("promtool is not installed: the rules were not loaded"),
        }
    }
}

/// The names of a test of rules that promtool runs: a fault of 2 % must page, one of 0.05 % not.
#[test]
fn prometheus_fires_the_rules_as_computed() {
    let answer = slo(&[("objective", "99.9"), ("service", "checkout")]);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("rules.yaml", &file(&answer, "prometheus-rules.yaml"));
    let case = |bad: &str, good: &str, alerts: &str| {
        format!(
            "  - interval: 1m\n    input_series:\n      - series: 'http_requests_total{{job=\"checkout\",code=\"500\"}}'\n        values: '{bad}'\n      - series: 'http_requests_total{{job=\"checkout\",code=\"200\"}}'\n        values: '{good}'\n    alert_rule_test:\n      - eval_time: 2h\n        alertname: CheckoutBudgetBurnPage\n        exp_alerts:{alerts}\n"
        )
    };
    let fires = "\n          - exp_labels: { severity: page, service: checkout }\n            exp_annotations: { summary: \"checkout spends the error budget of its objective of 99.9 % too fast\" }";
    let text = format!(
        "rule_files: [rules.yaml]\ntests:\n{}{}",
        case("0+20x130", "0+980x130", fires),
        case("0+1x130", "0+1999x130", " []")
    );
    write("test.yaml", &text);
    let test = folder.path().join("test.yaml");
    match Command::new("promtool")
        .arg("test")
        .arg("rules")
        .arg(&test)
        .output()
    {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let also = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{said}{also}");
        }
        Err(_) => eprintln!("promtool is not installed: the rules were not run"),
    }
}

#[test]
fn the_specs_read_as_written() {
    let fields = [
        ("objective", "99.9"),
        ("service", "Checkout API"),
        ("period_h", "28 d"),
    ];
    let answer = slo(&fields);
    expect_test::expect_file!["openslo.yaml"].assert_eq(&file(&answer, "openslo.yaml"));
    expect_test::expect_file!["sloth.yaml"].assert_eq(&file(&answer, "sloth.yaml"));
    let awkward = file(&slo(&AWKWARD), "openslo.yaml");
    assert!(
        awkward.contains("name: check-out-1-x-availability\n"),
        "{awkward}"
    );
    assert!(awkward.contains("path=~\\\"/a\\\\\\\\.b\\\""), "{awkward}");
}
