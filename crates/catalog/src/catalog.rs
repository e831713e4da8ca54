//! Files to a [`Catalog`]: layers, overlays, entries, relations.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::check;
use crate::diagnostic::{Diagnostic, FileText, Severity, Sink};
use crate::entry::{Entry, FrontReader};
use crate::fields::{Fields, Sheet, parse_toml};
use crate::glossary::{self, Term};
use crate::home::{self, Home};
use crate::kind::{EntryId, Kind};
use crate::markdown::PageContext;
use crate::marks::{self, Scan};
use crate::relation::Related;
use crate::vocabulary::{Interface, SiteSettings, Vocabulary};

/// Largest content file: a page of this size is a mistake, and every parser's work stays bounded.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// Most files in one layer.
pub const FILES_MAX: usize = 20_000;

/// One folder of content: the Studio's own, or an organisation's on top of it.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Name shown on pages and in diagnostics.
    pub name: String,
    /// Files by path, with `/` between parts.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Addresses that no entry has but the site answers, with their anchors.
#[derive(Clone, Debug, Default)]
pub struct Generated {
    /// Addresses from `/` to `/`.
    pub paths: BTreeSet<String>,
}

/// Everything the Studio knows.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Settings of this deployment.
    pub settings: SiteSettings,
    /// Closed lists.
    pub vocabulary: Vocabulary,
    /// Interface texts.
    pub interface: Interface,
    /// Glossary by slug.
    pub terms: BTreeMap<String, Term>,
    /// The home page.
    pub home: Home,
    /// Data files that tools and experiments read, by path: `tools/*.toml`, `experiments/*.toml`,
    /// `experiments/results/*.json`.
    pub data: BTreeMap<String, String>,
    /// Findings of the load, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of the layers, lowest first.
    pub layers: Vec<String>,
    pub(crate) entries: BTreeMap<EntryId, Entry>,
    pub(crate) paths: BTreeMap<String, EntryId>,
    pub(crate) redirects: BTreeMap<String, String>,
    pub(crate) related: BTreeMap<EntryId, Vec<Related>>,
    pub(crate) backlinks: BTreeMap<EntryId, BTreeSet<EntryId>>,
    /// Entries that an overlay takes away: links to them are no errors.
    pub(crate) hidden: BTreeSet<EntryId>,
}

impl Catalog {
    /// Reads `layers`, lowest first. It never fails: what is wrong is in
    /// [`diagnostics`](Catalog::diagnostics), and a broken page takes no other down.
    pub fn load(layers: &[Layer], generated: &Generated) -> Catalog {
        let sink = RefCell::new(Sink::default());
        let files = readable_files(layers, &sink);
        let mut catalog = Catalog {
            layers: layers.iter().map(|layer| layer.name.clone()).collect(),
            ..Catalog::default()
        };
        for file in &files {
            catalog.read_data_file(file, &sink);
        }
        let sheets: Vec<RawFile<'_>> = files
            .iter()
            .filter(|file| is_entry_file(file.path))
            .map(|file| raw_file(file, &sink))
            .collect();
        let definitions = definitions(&sheets, &mut catalog.hidden, &sink);
        let mut open = Vec::new();
        for (id, definition) in &definitions {
            if let Some((entry, context)) = build(id, definition, &catalog.vocabulary, &sink) {
                open.push((definition, context));
                catalog.entries.insert(id.clone(), entry);
            }
        }
        catalog.index_paths(generated, &sink);
        check::relations(&mut catalog, &sink);
        for (definition, context) in &open {
            check::page(&catalog, &definition.id, context, generated, &sink);
        }
        if let Some(file) = files.iter().rev().find(|file| file.path == "home.toml") {
            check::home(&catalog, &PageContext::new(file, &sink), generated);
        }
        catalog.collect_backlinks();
        catalog.diagnostics = sink.into_inner().into_sorted();
        catalog
    }

