use std::collections::BTreeSet;

use crate::Error;

/// Largest source in bytes; a diagram beyond it cannot be read anyway.
const BYTES_MAX: usize = 16 * 1024;
/// Largest number of lines.
const LINES_MAX: usize = 400;
/// Deepest nesting of subgraphs, fragments or composite states; bounds the parser's recursion.
pub(super) const DEPTH_MAX: usize = 8;
/// Longest quotation of a line in an error, in characters.
const QUOTE_CHARACTERS_MAX: usize = 80;
/// Names of the classes that set a node apart.
pub(super) const EMPHASES: [&str; 3] = ["accent", "muted", "note"];

const FRAGMENTS: [&str; 6] = ["loop", "alt", "opt", "par", "critical", "break"];
const ARROWS: [&str; 8] = ["-->>", "--x", "--)", "-->", "->>", "-x", "-)", "->"];
const DIRECTIONS: [&str; 5] = ["TB", "TD", "BT", "LR", "RL"];

/// Which notation a source is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flowchart,
    Sequence,
    State,
}

/// A source whose every line was understood.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) kind: Kind,
    /// The text with comments and indentation removed; line numbers are unchanged.
    pub(super) text: String,
    /// States set apart: their name and one of [`EMPHASES`].
    pub(super) emphasized: Vec<(String, String)>,
}

impl Source {
    pub(super) fn check(text: &str) -> Result<Source, Error> {
        limit("bytes of a diagram source", text.len(), BYTES_MAX)?;
        limit("lines of a diagram source", text.lines().count(), LINES_MAX)?;
        let lines: Vec<&str> = text.lines().map(clean).collect();
        let Some(first) = lines.iter().position(|line| !line.is_empty()) else {
            return Err(Error::Empty("the source of a diagram"));
        };
        let kind = kind(lines[first], first + 1)?;
        let statements = || {
            lines
                .iter()
                .enumerate()
                .skip(first + 1)
                .filter(|(_, line)| !line.is_empty())
                .map(|(index, text)| Line {
                    number: index + 1,
                    text,
                })
        };
        for line in statements() {
            line.check_characters()?;
        }
        match kind {
            Kind::Flowchart => check_flowchart(statements())?,
            Kind::Sequence => check_sequence(statements())?,
            Kind::State => {
                check_state(statements())?;
                return Ok(plain_states(&lines));
            }
        }
        Ok(Source {
            kind,
            text: lines.join("\n"),
            emphasized: Vec::new(),
        })
    }

    /// The error for the text at a byte offset of [`Source::text`].
    pub(super) fn error_at(&self, offset: usize, problem: &str) -> Error {
        let mut start = 0;
        let mut found = Line {
            number: 1,
            text: "",
        };
        for (index, text) in self.text.split('\n').enumerate() {
            if !text.is_empty() && start <= offset {
                found = Line {
                    number: index + 1,
                    text,
                };
            }
            start += text.len() + 1;
        }
        found.error(problem)
    }
}

pub(super) fn limit(what: &'static str, actual: usize, limit: usize) -> Result<(), Error> {
    if actual > limit {
        Err(Error::TooLarge {
            what,
            actual,
            limit,
        })
    } else {
        Ok(())
    }
}

/// A line without comment, indentation and final semicolon.
fn clean(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with("%%") {
        ""
    } else {
        line.trim_end_matches(';').trim_end()
    }
}

