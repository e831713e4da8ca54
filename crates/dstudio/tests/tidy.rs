//! What linters do not see: length of files and functions, leftovers, machine paths, form of pages.

use std::path::{Path, PathBuf};

/// Longest Rust file.
const FILE_LINES_MAX: usize = 700;
/// Longest function, from its name to its closing brace.
const FUNCTION_LINES_MAX: usize = 80;

/// Functions that were longer when the rule came; each may shrink, none may join.
const LONG_FUNCTIONS: [(&str, &str); 7] = [
    ("crates/sim/src/figure.rs", "value"),
    ("crates/sim/src/results.rs", "series"),
    ("crates/sim/src/scenario/build.rs", "fault"),
    ("crates/search/src/rank.rs", "rank"),
    ("crates/search/examples/measure.rs", "main"),
    ("crates/search/examples/shared/corpus.rs", "document"),
    ("crates/search/tests/queries.rs", "index"),
];

/// Files that were longer when the rule came.
const LONG_FILES: [&str; 1] = ["crates/sim/src/scenario/schema.rs"];

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the workspace is there")
}

/// Files of the workspace by path, build products and fixtures excepted.
fn files(folder: &str, extensions: &[&str]) -> Vec<(String, String)> {
    fn collect(root: &Path, folder: &Path, extensions: &[&str], found: &mut Vec<(String, String)>) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let skipped = ["target", "node_modules", "fixtures", "corpus", "snapshots"];
            if path.is_dir() {
                if !name.starts_with('.') && !skipped.contains(&name.as_str()) {
                    collect(root, &path, extensions, found);
                }
            } else if extensions.iter().any(|extension| name.ends_with(extension))
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
                found.push((name.into_owned(), text));
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    collect(&root, &root.join(folder), extensions, &mut found);
    found.sort();
    found
}

fn long_file(text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > FILE_LINES_MAX).then(|| format!("{lines} lines; split it by concept"))
}

/// Functions with more lines than allowed: name and length. Relies on the form that rustfmt gives.
fn long_functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words = line
            .trim_start()
            .split(' ')
            .take_while(|word| *word != "fn");
        let qualifiers = words.clone().count();
        let known = words
            .clone()
            .all(|word| word.starts_with("pub") || ["const", "async", "unsafe"].contains(&word));
        let Some(name) = line
            .trim_start()
            .split(' ')
            .nth(qualifiers + 1)
            .filter(|_| known)
        else {
            continue;
        };
        if line.ends_with('}') || line.ends_with(';') {
            continue;
        }
        let closing = format!("{}}}", " ".repeat(indent));
        let end = lines[start..].iter().position(|line| *line == closing);
        let length = end.map_or(0, |end| end + 1);
        if length > FUNCTION_LINES_MAX {
            let name = name.split(['(', '<']).next().unwrap_or(name);
            found.push((name.to_owned(), length));
        }
    }
    found
}

fn leftovers(text: &str) -> Vec<String> {
    // Written so that this file does not hold them.
    let words = [
        "TO\u{44}O",
        "FIX\u{4d}E",
        "to\u{64}o!",
        "unimplemente\u{64}!",
    ];
    let places = ["/wor\u{6b}/", "/roo\u{74}/", "/tm\u{70}/"];
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for word in words.iter().chain(&places) {
            if line.contains(word) {
                found.push(format!("line {}: {word}", index + 1));
            }
        }
    }
    found
}

fn trailing_space(text: &str) -> Vec<String> {
    let ends = |line: &str| line.ends_with([' ', '\t']);
    let lines = text.split('\n').enumerate().filter(|(_, line)| ends(line));
    lines
        .map(|(index, _)| format!("line {}: space at its end", index + 1))
        .collect()
}

/// Titles in the body of a page: its title comes from `name`.
fn titles(text: &str) -> Vec<String> {
    let mut in_fence = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") || line == "+++" {
            in_fence = !in_fence;
        } else if !in_fence && line.starts_with("# ") {
            found.push(format!("line {}: a title in the body", index + 1));
        }
    }
    found
}

/// A crate says first what it is for, in one paragraph.
fn opening(text: &str) -> Option<String> {
    let lines = text.lines().map_while(|line| line.strip_prefix("//! "));
    let paragraph: Vec<&str> = lines.collect();
    let says = paragraph.last().is_some_and(|line| line.ends_with('.'));
    (!says).then(|| "does not open with a sentence in `//!`".to_owned())
}

fn report(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn rust_files_and_functions_are_short() {
    let mut found = Vec::new();
    for (path, text) in files("crates", &[".rs"]) {
        let long = long_file(&text).filter(|_| !LONG_FILES.contains(&path.as_str()));
        found.extend(long.map(|problem| format!("{path}: {problem}")));
        for (name, length) in long_functions(&text) {
            if !LONG_FUNCTIONS.contains(&(path.as_str(), name.as_str())) {
                found.push(format!("{path}: `{name}` has {length} lines"));
            }
        }
    }
    report(found);
}

#[test]
fn nothing_is_left_over() {
    let mut found = Vec::new();
    for folder in ["crates", "content", "scripts"] {
        for (path, text) in files(folder, &[".rs", ".toml", ".md", ".js", ".css", ".sh"]) {
            let mut lines = leftovers(&text);
            // Pages may tell a reader where to put a file.
            lines.retain(|line| folder != "content" || !line.ends_with("/tm\u{70}/"));
            lines.extend(trailing_space(&text));
            found.extend(lines.into_iter().map(|line| format!("{path}, {line}")));
        }
    }
    report(found);
}

#[test]
fn pages_have_no_title_in_their_body() {
    let mut found = Vec::new();
    for (path, text) in files("content", &[".md"]) {
        found.extend(
            titles(&text)
                .into_iter()
                .map(|line| format!("{path}, {line}")),
        );
    }
    report(found);
}

#[test]
fn crates_open_with_a_sentence() {
    let mut found = Vec::new();
    let mut count = 0;
    for (path, text) in files("crates", &["src/lib.rs", "lib.rs", "main.rs"]) {
        if path.ends_with("src/lib.rs") || path.ends_with("src/main.rs") {
            count += 1;
            found.extend(opening(&text).map(|problem| format!("{path} {problem}")));
        }
    }
    assert!(count >= 6, "{count} crates");
    report(found);
}

#[test]
fn each_rule_sees_what_it_forbids() {
    assert!(long_file(&"x\n".repeat(FILE_LINES_MAX + 1)).is_some());
    assert!(long_file(&"x\n".repeat(FILE_LINES_MAX)).is_none());
    let body = "    x();\n".repeat(FUNCTION_LINES_MAX);
    let long =
        format!("pub(crate) fn long<'a>(\n) {{\n{body}}}\nfn short() {{\n}}\nfn one() {{}}\n");
    let names: Vec<String> = long_functions(&long)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["long"]);
    let method = format!("impl A {{\n    fn long(&self) {{\n{body}    }}\n}}\n");
    assert_eq!(long_functions(&method).len(), 1);
    let left = "// TO\u{44}O\nlet path = \"/tm\u{70}/x\";\nfine\nto\u{64}o!()\n";
    assert_eq!(leftovers(left).len(), 3);
    assert_eq!(trailing_space("a \nb\n\t\n").len(), 2);
    assert_eq!(
        titles("+++\n# comment\n+++\n# Title\n```sh\n# comment\n```\n## Fine\n").len(),
        1
    );
    assert!(opening("//! One sentence.\n").is_none());
    assert!(opening("mod a;\n").is_some() && opening("//! No end\n").is_some());
}
