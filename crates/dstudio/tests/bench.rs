//! `dstudio sim bench`, the real program, on its smallest work.

use std::process::Command;

struct Run {
    status: Option<i32>,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_dstudio"))
        .args(arguments)
        .env_remove("DSTUDIO_PYTHON")
        .output()
        .expect("the program starts");
    Run {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

#[test]
fn a_bench_prints_its_figures() {
    let arguments = ["sim", "bench", "--rounds", "1", "--only", "PHOLD 64"];
    let table = run(&arguments);
    assert_eq!((table.status, table.err.as_str()), (Some(0), ""));
    assert!(
        table.out.lines().all(|line| line.len() <= 80),
        "{}",
        table.out
    );
    assert!(table.out.contains("PHOLD 64"), "{}", table.out);

    let json = run(&[&arguments[..], &["--json"]].concat());
    let document: serde_json::Value = serde_json::from_str(&json.out).expect("one document");
    assert_eq!(document["schema"], 1);
    let figure = &document["figures"][0];
    assert_eq!(figure["name"], "PHOLD 64, kernel");
    assert_eq!(figure["unit"], "events/s");
    assert_eq!(figure["ratio_to"], "binary heap");
    for key in ["value", "ratio", "min", "max"] {
        assert!(
            figure[key].as_f64().is_some_and(|value| value > 0.0),
            "{figure}"
        );
    }

    let unknown = run(&["sim", "bench", "--only", "chess"]);
    assert_eq!(unknown.status, Some(2));
    assert!(
        unknown.err.contains("no work \"chess\"; there are M/M/1, "),
        "{}",
        unknown.err
    );
}
