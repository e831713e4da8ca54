//! Arithmetic of `{= … | unit}`: a total language, so that any page evaluates in bounded time.

use std::collections::BTreeMap;

/// Longest expression: past this a formula belongs into a tool, not into a sentence.
pub const EXPRESSION_BYTES_MAX: usize = 400;
/// Deepest nesting of parentheses, which bounds the recursion.
const DEPTH_MAX: usize = 40;
/// Most servers in `erlang_c`, which bounds its loop.
const SERVERS_MAX: f64 = 100_000.0;
/// Most servers in a formula of a page, of which there may be thousands.
const FORMULA_SERVERS_MAX: f64 = 10_000.0;

/// The value of `text` with the given named inputs. Names used are reported through `used`.
///
/// Operators `+ - * / ^`, parentheses, numbers such as `1e6`, and the functions `sqrt ln log10 exp
/// ceil floor round abs min max erlang_c`. The error says what is wrong and where.
pub fn evaluate(
    text: &str,
    names: &BTreeMap<String, f64>,
    used: &mut dyn FnMut(&str),
) -> Result<f64, String> {
    if text.len() > EXPRESSION_BYTES_MAX {
        return Err(format!(
            "the expression is longer than {EXPRESSION_BYTES_MAX} bytes"
        ));
    }
    let mut parser = Parser {
        text,
        at: 0,
        names,
        used,
        depth: 0,
    };
    let value = parser.sum()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(format!("unexpected \"{}\"", &text[parser.at..]));
    }
    if value.is_finite() {
        Ok(value)
    } else {
        Err(format!("the value is not a finite number ({value})"))
    }
}

/// Probability that an arrival waits in an M/M/c queue with `servers` servers and an offered load
/// of `load` erlangs: `C = cB / (c - a(1 - B))`, `B` by the recursion `B(k) = aB(k-1) / (k + aB(k-1))`.
/// Source: Erlang (1917); the recursion is standard. `None` unless `0 < load < servers`.
pub fn erlang_c(servers: f64, load: f64) -> Option<f64> {
    let integral = servers.fract() == 0.0 && (1.0..=SERVERS_MAX).contains(&servers);
    if !integral || load <= 0.0 || load >= servers {
        return None;
    }
    let mut blocking = 1.0;
    let mut k = 1.0;
    while k <= servers {
        blocking = load * blocking / (k + load * blocking);
        k += 1.0;
    }
    Some(servers * blocking / (servers - load * (1.0 - blocking)))
}

struct Parser<'a, 'u> {
    text: &'a str,
    at: usize,
    names: &'a BTreeMap<String, f64>,
    used: &'u mut dyn FnMut(&str),
    depth: usize,
}

impl Parser<'_, '_> {
    fn skip_space(&mut self) {
        while self.text[self.at..].starts_with(' ') {
            self.at += 1;
        }
    }

