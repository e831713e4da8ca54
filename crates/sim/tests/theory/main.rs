//! The engine against queueing theory.
//!
//! A check passes when the theory lies in the 99.9 % interval over 32 replications *and* the
//! interval is narrow (1 % of the value, 2 % for p99): a wide interval proves nothing. Seeds are
//! fixed, so the checks never flake. The last tests show that wrong engines fail.
#![allow(clippy::disallowed_methods)] // theory is computed once, not pinned

mod networks;
mod policies;
mod queues;

use kernel::Interval;
use sim::{Results, Scenario};

const REPLICATIONS: u64 = 32;

/// The interval of a figure over the replications of the only variant.
fn measure(text: &str, figures: &[&str]) -> Vec<Interval> {
    let text = format!(
        "schema = 1\ntitle = \"t\"\nanalysis = \"transient\"\nfirst_look = {REPLICATIONS}\n\
         looks = 1\nseries_points = 10\n{text}"
    );
    let scenario = match Scenario::parse(&text, "theory") {
        Ok(scenario) => scenario,
        Err(mistakes) => panic!("{}\n{text}", mistakes[0]),
    };
    let results: Results = sim::decide(&scenario);
    assert_eq!(results.replications, REPLICATIONS);
    let interval = |name: &&str| {
        // The results print 99 %; the same mean and spread at 99.9 %.
        let quote = results.quote(name).expect("a figure of the scenario");
        let n = REPLICATIONS as f64;
        let t99 = kernel::student_t_quantile(0.995, n - 1.0);
        let t999 = kernel::student_t_quantile(0.9995, n - 1.0);
        let half = (quote.high - quote.low) / 2.0 * t999 / t99;
        Interval {
            mean: quote.value,
            low: quote.value - half,
            high: quote.value + half,
            level: 0.999,
            count: REPLICATIONS,
        }
    };
    figures.iter().map(interval).collect()
}

fn verdict(interval: &Interval, theory: f64, width: f64) -> Result<(), String> {
    let relative = interval.half_width() / theory.abs();
    if relative > width {
        return Err(format!("too wide: {relative:.4} of {theory}, {interval:?}"));
    }
    if !interval.contains(theory) {
        return Err(format!("theory {theory} is outside of {interval:?}"));
    }
    Ok(())
}

fn check(text: &str, expected: &[(&str, f64)]) {
    let names: Vec<&str> = expected.iter().map(|e| e.0).collect();
    let intervals = measure(text, &names);
    let mut wrong = Vec::new();
    for (interval, (name, theory)) in intervals.iter().zip(expected) {
        let width = if name.contains("p99") { 0.02 } else { 0.01 };
        if let Err(why) = verdict(interval, *theory, width) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One station: rate a second, keys of the service, seconds a run.
fn station(rate: f64, service: &str, seconds: f64) -> String {
    format!(
        "duration = \"{seconds} s\"\nwarmup = \"{} s\"\n[clients.c]\nrate = \"{rate}/s\"\n\
         calls = \"s\"\n[services.s]\n{service}\n",
        seconds / 20.0
    )
}

/// Erlang B by its recursion: blocking of `c` servers offered `a` erlang.
fn erlang_b(c: u32, a: f64) -> f64 {
    (1..=c).fold(1.0, |b, k| a * b / (f64::from(k) + a * b))
}

/// Erlang C: probability of waiting.
fn erlang_c(c: u32, a: f64) -> f64 {
    let b = erlang_b(c, a);
    let rho = a / f64::from(c);
    b / (1.0 - rho * (1.0 - b))
}

/// Wrong engines fail the same checks: work two percent too long, last come first served instead
/// of first come, one request in a hundred lost.
#[test]
fn biased_engines_fail() {
    let w = 1.0 / 30.0;
    let good = station(70.0, "service_time = \"mean = 10 ms\"", 3000.0);
    let fails = |text: &str, name: &str, theory: f64| {
        let width = if name == "p99" { 0.02 } else { 0.01 };
        verdict(&measure(text, &[name])[0], theory, width).is_err()
    };
    assert!(!fails(&good, "mean", w));
    assert!(
        fails(&good.replace("10 ms", "10.2 ms"), "mean", w),
        "2 % more work"
    );
    let lifo = good.replace("[services.s]", "[services.s]\ndiscipline = \"lifo\"");
    assert!(fails(&lifo, "p99", w * 100f64.ln()), "the wrong order");
    let shed = "[services.s]\nshed = { method = \"random\", above = 0, share = \"1 %\" }";
    let lossy = good.replace("[services.s]", shed);
    assert!(fails(&lossy, "goodput", 70.0), "one in a hundred lost");
    assert!(fails(&lossy, "mean", w), "one in a hundred lost");
}
