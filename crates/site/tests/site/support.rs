//! Fixture sites, and HTML taken apart.

use catalog::{Catalog, Layer};
use site::{Fragments, Mode, Request, Response, Site};

/// Closed lists and texts of the Studio itself, so that fixtures stay true to them.
const SHARED: [(&str, &str); 2] = [
    (
        "vocabulary.toml",
        include_str!("../../../../content/vocabulary.toml"),
    ),
    (
        "interface.toml",
        include_str!("../../../../content/interface.toml"),
    ),
];

/// A layer of files.
pub(crate) fn layer(name: &str, files: &[(&str, &str)]) -> Layer {
    Layer {
        name: name.to_owned(),
        files: files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect(),
    }
}

/// A site of `files` with the Studio's closed lists and texts.
pub(crate) fn site(files: &[(&str, &str)]) -> Site {
    layered(&[("studio", files)])
}

/// A site of several layers.
pub(crate) fn layered(layers: &[(&str, &[(&str, &str)])]) -> Site {
    let mut layers: Vec<Layer> = layers
        .iter()
        .map(|(name, files)| layer(name, files))
        .collect();
    for (path, text) in SHARED {
        let files = &mut layers[0].files;
        files
            .entry(path.to_owned())
            .or_insert_with(|| text.as_bytes().to_vec());
    }
    let catalog = Catalog::load(&layers, &site::generated());
    Site::new(catalog, Fragments::default(), Mode::Live)
}

/// The findings of a site's content.
pub(crate) fn findings(site: &Site) -> String {
    let found = site.catalog.diagnostics.iter();
    found.map(|found| format!("{found}\n")).collect()
}

/// Status and text of an answer.
pub(crate) fn answer(site: &Site, request: &Request) -> (u16, String) {
    match site.respond(request) {
        Response::Page { status, body, .. } => (
            status,
            String::from_utf8(body).expect("documents are UTF-8"),
        ),
        Response::Redirect { to } => (308, to),
    }
}

/// The text of a document that must exist.
pub(crate) fn get(site: &Site, path: &str) -> String {
    let (status, text) = answer(site, &Request::get(path));
    assert_eq!(status, 200, "{path}: {text}");
    text
}

/// Where an address leads.
pub(crate) fn redirect(site: &Site, path: &str) -> Option<String> {
    match site.respond(&Request::get(path)) {
        Response::Redirect { to } => Some(to),
        Response::Page { .. } => None,
    }
}

/// A start tag.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Every start tag, as a browser would read it: attributes quoted or not, references resolved.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
            .unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() || rest.starts_with('>') {
                break;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
                .unwrap_or(rest.len());
            let key = rest[..end].to_ascii_lowercase();
            rest = &rest[end..];
            let mut value = String::new();
            if let Some(after) = rest.strip_prefix('=') {
                let (text, after) = match after.chars().next() {
                    Some(quote @ ('"' | '\'')) => {
                        after[1..].split_once(quote).unwrap_or((&after[1..], ""))
                    }
                    _ => {
                        let end = after.find(|c: char| c.is_whitespace() || c == '>');
                        after.split_at(end.unwrap_or(after.len()))
                    }
                };
                value = unescaped(text);
                rest = after;
            }
            attributes.push((key, value));
        }
        found.push(Tag { name, attributes });
    }
    found
}

/// Text without markup, references resolved.
pub(crate) fn text(html: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' => in_tag = false,
            other if !in_tag => out.push(other),
            _ => {}
        }
    }
    unescaped(&out)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// The part of a document between its `main` tags.
pub(crate) fn main(html: &str) -> &str {
    let start = html.find("<main").expect("a document has a main part");
    let end = html.find("</main>").expect("it is closed");
    &html[start..end]
}

/// A free page.
pub(crate) fn page(slug: &str, path: &str, body: &str) -> String {
    format!(
        "+++\nid = \"page:{slug}\"\nname = \"Page {slug}\"\nsummary = \"About {slug}.\"\n\
         path = \"{path}\"\nsection = \"start\"\npublished = 2026-01-01\nupdated = 2026-01-02\n\
         +++\n{body}"
    )
}

/// A complete pattern with more front matter.
pub(crate) fn pattern(slug: &str, front: &str, first: &str) -> String {
    let mut text = format!(
        "+++\nid = \"pattern:{slug}\"\nname = \"The {slug}\"\nsummary = \"S.\"\n\
         published = 2026-01-01\nupdated = 2026-01-02\ncategory = \"resilience\"\n\
         tier = \"gold\"\ntier_why = \"W.\"\nproblem = \"P.\"\nsolution = \"L.\"\n\
         use_when = [\"U.\"]\navoid_when = [\"V.\"]\ngains = [\"G.\"]\ncosts = [\"C.\"]\n\
         scale_bands = [\"10M+\"]\n{front}+++\n{first}\n"
    );
    for section in catalog::Kind::Pattern.contract() {
        text.push_str(&format!("## About {0} {{#{0}}}\nx\n", section.id));
    }
    text
}

/// A complete law.
pub(crate) fn law(slug: &str) -> String {
    format!(
        "+++\nid = \"law:{slug}\"\nname = \"Law of {slug}\"\nsummary = \"S.\"\nstatement = \"T.\"\n\
         published = 2026-01-01\nupdated = 2026-01-01\n+++\n\
         ## A {{#what-it-says}}\nx\n## B {{#where-it-bites}}\nx\n## C {{#what-to-do}}\nx\n"
    )
}

/// A source in front matter.
pub(crate) fn source(key: &str) -> String {
    format!(
        "[[sources]]\nkey = \"{key}\"\ntitle = \"Title {key}\"\norg = \"O\"\nyear = 2020\n\
         url = \"https://example.org/{key}\"\nkind = \"paper\"\n"
    )
}

/// A glossary of one term.
pub(crate) const GLOSSARY: &str =
    "[[term]]\nslug = \"quorum\"\nterm = \"Quorum\"\ndefinition = \"Enough votes.\"\n";
