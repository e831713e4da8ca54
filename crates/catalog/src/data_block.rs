//! Fenced blocks: code, tabs, diagrams, and the data blocks whose text is TOML.

use crate::diagnostic::nearest;
use crate::document::{
    Block, Code, Control, ExperimentBlock, Inline, Listing, ListingStyle, Module, Phase,
    Reproduced, Step,
};
use crate::fields::{Fields, Sheet, parse_toml};
use crate::kind::{EntryId, Kind};
use crate::markdown::{FigureRule, PageContext};

/// Largest code block: longer listings belong into a repository.
const CODE_BYTES_MAX: usize = 20_000;

/// The attributes after the language of a fence: `title="…" tab="…" alt="…"`.
struct Info<'i> {
    language: &'i str,
    attributes: Vec<(&'i str, &'i str)>,
}

impl<'i> Info<'i> {
    fn parse(info: &'i str) -> Result<Self, String> {
        let info = info.trim();
        let end = info.find(char::is_whitespace).unwrap_or(info.len());
        let (language, mut rest) = info.split_at(end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return Ok(Info {
                    language,
                    attributes,
                });
            }
            let (name, value) = rest
                .split_once("=\"")
                .ok_or_else(|| format!("cannot read \"{rest}\" after the language of a fence"))?;
            let end = value
                .find('"')
                .ok_or_else(|| format!("the attribute `{name}` of a fence has no closing quote"))?;
            attributes.push((name.trim(), &value[..end]));
            rest = &value[end + 1..];
        }
    }

    fn get(&self, name: &str) -> Option<&'i str> {
        self.attributes
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
    }
}

/// Reads a fence. `written` is its text with the file's own line ends, where the file holds it in
/// one piece; `offset` is where it begins, `fence_offset` where the fence stands.
pub(crate) fn read(
    page: &PageContext<'_, '_>,
    info: &str,
    text: String,
    written: Option<&str>,
    offset: usize,
    fence_offset: usize,
) -> Option<Block> {
    let info = match Info::parse(info) {
        Ok(info) => info,
        Err(message) => {
            let hint = "attributes are written title=\"…\" tab=\"…\" alt=\"…\"";
            page.error("fence", fence_offset, message, Some(hint.to_owned()));
            return None;
        }
    };
    if text.len() > CODE_BYTES_MAX {
        let message = format!(
            "a fence holds {} bytes; the limit is {CODE_BYTES_MAX}",
            text.len()
        );
        page.error("too-large", fence_offset, message, None);
        return None;
    }
    let allowed: &[&str] = match info.language {
        "mermaid" => &["title", "alt"],
        "step" | "phase" | "module" | "list" | "experiment" | "reproduced" => &[],
        _ => &["title", "tab"],
    };
    for (name, _) in &info.attributes {
        if !allowed.contains(name) {
            let hint = match nearest(name, allowed.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known attributes: {}", allowed.join(", ")),
            };
            page.error(
                "fence",
                fence_offset,
                format!("unknown attribute `{name}`"),
                hint,
            );
        }
    }
    match info.language {
        "mermaid" => diagram(page, &info, text, fence_offset),
        "step" | "phase" | "module" | "list" | "experiment" | "reproduced" => {
            let text = written.unwrap_or(&text);
            data(page, info.language, text, offset, fence_offset)
        }
        language => {
            let code = Code {
                language: language.to_owned(),
                title: info.get("title").map(Into::into),
                text,
            };
            Some(match info.get("tab") {
                Some(tab) => Block::Tabs(vec![(tab.to_owned(), code)]),
                None => Block::Code(code),
            })
        }
    }
}

fn diagram(
    page: &PageContext<'_, '_>,
    info: &Info<'_>,
    source: String,
    offset: usize,
) -> Option<Block> {
    for name in ["title", "alt"] {
        if info.get(name).is_none_or(|value| value.trim().is_empty()) {
            page.error(
                "diagram",
                offset,
                format!("a diagram has no `{name}`"),
                Some("write ```mermaid title=\"…\" alt=\"what the picture shows\"".to_owned()),
            );
        }
    }
    Some(Block::Diagram {
        source,
        title: info.get("title")?.to_owned(),
        alternative: info.get("alt")?.to_owned(),
    })
}

fn data(
    page: &PageContext<'_, '_>,
    language: &str,
    text: &str,
    offset: usize,
    fence_offset: usize,
) -> Option<Block> {
    let table = parse_toml(page.file, offset, text, page.sink);
    let sheet = Sheet {
        file: page.file,
        // The reader keeps references for as long as the file lives; a fence's table does not.
        table: &table,
        base: offset,
        start: 0,
    };
    let reader = Reader {
        fields: Fields::new(vec![sheet], format!("the `{language}`"), page.sink),
        page,
    };
    let block = match language {
        "step" => Block::Step(Box::new(reader.step())),
        "phase" => Block::Phase(Box::new(reader.phase())),
        "module" => Block::Module(Box::new(reader.module())),
        "experiment" => Block::Experiment(Box::new(reader.experiment())),
        "reproduced" => Block::Reproduced(reader.reproduced()),
        _ => match reader.listing(fence_offset) {
            Some(listing) => Block::Listing(listing),
            None => {
                reader.fields.finish();
                return None;
            }
        },
    };
    reader.fields.finish();
    Some(block)
}

struct Reader<'f, 'p, 'a, 's> {
    fields: Fields<'f, 's>,
    page: &'p PageContext<'a, 's>,
}

impl Reader<'_, '_, '_, '_> {
    fn required(&self, key: &'static str, figures: FigureRule) -> Vec<Inline> {
        let text = self.fields.required_text(key);
        self.page.fragment(&text.value, text.offset, figures)
    }

