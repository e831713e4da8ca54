//! Glossary, vocabulary, settings and data files.

use expect_test::expect;

use crate::support::{check, load, page};

#[test]
fn terms_are_linked_defined_once_and_known() {
    let glossary = "[[term]]\nslug = \"quorum\"\nterm = \"Quorum\"\ndefinition = \"D.\"\n\
                    [[term]]\nslug = \"quorum\"\nterm = \"Again\"\ndefinition = \"\"\n\
                    [[term]]\nslug = \"Bad Slug\"\nterm = \"B\"\ndefinition = \"D.\"\nalias = 1\n";
    check(
        &[
            ("glossary.toml", glossary),
            ("p.md", &page("[q](term:quorum) [r](term:quorm)\n")),
        ],
        expect![[r#"
            glossary.toml:6:8: error[duplicate-id]: the term "quorum" is defined twice
            glossary.toml:8:14: error[empty-value]: `definition` is empty
            glossary.toml:10:8: error[bad-id]: "Bad Slug" is not a slug (lower-case letters, digits, single hyphens)
            glossary.toml:13:1: error[unknown-key]: `term` has an unknown key `alias`
                hint: known keys: aliases, definition, see_also, slug, term
            p.md:10:18: error[unresolved-link]: no term "quorm" in the glossary
                hint: did you mean term:quorum?"#]],
    );
}

#[test]
fn settings_are_addresses_where_they_must_be() {
    check(
        &[(
            "site.toml",
            "base_url = \"example.org\"\nedit_url = \"https://x\\\"><script>\"\nreposit = \"\"\n",
        )],
        expect![[r#"
            site.toml:1:12: error[bad-url]: `base_url` is "example.org"
                hint: write an address that starts with https://
            site.toml:2:12: error[bad-url]: `edit_url` is "https://x"><script>"
                hint: write an address that starts with https://
            site.toml:3:1: error[unknown-key]: the site settings has an unknown key `reposit`
                hint: known keys: base_url, description, edit_url, name, repository"#]],
    );
}

#[test]
fn choices_have_an_id_and_a_name() {
    check(
        &[(
            "vocabulary.toml",
            "tier = [{ id = \"gold\" }, 3]\ncolour = []\n",
        )],
        expect![[r#"
            vocabulary.toml:1:9: error[missing-key]: `tier` has no `name`
                hint: add `name = …`
            vocabulary.toml:1:26: error[wrong-type]: `tier` must be a list of tables, found integer
            vocabulary.toml:2:1: error[unknown-key]: the vocabulary has an unknown key `colour`
                hint: known keys: category, domain, problem, scale, tier, trigger"#]],
    );
}

#[test]
fn tools_and_experiments_are_kept_as_they_are() {
    let catalog = load(&[
        ("tools/a.toml", "x = 1"),
        ("experiments/b.toml", "y = 2"),
        ("published/c.toml", "z = 3"),
        ("published/results.json", "{}"),
    ]);
    let names: Vec<&str> = catalog.data.keys().map(String::as_str).collect();
    let kept = [
        "experiments/b.toml",
        "published/c.toml",
        "published/results.json",
        "tools/a.toml",
    ];
    assert_eq!(names, kept);
}
