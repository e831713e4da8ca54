//! Free words to mentions: forms, endings, classes of words, slips of the hand.

use std::collections::{BTreeMap, BTreeSet};

/// Most words of a text that are read: past it a pasted log only repeats itself.
pub(super) const WORDS_MAX: usize = 400;
/// Words that may stand between those of a pattern.
const GAP_WORDS_MAX: usize = 4;
/// Shortest word in which one slip is forgiven; shorter ones are too near to each other.
const ONE_SLIP_LETTERS: usize = 5;
/// Shortest word in which two slips are forgiven.
const TWO_SLIPS_LETTERS: usize = 9;
/// Digits of a factor: `x20` is one, `x509` is a standard.
const FACTOR_DIGITS_MAX: usize = 2;
/// Shortest word that is taken apart into known ones, as in `throttlingexception`.
const COMPOUND_LETTERS: usize = 8;
/// Most parts of a word that is taken apart.
const COMPOUND_PARTS_MAX: usize = 4;

/// Words that carry no symptom. They are known, so that none is taken for a slip of another word.
const COMMON: &[&str] = &[
    "a",
    "about",
    "again",
    "all",
    "also",
    "always",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "back",
    "be",
    "because",
    "been",
    "before",
    "being",
    "but",
    "by",
    "can",
    "could",
    "day",
    "did",
    "do",
    "does",
    "doing",
    "even",
    "ever",
    "few",
    "for",
    "from",
    "get",
    "gets",
    "getting",
    "give",
    "go",
    "goes",
    "going",
    "got",
    "had",
    "has",
    "have",
    "help",
    "here",
    "hi",
    "how",
    "i",
    "if",
    "im",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "keep",
    "keeps",
    "know",
    "last",
    "like",
    "look",
    "looks",
    "make",
    "many",
    "me",
    "more",
    "most",
    "much",
    "my",
    "need",
    "new",
    "night",
    "now",
    "of",
    "off",
    "on",
    "only",
    "or",
    "our",
    "over",
    "people",
    "please",
    "prod",
    "production",
    "re",
    "really",
    "right",
    "see",
    "seem",
    "seems",
    "some",
    "something",
    "start",
    "started",
    "still",
    "suddenly",
    "system",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "this",
    "time",
    "to",
    "today",
    "too",
    "us",
    "very",
    "want",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "will",
    "with",
    "would",
    "yesterday",
    "yet",
    "you",
    "your",
    "theyre",
];

/// The words of a text in lower case: runs of letters and digits, without apostrophes, and with
/// `camelCase` taken apart.
pub(super) fn forms(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let inside = c.is_alphanumeric();
        let turns = before.is_lowercase() && c.is_uppercase();
        if (turns || !(inside || is_apostrophe(c))) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if inside {
            word.extend(c.to_lowercase());
        }
        before = c;
        if found.len() >= WORDS_MAX {
            return found;
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// The key of a form: its stem, a bare number for `429s`, and one key for all of `10x` and `x20`.
fn term(form: &str) -> String {
    let digits = form.trim_end_matches('s');
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.to_owned();
    }
    let number = form
        .strip_prefix('x')
        .or_else(|| form.strip_suffix('x'))
        .unwrap_or("");
    let is_factor = (1..=FACTOR_DIGITS_MAX).contains(&number.len());
    if is_factor && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return "times".to_owned();
    }
    if form.is_ascii() {
        search::stem(form)
    } else {
        form.to_owned()
    }
}

/// Terms of a text that carry something, in order.
pub(super) fn terms(text: &str) -> impl Iterator<Item = String> {
    let telling = |form: &String| form.len() > 2 && !COMMON.contains(&form.as_str());
    forms(text)
        .into_iter()
        .filter(telling)
        .map(|form| term(&form))
}

/// Something in the text that a pattern can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    term: String,
    /// Numbers of the classes that it belongs to.
    classes: Vec<usize>,
}

/// One word of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    term: String,
    class: Option<usize>,
}

impl Wanted {
    fn meets(&self, token: &Token) -> bool {
        token.term == self.term
            || self
                .class
                .is_some_and(|class| token.classes.contains(&class))
    }
}

/// Words that must all stand near each other, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Wanted>);

impl Pattern {
    /// How many words it has.
    pub(super) fn words(&self) -> usize {
        self.0.len()
    }
}

