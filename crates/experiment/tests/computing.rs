//! Runs within a budget: what comes out depends on the scenario and the budget, on nothing else.

use std::path::PathBuf;

use experiment::{Budget, Computation, Digest, Progress, Session, Shown, Texts};
use sim::Scenario;

const SHOP: &str = r#"
schema = 1
title = "One worker or two"
duration = "20 s"
first_look = 4
looks = 1
[clients.users]
rate = "90/s"
calls = "shop"
[services.shop]
service_time = "mean = 10 ms"
[variants.one]
[variants.two.services.shop]
workers = 2
[[claims]]
that = "two.mean < 0.5 * one.mean"
"#;

/// Twice the work that can be done, and nobody gives up.
const FLOOD: &str = r#"
schema = 1
title = "A flood"
duration = "100 s"
[clients.users]
rate = "20000/s"
calls = "shop"
[services.shop]
workers = 100
service_time = "mean = 10 ms"
"#;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text, "test.toml").unwrap_or_else(|found| panic!("{}", found[0]))
}

fn compute(text: &str, budget: Budget) -> Result<Digest, String> {
    experiment::compute(&scenario(text), text, budget)
}

/// Events of all runs of a scenario.
fn events(text: &str) -> u64 {
    let results = sim::decide(&scenario(text));
    results.variants.iter().map(|variant| variant.events).sum()
}

#[test]
fn the_variant_that_is_shown_first_changes_nothing_in_the_end() {
    let whole = compute(SHOP, Budget::default()).expect("it fits");
    assert_eq!(whole.replications, 4);
    for shown in ["one", "two", "none"] {
        let mut computation = Computation::new(&scenario(SHOP), SHOP, shown, Budget::default());
        while computation.step() != Progress::Done {}
        assert_eq!(computation.digest(), Ok(whole.clone()), "{shown}");
    }
}

#[test]
fn the_first_picture_shows_one_run_of_the_wanted_variant() {
    let mut computation = Computation::new(&scenario(SHOP), SHOP, "one", Budget::default());
    while computation.step() == Progress::Running {}
    let first = computation.digest().expect("one run fits");
    assert_eq!(first.replications, 1);
    let pending: Vec<(&str, bool)> = first
        .variants
        .iter()
        .map(|variant| (variant.name.as_str(), variant.is_pending()))
        .collect();
    assert_eq!(pending, [("one", false), ("two", true)]);
    assert_eq!(first.claims[0].verdict, "pending");
    let mut advances = 1;
    let mut replications = vec![];
    loop {
        let progress = computation.step();
        advances += usize::from(progress == Progress::Advanced);
        match progress {
            Progress::Running => continue,
            _ => replications.push(computation.digest().expect("runs are in").replications),
        }
        if progress == Progress::Done {
            break;
        }
    }
    assert_eq!(
        replications,
        [1, 2, 4, 4],
        "a picture at each doubling, and the last"
    );
    assert_eq!(advances, 4);
}

#[test]
fn a_budget_of_events_cuts_whole_replications() {
    let all = events(SHOP);
    let cut = |events| Budget {
        events,
        ..Budget::default()
    };
    let part = compute(SHOP, cut(all * 6 / 10)).expect("two replications fit");
    assert_eq!(part.replications, 2);
    let refused = compute(SHOP, cut(all / 20)).expect_err("not one fits");
    assert!(
        refused.contains("one replication needs more than"),
        "{refused}"
    );
}

#[test]
fn a_backlog_is_refused_before_it_fills_the_memory() {
    let budget = Budget {
        pending: 20_000,
        ..Budget::default()
    };
    let refused = compute(FLOOD, budget).expect_err("the backlog grows by 10,000 a second");
    assert_eq!(refused, "more than 20000 requests are pending at once");
}

/// The question that a page asks, with nothing in it but the scenario.
fn question(text: &str, settings: &str) -> String {
    ["shop", text, "two", "x", "", "", settings, ""].join("\0")
}

fn last_picture(question: &str) -> Vec<String> {
    let mut session = Session::open(question).expect("a question");
    while session.step() != Progress::Done {}
    session.picture().split('\0').map(str::to_owned).collect()
}

#[test]
fn a_browser_shows_in_the_end_what_a_server_shows() {
    let set = SHOP.replace("90/s", "95/s");
    let picture = last_picture(&question(SHOP, "clients.users.rate\t95/s"));
    let digest = compute(&set, Budget::default()).expect("it fits");
    let shown = Shown {
        prefix: "x".to_owned(),
        ..Shown::default()
    };
    let results = experiment::results(&digest, &scenario(&set), &set, &shown, &Texts::default());
    assert_eq!(picture[0], results.into_string());
    assert_eq!(
        picture[1],
        "dstudio sim run shop --set clients.users.rate=95/s"
    );
}

#[test]
fn any_question_has_an_answer() {
    assert!(Session::open("no question").is_none());
    for (settings, expected) in [
        ("clients.users.rate\tfast", "fast"),
        ("clients.nobody.rate\t1/s", "`nobody`"),
        ("services.shop.workers\t-1", "workers"),
        ("clients.users.rate\t<b>\"", "&lt;b&gt;"),
    ] {
        let picture = last_picture(&question(SHOP, settings));
        assert!(
            picture[0].starts_with("<ul class=\"form-errors\""),
            "{}",
            picture[0]
        );
        assert!(picture[0].contains(expected), "{settings}: {}", picture[0]);
    }
}

/// Stored results were computed by a release build on all cores; this is a debug build on one.
#[test]
fn one_thread_gives_the_bytes_that_are_stored() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../content/experiments");
    for slug in [
        "circuit-breaker",
        "load-balancing",
        "cancellation",
        "retry-budget",
    ] {
        let read = |path: String| {
            std::fs::read_to_string(folder.join(&path)).unwrap_or_else(|e| panic!("{path}: {e}"))
        };
        let text = read(format!("{slug}.toml"));
        let digest = compute(&text, Budget::default()).expect("it fits");
        let stored = read(format!("results/{slug}.json"));
        let computed = serde_json::to_string(&digest).expect("JSON") + "\n";
        assert!(
            computed == stored,
            "{slug}: run dstudio verify --write {slug}, or find what depends on the build"
        );
        let again: Digest = serde_json::from_str(&stored).expect("a digest");
        assert_eq!(again, digest, "what is read is what was written");
    }
}
