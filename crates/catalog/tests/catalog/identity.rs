//! Ids, addresses, redirects.

use expect_test::expect;

use crate::support::{check, findings, id, law, load, page, page_with, pattern};

#[test]
fn addresses_follow_from_kind_slug_and_group() {
    let catalog = load(&[
        ("a.md", &pattern("retry", "")),
        ("b.md", &law("retry", "redirects = [\"/old/\"]\n")),
        ("c.md", &page("x")),
    ]);
    assert_eq!(findings(&catalog), "");
    let path = |text: &str| catalog.entry(&id(text)).map(|entry| entry.path.as_str());
    assert_eq!(
        path("pattern:retry"),
        Some("/pattern-library/resilience/retry/")
    );
    assert_eq!(path("law:retry"), Some("/core-principles/laws/retry/"));
    assert_eq!(path("page:p"), Some("/p/"));
    let found = catalog.at_path("/p/").map(|entry| entry.id.to_string());
    assert_eq!(found.as_deref(), Some("page:p"));
    assert_eq!(
        catalog.redirect("/old/"),
        Some("/core-principles/laws/retry/")
    );
}

#[test]
fn an_id_is_a_kind_and_a_slug() {
    check(
        &[
            ("a.md", "+++\nid = \"retry\"\n+++\n"),
            ("b.md", "+++\nid = \"patern:retry\"\n+++\n"),
            ("c.md", "+++\nid = \"law:Re try\"\n+++\n"),
            ("d.md", "+++\nid = \"term:quorum\"\n+++\n"),
            ("e.md", "+++\nname = \"x\"\n+++\n"),
            ("f.md", "no front matter"),
        ],
        expect![[r#"
            a.md:2:6: error[bad-id]: id "retry" has no kind
                hint: ids are written kind:slug, for instance pattern:circuit-breaker
            b.md:2:6: error[bad-id]: unknown kind "patern" in id "patern:retry"
                hint: ids are written kind:slug, for instance pattern:circuit-breaker
            c.md:2:6: error[bad-id]: "Re try" is not a slug (lower-case letters, digits, single hyphens)
                hint: ids are written kind:slug, for instance pattern:circuit-breaker
            d.md:2:6: error[bad-id]: terms stand in glossary.toml
                hint: add a [[term]] table there
            e.md:2:1: error[missing-key]: the front matter has no `id`
                hint: add `id = …`
            f.md:1:1: error[front-matter]: the file does not begin with front matter
                hint: put TOML between two lines +++ at the top"#]],
    );
}

#[test]
fn an_id_is_defined_once() {
    check(
        &[("a.md", &law("delay", "")), ("b.md", &law("delay", ""))],
        expect![[r#"
            b.md:2:1: error[duplicate-id]: law:delay is also defined in a.md
                hint: ids are unique within a layer"#]],
    );
}

#[test]
fn addresses_are_plain_and_belong_to_one_page() {
    check(
        &[
            ("a.md", &law("a", "path = \"no-slash\"\n")),
            ("b.md", &law("b", "path = \"/a/../b/\"\n")),
            ("c.md", &law("c", "path = \"/x/\"\nredirects = [\"/y/\"]\n")),
            ("d.md", &law("d", "path = \"/x/\"\nredirects = [\"/y/\"]\n")),
            (
                "e.md",
                &law("e", "path = \"/search/\"\nredirects = [\"/x/\", \"/\"]\n"),
            ),
        ],
        expect![[r#"
            a.md:8:8: error[bad-path]: `path` is "no-slash"
                hint: an address such as /pattern-library/scaling/sharding/
            b.md:8:8: error[bad-path]: `path` is "/a/../b/"
                hint: an address such as /pattern-library/scaling/sharding/
            d.md:2:1: error[duplicate-path]: law:d and law:c have the same address /x/
                hint: give one of them its own `path`
            d.md:2:1: error[duplicate-path]: the redirect /y/ already leads to /x/
                hint: a former address leads to one page
            e.md:2:1: error[duplicate-path]: law:e has the address /search/ of the site
                hint: give it another `path`
            e.md:2:1: error[duplicate-path]: the redirect / is the address of a page
                hint: a former address leads to one page
            e.md:2:1: error[duplicate-path]: the redirect /x/ is the address of a page
                hint: a former address leads to one page"#]],
    );
}

#[test]
fn a_page_without_an_address_still_has_a_place_of_its_own() {
    let text = page("x").replace("path = \"/p/\"\n", "");
    let catalog = load(&[("p.md", &text)]);
    expect![[r#"
        p.md:2:1: error[missing-key]: page:p has no `path`
            hint: add `path = …`"#]]
    .assert_eq(&findings(&catalog));
    assert_eq!(
        catalog.entry(&id("page:p")).map(|p| p.path.as_str()),
        Some("/p/")
    );
}

#[test]
fn a_category_is_no_way_out_of_the_export() {
    let text = pattern("x", "").replace("\"resilience\"", "\"../../../../etc\"");
    let catalog = load(&[("x.md", &text)]);
    let path = catalog.entry(&id("pattern:x")).map(|x| x.path.as_str());
    assert_eq!(path, Some("/pattern-library/other/x/"));
    assert!(
        findings(&catalog).contains("unknown-value"),
        "{}",
        findings(&catalog)
    );
}

#[test]
fn planned_entries_have_a_name_and_no_address() {
    let planned = "[[entry]]\nid = \"law:later\"\nname = \"Later\"\n\n\
                   [[entry]]\nid = \"page:p\"\nname = \"Planned P\"\n";
    let body = "[](law:later) and [its part](law:later#anything)\n";
    let catalog = load(&[("planned/a.toml", planned), ("p.md", &page(body))]);
    assert_eq!(findings(&catalog), "");
    assert!(
        catalog
            .entry(&id("law:later"))
            .is_some_and(|entry| entry.planned)
    );
    assert_eq!(
        catalog
            .at_path("/core-principles/laws/later/")
            .map(|e| &e.name),
        None
    );
    let pages: Vec<&str> = catalog.pages().map(|entry| entry.name.as_str()).collect();
    assert_eq!(
        pages,
        ["P"],
        "the complete page takes the place of its planned entry"
    );
    check(
        &[("planned/a.toml", "entries = 3\n[[entry]]\nid = \"law:x\"\n")],
        expect![[r#"
            planned/a.toml:1:1: error[unknown-key]: a file of planned entries has an unknown key `entries`
                hint: write [[entry]] tables
            planned/a.toml:2:1: error[missing-key]: law:x has no `name`
                hint: add `name = …`"#]],
    );
}

#[test]
fn sections_of_the_contract_are_required_and_not_empty() {
    let text = law("x", "").replace("## B {#where-it-bites}\nx\n", "## B {#elsewhere}\n");
    check(
        &[("x.md", &text)],
        expect![[r#"
        x.md:2:1: error[missing-section]: law:x has no section #where-it-bites
            hint: add `## Heading {#where-it-bites}`
        x.md:11:1: error[empty-section]: the section #elsewhere is empty"#]],
    );
}

#[test]
fn anchors_are_unique_in_their_page() {
    let body = "### Early {#a}\nx\n## One {#a}\nx\n### Two {#a}\nx\n## Sources\nx\n";
    check(
        &[("p.md", &page(body))],
        expect![[r#"
        p.md:12:1: error[duplicate-anchor]: two headings have the anchor #a
            hint: give one of them its own {#id}
        p.md:14:1: error[duplicate-anchor]: two headings have the anchor #a
            hint: give one of them its own {#id}
        p.md:16:1: error[duplicate-anchor]: two headings have the anchor #sources
            hint: give one of them its own {#id}"#]],
    );
}

#[test]
fn front_matter_keys_are_known() {
    check(
        &[("p.md", &page_with("sumary = \"x\"\nzzz = 1\n", "x"))],
        expect![[r#"
            p.md:9:1: error[unknown-key]: page:p has an unknown key `sumary`
                hint: did you mean `summary`?
            p.md:10:1: error[unknown-key]: page:p has an unknown key `zzz`
                hint: known keys: aliases, extends, hidden, id, keywords, lang, name, order, path, published, redirects, relations, reviewed, section, sources, summary, updated"#]],
    );
}
