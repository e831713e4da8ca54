//! An answer as HTML: made here, so that the server and the module in a browser write the same.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{
    Answer, Diagnosis, Mitigation, Model, Next, Question, Ranked, Reason, answer, percent,
};
use crate::error::Error;

/// Causes shown in full before the rest is folded away.
const CAUSES_SHOWN: usize = 3;
/// Reasons shown for and against a cause.
const REASONS_SHOWN: usize = 4;
/// Causes below this chance are not listed: their odds are those of the model's rounding.
const SHOWN_FROM: f64 = 0.005;

/// Where an answer is shown: texts of the interface and addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Texts by their name in `tool.fix`.
    pub texts: BTreeMap<String, String>,
    /// What stands before every address of the site; empty at the root of a host.
    pub root: String,
    /// Address of the page whose form asks.
    pub action: String,
}

/// The model with the place it is shown at: what a browser needs to diagnose by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kit {
    /// What it knows.
    pub model: Model,
    /// Where it is shown.
    pub place: Place,
}

impl Place {
    fn t<'p>(&'p self, name: &'p str) -> &'p str {
        self.texts.get(name).map_or(name, String::as_str)
    }

    fn href(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }
}

/// The answer to a form's fields; names that no check has are passed over, as in an address that
/// somebody shared.
///
/// # Errors
///
/// As [`answer`].
pub fn ask(pairs: &[(String, String)], diagnosis: &Diagnosis) -> Result<Answer, Error> {
    let unknown = crate::input::Unknown::Ignore;
    let question = Question::from_pairs(pairs, unknown, diagnosis.model()).map_err(Error::Input)?;
    answer(&question, diagnosis)
}

/// What could not be used, one line each.
pub fn mistakes(error: &Error) -> Markup {
    html! {
        @if let Error::Input(errors) = error {
            ul.fix-errors role="alert" {
                @for error in errors { li { strong { (error.field) } ": " (error.message) "; " (error.fix) } }
            }
        }
    }
}

/// The whole answer.
pub fn answer_html(answer: &Answer, model: &Model, place: &Place) -> Markup {
    let nothing = answer.question.is_empty();
    html! {
        p.fix-headline { (answer.headline) }
        div.fix-first {
            (safe_step(&answer.mitigation, answer.unknown, place))
            @if !nothing { (causes(answer, place)) }
        }
        @if let Some(next) = answer.next.first() {
            section.fix-next aria-labelledby="fix-next" {
                h3 id="fix-next" { (place.t("next")) }
                (check(next, &answer.question, place))
                @if answer.next.len() > 1 {
                    details {
                        summary { (place.t("or")) }
                        @for next in &answer.next[1..] { (check(next, &answer.question, place)) }
                    }
                }
            }
        }
        (known(answer, model, place))
    }
}

fn safe_step(step: &Mitigation, general: bool, place: &Place) -> Markup {
    html! {
        section.fix-safe aria-labelledby="fix-safe" data-step=(step.action) {
            h3 id="fix-safe" { (place.t("safe")) }
            p.fix-action { (step.action) }
            @if let Some(run) = &step.run { figure.code { pre tabindex="0" { code { (run) } } } }
            dl {
                div.step-risk { dt { (place.t("risk")) } dd { (step.risk) } }
                div.step-undo { dt { (place.t("undo")) } dd { (step.undo) } }
                div.step-check { dt { (place.t("worked")) } dd { (step.check) } }
            }
            @if let Some(path) = &step.path {
                p { a.fix-steps href={ (place.href(path)) @if !general { "#first-five-minutes" } } {
                    (place.t(if general { "steps-general" } else { "steps" })) ": " (step.name)
                } }
            }
        }
    }
}

fn causes(answer: &Answer, place: &Place) -> Markup {
    let (first, rest) = answer
        .causes
        .split_at(CAUSES_SHOWN.min(answer.causes.len()));
    html! {
        section.fix-causes aria-labelledby="fix-causes" {
            h3 id="fix-causes" { (place.t("causes")) }
            ol { @for cause in first { li { (cause_html(cause, place)) } } }
            p.fix-other { (odds(answer.other)) " " (place.t("other")) }
            details {
                summary { (place.t("more-causes")) }
                ol start=(first.len() + 1) {
                    @for cause in rest.iter().filter(|cause| cause.p >= SHOWN_FROM) {
                        li { (odds(cause.p)) " " (cause_link(cause, place)) }
                    }
                }
            }
        }
    }
}

fn cause_html(cause: &Ranked, place: &Place) -> Markup {
    html! {
        div.fix-cause {
            (odds(cause.p)) " " (cause_link(cause, place))
            meter min="0" max="1" value=(rounded(cause.p)) aria-hidden="true" {}
        }
        p.why { (cause.why) }
        @if cause.reasons_for.len() + cause.reasons_against.len() > 1 {
            details {
                summary { (cause.reasons_for.len()) " " (place.t("for")) ", " (cause.reasons_against.len()) " " (place.t("against")) }
                (reasons("+", &cause.reasons_for))
                (reasons("−", &cause.reasons_against))
            }
        }
    }
}

