//! Finds figures in prose that are neither cited nor computed.
//!
//! A figure is a number with a unit, a percentage, a multiple, or an amount of money. It is covered
//! by a citation in the same sentence, list item or table row.

/// Stands for a citation in flattened prose.
pub(crate) const CITATION: char = '\u{1}';
/// Stands for a computed, assumed or quoted figure.
pub(crate) const COVERED: char = '\u{2}';
/// Stands for code or a formula.
pub(crate) const OPAQUE: char = '\u{3}';

/// Prose flattened to text, with the way back to byte offsets in the file.
#[derive(Debug, Default)]
pub(crate) struct Prose {
    text: String,
    /// (position in `text`, byte offset in the file) at the start of each piece.
    pieces: Vec<(usize, usize)>,
}

/// How far a citation reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Sentence,
    Everything,
}

/// An uncovered figure: its text and where it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uncovered {
    pub(crate) figure: String,
    pub(crate) offset: usize,
}

impl Prose {
    pub(crate) fn push_text(&mut self, text: &str, offset: usize) {
        self.pieces.push((self.text.len(), offset));
        self.text.push_str(text);
    }

    pub(crate) fn push_mark(&mut self, mark: char) {
        self.text.push(mark);
    }

    pub(crate) fn is_cited(&self) -> bool {
        self.text.contains(CITATION)
    }

    pub(crate) fn uncovered(&self, reach: Reach) -> Vec<Uncovered> {
        let mut found = Vec::new();
        let mut start = 0;
        for end in sentence_ends(&self.text, reach) {
            let sentence = &self.text[start..end];
            if !sentence.contains(CITATION) {
                for (at, length) in figures(sentence) {
                    found.push(Uncovered {
                        figure: sentence[at..at + length].to_owned(),
                        offset: self.offset(start + at),
                    });
                }
            }
            start = end;
        }
        found
    }

    fn offset(&self, position: usize) -> usize {
        let index = self.pieces.partition_point(|(at, _)| *at <= position);
        match index
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
        {
            Some((at, offset)) => offset + (position - at),
            None => 0,
        }
    }
}

fn sentence_ends(text: &str, reach: Reach) -> Vec<usize> {
    let mut ends = Vec::new();
    if reach == Reach::Sentence {
        let characters: Vec<(usize, char)> = text.char_indices().collect();
        for (index, (_, character)) in characters.iter().enumerate() {
            if !matches!(character, '.' | '!' | '?' | ';') {
                continue;
            }
            let initial = index >= 2
                && characters[index - 1].1.is_alphabetic()
                && !characters[index - 2].1.is_alphanumeric();
            // "e.g." and initials end no sentence; a semicolon keeps its citation to itself.
            if (initial && *character == '.') || *character == ';' {
                continue;
            }
            let mut after = index + 1;
            while after < characters.len()
                && matches!(characters[after].1, CITATION | ')' | '"' | '”')
            {
                after += 1;
            }
            if after < characters.len() && characters[after].1.is_whitespace() {
                ends.push(characters[after].0);
            }
        }
    }
    ends.push(text.len());
    ends
}

/// Units that make any number before them a figure, as written.
const SYMBOLS: &[&str] = &[
    "ns", "µs", "μs", "us", "ms", "s", "min", "h", "B", "kB", "KB", "MB", "GB", "TB", "PB", "EB",
    "KiB", "MiB", "GiB", "TiB", "PiB", "kb", "Kb", "Mb", "Gb", "kbps", "Mbps", "Gbps", "Mbit",
    "Gbit", "Hz", "kHz", "MHz", "GHz", "km", "rps", "RPS", "qps", "QPS", "tps", "TPS", "IOPS",
    "USD", "EUR", "W", "kW", "MW", "K", "M", "bn", "°C",
];

/// Unit words, compared in lower case.
const WORDS: &[&str] = &[
    "nanosecond",
    "nanoseconds",
    "microsecond",
    "microseconds",
    "millisecond",
    "milliseconds",
    "second",
    "seconds",
    "sec",
    "secs",
    "minute",
    "minutes",
    "mins",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "byte",
    "bytes",
    "bit",
    "bits",
    "kilobytes",
    "megabytes",
    "gigabytes",
    "terabytes",
    "petabytes",
    "exabytes",
    "percent",
    "thousand",
    "million",
    "billion",
    "trillion",
    "millions",
    "billions",
    "dollars",
    "euros",
    "kilometres",
    "km",
    "per",
    "times",
    "fold",
    "percentage",
];

