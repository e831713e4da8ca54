//! Published results beside ours: what a page shows of them, and what is wrong with them.

use crate::support::{answer, site};
use site::Request;

const PAGE: &str = "+++\nid = \"page:r\"\nname = \"Results\"\nsummary = \"Results.\"\n\
    path = \"/r/\"\nsection = \"start\"\npublished = 2026-01-01\nupdated = 2026-01-01\n+++\n\
    ## First {#first}\n\n```reproduced\nshow = \"published\"\n```\n\n\
    ## Second {#second}\n\n```reproduced\nshow = \"cross-checks\"\n```\n";

const TARGETS: &str = r#"
schema_version = 1
[[target]]
id = "tail-fanout"
title = "Fan-out <b>"
authors = "Jeffrey Dean"
year = 2013
url = "https://example.org/paper"
where = "Figure 5"
confidence = "verified-source"
checks = [
  { q = "p_slow", at = { p = 0.01, n = 100 }, value = 0.63, abs = 0.01 },
  { q = "p_slow", at = { p = 0.5, n = 1 }, value = 0.4, rel = 0.02 },
]
[[target]]
id = "az-headroom"
title = "Headroom"
authors = "A Library"
year = 2019
confidence = "memory-crosschecked"
checks = [{ q = "capacity_over_peak", at = { zones = 3 }, value = 1.5, abs = 1e-9 }]
"#;

const RESULTS: &str = r#"{"schema":1,"targets":[
{"id":"tail-fanout","status":"failing","checks":[
 {"q":"p_slow","at":{"p":0.01,"n":100},"expected":0.63,"got":0.634,"pass":true,"method":"formula"},
 {"q":"p_slow","at":{"p":0.5,"n":1},"expected":0.4,"got":0.5,"pass":false,"method":"simulation","interval":[0.49,0.51]}]},
{"id":"az-headroom","status":"ok","checks":[
 {"q":"capacity_over_peak","at":{"zones":3},"expected":1.5,"got":1.5,"pass":true,"method":"formula"}]}
]}"#;

const KNOWN: &str = "[[failing]]\nid = \"tail-fanout\"\nmeasured = \"One half.\"\nfound = \"A slip of the press.\"\n";

fn files(results: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("pages/r.md", PAGE),
        ("published/tail-latency.toml", TARGETS),
        ("published/known-failing.toml", KNOWN),
        ("published/results.json", results),
    ]
}

#[test]
fn results_stand_beside_their_sources() {
    let site = site(&files(RESULTS));
    assert_eq!(site.problems(), []);
    let (status, html) = answer(&site, &Request::get("/r/"));
    assert_eq!(status, 200);
    let first = html.find("id=\"first\"").expect("the section");
    let second = html.find("id=\"second\"").expect("the section");
    let published = &html[first..second];
    for wanted in [
        "id=\"tail-fanout\"",
        "Fan-out &lt;b&gt;",
        "href=\"https://example.org/paper\"",
        "Figure 5",
        "does not agree",
        "One half. A slip of the press.",
        "0.634",
        "0.49–0.51",
        "± 2 %",
        "1 of 2",
        "dstudio reproduce --only tail-fanout",
    ] {
        assert!(published.contains(wanted), "{wanted} in {published}");
    }
    assert!(!published.contains("Headroom"), "remembered, not published");
    let checks = &html[second..];
    assert!(checks.contains("id=\"az-headroom\"") && checks.contains("Recalled"));
    let (_, markdown) = answer(&site, &Request::get("/r/index.md"));
    let line = "](https://example.org/paper), Jeffrey Dean, 2013: 1 of 2. `dstudio reproduce";
    assert!(markdown.contains(line), "{markdown}");
    assert!(!markdown.contains(" <b>"), "{markdown}");
}

#[test]
fn results_that_do_not_fit_are_findings() {
    for (results, problem) in [
        (
            "{\"schema\":1,\"targets\":[]}",
            "the results are of other targets",
        ),
        ("nonsense", "published/results.json"),
    ] {
        let site = site(&files(results));
        let found = site.problems();
        assert_eq!(found.len(), 2, "each block tells");
        assert!(found[0].to_string().contains(problem), "{}", found[0]);
        let (status, html) = answer(&site, &Request::get("/r/"));
        assert!(status == 200 && html.contains("could not be read"));
    }
    let site = site(&[
        ("pages/r.md", PAGE),
        ("published/a.toml", "schema_version = 2\n"),
    ]);
    let found = site.problems();
    assert!(
        found[0]
            .to_string()
            .contains("published/a.toml:1:18: version 2"),
        "{}",
        found[0]
    );
}
