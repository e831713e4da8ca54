//! The places of a document in which a word can stand.

/// A place of a document: four short ones, then a number per section.
pub(crate) type Slot = u16;

/// The title.
pub(crate) const TITLE: Slot = 0;
/// All other names.
pub(crate) const ALIASES: Slot = 1;
/// All keyword phrases.
pub(crate) const KEYWORDS: Slot = 2;
/// The summary: the first place whose text is stored.
pub(crate) const SUMMARY: Slot = 3;
/// The first section; the others follow.
pub(crate) const FIRST_SECTION: Slot = 4;

/// Most sections of a document that are indexed; far above any page that is read by people.
pub(crate) const SECTIONS_MAX: usize = 1000;

/// The fields of the ranking: the four short places and the text of all sections together.
pub(crate) const FIELDS: usize = 5;

/// The field a place belongs to.
pub(crate) fn field(slot: Slot) -> usize {
    usize::from(slot.min(FIRST_SECTION))
}
