//! Text to the question of a sizing tool: numbers, ranges of numbers, lines.

use std::collections::BTreeMap;

use serde_json::Value;

use super::field::{Field, Kind, LINES_MAX};
use super::quantity::Quantity;
use crate::error::FieldError;
use crate::input::{Pairs, Reader, Unit, Unknown, VALUE_BYTES_MAX, quantity};

/// A number as low, likely and high; the three are equal where one number was given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Least that is thought possible.
    pub low: f64,
    /// Most likely.
    pub likely: f64,
    /// Most that is thought possible.
    pub high: f64,
}

impl Range {
    fn one(value: f64) -> Range {
        Range {
            low: value,
            likely: value,
            high: value,
        }
    }

    /// Whether it is more than one number.
    pub fn is_wide(&self) -> bool {
        self.low < self.high
    }

    fn ends(&self) -> [f64; 3] {
        [self.low, self.likely, self.high]
    }

    /// As text that is read back.
    fn written(&self) -> String {
        if self.is_wide() {
            format!("{}..{}..{}", self.low, self.likely, self.high)
        } else {
            self.likely.to_string()
        }
    }
}

/// What a field was given, or what is taken in its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    Nothing,
    Number(Range),
    Text(String),
    Lines(Vec<String>),
}

/// A question as it was understood, one entry a field of the tool.
#[derive(Clone, Debug)]
pub struct Question {
    fields: &'static [Field],
    given: Vec<Given>,
    /// Whether the entry is other than the default.
    is_own: Vec<bool>,
}

impl Question {
    /// Reads fields as a form, a file or a command line holds them. All mistakes are in the error.
    pub(crate) fn from_pairs(
        fields: &'static [Field],
        pairs: &Pairs,
        unknown: Unknown,
    ) -> Result<Question, Vec<FieldError>> {
        let mut reader = Reader::new(pairs);
        let mut given = Vec::with_capacity(fields.len());
        let mut is_own = Vec::with_capacity(fields.len());
        for field in fields {
            let faults = reader.errors.len();
            let mut found = read(field, &mut reader);
            let usual = default(field);
            // What is as usual was not chosen, whoever wrote it.
            let own = found != Given::Nothing && found != usual;
            if found == Given::Nothing && reader.errors.len() == faults {
                if field.needed {
                    let message = "it is needed: without it there is nothing to compute";
                    let fix = fix(field);
                    reader
                        .errors
                        .push(FieldError::new(field.name, "", message, fix));
                }
                found = usual;
            }
            given.push(found);
            is_own.push(own);
        }
        reader.finish(unknown)?;
        Ok(Question {
            fields,
            given,
            is_own,
        })
    }

    /// The worked example of a tool.
    pub(crate) fn example(fields: &'static [Field]) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for field in fields {
            for line in field.example.iter().flat_map(|text| text.lines()) {
                pairs.push((field.name.to_owned(), line.to_owned()));
            }
        }
        pairs
    }

    /// The question as names and texts, which `from_pairs` reads back;
    /// defaults are left out.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            if !self.is_own[index] {
                continue;
            }
            let mut push = |text: String| pairs.push((field.name.to_owned(), text));
            match &self.given[index] {
                Given::Nothing => {}
                Given::Number(range) => push(range.written()),
                Given::Text(text) => push(text.clone()),
                Given::Lines(lines) => lines.iter().for_each(|line| push(line.clone())),
            }
        }
        pairs
    }

    /// The question as a JSON object in base units, defaults included.
    pub(crate) fn to_json(&self) -> BTreeMap<String, Value> {
        let named = self.fields.iter().zip(&self.given);
        let valued = named.filter_map(|(field, given)| {
            let value = match given {
                Given::Nothing => return None,
                Given::Number(range) if range.is_wide() => range.written().into(),
                Given::Number(range) => range.likely.into(),
                Given::Text(text) => text.clone().into(),
                Given::Lines(lines) => lines.clone().into(),
            };
            Some((field.name.to_owned(), value))
        });
        valued.collect()
    }

    /// Every number at its likely value.
    pub(crate) fn likely(&self) -> Point<'_> {
        let number = |given: &Given| match given {
            Given::Number(range) => Some(range.likely),
            _ => None,
        };
        Point {
            question: self,
            numbers: self.given.iter().map(number).collect(),
        }
    }

    /// The numbers with the place of their field.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (usize, &'static Field, Range)> {
        let placed = self.given.iter().enumerate();
        placed.filter_map(|(index, given)| match given {
            Given::Number(range) => Some((index, &self.fields[index], *range)),
            _ => None,
        })
    }

    fn index(&self, name: &str) -> usize {
        let place = self.fields.iter().position(|field| field.name == name);
        place.expect("a tool asks for its own fields only")
    }
}