    fn read_data_file(&mut self, file: &FileText<'_>, sink: &RefCell<Sink>) {
        match file.path {
            "vocabulary.toml" => self.vocabulary.read(file, sink),
            "site.toml" => self.settings.read(file, sink),
            "interface.toml" => self.interface.read(file, sink),
            "home.toml" => self.home = home::read(file, sink),
            "glossary.toml" => glossary::read(&mut self.terms, file, sink),
            path if is_data_file(path) => {
                self.data.insert(path.to_owned(), file.text.to_owned());
            }
            path if is_entry_file(path) || is_ignored(path) => {}
            path => sink.borrow_mut().error(
                "unused-file",
                file.place(0),
                format!("nothing reads the file {path}"),
                Some("pages end in .md; planned entries stand in planned/*.toml".to_owned()),
            ),
        }
    }

    fn index_paths(&mut self, generated: &Generated, sink: &RefCell<Sink>) {
        let fail = |entry: &Entry, message: String, hint: &str| {
            let hint = Some(hint.to_owned());
            sink.borrow_mut()
                .error("duplicate-path", entry.place.clone(), message, hint);
        };
        let taken = |path: &str| path == "/" || generated.paths.contains(path);
        for entry in self.entries.values().filter(|entry| !entry.planned) {
            let hint = "give one of them its own `path`";
            if taken(&entry.path) {
                let message = format!("{} has the address {} of the site", entry.id, entry.path);
                fail(entry, message, "give it another `path`");
            }
            if let Some(other) = self.paths.get(&entry.path) {
                let path = &entry.path;
                let message = format!("{} and {other} have the same address {path}", entry.id);
                fail(entry, message, hint);
            } else {
                self.paths.insert(entry.path.clone(), entry.id.clone());
            }
        }
        for entry in self.entries.values().filter(|entry| !entry.planned) {
            let hint = "a former address leads to one page";
            for redirect in &entry.redirects {
                if self.paths.contains_key(redirect) || taken(redirect) {
                    let message = format!("the redirect {redirect} is the address of a page");
                    fail(entry, message, hint);
                } else if let Some(to) = self.redirects.get(redirect) {
                    let message = format!("the redirect {redirect} already leads to {to}");
                    fail(entry, message, hint);
                } else {
                    self.redirects.insert(redirect.clone(), entry.path.clone());
                }
            }
        }
    }

    fn collect_backlinks(&mut self) {
        let mut found: BTreeMap<EntryId, BTreeSet<EntryId>> = BTreeMap::new();
        for entry in self.entries.values().filter(|entry| !entry.planned) {
            for target in check::linked_entries(entry) {
                if target != entry.id {
                    found.entry(target).or_default().insert(entry.id.clone());
                }
            }
        }
        self.backlinks = found;
    }

    /// Every entry, planned ones included, in order of id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Every complete entry, in order of id. Counts that are shown are counts of these.
    pub fn pages(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| !entry.planned)
    }

    /// The entry with that id, planned or complete.
    pub fn entry(&self, id: &EntryId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// The complete entry at that address.
    pub fn at_path(&self, path: &str) -> Option<&Entry> {
        self.paths.get(path).and_then(|id| self.entries.get(id))
    }

    /// Where a former address leads now.
    pub fn redirect(&self, path: &str) -> Option<&str> {
        self.redirects.get(path).map(String::as_str)
    }

    /// Former addresses with where they lead.
    pub fn redirects(&self) -> impl Iterator<Item = (&str, &str)> {
        self.redirects
            .iter()
            .map(|(from, to)| (from.as_str(), to.as_str()))
    }

    /// Relations of an entry, stated and derived, by kind.
    pub fn related(&self, id: &EntryId) -> &[Related] {
        self.related.get(id).map_or(&[], Vec::as_slice)
    }

    /// Complete entries whose text links to `id`, in order of id.
    pub fn backlinks(&self, id: &EntryId) -> impl Iterator<Item = &Entry> {
        self.backlinks
            .get(id)
            .into_iter()
            .flatten()
            .filter_map(|from| self.entries.get(from))
    }

    /// Whether `check` must fail.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error)
    }
}

fn is_entry_file(path: &str) -> bool {
    (path.ends_with(".md") && !is_ignored(path))
        || (path.starts_with("planned/") && path.ends_with(".toml"))
}

