//! A piece of text around the words found.

use std::ops::Range;

use crate::{
    Fragment,
    words::{Word, term, words},
};

/// Longest passage, in bytes: two lines of a panel, three on a phone.
const PASSAGE_BYTES: usize = 220;
/// Bytes before the first word found that are shown to reach the beginning of its sentence.
const LEAD_BYTES: usize = 80;
/// Bytes of a text that are searched for the best passage; longer sections are a mistake.
const SEARCHED_BYTES_MAX: usize = 40_000;
/// Worth of a word that the passage has already.
const REPEATED_SHARE: f64 = 0.1;

/// A word found: where it stands, and which term it is.
struct Found {
    range: Range<usize>,
    term: usize,
}

/// The passage of `text` with most of the terms, which are sorted, each worth its mass.
pub(crate) fn passage(text: &str, masses: &[(String, f64)]) -> Vec<Fragment> {
    let mut end = text.len().min(SEARCHED_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let all = words(text);
    let found = find(&all, masses);
    let worths: Vec<f64> = masses.iter().map(|(_, mass)| *mass).collect();
    let window = window(text, &all, &found, &worths);
    fragments(text, window, &found)
}

fn find(all: &[Word], masses: &[(String, f64)]) -> Vec<Found> {
    let number = |term: &str| {
        masses
            .binary_search_by(|(other, _)| other.as_str().cmp(term))
            .ok()
    };
    let mut found: Vec<Found> = Vec::new();
    for (at, word) in all.iter().enumerate() {
        if let Some(term) = number(&term(&word.form)) {
            found.push(Found {
                range: word.start..word.end,
                term,
            });
        } else if let Some(next) = all.get(at + 1) {
            // `time-out` for `timeout`.
            let whole = term(&format!("{}{}", word.form, next.form));
            if let Some(term) = number(&whole) {
                found.push(Found {
                    range: word.start..next.end,
                    term,
                });
            }
        }
    }
    found
}

/// The bytes to show.
fn window(text: &str, all: &[Word], found: &[Found], worths: &[f64]) -> Range<usize> {
    let mut best = 0;
    let mut most = 0.0;
    for (at, first) in found.iter().enumerate() {
        let start = first.range.start;
        let mut seen = vec![false; worths.len()];
        let mut worth = 0.0;
        for other in &found[at..] {
            if other.range.end > start + PASSAGE_BYTES - LEAD_BYTES {
                break;
            }
            let repeated = std::mem::replace(&mut seen[other.term], true);
            worth += worths[other.term] * if repeated { REPEATED_SHARE } else { 1.0 };
        }
        if worth > most {
            most = worth;
            best = start;
        }
    }
    let mut start = sentence_start(text, all, best);
    // At the end of a text there is room for what stands before.
    let last = all.last().map_or(0, |word| word.end);
    if last < start + PASSAGE_BYTES {
        let earliest = last.saturating_sub(PASSAGE_BYTES);
        start = all
            .iter()
            .map(|word| word.start)
            .find(|&at| at >= earliest && (at == start || starts_sentence(text, at)))
            .map_or(start, |at| at.min(start));
    }
    let end = all
        .iter()
        .take_while(|word| word.end <= start + PASSAGE_BYTES)
        .last()
        .map_or(start, |word| word.end.max(start));
    // A sentence's full stop belongs to it.
    let rest = &text[end..];
    let stop = rest
        .chars()
        .take_while(|letter| matches!(letter, '.' | '?' | '!' | ')'))
        .count();
    let is_last = rest.chars().all(|letter| !letter.is_alphanumeric());
    start..if is_last {
        end + rest.trim_end().len()
    } else {
        end + stop
    }
}

/// Where the sentence of the byte `at` starts, or a word not too far before it.
fn sentence_start(text: &str, all: &[Word], at: usize) -> usize {
    let mut start = at;
    let before = all.iter().rev().skip_while(|word| word.start > at);
    for word in before.take_while(|word| word.start + LEAD_BYTES >= at) {
        start = word.start;
        if starts_sentence(text, start) {
            break;
        }
    }
    start
}

/// Whether the word at this byte is the first of a sentence.
fn starts_sentence(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end();
    let is_line_start = text[before.len()..at].contains('\n');
    before.is_empty() || is_line_start || before.ends_with(['.', '?', '!', ':'])
}

fn fragments(text: &str, window: Range<usize>, found: &[Found]) -> Vec<Fragment> {
    let mut fragments: Vec<Fragment> = Vec::new();
    let mut push = |text: &str, highlighted: bool| {
        if text.is_empty() {
            return;
        }
        let text: String = text.replace(['\n', '\r', '\t'], " ");
        match fragments.last_mut() {
            Some(last) if last.highlighted == highlighted => last.text.push_str(&text),
            _ => fragments.push(Fragment { text, highlighted }),
        }
    };
    let before = &text[..window.start];
    let starts_inside =
        before.chars().any(char::is_alphanumeric) && !starts_sentence(text, window.start);
    if starts_inside {
        push("… ", false);
    }
    let mut at = window.start;
    for word in found {
        if word.range.start < at || word.range.end > window.end {
            continue;
        }
        let between = &text[at..word.range.start];
        let is_joined = at > window.start && matches!(between, " " | "-");
        push(between, is_joined);
        push(&text[word.range.clone()], true);
        at = word.range.end;
    }
    push(&text[at..window.end], false);
    if text[window.end..].chars().any(char::is_alphanumeric) {
        push(" …", false);
    }
    fragments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, terms: &[&str]) -> String {
        let mut masses: Vec<(String, f64)> =
            terms.iter().map(|term| ((*term).to_owned(), 1.0)).collect();
        masses.sort_by(|one, other| one.0.cmp(&other.0));
        passage(text, &masses)
            .into_iter()
            .map(|piece| {
                if piece.highlighted {
                    format!("[{}]", piece.text)
                } else {
                    piece.text
                }
            })
            .collect()
    }

    #[test]
    fn short_text_is_shown_whole() {
        assert_eq!(show("A breaker opens.", &["breaker"]), "A [breaker] opens.");
        assert_eq!(show("A breaker opens.", &[]), "A breaker opens.");
        assert_eq!(show("", &["breaker"]), "");
    }

    #[test]
    fn neighbours_share_a_mark() {
        assert_eq!(
            show("The circuit breaker opens", &["circuit", "breaker"]),
            "The [circuit breaker] opens"
        );
        assert_eq!(
            show("A time-out ends it", &["timeout"]),
            "A [time-out] ends it"
        );
    }

    #[test]
    fn long_text_is_cut_at_a_sentence() {
        let filler = "Nothing to see in this sentence. ".repeat(20);
        let text = format!("{filler}Then the breaker opens and stays open. {filler}");
        let shown = show(&text, &["breaker"]);
        assert!(shown.starts_with("Then the [breaker] opens"), "{shown}");
        assert!(shown.ends_with(" …"), "{shown}");
    }
}
