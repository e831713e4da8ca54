//! Content that carries markup appears as text.

use proptest::prelude::*;
use site::{Request, Site};

use crate::support::*;

const HOSTILE: &str =
    "</title></style></textarea>\\\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

/// Only our own elements, attributes and schemes.
fn assert_harmless(site: &Site, path: &str, html: &str) {
    for tag in tags(html) {
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on"), "{path}: {tag:?}");
            assert_ne!(name, "style", "{path}: {tag:?}");
            if matches!(name.as_str(), "href" | "src" | "action") {
                let value = value.trim_start().to_lowercase();
                let scheme = value.split_once(':').map(|(scheme, _)| scheme);
                let local = !value.contains(':') || value.starts_with(['/', '#']);
                let known =
                    scheme.is_some_and(|scheme| ["http", "https", "mailto"].contains(&scheme));
                assert!(local || known, "{path}: {tag:?}");
            }
        }
        if tag.name == "script" {
            let source = tag.get("src").unwrap_or("");
            // An asset that a build leaves out has no address.
            let own = source.is_empty() || site.assets.at(source).is_some();
            let data = tag.get("type") == Some("application/json");
            assert!(own || data, "{path}: {tag:?}");
        }
        let foreign = ["img", "iframe", "object", "embed", "base", "b", "textarea"];
        // A field of a tool's form is our own.
        let is_field = tag.get("id").is_some_and(|id| id.starts_with("f-"));
        let own = tag.name == "textarea" && is_field && path.starts_with("/tools/");
        assert!(
            own || !foreign.contains(&tag.name.as_str()),
            "{path}: {tag:?}"
        );
    }
}

fn assert_all_harmless(site: &Site) {
    for address in site.addresses() {
        let (_, html) = answer(site, &Request::get(&address));
        if html.starts_with("<!DOCTYPE html>") {
            assert_harmless(site, &address, &html);
        }
    }
}

