//! From a query to the terms that are looked up: each word with its possible completions and
//! corrections, and each run of words with its synonyms.

use crate::{
    core::{Core, Known, Phrase},
    distance::{slips, slips_of_beginning},
    words::{Gap, WORD_BYTES_MAX, Weight, Word, term, weight, words},
};

/// Bytes of a query that are looked at; a question is shorter, a pasted log line is cut.
pub const QUERY_BYTES_MAX: usize = 256;
/// Words of a query that are looked at.
pub const QUERY_WORDS_MAX: usize = 16;
/// Completions of a word being typed, by the number of its letters up to four: behind few letters
/// they are spread over many parts of the index, each of which a browser would have to load.
const COMPLETIONS_MAX: [usize; 5] = [0, 0, 6, 12, 24];
/// Completions when what is typed is a word already.
const COMPLETIONS_OF_WORD_MAX: usize = 8;
/// Corrections of an unknown word that are tried together.
const CORRECTIONS_MAX: usize = 3;
/// Words of one query that are corrected; a text with more is not in our language.
const CORRECTED_WORDS_MAX: usize = 4;
/// Letters from which one slip is forgiven, and two: shorter words have too many neighbours.
const ONE_SLIP_LETTERS_MIN: usize = 4;
const TWO_SLIPS_LETTERS_MIN: usize = 8;
/// Synonyms and joined words of one query.
const SPANS_MAX: usize = 24;

/// Worth of a completion, of a completion where the typed letters are a word already, of a
/// correction by one slip and by two, of a synonym, of two words written as one, and of the halves
/// of a word written in two: all relative to the word as typed.
const COMPLETION: f64 = 0.75;
const COMPLETION_OF_WORD: f64 = 0.25;
const CORRECTION: [f64; 3] = [1.0, 0.7, 0.5];
const SYNONYM: f64 = 0.55;
const WRITTEN_AS_ONE: f64 = 0.95;
const WRITTEN_AS_TWO: f64 = 0.8;

/// A term that may stand for a word of the query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alternative {
    pub(crate) term: String,
    pub(crate) weight: f64,
}

/// A word of the query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unit {
    pub(crate) form: String,
    pub(crate) term: String,
    pub(crate) gap: Gap,
    /// The share of a full word's worth.
    pub(crate) share: f64,
    pub(crate) is_stop: bool,
    /// Whether the reader may still be typing it.
    pub(crate) is_incomplete: bool,
    /// The word itself first.
    pub(crate) alternatives: Vec<Alternative>,
}

/// Terms that together may stand for a run of words of the query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Span {
    /// The first word and the one after the last.
    pub(crate) units: std::ops::Range<usize>,
    pub(crate) terms: Vec<String>,
    pub(crate) weight: f64,
}

/// A query, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) units: Vec<Unit>,
    pub(crate) spans: Vec<Span>,
}

/// The query up to its greatest length, cut between characters.
fn limited(query: &str) -> &str {
    let mut end = query.len().min(QUERY_BYTES_MAX);
    while !query.is_char_boundary(end) {
        end -= 1;
    }
    &query[..end]
}

impl Plan {
    /// What can be planned from the core alone.
    pub(crate) fn new(core: &Core, query: &str) -> Self {
        let query = limited(query);
        let mut words = words(query);
        words.truncate(QUERY_WORDS_MAX);
        let mut plan = Self::default();
        for word in words {
            plan.units.push(unit(core, word, query));
        }
        if plan.units.iter().all(|unit| unit.is_stop) {
            for unit in &mut plan.units {
                unit.share = 1.0;
                unit.is_stop = false;
            }
        }
        plan.join_neighbours(core);
        plan.add_synonyms(core);
        plan.spans.truncate(SPANS_MAX);
        plan
    }

    /// All terms to look up.
    pub(crate) fn terms(&self) -> impl Iterator<Item = &str> {
        let of_units = self
            .units
            .iter()
            .flat_map(|unit| &unit.alternatives)
            .map(|a| &a.term);
        of_units
            .chain(self.spans.iter().flat_map(|span| &span.terms))
            .map(String::as_str)
    }

