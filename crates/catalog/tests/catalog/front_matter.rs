//! Types of front matter.

use expect_test::expect;

use crate::support::{check, findings, id, law, load, page, page_with, pattern, source};

#[test]
fn every_wrong_type_is_told_at_its_value() {
    check(
        &[(
            "p.md",
            &page_with(
                "aliases = \"x\"\nkeywords = [1, \"y\"]\nreviewed = \"2026-01-01\"\n\
                 order = \"first\"\nsources = 3\nrelations = []\nlang = 5\nredirects = [\"x\"]\n",
                "x",
            ),
        )],
        expect![[r#"
            p.md:9:11: error[wrong-type]: `aliases` must be a list of strings, found string
            p.md:10:13: error[wrong-type]: `keywords` must be a list of strings, found integer
            p.md:11:12: error[wrong-type]: `reviewed` must be an unquoted date such as 2026-11-25, found string
            p.md:12:9: error[wrong-type]: `order` must be a whole number, found string
            p.md:13:11: error[wrong-type]: `sources` must be a list of tables, found integer
            p.md:14:13: error[wrong-type]: `relations` must be a table, found array
            p.md:15:8: error[wrong-type]: `lang` must be a string, found integer
            p.md:16:14: error[bad-path]: `redirects` is "x"
                hint: an address such as /pattern-library/scaling/sharding/"#]],
    );
}

#[test]
fn lists_are_closed_and_numbers_have_bounds() {
    let front = "effort_hours = [5, 2]\nanswers = [\"availabilty\"]\n\
                 signals = [{ metric = \"m\", direction = \"up\", threshold = \"t\" }]\n\
                 experiment = \"x\"\n";
    let text = pattern("x", front).replace("tier = \"gold\"", "tier = \"platinum\"");
    check(
        &[
            ("x.md", &text),
            ("p.md", &page_with("order = 70000\n", "x")),
        ],
        expect![[r#"
            p.md:9:9: error[out-of-range]: `order` is 70000; it must be from 0 to 10000
            x.md:2:1: error[unresolved-experiment]: there is no experiment "x"
                hint: add experiments/x.toml or remove `experiment`
            x.md:8:8: error[unknown-value]: `tier` cannot be "platinum"
                hint: one of gold, silver
            x.md:17:16: error[wrong-type]: `effort_hours` must be two whole numbers, [least, most]
            x.md:18:12: error[unknown-value]: `answers` cannot be "availabilty"
                hint: did you mean "availability"?
            x.md:19:40: error[unknown-value]: `direction` cannot be "up"
                hint: one of above, below, changes"#]],
    );
}

#[test]
fn missing_and_empty_keys_are_told_once_each() {
    check(
        &[
            ("a.md", "+++\nid = \"law:a\"\nname = \" \"\n+++\n"),
            ("b.md", "+++\nid = \"pattern:b\"\n+++\n"),
        ],
        expect![[r#"
            a.md:2:1: error[missing-key]: law:a has no `published`
                hint: add `published = …`
            a.md:2:1: error[missing-key]: law:a has no `statement`
                hint: add `statement = …`
            a.md:2:1: error[missing-key]: law:a has no `summary`
                hint: add `summary = …`
            a.md:2:1: error[missing-key]: law:a has no `updated`
                hint: add `updated = …`
            a.md:2:1: error[missing-section]: law:a has no section #what-it-says
                hint: add `## Heading {#what-it-says}`
            a.md:2:1: error[missing-section]: law:a has no section #what-to-do
                hint: add `## Heading {#what-to-do}`
            a.md:2:1: error[missing-section]: law:a has no section #where-it-bites
                hint: add `## Heading {#where-it-bites}`
            a.md:3:8: error[empty-value]: `name` is empty
            b.md:2:1: error[missing-key]: pattern:b has no `avoid_when`
                hint: add `avoid_when = …`
            b.md:2:1: error[missing-key]: pattern:b has no `category`
                hint: add `category = …`
            b.md:2:1: error[missing-key]: pattern:b has no `costs`
                hint: add `costs = …`
            b.md:2:1: error[missing-key]: pattern:b has no `gains`
                hint: add `gains = …`
            b.md:2:1: error[missing-key]: pattern:b has no `name`
                hint: add `name = …`
            b.md:2:1: error[missing-key]: pattern:b has no `problem`
                hint: add `problem = …`
            b.md:2:1: error[missing-key]: pattern:b has no `published`
                hint: add `published = …`
            b.md:2:1: error[missing-key]: pattern:b has no `solution`
                hint: add `solution = …`
            b.md:2:1: error[missing-key]: pattern:b has no `summary`
                hint: add `summary = …`
            b.md:2:1: error[missing-key]: pattern:b has no `tier_why`
                hint: add `tier_why = …`
            b.md:2:1: error[missing-key]: pattern:b has no `tier`
                hint: add `tier = …`
            b.md:2:1: error[missing-key]: pattern:b has no `updated`
                hint: add `updated = …`
            b.md:2:1: error[missing-key]: pattern:b has no `use_when`
                hint: add `use_when = …`
            b.md:2:1: error[missing-section]: pattern:b has no section #choose
                hint: add `## Heading {#choose}`
            b.md:2:1: error[missing-section]: pattern:b has no section #configure-it
                hint: add `## Heading {#configure-it}`
            b.md:2:1: error[missing-section]: pattern:b has no section #how-it-fails
                hint: add `## Heading {#how-it-fails}`
            b.md:2:1: error[missing-section]: pattern:b has no section #how-it-works
                hint: add `## Heading {#how-it-works}`
            b.md:2:1: error[missing-section]: pattern:b has no section #how-to-know
                hint: add `## Heading {#how-to-know}`
            b.md:2:1: error[missing-section]: pattern:b has no section #size-it
                hint: add `## Heading {#size-it}`
            b.md:2:1: error[missing-section]: pattern:b has no section #the-failure
                hint: add `## Heading {#the-failure}`"#]],
    );
}

#[test]
fn dates_are_read() {
    let catalog = load(&[("a.md", &law("a", "reviewed = 2026-03-04\n"))]);
    let entry = catalog.entry(&id("law:a")).expect("it was read");
    assert_eq!(
        entry.reviewed.map(|date| date.to_string()).as_deref(),
        Some("2026-03-04")
    );
    check(
        &[("a.md", &law("a", "reviewed = 2026-13-04\n"))],
        expect![[r#"
            a.md:8:12: error[toml-syntax]: invalid date, expected month between 01 and 12
            a.md:8:12: error[wrong-type]: `reviewed` must be a date such as 2026-11-25, found datetime"#]],
    );
}

#[test]
fn sources_have_keys_addresses_and_a_use() {
    let front = format!(
        "{}{}[[sources]]\nkey = \"c\"\ntitle = \"T\"\norg = \"O\"\nyear = 1066\n\
         url = \"javascript:alert(1)\"\nkind = \"rumour\"\n",
        source("a"),
        source("a"),
    );
    let files = [("p.md", &*page_with(&front, "It says so [^a], and [^b]."))];
    check(
        &files,
        expect![[r#"
        p.md:16:7: error[duplicate-source]: two sources have the key "a"
        p.md:22:7: error[unused-source]: the source "c" is never cited
            hint: cite it with [^c] or remove it
        p.md:25:8: error[out-of-range]: `year` is 1066; it must be from 1800 to 2100
        p.md:26:7: error[bad-url]: a source's `url` is "javascript:alert(1)"
            hint: write an address that starts with https://
        p.md:27:8: error[unknown-value]: `kind` cannot be "rumour"
            hint: one of paper, book, docs, blog, standard, report, talk
        p.md:29:22: error[unknown-citation]: [^b] cites no source of this page
            hint: did you mean [^a]?"#]],
    );
    let catalog = load(&files);
    let entry = catalog.entry(&id("page:p")).expect("it was read");
    assert!(
        entry
            .sources
            .iter()
            .all(|source| !source.url.contains("javascript"))
    );
}

#[test]
fn toml_mistakes_are_told_with_their_line() {
    check(
        &[
            ("a.md", "+++\nid = \"law:a\"\nname = \n+++\n"),
            ("b.md", "+++\nid = \"law:b\"\nname = \"x\n+++\n"),
            ("planned/c.toml", "[[entry]\nid = \"law:c\"\n"),
        ],
        expect![[r#"
            a.md:2:1: error[missing-key]: law:a has no `published`
                hint: add `published = …`
            a.md:2:1: error[missing-key]: law:a has no `statement`
                hint: add `statement = …`
            a.md:2:1: error[missing-key]: law:a has no `summary`
                hint: add `summary = …`
            a.md:2:1: error[missing-key]: law:a has no `updated`
                hint: add `updated = …`
            a.md:2:1: error[missing-section]: law:a has no section #what-it-says
                hint: add `## Heading {#what-it-says}`
            a.md:2:1: error[missing-section]: law:a has no section #what-to-do
                hint: add `## Heading {#what-to-do}`
            a.md:2:1: error[missing-section]: law:a has no section #where-it-bites
                hint: add `## Heading {#where-it-bites}`
            a.md:3:8: error[empty-value]: `name` is empty
            a.md:3:8: error[toml-syntax]: string values must be quoted, expected literal string
            b.md:2:1: error[missing-key]: law:b has no `published`
                hint: add `published = …`
            b.md:2:1: error[missing-key]: law:b has no `statement`
                hint: add `statement = …`
            b.md:2:1: error[missing-key]: law:b has no `summary`
                hint: add `summary = …`
            b.md:2:1: error[missing-key]: law:b has no `updated`
                hint: add `updated = …`
            b.md:2:1: error[missing-section]: law:b has no section #what-it-says
                hint: add `## Heading {#what-it-says}`
            b.md:2:1: error[missing-section]: law:b has no section #what-to-do
                hint: add `## Heading {#what-to-do}`
            b.md:2:1: error[missing-section]: law:b has no section #where-it-bites
                hint: add `## Heading {#where-it-bites}`
            b.md:3:10: error[toml-syntax]: invalid basic string, expected `"`
            planned/c.toml:1:9: error[toml-syntax]: unclosed array table, expected `]`
            planned/c.toml:2:1: error[unknown-key]: a file of planned entries has an unknown key `id`
                hint: write [[entry]] tables"#]],
    );
}

#[test]
fn a_file_that_nothing_reads_is_a_mistake() {
    check(
        &[
            ("notes.txt", "x"),
            ("README.md", "free"),
            (".hidden", "free"),
            ("x/data.toml", "a = 1"),
        ],
        expect![[r#"
            notes.txt:1:1: error[unused-file]: nothing reads the file notes.txt
                hint: pages end in .md; planned entries stand in planned/*.toml
            x/data.toml:1:1: error[unused-file]: nothing reads the file x/data.toml
                hint: pages end in .md; planned entries stand in planned/*.toml"#]],
    );
}

#[test]
fn windows_files_are_read_like_others() {
    let front = source("a");
    let body = "## One {#one}\n\nIt took 15 ms.\n\nAgain [^a].\n\n```step\ndo = \"x\"\nrisk = \"x\"\n\
                undo = \"x\"\nchek = \"x\"\n```\n\n```sh\na\nb\n```\n";
    let unix = page_with(&front, body);
    let windows = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
    let [unix, windows] = [unix, windows].map(|text| load(&[("p.md", &text)]));
    assert_eq!(findings(&unix), findings(&windows));
    assert!(
        findings(&unix).contains("p.md:26:1: error[unknown-key]"),
        "{}",
        findings(&unix)
    );
    let texts = |catalog: &catalog::Catalog| {
        catalog::section_texts(catalog.entry(&id("page:p")).expect("it was read"))
    };
    assert_eq!(texts(&unix), texts(&windows));
}

#[test]
fn a_file_that_is_no_text_is_told_with_its_line() {
    let mut layer = crate::support::layer("studio", &[("a.md", &page("x"))]);
    layer
        .files
        .insert("b.md".into(), b"+++\nname = \"\xff\"\n".to_vec());
    layer
        .files
        .insert("c.md".into(), vec![b'x'; catalog::FILE_BYTES_MAX + 1]);
    let catalog = catalog::Catalog::load(&[layer], &crate::support::generated());
    expect![[r#"
        b.md:2:1: error[not-utf8]: the file is not UTF-8 text
            hint: save it as UTF-8
        c.md:1:1: error[too-large]: the file is larger than 1048576 bytes"#]]
    .assert_eq(&findings(&catalog));
}
