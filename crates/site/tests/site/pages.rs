//! What a page is made of.

use site::{Mode, Request};

use crate::support::*;

#[test]
fn citations_are_numbered_and_linked_to_their_sources() {
    let text = pattern(
        "x",
        &format!("{}{}", source("b"), source("a")),
        "One [^a], two [^b], again [^a].",
    );
    let site = site(&[("x.md", &text)]);
    assert_eq!(findings(&site), "");
    let html = get(&site, "/pattern-library/resilience/x/");
    let tags = tags(&html);
    let cited: Vec<&str> = tags
        .iter()
        .filter_map(|tag| tag.get("href"))
        .filter(|href| href.starts_with("#source-"))
        .collect();
    assert_eq!(cited, ["#source-a", "#source-b", "#source-a"]);
    for key in ["a", "b"] {
        let id = format!("source-{key}");
        assert!(tags.iter().any(|tag| tag.get("id") == Some(&id)), "{id}");
        let url = format!("https://example.org/{key}");
        assert!(
            tags.iter().any(|tag| tag.get("href") == Some(&url)),
            "{url}"
        );
    }
    assert!(
        text_of_link(&html, "#source-b").contains('1'),
        "numbered in the order of the list"
    );
    assert!(text_of_link(&html, "#source-a").contains('2'));
}

fn text_of_link(html: &str, href: &str) -> String {
    let at = html
        .find(&format!("href=\"{href}\""))
        .expect("the link is there");
    let rest = &html[at..];
    let start = rest.find('>').expect("a tag ends") + 1;
    text(&rest[start..start + rest[start..].find("</a>").expect("a link ends")])
}

#[test]
fn computed_figures_lead_to_their_formulas() {
    let body = "{assume: rate = 200 /s} makes {= rate * 2 | /s} and {= 1/3}.";
    let site = site(&[("p.md", &page("p", "/p/", body))]);
    let html = get(&site, "/p/");
    for number in 1..=2 {
        assert!(
            html.contains(&format!("href=\"#computed-{number}\"")),
            "{html}"
        );
        assert!(
            html.contains(&format!("id=\"computed-{number}\"")),
            "{html}"
        );
    }
    let words = text(main(&html));
    for wanted in ["rate * 2", "400/s", "200/s", "0.333"] {
        assert!(words.contains(wanted), "{wanted} in {words}");
    }
    let plain = get(
        &crate::support::site(&[("q.md", &page("q", "/q/", "x"))]),
        "/q/",
    );
    assert!(!plain.contains("id=\"computed\""));
}

#[test]
fn planned_entries_are_named_without_a_link() {
    let planned = "[[entry]]\nid = \"law:later\"\nname = \"Law to come\"\n";
    let body = "See [](law:later) and [it](law:later#part).\n\n```list\nkind = \"law\"\n```\n";
    let site = site(&[
        ("planned/l.toml", planned),
        ("p.md", &page("p", "/p/", body)),
    ]);
    assert_eq!(findings(&site), "");
    let html = get(&site, "/p/");
    assert!(text(&html).contains("Law to come"));
    assert!(
        !html.contains("href=\"/core-principles/laws/later/"),
        "{html}"
    );
    let (status, _) = answer(&site, &Request::get("/core-principles/laws/later/"));
    assert_eq!(status, 404);
    for path in ["/sitemap.xml", "/feed.xml", "/llms.txt"] {
        assert!(!get(&site, path).contains("later"), "{path}");
    }
}

#[test]
fn a_term_is_explained_once_and_linked_afterwards() {
    let body = "A [quorum](term:quorum) and a [](term:quorum) more.";
    let site = site(&[
        ("glossary.toml", GLOSSARY),
        ("p.md", &page("p", "/p/", body)),
    ]);
    let html = get(&site, "/p/");
    let tags = tags(&html);
    let openers = tags.iter().filter(|tag| tag.get("popovertarget").is_some());
    let targets: Vec<&str> = openers.filter_map(|tag| tag.get("popovertarget")).collect();
    assert_eq!(targets, ["term-quorum"]);
    let cards = tags
        .iter()
        .filter(|tag| tag.get("id") == Some("term-quorum"));
    assert_eq!(cards.count(), 1);
    let links = tags
        .iter()
        .filter(|tag| tag.get("href") == Some("/reference/glossary/#quorum"));
    assert_eq!(links.count(), 2, "in the card, and at the second use");
    assert!(text(&html).contains("Enough votes."));
    assert!(get(&site, "/reference/glossary/").contains("id=\"quorum\""));
}

