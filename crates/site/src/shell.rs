//! What every page shares: head, header, footer.

use catalog::Block;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::asset::PART_SHEETS;
use crate::site::Site;
use crate::tool_list::FIX;

/// What a page tells its frame.
#[derive(Debug, Default)]
pub(crate) struct Frame<'p> {
    /// Title without the site's name; empty for the home page.
    pub(crate) title: &'p str,
    /// One sentence for previews.
    pub(crate) description: &'p str,
    /// Address of the page.
    pub(crate) path: &'p str,
    /// Whether a Markdown form exists beside it.
    pub(crate) has_markdown: bool,
    /// Whether search engines should list it.
    pub(crate) unlisted: bool,
    /// Class on `body`, for the template's layout.
    pub(crate) template: &'p str,
    /// Language of the content.
    pub(crate) language: &'p str,
}

/// The doors and the library, in the order of the header.
const NAVIGATION: [(&str, &str, &str); 6] = [
    (
        "nav.fire",
        "/architects-handbook/implementation-guides/quick-start-guide/",
        "fire",
    ),
    ("nav.learn", "/architects-handbook/learning-paths/", "learn"),
    ("nav.design", "/reference/cross-reference-guide/", "design"),
    ("nav.migrate", "/migration/", "migrate"),
    ("nav.library", "/pattern-library/", "library"),
    ("nav.tools", "/tools/", "tools"),
];

/// Parts of the site that stand behind a door without lying under its address.
const BEHIND: [(&str, &str); 6] = [
    ("/playbooks/", NAVIGATION[0].1),
    ("/troubleshooting/", NAVIGATION[0].1),
    ("/incidents/", NAVIGATION[0].1),
    ("/core-principles/", NAVIGATION[1].1),
    ("/start-here/", NAVIGATION[1].1),
    ("/architects-handbook/case-studies/", NAVIGATION[2].1),
];

