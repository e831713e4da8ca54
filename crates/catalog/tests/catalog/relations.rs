//! Relations: stated once, seen from both ends.

use catalog::Catalog;
use expect_test::expect;

use crate::support::{check, findings, id, law, load, pattern};

fn relations(list: &str) -> String {
    format!("[relations]\n{list}\n")
}

fn seen(catalog: &Catalog, of: &str) -> Vec<String> {
    catalog
        .related(&id(of))
        .iter()
        .map(|related| {
            let side = if related.inverse { "inverse " } else { "" };
            let why = related.why.as_deref().unwrap_or("-");
            format!("{side}{} {} ({why})", related.kind.key(), related.id)
        })
        .collect()
}

#[test]
fn an_inverse_is_derived_and_a_symmetric_relation_holds_both_ways() {
    let a = relations(
        "requires = [\"b\"]\npairs_with = [{ to = \"c\", why = \"Both.\" }]\nlaws = [\"delay\"]\n\
         see_also = [\"law:delay\"]",
    );
    let c = relations("pairs_with = [\"a\"]");
    let catalog = load(&[
        ("a.md", &pattern("a", &a)),
        ("b.md", &pattern("b", "")),
        ("c.md", &pattern("c", &c)),
        ("d.md", &law("delay", "")),
    ]);
    assert_eq!(findings(&catalog), "");
    assert_eq!(
        seen(&catalog, "pattern:b"),
        ["inverse requires pattern:a (-)"]
    );
    assert_eq!(
        seen(&catalog, "pattern:c"),
        ["pairs_with pattern:a (Both.)"]
    );
    assert_eq!(
        seen(&catalog, "law:delay"),
        ["inverse laws pattern:a (-)", "see_also pattern:a (-)"]
    );
    assert_eq!(
        seen(&catalog, "pattern:a"),
        [
            "requires pattern:b (-)",
            "pairs_with pattern:c (Both.)",
            "laws law:delay (-)",
            "see_also law:delay (-)"
        ]
    );
}

#[test]
fn contradictions_cycles_and_strangers_are_told() {
    let a = relations("requires = [\"b\"]\nconflicts = [\"c\", \"a\"]\nalternatives = [\"non\"]");
    let b = relations("requires = [\"c\"]");
    let c = relations(
        "requires = [\"a\"]\npairs_with = [\"a\"]\nlaws = [\"nine\", \"A B\"]\nneeds = []",
    );
    check(
        &[
            ("a.md", &pattern("a", &a)),
            ("b.md", &pattern("b", &b)),
            ("c.md", &pattern("c", &c)),
            ("n.md", &pattern("nan", "")),
            ("o.md", &law("non", "")),
        ],
        expect![[r#"
            a.md:18:13: error[requires-cycle]: `requires` goes round: pattern:a → pattern:b → pattern:c → pattern:a
                hint: what is needed first cannot need it back; use `pairs_with`
            a.md:19:19: error[contradiction]: pattern:a is related to itself
            a.md:20:17: error[unresolved-relation]: `alternatives` names pattern:non, which is not in the catalogue
                hint: did you mean pattern:nan?
            c.md:18:13: error[contradiction]: pattern:a and pattern:c are stated both as `conflicts` and as `requires`
                hint: keep the one that is true
            c.md:19:15: error[contradiction]: pattern:a and pattern:c are stated both as `conflicts` and as `pairs_with`
                hint: keep the one that is true
            c.md:20:9: error[unresolved-relation]: `laws` names law:nine, which is not in the catalogue
            c.md:20:17: error[bad-id]: "A B" is not a slug (lower-case letters, digits, single hyphens)
            c.md:21:1: error[unknown-key]: `relations` has an unknown key `needs`
                hint: known keys: alternatives, anti_patterns, cases, conflicts, incidents, laws, migrations, pairs_with, paths, patterns, pillars, playbooks, requires, see_also, successor"#]],
    );
}

#[test]
fn what_leads_to_a_cycle_is_not_on_it() {
    let needs = |slug: &str| relations(&format!("requires = [\"{slug}\"]"));
    check(
        &[
            ("a.md", &pattern("a", &needs("b"))),
            ("b.md", &pattern("b", &needs("c"))),
            ("c.md", &pattern("c", &needs("b"))),
        ],
        expect![[r#"
            b.md:18:13: error[requires-cycle]: `requires` goes round: pattern:b → pattern:c → pattern:b
                hint: what is needed first cannot need it back; use `pairs_with`"#]],
    );
}

#[test]
fn text_that_links_here_is_a_backlink() {
    let text = pattern("a", "").replacen("\nx\n", "\n[](law:delay)\n", 1);
    let catalog = load(&[("a.md", &text), ("d.md", &law("delay", ""))]);
    let from: Vec<&str> = catalog
        .backlinks(&id("law:delay"))
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!(from, ["a"]);
}
