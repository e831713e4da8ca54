//! Finds `{= …}`, `{assume: …}`, `{exp: …}` and `[^key]` in Markdown before it is parsed.
//!
//! Each figure mark is replaced by a stand-in of the same length, so that a `|` or a `*` inside it
//! means nothing to Markdown and every byte offset stays true.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// First character of a stand-in; private use, so that no text has a meaning for it.
pub(crate) const MARK: char = '\u{E000}';

/// Longest figure mark, which also bounds the search for its end.
const MARK_BYTES_MAX: usize = 500;
/// Longest key of a source, which also bounds the search for the end of a citation.
const KEY_BYTES_MAX: usize = 64;

/// A figure mark.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    Computed {
        formula: String,
        unit: String,
    },
    Assumed {
        name: String,
        value: f64,
        unit: String,
    },
    Quoted {
        path: String,
    },
}

/// A mark that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) offset: usize,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

/// What a text holds besides Markdown.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The text with stand-ins.
    pub(crate) masked: String,
    /// Marks with their length, by byte offset.
    pub(crate) marks: BTreeMap<usize, (Mark, usize)>,
    /// Assumptions with their offset, those in data fences included.
    pub(crate) assumptions: Vec<(String, f64, String, usize)>,
    /// Citations with their offset.
    pub(crate) citations: Vec<(String, usize)>,
    pub(crate) problems: Vec<Problem>,
}

/// Languages of fences whose text holds Markdown, so that their assumptions count for the page.
pub(crate) const DATA_FENCES: &[&str] = &["step", "phase", "module"];

/// Scans `text`. Code and formulas are left as they are.
pub(crate) fn scan(text: &str) -> Scan {
    let mut scan = Scan {
        masked: String::with_capacity(text.len()),
        ..Scan::default()
    };
    let outline = outline(text, &mut scan.problems);
    for range in &outline.data {
        assumptions_of(&text[range.clone()], range.start, &mut scan);
    }
    let mut at = 0;
    for range in &outline.opaque {
        // What begins inside a mark is part of the mark: the `$` of `{= 3 | $}` opens no formula.
        if range.start < at {
            continue;
        }
        at = mask(text, at, range.start, &mut scan);
        if at <= range.start {
            scan.masked.push_str(&text[range.clone()]);
            at = range.end;
        }
    }
    mask(text, at, text.len(), &mut scan);
    if let Some(closing) = outline.closing {
        // Citations are defined after the text, which must not be swallowed by the open fence.
        scan.masked.push('\n');
        scan.masked.push_str(&closing);
    }
    scan
}

/// Where marks mean nothing.
#[derive(Default)]
struct Outline {
    /// Code and formulas, in order, none inside another.
    opaque: Vec<Range<usize>>,
    /// Fences whose text holds Markdown.
    data: Vec<Range<usize>>,
    /// What closes a fence that the text leaves open.
    closing: Option<String>,
}

fn outline(text: &str, problems: &mut Vec<Problem>) -> Outline {
    let mut outline = Outline::default();
    let mut depth = 0usize;
    for (event, range) in Parser::new_ext(text, crate::markdown::options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                if let CodeBlockKind::Fenced(info) = &kind {
                    let language = info.split_whitespace().next().unwrap_or("");
                    if DATA_FENCES.contains(&language) {
                        outline.data.push(range.clone());
                    }
                    if let Some(closing) = missing_end(&text[range.clone()]) {
                        problems.push(Problem {
                            code: "open-fence",
                            offset: range.start,
                            message: "a code fence is never closed".to_owned(),
                            hint: "close it with a line of as many backticks",
                        });
                        // A list or a quotation ends by itself, and the fence in it.
                        outline.closing =
                            (depth == 0 && text[range.end..].trim().is_empty()).then_some(closing);
                    }
                }
                outline.opaque.push(range);
            }
            Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                outline.opaque.push(range);
            }
            Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::FootnoteDefinition(_)) => {
                depth += 1;
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::FootnoteDefinition) => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    outline
}

/// The line that would close a fence, if its block ends without one.
fn missing_end(block: &str) -> Option<String> {
    let symbol = block.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let fence: String = block.chars().take_while(|c| *c == symbol).collect();
    let last = block.trim_end().rsplit('\n').next().unwrap_or("");
    let last = last.trim_matches([' ', '\t', '>', '\r']);
    let closed = block.trim_end().contains('\n')
        && last.len() >= fence.len()
        && last.chars().all(|c| c == symbol);
    (!closed).then_some(fence)
}

fn assumptions_of(text: &str, offset: usize, scan: &mut Scan) {
    for (at, _) in text.match_indices("{assume:") {
        // A mark that cannot be read is reported when the fence's text is read.
        if let Some(length) = mark_length(&text[at..])
            && let Ok(Mark::Assumed { name, value, unit }) =
                read_mark(&text[at + 1..at + length - 1])
        {
            scan.assumptions.push((name, value, unit, offset + at));
        }
    }
}

