//! Markdown events to blocks and inline content.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use crate::data_block;
use crate::document::{Assumption, Block, Computed, Document, Inline, Section, Table, Target};
use crate::expression;
use crate::figure_rule::{CITATION, COVERED, OPAQUE, Prose, Reach};
use crate::markdown::{FigureRule, Fixed, PageContext, inline_text, read_target, slug_of};
use crate::marks::{MARK, Mark, Scan};
use crate::open_part::{
    Container, Holder, OpenCode, Row, Span, admonition_kind, alignment, heading_level, trimmed,
};

/// Deepest nesting of lists, quotations and emphasis. Deeper text stays, its nesting is dropped:
/// no reader follows it, and recursion over a document stays bounded.
const NESTING_MAX: usize = 16;

/// Anchors of what the renderer adds to a page.
pub(crate) const RENDERED_ANCHORS: [&str; 5] =
    ["sources", "computed", "related", "signals", "content"];

pub(crate) struct Builder<'p, 'a, 's> {
    page: &'p PageContext<'a, 's>,
    text: &'p str,
    scan: &'p Scan,
    offset: usize,
    fixed: Fixed,
    figures: FigureRule,
    document: Document,
    containers: Vec<Container>,
    inlines: Vec<(Span, Vec<Inline>)>,
    prose: Prose,
    code: Option<OpenCode>,
    table: Option<(Table, Vec<Vec<Inline>>, bool)>,
    /// For each open container or span, whether it was kept: too deep ones are dropped.
    kept: Vec<bool>,
    /// Depth inside footnote definitions, which are ours and not content.
    skipping: usize,
    /// Every heading's anchor with its offset.
    anchors: Vec<(String, usize)>,
}

impl<'p, 'a, 's> Builder<'p, 'a, 's> {
    pub(crate) fn new(
        page: &'p PageContext<'a, 's>,
        text: &'p str,
        scan: &'p Scan,
        offset: usize,
        fixed: Fixed,
        figures: FigureRule,
    ) -> Self {
        Builder {
            page,
            text,
            scan,
            offset,
            fixed,
            figures,
            document: Document::default(),
            containers: vec![Container::new(Holder::Root)],
            inlines: Vec::new(),
            prose: Prose::default(),
            code: None,
            table: None,
            kept: Vec::new(),
            skipping: 0,
            anchors: Vec::new(),
        }
    }

    fn absolute(&self, position: usize) -> usize {
        match self.fixed {
            Fixed::File => self.offset + position.min(self.text.len()),
            Fixed::Fragment => self.offset,
        }
    }

    /// Text without stand-ins: what stands in the file where a stand-in got into code, a formula
    /// or an address.
    fn restored(&self, text: &str, range: Range<usize>) -> String {
        if !text.contains(MARK) {
            return text.to_owned();
        }
        let written = self.text.get(range).unwrap_or("");
        written.trim_matches(['`', '$']).trim().to_owned()
    }

