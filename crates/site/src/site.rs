//! A catalogue made ready to answer: assets, fragments, search.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use catalog::{Block, Catalog, Diagnostic, Entry, EntryId, GLOSSARY_PATH, Generated, Severity};

use crate::asset::{Asset, Assets};
use crate::fragment::{Fragments, MathDisplay};
use crate::search_index::SearchIndex;
use crate::tool_list::{TOOLS, Tools};

/// Whether pages are answered by a server or written to files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Forms are answered by the server.
    #[default]
    Live,
    /// Forms work only with script; nothing answers a query string.
    Export,
}

/// Everything a page can be made from. Answering changes nothing that an answer depends on.
#[derive(Debug)]
pub struct Site {
    /// What the Studio knows.
    pub catalog: Catalog,
    /// Style, scripts, modules.
    pub assets: Assets,
    /// Kept fragments.
    pub fragments: Fragments,
    /// Server or files.
    pub mode: Mode,
    /// Whether pages ask to be reloaded when content changes.
    pub watch: bool,
    /// Path part of the base address, without a final slash.
    pub(crate) prefix: String,
    /// Changes whenever anything that is searched does.
    pub(crate) content_version: String,
    search: OnceLock<SearchIndex>,
    tools: OnceLock<Tools>,
    pub(crate) fix_kit: OnceLock<Option<Asset>>,
    /// Stored results by the name of their scenario, each read on first use.
    pub(crate) experiments: BTreeMap<String, OnceLock<Option<experiment::Digest>>>,
}

/// Addresses that the site makes from the catalogue and no entry has.
pub fn generated() -> Generated {
    let paths = [GLOSSARY_PATH, "/search/", "/site-map/"];
    Generated {
        paths: paths
            .into_iter()
            .chain(
                TOOLS
                    .iter()
                    .filter(|tool| !tool.on_entry)
                    .map(|tool| tool.path),
            )
            .map(str::to_owned)
            .collect(),
    }
}

impl Site {
    /// Makes a catalogue ready. `fragments` holds what an earlier run kept.
    pub fn new(catalog: Catalog, fragments: Fragments, mode: Mode) -> Site {
        let base = &catalog.settings.base_url;
        let prefix = base
            .split_once("://")
            .and_then(|(_, rest)| {
                rest.find('/')
                    .map(|at| rest[at..].trim_end_matches('/').to_owned())
            })
            .unwrap_or_default();
        let assets = Assets::load();
        let content_version =
            crate::search_index::content_version(&catalog, assets.path("search.wasm"));
        let experiments = crate::experiment_block::scenarios(&catalog)
            .map(|slug| (slug.to_owned(), OnceLock::new()))
            .collect();
        Site {
            catalog,
            assets,
            fragments,
            mode,
            watch: false,
            prefix,
            content_version,
            search: OnceLock::new(),
            tools: OnceLock::new(),
            fix_kit: OnceLock::new(),
            experiments,
        }
    }

    /// The interface text with that id.
    pub(crate) fn t<'s>(&'s self, id: &'s str) -> &'s str {
        self.catalog.interface.text(id)
    }

    /// An address of this site as a link target.
    pub(crate) fn href(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The absolute address, if the deployment has one.
    pub(crate) fn absolute(&self, path: &str) -> Option<String> {
        let base = &self.catalog.settings.base_url;
        (!base.is_empty()).then(|| format!("{base}{path}"))
    }

    /// The search index, made on first use.
    pub fn search(&self) -> &SearchIndex {
        self.search
            .get_or_init(|| SearchIndex::build(&self.catalog, &|path| self.href(path)))
    }

    /// A page as Markdown, or one section of it. None if there is no such page or section.
    pub fn page_as_markdown(&self, id: &EntryId, section: Option<&str>) -> Option<String> {
        let entry = self.catalog.entry(id).filter(|entry| !entry.planned)?;
        let Some(section) = section else {
            return Some(self.markdown(entry));
        };
        let section = entry.document.section(section)?;
        Some(crate::markdown_form::section(self, section))
    }

    /// The tools' rules and questions, read on first use.
    pub fn tools(&self) -> &Tools {
        self.tools.get_or_init(|| Tools::read(&self.catalog))
    }

    /// Every address that answers with a document, assets and search parts excepted.
    pub fn addresses(&self) -> Vec<String> {
        let mut found: BTreeSet<String> = BTreeSet::new();
        found.insert("/".to_owned());
        found.insert("/index.md".to_owned());
        found.insert(format!("{GLOSSARY_PATH}index.md"));
        found.extend(generated().paths);
        for entry in self.catalog.pages() {
            found.insert(entry.path.clone());
            found.insert(format!("{}index.md", entry.path));
        }
        for name in [
            "/sitemap.xml",
            "/feed.xml",
            "/robots.txt",
            crate::offline::WORKER_PATH,
            "/llms.txt",
            "/404.html",
        ] {
            found.insert(name.to_owned());
        }
        found.into_iter().collect()
    }

    /// Formulas and diagrams that cannot be drawn, which only drawing them tells, and faults of the
    /// tools' data.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for entry in self.catalog.pages() {
            self.problems_of(entry, &mut found);
        }
        found.extend(self.tools().problems(&self.catalog));
        found
    }

    /// What is wrong with a block or inline of a page that only making it tells.
    fn problems_of(&self, entry: &Entry, found: &mut Vec<Diagnostic>) {
        let body = entry.document.place.as_ref().unwrap_or(&entry.place);
        let mut report = |line: u32, code: &'static str, message: String| {
            let mut place = body.clone();
            place.line = line;
            place.column = 1;
            found.push(Diagnostic {
                place,
                severity: Severity::Error,
                code,
                message,
                hint: None,
            });
        };
        let lead = (body.line, &entry.document.introduction);
        let sections = entry
            .document
            .sections
            .iter()
            .map(|section| (section.line, &section.blocks));
        for (line, blocks) in std::iter::once(lead).chain(sections) {
            catalog::walk_blocks(blocks, &mut |block| {
                match block {
                    Block::Math(latex) => {
                        if let Err(error) = self.fragments.math(latex, MathDisplay::Block) {
                            report(line, "formula", error.0);
                        }
                    }
                    Block::Reproduced(_) => {
                        for message in self.reproduced_problems() {
                            report(line, "published", message);
                        }
                    }
                    Block::Experiment(block) => {
                        for message in self.experiment_problems(block) {
                            report(line, "experiment", message);
                        }
                    }
                    Block::Diagram {
                        source,
                        title,
                        alternative,
                    } => {
                        if let Err(error) = self.fragments.diagram(source, title, alternative, "d")
                        {
                            report(line, "diagram", format!("\"{title}\": {}", error.0));
                        }
                    }
                    _ => {}
                }
                for run in block.runs() {
                    catalog::walk_inlines(run, &mut |inline| {
                        if let catalog::Inline::Math(latex) = inline
                            && let Err(error) = self.fragments.math(latex, MathDisplay::Inline)
                        {
                            report(line, "formula", error.0);
                        }
                        if let catalog::Inline::Quoted { path, .. } = inline
                            && self.quoted(path).is_none()
                        {
                            let message = format!("no run gave the figure {{exp:{path}}}");
                            report(line, "quotation", message);
                        }
                    });
                }
            });
        }
    }
}
