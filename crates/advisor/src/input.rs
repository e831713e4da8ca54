//! Text to values: numbers with the units that people write, and names with texts to a question.

use serde_json::Value;

use crate::error::FieldError;

/// Largest number that any field takes: beyond it a quantity is a slip of the keyboard.
pub const NUMBER_MAX: f64 = 1e15;
/// Longest text of one value.
pub const VALUE_BYTES_MAX: usize = 200;
/// Most values in one question.
pub const VALUES_MAX: usize = 200;

/// Names with texts, as a form, a query string or a command line holds them.
pub type Pairs = [(String, String)];

/// What to do with a name that a tool does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// An error with a hint: a program or a person mistyped it.
    Refuse,
    /// Nothing: links are shared with parameters of other people's making.
    Ignore,
}

/// What a number counts, which decides the units it may be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count: `2M`, `10k`, `1.5 million`, `1,000,000`.
    Count,
    /// Gigabytes of 10⁹ bytes: `500`, `2 TB`, `300 MB`.
    Gigabytes,
    /// A rate: `1200`, `1200/s`, `70k/min`, `1M/day`.
    PerSecond,
    /// Milliseconds: `250`, `250 ms`, `0.1 s`, `800 us`.
    Milliseconds,
    /// A share from 0 to 1: `99.9 %`, `99.9`, `0.999`.
    Share,
    /// Hours: `48`, `90 min`, `30 d`, `1 year` of 365 days.
    Hours,
    /// Bytes: `1200`, `1.2 KB`, `3 MiB`.
    Bytes,
    /// Dollars: `15`, `$0.50`, `20k`.
    Dollars,
}

impl Unit {
    /// Examples of how to write a value.
    pub fn examples(self) -> &'static str {
        match self {
            Unit::Count => "write 20000, 20k or 2M",
            Unit::Gigabytes => "write 500, 500 GB or 2 TB",
            Unit::PerSecond => "write 1200, 1200/s or 1M/day",
            Unit::Milliseconds => "write 250, 250 ms or 0.25 s",
            Unit::Share => "write 99.9 % or 0.999",
            Unit::Hours => "write 48, 90 min or 30 d",
            Unit::Bytes => "write 1200, 1.2 KB or 3 MiB",
            Unit::Dollars => "write 15, $0.50 or 20k",
        }
    }
}

/// The number in `text`, in the unit's base (gigabytes, 1/s, milliseconds, share of 1).
///
/// The error says what is wrong with the text. Negative and infinite values are refused here, so
/// that no tool meets one.
pub fn quantity(text: &str, unit: Unit) -> Result<f64, String> {
    let text = text.trim();
    if text.len() > VALUE_BYTES_MAX {
        return Err(format!("it is longer than {VALUE_BYTES_MAX} bytes"));
    }
    let bare = match unit {
        Unit::Dollars => text.strip_prefix('$').unwrap_or(text).trim_start(),
        _ => text,
    };
    let (digits, suffix) = split_number(bare);
    let number = parse_number(digits)?;
    if number < 0.0 {
        return Err("it is negative".into());
    }
    let suffix = suffix.trim().to_lowercase();
    let factor = factor(&suffix, unit)
        .ok_or_else(|| format!("\"{suffix}\" is not a unit that this field knows"))?;
    let value = match unit {
        // A bare 99.9 means percent, a bare 0.999 a share.
        Unit::Share if !suffix.is_empty() || number > 1.0 => from_percent(number),
        _ => number * factor,
    };
    if !value.is_finite() || value > NUMBER_MAX {
        return Err(format!("it is larger than {NUMBER_MAX:e}"));
    }
    Ok(value)
}

/// A percentage as a share, to twelve decimals: 99.99 / 100 falls short of 0.9999 by rounding, and a
/// limit that a person writes must hold for what a person writes.
fn from_percent(percent: f64) -> f64 {
    let whole = percent * 1e10;
    // Beyond the whole numbers of a double there are no decimals left to round.
    if whole < 9e15 {
        libm::round(whole) / 1e12
    } else {
        percent / 100.0
    }
}

fn split_number(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let exponent = matches!(bytes[end], b'e' | b'E')
            && end > 0
            && bytes[end..]
                .iter()
                .skip(1)
                .find(|byte| !matches!(byte, b'+' | b'-'))
                .is_some_and(u8::is_ascii_digit);
        let sign = matches!(bytes[end], b'+' | b'-')
            && (end == 0 || matches!(bytes[end - 1], b'e' | b'E'));
        let part = bytes[end].is_ascii_digit() || matches!(bytes[end], b'.' | b',' | b'_');
        if !(part || exponent || sign) {
            break;
        }
        end += 1;
    }
    text.split_at(end)
}

