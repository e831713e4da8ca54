//! Corrections to the engine's layout of sequences: notes, dividers and free space.

use rusty_mermaid_diagrams::sequence::ir::{
    ArrowHead, Note, NotePosition, ParticipantKind, SequenceItem,
};
use rusty_mermaid_diagrams::sequence::layout::{ActorLayout, SequenceLayout};

use super::role::{LABEL_FONT, LINE_HEIGHT, NODE_FONT, label};
use crate::text;

/// Space between a note's edge and its text.
const NOTE_PADDING: f64 = 10.0;
/// How far a note over several participants reaches beyond the outer lifelines.
const NOTE_OVERHANG: f64 = 24.0;
/// Widest line of a note.
const NOTE_TEXT_WIDTH_MAX: f64 = 220.0;
/// Widest line of a note over several participants.
const WIDE_NOTE_TEXT_WIDTH_MAX: f64 = 340.0;
/// The engine leaves room for a message's label above a note, which has none.
const NOTE_SPACE_SAVED: f64 = 20.0;
/// Space above a divider, which the engine draws through the message before it.
const DIVIDER_SPACE_ABOVE: f64 = 14.0;
/// How far everything below a divider moves down in all; the engine leaves enough for its label.
const DIVIDER_SPACE: f64 = 8.0;
/// Height of the name of a fragment, and how much less space than the engine leaves is below it.
const FRAGMENT_NAME: f64 = 22.0;
const FRAGMENT_SPACE_SAVED: f64 = 18.0;
/// How much narrower a fragment is than the one around it, on each side.
const FRAGMENT_INSET: f64 = 7.0;
/// Width of the loop of a message to oneself, with the space to its label.
const LOOP_WIDTH: f64 = 41.0;
/// Space above and below the name in a box.
const BOX_PADDING: f64 = 10.0;
/// Space between a note and the lifeline it stands beside.
const NOTE_GAP: f64 = 10.0;

/// Readies what is about to be laid out: breaks the text of notes into lines, and gives the open
/// head to `-)` and none to `->`, which the engine confuses.
pub(super) fn prepare(items: &mut [SequenceItem]) {
    for item in items {
        match item {
            SequenceItem::Note(note) => {
                let wide = matches!(&note.position, NotePosition::Over(names) if names.len() > 1);
                let width = if wide {
                    WIDE_NOTE_TEXT_WIDTH_MAX
                } else {
                    NOTE_TEXT_WIDTH_MAX
                };
                note.text = text::wrap(&label(&note.text), LABEL_FONT, width);
            }
            SequenceItem::Message(message) => {
                message.arrow.head = match message.arrow.head {
                    ArrowHead::None => ArrowHead::Open,
                    ArrowHead::Open => ArrowHead::None,
                    other => other,
                };
            }
            SequenceItem::Fragment(fragment) => {
                fragment
                    .sections
                    .iter_mut()
                    .for_each(|section| prepare(&mut section.items));
            }
            SequenceItem::Activation(_) => {}
        }
    }
}

/// Corrects a layout of `items`.
pub(super) fn correct(layout: &mut SequenceLayout, items: &[SequenceItem]) {
    let mut notes = Vec::new();
    collect_notes(items, &mut notes);
    resize_notes(layout, &notes);
    for index in 0..layout.notes.len() {
        let above = layout.notes[index].y - 1.0;
        shift_below(layout, above, -NOTE_SPACE_SAVED);
    }
    for fragment in 0..layout.fragments.len() {
        let below_name = layout.fragments[fragment].y + FRAGMENT_NAME;
        shift_below(layout, below_name, -FRAGMENT_SPACE_SAVED);
        for section in 0..layout.fragments[fragment].sections.len() {
            let divider = layout.fragments[fragment].sections[section].y;
            shift_below(layout, divider + 0.5, DIVIDER_SPACE);
            layout.fragments[fragment].sections[section].y = divider + DIVIDER_SPACE_ABOVE;
        }
    }
    widen_fragments(layout);
    inset_fragments(layout);
    lower_boxes(layout);
}

/// Makes fragments hold the labels and the notes inside them.
fn widen_fragments(layout: &mut SequenceLayout) {
    for fragment in &mut layout.fragments {
        let inside = |y: f64| y > fragment.y && y < fragment.y + fragment.height;
        let loops = layout
            .messages
            .iter()
            .filter(|message| message.is_self && inside(message.y));
        let labels = loops.map(|message| {
            let label = message.label.as_deref().map(label).unwrap_or_default();
            let right = message.from_x + LOOP_WIDTH + text::width(&label, LABEL_FONT);
            (message.from_x, right)
        });
        let notes = layout.notes.iter().filter(|note| inside(note.y));
        let notes = notes.map(|note| (note.x, note.x + note.width));
        let whole = (fragment.x, fragment.x + fragment.width);
        let (left, right) = labels
            .chain(notes)
            .fold(whole, |(left, right), (from, to)| {
                (left.min(from - NOTE_PADDING), right.max(to + NOTE_PADDING))
            });
        (fragment.x, fragment.width) = (left, right - left);
    }
}

