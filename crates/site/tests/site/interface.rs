//! Every text that the code asks for stands in `content/interface.toml`.

use std::collections::BTreeSet;
use std::path::Path;

use catalog::{AdmonitionKind, Catalog, Kind, RelationKind};

use crate::support::layer;

const INTERFACE: &str = include_str!("../../../../content/interface.toml");

fn sources(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder)
        .expect("a source folder")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&std::fs::read_to_string(path).expect("readable"));
        }
    }
}

/// The ids that code passes as literals: `t("…")`, `text("…")`, `fact("…", …)`, `labelled("…", …)`.
fn asked(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let calls = [
        "t(\"",
        "text(\"",
        "fact(\"",
        "labelled(\"",
        "labelled_list(\"",
        "(\"nav.",
    ];
    for call in calls {
        for (at, _) in code.match_indices(call) {
            let before = code[..at].chars().next_back();
            let whole =
                call.starts_with('(') || !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let start = at + call.find('"').expect("each call has a quote") + 1;
            let id = code[start..].split('"').next().unwrap_or("");
            if whole && id.contains('.') && !id.contains(['{', ' ', '/', ':', '[']) {
                found.insert(id.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_text_that_code_asks_for_exists() {
    let layers = [layer("studio", &[("interface.toml", INTERFACE)])];
    let catalog = Catalog::load(&layers, &site::generated());
    let mut code = String::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["site/src", "dstudio/src"] {
        sources(&crates.join(name), &mut code);
    }
    let mut ids = asked(&code);
    assert!(ids.len() > 80, "only {} ids found", ids.len());
    for kind in Kind::ALL {
        ids.insert(format!("kind.{kind}"));
        ids.insert(format!("kinds.{kind}"));
    }
    for relation in RelationKind::ALL {
        ids.insert(format!("relation.{}", relation.key()));
        if !relation.is_symmetric() {
            ids.insert(format!("inverse.{}.any", relation.key()));
        }
    }
    for kind in ["note", "tip", "important", "warning", "caution"] {
        ids.insert(format!("admonition.{kind}"));
    }
    assert_eq!(AdmonitionKind::Note.name(), "note");
    let families: [(&str, &[&str]); 5] = [
        (
            "source",
            &[
                "paper", "book", "docs", "blog", "standard", "report", "talk",
            ],
        ),
        (
            "study",
            &[
                "production-system",
                "design-exercise",
                "evolution",
                "incident-led",
            ],
        ),
        ("signals", &["above", "below", "changes"]),
        (
            "section",
            &[
                "start",
                "principles",
                "patterns",
                "handbook",
                "tools",
                "reference",
                "emergency",
            ],
        ),
        ("filter", &["tier", "scale", "law", "answers"]),
    ];
    for (family, members) in families {
        ids.extend(members.iter().map(|member| format!("{family}.{member}")));
    }
    let missing: Vec<&String> = ids.iter().filter(|id| !catalog.interface.has(id)).collect();
    assert!(
        missing.is_empty(),
        "not in content/interface.toml: {missing:?}"
    );
}

#[test]
fn ids_are_found_in_code() {
    let code = "a.t(\"x.y\") (t(\"z.a\")) format(\"b.c\") interface.text(\"d.e\") t(&format!(\"kind.{k}\"))";
    let found: Vec<String> = asked(code).into_iter().collect();
    assert_eq!(found, ["d.e", "x.y", "z.a"]);
}
