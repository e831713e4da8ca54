//! What programs read: Markdown, sitemap, feed, robots, llms.txt.

use catalog::{Block, Catalog, Inline, inline_text};

use crate::support::*;

#[test]
fn the_feed_lists_what_changed_last_first() {
    let old = page("old", "/old/", "x").replace("updated = 2026-01-02", "updated = 2025-01-02");
    let site = site(&[("a.md", &old), ("b.md", &page("new", "/new/", "x"))]);
    let feed = get(&site, "/feed.xml");
    assert!(feed.starts_with("<?xml"));
    let at = |text: &str| {
        feed.find(text)
            .unwrap_or_else(|| panic!("{text} in {feed}"))
    };
    assert!(at("urn:dstudio:page:new") < at("urn:dstudio:page:old"));
    at("<updated>2026-01-02T00:00:00Z</updated>");
    let sitemap = get(&site, "/sitemap.xml");
    assert!(
        sitemap.contains("<lastmod>2025-01-02</lastmod>"),
        "{sitemap}"
    );
    assert!(get(&site, "/llms.txt").contains("](/new/index.md): About new."));
    assert!(get(&site, "/robots.txt").contains("Disallow: /search/"));
}

#[test]
fn xml_and_lists_stay_well_formed_whatever_the_names() {
    let name = r#"name = "A < B & \"C\" ]]> \u0001\u001B [x](y)\nz""#;
    let text = page("p", "/p/", "x").replace("name = \"Page p\"", name);
    let site = site(&[("p.md", &text)]);
    for path in ["/feed.xml", "/sitemap.xml"] {
        let xml = get(&site, path);
        assert!(!xml.chars().any(|c| c.is_control() && c != '\n'), "{xml:?}");
        assert!(!xml.contains("A < B"), "{xml}");
    }
    let llms = get(&site, "/llms.txt");
    let line = llms
        .lines()
        .find(|line| line.contains("index.md"))
        .expect("the page is listed");
    assert!(
        line.starts_with(r#"- [A \< B \& "C" \]\]\>"#) && line.ends_with("About p."),
        "{line}"
    );
}

/// A document as words and structure, without places, for comparing what was written with what is
/// read back.
fn outline(blocks: &[Block], out: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Heading { level, content, .. } => {
                out.push(format!("h{level} {}", words(content)))
            }
            Block::Paragraph(content) => out.push(format!("p {}", words(content))),
            Block::List { start, items } => {
                out.push(format!("list {}", start.is_some()));
                for item in items {
                    out.push("item".to_owned());
                    outline(item, out);
                }
                out.push("end".to_owned());
            }
            Block::Code(code) => out.push(format!("code {} {}", code.language, code.text)),
            Block::Table(table) => {
                for row in std::iter::once(&table.head).chain(&table.rows) {
                    let cells: Vec<String> = row.iter().map(|cell| words(cell)).collect();
                    out.push(format!("row {}", cells.join(" ¦ ")));
                }
            }
            Block::Quote(inner) => {
                out.push("quote".to_owned());
                outline(inner, out);
                out.push("end".to_owned());
            }
            Block::Admonition { kind, blocks } => {
                out.push(format!("note {}", kind.name()));
                outline(blocks, out);
                out.push("end".to_owned());
            }
            Block::Math(latex) => out.push(format!("math {}", latex.trim())),
            Block::Rule => out.push("rule".to_owned()),
            other => out.push(format!("{other:?}")),
        }
    }
}

