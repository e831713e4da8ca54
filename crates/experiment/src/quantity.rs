//! Measured values as people read them.

use crate::digest::Figure;

/// A value with four significant digits, which is more than an interval leaves meaning in.
pub(crate) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// A value with three significant digits: a thousandth of a chart's height is less than a pixel.
pub(crate) fn rounded_for_drawing(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// A value with its unit: `12 ms`, `263/s`, `87.9 %`, `3.34`.
pub fn shown(value: f64, unit: &str) -> String {
    match unit {
        "s" if value.abs() < 0.001 && value != 0.0 => format!("{} µs", digits(value * 1e6)),
        "s" if value.abs() < 1.0 => format!("{} ms", digits(value * 1e3)),
        "s" => format!("{} s", digits(value)),
        "/s" => format!("{}/s", digits(value)),
        "share" => format!("{} %", digits(value * 100.0)),
        _ => digits(value),
    }
}

/// A figure with its interval: `263/s (262–264/s)`.
pub fn shown_interval(figure: &Figure) -> String {
    let Some(value) = figure.value else {
        return "–".to_owned();
    };
    let whole = shown(value, &figure.unit);
    match (figure.low, figure.high) {
        (Some(low), Some(high)) if high - low > value.abs() * 5e-4 => {
            let (low, high) = (shown(low.max(0.0), &figure.unit), shown(high, &figure.unit));
            // A unit is written once where both ends have it.
            let number = low.trim_end_matches(|c: char| !c.is_ascii_digit());
            let same = high.ends_with(&low[number.len()..]);
            format!("{whole} ({}–{high})", if same { number } else { &low })
        }
        _ => whole,
    }
}

/// Three significant digits, without an exponent and without empty decimals.
fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 {
            "0".to_owned()
        } else {
            "∞".to_owned()
        };
    }
    let three: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let mut magnitude = 0;
    let mut scale = three.abs();
    while scale >= 10.0 && magnitude < 18 {
        scale /= 10.0;
        magnitude += 1;
    }
    while scale < 1.0 && magnitude > -9 {
        scale *= 10.0;
        magnitude -= 1;
    }
    let decimals = (2 - magnitude).clamp(0, 9) as usize;
    let text = format!("{three:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_unit_that_people_use() {
        assert_eq!(shown(0.01489, "s"), "14.9 ms");
        assert_eq!(shown(1.56, "s"), "1.56 s");
        assert_eq!(shown(263.2, "/s"), "263/s");
        assert_eq!(shown(0.8787, "share"), "87.9 %");
        assert_eq!(shown(1.0, "share"), "100 %");
        assert_eq!(shown(0.0, "s"), "0 ms");
        assert_eq!(shown(0.000_25, "s"), "250 µs");
    }
}
