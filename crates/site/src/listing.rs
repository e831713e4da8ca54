//! Lists derived from the catalogue: cards, tables with filters, links.

use std::cmp::Reverse;

use catalog::{Choice, Details, Entry, Kind, Listing, ListingStyle, Vocabulary};
use maud::{Markup, html};

use crate::brief::{minutes_text, scale_meter, tier_badge};
use crate::render::Writer;
use crate::site::Mode;

/// Filters of a kind's tables: query parameter and field of the entry.
fn filters_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pattern => &["tier", "scale", "law", "answers"],
        Kind::Incident => &["law", "trigger", "pattern"],
        _ => &[],
    }
}

/// A list from this many entries on is worth filtering.
const FILTERED_FROM: usize = 8;

/// So many names that are still to come would push the complete pages out of sight.
const FOLDED_FROM: usize = 9;

impl Writer<'_> {
    /// The entries of a list, complete ones first.
    fn listed(&self, listing: &Listing) -> Vec<&Entry> {
        let matches = |entry: &&Entry| {
            entry.id.kind == listing.kind
                && listing
                    .filters
                    .iter()
                    .all(|(field, value)| entry.field(field).contains(&value.as_str()))
        };
        let mut found: Vec<&Entry> = self.site.catalog.entries().filter(matches).collect();
        found.sort_by_key(|entry| {
            let (order, date) = match &entry.details {
                Details::Page { order, .. } => (*order, None),
                Details::Incident(incident) => (0, incident.date),
                _ => (0, None),
            };
            // The newest incident first.
            (
                entry.planned,
                order,
                Reverse(date),
                entry.name.to_lowercase(),
            )
        });
        found
    }

    pub(crate) fn listing(&self, listing: &Listing) -> Markup {
        let entries = self.listed(listing);
        let filtered = !filters_of(listing.kind).is_empty()
            && listing.style == ListingStyle::Table
            && entries.len() >= FILTERED_FROM;
        let groups = self.groups(listing, &entries);
        html! {
            div.listing data-listing[filtered] {
                @if filtered { (self.filter_form(listing.kind, &entries)) }
                @for (title, members) in &groups {
                    @if !members.is_empty() {
                        div.listing-group data-group {
                            @if !title.is_empty() { p.listing-title { (title) } }
                            (self.members(listing, members, filtered))
                        }
                    }
                }
                @if entries.is_empty() { p { (self.site.t("listing.none")) } }
            }
        }
    }

    fn groups<'e>(
        &self,
        listing: &Listing,
        entries: &[&'e Entry],
    ) -> Vec<(String, Vec<&'e Entry>)> {
        let vocabulary = &self.site.catalog.vocabulary;
        let Some(field) = &listing.group_by else {
            return vec![(String::new(), entries.to_vec())];
        };
        let choices: &[Choice] = match field.as_str() {
            "tier" => &vocabulary.tiers,
            "category" => &vocabulary.categories,
            "domain" => &vocabulary.domains,
            "scale" => &vocabulary.scales,
            "answers" => &vocabulary.problems,
            _ => &[],
        };
        let mut groups: Vec<(String, Vec<&Entry>)> = choices
            .iter()
            .map(|choice| {
                let members = entries
                    .iter()
                    .filter(|entry| entry.field(field).contains(&choice.id.as_str()));
                (choice.name.clone(), members.copied().collect())
            })
            .collect();
        let rest: Vec<&Entry> = entries
            .iter()
            .filter(|entry| {
                !groups
                    .iter()
                    .any(|(_, members)| members.iter().any(|m| m.id == entry.id))
            })
            .copied()
            .collect();
        groups.push((String::new(), rest));
        groups
    }

    fn members(&self, listing: &Listing, members: &[&Entry], filtered: bool) -> Markup {
        let wanted = |entry: &&&Entry| !filtered || self.chosen(entry);
        let complete: Vec<&Entry> = members
            .iter()
            .filter(|entry| !entry.planned)
            .filter(wanted)
            .copied()
            .collect();
        let planned: Vec<&Entry> = members
            .iter()
            .filter(|entry| entry.planned)
            .filter(wanted)
            .copied()
            .collect();
        html! {
            @if !complete.is_empty() {
                @match listing.style {
                    ListingStyle::Cards => (self.cards(&complete)),
                    ListingStyle::Table => (self.rows(listing.kind, &complete)),
                    ListingStyle::Links => {
                        ul.link-list {
                            @for entry in &complete {
                                li { a href=(self.site.href(&entry.path)) { (entry.name) } " " span.why { (entry.summary) } }
                            }
                        }
                    }
                }
            }
            @if !planned.is_empty() {
                (self.planned_names(&planned))
            }
        }
    }

    /// Names without links; a long list is folded.
    fn planned_names(&self, planned: &[&Entry]) -> Markup {
        let label = self.site.t("listing.planned");
        let names = html! {
            @for (index, entry) in planned.iter().enumerate() {
                span data-item=[item(entry)] {
                    @if index > 0 { span.separator { " · " } }
                    span.planned { (entry.name) }
                }
            }
        };
        html! {
            @if planned.len() < FOLDED_FROM {
                p.planned-list { span.planned-label { (label) } " " (names) }
            } @else {
                details.planned-list { summary { (label) } p { (names) } }
            }
        }
    }

    fn cards(&self, entries: &[&Entry]) -> Markup {
        html! {
            ul.cards {
                @for entry in entries {
                    li.card {
                        a href=(self.site.href(&entry.path)) { (entry.name) }
                        p { (card_text(entry)) }
                        (self.facts(entry))
                    }
                }
            }
        }
    }

    fn facts(&self, entry: &Entry) -> Markup {
        let vocabulary = &self.site.catalog.vocabulary;
        match &entry.details {
            Details::Pattern(pattern) => html! {
                p.card-facts { (tier_badge(vocabulary, &pattern.tier)) (scale_meter(vocabulary, &pattern.scale_bands)) }
            },
            Details::Playbook(playbook) => html! {
                @if let Some(minutes) = playbook.time_box_minutes {
                    p.card-facts { span.time-box { (self.site.t("playbook.aim")) " " (minutes_text(minutes)) } }
                }
            },
            Details::Path(path) => html! {
                @if let Some(weeks) = path.weeks {
                    p.card-facts { span { (weeks) " " (self.site.t("unit.weeks")) } }
                }
            },
            Details::Migration(migration) => html! {
                @if let Some((least, most)) = migration.weeks {
                    p.card-facts { span { (least) "–" (most) " " (self.site.t("unit.weeks")) } }
                }
            },
            Details::CaseStudy(study) => html! {
                p.card-facts {
                    span { (Vocabulary::name(&vocabulary.domains, &study.domain)) }
                    @if let Some((from, to)) = study.years { span { (from) "–" (to) } }
                }
            },
            _ => html! {},
        }
    }

    fn rows(&self, kind: Kind, entries: &[&Entry]) -> Markup {
        let t = |id| self.site.t(id);
        let vocabulary = &self.site.catalog.vocabulary;
        html! {
            div.table-scroll tabindex="0" role="group" aria-label=(t("content.table")) {
                table.listing-table {
                    thead { tr {
                        th scope="col" { (self.site.t(&format!("kind.{kind}"))) }
                        @if kind == Kind::Pattern {
                            th scope="col" { (t("pattern.tier")) }
                            th scope="col" { (t("pattern.scale")) }
                        } @else if kind == Kind::Playbook {
                            th scope="col" { (t("playbook.aim")) }
                        } @else if matches!(kind, Kind::Path | Kind::Migration) {
                            th scope="col" { (t("unit.weeks")) }
                        } @else if kind == Kind::CaseStudy {
                            th scope="col" { (t("study.years")) }
                        } @else if kind == Kind::Incident {
                            th scope="col" { (t("incident.trigger")) }
                            th scope="col" { (t("incident.date")) }
                            th scope="col" { (t("incident.duration")) }
                        }
                    } }
                    tbody {
                        @for entry in entries {
                            tr data-item=[item(entry)] {
                                th scope="row" {
                                    a href=(self.site.href(&entry.path)) { (entry.name) }
                                    span.why { (card_text(entry)) }
                                }
                                @match &entry.details {
                                    Details::Pattern(pattern) => {
                                        td { (tier_badge(vocabulary, &pattern.tier)) }
                                        td { (scale_meter(vocabulary, &pattern.scale_bands)) }
                                    }
                                    Details::Playbook(playbook) => {
                                        td.nowrap { @if let Some(minutes) = playbook.time_box_minutes { (minutes_text(minutes)) } }
                                    }
                                    Details::Path(path) => td { @if let Some(weeks) = path.weeks { (weeks) } },
                                    Details::Migration(migration) => {
                                        td.nowrap { @if let Some((least, most)) = migration.weeks { (least) "–" (most) } }
                                    }
                                    Details::Incident(incident) => {
                                        td { (Vocabulary::name(&vocabulary.triggers, &incident.trigger_kind)) }
                                        td.nowrap { @if let Some(date) = incident.date { (date) } }
                                        td.nowrap { @if let Some(minutes) = incident.duration_minutes { (minutes_text(minutes)) } }
                                    }
                                    Details::CaseStudy(study) => {
                                        td.nowrap { @if let Some((from, to)) = study.years { (from) "–" (to) } }
                                    }
                                    _ => {}
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether the request's filters let an entry through.
    fn chosen(&self, entry: &Entry) -> bool {
        filters_of(entry.id.kind).iter().all(|filter| {
            let mut wanted = self.request.parameters(filter).peekable();
            wanted.peek().is_none() || wanted.any(|value| entry.field(filter).contains(&value))
        })
    }

    /// What a filter can be set to, in the order in which it is shown.
    fn filter_choices(&self, filter: &str) -> Vec<Choice> {
        let vocabulary = &self.site.catalog.vocabulary;
        let of_kind = |kind: Kind| {
            let entries = self.site.catalog.entries();
            let mut found: Vec<Choice> = entries
                .filter(|entry| entry.id.kind == kind)
                .map(|entry| Choice {
                    id: entry.id.slug.clone(),
                    name: entry.name.clone(),
                    path: None,
                    meaning: String::new(),
                })
                .collect();
            found.sort_by_key(|choice| choice.name.to_lowercase());
            found
        };
        match filter {
            "tier" => vocabulary.tiers.clone(),
            "scale" => vocabulary.scales.clone(),
            "answers" => vocabulary.problems.clone(),
            "trigger" => vocabulary.triggers.clone(),
            "law" => of_kind(Kind::Law),
            "pattern" => of_kind(Kind::Pattern),
            _ => Vec::new(),
        }
    }

    /// Works without script on a server; with script it filters in place. In files without script
    /// it would do nothing, so script shows it there.
    fn filter_form(&self, kind: Kind, entries: &[&Entry]) -> Markup {
        let t = |id| self.site.t(id);
        let counts = |filter: &str, id: &str| {
            entries
                .iter()
                .filter(|entry| entry.field(filter).contains(&id))
                .count()
        };
        html! {
            form class={ "filters" @if self.site.mode == Mode::Export { " scripted" } } method="get" data-filters {
                @for filter in filters_of(kind) {
                    label {
                        span { (self.site.t(&format!("filter.{filter}"))) }
                        select name=(filter) {
                            option value="" { (t("filter.any")) }
                            @for choice in self.filter_choices(filter) {
                                @if counts(filter, &choice.id) > 0 {
                                    option value=(choice.id)
                                        selected[self.request.parameter(filter) == Some(choice.id.as_str())] {
                                        (choice.name)
                                    }
                                }
                            }
                        }
                    }
                }
                button type="submit" data-filter-submit { (t("filter.apply")) }
                output.filter-count data-filter-count role="status" data-template=(t("filter.count")) {}
            }
        }
    }
}

/// What script filters a row by: `field:value`, separated by spaces.
fn item(entry: &Entry) -> Option<String> {
    let filters = filters_of(entry.id.kind);
    let values = filters.iter().flat_map(|filter| {
        let values = entry.field(filter).into_iter();
        values.map(move |value| format!("{filter}:{value}"))
    });
    (!filters.is_empty()).then(|| values.collect::<Vec<_>>().join(" "))
}

/// The line under a name: what a reader chooses by.
fn card_text(entry: &Entry) -> &str {
    match &entry.details {
        Details::Principle { statement } if !statement.is_empty() => statement,
        Details::AntiPattern { symptom, .. } if entry.summary.is_empty() => symptom,
        _ => &entry.summary,
    }
}