fn parse_number(digits: &str) -> Result<f64, String> {
    if digits.is_empty() {
        return Err("it does not begin with a number".into());
    }
    let whole = digits.split(['.', 'e', 'E']).next().unwrap_or(digits);
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || (groups.iter().skip(1).all(|group| group.len() == 3)
            && (1..=3).contains(&groups[0].trim_start_matches(['+', '-']).len()));
    if !grouped || digits[whole.len()..].contains(',') {
        return Err("a comma groups thousands here, and a point begins the decimals".into());
    }
    digits
        .replace([',', '_'], "")
        .parse()
        .map_err(|_| format!("\"{digits}\" is not a number"))
}

fn factor(suffix: &str, unit: Unit) -> Option<f64> {
    match unit {
        Unit::Count => multiplier(
            suffix
                .trim_end_matches("users")
                .trim_end_matches("people")
                .trim_end(),
        ),
        Unit::Gigabytes => Some(match suffix.trim_end_matches('s') {
            "" | "gb" | "g" => 1.0,
            "b" | "byte" => 1e-9,
            "kb" | "k" => 1e-6,
            "mb" | "m" => 1e-3,
            "tb" | "t" => 1e3,
            "pb" | "p" => 1e6,
            "kib" => 1024.0 / 1e9,
            "mib" => 1_048_576.0 / 1e9,
            "gib" => 1_073_741_824.0 / 1e9,
            "tib" => 1_099_511_627_776.0 / 1e9,
            "pib" => 1_125_899_906_842_624.0 / 1e9,
            _ => return None,
        }),
        Unit::PerSecond => rate_factor(suffix),
        Unit::Milliseconds => Some(match suffix {
            "" | "ms" | "millisecond" | "milliseconds" => 1.0,
            "s" | "sec" | "second" | "seconds" => 1e3,
            "us" | "µs" | "μs" | "microsecond" | "microseconds" => 1e-3,
            "ns" => 1e-6,
            "min" | "minute" | "minutes" => 60e3,
            "h" | "hour" | "hours" => 3.6e6,
            _ => return None,
        }),
        Unit::Share => match suffix {
            "" => Some(1.0),
            "%" | "percent" => Some(1.0),
            _ => None,
        },
        Unit::Hours => hours_factor(suffix),
        Unit::Bytes => match suffix {
            "" | "b" | "byte" | "bytes" => Some(1.0),
            unit => factor(unit, Unit::Gigabytes).map(|gigabytes| gigabytes * 1e9),
        },
        Unit::Dollars => multiplier(suffix.trim_end_matches("usd").trim_end_matches("dollars")),
    }
}

fn hours_factor(suffix: &str) -> Option<f64> {
    Some(match suffix {
        "s" | "sec" | "second" | "seconds" => 1.0 / 3600.0,
        "min" | "m" | "minute" | "minutes" => 1.0 / 60.0,
        "" | "h" | "hour" | "hours" => 1.0,
        "d" | "day" | "days" => 24.0,
        "w" | "week" | "weeks" => 168.0,
        "month" | "months" => 720.0,
        "y" | "year" | "years" => 8760.0,
        _ => return None,
    })
}

fn multiplier(word: &str) -> Option<f64> {
    Some(match word.trim() {
        "" => 1.0,
        "k" | "thousand" => 1e3,
        "m" | "mn" | "million" => 1e6,
        "b" | "bn" | "g" | "billion" => 1e9,
        _ => return None,
    })
}

fn rate_factor(suffix: &str) -> Option<f64> {
    let (left, right) = match suffix.split_once('/').or_else(|| suffix.split_once("per ")) {
        Some((left, right)) => (left.trim(), right.trim()),
        None => {
            let bare = ["rps", "qps", "tps"]
                .iter()
                .find_map(|word| suffix.strip_suffix(word));
            (bare.unwrap_or(suffix).trim(), "s")
        }
    };
    let seconds = match right {
        "s" | "sec" | "second" => 1.0,
        "min" | "minute" | "m" => 60.0,
        "h" | "hour" => 3600.0,
        "d" | "day" => 86_400.0,
        _ => return None,
    };
    let nouns = [
        "requests", "request", "reqs", "req", "reads", "writes", "calls",
    ];
    let multiple = nouns
        .iter()
        .find_map(|noun| left.strip_suffix(noun))
        .unwrap_or(left);
    Some(multiplier(multiple)? / seconds)
}

/// A value for people: thousands grouped, three digits, no false precision.
pub fn shown(value: f64) -> String {
    if value.is_finite() {
        catalog::format_value(value, "")
    } else {
        value.to_string()
    }
}

