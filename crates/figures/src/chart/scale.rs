/// How numbers become lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal differences are equal lengths.
    #[default]
    Linear,
    /// Equal ratios are equal lengths; numbers must be above zero.
    Logarithmic,
}

/// A scale with its ends, mapped to the pixels from `start` to `end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

/// Most ticks on any axis; a bound on the loops below.
const TICKS_MAX: usize = 24;

impl Axis {
    /// An axis that holds `low` and `high` and begins and ends on round numbers.
    pub(super) fn around(scale: Scale, (low, high): (f64, f64), tick_count: usize) -> Axis {
        let (low, high) = match scale {
            Scale::Linear => linear_ends(low, high, tick_count),
            Scale::Logarithmic => logarithmic_ends(low, high),
        };
        Axis {
            scale,
            low,
            high,
            start: 0.0,
            end: 1.0,
        }
    }

    /// An axis that ends exactly at `low` and `high`.
    pub(super) fn exactly(scale: Scale, (low, high): (f64, f64)) -> Axis {
        let wide = high > low;
        let (low, high) = if wide {
            (low, high)
        } else {
            widened(scale, low)
        };
        Axis {
            scale,
            low,
            high,
            start: 0.0,
            end: 1.0,
        }
    }

    pub(super) fn over(self, start: f64, end: f64) -> Axis {
        Axis { start, end, ..self }
    }

    /// The pixel of `value`; values outside the ends are drawn at the ends.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic => {
                let value = libm::log10(value.max(self.low));
                let (low, high) = (libm::log10(self.low), libm::log10(self.high));
                (value - low) / (high - low)
            }
        };
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// Round numbers between the ends with their labels, about `count` of them.
    pub(super) fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        match self.scale {
            Scale::Linear => self.linear_ticks(count),
            Scale::Logarithmic => self.logarithmic_ticks(count),
        }
    }

    fn linear_ticks(&self, count: usize) -> Vec<(f64, String)> {
        let step = step(self.high - self.low, count);
        let first = libm::ceil(self.low / step - 1e-9);
        let values = (0..TICKS_MAX).map(|index| (first + index as f64) * step);
        let values = values.take_while(|value| *value <= self.high + step * 1e-9);
        let largest = self.low.abs().max(self.high.abs());
        values
            .map(|value| (value, tick_label(value, step, largest)))
            .collect()
    }

    fn logarithmic_ticks(&self, count: usize) -> Vec<(f64, String)> {
        let (first, last) = (floor_power(self.low), floor_power(self.high));
        let decades = last - first;
        let factors: &[f64] = match decades {
            0 | 1 => &[1.0, 2.0, 3.0, 5.0, 7.0],
            2 if count >= 6 => &[1.0, 2.0, 5.0],
            _ => &[1.0],
        };
        let stride = (decades / count.max(1) as i32 + 1).max(1);
        let powers = (0..TICKS_MAX as i32 * 2).map(|index| first + index * stride);
        let powers = powers.take_while(|power| *power <= last);
        let values = powers.flat_map(|power| factors.iter().map(move |f| f * power_of_ten(power)));
        let inside = values.filter(|value| {
            *value >= self.low * (1.0 - 1e-9) && *value <= self.high * (1.0 + 1e-9)
        });
        inside
            .take(TICKS_MAX)
            .map(|value| (value, compact(value)))
            .collect()
    }
}

/// The ends of a linear axis: zero is included unless all values are far from it.
fn linear_ends(low: f64, high: f64, tick_count: usize) -> (f64, f64) {
    let (mut low, mut high) = if low == high {
        widened(Scale::Linear, low)
    } else {
        (low, high)
    };
    if low > 0.0 && low < 0.7 * high {
        low = 0.0;
    }
    if high < 0.0 && high > 0.7 * low {
        high = 0.0;
    }
    let step = step(high - low, tick_count);
    (
        libm::floor(low / step + 1e-9) * step,
        libm::ceil(high / step - 1e-9) * step,
    )
}

fn logarithmic_ends(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = if low == high {
        widened(Scale::Logarithmic, low)
    } else {
        (low, high)
    };
    let nice = |value: f64, up: bool| {
        let power = power_of_ten(floor_power(value));
        let factor = value / power;
        let steps = [1.0, 2.0, 5.0, 10.0];
        let found = if up {
            steps.iter().find(|step| **step >= factor * (1.0 - 1e-9))
        } else {
            steps
                .iter()
                .rev()
                .find(|step| **step <= factor * (1.0 + 1e-9))
        };
        found.copied().unwrap_or(if up { 10.0 } else { 1.0 }) * power
    };
    (nice(low, false), nice(high, true))
}

/// Ends around a single value.
fn widened(scale: Scale, value: f64) -> (f64, f64) {
    match scale {
        Scale::Linear if value > 0.0 => (0.0, value * 1.25),
        Scale::Linear if value < 0.0 => (value * 1.25, 0.0),
        Scale::Linear => (0.0, 1.0),
        Scale::Logarithmic => (value / 2.0, value * 2.0),
    }
}

/// The step of 1, 2 or 5 times a power of ten that divides `range` into about `count` parts.
fn step(range: f64, count: usize) -> f64 {
    let rough = range / count.max(1) as f64;
    let power = power_of_ten(floor_power(rough));
    let factor = match rough / power {
        factor if factor < 1.3 => 1.0,
        factor if factor < 2.6 => 2.0,
        factor if factor < 6.5 => 5.0,
        _ => 10.0,
    };
    factor * power
}

