//! Text to words: where they stand, their internal form, and how much they say.

use crate::{spelling, stem::stem};

/// Longest word that is indexed or looked up, in bytes; longer ones are hashes, keys, encoded data.
pub(crate) const WORD_BYTES_MAX: usize = 32;

/// What stands between a word and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Nothing, one space, a hyphen or a slash: the two may be one word written apart.
    Close,
    /// Anything else.
    Wide,
}

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// First byte in the text.
    pub(crate) start: usize,
    /// Byte after the last.
    pub(crate) end: usize,
    /// Lower case, without accents and apostrophes, in the one internal spelling.
    pub(crate) form: String,
    /// What stands before it.
    pub(crate) gap: Gap,
    /// Whether it is a part of one written word (`Map` and `Reduce` of `MapReduce`) and this is
    /// not the first part.
    pub(crate) continues: bool,
}

/// How much a word says about what a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Function words: they count only where an order of words is compared.
    Stop,
    /// Everyday verbs and quantities, which a question is full of and a title is not.
    Light,
    /// All others.
    Full,
}

impl Weight {
    /// The share of a full word's worth.
    pub(crate) fn share(self) -> f64 {
        match self {
            Self::Stop => 0.1,
            Self::Light => 0.4,
            Self::Full => 1.0,
        }
    }
}

/// Function words. Sorted, without apostrophes, in the internal spelling.
const STOP_WORDS: [&str; 120] = [
    "a", "about", "after", "am", "an", "and", "are", "arent", "as", "at", "be", "been", "being",
    "but", "by", "can", "cannot", "cant", "could", "couldnt", "did", "didnt", "do", "does",
    "doesnt", "doing", "dont", "during", "each", "for", "from", "had", "has", "hasnt", "have",
    "having", "he", "her", "here", "his", "how", "i", "id", "if", "ill", "im", "in", "into", "is",
    "isnt", "it", "its", "ive", "just", "let", "lets", "may", "me", "might", "must", "my", "no",
    "nor", "not", "of", "off", "on", "or", "our", "ours", "own", "same", "shall", "she", "should",
    "so", "some", "such", "than", "that", "thats", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "through", "to", "too", "under", "until", "us", "very", "vs",
    "was", "wasnt", "we", "were", "what", "when", "where", "whether", "which", "while", "who",
    "whom", "whose", "why", "will", "with", "wont", "would", "wouldnt", "you", "your", "yours",
];

/// Everyday words. Sorted, as stems.
const LIGHT_STEMS: [&str; 78] = [
    "all", "alway", "ani", "anoth", "anyth", "avoid", "back", "becaus", "best", "better", "bring",
    "build", "call", "chang", "choos", "come", "creat", "differ", "easi", "even", "everi",
    "everyth", "explain", "fast", "find", "get", "give", "go", "good", "guid", "happen", "help",
    "ident", "keep", "know", "like", "look", "make", "mani", "mean", "more", "most", "much",
    "name", "need", "never", "new", "noth", "old", "onc", "one", "onli", "other", "out", "over",
    "possibl", "prevent", "problem", "put", "right", "safe", "set", "show", "someth", "start",
    "stay", "still", "stop", "system", "take", "thing", "two", "up", "use", "want", "way",
    "without", "work",
];

/// Forms whose stem would part them from their own family, with the word whose stem they take.
/// Sorted.
const IRREGULAR: [(&str, &str); 41] = [
    ("became", "become"),
    ("began", "begin"),
    ("begun", "begin"),
    ("broke", "break"),
    ("broken", "break"),
    ("brought", "bring"),
    ("built", "build"),
    ("caught", "catch"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("crashes", "crash"),
    ("faster", "fast"),
    ("fell", "fall"),
    ("gave", "give"),
    ("given", "give"),
    ("gone", "go"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("held", "hold"),
    ("indices", "index"),
    ("kept", "keep"),
    ("knew", "know"),
    ("known", "know"),
    ("led", "lead"),
    ("lose", "lost"),
    ("loses", "lost"),
    ("losing", "lost"),
    ("loss", "lost"),
    ("made", "make"),
    ("ran", "run"),
    ("replica", "replicate"),
    ("replicas", "replicate"),
    ("sent", "send"),
    ("slower", "slow"),
    ("sought", "seek"),
    ("spent", "spend"),
    ("taken", "take"),
    ("took", "take"),
    ("went", "go"),
    ("written", "write"),
    ("wrote", "write"),
];

/// The key under which a form is indexed.
pub(crate) fn term(form: &str) -> String {
    match IRREGULAR.binary_search_by(|(irregular, _)| (*irregular).cmp(form)) {
        Ok(at) => stem(IRREGULAR[at].1),
        Err(_) => stem(form),
    }
}

/// The weight of a word with this form and this term.
pub(crate) fn weight(form: &str, term: &str) -> Weight {
    if STOP_WORDS.binary_search(&form).is_ok() {
        Weight::Stop
    } else if LIGHT_STEMS.binary_search(&term).is_ok() {
        Weight::Light
    } else {
        Weight::Full
    }
}

/// A Latin letter without its accent, in lower case, or the letter as it is.
fn fold(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}')
}

/// A word of a text before it has a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) gap: Gap,
    pub(crate) continues: bool,
}

