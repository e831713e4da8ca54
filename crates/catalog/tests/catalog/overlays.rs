//! Layers: an organisation's entries over ours.

use catalog::{Catalog, Layer};
use expect_test::expect;

use crate::support::{VOCABULARY, findings, generated, id, law, layer, pattern, source};

fn over(own: &[(&str, &str)], theirs: &[(&str, &str)]) -> Catalog {
    let mut base = layer("studio", own);
    base.files
        .insert("vocabulary.toml".into(), VOCABULARY.as_bytes().to_vec());
    Catalog::load(&[base, layer("acme", theirs)], &generated())
}

fn placed(catalog: &Catalog) -> String {
    let lines: Vec<String> = catalog
        .diagnostics
        .iter()
        .map(|found| format!("[{}] {found}", found.place.layer))
        .collect();
    lines.join("\n")
}

#[test]
fn the_same_id_replaces_the_whole_entry() {
    let theirs = law("delay", "").replace("name = \"delay\"", "name = \"Our delay\"");
    let catalog = over(
        &[("d.md", &law("delay", "aliases = [\"lag\"]\n"))],
        &[("x.md", &theirs)],
    );
    assert_eq!(findings(&catalog), "");
    let entry = catalog.entry(&id("law:delay")).expect("it was read");
    assert_eq!(
        (entry.name.as_str(), entry.layer.as_str()),
        ("Our delay", "acme")
    );
    assert!(entry.aliases.is_empty());
}

#[test]
fn a_patch_changes_the_fields_it_lists() {
    let own = pattern("x", "aliases = [\"ex\"]\n");
    let patch = "+++\nextends = \"pattern:x\"\ntier = \"silver\"\n+++\n";
    let catalog = over(&[("x.md", &own)], &[("p.md", patch)]);
    assert_eq!(findings(&catalog), "");
    let entry = catalog.entry(&id("pattern:x")).expect("it was read");
    assert_eq!(entry.field("tier"), ["silver"]);
    assert_eq!(
        (entry.aliases.as_slice(), entry.layer.as_str()),
        (&["ex".to_owned()][..], "acme")
    );
    assert_eq!(entry.document.sections.len(), 9, "the body stays");
}

