//! The stored text of summaries and sections, from which passages are cut.

use crate::{
    Error,
    bytes::{Reader, put_text},
    slot::Slot,
};

/// Bytes of text after which a part ends: a result costs one part, about 3 KB when compressed.
const PART_BYTES: usize = 8_000;

/// The stored text of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) anchor: String,
    pub(crate) heading: String,
    pub(crate) text: String,
}

/// The texts of a run of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    places: Vec<(usize, Slot)>,
    stored: Vec<Stored>,
}

impl Texts {
    pub(crate) fn get(&self, document: usize, slot: Slot) -> Option<&Stored> {
        let at = self.places.binary_search(&(document, slot)).ok()?;
        self.stored.get(at)
    }

    pub(crate) fn decode(bytes: &[u8], places: Vec<(usize, Slot)>) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let mut stored = Vec::new();
        for _ in &places {
            stored.push(Stored {
                anchor: reader.text()?.to_owned(),
                heading: reader.text()?.to_owned(),
                text: reader.text()?.to_owned(),
            });
        }
        if reader.is_at_end() {
            Ok(Self { places, stored })
        } else {
            Err(Error::Malformed)
        }
    }
}

/// Cuts texts, in order of their places, into parts: the first place of each, and its bytes.
pub(crate) fn encode_texts<'a>(
    texts: impl IntoIterator<Item = ((usize, Slot), [&'a str; 3])>,
) -> Vec<((usize, Slot), Vec<u8>)> {
    let mut parts: Vec<((usize, Slot), Vec<u8>)> = Vec::new();
    for (place, stored) in texts {
        let len: usize = stored.iter().map(|text| text.len()).sum();
        match parts.last_mut() {
            Some((_, bytes)) if bytes.len() + len <= PART_BYTES => {
                stored.iter().for_each(|text| put_text(bytes, text));
            }
            _ => {
                let mut bytes = Vec::new();
                stored.iter().for_each(|text| put_text(&mut bytes, text));
                parts.push((place, bytes));
            }
        }
    }
    parts
}