/// The words of a text, in order.
pub(crate) fn words(text: &str) -> Vec<Word> {
    written(text)
        .into_iter()
        .filter_map(
            |Written {
                 start,
                 end,
                 gap,
                 continues,
             }| {
                Some(Word {
                    start,
                    end,
                    form: form(&text[start..end])?,
                    gap,
                    continues,
                })
            },
        )
        .collect()
}

/// Where the words of a text stand. Letters and digits make words; a change from lower to upper
/// case inside one parts it, so that `DynamoDB` is found by `dynamo`.
pub(crate) fn written(text: &str) -> Vec<Written> {
    let mut words: Vec<Written> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut previous_end = 0;
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut last = first;
        while let Some(&(at, letter)) = chars.peek() {
            let next_is_part = letter.is_alphanumeric()
                || (is_apostrophe(letter)
                    && text[at + letter.len_utf8()..]
                        .chars()
                        .next()
                        .is_some_and(char::is_alphanumeric));
            if !next_is_part || is_case_border(text, start, at, last, letter) {
                break;
            }
            last = letter;
            end = at + letter.len_utf8();
            chars.next();
        }
        let continues = !words.is_empty() && previous_end == start;
        let between = &text[previous_end..start];
        let gap = if !words.is_empty() && matches!(between, "" | " " | "-" | "/" | "\u{2010}") {
            Gap::Close
        } else {
            Gap::Wide
        };
        previous_end = end;
        words.push(Written {
            start,
            end,
            gap,
            continues,
        });
    }
    words
}

/// Whether a written word parts before `at`: a capital after a small letter, two or more letters
/// on either side, so that `eBay` stays whole.
fn is_case_border(text: &str, start: usize, at: usize, last: char, letter: char) -> bool {
    last.is_lowercase()
        && letter.is_uppercase()
        && text[start..at].chars().nth(1).is_some()
        && text[at..].chars().nth(1).is_some_and(char::is_alphabetic)
}

/// The internal form of a written word, if it is one we index.
pub(crate) fn form(written: &str) -> Option<String> {
    let mut plain: String = written
        .chars()
        .flat_map(char::to_lowercase)
        .map(fold)
        .collect();
    if let Some(at) = plain.find(is_apostrophe)
        && plain[at..].chars().skip(1).eq(['s'])
    {
        plain.truncate(at);
    }
    plain.retain(|letter| !is_apostrophe(letter) && letter.is_alphanumeric());
    let form = spelling::unify(&plain);
    (!form.is_empty() && form.len() <= WORD_BYTES_MAX).then_some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.form).collect()
    }

    #[test]
    fn lists_are_sorted() {
        assert!(STOP_WORDS.is_sorted());
        assert!(LIGHT_STEMS.is_sorted());
        assert!(IRREGULAR.is_sorted());
    }

    #[test]
    fn text_to_forms() {
        assert_eq!(forms("Can't keep up"), ["cant", "keep", "up"]);
        assert_eq!(forms("Little’s law"), ["little", "law"]);
        assert_eq!(
            forms("DynamoDB, eBay, MapReduce"),
            ["dynamo", "db", "ebay", "map", "reduce"]
        );
        assert_eq!(
            forms("Hölzle: p99 ≤ 300 ms"),
            ["holzle", "p99", "300", "ms"]
        );
        assert_eq!(forms("''' -- '"), Vec::<String>::new());
    }

    #[test]
    fn gaps() {
        let gaps: Vec<_> = words("time-out. Next  one")
            .iter()
            .map(|word| word.gap)
            .collect();
        assert_eq!(gaps, [Gap::Wide, Gap::Close, Gap::Wide, Gap::Wide]);
    }

    #[test]
    fn families_share_a_term() {
        for family in [
            ["replica", "replicas", "replication"],
            ["write", "writes", "written"],
            ["lost", "losing", "loss"],
            ["retry", "retries", "retried"],
            ["queue", "queueing", "queues"],
        ] {
            assert_eq!(term(family[0]), term(family[1]), "{family:?}");
            assert_eq!(term(family[0]), term(family[2]), "{family:?}");
        }
    }
}