/// A question with one value in place of every range.
#[derive(Clone, Debug)]
pub(crate) struct Point<'q> {
    question: &'q Question,
    numbers: Vec<Option<f64>>,
}

impl Point<'_> {
    /// The number in a field, if there is one.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.numbers[self.question.index(name)]
    }

    /// The number in a field that is needed or has a default.
    pub(crate) fn need(&self, name: &str) -> f64 {
        self.number(name)
            .expect("a field that is needed or has a default holds a number")
    }

    /// The text in a field, empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        match &self.question.given[self.question.index(name)] {
            Given::Text(text) => text,
            _ => "",
        }
    }

    /// The lines in a field.
    pub(crate) fn lines(&self, name: &str) -> &[String] {
        match &self.question.given[self.question.index(name)] {
            Given::Lines(lines) => lines,
            _ => &[],
        }
    }

    /// Whether the field holds something other than its default.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        self.question.is_own[self.question.index(name)]
    }

    /// The same with another number in the field at that place.
    pub(crate) fn with(&self, index: usize, value: f64) -> Self {
        let mut point = self.clone();
        point.numbers[index] = Some(value);
        point
    }
}

fn read(field: &Field, reader: &mut Reader<'_>) -> Given {
    let result = match field.kind {
        Kind::Lines(check) => {
            let lines = reader.lines(field.name);
            return read_lines(field, check, lines, reader);
        }
        Kind::Text(_) | Kind::Number { .. } | Kind::Whole { .. } => {
            let Some(text) = reader.text(field.name) else {
                return Given::Nothing;
            };
            parse(field, text).map_err(|(message, fix)| (text, message, fix))
        }
    };
    match result {
        Ok(given) => given,
        Err((text, message, fix)) => {
            let error = FieldError::new(field.name, text, message, fix);
            reader.errors.push(error);
            Given::Nothing
        }
    }
}

fn read_lines(
    field: &Field,
    check: fn(&str) -> Result<(), FieldError>,
    lines: Vec<&str>,
    reader: &mut Reader<'_>,
) -> Given {
    if lines.is_empty() {
        return Given::Nothing;
    }
    let count = lines.len();
    if count > LINES_MAX {
        let message = format!("more than {LINES_MAX} lines");
        let error = FieldError::new(field.name, count.to_string(), message, "leave some out");
        reader.errors.push(error);
    }
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut kept = Vec::new();
    for line in lines.into_iter().take(LINES_MAX) {
        let line: String = line.chars().map(plain).collect();
        let fault = if line.len() > VALUE_BYTES_MAX {
            let start: String = line.chars().take(40).collect();
            let message = format!("a line is longer than {VALUE_BYTES_MAX} bytes");
            Some(FieldError::new(field.name, start, message, "shorten it"))
        } else {
            check(&line).err()
        };
        reader.errors.extend(fault);
        kept.push(line);
    }
    Given::Lines(kept)
}

/// A default is written by us and parsed like anything else.
fn default(field: &Field) -> Given {
    let Some(text) = field.default else {
        return Given::Nothing;
    };
    match field.kind {
        Kind::Lines(_) => Given::Lines(text.lines().map(str::to_owned).collect()),
        _ => parse(field, text).expect("defaults are read by a test"),
    }
}