fn kind(line: &str, number: usize) -> Result<Kind, Error> {
    let mut words = line.split_whitespace();
    let word = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    let line = Line { number, text: line };
    match word {
        "flowchart" | "graph" => match rest[..] {
            [direction] if DIRECTIONS.contains(&direction) => Ok(Kind::Flowchart),
            _ => Err(line.error("expected one direction, TB, BT, LR or RL, after the kind")),
        },
        "sequenceDiagram" | "stateDiagram-v2" | "stateDiagram" if !rest.is_empty() => {
            Err(line.error("expected nothing after the kind"))
        }
        "sequenceDiagram" => Ok(Kind::Sequence),
        "stateDiagram-v2" | "stateDiagram" => Ok(Kind::State),
        _ => Err(Error::DiagramKind {
            line: number,
            kind: shorten(word),
        }),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(QUOTE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// One statement with its place.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn error(&self, problem: impl Into<String>) -> Error {
        Error::DiagramLine {
            line: self.number,
            problem: problem.into(),
            text: shorten(self.text),
        }
    }

    fn check_characters(&self) -> Result<(), Error> {
        if self.text.chars().any(char::is_control) {
            return Err(self.error("control character"));
        }
        Ok(())
    }

    /// What follows `word`, when the line begins with it as a whole word.
    fn after(&self, word: &str) -> Option<&'a str> {
        let rest = self.text.strip_prefix(word)?;
        if rest.is_empty() || rest.starts_with([' ', '\t']) {
            Some(rest.trim())
        } else {
            None
        }
    }

    fn check_depth(&self, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_MAX {
            return Err(self.error(format!("nested deeper than {DEPTH_MAX} levels")));
        }
        Ok(())
    }

    fn check_emphasis(&self, name: &str) -> Result<(), Error> {
        if EMPHASES.contains(&name) {
            return Ok(());
        }
        let known = EMPHASES.join(", ");
        Err(self.error(format!(
            "unknown class `{}`; known classes: {known}",
            shorten(name)
        )))
    }

    /// Refuses fixed colours and checks every `:::name` and `class … name`.
    fn check_styling(&self) -> Result<(), Error> {
        for word in ["style", "classDef", "linkStyle", "click"] {
            if self.after(word).is_some() {
                return Err(self.error(format!("`{word}` is not supported; use `:::accent`")));
            }
        }
        if let Some(rest) = self.after("class") {
            let name = rest.split_whitespace().last().unwrap_or_default();
            return self.check_emphasis(name);
        }
        for part in self.text.split(":::").skip(1) {
            let end = part
                .find(|c: char| !is_identifier_part(c))
                .unwrap_or(part.len());
            self.check_emphasis(&part[..end])?;
        }
        Ok(())
    }
}

fn is_identifier_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Splits an identifier off the front.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !is_identifier_part(c))
        .unwrap_or(text.len());
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts.then(|| (&text[..end], text[end..].trim_start()))
}

fn whole_identifier(text: &str) -> Option<&str> {
    identifier(text)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(name, _)| name)
}

/// Nested blocks that are still open.
#[derive(Default)]
struct Blocks<'a> {
    open: Vec<Line<'a>>,
}

impl<'a> Blocks<'a> {
    fn open(&mut self, line: Line<'a>) -> Result<(), Error> {
        self.open.push(line);
        line.check_depth(self.open.len())
    }

    fn close(&mut self, line: Line<'a>) -> Result<(), Error> {
        match self.open.pop() {
            Some(_) => Ok(()),
            None => Err(line.error("nothing is open that could end here")),
        }
    }

    fn finish(&self) -> Result<(), Error> {
        match self.open.last() {
            Some(line) => Err(line.error("this block is never closed")),
            None => Ok(()),
        }
    }
}

/// The engine's own parser checks flowcharts statement by statement; only what it passes over in
/// silence is checked here.
fn check_flowchart<'a>(lines: impl Iterator<Item = Line<'a>>) -> Result<(), Error> {
    let mut blocks = Blocks::default();
    for line in lines {
        line.check_styling()?;
        if let Some(name) = line.after("subgraph") {
            if name.is_empty() {
                return Err(line.error("a subgraph needs a name"));
            }
            blocks.open(line)?;
        } else if line.text == "end" {
            blocks.close(line)?;
        }
    }
    blocks.finish()
}

fn check_sequence<'a>(lines: impl Iterator<Item = Line<'a>> + Clone) -> Result<(), Error> {
    let mut blocks = Blocks::default();
    let mut known = BTreeSet::new();
    for line in lines.clone() {
        if let Some(message) = message(line.text) {
            known.extend([message.0, message.1]);
        }
        if let Some(name) = participant(&line) {
            known.insert(name);
        }
    }
    if known.is_empty() {
        return Err(Error::Empty(
            "the list of participants of a sequence diagram",
        ));
    }
    for line in lines {
        check_sequence_line(line, &known, &mut blocks)?;
    }
    blocks.finish()
}

fn participant<'a>(line: &Line<'a>) -> Option<&'a str> {
    let rest = line.after("participant").or_else(|| line.after("actor"))?;
    let (name, rest) = identifier(rest)?;
    let label = rest.strip_prefix("as ").map(str::trim);
    (rest.is_empty() || label.is_some_and(|label| !label.is_empty())).then_some(name)
}

