//! Which words stand where: shards of terms, each with the documents and places that have it.

use crate::{
    Error,
    bytes::{Reader, put_number, put_sorted_text},
    slot::{FIRST_SECTION, SECTIONS_MAX, Slot},
};

/// How often a word is counted within one place; more of the same adds nothing to a ranking.
pub(crate) const COUNT_MAX: u8 = 4;

/// Bytes of postings after which a shard ends: a query loads one shard per word, a site has some
/// hundred.
const SHARD_BYTES: usize = 7_000;

/// A word in one place of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) slot: Slot,
    /// How often, up to [`COUNT_MAX`].
    pub(crate) count: u8,
    /// Whether the heading of the section has it as well.
    pub(crate) in_heading: bool,
}

/// All documents that have a term, in order, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Postings {
    documents: Vec<usize>,
    /// Where the places of each document end.
    ends: Vec<usize>,
    places: Vec<Place>,
}

impl Postings {
    /// Adds the next place; documents and their places come in order.
    pub(crate) fn push(&mut self, document: usize, place: Place) {
        self.places.push(place);
        if self.documents.last() == Some(&document) {
            *self.ends.last_mut().expect("a document has an end") = self.places.len();
        } else {
            self.documents.push(document);
            self.ends.push(self.places.len());
        }
    }

    /// How many documents have the term.
    pub(crate) fn document_count(&self) -> usize {
        self.documents.len()
    }

    fn places_at(&self, at: usize) -> &[Place] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.places[start..self.ends[at]]
    }

    /// The documents and their places, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &[Place])> {
        self.documents
            .iter()
            .enumerate()
            .map(|(at, &document)| (document, self.places_at(at)))
    }

    /// The places of one document.
    pub(crate) fn places(&self, document: usize) -> &[Place] {
        self.documents
            .binary_search(&document)
            .map_or(&[], |at| self.places_at(at))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        put_number(out, self.documents.len());
        let mut next_document = 0;
        for (document, places) in self.iter() {
            put_number(out, document - next_document);
            next_document = document + 1;
            let mut next_slot = 0;
            for (at, place) in places.iter().enumerate() {
                let flags = usize::from(at + 1 == places.len()) << 3
                    | usize::from(place.in_heading) << 2
                    | usize::from(place.count.min(COUNT_MAX) - 1);
                put_number(out, usize::from(place.slot - next_slot) << 4 | flags);
                next_slot = place.slot + 1;
            }
        }
    }

    fn decode(reader: &mut Reader<'_>, documents: usize) -> Result<Self, Error> {
        let mut postings = Self::default();
        let mut next_document = 0;
        for _ in 0..reader.count()? {
            let gap = reader.number()?;
            let document: usize = gap.checked_add(next_document).ok_or(Error::Malformed)?;
            if document >= documents {
                return Err(Error::Malformed);
            }
            next_document = document + 1;
            let mut next_slot = 0;
            loop {
                let number = reader.number()?;
                let slot = next_slot + (number >> 4);
                if slot >= usize::from(FIRST_SECTION) + SECTIONS_MAX {
                    return Err(Error::Malformed);
                }
                next_slot = slot + 1;
                let count = (number & 3) as u8 + 1;
                let in_heading = number & 4 != 0;
                postings.push(
                    document,
                    Place {
                        slot: slot as Slot,
                        count,
                        in_heading,
                    },
                );
                if number & 8 != 0 {
                    break;
                }
            }
        }
        Ok(postings)
    }
}

/// A run of terms, sorted, with their postings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shard {
    terms: Vec<String>,
    postings: Vec<Postings>,
}

impl Shard {
    pub(crate) fn postings(&self, term: &str) -> Option<&Postings> {
        let at = self
            .terms
            .binary_search_by(|known| known.as_str().cmp(term))
            .ok()?;
        Some(&self.postings[at])
    }

    /// The terms that begin with `beginning`, in order.
    pub(crate) fn starting_with(&self, beginning: &str) -> impl Iterator<Item = &str> {
        let from = self.terms.partition_point(|term| term.as_str() < beginning);
        self.terms[from..]
            .iter()
            .map(String::as_str)
            .take_while(move |term| term.starts_with(beginning))
    }

    pub(crate) fn decode(bytes: &[u8], documents: usize) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let mut shard = Self::default();
        for at in 0..reader.count()? {
            let previous = shard.terms.last().map_or("", String::as_str);
            let term = reader.sorted_text(previous)?;
            if at > 0 && term.as_str() <= previous {
                return Err(Error::Malformed);
            }
            shard.terms.push(term);
        }
        for _ in 0..shard.terms.len() {
            shard
                .postings
                .push(Postings::decode(&mut reader, documents)?);
        }
        if reader.is_at_end() {
            Ok(shard)
        } else {
            Err(Error::Malformed)
        }
    }
}

/// Cuts sorted terms into shards: the first term of each, and its bytes.
pub(crate) fn encode_shards(terms: &[(&str, &Postings)]) -> Vec<(String, Vec<u8>)> {
    let mut shards = Vec::new();
    let mut rest = terms;
    while let Some((first, _)) = rest.first() {
        let mut names = Vec::new();
        let mut body = Vec::new();
        let mut previous = "";
        let mut taken = 0;
        for (term, postings) in rest {
            let mut encoded = Vec::new();
            postings.encode(&mut encoded);
            if taken > 0 && names.len() + body.len() + encoded.len() > SHARD_BYTES {
                break;
            }
            put_sorted_text(&mut names, previous, term);
            body.extend_from_slice(&encoded);
            previous = term;
            taken += 1;
        }
        let mut bytes = Vec::new();
        put_number(&mut bytes, taken);
        bytes.extend_from_slice(&names);
        bytes.extend_from_slice(&body);
        shards.push(((*first).to_owned(), bytes));
        rest = &rest[taken..];
    }
    shards
}
