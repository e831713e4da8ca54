//! Links, fences and headings: what is wrong with a body, where, and what would put it right.

use catalog::{Catalog, near_duplicates};
use expect_test::expect;

use crate::support::{check, law, load, page};

#[test]
fn links_lead_somewhere() {
    let body = "[a](law:dely) [b](law:delay#what-it-sayz) [c](#nowhere) [d](/p/#gone)\n\
                [e](/core-principles/laws/dely/) [f](javascript:alert) [g](#) [h](other.html)\n\
                [i](//evil.example) [j](/\\evil.example) [k](pattern:delay) [l](https://ok.example)\n\
                ![m](x.png) [n](/search/?q=x) [o](/) [p](#one) [q](/a?{= 1})\n\n## One\n\nx\n";
    check(
        &[("d.md", &law("delay", "")), ("p.md", &page(body))],
        expect![[r##"
            p.md:10:1: error[unresolved-link]: law:dely is not in the catalogue
                hint: did you mean law:delay?
            p.md:10:15: error[dead-anchor]: law:delay has no section #what-it-sayz
                hint: did you mean #what-it-says?
            p.md:10:43: error[dead-anchor]: this page has no section #nowhere
                hint: its anchors: one, sources, computed, related, signals, content
            p.md:10:57: error[dead-anchor]: /p/ has no section #gone
                hint: did you mean #one?
            p.md:11:1: error[unresolved-link]: no page at /core-principles/laws/dely/
                hint: did you mean /core-principles/laws/delay/?
            p.md:11:34: error[bad-link]: unknown kind "javascript" in id "javascript:alert"
                hint: write kind:slug, kind:slug#section, #section, /path/ or https://…
            p.md:11:56: error[bad-link]: the link "#" leads nowhere
                hint: write kind:slug, kind:slug#section, #section, /path/ or https://…
            p.md:11:63: error[bad-link]: id "other.html" has no kind
                hint: write kind:slug, kind:slug#section, #section, /path/ or https://…
            p.md:12:1: error[bad-link]: id "//evil.example" has no kind
                hint: write kind:slug, kind:slug#section, #section, /path/ or https://…
            p.md:12:21: error[bad-link]: id "/\evil.example" has no kind
                hint: write kind:slug, kind:slug#section, #section, /path/ or https://…
            p.md:12:41: error[unresolved-link]: pattern:delay is not in the catalogue
                hint: there is law:delay
            p.md:13:1: error[image]: images are not part of the page form
                hint: draw it as a mermaid fence, which works in both themes
            p.md:13:48: error[bad-link]: a figure cannot stand in an address
                hint: write kind:slug, kind:slug#section, #section, /path/ or https://…"##]],
    );
}

#[test]
fn fences_are_closed_and_their_attributes_known() {
    let body = "```sh titel=\"x\"\na\n```\n\n```sh title=\"x\na\n```\n\n```sh what\na\n```\n\n\
                ```mermaid title=\"T\"\nflowchart LR\n```\n\n```list\nstyle = \"grid\"\n```\n\n\
                1. ```sh\n   fine\n   ```\n\n> ```sh\n> open\n\n```step\ndo = \"x\"\n```\n\n~~~sh\nopen [^x]\n";
    check(
        &[("p.md", &page(body))],
        expect![[r#"
        p.md:10:1: error[fence]: unknown attribute `titel`
            hint: known attributes: title, tab
        p.md:14:1: error[fence]: the attribute `title` of a fence has no closing quote
            hint: attributes are written title="…" tab="…" alt="…"
        p.md:18:1: error[fence]: cannot read "what" after the language of a fence
            hint: attributes are written title="…" tab="…" alt="…"
        p.md:22:1: error[diagram]: a diagram has no `alt`
            hint: write ```mermaid title="…" alt="what the picture shows"
        p.md:26:1: error[missing-key]: the `list` has no `kind`
            hint: add kind = "pattern"
        p.md:27:9: error[unknown-value]: `style` cannot be "grid"
            hint: one of cards, table, links
        p.md:34:3: error[open-fence]: a code fence is never closed
            hint: close it with a line of as many backticks
        p.md:38:1: error[missing-key]: the `step` has no `check`
            hint: add `check = …`
        p.md:38:1: error[missing-key]: the `step` has no `risk`
            hint: add `risk = …`
        p.md:38:1: error[missing-key]: the `step` has no `undo`
            hint: add `undo = …`
        p.md:41:1: error[open-fence]: a code fence is never closed
            hint: close it with a line of as many backticks"#]],
    );
}

#[test]
fn headings_have_levels_two_to_four_and_stand_on_their_own() {
    check(
        &[(
            "p.md",
            &page("# Title\n\n##### Deep\n\n- ## In a list\n\n## !?\n\n## Empty\n"),
        )],
        expect![[r#"
            p.md:10:1: error[heading]: a heading of level 1; pages use levels 2 to 4
                hint: the title comes from `name`
            p.md:12:1: error[heading]: a heading of level 5; pages use levels 2 to 4
            p.md:14:3: error[heading]: a heading inside a list or a quotation
            p.md:16:1: error[heading]: a heading has no text
            p.md:18:1: error[empty-section]: the section #empty is empty"#]],
    );
}

#[test]
fn footnotes_stand_in_the_front_matter() {
    check(
        &[("p.md", &page("Text[^x].\n\n[^x]: Note.\n"))],
        expect![[r#"
            p.md:10:5: error[unknown-citation]: [^x] cites no source of this page
                hint: add a [[sources]] table with key = "x"
            p.md:12:1: error[footnote]: footnotes stand in the front matter
                hint: write a [[sources]] table
            p.md:12:1: error[unknown-citation]: [^x] cites no source of this page
                hint: add a [[sources]] table with key = "x""#]],
    );
}

#[test]
fn a_list_names_what_it_lists() {
    check(
        &[(
            "p.md",
            &page(
                "```list\nkind = \"patern\"\ngroup_by = \"colour\"\ntear = \"gold\"\ntier = \"golden\"\nlaw = \"x\"\n```\n",
            ),
        )],
        expect![[r#"
            p.md:11:8: error[unknown-value]: `kind` cannot be "patern"
                hint: did you mean "pattern"?
            p.md:12:12: error[unknown-value]: `group_by` cannot be "colour"
                hint: one of tier, category, domain, scale, answers, level
            p.md:13:1: error[unknown-key]: the `list` has an unknown key `tear`
                hint: known keys: answers, category, domain, group_by, kind, law, pillar, scale, section, style, tier
            p.md:14:8: error[unknown-value]: `tier` cannot be "golden"
                hint: did you mean "gold"?
            p.md:15:7: error[unknown-value]: `law` cannot be "x"
                hint: one of "#]],
    );
}

#[test]
fn two_pages_do_not_say_the_same() {
    let passage = "A call that waits for an answer holds a thread, a connection and some memory, \
                   and when the other side slows down the waiting calls pile up until nothing is \
                   left for the calls that would have been answered at once.";
    let text =
        |slug: &str, passage: &str| law(slug, "").replacen("\nx\n", &format!("\n{passage}\n"), 1);
    let same = load(&[
        ("a.md", &text("a", passage)),
        (
            "b.md",
            &text("b", &passage.replace("at once", "within a moment")),
        ),
    ]);
    let lines: Vec<String> = near_duplicates(&same)
        .iter()
        .map(ToString::to_string)
        .collect();
    expect![[r#"
        b.md:9:1: error[near-duplicate]: "A call that waits for an answer holds a thread, a …" nearly repeats a passage of law:a
            hint: say it in one place and link to it"#]].assert_eq(&lines.join("\n"));
    let other = "Every copy of a value takes time to learn of a change, so a reader may see what \
                 a writer has already replaced, and the question is only for how long that may be.";
    let different = load(&[("a.md", &text("a", passage)), ("b.md", &text("b", other))]);
    assert!(near_duplicates(&different).is_empty());
    let twice = text("a", &format!("{passage}\n\n{passage}"));
    assert!(near_duplicates(&load(&[("a.md", &twice)])).is_empty());
}

#[test]
fn findings_are_sorted_and_told_once() {
    let catalog: Catalog = load(&[("b.md", "x"), ("a.md", "x")]);
    let mut sorted = catalog.diagnostics.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(catalog.diagnostics, sorted);
    assert!(catalog.has_errors());
}
