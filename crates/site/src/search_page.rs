//! Search for readers without script: a form and its results.

use maud::{Markup, html};
use search::{Hit, Options, Results};

use crate::request::Request;
use crate::shell::Frame;
use crate::site::{Mode, Site};

/// Results on the page: past these a better query helps more than scrolling.
const RESULTS_SHOWN_MAX: usize = 30;

impl Site {
    /// The document at `/search/`.
    pub(crate) fn search_page(&self, request: &Request) -> String {
        let t = |id| self.t(id);
        let query = request.parameter("q").unwrap_or("").trim();
        let frame = Frame {
            title: t("search.title"),
            description: t("search.summary"),
            path: "/search/",
            template: "wide search-page",
            unlisted: true,
            ..Frame::default()
        };
        let results = (!query.is_empty() && self.mode == Mode::Live).then(|| {
            self.search().search(
                query,
                &Options {
                    limit: RESULTS_SHOWN_MAX,
                    ..Options::default()
                },
            )
        });
        let content = html! {
            main.content id="content" tabindex="-1" {
                header.entry-head { h1 { (t("search.title")) } p.lead { (t("search.summary")) } }
                form.search-form action=(self.href("/search/")) method="get" role="search" data-search-form {
                    label.visually-hidden for="q" { (t("search.label")) }
                    input id="q" type="search" name="q" value=(query) maxlength="256" autocomplete="off" spellcheck="false";
                    button type="submit" { (t("search.submit")) }
                }
                @if let Some(results) = &results { (self.search_results(query, results)) }
                @if self.mode == Mode::Export { noscript { p { (t("search.needs-script")) } } }
            }
        };
        self.shell(&frame, &content)
    }

    /// The dialog that script opens over any page; without script its opener leads to the page.
    pub(crate) fn search_dialog(&self) -> Markup {
        let t = |id| self.t(id);
        let kinds: serde_json::Map<String, serde_json::Value> = catalog::Kind::ALL
            .iter()
            .map(|kind| {
                let name = self.t(&format!("kinds.{kind}")).to_owned();
                (kind.prefix().to_owned(), name.into())
            })
            .collect();
        html! {
            dialog.search-dialog aria-label=(t("search.title")) data-root="/"
                data-none=(t("search.none-short")) data-one=(t("search.one"))
                data-many=(t("search.many")) data-failed=(t("search.failed"))
                data-kinds=(serde_json::Value::Object(kinds).to_string()) {
                form action=(self.href("/search/")) role="search" {
                    input name="q" role="combobox" autocomplete="off" spellcheck="false" maxlength="256"
                        aria-label=(t("search.label")) aria-controls="search-list"
                        aria-autocomplete="list" aria-expanded="false" placeholder=(t("search.hint"));
                    button type="button" { (t("search.close")) }
                }
                div id="search-list" role="listbox" aria-label=(t("search.results")) {}
                footer { p role="status" {} a hidden { (t("search.all")) } }
            }
        }
    }

    fn search_results(&self, query: &str, results: &Results) -> Markup {
        let t = |id| self.t(id);
        if results.hits.is_empty() {
            return html! {
                p.search-none role="status" { (t("search.none")) " “" (query) "”." }
                p { (t("search.none-hint")) " " a href=(self.href("/site-map/")) { (t("footer.site-map")) } "." }
            };
        }
        html! {
            p.search-count role="status" { (results.total) " " (t("search.found")) " “" (query) "”" }
            @for (kind, hits) in results.by_kind() {
                section.search-group {
                    h2 { (self.t(&format!("kinds.{kind}"))) }
                    ol { @for hit in hits { (self.search_hit(hit)) } }
                }
            }
        }
    }

    fn search_hit(&self, hit: &Hit) -> Markup {
        html! {
            li.search-result {
                a href=(hit.url) {
                    (hit.title)
                    @if !hit.section_title.is_empty() { span.search-section { " › " (hit.section_title) } }
                }
                p {
                    @for fragment in &hit.passage {
                        @if fragment.highlighted { mark { (fragment.text) } } @else { (fragment.text) }
                    }
                }
            }
        }
    }

    /// A page that says what is missing and suggests what was meant.
    pub(crate) fn not_found_page(&self, path: &str) -> String {
        let t = |id| self.t(id);
        let frame = Frame {
            title: t("not-found.title"),
            path,
            template: "wide not-found",
            unlisted: true,
            ..Frame::default()
        };
        let suggestions = self.suggestions(path);
        let content = html! {
            main.content id="content" tabindex="-1" {
                header.entry-head {
                    h1 { (t("not-found.title")) }
                    p.lead { (t("not-found.summary")) @if path != "/404.html" { " " code { (path) } } }
                }
                @if !suggestions.is_empty() {
                    h2 { (t("not-found.suggestions")) }
                    ul.link-list {
                        @for hit in &suggestions { li { a href=(hit.url) { (hit.title) } } }
                    }
                }
                form.search-form action=(self.href("/search/")) method="get" role="search" {
                    label.visually-hidden for="q" { (t("search.label")) }
                    input id="q" type="search" name="q" maxlength="256" autocomplete="off";
                    button type="submit" { (t("search.submit")) }
                }
                p { a href=(self.href("/site-map/")) { (t("footer.site-map")) } " · " a href=(self.href("/")) { (t("shell.home")) } }
            }
        };
        self.shell(&frame, &content)
    }

    /// The words of a wrong address are a query.
    fn suggestions(&self, path: &str) -> Vec<Hit> {
        let words: Vec<&str> = path
            .trim_end_matches(".html")
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2 && !matches!(*word, "html" | "index" | "404"))
            .collect();
        let Some(last) = path.trim_matches('/').rsplit('/').next() else {
            return Vec::new();
        };
        let query = last
            .trim_end_matches(".html")
            .replace(|c: char| !c.is_alphanumeric(), " ");
        let options = Options {
            limit: 6,
            ..Options::default()
        };
        let found = self.search().search(query.trim(), &options);
        if found.hits.is_empty() && !words.is_empty() {
            return self.search().search(&words.join(" "), &options).hits;
        }
        found.hits
    }
}
