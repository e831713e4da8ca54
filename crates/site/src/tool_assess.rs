//! The page of the assessment.

use advisor::Error;
use advisor::assess::{self, Answer, Item, Question, Questionnaire, Recommendation};
use advisor::input::Unknown;
use maud::{Markup, html};

use crate::request::Request;
use crate::site::Site;
use crate::tool_form::ToolPage;
use crate::tool_list::ASSESS;

/// Changes shown: the list says how firm the result is, not what to answer.
const CHANGES_SHOWN: usize = 6;

impl Site {
    /// The document of the assessment.
    pub(crate) fn assess_page(&self, request: &Request) -> String {
        let mut page = ToolPage::new(self, request, ASSESS);
        let questionnaire = match &self.tools().assess {
            Ok(questionnaire) => questionnaire,
            Err(errors) => {
                let answer = page.no_answer(Error::Rules(errors.clone()));
                return page.document(&answer, &html! {}, &html! {});
            }
        };
        let asked = if page.is_asked() {
            Question::from_pairs(&request.query, Unknown::Ignore, questionnaire)
                .map_err(Error::Input)
        } else {
            Ok(Question::example())
        };
        let answered = asked.and_then(|question| assess::answer(&question, questionnaire));
        let answer = match &answered {
            Ok(answer) => {
                let pairs = answer.question.to_pairs();
                page.answer(&answer.headline, &pairs, &page.assess_answer(answer))
            }
            Err(error) => page.no_answer(error.clone()),
        };
        let fields = html! {
            ol.questions { @for item in &questionnaire.items { (page.question_field(item)) } }
        };
        let form = page.form(&fields, &asked_questions(questionnaire));
        page.document(&answer, &form, &html! {})
    }
}

/// Questions and answers as text, where no form can be sent.
fn asked_questions(questionnaire: &Questionnaire) -> Markup {
    html! {
        dl.asked-list {
            @for item in &questionnaire.items {
                div {
                    dt { (item.text) }
                    @for choice in &item.choices { dd { (choice.text) " " code { (item.id) "=" (choice.id) } } }
                }
            }
        }
    }
}

impl ToolPage<'_> {
    fn question_field(&self, item: &Item) -> Markup {
        let typed = self.typed(&item.id);
        html! {
            li {
                fieldset.radios id={ "f-" (item.id) } {
                    legend { (item.text) }
                    @for choice in &item.choices {
                        label {
                            input type="radio" name=(item.id) value=(choice.id) checked[typed == choice.id];
                            span { (choice.text) }
                        }
                    }
                    label.skip-choice {
                        input type="radio" name=(item.id) value="" checked[typed.is_empty()];
                        span { (self.t("skip")) }
                    }
                }
            }
        }
    }

    fn assess_answer(&self, answer: &Answer) -> Markup {
        html! {
            (self.recommended(&answer.recommended))
            p.confidence { (answer.confidence.words) " " (answer.confidence.answered) "/" (answer.confidence.asked) " " (self.t("answered")) }
            @if !answer.reasons.is_empty() {
                section.tool-part {
                    h3 { (self.shared("reasons")) }
                    ul { @for reason in &answer.reasons {
                        li { (reason.because) span.why { (reason.question) " – " (reason.answer) } }
                    } }
                }
            }
            @if !answer.read.is_empty() {
                section.tool-part {
                    h3 { (self.t("read")) }
                    ol.chosen { @for page in &answer.read {
                        li { a href=(self.site.href(&page.path)) { (page.name) } span.why { (page.because) } }
                    } }
                }
            }
            (self.path_table(answer))
            @if !answer.sensitivity.is_empty() {
                details.tool-part {
                    summary { (self.shared("sensitivity")) " (" (answer.sensitivity.len()) ")" }
                    ul { @for change in answer.sensitivity.iter().take(CHANGES_SHOWN) {
                        li { (change.question) " “" (change.answer) "” → " strong { (change.name) } }
                    } }
                }
            }
            (self.lines("assumptions", &answer.assumptions))
        }
    }

    fn recommended(&self, best: &Recommendation) -> Markup {
        html! {
            div.recommended {
                p.recommended-name {
                    @match &best.path {
                        Some(path) => { a href=(self.site.href(path)) { (best.name) } }
                        None => (best.name),
                    }
                }
                p { (best.level) @if let Some(weeks) = best.weeks { " · " (weeks) " " (self.site.t("unit.weeks")) } }
                p.why { (self.site.t("path.outcome")) ": " (best.outcome) }
            }
        }
    }

    fn path_table(&self, answer: &Answer) -> Markup {
        html! {
            section.tool-part {
                h3 { (self.t("all-paths")) }
                div.table-scroll tabindex="0" role="group" aria-label=(self.t("all-paths")) {
                    table.path-points {
                        tbody {
                            @for path in &answer.ranked {
                                tr {
                                    th scope="row" {
                                        @match &path.path {
                                            Some(address) => { a href=(self.site.href(address)) { (path.name) } }
                                            None => (path.name),
                                        }
                                        span.why { (path.level) }
                                    }
                                    td {
                                        meter min="0" max=(path.points_max.max(1)) value=(path.points)
                                            aria-label={ (path.points) "/" (path.points_max) } {}
                                    }
                                    td.number { (path.points) "/" (path.points_max) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
