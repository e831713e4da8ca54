//! Documents to HTML.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use catalog::{
    Alignment, Block, Code, Document, Entry, EntryId, Inline, Kind, Section, Table, Target,
};
use maud::{Markup, PreEscaped, html};

use crate::fragment::MathDisplay;
use crate::request::Request;
use crate::site::Site;

/// One page being written: what it has used so far.
pub(crate) struct Writer<'s> {
    pub(crate) site: &'s Site,
    pub(crate) entry: Option<&'s Entry>,
    pub(crate) request: &'s Request,
    computed: RefCell<Vec<(String, String)>>,
    terms: RefCell<BTreeSet<String>>,
    diagrams: Cell<u32>,
    tabs: Cell<u32>,
    steps: Cell<u32>,
    phases: Cell<u32>,
    /// What kinds of evidence the page has shown.
    pub(crate) evidence: Cell<Evidence>,
}

/// Which kinds of evidence a page uses, for the legend at its foot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) cited: bool,
    pub(crate) computed: bool,
    pub(crate) assumed: bool,
    pub(crate) executed: bool,
}

/// The next number of a counted part of the page.
fn counted(counter: &Cell<u32>) -> u32 {
    counter.set(counter.get() + 1);
    counter.get()
}

impl<'s> Writer<'s> {
    pub(crate) fn new(site: &'s Site, entry: Option<&'s Entry>, request: &'s Request) -> Self {
        Writer {
            site,
            entry,
            request,
            computed: RefCell::default(),
            terms: RefCell::default(),
            diagrams: Cell::new(0),
            tabs: Cell::new(0),
            steps: Cell::new(0),
            phases: Cell::new(0),
            evidence: Cell::default(),
        }
    }

    /// The introduction and every section.
    pub(crate) fn document(&self, document: &Document) -> Markup {
        html! {
            @if !document.introduction.is_empty() {
                div.introduction { (self.blocks(&document.introduction)) }
            }
            @for section in &document.sections { (self.section(section)) }
        }
    }

    fn section(&self, section: &Section) -> Markup {
        html! {
            section {
                h2 id=(section.id) { (self.inlines(&section.title)) (self.anchor(&section.id)) }
                (self.blocks(&section.blocks))
            }
        }
    }

    fn anchor(&self, id: &str) -> Markup {
        html! { a.anchor href={ "#" (id) } aria-label=(self.site.t("content.anchor")) { "#" } }
    }

    pub(crate) fn blocks(&self, blocks: &[Block]) -> Markup {
        html! { @for block in blocks { (self.block(block)) } }
    }

    fn block(&self, block: &Block) -> Markup {
        match block {
            Block::Heading { level, id, content } => {
                let inner = html! { (self.inlines(content)) (self.anchor(id)) };
                if *level == 3 {
                    html! { h3 id=(id) { (inner) } }
                } else {
                    html! { h4 id=(id) { (inner) } }
                }
            }
            Block::Paragraph(content) => html! { p { (self.inlines(content)) } },
            Block::List {
                start: Some(start),
                items,
            } => html! {
                ol start=[(*start != 1).then_some(start)] {
                    @for item in items { li { (self.item(item)) } }
                }
            },
            Block::List { start: None, items } => html! {
                ul { @for item in items { li { (self.item(item)) } } }
            },
            Block::Code(code) => self.code(code),
            Block::Tabs(tabs) => self.tabs(tabs),
            Block::Diagram {
                source,
                title,
                alternative,
            } => self.diagram(source, title, alternative),
            Block::Math(latex) => match self.site.fragments.math(latex, MathDisplay::Block) {
                Ok(mathml) => {
                    html! { div.formula tabindex="0" role="group" aria-label=(self.site.t("content.formula")) { (PreEscaped(mathml)) } }
                }
                Err(_) => html! { pre { code { (latex) } } },
            },
            Block::Table(table) => self.table(table),
            Block::Quote(blocks) => html! { blockquote { (self.blocks(blocks)) } },
            Block::Admonition { kind, blocks } => {
                let key = format!("admonition.{}", kind.name());
                html! {
                    div class={ "admonition admonition-" (kind.name()) } role="note" {
                        p.admonition-title { (self.site.t(&key)) }
                        (self.blocks(blocks))
                    }
                }
            }
            Block::Rule => html! { hr; },
            Block::Step(step) => self.step(step),
            Block::Phase(phase) => self.phase(phase),
            Block::Module(module) => self.module(module),
            Block::Listing(listing) => self.listing(listing),
            Block::Experiment(block) => self.experiment(block),
            Block::Reproduced(which) => self.reproduced(*which),
        }
    }

