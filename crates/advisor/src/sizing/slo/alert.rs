//! One alert: who is told when which share of the budget is spent in which window.

use crate::error::FieldError;
use crate::input::{Unit, quantity};

/// Shortest long window: a twelfth of it must still hold scrapes.
const LONG_MIN_H: f64 = 2.0 / 60.0;
/// The short window as a share of the long one, as the workbook pairs them.
const SHORT_SHARE: f64 = 1.0 / 12.0;

/// An alert over a pair of windows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alert {
    /// Who is told: `page`, `ticket`.
    pub(super) severity: String,
    /// Share of the budget whose loss in the long window fires it.
    pub(super) budget: f64,
    /// The window that proves that it matters, hours.
    pub(super) long_h: f64,
    /// The window that proves that it still goes on, hours.
    pub(super) short_h: f64,
}

impl Alert {
    /// Reads `page 2 % in 1 h / 5 min`.
    pub(super) fn parse(line: &str) -> Result<Alert, FieldError> {
        read(line).map_err(|message| {
            let fix = "write page 2 % in 1 h, or page 2 % in 1 h / 5 min";
            FieldError::new("alerts", line, message, fix)
        })
    }

    /// Burn rate at which it fires: `b = p · T / w`.
    pub(super) fn burn_rate(&self, period_h: f64) -> f64 {
        // To twelve digits, so that 0.02 · 720 / 1 is written 14.4.
        let exact = self.budget * period_h / self.long_h;
        libm::round(exact * 1e9) / 1e9
    }

    /// Share of bad events at which it fires.
    pub(super) fn threshold(&self, period_h: f64, allowed: f64) -> f64 {
        self.burn_rate(period_h) * allowed
    }

    /// Hours until it fires once that share of events is bad, from a clean start; none if never.
    pub(super) fn detection_h(&self, period_h: f64, allowed: f64, bad: f64) -> Option<f64> {
        let threshold = self.threshold(period_h, allowed);
        (bad > threshold).then(|| self.long_h * threshold / bad)
    }

    /// Hours until the short window falls below the threshold after the fault ends.
    pub(super) fn reset_h(&self, period_h: f64, allowed: f64, bad: f64) -> Option<f64> {
        let threshold = self.threshold(period_h, allowed);
        (bad > threshold).then(|| self.short_h * (1.0 - threshold / bad))
    }

    /// `1h / 5m`, as Prometheus writes durations.
    pub(super) fn windows(&self) -> String {
        format!("{} / {}", window(self.long_h), window(self.short_h))
    }
}

/// A duration as Prometheus writes it, to the second.
pub(super) fn window(hours: f64) -> String {
    let seconds = libm::round(hours * 3600.0).max(1.0) as u64;
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    match units.iter().find(|(unit, _)| seconds.is_multiple_of(*unit)) {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

fn read(line: &str) -> Result<Alert, String> {
    let line = line.to_lowercase();
    let (severity, rest) = line
        .split_once(char::is_whitespace)
        .ok_or("it holds one word only")?;
    let is_name = severity.starts_with(|c: char| c.is_ascii_lowercase())
        && severity
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if !is_name {
        return Err(format!("\"{severity}\" is no name such as page or ticket"));
    }
    let (budget, windows) = rest.split_once(" in ").ok_or("there is no \"in\"")?;
    let (long, short) = match windows.split_once('/') {
        Some((long, short)) => (long, Some(short)),
        None => (windows, None),
    };
    let value = |what: &str, text: &str, unit: Unit| {
        quantity(text, unit)
            .map_err(|message| format!("{what} is \"{}\", and {message}", text.trim()))
    };
    let budget = value("the share of the budget", budget, Unit::Share)?;
    let long_h = value("the window", long, Unit::Hours)?;
    let short_h = match short {
        Some(short) => value("the short window", short, Unit::Hours)?,
        None => long_h * SHORT_SHARE,
    };
    if !(1e-6..=1.0).contains(&budget) {
        return Err("the share of the budget is not above 0 and at most 100 %".to_owned());
    }
    if !(LONG_MIN_H..=8760.0).contains(&long_h) {
        return Err("the window is shorter than 2 min or longer than a year".to_owned());
    }
    if !(1.0 / 3600.0..=long_h).contains(&short_h) {
        return Err("the short window is shorter than 1 s or longer than the long one".to_owned());
    }
    Ok(Alert {
        severity: severity.to_owned(),
        budget,
        long_h,
        short_h,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let alert = Alert::parse("Page 2 % in 1 h").unwrap();
        assert_eq!((alert.severity.as_str(), alert.budget), ("page", 0.02));
        assert_eq!(alert.windows(), "1h / 5m");
        assert_eq!(
            Alert::parse("ticket 10% in 3 d").unwrap().windows(),
            "3d / 6h"
        );
        let own = Alert::parse("page 0.05 in 90 min / 90 s").unwrap();
        assert_eq!(own.windows(), "90m / 90s");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (line, part) in [
            ("page", "one word"),
            ("2 % in 1 h", "no name"),
            ("page 2 % 1 h", "no \"in\""),
            ("page 2 % in 1 s", "shorter than 2 min"),
            ("page 0 in 1 h", "above 0"),
            ("page 2 % in 1 h / 2 h", "longer than the long"),
            ("page x in 1 h", "does not begin"),
        ] {
            let error = Alert::parse(line).expect_err(line);
            assert!(error.message.contains(part), "{line}: {}", error.message);
        }
    }
}
