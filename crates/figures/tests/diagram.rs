//! Diagrams from text: pictures, refusals, and sources that no one would write.

#![allow(clippy::unwrap_used)] // a test stops at the first surprise

use std::path::{Path, PathBuf};

use proptest::prelude::*;

fn sources() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), read(path))).collect()
}

/// Checks what must hold of every figure.
fn check(svg: &figures::Svg, prefix: &str) {
    let markup = svg.markup();
    assert!(!markup.contains("style="), "inline style");
    assert!(!markup.contains("<style"), "style element");
    assert!(
        !markup.contains("NaN") && !markup.contains("inf"),
        "number that is none"
    );
    assert!(markup.contains(&format!("aria-labelledby=\"{prefix}-title")));
    assert!(
        svg.width() > 0.0 && svg.width() < 20_000.0,
        "width {}",
        svg.width()
    );
    assert!(
        svg.height() > 0.0 && svg.height() < 40_000.0,
        "height {}",
        svg.height()
    );
    for class in markup.split("class=\"").skip(1) {
        for name in class.split('"').next().unwrap().split(' ') {
            let known =
                figures::STYLESHEET.contains(&format!(".{name}")) || name == "figure-diagram";
            assert!(known, "class {name} is not in the style sheet");
        }
    }
}

#[test]
fn realistic_diagrams_look_as_reviewed() {
    for (name, source) in sources() {
        let svg = figures::diagram::render(&source, "A title", "A description", &name).unwrap();
        check(&svg, &name);
        assert!(
            svg.markup().len() < 10_000,
            "{name} is {} bytes",
            svg.markup().len()
        );
        insta::assert_snapshot!(name, svg.markup().replace("><", ">\n<"));
    }
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    for (name, source) in sources() {
        let first = figures::diagram::render(&source, "t", "", "a").unwrap();
        for _ in 0..10 {
            assert_eq!(
                figures::diagram::render(&source, "t", "", "a").unwrap(),
                first,
                "{name}"
            );
        }
    }
}

fn refusal(source: &str) -> String {
    figures::diagram::render(source, "t", "", "a")
        .unwrap_err()
        .to_string()
}

#[test]
fn a_refusal_names_the_line_and_quotes_it() {
    let refused = [
        "",
        "\n%% c\npie\n \"a\": 1",
        "flowchart\n a-->b",
        "flowchart LR\n a --> b\n b ==> [c",
        "flowchart LR\n subgraph x\n a --> b",
        "flowchart LR\n a --> b\n style a fill:#f00",
        "flowchart LR\n a:::loud --> b",
        "sequenceDiagram\n A->>B: x\n B=>A: y",
        "sequenceDiagram\n A->>B: x\n note over C: y",
        "sequenceDiagram\n alt x\n A->>B: x\n and y\n end",
        "sequenceDiagram\n A->>B: x\n end",
        "stateDiagram-v2\n [*] --> A\n A -> B",
        "stateDiagram-v2\n A --> B\n class C accent",
        "stateDiagram-v2\n state A {\n B --> C",
    ];
    let lines: Vec<String> = refused
        .iter()
        .map(|source| format!("{source:?}\n  {}", refusal(source)))
        .collect();
    insta::assert_snapshot!("refusals", lines.join("\n"));
}

#[test]
fn text_in_a_source_never_becomes_markup() {
    let source = "flowchart LR\n a[\"<script>alert(1)</script> & x\"] -->|\"<img src=x>\"| b";
    let svg = figures::diagram::render(source, "<b>&\"", "</desc><script>", "a").unwrap();
    assert!(!svg.markup().contains("<script") && !svg.markup().contains("<img"));
    check(&svg, "a");
}

#[test]
fn limits_hold() {
    let wide: String = (0..90).map(|i| format!("a{i} --> b{i}\n")).collect();
    assert!(refusal(&format!("flowchart LR\n{wide}")).contains("exceeds the limit of 80"));
    let deep = "subgraph x\n".repeat(9) + &"end\n".repeat(9);
    assert!(refusal(&format!("flowchart LR\n{deep}")).contains("nested deeper than 8 levels"));
    assert!(refusal(&"x".repeat(17_000)).contains("exceeds the limit of 16384"));
}

fn mutation() -> impl Strategy<Value = (usize, Vec<(usize, usize, String)>)> {
    let piece = prop_oneof![
        "[ -~]{0,3}",
        "\\PC{0,2}",
        Just("\n".to_owned()),
        Just("end\n".to_owned()),
        Just("é".to_owned()),
        Just("subgraph a\n".to_owned()),
        Just("a --> a\n".to_owned()),
        Just("[*] --> a\n".to_owned()),
        Just("state b {\n".to_owned()),
        Just("}\n".to_owned()),
        Just("note over A,B: x\n".to_owned()),
        Just("note right of Open : x\n".to_owned()),
        Just("--\n".to_owned()),
        Just("direction LR\n".to_owned()),
    ];
    (
        0..8usize,
        prop::collection::vec((0..2000usize, 0..12usize, piece), 1..5),
    )
}

fn apply(source: &str, edits: &[(usize, usize, String)]) -> String {
    let mut characters: Vec<char> = source.chars().collect();
    for (at, removed, inserted) in edits {
        let at = at % (characters.len() + 1);
        let end = (at + removed).min(characters.len());
        characters.splice(at..end, inserted.chars());
    }
    characters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_sources_are_drawn_or_refused((which, edits) in mutation()) {
        let source = apply(&sources()[which].1, &edits);
        if let Ok(svg) = figures::diagram::render(&source, "t", "d", "a") {
            check(&svg, "a");
        }
    }

    #[test]
    fn random_flowcharts_are_drawn(edges in prop::collection::vec((0..12u8, 0..12u8, 0..4u8), 1..24), groups in 0..4u8, direction in 0..4usize) {
        let mut source = format!("flowchart {}\n", ["TB", "LR", "BT", "RL"][direction]);
        for group in 0..groups {
            source += &format!("subgraph g{group}\n n{}\n n{}\nend\n", group * 2, group * 2 + 1);
        }
        for (from, to, style) in edges {
            // Some edges lead to a group instead of a node.
            let to = if to < groups { format!("g{to}") } else { format!("n{to}") };
            source += &format!("n{from} {} {to}\n", ["-->", "-.->", "-->|some label|", "==>"][usize::from(style)]);
        }
        check(&figures::diagram::render(&source, "t", "d", "a").unwrap(), "a");
    }

    #[test]
    fn random_states_are_drawn(edges in prop::collection::vec((0..7u8, 0..7u8), 1..14), nested in any::<bool>()) {
        let mut source = "stateDiagram-v2\n[*] --> s0\n".to_owned();
        for (from, to) in &edges {
            source += &format!("s{from} --> s{to} : event\n");
        }
        if nested {
            source += "state s1 {\n[*] --> t1\nt1 --> t2 : inner\n--\nu1 --> u1\n}\ns1 --> [*]\n";
        }
        check(&figures::diagram::render(&source, "t", "d", "a").unwrap(), "a");
    }
}