    /// A list item of one paragraph needs no paragraph.
    fn item(&self, blocks: &[Block]) -> Markup {
        match blocks {
            [Block::Paragraph(content), rest @ ..] => html! {
                (self.inlines(content)) (self.blocks(rest))
            },
            _ => self.blocks(blocks),
        }
    }

    pub(crate) fn code(&self, code: &Code) -> Markup {
        let language = match code.language.as_str() {
            "" => None,
            name => Some(name),
        };
        html! {
            figure.code {
                @if let Some(title) = &code.title { figcaption { (title) } }
                pre tabindex="0" data-language=[language] {
                    code { (PreEscaped(self.site.fragments.code(&code.language, &code.text))) }
                }
            }
        }
    }

    fn tabs(&self, tabs: &[(String, Code)]) -> Markup {
        let group = counted(&self.tabs);
        html! {
            fieldset.tabs {
                legend.visually-hidden { (self.site.t("content.tabs")) }
                @for (index, (label, _)) in tabs.iter().enumerate() {
                    input type="radio" name={ "tabs-" (group) } id={ "tab-" (group) "-" (index) }
                        checked[index == 0];
                    label for={ "tab-" (group) "-" (index) } { (label) }
                }
                @for (label, code) in tabs {
                    div.tab-panel data-label=(label) { (self.code(code)) }
                }
            }
        }
    }

    fn diagram(&self, source: &str, title: &str, alternative: &str) -> Markup {
        let number = counted(&self.diagrams);
        let prefix = format!("d{number}");
        match self
            .site
            .fragments
            .diagram(source, title, alternative, &prefix)
        {
            Ok(svg) => html! {
                figure.diagram {
                    div.diagram-canvas tabindex="0" role="group" aria-label=(title) { (PreEscaped(svg)) }
                    figcaption { (title) }
                }
            },
            // `check` reports it; the reader still gets what the picture would say.
            Err(_) => html! { figure.diagram { p { (alternative) } figcaption { (title) } } },
        }
    }

    fn table(&self, table: &Table) -> Markup {
        let class = |column: usize| match table.alignments.get(column) {
            Some(Alignment::Right) => Some("number"),
            Some(Alignment::Center) => Some("center"),
            _ => None,
        };
        html! {
            div.table-scroll tabindex="0" role="group" aria-label=(self.site.t("content.table")) {
                table {
                    @if table.head.iter().any(|cell| !cell.is_empty()) {
                        thead { tr {
                            @for (column, cell) in table.head.iter().enumerate() {
                                th scope="col" class=[class(column)] { (self.inlines(cell)) }
                            }
                        } }
                    }
                    tbody {
                        @for row in &table.rows { tr {
                            @for (column, cell) in row.iter().enumerate() {
                                td class=[class(column)] { (self.inlines(cell)) }
                            }
                        } }
                    }
                }
            }
        }
    }

    fn step(&self, step: &catalog::Step) -> Markup {
        let t = |id| self.site.t(id);
        html! {
            div.step id={ "step-" (counted(&self.steps)) } {
                p.step-action { (self.inlines(&step.action)) }
                @if let Some(run) = &step.run { (self.code(run)) }
                dl.step-facts {
                    div.step-risk { dt { (t("step.risk")) } dd { (self.inlines(&step.risk)) } }
                    div.step-undo { dt { (t("step.undo")) } dd { (self.inlines(&step.undo)) } }
                    div.step-check { dt { (t("step.check")) } dd { (self.inlines(&step.check)) } }
                }
                @if !step.note.is_empty() { p.step-note { (self.inlines(&step.note)) } }
            }
        }
    }

