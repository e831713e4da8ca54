//! `dstudio fix`, by the real program.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use serde_json::Value;

/// The command with a state folder of its own.
fn run_in(state: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dstudio"))
        .arg("fix")
        .args(arguments)
        .env_remove("DSTUDIO_BASE")
        .env_remove("DSTUDIO_CONTENT")
        .env("XDG_STATE_HOME", state)
        .env("COLUMNS", "80")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A command that reads no input may have ended already.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn run(arguments: &[&str]) -> Output {
    let state = tempfile::tempdir().expect("a folder");
    run_in(state.path(), arguments, "")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

#[test]
fn words_lead_to_causes_a_safe_step_and_a_check() {
    let plain = run(&["no", "space", "left", "on", "device"]);
    assert_eq!(plain.status.code(), Some(0), "{}", errors(&plain));
    let shown = text(&plain);
    for part in [
        "Very likely: Disk full (",
        "Safe now",
        "undo: ",
        "Check next",
        "dstudio show playbook:disk-full",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // Commands keep their lines; everything else fits the terminal.
    let wide = shown
        .lines()
        .filter(|line| !line.starts_with("    ") && line.chars().count() > 80);
    assert_eq!(wide.count(), 0, "{shown}");
    let markdown = text(&run(&["no", "space", "left", "on", "device", "--md"]));
    assert!(markdown.contains("## Safe now"), "{markdown}");
}

#[test]
fn the_document_has_the_promised_shape() {
    let answer = json(&run(&["checkout times out since the deploy", "--json"]));
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["unknown"], false);
    let causes = answer["causes"].as_array().expect("a list");
    assert_eq!(causes.len(), 30);
    assert_eq!(causes[0]["id"], "playbook:bad-deploy");
    for cause in causes {
        assert!(cause["p"].is_number() && cause["why"].is_string());
        assert!(
            cause["id"]
                .as_str()
                .expect("an id")
                .starts_with("playbook:")
        );
    }
    let next = answer["next"].as_array().expect("a list");
    for check in next {
        assert!(check["check"].is_string() && check["evidence"].is_string());
        assert!(check["bits_per_minute"].as_f64().expect("a number") > 0.0);
    }
    assert_eq!(answer["mitigation"]["id"], "playbook:bad-deploy");
    let listed = json(&run(&["--list-evidence", "--json"]));
    let names: Vec<&Value> = listed["evidence"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|evidence| {
            assert!(evidence["question"].is_string());
            let kind = evidence["type"].as_str().expect("a type");
            assert!(kind == "yes-no" || kind == "number");
            &evidence["name"]
        })
        .collect();
    assert!(names.len() >= 90);
    assert!(next.iter().all(|check| names.contains(&&check["evidence"])));
}

#[test]
fn a_file_of_evidence_is_read_and_flags_win_over_it() {
    let state = tempfile::tempdir().expect("a folder");
    let input = r#"{"text": "slow", "evidence": {"replica_lag_s": 90, "stale_reads": true}}"#;
    let file = run_in(state.path(), &["--input", "-", "--json"], input);
    assert_eq!(json(&file)["causes"][0]["id"], "playbook:replication-lag");
    let flags = [
        "--input",
        "-",
        "--json",
        "-e",
        "replica_lag_s=0",
        "-e",
        "stale_reads=no",
    ];
    let answer = json(&run_in(state.path(), &flags, input));
    assert_ne!(answer["causes"][0]["id"], "playbook:replication-lag");
    assert_eq!(answer["question"]["evidence"]["replica_lag_s"], 0.0);
}

#[test]
fn what_is_unknown_or_wrong_says_so_by_its_exit_status() {
    let unknown = run(&["the printer is out of paper", "--json"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert_eq!(json(&unknown)["unknown"], true);
    let mistyped = run(&["-e", "no_leadr=yes"]);
    assert_eq!(mistyped.status.code(), Some(2));
    assert!(errors(&mistyped).contains("did you mean \"no_leader\"?"));
    let state = tempfile::tempdir().expect("a folder");
    let input = r#"{"evidence": {"no_leadr": true}}"#;
    let mistyped = run_in(state.path(), &["--input", "-", "--json"], input);
    assert_eq!(mistyped.status.code(), Some(2));
    assert_eq!(json(&mistyped)["errors"][0]["field"], "no_leadr");
    for wrong in [&["-e", "no_leader"][..], &["--input", "missing.json"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_log_is_shown_drafted_taken_back_and_forgotten() {
    let state = tempfile::tempdir().expect("a folder");
    let folder = state.path().join("dstudio");
    std::fs::create_dir_all(&folder).expect("a folder");
    let lines = concat!(
        "{\"time_s\": 1795600000, \"kind\": \"symptom\", \"text\": \"checkout slow\"}\n",
        "{\"time_s\": 17956",
        "\n{\"time_s\": 1795600060, \"kind\": \"step\", \"text\": \"rolled back\"}\n",
    );
    std::fs::write(folder.join("incident.jsonl"), lines).expect("a file");
    let run = |arguments: &[&str]| run_in(state.path(), arguments, "");
    let shown = text(&run(&["--log"]));
    assert!(
        shown.contains("2026-11-25 09:46:40  checkout slow"),
        "{shown}"
    );
    assert_eq!(
        json(&run(&["--log", "--json"]))["entries"][1]["kind"],
        "step"
    );
    let file = state.path().join("review.md");
    run(&["--log-out", file.to_str().expect("UTF-8")]);
    let draft = std::fs::read_to_string(&file).expect("it was written");
    assert!(
        draft.contains("| 09:47:40 | done | rolled back |"),
        "{draft}"
    );
    assert!(text(&run(&["--log-out", "-"])).contains("## Questions"));
    assert!(text(&run(&["--log-undo"])).contains("taken back: rolled back"));
    assert!(text(&run(&["--log-clear"])).contains("1 entries forgotten"));
    let empty = run(&["--log"]);
    assert_eq!(
        (empty.status.code(), text(&empty).as_str()),
        (Some(1), "the incident log is empty\n")
    );
}

#[test]
fn it_answers_while_somebody_waits() {
    let started = Instant::now();
    let answered = run(&["kafka consumer lag grows"]);
    assert_eq!(answered.status.code(), Some(0));
    // The budget of 50 ms holds for a release build; this one is a debug build on a busy machine,
    // and the bound is there to notice that everything is read again.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}
