//! Where a page stands: its section, its neighbours, its relations.

use catalog::{Details, Entry, Kind, Related, Vocabulary};
use maud::{Markup, html};

use crate::brief::tier_class;
use crate::site::Site;

impl Site {
    /// The section that a page belongs to: its name and the page that lists it.
    fn section_of<'s>(
        &'s self,
        entry: &'s Entry,
        siblings: &[&Entry],
    ) -> (String, Option<&'s str>) {
        let vocabulary = &self.catalog.vocabulary;
        let folder = siblings
            .first()
            .map_or(folder_of(entry), |first| folder_of(first));
        let index = self.catalog.at_path(folder).filter(|_| folder != "/");
        let path = index.map(|page| page.path.as_str());
        let kind_key = format!("kinds.{}", entry.id.kind);
        let section_key;
        let name = match (&entry.details, index) {
            (Details::Pattern(pattern), _) => {
                Vocabulary::name(&vocabulary.categories, &pattern.category)
            }
            (Details::CaseStudy(study), _) => Vocabulary::name(&vocabulary.domains, &study.domain),
            (Details::Page { .. }, Some(index)) => &index.name,
            (Details::Page { section, .. }, None) => {
                section_key = format!("section.{section}");
                self.t(&section_key)
            }
            _ => self.t(&kind_key),
        };
        (name.to_owned(), path)
    }

    /// The section's pages beside the page, and for patterns and case studies the other sections.
    pub(crate) fn section_navigation(&self, entry: &Entry) -> Markup {
        let siblings = self.siblings(entry);
        let (title, index) = self.section_of(entry, &siblings);
        html! {
            nav.siblings aria-label=(self.t("shell.section")) {
                p.siblings-title {
                    @if let Some(path) = index { a href=(self.href(path)) { (title) } } @else { (title) }
                }
                ul {
                    @for other in siblings {
                        li { a href=(self.href(&other.path)) class=[tier_class(other)]
                            aria-current=[(other.id == entry.id).then_some("page")] { (other.name) } }
                    }
                }
                (self.other_sections(entry))
            }
        }
    }

    fn other_sections(&self, entry: &Entry) -> Markup {
        let vocabulary = &self.catalog.vocabulary;
        let (choices, own) = match &entry.details {
            Details::Pattern(pattern) => (&vocabulary.categories, &pattern.category),
            Details::CaseStudy(study) => (&vocabulary.domains, &study.domain),
            _ => return html! {},
        };
        let others: Vec<(&str, &str)> = choices
            .iter()
            .filter(|choice| choice.id != *own)
            .filter_map(|choice| Some((choice.path.as_deref()?, choice.name.as_str())))
            .filter(|(path, _)| self.catalog.at_path(path).is_some_and(|page| !page.planned))
            .collect();
        html! {
            @if !others.is_empty() {
                p.siblings-title { (self.t("shell.other-sections")) }
                ul { @for (path, name) in others { li { a href=(self.href(path)) { (name) } } } }
            }
        }
    }

    /// Related entries with the reason for each, under the article.
    pub(crate) fn related_section(&self, entry: &Entry) -> Markup {
        let related = self.catalog.related(&entry.id);
        let backlinks: Vec<&Entry> = self
            .catalog
            .backlinks(&entry.id)
            .filter(|from| !related.iter().any(|other| other.id == from.id))
            .collect();
        if related.is_empty() && backlinks.is_empty() {
            return html! {};
        }
        let mut groups: Vec<(String, Vec<&Related>)> = Vec::new();
        for other in related {
            // A relation stated on both sides is one relation.
            let stated = |known: &&Related| !known.inverse && known.id == other.id;
            if other.inverse && related.iter().any(|known| stated(&known)) {
                continue;
            }
            let key = self.relation_title(entry.id.kind, other);
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, list)) => list.push(other),
                None => groups.push((key, vec![other])),
            }
        }
        html! {
            section.related aria-labelledby="related" {
                h2 id="related" { (self.t("shell.related")) }
                div.related-groups {
                    @for (key, list) in &groups { (self.related_group(self.t(key), list)) }
                }
                @if !backlinks.is_empty() {
                    details.backlinks {
                        summary { (self.t("shell.backlinks")) " (" (backlinks.len()) ")" }
                        ul { @for from in backlinks { li { a href=(self.href(&from.path)) { (from.name) } } } }
                    }
                }
            }
        }
    }

    /// The id of the text over a group of related entries.
    fn relation_title(&self, kind: Kind, other: &Related) -> String {
        let relation = other.kind.key();
        let specific = match (kind, other.id.kind) {
            // Stated on either side, it is the same thing to a reader.
            (Kind::Playbook, Kind::Incident) | (Kind::Incident, Kind::Playbook) => {
                format!("{kind}.related-{}", other.id.kind)
            }
            _ if other.inverse => format!("inverse.{relation}.{}", other.id.kind),
            _ => format!("relation.{relation}"),
        };
        if self.catalog.interface.has(&specific) {
            specific
        } else {
            format!("inverse.{relation}.any")
        }
    }

    /// Complete pages first; what is still to come follows in one line.
    fn related_group(&self, title: &str, list: &[&Related]) -> Markup {
        let entry = |other: &Related| self.catalog.entry(&other.id);
        let (complete, planned): (Vec<&Related>, Vec<&Related>) = list
            .iter()
            .partition(|other| entry(other).is_some_and(|entry| !entry.planned));
        html! {
            div.related-group {
                h3 { (title) }
                @if !complete.is_empty() {
                    ul.related-list {
                        @for other in complete {
                            @if let Some(entry) = entry(other) {
                                li {
                                    a href=(self.href(&entry.path)) class=[tier_class(entry)] { (entry.name) }
                                    @if let Some(why) = &other.why { span.why { (why) } }
                                }
                            }
                        }
                    }
                }
                @if !planned.is_empty() {
                    p.planned-list {
                        span.planned-label { (self.t("listing.planned")) } " "
                        @for (index, other) in planned.iter().enumerate() {
                            @if index > 0 { ", " }
                            @if let Some(entry) = entry(other) {
                                span.planned title=[other.why.as_deref()] { (entry.name) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Complete entries of the same group, in reading order. For a page that lists others, those.
    fn siblings<'s>(&'s self, entry: &'s Entry) -> Vec<&'s Entry> {
        let pages = |folder: &'s str| {
            let listed =
                move |other: &&'s Entry| other.path != folder && folder_of(other) == folder;
            self.catalog.pages().filter(listed)
        };
        let group = |other: &Entry| match &other.details {
            Details::Pattern(pattern) => pattern.category.clone(),
            Details::CaseStudy(study) => study.domain.clone(),
            Details::Page { section, .. } => section.clone(),
            _ => String::new(),
        };
        let own = group(entry);
        let folder = match entry.id.kind {
            Kind::Page if pages(&entry.path).any(|other| other.id.kind == Kind::Page) => {
                &entry.path
            }
            _ => folder_of(entry),
        };
        let alike = |other: &&Entry| other.id.kind == entry.id.kind && group(other) == own;
        let mut found: Vec<&Entry> = match entry.id.kind {
            Kind::Page => pages(folder).filter(alike).collect(),
            _ => self.catalog.pages().filter(alike).collect(),
        };
        found.sort_by_key(|other| match &other.details {
            Details::Page { order, .. } => (*order, other.name.clone()),
            Details::Pattern(pattern) => {
                let tiers = &self.catalog.vocabulary.tiers;
                let rank = tiers.iter().position(|tier| tier.id == pattern.tier);
                (
                    u32::try_from(rank.unwrap_or(tiers.len())).unwrap_or(u32::MAX),
                    other.name.clone(),
                )
            }
            _ => (0, other.name.clone()),
        });
        found
    }

    pub(crate) fn previous_next(&self, entry: &Entry) -> Markup {
        let siblings = self.siblings(entry);
        let Some(at) = siblings.iter().position(|other| other.id == entry.id) else {
            return html! {};
        };
        let previous = at.checked_sub(1).and_then(|index| siblings.get(index));
        let next = siblings.get(at + 1);
        if previous.is_none() && next.is_none() {
            return html! {};
        }
        html! {
            nav.previous-next aria-label=(self.t("shell.previous-next")) {
                @if let Some(other) = previous {
                    a.previous rel="prev" href=(self.href(&other.path)) {
                        span { (self.t("shell.previous")) } strong { (other.name) }
                    }
                }
                @if let Some(other) = next {
                    a.next rel="next" href=(self.href(&other.path)) {
                        span { (self.t("shell.next")) } strong { (other.name) }
                    }
                }
            }
        }
    }
}

/// The address of the folder that a page lies in.
fn folder_of(entry: &Entry) -> &str {
    let inner = entry.path.trim_end_matches('/');
    &entry.path[..inner.rfind('/').map_or(0, |at| at + 1)]
}