fn is_data_file(path: &str) -> bool {
    let of_toml = ["experiments/", "tools/", "published/"];
    let of_json = ["experiments/results/", "published/"];
    let within = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    (path.ends_with(".toml") && within(&of_toml)) || (path.ends_with(".json") && within(&of_json))
}

fn is_ignored(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "README.md" || name.starts_with('.')
}

fn readable_files<'a>(layers: &'a [Layer], sink: &RefCell<Sink>) -> Vec<FileText<'a>> {
    let mut files = Vec::new();
    for layer in layers {
        for (path, bytes) in layer.files.iter().take(FILES_MAX) {
            let empty = FileText::new(&layer.name, path, "");
            if bytes.len() > FILE_BYTES_MAX {
                sink.borrow_mut().error(
                    "too-large",
                    empty.place(0),
                    format!("the file is larger than {FILE_BYTES_MAX} bytes"),
                    None,
                );
                continue;
            }
            match std::str::from_utf8(bytes) {
                // Some editors begin a file with a byte order mark.
                Ok(text) => {
                    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
                    files.push(FileText::new(&layer.name, path, text));
                }
                Err(error) => {
                    let good = &bytes[..error.valid_up_to()];
                    let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                    let mut place = empty.place(0);
                    place.line = u32::try_from(line).unwrap_or(u32::MAX);
                    sink.borrow_mut().error(
                        "not-utf8",
                        place,
                        "the file is not UTF-8 text",
                        Some("save it as UTF-8".to_owned()),
                    );
                }
            }
        }
    }
    files
}

/// A file with its front matter parsed: one table for a page, several for planned entries.
struct RawFile<'a> {
    file: &'a FileText<'a>,
    table: DeTable<'a>,
    base: usize,
    /// Body and where it begins; `None` for a file of planned entries.
    body: Option<(usize, &'a str)>,
}

fn raw_file<'a>(file: &'a FileText<'a>, sink: &RefCell<Sink>) -> RawFile<'a> {
    if file.path.ends_with(".toml") {
        return RawFile {
            file,
            table: parse_toml(file, 0, file.text, sink),
            base: 0,
            body: None,
        };
    }
    match split_front_matter(file.text) {
        Some((base, front, body_at)) => RawFile {
            file,
            table: parse_toml(file, base, front, sink),
            base,
            body: Some((body_at, &file.text[body_at..])),
        },
        None => {
            sink.borrow_mut().error(
                "front-matter",
                file.place(0),
                "the file does not begin with front matter",
                Some("put TOML between two lines +++ at the top".to_owned()),
            );
            RawFile {
                file,
                table: DeTable::new(),
                base: 0,
                body: Some((0, file.text)),
            }
        }
    }
}

/// Start of the front matter, its text, and start of the body.
fn split_front_matter(text: &str) -> Option<(usize, &str, usize)> {
    let start = ["+++\n", "+++\r\n"]
        .iter()
        .find(|open| text.starts_with(**open))?
        .len();
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == "+++" {
            return Some((start, &text[start..at], at + line.len()));
        }
        at += line.len();
    }
    None
}

/// What all layers say of one id: the full definition and the patches on it, latest first.
struct Definition<'r> {
    id: EntryId,
    sheets: Vec<Sheet<'r>>,
    body: Option<Body<'r>>,
    planned: bool,
}

/// One table that speaks of an id.
struct Statement<'r> {
    sheet: Sheet<'r>,
    body: Option<(usize, &'r str)>,
    extends: bool,
    hidden: bool,
}

fn definitions<'r>(
    raws: &'r [RawFile<'r>],
    hidden: &mut BTreeSet<EntryId>,
    sink: &RefCell<Sink>,
) -> BTreeMap<EntryId, Definition<'r>> {
    let mut found: BTreeMap<EntryId, Definition<'r>> = BTreeMap::new();
    for raw in raws {
        if raw.body.is_some() {
            if raw.table.is_empty() {
                continue;
            }
            let sheet = Sheet {
                file: raw.file,
                table: &raw.table,
                base: raw.base,
                start: 0,
            };
            if let Some((id, statement)) = statement(sheet, raw.body, sink) {
                apply(&mut found, hidden, id, statement, sink);
            }
        } else {
            for sheet in planned_sheets(raw, sink) {
                if let Some((id, statement)) = statement(sheet, None, sink) {
                    apply(&mut found, hidden, id, statement, sink);
                }
            }
        }
    }
    found
}

