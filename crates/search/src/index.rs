//! Building an index, and the native index: all parts in memory.

use std::{
    collections::{BTreeSet, HashMap, hash_map::DefaultHasher},
    hash::BuildHasherDefault,
};

use crate::{
    Document, Error, Options, Results, Session, Synonyms,
    core::{Core, Dictionary, Entry, Known},
    postings::{COUNT_MAX, Place, Postings, encode_shards},
    session::{CORE, Part, postings_name, texts_name},
    slot::{ALIASES, FIELDS, FIRST_SECTION, KEYWORDS, SECTIONS_MAX, SUMMARY, Slot, TITLE, field},
    texts::encode_texts,
    words::{Gap, Weight, form, term, weight, written},
};

/// Most words of the dictionary, by which words are completed and corrected. Those of titles,
/// aliases and keywords are always in; the most common others fill it. It is the largest part of
/// the core: at this size the core of 700 pages stays near 60 KB compressed.
const DICTIONARY_WORDS_MAX: usize = 9_000;

/// An index with all its parts at hand.
#[derive(Clone, Debug)]
pub struct Index {
    parts: Vec<Part>,
    session: Session,
}

impl Index {
    /// Indexes documents. Their order does not matter, except among equal ids.
    #[must_use]
    pub fn build(documents: &[Document], synonyms: &Synonyms) -> Self {
        let mut sorted: Vec<&Document> = documents.iter().collect();
        sorted.sort_by(|one, other| one.id.cmp(&other.id));
        let parts = Builder::default().parts(&sorted, synonyms);
        let session = Session::with_all(&parts).expect("what the builder writes can be read");
        Self { parts, session }
    }

    /// An index out of the parts of one, which is faster than building it again.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::UnknownPart`] if they are not the parts of one index, and
    /// [`Error::MissingParts`] if they are not all of them.
    pub fn from_parts(parts: Vec<Part>) -> Result<Self, Error> {
        let session = Session::with_all(&parts)?;
        Ok(Self { parts, session })
    }

    /// The best documents for a query.
    #[must_use]
    pub fn search(&self, query: &str, options: &Options) -> Results {
        self.session
            .search(query, options)
            .expect("all parts are present")
    }

    /// The index cut up for a browser: a core that every [`Session`] opens with, and parts that it
    /// asks for.
    #[must_use]
    pub fn to_parts(&self) -> &[Part] {
        &self.parts
    }
}

/// A word of the documents.
#[derive(Default)]
struct Form {
    text: String,
    term: usize,
    /// Function words are indexed in the names and the summary only.
    is_stop: bool,
    in_name: bool,
    /// Whether some text has it as a word by itself, not only as a part of one.
    stands_alone: bool,
    documents: usize,
    last_document: usize,
}

/// A word in place, by number of its form.
struct Token {
    form: usize,
    gap: Gap,
}

/// Stands for a word that is not indexed.
const NO_NUMBER: usize = usize::MAX;

/// Lookups only, never iterated over, so the order of the table cannot be seen.
type Numbers<Key> = HashMap<Key, usize, BuildHasherDefault<DefaultHasher>>;

#[derive(Default)]
struct Builder {
    forms: Vec<Form>,
    form_numbers: Numbers<String>,
    /// Form numbers by the word as it is written: each is folded and stemmed once.
    written_numbers: Numbers<String>,
    terms: Vec<(String, Postings)>,
    term_numbers: Numbers<String>,
}

/// The indexed places of a document with their texts; a section has two, its heading first.
fn places(document: &Document) -> impl Iterator<Item = (Slot, bool, &str)> {
    let section_count = document.sections.len().min(SECTIONS_MAX);
    std::iter::once((TITLE, false, document.title.as_str()))
        .chain(
            document
                .aliases
                .iter()
                .map(|alias| (ALIASES, false, alias.as_str())),
        )
        .chain(
            document
                .keywords
                .iter()
                .map(|phrase| (KEYWORDS, false, phrase.as_str())),
        )
        .chain(std::iter::once((SUMMARY, false, document.summary.as_str())))
        .chain(
            document.sections[..section_count]
                .iter()
                .enumerate()
                .flat_map(|(at, section)| {
                    let slot = FIRST_SECTION + at as Slot;
                    [
                        (slot, true, section.heading.as_str()),
                        (slot, false, section.text.as_str()),
                    ]
                }),
        )
}