fn check_sequence_line<'a>(
    line: Line<'a>,
    known: &BTreeSet<&str>,
    blocks: &mut Blocks<'a>,
) -> Result<(), Error> {
    let check_known = |name: Option<&str>| match name {
        Some(name) if known.contains(name) => Ok(()),
        Some(name) => Err(line.error(format!("unknown participant `{}`", shorten(name)))),
        None => Err(line.error("expected the name of a participant")),
    };
    if FRAGMENTS.iter().any(|word| line.after(word).is_some()) {
        return blocks.open(line);
    }
    for (divider, fragment) in [("else", "alt"), ("and", "par"), ("option", "critical")] {
        if line.after(divider).is_some() {
            let inside = blocks
                .open
                .last()
                .is_some_and(|open| open.after(fragment).is_some());
            let problem = format!("`{divider}` belongs directly inside `{fragment}`");
            return if inside {
                Ok(())
            } else {
                Err(line.error(problem))
            };
        }
    }
    if line.text == "end" {
        return blocks.close(line);
    }
    if let Some(rest) = line.after("activate").or_else(|| line.after("deactivate")) {
        return check_known(whole_identifier(rest));
    }
    if let Some(rest) = line.after("note").or_else(|| line.after("Note")) {
        let problem = "expected `note over A,B: text`, `note left of A: text` or \
                       `note right of A: text`";
        let names = note(rest).ok_or_else(|| line.error(problem))?;
        return names
            .into_iter()
            .try_for_each(|name| check_known(whole_identifier(name)));
    }
    if line.after("participant").is_some() || line.after("actor").is_some() {
        let problem = "expected `participant Name` or `participant Name as Label`";
        return participant(&line)
            .map(|_| ())
            .ok_or_else(|| line.error(problem));
    }
    if let Some(rest) = line.after("autonumber") {
        let legal =
            rest.is_empty() || (rest.len() <= 3 && rest.bytes().all(|b| b.is_ascii_digit()));
        return if legal {
            Ok(())
        } else {
            Err(line.error("expected a number below 1000"))
        };
    }
    if line.after("title").is_some_and(|rest| !rest.is_empty()) {
        return Ok(());
    }
    match message(line.text) {
        Some(_) => Ok(()),
        None => Err(line.error("expected a message such as `A->>B: text`, or a known keyword")),
    }
}

/// Sender and receiver of a message line.
fn message(text: &str) -> Option<(&str, &str)> {
    let (from, rest) = identifier(text)?;
    let arrow = ARROWS.iter().find(|arrow| rest.starts_with(**arrow))?;
    let rest = rest[arrow.len()..].trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest).trim_start();
    let (to, rest) = identifier(rest)?;
    (rest.is_empty() || rest.starts_with(':')).then_some((from, to))
}

/// The participants that a note stands at, when the line is complete.
fn note(rest: &str) -> Option<Vec<&str>> {
    let (place, text) = rest.split_once(':')?;
    if text.trim().is_empty() {
        return None;
    }
    if let Some(names) = place.strip_prefix("over ") {
        return Some(names.split(',').map(str::trim).collect());
    }
    let name = place
        .strip_prefix("left of ")
        .or_else(|| place.strip_prefix("right of "))?;
    Some(vec![name.trim()])
}

fn check_state<'a>(lines: impl Iterator<Item = Line<'a>>) -> Result<(), Error> {
    let mut blocks = Blocks::default();
    let mut note: Option<Line<'a>> = None;
    for line in lines {
        if note.is_some() {
            if line.text == "end note" {
                note = None;
            } else if line.text.starts_with("end note") {
                return Err(line.error("expected nothing after `end note`"));
            }
            continue;
        }
        line.check_styling()?;
        if let Some(rest) = line.after("note") {
            check_state_note(line, rest)?;
            if !rest.contains(':') {
                note = Some(line);
            }
        } else {
            check_state_line(line, &mut blocks)?;
        }
    }
    if let Some(line) = note {
        return Err(line.error("this note is never closed by `end note`"));
    }
    blocks.finish()
}

fn check_state_note(line: Line<'_>, rest: &str) -> Result<(), Error> {
    let (place, text) = rest.split_once(':').unwrap_or((rest, "…"));
    let place = place.trim();
    let name = place
        .strip_prefix("left of ")
        .or_else(|| place.strip_prefix("right of "));
    match name.and_then(|name| whole_identifier(name.trim())) {
        Some(_) if !text.trim().is_empty() => Ok(()),
        _ => Err(line.error("expected `note left of State: text` or `note right of State: text`")),
    }
}