    pub(crate) fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.skipping > 0 {
            match event {
                Event::Start(Tag::FootnoteDefinition(_)) => self.skipping += 1,
                Event::End(TagEnd::FootnoteDefinition) => self.skipping -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.plain(&text, range),
            Event::Code(code) => {
                self.prose.push_mark(OPAQUE);
                self.inline(Inline::Code(self.restored(&code, range)));
            }
            Event::InlineMath(math) => {
                self.prose.push_mark(OPAQUE);
                self.inline(Inline::Math(self.restored(&math, range)));
            }
            Event::DisplayMath(math) => self.display_math(self.restored(&math, range)),
            // Shown as text, so it is prose like any other.
            Event::Html(html) | Event::InlineHtml(html) => {
                if range.start < self.text.len() {
                    self.plain(&html, range);
                }
            }
            Event::FootnoteReference(key) => {
                self.prose.push_mark(CITATION);
                self.page.cited.borrow_mut().insert(key.to_string());
                self.inline(Inline::Citation(key.into_string()));
            }
            Event::SoftBreak => {
                self.prose.push_text(" ", self.absolute(range.start));
                self.inline(Inline::Text(" ".into()));
            }
            Event::HardBreak => {
                self.prose.push_text(" ", self.absolute(range.start));
                self.inline(Inline::Break);
            }
            Event::Rule => {
                self.close_implicit();
                self.push_block(Block::Rule);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let offset = self.absolute(range.start);
        match tag {
            Tag::Paragraph => self.open(Span::Paragraph),
            Tag::HtmlBlock => self.open(Span::Paragraph),
            Tag::Heading { level, id, .. } => {
                self.open(Span::Heading {
                    level: heading_level(level),
                    id: id.filter(|id| !id.contains(MARK)).map(|id| id.to_string()),
                    offset,
                });
            }
            Tag::BlockQuote(kind) => {
                self.contain(Holder::Quote(kind.map(admonition_kind)));
            }
            Tag::List(start) => self.contain(Holder::List(start, Vec::new())),
            Tag::Item => self.contain(Holder::Item),
            Tag::CodeBlock(kind) => {
                self.close_implicit();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(OpenCode {
                    info,
                    text: String::new(),
                    offset,
                    content: None,
                });
            }
            Tag::Table(alignments) => {
                self.close_implicit();
                let alignments = alignments.into_iter().map(alignment).collect();
                self.table = Some((
                    Table {
                        alignments,
                        ..Table::default()
                    },
                    Vec::new(),
                    false,
                ));
            }
            Tag::TableHead | Tag::TableRow => self.prose = Prose::default(),
            Tag::TableCell => self.inlines.push((Span::Cell, Vec::new())),
            Tag::Emphasis => self.nest(Span::Emphasis),
            Tag::Strong => self.nest(Span::Strong),
            Tag::Strikethrough => self.nest(Span::Struck),
            Tag::Link { dest_url, .. } => {
                self.nest(Span::Link {
                    destination: dest_url.to_string(),
                    offset,
                });
            }
            Tag::Image { .. } => {
                self.page.error(
                    "image",
                    offset,
                    "images are not part of the page form",
                    Some("draw it as a mermaid fence, which works in both themes".to_owned()),
                );
                self.nest(Span::Image);
            }
            Tag::FootnoteDefinition(_) => {
                self.close_implicit();
                self.skipping = 1;
                if range.start < self.text.len() {
                    self.page.error(
                        "footnote",
                        offset,
                        "footnotes stand in the front matter",
                        Some("write a [[sources]] table".to_owned()),
                    );
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.close_implicit(),
            TagEnd::Heading(_) => self.close_heading(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.uncontain(),
            TagEnd::CodeBlock => self.close_code(),
            TagEnd::TableCell => {
                if let (Some((Span::Cell, content)), Some((_, row, _))) =
                    (self.inlines.pop(), self.table.as_mut())
                {
                    row.push(content);
                }
                self.prose.push_text(" ", self.offset);
            }
            TagEnd::TableHead => self.close_row(Row::Head),
            TagEnd::TableRow => self.close_row(Row::Body),
            TagEnd::Table => {
                if let Some((table, ..)) = self.table.take() {
                    self.push_block(Block::Table(table));
                }
            }
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Link
            | TagEnd::Image => self.unnest(),
            _ => {}
        }
    }

    // Inline content.

    fn open(&mut self, span: Span) {
        self.close_implicit();
        self.prose = Prose::default();
        self.inlines.push((span, Vec::new()));
    }

    fn inline(&mut self, inline: Inline) {
        if self.inlines.is_empty() {
            // Text of a tight list item stands in no paragraph of its own.
            self.inlines.push((Span::Paragraph, Vec::new()));
        }
        if let Some((_, content)) = self.inlines.last_mut() {
            match (content.last_mut(), inline) {
                (Some(Inline::Text(last)), Inline::Text(next)) => last.push_str(&next),
                (_, inline) => content.push(inline),
            }
        }
    }

    fn nest(&mut self, span: Span) {
        if self.inlines.is_empty() {
            self.inlines.push((Span::Paragraph, Vec::new()));
        }
        let kept = self.inlines.len() + self.containers.len() < NESTING_MAX;
        self.kept.push(kept);
        if kept {
            self.inlines.push((span, Vec::new()));
        }
    }

    fn unnest(&mut self) {
        if self.kept.pop() == Some(true) {
            self.close_span();
        }
    }

    fn close_span(&mut self) {
        let Some((span, content)) = self.inlines.pop() else {
            return;
        };
        let inline = match span {
            Span::Emphasis => Inline::Emphasis(content),
            Span::Strong => Inline::Strong(content),
            Span::Struck => Inline::Struck(content),
            Span::Link {
                destination,
                offset,
            } => {
                let target = self.target(&destination, offset);
                Inline::Link {
                    target,
                    content,
                    offset,
                }
            }
            Span::Image | Span::Paragraph | Span::Heading { .. } | Span::Cell => {
                for inline in content {
                    self.inline(inline);
                }
                return;
            }
        };
        self.inline(inline);
    }

    fn target(&self, destination: &str, offset: usize) -> Target {
        let read = if destination.contains(MARK) {
            Err("a figure cannot stand in an address".to_owned())
        } else {
            read_target(destination)
        };
        match read {
            Ok(target) => target,
            Err(message) => {
                let hint = "write kind:slug, kind:slug#section, #section, /path/ or https://…";
                self.page
                    .error("bad-link", offset, message, Some(hint.to_owned()));
                Target::Broken(destination.replace(MARK, ""))
            }
        }
    }

    fn plain(&mut self, text: &str, range: Range<usize>) {
        if let Some(code) = &mut self.code {
            let start = code.content.as_ref().map_or(range.start, |c| c.start);
            code.content = Some(start..range.end);
            // Figure marks are text inside code.
            code.text.push_str(match text.contains(MARK) {
                true => self.text.get(range).unwrap_or(text),
                false => text,
            });
            return;
        }
        if !text.contains(MARK) {
            self.prose.push_text(text, self.absolute(range.start));
            self.inline(Inline::Text(text.to_owned()));
            return;
        }
        let mut at = 0;
        while let Some(found) = text[at..].find(MARK) {
            let position = at + found;
            if found > 0 {
                self.prose
                    .push_text(&text[at..position], self.absolute(range.start + at));
                self.inline(Inline::Text(text[at..position].to_owned()));
            }
            match self.scan.marks.get(&(range.start + position)) {
                Some((mark, length)) => {
                    self.mark(mark, range.start + position);
                    at = position + length;
                }
                None => at = position + MARK.len_utf8(),
            }
        }
        if at < text.len() {
            self.prose
                .push_text(&text[at..], self.absolute(range.start + at));
            self.inline(Inline::Text(text[at..].to_owned()));
        }
    }

    fn mark(&mut self, mark: &Mark, position: usize) {
        let offset = self.absolute(position);
        self.prose.push_mark(COVERED);
        let inline = match mark {
            Mark::Computed { formula, unit } => {
                let mut used = Vec::new();
                let result = expression::evaluate(formula, &self.page.names, &mut |name| {
                    used.push(name.to_owned());
                });
                self.page.used_names.borrow_mut().extend(used);
                match result {
                    Ok(value) => {
                        let shown = expression::format_value(value, unit);
                        Inline::Computed(Computed {
                            formula: formula.clone(),
                            shown: expression::with_unit(&shown, unit),
                            value,
                        })
                    }
                    Err(message) => {
                        let message = format!("cannot compute `{formula}`: {message}");
                        self.page.error("bad-expression", offset, message, None);
                        Inline::Text(format!("{{= {formula}}}"))
                    }
                }
            }
            Mark::Assumed { name, value, unit } => Inline::Assumed {
                name: name.clone(),
                shown: expression::with_unit(&expression::format_value(*value, unit), unit),
            },
            Mark::Quoted { path } => Inline::Quoted {
                path: path.clone(),
                offset,
            },
        };
        self.inline(inline);
    }

    fn display_math(&mut self, math: String) {
        if matches!(self.inlines.last(), Some((Span::Paragraph, _))) {
            self.close_implicit();
            self.push_block(Block::Math(math));
        } else {
            self.prose.push_mark(OPAQUE);
            self.inline(Inline::Math(math));
        }
    }

    // Blocks.

    fn close_implicit(&mut self) {
        while let Some((span, _)) = self.inlines.last() {
            match span {
                Span::Paragraph => {
                    let Some((_, content)) = self.inlines.pop() else {
                        return;
                    };
                    let prose = std::mem::take(&mut self.prose);
                    let holder = self.containers.last().map(|container| &container.holder);
                    let reach = match holder {
                        Some(Holder::Item) => Reach::Everything,
                        _ => Reach::Sentence,
                    };
                    self.check_figures(&prose, reach);
                    let content = trimmed(content);
                    if !content.is_empty() {
                        self.push_block(Block::Paragraph(content));
                    }
                }
                Span::Cell | Span::Heading { .. } => return,
                _ => self.close_span(),
            }
        }
    }

    fn check_figures(&self, prose: &Prose, reach: Reach) {
        if self.figures == FigureRule::Exempt {
            return;
        }
        for found in prose.uncovered(reach) {
            let offset = match self.fixed {
                Fixed::File => found.offset,
                Fixed::Fragment => self.offset,
            };
            self.page.error(
                "uncited-figure",
                offset,
                format!(
                    "the figure \"{}\" is neither cited nor computed",
                    found.figure.trim()
                ),
                Some(
                    "cite it with [^key] in the same sentence or row, compute it with {= …}, \
                     or mark an example's input with {assume: name = …}"
                        .to_owned(),
                ),
            );
        }
    }

    fn close_heading(&mut self) {
        let Some((Span::Heading { level, id, offset }, content)) = self.inlines.pop() else {
            return;
        };
        let content = trimmed(content);
        let id = id.unwrap_or_else(|| slug_of(&inline_text(&content)));
        if id.is_empty() {
            self.page
                .error("heading", offset, "a heading has no text", None);
            return;
        }
        self.anchors.push((id.clone(), offset));
        let top = self.containers.len() == 1;
        match level {
            2 if top => {
                self.flush_section();
                self.document.sections.push(Section {
                    id,
                    title: content,
                    blocks: Vec::new(),
                    offset,
                    line: self.page.file.place(offset).line,
                });
            }
            3 | 4 if top => self.push_block(Block::Heading { level, id, content }),
            _ => {
                let message = if top {
                    format!("a heading of level {level}; pages use levels 2 to 4")
                } else {
                    "a heading inside a list or a quotation".to_owned()
                };
                let hint = (level == 1).then(|| "the title comes from `name`".to_owned());
                self.page.error("heading", offset, message, hint);
                self.push_block(Block::Paragraph(content));
            }
        }
    }

    /// Moves the blocks gathered so far into the section they belong to.
    fn flush_section(&mut self) {
        let blocks = std::mem::take(&mut self.containers[0].blocks);
        match self.document.sections.last_mut() {
            Some(section) => section.blocks.extend(blocks),
            None => self.document.introduction.extend(blocks),
        }
    }

    fn contain(&mut self, holder: Holder) {
        self.close_implicit();
        // Half for blocks, so that spans inside the deepest block still have room.
        let kept = self.containers.len() < NESTING_MAX / 2;
        self.kept.push(kept);
        if kept {
            self.containers.push(Container::new(holder));
        }
    }

    fn uncontain(&mut self) {
        self.close_implicit();
        if self.kept.pop() == Some(true) {
            self.close_container();
        }
    }

    fn close_container(&mut self) {
        if self.containers.len() < 2 {
            return;
        }
        let Some(Container { holder, blocks }) = self.containers.pop() else {
            return;
        };
        match holder {
            Holder::Item => {
                if let Some(Container {
                    holder: Holder::List(_, items),
                    ..
                }) = self.containers.last_mut()
                {
                    items.push(blocks);
                } else {
                    for block in blocks {
                        self.push_block(block);
                    }
                }
            }
            Holder::List(start, mut items) => {
                // Items that were too deep to keep left their text here.
                if !blocks.is_empty() {
                    items.push(blocks);
                }
                self.push_block(Block::List { start, items });
            }
            Holder::Quote(Some(kind)) => self.push_block(Block::Admonition { kind, blocks }),
            Holder::Quote(None) => self.push_block(Block::Quote(blocks)),
            Holder::Root => {}
        }
    }

    fn push_block(&mut self, block: Block) {
        let container = self
            .containers
            .last_mut()
            .expect("the root container is never popped");
        if let Block::Tabs(new) = &block
            && let Some(Block::Tabs(tabs)) = container.blocks.last_mut()
        {
            tabs.extend(new.iter().cloned());
            return;
        }
        container.blocks.push(block);
    }

    fn close_row(&mut self, row_kind: Row) {
        let prose = std::mem::take(&mut self.prose);
        let Some((table, row, head_cited)) = self.table.as_mut() else {
            return;
        };
        let cells = std::mem::take(row);
        match row_kind {
            Row::Head => {
                *head_cited = prose.is_cited();
                table.head = cells;
            }
            Row::Body => table.rows.push(cells),
        }
        // A citation in the header covers its table.
        if !*head_cited {
            self.check_figures(&prose, Reach::Everything);
        }
    }

    fn close_code(&mut self) {
        let Some(code) = self.code.take() else { return };
        let start = code.content.as_ref().map(|content| content.start);
        let offset = self.absolute(start.unwrap_or(code.offset));
        let fence_offset = match self.fixed {
            Fixed::File => code.offset,
            Fixed::Fragment => self.offset,
        };
        let text = code.text.trim_end_matches('\n').to_owned();
        // As it stands in the file, so that what is told about it has its true place.
        let written = code.content.and_then(|content| self.text.get(content));
        let same = written.filter(|written| written.replace('\r', "") == code.text);
        if let Some(block) =
            data_block::read(self.page, &code.info, text, same, offset, fence_offset)
        {
            self.push_block(block);
        }
    }

    pub(crate) fn finish(mut self) -> Document {
        self.close_implicit();
        while self.containers.len() > 1 {
            self.close_container();
        }
        self.flush_section();
        // Anchors that the renderer makes count as taken.
        let mut seen: BTreeSet<&str> = RENDERED_ANCHORS.into_iter().collect();
        for (id, offset) in &self.anchors {
            if !seen.insert(id) {
                self.page.error(
                    "duplicate-anchor",
                    *offset,
                    format!("two headings have the anchor #{id}"),
                    Some("give one of them its own {#id}".to_owned()),
                );
            }
        }
        if self.fixed == Fixed::File {
            self.document.assumptions = self
                .scan
                .assumptions
                .iter()
                .map(|(name, value, unit, at)| Assumption {
                    name: name.clone(),
                    value: *value,
                    unit: unit.clone(),
                    offset: self.offset + at,
                })
                .collect();
        }
        self.document
    }
}