#[test]
fn findings_of_a_patched_entry_name_the_file_they_stand_in() {
    let own = pattern("x", &source("a")).replace(
        "problem = \"P.\"",
        "problem = \"It took 15 ms, [](law:none).\"",
    );
    let own = format!("{own}\nMore [^b] and [](law:gone).\n");
    let patch = "+++\nextends = \"pattern:x\"\nsolution = \"It took 16 ms.\"\ntiers = 3\n+++\n";
    let catalog = over(&[("x.md", &own)], &[("much/longer/path.md", patch)]);
    expect![[r#"
        [acme] much/longer/path.md:3:12: error[uncited-figure]: the figure "16 ms" is neither cited nor computed
            hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
        [acme] much/longer/path.md:4:1: error[unknown-key]: pattern:x has an unknown key `tiers`
            hint: did you mean `tier`?
        [studio] x.md:10:11: error[uncited-figure]: the figure "15 ms" is neither cited nor computed
            hint: cite it with [^key] in the same sentence or row, compute it with {= …}, or mark an example's input with {assume: name = …}
        [studio] x.md:10:11: error[unresolved-link]: law:none is not in the catalogue
        [studio] x.md:18:7: error[unused-source]: the source "a" is never cited
            hint: cite it with [^a] or remove it
        [studio] x.md:43:6: error[unknown-citation]: [^b] cites no source of this page
            hint: did you mean [^a]?
        [studio] x.md:43:15: error[unresolved-link]: law:gone is not in the catalogue"#]].assert_eq(&placed(&catalog));
}

#[test]
fn a_patch_with_a_body_replaces_the_body() {
    let planned = "[[entry]]\nid = \"law:delay\"\nname = \"Delay\"\nsummary = \"S.\"\n";
    let patch = law("delay", "").replace("id = ", "extends = ");
    let catalog = over(&[("planned/l.toml", planned)], &[("d.md", &patch)]);
    assert_eq!(findings(&catalog), "");
    let entry = catalog.entry(&id("law:delay")).expect("it was read");
    assert!(!entry.planned && entry.document.sections.len() == 3);
}

#[test]
fn a_hidden_entry_is_gone_and_links_to_it_are_no_mistakes() {
    let own =
        pattern("x", "[relations]\nlaws = [\"delay\"]\n").replacen("\nx\n", "\n[](law:delay)\n", 1);
    let hide = "+++\nid = \"law:delay\"\nhidden = true\n+++\n";
    let catalog = over(
        &[("x.md", &own), ("d.md", &law("delay", ""))],
        &[("h.md", hide)],
    );
    assert_eq!(findings(&catalog), "");
    assert!(catalog.entry(&id("law:delay")).is_none());
    assert!(catalog.related(&id("pattern:x")).is_empty());
}

#[test]
fn what_is_missing_below_cannot_be_patched_or_hidden() {
    let patch = "+++\nextends = \"law:dely\"\nname = \"x\"\n+++\n";
    let hide = "+++\nid = \"law:delya\"\nhidden = true\n+++\n";
    let catalog = over(
        &[("d.md", &law("delay", ""))],
        &[("a.md", patch), ("b.md", hide)],
    );
    expect![[r#"
        [acme] a.md:2:1: error[nothing-to-patch]: law:dely cannot be extended: no lower layer has it
            hint: did you mean "law:delay"?
        [acme] b.md:2:1: error[nothing-to-patch]: law:delya cannot be hidden: no lower layer has it"#]].assert_eq(&placed(&catalog));
}

#[test]
fn an_id_may_stand_once_in_each_layer() {
    let catalog = over(
        &[("d.md", &law("delay", ""))],
        &[("a.md", &law("delay", "")), ("b.md", &law("delay", ""))],
    );
    expect![[r#"
        [acme] b.md:2:1: error[duplicate-id]: law:delay is also defined in a.md
            hint: ids are unique within a layer"#]]
    .assert_eq(&placed(&catalog));
}

#[test]
fn settings_vocabulary_glossary_and_texts_are_overlaid_key_by_key() {
    let own = [
        (
            "site.toml",
            "name = \"Studio\"\nbase_url = \"https://a.example/\"\n",
        ),
        (
            "interface.toml",
            "[nav]\nfire = \"Fire\"\nlearn = \"Learn\"\n",
        ),
        (
            "glossary.toml",
            "[[term]]\nslug = \"a\"\nterm = \"A\"\ndefinition = \"One.\"\n",
        ),
    ];
    let theirs = [
        (
            "site.toml",
            "name = \"Acme\"\nedit_url = \"https://acme.example/edit\"\n\
             repository = \"javascript:x\"\n",
        ),
        ("interface.toml", "nav.fire = \"Help\"\nnav.other = 3\n"),
        (
            "glossary.toml",
            "[[term]]\nslug = \"b\"\nterm = \"B\"\ndefinition = \"Two.\"\nsee_also = [\"a\", \"aa\"]\n",
        ),
        (
            "vocabulary.toml",
            "[[tier]]\nid = \"gold\"\nname = \"Best\"\n[[tier]]\nid = \"house\"\nname = \"House\"\n",
        ),
    ];
    let catalog = over(&own, &theirs);
    expect![[r#"
        [acme] glossary.toml:5:18: error[unresolved-relation]: no term "aa"
            hint: did you mean "a"?
        [acme] interface.toml:2:13: error[wrong-type]: `nav.other` must be a string, found integer
        [acme] site.toml:3:14: error[bad-url]: `repository` is "javascript:x"
            hint: write an address that starts with https://"#]]
    .assert_eq(&placed(&catalog));
    let settings = &catalog.settings;
    assert_eq!(settings.name, "Acme");
    assert_eq!(settings.base_url, "https://a.example");
    assert_eq!(settings.edit_url, "https://acme.example/edit/");
    assert_eq!(settings.repository, "");
    assert_eq!(catalog.interface.text("nav.fire"), "Help");
    assert_eq!(catalog.interface.text("nav.learn"), "Learn");
    assert_eq!(catalog.interface.text("nav.none"), "nav.none");
    let tiers: Vec<&str> = catalog
        .vocabulary
        .tiers
        .iter()
        .map(|tier| tier.name.as_str())
        .collect();
    assert_eq!(tiers, ["Best", "Silver", "House"]);
    assert_eq!(catalog.terms.len(), 2);
}

#[test]
fn nothing_at_all_is_a_catalogue() {
    let catalog = Catalog::load(&[], &generated());
    assert!(!catalog.has_errors() && catalog.pages().count() == 0);
    let catalog = Catalog::load(&[Layer::default()], &generated());
    assert_eq!(findings(&catalog), "");
}