    fn take(&mut self, symbol: char) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(symbol);
        if found {
            self.at += symbol.len_utf8();
        }
        found
    }

    fn sum(&mut self) -> Result<f64, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("the expression is nested deeper than {DEPTH_MAX}"));
        }
        let mut value = self.product()?;
        loop {
            if self.take('+') {
                value += self.product()?;
            } else if self.take('-') {
                value -= self.product()?;
            } else {
                self.depth -= 1;
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut value = self.power()?;
        loop {
            if self.take('*') {
                value *= self.power()?;
            } else if self.take('/') {
                value /= self.power()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn power(&mut self) -> Result<f64, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("the expression is nested deeper than {DEPTH_MAX}"));
        }
        let negative = self.take('-');
        let base = if negative {
            self.power()?
        } else {
            self.atom()?
        };
        let value = if negative {
            -base
        } else if self.take('^') {
            libm::pow(base, self.power()?)
        } else {
            base
        };
        self.depth -= 1;
        Ok(value)
    }

    fn atom(&mut self) -> Result<f64, String> {
        if self.take('(') {
            let value = self.sum()?;
            return if self.take(')') {
                Ok(value)
            } else {
                Err("a \")\" is missing".into())
            };
        }
        self.skip_space();
        let rest = &self.text[self.at..];
        let first = rest.chars().next().ok_or("the expression ends too early")?;
        if first.is_ascii_digit() || first == '.' {
            return self.number();
        }
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        if length == 0 {
            return Err(format!("unexpected \"{first}\""));
        }
        let name = &rest[..length];
        self.at += length;
        if self.take('(') {
            return self.call(name);
        }
        (self.used)(name);
        self.names.get(name).copied().ok_or_else(|| {
            format!("\"{name}\" is not an assumption of this page; write {{assume: {name} = …}}")
        })
    }

    fn number(&mut self) -> Result<f64, String> {
        let rest = &self.text[self.at..];
        let bytes = rest.as_bytes();
        let mut end = 0;
        while end < bytes.len() {
            let exponent_sign = end > 0
                && matches!(bytes[end - 1], b'e' | b'E')
                && matches!(bytes[end], b'+' | b'-');
            let part = bytes[end].is_ascii_digit()
                || matches!(bytes[end], b'.' | b'e' | b'E' | b'_')
                || exponent_sign;
            if !part {
                break;
            }
            end += 1;
        }
        self.at += end;
        let number = rest[..end].replace('_', "");
        number
            .parse()
            .map_err(|_| format!("\"{number}\" is not a number"))
    }

    fn call(&mut self, name: &str) -> Result<f64, String> {
        let mut arguments = Vec::new();
        if !self.take(')') {
            loop {
                arguments.push(self.sum()?);
                if self.take(')') {
                    break;
                }
                if !self.take(',') {
                    return Err(format!("a \")\" is missing after \"{name}(\""));
                }
            }
        }
        apply(name, &arguments)
    }
}

fn apply(name: &str, arguments: &[f64]) -> Result<f64, String> {
    let value = match (name, arguments) {
        ("sqrt", [x]) => libm::sqrt(*x),
        ("ln", [x]) => libm::log(*x),
        ("log10", [x]) => libm::log10(*x),
        ("log2", [x]) => libm::log2(*x),
        ("exp", [x]) => libm::exp(*x),
        ("ceil", [x]) => libm::ceil(*x),
        ("floor", [x]) => libm::floor(*x),
        ("round", [x]) => libm::round(*x),
        ("abs", [x]) => libm::fabs(*x),
        ("min", [first, rest @ ..]) => rest.iter().fold(*first, |a, b| a.min(*b)),
        ("max", [first, rest @ ..]) => rest.iter().fold(*first, |a, b| a.max(*b)),
        ("erlang_c", [servers, _]) if *servers > FORMULA_SERVERS_MAX => {
            return Err(format!(
                "erlang_c takes at most {FORMULA_SERVERS_MAX} servers here"
            ));
        }
        ("erlang_c", [servers, load]) => erlang_c(*servers, *load).ok_or_else(|| {
            format!("erlang_c({servers}, {load}) needs a whole number of servers above the load")
        })?,
        _ => {
            return Err(format!(
                "no function {name} with {} arguments",
                arguments.len()
            ));
        }
    };
    Ok(value)
}