#[test]
fn markup_in_every_field_is_text() {
    let h = HOSTILE;
    let bare = h.replace("\\\"", "\"");
    let page = format!(
        "+++\nid = \"pattern:x\"\nname = \"{h}\"\nsummary = \"{h}\"\naliases = [\"{h}\"]\nkeywords = [\"{h}\"]\n\
         published = 2026-01-01\nupdated = 2026-01-01\nlang = \"{h}\"\ncategory = \"{h}\"\ntier = \"{h}\"\ntier_why = \"{h}\"\n\
         problem = \"{h}\"\nsolution = \"{h}\"\nuse_when = [\"{h}\"]\navoid_when = [\"{h}\"]\ngains = [\"{h}\"]\ncosts = [\"{h}\"]\n\
         scale_bands = [\"{h}\"]\nanswers = [\"{h}\"]\npath = \"/x/\"\n\
         signals = [{{ metric = \"{h}\", direction = \"{h}\", threshold = \"{h}\" }}]\n\
         [relations]\nlaws = [{{ to = \"delay\", why = \"{h}\" }}]\n\
         [[sources]]\nkey = \"{h}\"\ntitle = \"{h}\"\norg = \"{h}\"\nurl = \"javascript:alert(1)\"\nkind = \"{h}\"\n\
         [[sources]]\nkey = \"a\"\ntitle = \"T\"\norg = \"O\"\nurl = \"https://x/{h}\"\nkind = \"paper\"\n+++\n\
         {bare}\n\n<script>alert(2)</script>\n\n[a](javascript:alert(1)) [b](JaVaScRiPt:alert) [c](data:text/html,x) <javascript:alert(3)>\n\
         [d](https://x/\"onclick=alert) [e](/\"onclick=x) [f](#\"onclick=x) ![g](javascript:x) `{bare}` $\\operatorname{{<script>x</script>}}$ $<b>$\n\n\
         ## {bare} {{#a\"onclick=x}}\n\n```html title=\"<script>t</script>\" tab=\"<script>u</script>\"\n{bare}\n```\n\n\
         ```\"><script>v</script>\n{bare}\n```\n\n\
         ```mermaid title=\"<script>w</script>\" alt=\"<script>x</script>\"\nflowchart LR\nA[\"<script>y</script>\"] --> B\n```\n\n\
         ```mermaid title=\"<script>w</script>\" alt=\"<script>x</script>\"\nnonsense\n```\n\n\
         | {bare} |\n| - |\n| <img src=x onerror=y> |\n\n{{= 1 | <script>z</script>}} {{assume: n = 2 <b>}} {{exp:<b>.x}} [^a]\n\n\
         ```step\ndo = '''{bare}'''\nrun = '''{bare}'''\nlang = '''{bare}'''\nrisk = \"{h}\"\nundo = \"{h}\"\ncheck = \"{h}\"\nnote = \"{h}\"\n```\n\n\
         ```module\nweek = 1\ntitle = \"{h}\"\npages = [\"law:delay\"]\nexercise = \"{h}\"\nexit_test = \"{h}\"\nwhy = \"{h}\"\n```\n\n\
         ```phase\nname = \"{h}\"\nweeks = [1, 2]\nentry = \"{h}\"\nexit = \"{h}\"\nrollback = \"{h}\"\nwork = [\"{h}\"]\n```\n\n\
         > [!NOTE]\n> {bare}\n"
    );
    let law = law("delay").replace("name = \"Law of delay\"", &format!("name = \"{h}\""));
    let glossary = format!(
        "[[term]]\nslug = \"q\"\nterm = \"{h}\"\ndefinition = \"{h}\"\naliases = [\"{h}\"]\n"
    );
    let home = format!(
        "title = \"{h}\"\nlead = \"{h}\"\n[[door]]\nid = \"{h}\"\ntitle = \"{h}\"\nlead = \"{h}\"\ncolumns = [\"{h}\"]\n\
         short_title = \"{h}\"\nshort = [\"{h}\"]\nmore = [\"{h}\"]\n[[door.row]]\ncells = [\"{h}\"]\n\
         [[group]]\nid = \"{h}\"\ntitle = \"{h}\"\n[[group.part]]\ntitle = \"{h}\"\nlead = \"{h}\"\nitems = [\"{h}\"]\n"
    );
    let settings = format!(
        "name = \"{h}\"\ndescription = \"{h}\"\nbase_url = \"https://x/{h}\"\nrepository = \"javascript:x\"\nedit_url = \"https://x/{h}\"\n"
    );
    let vocabulary = format!(
        "[[tier]]\nid = \"gold\"\nname = \"{h}\"\nmeaning = \"{h}\"\n[[category]]\nid = \"{h}\"\nname = \"{h}\"\npath = \"{h}\"\n[[scale]]\nid = \"{h}\"\nname = \"{h}\"\n"
    );
    let mut interface = String::new();
    for line in include_str!("../../../../content/interface.toml").lines() {
        match line.split_once(" = ") {
            Some((key, _)) => interface.push_str(&format!("{key} = \"{h}\"\n")),
            None => interface.push_str(&format!("{line}\n")),
        }
    }
    let listing = crate::support::page(
        "p",
        "/p/",
        "```list\nkind = \"pattern\"\n```\n```list\nkind = \"law\"\nstyle = \"table\"\n```\n",
    );
    let site = layered(&[
        ("studio", &[("d.md", &law), ("p.md", &listing)]),
        (
            "<script>layer</script>",
            &[
                ("x.md", &page),
                ("glossary.toml", &glossary),
                ("home.toml", &home),
                ("site.toml", &settings),
                ("vocabulary.toml", &vocabulary),
                ("interface.toml", &interface),
            ],
        ),
    ]);
    assert_eq!(site.catalog.pages().count(), 3, "{}", findings(&site));
    assert_all_harmless(&site);
    let html = get(&site, "/x/");
    assert!(text(&html).contains("<script>alert(2)</script>"), "{html}");
    for path in ["/feed.xml", "/sitemap.xml"] {
        assert!(!get(&site, path).contains("<script"), "{path}");
    }
}

#[test]
fn questions_that_carry_markup_are_text() {
    let site = site(&[("p.md", &page("p", "/p/", "x"))]);
    for query in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=y>",
        "'-alert(1)-'",
        "page <b>",
    ] {
        for path in ["/search/", "/p/"] {
            let request = Request {
                path: path.into(),
                query: vec![("q".into(), query.into()), ("tier".into(), query.into())],
            };
            let (_, html) = answer(&site, &request);
            assert_harmless(&site, path, &html);
        }
        let (status, html) = answer(&site, &Request::get(format!("/{query}/x")));
        assert_eq!(status, 404);
        assert_harmless(&site, query, &html);
    }
}

const PIECES: [&str; 26] = [
    "<script>",
    "</script>",
    "<img src=x onerror=y>",
    "\"",
    "'",
    "<",
    ">",
    "&",
    "&lt;",
    "`",
    "```",
    "$",
    "$$",
    "*",
    "_",
    "[",
    "](",
    ")",
    "javascript:",
    "\n",
    "\n\n",
    "| a |\n| - |\n",
    "## ",
    "{= 1 | <b>}",
    "> ",
    "<!--",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_of_markup_is_harmless(parts in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        let site = site(&[("p.md", &page("p", "/p/", &parts.concat()))]);
        assert_all_harmless(&site);
    }
}