    /// Words written apart that the documents write as one.
    fn join_neighbours(&mut self, core: &Core) {
        for (at, pair) in self.units.windows(2).enumerate() {
            let whole = format!("{}{}", pair[0].form, pair[1].form);
            if pair[1].gap == Gap::Close && core.dictionary.contains(&whole) {
                self.spans.push(Span {
                    units: at..at + 2,
                    terms: vec![term(&whole)],
                    weight: WRITTEN_AS_ONE,
                });
            }
        }
    }

    fn add_synonyms(&mut self, core: &Core) {
        let telling: Vec<usize> = (0..self.units.len())
            .filter(|&at| !self.units[at].is_stop)
            .collect();
        for from in 0..telling.len() {
            let rest: Vec<&str> = telling[from..]
                .iter()
                .map(|&at| self.units[at].term.as_str())
                .collect();
            for phrase in phrases_at(core, &rest) {
                let last = telling[from + phrase.terms.len() - 1];
                let others = core
                    .phrases
                    .iter()
                    .filter(|other| other.group == phrase.group && other.terms != phrase.terms);
                self.spans.extend(others.map(|other| Span {
                    units: telling[from]..last + 1,
                    terms: other.terms.clone(),
                    weight: SYNONYM,
                }));
            }
        }
    }

    /// Finds other words for those that no document has. `is_known` tells whether a term is in a
    /// document; `rare` lists rare terms by their beginning.
    pub(crate) fn recover(
        &mut self,
        core: &Core,
        is_known: impl Fn(&str) -> bool,
        rare: impl Fn(&str) -> Vec<String>,
    ) {
        let mut corrected = 0;
        for at in 0..self.units.len() {
            let unit = &self.units[at];
            if unit.is_stop || unit.alternatives.iter().any(|other| is_known(&other.term)) {
                continue;
            }
            let mut found = Vec::new();
            if unit.is_incomplete {
                found = rare(&unit.form);
                found.truncate(completions_max(&unit.form));
            }
            let mut weights = vec![COMPLETION; found.len()];
            if found.is_empty() && corrected < CORRECTED_WORDS_MAX {
                corrected += 1;
                if let Some(halves) = halves(core, &unit.form) {
                    self.spans.push(Span {
                        units: at..at + 1,
                        terms: halves,
                        weight: WRITTEN_AS_TWO,
                    });
                    continue;
                }
                (found, weights) = corrections(core, unit).into_iter().unzip();
            }
            for (term, weight) in found.into_iter().zip(weights) {
                add_alternative(&mut self.units[at].alternatives, term, weight);
            }
        }
    }
}

fn unit(core: &Core, word: Word, query: &str) -> Unit {
    let key = term(&word.form);
    let kind = weight(&word.form, &key);
    let is_incomplete = word.end == query.len();
    let mut alternatives = vec![Alternative {
        term: key.clone(),
        weight: 1.0,
    }];
    if is_incomplete {
        let is_word = core.dictionary.contains(&word.form) || kind == Weight::Stop;
        let (limit, weight) = if is_word {
            (
                completions_max(&word.form).min(COMPLETIONS_OF_WORD_MAX),
                COMPLETION_OF_WORD,
            )
        } else {
            (completions_max(&word.form), COMPLETION)
        };
        let mut completions: Vec<Known<'_>> = core.dictionary.starting_with(&word.form).collect();
        completions.sort_unstable_by(|one, other| {
            (other.in_name, other.commonness, one.form.len(), one.form).cmp(&(
                one.in_name,
                one.commonness,
                other.form.len(),
                other.form,
            ))
        });
        for known in completions {
            if alternatives.len() > limit {
                break;
            }
            add_alternative(&mut alternatives, term(known.form), weight);
        }
    }
    Unit {
        form: word.form,
        term: key,
        gap: word.gap,
        share: kind.share(),
        is_stop: kind == Weight::Stop,
        is_incomplete,
        alternatives,
    }
}

