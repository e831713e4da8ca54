//! The diagnosis, which stands on top of the troubleshooting page.

use std::collections::BTreeMap;

use advisor::fix::view::{self, Kit, Place};
use advisor::fix::{Diagnosis, TEXT_BYTES_MAX};
use maud::{Markup, html};

use crate::asset::Asset;
use crate::request::Request;
use crate::site::{Mode, Site};
use crate::tool_list::FIX;

/// Texts of the interface that the diagnosis shows in a browser.
const TEXTS: [&str; 29] = [
    "safe",
    "risk",
    "undo",
    "worked",
    "steps",
    "steps-general",
    "causes",
    "more-causes",
    "other",
    "for",
    "against",
    "next",
    "minutes",
    "bits",
    "effort-title",
    "if-yes",
    "if-no",
    "yes",
    "no",
    "unknown",
    "measured",
    "normal",
    "alarm",
    "or",
    "known",
    "passed",
    "forget",
    "in-words",
    "either-way",
];

/// The tool on its page.
pub(crate) struct FixTool {
    /// Form, answer, log.
    pub(crate) markup: Markup,
    /// Whether the address holds a question.
    pub(crate) is_asked: bool,
}

impl Site {
    /// Where answers are shown.
    fn fix_place(&self) -> Place {
        let texts: BTreeMap<String, String> = TEXTS
            .iter()
            .map(|name| ((*name).to_owned(), self.tool_text(FIX, name)))
            .collect();
        Place {
            texts,
            root: self.href(""),
            action: FIX.path.to_owned(),
        }
    }

    /// What a browser needs to diagnose by itself; none where the data is broken.
    pub fn fix_kit(&self) -> Option<&Asset> {
        self.fix_kit
            .get_or_init(|| {
                let diagnosis = self.tools().fix.as_ref().ok()?;
                let kit = Kit {
                    model: diagnosis.model().clone(),
                    place: self.fix_place(),
                };
                // Texts, numbers and lists, none of which can fail.
                let bytes = serde_json::to_vec(&kit).unwrap_or_default();
                Some(Asset::new("fix-kit.json", bytes))
            })
            .as_ref()
    }

    /// The tool, with the answer to what the address holds.
    pub(crate) fn fix_tool(&self, request: &Request) -> FixTool {
        let is_asked = self.mode == Mode::Live && !request.query.is_empty();
        let markup = match &self.tools().fix {
            Err(_) => html! {
                section.tool-answer.tool-errors {
                    h2 { (self.t("tool.broken")) }
                    p { (self.t("tool.broken-hint")) }
                }
            },
            Ok(diagnosis) => self.fix_section(request, diagnosis, is_asked),
        };
        FixTool { markup, is_asked }
    }

    fn fix_section(&self, request: &Request, diagnosis: &Diagnosis, is_asked: bool) -> Markup {
        let none = Vec::new();
        let pairs = if is_asked { &request.query } else { &none };
        let place = self.fix_place();
        let answered = view::ask(pairs, diagnosis);
        let body = match &answered {
            Ok(answer) => view::answer_html(answer, diagnosis.model(), &place),
            Err(error) => view::mistakes(error),
        };
        let kit = self.fix_kit().map(|kit| self.href(&kit.path));
        let t = |part: &str| self.tool_text(FIX, part);
        html! {
            section.fix id="fix" aria-labelledby="fix-title" data-fix data-asked[is_asked]
                data-kit=[kit] data-module=(self.href(self.assets.path("fix.wasm"))) {
                h2.fix-title id="fix-title" { (t("title")) }
                (self.fix_form(pairs, diagnosis, is_asked))
                div.fix-answer aria-live="polite" data-fix-answer { (body) }
                p.field-hint { (t("keys")) }
                (self.fix_log())
            }
        }
    }

    /// The field of the home page: one line typed, and the answer comes first.
    pub(crate) fn home_fix(&self) -> Markup {
        let t = |part: &str| self.tool_text(FIX, part);
        html! {
            form.home-fix method="get" action=(self.href(FIX.path)) {
                label.visually-hidden for="home-fix" { (t("text")) }
                input id="home-fix" type="text" name="text" maxlength=(TEXT_BYTES_MAX) autocomplete="off"
                    autocapitalize="none" spellcheck="false" placeholder=(t("text")) aria-keyshortcuts="f";
                button type="submit" { (t("submit")) }
                kbd aria-hidden="true" { "f" }
            }
        }
    }

    fn fix_form(
        &self,
        pairs: &[(String, String)],
        diagnosis: &Diagnosis,
        is_asked: bool,
    ) -> Markup {
        let t = |part: &str| self.tool_text(FIX, part);
        let typed = pairs.iter().rev().find(|(name, _)| name == "text");
        let typed = typed.map_or("", |(_, text)| text.as_str());
        let chosen = |id: &str| {
            pairs
                .iter()
                .any(|(name, value)| name == "symptom" && value == id)
        };
        let kept = pairs
            .iter()
            .filter(|(name, _)| diagnosis.model().check(name).is_some());
        let form = html! {
            form.fix-form method="get" action=(self.href(FIX.path)) data-fix-form {
                label for="fix-text" { (t("text")) }
                div.fix-ask {
                    input id="fix-text" type="text" name="text" value=(typed) maxlength=(TEXT_BYTES_MAX)
                        autocomplete="off" autocapitalize="none" spellcheck="false" placeholder=(t("text-hint"));
                    button.tool-submit type="submit" { (t("submit")) }
                }
                div.fix-options {
                details.fix-symptoms {
                        summary { (t("symptoms")) }
                        fieldset {
                            legend.visually-hidden { (t("symptoms")) }
                            @for fact in diagnosis.model().symptoms() {
                                label.chip {
                                    input type="checkbox" name="symptom" value=(fact.id) checked[chosen(&fact.id)];
                                    span { (fact.symptom) }
                                }
                            }
                        }
                    }
                    @if is_asked { a href=(self.href(FIX.path)) { (t("restart")) } }
                }
                @for (name, value) in kept { input type="hidden" name=(name) value=(value) data-kept; }
            }
        };
        // Files answer nothing: what could not work without script is not offered without it.
        match self.mode {
            Mode::Live => form,
            Mode::Export => html! {
                p.field-hint.unscripted { (t("needs-script")) }
                div.scripted { (form) }
            },
        }
    }

    /// The incident log, which lives in the reader's browser.
    fn fix_log(&self) -> Markup {
        let t = |part: &str| self.tool_text(FIX, part);
        html! {
            section.fix-log.scripted aria-labelledby="fix-log" data-log {
                h3 id="fix-log" { (t("log")) }
                p.field-hint data-log-empty { (t("log-empty")) }
                p.fix-errors hidden data-log-full { (t("log-full")) }
                ol data-log-list {}
                form data-log-note {
                    input type="text" maxlength="500" autocomplete="off" aria-label=(t("log-note-label"));
                    button type="submit" { (t("log-note")) }
                }
                div.fix-log-buttons {
                    button type="button" data-log-draft { (t("log-draft")) }
                    button type="button" data-log-undo { (t("log-undo")) }
                    button type="button" data-log-clear { (t("log-clear")) }
                }
                div hidden data-log-review {
                    textarea readonly rows="14" aria-label=(t("log-draft")) {}
                    div.fix-log-buttons {
                        button type="button" data-log-copy { (t("log-copy")) }
                        a download="review.md" data-log-save { (t("log-save")) }
                    }
                }
            }
        }
    }
}