#[test]
fn neighbouring_fences_become_tabs_of_one_group() {
    let body = "```yaml tab=\"A 1\"\na: 1\n```\n```toml tab=\"B 2\"\nb = 2\n```\n\nText.\n\n\
                ```sh tab=\"C\"\nc\n```\n";
    let html = get(&site(&[("p.md", &page("p", "/p/", body))]), "/p/");
    let tags = tags(&html);
    let radios: Vec<(&str, &str)> = tags
        .iter()
        .filter(|tag| tag.get("type") == Some("radio"))
        .filter_map(|tag| Some((tag.get("name")?, tag.get("id")?)))
        .collect();
    assert_eq!(radios.len(), 3);
    assert_eq!(radios[0].0, radios[1].0);
    assert_ne!(radios[0].0, radios[2].0);
    for (_, id) in radios {
        assert!(
            tags.iter()
                .any(|tag| tag.name == "label" && tag.get("for") == Some(id))
        );
    }
}

#[test]
fn a_page_says_where_it_stands_and_what_is_beside_it() {
    let site = site(&[
        ("a.md", &page("a", "/top/", "x")),
        (
            "b.md",
            &page("b", "/top/b/", "## One {#one}\nx\n## Two {#two}\nx\n"),
        ),
        ("x.md", &pattern("x", "", "")),
        ("y.md", &pattern("y", "", "")),
        (
            "z.md",
            &pattern("z", "", "").replace("\"resilience\"", "\"scaling\""),
        ),
    ]);
    let html = get(&site, "/top/b/");
    let tags = tags(&html);
    let hrefs: Vec<&str> = tags
        .iter()
        .filter(|tag| tag.name == "a")
        .filter_map(|tag| tag.get("href"))
        .collect();
    for wanted in ["/", "/top/", "#one", "#two"] {
        assert!(hrefs.contains(&wanted), "{wanted} in {hrefs:?}");
    }
    let relative = |path: &str, rel: &str| {
        let tags = crate::support::tags(&get(&site, path));
        let found = tags.iter().find(|tag| tag.get("rel") == Some(rel));
        found.and_then(|tag| tag.get("href")).map(str::to_owned)
    };
    let x = "/pattern-library/resilience/x/";
    let y = "/pattern-library/resilience/y/";
    assert_eq!(relative(x, "next").as_deref(), Some(y));
    assert_eq!(relative(y, "prev").as_deref(), Some(x));
    assert_eq!(
        relative(y, "next"),
        None,
        "another category is no neighbour"
    );
}

#[test]
fn relations_are_shown_at_both_ends_with_their_reason() {
    let front = "[relations]\nlaws = [{ to = \"delay\", why = \"Waiting costs.\" }]\n";
    let site = site(&[
        ("x.md", &pattern("x", front, "")),
        ("d.md", &law("delay")),
        ("p.md", &page("p", "/p/", "[](law:delay)")),
    ]);
    assert_eq!(findings(&site), "");
    let html = get(&site, "/core-principles/laws/delay/");
    assert!(html.contains("href=\"/pattern-library/resilience/x/\""));
    assert!(text(&html).contains("Waiting costs."));
    assert!(html.contains("href=\"/p/\""), "a backlink");
    let html = get(&site, "/pattern-library/resilience/x/");
    assert!(html.contains("href=\"/core-principles/laws/delay/\""));
}

