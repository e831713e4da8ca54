//! An export, read back the way a browser reads it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use html5gum::{StartTag, Token, Tokenizer};

/// Elements that have no end.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements whose text a reader of the page does not count as its content.
const NOT_CONTENT: [&str; 7] = [
    "nav", "svg", "math", "script", "style", "template", "select",
];
/// Attributes that hold an address.
const ADDRESSES: [&str; 7] = [
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "data",
    "xlink:href",
];
/// Attributes that hold ids of the same page.
const ID_REFERENCES: [&str; 9] = [
    "for",
    "list",
    "form",
    "headers",
    "popovertarget",
    "aria-controls",
    "aria-describedby",
    "aria-labelledby",
    "aria-owns",
];

/// How an address is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A reader may go there.
    Link,
    /// The browser fetches it to show the page.
    Resource,
    /// It only names something, such as the canonical address.
    Name,
}

/// An address that a page holds.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) element: String,
    pub(crate) target: String,
    pub(crate) usage: Use,
}

/// What a page holds that the tests ask about.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) bytes: usize,
    pub(crate) ids: Vec<String>,
    /// Ids that attributes of the page name.
    pub(crate) named_ids: Vec<String>,
    pub(crate) references: Vec<Reference>,
    pub(crate) title: String,
    pub(crate) headings: usize,
    /// Words of `main` that a reader sees, navigation and drawings left out.
    pub(crate) words: usize,
    /// Where a page that has moved leads.
    pub(crate) moved_to: Option<String>,
    /// Whether robots are told to pass by.
    pub(crate) unlisted: bool,
    /// What the content security policy forbids.
    pub(crate) inline: Vec<String>,
    /// Where the page is not well-formed.
    pub(crate) malformed: Vec<String>,
}

/// An export in a folder that lives as long as this.
pub(crate) struct Export {
    folder: tempfile::TempDir,
    /// Path of the base address without a final slash.
    pub(crate) prefix: String,
    /// Every file's bytes by path, with a leading slash.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// HTML files by path.
    pub(crate) pages: BTreeMap<String, Page>,
}

impl Export {
    /// Runs `dstudio export` for a base address and reads what it wrote.
    pub(crate) fn make(base_url: &str) -> Export {
        let folder = tempfile::tempdir().expect("a folder");
        let output = Command::new(env!("CARGO_BIN_EXE_dstudio"))
            .args(["export", "--no-cache", "--base-url", base_url, "--out"])
            .arg(folder.path())
            .current_dir(folder.path())
            .output()
            .expect("dstudio runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let host_end = base_url.find("://").map_or(0, |at| at + 3);
        let prefix = base_url[host_end..].find('/');
        let mut files = BTreeMap::new();
        read(folder.path(), folder.path(), &mut files);
        let pages = files
            .iter()
            .filter(|(path, _)| path.ends_with(".html"))
            .map(|(path, bytes)| (path.clone(), Page::read(&String::from_utf8_lossy(bytes))))
            .collect();
        Export {
            folder,
            prefix: prefix
                .map_or("", |at| &base_url[host_end + at..])
                .to_owned(),
            files,
            pages,
        }
    }

    /// Pages that readers see: those that have moved are left out.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&String, &Page)> {
        self.pages
            .iter()
            .filter(|(_, page)| page.moved_to.is_none())
    }

    /// The file that a server of files sends for an address of this site, if there is one.
    pub(crate) fn file_at(&self, address: &str) -> Option<&str> {
        let path = address.strip_prefix(&self.prefix)?;
        let path = if path.ends_with('/') {
            format!("{path}index.html")
        } else {
            path.to_owned()
        };
        self.files
            .get_key_value(&path)
            .map(|(path, _)| path.as_str())
    }

    /// Where the export lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path: PathBuf = entry.expect("an entry").path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let inside = path.strip_prefix(root).expect("a path inside");
            let name = format!("/{}", inside.display());
            files.insert(name, std::fs::read(&path).expect("a file"));
        }
    }
}

/// The values of a start tag.
struct Tag<'t> {
    name: &'t str,
    attributes: Vec<(&'t str, &'t str)>,
}

impl<'t> Tag<'t> {
    fn of(tag: &'t StartTag<()>) -> Tag<'t> {
        let text = |bytes: &'t [u8]| std::str::from_utf8(bytes).expect("the page is UTF-8");
        Tag {
            name: text(&tag.name),
            attributes: tag
                .attributes
                .iter()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        }
    }

    fn get(&self, name: &str) -> Option<&'t str> {
        self.attributes
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
    }
}

