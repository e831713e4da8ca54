//! `dstudio reproduce`, by the real program.

use std::path::Path;
use std::process::{Command, Output};

use expect_test::{Expect, expect};
use serde_json::Value;
use tempfile::TempDir;

fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dstudio"));
    command.current_dir(folder).arg("reproduce").args(arguments);
    command
        .env_remove("DSTUDIO_BASE")
        .env_remove("DSTUDIO_CONTENT");
    command.env("COLUMNS", "80");
    command.output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

const FILE: &str = r#"
schema_version = 1
[[target]]
id = "tail-fanout"
title = "A title that is far too long for what is left of a line of eighty characters"
checks = [
  { q = "p_slow", at = { p = 0.01, n = 100 }, value = 0.63, abs = 0.01 },
  { q = "p_slow", at = { p = 0.01, n = 2000 }, value = 0.5, op = "le" },
  { q = "p_slw", at = { p = 0.01, n = 2000 }, value = 0.5, op = "le" },
]
[[target]]
id = "maglev-evenness"
title = "Evenness"
checks = [{ q = "slots_spread", at = { m = 65537, n = 1000 }, value = 1, abs = 0 }]
[[target]]
id = "raft-fig16"
title = "Elections"
checks = [{ q = "downtime_ms", at = { lo = 150, hi = 155, stat = "p50" }, value = 287.0, rel = 0.2 }]
"#;

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("mine.toml"), FILE).expect("a file");
    folder
}

#[test]
fn a_file_is_answered_line_by_line() {
    let folder = folder();
    let output = run_in(folder.path(), &["mine.toml"]);
    let check = |found: String, expected: Expect| expected.assert_eq(&found);
    check(
        text(&output.stdout),
        expect![[r#"
            FAILING   tail-fanout                     1 of 3  A title that is far too long…
              - OFF: p_slow at p = 0.01, n = 2000: published 0.5, ours 1 (at most)
              - none: p_slw at p = 0.01, n = 2000: published 0.5 (at most); no model for
                this quantity; did you mean "p_slow"?
            ok        maglev-evenness                 1 of 1  Evenness
            no model  raft-fig16                      0 of 1  Elections
            3 targets: 1 ok, 1 failing, 1 without a model
        "#]],
    );
    check(
        text(&output.stderr),
        expect![[r#"
            dstudio: tail-fanout fails
        "#]],
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn one_target_is_shown_value_by_value() {
    let output = run_in(folder().path(), &["mine.toml", "--only", "maglev-evenness"]);
    expect![[r#"
        ok        maglev-evenness                 1 of 1  Evenness
          - ok: slots_spread at m = 65537, n = 1000: published 1, ours 1 (exact)
        1 targets: 1 ok, 0 failing, 0 without a model
    "#]]
    .assert_eq(&text(&output.stdout));
    assert_eq!(output.status.code(), Some(0));
    // A target without a model is no negative finding.
    let output = run_in(folder().path(), &["mine.toml", "--only", "raft-fig16"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_document_is_for_programs() {
    let output = run_in(folder().path(), &["mine.toml", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(document["schema"], 1);
    let targets = document["targets"].as_array().expect("a list");
    let statuses: Vec<&str> = targets
        .iter()
        .filter_map(|one| one["status"].as_str())
        .collect();
    assert_eq!(statuses, ["failing", "ok", "no-model"]);
    let checks = &targets[0]["checks"];
    assert_eq!(checks[0]["q"], "p_slow");
    assert_eq!(checks[0]["at"]["n"], 100);
    assert_eq!(checks[0]["expected"], 0.63);
    assert_eq!(checks[0]["pass"], true);
    assert_eq!(checks[0]["method"], "formula");
    assert!((checks[0]["got"].as_f64().expect("a number") - 0.633_967).abs() < 1e-6);
    assert_eq!(checks[1]["pass"], false);
    assert_eq!(checks[2]["pass"], Value::Null);
    assert_eq!(checks[2]["got"], Value::Null);
}

#[test]
fn wrong_usage_is_named() {
    let folder = folder();
    std::fs::write(
        folder.path().join("broken.toml"),
        "schema_version = 1\n[[target]]\nid = 3\n",
    )
    .expect("a file");
    std::fs::write(folder.path().join("bytes.toml"), [0xff, 0xfe]).expect("a file");
    for (arguments, message) in [
        (
            &["mine.toml", "--only", "tail-fan-out"][..],
            "did you mean tail-fanout?",
        ),
        (&["nowhere.toml"], "cannot read nowhere.toml"),
        (&["bytes.toml"], "bytes.toml is not text"),
        (
            &["broken.toml"],
            "broken.toml:3:6: \"id\" is not a text; write id = \"…\"",
        ),
        (&["broken.toml"], "has no checks"),
        (&["--write"], "--write needs a content folder"),
        (&["--write", "mine.toml"], "cannot be used with"),
    ] {
        let output = run_in(folder.path(), arguments);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn models_are_listed() {
    let output = run_in(folder().path(), &["--list"]);
    let listed = text(&output.stdout);
    assert!(listed.contains("che-approximation") && listed.contains("hit_ratio"));
    assert!(listed.lines().all(|line| line.chars().count() <= 80));
    let output = run_in(folder().path(), &["--list", "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert!(
        document["models"]
            .as_array()
            .is_some_and(|models| models.len() > 40)
    );
}

/// A content folder with one quick target: results are stored, found fresh, and found stale.
#[test]
fn stored_results_must_be_those_of_the_models() {
    let folder = TempDir::new().expect("a folder");
    let base = folder.path().join("base");
    std::fs::create_dir_all(base.join("published")).expect("a folder");
    let target = |value: f64| {
        format!(
            "schema_version = 1\n[[target]]\nid = \"tail-fanout\"\n\
             checks = [{{ q = \"p_slow\", at = {{ p = 0.5, n = 1 }}, value = {value} }}]\n"
        )
    };
    let file = base.join("published/tail-latency.toml");
    let status = |arguments: &[&str]| {
        let output = run_in(folder.path(), &[&["--base", "base"], arguments].concat());
        (output.status.code(), text(&output.stderr))
    };
    std::fs::write(&file, target(0.5)).expect("a file");
    let (code, told) = status(&[]);
    assert!(
        code == Some(0) && told.contains("no results are stored"),
        "{told}"
    );
    assert_eq!(status(&["--write"]), (Some(0), String::new()));
    assert_eq!(status(&[]), (Some(0), String::new()));
    std::fs::write(&file, target(0.4)).expect("a file");
    let (code, told) = status(&[]);
    assert_eq!(code, Some(1));
    assert!(told.contains("tail-fanout fails") && told.contains("the stored results differ"));
    let known = "[[failing]]\nid = \"tail-fanout\"\nmeasured = \"0.5\"\nfound = \"a slip\"\n";
    std::fs::write(base.join("published/known-failing.toml"), known).expect("a file");
    assert_eq!(status(&["--write"]), (Some(0), String::new()));
    assert_eq!(status(&[]), (Some(0), String::new()));
    std::fs::write(&file, target(0.5)).expect("a file");
    let (code, told) = status(&["--write"]);
    assert_eq!(code, Some(1));
    assert!(
        told.contains("tail-fanout passes and is recorded as failing"),
        "{told}"
    );
}