    fn optional(&self, key: &'static str, figures: FigureRule) -> Vec<Inline> {
        match self.fields.text(key) {
            Some(text) => self.page.fragment(&text.value, text.offset, figures),
            None => Vec::new(),
        }
    }

    // Steps, phases and modules are our own advice: "in steps of 10 %" is an instruction, not a
    // statement about the world, so the figure rule does not hold for them.

    fn step(&self) -> Step {
        let run = self.fields.text("run").map(|run| Code {
            language: self
                .fields
                .text("lang")
                .map_or_else(|| "sh".to_owned(), |lang| lang.value),
            title: None,
            text: run.value.trim_matches('\n').to_owned(),
        });
        if run.is_none() {
            let _ = self.fields.text("lang");
        }
        Step {
            action: self.required("do", FigureRule::Exempt),
            risk: self.required("risk", FigureRule::Exempt),
            undo: self.required("undo", FigureRule::Exempt),
            check: self.required("check", FigureRule::Exempt),
            run,
            note: self.optional("note", FigureRule::Exempt),
        }
    }

    fn phase(&self) -> Phase {
        if !self.fields.has("weeks") {
            self.fields.missing("weeks");
        }
        Phase {
            name: self.required("name", FigureRule::Exempt),
            weeks: self.fields.range("weeks").unwrap_or_default(),
            entry: self.required("entry", FigureRule::Exempt),
            exit: self.required("exit", FigureRule::Exempt),
            rollback: self.required("rollback", FigureRule::Exempt),
            work: self
                .fields
                .texts("work")
                .into_iter()
                .map(|text| {
                    self.page
                        .fragment(&text.value, text.offset, FigureRule::Exempt)
                })
                .collect(),
            point_of_no_return: self.optional("point_of_no_return", FigureRule::Exempt),
        }
    }

    fn module(&self) -> Module {
        if !self.fields.has("week") {
            self.fields.missing("week");
        }
        let mut pages = Vec::new();
        for text in self.fields.texts("pages") {
            match EntryId::parse(&text.value, Some(Kind::Pattern)) {
                Ok(id) => {
                    self.page.named.borrow_mut().push((id.clone(), text.offset));
                    pages.push(id);
                }
                Err(message) => self.page.error("bad-id", text.offset, message, None),
            }
        }
        Module {
            week: self.fields.bounded("week", 1, 104).unwrap_or(1),
            title: self.required("title", FigureRule::Exempt),
            pages,
            exercise: self.required("exercise", FigureRule::Exempt),
            exit_test: self.required("exit_test", FigureRule::Exempt),
            why: self.optional("why", FigureRule::Exempt),
        }
    }

    fn listing(&self, fence_offset: usize) -> Option<Listing> {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.prefix()).collect();
        if !self.fields.has("kind") {
            self.page.error(
                "missing-key",
                fence_offset,
                "the `list` has no `kind`",
                Some("add kind = \"pattern\"".to_owned()),
            );
        }
        let kind = self
            .fields
            .choice("kind", &kinds)
            .and_then(|kind| Kind::from_prefix(&kind));
        let mut filters = Vec::new();
        for key in [
            "category", "tier", "domain", "section", "law", "pillar", "answers", "scale",
        ] {
            if let Some(value) = self.fields.text(key) {
                let filter = (key, value.value.clone(), value.offset);
                self.page.filters.borrow_mut().push(filter);
                filters.push((key.to_owned(), value.value));
            }
        }
        let group_by = self.fields.choice(
            "group_by",
            &["tier", "category", "domain", "scale", "answers", "level"],
        );
        let style = match self
            .fields
            .choice("style", &["cards", "table", "links"])
            .as_deref()
        {
            Some("table") => ListingStyle::Table,
            Some("links") => ListingStyle::Links,
            _ => ListingStyle::Cards,
        };
        Some(Listing {
            kind: kind?,
            filters,
            group_by,
            style,
        })
    }

    fn reproduced(&self) -> Reproduced {
        let shown = self.fields.choice("show", &["published", "cross-checks"]);
        match shown.as_deref() {
            Some("cross-checks") => Reproduced::CrossChecks,
            _ => Reproduced::Published,
        }
    }

    fn experiment(&self) -> ExperimentBlock {
        let texts = |key| {
            self.fields
                .texts(key)
                .into_iter()
                .map(|text| text.value)
                .collect()
        };
        let slug = self.fields.required_text("id");
        let named = (slug.value.clone(), slug.offset);
        self.page.experiments.borrow_mut().push(named);
        ExperimentBlock {
            slug: slug.value,
            figures: texts("figures"),
            lines: texts("lines"),
            variant: self
                .fields
                .text("variant")
                .map(|text| text.value)
                .unwrap_or_default(),
            not_modelled: self.required("not_modelled", FigureRule::Exempt),
            controls: self.fields.tables("controls").iter().map(control).collect(),
        }
    }
}

fn control(fields: &Fields<'_, '_>) -> Control {
    let range = match (
        fields.number("min"),
        fields.number("max"),
        fields.number("step"),
    ) {
        (Some(least), Some(most), Some(step)) => Some((least, most, step)),
        _ => None,
    };
    let values: Vec<String> = fields
        .texts("values")
        .into_iter()
        .map(|text| text.value)
        .collect();
    if range.is_none() && values.is_empty() {
        fields.missing("values");
    }
    let read = Control {
        name: fields.required_text("name").value,
        label: fields.required_text("label").value,
        path: fields.required_text("path").value,
        values,
        range,
        unit: fields
            .text("unit")
            .map(|text| text.value)
            .unwrap_or_default(),
    };
    fields.finish();
    read
}
