//! The home page's doors, tables and references as data: `home.toml`.

use std::cell::RefCell;

use crate::diagnostic::{FileText, Sink};
use crate::document::Inline;
use crate::fields::{Fields, Sheet, parse_toml};
use crate::markdown::{FigureRule, PageContext};

/// The home page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Home {
    /// Headline.
    pub title: String,
    /// What the Studio is for.
    pub lead: Vec<Inline>,
    /// The ways in, most urgent first.
    pub doors: Vec<Door>,
    /// References under the doors.
    pub groups: Vec<Group>,
}

/// A way in: one need, answered by a table and links.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Door {
    /// `fire`, `learn`, `design`, `migrate`.
    pub id: String,
    /// The need in the reader's words.
    pub title: String,
    /// What is behind the door.
    pub lead: Vec<Inline>,
    /// Column titles.
    pub columns: Vec<String>,
    /// Cells of inline content.
    pub rows: Vec<Vec<Vec<Inline>>>,
    /// Title of the short links; may be empty.
    pub short_title: String,
    /// Short links.
    pub short: Vec<Vec<Inline>>,
    /// Where to go on.
    pub more: Vec<Vec<Inline>>,
}

/// A group of references.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Anchor and style.
    pub id: String,
    /// Title.
    pub title: Vec<Inline>,
    /// Parts side by side.
    pub parts: Vec<GroupPart>,
}

/// One part of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupPart {
    /// Title, usually a link.
    pub title: Vec<Inline>,
    /// A line under it; may be empty.
    pub lead: Vec<Inline>,
    /// Links.
    pub items: Vec<Vec<Inline>>,
}

impl Home {
    /// Every inline of the page.
    pub(crate) fn inlines(&self) -> Vec<&Inline> {
        let mut found = Vec::new();
        let doors = self.doors.iter().flat_map(|door| {
            std::iter::once(&door.lead)
                .chain(door.rows.iter().flatten())
                .chain(&door.short)
                .chain(&door.more)
        });
        let groups = self.groups.iter().flat_map(|group| {
            std::iter::once(&group.title).chain(
                group
                    .parts
                    .iter()
                    .flat_map(|part| [&part.title, &part.lead].into_iter().chain(&part.items)),
            )
        });
        for run in std::iter::once(&self.lead).chain(doors).chain(groups) {
            crate::document::walk_inlines(run, &mut |inline| found.push(inline));
        }
        found
    }
}

pub(crate) fn read(file: &FileText<'_>, sink: &RefCell<Sink>) -> Home {
    let page = PageContext::new(file, sink);
    let table = parse_toml(file, 0, file.text, sink);
    let sheet = Sheet {
        file,
        table: &table,
        base: 0,
        start: 0,
    };
    let fields = Fields::new(vec![sheet], "the home page", sink);
    let home = Home {
        title: fields.required_text("title").value,
        lead: line(&page, &fields, "lead"),
        doors: fields
            .tables("door")
            .iter()
            .map(|door| read_door(&page, door))
            .collect(),
        groups: fields
            .tables("group")
            .iter()
            .map(|group| read_group(&page, group))
            .collect(),
    };
    fields.finish();
    home
}

fn line(page: &PageContext<'_, '_>, fields: &Fields<'_, '_>, key: &'static str) -> Vec<Inline> {
    fields
        .text(key)
        .map(|text| page.fragment(&text.value, text.offset, FigureRule::Holds))
        .unwrap_or_default()
}

/// Bands of scale and sizes of data name a row; they state nothing about the world.
fn lines(
    page: &PageContext<'_, '_>,
    fields: &Fields<'_, '_>,
    key: &'static str,
) -> Vec<Vec<Inline>> {
    fields
        .texts(key)
        .into_iter()
        .map(|text| page.fragment(&text.value, text.offset, FigureRule::Exempt))
        .collect()
}

fn read_door(page: &PageContext<'_, '_>, door: &Fields<'_, '_>) -> Door {
    let rows = door
        .tables("row")
        .iter()
        .map(|row| {
            let cells = lines(page, row, "cells");
            row.finish();
            cells
        })
        .collect();
    let read = Door {
        id: door.required_text("id").value,
        title: door.required_text("title").value,
        lead: line(page, door, "lead"),
        columns: door
            .texts("columns")
            .into_iter()
            .map(|text| text.value)
            .collect(),
        rows,
        short_title: door
            .text("short_title")
            .map(|text| text.value)
            .unwrap_or_default(),
        short: lines(page, door, "short"),
        more: lines(page, door, "more"),
    };
    door.finish();
    read
}

fn read_group(page: &PageContext<'_, '_>, group: &Fields<'_, '_>) -> Group {
    let parts = group
        .tables("part")
        .iter()
        .map(|part| {
            let read = GroupPart {
                title: line(page, part, "title"),
                lead: line(page, part, "lead"),
                items: lines(page, part, "items"),
            };
            part.finish();
            read
        })
        .collect();
    let read = Group {
        id: group.required_text("id").value,
        title: line(page, group, "title"),
        parts,
    };
    group.finish();
    read
}
