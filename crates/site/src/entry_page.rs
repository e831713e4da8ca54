//! The page of an entry: one frame, with what each kind adds.

use catalog::{Details, Entry, Kind, PatternDetails, Related, RichText, Signal, Vocabulary};
use maud::{Markup, html};

use crate::render::Writer;
use crate::request::Request;
use crate::shell::Frame;
use crate::site::Site;

impl Site {
    /// The document of a complete entry.
    pub(crate) fn entry_page(&self, entry: &Entry, request: &Request) -> String {
        let writer = Writer::new(self, Some(entry), request);
        let brief = writer.brief(entry);
        let body = writer.document(&entry.document);
        let frame = Frame {
            title: &entry.name,
            description: &entry.summary,
            path: &entry.path,
            has_markdown: true,
            template: &format!("entry kind-{}", entry.id.kind),
            language: &entry.language,
            ..Frame::default()
        };
        let content = html! {
            div.layout {
                main.content id="content" tabindex="-1" {
                    (self.breadcrumbs(&entry.path))
                    article {
                        (writer.entry_head(entry))
                        (brief)
                        (body)
                        (writer.signals(entry))
                        (writer.computed_section())
                        (writer.sources(entry))
                    }
                    (self.previous_next(entry))
                }
                aside.rail aria-label=(self.t("shell.rail")) {
                    (writer.glance(entry))
                    (self.contents(entry))
                    (self.related_section(entry))
                    (self.provenance(entry))
                }
            }
        };
        self.shell(&frame, &content)
    }

    /// Sections of the page, for a table of contents that follows the reader.
    fn contents(&self, entry: &Entry) -> Markup {
        let document = &entry.document;
        if document.sections.len() < 2 {
            return html! {};
        }
        html! {
            nav.contents aria-labelledby="contents-title" data-contents {
                h2 id="contents-title" { (self.t("shell.contents")) }
                ol {
                    @for section in &document.sections {
                        li { a href={ "#" (section.id) } { (catalog::inline_text(&section.title)) } }
                    }
                    @if !entry.sources.is_empty() {
                        li { a href="#sources" { (self.t("evidence.sources")) } }
                    }
                }
            }
        }
    }

