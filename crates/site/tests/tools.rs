//! The tools' pages and their JSON, on the Studio's own content.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use catalog::{Catalog, Layer};
use site::{Fragments, Mode, Request, Response, Site};

const PAGES: [&str; 3] = [
    "/tools/pattern-decision-calculator/",
    "/architects-handbook/quantitative-analysis/",
    "/start-here/assessment/",
];

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}

fn made(mode: Mode) -> Site {
    let mut layer = Layer {
        name: "studio".to_owned(),
        ..Layer::default()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    collect(&root, "", &mut layer.files);
    Site::new(
        Catalog::load(&[layer], &site::generated()),
        Fragments::default(),
        mode,
    )
}

fn live() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| made(Mode::Live))
}

fn get(site: &Site, path: &str, query: &[(&str, &str)]) -> (u16, String) {
    let request = Request {
        path: path.to_owned(),
        query: query
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect(),
    };
    match site.respond(&request) {
        Response::Page { status, body, .. } => (status, String::from_utf8(body).expect("UTF-8")),
        Response::Redirect { to } => panic!("{path} leads to {to}"),
    }
}

#[test]
fn every_page_shows_a_form_and_a_worked_example() {
    for path in PAGES {
        let (status, page) = get(live(), path, &[]);
        assert_eq!(status, 200);
        assert!(
            page.contains("<form method=\"get\"") && page.contains("Worked example"),
            "{path}"
        );
        assert!(!page.contains("noindex") && !page.contains("style="));
        // A text that is missing shows its id.
        assert!(!page.contains(">tool."), "{path}");
        assert!(live().tools().decide.is_ok() && live().tools().assess.is_ok());
    }
}

#[test]
fn a_result_stands_before_the_form_and_is_not_listed() {
    let query = [
        ("users", "2M"),
        ("data_gb", ""),
        ("problems", "retry-storm"),
    ];
    let (_, page) = get(live(), PAGES[0], &query);
    let answer = page.find("class=\"tool-answer\"").expect("an answer");
    assert!(answer < page.find("<form method=\"get\"").expect("a form"));
    assert!(page.contains("noindex") && page.contains("value=\"2M\""));
    assert!(page.contains("value=\"retry-storm\" checked"));
    assert!(page.contains("dstudio decide --users 2000000 --problems retry-storm"));
    assert!(page.contains("/api/v1/decide?users=2000000&amp;problems=retry-storm"));
    // Foreign parameters do no harm.
    let (_, page) = get(live(), PAGES[2], &[("work", "lead"), ("utm", "x")]);
    assert!(page.contains("Leadership") && page.contains("value=\"lead\" checked"));
}

#[test]
fn errors_keep_what_was_typed() {
    let query = [
        ("users", "<-5>"),
        ("data_gb", "7"),
        ("existing", "cash aside"),
    ];
    let (status, page) = get(live(), PAGES[0], &query);
    assert_eq!(status, 200);
    assert!(page.contains("role=\"alert\"") && page.contains("href=\"#f-users\""));
    assert!(page.contains("value=\"&lt;-5&gt;\"") && page.contains("value=\"7\""));
    assert!(page.contains("did you mean &quot;cache-aside&quot;?"));
    let query = [
        ("arrival_rate_per_s", "12"),
        ("service_time_ms", "100"),
        ("servers", "1"),
    ];
    let (_, page) = get(live(), PAGES[1], &query);
    assert!(page.contains("12 requests/s × 0.1 s = 1.2 servers of work per second for 1 server"));
}

#[test]
fn programs_get_json() {
    let (status, body) = get(live(), "/api/v1/decide", &[("users", "5000000")]);
    let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &answer["schema"]), (200, &1.into()));
    assert_eq!(answer["scale"]["band"], "1M-10M");
    let (status, body) = get(live(), "/api/v1/capacity", &[("rate", "5")]);
    let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(status, 400);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(3));
    let query = [
        ("arrival_rate_per_s", "12"),
        ("service_time_ms", "100"),
        ("servers", "1"),
    ];
    assert_eq!(get(live(), "/api/v1/capacity", &query).0, 422);
    let (status, body) = get(live(), "/api/v1/assess", &[("work", "lead")]);
    assert!(status == 200 && body.contains("path:manager"));
    assert_eq!(get(live(), "/api/v1/nothing", &[]).0, 404);
}

