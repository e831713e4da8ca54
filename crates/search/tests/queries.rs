//! What queries find, on documents small enough to see why.

use search::{Document, Index, Options, QUERY_BYTES_MAX, Section, Synonyms};

fn document(id: &str, title: &str, aliases: &[&str], summary: &str) -> Document {
    Document {
        id: id.to_owned(),
        url: format!("/{id}/"),
        title: title.to_owned(),
        kind: id.split(':').next().unwrap_or_default().to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        summary: summary.to_owned(),
        ..Document::default()
    }
}

fn index() -> Index {
    let mut breaker = document(
        "pattern:circuit-breaker",
        "Circuit breaker",
        &["breaker"],
        "Stop calling a dependency that keeps failing.",
    );
    breaker.sections = vec![
        Section {
            anchor: "how-it-works".to_owned(),
            heading: "How it works".to_owned(),
            text: "Closed, open and half-open: after a run of failures calls are refused."
                .to_owned(),
        },
        Section {
            anchor: "how-it-fails".to_owned(),
            heading: "How it fails".to_owned(),
            text: "One breaker for a sharded dependency opens for all shards when one is sick. \
                   Thresholds on few requests flap."
                .to_owned(),
        },
    ];
    let mut pressure = document(
        "pattern:backpressure",
        "Backpressure",
        &["flow control"],
        "Tell a producer to slow down.",
    );
    pressure.keywords = vec!["consumer cannot keep up with producer".to_owned()];
    let documents = [
        breaker,
        pressure,
        document(
            "pattern:timeout",
            "Timeout",
            &["time limit"],
            "Give up waiting after a while.",
        ),
        document(
            "term:eventual-consistency",
            "Eventual consistency",
            &[],
            "Replicas converge.",
        ),
        document(
            "term:idempotence",
            "Idempotence",
            &[],
            "Twice has the effect of once.",
        ),
        document(
            "case-study:dynamo",
            "Amazon Dynamo",
            &["Dynamo"],
            "An always writeable store.",
        ),
        document(
            "law:behaviour",
            "Emergent behaviour",
            &[],
            "What no part shows alone.",
        ),
        document(
            "pattern:serialisation",
            "Serialisation formats",
            &[],
            "Bytes on the wire.",
        ),
        document(
            "pattern:leader",
            "Leader election",
            &["choosing a primary"],
            "One decides.",
        ),
    ];
    let groups = vec![vec![
        "leader".to_owned(),
        "primary".to_owned(),
        "master node".to_owned(),
    ]];
    Index::build(&documents, &Synonyms { groups })
}

/// The id and address of the first result.
fn check(query: &str, expected: &str) {
    let results = index().search(query, &Options::default());
    let first = results.hits.first().map_or("", |hit| hit.id.as_str());
    assert_eq!(first, expected, "{query}");
}

#[test]
fn stems_and_spellings() {
    check("circuits breaking", "pattern:circuit-breaker");
    check("emergent behavior", "law:behaviour");
    check("serialization", "pattern:serialisation");
    check("serializing", "pattern:serialisation");
}

#[test]
fn beginnings() {
    check("circ", "pattern:circuit-breaker");
    check("eventual consi", "term:eventual-consistency");
    check("consisten", "term:eventual-consistency");
    check("dyn", "case-study:dynamo");
}

#[test]
fn slips() {
    check("cirucit breaker", "pattern:circuit-breaker");
    check("idempotance", "term:idempotence");
    check("eventaul consistancy", "term:eventual-consistency");
    check("consistanc", "term:eventual-consistency");
}

#[test]
fn words_written_apart_and_together() {
    check("time out", "pattern:timeout");
    check("time-outs", "pattern:timeout");
    check("back pressure", "pattern:backpressure");
    check("circuitbreaker", "pattern:circuit-breaker");
}

#[test]
fn symptoms_aliases_synonyms() {
    check(
        "consumer can't keep up with producer",
        "pattern:backpressure",
    );
    check("flow control", "pattern:backpressure");
    check("elect a master node", "pattern:leader");
    check("elect primary", "pattern:leader");
}

#[test]
fn section_and_passage() {
    let results = index().search("sick shard thresholds", &Options::default());
    let hit = &results.hits[0];
    assert_eq!(hit.url, "/pattern:circuit-breaker/#how-it-fails");
    assert_eq!(hit.section_title, "How it fails");
    let marked: Vec<&str> = hit
        .passage
        .iter()
        .filter(|piece| piece.highlighted)
        .map(|piece| piece.text.as_str())
        .collect();
    assert_eq!(marked, ["sharded", "shards", "sick", "Thresholds"]);
}

#[test]
fn a_name_leads_to_the_top_of_its_page() {
    let results = index().search("circuit breaker", &Options::default());
    assert_eq!(results.hits[0].url, "/pattern:circuit-breaker/");
    assert_eq!(results.hits[0].section_title, "");
}

#[test]
fn limits() {
    let index = index();
    let long = "x".repeat(QUERY_BYTES_MAX) + " breaker";
    assert!(index.search(&long, &Options::default()).hits.is_empty());
    let many = "zzz ".repeat(16) + "breaker";
    assert!(index.search(&many, &Options::default()).hits.is_empty());
    assert!(index.search("", &Options::default()).hits.is_empty());
    let none = Options {
        limit: 0,
        kinds: Vec::new(),
    };
    assert!(index.search("breaker", &none).hits.is_empty());
}
