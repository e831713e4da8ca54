//! What the tools' pages share: frame, fields, errors, the command that repeats an answer.

use advisor::fix::view::query;
use advisor::{Error, FieldError};
use catalog::{EntryId, Kind};
use maud::{Markup, html};

use crate::request::Request;
use crate::shell::Frame;
use crate::site::{Mode, Site};
use crate::tool_list::Tool;

/// A tool's page as it is being made.
pub(crate) struct ToolPage<'s> {
    pub(crate) site: &'s Site,
    pub(crate) request: &'s Request,
    pub(crate) tool: Tool,
    /// Inputs that cannot be used, if the form was sent with any.
    pub(crate) errors: Vec<FieldError>,
}

/// Value and words of a choice.
pub(crate) type Choice<'c> = (&'c str, String);

impl<'s> ToolPage<'s> {
    pub(crate) fn new(site: &'s Site, request: &'s Request, tool: Tool) -> ToolPage<'s> {
        ToolPage {
            site,
            request,
            tool,
            errors: Vec::new(),
        }
    }

    /// Whether the form was sent. An address without a query is the page itself, and in an export
    /// nothing answers a query.
    pub(crate) fn is_asked(&self) -> bool {
        self.site.mode == Mode::Live && !self.request.query.is_empty()
    }

    /// A text of this tool.
    pub(crate) fn t(&self, part: &str) -> String {
        self.site.tool_text(self.tool, part)
    }

    /// A text that the tools share.
    pub(crate) fn shared(&self, part: &str) -> String {
        self.site.t(&format!("tool.{part}")).to_owned()
    }

    /// A text of this tool that may be missing.
    fn optional(&self, part: &str) -> Option<String> {
        let id = format!("tool.{}.{part}", self.tool.id);
        let interface = &self.site.catalog.interface;
        interface.has(&id).then(|| interface.text(&id).to_owned())
    }

    /// The whole document. After sending, the answer comes first; before, the form does.
    pub(crate) fn document(&self, answer: &Markup, form: &Markup, more: &Markup) -> String {
        let title = self.t("title");
        let summary = self.t("summary");
        let frame = Frame {
            title: &title,
            description: &summary,
            path: self.tool.path,
            // A result is the reader's own; the page is what search engines should know.
            unlisted: self.is_asked(),
            template: &format!("wide tool tool-{}", self.tool.id),
            ..Frame::default()
        };
        let order = if self.is_asked() {
            "tool-layout asked"
        } else {
            "tool-layout"
        };
        let content = html! {
            main.content id="content" tabindex="-1" {
                (self.site.breadcrumbs(self.tool.path))
                header.entry-head {
                    h1 { (title) }
                    p.lead { (summary) }
                }
                div class=(order) {
                    @if self.is_asked() { (answer) (form) } @else { (form) (answer) }
                }
                (more)
            }
        };
        self.site.shell(&frame, &content)
    }

    /// The form, or in an export, where nothing would answer it, what it asks.
    pub(crate) fn form(&self, fields: &Markup, asked: &Markup) -> Markup {
        let title = match self.is_asked() {
            true => self.shared("change"),
            false => self.t("ask"),
        };
        html! {
            section.tool-form aria-labelledby="ask" {
                h2 id="ask" { (title) }
                @if self.site.mode == Mode::Export {
                    p.field-hint { (self.shared("export")) }
                    (asked)
                } @else {
                    form method="get" action=(self.site.href(self.tool.path)) {
                        (fields)
                        div.tool-buttons {
                            button.tool-submit type="submit" { (self.t("submit")) }
                            @if self.is_asked() {
                                a href=(self.site.href(self.tool.path)) { (self.shared("empty")) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What was typed, or nothing on the page itself.
    pub(crate) fn typed(&self, name: &str) -> &str {
        if self.is_asked() {
            self.request.parameter(name).unwrap_or("")
        } else {
            ""
        }
    }

    fn error(&self, name: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == name)
    }

    /// Where a field's explanation stands, for `aria-describedby`.
    fn described(&self, name: &str) -> Option<String> {
        let hint = self
            .optional(&format!("{name}-hint"))
            .map(|_| format!("f-{name}-hint"));
        let error = self.error(name).map(|_| format!("f-{name}-error"));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn label(&self, name: &str) -> Markup {
        html! {
            label for={ "f-" (name) } {
                (self.t(name))
                @if let Some(unit) = self.optional(&format!("{name}-unit")) { " " span.field-unit { (unit) } }
            }
        }
    }

    fn notes(&self, name: &str) -> Markup {
        html! {
            div.field-notes {
                @if let Some(error) = self.error(name) {
                    p.field-error id={ "f-" (name) "-error" } { (error.message) "; " (error.fix) }
                }
                @if let Some(hint) = self.optional(&format!("{name}-hint")) {
                    p.field-hint id={ "f-" (name) "-hint" } { (hint) }
                }
            }
        }
    }

    /// A line of text: numbers with their units, or names.
    pub(crate) fn text_field(&self, name: &str, placeholder: &str) -> Markup {
        self.line_field(name, placeholder, "field")
    }

    /// A line of text over the whole width: a name or a query.
    pub(crate) fn wide_field(&self, name: &str, placeholder: &str) -> Markup {
        self.line_field(name, placeholder, "field field-wide")
    }

    fn line_field(&self, name: &str, placeholder: &str, class: &str) -> Markup {
        html! {
            div class=(class) {
                (self.label(name))
                input id={ "f-" (name) } type="text" name=(name) value=(self.typed(name))
                    placeholder=(placeholder) maxlength="200" autocomplete="off" spellcheck="false"
                    aria-invalid=[self.error(name).map(|_| "true")]
                    aria-describedby=[self.described(name)];
                (self.notes(name))
            }
        }
    }

    /// Several lines of text.
    pub(crate) fn lines_field(&self, name: &str, placeholder: &str) -> Markup {
        let typed: Vec<&str> = match self.is_asked() {
            true => self.request.parameters(name).collect(),
            false => Vec::new(),
        };
        let rows = placeholder.lines().count().max(typed.len()).clamp(3, 12);
        html! {
            div.field.field-wide {
                (self.label(name))
                textarea id={ "f-" (name) } name=(name) rows=(rows) placeholder=(placeholder)
                    autocomplete="off" spellcheck="false" wrap="off"
                    aria-invalid=[self.error(name).map(|_| "true")]
                    aria-describedby=[self.described(name)] { (typed.join("\n")) }
                (self.notes(name))
            }
        }
    }

    /// A closed list whose first choice is not to know.
    pub(crate) fn select_field(&self, name: &str, choices: &[Choice<'_>]) -> Markup {
        html! {
            div.field {
                (self.label(name))
                select id={ "f-" (name) } name=(name) aria-invalid=[self.error(name).map(|_| "true")]
                    aria-describedby=[self.described(name)] {
                    option value="" { (self.shared("unknown")) }
                    @for (value, words) in choices {
                        option value=(value) selected[self.typed(name) == *value] { (words) }
                    }
                }
                (self.notes(name))
            }
        }
    }

    /// All mistakes, each leading to its field.
    pub(crate) fn error_list(&self) -> Markup {
        html! {
            section.tool-answer.tool-errors role="alert" aria-labelledby="answer" {
                h2 id="answer" { (self.shared("errors")) }
                ul {
                    @for error in &self.errors {
                        li {
                            a href={ "#f-" (error.field) } { (self.field_name(&error.field)) }
                            @if !error.value.is_empty() { " “" (error.value) "”" }
                            ": " (error.message) "; " (error.fix) @if !error.fix.ends_with('?') { "." }
                        }
                    }
                }
            }
        }
    }

    fn field_name(&self, field: &str) -> String {
        self.optional(field).unwrap_or_else(|| field.to_owned())
    }

    /// Why there is no answer, in place of one.
    pub(crate) fn no_answer(&mut self, error: Error) -> Markup {
        match error {
            Error::Input(errors) => {
                self.errors = errors;
                self.error_list()
            }
            Error::NoSteadyState { why, fix, .. } => html! {
                section.tool-answer.tool-errors role="alert" aria-labelledby="answer" {
                    h2 id="answer" { (self.shared("refused")) }
                    p { (why) "." }
                    p { (fix) "." }
                }
            },
            Error::Rules(_) => html! {
                section.tool-answer.tool-errors aria-labelledby="answer" {
                    h2 id="answer" { (self.shared("broken")) }
                    p { (self.shared("broken-hint")) }
                }
            },
        }
    }

    /// The frame of an answer, with what repeats and shares it.
    pub(crate) fn answer(
        &self,
        headline: &str,
        pairs: &[(String, String)],
        body: &Markup,
    ) -> Markup {
        let title = self.shared(if self.is_asked() { "answer" } else { "example" });
        let query = query(pairs);
        html! {
            section.tool-answer aria-labelledby="answer" {
                h2.tool-kicker id="answer" { (title) }
                p.tool-headline { (headline) }
                @if !self.is_asked() && self.site.mode == Mode::Live {
                    p.field-hint {
                        a href={ (self.site.href(self.tool.path)) "?" (query) } { (self.shared("change-example")) }
                    }
                }
                (body)
                section.tool-repeat {
                    h3 { (self.shared("repeat")) }
                    figure.code { pre tabindex="0" { code { (command(self.tool, pairs)) } } }
                    @if self.site.mode == Mode::Live {
                        p.field-hint {
                            (self.shared("share")) " "
                            a href={ (self.site.href("/api/v1/")) (self.tool.id) "?" (query) } { "JSON" }
                        }
                    }
                }
            }
        }
    }

    /// A list under a small title; nothing where it is empty.
    pub(crate) fn lines(&self, title: &str, lines: &[String]) -> Markup {
        html! {
            @if !lines.is_empty() {
                section.tool-part {
                    h3 { (self.shared(title)) }
                    ul { @for line in lines { li { (line) } } }
                }
            }
        }
    }

    /// A page by id: a link once it is complete, its name until then.
    pub(crate) fn entry_link(&self, id: &str) -> Markup {
        let entry = EntryId::parse(id, Some(Kind::Pattern))
            .ok()
            .and_then(|id| self.site.catalog.entry(&id));
        html! {
            @match entry {
                Some(entry) if entry.planned => { span.planned title=(self.site.t("entry.planned")) { (entry.name) } }
                Some(entry) => { a href=(self.site.href(&entry.path)) { (entry.name) } }
                None => (id),
            }
        }
    }
}

/// The command that gives the same answer in a terminal.
fn command(tool: Tool, pairs: &[(String, String)]) -> String {
    let mut line = format!("dstudio {}", tool.id);
    let mut width = line.len();
    for (name, value) in pairs {
        let part = if tool.id == "assess" {
            format!("{name}={value}")
        } else {
            format!("--{} {}", name.replace('_', "-"), quoted(value))
        };
        // Long commands continue on the next line, as a person would write them.
        if width + part.len() > COMMAND_COLUMNS {
            line.push_str(" \\\n   ");
            width = 3;
        }
        line.push(' ');
        line.push_str(&part);
        width += part.len() + 1;
    }
    line
}

/// Longest line of a command that is shown.
const COMMAND_COLUMNS: usize = 72;

fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '/');
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool_list::DECIDE;

    #[test]
    fn commands_are_quoted_and_broken() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let line = command(
            DECIDE,
            &[pair("data_gb", "5"), pair("problems", "it's slow")],
        );
        assert_eq!(
            line,
            "dstudio decide --data-gb 5 --problems 'it'\\''s slow'"
        );
        let many = vec![pair("existing", "pattern:load-balancing"); 4];
        assert!(command(DECIDE, &many).lines().all(|line| line.len() <= 80));
        assert_eq!(query(&[pair("a", "b c&d")]), "a=b%20c%26d");
    }
}