impl Page {
    fn read(html: &str) -> Page {
        let mut page = Page {
            bytes: html.len(),
            ..Page::default()
        };
        let mut open: Vec<(String, bool)> = Vec::new();
        let mut content = String::new();
        for Ok(token) in Tokenizer::new(html) {
            match token {
                Token::StartTag(tag) => {
                    let seen = Tag::of(&tag);
                    page.tag(&seen);
                    if !VOID.contains(&seen.name) && !tag.self_closing {
                        let unseen =
                            NOT_CONTENT.contains(&seen.name) || seen.get("hidden").is_some();
                        open.push((seen.name.to_owned(), unseen));
                    }
                    // Elements part words unless they stand inside a line.
                    content.push(' ');
                }
                Token::EndTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    match open.pop() {
                        Some((last, _)) if last == name => {}
                        last => page.malformed.push(format!(
                            "</{name}> ends <{}>",
                            last.map_or(String::new(), |(last, _)| last)
                        )),
                    }
                }
                Token::String(text) => {
                    let text = String::from_utf8_lossy(&text.value).into_owned();
                    let within = |name: &str| open.iter().any(|(open, _)| open == name);
                    if within("title") && !within("svg") {
                        page.title.push_str(&text);
                    }
                    if within("main") && !open.iter().any(|(_, unseen)| *unseen) {
                        content.push_str(&text);
                    }
                }
                Token::Error(error) => page.malformed.push(error.value.to_string()),
                Token::Comment(_) | Token::Doctype(_) => {}
            }
        }
        // The short pages that lead on leave out ends that HTML does not ask for.
        if page.moved_to.is_none() && !open.is_empty() {
            page.malformed.push(format!("never ended: {open:?}"));
        }
        page.words = content
            .split_whitespace()
            .filter(|word| word.contains(char::is_alphanumeric))
            .count();
        page
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match tag.name {
            "h1" => self.headings += 1,
            "style" => self.inline.push("<style>".to_owned()),
            // A block of data is not run, and the policy lets it be.
            "script" if tag.get("src").is_none() => match tag.get("type") {
                Some("application/json" | "application/ld+json") => {}
                _ => self.inline.push("<script> without src".to_owned()),
            },
            "meta" if tag.get("http-equiv") == Some("refresh") => {
                let content = tag.get("content").unwrap_or_default();
                self.moved_to = content
                    .split_once("url=")
                    .map(|(_, target)| target.to_owned());
            }
            "meta" if tag.get("name") == Some("robots") => {
                self.unlisted = tag.get("content").unwrap_or_default().contains("noindex");
            }
            _ => {}
        }
        for &(name, value) in &tag.attributes {
            if name == "style" || name.starts_with("on") {
                self.inline
                    .push(format!("<{} {name}=\"{value}\">", tag.name));
            } else if name == "id" {
                self.ids.push(value.to_owned());
            } else if ADDRESSES.contains(&name) {
                self.references.push(Reference {
                    element: tag.name.to_owned(),
                    target: value.to_owned(),
                    usage: usage(tag, name),
                });
            } else if name == "srcset" {
                for candidate in value.split(',') {
                    let target = candidate.split_whitespace().next().unwrap_or_default();
                    self.references.push(Reference {
                        element: tag.name.to_owned(),
                        target: target.to_owned(),
                        usage: Use::Resource,
                    });
                }
            } else if ID_REFERENCES.contains(&name) {
                let ids = value.split_whitespace().map(str::to_owned);
                self.named_ids.extend(ids);
            } else if let Some(id) = value
                .strip_prefix("url(#")
                .and_then(|rest| rest.strip_suffix(')'))
            {
                self.named_ids.push(id.to_owned());
            }
        }
    }
}

fn usage(tag: &Tag<'_>, attribute: &str) -> Use {
    match (tag.name, attribute) {
        ("a" | "area" | "form", _) | (_, "formaction") => Use::Link,
        ("link", _) => match tag.get("rel") {
            Some("canonical" | "alternate" | "next" | "prev" | "author" | "license") => Use::Name,
            // Scripts fetched when a reader asks for them, or once the page is shown.
            Some("search-script" | "later-script") => Use::Link,
            _ => Use::Resource,
        },
        _ => Use::Resource,
    }
}
