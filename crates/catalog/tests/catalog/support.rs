//! Small content folders and what a load says of them.

use catalog::{Catalog, EntryId, Generated, Inline, Layer};
use expect_test::Expect;

/// Closed lists, so that a pattern can be right.
pub(crate) const VOCABULARY: &str = r#"
category = [{ id = "resilience", name = "Resilience" }, { id = "scaling", name = "Scaling" }]
tier = [{ id = "gold", name = "Gold" }, { id = "silver", name = "Silver" }]
scale = [{ id = "<10K", name = "Small" }, { id = "10M+", name = "Huge" }]
problem = [{ id = "availability", name = "Availability" }]
domain = [{ id = "databases", name = "Databases" }]
"#;

/// A layer of files.
pub(crate) fn layer(name: &str, files: &[(&str, &str)]) -> Layer {
    Layer {
        name: name.to_owned(),
        files: files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect(),
    }
}

/// A catalogue of one layer with [`VOCABULARY`].
pub(crate) fn load(files: &[(&str, &str)]) -> Catalog {
    let mut own = layer("studio", files);
    own.files
        .entry("vocabulary.toml".to_owned())
        .or_insert_with(|| VOCABULARY.as_bytes().to_vec());
    Catalog::load(&[own], &generated())
}

/// What the site adds.
pub(crate) fn generated() -> Generated {
    Generated {
        paths: ["/search/".to_owned()].into_iter().collect(),
    }
}

/// The findings, one below the other.
pub(crate) fn findings(catalog: &Catalog) -> String {
    let lines: Vec<String> = catalog
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    lines.join("\n")
}

/// Loads `files` and compares the findings.
pub(crate) fn check(files: &[(&str, &str)], expected: Expect) {
    expected.assert_eq(&findings(&load(files)));
}

/// A free page: no contract, so that nothing but its body can be wrong.
pub(crate) fn page(body: &str) -> String {
    page_with("", body)
}

/// A free page with more front matter.
pub(crate) fn page_with(front: &str, body: &str) -> String {
    format!(
        "+++\nid = \"page:p\"\nname = \"P\"\nsummary = \"A page.\"\npath = \"/p/\"\n\
         section = \"start\"\npublished = 2026-01-01\nupdated = 2026-01-01\n{front}+++\n{body}"
    )
}

/// A source with that key.
pub(crate) fn source(key: &str) -> String {
    format!(
        "[[sources]]\nkey = \"{key}\"\ntitle = \"T\"\norg = \"O\"\nurl = \"https://example.org\"\n\
         kind = \"paper\"\n"
    )
}

/// A page of a law, complete.
pub(crate) fn law(slug: &str, front: &str) -> String {
    format!(
        "+++\nid = \"law:{slug}\"\nname = \"{slug}\"\nsummary = \"S.\"\nstatement = \"T.\"\n\
         published = 2026-01-01\nupdated = 2026-01-01\n{front}+++\n\
         ## A {{#what-it-says}}\nx\n## B {{#where-it-bites}}\nx\n## C {{#what-to-do}}\nx\n"
    )
}

/// A page of a pattern, complete.
pub(crate) fn pattern(slug: &str, front: &str) -> String {
    let mut text = format!(
        "+++\nid = \"pattern:{slug}\"\nname = \"{slug}\"\nsummary = \"S.\"\n\
         published = 2026-01-01\nupdated = 2026-01-01\ncategory = \"resilience\"\n\
         tier = \"gold\"\ntier_why = \"W.\"\nproblem = \"P.\"\nsolution = \"L.\"\n\
         use_when = [\"U.\"]\navoid_when = [\"V.\"]\ngains = [\"G.\"]\ncosts = [\"C.\"]\n\
         scale_bands = [\"10M+\"]\n{front}+++\n"
    );
    for section in catalog::Kind::Pattern.contract() {
        text.push_str(&format!("## H {{#{}}}\nx\n", section.id));
    }
    text
}

/// The id, which must be well formed.
pub(crate) fn id(text: &str) -> EntryId {
    EntryId::parse(text, None).expect("a well-formed id")
}

/// Figures of the page `/p/` as a reader sees them.
pub(crate) fn shown(catalog: &Catalog) -> String {
    let entry = catalog.entry(&id("page:p")).expect("the page was read");
    let mut lines = Vec::new();
    for inline in entry.document.inlines() {
        lines.push(match inline {
            Inline::Computed(computed) => format!("{} = {}", computed.formula, computed.shown),
            Inline::Assumed { name, shown } => format!("{name} := {shown}"),
            Inline::Quoted { path, .. } => format!("quoted {path}"),
            Inline::Citation(key) => format!("cited {key}"),
            _ => continue,
        });
    }
    lines.join("\n")
}