impl Builder {
    fn parts(mut self, documents: &[&Document], synonyms: &Synonyms) -> Vec<Part> {
        let tokens: Vec<Vec<(Slot, bool, Vec<Token>)>> = documents
            .iter()
            .enumerate()
            .map(|(number, document)| {
                places(document)
                    .map(|(slot, in_heading, text)| {
                        (slot, in_heading, self.tokens(number, slot, text))
                    })
                    .collect()
            })
            .collect();
        let mut lengths = vec![[0; FIELDS]; documents.len()];
        let mut joined = Numbers::default();
        for (number, places) in tokens.iter().enumerate() {
            lengths[number] = self.index(number, places, &mut joined);
        }
        let mut terms: Vec<(&str, &Postings)> = self
            .terms
            .iter()
            .filter(|(_, postings)| postings.document_count() > 0)
            .map(|(term, postings)| (term.as_str(), postings))
            .collect();
        terms.sort_by_key(|(term, _)| *term);
        let shards = encode_shards(&terms);
        let texts = encode_texts(documents.iter().enumerate().flat_map(|(number, document)| {
            let summary = ((number, SUMMARY), ["", "", document.summary.as_str()]);
            let sections = document.sections.iter().take(SECTIONS_MAX).enumerate();
            std::iter::once(summary).chain(sections.map(move |(at, section)| {
                let stored = [section.anchor.as_str(), &section.heading, &section.text];
                ((number, FIRST_SECTION + at as Slot), stored)
            }))
        }));
        let core = Core {
            shard_starts: shards.iter().map(|(start, _)| start.clone()).collect(),
            text_starts: texts.iter().map(|(start, _)| *start).collect(),
            dictionary: self.dictionary(),
            synonyms: synonyms
                .groups
                .iter()
                .filter(|group| group.len() > 1)
                .cloned()
                .collect(),
            ..entries(documents, &lengths)
        };
        let mut parts = vec![Part {
            name: CORE.to_owned(),
            bytes: core.encode(),
        }];
        for (number, (_, bytes)) in shards.into_iter().enumerate() {
            parts.push(Part {
                name: postings_name(number),
                bytes,
            });
        }
        for (number, (_, bytes)) in texts.into_iter().enumerate() {
            parts.push(Part {
                name: texts_name(number),
                bytes,
            });
        }
        parts
    }

