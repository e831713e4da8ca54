//! A tool's answer as parts, written for a terminal or as Markdown.

use crate::output;

/// One part of a report.
pub(crate) enum Part {
    /// A title over what follows.
    Title(String),
    /// Sentences.
    Text(String),
    /// Lines with a dash.
    List(Vec<String>),
    /// Numbered lines, each with a remark that may be empty.
    Numbered(Vec<(String, String)>),
    /// A command, whose lines stay as they are.
    Code(String),
    /// Rows under heads; heads may be empty. The last column takes what is left of the line.
    Table(Vec<String>, Vec<Vec<String>>),
}

/// The report as wrapped text, marked where a person reads.
pub(crate) fn text(parts: &[Part]) -> String {
    let width = output::width().min(80);
    let (bold, reset) = if output::styled() {
        ("\x1b[1m", "\x1b[0m")
    } else {
        ("", "")
    };
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Title(title) => {
                let mut lines = String::new();
                wrap(title, "", "", width, &mut lines);
                out.push_str(&format!("\n{bold}{}{reset}\n", lines.trim_end()));
            }
            Part::Text(text) => wrap(text, "", "", width, &mut out),
            Part::List(lines) => {
                for line in lines {
                    wrap(line, "  - ", "    ", width, &mut out);
                }
            }
            Part::Numbered(lines) => {
                for (at, (line, remark)) in lines.iter().enumerate() {
                    let mark = format!("{:>3}. ", at + 1);
                    wrap(line, &mark, "     ", width, &mut out);
                    if !remark.is_empty() {
                        wrap(remark, "     ", "     ", width, &mut out);
                    }
                }
            }
            Part::Code(code) => {
                for line in code.lines() {
                    out.push_str(&format!("    {}\n", plain(line).trim_end()));
                }
            }
            Part::Table(heads, rows) => table(heads, rows, width, &mut out),
        }
    }
    out
}

/// The report as Markdown.
pub(crate) fn markdown(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Title(title) => out.push_str(&format!("\n## {}\n\n", escaped(title))),
            Part::Text(text) => out.push_str(&format!("{}\n\n", escaped(text))),
            Part::List(lines) => {
                for line in lines {
                    out.push_str(&format!("- {}\n", escaped(line)));
                }
                out.push('\n');
            }
            Part::Numbered(lines) => {
                for (at, (line, remark)) in lines.iter().enumerate() {
                    let dash = if remark.is_empty() { "" } else { " — " };
                    out.push_str(&format!(
                        "{}. {}{dash}{}\n",
                        at + 1,
                        escaped(line),
                        escaped(remark)
                    ));
                }
                out.push('\n');
            }
            Part::Code(code) => {
                // A fence longer than any inside of it.
                out.push_str(&format!("`````\n{}\n`````\n\n", code.trim_end()));
            }
            Part::Table(heads, rows) => {
                let columns = rows.first().map_or(heads.len(), Vec::len);
                let line = |cells: &[String]| {
                    let cells: Vec<String> = cells
                        .iter()
                        .map(|cell| escaped(cell).replace('|', "\\|"))
                        .collect();
                    format!("| {} |\n", cells.join(" | "))
                };
                let blank = vec![String::new(); columns];
                out.push_str(&line(if heads.is_empty() { &blank } else { heads }));
                out.push_str(&format!("|{}\n", "---|".repeat(columns)));
                out.extend(rows.iter().map(|row| line(row)));
                out.push('\n');
            }
        }
    }
    out.trim_start().to_owned()
}

/// Characters that Markdown would read as marks.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '_' | '`' | '<' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text without control characters, and with spaces that a terminal breaks at.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || c == '\u{a0}' {
                ' '
            } else {
                c
            }
        })
        .collect()
}

fn wrap(text: &str, first: &str, rest: &str, width: usize, out: &mut String) {
    let mut line = first.to_owned();
    let mut empty = true;
    // A figure stays with its unit.
    for word in text.split(|c: char| c.is_whitespace() && c != '\u{a0}') {
        let word = plain(word);
        if word.is_empty() {
            continue;
        }
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            out.push_str(line.trim_end());
            out.push('\n');
            rest.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Widest column but the last: past this it wraps no better than a sentence.
const COLUMN_CHARACTERS_MAX: usize = 34;

fn table(heads: &[String], rows: &[Vec<String>], width: usize, out: &mut String) {
    let columns = rows.first().map_or(heads.len(), Vec::len);
    let longest = |at: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(at))
            .chain(heads.get(at));
        let length = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        length.min(COLUMN_CHARACTERS_MAX)
    };
    let widths: Vec<usize> = (0..columns).map(longest).collect();
    let lines = (!heads.is_empty())
        .then_some(heads)
        .into_iter()
        .chain(rows.iter().map(Vec::as_slice));
    for row in lines {
        let mut line = String::from("  ");
        let indent = 2 + widths
            .iter()
            .take(columns.saturating_sub(1))
            .map(|width| width + 2)
            .sum::<usize>();
        for (cell, width) in row.iter().zip(&widths).take(columns.saturating_sub(1)) {
            let cell = plain(cell);
            let length = cell.chars().count();
            if length > *width {
                // A long first cell has a line of its own.
                wrap(&cell, "  ", "  ", 80, out);
                line.push_str(&" ".repeat(width + 2));
            } else {
                line.push_str(&cell);
                line.push_str(&" ".repeat(width - length + 2));
            }
        }
        let last = row.last().map_or("", String::as_str);
        wrap(last, &line, &" ".repeat(indent), width, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        let words = "word ".repeat(60);
        let parts = [
            Part::Title("Title".to_owned()),
            Part::Text(words.clone()),
            Part::List(vec![words.clone()]),
            Part::Numbered(vec![(words.clone(), words.clone())]),
            Part::Table(
                vec!["a".to_owned(), "b".to_owned()],
                vec![vec!["long ".repeat(12), words]],
            ),
        ];
        assert!(text(&parts).lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn markdown_is_escaped() {
        let parts = [Part::Table(
            Vec::new(),
            vec![vec!["a|b".to_owned(), "<i>".to_owned()]],
        )];
        assert_eq!(
            markdown(&parts),
            "|  |  |\n|---|---|\n| a\\|b | \\<i> |\n\n"
        );
    }
}
