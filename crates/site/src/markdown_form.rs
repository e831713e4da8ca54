//! A document back to Markdown, with figures computed and links that lead somewhere.

use catalog::{
    Block, Code, Document, Entry, Inline, Kind, Listing, Module, Phase, Section, Step, Table,
    Target, inline_text,
};

use crate::site::Site;

/// The body of an entry as CommonMark.
pub(crate) fn resolved(site: &Site, entry: &Entry) -> String {
    let writer = MarkdownWriter { site };
    let mut text = String::new();
    writer.document(&entry.document, &mut text);
    text.trim_end().to_owned()
}

/// One section of an entry as CommonMark.
pub(crate) fn section(site: &Site, section: &Section) -> String {
    let mut text = String::new();
    MarkdownWriter { site }.section(section, &mut text);
    text
}

/// A short text of the front matter in one line.
pub(crate) fn line(site: &Site, content: &[Inline]) -> String {
    MarkdownWriter { site }.inlines(content).replace('\n', " ")
}

/// The home page as Markdown.
pub(crate) fn home(site: &Site) -> String {
    let home = &site.catalog.home;
    let line = |content: &[Inline]| line(site, content);
    let mut text = format!("# {}\n\n{}\n", home.title, line(&home.lead));
    for door in &home.doors {
        text.push_str(&format!("\n## {}\n\n{}\n\n", door.title, line(&door.lead)));
        for row in &door.rows {
            let cells: Vec<String> = row.iter().map(|cell| line(cell)).collect();
            text.push_str(&format!("- {}\n", cells.join(" · ")));
        }
        for link in door.short.iter().chain(&door.more) {
            text.push_str(&format!("- {}\n", line(link)));
        }
    }
    for part in home.groups.iter().flat_map(|group| &group.parts) {
        text.push_str(&format!("\n## {}\n\n", line(&part.title)));
        for item in &part.items {
            text.push_str(&format!("- {}\n", line(item)));
        }
    }
    text
}

/// The glossary as Markdown.
pub(crate) fn glossary(site: &Site) -> String {
    let mut text = format!(
        "# {}\n\n{}\n\n",
        site.t("glossary.title"),
        site.t("glossary.summary")
    );
    for term in site.catalog.terms.values() {
        text.push_str(&format!(
            "- **{}**: {}\n",
            escaped(&term.term),
            escaped(&term.definition)
        ));
    }
    text
}

struct MarkdownWriter<'s> {
    site: &'s Site,
}