    /// The words of a text as numbers, with what is known of each form brought up to date.
    fn tokens(&mut self, document: usize, slot: Slot, text: &str) -> Vec<Token> {
        let words = written(text);
        let mut tokens = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            let goes_on = words.get(at + 1).is_some_and(|next| next.continues);
            if goes_on && !word.continues {
                let parts = words[at + 1..].iter().take_while(|part| part.continues);
                let end = parts.last().map_or(word.end, |part| part.end);
                if let Some(whole) = self.written_number(&text[word.start..end].to_lowercase()) {
                    self.note(whole, document, slot, true);
                }
            }
            if let Some(form) = self.written_number(&text[word.start..word.end]) {
                self.note(form, document, slot, !(word.continues || goes_on));
                tokens.push(Token {
                    form,
                    gap: word.gap,
                });
            }
        }
        tokens
    }

    /// The number of a written word's form, if it is one we index.
    fn written_number(&mut self, written: &str) -> Option<usize> {
        if let Some(&number) = self.written_numbers.get(written) {
            return (number != NO_NUMBER).then_some(number);
        }
        let number = form(written).map_or(NO_NUMBER, |form| self.form_number(form));
        self.written_numbers.insert(written.to_owned(), number);
        (number != NO_NUMBER).then_some(number)
    }

    fn note(&mut self, form: usize, document: usize, slot: Slot, stands_alone: bool) {
        let form = &mut self.forms[form];
        form.stands_alone |= stands_alone;
        form.in_name |= slot < SUMMARY;
        if form.documents == 0 || form.last_document != document {
            form.documents += 1;
            form.last_document = document;
        }
    }

    fn form_number(&mut self, text: String) -> usize {
        if let Some(&number) = self.form_numbers.get(&text) {
            return number;
        }
        let key = term(&text);
        let is_stop = weight(&text, &key) == Weight::Stop;
        let next_term = self.terms.len();
        let term = *self.term_numbers.entry(key.clone()).or_insert(next_term);
        if term == next_term {
            self.terms.push((key, Postings::default()));
        }
        let number = self.forms.len();
        self.forms.push(Form {
            text: text.to_owned(),
            term,
            is_stop,
            ..Form::default()
        });
        self.form_numbers.insert(text.to_owned(), number);
        number
    }

    /// Adds a document's words to the postings; returns the lengths of its fields.
    fn index(
        &mut self,
        document: usize,
        places: &[(Slot, bool, Vec<Token>)],
        joined: &mut Numbers<(usize, usize)>,
    ) -> [usize; FIELDS] {
        let mut lengths = [0; FIELDS];
        let mut found: Vec<(usize, Slot, bool)> = Vec::new();
        for (slot, in_heading, tokens) in places {
            for (at, token) in tokens.iter().enumerate() {
                let form = &self.forms[token.form];
                if !form.is_stop || *slot <= SUMMARY {
                    found.push((form.term, *slot, *in_heading));
                    lengths[field(*slot)] += 1;
                }
                if at > 0 && token.gap == Gap::Close {
                    let whole = self.written_as_one(tokens[at - 1].form, token.form, joined);
                    found.extend(whole.map(|form| (self.forms[form].term, *slot, *in_heading)));
                }
            }
        }
        found.sort_unstable();
        for same in found.chunk_by(|one, other| one.0 == other.0 && one.1 == other.1) {
            let (term, slot, _) = same[0];
            let count = same.len().min(usize::from(COUNT_MAX)) as u8;
            let in_heading = same.iter().any(|(_, _, in_heading)| *in_heading);
            self.terms[term].1.push(
                document,
                Place {
                    slot,
                    count,
                    in_heading,
                },
            );
        }
        lengths
    }

    /// The form that is two neighbours written as one word, if any text writes them so: `time-out`
    /// and `time out` are then found by `timeout` as well.
    fn written_as_one(
        &self,
        first: usize,
        second: usize,
        joined: &mut Numbers<(usize, usize)>,
    ) -> Option<usize> {
        let number = *joined.entry((first, second)).or_insert_with(|| {
            let whole = format!("{}{}", self.forms[first].text, self.forms[second].text);
            match self.form_numbers.get(&whole) {
                Some(&number) if self.forms[number].stands_alone => number,
                _ => NO_NUMBER,
            }
        });
        (number != NO_NUMBER && !self.forms[number].is_stop).then_some(number)
    }

    fn dictionary(&self) -> Dictionary {
        let mut known: Vec<&Form> = self
            .forms
            .iter()
            .filter(|form| {
                let is_number = form.text.bytes().all(|byte| byte.is_ascii_digit());
                form.in_name || !(form.is_stop || is_number)
            })
            .collect();
        known.sort_by(|one, other| {
            (other.in_name, other.documents, &one.text).cmp(&(
                one.in_name,
                one.documents,
                &other.text,
            ))
        });
        known.truncate(DICTIONARY_WORDS_MAX);
        known.sort_by(|one, other| one.text.cmp(&other.text));
        Dictionary::new(known.into_iter().map(|form| Known {
            form: &form.text,
            in_name: form.in_name,
            commonness: form.documents.checked_ilog2().unwrap_or(0) as u8,
        }))
    }
}

/// The part of the core that describes the documents.
fn entries(documents: &[&Document], lengths: &[[usize; FIELDS]]) -> Core {
    let kinds: BTreeSet<&str> = documents
        .iter()
        .map(|document| document.kind.as_str())
        .collect();
    let kinds: Vec<String> = kinds.into_iter().map(str::to_owned).collect();
    let entries = documents
        .iter()
        .zip(lengths)
        .map(|(document, lengths)| Entry {
            id: document.id.clone(),
            url: document.url.clone(),
            title: document.title.clone(),
            kind: kinds
                .binary_search(&document.kind)
                .expect("every kind was collected"),
            aliases: document.aliases.clone(),
            lengths: *lengths,
            sections: document.sections.len().min(SECTIONS_MAX),
        })
        .collect();
    Core {
        kinds,
        entries,
        ..Core::default()
    }
}