#[test]
fn lists_filter_by_the_query() {
    let list = page(
        "p",
        "/p/",
        "```list\nkind = \"pattern\"\nstyle = \"table\"\n```\n",
    );
    let patterns: Vec<(String, String)> = (0..9)
        .map(|n| {
            let text = pattern(&format!("x{n}"), "", "");
            let tier = if n < 3 { "\"gold\"" } else { "\"silver\"" };
            (format!("{n}.md"), text.replace("\"gold\"", tier))
        })
        .collect();
    let mut files: Vec<(&str, &str)> = vec![("p.md", &list)];
    files.extend(
        patterns
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let site = site(&files);
    let shown = |query: &[(&str, &str)]| {
        let request = Request {
            path: "/p/".into(),
            query: query
                .iter()
                .map(|(k, v)| ((*k).into(), (*v).into()))
                .collect(),
        };
        let (status, html) = answer(&site, &request);
        assert_eq!(status, 200);
        main(&html).matches("href=\"/pattern-library/").count()
    };
    assert_eq!(shown(&[]), 9);
    assert_eq!(shown(&[("tier", "gold")]), 3);
    assert_eq!(shown(&[("tier", "gold"), ("scale", "10M+")]), 3);
    assert_eq!(shown(&[("tier", "gold"), ("scale", "<10K")]), 0);
    assert_eq!(shown(&[("tier", ""), ("unknown", "x")]), 9);
    assert_eq!(shown(&[("tier", "\"><script>")]), 0);
}

#[test]
fn an_overlay_shows_its_layer_and_takes_entries_away() {
    let own = [
        ("d.md", law("delay")),
        ("o.md", law("order")),
        ("p.md", page("p", "/p/", "[](law:order)")),
    ];
    let own: Vec<(&str, &str)> = own
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let patch = "+++\nextends = \"law:delay\"\nsummary = \"Ours.\"\n+++\n";
    let hide = "+++\nid = \"law:order\"\nhidden = true\n+++\n";
    let site = layered(&[
        ("studio", &own),
        ("acme-pages", &[("a.md", patch), ("b.md", hide)]),
    ]);
    assert_eq!(findings(&site), "");
    let html = get(&site, "/core-principles/laws/delay/");
    assert!(text(&html).contains("acme-pages") && text(&html).contains("Ours."));
    let (status, _) = answer(&site, &Request::get("/core-principles/laws/order/"));
    assert_eq!(status, 404);
    assert!(!get(&site, "/p/").contains("href=\"/core-principles/laws/order/"));
    assert!(!get(&site, "/sitemap.xml").contains("/order/"));
}

#[test]
fn every_kind_of_block_and_entry_is_written() {
    let body = "# \n\n### Sub\n\n1. one\n2. two\n   - *a* **b** ~~c~~ `d` $e$\n\n> quote\n\n> [!WARNING]\n> w\n\n\
                | a | b |\n| :-: | -: |\n| 1 | 2 |\n\n---\n\n$$\nx^2\n$$\n\n```mermaid title=\"T\" alt=\"A\"\n\
                flowchart LR\nA --> B\n```\n\n```step\ndo = \"Do it\"\nrun = \"ls\"\nrisk = \"r\"\nundo = \"u\"\ncheck = \"c\"\n\
                note = \"n\"\n```\n\n```phase\nname = \"Ph\"\nweeks = [1, 2]\nentry = \"e\"\nexit = \"x\"\nrollback = \"b\"\n\
                work = [\"w\"]\npoint_of_no_return = \"p\"\n```\n\n```module\nweek = 3\ntitle = \"Mo\"\npages = [\"law:delay\"]\n\
                exercise = \"ex\"\nexit_test = \"et\"\nwhy = \"because\"\n```\n";
    let mut files = vec![
        ("p.md".to_owned(), page("p", "/p/", body)),
        ("d.md".to_owned(), law("delay")),
    ];
    for kind in [
        "playbook",
        "anti-pattern",
        "pillar",
        "case-study",
        "incident",
        "migration",
        "path",
    ] {
        let front = format!(
            "+++\nid = \"{kind}:k\"\nname = \"A {kind}\"\nsummary = \"S.\"\nupdated = 2026-01-01\n+++\nx\n"
        );
        files.push((format!("{kind}.md"), front));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let site = site(&files);
    let html = get(&site, "/p/");
    let words = text(main(&html));
    for wanted in [
        "Do it",
        "Ph",
        "1–2",
        "Mo",
        "because",
        "quote",
        "two",
        "Law of delay",
        "3",
    ] {
        assert!(words.contains(wanted), "{wanted} in {words}");
    }
    for wanted in ["<math", "<svg", "<ol", "<blockquote", "<del", "<em>", "<hr"] {
        let wanted = if wanted == "<del" { "<s>" } else { wanted };
        assert!(html.contains(wanted), "{wanted}");
    }
    for address in site.addresses() {
        if address != "/404.html" {
            get(&site, &address);
        }
    }
}

#[test]
fn an_export_offers_no_answer_that_nothing_gives() {
    let mut site = site(&[("p.md", &page("p", "/p/", "x"))]);
    site.mode = Mode::Export;
    let request = Request {
        path: "/search/".into(),
        query: vec![("q".into(), "page".into())],
    };
    let (_, html) = answer(&site, &request);
    assert!(!main(&html).contains("href=\"/p/\""));
}