fn planned_sheets<'r>(raw: &'r RawFile<'r>, sink: &RefCell<Sink>) -> Vec<Sheet<'r>> {
    let mut sheets = Vec::new();
    for (key, value) in &raw.table {
        let items = match (key.get_ref().as_ref(), value.get_ref()) {
            ("entry", DeValue::Array(items)) => items,
            (name, _) => {
                sink.borrow_mut().error(
                    "unknown-key",
                    raw.file.place(raw.base + key.span().start),
                    format!("a file of planned entries has an unknown key `{name}`"),
                    Some("write [[entry]] tables".to_owned()),
                );
                continue;
            }
        };
        for item in items.iter() {
            if let DeValue::Table(table) = item.get_ref() {
                let start = item.span().start;
                sheets.push(Sheet {
                    file: raw.file,
                    table,
                    base: raw.base,
                    start,
                });
            }
        }
    }
    sheets
}

fn statement<'r>(
    sheet: Sheet<'r>,
    body: Option<(usize, &'r str)>,
    sink: &RefCell<Sink>,
) -> Option<(EntryId, Statement<'r>)> {
    let fields = Fields::new(vec![sheet], "the front matter", sink);
    let extends = fields.text("extends");
    let is_patch = extends.is_some();
    let id = extends.or_else(|| {
        if !fields.has("id") {
            fields.missing("id");
        }
        fields.text("id")
    })?;
    let hidden = fields.boolean("hidden").unwrap_or(false);
    match EntryId::parse(&id.value, None) {
        Ok(parsed) if parsed.kind == Kind::Term => {
            sink.borrow_mut().error(
                "bad-id",
                id.place,
                "terms stand in glossary.toml",
                Some("add a [[term]] table there".to_owned()),
            );
            None
        }
        Ok(parsed) => Some((
            parsed,
            Statement {
                sheet,
                body,
                extends: is_patch,
                hidden,
            },
        )),
        Err(message) => {
            let hint = "ids are written kind:slug, for instance pattern:circuit-breaker";
            sink.borrow_mut()
                .error("bad-id", id.place, message, Some(hint.to_owned()));
            None
        }
    }
}

fn apply<'r>(
    found: &mut BTreeMap<EntryId, Definition<'r>>,
    hidden: &mut BTreeSet<EntryId>,
    id: EntryId,
    statement: Statement<'r>,
    sink: &RefCell<Sink>,
) {
    let place = statement
        .sheet
        .file
        .place(statement.sheet.base + statement.sheet.start);
    if statement.hidden {
        if found.remove(&id).is_some() {
            hidden.insert(id);
        } else {
            let near = nearest_id(&id, found);
            sink.borrow_mut().error(
                "nothing-to-patch",
                place,
                format!("{id} cannot be hidden: no lower layer has it"),
                near.map(|near| format!("did you mean \"{near}\"?")),
            );
        }
        return;
    }
    let body = statement
        .body
        .map(|(at, text)| (statement.sheet.file, at, text));
    if statement.extends {
        patch(found, &id, statement.sheet, body, sink);
        return;
    }
    let planned = body.is_none();
    if let Some(earlier) = found.get(&id) {
        let same_layer = earlier
            .sheets
            .iter()
            .any(|sheet| sheet.file.layer == statement.sheet.file.layer);
        if same_layer && earlier.planned == planned {
            let other = earlier.sheets[0].file.path;
            sink.borrow_mut().error(
                "duplicate-id",
                place,
                format!("{id} is also defined in {other}"),
                Some("ids are unique within a layer".to_owned()),
            );
            return;
        }
        // A complete page takes the place of its planned entry, whichever file comes first.
        if same_layer && planned {
            return;
        }
    }
    hidden.remove(&id);
    found.insert(
        id.clone(),
        Definition {
            id,
            sheets: vec![statement.sheet],
            body,
            planned,
        },
    );
}

