//! Documents as text for a terminal: wrapped, with marks only where a person reads.

use catalog::{
    Block, Catalog, Code, Details, Entry, Inline, Kind, Listing, Module, Phase, RichText, Step,
    Table, Target, inline_text,
};

use crate::output;

/// ANSI marks, or nothing.
struct Style {
    bold: &'static str,
    dim: &'static str,
    title: &'static str,
    reset: &'static str,
}

const MARKED: Style = Style {
    bold: "\x1b[1m",
    dim: "\x1b[2m",
    title: "\x1b[1;36m",
    reset: "\x1b[0m",
};
const PLAIN: Style = Style {
    bold: "",
    dim: "",
    title: "",
    reset: "",
};

/// A page, or one section of it.
pub(crate) fn page(catalog: &Catalog, entry: &Entry, section: Option<&str>) -> String {
    let style = if output::styled() { &MARKED } else { &PLAIN };
    let writer = Writer {
        catalog,
        style,
        width: output::width(),
    };
    let mut text = String::new();
    if section.is_none() {
        writer.head(entry, &mut text);
        writer.blocks(&entry.document.introduction, 0, &mut text);
    }
    for part in &entry.document.sections {
        if section.is_none_or(|wanted| wanted == part.id) {
            let title = clean(&inline_text(&part.title));
            text.push('\n');
            text.push_str(&writer.marked(style.title, &title, 0));
            writer.blocks(&part.blocks, 0, &mut text);
        }
    }
    if section.is_none() {
        writer.sources(entry, &mut text);
    }
    text
}

/// Results of a search, best first.
pub(crate) fn search_results(query: &str, results: &search::Results) -> String {
    let style = if output::styled() { &MARKED } else { &PLAIN };
    if results.hits.is_empty() {
        return format!("nothing found for \"{}\"; try fewer words\n", clean(query));
    }
    let width = output::width();
    let mut text = String::new();
    for hit in &results.hits {
        text.push_str(&format!(
            "{}{}{}",
            style.bold,
            clean(&hit.title),
            style.reset
        ));
        if !hit.section_title.is_empty() {
            text.push_str(&format!(" › {}", clean(&hit.section_title)));
        }
        text.push_str(&format!(
            "\n  {}{}{}\n",
            style.dim,
            clean(&hit.id),
            style.reset
        ));
        let mut passage = String::new();
        for fragment in &hit.passage {
            passage.push_str(&clean(&fragment.text).replace('\n', " "));
        }
        if !passage.trim().is_empty() {
            text.push_str(&wrapped(passage.trim(), width, "  ", "  "));
        }
        text.push('\n');
    }
    let shown = results.hits.len();
    text.push_str(&format!(
        "{shown} of {} results; `dstudio show {}` opens the first\n",
        results.total, results.hits[0].id
    ));
    text
}

/// A term with its meaning.
pub(crate) fn term(term: &catalog::Term) -> String {
    let meaning = wrapped(&clean(&term.definition), output::width(), "  ", "  ");
    format!("{}\n\n{meaning}", clean(&term.term))
}

/// Text without control characters: content of overlays must not steer the terminal.
pub(crate) fn clean(text: &str) -> String {
    // Marks that turn the direction of writing can make text read as what it is not.
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .filter(|c| *c == '\n' || *c == '\t' || !(c.is_control() || turns(*c)))
        .collect()
}