/// Names and texts of a JSON object, so that a file and a form go through the same reader.
///
/// `schema` must be 1 where it is given; null means don't know.
pub fn pairs_from_json(text: &str) -> Result<Vec<(String, String)>, Vec<FieldError>> {
    let whole = |message: String, fix: &str| vec![FieldError::new("input", "JSON", message, fix)];
    let value: Value = serde_json::from_str(text).map_err(|error| {
        whole(
            error.to_string(),
            "write one JSON object, as in {\"users\": 20000}",
        )
    })?;
    let Value::Object(fields) = value else {
        let message = "it is not an object".to_owned();
        return Err(whole(
            message,
            "write one JSON object, as in {\"users\": 20000}",
        ));
    };
    let mut pairs = Vec::new();
    let mut errors = Vec::new();
    for (name, value) in fields {
        if name == "schema" {
            if value != crate::SCHEMA {
                let fix = "this program knows schema 1";
                errors.push(FieldError::new(
                    name,
                    value.to_string(),
                    "the schema is unknown",
                    fix,
                ));
            }
            continue;
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    push(&mut pairs, &mut errors, &name, &item);
                }
            }
            value => push(&mut pairs, &mut errors, &name, &value),
        }
    }
    if errors.is_empty() {
        Ok(pairs)
    } else {
        Err(errors)
    }
}

fn push(
    pairs: &mut Vec<(String, String)>,
    errors: &mut Vec<FieldError>,
    name: &str,
    value: &Value,
) {
    match value {
        Value::Null => {}
        Value::String(text) => pairs.push((name.to_owned(), text.clone())),
        Value::Number(number) => pairs.push((name.to_owned(), number.to_string())),
        other => errors.push(FieldError::new(
            name,
            other.to_string(),
            "it is neither a number nor a string",
            "leave the field out if you don't know",
        )),
    }
}

/// Reads the fields of one question, collecting every mistake.
pub(crate) struct Reader<'p> {
    pairs: &'p Pairs,
    known: Vec<&'static str>,
    pub(crate) errors: Vec<FieldError>,
}

impl<'p> Reader<'p> {
    pub(crate) fn new(pairs: &'p Pairs) -> Reader<'p> {
        let mut errors = Vec::new();
        if pairs.len() > VALUES_MAX {
            let value = pairs.len().to_string();
            let message = format!("more than {VALUES_MAX} values");
            errors.push(FieldError::new(
                "question",
                value,
                message,
                "leave some out",
            ));
        }
        Reader {
            pairs: &pairs[..pairs.len().min(VALUES_MAX)],
            known: Vec::new(),
            errors,
        }
    }

    /// The last text that is not empty: a command line may say a thing twice, and then means it.
    pub(crate) fn text(&mut self, field: &'static str) -> Option<&'p str> {
        self.known.push(field);
        self.pairs
            .iter()
            .rev()
            .filter(|(name, _)| name == field)
            .map(|(_, text)| text.trim())
            .find(|text| !text.is_empty() && !is_unknown(text))
    }

    /// Every line under the name: repeated texts, line ends and semicolons each begin a new one.
    pub(crate) fn lines(&mut self, field: &'static str) -> Vec<&'p str> {
        self.known.push(field);
        self.pairs
            .iter()
            .filter(|(name, _)| name.trim_end_matches("[]") == field)
            .flat_map(|(_, text)| text.split(['\n', '\r', ';']))
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#') && !is_unknown(line))
            .collect()
    }

    /// Every text under the name, and every part between commas.
    pub(crate) fn texts(&mut self, field: &'static str) -> Vec<String> {
        self.known.push(field);
        self.pairs
            .iter()
            .filter(|(name, _)| name.trim_end_matches("[]") == field)
            .flat_map(|(_, text)| text.split(','))
            .map(str::trim)
            .filter(|text| !text.is_empty() && !is_unknown(text))
            .map(|text| text.chars().take(VALUE_BYTES_MAX).collect())
            .collect()
    }

    pub(crate) fn number(&mut self, field: &'static str, unit: Unit) -> Option<f64> {
        let text = self.text(field)?;
        match quantity(text, unit) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors
                    .push(FieldError::new(field, text, message, unit.examples()));
                None
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn whole(&mut self, field: &'static str, least: u32, most: u32) -> Option<u32> {
        let value = self.number(field, Unit::Count)?;
        if value.fract() == 0.0 && (f64::from(least)..=f64::from(most)).contains(&value) {
            return Some(value as u32);
        }
        let fix = format!("write a whole number from {least} to {most}");
        let text = shown(value);
        self.errors
            .push(FieldError::new(field, text, "it is out of range", fix));
        None
    }

    /// One of a closed list.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        field: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(field)?;
        let plain = slug(text);
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == plain) {
            return Some(*value);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let fix = match catalog::nearest(&plain, names.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write one of {}", names.join(", ")),
        };
        self.errors.push(FieldError::new(
            field,
            text,
            "it is not one of the choices",
            fix,
        ));
        None
    }

    /// Refuses names that nothing has asked for, if they are to be refused; then all mistakes.
    pub(crate) fn finish(mut self, unknown: Unknown) -> Result<(), Vec<FieldError>> {
        if unknown == Unknown::Refuse {
            for (name, value) in self.pairs {
                let plain = name.trim_end_matches("[]");
                if self.known.contains(&plain) {
                    continue;
                }
                let fix = match catalog::nearest(plain, self.known.iter().copied()) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("the fields are {}", self.known.join(", ")),
                };
                self.errors
                    .push(FieldError::new(name, value, "there is no such field", fix));
            }
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.errors)
        }
    }
}

/// Words that people write for not knowing.
fn is_unknown(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "unknown" | "don't know" | "dont know" | "dont-know" | "don't-know" | "?"
    )
}

