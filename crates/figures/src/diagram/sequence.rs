//! Corrections to the engine's layout of sequences: notes, dividers and free space.

use rusty_mermaid_diagrams::sequence::ir::{Note, NotePosition, SequenceItem};
use rusty_mermaid_diagrams::sequence::layout::SequenceLayout;

use super::role::{LABEL_FONT, label};
use crate::text;

/// Space between a note's edge and its text.
const NOTE_PADDING: f64 = 10.0;
/// How far a note over several participants reaches beyond the outer lifelines.
const NOTE_OVERHANG: f64 = 24.0;
/// Widest line of a note.
const NOTE_TEXT_WIDTH_MAX: f64 = 220.0;
/// The engine leaves room for a message's label above a note, which has none.
const NOTE_SPACE_SAVED: f64 = 20.0;
/// Space above a divider, which the engine draws through the message before it.
const DIVIDER_SPACE_ABOVE: f64 = 14.0;
/// Space below a divider, for its label.
const DIVIDER_SPACE_BELOW: f64 = 8.0;
/// Space between a note and the lifeline it stands beside.
const NOTE_GAP: f64 = 10.0;

/// Breaks the text of notes into lines before the layout.
pub(super) fn wrap_notes(items: &mut [SequenceItem]) {
    for item in items {
        match item {
            SequenceItem::Note(note) => {
                note.text = text::wrap(&label(&note.text), LABEL_FONT, NOTE_TEXT_WIDTH_MAX);
            }
            SequenceItem::Fragment(fragment) => {
                for section in &mut fragment.sections {
                    wrap_notes(&mut section.items);
                }
            }
            _ => {}
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
        for section in 0..layout.fragments[fragment].sections.len() {
            let divider = layout.fragments[fragment].sections[section].y;
            shift_below(
                layout,
                divider + 0.5,
                DIVIDER_SPACE_ABOVE + DIVIDER_SPACE_BELOW,
            );
            layout.fragments[fragment].sections[section].y = divider + DIVIDER_SPACE_ABOVE;
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
