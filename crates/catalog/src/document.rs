//! The typed form of a page: what HTML, terminal, search and feeds are made from.

use crate::diagnostic::Place;
use crate::kind::EntryId;

/// A page body, parsed once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Blocks before the first section.
    pub introduction: Vec<Block>,
    /// Sections of level 2, in order.
    pub sections: Vec<Section>,
    /// Inputs of the page's worked examples, in order of appearance.
    pub assumptions: Vec<Assumption>,
    /// Where the text begins; a patched entry's body may stand in another file than its front.
    pub place: Option<Place>,
}

/// A section: a heading of level 2 and what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Stable anchor.
    pub id: String,
    /// Heading as inline content.
    pub title: Vec<Inline>,
    /// Content, headings of level 3 included.
    pub blocks: Vec<Block>,
    /// Byte offset of the heading in the file.
    pub offset: usize,
    /// Line of the heading in the file, from 1.
    pub line: u32,
}

/// An example's input: `{assume: rate = 200 /s}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// Name used by formulas.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Unit as written; may be empty.
    pub unit: String,
    /// Byte offset in the file.
    pub offset: usize,
}

/// One block of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading of level 3 or 4.
    Heading {
        /// 3 or 4.
        level: u8,
        /// Anchor.
        id: String,
        /// Text.
        content: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list; `start` is the first number of an ordered one.
    List {
        /// First number, `None` for bullets.
        start: Option<u64>,
        /// Items, each a run of blocks.
        items: Vec<Vec<Block>>,
    },
    /// A code block.
    Code(Code),
    /// Neighbouring code blocks of which the reader picks one.
    Tabs(Vec<(String, Code)>),
    /// A diagram in Mermaid text.
    Diagram {
        /// Mermaid source.
        source: String,
        /// Caption.
        title: String,
        /// Text alternative.
        alternative: String,
    },
    /// A displayed formula in LaTeX.
    Math(String),
    /// A table.
    Table(Table),
    /// A quotation.
    Quote(Vec<Block>),
    /// A marked note.
    Admonition {
        /// What sort of note.
        kind: AdmonitionKind,
        /// Content.
        blocks: Vec<Block>,
    },
    /// A thematic break.
    Rule,
    /// A step of a playbook.
    Step(Box<Step>),
    /// A phase of a migration.
    Phase(Box<Phase>),
    /// A module of a learning path.
    Module(Box<Module>),
    /// A list derived from the catalogue.
    Listing(Listing),
    /// An experiment that the page runs.
    Experiment(Box<ExperimentBlock>),
    /// Published results beside what our models give.
    Reproduced(Reproduced),
}

/// Which of the results of `published/` a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reproduced {
    /// Those whose source was read, and standard results.
    Published,
    /// Those remembered and agreeing with arithmetic, for comparison only.
    CrossChecks,
}

/// An experiment on a page: which one, what is shown first, and what a reader may change.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentBlock {
    /// Name of the scenario: `experiments/SLUG.toml`.
    pub slug: String,
    /// Figures of the table, by name; empty for the usual ones.
    pub figures: Vec<String>,
    /// Lines drawn over time, by name; empty for the usual ones.
    pub lines: Vec<String>,
    /// The variant that runs first when a reader changes something; empty for the last.
    pub variant: String,
    /// What a reader may change.
    pub controls: Vec<Control>,
    /// What the model leaves out that matters here.
    pub not_modelled: Vec<Inline>,
}

/// A value of a scenario that a reader may change.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// Name in the address.
    pub name: String,
    /// Label of the field.
    pub label: String,
    /// Where the value stands in the scenario: `faults.hang.lasts`.
    pub path: String,
    /// Values to choose from; empty for a range.
    pub values: Vec<String>,
    /// Least, most and step of a range.
    pub range: Option<(f64, f64, f64)>,
    /// Unit put behind a number of the range; may be empty.
    pub unit: String,
}