#[test]
fn the_diagnosis_stands_on_top_of_the_troubleshooting_page() {
    let path = "/troubleshooting/";
    let (status, page) = get(live(), path, &[]);
    assert_eq!(status, 200);
    // The safe step first, the page's own text below; nothing asked, so no causes.
    let at = |part: &str| page.find(part).unwrap_or_else(|| panic!("no {part}"));
    assert!(at("data-fix-form") < at("fix-safe") && at("fix-safe") < at("id=\"by-symptom\""));
    assert!(!page.contains("class=\"fix-causes\"") && !page.contains("noindex"));
    assert!(!page.contains(">tool.") && !page.contains("style="));
    let query = [
        ("text", "kafka <lag> grows"),
        ("symptom", "grew-over-hours"),
        ("deliveries_of_one_message", "1"),
        ("no_leader", "unknown"),
        ("utm", "x"),
    ];
    let (_, page) = get(live(), path, &query);
    let at = |part: &str| page.find(part).unwrap_or_else(|| panic!("no {part}"));
    assert!(page.contains("noindex") && page.contains("value=\"kafka &lt;lag&gt; grows\""));
    assert!(page.contains("value=\"grew-over-hours\" checked"));
    assert!(at("Queue backlog") < at("id=\"by-symptom\""));
    assert!(at("href=\"/playbooks/queue-backlog/#first-five-minutes\"") < at("fix-next"));
    // Each check carries along what is known, and none is asked again.
    let next = &page[at("fix-next")..at("fix-known")];
    assert!(next.contains("name=\"deliveries_of_one_message\" value=\"1\""));
    assert!(!next.contains("id=\"c-no_leader\"") && !next.contains("name=\"utm\""));
    let (_, page) = get(live(), path, &[("replica_lag_s", "<long>")]);
    assert!(page.contains("role=\"alert\"") && !page.contains("<long>"));
    let (status, body) = get(live(), "/api/v1/fix", &[("text", "disk full")]);
    assert!(status == 200 && body.contains("\"id\":\"playbook:disk-full\""));
    let (status, body) = get(live(), "/api/v1/fix", &[("no_leadr", "yes")]);
    assert!(status == 400 && body.contains("did you mean"));
}

#[test]
fn the_emergency_pages_are_kept_by_a_worker_that_changes_with_them() {
    let (status, worker) = get(live(), "/service-worker.js", &[]);
    assert_eq!(status, 200);
    let version = |worker: &str| {
        let line = worker
            .lines()
            .find(|line| line.starts_with("const VERSION"));
        line.expect("a version").to_owned()
    };
    for part in [
        "\"/troubleshooting/\"",
        "\"/playbooks/retry-storm/\"",
        "/assets/fix-kit-",
    ] {
        assert!(worker.contains(part), "{part}");
    }
    let kit = live().fix_kit().expect("the data is whole");
    assert_eq!(get(live(), &kit.path, &[]).0, 200);
    assert_eq!(
        version(&worker),
        version(&get(live(), "/service-worker.js", &[]).1)
    );
    // Pages that are no emergency neither load the script nor register the worker.
    let (_, page) = get(live(), "/tools/", &[]);
    assert!(!page.contains("service-worker"));
    let (_, page) = get(live(), "/playbooks/retry-storm/", &[]);
    assert!(page.contains("rel=\"service-worker\"") && page.contains("data-mark-done"));
}

#[test]
fn the_tools_are_found() {
    let (_, map) = get(live(), "/sitemap.xml", &[]);
    let (_, everything) = get(live(), "/site-map/", &[]);
    let (_, llms) = get(live(), "/llms.txt", &[]);
    for path in PAGES {
        assert!(
            map.contains(path) && everything.contains(path) && llms.contains(path),
            "{path}"
        );
        assert!(live().addresses().iter().any(|address| address == path));
    }
    for (query, path) in [
        ("pattern decision calculator", PAGES[0]),
        ("capacity planning tool", PAGES[1]),
        ("assessment", PAGES[2]),
    ] {
        let found = live().search().search(
            query,
            &search::Options {
                limit: 3,
                ..Default::default()
            },
        );
        assert!(
            found.hits.iter().any(|hit| hit.url == path),
            "{query}: {:?}",
            found.hits
        );
    }
}

#[test]
fn files_show_the_example_and_the_command() {
    let site = made(Mode::Export);
    for path in PAGES {
        let (_, page) = get(&site, path, &[("users", "5")]);
        assert!(
            !page.contains("<form method=\"get\"") && page.contains("Worked example"),
            "{path}"
        );
        assert!(
            page.contains("dstudio ") && !page.contains("/api/v1/"),
            "{path}"
        );
    }
}