impl Site {
    /// A whole document around `body`.
    pub(crate) fn shell(&self, frame: &Frame<'_>, body: &Markup) -> String {
        let name = &self.catalog.settings.name;
        let title = if frame.title.is_empty() {
            name.clone()
        } else {
            format!("{} · {name}", frame.title)
        };
        let language = if frame.language.is_empty() {
            "en"
        } else {
            frame.language
        };
        let is_emergency = self.is_emergency(frame.path);
        let page = html! {
            (DOCTYPE)
            html lang=(language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    (self.metadata(frame, &title))
                    link rel="preload" as="font" type="font/woff2" crossorigin href=(self.href(self.assets.path("text.woff2")));
                    script src=(self.href(self.assets.path("theme.js"))) {}
                    link rel="stylesheet" href=(self.href(self.assets.path("studio.css")));
                    @for sheet in self.sheets(frame) {
                        link rel="stylesheet" href=(self.href(self.assets.path(sheet)));
                    }
                    link rel="icon" type="image/svg+xml" href=(self.href(self.assets.path("mark.svg")));
                    link rel="search-module" href=(self.href(self.assets.path("search.wasm")));
                    link rel="search-parts" href=(self.href(&self.search_parts_base()));
                    script type="module" src=(self.href(self.assets.path("studio.js"))) {}
                    link rel="search-script" href=(self.href(self.assets.path("search.js")));
                    @if is_emergency {
                        link rel="service-worker" href=(self.href(crate::offline::WORKER_PATH));
                        @if frame.path == "/" || frame.path == FIX.path {
                            script type="module" src=(self.href(self.assets.path("fix.js"))) {}
                        } @else {
                            // Steps can be marked as done: not needed to read them.
                            link rel="later-script" href=(self.href(self.assets.path("fix.js")));
                        }
                    }
                }
                body class=(frame.template) data-watch[self.watch]
                    data-fire=(self.href(FIX.path))
                    data-mark-done=[is_emergency.then(|| self.tool_text(FIX, "mark-done"))]
                    data-marked=[is_emergency.then(|| self.tool_text(FIX, "marked"))]
                    data-copy=(self.t("content.copy")) data-copied=(self.t("content.copied")) {
                    a.skip href="#content" { (self.t("shell.skip")) }
                    (self.header(frame))
                    (body)
                    (self.footer(frame))
                    (self.search_dialog())
                }
            }
        };
        page.into_string()
    }

    /// Style sheets of the parts that a page has.
    fn sheets(&self, frame: &Frame<'_>) -> Vec<&'static str> {
        let entry = self.catalog.at_path(frame.path);
        let blocks = entry.map_or_else(Vec::new, |entry| entry.document.blocks());
        let has = |is: fn(&Block) -> bool| blocks.iter().any(|block| is(block));
        let is_tool = frame.template.split(' ').any(|class| class == "tool");
        PART_SHEETS
            .into_iter()
            .filter(|sheet| match *sheet {
                "tools.css" => is_tool || frame.path == FIX.path,
                "fix.css" => frame.path == "/" || frame.path == FIX.path,
                "experiment.css" => has(|block| matches!(block, Block::Experiment(_))),
                _ => has(|block| matches!(block, Block::Reproduced(_))),
            })
            .collect()
    }

    fn metadata(&self, frame: &Frame<'_>, title: &str) -> Markup {
        html! {
            @if !frame.description.is_empty() { meta name="description" content=(frame.description); }
            @if frame.unlisted { meta name="robots" content="noindex"; }
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta property="og:title" content=(title);
            meta property="og:site_name" content=(self.catalog.settings.name);
            meta property="og:type" content=(if frame.path == "/" { "website" } else { "article" });
            @if !frame.description.is_empty() {
                meta property="og:description" content=(frame.description);
            }
            @if let Some(address) = self.absolute(frame.path).filter(|_| !frame.unlisted) {
                link rel="canonical" href=(address);
                meta property="og:url" content=(address);
            }
            link rel="alternate" type="application/atom+xml" title=(self.t("shell.feed")) href=(self.href("/feed.xml"));
            @if frame.has_markdown {
                link rel="alternate" type="text/markdown" href=(self.href(&format!("{}index.md", frame.path)));
            }
        }
    }

    fn header(&self, frame: &Frame<'_>) -> Markup {
        html! {
            header.site-header {
                div.site-header-inner {
                    a.wordmark href=(self.href("/")) aria-current=[(frame.path == "/").then_some("page")] {
                        (mark()) span { (self.catalog.settings.name) }
                    }
                    nav.site-nav aria-label=(self.t("shell.navigation")) {
                        @for (text, path, door) in NAVIGATION {
                            a href=(self.href(path)) class={ "door-" (door) }
                                aria-current=[self.nav_current(frame.path, path)] { (self.t(text)) }
                        }
                    }
                    div.site-actions {
                        a.search-open href=(self.href("/search/")) data-search-open aria-keyshortcuts="/" {
                            (icon("search")) span { (self.t("shell.search")) } kbd { "/" }
                        }
                        button.theme-toggle.scripted type="button" data-theme-toggle
                            data-auto=(self.t("theme.auto")) data-light=(self.t("theme.light"))
                            data-dark=(self.t("theme.dark")) aria-label=(self.t("theme.auto")) {
                            (icon("theme"))
                        }
                    }
                }
            }
        }
    }

    /// The door that the page stands behind: the one whose part of the site is the most specific.
    fn nav_current(&self, path: &str, target: &str) -> Option<&'static str> {
        let own = NAVIGATION.iter().map(|(_, target, _)| (*target, *target));
        let best = own
            .chain(BEHIND)
            .filter(|(part, _)| path.starts_with(part))
            .max_by_key(|(part, _)| part.len());
        match best {
            _ if path == target => Some("page"),
            Some((_, door)) if door == target => Some("true"),
            _ => None,
        }
    }

    fn footer(&self, frame: &Frame<'_>) -> Markup {
        let settings = &self.catalog.settings;
        html! {
            footer.site-footer {
                div.site-footer-inner {
                    nav aria-label=(self.t("footer.label")) {
                        a href=(self.href("/site-map/")) { (self.t("footer.site-map")) }
                        a href=(self.href("/reference/glossary/")) { (self.t("footer.glossary")) }
                        a href=(self.href("/roadmap/")) { (self.t("footer.roadmap")) }
                        a href=(self.href("/feed.xml")) { (self.t("footer.feed")) }
                        @if frame.has_markdown {
                            a href=(self.href(&format!("{}index.md", frame.path))) { (self.t("footer.markdown")) }
                        }
                        @if !settings.repository.is_empty() {
                            a href=(settings.repository) rel="noopener" { (self.t("footer.repository")) }
                        }
                    }
                    div.footer-settings {
                        button.link-button.scripted type="button" data-shortcuts-toggle
                            data-on=(self.t("shortcuts.turn-off")) data-off=(self.t("shortcuts.turn-on")) {
                            (self.t("shortcuts.turn-off"))
                        }
                    }
                    p.footer-note { (self.t("footer.licence")) }
                }
            }
        }
    }

    /// Links from the home page down to the page's parent.
    pub(crate) fn breadcrumbs(&self, path: &str) -> Markup {
        let mut trail = Vec::new();
        for (at, _) in path.match_indices('/').skip(1) {
            let prefix = &path[..=at];
            if prefix != path
                && let Some(entry) = self.catalog.at_path(prefix)
            {
                trail.push((prefix.to_owned(), entry.name.clone()));
            }
        }
        html! {
            nav.crumbs aria-label=(self.t("shell.breadcrumbs")) {
                ol {
                    li { a href=(self.href("/")) { (self.t("shell.home")) } }
                    @for (path, name) in &trail { li { a href=(self.href(path)) { (name) } } }
                }
            }
        }
    }
}

/// The Studio's mark: three nodes, one of them apart.
fn mark() -> Markup {
    PreEscaped(
        "<svg class=\"mark\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" aria-hidden=\"true\">\
         <path d=\"M6 7 18 7M6 7 12 18\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/>\
         <path d=\"M18 7 12 18\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\" stroke-dasharray=\"2 2.4\"/>\
         <circle cx=\"6\" cy=\"7\" r=\"3.4\" class=\"mark-a\"/><circle cx=\"18\" cy=\"7\" r=\"3.4\" class=\"mark-b\"/>\
         <circle cx=\"12\" cy=\"18\" r=\"3.4\" class=\"mark-c\"/></svg>"
            .to_owned(),
    )
}

fn icon(name: &str) -> Markup {
    let path = match name {
        "search" => "<circle cx=\"7\" cy=\"7\" r=\"4.5\"/><path d=\"m10.5 10.5 4 4\"/>",
        _ => {
            "<circle cx=\"8\" cy=\"8\" r=\"6\"/><path d=\"M8 2a6 6 0 0 1 0 12Z\" class=\"icon-solid\"/>"
        }
    };
    PreEscaped(format!(
        "<svg class=\"icon\" viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\">{path}</svg>"
    ))
}