/// Things whose number is a figure once it is large; a handful of them is a count.
const COUNTED: &[&str] = &[
    "users",
    "requests",
    "messages",
    "transactions",
    "queries",
    "events",
    "calls",
    "connections",
    "servers",
    "machines",
    "nodes",
    "instances",
    "services",
    "hosts",
    "drivers",
    "customers",
    "writes",
    "reads",
    "operations",
    "records",
    "rows",
    "items",
    "keys",
    "shards",
    "partitions",
    "replicas",
    "threads",
];
const COUNTED_FROM: f64 = 100.0;

/// Positions and lengths of the figures in `sentence`.
fn figures(sentence: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let bytes = sentence.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = number_end(bytes, at);
        let before = sentence[..at].chars().next_back();
        // "p99", "HTTP/2", "v1.36", "#4" and "ISO-8601" are names.
        let named = before
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '#' | '.'))
            || (before == Some('-') && sentence[..at - 1].ends_with(char::is_alphabetic));
        if !named && let Some(length) = figure_length(sentence, at, end, before) {
            found.push((at, length));
        }
        at = end.max(at + 1);
    }
    found
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < bytes.len() {
        let inner =
            matches!(bytes[end], b'.' | b',') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if bytes[end].is_ascii_digit() || inner {
            end += 1;
        } else {
            break;
        }
    }
    end
}

fn figure_length(sentence: &str, start: usize, end: usize, before: Option<char>) -> Option<usize> {
    let rest = &sentence[end..];
    if matches!(before, Some('$' | '€' | '£')) {
        return Some(end - start);
    }
    let spaced = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-', '\u{2011}']);
    let gap = rest.len() - spaced.len();
    let length_to = |extra: usize| Some(end - start + gap + extra);
    if spaced.starts_with('%') || spaced.starts_with('‰') {
        return length_to(1);
    }
    if spaced.starts_with('×') {
        return length_to('×'.len_utf8());
    }
    if gap == 0 && rest.starts_with('/') {
        let unit = word(&rest[1..]);
        return matches!(
            unit,
            "s" | "min" | "h" | "day" | "second" | "hour" | "month"
        )
        .then(|| end - start + 1 + unit.len());
    }
    let unit = word(spaced);
    if unit.is_empty() {
        return None;
    }
    if gap == 0 && matches!(unit, "x" | "X" | "k") {
        return length_to(1);
    }
    // "the 1990s" is a date.
    let number = &sentence[start..end];
    let century = number.starts_with("19") || number.starts_with("20");
    if gap == 0 && unit == "s" && number.len() == 4 && century && number.ends_with('0') {
        return None;
    }
    let lower = unit.to_lowercase();
    let symbol = SYMBOLS.contains(&unit) && !(gap > 0 && matches!(unit, "K" | "M"));
    let value: f64 = sentence[start..end].replace(',', "").parse().unwrap_or(0.0);
    let counted = COUNTED.contains(&lower.as_str()) && value >= COUNTED_FROM;
    (symbol || WORDS.contains(&lower.as_str()) || counted).then_some(end - start + gap + unit.len())
}

fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_alphabetic() || c == '°'))
        .unwrap_or(text.len());
    // "5 min" is a unit, "5 min2" is a name.
    if text[end..].starts_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        &text[..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Vec<String> {
        let mut prose = Prose::default();
        prose.push_text(text, 0);
        prose
            .uncovered(Reach::Sentence)
            .into_iter()
            .map(|found| found.figure)
            .collect()
    }

    #[test]
    fn figures_are_found() {
        assert_eq!(check("It took 15 ms, or 3 % more."), ["15 ms", "3 %"]);
        assert_eq!(
            check("10x faster, 2.5 times, 40-fold"),
            ["10x", "2.5 times", "40-fold"]
        );
        assert_eq!(
            check("At 1,200/s with 100M users for $15"),
            ["1,200/s", "100M", "15"]
        );
        assert_eq!(check("about 5 million requests"), ["5 million"]);
        assert_eq!(check("over 150 services"), ["150 services"]);
    }

    #[test]
    fn names_dates_and_small_counts_are_exempt() {
        let exempt = "On 2026-11-25 p99 of HTTP/2 in v1.36 on S3, section 4, with 3 replicas of the 1990s and \
                      N = 3; ISO-8601 and Raft 2014.";
        assert_eq!(check(exempt), Vec::<String>::new());
    }

    #[test]
    fn a_citation_covers_its_own_sentence_only() {
        assert_eq!(check("It took 15 ms.\u{1} Then 20 ms."), ["20 ms"]);
        assert_eq!(check("It took 15 ms \u{1}."), Vec::<String>::new());
    }

    #[test]
    fn the_offset_leads_back_to_the_file() {
        let mut prose = Prose::default();
        prose.push_text("It took ", 100);
        prose.push_mark(OPAQUE);
        prose.push_text("15 ms", 200);
        assert_eq!(prose.uncovered(Reach::Sentence)[0].offset, 200);
    }
}