fn check_state_line<'a>(line: Line<'a>, blocks: &mut Blocks<'a>) -> Result<(), Error> {
    if let Some(rest) = line.after("direction") {
        let legal = DIRECTIONS.contains(&rest);
        return if legal {
            Ok(())
        } else {
            Err(line.error("expected TB, BT, LR or RL"))
        };
    }
    if line.text == "--" {
        let inside = !blocks.open.is_empty();
        let problem = "`--` belongs inside a composite state";
        return if inside {
            Ok(())
        } else {
            Err(line.error(problem))
        };
    }
    if line.text == "}" {
        return blocks.close(line);
    }
    if let Some(rest) = line.after("state") {
        let body = rest.strip_suffix('{');
        if !is_state_declaration(body.unwrap_or(rest).trim()) {
            return Err(
                line.error("expected `state Name`, `state \"Text\" as Name` or `state Name {`")
            );
        }
        return if body.is_some() {
            blocks.open(line)
        } else {
            Ok(())
        };
    }
    if line.after("class").is_some() || is_transition(line.text) || is_labelled_state(line.text) {
        return Ok(());
    }
    Err(line.error("expected a transition such as `A --> B: text`, or a known keyword"))
}

fn is_state_declaration(text: &str) -> bool {
    if let Some(quoted) = text.strip_prefix('"') {
        let split = quoted
            .split_once('"')
            .filter(|(label, _)| !label.trim().is_empty());
        let name = split.and_then(|(_, rest)| rest.trim().strip_prefix("as "));
        return name.is_some_and(|name| whole_identifier(name.trim()).is_some());
    }
    match identifier(text) {
        Some((_, rest)) => {
            ["", "<<fork>>", "<<join>>", "<<choice>>", "<<history>>"].contains(&rest)
        }
        None => false,
    }
}

/// Rewrites the forms of a state's declaration that the engine passes over in silence.
fn plain_states(lines: &[&str]) -> Source {
    let mut emphasized = Vec::new();
    let mut plain = Vec::new();
    let mut inside_note = false;
    for line in lines {
        let statement = Line {
            number: 0,
            text: line,
        };
        if inside_note || statement.after("note").is_some() {
            inside_note = *line != "end note" && (inside_note || !line.contains(':'));
            plain.push((*line).to_owned());
        } else if let Some(rest) = statement.after("class") {
            let (names, class) = rest.rsplit_once(char::is_whitespace).unwrap_or((rest, ""));
            let pair = |name: &str| (name.trim().to_owned(), class.to_owned());
            emphasized.extend(names.split(',').map(pair));
            plain.push(String::new());
        } else {
            plain.push(plain_state(line));
        }
    }
    Source {
        kind: Kind::State,
        text: plain.join("\n"),
        emphasized,
    }
}

fn plain_state(line: &str) -> String {
    let declaration = Line {
        number: 0,
        text: line,
    }
    .after("state")
    .unwrap_or(line);
    if let Some(name) = whole_identifier(declaration) {
        return format!("{name} : {name}");
    }
    let quoted = declaration
        .strip_prefix('"')
        .and_then(|rest| rest.split_once('"'));
    if let Some((label, rest)) = quoted
        && let Some(name) = rest.trim().strip_prefix("as ")
        && let Some(name) = whole_identifier(name.trim())
    {
        return format!("{name} : {label}");
    }
    line.to_owned()
}

/// Splits a state's name, `[*]` included, off the front.
fn state_name(text: &str) -> Option<&str> {
    match text.strip_prefix("[*]") {
        Some(rest) => Some(rest.trim_start()),
        None => identifier(text).map(|(_, rest)| rest),
    }
}

fn is_transition(text: &str) -> bool {
    let rest = state_name(text).and_then(|rest| rest.strip_prefix("-->"));
    let rest = rest.and_then(|rest| state_name(rest.trim_start()));
    rest.is_some_and(|rest| rest.is_empty() || is_label(rest))
}

fn is_labelled_state(text: &str) -> bool {
    identifier(text).is_some_and(|(_, rest)| rest.is_empty() || is_label(rest))
}

fn is_label(rest: &str) -> bool {
    let label = rest.strip_prefix(':');
    label.is_some_and(|label| !label.starts_with(':') && !label.trim().is_empty())
}
