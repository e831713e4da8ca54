//! A document back to Markdown, with figures computed and links that lead somewhere.

use catalog::{Block, Code, Document, Entry, Inline, Kind, Table, Target, inline_text};

use crate::site::Site;

/// The body of an entry as CommonMark.
pub(crate) fn resolved(site: &Site, entry: &Entry) -> String {
    let writer = MarkdownWriter { site };
    let mut text = String::new();
    writer.document(&entry.document, &mut text);
    text.trim_end().to_owned()
}

struct MarkdownWriter<'s> {
    site: &'s Site,
}

impl MarkdownWriter<'_> {
    fn document(&self, document: &Document, out: &mut String) {
        self.blocks(&document.introduction, "", out);
        for section in &document.sections {
            out.push_str(&format!("\n## {}\n", self.inlines(&section.title)));
            self.blocks(&section.blocks, "", out);
        }
    }

    fn blocks(&self, blocks: &[Block], indent: &str, out: &mut String) {
        for block in blocks {
            out.push('\n');
            let text = self.block(block);
            for line in text.lines() {
                if line.is_empty() {
                    out.push('\n');
                } else {
                    out.push_str(indent);
                    out.push_str(line);
                    out.push('\n');
                }
            }
        }
    }

    fn block(&self, block: &Block) -> String {
        match block {
            Block::Heading { level, content, .. } => {
                format!(
                    "{} {}",
                    "#".repeat(usize::from(*level)),
                    self.inlines(content)
                )
            }
            Block::Paragraph(content) => self.inlines(content),
            Block::List { start, items } => self.list(*start, items),
            Block::Code(code) => fenced(code),
            Block::Tabs(tabs) => tabs
                .iter()
                .map(|(label, code)| format!("{label}:\n\n{}", fenced(code)))
                .collect::<Vec<_>>()
                .join("\n\n"),
            Block::Diagram {
                source,
                title,
                alternative,
            } => {
                format!("{title}: {alternative}\n\n```mermaid\n{source}\n```")
            }
            Block::Math(latex) => format!("$$\n{}\n$$", latex.trim()),
            Block::Table(table) => self.table(table),
            Block::Quote(blocks) => quoted(&self.inner(blocks)),
            Block::Admonition { kind, blocks } => {
                let body = self.inner(blocks);
                quoted(&format!("[!{}]\n{body}", kind.name().to_uppercase()))
            }
            Block::Rule => "---".to_owned(),
            Block::Step(step) => {
                let mut lines = vec![format!("1. {}", self.inlines(&step.action))];
                if let Some(run) = &step.run {
                    lines.push(String::new());
                    lines.extend(fenced(run).lines().map(|line| format!("   {line}")));
                    lines.push(String::new());
                }
                for (key, content) in [
                    ("step.risk", &step.risk),
                    ("step.undo", &step.undo),
                    ("step.check", &step.check),
                ] {
                    lines.push(format!(
                        "   - {}: {}",
                        self.site.t(key),
                        self.inlines(content)
                    ));
                }
                if !step.note.is_empty() {
                    lines.push(format!("   - {}", self.inlines(&step.note)));
                }
                lines.join("\n")
            }
            Block::Phase(phase) => {
                let t = |id| self.site.t(id);
                let (least, most) = phase.weeks;
                let mut lines = vec![format!(
                    "### {} ({least}–{most} {})\n",
                    self.inlines(&phase.name),
                    t("unit.weeks")
                )];
                lines.extend(
                    phase
                        .work
                        .iter()
                        .map(|item| format!("- {}", self.inlines(item))),
                );
                lines.push(format!(
                    "- {}: {}",
                    t("phase.entry"),
                    self.inlines(&phase.entry)
                ));
                lines.push(format!(
                    "- {}: {}",
                    t("phase.exit"),
                    self.inlines(&phase.exit)
                ));
                lines.push(format!(
                    "- {}: {}",
                    t("phase.rollback"),
                    self.inlines(&phase.rollback)
                ));
                if !phase.point_of_no_return.is_empty() {
                    let text = self.inlines(&phase.point_of_no_return);
                    lines.push(format!("- {}: {text}", t("phase.point-of-no-return")));
                }
                lines.join("\n")
            }
            Block::Module(module) => {
                let t = |id| self.site.t(id);
                let mut lines = vec![format!(
                    "### {} {}: {}\n",
                    t("module.week"),
                    module.week,
                    self.inlines(&module.title)
                )];
                let pages: Vec<String> = module
                    .pages
                    .iter()
                    .map(|id| self.entry_link(id, None, &[]))
                    .collect();
                if !pages.is_empty() {
                    lines.push(format!("- {}: {}", t("module.read"), pages.join(", ")));
                }
                lines.push(format!(
                    "- {}: {}",
                    t("module.exercise"),
                    self.inlines(&module.exercise)
                ));
                lines.push(format!(
                    "- {}: {}",
                    t("module.exit-test"),
                    self.inlines(&module.exit_test)
                ));
                lines.join("\n")
            }
            Block::Experiment(block) => {
                crate::experiment_block::markdown(self.site, block).unwrap_or_default()
            }
            Block::Listing(listing) => self
                .site
                .catalog
                .pages()
                .filter(|entry| {
                    entry.id.kind == listing.kind
                        && listing
                            .filters
                            .iter()
                            .all(|(f, v)| entry.field(f).contains(&v.as_str()))
                })
                .map(|entry| {
                    format!(
                        "- {}: {}",
                        self.entry_link(&entry.id, None, &[]),
                        entry.summary
                    )
                })
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    fn inner(&self, blocks: &[Block]) -> String {
        let mut text = String::new();
        self.blocks(blocks, "", &mut text);
        text.trim().to_owned()
    }

    fn list(&self, start: Option<u64>, items: &[Vec<Block>]) -> String {
        let mut lines = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let marker = match start {
                Some(start) => format!("{}. ", start.saturating_add(index as u64)),
                None => "- ".to_owned(),
            };
            let indent = " ".repeat(marker.len());
            for (number, line) in self.inner(item).lines().enumerate() {
                if number == 0 {
                    lines.push(format!("{marker}{line}"));
                } else if line.is_empty() {
                    lines.push(String::new());
                } else {
                    lines.push(format!("{indent}{line}"));
                }
            }
        }
        lines.join("\n")
    }

    fn table(&self, table: &Table) -> String {
        let row = |cells: &[Vec<Inline>]| {
            let cells: Vec<String> = cells
                .iter()
                .map(|cell| self.inlines(cell).replace('|', "\\|"))
                .collect();
            format!("| {} |", cells.join(" | "))
        };
        let mut lines = vec![
            row(&table.head),
            format!("|{}", " --- |".repeat(table.head.len())),
        ];
        lines.extend(table.rows.iter().map(|cells| row(cells)));
        lines.join("\n")
    }

    fn inlines(&self, content: &[Inline]) -> String {
        content.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: &Inline) -> String {
        match inline {
            Inline::Text(text) => escaped(text),
            Inline::Emphasis(inner) => format!("*{}*", self.inlines(inner)),
            Inline::Strong(inner) => format!("**{}**", self.inlines(inner)),
            Inline::Struck(inner) => format!("~~{}~~", self.inlines(inner)),
            Inline::Code(code) => {
                let ticks = if code.contains('`') { "``" } else { "`" };
                format!("{ticks}{code}{ticks}")
            }
            Inline::Math(latex) => format!("${latex}$"),
            Inline::Citation(key) => format!("[^{key}]"),
            Inline::Computed(computed) => format!("{} (= {})", computed.shown, computed.formula),
            Inline::Assumed { shown, .. } => shown.clone(),
            Inline::Quoted { path, .. } => self.site.quoted(path).map_or_else(
                || path.clone(),
                |figure| experiment::shown_interval(&figure),
            ),
            Inline::Break => "  \n".to_owned(),
            Inline::Link {
                target, content, ..
            } => self.link(target, content),
        }
    }

    fn link(&self, target: &Target, content: &[Inline]) -> String {
        match target {
            Target::Entry { id, anchor } if id.kind == Kind::Term => {
                let _ = anchor;
                if content.is_empty() {
                    let term = self.site.catalog.terms.get(&id.slug);
                    term.map_or_else(|| id.slug.clone(), |term| term.term.clone())
                } else {
                    self.inlines(content)
                }
            }
            Target::Entry { id, anchor } => self.entry_link(id, anchor.as_deref(), content),
            Target::Here(anchor) => format!("[{}](#{anchor})", self.inlines(content)),
            Target::Local(address) => {
                let shown = inline_text(content);
                let shown = if shown.is_empty() {
                    address.clone()
                } else {
                    self.inlines(content)
                };
                format!("[{shown}]({})", self.address(address))
            }
            Target::External(address) => {
                if content.is_empty() {
                    format!("<{address}>")
                } else {
                    format!("[{}]({address})", self.inlines(content))
                }
            }
            Target::Broken(text) => text.clone(),
        }
    }

    fn address(&self, path: &str) -> String {
        self.site
            .absolute(path)
            .unwrap_or_else(|| self.site.href(path))
    }

    fn entry_link(
        &self,
        id: &catalog::EntryId,
        anchor: Option<&str>,
        content: &[Inline],
    ) -> String {
        let Some(entry) = self.site.catalog.entry(id) else {
            return id.slug.clone();
        };
        let shown = if content.is_empty() {
            escaped(&entry.name)
        } else {
            self.inlines(content)
        };
        if entry.planned {
            return shown;
        }
        let anchor = anchor
            .map(|anchor| format!("#{anchor}"))
            .unwrap_or_default();
        format!("[{shown}]({}{anchor})", self.address(&entry.path))
    }
}

fn fenced(code: &Code) -> String {
    let longest = code
        .text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{}\n{}\n{fence}", code.language, code.text)
}

fn quoted(text: &str) -> String {
    text.lines()
        .map(|line| format!("> {line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Text so that Markdown reads it as text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '$'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