/// Every word that the model knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    class_numbers: BTreeMap<String, usize>,
    /// Classes by term.
    members: BTreeMap<String, Vec<usize>>,
    known: BTreeSet<String>,
    /// Known words for which a mistyped one may stand.
    meant: BTreeSet<String>,
    common: BTreeSet<String>,
}

impl Lexicon {
    pub(super) fn new(classes: &BTreeMap<String, Vec<String>>) -> Lexicon {
        let common: BTreeSet<String> = COMMON.iter().map(|word| term(word)).collect();
        let mut lexicon = Lexicon {
            known: common.clone(),
            meant: common.clone(),
            common,
            ..Lexicon::default()
        };
        for (number, (name, words)) in classes.iter().enumerate() {
            lexicon.class_numbers.insert(term(name), number);
            for word in words {
                let term = term(&word.to_lowercase());
                let of = lexicon.members.entry(term.clone()).or_default();
                if !of.contains(&number) {
                    of.push(number);
                }
                lexicon.know(term);
            }
        }
        lexicon
    }

    fn know(&mut self, term: String) {
        self.meant.insert(term.clone());
        self.known.insert(term);
    }

    /// A pattern of these words, which are known from now on.
    pub(super) fn pattern(&mut self, text: &str) -> Pattern {
        let pattern = self.exact_pattern(text);
        for wanted in &pattern.0 {
            self.meant.insert(wanted.term.clone());
        }
        pattern
    }

    /// A pattern of words that nobody can have meant by another one.
    pub(super) fn exact_pattern(&mut self, text: &str) -> Pattern {
        let wanted: Vec<Wanted> = forms(text)
            .iter()
            .map(|form| {
                let term = term(form);
                self.known.insert(term.clone());
                Wanted {
                    class: self.class_numbers.get(&term).copied(),
                    term,
                }
            })
            .collect();
        Pattern(wanted)
    }

    /// A pattern of the words of `text` that say something.
    pub(super) fn telling_pattern(&mut self, text: &str) -> Pattern {
        let mut pattern = self.pattern(text);
        pattern
            .0
            .retain(|wanted| !self.common.contains(&wanted.term));
        pattern
    }

    /// Terms of a pattern, with those of the classes that it names.
    pub(super) fn terms(pattern: &Pattern) -> impl Iterator<Item = &str> {
        pattern.0.iter().map(|wanted| wanted.term.as_str())
    }

    /// A text, understood word by word.
    pub(super) fn read(&self, text: &str) -> Words {
        let mut tokens = Vec::new();
        for form in forms(text) {
            self.understand(&form, &mut tokens);
        }
        tokens.truncate(WORDS_MAX);
        Words { tokens }
    }

    fn understand(&self, form: &str, tokens: &mut Vec<Token>) {
        let term = term(form);
        if self.known.contains(&term) {
            return tokens.push(self.token(term));
        }
        if let Some(parts) = self.taken_apart(form, COMPOUND_PARTS_MAX) {
            tokens.extend(parts.into_iter().map(|part| self.token(part)));
            return;
        }
        let term = self.corrected(form).unwrap_or(term);
        tokens.push(self.token(term));
    }

    fn token(&self, term: String) -> Token {
        Token {
            classes: self.members.get(&term).cloned().unwrap_or_default(),
            term,
        }
    }

    /// Known words that a long unknown one is made of, the longest first.
    fn taken_apart(&self, form: &str, parts: usize) -> Option<Vec<String>> {
        if !form.is_ascii() || form.len() < COMPOUND_LETTERS || form.len() > 60 {
            return None;
        }
        self.parts(form, parts)
    }

    fn parts(&self, rest: &str, parts: usize) -> Option<Vec<String>> {
        if rest.is_empty() {
            return Some(Vec::new());
        }
        if parts == 0 {
            return None;
        }
        // A part of one or two letters fits anywhere and says nothing.
        for end in (3..=rest.len()).rev() {
            let head = term(&rest[..end]);
            if self.known.contains(&head)
                && let Some(mut tail) = self.parts(&rest[end..], parts - 1)
            {
                tail.insert(0, head);
                return Some(tail);
            }
        }
        None
    }

    /// The known word that a mistyped one most likely is: the fewest slips, and of equals the first
    /// in the alphabet. The first letter is hardly ever wrong.
    fn corrected(&self, form: &str) -> Option<String> {
        let letters: Vec<char> = form.chars().collect();
        if letters.iter().any(char::is_ascii_digit) {
            return None;
        }
        // A mistyped ending is not cut off, so the word as it stands is compared too.
        let stem: Vec<char> = term(form).chars().collect();
        let mut best: Option<(usize, &String)> = None;
        for word in &self.meant {
            let meant: Vec<char> = word.chars().collect();
            let slips = [&stem, &letters]
                .into_iter()
                .filter_map(|typed| forgiven(typed, &meant))
                .min();
            if let Some(slips) = slips {
                let rank = (slips, word);
                if best.as_ref().is_none_or(|best| rank < *best) {
                    best = Some(rank);
                }
            }
        }
        best.map(|(_, word)| word.clone())
    }
}

