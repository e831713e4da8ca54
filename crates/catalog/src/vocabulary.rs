//! Closed lists that front matter chooses from, site settings, and the interface's texts.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::diagnostic::{FileText, Sink};
use crate::fields::{Fields, Sheet, parse_toml};

/// One value of a closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As written in front matter.
    pub id: String,
    /// As shown.
    pub name: String,
    /// Where its index page is, if it has one.
    pub path: Option<String>,
    /// A line that explains it; may be empty.
    pub meaning: String,
}

/// The closed lists, each in the order in which it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Pattern categories.
    pub categories: Vec<Choice>,
    /// Tiers, best first.
    pub tiers: Vec<Choice>,
    /// Scale bands, smallest first.
    pub scales: Vec<Choice>,
    /// Problem types.
    pub problems: Vec<Choice>,
    /// Case-study domains.
    pub domains: Vec<Choice>,
    /// What sets an incident off.
    pub triggers: Vec<Choice>,
}

impl Vocabulary {
    pub(crate) fn read(&mut self, file: &FileText<'_>, sink: &RefCell<Sink>) {
        let table = parse_toml(file, 0, file.text, sink);
        let sheet = Sheet {
            file,
            table: &table,
            base: 0,
            start: 0,
        };
        let fields = Fields::new(vec![sheet], "the vocabulary", sink);
        for (key, list) in [
            ("category", &mut self.categories),
            ("tier", &mut self.tiers),
            ("scale", &mut self.scales),
            ("problem", &mut self.problems),
            ("domain", &mut self.domains),
            ("trigger", &mut self.triggers),
        ] {
            for choice in fields.tables(key) {
                let meaning = choice.text("meaning").or_else(|| choice.text("question"));
                let _ = choice.text("question");
                let read = Choice {
                    id: choice.required_text("id").value,
                    name: choice.required_text("name").value,
                    path: choice.text("path").map(|path| path.value),
                    meaning: meaning.map(|text| text.value).unwrap_or_default(),
                };
                choice.finish();
                // An overlay's value replaces ours of the same id, or comes after ours.
                match list.iter_mut().find(|known| known.id == read.id) {
                    Some(known) => *known = read,
                    None => list.push(read),
                }
            }
        }
        fields.finish();
    }

    /// The ids of a list, for front matter to choose from.
    pub(crate) fn ids(list: &[Choice]) -> Vec<&str> {
        list.iter().map(|choice| choice.id.as_str()).collect()
    }

    /// The shown name of `id` in `list`, or the id itself.
    pub fn name<'v>(list: &'v [Choice], id: &'v str) -> &'v str {
        list.iter()
            .find(|choice| choice.id == id)
            .map_or(id, |choice| choice.name.as_str())
    }
}

/// Settings of a deployment: `site.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteSettings {
    /// Name shown in the header and in titles.
    pub name: String,
    /// One line under the name.
    pub description: String,
    /// Absolute address without a final slash; empty if unknown, and then no canonical links.
    pub base_url: String,
    /// Address under which a content file can be edited, ending in `/`; empty: no edit links.
    pub edit_url: String,
    /// Address of the repository; empty: no link.
    pub repository: String,
}

impl SiteSettings {
    pub(crate) fn read(&mut self, file: &FileText<'_>, sink: &RefCell<Sink>) {
        let table = parse_toml(file, 0, file.text, sink);
        let sheet = Sheet {
            file,
            table: &table,
            base: 0,
            start: 0,
        };
        let fields = Fields::new(vec![sheet], "the site settings", sink);
        for (key, setting) in [
            ("name", &mut self.name),
            ("description", &mut self.description),
            ("base_url", &mut self.base_url),
            ("edit_url", &mut self.edit_url),
            ("repository", &mut self.repository),
        ] {
            if let Some(text) = fields.text(key) {
                // Written into pages and files as it stands.
                let plain = text
                    .value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&b));
                let web = text.value.starts_with("https://") || text.value.starts_with("http://");
                let is_address = !matches!(key, "name" | "description");
                if is_address && !text.value.is_empty() && !(web && plain) {
                    sink.borrow_mut().error(
                        "bad-url",
                        text.place,
                        format!("`{key}` is \"{}\"", text.value),
                        Some("write an address that starts with https://".to_owned()),
                    );
                    continue;
                }
                *setting = text.value.trim_end_matches('/').to_owned();
                if key == "edit_url" && !setting.is_empty() {
                    setting.push('/');
                }
            }
        }
        fields.finish();
    }
}

/// Every text of the interface by id, from `interface.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    texts: BTreeMap<String, String>,
}

impl Interface {
    pub(crate) fn read(&mut self, file: &FileText<'_>, sink: &RefCell<Sink>) {
        let table = parse_toml(file, 0, file.text, sink);
        self.collect("", &table, file, sink);
    }

    fn collect(
        &mut self,
        prefix: &str,
        table: &toml::de::DeTable<'_>,
        file: &FileText<'_>,
        sink: &RefCell<Sink>,
    ) {
        for (key, value) in table {
            let id = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            match value.get_ref() {
                toml::de::DeValue::String(text) => {
                    self.texts.insert(id, text.to_string());
                }
                toml::de::DeValue::Table(inner) => self.collect(&id, inner, file, sink),
                other => sink.borrow_mut().error(
                    "wrong-type",
                    file.place(value.span().start),
                    format!("`{id}` must be a string, found {}", other.type_str()),
                    None,
                ),
            }
        }
    }

    /// The text with that id, or the id itself, which shows what is missing.
    pub fn text<'i>(&'i self, id: &'i str) -> &'i str {
        self.texts.get(id).map_or(id, String::as_str)
    }

    /// Every text with its id, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(id, text)| (id.as_str(), text.as_str()))
    }

    /// Whether a text with that id exists.
    pub fn has(&self, id: &str) -> bool {
        self.texts.contains_key(id)
    }
}
