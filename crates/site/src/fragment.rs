//! Parts of a page that cost time to make: highlighted code, formulas, diagrams.
//!
//! Each is a pure function of its source, so results are kept by hash and survive an edit of the
//! page around them.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::SyntaxSet;
use syntect::util::LinesWithEndings;

/// Raised when the way a fragment is made changes, so that kept ones are made anew.
const VERSION: u32 = 4;
/// Most bytes kept; past this nothing new is kept until the program starts again.
const KEPT_BYTES_MAX: usize = 64 << 20;
/// Longest line that is highlighted: syntax patterns can take long on generated one-liners.
const LINE_BYTES_MAX: usize = 2_000;

type Key = [u8; 16];

/// Finished fragments by hash of what they are made from.
#[derive(Debug, Default)]
pub struct Fragments {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_key: BTreeMap<Key, String>,
    bytes: usize,
}

/// A fragment that cannot be made, with the reason for the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentError(pub String);

impl Fragments {
    fn kept_or(
        &self,
        kind: &str,
        parts: &[&str],
        make: impl FnOnce() -> Result<String, FragmentError>,
    ) -> Result<String, FragmentError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_le_bytes());
        for part in std::iter::once(&kind).chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut key = Key::default();
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        if let Some(found) = self.lock().by_key.get(&key) {
            return Ok(found.clone());
        }
        let made = make()?;
        let mut kept = self.lock();
        if kept.bytes + made.len() <= KEPT_BYTES_MAX {
            kept.bytes += made.len();
            kept.by_key.insert(key, made.clone());
        }
        Ok(made)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // A panic elsewhere leaves whole entries behind, never half of one.
        self.kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Code with a `<span class>` around each token; the text alone if the language is unknown.
    pub fn code(&self, language: &str, text: &str) -> String {
        let made = self.kept_or("code", &[language, text], || Ok(highlight(language, text)));
        made.unwrap_or_default()
    }

    /// A formula as MathML.
    pub fn math(&self, latex: &str, display: MathDisplay) -> Result<String, FragmentError> {
        let kind = if display == MathDisplay::Block {
            "math-block"
        } else {
            "math"
        };
        self.kept_or(kind, &[latex], || mathml(latex, display))
    }

    /// A diagram as SVG.
    pub fn diagram(
        &self,
        source: &str,
        title: &str,
        alternative: &str,
        id_prefix: &str,
    ) -> Result<String, FragmentError> {
        self.kept_or("diagram", &[source, title, alternative, id_prefix], || {
            let draw = || figures::diagram::render(source, title, alternative, id_prefix);
            // The layout engine asserts what it expects of a graph. What it does not expect is
            // refused before where it is known; a picture must never take the server down.
            match std::panic::catch_unwind(draw) {
                Ok(Ok(svg)) => Ok(svg.markup().to_owned()),
                Ok(Err(error)) => Err(FragmentError(error.to_string())),
                Err(_) => Err(FragmentError("the layout engine cannot draw it".to_owned())),
            }
        })
    }

    /// Everything kept, for a later run.
    pub fn to_bytes(&self) -> Vec<u8> {
        let kept = self.lock();
        let mut bytes = Vec::with_capacity(kept.bytes + kept.by_key.len() * 24 + 4);
        bytes.extend(VERSION.to_le_bytes());
        for (key, value) in &kept.by_key {
            bytes.extend(key);
            bytes.extend((value.len() as u32).to_le_bytes());
            bytes.extend(value.as_bytes());
        }
        bytes
    }

    /// What an earlier run kept; empty if the bytes are of another version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Fragments {
        let fragments = Fragments::default();
        if let Some(kept) = read_kept(bytes) {
            *fragments.lock() = kept;
        }
        fragments
    }
}

fn read_kept(bytes: &[u8]) -> Option<Kept> {
    let (version, mut rest) = bytes.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*version) != VERSION {
        return None;
    }
    let mut kept = Kept::default();
    while !rest.is_empty() {
        let (key, after) = rest.split_first_chunk::<16>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let value = std::str::from_utf8(after.get(..length)?).ok()?;
        kept.bytes += length;
        if kept.bytes > KEPT_BYTES_MAX {
            return None;
        }
        kept.by_key.insert(*key, value.to_owned());
        rest = &after[length..];
    }
    Some(kept)
}

fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(two_face::syntax::extra_newlines)
}

fn highlight(language: &str, text: &str) -> String {
    let plain = || maud::PreEscaped(maud::html! { (text) }.into_string()).0;
    let name = match language {
        "" | "text" | "txt" => return plain(),
        // Names that people write and the syntax set spells otherwise.
        "promql" => return plain(),
        "shell" | "console" => "sh",
        other => other,
    };
    let syntaxes = syntaxes();
    let Some(syntax) = syntaxes.find_syntax_by_token(name) else {
        return plain();
    };
    if text.lines().any(|line| line.len() > LINE_BYTES_MAX) {
        return plain();
    }
    let style = ClassStyle::SpacedPrefixed { prefix: "c-" };
    let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, syntaxes, style);
    let ended = format!("{text}\n");
    for line in LinesWithEndings::from(&ended) {
        if generator
            .parse_html_for_line_which_includes_newline(line)
            .is_err()
        {
            return plain();
        }
    }
    compact(&generator.finalize())
}

/// Keeps one short class for each token: the full scope names are most of the bytes of a page.
fn compact(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut open: Vec<bool> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else {
            break;
        };
        let tag = &rest[at..=at + end];
        rest = &rest[at + end + 1..];
        if tag == "</span>" {
            if open.pop() == Some(true) {
                out.push_str(tag);
            }
        } else {
            let class = token_class(tag);
            open.push(class.is_some());
            if let Some(class) = class {
                out.push_str("<span class=");
                out.push_str(class);
                out.push('>');
            }
        }
    }
    out.push_str(rest);
    out.trim_end_matches('\n').to_owned()
}

fn token_class(tag: &str) -> Option<&'static str> {
    let has = |scope: &str| {
        tag.split(['"', ' '])
            .any(|class| class.strip_prefix("c-") == Some(scope))
    };
    if has("comment") {
        Some("cc")
    } else if has("string") {
        Some("cs")
    } else if has("constant") {
        Some("cn")
    } else if has("keyword") || has("storage") {
        Some("ck")
    } else if has("entity") && (has("tag") || has("attribute-name") || has("name")) {
        Some("ce")
    } else if has("support") {
        Some("cf")
    } else if has("variable") && has("parameter") {
        Some("cv")
    } else {
        None
    }
}

/// Whether a formula stands in a line or on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathDisplay {
    /// In a line of text.
    Inline,
    /// On its own.
    Block,
}

/// Longest formula.
const MATH_BYTES_MAX: usize = 2_000;

fn mathml(latex: &str, display: MathDisplay) -> Result<String, FragmentError> {
    use pulldown_latex::config::{DisplayMode, RenderConfig};
    use pulldown_latex::event::{Content, Event};
    use pulldown_latex::{Parser, Storage, push_mathml};
    if latex.len() > MATH_BYTES_MAX {
        return Err(FragmentError(format!(
            "a formula is longer than {MATH_BYTES_MAX} bytes"
        )));
    }
    refuse_deep(latex)?;
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(latex, &storage) {
        match event {
            // The writer below escapes text, but not the names of functions.
            Ok(Event::Content(Content::Function(name))) if name.contains(['<', '>', '&']) => {
                let message = format!("`{name}` cannot be the name of a function in a formula");
                return Err(FragmentError(message));
            }
            Ok(event) => events.push(Ok::<_, std::convert::Infallible>(event)),
            Err(error) => {
                // What follows draws the place over several lines.
                let message = error.to_string();
                let message = message.split('╭').next().unwrap_or("").trim();
                return Err(FragmentError(format!("cannot read the formula: {message}")));
            }
        }
    }
    let display_mode = match display {
        MathDisplay::Inline => DisplayMode::Inline,
        MathDisplay::Block => DisplayMode::Block,
    };
    let config = RenderConfig {
        display_mode,
        annotation: None,
        ..RenderConfig::default()
    };
    let mut html = String::new();
    push_mathml(&mut html, events.into_iter(), config)
        .map_err(|error| FragmentError(format!("cannot write the formula: {error}")))?;
    // The writer leaves no space between the attributes of a stretched bracket.
    well_formed(
        &html
            .replace("\"minsize", "\" minsize")
            .replace("\"maxsize", "\" maxsize"),
    )
}

