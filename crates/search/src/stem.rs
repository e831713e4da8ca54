//! English stemming: the Porter2 (Snowball English) algorithm on lower-case ASCII words.
//!
//! Written here because the crate that offers it carries eighteen languages and a serialisation
//! framework into a browser module whose budget is 80 KB; a test holds this text equal to that
//! crate on every word of a large list.

/// Words whose stem the rules would get wrong, from the published algorithm.
const EXCEPTIONS: [(&str, &str); 18] = [
    ("andes", "andes"),
    ("atlas", "atlas"),
    ("bias", "bias"),
    ("cosmos", "cosmos"),
    ("dying", "die"),
    ("early", "earli"),
    ("gently", "gentl"),
    ("howe", "howe"),
    ("idly", "idl"),
    ("lying", "lie"),
    ("news", "news"),
    ("only", "onli"),
    ("singly", "singl"),
    ("skies", "sky"),
    ("skis", "ski"),
    ("sky", "sky"),
    ("tying", "tie"),
    ("ugly", "ugli"),
];

/// Words left alone once a plural ending is gone, from the published algorithm.
const STOP_AFTER_PLURAL: [&str; 8] = [
    "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed",
];

const STEP_TWO: [(&str, &str); 24] = [
    ("ational", "ate"),
    ("fulness", "ful"),
    ("iveness", "ive"),
    ("ization", "ize"),
    ("ousness", "ous"),
    ("biliti", "ble"),
    ("lessli", "less"),
    ("tional", "tion"),
    ("alism", "al"),
    ("aliti", "al"),
    ("ation", "ate"),
    ("entli", "ent"),
    ("fulli", "ful"),
    ("iviti", "ive"),
    ("ousli", "ous"),
    ("abli", "able"),
    ("alli", "al"),
    ("anci", "ance"),
    ("ator", "ate"),
    ("enci", "ence"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("ogi", "og"),
    ("li", ""),
];

const STEP_THREE: [(&str, &str); 9] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("alize", "al"),
    ("ative", ""),
    ("icate", "ic"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ness", ""),
    ("ful", ""),
];

const STEP_FOUR: [&str; 18] = [
    "ement", "able", "ance", "ence", "ible", "ment", "ant", "ate", "ent", "ion", "ism", "iti",
    "ive", "ize", "ous", "al", "er", "ic",
];

/// The stem of a lower-case word. Words with anything but `a`–`z` and words of one or two letters
/// come back as they are.
#[must_use]
pub fn stem(word: &str) -> String {
    if word.len() <= 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    if let Some((_, stem)) = EXCEPTIONS.iter().find(|(exception, _)| *exception == word) {
        return (*stem).to_owned();
    }
    let mut stemmer = Stemmer::new(word);
    stemmer.plural();
    if !STOP_AFTER_PLURAL
        .iter()
        .any(|stop| stop.as_bytes() == stemmer.letters)
    {
        stemmer.past_and_gerund();
        stemmer.final_y();
        stemmer.step_two();
        stemmer.step_three();
        stemmer.step_four();
        stemmer.step_five();
    }
    stemmer
        .letters
        .iter()
        .map(|&byte| byte.to_ascii_lowercase() as char)
        .collect()
}

/// The word under work; `Y` marks a y that acts as a consonant.
struct Stemmer {
    letters: Vec<u8>,
    region_one: usize,
    region_two: usize,
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// The place after the first consonant that follows a vowel, looking from `from`.
fn region_after(letters: &[u8], from: usize) -> usize {
    (from + 1..letters.len())
        .find(|&at| !is_vowel(letters[at]) && is_vowel(letters[at - 1]))
        .map_or(letters.len(), |at| at + 1)
}

/// Whether the letters end in a short syllable, as the algorithm defines it.
fn ends_in_short_syllable(letters: &[u8]) -> bool {
    match *letters {
        [first, second] => is_vowel(first) && !is_vowel(second),
        [.., before, vowel, last] => {
            !is_vowel(before)
                && is_vowel(vowel)
                && !is_vowel(last)
                && !matches!(last, b'w' | b'x' | b'Y')
        }
        _ => false,
    }
}

impl Stemmer {
    fn new(word: &str) -> Self {
        let mut letters = word.as_bytes().to_vec();
        for at in 0..letters.len() {
            if letters[at] == b'y' && (at == 0 || is_vowel(letters[at - 1])) {
                letters[at] = b'Y';
            }
        }
        let region_one = ["gener", "commun", "arsen"]
            .iter()
            .find(|start| word.starts_with(**start))
            .map_or_else(|| region_after(&letters, 0), |start| start.len());
        let region_two = region_after(&letters, region_one);
        Self {
            letters,
            region_one,
            region_two,
        }
    }

    fn ends_with(&self, suffix: &str) -> bool {
        self.letters.ends_with(suffix.as_bytes())
    }

    /// Whether a suffix of this length lies in the region that starts at `region`.
    fn suffix_in(&self, region: usize, suffix_len: usize) -> bool {
        self.letters.len() >= region + suffix_len
    }

    fn replace(&mut self, suffix_len: usize, with: &str) {
        self.letters.truncate(self.letters.len() - suffix_len);
        self.letters.extend_from_slice(with.as_bytes());
    }

    fn plural(&mut self) {
        let len = self.letters.len();
        if self.ends_with("sses") {
            self.replace(2, "");
        } else if self.ends_with("ied") || self.ends_with("ies") {
            self.replace(3, if len > 4 { "i" } else { "ie" });
        } else if self.ends_with("us") || self.ends_with("ss") || !self.ends_with("s") {
        } else if self.letters[..len - 2]
            .iter()
            .any(|&letter| is_vowel(letter))
        {
            self.replace(1, "");
        }
    }

    fn past_and_gerund(&mut self) {
        for suffix in ["eedly", "eed"] {
            if self.ends_with(suffix) {
                if self.suffix_in(self.region_one, suffix.len()) {
                    self.replace(suffix.len(), "ee");
                }
                return;
            }
        }
        let Some(suffix) = ["ingly", "edly", "ing", "ed"]
            .into_iter()
            .find(|s| self.ends_with(s))
        else {
            return;
        };
        let rest = &self.letters[..self.letters.len() - suffix.len()];
        if !rest.iter().any(|&letter| is_vowel(letter)) {
            return;
        }
        self.replace(suffix.len(), "");
        let letters = &self.letters;
        if ["at", "bl", "iz"].iter().any(|end| self.ends_with(end)) {
            self.letters.push(b'e');
        } else if let [.., one, two] = letters[..]
            && one == two
            && matches!(
                one,
                b'b' | b'd' | b'f' | b'g' | b'm' | b'n' | b'p' | b'r' | b't'
            )
        {
            self.letters.pop();
        } else if letters.len() <= self.region_one && ends_in_short_syllable(letters) {
            self.letters.push(b'e');
        }
    }

    fn final_y(&mut self) {
        if let [_, .., before, last @ (b'y' | b'Y')] = &mut self.letters[..]
            && !is_vowel(*before)
        {
            *last = b'i';
        }
    }

    fn step_two(&mut self) {
        let Some((suffix, with)) = STEP_TWO.iter().find(|(suffix, _)| self.ends_with(suffix))
        else {
            return;
        };
        if !self.suffix_in(self.region_one, suffix.len()) {
            return;
        }
        let before = self
            .letters
            .len()
            .checked_sub(suffix.len() + 1)
            .map(|at| self.letters[at]);
        let allowed = match *suffix {
            "ogi" => before == Some(b'l'),
            "li" => before.is_some_and(|letter| b"cdeghkmnrt".contains(&letter)),
            _ => true,
        };
        if allowed {
            self.replace(suffix.len(), with);
        }
    }

    fn step_three(&mut self) {
        let Some((suffix, with)) = STEP_THREE.iter().find(|(suffix, _)| self.ends_with(suffix))
        else {
            return;
        };
        let region = if *suffix == "ative" {
            self.region_two
        } else {
            self.region_one
        };
        if self.suffix_in(self.region_one, suffix.len()) && self.suffix_in(region, suffix.len()) {
            self.replace(suffix.len(), with);
        }
    }

    fn step_four(&mut self) {
        let Some(suffix) = STEP_FOUR.into_iter().find(|suffix| self.ends_with(suffix)) else {
            return;
        };
        if !self.suffix_in(self.region_two, suffix.len()) {
            return;
        }
        let before = self.letters[self.letters.len() - suffix.len() - 1];
        if suffix != "ion" || matches!(before, b's' | b't') {
            self.replace(suffix.len(), "");
        }
    }

    fn step_five(&mut self) {
        let Some((&last, rest)) = self.letters.split_last() else {
            return;
        };
        let delete = match last {
            b'e' => {
                self.suffix_in(self.region_two, 1)
                    || (self.suffix_in(self.region_one, 1) && !ends_in_short_syllable(rest))
            }
            b'l' => self.suffix_in(self.region_two, 1) && rest.last() == Some(&b'l'),
            _ => false,
        };
        if delete {
            self.letters.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    /// A sample of the published vocabulary with its published stems.
    #[test]
    fn published_sample() {
        for (word, expected) in [
            ("consign", "consign"),
            ("consigned", "consign"),
            ("consignment", "consign"),
            ("consist", "consist"),
            ("consistency", "consist"),
            ("consistent", "consist"),
            ("consistently", "consist"),
            ("consolation", "consol"),
            ("consolatory", "consolatori"),
            ("console", "consol"),
            ("constancy", "constanc"),
            ("constant", "constant"),
            ("knack", "knack"),
            ("kneeling", "kneel"),
            ("knightly", "knight"),
            ("knocked", "knock"),
            ("knots", "knot"),
            ("skies", "sky"),
            ("succeeding", "succeed"),
            ("generously", "generous"),
            ("communication", "communic"),
            ("hopping", "hop"),
            ("hoping", "hope"),
            ("ties", "tie"),
            ("cries", "cri"),
            ("gas", "gas"),
            ("this", "this"),
            ("by", "by"),
            ("say", "say"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }

    /// Every form an English word of the list can take, against an independent implementation.
    #[test]
    fn equals_the_snowball_reference() {
        let reference = rust_stemmers::Stemmer::create(rust_stemmers::Algorithm::English);
        let roots = include_str!("../tests/words.txt");
        let endings = [
            "", "s", "es", "ed", "ing", "ingly", "edly", "er", "ers", "ly", "ness", "ful", "ation",
            "ational", "ability", "ize", "ized", "izing", "ization", "izer", "ive", "iveness",
            "ivity", "al", "ally", "ality", "alism", "ous", "ously", "ousness", "ic", "ical",
            "ance", "ancy", "ence", "ency", "ent", "ently", "ment", "ement", "ion", "ional",
            "able", "ably", "ible", "y", "ies", "ied", "less", "lessly", "logy", "ism", "ate",
            "ative", "eed", "eedly", "fully", "icate", "icity", "ably", "e", "ll",
        ];
        let mut compared = 0;
        for root in roots.lines() {
            for ending in endings {
                let word = format!("{root}{ending}");
                assert_eq!(stem(&word), reference.stem(&word), "{word}");
                compared += 1;
            }
        }
        assert!(compared > 50_000);
    }
}