fn completions_max(form: &str) -> usize {
    COMPLETIONS_MAX[form.chars().count().min(COMPLETIONS_MAX.len() - 1)]
}

fn add_alternative(alternatives: &mut Vec<Alternative>, term: String, weight: f64) {
    if alternatives.iter().all(|other| other.term != term) {
        alternatives.push(Alternative { term, weight });
    }
}

/// The synonym phrases that `terms` begins with.
fn phrases_at<'a>(core: &'a Core, terms: &[&str]) -> Vec<&'a Phrase> {
    let Some(first) = terms.first() else {
        return Vec::new();
    };
    let from = core
        .phrases
        .partition_point(|phrase| phrase.terms[0].as_str() < *first);
    core.phrases[from..]
        .iter()
        .take_while(|phrase| phrase.terms[0] == *first)
        .filter(|phrase| {
            phrase.terms.len() <= terms.len()
                && phrase
                    .terms
                    .iter()
                    .zip(terms)
                    .all(|(one, other)| one == other)
        })
        .collect()
}

/// The terms of two words of the dictionary that `form` is made of, the longest first half
/// preferred; halves of fewer than three letters split too much.
fn halves(core: &Core, form: &str) -> Option<Vec<String>> {
    let cuts = form
        .char_indices()
        .map(|(at, _)| at)
        .filter(|&at| at >= 3 && form.len() - at >= 3);
    let mut cuts: Vec<usize> = cuts.collect();
    cuts.reverse();
    let cut = cuts.into_iter().find(|&cut| {
        core.dictionary.contains(&form[..cut]) && core.dictionary.contains(&form[cut..])
    })?;
    Some(vec![term(&form[..cut]), term(&form[cut..])])
}

/// The nearest words of the dictionary and their worth, best first.
fn corrections(core: &Core, unit: &Unit) -> Vec<(String, f64)> {
    let typed: Vec<char> = unit.form.chars().collect();
    let limit = match typed.len() {
        0..ONE_SLIP_LETTERS_MIN => return Vec::new(),
        ONE_SLIP_LETTERS_MIN..TWO_SLIPS_LETTERS_MIN => 1,
        _ => 2,
    };
    if unit.form.len() > WORD_BYTES_MAX || unit.form.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let letters = letter_set(&unit.form);
    let mut found: Vec<(usize, bool, Known<'_>)> = Vec::new();
    for known in core.dictionary.iter() {
        // Each slip brings in at most one letter the word lacks: most words fall out here.
        if (letters & !letter_set(known.form)).count_ones() as usize > limit {
            continue;
        }
        let word: Vec<char> = known.form.chars().collect();
        let whole = if word.len().abs_diff(typed.len()) <= limit {
            slips(&typed, &word, limit)
        } else {
            None
        };
        if let Some(slips) = whole {
            found.push((slips, false, known));
        } else if unit.is_incomplete
            && word.len() > typed.len()
            && let Some(slips) = slips_of_beginning(&typed, &word, limit)
        {
            found.push((slips, true, known));
        }
    }
    // Fewer slips first; then the same first letter, which is seldom mistyped; then whole words
    // before beginnings; then names and common words.
    let first = typed.first().copied();
    found.sort_unstable_by_key(|(slips, is_beginning, known)| {
        let other_first = known.form.chars().next() != first;
        let rareness = u8::MAX - known.commonness;
        (
            *slips,
            other_first,
            *is_beginning,
            !known.in_name,
            rareness,
            known.form,
        )
    });
    let Some(&(fewest, ..)) = found.first() else {
        return Vec::new();
    };
    found
        .into_iter()
        .take_while(|(slips, ..)| *slips == fewest)
        .take(CORRECTIONS_MAX)
        .map(|(slips, _, known)| (term(known.form), CORRECTION[slips]))
        .collect()
}

/// The letters of a word as a set of bits.
fn letter_set(form: &str) -> u32 {
    form.bytes().fold(0, |set, byte| set | 1 << (byte % 32))
}
