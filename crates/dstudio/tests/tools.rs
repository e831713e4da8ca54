//! The tools' commands, by the real program.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    with_input(arguments, "")
}

fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dstudio"))
        .args(arguments)
        .env_remove("DSTUDIO_BASE")
        .env_remove("DSTUDIO_CONTENT")
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
fn decide_answers_by_flags_and_by_file() {
    let flags = run(&[
        "decide",
        "--users",
        "2M",
        "--data-gb",
        "800GB",
        "--problems",
        "database overwhelmed",
        "--existing",
        "load-balancing",
        "--json",
    ]);
    assert_eq!(flags.status.code(), Some(0), "{}", errors(&flags));
    let answer = json(&flags);
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["set"][0], "pattern:cache-aside");
    assert!(answer["ranked"][0]["contributions"][0]["points"].is_number());
    assert!(
        answer["eliminated"][0]["rule"].is_string() && answer["eliminated"][0]["why"].is_string()
    );
    let file = with_input(
        &["decide", "--input", "-", "--json"],
        "{\"users\": 2000000, \"data_gb\": 800, \"problems\": [\"database-overwhelmed\"], \
         \"existing\": [\"pattern:load-balancing\"]}",
    );
    assert!(json(&file) == answer, "the file and the flags say the same");
    // A flag wins over the file.
    let both = with_input(
        &["decide", "--input", "-", "--users", "100", "--json"],
        "{\"users\": 2000000}",
    );
    assert_eq!(json(&both)["scale"]["band"], "<10K");
}

