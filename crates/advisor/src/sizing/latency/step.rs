//! One step of a request: `search: 20 / 80 ms x10 for 50 %`.

use kernel::inverse_normal;

use crate::error::FieldError;
use crate::input::{Unit, quantity, shown};

/// Most calls at once of one step.
const CALLS_MAX: u32 = 10_000;
/// Times that are believed: a nanosecond to a day.
const TIMES_MS: (f64, f64) = (1e-6, 86_400_000.0);
/// Largest ratio of p99 to median: beyond it the median says nothing about the step.
const RATIO_MAX: f64 = 1000.0;

/// A step whose time is lognormal, or always the same where median and p99 are equal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) median_ms: f64,
    pub(super) p99_ms: f64,
    /// Calls at once; the step waits for all of them.
    pub(super) calls: u32,
    /// Share of the requests that take the step.
    pub(super) share: f64,
    /// Whether it runs beside the step before it.
    pub(super) beside: bool,
}

impl Step {
    /// Reads one line.
    pub(super) fn parse(line: &str) -> Result<Step, FieldError> {
        read(line).map_err(|message| {
            let fix =
                "write name: 20 / 80 ms, which is median / p99; then x10 or for 20 % if it applies";
            FieldError::new("steps", line, message, fix)
        })
    }

    /// Standard deviation of the logarithm: `σ = ln(p99 / median) / z₀.₉₉`.
    pub(super) fn sigma(&self) -> f64 {
        libm::log(self.p99_ms / self.median_ms) / inverse_normal(0.99)
    }

    /// Probability that one call takes at most that long.
    fn call(&self, time_ms: f64) -> f64 {
        let sigma = self.sigma();
        if time_ms <= 0.0 {
            return 0.0;
        }
        if sigma < 1e-9 {
            return if time_ms >= self.median_ms { 1.0 } else { 0.0 };
        }
        let deviations = libm::log(time_ms / self.median_ms) / sigma;
        0.5 * libm::erfc(-deviations / core::f64::consts::SQRT_2)
    }

    /// Probability that the step takes at most that long: `1 − s + s·F(t)ⁿ`.
    pub(super) fn within(&self, time_ms: f64) -> f64 {
        if time_ms < 0.0 {
            return 0.0;
        }
        let all = libm::pow(self.call(time_ms), f64::from(self.calls));
        1.0 - self.share + self.share * all
    }

    /// Whether every request spends the same time in it.
    pub(super) fn is_constant(&self) -> bool {
        self.share >= 1.0 && self.sigma() < 1e-9
    }

    /// The step with the part of its time above the median halved: `p99 − median` half as long.
    pub(super) fn with_half_the_tail(&self) -> Step {
        Step {
            p99_ms: self.median_ms + (self.p99_ms - self.median_ms) / 2.0,
            ..self.clone()
        }
    }

    /// The step in half the time.
    pub(super) fn twice_as_fast(&self) -> Step {
        Step {
            median_ms: self.median_ms / 2.0,
            p99_ms: self.p99_ms / 2.0,
            ..self.clone()
        }
    }

    /// What a line says beyond the times.
    pub(super) fn arrangement(&self) -> String {
        let mut parts = Vec::new();
        if self.beside {
            parts.push("beside the last".to_owned());
        }
        if self.calls > 1 {
            parts.push(format!("{} at once", self.calls));
        }
        if self.share < 1.0 {
            parts.push(format!("for {}", crate::capacity::percent(self.share)));
        }
        parts.join(", ")
    }
}