/// A code block.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// Language named by the fence; may be empty.
    pub language: String,
    /// Caption, if any.
    pub title: Option<String>,
    /// Text without the final line end.
    pub text: String,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Alignment of each column.
    pub alignments: Vec<Alignment>,
    /// Header cells.
    pub head: Vec<Vec<Inline>>,
    /// Rows of cells.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// Alignment of a table column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// As the table's default.
    Default,
    /// Left.
    Left,
    /// Centre.
    Center,
    /// Right: numbers.
    Right,
}

/// Sort of an admonition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdmonitionKind {
    /// Background.
    Note,
    /// A better way.
    Tip,
    /// Needed to succeed.
    Important,
    /// Can go wrong.
    Warning,
    /// Can do harm.
    Caution,
}

impl AdmonitionKind {
    /// Lower-case name, as used for classes and interface texts.
    pub fn name(self) -> &'static str {
        match self {
            AdmonitionKind::Note => "note",
            AdmonitionKind::Tip => "tip",
            AdmonitionKind::Important => "important",
            AdmonitionKind::Warning => "warning",
            AdmonitionKind::Caution => "caution",
        }
    }
}

/// Inline content.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Struck text.
    Struck(Vec<Inline>),
    /// Code.
    Code(String),
    /// A formula in LaTeX.
    Math(String),
    /// A link; empty content takes the target's name.
    Link {
        /// Where to.
        target: Target,
        /// What is shown.
        content: Vec<Inline>,
        /// Byte offset in the file.
        offset: usize,
    },
    /// A citation of a source of this page.
    Citation(String),
    /// A computed figure.
    Computed(Computed),
    /// An assumption shown where it is introduced.
    Assumed {
        /// Name used by formulas.
        name: String,
        /// Value and unit as shown.
        shown: String,
    },
    /// A figure quoted from a run: `experiment.variant.quantity`.
    Quoted {
        /// The path after `exp:`.
        path: String,
        /// Byte offset in the file.
        offset: usize,
    },
    /// A hard line break.
    Break,
}

/// A figure computed in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// Formula as written.
    pub formula: String,
    /// Value and unit as shown.
    pub shown: String,
    /// Exact value.
    pub value: f64,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An entry, with an optional section.
    Entry {
        /// Its id.
        id: EntryId,
        /// Section anchor.
        anchor: Option<String>,
    },
    /// A section of the same page.
    Here(String),
    /// An address on this site that no entry has: a tool or a generated page.
    Local(String),
    /// An address elsewhere.
    External(String),
    /// Unusable, reported as an error; shown as text.
    Broken(String),
}

/// A step of a playbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What to do.
    pub action: Vec<Inline>,
    /// What it may cost.
    pub risk: Vec<Inline>,
    /// How to take it back.
    pub undo: Vec<Inline>,
    /// How to see that it worked.
    pub check: Vec<Inline>,
    /// Command or query.
    pub run: Option<Code>,
    /// Remark.
    pub note: Vec<Inline>,
}

/// A phase of a migration.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Title.
    pub name: Vec<Inline>,
    /// Shortest and longest duration in weeks.
    pub weeks: (u32, u32),
    /// What must hold before.
    pub entry: Vec<Inline>,
    /// What must hold after.
    pub exit: Vec<Inline>,
    /// How to go back.
    pub rollback: Vec<Inline>,
    /// What is done.
    pub work: Vec<Vec<Inline>>,
    /// What can no longer be undone afterwards.
    pub point_of_no_return: Vec<Inline>,
}

/// A module of a learning path.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Week, from 1.
    pub week: u32,
    /// Title.
    pub title: Vec<Inline>,
    /// What to read, in order.
    pub pages: Vec<EntryId>,
    /// What to build or measure.
    pub exercise: Vec<Inline>,
    /// How to know that it sits.
    pub exit_test: Vec<Inline>,
    /// Why it stands here.
    pub why: Vec<Inline>,
}