/// Masks the marks that begin in `text[at..end]` and returns where it ended, which is past `end`
/// if a mark reaches beyond it.
fn mask(text: &str, mut at: usize, end: usize, scan: &mut Scan) -> usize {
    while at < end {
        let rest = &text[at..];
        // Markdown's own way to say that a character means itself.
        let escaped = rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
        if at + 1 < end && escaped.is_some_and(|c| c.is_ascii_punctuation()) {
            scan.masked.push_str(&rest[..2]);
            at += 2;
            continue;
        }
        if is_mark(rest) {
            match mark_length(rest) {
                Some(length) => {
                    mask_mark(&rest[..length], at, scan);
                    at += length;
                    continue;
                }
                None => scan.problems.push(Problem {
                    code: "open-mark",
                    offset: at,
                    message: "a figure mark has no end in its line".to_owned(),
                    hint: "close it with } in the same line",
                }),
            }
        }
        if let Some(key) = citation(rest) {
            scan.citations.push((key.to_owned(), at));
        }
        // The stand-in's own character must not come from the text.
        if rest.starts_with(MARK) {
            scan.masked.push('\u{FFFD}');
            at += MARK.len_utf8();
            continue;
        }
        let here = &rest[..end - at];
        let plain = here
            .char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '{' | '[' | '\\' | &MARK))
            .map_or(here.len(), |(length, _)| length);
        scan.masked.push_str(&rest[..plain]);
        at += plain;
    }
    at
}

fn is_mark(rest: &str) -> bool {
    ["{=", "{assume:", "{exp:"]
        .iter()
        .any(|start| rest.starts_with(start))
}

fn mark_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let window = &bytes[..bytes.len().min(MARK_BYTES_MAX)];
    let end = window.iter().position(|b| matches!(b, b'}' | b'\n'))?;
    (window[end] == b'}').then_some(end + 1)
}

fn mask_mark(text: &str, offset: usize, scan: &mut Scan) {
    match read_mark(&text[1..text.len() - 1]) {
        Ok(mark) => {
            if let Mark::Assumed { name, value, unit } = &mark {
                scan.assumptions
                    .push((name.clone(), *value, unit.clone(), offset));
            }
            scan.marks.insert(offset, (mark, text.len()));
            scan.masked.push(MARK);
            for _ in MARK.len_utf8()..text.len() {
                scan.masked.push('x');
            }
        }
        Err(problem) => {
            scan.problems.push(Problem { offset, ..problem });
            scan.masked.push_str(text);
        }
    }
}

fn citation(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix("[^")?;
    let bytes = inner.as_bytes();
    let window = &bytes[..bytes.len().min(KEY_BYTES_MAX + 1)];
    let end = window.iter().position(|b| *b == b']')?;
    let well_formed = end > 0
        && window[..end]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    well_formed.then(|| &inner[..end])
}

/// Reads what stands between the braces.
fn read_mark(inner: &str) -> Result<Mark, Problem> {
    let problem = |code, message, hint| Problem {
        code,
        offset: 0,
        message,
        hint,
    };
    if let Some(rest) = inner.strip_prefix('=') {
        let (formula, unit) = rest.rsplit_once('|').unwrap_or((rest, ""));
        let formula = formula.trim();
        if formula.is_empty() {
            let hint = "write {= formula | unit}";
            return Err(problem(
                "bad-expression",
                "a computed figure has no formula".into(),
                hint,
            ));
        }
        return Ok(Mark::Computed {
            formula: formula.into(),
            unit: unit.trim().into(),
        });
    }
    if let Some(rest) = inner.strip_prefix("assume:") {
        let hint = "write {assume: name = 200 /s}";
        let bad = || {
            problem(
                "bad-assumption",
                format!("cannot read {{assume:{rest}}}"),
                hint,
            )
        };
        let (name, value) = rest.split_once('=').ok_or_else(bad)?;
        let (name, value) = (name.trim(), value.trim());
        let end = value.find(|c: char| !(c.is_ascii_digit() || "+-.,_eE".contains(c)));
        let (digits, unit) = value.split_at(end.unwrap_or(value.len()));
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let number: f64 = digits.replace([',', '_'], "").parse().map_err(|_| bad())?;
        if !named || !number.is_finite() {
            return Err(bad());
        }
        return Ok(Mark::Assumed {
            name: name.into(),
            value: number,
            unit: unit.trim().into(),
        });
    }
    let path = inner.strip_prefix("exp:").unwrap_or(inner).trim();
    if path.split('.').count() < 2 || path.contains(char::is_whitespace) {
        let hint = "write {exp:experiment.variant.quantity}";
        return Err(problem(
            "bad-quotation",
            format!("cannot read {{exp:{path}}}"),
            hint,
        ));
    }
    Ok(Mark::Quoted { path: path.into() })
}