    fn related_section(&self, entry: &Entry) -> Markup {
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
            let key = if other.inverse {
                let by_kind = format!("inverse.{}.{}", other.kind.key(), other.id.kind);
                let known = self.catalog.interface.has(&by_kind);
                if known {
                    by_kind
                } else {
                    format!("inverse.{}.any", other.kind.key())
                }
            } else {
                format!("relation.{}", other.kind.key())
            };
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, list)) => list.push(other),
                None => groups.push((key, vec![other])),
            }
        }
        html! {
            section.related aria-labelledby="related" {
                h2 id="related" { (self.t("shell.related")) }
                @for (key, list) in &groups { (self.related_group(self.t(key), list)) }
                @if !backlinks.is_empty() {
                    details.backlinks {
                        summary { (self.t("shell.backlinks")) " (" (backlinks.len()) ")" }
                        ul { @for from in backlinks { li { a href=(self.href(&from.path)) { (from.name) } } } }
                    }
                }
            }
        }
    }

    /// Complete pages first; what is still to come follows in one line.
    fn related_group(&self, title: &str, list: &[&Related]) -> Markup {
        let entry = |other: &Related| self.catalog.entry(&other.id);
        let (complete, planned): (Vec<&Related>, Vec<&Related>) = list
            .iter()
            .partition(|other| entry(other).is_some_and(|entry| !entry.planned));
        html! {
            h3 { (title) }
            @if !complete.is_empty() {
                ul.related-list {
                    @for other in complete {
                        @if let Some(entry) = entry(other) {
                            li {
                                a href=(self.href(&entry.path)) { (entry.name) }
                                @if let Some(why) = &other.why { span.why { (why) } }
                            }
                        }
                    }
                }
            }
            @if !planned.is_empty() {
                p.planned-list {
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

    fn provenance(&self, entry: &Entry) -> Markup {
        let settings = &self.catalog.settings;
        let own_layer = self
            .catalog
            .layers
            .first()
            .is_none_or(|first| *first == entry.layer);
        html! {
            section.provenance {
                dl {
                    @if let Some(date) = entry.updated {
                        div { dt { (self.t("entry.updated")) } dd { time datetime=(date) { (date) } } }
                    }
                    @if let Some(date) = entry.reviewed {
                        div { dt { (self.t("entry.reviewed")) } dd { time datetime=(date) { (date) } } }
                    }
                    @if !own_layer {
                        div { dt { (self.t("entry.layer")) } dd { (entry.layer) } }
                    }
                    div { dt { (self.t("entry.id")) } dd { code { (entry.id) } } }
                }
                @if own_layer && !settings.edit_url.is_empty() {
                    a href={ (settings.edit_url) (entry.file) } rel="noopener" { (self.t("entry.edit")) }
                }
            }
        }
    }

    /// Complete entries of the same group, in reading order.
    fn siblings<'s>(&'s self, entry: &'s Entry) -> Vec<&'s Entry> {
        let group = |other: &Entry| match &other.details {
            Details::Pattern(pattern) => pattern.category.clone(),
            Details::CaseStudy(study) => study.domain.clone(),
            Details::Page { section, .. } => section.clone(),
            _ => String::new(),
        };
        let own = group(entry);
        let mut found: Vec<&Entry> = self
            .catalog
            .pages()
            .filter(|other| other.id.kind == entry.id.kind && group(other) == own)
            .collect();
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

    fn previous_next(&self, entry: &Entry) -> Markup {
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

impl Writer<'_> {
    fn entry_head(&self, entry: &Entry) -> Markup {
        let kind_key = format!("kind.{}", entry.id.kind);
        let vocabulary = &self.site.catalog.vocabulary;
        html! {
            header.entry-head {
                @if entry.id.kind != Kind::Page {
                    p.kicker {
                        span.kind { (self.site.t(&kind_key)) }
                        @match &entry.details {
                            Details::Pattern(pattern) => {
                                (tier_badge(vocabulary, &pattern.tier))
                            }
                            Details::CaseStudy(study) => {
                                span { (Vocabulary::name(&vocabulary.domains, &study.domain)) }
                                @if !study.study_kind.is_empty() {
                                    span { (self.site.t(&format!("study.{}", study.study_kind))) }
                                }
                            }
                            Details::Playbook(playbook) => {
                                @if let Some(minutes) = playbook.time_box_minutes {
                                    span.time-box title=(self.site.t("playbook.time-box")) {
                                        (self.site.t("playbook.aim")) " " (minutes_text(minutes))
                                    }
                                }
                            }
                            Details::Path(path) => {
                                @if let Some(weeks) = path.weeks { span { (weeks) " " (self.site.t("unit.weeks")) } }
                            }
                            Details::Migration(migration) => {
                                @if let Some((least, most)) = migration.weeks {
                                    span { (least) "–" (most) " " (self.site.t("unit.weeks")) }
                                }
                            }
                            _ => {}
                        }
                    }
                }
                h1 { (entry.name) }
                p.lead { (entry.summary) }
            }
        }
    }

    /// What a reader in a hurry needs before the body.
    fn brief(&self, entry: &Entry) -> Markup {
        let t = |id| self.site.t(id);
        match &entry.details {
            Details::Pattern(pattern) => self.pattern_brief(pattern),
            Details::Principle { statement } => html! { p.statement { (statement) } },
            Details::AntiPattern { symptom, why } => html! {
                div.brief {
                    div.brief-problem { h2 { (t("anti-pattern.symptom")) } p { (symptom) } }
                    div.brief-costs { h2 { (t("anti-pattern.why")) } p { (why) } }
                }
            },
            Details::Playbook(playbook) if !playbook.symptoms.is_empty() => html! {
                div.brief.brief-wide {
                    div.brief-problem {
                        h2 { (t("playbook.symptoms")) }
                        ul.symptoms { @for symptom in &playbook.symptoms { li { (symptom) } } }
                    }
                }
            },
            Details::Migration(migration) => html! {
                div.brief {
                    div.brief-problem { h2 { (t("migration.from")) } p { (migration.from) } }
                    div.brief-solution { h2 { (t("migration.to")) } p { (migration.to) } }
                }
            },
            Details::Path(path) => html! {
                div.brief {
                    div.brief-use {
                        h2 { (t("path.bring")) }
                        ul { @for item in &path.prerequisites { li { (item) } } }
                    }
                    div.brief-solution { h2 { (t("path.outcome")) } p { (path.outcome) } }
                }
            },
            Details::Incident(incident) if !incident.trigger.is_empty() => html! {
                div.brief.brief-wide {
                    div.brief-problem { h2 { (t("incident.trigger")) } p { (incident.trigger) } }
                }
            },
            _ => html! {},
        }
    }

    fn pattern_brief(&self, pattern: &PatternDetails) -> Markup {
        let t = |id| self.site.t(id);
        let part = |class: &str, title: &str, text: &RichText| {
            html! { div class=(class) { h2 { (title) } p { (self.inlines(&text.content)) } } }
        };
        let list = |class: &str, title: &str, items: &[RichText]| {
            html! {
                @if !items.is_empty() {
                    div class=(class) {
                        h2 { (title) }
                        ul { @for item in items { li { (self.inlines(&item.content)) } } }
                    }
                }
            }
        };
        html! {
            div.brief {
                (part("brief-problem", t("pattern.problem"), &pattern.problem))
                (part("brief-solution", t("pattern.solution"), &pattern.solution))
                (list("brief-use", t("pattern.use-when"), &pattern.use_when))
                (list("brief-avoid", t("pattern.avoid-when"), &pattern.avoid_when))
                (list("brief-gains", t("pattern.gains"), &pattern.gains))
                (list("brief-costs", t("pattern.costs"), &pattern.costs))
            }
        }
    }

    /// Facts at a glance, beside the body.
    fn glance(&self, entry: &Entry) -> Markup {
        let t = |id| self.site.t(id);
        let vocabulary = &self.site.catalog.vocabulary;
        match &entry.details {
            Details::Pattern(pattern) => html! {
                section.glance aria-label=(t("shell.glance")) {
                    dl {
                        div {
                            dt { (t("pattern.tier")) }
                            dd { (tier_badge(vocabulary, &pattern.tier)) p.why { (self.inlines(&pattern.tier_why.content)) } }
                        }
                        @if !pattern.scale_bands.is_empty() {
                            div { dt { (t("pattern.scale")) } dd { (scale_meter(vocabulary, &pattern.scale_bands)) } }
                        }
                        @if let Some((least, most)) = pattern.effort_hours {
                            div {
                                dt { (t("pattern.effort")) }
                                dd { (least) "–" (most) " " (t("unit.hours")) " " span.why { (t("pattern.effort-note")) } }
                            }
                        }
                        @if !pattern.answers.is_empty() {
                            div {
                                dt { (t("pattern.answers")) }
                                dd { @for (index, problem) in pattern.answers.iter().enumerate() {
                                    @if index > 0 { ", " }
                                    (Vocabulary::name(&vocabulary.problems, problem))
                                } }
                            }
                        }
                        @if !entry.aliases.is_empty() {
                            div { dt { (t("entry.aliases")) } dd { (entry.aliases.join(", ")) } }
                        }
                    }
                }
            },
            Details::CaseStudy(study) => html! {
                section.glance aria-label=(t("shell.glance")) {
                    dl {
                        @if let Some((from, to)) = study.years {
                            div { dt { (t("study.years")) } dd { (from) "–" (to) } }
                        }
                        @if !entry.aliases.is_empty() {
                            div { dt { (t("entry.aliases")) } dd { (entry.aliases.join(", ")) } }
                        }
                    }
                }
            },
            Details::Path(path) => html! {
                section.glance aria-label=(t("shell.glance")) {
                    dl { div { dt { (t("path.audience")) } dd { (path.audience) } } }
                }
            },
            _ => html! {},
        }
    }

    fn signals(&self, entry: &Entry) -> Markup {
        let signals: &[Signal] = match &entry.details {
            Details::Pattern(pattern) => &pattern.signals,
            Details::Playbook(playbook) => &playbook.signals,
            _ => &[],
        };
        if signals.is_empty() {
            return html! {};
        }
        let t = |id| self.site.t(id);
        html! {
            section.signals {
                h2 id="signals" { (t("signals.title")) }
                p.why { (t("signals.note")) }
                div.table-scroll tabindex="0" role="group" aria-label=(t("signals.title")) {
                    table {
                        thead { tr { th scope="col" { (t("signals.metric")) } th scope="col" { (t("signals.threshold")) } } }
                        tbody {
                            @for signal in signals {
                                tr {
                                    td { (signal.metric) }
                                    td { (self.site.t(&format!("signals.{}", signal.direction))) " " (signal.threshold) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn sources(&self, entry: &Entry) -> Markup {
        if entry.sources.is_empty() {
            return html! {};
        }
        let t = |id| self.site.t(id);
        html! {
            section.sources {
                h2 id="sources" { (t("evidence.sources")) }
                ol {
                    @for source in &entry.sources {
                        li id={ "source-" (source.key) } {
                            a.external href=(source.url) rel="noopener" { cite { (source.title) } }
                            " " span.source-by {
                                (source.org)
                                @if let Some(year) = source.year { ", " (year) }
                            }
                            @if !source.kind.is_empty() {
                                " " span.source-kind { (self.site.t(&format!("source.{}", source.kind))) }
                            }
                            @if let Some(date) = source.checked {
                                " " span.source-checked { (t("source.checked")) " " time datetime=(date) { (date) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A tier by name, with a mark that does not rest on colour alone.
pub(crate) fn tier_badge(vocabulary: &Vocabulary, tier: &str) -> Markup {
    let meaning = vocabulary.tiers.iter().find(|known| known.id == tier);
    html! {
        @if let Some(choice) = meaning {
            span class={ "tier tier-" (choice.id) } title=(choice.meaning) { (choice.name) }
        }
    }
}

/// The four bands as a row of cells, the ones that apply filled, with the bands in words.
pub(crate) fn scale_meter(vocabulary: &Vocabulary, bands: &[String]) -> Markup {
    let holds = |id: &str| bands.iter().any(|band| band == id);
    let chosen: Vec<&str> = vocabulary
        .scales
        .iter()
        .filter(|s| holds(&s.id))
        .map(|s| s.id.as_str())
        .collect();
    let words = match chosen.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, .., last] => {
            let from = first.split('-').next().unwrap_or(first);
            let to = if last.ends_with('+') {
                last.trim_end_matches('+').to_owned() + "+"
            } else {
                last.rsplit('-').next().unwrap_or(last).to_owned()
            };
            format!("{from} – {to}")
        }
    };
    html! {
        span.scale title=(words) {
            span.scale-cells aria-hidden="true" {
                @for scale in &vocabulary.scales { i class=[holds(&scale.id).then_some("on")] {} }
            }
            span.scale-words { (words) }
        }
    }
}

/// Minutes as people say them: `45 min`, `2 h`, `1 h 30 min`.
pub(crate) fn minutes_text(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}
