//! Reads a TOML table field by field, collecting every mistake instead of stopping at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{FileText, Place, Sink, nearest};

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day, from 1.
    pub day: u8,
}

impl std::fmt::Display for Date {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}-{:02}",
            self.year, self.month, self.day
        )
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A value together with its place and its byte offset in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
    pub(crate) offset: usize,
}

/// One TOML table of one file.
#[derive(Clone, Copy)]
pub(crate) struct Sheet<'a> {
    pub(crate) file: &'a FileText<'a>,
    pub(crate) table: &'a DeTable<'a>,
    /// Where the TOML text begins in the file.
    pub(crate) base: usize,
    /// Where the table itself stands, for what is missing from it.
    pub(crate) start: usize,
}

/// A reader over one table, or over a patch laid on a table: the first sheet that has a key wins.
pub(crate) struct Fields<'a, 's> {
    sheets: Vec<Sheet<'a>>,
    known: RefCell<BTreeSet<&'static str>>,
    sink: &'s RefCell<Sink>,
    subject: String,
}

impl<'a, 's> Fields<'a, 's> {
    pub(crate) fn new(
        sheets: Vec<Sheet<'a>>,
        subject: impl Into<String>,
        sink: &'s RefCell<Sink>,
    ) -> Self {
        Fields {
            sheets,
            known: RefCell::default(),
            sink,
            subject: subject.into(),
        }
    }