/// The words, with the marks that stand for emphasis and code.
fn words(content: &[Inline]) -> String {
    let mut out = String::new();
    for inline in content {
        match inline {
            Inline::Emphasis(inner) => out.push_str(&format!("<em>{}</em>", words(inner))),
            Inline::Strong(inner) => out.push_str(&format!("<b>{}</b>", words(inner))),
            Inline::Struck(inner) => out.push_str(&format!("<s>{}</s>", words(inner))),
            Inline::Code(code) => out.push_str(&format!("<code>{code}</code>")),
            Inline::Link { content, .. } => out.push_str(&format!("<a>{}</a>", words(content))),
            other => out.push_str(&inline_text(std::slice::from_ref(other))),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read_back(markdown: &str) -> Vec<String> {
    let text = page("p", "/p/", markdown);
    let layers = [layer("studio", &[("p.md", &text)])];
    let catalog = Catalog::load(&layers, &site::generated());
    let entry = catalog.pages().next().expect("the page is read");
    let mut out = Vec::new();
    outline(&entry.document.introduction, &mut out);
    for section in &entry.document.sections {
        out.push(format!("h2 {}", words(&section.title)));
        outline(&section.blocks, &mut out);
    }
    out
}

/// The Markdown form of a body, without its title, summary and sources.
fn form(body: &str) -> String {
    let site = site(&[("p.md", &page("p", "/p/", body))]);
    let text = get(&site, "/p/index.md");
    let start = text.find("About p.").expect("the summary") + "About p.".len();
    text[start..].trim().to_owned() + "\n"
}

#[test]
fn the_markdown_form_says_the_same_as_the_page() {
    let body = "\\# no heading\n\n1\\. no list\n\n\\- no list\n\n\\> no quote\n\n\\`no code\\` \\*no\\* \\_no\\_ \
                \\~~no\\~~ \\$no\\$ \\[no\\](no) \\<b> &amp;lt; \\| \\\\\n\n*a **b** ~~c~~ `` ` `` ``a ``` b`` `|`*\n\n\
                1. one\n2. two\n   - in\n\n     para\n\n     ```sh\n     a\n\n     b\n     ```\n3. three\n\n\
                > quote\n>\n> more\n\n> [!TIP]\n> tip\n\n| a\\|b | `c` |\n| - | - |\n| *1* | 2 |\n\n---\n\n\
                $$\n\\frac{1}{2}\n$$\n\n````md\n```\nx\n```\n````\n\n- a\n\n<!-- x -->\n\n- b\n\n### Sub\n\nx\n\n## Sec\n\n\
                [x](https://example.org/a_(b)) line\\\nbreak <i>html</i>\n";
    assert_eq!(read_back(body), read_back(&form(body)), "{}", form(body));
}

#[test]
fn the_markdown_form_holds_computed_values_and_links_that_lead_somewhere() {
    let body =
        "{assume: n = 3 ms} {= 2*n*4 | ms} [](page:p) [x](page:p#y) [z](page:none) [](term:quorum)";
    let text = form(body);
    assert!(text.contains("24\u{a0}ms (= `2*n*4`)"), "{text}");
    assert!(text.contains("3\u{a0}ms"), "{text}");
    assert!(
        text.contains("[Page p](/p/)") && text.contains("[x](/p/#y)"),
        "{text}"
    );
    assert!(!text.contains("{=") && !text.contains("{assume"), "{text}");
}

#[test]
fn every_page_of_the_studio_survives_its_markdown_form() {
    let mut content = catalog::Layer {
        name: "studio".into(),
        ..catalog::Layer::default()
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    collect(&folder, "", &mut content);
    let catalog = Catalog::load(&[content], &site::generated());
    let site = site::Site::new(catalog, site::Fragments::default(), site::Mode::Live);
    let paths: Vec<String> = site
        .catalog
        .pages()
        .map(|entry| entry.path.clone())
        .collect();
    assert!(paths.len() > 50, "{} pages", paths.len());
    for path in paths {
        let text = get(&site, &format!("{path}index.md"));
        let once = read_back(&text);
        let again = form(&text.replacen("# ", "### ", 1));
        let again = read_back(&again);
        assert_eq!(strip(&once), strip(&again), "{path}");
    }
}

/// Without what belongs to the page as a file and not to its body.
fn strip(lines: &[String]) -> Vec<String> {
    let kept = lines.iter().map(|line| line.replacen("h3 ", "p ", 1));
    kept.filter(|line| !line.is_empty()).collect()
}

fn collect(folder: &std::path::Path, prefix: &str, layer: &mut catalog::Layer) {
    for entry in std::fs::read_dir(folder).expect("content").flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), layer);
        } else {
            layer
                .files
                .insert(path, std::fs::read(entry.path()).expect("readable"));
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::default()
    })]

    /// Any text, written so that Markdown reads it as text, is read back as it was.
    #[test]
    fn any_text_survives_the_markdown_form(text in "[ a-c0-9#*_`~|<>&;\\[\\](){}!$\\\\+.:=-]{1,40}") {
        let text = text.trim();
        proptest::prop_assume!(!text.is_empty());
        let literal: String = text
            .chars()
            .flat_map(|c| c.is_ascii_punctuation().then_some('\\').into_iter().chain([c]))
            .collect();
        for body in [format!("{literal}\n"), format!("- {literal}\n"), format!("a\n\n| h |\n| - |\n| {literal} |\n")] {
            let form = form(&body);
            proptest::prop_assert_eq!(read_back(&body), read_back(&form), "{}", form);
        }
    }

    /// Code of any characters is read back as it was.
    #[test]
    fn any_code_survives_the_markdown_form(code in "[ a-b`|\\\\$*]{1,12}") {
        let body = format!("x ```` {code} ```` y\n\n~~~~~~\n{code}\n~~~~~~\n");
        let form = form(&body);
        proptest::prop_assert_eq!(read_back(&body), read_back(&form), "{}", form);
    }
}