    fn phase(&self, phase: &catalog::Phase) -> Markup {
        let t = |id| self.site.t(id);
        let (least, most) = phase.weeks;
        html! {
            div.phase id={ "phase-" (counted(&self.phases)) } {
                p.phase-name { (self.inlines(&phase.name)) }
                p.phase-weeks { (least) "–" (most) " " (t("unit.weeks")) }
                @if !phase.work.is_empty() {
                    ul.phase-work { @for item in &phase.work { li { (self.inlines(item)) } } }
                }
                dl.step-facts {
                    div.phase-entry { dt { (t("phase.entry")) } dd { (self.inlines(&phase.entry)) } }
                    div.phase-exit { dt { (t("phase.exit")) } dd { (self.inlines(&phase.exit)) } }
                    div.step-undo { dt { (t("phase.rollback")) } dd { (self.inlines(&phase.rollback)) } }
                    @if !phase.point_of_no_return.is_empty() {
                        div.no-return {
                            dt { (t("phase.point-of-no-return")) }
                            dd { (self.inlines(&phase.point_of_no_return)) }
                        }
                    }
                }
            }
        }
    }

    fn module(&self, module: &catalog::Module) -> Markup {
        let t = |id| self.site.t(id);
        html! {
            div.module id={ "week-" (module.week) } {
                p.module-week { (t("module.week")) " " strong { (module.week) } }
                p.module-title { (self.inlines(&module.title)) }
                @if !module.why.is_empty() { p.module-why { (self.inlines(&module.why)) } }
                dl.step-facts {
                    @if !module.pages.is_empty() {
                        div.module-read {
                            dt { (t("module.read")) }
                            dd { ul.inline-list { @for id in &module.pages { li { (self.entry_link(id)) } } } }
                        }
                    }
                    div.module-build { dt { (t("module.exercise")) } dd { (self.inlines(&module.exercise)) } }
                    div.step-check { dt { (t("module.exit-test")) } dd { (self.inlines(&module.exit_test)) } }
                }
            }
        }
    }

    pub(crate) fn inlines(&self, content: &[Inline]) -> Markup {
        html! { @for inline in content { (self.inline(inline)) } }
    }

    fn inline(&self, inline: &Inline) -> Markup {
        match inline {
            Inline::Text(text) => html! { (text) },
            Inline::Emphasis(inner) => html! { em { (self.inlines(inner)) } },
            Inline::Strong(inner) => html! { strong { (self.inlines(inner)) } },
            Inline::Struck(inner) => html! { s { (self.inlines(inner)) } },
            Inline::Code(code) => html! { code { (code) } },
            Inline::Math(latex) => match self.site.fragments.math(latex, MathDisplay::Inline) {
                Ok(mathml) => PreEscaped(mathml),
                Err(_) => html! { code { (latex) } },
            },
            Inline::Link {
                target, content, ..
            } => self.link(target, content),
            Inline::Citation(key) => self.citation(key),
            Inline::Computed(computed) => {
                self.saw(|evidence| evidence.computed = true);
                self.computed
                    .borrow_mut()
                    .push((computed.formula.clone(), computed.shown.clone()));
                let number = self.computed.borrow().len();
                // Speech input matches the visible text, so the label begins with it.
                let label = format!("ƒ{number}, {}", self.site.t("evidence.formula"));
                html! {
                    span.computed { (computed.shown) a.evidence href={ "#computed-" (number) }
                        title={ "= " (computed.formula) } aria-label=(label) { "ƒ" (number) } }
                }
            }
            Inline::Assumed { name, shown } => {
                self.saw(|evidence| evidence.assumed = true);
                let title = format!("{}: {name}", self.site.t("evidence.assumed"));
                html! { span.assumed title=(title) { (shown) } }
            }
            Inline::Quoted { path, .. } => {
                self.saw(|evidence| evidence.executed = true);
                self.quoted(path)
            }
            Inline::Break => html! { br; },
        }
    }

    fn saw(&self, mark: impl FnOnce(&mut Evidence)) {
        let mut evidence = self.evidence.get();
        mark(&mut evidence);
        self.evidence.set(evidence);
    }

    fn citation(&self, key: &str) -> Markup {
        self.saw(|evidence| evidence.cited = true);
        let position = self
            .entry
            .and_then(|entry| entry.sources.iter().position(|source| source.key == key));
        match position {
            Some(index) => html! {
                a.citation href={ "#source-" (key) }
                    aria-label={ (self.site.t("evidence.source")) " " (index + 1) } { (index + 1) }
            },
            None => html! { "[" (key) "]" },
        }
    }

