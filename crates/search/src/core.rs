//! The part every search needs: what the documents are called, the words that are common enough
//! to complete and to correct towards, the synonyms, and which other part holds what.

use crate::{
    Error,
    bytes::{Reader, put_number, put_sorted_text, put_text},
    slot::{FIELDS, FIRST_SECTION, SECTIONS_MAX, SUMMARY, Slot},
    words::{Weight, term, weight, words},
};

/// First bytes of a core part; the digit is the version of the format of all parts.
const MAGIC: &[u8] = b"DSS1";

/// Most words of a synonym phrase that are compared; longer ones are sentences.
const PHRASE_WORDS_MAX: usize = 6;

/// What is kept of a document outside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) kind: usize,
    pub(crate) aliases: Vec<String>,
    /// Number of indexed words of each field.
    pub(crate) lengths: [usize; FIELDS],
    pub(crate) sections: usize,
}

/// A word of the dictionary: its form, whether a title, alias or keyword has it, and how common it
/// is, as the binary logarithm of its document count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known<'a> {
    pub(crate) form: &'a str,
    pub(crate) in_name: bool,
    pub(crate) commonness: u8,
}

/// The dictionary, sorted by form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dictionary {
    forms: Vec<String>,
    classes: Vec<u8>,
}

impl Dictionary {
    pub(crate) fn new<'a>(known: impl IntoIterator<Item = Known<'a>>) -> Self {
        let mut dictionary = Self::default();
        for word in known {
            debug_assert!(
                dictionary
                    .forms
                    .last()
                    .is_none_or(|last| last.as_str() < word.form)
            );
            dictionary.forms.push(word.form.to_owned());
            dictionary
                .classes
                .push(word.commonness << 1 | u8::from(word.in_name));
        }
        dictionary
    }

    fn known(&self, at: usize) -> Known<'_> {
        let class = self.classes[at];
        Known {
            form: &self.forms[at],
            in_name: class & 1 == 1,
            commonness: class >> 1,
        }
    }

    pub(crate) fn contains(&self, form: &str) -> bool {
        self.forms
            .binary_search_by(|known| known.as_str().cmp(form))
            .is_ok()
    }

    /// All words, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Known<'_>> {
        (0..self.forms.len()).map(|at| self.known(at))
    }

    /// The words that begin with `beginning`, in order.
    pub(crate) fn starting_with(&self, beginning: &str) -> impl Iterator<Item = Known<'_>> {
        let from = self.forms.partition_point(|form| form.as_str() < beginning);
        (from..self.forms.len())
            .take_while(move |&at| self.forms[at].starts_with(beginning))
            .map(|at| self.known(at))
    }
}

/// A phrase of a synonym group, as the terms of its telling words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) group: usize,
    pub(crate) terms: Vec<String>,
}

/// The decoded core part.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Core {
    pub(crate) kinds: Vec<String>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) dictionary: Dictionary,
    /// The groups as they were given.
    pub(crate) synonyms: Vec<Vec<String>>,
    /// First term of each shard of postings.
    pub(crate) shard_starts: Vec<String>,
    /// First document and place of each part of texts.
    pub(crate) text_starts: Vec<(usize, Slot)>,
    /// Derived: the phrases of all groups, sorted by their terms.
    pub(crate) phrases: Vec<Phrase>,
    /// Derived: average length of each field.
    pub(crate) average_lengths: [f64; FIELDS],
}

impl Core {
    /// Derives what is not stored.
    pub(crate) fn complete(mut self) -> Self {
        self.phrases = phrases(&self.synonyms);
        for (field, average) in self.average_lengths.iter_mut().enumerate() {
            let total: usize = self.entries.iter().map(|entry| entry.lengths[field]).sum();
            *average = (total as f64 / self.entries.len().max(1) as f64).max(1.0);
        }
        self
    }

    /// The shard that holds a term if any does.
    pub(crate) fn shard_of(&self, term: &str) -> Option<usize> {
        self.shard_starts
            .partition_point(|start| start.as_str() <= term)
            .checked_sub(1)
    }

    /// The part that holds the text of a place.
    pub(crate) fn text_of(&self, document: usize, slot: Slot) -> Option<usize> {
        self.text_starts
            .partition_point(|start| *start <= (document, slot))
            .checked_sub(1)
    }