fn reasons(sign: &str, reasons: &[Reason]) -> Markup {
    html! {
        @if !reasons.is_empty() {
            ul.fix-reasons { @for reason in reasons.iter().take(REASONS_SHOWN) {
                li { b { (sign) } " " (reason.says) " (" (reason.observed) "): " (reason.why) }
            } }
        }
    }
}

fn cause_link(cause: &Ranked, place: &Place) -> Markup {
    html! {
        @match &cause.path {
            Some(path) => { a href=(place.href(path)) { (cause.name) } }
            None => { span { (cause.name) } }
        }
    }
}

fn odds(p: f64) -> Markup {
    html! { strong.fix-odds { (percent(p)) } }
}

/// Three decimals are more than a bar shows.
fn rounded(p: f64) -> f64 {
    libm::round(p * 1000.0) / 1000.0
}

/// A check as a form: whatever is known travels along, and each button adds one answer.
fn check(next: &Next, question: &Question, place: &Place) -> Markup {
    let field = format!("c-{}", next.evidence);
    html! {
        form.fix-check method="get" action=(place.href(&place.action)) data-check=(next.question) {
            @for (name, value) in question.to_pairs() {
                @if name != next.evidence { input type="hidden" name=(name) value=(value); }
            }
            p.fix-question id=(field) { (next.question) }
            p { (next.look) }
            @if !next.run.is_empty() { figure.code { pre tabindex="0" { code { (next.run) } } } }
            div.fix-answers role="group" aria-labelledby=(field) {
                @if let Some(scale) = &next.number {
                    input type="text" name=(next.evidence) inputmode="decimal" autocomplete="off" size="8"
                        aria-labelledby=(field) placeholder=(scale.unit);
                    button type="submit" { (place.t("measured")) }
                    span.why { (place.t("normal")) " " (scale.normal) ", " (place.t("alarm")) " " (scale.alarm) " " (scale.unit) }
                } @else {
                    button type="submit" name=(next.evidence) value="yes" { (place.t("yes")) }
                    button type="submit" name=(next.evidence) value="no" { (place.t("no")) }
                }
                button.fix-pass type="submit" name=(next.evidence) value="unknown" { (place.t("unknown")) }
            }
            p.why {
                @if next.leads_to[0] == next.leads_to[1] {
                    (place.t("either-way")) " " (next.leads_to[0]) ". "
                } @else {
                    (place.t("if-yes")) " " (next.leads_to[0]) ", " (place.t("if-no")) " " (next.leads_to[1]) ". "
                }
                span title=(place.t("effort-title")) {
                    (next.minutes) " " (place.t("minutes")) ", " (format!("{:.2}", next.bits_per_minute)) " " (place.t("bits"))
                }
            }
        }
    }
}

/// What is known, each with a way to forget it.
fn known(answer: &Answer, model: &Model, place: &Place) -> Markup {
    let question = &answer.question;
    let pairs = question.to_pairs();
    let answered = pairs.iter().filter(|(name, _)| name != "text");
    let said: Vec<&str> = answer
        .understood
        .iter()
        .filter_map(|id| model.facts.iter().find(|fact| fact.id == *id))
        .map(|fact| fact.says.as_str())
        .collect();
    html! {
        @if !said.is_empty() || answered.clone().count() > 0 {
            details.fix-known {
                summary { (place.t("known")) }
                @if !said.is_empty() { p { (place.t("in-words")) ": " (said.join("; ")) } }
                ul {
                    @for (name, value) in answered {
                        li {
                            (words_of(name, value, model, place)) " "
                            a href=(without(&pairs, name, value, place)) { (place.t("forget")) }
                        }
                    }
                }
            }
        }
    }
}

fn words_of(name: &str, value: &str, model: &Model, place: &Place) -> String {
    if name == "symptom" {
        let fact = model.facts.iter().find(|fact| fact.id == value);
        return fact.map_or(value, |fact| &fact.says).to_owned();
    }
    let question = model.check(name).map_or(name, |check| &check.question);
    let shown = match value {
        "yes" | "no" => place.t(value),
        "unknown" => place.t("passed"),
        number => number,
    };
    format!("{question} {shown}")
}

/// The address of the same question without one of its parts.
fn without(pairs: &[(String, String)], name: &str, value: &str, place: &Place) -> String {
    let rest: Vec<(String, String)> = pairs
        .iter()
        .filter(|(other, text)| !(other == name && text == value))
        .cloned()
        .collect();
    format!("{}?{}", place.href(&place.action), query(&rest))
}

/// Parameters as a query string.
pub fn query(pairs: &[(String, String)]) -> String {
    let parts: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    parts.join("&")
}

/// Everything but unreserved characters as `%XX` (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