/// Most commands in a row: the parser calls itself for the argument of each, as in
/// `\frac\frac\frac`, and its stack must hold.
const COMMANDS_IN_A_ROW_MAX: usize = 40;

/// Refuses what would make the parser call itself without bound.
fn refuse_deep(latex: &str) -> Result<(), FragmentError> {
    let mut in_a_row = 0;
    let mut rest = latex;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        if first == '\\' {
            let name = &rest[1..];
            let letters = name
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(name.len());
            let name = &name[..letters];
            // Definitions expand into each other.
            if matches!(name, "def" | "gdef" | "edef" | "xdef" | "let" | "futurelet")
                || name.ends_with("newcommand")
                || name == "providecommand"
            {
                let message = format!("a formula cannot define commands (`\\{name}`)");
                return Err(FragmentError(message));
            }
            length += letters.max(rest[1..].chars().next().map_or(0, char::len_utf8));
            in_a_row += 1;
        } else if matches!(first, '^' | '_') {
            in_a_row += 1;
        } else if !first.is_whitespace() {
            in_a_row = 0;
        }
        if in_a_row > COMMANDS_IN_A_ROW_MAX {
            return Err(FragmentError(format!(
                "a formula has more than {COMMANDS_IN_A_ROW_MAX} commands in a row"
            )));
        }
        rest = &rest[length..];
    }
    Ok(())
}

/// The writer puts `<`, `>` and `&` as they are where they stand for themselves, and colours and
/// row heights into `style`, which the content security policy forbids.
fn well_formed(mathml: &str) -> Result<String, FragmentError> {
    let mut out = String::with_capacity(mathml.len() + 16);
    let mut in_tag = false;
    for (at, character) in mathml.char_indices() {
        let rest = &mathml[at + character.len_utf8()..];
        match character {
            '<' if !in_tag && rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '/') => {
                in_tag = true;
                let tag = rest.split('>').next().unwrap_or("");
                if tag.contains(" style=") {
                    let message = "colours and heights of rows cannot be set in a formula";
                    return Err(FragmentError(message.to_owned()));
                }
                out.push('<');
            }
            '>' if in_tag => {
                in_tag = false;
                out.push('>');
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' if !is_reference(rest) => out.push_str("&amp;"),
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Whether `rest` continues a character reference such as `&lt;`.
fn is_reference(rest: &str) -> bool {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#'));
    end.is_some_and(|end| end > 0 && rest[end..].starts_with(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_escaped_and_marked() {
        let html = Fragments::default().code("rust", "let a = \"<b>\"; // x");
        assert!(html.contains("<span class=cs>"), "{html}");
        assert!(
            html.contains("&lt;b&gt;") && !html.contains("<b>"),
            "{html}"
        );
    }

    #[test]
    fn fragments_survive_a_round_trip_and_refuse_damage() {
        let fragments = Fragments::default();
        fragments.code("yaml", "a: 1");
        let bytes = fragments.to_bytes();
        assert_eq!(Fragments::from_bytes(&bytes).to_bytes(), bytes);
        assert_eq!(
            Fragments::from_bytes(&bytes[..bytes.len() - 1])
                .to_bytes()
                .len(),
            4
        );
    }

    #[test]
    fn a_formula_carries_no_inline_style() {
        let fragments = Fragments::default();
        for latex in [
            r"\frac{\lambda}{\mu - \lambda} < 1",
            r"\sum_{i=1}^{n} x_i",
            r"\sqrt{p(1-p)/n}",
        ] {
            let html = fragments
                .math(latex, MathDisplay::Block)
                .expect("a formula");
            assert!(
                html.starts_with("<math") && !html.contains("style="),
                "{html}"
            );
        }
        assert!(fragments.math(r"\frac{1}", MathDisplay::Inline).is_err());
    }
}