/// The slips between a typed word and one that may be meant, if they are few enough for its length.
fn forgiven(typed: &[char], meant: &[char]) -> Option<usize> {
    let limit = match typed.len() {
        0..ONE_SLIP_LETTERS => return None,
        ONE_SLIP_LETTERS..TWO_SLIPS_LETTERS => 1,
        _ => 2,
    };
    let near = meant.len() + 1 >= ONE_SLIP_LETTERS
        && meant.len().abs_diff(typed.len()) <= limit
        && meant.first() == typed.first();
    near.then(|| search::slips(typed, meant, limit)).flatten()
}

/// A text as its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    tokens: Vec<Token>,
}

impl Words {
    /// Whether the words of a pattern stand near each other.
    pub(super) fn hold(&self, pattern: &Pattern) -> bool {
        let wanted = &pattern.0;
        let Some(first) = wanted.first() else {
            return false;
        };
        let reach = wanted.len() - 1 + GAP_WORDS_MAX;
        (0..self.tokens.len())
            .filter(|at| first.meets(&self.tokens[*at]))
            .any(|at| {
                let from = at.saturating_sub(reach);
                let until = (at + reach + 1).min(self.tokens.len());
                self.holds_rest(&wanted[1..], at, from, until)
            })
    }

    /// Whether the rest of a pattern stands near the word at `first`, each at a place of its own and
    /// all within reach of each other.
    fn holds_rest(&self, rest: &[Wanted], first: usize, from: usize, until: usize) -> bool {
        let mut taken = vec![first];
        for wanted in rest {
            let nearest = (from..until)
                .filter(|at| !taken.contains(at) && wanted.meets(&self.tokens[*at]))
                .min_by_key(|at| at.abs_diff(first));
            match nearest {
                Some(at) => taken.push(at),
                None => return false,
            }
        }
        let least = taken.iter().min().copied().unwrap_or(first);
        let most = taken.iter().max().copied().unwrap_or(first);
        most - least <= rest.len() + GAP_WORDS_MAX
    }

    /// Terms of the text that say something, each once, with those of their classes' names.
    pub(super) fn telling(&self, lexicon: &Lexicon) -> BTreeSet<&str> {
        self.tokens
            .iter()
            .map(|token| token.term.as_str())
            .filter(|term| !lexicon.common.contains(*term))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let class = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let classes = BTreeMap::from([
            (
                "database".to_owned(),
                class(&["database", "db", "postgres"]),
            ),
            ("cant".to_owned(), class(&["cant", "cannot"])),
        ]);
        Lexicon::new(&classes)
    }

    #[test]
    fn words_are_lower_case_and_taken_apart() {
        let expected = ["out", "of", "memory", "error", "cant", "v2", "3", "100"];
        assert_eq!(forms("OutOfMemoryError: can't, v2.3 (100%)"), expected);
        assert!(forms(" -- \u{2026}").is_empty());
    }

    #[test]
    fn a_pattern_meets_endings_classes_slips_and_any_order() {
        let mut lexicon = lexicon();
        let pattern = lexicon.pattern("database connections");
        for text in [
            "connection to the db",
            "POSTGRES CONNECTIONS!!",
            "databse conection",
            "databaseconnection",
        ] {
            assert!(lexicon.read(text).hold(&pattern), "{text}");
        }
        for text in ["database", "connect", "db a b c d e f connection"] {
            assert!(!lexicon.read(text).hold(&pattern), "{text}");
        }
    }

    #[test]
    fn each_word_of_a_pattern_needs_a_place_of_its_own() {
        let mut lexicon = lexicon();
        let pattern = lexicon.pattern("database database");
        assert!(!lexicon.read("one db").hold(&pattern));
        assert!(lexicon.read("db after db").hold(&pattern));
    }

    #[test]
    fn short_words_and_ordinary_ones_are_not_corrected() {
        let mut lexicon = lexicon();
        let pattern = lexicon.pattern("lock");
        assert!(!lexicon.read("look luck rock").hold(&pattern));
    }
}