type Body<'r> = (&'r FileText<'r>, usize, &'r str);

/// Lays a patch on what lower layers say of `id`.
fn patch<'r>(
    found: &mut BTreeMap<EntryId, Definition<'r>>,
    id: &EntryId,
    sheet: Sheet<'r>,
    body: Option<Body<'r>>,
    sink: &RefCell<Sink>,
) {
    let Some(definition) = found.get_mut(id) else {
        let near = nearest_id(id, found);
        sink.borrow_mut().error(
            "nothing-to-patch",
            sheet.file.place(sheet.base + sheet.start),
            format!("{id} cannot be extended: no lower layer has it"),
            near.map(|near| format!("did you mean \"{near}\"?")),
        );
        return;
    };
    definition.sheets.insert(0, sheet);
    if body.is_some_and(|(_, _, text)| !text.trim().is_empty()) {
        definition.body = body;
        definition.planned = false;
    }
}

fn nearest_id<T>(id: &EntryId, known: &BTreeMap<EntryId, T>) -> Option<String> {
    let slugs = known
        .keys()
        .filter(|other| other.kind == id.kind)
        .map(|other| other.slug.as_str());
    crate::diagnostic::nearest(&id.slug, slugs).map(|slug| format!("{}:{slug}", id.kind))
}

/// An entry, with what is known of its body and where the body stands.
type Built<'r, 's> = (Entry, PageContext<'r, 's>);

fn build<'r, 's>(
    id: &EntryId,
    definition: &Definition<'r>,
    vocabulary: &Vocabulary,
    sink: &'s RefCell<Sink>,
) -> Option<Built<'r, 's>> {
    let top = *definition.sheets.first()?;
    let (file, body_at, body) = definition
        .body
        .unwrap_or((top.file, top.file.text.len(), ""));
    let fields = Fields::new(definition.sheets.clone(), format!("{id}"), sink);
    for key in ["id", "extends", "hidden"] {
        let _ = fields.has(key);
    }
    let scan = marks::scan(body);
    let mut context = PageContext::new(file, sink);
    context.names = assumed(&scan, &context, body_at);
    context.source_keys = fields
        .tables("sources")
        .iter()
        .filter_map(|source| source.text("key"))
        .map(|key| key.value)
        .collect();
    // A patched entry's front matter stands in several files.
    let fronts: Vec<PageContext<'_, '_>> = definition
        .sheets
        .iter()
        .map(|sheet| PageContext {
            names: context.names.clone(),
            source_keys: context.source_keys.clone(),
            ..PageContext::new(sheet.file, sink)
        })
        .collect();
    let place = top.file.place(top.base + top.start);
    let reader = FrontReader {
        fields: &fields,
        pages: &fronts,
        vocabulary,
        planned: definition.planned,
    };
    let mut entry = reader.entry(id.clone(), top.file.layer, top.file.path, place);
    fields.finish();
    for front in fronts {
        context.cited.borrow_mut().append(&mut front.cited.take());
        let mut used = front.used_names.take();
        context.used_names.borrow_mut().append(&mut used);
    }
    if !definition.planned {
        entry.document = context.page(body, &scan, body_at);
        entry.document.place = Some(file.place(body_at));
        entry.markdown = body.trim().to_owned();
    }
    Some((entry, context))
}

/// The inputs of a page's examples by name.
fn assumed(scan: &Scan, context: &PageContext<'_, '_>, body_at: usize) -> BTreeMap<String, f64> {
    let mut names = BTreeMap::new();
    for (name, value, _, at) in &scan.assumptions {
        let earlier = names.insert(name.clone(), *value);
        if earlier.is_some_and(|earlier| earlier != *value) {
            let message = format!("the assumption \"{name}\" is given two values");
            context.error("bad-assumption", body_at + at, message, None);
        }
    }
    names
}