#[test]
fn the_capacity_page_lists_the_pages_under_it() {
    let (_, page) = get(live(), PAGES[1], &[]);
    for entry in live()
        .catalog
        .pages()
        .filter(|entry| entry.path.starts_with(PAGES[1]))
    {
        assert!(
            page.contains(&format!("href=\"{}\"", entry.path)),
            "{}",
            entry.path
        );
    }
}

#[test]
fn faults_of_the_data_are_findings() {
    let mut layer = Layer {
        name: "studio".to_owned(),
        ..Layer::default()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    collect(&root, "", &mut layer.files);
    layer.files.insert(
        "tools/decide.toml".to_owned(),
        b"schema = 1\nrules = 3\n".to_vec(),
    );
    let site = Site::new(
        Catalog::load(&[layer], &site::generated()),
        Fragments::default(),
        Mode::Live,
    );
    let found = site.problems();
    assert!(
        found
            .iter()
            .any(|finding| finding.code == "tool-data" && finding.place.line == 2),
        "{found:?}"
    );
    let (status, page) = get(&site, PAGES[0], &[("users", "5")]);
    assert!(status == 200 && page.contains("data is broken"));
    assert_eq!(get(&site, "/api/v1/decide", &[]).0, 503);
}

#[test]
fn sizing_tools_have_a_page_and_answer_programs_alike() {
    for tool in advisor::sizing::TOOLS {
        let path = format!("/tools/{}/", tool.id);
        let (status, page) = get(live(), &path, &[]);
        assert_eq!(status, 200);
        assert!(page.contains("<form method=\"get\"") && page.contains("Worked example"));
        // A text that is missing shows its id.
        assert!(
            !page.contains(">tool.") && !page.contains("style="),
            "{path}"
        );
        for field in tool.fields {
            assert!(
                page.contains(&format!("name=\"{}\"", field.name)),
                "{}",
                field.name
            );
        }
        let example = tool.example();
        let query: Vec<(&str, &str)> = example
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let (status, body) = get(live(), &format!("/api/v1/{}", tool.id), &query);
        assert_eq!(status, 200, "{body}");
        let answer = tool.ask(&example, advisor::input::Unknown::Refuse);
        let answer = answer.expect("examples are answered");
        assert_eq!(body, serde_json::to_string(&answer).expect("JSON"));
        let (_, asked) = get(live(), &path, &query);
        let headline = answer.headline.replace('&', "&amp;").replace('"', "&quot;");
        assert!(
            asked.contains(&headline) && asked.contains("<svg "),
            "{path}"
        );
        assert!(asked.contains(&format!("dstudio {} --", tool.id)));
        assert_eq!(
            get(
                live(),
                &format!("/api/v1/{}?", tool.id),
                &[("nonsense", "1")]
            )
            .0,
            404
        );
        let (status, _) = get(
            live(),
            &format!("/api/v1/{}", tool.id),
            &[("nonsense", "1")],
        );
        assert_eq!(status, 400);
    }
}

#[test]
fn sizing_tools_are_found_and_exported() {
    let (_, map) = get(live(), "/sitemap.xml", &[]);
    let (_, llms) = get(live(), "/llms.txt", &[]);
    let (_, tools) = get(live(), "/tools/", &[]);
    let files = made(Mode::Export);
    for tool in advisor::sizing::TOOLS {
        let path = format!("/tools/{}/", tool.id);
        assert!(
            map.contains(&path) && llms.contains(&path) && tools.contains(&path),
            "{path}"
        );
        let (_, page) = get(&files, &path, &[]);
        assert!(!page.contains("<form method=\"get\"") && page.contains("Worked example"));
        assert!(page.contains(&format!("dstudio {} ", tool.id)) && !page.contains("/api/v1/"));
    }
    for (query, path) in [
        ("uptime calculator", "/tools/availability/"),
        ("burn rate calculator", "/tools/slo/"),
    ] {
        let options = search::Options {
            limit: 3,
            ..Default::default()
        };
        let found = live().search().search(query, &options);
        assert!(
            found.hits.iter().any(|hit| hit.url == path),
            "{query}: {:?}",
            found.hits
        );
    }
}

#[test]
fn lines_of_a_form_come_back_as_typed() {
    let query = [("parts", "api 99\r\ndb: 99.9 %"), ("target", "99")];
    let (_, page) = get(live(), "/tools/availability/", &query);
    assert!(page.contains("role=\"alert\"") && page.contains("href=\"#f-parts\""));
    assert!(
        page.contains("api 99\r\ndb: 99.9 %</textarea>"),
        "what was typed stays"
    );
}
