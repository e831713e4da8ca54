//! The home page.

use catalog::{Door, Group, Inline, Kind};
use maud::{Markup, html};

use crate::render::Writer;
use crate::request::Request;
use crate::shell::Frame;
use crate::site::Site;

/// Kinds whose complete pages are counted on the home page, with the page that lists them.
const COUNTED: [(Kind, &str); 6] = [
    (Kind::Pattern, "/pattern-library/"),
    (Kind::CaseStudy, "/architects-handbook/case-studies/"),
    (Kind::Playbook, "/playbooks/"),
    (Kind::Migration, "/migration/"),
    (Kind::Path, "/architects-handbook/learning-paths/"),
    (Kind::Law, "/core-principles/laws/"),
];

/// The door behind which the diagnosis stands.
const FIRE_DOOR: &str = "fire";

impl Site {
    /// The document at `/`.
    pub(crate) fn home_page(&self, request: &Request) -> String {
        let writer = Writer::new(self, None, request);
        let home = &self.catalog.home;
        let frame = Frame {
            description: &self.catalog.settings.description,
            path: "/",
            has_markdown: true,
            template: "home",
            ..Frame::default()
        };
        let content = html! {
            main.content id="content" tabindex="-1" {
                div.hero {
                    div {
                        h1 { (home.title) }
                        p.lead { (writer.inlines(&home.lead)) }
                    }
                    (self.counts())
                }
                div.doors { @for door in &home.doors { (writer.door(door)) } }
                @for group in &home.groups { (writer.group(group)) }
            }
        };
        self.shell(&frame, &content)
    }

    fn counts(&self) -> Markup {
        html! {
            ul.counts {
                @for (kind, path) in COUNTED {
                    @let count = self.catalog.pages().filter(|entry| entry.id.kind == kind).count();
                    @if count > 0 {
                        @let noun = if count == 1 { "kind" } else { "kinds" };
                        li { a href=(self.href(path)) { strong { (count) } " " (self.t(&format!("{noun}.{kind}"))) } }
                    }
                }
                @if !self.catalog.terms.is_empty() {
                    li { a href=(self.href(catalog::GLOSSARY_PATH)) { strong { (self.catalog.terms.len()) } " " (self.t("kinds.term")) } }
                }
                li { a href=(self.href("/roadmap/")) { (self.t("home.planned")) } }
            }
        }
    }
}

impl Writer<'_> {
    fn door(&self, door: &Door) -> Markup {
        html! {
            section class={ "door door-" (door.id) } aria-labelledby=(door.id) {
                h2 id=(door.id) { (door.title) }
                p.door-lead { (self.inlines(&door.lead)) }
                @if door.id == FIRE_DOOR { (self.site.home_fix()) }
                @if !door.rows.is_empty() {
                    ul.door-rows { @for row in &door.rows { li { (self.door_row(door, row)) } } }
                }
                @if !door.short.is_empty() {
                    p.door-short {
                        span { (door.short_title) }
                        @for item in &door.short { " " (self.inlines(item)) }
                    }
                }
                ul.door-more { @for item in &door.more { li { (self.inlines(item)) } } }
            }
        }
    }

    /// Cells with the name of their column, which eyes do not need and other readers do.
    fn door_row(&self, door: &Door, row: &[Vec<Inline>]) -> Markup {
        html! {
            @for (index, cell) in row.iter().enumerate() {
                span class={ "cell cell-" (index + 1) } {
                    @if let Some(column) = door.columns.get(index).filter(|_| index > 0) {
                        span.cell-label { (column) ": " }
                    }
                    (self.inlines(cell))
                }
                " "
            }
        }
    }

    fn group(&self, group: &Group) -> Markup {
        html! {
            section class={ "group group-" (group.id) } aria-labelledby=(group.id) {
                h2 id=(group.id) { (self.inlines(&group.title)) }
                div.group-parts {
                    @for part in &group.parts {
                        div.group-part {
                            h3 { (self.inlines(&part.title)) }
                            @if !part.lead.is_empty() { p.why { (self.inlines(&part.lead)) } }
                            ul { @for item in &part.items { li { (self.inlines(item)) } } }
                        }
                    }
                }
            }
        }
    }
}
