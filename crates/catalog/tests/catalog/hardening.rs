//! Whatever the bytes, a load ends soon, with findings and without a panic.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use catalog::{Catalog, FILE_BYTES_MAX, Layer, evaluate, format_value, near_duplicates};
use proptest::prelude::*;

use crate::support::{VOCABULARY, generated, page, page_with};

/// Size of a page that repeats one thing. Quadratic work on it shows, linear work is quick.
const STRETCHED_BYTES: usize = FILE_BYTES_MAX / 4;
/// Far more than such a load takes without optimisation, far less than quadratic work would.
const LOAD_MAX: Duration = Duration::from_secs(6);

fn load_bytes(path: &str, bytes: Vec<u8>) -> Catalog {
    let mut layer = Layer {
        name: "studio".into(),
        ..Layer::default()
    };
    layer
        .files
        .insert("vocabulary.toml".into(), VOCABULARY.as_bytes().to_vec());
    layer.files.insert(path.into(), bytes);
    let foreign = layer.files[path]
        .windows(3)
        .any(|three| three == "\u{e000}".as_bytes());
    let catalog = Catalog::load(&[layer], &generated());
    for entry in catalog.entries() {
        for section in catalog::section_texts(entry) {
            assert!(
                foreign || !section.text.contains('\u{e000}'),
                "a stand-in got out"
            );
        }
    }
    let _ = near_duplicates(&catalog);
    catalog
}

/// Loads a page of `part` over and over.
fn stretched(name: &str, start: &str, part: &str, end: &str) {
    let head = page(start);
    let room = STRETCHED_BYTES - head.len() - end.len();
    let text = format!("{head}{}{end}", part.repeat(room / part.len()));
    let started = Instant::now();
    load_bytes("p.md", text.into_bytes());
    let took = started.elapsed();
    assert!(took < LOAD_MAX, "{name} took {took:?}");
}

#[test]
fn marks_that_never_end_take_linear_time() {
    for (name, part) in [
        ("computed", "{="),
        ("assumed", "{assume:"),
        ("quoted", "{exp:"),
        ("citations", "[^"),
        ("unknown citations", "[^a] "),
        ("figures", "1 ms "),
        ("backticks", "` `` ```` "),
        ("brackets", "[a]("),
        ("dollars", "$a$ $ $$ "),
    ] {
        stretched(name, "", part, "\n");
    }
}

#[test]
fn deep_nesting_takes_linear_time_and_no_stack() {
    for (name, part) in [
        ("quotes", ">"),
        ("spaced quotes", "> "),
        ("lists", "- "),
        ("numbers", "1. "),
        ("emphasis", "*_"),
        ("strong", "**a "),
        ("struck", "~~a "),
        ("links", "[a "),
        ("images", "![a"),
        ("html", "<a "),
        ("comments", "<!-- "),
    ] {
        stretched(name, "", part, "\n");
    }
    let mut steps = String::new();
    for depth in 0..700 {
        steps.push_str(&"  ".repeat(depth));
        steps.push_str("- x\n");
    }
    load_bytes("p.md", page(&steps).into_bytes());
}

#[test]
fn large_tables_and_many_headings_take_linear_time() {
    stretched("rows", "| a | b |\n| - | - |\n", "| 1 ms | {= 1} |\n", "");
    stretched("columns", "|", "a|", "\n");
    stretched("headings", "", "## A\n", "");
    stretched("links", "## A\n\n", "[](#b) [](law:x) ", "\n");
    stretched("steps", "", "```step\ndo = 1\n```\n", "");
    stretched("expressions", "", "{=erlang_c(10000,9999)} ", "\n");
}

#[test]
fn front_matter_of_any_shape_takes_linear_time_and_no_stack() {
    for (name, start, part, end) in [
        ("arrays", "a = ", "[", "\n"),
        ("tables", "a = ", "{ b = ", "\n"),
        ("dotted keys", "a", ".a", " = 1\n"),
        ("dotted headers", "[a", ".a", "]\n"),
        ("strings in a line", "aliases = [", "\"a\",", "]\n"),
        ("relations in a line", "relations.laws = [", "\"b\",", "]\n"),
        ("unknown keys", "", "", ""),
        ("sources", "", "[[sources]]\nkey = \"a\"\n", ""),
    ] {
        let head = page_with("", "x");
        let (head, tail) = head.split_at(head.len() - "+++\nx".len());
        let room = STRETCHED_BYTES - head.len() - 100;
        let middle = if part.is_empty() {
            (0..room / 12).map(|n| format!("k{n} = 1\n")).collect()
        } else {
            part.repeat(room / part.len())
        };
        let text = format!("{head}{start}{middle}{end}{tail}");
        let started = Instant::now();
        load_bytes("p.md", text.into_bytes());
        let took = started.elapsed();
        assert!(took < LOAD_MAX, "{name} took {took:?}");
    }
    for (path, part) in [("interface.toml", "a."), ("planned/a.toml", "[[entry]]\n")] {
        let text = format!("{}a = \"x\"\n", part.repeat(50_000));
        let started = Instant::now();
        load_bytes(path, text.into_bytes());
        assert!(started.elapsed() < LOAD_MAX, "{path}");
    }
}

