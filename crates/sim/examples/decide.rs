//! Runs scenario files and prints their figures and verdicts:
//! `cargo run --release -p sim --example decide -- content/experiments/*.toml`
#![allow(clippy::disallowed_methods)] // times itself

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut all_hold = true;
    for file in std::env::args().skip(1) {
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        match sim::Scenario::parse(&text, &file) {
            Ok(scenario) => {
                let start = std::time::Instant::now();
                let results = sim::decide(&scenario);
                let seconds = start.elapsed().as_secs_f64();
                println!(
                    "{}{seconds:.1} s, {} replications\n",
                    results.table(),
                    results.replications
                );
                all_hold &= results.pass();
            }
            Err(mistakes) => {
                mistakes.iter().for_each(|mistake| eprintln!("{mistake}"));
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::from(u8::from(!all_hold))
}
