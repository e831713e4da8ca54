//! What a figure measures, and how people read it.

use serde::{Deserialize, Serialize};

use crate::capacity::{milliseconds, percent};
use crate::input::{Unit, shown};

/// What a figure measures; its value is in the base unit that the name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// A share from 0 to 1.
    Share,
    /// Milliseconds.
    Milliseconds,
    /// Hours.
    Hours,
    /// Events per second.
    PerSecond,
    /// A plain number.
    Count,
    /// A multiple.
    Times,
    /// Bytes.
    Bytes,
    /// Dollars.
    Dollars,
}

impl Quantity {
    /// What numbers in that unit measure.
    pub(crate) fn of(unit: Unit) -> Quantity {
        match unit {
            Unit::Count | Unit::Gigabytes => Quantity::Count,
            Unit::PerSecond => Quantity::PerSecond,
            Unit::Milliseconds => Quantity::Milliseconds,
            Unit::Share => Quantity::Share,
            Unit::Hours => Quantity::Hours,
            Unit::Bytes => Quantity::Bytes,
            Unit::Dollars => Quantity::Dollars,
        }
    }

    /// The value as people read it.
    pub fn text(self, value: f64) -> String {
        match self {
            Quantity::Share => share(value),
            Quantity::Milliseconds => milliseconds(value),
            Quantity::Hours => duration(value),
            Quantity::PerSecond => format!("{}/s", shown(value)),
            Quantity::Count => shown(value),
            Quantity::Times => format!("{}\u{a0}×", shown(value)),
            Quantity::Bytes => bytes(value),
            Quantity::Dollars => dollars(value),
        }
    }
}

/// Hours in the unit that people would use: `43.2 min`, `8.76 h`, `12.5 d`.
pub fn duration(hours: f64) -> String {
    let (value, unit) = match hours {
        h if h <= 0.0 => (0.0, "min"),
        h if h < 1.0 / 3600.0 => (h * 3.6e6, "ms"),
        h if h < 1.0 / 60.0 => (h * 3600.0, "s"),
        h if h < 1.5 => (h * 60.0, "min"),
        h if h < 48.0 => (h, "h"),
        h if h < 2.0 * 8760.0 => (h / 24.0, "d"),
        h => (h / 8760.0, "years"),
    };
    catalog::with_unit(&shown(value), unit)
}

/// A percentage; what is not all is not shown as all.
fn share(value: f64) -> String {
    let text = percent(value);
    if value < 1.0 && text == percent(1.0) {
        format!(">{}", percent(0.999_999_99))
    } else {
        text
    }
}

/// Bytes with a decimal prefix.
fn bytes(value: f64) -> String {
    let prefixes = [
        (1e15, "PB"),
        (1e12, "TB"),
        (1e9, "GB"),
        (1e6, "MB"),
        (1e3, "kB"),
    ];
    let found = prefixes.iter().find(|(least, _)| value >= *least);
    let (scale, unit) = found.copied().unwrap_or((1.0, "B"));
    catalog::with_unit(&shown(value / scale), unit)
}

fn dollars(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}${}", shown(value.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_unit_that_people_use() {
        let plain = |text: String| text.replace('\u{a0}', " ");
        for (quantity, value, text) in [
            (Quantity::Hours, 0.72, "43.2 min"),
            (Quantity::Hours, 8.76, "8.76 h"),
            (Quantity::Hours, 720.0, "30 d"),
            (Quantity::Hours, 0.0, "0 min"),
            (Quantity::Hours, 0.001, "3.6 s"),
            (Quantity::Bytes, 1200.0, "1.2 kB"),
            (Quantity::Dollars, 0.5, "$0.5"),
            (Quantity::Share, 0.9999, "99.99 %"),
            (Quantity::Share, 1.0 - 1e-9, ">99.999999 %"),
            (Quantity::Share, 1.0, "100 %"),
        ] {
            assert_eq!(plain(quantity.text(value)), text);
        }
    }
}