/// Makes a fragment inside another narrower than that.
fn inset_fragments(layout: &mut SequenceLayout) {
    let spans: Vec<(f64, f64)> = layout
        .fragments
        .iter()
        .map(|fragment| (fragment.y, fragment.y + fragment.height))
        .collect();
    for (fragment, (top, bottom)) in layout.fragments.iter_mut().zip(&spans) {
        let around = spans
            .iter()
            .filter(|(from, to)| from < top && to > bottom)
            .count();
        // A fragment that holds others was widened with them, so it is never the narrower one.
        let inset = FRAGMENT_INSET * around as f64;
        fragment.x += inset;
        fragment.width = (fragment.width - 2.0 * inset).max(FRAGMENT_INSET);
    }
}

/// Gives boxes their own height again where a taller figure of a person stands beside them.
fn lower_boxes(layout: &mut SequenceLayout) {
    let height = |actor: &ActorLayout| {
        let lines = label(&actor.label).split('\n').count() as f64;
        (lines * NODE_FONT * LINE_HEIGHT + 2.0 * BOX_PADDING).min(actor.height)
    };
    for actor in layout
        .actors
        .iter_mut()
        .filter(|actor| actor.kind == ParticipantKind::Box)
    {
        let own = height(actor);
        actor.y += actor.height - own;
        actor.height = own;
    }
    for actor in &mut layout.bottom_actors {
        if actor.kind == ParticipantKind::Box {
            actor.height = height(actor);
        }
    }
}

/// The notes in the order in which the engine lays them out.
fn collect_notes<'a>(items: &'a [SequenceItem], notes: &mut Vec<&'a Note>) {
    for item in items {
        match item {
            SequenceItem::Note(note) => notes.push(note),
            SequenceItem::Fragment(fragment) => {
                for section in &fragment.sections {
                    collect_notes(&section.items, notes);
                }
            }
            _ => {}
        }
    }
}

/// Sizes notes by their text, which the engine measures in a larger font, and makes a note over
/// several participants reach from the first to the last, which the engine does not.
fn resize_notes(layout: &mut SequenceLayout, notes: &[&Note]) {
    for (placed, note) in layout.notes.iter_mut().zip(notes) {
        let width = text::width(&note.text, LABEL_FONT) + 2.0 * NOTE_PADDING;
        let place = |name: &String| {
            layout
                .lifelines
                .iter()
                .find(|line| line.actor_id == *name)
                .map_or(0.0, |line| line.x)
        };
        let (x, width) = match &note.position {
            NotePosition::LeftOf(name) => (place(name) - NOTE_GAP - width, width),
            NotePosition::RightOf(name) => (place(name) + NOTE_GAP, width),
            NotePosition::Over(names) => {
                let places = || names.iter().map(place);
                let left = places().fold(f64::INFINITY, f64::min);
                let right = places().fold(f64::NEG_INFINITY, f64::max);
                let span = if left < right {
                    right - left + 2.0 * NOTE_OVERHANG
                } else {
                    0.0
                };
                let width = width.max(span);
                ((left + right - width) / 2.0, width)
            }
        };
        placed.x = x;
        placed.width = width;
    }
}

/// Moves everything that lies below `line` by `amount`, and stretches what crosses it.
fn shift_below(layout: &mut SequenceLayout, line: f64, amount: f64) {
    let shift = |y: &mut f64| {
        if *y > line {
            *y += amount;
        }
    };
    let stretch = |y: &mut f64, height: &mut f64| {
        if *y > line {
            *y += amount;
        } else if *y + *height > line {
            *height += amount;
        }
    };
    layout
        .messages
        .iter_mut()
        .for_each(|message| shift(&mut message.y));
    layout
        .notes
        .iter_mut()
        .for_each(|note| stretch(&mut note.y, &mut note.height));
    for activation in &mut layout.activations {
        shift(&mut activation.top_y);
        shift(&mut activation.bottom_y);
    }
    for fragment in &mut layout.fragments {
        stretch(&mut fragment.y, &mut fragment.height);
        fragment
            .sections
            .iter_mut()
            .for_each(|section| shift(&mut section.y));
    }
    layout
        .lifelines
        .iter_mut()
        .for_each(|lifeline| shift(&mut lifeline.bottom_y));
    layout
        .bottom_actors
        .iter_mut()
        .for_each(|actor| shift(&mut actor.y));
    layout.height += amount;
}