#[test]
fn decide_names_every_mistake() {
    let wrong = run(&["decide", "--users", "-5", "--problems", "cascad", "--json"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(json(&wrong)["errors"][0]["field"], "users");
    assert!(errors(&wrong).contains("users is \"-5\": it is negative"));
    assert!(errors(&wrong).contains("problems is \"cascad\""));
    let file = with_input(&["decide", "--input", "-"], "{\"user\": 1}");
    assert_eq!(file.status.code(), Some(2));
    assert!(
        errors(&file).contains("did you mean \"users\"?"),
        "{}",
        errors(&file)
    );
    assert!(file.stdout.is_empty());
}

#[test]
fn capacity_exits_by_what_it_finds() {
    let fine = run(&[
        "capacity",
        "--arrival-rate-per-s",
        "100",
        "--service-time-ms",
        "80",
        "--wait-target-ms",
        "20",
        "--json",
    ]);
    assert_eq!(fine.status.code(), Some(0), "{}", errors(&fine));
    assert_eq!(json(&fine)["normal"]["servers"], 14);
    let missed = run(&[
        "capacity",
        "--rate",
        "100",
        "--service-time",
        "80",
        "--servers",
        "9",
        "--wait-target-ms",
        "20",
    ]);
    assert_eq!(missed.status.code(), Some(1));
    assert!(text(&missed).contains("a target is missed"));
    let overloaded = run(&[
        "capacity",
        "--rate",
        "12/s",
        "--service-time",
        "0.1s",
        "--servers",
        "1",
        "--json",
    ]);
    assert_eq!(overloaded.status.code(), Some(1));
    assert_eq!(json(&overloaded)["refused"]["servers_min"], 2);
    assert!(
        errors(&overloaded)
            .contains("12 requests/s × 0.1 s = 1.2 servers of work per second for 1 server")
    );
    let nothing = run(&["capacity"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(
        errors(&nothing).contains("arrival_rate_per_s")
            && errors(&nothing).contains("service_time_ms")
    );
}

#[test]
fn assess_answers_lists_and_refuses() {
    let manager = run(&["assess", "work=lead", "want=migrate", "--json"]);
    assert_eq!(manager.status.code(), Some(0));
    assert_eq!(json(&manager)["recommended"]["id"], "path:manager");
    let nothing = run(&["assess"]);
    assert_eq!(nothing.status.code(), Some(0));
    assert!(text(&nothing).starts_with("Nothing was answered"));
    let questions = run(&["assess", "--questions", "--json"]);
    assert_eq!(json(&questions)["questions"][0]["id"], "work");
    let wrong = run(&["assess", "work=leed"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(errors(&wrong).contains("did you mean \"lead\"?"));
}

#[test]
fn text_keeps_to_eighty_columns() {
    for arguments in [
        &[
            "decide",
            "--users",
            "20M",
            "--consistency",
            "strong",
            "--regions",
            "2",
        ][..],
        &[
            "capacity",
            "--rate",
            "1200",
            "--service-time",
            "25",
            "--zones",
            "3",
            "--zones-lost",
            "1",
        ],
        &["assess", "work=code", "lock=never"],
        &["assess", "--questions"],
    ] {
        let output = run(arguments);
        let long = text(&output)
            .lines()
            .find(|line| line.chars().count() > 80)
            .map(str::to_owned);
        assert_eq!(long, None, "{arguments:?}");
    }
}

#[test]
fn markdown_has_titles_and_no_escape_codes() {
    let output = run(&["decide", "--users", "5000", "--md"]);
    assert!(text(&output).contains("\n## Build this\n") && !text(&output).contains('\u{1b}'));
}

#[test]
fn help_teaches_by_example() {
    for command in ["decide", "capacity", "assess"] {
        let output = run(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output).contains("Example") && text(&output).contains("Exit status"));
    }
}

/// The worked example of a sizing tool as flags.
fn example(tool: &advisor::sizing::Tool) -> Vec<String> {
    let mut arguments = vec![tool.id.to_owned()];
    for (name, text) in tool.example() {
        arguments.push(format!("--{}", name.replace('_', "-")));
        arguments.push(text);
    }
    arguments
}

#[test]
fn sizing_tools_answer_by_flags_and_by_file_alike() {
    for tool in advisor::sizing::TOOLS {
        let mut arguments = example(tool);
        arguments.push("--json".to_owned());
        let flags: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = run(&flags);
        let answer = json(&output);
        let direct = tool.ask(&tool.example(), advisor::input::Unknown::Refuse);
        let direct = direct.expect("examples are answered");
        assert_eq!(
            output.status.code(),
            Some(i32::from(!direct.holds)),
            "{}",
            tool.id
        );
        let pretty = serde_json::to_string_pretty(&direct).expect("JSON");
        assert_eq!(text(&output).trim_end(), pretty);
        let question = serde_json::to_string(&answer["question"]).expect("JSON");
        let file = with_input(&[tool.id, "--input", "-", "--json"], &question);
        for (ours, theirs) in direct
            .figures
            .iter()
            .zip(json(&file)["figures"].as_array().unwrap())
        {
            assert_eq!(theirs["text"], ours.text, "{}", tool.id);
        }
    }
}

#[test]
fn sizing_tools_keep_to_eighty_columns_and_teach() {
    for tool in advisor::sizing::TOOLS {
        let arguments = example(tool);
        let flags: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = text(&run(&flags));
        let long = output.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{}", tool.id);
        assert!(output.contains("\nFormulas\n") && output.contains("What this takes for granted"));
        let help = text(&run(&[tool.id, "--help"]));
        assert!(help.starts_with(tool.about), "{help}");
        assert!(help.contains("Example") && help.contains("Exit status"));
        let wrong = run(&[tool.id, "--input", "-", "--json"]);
        assert_eq!(wrong.status.code(), Some(2));
    }
}

#[test]
fn slo_prints_one_file_and_nothing_else() {
    let rules = run(&[
        "slo",
        "--objective",
        "99.9",
        "--file",
        "prometheus-rules.yaml",
    ]);
    assert_eq!(rules.status.code(), Some(0), "{}", errors(&rules));
    assert!(text(&rules).starts_with("groups:\n"));
    let none = run(&["slo", "--objective", "99.9", "--file", "rules"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(errors(&none).contains("write one of prometheus-rules.yaml, openslo.yaml, sloth.yaml"));
}