fn parse(field: &Field, text: &str) -> Result<Given, (String, String)> {
    let unfit = |message: String| (message, fix(field));
    match field.kind {
        Kind::Number { unit, least, most } => {
            let range = range(text, unit).map_err(unfit)?;
            if range.is_wide() && !field.ranges {
                return Err(unfit("it takes one number, not a range".to_owned()));
            }
            if range.ends().iter().all(|end| (least..=most).contains(end)) {
                return Ok(Given::Number(range));
            }
            Err(unfit("it is out of range".to_owned()))
        }
        Kind::Whole { least, most } => {
            let value = quantity(text, Unit::Count).map_err(unfit)?;
            let is_fine = (f64::from(least)..=f64::from(most)).contains(&value);
            if value.fract() != 0.0 || !is_fine {
                return Err(unfit("it is out of range".to_owned()));
            }
            Ok(Given::Number(Range::one(value)))
        }
        Kind::Text(check) => {
            let shorten = "shorten it, or name what it says by a rule or a file of yours";
            if text.len() > VALUE_BYTES_MAX {
                let message = format!("it is longer than {VALUE_BYTES_MAX} bytes");
                return Err((message, shorten.to_owned()));
            }
            if text.chars().any(char::is_control) {
                let fix = "write it on one line".to_owned();
                return Err(("it holds a control character".to_owned(), fix));
            }
            check(text).map_err(|error| (error.message, error.fix))?;
            Ok(Given::Text(text.to_owned()))
        }
        Kind::Lines(_) => Ok(Given::Lines(vec![text.to_owned()])),
    }
}

/// What to write in a field.
pub(crate) fn fix(field: &Field) -> String {
    match field.kind {
        Kind::Number { unit, least, most } => {
            let quantity = Quantity::of(unit);
            let (least, most) = (quantity.text(least), quantity.text(most));
            format!("{}, from {least} to {most}", unit.examples())
        }
        Kind::Whole { least, most } => format!("write a whole number from {least} to {most}"),
        Kind::Text(_) => "write one line".to_owned(),
        Kind::Lines(_) => {
            let example = field.example.or(field.default).unwrap_or_default();
            let first = example.lines().next().unwrap_or_default();
            format!("write lines such as \"{first}\"")
        }
    }
}

/// `5k`, `2k..9k` whose likely value is the middle, or `2k..5k..9k`.
fn range(text: &str, unit: Unit) -> Result<Range, String> {
    let bare = |text: &str| {
        let text = text.trim();
        let percentile = matches!(unit, Unit::Share) && text.len() > 1;
        let text = text
            .strip_prefix(['p', 'P'])
            .filter(|_| percentile)
            .unwrap_or(text);
        quantity(text, unit)
    };
    let parts: Vec<&str> = text.split("..").collect();
    let range = match parts[..] {
        [one] => return Ok(Range::one(bare(one)?)),
        [low, high] => {
            let (low, high) = (bare(low)?, bare(high)?);
            Range {
                low,
                likely: (low + high) / 2.0,
                high,
            }
        }
        [low, likely, high] => Range {
            low: bare(low)?,
            likely: bare(likely)?,
            high: bare(high)?,
        },
        _ => return Err("a range is low..high or low..likely..high".to_owned()),
    };
    // `1..2 s` may mean a millisecond or a second: a factor of a thousand is not guessed.
    let has_unit = |part: &&str| {
        part.trim()
            .ends_with(|c: char| !c.is_ascii_digit() && c != '.')
    };
    if parts.iter().any(has_unit) != parts.iter().all(has_unit) {
        return Err("some parts of the range have a unit and some have none".to_owned());
    }
    if range.low <= range.likely && range.likely <= range.high {
        Ok(range)
    } else {
        Err("the range does not run upwards".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_or_refused() {
        let ends = |text, unit| range(text, unit).map(|range| range.ends());
        assert_eq!(ends("2k..5k..9k", Unit::Count), Ok([2e3, 5e3, 9e3]));
        assert_eq!(ends("10..30", Unit::Milliseconds), Ok([10.0, 20.0, 30.0]));
        assert_eq!(ends("p99", Unit::Share), Ok([0.99; 3]));
        for (text, part) in [
            ("1..2 s", "some parts"),
            ("9..5", "upwards"),
            ("1..2..3..4", "low..likely..high"),
            ("1..", "number"),
        ] {
            let message = ends(text, Unit::Milliseconds).expect_err(text);
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