/// A list derived from the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Which kind.
    pub kind: crate::kind::Kind,
    /// Each pair is a field that must have a value: `("tier", "gold")`.
    pub filters: Vec<(String, String)>,
    /// Field whose values make groups.
    pub group_by: Option<String>,
    /// How it is shown.
    pub style: ListingStyle,
}

/// How a derived list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingStyle {
    /// One card an entry.
    Cards,
    /// One row an entry, with the fields of its kind and filters.
    Table,
    /// Names with one line each.
    Links,
}

/// Calls `visit` on every inline of `content`, parents before children.
pub fn walk_inlines<'a>(content: &'a [Inline], visit: &mut dyn FnMut(&'a Inline)) {
    for inline in content {
        visit(inline);
        match inline {
            Inline::Emphasis(inner)
            | Inline::Strong(inner)
            | Inline::Struck(inner)
            | Inline::Link { content: inner, .. } => walk_inlines(inner, visit),
            _ => {}
        }
    }
}

/// Calls `visit` on every block of `blocks`, parents before children.
pub fn walk_blocks<'a>(blocks: &'a [Block], visit: &mut dyn FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        match block {
            Block::List { items, .. } => {
                for item in items {
                    walk_blocks(item, visit);
                }
            }
            Block::Quote(inner) | Block::Admonition { blocks: inner, .. } => {
                walk_blocks(inner, visit);
            }
            _ => {}
        }
    }
}

impl Block {
    /// The inline runs that stand directly in this block, each with its role's order.
    pub fn runs(&self) -> Vec<&[Inline]> {
        match self {
            Block::Heading { content, .. } | Block::Paragraph(content) => vec![content],
            Block::Table(table) => table
                .head
                .iter()
                .chain(table.rows.iter().flatten())
                .map(Vec::as_slice)
                .collect(),
            Block::Step(step) => {
                vec![
                    &step.action,
                    &step.risk,
                    &step.undo,
                    &step.check,
                    &step.note,
                ]
            }
            Block::Phase(phase) => [&phase.name, &phase.entry, &phase.exit, &phase.rollback]
                .into_iter()
                .chain(&phase.work)
                .chain([&phase.point_of_no_return])
                .map(Vec::as_slice)
                .collect(),
            Block::Module(module) => {
                vec![
                    &module.title,
                    &module.exercise,
                    &module.exit_test,
                    &module.why,
                ]
            }
            Block::Experiment(block) => vec![&block.not_modelled],
            _ => Vec::new(),
        }
    }
}

impl Document {
    /// Every block of the page in reading order, nested ones included.
    pub fn blocks(&self) -> Vec<&Block> {
        let mut found = Vec::new();
        let mut push = |block| found.push(block);
        walk_blocks(&self.introduction, &mut push);
        for section in &self.sections {
            walk_blocks(&section.blocks, &mut push);
        }
        found
    }

    /// Every inline of the page in reading order, headings included.
    pub fn inlines(&self) -> Vec<&Inline> {
        let mut found = Vec::new();
        for section_blocks in std::iter::once((None, &self.introduction)).chain(
            self.sections
                .iter()
                .map(|section| (Some(&section.title), &section.blocks)),
        ) {
            if let Some(title) = section_blocks.0 {
                walk_inlines(title, &mut |inline| found.push(inline));
            }
            let mut blocks = Vec::new();
            walk_blocks(section_blocks.1, &mut |block| blocks.push(block));
            for block in blocks {
                for run in block.runs() {
                    walk_inlines(run, &mut |inline| found.push(inline));
                }
            }
        }
        found
    }

    /// The anchors of the page: sections and headings.
    pub fn anchors(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for block in &self.introduction {
            if let Block::Heading { id, .. } = block {
                found.push(id.as_str());
            }
        }
        for section in &self.sections {
            found.push(section.id.as_str());
            for block in &section.blocks {
                if let Block::Heading { id, .. } = block {
                    found.push(id.as_str());
                }
            }
        }
        found
    }

    /// The section with that anchor.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }
}