fn read(line: &str) -> Result<Step, String> {
    let bare = line.trim();
    let beside = bare.starts_with('|');
    let bare = bare.trim_start_matches('|');
    let (name, rest) = bare
        .split_once(':')
        .ok_or("there is no colon after the name")?;
    if name.trim().is_empty() {
        return Err("the name is missing".to_owned());
    }
    let rest = rest.to_lowercase().replace('×', " x");
    let (rest, share) = match rest.split_once(" for ") {
        Some((rest, share)) => (rest.to_owned(), value("the share", share, Unit::Share)?),
        None => (rest, 1.0),
    };
    let (times, calls) = match rest.rsplit_once(" x") {
        Some((times, calls)) => (times, calls.trim().parse::<u32>().ok()),
        None => (rest.as_str(), Some(1)),
    };
    let calls = calls.filter(|calls| (1..=CALLS_MAX).contains(calls));
    let calls = calls.ok_or(format!(
        "the calls at once are no number from 1 to {CALLS_MAX}"
    ))?;
    let (median_ms, p99_ms) = match times.split_once('/') {
        Some((median, p99)) => {
            let p99_ms = value("the p99", p99, Unit::Milliseconds)?;
            // `20 / 80 ms` has one unit for both; `20 ms / 1 s` has its own for each.
            let unit = p99.trim().trim_start_matches(|c: char| !c.is_alphabetic());
            let median = match median.trim().ends_with(|c: char| c.is_ascii_digit()) {
                true => format!("{} {unit}", median.trim()),
                false => median.to_owned(),
            };
            (value("the median", &median, Unit::Milliseconds)?, p99_ms)
        }
        None => {
            let time = value("the time", times, Unit::Milliseconds)?;
            (time, time)
        }
    };
    let is_believed = |time: f64| (TIMES_MS.0..=TIMES_MS.1).contains(&time);
    if !is_believed(median_ms) || !is_believed(p99_ms) {
        return Err("a time is not between a nanosecond and a day".to_owned());
    }
    if p99_ms < median_ms || p99_ms > RATIO_MAX * median_ms {
        let (p99, median) = (shown(p99_ms), shown(median_ms));
        return Err(format!(
            "a p99 of {p99} ms does not go with a median of {median} ms: it is 1 to {RATIO_MAX} times as long"
        ));
    }
    if !(1e-6..=1.0).contains(&share) {
        return Err("the share is not above 0 and at most 100 %".to_owned());
    }
    Ok(Step {
        name: name.trim().to_owned(),
        median_ms,
        p99_ms,
        calls,
        share,
        beside,
    })
}

fn value(what: &str, text: &str, unit: Unit) -> Result<f64, String> {
    let text = text.trim();
    quantity(text, unit).map_err(|message| format!("{what} is \"{text}\", and {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let step = Step::parse("| search : 20 / 80 ms ×10 for 50 %").unwrap();
        assert_eq!((step.name.as_str(), step.beside), ("search", true));
        assert_eq!(
            (step.median_ms, step.p99_ms, step.calls, step.share),
            (20.0, 80.0, 10, 0.5)
        );
        let step = Step::parse("disk: 1 / 2 s").unwrap();
        assert_eq!((step.median_ms, step.p99_ms), (1000.0, 2000.0));
        let step = Step::parse("disk: 500us / 2 ms x3").unwrap();
        assert_eq!((step.median_ms, step.p99_ms, step.calls), (0.5, 2.0, 3));
        assert!(Step::parse("tls: 3 ms").unwrap().is_constant());
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (line, part) in [
            ("search 20", "colon"),
            (": 20", "name is missing"),
            ("a: 80 / 20", "does not go with"),
            ("a: 1 / 2000", "does not go with"),
            ("a: 20 / 80 x0", "calls at once"),
            ("a: 20 / 80 for 0 %", "above 0"),
            ("a: fast", "does not begin"),
            ("a: 0", "nanosecond"),
        ] {
            let error = Step::parse(line).expect_err(line);
            assert!(error.message.contains(part), "{line}: {}", error.message);
        }
    }

    #[test]
    fn the_given_percentiles_come_back() {
        let step = Step::parse("a: 20 / 80").unwrap();
        assert!((step.within(20.0) - 0.5).abs() < 1e-9);
        assert!((step.within(80.0) - 0.99).abs() < 1e-9);
        // 1 − 0.99¹⁰⁰ of a hundred calls hold at least one slow one.
        let fan = Step { calls: 100, ..step };
        assert!((1.0 - fan.within(80.0) - 0.633_968).abs() < 1e-6);
    }
}