#[test]
fn long_chains_of_relations_take_little_time() {
    let mut planned = String::new();
    for n in 0..2_000 {
        planned.push_str(&format!(
            "[[entry]]\nid = \"pattern:p{n}\"\nname = \"P\"\nrelations.requires = [\"p{}\"]\n",
            n + 1
        ));
    }
    let started = Instant::now();
    load_bytes("planned/a.toml", planned.into_bytes());
    assert!(started.elapsed() < LOAD_MAX, "took {:?}", started.elapsed());
}

/// Inputs that were once misread, or that stand for a family of odd ones.
#[test]
fn the_corpus_is_read_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut count = 0;
    for file in std::fs::read_dir(folder).expect("the corpus is there") {
        let bytes = std::fs::read(file.expect("a readable folder").path()).expect("readable");
        for path in ["p.md", "home.toml", "planned/p.toml", "glossary.toml"] {
            load_bytes(path, bytes.clone());
        }
        for end in (0..bytes.len()).step_by(7) {
            load_bytes("p.md", bytes[..end].to_vec());
        }
        count += 1;
    }
    assert!(count >= 15, "{count} inputs");
}

/// The Studio's own pages, as raw material.
fn own_pages() -> Vec<Vec<u8>> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    collect(&content, &mut paths);
    paths.sort();
    // One page in nine: every kind is among them, and the test stays quick.
    let pages = paths.iter().step_by(9);
    pages.filter_map(|path| std::fs::read(path).ok()).collect()
}

/// One change to a page.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(usize, u8),
    Delete(usize, usize),
    Insert(usize, &'static str),
    Splice(usize, usize, usize, usize),
    Repeat(usize, usize),
}

const PIECES: [&str; 24] = [
    "```",
    "~~~",
    "+++\n",
    "{=",
    "{assume: a = 1}",
    "{exp:a.b}",
    "[^",
    "[^a]",
    "> ",
    "- ",
    "1. ",
    "|",
    "\n| - |\n",
    "$$",
    "$",
    "`",
    "*",
    "[](",
    "](law:x)",
    "<script>",
    "<!--",
    "\u{e000}",
    "\r\n",
    "\0",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20));
    let short = 0..200usize;
    prop_oneof![
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Mutation::Flip(at, byte)),
        (place.clone(), short.clone()).prop_map(|(at, length)| Mutation::Delete(at, length)),
        (place.clone(), prop::sample::select(&PIECES[..]))
            .prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (place.clone(), place.clone(), short.clone(), 0..50usize)
            .prop_map(|(to, from, length, page)| Mutation::Splice(to, from, length, page)),
        (place, short).prop_map(|(at, length)| Mutation::Repeat(at, length)),
    ]
}

fn mutated(pages: &[Vec<u8>], start: usize, mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = pages[start % pages.len()].clone();
    for mutation in mutations {
        let size = bytes.len().max(1);
        match mutation {
            Mutation::Flip(at, byte) => {
                if let Some(target) = bytes.get_mut(at % size) {
                    *target = *byte;
                }
            }
            Mutation::Delete(at, length) => {
                let at = (at % size).min(bytes.len());
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Mutation::Insert(at, piece) => {
                let at = (at % size).min(bytes.len());
                bytes.splice(at..at, piece.bytes());
            }
            Mutation::Splice(to, from, length, page) => {
                let other = &pages[page % pages.len()];
                let from = from % other.len();
                let part = other[from..(from + length).min(other.len())].to_vec();
                let to = (to % size).min(bytes.len());
                bytes.splice(to..to, part);
            }
            Mutation::Repeat(at, length) => {
                let at = (at % size).min(bytes.len());
                let part = bytes[at..(at + length).min(bytes.len())].repeat(3);
                bytes.splice(at..at, part);
            }
        }
    }
    // Most mutations should reach the parser: what is no text is replaced.
    String::from_utf8_lossy(&bytes).into_owned().into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mutation_of_a_page_is_read(
        start in 0..50usize,
        mutations in prop::collection::vec(mutation(), 1..12),
    ) {
        let pages = own_pages();
        load_bytes("p.md", mutated(&pages, start, &mutations));
    }

    #[test]
    fn any_mixture_of_marks_is_read(
        parts in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60),
    ) {
        let catalog = load_bytes("p.md", page(&parts.concat()).into_bytes());
        for found in &catalog.diagnostics {
            prop_assert!(found.place.line >= 1 && found.place.column >= 1);
        }
    }

    #[test]
    fn any_expression_has_a_value_or_a_reason(
        text in "[ a-c0-9.eE_+*/^(),|µ-]{0,80}",
        unit in "(%|/s|ms|)",
    ) {
        let names = BTreeMap::from([("a".to_owned(), 2.0), ("b".to_owned(), -1e300)]);
        if let Ok(value) = evaluate(&text, &names, &mut |_| ()) {
            prop_assert!(value.is_finite());
            prop_assert!(!format_value(value, &unit).is_empty());
        }
    }

    #[test]
    fn whole_sums_are_exact(a in -1_000i32..1_000, b in -1_000i32..1_000, c in 1i32..50) {
        let text = format!("({a}) * {c} - ({b}) + {c}");
        let value = evaluate(&text, &BTreeMap::new(), &mut |_| ());
        prop_assert_eq!(value, Ok(f64::from(a * c - b + c)));
    }
}
