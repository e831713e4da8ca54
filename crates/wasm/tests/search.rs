//! The committed search module against native code: the same bytes on the same inputs.

mod module;

use module::Loaded;
use search::{Document, Index, Options, Section, Synonyms};

/// The module as the site serves it.
const MODULE: &[u8] = include_bytes!("../../site/assets/wasm/search.wasm");

/// The search of a browser tab.
struct Browser {
    module: Loaded,
}

impl Browser {
    fn new() -> Self {
        Self {
            module: Loaded::new(MODULE),
        }
    }

    fn open(&mut self, core: &[u8]) -> u32 {
        let (start, len) = self.module.pass(core);
        let open = self.module.function::<(u32, u32), u32>("search_open");
        let status = open
            .call(&mut self.module.store, (start, len))
            .expect("search_open returns");
        self.module.free(start, len);
        status
    }

    fn add(&mut self, name: &str, part: &[u8]) -> u32 {
        let name = self.module.pass(name.as_bytes());
        let part = self.module.pass(part);
        let add = self
            .module
            .function::<(u32, u32, u32, u32), u32>("search_add");
        let arguments = (name.0, name.1, part.0, part.1);
        let status = add
            .call(&mut self.module.store, arguments)
            .expect("search_add returns");
        self.module.free(name.0, name.1);
        self.module.free(part.0, part.1);
        status
    }

    /// Calls `search_needs` or `search_query`.
    fn ask(&mut self, function: &str, request: &str, limit: u32) -> String {
        let (start, len) = self.module.pass(request.as_bytes());
        let ask = self.module.function::<(u32, u32, u32), u32>(function);
        let answer = ask
            .call(&mut self.module.store, (start, len, limit))
            .expect("the call returns");
        self.module.free(start, len);
        self.module.answer(answer)
    }

    fn search(&mut self, index: &Index, request: &str, limit: u32) -> String {
        loop {
            let needs = self.ask("search_needs", request, limit);
            if needs.is_empty() {
                return self.ask("search_query", request, limit);
            }
            for name in needs.lines() {
                let parts = index.to_parts();
                let part = parts
                    .iter()
                    .find(|part| part.name == name)
                    .expect("the part exists");
                assert_eq!(self.add(name, &part.bytes), 1, "{name}");
            }
        }
    }
}

/// Documents with enough words for several shards, made of the word list of crate `search`.
fn index() -> Index {
    let words: Vec<&str> = include_str!("../../search/tests/words.txt")
        .lines()
        .collect();
    let prose = |from: usize, count: usize| -> String {
        (0..count)
            .map(|at| words[(from * 7 + at * at * 13 + at) % words.len()])
            .collect::<Vec<_>>()
            .join(" ")
    };
    let documents: Vec<Document> = (0..30)
        .map(|number| Document {
            id: format!("{}:{number:03}", ["pattern", "term"][number % 2]),
            url: format!("/{number}/"),
            title: prose(number * 31, 2),
            kind: ["pattern", "term"][number % 2].to_owned(),
            aliases: vec![prose(number * 17, 2)],
            summary: prose(number * 5, 12),
            keywords: vec![prose(number * 3, 4)],
            sections: (0..2)
                .map(|at| Section {
                    anchor: format!("s{at}"),
                    heading: prose(number + at, 3),
                    text: prose(number * 11 + at * 101, 60),
                })
                .collect(),
        })
        .collect();
    let groups = vec![vec![
        "cache".to_owned(),
        "replica set".to_owned(),
        "circuit breaker".to_owned(),
    ]];
    Index::build(&documents, &Synonyms { groups })
}

#[test]
fn the_module_answers_as_native_code_does() {
    let index = index();
    let mut browser = Browser::new();
    assert_eq!(browser.open(&index.to_parts()[0].bytes), 1);
    let mut found = 0;
    for (query, kind) in [
        ("circuit breaker", ""),
        ("availability zone los", "pattern"),
        ("consistancy", ""),
        ("failover replica", "term"),
        ("quorum reads and writes", ""),
        ("behaviour na\u{ef}ve \u{1f980}", ""),
        ("one slow service takes down everything", ""),
        ("", ""),
    ] {
        let kinds = (!kind.is_empty())
            .then(|| kind.to_owned())
            .into_iter()
            .collect();
        let native = index.search(query, &Options { limit: 8, kinds });
        found += native.hits.len();
        let answer = browser.search(&index, &format!("{query}\n{kind}"), 8);
        assert_eq!(
            answer,
            native.to_json(),
            "{query:?}: if crate search changed, run scripts/build-wasm"
        );
    }
    assert!(found > 25, "{found}");
}

#[test]
fn the_module_survives_misuse() {
    let mut browser = Browser::new();
    assert_eq!(browser.ask("search_query", "circuit", 5), "");
    assert_eq!(browser.add("p0", b"x"), 0);
    assert_eq!(browser.open(b"not an index"), 0);
    let index = index();
    assert_eq!(browser.open(&index.to_parts()[0].bytes), 1);
    assert_eq!(browser.add("p0", b"x"), 0);
    assert_eq!(browser.add("nothing", b"x"), 0);
    assert_eq!(browser.ask("search_query", "circuit breaker", 5), "");
}
