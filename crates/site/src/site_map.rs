//! Everything on one page.

use catalog::{Details, Entry, Kind, Vocabulary};
use maud::{Markup, html};

use crate::shell::Frame;
use crate::site::Site;

impl Site {
    /// The document at `/site-map/`.
    pub(crate) fn site_map_page(&self) -> String {
        let t = |id| self.t(id);
        let frame = Frame {
            title: t("site-map.title"),
            description: t("site-map.summary"),
            path: "/site-map/",
            template: "wide site-map",
            ..Frame::default()
        };
        let content = html! {
            main.content id="content" tabindex="-1" {
                (self.breadcrumbs("/site-map/"))
                header.entry-head {
                    h1 { (t("site-map.title")) }
                    p.lead { (t("site-map.summary")) }
                }
                div.map-columns {
                    (self.map_tools())
                    @for kind in Kind::ALL {
                        (self.map_section(kind))
                    }
                }
            }
        };
        self.shell(&frame, &content)
    }

    fn map_section(&self, kind: Kind) -> Markup {
        let entries: Vec<&Entry> = self
            .catalog
            .entries()
            .filter(|entry| entry.id.kind == kind)
            .collect();
        let complete = entries.iter().filter(|entry| !entry.planned).count();
        if complete == 0 {
            return html! {};
        }
        html! {
            section {
                h2 id={ "kind-" (kind) } { (self.t(&format!("kinds.{kind}"))) " " span.count { (complete) } }
                @for (title, members) in self.map_groups(kind, &entries) {
                    @if !title.is_empty() { h3 { (title) } }
                    ul {
                        @for entry in members { li { a href=(self.href(&entry.path)) { (entry.name) } } }
                    }
                }
                @if complete < entries.len() { p.why { (self.t("site-map.planned")) } }
            }
        }
    }

    fn map_groups<'e>(&self, kind: Kind, entries: &[&'e Entry]) -> Vec<(String, Vec<&'e Entry>)> {
        let vocabulary = &self.catalog.vocabulary;
        let key = |entry: &Entry| match &entry.details {
            Details::Pattern(pattern) => {
                Vocabulary::name(&vocabulary.categories, &pattern.category).to_owned()
            }
            Details::CaseStudy(study) => {
                Vocabulary::name(&vocabulary.domains, &study.domain).to_owned()
            }
            Details::Page { section, .. } if kind == Kind::Page => {
                self.t(&format!("section.{section}")).to_owned()
            }
            _ => String::new(),
        };
        let mut groups: Vec<(String, Vec<&Entry>)> = Vec::new();
        for entry in entries.iter().filter(|entry| !entry.planned) {
            let title = key(entry);
            match groups.iter_mut().find(|(known, _)| *known == title) {
                Some((_, members)) => members.push(entry),
                None => groups.push((title, vec![entry])),
            }
        }
        groups.sort_by(|a, b| a.0.cmp(&b.0));
        groups
    }
}
