//! Findings about content, each with the place where it stands.

use std::cell::Cell;

use serde::Serialize;

/// Where in the content something stands. Lines and columns count from 1; columns count characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Name of the layer that holds the file (`studio` for the Studio's own content).
    pub layer: String,
    /// Path of the file inside its layer, with `/` between parts.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The content is wrong; `dstudio check` exits 1.
    Error,
    /// Worth a look; changes no exit status.
    Warning,
}

/// One finding: what is wrong, where, and what would put it right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// Where it stands.
    pub place: Place,
    /// How bad it is.
    pub severity: Severity,
    /// Stable name of the rule, for instance `unknown-key`.
    pub code: &'static str,
    /// What is wrong, quoting the value.
    pub message: String,
    /// What would put it right.
    pub hint: Option<String>,
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(
            formatter,
            "{}: {severity}[{}]: {}",
            self.place, self.code, self.message
        )?;
        if let Some(hint) = &self.hint {
            write!(formatter, "\n    hint: {hint}")?;
        }
        Ok(())
    }
}

/// Most findings kept from one load: past this a folder is not content, and the list helps nobody.
pub const DIAGNOSTICS_MAX: usize = 10_000;

/// Collects findings, so that one run reports all of them.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.push(Diagnostic {
            place,
            severity: Severity::Error,
            code,
            message: message.into(),
            hint: hint.into(),
        });
    }

    /// Whether further findings would be dropped, so that nobody need work them out.
    pub(crate) fn is_full(&self) -> bool {
        self.found.len() >= DIAGNOSTICS_MAX
    }

    fn push(&mut self, finding: Diagnostic) {
        if !self.is_full() {
            self.found.push(finding);
        }
    }

    /// The findings in order of layer, file, line and column, each once.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

/// A text file of the content, able to turn a byte offset into a [`Place`].
#[derive(Debug)]
pub(crate) struct FileText<'a> {
    pub(crate) layer: &'a str,
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    line_starts: Vec<usize>,
    /// Byte offset and column of the last place, from which the next one in its line is counted:
    /// a line may be as long as the file.
    last: Cell<(usize, usize)>,
}

impl<'a> FileText<'a> {
    pub(crate) fn new(layer: &'a str, path: &'a str, text: &'a str) -> Self {
        let line_starts = std::iter::once(0)
            .chain(
                text.bytes()
                    .enumerate()
                    .filter(|(_, byte)| *byte == b'\n')
                    .map(|(at, _)| at + 1),
            )
            .collect();
        FileText {
            layer,
            path,
            text,
            line_starts,
            last: Cell::new((0, 1)),
        }
    }

    pub(crate) fn place(&self, offset: usize) -> Place {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1];
        let (known, column) = match self.last.get() {
            (at, column) if (start..=offset).contains(&at) => (at, column),
            _ => (start, 1),
        };
        let column = column + self.text[known..offset].chars().count();
        self.last.set((offset, column));
        Place {
            layer: self.layer.to_owned(),
            file: self.path.to_owned(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

/// The candidate nearest to `word`, when it is near enough to be a slip of the fingers.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let near_in_length =
        |candidate: &&str| candidate.len().abs_diff(word.len()) <= allowed * char::MAX.len_utf8();
    candidates
        .into_iter()
        .filter(near_in_length)
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, candidate)| (*distance, candidate.len()))
        .map(|(_, candidate)| candidate)
}

/// Longest word that is compared: longer ones are not slips of the fingers.
const EDIT_DISTANCE_CHARACTERS_MAX: usize = 64;

fn edit_distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(EDIT_DISTANCE_CHARACTERS_MAX).collect();
    let right: Vec<char> = right.chars().take(EDIT_DISTANCE_CHARACTERS_MAX).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substitution = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let file = FileText::new("studio", "a.md", "é–x\nsecond");
        assert_eq!((file.place(5).line, file.place(5).column), (1, 3));
        assert_eq!((file.place(7).line, file.place(7).column), (2, 1));
        assert_eq!((file.place(9).line, file.place(9).column), (2, 3));
        assert_eq!((file.place(2).line, file.place(2).column), (1, 2));
    }

    #[test]
    fn the_nearest_word_is_a_slip_not_another_word() {
        assert_eq!(
            nearest("paymnets", ["orders", "payments"]),
            Some("payments")
        );
        assert_eq!(nearest("tier", ["zebra"]), None);
    }
}
