//! Machine-readable views: sitemap, Atom feed, robots, llms.txt, Markdown.

use catalog::{Details, Entry, Kind};
use maud::{PreEscaped, html};

use crate::markdown_form::escaped;
use crate::site::Site;
use crate::tool_list::TOOLS;

/// Entries in the feed: what a reader who comes once a month has missed.
const FEED_ENTRIES_MAX: usize = 50;

impl Site {
    /// The sitemap. Without a base address it lists paths, which is all that is known.
    pub(crate) fn sitemap(&self) -> String {
        let address = |path: &str| self.absolute(path).unwrap_or_else(|| path.to_owned());
        let page = html! {
            (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
            urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
                url { loc { (address("/")) } }
                url { loc { (address(catalog::GLOSSARY_PATH)) } }
                url { loc { (address("/site-map/")) } }
                @for tool in TOOLS { url { loc { (address(tool.path)) } } }
                @for entry in self.catalog.pages() {
                    url {
                        loc { (address(&entry.path)) }
                        @if let Some(date) = entry.updated { lastmod { (date) } }
                    }
                }
            }
        };
        page.into_string()
    }

    /// An Atom feed of what was published or changed last.
    pub(crate) fn feed(&self) -> String {
        let mut entries: Vec<&Entry> = self
            .catalog
            .pages()
            .filter(|entry| entry.updated.is_some())
            .collect();
        entries.sort_by(|a, b| (b.updated, &a.id).cmp(&(a.updated, &b.id)));
        entries.truncate(FEED_ENTRIES_MAX);
        let newest = entries.first().and_then(|entry| entry.updated);
        let stamp = |date: Option<catalog::Date>| {
            date.map_or_else(
                || "1970-01-01T00:00:00Z".to_owned(),
                |date| format!("{date}T00:00:00Z"),
            )
        };
        let link = |path: &str| self.absolute(path).unwrap_or_else(|| path.to_owned());
        let name = &self.catalog.settings.name;
        let page = html! {
            (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
            feed xmlns="http://www.w3.org/2005/Atom" {
                title { (plain(name)) }
                // Ids outlive addresses, so they do not depend on one.
                id { "urn:dstudio:feed" }
                updated { (stamp(newest)) }
                author { name { (plain(name)) } }
                link rel="self" href=(link("/feed.xml")) {}
                link rel="alternate" href=(link("/")) {}
                @for entry in entries {
                    entry {
                        title { (plain(&entry.name)) }
                        id { "urn:dstudio:" (entry.id) }
                        updated { (stamp(entry.updated)) }
                        @if entry.published.is_some() { published { (stamp(entry.published)) } }
                        link rel="alternate" href=(link(&entry.path)) {}
                        summary { (plain(&entry.summary)) }
                    }
                }
            }
        };
        page.into_string()
    }

    pub(crate) fn robots(&self) -> String {
        let mut text =
            String::from("User-agent: *\nAllow: /\nDisallow: /search/\nDisallow: /api/\n");
        if let Some(address) = self.absolute("/sitemap.xml") {
            text.push_str(&format!("Sitemap: {address}\n"));
        }
        text
    }

    /// The catalogue for language models: every page with one sentence and its Markdown address.
    pub(crate) fn llms(&self) -> String {
        let settings = &self.catalog.settings;
        let mut text = format!(
            "# {}\n\n> {}\n\n{}\n",
            settings.name,
            settings.description,
            self.t("llms.note")
        );
        text.push_str(&self.llms_tools());
        for kind in Kind::ALL {
            let mut entries = self
                .catalog
                .pages()
                .filter(|entry| entry.id.kind == kind)
                .peekable();
            if entries.peek().is_none() {
                continue;
            }
            text.push_str(&format!("\n## {}\n\n", self.t(&format!("kinds.{kind}"))));
            for entry in entries {
                let path = format!("{}index.md", entry.path);
                let address = self.absolute(&path).unwrap_or(path);
                text.push_str(&format!(
                    "- [{}]({address}): {}\n",
                    escaped(&entry.name),
                    escaped(&entry.summary)
                ));
            }
        }
        text
    }

    /// A page as Markdown: a heading, what the front matter says, the body, the sources.
    pub(crate) fn markdown(&self, entry: &Entry) -> String {
        let (name, summary) = (escaped(&entry.name), escaped(&entry.summary));
        let mut text = format!("# {name}\n\n{summary}\n");
        let mut list = |title: &str, items: &[catalog::RichText]| {
            if !items.is_empty() {
                text.push_str(&format!("\n**{title}**\n\n"));
                for item in items {
                    let line = crate::markdown_form::line(self, &item.content);
                    text.push_str(&format!("- {line}\n"));
                }
            }
        };
        if let Details::Pattern(pattern) = &entry.details {
            list(
                self.t("pattern.problem"),
                std::slice::from_ref(&pattern.problem),
            );
            list(
                self.t("pattern.solution"),
                std::slice::from_ref(&pattern.solution),
            );
            list(self.t("pattern.use-when"), &pattern.use_when);
            list(self.t("pattern.avoid-when"), &pattern.avoid_when);
            list(self.t("pattern.gains"), &pattern.gains);
            list(self.t("pattern.costs"), &pattern.costs);
        }
        text.push('\n');
        text.push_str(&crate::markdown_form::resolved(self, entry));
        text.push('\n');
        if !entry.sources.is_empty() {
            text.push_str(&format!("\n## {}\n\n", self.t("evidence.sources")));
            for source in &entry.sources {
                let year = source
                    .year
                    .map(|year| format!(", {year}"))
                    .unwrap_or_default();
                text.push_str(&format!(
                    "[^{}]: {}. {}{year}. <{}>\n",
                    source.key,
                    escaped(&source.title),
                    escaped(&source.org),
                    source.url
                ));
            }
        }
        text
    }
}

/// XML has no way to write most control characters.
fn plain(text: &str) -> String {
    let legal = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || is_noncharacter(*c));
    text.chars().filter(legal).collect()
}

fn is_noncharacter(character: char) -> bool {
    matches!(character, '\u{fffe}' | '\u{ffff}')
}