    /// The places with a text, from the first of a part to the first of the next.
    pub(crate) fn places_of_text(&self, part: usize) -> Vec<(usize, Slot)> {
        let mut places = Vec::new();
        let Some(&(mut document, mut slot)) = self.text_starts.get(part) else {
            return places;
        };
        let end = self
            .text_starts
            .get(part + 1)
            .copied()
            .unwrap_or((self.entries.len(), 0));
        while (document, slot) < end && document < self.entries.len() {
            places.push((document, slot));
            slot += 1;
            if usize::from(slot - FIRST_SECTION) >= self.entries[document].sections {
                document += 1;
                slot = SUMMARY;
            }
        }
        places
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put_number(&mut out, self.kinds.len());
        self.kinds.iter().for_each(|kind| put_text(&mut out, kind));
        put_number(&mut out, self.entries.len());
        for entry in &self.entries {
            for text in [&entry.id, &entry.url, &entry.title] {
                put_text(&mut out, text);
            }
            put_number(&mut out, entry.aliases.len());
            entry
                .aliases
                .iter()
                .for_each(|alias| put_text(&mut out, alias));
        }
        for entry in &self.entries {
            put_number(&mut out, entry.kind);
            entry
                .lengths
                .iter()
                .for_each(|&length| put_number(&mut out, length));
            put_number(&mut out, entry.sections);
        }
        put_number(&mut out, self.dictionary.forms.len());
        let mut previous = "";
        for form in &self.dictionary.forms {
            put_sorted_text(&mut out, previous, form);
            previous = form;
        }
        out.extend_from_slice(&self.dictionary.classes);
        put_number(&mut out, self.synonyms.len());
        for group in &self.synonyms {
            put_number(&mut out, group.len());
            group.iter().for_each(|phrase| put_text(&mut out, phrase));
        }
        put_number(&mut out, self.shard_starts.len());
        self.shard_starts
            .iter()
            .for_each(|start| put_text(&mut out, start));
        put_number(&mut out, self.text_starts.len());
        for &(document, slot) in &self.text_starts {
            put_number(&mut out, document);
            put_number(&mut out, usize::from(slot));
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.skip(MAGIC.len())? != MAGIC {
            return Err(Error::Malformed);
        }
        let core = Self {
            kinds: texts(&mut reader)?,
            entries: entries(&mut reader)?,
            dictionary: dictionary(&mut reader)?,
            synonyms: (0..reader.count()?)
                .map(|_| texts(&mut reader))
                .collect::<Result<_, _>>()?,
            shard_starts: texts(&mut reader)?,
            text_starts: (0..reader.count()?)
                .map(|_| {
                    let document = reader.number()?;
                    let slot = Slot::try_from(reader.number()?).map_err(|_| Error::Malformed)?;
                    Ok((document, slot))
                })
                .collect::<Result<_, _>>()?,
            ..Self::default()
        };
        let kinds_exist = core
            .entries
            .iter()
            .all(|entry| entry.kind < core.kinds.len());
        let starts_are_sorted = core.shard_starts.is_sorted() && core.text_starts.is_sorted();
        let places_exist = core.text_starts.iter().all(|&(document, slot)| {
            let sections = core.entries.get(document).map(|entry| entry.sections);
            slot >= SUMMARY && sections.is_some_and(|count| usize::from(slot - SUMMARY) <= count)
        });
        if reader.is_at_end() && kinds_exist && starts_are_sorted && places_exist {
            Ok(core.complete())
        } else {
            Err(Error::Malformed)
        }
    }
}

fn texts(reader: &mut Reader<'_>) -> Result<Vec<String>, Error> {
    (0..reader.count()?)
        .map(|_| reader.text().map(str::to_owned))
        .collect()
}

fn entries(reader: &mut Reader<'_>) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for _ in 0..reader.count()? {
        entries.push(Entry {
            id: reader.text()?.to_owned(),
            url: reader.text()?.to_owned(),
            title: reader.text()?.to_owned(),
            aliases: texts(reader)?,
            ..Entry::default()
        });
    }
    for entry in &mut entries {
        entry.kind = reader.number()?;
        for length in &mut entry.lengths {
            *length = reader.number()?;
        }
        entry.sections = reader.number()?;
        if entry.sections > SECTIONS_MAX {
            return Err(Error::Malformed);
        }
    }
    Ok(entries)
}

fn dictionary(reader: &mut Reader<'_>) -> Result<Dictionary, Error> {
    let mut dictionary = Dictionary::default();
    let mut previous = String::new();
    for at in 0..reader.count()? {
        let form = reader.sorted_text(&previous)?;
        if at > 0 && form <= previous {
            return Err(Error::Malformed);
        }
        dictionary.forms.push(form.clone());
        previous = form;
    }
    dictionary.classes = reader.skip(dictionary.forms.len())?.to_vec();
    Ok(dictionary)
}

/// The terms of a phrase that tell something, all of them if none does.
pub(crate) fn telling_terms(text: &str) -> Vec<String> {
    let all: Vec<(String, Weight)> = words(text)
        .into_iter()
        .map(|word| {
            let term = term(&word.form);
            let weight = weight(&word.form, &term);
            (term, weight)
        })
        .collect();
    let none_tells = all.iter().all(|(_, weight)| *weight == Weight::Stop);
    all.into_iter()
        .filter(|(_, weight)| none_tells || *weight != Weight::Stop)
        .map(|(term, _)| term)
        .collect()
}

fn phrases(synonyms: &[Vec<String>]) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = synonyms
        .iter()
        .enumerate()
        .flat_map(|(group, texts)| {
            texts.iter().map(move |text| Phrase {
                group,
                terms: telling_terms(text),
            })
        })
        .filter(|phrase| (1..=PHRASE_WORDS_MAX).contains(&phrase.terms.len()))
        .collect();
    phrases
        .sort_unstable_by(|one, other| (&one.terms, one.group).cmp(&(&other.terms, other.group)));
    phrases.dedup();
    phrases
}