fn floor_power(value: f64) -> i32 {
    let power = libm::floor(libm::log10(value) + 1e-9);
    // The cast saturates, and the magnitudes accepted are within 10^±40.
    (power as i32).clamp(-40, 40)
}

/// A power of ten, correctly rounded wherever a decimal literal would be.
fn power_of_ten(power: i32) -> f64 {
    let magnitude = (0..power.unsigned_abs()).fold(1.0, |product, _| product * 10.0);
    if power < 0 {
        1.0 / magnitude
    } else {
        magnitude
    }
}

/// A label with as many decimals as `step` needs, in the unit that suits the `largest` label.
fn tick_label(value: f64, step: f64, largest: f64) -> String {
    let value = if value.abs() < step * 1e-6 {
        0.0
    } else {
        value
    };
    if largest >= 1e15 || step < 1e-3 {
        return if value == 0.0 {
            "0".to_owned()
        } else {
            scientific(value)
        };
    }
    let (unit, suffix) = suffix_of(largest);
    let decimals = (-floor_power(step / unit)).max(0) as usize;
    match value == 0.0 && unit > 1.0 {
        true => "0".to_owned(),
        false => format!("{:.decimals$}{suffix}", value / unit),
    }
}

/// The unit in which numbers up to `largest` are short, and its suffix.
fn suffix_of(largest: f64) -> (f64, &'static str) {
    match largest {
        _ if largest >= 1e12 => (1e12, "T"),
        _ if largest >= 1e9 => (1e9, "G"),
        _ if largest >= 1e6 => (1e6, "M"),
        _ if largest >= 1e4 => (1e3, "k"),
        _ => (1.0, ""),
    }
}

/// A number in at most three significant digits, with a suffix for thousands and beyond.
pub(super) fn compact(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1e15 || (magnitude > 0.0 && magnitude < 1e-3) {
        return scientific(value);
    }
    let (unit, suffix) = suffix_of(magnitude);
    format!("{}{suffix}", significant(value / unit, 3))
}

/// A number in four significant digits, for tables and values beside marks.
pub(super) fn precise(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1e15 || (magnitude > 0.0 && magnitude < 1e-4) {
        return scientific(value);
    }
    grouped(&significant(value, 4))
}

fn scientific(value: f64) -> String {
    let power = floor_power(value.abs());
    let factor = significant(value / power_of_ten(power), 3);
    let exponent: String = power.to_string().chars().map(superscript).collect();
    match factor.as_str() {
        "1" => format!("10{exponent}"),
        _ => format!("{factor}×10{exponent}"),
    }
}

fn superscript(character: char) -> char {
    match character {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0'..='9' => char::from_u32(u32::from(character) - 0x30 + 0x2070).unwrap_or(character),
        other => other,
    }
}

/// `value` with `digits` significant digits; integers keep all of theirs.
fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = (digits - 1 - floor_power(value.abs())).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// An integer part of five digits or more with spaces between thousands.
fn grouped(text: &str) -> String {
    let (sign, rest) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = rest
        .split_once('.')
        .map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut spaced = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len() > 4 && (whole.len() - index) % 3 == 0 {
            spaced.push('\u{202f}');
        }
        spaced.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{sign}{spaced}.{fraction}"),
        None => format!("{sign}{spaced}"),
    }
}

/// The least and the greatest of some numbers.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().fold(None, |ends, value| match ends {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64) -> String {
        let axis = Axis::around(scale, (low, high), 5);
        let ticks = axis.ticks(5);
        ticks
            .into_iter()
            .map(|(_, label)| label)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(Scale::Linear, 0.0, 97.0), "0 20 40 60 80 100");
        assert_eq!(labels(Scale::Linear, 0.2, 0.93), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(Scale::Linear, 98.0, 99.5), "98.0 98.5 99.0 99.5");
        assert_eq!(labels(Scale::Linear, -3.0, 4.0), "-4 -2 0 2 4");
        assert_eq!(
            labels(Scale::Linear, 0.0, 120_000.0),
            "0 20k 40k 60k 80k 100k 120k"
        );
        assert_eq!(labels(Scale::Linear, 7.0, 7.0), "0 2 4 6 8 10");
        assert_eq!(labels(Scale::Linear, 0.0, 0.0), "0.0 0.2 0.4 0.6 0.8 1.0");
    }

    #[test]
    fn logarithmic_ticks_are_decades_or_their_parts() {
        assert_eq!(labels(Scale::Logarithmic, 0.3, 4000.0), "1 10 100 1000");
        assert_eq!(labels(Scale::Logarithmic, 12.0, 80.0), "10 20 30 50 70 100");
        assert_eq!(
            labels(Scale::Logarithmic, 1e-18, 1e18).split(' ').count(),
            5
        );
        assert_eq!(labels(Scale::Logarithmic, 5.0, 5.0), "2 3 5 7 10");
    }

    #[test]
    fn numbers_are_short_and_right() {
        assert_eq!(compact(1_500_000.0), "1.5M");
        assert_eq!(compact(9999.0), "9999");
        assert_eq!(compact(0.00012), "1.2×10⁻⁴");
        assert_eq!(precise(1234.5678), "1235");
        assert_eq!(precise(1_234_567.0), "1\u{202f}234\u{202f}567");
        assert_eq!(precise(-0.12345), "−0.1235");
        assert_eq!(precise(0.0), "0");
        assert_eq!(precise(1e18), "10¹⁸");
    }
}
