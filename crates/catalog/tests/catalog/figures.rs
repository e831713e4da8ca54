//! The figure syntax and the figure rule.

use expect_test::{Expect, expect};

use crate::support::{check, findings, load, page, page_with, pattern, shown, source};

fn figures(body: &str, expected: Expect) {
    let catalog = load(&[("p.md", &page(body))]);
    expected.assert_eq(&format!("{}\n--\n{}", shown(&catalog), findings(&catalog)));
}

fn cited(body: &str, expected: Expect) {
    check(&[("p.md", &page_with(&source("a"), body))], expected);
}

#[test]
fn a_figure_is_computed_assumed_or_quoted() {
    figures(
        "With {assume: rate = 2000 /s} and {assume: share = 5 %}:\n\
         {= rate * share / 100 | /s}, {= 1/3}, {= 1e6 | bytes}, {= erlang_c(3, 2) * 100 | %}.\n\
         Measured {exp:breaker.with.goodput}.\n",
        expect![[r#"
            rate := 2000/s
            share := 5 %
            rate * share / 100 = 100/s
            1/3 = 0.333
            1e6 = 1,000,000 bytes
            erlang_c(3, 2) * 100 = 44.4 %
            quoted breaker.with.goodput
            --
            p.md:12:10: error[unresolved-experiment]: there is no experiment "breaker"
                hint: quotations are written {exp:experiment.variant.quantity}"#]],
    );
}

#[test]
fn a_quotation_needs_its_experiment() {
    let files = [
        ("experiments/breaker.toml", "x = 1"),
        (
            "p.md",
            &*page("Measured {exp:breaker.with.goodput} and {exp:breaker}."),
        ),
    ];
    check(
        &files,
        expect![[r#"
        p.md:10:41: error[bad-quotation]: cannot read {exp:breaker}
            hint: write {exp:experiment.variant.quantity}"#]],
    );
}

#[test]
fn marks_that_cannot_be_read_say_why() {
    figures(
        "{assume: 3x = 4} {assume: x} {assume: y = many} {=} {= | ms} {exp: x} {= 1 / 0} {= z + 1}\n\
         {= 2 +\n 3 | ms} {= foo(1)} {= (1}\n",
        expect![[r#"

            --
            p.md:10:1: error[bad-assumption]: cannot read {assume: 3x = 4}
                hint: write {assume: name = 200 /s}
            p.md:10:10: error[uncited-figure]: the figure "3x" is neither cited nor computed
                hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
            p.md:10:18: error[bad-assumption]: cannot read {assume: x}
                hint: write {assume: name = 200 /s}
            p.md:10:30: error[bad-assumption]: cannot read {assume: y = many}
                hint: write {assume: name = 200 /s}
            p.md:10:49: error[bad-expression]: a computed figure has no formula
                hint: write {= formula | unit}
            p.md:10:53: error[bad-expression]: a computed figure has no formula
                hint: write {= formula | unit}
            p.md:10:62: error[bad-quotation]: cannot read {exp:x}
                hint: write {exp:experiment.variant.quantity}
            p.md:10:71: error[bad-expression]: cannot compute `1 / 0`: the value is not a finite number (inf)
            p.md:10:81: error[bad-expression]: cannot compute `z + 1`: "z" is not an assumption of this page; write {assume: z = …}
            p.md:11:1: error[open-mark]: a figure mark has no end in its line
                hint: close it with } in the same line
            p.md:12:10: error[bad-expression]: cannot compute `foo(1)`: no function foo with 1 arguments
            p.md:12:21: error[bad-expression]: cannot compute `(1`: a ")" is missing"#]],
    );
}

#[test]
fn an_assumption_has_one_value_and_a_use() {
    figures(
        "{assume: a = 1} {assume: a = 2} {assume: b = 3 ms} {= a}\n",
        expect![[r#"
            a := 1
            a := 2
            b := 3 ms
            a = 2
            --
            p.md:10:17: error[bad-assumption]: the assumption "a" is given two values
            p.md:10:33: error[unused-assumption]: the assumption "b" is used by no formula
                hint: an assumption is an example's input: use it in a {= …}, or cite the figure"#]],
    );
}

#[test]
fn marks_keep_their_bar_in_tables_and_lists() {
    figures(
        "| a | b |\n| - | -: |\n| {= 1 + 1 | ms} | {assume: n = 5 /s} |\n\n- {= n * 2 | /s}\n  \
         - {= n ^ 2}\n\n> {= n | x*y_z*}\n",
        expect![[r#"
            1 + 1 = 2 ms
            n := 5/s
            n * 2 = 10/s
            n ^ 2 = 25
            n = 5 x*y_z*
            --
        "#]],
    );
}

#[test]
fn marks_are_text_in_code_and_formulas() {
    let body = "`{= 1 | ms}` and ``{= `2` }`` and `{= 1 +\n2}` and $\\stackrel{=}{x}$\n\n    {= 3}\n\n\
                1. ```sh\n   {= 4} [^x]\n   ```\n\n```text\n{assume: q = 1}\n```\n\n$$\n{=}\n$$\n";
    figures(
        body,
        expect![[r#"

            --
        "#]],
    );
    let catalog = load(&[("p.md", &page(body))]);
    let entry = catalog
        .entry(&crate::support::id("page:p"))
        .expect("it was read");
    let text = format!("{:?}", entry.document);
    assert!(!text.contains('\u{e000}'), "{text}");
    for written in [
        "{= 1 | ms}",
        "{= `2` }",
        "{= 3}",
        "{= 4} [^x]",
        "stackrel{=}{x}",
    ] {
        assert!(text.contains(written), "{written} in {text}");
    }
}

#[test]
fn an_escaped_mark_is_text() {
    figures(
        "\\{= 1} and \\[^a] and \\\\{= 2}\n",
        expect![[r#"
            2 = 2
            --
        "#]],
    );
}

#[test]
fn a_unit_of_money_is_no_formula() {
    figures(
        "{= 5 | $} or {= 6 | $} or {= 7 | ms}\n",
        expect![[r#"
        5 = 5 $
        6 = 6 $
        7 = 7 ms
        --
    "#]],
    );
}

#[test]
fn data_fences_hold_assumptions_and_formulas() {
    let step = "```step\ndo = \"Try {assume: n = 5} times\"\nrisk = \"{= n * 2 | calls}\"\n\
                undo = \"Stop [^b].\"\ncheck = \"99 % and 15 ms are aims\"\n```\n\
                ```phase\nname = \"N {= n}\"\nweeks = [1, 2]\nentry = \"e\"\nexit = \"e\"\n\
                rollback = \"r\"\nwork = [\"w [](law:none)\"]\n```\n\
                ```module\nweek = 0\ntitle = \"t\"\npages = [\n  \"law:none\",\n  \"bad id\",\n]\n\
                exercise = \"x\"\nexit_test = \"{= m}\"\n```\n";
    figures(
        step,
        expect![[r#"
        n := 5
        n * 2 = 10 calls
        cited b
        n = 5
        --
        p.md:13:8: error[unknown-citation]: [^b] cites no source of this page
            hint: add a [[sources]] table with key = "b"
        p.md:22:9: error[unresolved-link]: law:none is not in the catalogue
        p.md:25:8: error[out-of-range]: `week` is 0; it must be from 1 to 104
        p.md:28:3: error[unresolved-link]: law:none is not in the catalogue
        p.md:29:3: error[bad-id]: "bad id" is not a slug (lower-case letters, digits, single hyphens)
        p.md:32:13: error[bad-expression]: cannot compute `m`: "m" is not an assumption of this page; write {assume: m = …}"#]],
    );
}

#[test]
fn a_figure_of_the_world_is_cited_in_its_sentence() {
    cited(
        "It took 15 ms [^a]. Then 20 ms. It grew by 3 %, i.e. 2x [^a]; or 4x.\n\n\
         Another **15** ms\nand `15 ms` on 2026-01-02 with p99 and HTTP/2 in the 1990s.\n\n\
         <b>HTML 16 ms</b> counts.\n",
        expect![[r#"
            p.md:16:26: error[uncited-figure]: the figure "20 ms" is neither cited nor computed
                hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
            p.md:18:11: error[uncited-figure]: the figure "15 ms" is neither cited nor computed
                hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
            p.md:21:9: error[uncited-figure]: the figure "16 ms" is neither cited nor computed
                hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}"#]],
    );
}

#[test]
fn a_citation_reaches_through_its_list_item_and_row() {
    cited(
        "- It took 15 ms. That was slow [^a].\n- It took 16 ms. That was slow.\n\n\
         | what | ms |\n| - | - |\n| a | 5 ms |\n| b [^a] | 6 ms |\n\n\
         | what [^a] | ms |\n| - | - |\n| a | 7 ms |\n",
        expect![[r#"
            p.md:17:11: error[uncited-figure]: the figure "16 ms" is neither cited nor computed
                hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
            p.md:21:7: error[uncited-figure]: the figure "5 ms" is neither cited nor computed
                hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}"#]],
    );
}

#[test]
fn front_matter_may_cite_and_compute() {
    let front = format!("effort_hours = [1, 2]\n{}", source("a"));
    let text = pattern("x", &front)
        .replace(
            "problem = \"P.\"",
            "problem = \"It took 15 ms [^a], {= 2 * 3 | ms}.\"",
        )
        .replace("gains = [\"G.\"]", "gains = [\"15 ms less\"]")
        .replace("summary = \"S.\"", "summary = \"Saves 15 ms.\"");
    check(
        &[("x.md", &text)],
        expect![[r#"
        x.md:4:11: error[uncited-figure]: the figure "15 ms" is neither cited nor computed
            hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
        x.md:14:10: error[uncited-figure]: the figure "15 ms" is neither cited nor computed
            hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}"#]],
    );
}

#[test]
fn home_page_rows_name_bands_and_its_leads_state_facts() {
    let home = "title = \"T\"\nlead = \"Over 10 ms\"\n[[door]]\nid = \"fire\"\ntitle = \"F\"\n\
                lead = \"[x](law:none)\"\nshort = [\"[y](/nowhere/)\", \"[](#fire)\", \"[](#gone)\"]\n\
                [[door.row]]\ncells = [\"10 TB\", \"b\"]\n[[group]]\nid = \"g\"\ntile = \"x\"\n";
    check(
        &[("home.toml", home)],
        expect![[r#"
        home.toml:2:8: error[uncited-figure]: the figure "10 ms" is neither cited nor computed
            hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
        home.toml:6:8: error[unresolved-link]: law:none is not in the catalogue
        home.toml:7:10: error[unresolved-link]: no page at /nowhere/
            hint: link to entries by id: [](pattern:sharding)
        home.toml:7:41: error[dead-anchor]: this page has no section #gone
            hint: its anchors: fire, g
        home.toml:12:1: error[unknown-key]: `group` has an unknown key `tile`
            hint: did you mean `title`?"#]],
    );
}