/// A computed value as a reader wants it: whole numbers in full, others with three significant
/// digits, and shares close to one with as many digits as tell them from one.
pub fn format_value(value: f64, unit: &str) -> String {
    let magnitude = value.abs();
    let rounded = libm::round(value);
    // What is left of a difference between numbers near one; anything larger is a small number.
    let is_noise = magnitude < 1e-15;
    if (rounded != 0.0 || is_noise)
        && (value - rounded).abs() <= 1e-9 * magnitude.max(1.0)
        && magnitude < 1e15
    {
        // Plus zero, so that minus zero has no sign.
        return grouped(&format!("{:.0}", rounded + 0.0));
    }
    if !(1e-4..1e15).contains(&magnitude) {
        return scientific(value);
    }
    let whole = if unit == "%" { 100.0 } else { 1.0 };
    let missing = 1.0 - magnitude / whole;
    let decimals = if missing > 0.0 && missing < 0.05 {
        // 99.95 % must not be shown as 100 %: two digits after the last nine.
        let nines = libm::floor(-libm::log10(missing));
        2.0 + nines - if unit == "%" { 2.0 } else { 0.0 }
    } else {
        2.0 - libm::floor(libm::log10(magnitude))
    };
    let decimals = if decimals <= 0.0 {
        0
    } else {
        decimals.min(12.0) as usize
    };
    let text = format!("{value:.decimals$}");
    let text = match text.split_once('.') {
        Some((head, tail)) => {
            let tail = tail.trim_end_matches('0');
            if tail.is_empty() {
                grouped(head)
            } else {
                format!("{}.{tail}", grouped(head))
            }
        }
        None => grouped(&text),
    };
    if text == "-0" { "0".into() } else { text }
}

fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: String = exponent
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            _ => '⁹',
        })
        .collect();
    format!("{mantissa} × 10{exponent}")
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    text.push_str(sign);
    for (index, digit) in digits.chars().enumerate() {
        // Four digits stay together: 1500 reads as well as 1,500 and copies better.
        if digits.len() > 4 && index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A value with its unit: `5 %`, `200/s`, `12 ms`, `7`.
pub fn with_unit(value: &str, unit: &str) -> String {
    if unit.is_empty() {
        value.to_owned()
    } else if unit.starts_with('/') {
        format!("{value}{unit}")
    } else {
        format!("{value}\u{a0}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Result<f64, String> {
        let names = BTreeMap::from([("rate".to_owned(), 200.0)]);
        evaluate(text, &names, &mut |_| ())
    }

    #[test]
    fn arithmetic_follows_the_usual_precedence() {
        assert_eq!(value("1 + 2 * 3"), Ok(7.0));
        assert_eq!(value("2 ^ 3 ^ 2"), Ok(512.0));
        assert_eq!(value("-2 ^ 2"), Ok(-4.0));
        assert_eq!(value("rate * (1 - 0.5)"), Ok(100.0));
        assert_eq!(value("max(1, 3, 2) + ceil(1.2)"), Ok(5.0));
    }

    #[test]
    fn erlang_c_meets_known_values() {
        let c = |servers, load| erlang_c(servers, load).expect("a stable queue");
        assert!((c(3.0, 2.0) - 0.444_444).abs() < 1e-6);
        assert!((c(10.0, 8.0) - 0.409_180).abs() < 1e-6);
        assert_eq!(erlang_c(2.0, 2.0), None);
    }

    #[test]
    fn errors_name_the_cause() {
        assert!(value("1 / 0").unwrap_err().contains("finite"));
        assert!(
            value("rte")
                .unwrap_err()
                .contains("\"rte\" is not an assumption")
        );
        assert!(value("(1").unwrap_err().contains("missing"));
        assert!(value(&"(".repeat(300)).is_err());
    }

    #[test]
    fn values_are_shown_without_false_precision() {
        assert_eq!(format_value(1e6 / 86_400.0, "/s"), "11.6");
        assert_eq!(format_value(525_600.0, "min"), "525,600");
        assert_eq!(format_value(99.9985, "%"), "99.9985");
        assert_eq!(format_value(0.999_702, ""), "0.9997");
        assert_eq!(format_value(12_345.67, ""), "12,346");
        assert_eq!(format_value(-0.25, ""), "-0.25");
        assert_eq!(format_value(1e-10, ""), "1.00 × 10⁻¹⁰");
        assert_eq!(format_value(1.0 - 0.9 - 0.1, ""), "0");
    }

    proptest! {
        #[test]
        fn any_text_ends_in_a_value_or_a_reason(text in "[0-9a-z+*/^()., -]{0,60}") {
            let _ = value(&text);
        }

        #[test]
        fn any_value_is_shown(number in proptest::num::f64::NORMAL) {
            prop_assert!(!format_value(number, "%").is_empty());
        }
    }
}