/// Lower case with single hyphens: `Cascading failures` is `cascading-failures`.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == ':' {
            out.push(c);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// Whole numbers without a decimal point in JSON.
pub(crate) fn serialize_number<S: serde::Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        None => serializer.serialize_none(),
        Some(value) if value.fract() == 0.0 && (0.0..=NUMBER_MAX).contains(value) => {
            serializer.serialize_u64(*value as u64)
        }
        Some(value) => serializer.serialize_f64(*value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases = [
            ("20000", Unit::Count, 20_000.0),
            ("20k", Unit::Count, 20_000.0),
            ("1.5 million users", Unit::Count, 1_500_000.0),
            ("1,000,000", Unit::Count, 1_000_000.0),
            ("1e6", Unit::Count, 1_000_000.0),
            ("2 TB", Unit::Gigabytes, 2000.0),
            ("300MB", Unit::Gigabytes, 0.3),
            ("1200/s", Unit::PerSecond, 1200.0),
            ("60/min", Unit::PerSecond, 1.0),
            ("86.4k requests per day", Unit::PerSecond, 1.0),
            ("500 rps", Unit::PerSecond, 500.0),
            ("250 ms", Unit::Milliseconds, 250.0),
            ("0.1 s", Unit::Milliseconds, 100.0),
            ("50us", Unit::Milliseconds, 0.05),
            ("99.9", Unit::Share, 0.999),
            ("0.999", Unit::Share, 0.999),
            ("30 d", Unit::Hours, 720.0),
            ("90 min", Unit::Hours, 1.5),
            ("1.2 KB", Unit::Bytes, 1200.0),
            ("3 MiB", Unit::Bytes, 3_145_728.0),
            ("$0.50", Unit::Dollars, 0.5),
            ("20k USD", Unit::Dollars, 20_000.0),
        ];
        for (text, unit, value) in cases {
            let found = quantity(text, unit).expect(text);
            assert!((found - value).abs() <= 1e-9 * value, "{text}: {found}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, unit, part) in [
            ("-5", Unit::Count, "negative"),
            ("many", Unit::Count, "does not begin"),
            ("NaN", Unit::Count, "does not begin"),
            ("inf", Unit::Count, "does not begin"),
            ("0,5", Unit::Count, "comma"),
            ("5 parsecs", Unit::Milliseconds, "not a unit"),
            ("1e400", Unit::Count, "larger"),
            ("1e16", Unit::Count, "larger"),
        ] {
            let message = quantity(text, unit).expect_err(text);
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn json_and_a_form_say_the_same() {
        let pairs = pairs_from_json(
            "{\"schema\":1,\"users\":20000,\"regions\":null,\"problems\":[\"a\",\"b\"]}",
        );
        let expected = [("problems", "a"), ("problems", "b"), ("users", "20000")];
        let mut pairs = pairs.expect("a good object");
        pairs.sort();
        assert_eq!(
            pairs,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        assert!(pairs_from_json("[1]").is_err());
        assert!(pairs_from_json("{\"users\":true}").is_err());
        assert!(pairs_from_json("{\"schema\":2}").is_err());
    }

    #[test]
    fn nines_are_exact() {
        for (text, value) in [("99.99", 0.9999), ("99.9 %", 0.999), ("99.999%", 0.99999)] {
            assert_eq!(quantity(text, Unit::Share), Ok(value));
        }
    }

    proptest! {
        #[test]
        fn any_text_ends_in_a_number_or_a_reason(text in "\\PC{0,30}") {
            for unit in [
                Unit::Count, Unit::Gigabytes, Unit::PerSecond, Unit::Milliseconds, Unit::Share,
                Unit::Hours, Unit::Bytes, Unit::Dollars,
            ] {
                if let Ok(value) = quantity(&text, unit) {
                    prop_assert!((0.0..=NUMBER_MAX).contains(&value));
                }
            }
        }
    }
}
