//! What must hold for every input.

use proptest::prelude::*;
use search::{CORE, Document, Error, Index, Options, Section, Session, Synonyms};

/// Text of words that meet often, so that queries find something, with odd letters in between.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => prop::sample::select(vec![
            "circuit", "breaker", "retry", "Retries", "queue", "time-out", "timeout", "DynamoDB",
            "consistency", "behaviour", "the", "your", "can't", "naïve", "p99", "共识", "é", "🦀",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => any::<String>(),
    ];
    prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

fn document() -> impl Strategy<Value = Document> {
    let section = (text(), text(), text()).prop_map(|(anchor, heading, text)| Section {
        anchor,
        heading,
        text,
    });
    let names = (text(), text(), prop::collection::vec(text(), 0..3));
    let rest = (prop::sample::select(vec!["pattern", "term"]), text());
    (
        names,
        rest,
        prop::collection::vec(text(), 0..3),
        prop::collection::vec(section, 0..4),
    )
        .prop_map(
            |((id, title, aliases), (kind, summary), keywords, sections)| Document {
                url: format!("/{id}/"),
                id,
                title,
                kind: kind.to_owned(),
                aliases,
                summary,
                keywords,
                sections,
            },
        )
}

fn index() -> impl Strategy<Value = Index> {
    let synonyms = prop::collection::vec(prop::collection::vec(text(), 0..3), 0..4);
    (prop::collection::vec(document(), 0..8), synonyms)
        .prop_map(|(documents, groups)| Index::build(&documents, &Synonyms { groups }))
}

/// Opens a session with the core alone and searches, adding what is asked for.
fn search_in_rounds(index: &Index, query: &str, options: &Options) -> (String, usize) {
    let parts = index.to_parts();
    let mut session = Session::open(&parts[0].bytes).expect("the core opens");
    let mut rounds = 0;
    loop {
        let needs = session.needs(query, options);
        if needs.is_empty() {
            let results = session.search(query, options).expect("nothing is missing");
            return (results.to_json(), rounds);
        }
        rounds += 1;
        for name in needs {
            let part = parts
                .iter()
                .find(|part| part.name == name)
                .expect("the part exists");
            session.add(&name, &part.bytes).expect("the part fits");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_query_has_an_answer(index in index(), query in prop_oneof![text(), any::<String>()]) {
        let options = Options { limit: 5, kinds: Vec::new() };
        let results = index.search(&query, &options);
        prop_assert!(results.hits.len() <= 5);
        prop_assert!(results.total >= results.hits.len());
        for pair in results.hits.windows(2) {
            prop_assert!(pair[0].score >= pair[1].score);
        }
        for hit in &results.hits {
            prop_assert!(hit.score.is_finite());
        }
    }

    #[test]
    fn passages_are_pieces_of_the_text(document in document(), query in text()) {
        let texts: Vec<String> = std::iter::once(&document.summary)
            .chain(document.sections.iter().map(|section| &section.text))
            .map(|text| text.replace(['\n', '\r', '\t'], " "))
            .collect();
        let index = Index::build(&[document], &Synonyms::default());
        for hit in index.search(&query, &Options::default()).hits {
            let shown: String = hit.passage.iter().map(|piece| piece.text.as_str()).collect();
            let shown = shown.strip_prefix("… ").unwrap_or(&shown);
            let shown = shown.strip_suffix(" …").unwrap_or(shown);
            prop_assert!(texts.iter().any(|text| text.contains(shown)), "{shown:?}");
            prop_assert!(hit.passage.iter().all(|piece| !piece.text.is_empty()));
        }
    }

    #[test]
    fn parts_on_demand_give_the_same_bytes(index in index(), query in text(), limit in 0_usize..9) {
        let options = Options { limit, kinds: vec!["pattern".to_owned()] };
        let (json, rounds) = search_in_rounds(&index, &query, &options);
        prop_assert_eq!(&json, &index.search(&query, &options).to_json());
        let read_again = Index::from_parts(index.to_parts().to_vec()).expect("they are all");
        prop_assert_eq!(json, read_again.search(&query, &options).to_json());
        prop_assert!(rounds <= 3);
    }

    #[test]
    fn kinds_filter(index in index(), query in text()) {
        let options = Options { limit: 9, kinds: vec!["term".to_owned()] };
        prop_assert!(index.search(&query, &options).hits.iter().all(|hit| hit.kind == "term"));
    }

    #[test]
    fn order_of_documents_does_not_matter(
        mut documents in prop::collection::vec(document(), 0..6),
        query in text(),
    ) {
        for (number, document) in documents.iter_mut().enumerate() {
            document.id = format!("term:{number}");
        }
        let one = Index::build(&documents, &Synonyms::default());
        documents.reverse();
        let other = Index::build(&documents, &Synonyms::default());
        prop_assert_eq!(one.to_parts(), other.to_parts());
        let options = Options::default();
        prop_assert_eq!(one.search(&query, &options), other.search(&query, &options));
    }

    #[test]
    fn every_beginning_of_a_title_word_finds_it(
        word in "[a-z]{3,14}",
        others in prop::collection::vec("[a-z]{3,14}", 0..5),
    ) {
        let titles = std::iter::once(&word).chain(&others);
        let documents: Vec<Document> = titles
            .map(|title| Document { id: title.clone(), title: title.clone(), ..Document::default() })
            .collect();
        let index = Index::build(&documents, &Synonyms::default());
        let options = Options { limit: 100, kinds: Vec::new() };
        for end in 2..=word.len() {
            let results = index.search(&word[..end], &options);
            prop_assert!(results.hits.iter().any(|hit| hit.id == word), "{}", &word[..end]);
        }
    }

    #[test]
    fn damaged_parts_are_errors_not_panics(
        index in index(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        query in text(),
    ) {
        let damaged = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            for (at, byte) in &damage {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            bytes
        };
        let parts = index.to_parts();
        let core = &parts[0].bytes;
        prop_assert_eq!(Session::open(&core[..cut.index(core.len())]).err(), Some(Error::Malformed));
        for core in [core.clone(), damaged(core)] {
            let Ok(mut session) = Session::open(&core) else { continue };
            for part in &parts[1..] {
                if session.add(&part.name, &damaged(&part.bytes)).is_err() {
                    let _ = session.add(&part.name, &part.bytes);
                }
            }
            let _ = session.search(&query, &Options::default());
        }
    }

    #[test]
    fn foreign_bytes_are_errors(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Session::open(&bytes).is_err());
        let core = [b"DSS1".as_slice(), &bytes].concat();
        let _ = Session::open(&core);
    }
}

#[test]
fn unknown_part_names() {
    let index = Index::build(&[], &Synonyms::default());
    let mut session = Session::open(&index.to_parts()[0].bytes).expect("the core opens");
    for name in [
        "",
        "p",
        "p0",
        "t9",
        "p-1",
        "x1",
        CORE,
        "p99999999999999999999",
    ] {
        assert_eq!(
            session.add(name, b""),
            Err(Error::UnknownPart(name.to_owned()))
        );
    }
}