    fn link(&self, target: &Target, content: &[Inline]) -> Markup {
        match target {
            Target::Entry { id, .. } if id.kind == Kind::Term => self.term(&id.slug, content),
            Target::Entry { id, anchor } => {
                let Some(entry) = self.site.catalog.entry(id) else {
                    return self.label(content, &id.slug);
                };
                let label = self.label(content, &entry.name);
                if entry.planned {
                    return self.planned(&label);
                }
                let mut href = self.site.href(&entry.path);
                if let Some(anchor) = anchor {
                    href.push('#');
                    href.push_str(anchor);
                }
                html! { a href=(href) { (label) } }
            }
            Target::Here(anchor) => {
                html! { a href={ "#" (anchor) } { (self.label(content, anchor)) } }
            }
            Target::Local(address) => {
                let end = address.find(['#', '?']).unwrap_or(address.len());
                let name = self
                    .site
                    .catalog
                    .at_path(&address[..end])
                    .map(|entry| entry.name.as_str());
                html! { a href=(self.site.href(address)) { (self.label(content, name.unwrap_or(address))) } }
            }
            Target::External(address) => {
                html! { a.external href=(address) rel="noopener" { (self.label(content, address)) } }
            }
            Target::Broken(text) => self.label(content, text),
        }
    }

    fn label(&self, content: &[Inline], name: &str) -> Markup {
        if content.is_empty() {
            html! { (name) }
        } else {
            self.inlines(content)
        }
    }

    pub(crate) fn planned(&self, label: &Markup) -> Markup {
        html! { span.planned title=(self.site.t("entry.planned")) { (label) } }
    }

    /// An entry by name: a link, or the name alone while its page is still to come.
    pub(crate) fn entry_link(&self, id: &EntryId) -> Markup {
        match self.site.catalog.entry(id) {
            Some(entry) if entry.planned => self.planned(&html! { (entry.name) }),
            Some(entry) => html! { a href=(self.site.href(&entry.path)) { (entry.name) } },
            None => html! { (id.slug) },
        }
    }

    /// A term with its meaning in a popover, which opens without script; later uses link to it.
    fn term(&self, slug: &str, content: &[Inline]) -> Markup {
        let Some(term) = self.site.catalog.terms.get(slug) else {
            return self.label(content, slug);
        };
        let label = self.label(content, &term.term);
        let href = self
            .site
            .href(&format!("{}#{slug}", catalog::GLOSSARY_PATH));
        if !self.terms.borrow_mut().insert(slug.to_owned()) {
            return html! { a href=(href) { (label) } };
        }
        let id = format!("term-{slug}");
        html! {
            button.term type="button" popovertarget=(id) { (label) }
            span.term-card id=(id) popover role="note" {
                strong { (term.term) } " " (term.definition) " "
                a href=(href) { (self.site.t("term.more")) }
            }
        }
    }

    /// The formulas behind the computed figures, in order.
    pub(crate) fn computed_section(&self) -> Markup {
        let computed = self.computed.borrow();
        if computed.is_empty() {
            return html! {};
        }
        let assumptions = self
            .entry
            .map_or(&[][..], |entry| entry.document.assumptions.as_slice());
        let mut shown = BTreeSet::new();
        html! {
            section.evidence-section {
                h2 id="computed" { (self.site.t("evidence.computed")) (self.anchor("computed")) }
                @if !assumptions.is_empty() {
                    p.assumptions { (self.site.t("evidence.with")) " "
                        @for (index, assumption) in
                            assumptions.iter().filter(|a| shown.insert(a.name.clone())).enumerate() {
                            @if index > 0 { ", " }
                            code { (assumption.name) } " = "
                            span.assumed { (catalog::with_unit(
                                &catalog::format_value(assumption.value, &assumption.unit),
                                &assumption.unit)) }
                        }
                    }
                }
                ol.formulas {
                    @for (index, (formula, value)) in computed.iter().enumerate() {
                        li id={ "computed-" (index + 1) } { code { (formula) } " = " (value) }
                    }
                }
            }
        }
    }
}