/// `text` filled to `width`, the first line after `first`, the others after `rest`.
fn wrapped(text: &str, width: usize, first: &str, rest: &str) -> String {
    let mut out = String::new();
    for (number, paragraph) in text.split('\n').enumerate() {
        let mut line = String::from(if number == 0 { first } else { rest });
        let mut used = line.chars().count();
        let mut empty = true;
        for word in paragraph.split_whitespace() {
            let length = word.chars().count();
            // A label may fill its line alone; a marker stays with the word it marks.
            let labelled = empty && used > rest.chars().count() && used + length > width;
            if labelled || (!empty && used + 1 + length > width) {
                out.push_str(line.trim_end());
                out.push('\n');
                line = rest.to_owned();
                used = rest.chars().count();
                empty = true;
            }
            if !empty {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
            empty = false;
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

struct Writer<'c> {
    catalog: &'c Catalog,
    style: &'static Style,
    width: usize,
}

impl Writer<'_> {
    /// A text of the interface, which an overlay may replace.
    fn t(&self, id: &str) -> String {
        clean(self.catalog.interface.text(id))
    }

    /// A title in bold or colour, filled to the width.
    fn marked(&self, mark: &str, title: &str, indent: usize) -> String {
        let pad = " ".repeat(indent);
        let lines = wrapped(title, self.width, &pad, &pad);
        format!("{mark}{}{}\n", lines.trim_end(), self.style.reset)
    }

    fn head(&self, entry: &Entry, out: &mut String) {
        let style = self.style;
        out.push_str(&self.marked(style.title, &clean(&entry.name), 0));
        let identity = format!("{}  {}", entry.id, entry.path);
        if identity.len() <= self.width {
            out.push_str(&format!("{}{identity}{}\n\n", style.dim, style.reset));
        } else {
            let (id, path) = (&entry.id, &entry.path);
            out.push_str(&format!("{}{id}\n{path}{}\n\n", style.dim, style.reset));
        }
        out.push_str(&wrapped(&clean(&entry.summary), self.width, "", ""));
        if let Details::Pattern(pattern) = &entry.details {
            self.labelled("pattern.problem", &pattern.problem, out);
            self.labelled("pattern.solution", &pattern.solution, out);
            self.labelled_list("pattern.use-when", &pattern.use_when, out);
            self.labelled_list("pattern.avoid-when", &pattern.avoid_when, out);
        }
    }

    fn labelled(&self, label: &str, text: &RichText, out: &mut String) {
        if !text.is_empty() {
            out.push('\n');
            out.push_str(&self.marked(self.style.bold, &self.t(label), 0));
            out.push_str(&self.fill(&text.content, "  ", "  "));
        }
    }

    fn labelled_list(&self, label: &str, items: &[RichText], out: &mut String) {
        if !items.is_empty() {
            out.push('\n');
            out.push_str(&self.marked(self.style.bold, &self.t(label), 0));
            for item in items {
                out.push_str(&self.fill(&item.content, "  - ", "    "));
            }
        }
    }

    fn sources(&self, entry: &Entry, out: &mut String) {
        if entry.sources.is_empty() {
            return;
        }
        out.push('\n');
        out.push_str(&self.marked(self.style.title, &self.t("evidence.sources"), 0));
        for (index, source) in entry.sources.iter().enumerate() {
            let year = source
                .year
                .map(|year| format!(", {year}"))
                .unwrap_or_default();
            let text = format!("{}. {}{year}. {}", source.title, source.org, source.url);
            let first = format!("  [{}] ", index + 1);
            let rest = " ".repeat(first.len());
            out.push_str(&wrapped(&clean(&text), self.width, &first, &rest));
        }
    }

    fn fill(&self, content: &[Inline], first: &str, rest: &str) -> String {
        wrapped(&clean(&self.text(content)), self.width, first, rest)
    }

    /// Inline content as words; code keeps its backticks, links to pages their ids.
    fn text(&self, content: &[Inline]) -> String {
        let mut text = String::new();
        for inline in content {
            match inline {
                Inline::Text(inner) => text.push_str(inner),
                Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Struck(inner) => {
                    text.push_str(&self.text(inner));
                }
                Inline::Code(code) => text.push_str(&format!("`{code}`")),
                Inline::Math(latex) => text.push_str(latex),
                Inline::Computed(computed) => {
                    text.push_str(&format!("{} (= {})", computed.shown, computed.formula));
                }
                Inline::Assumed { shown, .. } => text.push_str(shown),
                Inline::Quoted { path, .. } => text.push_str(&self.quoted(path)),
                Inline::Citation(key) => text.push_str(&format!(" [{key}]")),
                Inline::Break => text.push('\n'),
                Inline::Link {
                    target, content, ..
                } => text.push_str(&self.link(target, content)),
            }
        }
        text
    }

    /// A figure quoted from a run, with its interval; its name where there is no such run.
    fn quoted(&self, path: &str) -> String {
        let shown = || {
            let (slug, name) = path.split_once('.')?;
            let digest = site::stored_digest(self.catalog, slug)?;
            digest.figure(name).map(experiment::shown_interval)
        };
        shown().unwrap_or_else(|| path.to_owned())
    }

    /// The claims of an experiment with their verdicts, and how to repeat it.
    fn experiment(&self, slug: &str, pad: &str, out: &mut String) {
        let mut line = |text: &str, first: &str, next: &str| {
            let (first, next) = (format!("{pad}{first}"), format!("{pad}{next}"));
            out.push_str(&wrapped(&clean(text), self.width, &first, &next));
        };
        if let Some(digest) = site::stored_digest(self.catalog, slug) {
            line(&format!("{}.", digest.title), "", "");
            for claim in &digest.claims {
                let verdict = self.t(&format!("verdict.{}", claim.verdict));
                line(&format!("{verdict}: {}", claim.text), "- ", "  ");
                if let Some(because) = &claim.because {
                    line(because, "  ", "  ");
                }
            }
        }
        line(&format!("Run it: dstudio sim run {slug}"), "", "");
    }

    fn link(&self, target: &Target, content: &[Inline]) -> String {
        let shown = self.text(content);
        match target {
            Target::Entry { id, .. } if id.kind == Kind::Term => {
                let term = self
                    .catalog
                    .terms
                    .get(&id.slug)
                    .map(|term| term.term.clone());
                if shown.is_empty() {
                    term.unwrap_or_else(|| id.slug.clone())
                } else {
                    shown
                }
            }
            Target::Entry { id, .. } => match self.catalog.entry(id) {
                Some(entry) if shown.is_empty() => entry.name.clone(),
                _ if shown.is_empty() => id.slug.clone(),
                _ => shown,
            },
            Target::External(address) if shown.is_empty() => address.clone(),
            Target::External(address) => format!("{shown} <{address}>"),
            Target::Local(address) if shown.is_empty() => self
                .catalog
                .at_path(address)
                .map_or_else(|| address.clone(), |e| e.name.clone()),
            _ => shown,
        }
    }

    fn blocks(&self, blocks: &[Block], indent: usize, out: &mut String) {
        for block in blocks {
            self.block(block, indent, out);
        }
    }

    fn block(&self, block: &Block, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent);
        match block {
            Block::Heading { content, .. } => {
                out.push('\n');
                let title = clean(&inline_text(content));
                out.push_str(&self.marked(self.style.bold, &title, indent));
            }
            Block::Paragraph(content) => {
                out.push('\n');
                out.push_str(&self.fill(content, &pad, &pad));
            }
            Block::List { start, items } => {
                out.push('\n');
                for (index, item) in items.iter().enumerate() {
                    let marker = match start {
                        Some(start) => format!("{}. ", start.saturating_add(index as u64)),
                        None => "- ".to_owned(),
                    };
                    self.item(item, &pad, &marker, out);
                }
            }
            Block::Code(code) => self.code(code, indent, out),
            Block::Tabs(tabs) => {
                for (label, code) in tabs {
                    out.push('\n');
                    out.push_str(&self.marked(self.style.bold, &clean(label), indent));
                    self.code(code, indent, out);
                }
            }
            Block::Diagram {
                title, alternative, ..
            } => {
                out.push('\n');
                let text = format!("[{title}] {alternative}");
                out.push_str(&wrapped(&clean(&text), self.width, &pad, &pad));
            }
            Block::Math(latex) => {
                out.push('\n');
                let pad = format!("{pad}    ");
                out.push_str(&wrapped(&clean(latex.trim()), self.width, &pad, &pad));
            }
            Block::Table(table) => self.table(table, indent, out),
            Block::Quote(blocks) => self.blocks(blocks, indent + 2, out),
            Block::Admonition { kind, blocks } => {
                let title = self.t(&format!("admonition.{}", kind.name()));
                out.push('\n');
                out.push_str(&self.marked(self.style.bold, &title, indent));
                self.blocks(blocks, indent + 2, out);
            }
            Block::Rule => out.push_str(&format!("\n{pad}{}\n", "-".repeat(20))),
            Block::Step(step) => self.step(step, indent, out),
            Block::Phase(phase) => self.phase(phase, indent, out),
            Block::Module(module) => self.module(module, indent, out),
            Block::Experiment(block) => {
                out.push('\n');
                self.experiment(&block.slug, &pad, out);
            }
            Block::Listing(listing) => self.listing(listing, indent, out),
            Block::Reproduced(_) => {
                out.push('\n');
                out.push_str(&wrapped(
                    "Run them: dstudio reproduce",
                    self.width,
                    &pad,
                    &pad,
                ));
            }
        }
    }

    fn step(&self, step: &Step, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent);
        out.push('\n');
        out.push_str(&self.fill(&step.action, &format!("{pad}* "), &format!("{pad}  ")));
        if let Some(run) = &step.run {
            self.code(run, indent + 2, out);
        }
        self.fact("step.risk", &step.risk, indent, out);
        self.fact("step.undo", &step.undo, indent, out);
        self.fact("step.check", &step.check, indent, out);
        if !step.note.is_empty() {
            let pad = format!("{pad}  ");
            out.push_str(&self.fill(&step.note, &pad, &pad));
        }
    }

    fn phase(&self, phase: &Phase, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent);
        let (least, most) = phase.weeks;
        let name = clean(&self.text(&phase.name));
        let title = format!("{name} ({least}-{most} {})", self.t("unit.weeks"));
        out.push('\n');
        out.push_str(&self.marked(self.style.bold, &title, indent));
        for item in &phase.work {
            out.push_str(&self.fill(item, &format!("{pad}  - "), &format!("{pad}    ")));
        }
        self.fact("phase.entry", &phase.entry, indent, out);
        self.fact("phase.exit", &phase.exit, indent, out);
        self.fact("phase.rollback", &phase.rollback, indent, out);
        let irrevocable = &phase.point_of_no_return;
        self.fact("phase.point-of-no-return", irrevocable, indent, out);
    }

    fn module(&self, module: &Module, indent: usize, out: &mut String) {
        let pad = format!("{}  ", " ".repeat(indent));
        let title = clean(&self.text(&module.title));
        let title = format!("{} {}: {title}", self.t("module.week"), module.week);
        out.push('\n');
        out.push_str(&self.marked(self.style.bold, &title, indent));
        if !module.why.is_empty() {
            out.push_str(&self.fill(&module.why, &pad, &pad));
        }
        let pages: Vec<String> = module.pages.iter().map(ToString::to_string).collect();
        if !pages.is_empty() {
            let text = format!("{}: {}", self.t("module.read"), pages.join(", "));
            out.push_str(&wrapped(&text, self.width, &pad, &format!("{pad}  ")));
        }
        self.fact("module.exercise", &module.exercise, indent, out);
        self.fact("module.exit-test", &module.exit_test, indent, out);
    }

    fn listing(&self, listing: &Listing, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent);
        let wanted = |entry: &&Entry| {
            let mut filters = listing.filters.iter();
            entry.id.kind == listing.kind
                && filters.all(|(field, value)| entry.field(field).contains(&value.as_str()))
        };
        out.push('\n');
        for entry in self.catalog.pages().filter(wanted) {
            let text = clean(&format!("{} ({})", entry.name, entry.id));
            let first = format!("{pad}- ");
            out.push_str(&wrapped(&text, self.width, &first, &format!("{pad}  ")));
        }
    }

    fn fact(&self, label: &str, content: &[Inline], indent: usize, out: &mut String) {
        if content.is_empty() {
            return;
        }
        let pad = " ".repeat(indent + 2);
        let first = format!("{pad}{}: ", self.t(label));
        out.push_str(&self.fill(content, &first, &format!("{pad}  ")));
    }

    fn item(&self, blocks: &[Block], pad: &str, marker: &str, out: &mut String) {
        let rest = format!("{pad}{}", " ".repeat(marker.len()));
        match blocks {
            [Block::Paragraph(content), others @ ..] => {
                out.push_str(&self.fill(content, &format!("{pad}{marker}"), &rest));
                self.blocks(others, rest.len(), out);
            }
            others => {
                out.push_str(&format!("{pad}{marker}\n"));
                self.blocks(others, rest.len(), out);
            }
        }
    }

    fn code(&self, code: &Code, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent + 4);
        out.push('\n');
        if let Some(title) = &code.title {
            let rest = format!("{pad}# ");
            out.push_str(&wrapped(&clean(title), self.width, &rest, &rest));
        }
        // Commands are copied from here, so lines are never broken.
        for line in code.text.lines() {
            out.push_str(&format!("{pad}{}\n", clean(line)));
        }
    }

    /// Columns side by side if they fit, else one block a row.
    fn table(&self, table: &Table, indent: usize, out: &mut String) {
        let cells = |row: &[Vec<Inline>]| -> Vec<String> {
            row.iter()
                .map(|cell| clean(&self.text(cell)).replace('\n', " "))
                .collect()
        };
        let head = cells(&table.head);
        let rows: Vec<Vec<String>> = table.rows.iter().map(|row| cells(row)).collect();
        let columns = head.len();
        let longest = |column: usize| {
            std::iter::once(&head)
                .chain(&rows)
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(longest).collect();
        let total = widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1) + indent;
        let pad = " ".repeat(indent);
        out.push('\n');
        if total <= self.width {
            let line = |row: &[String]| {
                let cells: Vec<String> = row
                    .iter()
                    .zip(&widths)
                    .map(|(cell, width)| format!("{cell:<width$}"))
                    .collect();
                format!("{pad}{}\n", cells.join("  ").trim_end())
            };
            out.push_str(&format!(
                "{}{}{}",
                self.style.bold,
                line(&head),
                self.style.reset
            ));
            for row in &rows {
                out.push_str(&line(row));
            }
            return;
        }
        for row in &rows {
            for (column, cell) in row.iter().enumerate() {
                let label = head.get(column).map_or("", String::as_str);
                let first = if column == 0 || label.is_empty() {
                    pad.clone()
                } else {
                    format!("{pad}  {label}: ")
                };
                out.push_str(&wrapped(cell, self.width, &first, &format!("{pad}    ")));
            }
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fill_the_width_and_no_more() {
        let text = wrapped("one two three four", 9, "- ", "  ");
        assert_eq!(text, "- one two\n  three\n  four\n");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\x1b[31mb\u{9b}c"), "a[31mbc");
    }

    const PIECES: [&str; 20] = [
        "word ",
        "\u{1b}[2J",
        "\u{202e}",
        "\n\n",
        "- ",
        "1. ",
        "> ",
        "> [!NOTE]\n",
        "**",
        "`",
        "```\n",
        "| a | b |\n| - | - |\n",
        "| c |\n",
        "$x$",
        "$$",
        "## H\n",
        "{= 1 | ms}",
        "[](page:p)",
        "[x](https://example.org)",
        "\n```step\ndo = \"x\"\n```\n",
    ];

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            failure_persistence: None,
            ..proptest::prelude::ProptestConfig::default()
        })]

        #[test]
        fn any_page_is_shown_without_a_mark_of_its_own(
            parts in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..40),
        ) {
            let front = "+++\nid = \"page:p\"\nname = \"P\\u001b\"\npath = \"/p/\"\n+++\n";
            let mut layer = catalog::Layer::default();
            let text = format!("{front}{}", parts.concat());
            layer.files.insert("p.md".into(), text.into_bytes());
            let catalog = Catalog::load(&[layer], &catalog::Generated::default());
            for entry in catalog.pages() {
                let shown = page(&catalog, entry, None);
                let steering = shown.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
                proptest::prop_assert_eq!(steering, None);
            }
        }
    }
}
