//! Finds passages that nearly repeat another page.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::document::Block;
use crate::markdown::inline_text;

/// Words in a shingle: long enough that common phrases do not meet.
const SHINGLE_WORDS: usize = 6;
/// Shortest passage that is compared: shorter ones agree by chance.
const PASSAGE_WORDS_MIN: usize = 25;
/// Share of common shingles from which two passages count as the same.
const SHARE: f64 = 0.5;
/// A shingle in more passages than this is a common phrase and tells nothing.
const PASSAGES_OF_A_SHINGLE_MAX: usize = 12;

struct Passage {
    place: Place,
    page: String,
    shingles: BTreeSet<u64>,
    opening: String,
}

/// Passages of different pages that share at least half of their word sequences.
pub fn near_duplicates(catalog: &Catalog) -> Vec<Diagnostic> {
    let passages = passages(catalog);
    let mut by_shingle: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (index, passage) in passages.iter().enumerate() {
        for shingle in &passage.shingles {
            by_shingle.entry(*shingle).or_default().push(index);
        }
    }
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for holders in by_shingle
        .values()
        .filter(|list| list.len() <= PASSAGES_OF_A_SHINGLE_MAX)
    {
        for (position, left) in holders.iter().enumerate() {
            for right in &holders[position + 1..] {
                if passages[*left].page != passages[*right].page {
                    *shared.entry((*left, *right)).or_default() += 1;
                }
            }
        }
    }
    let mut found = Vec::new();
    for ((left, right), common) in shared {
        let (a, b) = (&passages[left], &passages[right]);
        let smaller = a.shingles.len().min(b.shingles.len());
        if (common as f64) < SHARE * smaller as f64 {
            continue;
        }
        found.push(Diagnostic {
            place: b.place.clone(),
            severity: Severity::Error,
            code: "near-duplicate",
            message: format!("\"{}…\" nearly repeats a passage of {}", b.opening, a.page),
            hint: Some("say it in one place and link to it".to_owned()),
        });
    }
    found
}

fn passages(catalog: &Catalog) -> Vec<Passage> {
    let mut found = Vec::new();
    for entry in catalog.pages() {
        let body = entry.document.place.as_ref().unwrap_or(&entry.place);
        let lead = (&entry.document.introduction, body.line);
        let sections = entry
            .document
            .sections
            .iter()
            .map(|section| (&section.blocks, section.line));
        for (blocks, line) in std::iter::once(lead).chain(sections) {
            crate::document::walk_blocks(blocks, &mut |block| {
                let Block::Paragraph(content) = block else {
                    return;
                };
                let text = inline_text(content);
                let words: Vec<String> = text
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(str::to_lowercase)
                    .collect();
                if words.len() < PASSAGE_WORDS_MIN {
                    return;
                }
                found.push(Passage {
                    place: Place {
                        line,
                        column: 1,
                        ..body.clone()
                    },
                    page: entry.id.to_string(),
                    shingles: words.windows(SHINGLE_WORDS).map(hash).collect(),
                    opening: text.chars().take(50).collect(),
                });
            });
        }
    }
    found
}

/// FNV-1a over the words, with a separator that no word holds.
fn hash(words: &[String]) -> u64 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in words.iter().flat_map(|word| word.bytes().chain([0xff])) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state
}
