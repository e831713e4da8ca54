//! The page of an entry: one frame, with what each kind adds.

use catalog::{Details, Entry, Kind, Signal, Vocabulary};
use maud::{Markup, html};

use crate::brief::{minutes_text, tier_badge};
use crate::render::Writer;
use crate::request::Request;
use crate::shell::Frame;
use crate::site::Site;
use crate::tool_list::FIX;

impl Site {
    /// The name, with the kind where another page has the same name.
    fn distinct_title(&self, entry: &Entry) -> String {
        let shared = self
            .catalog
            .pages()
            .any(|other| other.name == entry.name && other.id != entry.id);
        if shared {
            format!(
                "{} ({})",
                entry.name,
                self.t(&format!("kind.{}", entry.id.kind)).to_lowercase()
            )
        } else {
            entry.name.clone()
        }
    }

    /// The document of a complete entry.
    pub(crate) fn entry_page(&self, entry: &Entry, request: &Request) -> String {
        let writer = Writer::new(self, Some(entry), request);
        let brief = writer.brief(entry);
        let body = writer.document(&entry.document);
        let title = self.distinct_title(entry);
        let tool = (entry.path == FIX.path).then(|| self.fix_tool(request));
        let frame = Frame {
            title: &title,
            description: &entry.summary,
            path: &entry.path,
            has_markdown: true,
            template: &template(entry),
            unlisted: tool.as_ref().is_some_and(|tool| tool.is_asked),
            language: &entry.language,
        };
        let tool = tool.map(|tool| tool.markup);
        let content = html! {
            div.layout {
                (self.section_navigation(entry))
                main.content id="content" tabindex="-1" {
                    (self.breadcrumbs(&entry.path))
                    article {
                        (writer.entry_head(entry))
                        @if let Some(tool) = &tool { (tool) }
                        @if entry.id.kind == Kind::Playbook {
                            (brief) (self.contents_folded(entry))
                        } @else {
                            (self.contents_folded(entry)) (brief)
                        }
                        (body)
                        (writer.signals(entry))
                        (writer.computed_section())
                        (writer.sources(entry))
                        (writer.evidence_legend())
                    }
                    (self.related_section(entry))
                    (self.previous_next(entry))
                }
                aside.rail aria-label=(self.t("shell.rail")) {
                    (writer.glance(entry))
                    (self.contents(entry))
                    (self.provenance(entry))
                }
            }
        };
        self.shell(&frame, &content)
    }

    /// Sections of the page, for a table of contents that follows the reader.
    fn contents(&self, entry: &Entry) -> Markup {
        let list = self.contents_list(entry);
        html! {
            @if let Some(list) = list {
                nav.contents aria-labelledby="contents-title" data-contents {
                    h2 id="contents-title" { (self.t("shell.contents")) }
                    (list)
                }
            }
        }
    }

    /// The same where there is no room beside the text.
    fn contents_folded(&self, entry: &Entry) -> Markup {
        let list = self.contents_list(entry);
        html! {
            @if let Some(list) = list {
                details.contents-folded {
                    summary { (self.t("shell.contents")) }
                    nav aria-label=(self.t("shell.contents")) { (list) }
                }
            }
        }
    }

    fn contents_list(&self, entry: &Entry) -> Option<Markup> {
        let document = &entry.document;
        (document.sections.len() > 1).then(|| {
            html! {
                ol {
                    @for section in &document.sections {
                        li { a href={ "#" (section.id) } { (catalog::inline_text(&section.title)) } }
                    }
                    @if !entry.sources.is_empty() {
                        li { a href="#sources" { (self.t("evidence.sources")) } }
                    }
                }
            }
        })
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
                            @if source.url.is_empty() {
                                cite { (source.title) }
                            } @else {
                                a.external href=(source.url) rel="noopener" { cite { (source.title) } }
                            }
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

    /// How the page marks its figures, in the marks themselves.
    fn evidence_legend(&self) -> Markup {
        let t = |id| self.site.t(id);
        let evidence = self.evidence.get();
        html! {
            @if evidence.cited || evidence.computed || evidence.assumed || evidence.executed {
                aside.legend aria-label=(t("evidence.legend")) {
                    @if evidence.cited { p { span.citation aria-hidden="true" { "1" } " " (t("evidence.legend-cited")) } }
                    @if evidence.computed { p { span.evidence aria-hidden="true" { "ƒ1" } " " (t("evidence.legend-computed")) } }
                    @if evidence.executed { p { span.quoted aria-hidden="true" { "42" } " " (t("evidence.legend-executed")) } }
                    @if evidence.assumed { p { span.assumed aria-hidden="true" { "42" } " " (t("evidence.legend-assumed")) } }
                }
            }
        }
    }
}

/// A playbook with more characters than this on its printed sheet needs smaller type to keep to one
/// side of A4; measured on the playbooks that there are.
const DENSE_SHEET_CHARACTERS: usize = 10_000;

/// Sections of a playbook that its printed sheet leaves out.
const OFF_THE_SHEET: [&str; 3] = ["real-fix", "afterwards", "see-it-run"];

/// Classes on `body`.
fn template(entry: &Entry) -> String {
    let sheet = || {
        let sections = catalog::section_texts(entry);
        let printed = sections
            .iter()
            .filter(|section| !OFF_THE_SHEET.contains(&section.anchor.as_str()));
        printed.map(|section| section.text.len()).sum::<usize>()
    };
    let is_dense = entry.id.kind == Kind::Playbook && sheet() > DENSE_SHEET_CHARACTERS;
    let dense = if is_dense { " dense" } else { "" };
    format!("entry kind-{}{dense}", entry.id.kind)
}
