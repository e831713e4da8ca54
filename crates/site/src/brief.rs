//! What a reader in a hurry needs before the body: the answer, the facts, the way through.

use catalog::{
    Block, Details, Entry, IncidentDetails, Inline, Module, PatternDetails, Phase, RelationKind,
    RichText, Step, Vocabulary, inline_text,
};
use maud::{Markup, html};

use crate::render::Writer;

/// The section of a playbook whose steps stand at the head of the page.
const FIRST_STEPS: &str = "first-five-minutes";

impl Writer<'_> {
    /// What a reader in a hurry needs before the body.
    pub(crate) fn brief(&self, entry: &Entry) -> Markup {
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
            Details::Playbook(playbook) => self.playbook_brief(entry, &playbook.symptoms),
            Details::Migration(migration) => html! {
                div.brief {
                    div.brief-problem { h2 { (t("migration.from")) } p { (migration.from) } }
                    div.brief-solution { h2 { (t("migration.to")) } p { (migration.to) } }
                    (self.phase_track(entry))
                }
            },
            Details::Path(path) => html! {
                div.brief {
                    div.brief-use {
                        h2 { (t("path.bring")) }
                        ul { @for item in &path.prerequisites { li { (item) } } }
                    }
                    div.brief-solution { h2 { (t("path.outcome")) } p { (path.outcome) } }
                    (self.week_track(entry))
                }
            },
            Details::Incident(incident) if !incident.trigger.is_empty() => html! {
                div.brief.brief-wide {
                    div.brief-problem {
                        h2 { (t("incident.trigger")) }
                        p { (incident.trigger) }
                        (self.incident_facts(incident))
                    }
                }
            },
            _ => html! {},
        }
    }

    fn incident_facts(&self, incident: &IncidentDetails) -> Markup {
        let t = |id| self.site.t(id);
        let triggers = &self.site.catalog.vocabulary.triggers;
        html! {
            p.card-facts {
                span { (t("incident.organisation")) " " (incident.organisation) }
                @if let Some(date) = incident.date { span { (date) } }
                @if let Some(minutes) = incident.duration_minutes {
                    span { (t("incident.duration")) " " (minutes_text(minutes)) }
                }
                span { (Vocabulary::name(triggers, &incident.trigger_kind)) }
            }
        }
    }

    /// What to do now, in one glance, with what it looks like beside it.
    fn playbook_brief(&self, entry: &Entry, symptoms: &[String]) -> Markup {
        let t = |id| self.site.t(id);
        let first = entry.document.section(FIRST_STEPS);
        let blocks = first.map_or(&[][..], |section| section.blocks.as_slice());
        let steps: Vec<&Step> = blocks
            .iter()
            .filter_map(|block| match block {
                Block::Step(step) => Some(&**step),
                _ => None,
            })
            .collect();
        html! {
            div.brief.brief-now {
                @if !steps.is_empty() {
                    div.now {
                        h2 { (t("playbook.now")) }
                        ol {
                            @for (index, step) in steps.iter().enumerate() {
                                li { a href={ "#step-" (index + 1) } { (first_sentence(&step.action)) } }
                            }
                        }
                    }
                }
                @if !symptoms.is_empty() {
                    div.brief-problem {
                        h2 { (t("playbook.symptoms")) }
                        ul.symptoms { @for symptom in symptoms { li { (symptom) } } }
                    }
                }
            }
        }
    }

    /// The phases in a row, with the place after which there is no way back.
    fn phase_track(&self, entry: &Entry) -> Markup {
        let t = |id| self.site.t(id);
        let phases: Vec<&Phase> = entry
            .document
            .blocks()
            .into_iter()
            .filter_map(|block| match block {
                Block::Phase(phase) => Some(&**phase),
                _ => None,
            })
            .collect();
        html! {
            @if !phases.is_empty() {
                ol.track {
                    @for (index, phase) in phases.iter().enumerate() {
                        li {
                            a href={ "#phase-" (index + 1) } { (inline_text(&phase.name)) }
                            span { (phase.weeks.0) "–" (phase.weeks.1) " " (t("unit.weeks")) }
                            @if !phase.point_of_no_return.is_empty() {
                                span.no-return { (t("phase.no-return")) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The weeks in a row.
    fn week_track(&self, entry: &Entry) -> Markup {
        let modules: Vec<&Module> = entry
            .document
            .blocks()
            .into_iter()
            .filter_map(|block| match block {
                Block::Module(module) => Some(&**module),
                _ => None,
            })
            .collect();
        html! {
            @if !modules.is_empty() {
                ol.track.track-weeks {
                    @for module in &modules {
                        li {
                            span { (self.site.t("module.week")) " " (module.week) }
                            a href={ "#week-" (module.week) } { (inline_text(&module.title)) }
                        }
                    }
                }
            }
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

    fn glance_relation(&self, entry: &Entry, kind: RelationKind) -> Markup {
        let related = self.site.catalog.related(&entry.id).iter();
        let ids: Vec<_> = related
            .filter(|other| !other.inverse && other.kind == kind)
            .map(|other| &other.id)
            .collect();
        html! {
            @if !ids.is_empty() {
                div {
                    dt { (self.site.t(&format!("relation.{}", kind.key()))) }
                    dd { @for (index, id) in ids.iter().enumerate() {
                        @if index > 0 { ", " }
                        (self.entry_link(id))
                    } }
                }
            }
        }
    }

    /// Facts at a glance, beside the body.
    pub(crate) fn glance(&self, entry: &Entry) -> Markup {
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
                        (self.glance_relation(entry, RelationKind::Requires))
                        (self.glance_relation(entry, RelationKind::Laws))
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
}

/// Enough of a step to know it again; the rest stands at the step.
fn first_sentence(content: &[Inline]) -> String {
    let text = inline_text(content);
    let end = [". ", ": "].iter().filter_map(|mark| text.find(mark)).min();
    match end {
        Some(end) => text[..end].to_owned(),
        None => text.trim_end_matches('.').to_owned(),
    }
}

/// The class that puts a pattern's tier mark before its name.
pub(crate) fn tier_class(entry: &Entry) -> Option<String> {
    match &entry.details {
        Details::Pattern(pattern) if !entry.planned => Some(format!("mark-{}", pattern.tier)),
        _ => None,
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
