//! Finds `{= …}`, `{assume: …}`, `{exp: …}` and `[^key]` in Markdown before it is parsed.
//!
//! Each figure mark is replaced by a stand-in of the same length, so that a `|` or a `*` inside it
//! means nothing to Markdown and every byte offset stays true.

use std::collections::BTreeMap;

/// First character of a stand-in; private use, so that no text has a meaning for it.
pub(crate) const MARK: char = '\u{E000}';

/// Longest figure mark.
const MARK_BYTES_MAX: usize = 500;

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

/// Scans `text`. Code fences and inline code are left as they are.
pub(crate) fn scan(text: &str) -> Scan {
    let mut scan = Scan {
        masked: String::with_capacity(text.len()),
        ..Scan::default()
    };
    let mut fence: Option<Fence> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match &fence {
            Some(open) => {
                if open.closes(line) {
                    fence = None;
                } else if open.holds_data {
                    assumptions_of(line, at, &mut scan);
                }
                scan.masked.push_str(line);
            }
            None => match Fence::opening(line, at) {
                Some(open) => {
                    fence = Some(open);
                    scan.masked.push_str(line);
                }
                None => mask_line(line, at, &mut scan),
            },
        }
        at += line.len();
    }
    if let Some(open) = fence {
        scan.problems.push(Problem {
            code: "open-fence",
            offset: open.offset,
            message: "a code fence is never closed".to_owned(),
            hint: "close it with a line of as many backticks",
        });
        // Citations are defined after the text, which must not be swallowed by the open fence.
        let closing = String::from(open.symbol).repeat(open.length);
        scan.masked.push('\n');
        scan.masked.push_str(&closing);
    }
    scan
}

struct Fence {
    symbol: char,
    length: usize,
    holds_data: bool,
    offset: usize,
}

impl Fence {
    fn opening(line: &str, offset: usize) -> Option<Fence> {
        let trimmed = line.trim_start_matches([' ', '>', '-', '*']);
        let symbol = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = trimmed.chars().take_while(|c| *c == symbol).count();
        let info = trimmed[length..].trim();
        if length < 3 || (symbol == '`' && info.contains('`')) {
            return None;
        }
        let language = info.split_whitespace().next().unwrap_or("");
        Some(Fence {
            symbol,
            length,
            holds_data: DATA_FENCES.contains(&language),
            offset,
        })
    }

    fn closes(&self, line: &str) -> bool {
        let trimmed = line.trim_matches([' ', '>', '\n', '\r']);
        trimmed.len() >= self.length && trimmed.chars().all(|c| c == self.symbol)
    }
}

fn assumptions_of(line: &str, offset: usize, scan: &mut Scan) {
    let mut from = 0;
    while let Some(found) = line[from..].find("{assume:") {
        let start = from + found;
        let Some(end) = line[start..].find('}') else {
            return;
        };
        // A mark that cannot be read is reported when the fence's text is read.
        if let Ok(Mark::Assumed { name, value, unit }) = read_mark(&line[start + 1..start + end]) {
            scan.assumptions.push((name, value, unit, offset + start));
        }
        from = start + end;
    }
}

fn mask_line(line: &str, offset: usize, scan: &mut Scan) {
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        if rest.starts_with('`') {
            let run = rest.bytes().take_while(|b| *b == b'`').count();
            let fence = &rest[..run];
            let end = rest[run..]
                .find(fence)
                .map_or(run, |found| run + found + run);
            scan.masked.push_str(&rest[..end]);
            at += end;
        } else if let Some(length) = mark_length(rest) {
            mask_mark(&rest[..length], offset + at, scan);
            at += length;
        } else {
            if let Some(key) = citation(rest) {
                scan.citations.push((key.to_owned(), offset + at));
            }
            let step = rest.chars().next().map_or(1, char::len_utf8);
            // The stand-in's own character must not come from the text.
            if rest.starts_with(MARK) {
                scan.masked.push('\u{FFFD}');
            } else {
                scan.masked.push_str(&rest[..step]);
            }
            at += step;
        }
    }
}

fn mark_length(rest: &str) -> Option<usize> {
    let known = ["{=", "{assume:", "{exp:"]
        .iter()
        .any(|start| rest.starts_with(start));
    if !known {
        return None;
    }
    let end = rest.find('}')?;
    (end < MARK_BYTES_MAX).then_some(end + 1)
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
    let end = inner.find(']')?;
    let key = &inner[..end];
    let well_formed = !key.is_empty()
        && key.len() <= 64
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    well_formed.then_some(key)
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