impl MarkdownWriter<'_> {
    fn document(&self, document: &Document, out: &mut String) {
        self.blocks(&document.introduction, out);
        for section in &document.sections {
            out.push('\n');
            self.section(section, out);
        }
    }

    fn section(&self, section: &Section, out: &mut String) {
        out.push_str(&format!("## {}\n", self.inlines(&section.title)));
        self.blocks(&section.blocks, out);
    }

    fn blocks(&self, blocks: &[Block], out: &mut String) {
        let mut after_list = false;
        for block in blocks {
            let is_list = matches!(block, Block::List { .. } | Block::Step(_));
            // Neighbouring lists would become one.
            if after_list && is_list && !matches!(block, Block::Step(_)) {
                out.push_str("\n<!-- -->\n");
            }
            after_list = is_list;
            out.push('\n');
            for line in self.block(block).lines() {
                out.push_str(line);
                out.push('\n');
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
            Block::Paragraph(content) => guarded(self.inlines(content)),
            Block::List { start, items } => self.list(*start, items),
            Block::Code(code) => fenced(code),
            Block::Tabs(tabs) => tabs
                .iter()
                .map(|(label, code)| format!("{}:\n\n{}", guarded(escaped(label)), fenced(code)))
                .collect::<Vec<_>>()
                .join("\n\n"),
            Block::Diagram {
                source,
                title,
                alternative,
            } => {
                let picture = Code {
                    language: "mermaid".to_owned(),
                    title: None,
                    text: source.clone(),
                };
                let caption = guarded(escaped(&format!("{title}: {alternative}")));
                format!("{caption}\n\n{}", fenced(&picture))
            }
            Block::Math(latex) => format!("$$\n{}\n$$", latex.trim()),
            Block::Table(table) => self.table(table),
            Block::Quote(blocks) => quoted(&self.inner(blocks)),
            Block::Admonition { kind, blocks } => {
                let body = self.inner(blocks);
                quoted(&format!("[!{}]\n{body}", kind.name().to_uppercase()))
            }
            Block::Rule => "---".to_owned(),
            Block::Step(step) => self.step(step),
            Block::Phase(phase) => self.phase(phase),
            Block::Module(module) => self.module(module),
            Block::Experiment(block) => {
                crate::experiment_block::markdown(self.site, block).unwrap_or_default()
            }
            Block::Listing(listing) => self.listing(listing),
            Block::Reproduced(which) => crate::reproduced_block::markdown(self.site, *which),
        }
    }

    /// `- Label: text`, or nothing without a text.
    fn fact(&self, label: &str, content: &[Inline]) -> Option<String> {
        let label = escaped(self.site.t(label));
        (!content.is_empty()).then(|| format!("- {label}: {}", self.inlines(content)))
    }

    fn step(&self, step: &Step) -> String {
        let mut lines = vec![format!("1. {}", self.inlines(&step.action))];
        if let Some(run) = &step.run {
            lines.push(String::new());
            lines.extend(fenced(run).lines().map(|line| format!("   {line}")));
            lines.push(String::new());
        }
        let facts = [
            self.fact("step.risk", &step.risk),
            self.fact("step.undo", &step.undo),
            self.fact("step.check", &step.check),
            (!step.note.is_empty()).then(|| format!("- {}", self.inlines(&step.note))),
        ];
        lines.extend(facts.into_iter().flatten().map(|fact| format!("   {fact}")));
        lines.join("\n")
    }

    fn phase(&self, phase: &Phase) -> String {
        let (least, most) = phase.weeks;
        let weeks = self.site.t("unit.weeks");
        let name = self.inlines(&phase.name);
        let mut lines = vec![format!("### {name} ({least}–{most} {weeks})\n")];
        let work = phase.work.iter();
        lines.extend(work.map(|item| format!("- {}", self.inlines(item))));
        let facts = [
            self.fact("phase.entry", &phase.entry),
            self.fact("phase.exit", &phase.exit),
            self.fact("phase.rollback", &phase.rollback),
            self.fact("phase.point-of-no-return", &phase.point_of_no_return),
        ];
        lines.extend(facts.into_iter().flatten());
        lines.join("\n")
    }

    fn module(&self, module: &Module) -> String {
        let t = |id| self.site.t(id);
        let title = self.inlines(&module.title);
        let mut lines = vec![format!(
            "### {} {}: {title}\n",
            t("module.week"),
            module.week
        )];
        if !module.why.is_empty() {
            lines.push(format!("{}\n", guarded(self.inlines(&module.why))));
        }
        let pages = module.pages.iter();
        let pages: Vec<String> = pages.map(|id| self.entry_link(id, None, &[])).collect();
        if !pages.is_empty() {
            lines.push(format!("- {}: {}", t("module.read"), pages.join(", ")));
        }
        lines.extend(self.fact("module.exercise", &module.exercise));
        lines.extend(self.fact("module.exit-test", &module.exit_test));
        lines.join("\n")
    }

    fn listing(&self, listing: &Listing) -> String {
        let chosen = |entry: &&Entry| {
            let mut filters = listing.filters.iter();
            entry.id.kind == listing.kind
                && filters.all(|(field, value)| entry.field(field).contains(&value.as_str()))
        };
        let line = |entry: &Entry| {
            let link = self.entry_link(&entry.id, None, &[]);
            format!("- {link}: {}", escaped(&entry.summary))
        };
        let entries = self.site.catalog.pages().filter(chosen);
        entries.map(line).collect::<Vec<_>>().join("\n")
    }

    fn inner(&self, blocks: &[Block]) -> String {
        let mut text = String::new();
        self.blocks(blocks, &mut text);
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
                .map(|cell| in_cell(&self.inlines(cell)))
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
            Inline::Code(code) => code_span(code),
            Inline::Math(latex) => format!("${latex}$"),
            Inline::Citation(key) => format!("[^{key}]"),
            Inline::Computed(computed) => {
                let formula = code_span(&computed.formula);
                format!("{} (= {formula})", escaped(&computed.shown))
            }
            Inline::Assumed { shown, .. } => escaped(shown),
            Inline::Quoted { path, .. } => match self.site.quoted(path) {
                Some(figure) => escaped(&experiment::shown_interval(&figure)),
                None => escaped(path),
            },
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
                    term.map_or_else(|| id.slug.clone(), |term| escaped(&term.term))
                } else {
                    self.inlines(content)
                }
            }
            Target::Entry { id, anchor } => self.entry_link(id, anchor.as_deref(), content),
            Target::Here(anchor) => {
                let shown = if content.is_empty() {
                    escaped(anchor)
                } else {
                    self.inlines(content)
                };
                format!("[{shown}]({})", destination(&format!("#{anchor}")))
            }
            Target::Local(address) => {
                let shown = inline_text(content);
                let shown = if shown.is_empty() {
                    escaped(address)
                } else {
                    self.inlines(content)
                };
                format!("[{shown}]({})", destination(&self.address(address)))
            }
            Target::External(address) => {
                let shown = if content.is_empty() {
                    escaped(address)
                } else {
                    self.inlines(content)
                };
                format!("[{shown}]({})", destination(address))
            }
            Target::Broken(text) if content.is_empty() => escaped(text),
            Target::Broken(_) => self.inlines(content),
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
            return match content {
                [] => id.slug.clone(),
                _ => self.inlines(content),
            };
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
        let address = format!("{}{anchor}", self.address(&entry.path));
        format!("[{shown}]({})", destination(&address))
    }
}

/// A bar that is not yet escaped would end the cell, even in code.
fn in_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    for character in text.chars() {
        if character == '|' && last != '\\' {
            out.push('\\');
        }
        out.push(character);
        last = character;
    }
    out
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

/// Code between more backticks than it holds in a row.
fn code_span(code: &str) -> String {
    let runs = code.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    // Markdown takes one space off at both ends.
    let spaced = code.starts_with(' ') && code.ends_with(' ') && !code.trim().is_empty();
    let pad = if spaced || code.starts_with('`') || code.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{code}{pad}{fence}")
}

/// An address between brackets where it would otherwise end too early.
fn destination(address: &str) -> String {
    if address.contains([' ', '(', ')', '\\', '<', '>']) {
        let escaped = address.replace('\\', "\\\\");
        format!("<{}>", escaped.replace('<', "\\<").replace('>', "\\>"))
    } else {
        address.to_owned()
    }
}

/// Text so that Markdown reads it as text.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let marks = "\\`*_[]<>$&~|{}";
        if marks.contains(character) {
            out.push('\\');
        }
        // A line of text stays a line.
        out.push(if character == '\n' { ' ' } else { character });
    }
    out
}

/// A paragraph whose first characters would make it a heading, a list or a rule.
fn guarded(text: String) -> String {
    let first = text.chars().next();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    if first.is_some_and(|c| "#-+=:".contains(c)) {
        return format!("\\{text}");
    }
    if digits > 0 && text[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    text
}