    fn find(&self, key: &'static str) -> Option<(Sheet<'a>, &'a Spanned<DeValue<'a>>)> {
        self.known.borrow_mut().insert(key);
        self.sheets
            .iter()
            .find_map(|sheet| sheet.table.get(key).map(|value| (*sheet, value)))
    }

    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.find(key).is_some()
    }

    /// Where the table stands.
    pub(crate) fn place(&self) -> Place {
        let sheet = self
            .sheets
            .first()
            .expect("a reader has at least one sheet");
        sheet.file.place(sheet.base + sheet.start)
    }

    fn wrong(&self, sheet: Sheet<'a>, value: &Spanned<DeValue<'_>>, key: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        self.sink.borrow_mut().error(
            "wrong-type",
            sheet.file.place(sheet.base + value.span().start),
            format!("`{key}` must be {wanted}, found {found}"),
            None,
        );
    }

    pub(crate) fn error(
        &self,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.sink.borrow_mut().error(code, place, message, hint);
    }

    /// Reports that `key` is missing.
    pub(crate) fn missing(&self, key: &str) {
        self.sink.borrow_mut().error(
            "missing-key",
            self.place(),
            format!("{} has no `{key}`", self.subject),
            format!("add `{key} = …`"),
        );
    }

    fn located<T>(sheet: Sheet<'a>, value: &Spanned<DeValue<'_>>, inner: T) -> Located<T> {
        let offset = sheet.base + value.span().start;
        Located {
            value: inner,
            place: sheet.file.place(offset),
            offset,
        }
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<Located<String>> {
        let (sheet, value) = self.find(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Self::located(sheet, value, text.to_string())),
            _ => {
                self.wrong(sheet, value, key, "a string");
                None
            }
        }
    }

    pub(crate) fn required_text(&self, key: &'static str) -> Located<String> {
        if !self.has(key) {
            self.missing(key);
        }
        let found = self.text(key);
        if let Some(text) = &found
            && text.value.trim().is_empty()
        {
            self.sink.borrow_mut().error(
                "empty-value",
                text.place.clone(),
                format!("`{key}` is empty"),
                None,
            );
        }
        found.unwrap_or_else(|| Located {
            value: String::new(),
            place: self.place(),
            offset: 0,
        })
    }

    /// A string out of a closed list.
    pub(crate) fn choice(&self, key: &'static str, allowed: &[&str]) -> Option<String> {
        let text = self.text(key)?;
        self.check_choice(key, &text, allowed);
        Some(text.value)
    }

    fn check_choice(&self, key: &str, text: &Located<String>, allowed: &[&str]) {
        if allowed.contains(&text.value.as_str()) {
            return;
        }
        let hint = match nearest(&text.value, allowed.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("one of {}", allowed.join(", ")),
        };
        self.sink.borrow_mut().error(
            "unknown-value",
            text.place.clone(),
            format!("`{key}` cannot be \"{}\"", text.value),
            hint,
        );
    }

    pub(crate) fn choices(&self, key: &'static str, allowed: &[&str]) -> Vec<String> {
        let found = self.texts(key);
        for text in &found {
            self.check_choice(key, text, allowed);
        }
        found.into_iter().map(|text| text.value).collect()
    }

    pub(crate) fn boolean(&self, key: &'static str) -> Option<bool> {
        let (sheet, value) = self.find(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.wrong(sheet, value, key, "true or false");
                None
            }
        }
    }

    pub(crate) fn integer(&self, key: &'static str) -> Option<i64> {
        let (sheet, value) = self.find(key)?;
        let found = as_integer(value.get_ref());
        if found.is_none() {
            self.wrong(sheet, value, key, "a whole number");
        }
        found
    }

    /// A finite number, whole or not.
    pub(crate) fn number(&self, key: &'static str) -> Option<f64> {
        let (sheet, value) = self.find(key)?;
        let found = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            whole => as_integer(whole).map(|whole| whole as f64),
        };
        let found = found.filter(|number: &f64| number.is_finite());
        if found.is_none() {
            self.wrong(sheet, value, key, "a number");
        }
        found
    }

    /// A whole number between `low` and `high`.
    pub(crate) fn bounded(&self, key: &'static str, low: u32, high: u32) -> Option<u32> {
        let number = self.integer(key)?;
        match u32::try_from(number) {
            Ok(number) if (low..=high).contains(&number) => Some(number),
            _ => {
                let (sheet, value) = self.find(key)?;
                self.sink.borrow_mut().error(
                    "out-of-range",
                    sheet.file.place(sheet.base + value.span().start),
                    format!("`{key}` is {number}; it must be from {low} to {high}"),
                    None,
                );
                None
            }
        }
    }

    pub(crate) fn date(&self, key: &'static str) -> Option<Date> {
        let (sheet, value) = self.find(key)?;
        match value.get_ref() {
            DeValue::Datetime(stamp) => match stamp.date {
                Some(date) => Some(Date {
                    year: date.year,
                    month: date.month,
                    day: date.day,
                }),
                None => {
                    self.wrong(sheet, value, key, "a date such as 2026-11-25");
                    None
                }
            },
            _ => {
                self.wrong(sheet, value, key, "an unquoted date such as 2026-11-25");
                None
            }
        }
    }

    pub(crate) fn texts(&self, key: &'static str) -> Vec<Located<String>> {
        let Some((sheet, value)) = self.find(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(sheet, value, key, "a list of strings");
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) => {
                    found.push(Self::located(sheet, item, text.to_string()));
                }
                _ => self.wrong(sheet, item, key, "a list of strings"),
            }
        }
        found
    }

    /// Two whole numbers, the first not above the second.
    pub(crate) fn range(&self, key: &'static str) -> Option<(u32, u32)> {
        let (sheet, value) = self.find(key)?;
        if let DeValue::Array(items) = value.get_ref() {
            let numbers: Vec<u32> = items
                .iter()
                .filter_map(|item| as_integer(item.get_ref()))
                .filter_map(|number| u32::try_from(number).ok())
                .collect();
            if let ([low, high], 2) = (numbers.as_slice(), items.len())
                && low <= high
            {
                return Some((*low, *high));
            }
        }
        self.sink.borrow_mut().error(
            "wrong-type",
            sheet.file.place(sheet.base + value.span().start),
            format!("`{key}` must be two whole numbers, [least, most]"),
            None,
        );
        None
    }

    pub(crate) fn table(&self, key: &'static str) -> Option<Fields<'a, 's>> {
        let (sheet, value) = self.find(key)?;
        match value.get_ref() {
            DeValue::Table(table) => {
                Some(self.inner(sheet, table, value.span().start, format!("`{key}`")))
            }
            _ => {
                self.wrong(sheet, value, key, "a table");
                None
            }
        }
    }

    pub(crate) fn tables(&self, key: &'static str) -> Vec<Fields<'a, 's>> {
        let Some((sheet, value)) = self.find(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(sheet, value, key, "a list of tables");
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => {
                    found.push(self.inner(sheet, table, item.span().start, format!("`{key}`")));
                }
                _ => self.wrong(sheet, item, key, "a list of tables"),
            }
        }
        found
    }

    /// A list whose items are strings or tables.
    pub(crate) fn texts_or_tables(&self, key: &'static str) -> Vec<TextOrTable<'a, 's>> {
        let Some((sheet, value)) = self.find(key) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        match value.get_ref() {
            DeValue::Array(items) => {
                for item in items.iter() {
                    match item.get_ref() {
                        DeValue::String(text) => found.push(TextOrTable::Text(Self::located(
                            sheet,
                            item,
                            text.to_string(),
                        ))),
                        DeValue::Table(table) => found.push(TextOrTable::Table(self.inner(
                            sheet,
                            table,
                            item.span().start,
                            format!("`{key}`"),
                        ))),
                        _ => self.wrong(sheet, item, key, "a list of strings or tables"),
                    }
                }
            }
            DeValue::String(text) => {
                found.push(TextOrTable::Text(Self::located(
                    sheet,
                    value,
                    text.to_string(),
                )));
            }
            _ => self.wrong(sheet, value, key, "a list"),
        }
        found
    }

    fn inner(
        &self,
        sheet: Sheet<'a>,
        table: &'a DeTable<'a>,
        start: usize,
        subject: String,
    ) -> Fields<'a, 's> {
        Fields::new(
            vec![Sheet {
                table,
                start,
                ..sheet
            }],
            subject,
            self.sink,
        )
    }

    /// Reports every key that nothing has asked for.
    pub(crate) fn finish(&self) {
        let known = self.known.borrow();
        for sheet in &self.sheets {
            for (key, _) in sheet.table {
                let name = key.get_ref().as_ref();
                if known.contains(name) || self.sink.borrow().is_full() {
                    continue;
                }
                let hint = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        let list: Vec<&str> = known.iter().copied().collect();
                        format!("known keys: {}", list.join(", "))
                    }
                };
                self.sink.borrow_mut().error(
                    "unknown-key",
                    sheet.file.place(sheet.base + key.span().start),
                    format!("{} has an unknown key `{name}`", self.subject),
                    hint,
                );
            }
        }
    }
}

/// An item of a mixed list.
pub(crate) enum TextOrTable<'a, 's> {
    Text(Located<String>),
    Table(Fields<'a, 's>),
}

fn as_integer(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

/// Parses TOML, reporting every syntax error; what could be read is returned.
pub(crate) fn parse_toml<'a>(
    file: &FileText<'_>,
    base: usize,
    text: &'a str,
    sink: &RefCell<Sink>,
) -> DeTable<'a> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let start = error.span().map_or(0, |span| span.start);
        sink.borrow_mut().error(
            "toml-syntax",
            file.place(base + start),
            error.message().replace('\n', " "),
            None,
        );
    }
    table.into_inner()
}
