//! What is wrong with a text, where, and what to do about it.

use std::fmt;
use std::ops::Range;

/// One mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// Name of the text.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// The mistake and what to do about it, without its place: for readers of a form, who never saw
    /// the text.
    pub fn advice(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = (self.line, self.column);
        write!(f, "{}:{line}:{column}: {}", self.file, self.advice())
    }
}

/// Most mistakes reported: more are noise of one cause.
const DIAGNOSTICS_MAX: usize = 100;

/// Mistakes found so far, by place in the text.
pub(crate) struct Diagnostics {
    found: Vec<(usize, String, Option<String>)>,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Diagnostics { found: Vec::new() }
    }

    pub(crate) fn add(&mut self, span: &Range<usize>, message: String, hint: Option<String>) {
        let entry = (span.start, message, hint);
        if self.found.len() < DIAGNOSTICS_MAX && !self.found.contains(&entry) {
            self.found.push(entry);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All mistakes in the order of the text.
    pub(crate) fn finish(mut self, file: &str, text: &str) -> Vec<Diagnostic> {
        self.found.sort_by_key(|entry| entry.0);
        let place = |at: usize| {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let before = &text[..at];
            let line_start = before.rfind('\n').map_or(0, |i| i + 1);
            let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
            (line, before[line_start..].chars().count() + 1)
        };
        self.found
            .into_iter()
            .map(|(at, message, hint)| {
                let (line, column) = place(at);
                Diagnostic {
                    file: file.to_string(),
                    line,
                    column,
                    message,
                    hint,
                }
            })
            .collect()
    }
}

/// The candidate nearest to a misspelt word, if near enough to be meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    // Long words are never misspelt names; comparing them would be quadratic.
    if word.len() > 64 {
        return None;
    }
    candidates
        .filter(|c| c.len() <= 64)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(d, candidate)| d <= 1 + candidate.chars().count() / 4)
        .min_by_key(|&(d, _)| d)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance with swaps of neighbours counted once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j - 1] + change)
                .min(rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        let names = ["payments", "checkout", "cart"];
        assert_eq!(nearest("paymnets", names.into_iter()), Some("payments"));
        assert_eq!(nearest("chekout", names.into_iter()), Some("checkout"));
        assert_eq!(nearest("inventory", names.into_iter()), None);
    }

    #[test]
    fn places_count_lines_and_characters() {
        let mut found = Diagnostics::new();
        found.add(&(9..10), "b".into(), None);
        found.add(&(0..1), "a".into(), Some("do".into()));
        let list = found.finish("x.toml", "é = 1\n  y");
        assert_eq!(list[0].to_string(), "x.toml:1:1: a; do");
        assert_eq!((list[1].line, list[1].column), (2, 3));
    }
}
