//! The real program, run in folders of its own: what it prints, and how it ends.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use expect_test::expect;
use tempfile::TempDir;

fn dstudio(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dstudio"));
    command.current_dir(folder);
    for (name, _) in std::env::vars() {
        if name.starts_with("DSTUDIO_") || name == "COLUMNS" || name == "NO_COLOR" {
            command.env_remove(name);
        }
    }
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    command
}

struct Run {
    status: Option<i32>,
    out: String,
    err: String,
}

fn finished(output: Output) -> Run {
    Run {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// Runs in an empty folder.
fn run(arguments: &[&str]) -> Run {
    let folder = TempDir::new().expect("a folder");
    run_in(folder.path(), arguments)
}

fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    let output = dstudio(folder).args(arguments).output();
    let run = finished(output.expect("the program starts"));
    assert!(!run.err.contains("panicked"), "{arguments:?}: {}", run.err);
    run
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
}

fn page(slug: &str, body: &str) -> String {
    format!(
        "+++\nid = \"page:{slug}\"\nname = \"Page {slug}\"\nsummary = \"About {slug}.\"\n\
         path = \"/{slug}/\"\nsection = \"start\"\npublished = 2026-01-01\nupdated = 2026-01-01\n\
         +++\n{body}\n"
    )
}

/// One JSON document and nothing else.
fn json(text: &str) -> serde_json::Value {
    let document: serde_json::Value = serde_json::from_str(text).expect("one JSON document");
    assert_eq!(document["schema"], 1);
    document
}

#[test]
fn help_and_version_are_fine_and_wrong_usage_is_not() {
    let help = run(&["--help"]);
    assert_eq!(help.status, Some(0));
    for wanted in [
        "serve",
        "export",
        "check",
        "search",
        "show",
        "completions",
        "Try it:",
        "Exit status:",
    ] {
        assert!(help.out.contains(wanted), "{wanted} in {}", help.out);
    }
    for command in ["serve", "export", "check", "search", "show", "completions"] {
        let help = run(&[command, "--help"]);
        assert_eq!((help.status, help.err.as_str()), (Some(0), ""), "{command}");
    }
    let version = run(&["--version"]);
    assert_eq!(
        version.out,
        format!("dstudio {}\n", env!("CARGO_PKG_VERSION"))
    );
    for wrong in [
        &["chek"][..],
        &[],
        &["show"],
        &["search"],
        &["search", "--limit", "0", "x"],
        &["search", "--kind", "patern", "x"],
        &["export"],
        &["check", "--content", "no-such-folder"],
        &["check", "--base", "no-such-folder"],
        &["export", "--out", "x", "--base-url", "example.org"],
        &[
            "export",
            "--out",
            "x",
            "--base-url",
            "https://x/\"><script>",
        ],
        &["completions", "tcsh"],
        &["serve", "--addr", "nonsense"],
        &["serve", "--log", "a=b=c"],
        &["serve", "--watch"],
    ] {
        let run = run(wrong);
        assert_eq!(run.status, Some(2), "{wrong:?}: {}", run.err);
        assert!(run.out.is_empty() && !run.err.is_empty(), "{wrong:?}");
    }
    assert!(run(&["chek"]).err.contains("'check'"));
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.status, Some(0));
        assert!(script.out.contains("dstudio"), "{shell}");
    }
}

#[test]
fn check_lists_each_of_the_faults_at_its_place() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/faults");
    let text = run(&["check", "--content", fixture]);
    assert_eq!(text.status, Some(1), "{}", text.err);
    let own: Vec<&str> = text
        .out
        .lines()
        .filter(|line| line.starts_with("[faults] "))
        .collect();
    expect![[r#"
        [faults] glossary.toml:4:14: error[empty-value]: `definition` is empty
        [faults] laws/bad-id.md:2:6: error[bad-id]: unknown kind "lore" in id "lore:delay"
        [faults] laws/missing-section.md:2:1: error[missing-section]: law:missing-section has no section #what-to-do
        [faults] laws/round-one.md:9:13: error[requires-cycle]: `requires` goes round: law:round-one → law:round-two → law:round-one
        [faults] laws/unresolved-relation.md:9:9: error[unresolved-relation]: `laws` names law:nowhere, which is not in the catalogue
        [faults] leftover.txt:1:1: error[unused-file]: nothing reads the file leftover.txt
        [faults] pages/bad-expression.md:10:9: error[bad-expression]: cannot compute `1 / 0`: the value is not a finite number (inf)
        [faults] pages/dead-anchor.md:12:5: error[dead-anchor]: this page has no section #two
        [faults] pages/diagram.md:10:1: error[diagram]: "T": line 2: not understood (unexpected token): `A -->`
        [faults] pages/duplicate-anchor.md:14:1: error[duplicate-anchor]: two headings have the anchor #same
        [faults] pages/formula.md:10:1: error[formula]: cannot read the formula: parsing error: expected a token
        [faults] pages/no-front-matter.md:1:1: error[front-matter]: the file does not begin with front matter
        [faults] pages/not-utf8.md:11:1: error[not-utf8]: the file is not UTF-8 text
        [faults] pages/nothing-to-patch.md:2:1: error[nothing-to-patch]: pattern:no-such-pattern cannot be extended: no lower layer has it
        [faults] pages/open-fence.md:10:1: error[open-fence]: a code fence is never closed
        [faults] pages/script-link.md:10:5: error[bad-link]: unknown kind "javascript" in id "javascript:alert(1)"
        [faults] pages/toml-syntax.md:2:1: error[missing-key]: page:toml-syntax has no `path`
        [faults] pages/toml-syntax.md:2:1: error[missing-key]: page:toml-syntax has no `published`
        [faults] pages/toml-syntax.md:2:1: error[missing-key]: page:toml-syntax has no `section`
        [faults] pages/toml-syntax.md:2:1: error[missing-key]: page:toml-syntax has no `summary`
        [faults] pages/toml-syntax.md:2:1: error[missing-key]: page:toml-syntax has no `updated`
        [faults] pages/toml-syntax.md:3:8: error[empty-value]: `name` is empty
        [faults] pages/toml-syntax.md:3:8: error[toml-syntax]: string values must be quoted, expected literal string
        [faults] pages/uncited-figure.md:10:9: error[uncited-figure]: the figure "15 ms" is neither cited nor computed
        [faults] pages/unknown-citation.md:10:15: error[unknown-citation]: [^nobody] cites no source of this page
        [faults] pages/unknown-key.md:2:1: error[duplicate-path]: page:unknown-key and law:duplicate-path have the same address /faults/unknown-key/
        [faults] pages/unknown-key.md:9:1: error[unknown-key]: page:unknown-key has an unknown key `ordr`
        [faults] pages/unresolved-link.md:10:5: error[unresolved-link]: pattern:no-such-pattern is not in the catalogue
        [faults] pages/unused-assumption.md:10:6: error[unused-assumption]: the assumption "rate" is used by no formula
        [faults] pages/unused-source.md:10:7: error[unused-source]: the source "idle" is never cited
        [faults] pages/wrong-type.md:9:11: error[wrong-type]: `aliases` must be a list of strings, found string
        [faults] planned/twice.toml:5:1: error[duplicate-id]: law:twice is also defined in planned/twice.toml"#]].assert_eq(&own.join("\n"));
    assert!(text.out.contains("layer faults: "), "{}", text.out);

    let document = run(&["check", "--content", fixture, "--json"]);
    assert_eq!(document.status, Some(1));
    let document = json(&document.out);
    let found = document["diagnostics"].as_array().expect("a list");
    let of_fixture: Vec<_> = found
        .iter()
        .filter(|finding| finding["place"]["layer"] == "faults")
        .collect();
    assert_eq!(of_fixture.len(), own.len());
    for finding in of_fixture {
        let place = &finding["place"];
        assert!(place["line"].as_u64() >= Some(1) && place["column"].as_u64() >= Some(1));
        let line = format!(
            "[faults] {}:{}:{}: error[{}]: ",
            place["file"].as_str().expect("a file"),
            place["line"],
            place["column"],
            finding["code"].as_str().expect("a code")
        );
        assert!(own.iter().any(|shown| shown.starts_with(&line)), "{line}");
    }
    let codes: std::collections::BTreeSet<&str> = found
        .iter()
        .filter(|finding| finding["place"]["layer"] == "faults")
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    assert!(
        codes.len() >= 20,
        "{} kinds of faults: {codes:?}",
        codes.len()
    );

    let one = run(&["check", "--content", fixture, "uncited-figure.md"]);
    assert_eq!(one.status, Some(1));
    assert!(one.out.contains("1 errors"), "{}", one.out);
}

#[test]
fn check_of_sound_content_is_fine() {
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), &[("base/p.md", &page("p", "Sound."))]);
    let run = run_in(folder.path(), &["check", "--base", "base"]);
    assert_eq!((run.status, run.err.as_str()), (Some(0), ""), "{}", run.out);
    expect![[r#"
                  page     1 complete     0 planned
                 terms     0
        0 errors, 0 warnings
    "#]]
    .assert_eq(&run.out);
}

#[test]
fn layers_of_one_name_are_told_apart() {
    let folder = TempDir::new().expect("a folder");
    write(
        folder.path(),
        &[
            ("base/p.md", &page("p", "Ours.")),
            ("a/pages/p.md", &page("p", "Theirs.")),
            ("b/pages/p.md", &page("p", "It took 15 ms.")),
        ],
    );
    let arguments = [
        "check",
        "--base",
        "base",
        "--content",
        "a/pages",
        "--content",
        "b/pages",
    ];
    let run = run_in(folder.path(), &arguments);
    assert_eq!(run.status, Some(1));
    assert!(
        run.out
            .starts_with("[b/pages] p.md:10:9: error[uncited-figure]"),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("layer pages: 0 errors\nlayer b/pages: 1 errors"),
        "{}",
        run.out
    );
}

#[cfg(unix)]
#[test]
fn a_dangling_link_in_a_content_folder_is_passed_over() {
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), &[("base/p.md", &page("p", "Sound."))]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("base/q.md")).expect("a link");
    assert_eq!(
        run_in(folder.path(), &["check", "--base", "base"]).status,
        Some(0)
    );
}

#[test]
fn content_cannot_steer_the_terminal() {
    let folder = TempDir::new().expect("a folder");
    let hostile = "\\u001b]0;owned\\u0007\\u001b[31mred\\u009b2J\\u202e";
    let raw = "\u{1b}[31mred\u{7}";
    let text = page(
        "p",
        &format!("Intro {raw} `{raw}`\n\n## Section {raw} {{#s}}\n\n### Sub {raw}\n\nx"),
    )
    .replace("Page p", hostile)
    .replace("About p.", hostile)
    .replace("section = ", "zz\\u001b = 1\nsection = ");
    let text = text.replace("zz\\u001b", "\"zz\\u001b[31m\"");
    let glossary =
        format!("[[term]]\nslug = \"t\"\nterm = \"{hostile}\"\ndefinition = \"{hostile}\"\n");
    write(
        folder.path(),
        &[("base/p.md", &text), ("base/glossary.toml", &glossary)],
    );
    for arguments in [
        &["show", "page:p"][..],
        &["show", "page:p", "--section", "s"],
        &["show", "term:t"],
        &["check"],
        &["search", "red"],
    ] {
        let output = dstudio(folder.path())
            .args(arguments)
            .env("DSTUDIO_BASE", "base")
            .output()
            .expect("the program starts");
        let run = finished(output);
        for text in [&run.out, &run.err] {
            let steering = text
                .chars()
                .find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            assert_eq!(steering, None, "{arguments:?}: {text:?}");
            assert!(!text.contains('\u{202e}'), "{arguments:?}: {text:?}");
        }
        assert!(
            run.out.contains("red"),
            "{arguments:?}: {}{}",
            run.out,
            run.err
        );
    }
}

#[test]
fn search_finds_ranks_and_says_when_it_finds_nothing() {
    let found = run(&["search", "circuit", "breaker", "--limit", "3"]);
    assert_eq!(found.status, Some(0));
    assert!(
        found.out.contains("pattern:circuit-breaker"),
        "{}",
        found.out
    );
    let document = json(&run(&["search", "circuit breaker", "--json", "--kind", "pattern"]).out);
    let results = document["results"].as_array().expect("a list");
    assert_eq!(results[0]["id"], "pattern:circuit-breaker");
    for result in results {
        for field in ["id", "url", "title", "kind"] {
            assert!(result[field].is_string(), "{field} in {result}");
        }
        assert!(result["score"].is_number());
        assert_eq!(result["kind"], "pattern");
    }
    let nothing = run(&["search", "qqqqzzzz"]);
    assert_eq!(nothing.status, Some(1));
    assert!(nothing.out.contains("nothing found for \"qqqqzzzz\""));
    let nothing = run(&["search", "--json", "qqqqzzzz"]);
    assert_eq!(nothing.status, Some(1));
    assert_eq!(
        json(&nothing.out)["results"].as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn show_takes_an_id_a_slug_or_an_address() {
    let by_id = run(&["show", "pattern:circuit-breaker"]);
    assert_eq!(by_id.status, Some(0), "{}", by_id.err);
    for other in [
        "circuit-breaker",
        "/pattern-library/resilience/circuit-breaker/",
        "pattern-library/resilience/circuit-breaker",
    ] {
        assert_eq!(run(&["show", other]).out, by_id.out, "{other}");
    }
    let part = run(&["show", "circuit-breaker", "--section", "how-it-fails"]);
    assert!(part.status == Some(0) && by_id.out.contains(part.out.trim()));
    let markdown = run(&["show", "--md", "circuit-breaker"]);
    assert!(markdown.out.starts_with("# Circuit"), "{}", markdown.out);
    let part = run(&[
        "show",
        "--md",
        "circuit-breaker",
        "--section",
        "how-it-fails",
    ]);
    assert!(part.out.starts_with("## How it fails"), "{}", part.out);
    assert!(markdown.out.contains(part.out.trim()), "{}", part.out);
    assert_eq!(run(&["show", "term:quorum"]).status, Some(0));
}

#[test]
fn show_says_what_is_meant_when_there_is_no_such_page() {
    let near = run(&["show", "pattern:circuit-braker"]);
    assert_eq!((near.status, near.out.as_str()), (Some(1), ""));
    assert!(
        near.err.contains("did you mean pattern:circuit-breaker?"),
        "{}",
        near.err
    );
    let part = run(&["show", "circuit-breaker", "--section", "nowhere"]);
    assert_eq!(part.status, Some(1));
    assert!(part.err.contains("how-it-fails"), "{}", part.err);
    let folder = TempDir::new().expect("a folder");
    let planned = "[[entry]]\nid = \"law:later\"\nname = \"Later\"\n";
    write(folder.path(), &[("base/planned/l.toml", planned)]);
    for what in ["law:later", "later"] {
        let run = run_in(folder.path(), &["show", what, "--base", "base"]);
        assert_eq!(run.status, Some(1));
        assert!(run.err.contains("still to come"), "{}", run.err);
    }
    for odd in [
        "",
        ":",
        "pattern:",
        "/",
        "//",
        "\u{1b}[31m",
        "é",
        &"x".repeat(5_000),
    ] {
        assert_eq!(run(&["show", "--", odd]).status, Some(1), "{odd:?}");
    }
}

/// Every page of the Studio fits the terminal: only code and single long words may be wider.
#[test]
fn show_keeps_to_the_width() {
    let document = json(&run(&["check", "--json"]).out);
    assert!(document["coverage"].is_object());
    let slugs = [
        "circuit-breaker",
        "saga",
        "amazon-dynamo",
        "new-graduate",
        "monolith-to-microservices",
        "correlated-failure",
        "cascading-failures",
        "page:pattern-library",
    ];
    let folder = TempDir::new().expect("a folder");
    for width in [80, 40] {
        let mut shown = 0;
        for slug in slugs {
            let output = dstudio(folder.path())
                .args(["show", slug])
                .env("COLUMNS", width.to_string())
                .output()
                .expect("the program starts");
            let run = finished(output);
            if run.status != Some(0) {
                continue;
            }
            shown += 1;
            for line in run.out.lines().filter(|line| line.chars().count() > width) {
                let indent = line.len() - line.trim_start().len();
                let words = line.split_whitespace().count();
                let marker = line.trim_start().starts_with(['-', '[', '*']) && words == 2;
                // Code and formulas stand four deeper than their surroundings.
                assert!(
                    words == 1 || marker || indent >= 4,
                    "{slug} at {width}: {line:?}"
                );
            }
        }
        assert!(shown >= 5, "{shown} pages shown");
    }
}

#[test]
fn nothing_is_coloured_where_no_person_reads() {
    for arguments in [
        &["show", "circuit-breaker"][..],
        &["search", "retry"],
        &["--help"],
        &["check"],
    ] {
        let run = run(arguments);
        assert!(
            !run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_reader_that_stops_reading_ends_it_quietly() {
    let folder = TempDir::new().expect("a folder");
    for arguments in [
        &["show", "circuit-breaker"][..],
        &["completions", "bash"],
        &["check", "--json"],
        &["--help"],
    ] {
        let mut child = dstudio(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let mut err = String::new();
        let mut messages = child.stderr.take().expect("messages are read");
        messages
            .read_to_string(&mut err)
            .expect("messages are UTF-8");
        let status = child.wait().expect("it ends");
        assert_eq!(
            (status.code(), err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

/// Every file of a folder by path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(root, &path, found);
            } else {
                let name = path.strip_prefix(root).expect("inside").to_string_lossy();
                found.insert(name.into_owned(), std::fs::read(&path).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(folder, folder, &mut found);
    found
}

#[test]
fn an_export_is_whole_repeatable_and_clears_what_is_gone() {
    let folder = TempDir::new().expect("a folder");
    let at = folder.path();
    let old = page("gone", "x").replace("section =", "redirects = [\"/former/\"]\nsection =");
    write(
        at,
        &[
            ("base/p.md", &page("p", "Text $x^2$.")),
            ("base/gone.md", &old),
        ],
    );
    let export = [
        "export",
        "--out",
        "site",
        "--base",
        "base",
        "--base-url",
        "https://example.org/x",
    ];
    let first = run_in(at, &export);
    assert_eq!(first.status, Some(0), "{}", first.err);
    let written = files(&at.join("site"));
    for wanted in [
        "index.html",
        "p/index.html",
        "p/index.md",
        "gone/index.html",
        "former/index.html",
        "404.html",
        "sitemap.xml",
        "feed.xml",
        "robots.txt",
        "llms.txt",
    ] {
        assert!(written.contains_key(wanted), "{wanted}");
    }
    let moved = String::from_utf8_lossy(&written["former/index.html"]);
    assert!(moved.contains("url=/x/gone/"), "{moved}");

    assert_eq!(run_in(at, &export).status, Some(0));
    assert_eq!(files(&at.join("site")), written, "the same bytes again");
    let mut elsewhere = export;
    elsewhere[2] = "other/deep";
    assert_eq!(
        run_in(at, &[&elsewhere[..], &["--no-cache"]].concat()).status,
        Some(0)
    );
    assert_eq!(
        files(&at.join("other/deep")),
        written,
        "the same bytes elsewhere"
    );

    std::fs::remove_file(at.join("base/gone.md")).expect("it was there");
    write(at, &[("site/theirs.txt", "kept"), ("victim.txt", "kept")]);
    let list = at.join("site/.dstudio-export");
    let listed = std::fs::read_to_string(&list).expect("the list");
    std::fs::write(&list, format!("{listed}../victim.txt\n/etc/hostname\n")).expect("the list");
    assert_eq!(run_in(at, &export).status, Some(0));
    let now = files(&at.join("site"));
    assert!(!now.contains_key("gone/index.html") && !now.contains_key("former/index.html"));
    assert!(now.contains_key("p/index.html") && now.contains_key("theirs.txt"));
    assert!(
        at.join("victim.txt").exists(),
        "nothing outside of the folder is touched"
    );
}

#[test]
fn an_export_refuses_a_folder_that_is_not_its_own() {
    let folder = TempDir::new().expect("a folder");
    let at = folder.path();
    write(
        at,
        &[
            ("base/p.md", &page("p", "x")),
            ("taken/file.txt", "mine"),
            ("file", "x"),
        ],
    );
    let refused = run_in(at, &["export", "--out", "taken", "--base", "base"]);
    assert_eq!(refused.status, Some(2));
    assert!(
        refused.err.contains("neither empty nor an earlier export"),
        "{}",
        refused.err
    );
    assert_eq!(files(&at.join("taken")).len(), 1);
    assert_eq!(
        run_in(at, &["export", "--out", "file", "--base", "base"]).status,
        Some(2)
    );
    std::fs::create_dir(at.join("empty")).expect("a folder");
    assert_eq!(
        run_in(at, &["export", "--out", "empty", "--base", "base"]).status,
        Some(0)
    );
}

#[test]
fn pages_with_faults_take_no_other_down() {
    let folder = TempDir::new().expect("a folder");
    let at = folder.path();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/faults");
    let lost = "+++\nid = \"page:lost\"\nname = \"L\"\n+++\nx\n";
    let outside =
        "+++\nid = \"pattern:out\"\nname = \"O\"\ncategory = \"../../../../out\"\n+++\nx\n";
    write(
        at,
        &[
            ("base/lost.md", lost),
            ("base/out.md", outside),
            ("base/p.md", &page("p", "x")),
        ],
    );
    let run = run_in(
        at,
        &[
            "export",
            "--out",
            "deep/er/site",
            "--base",
            "base",
            "--content",
            fixture,
        ],
    );
    assert_eq!(run.status, Some(0), "{}", run.err);
    assert!(
        run.err.contains("`dstudio check` lists them"),
        "{}",
        run.err
    );
    let written = files(&at.join("deep/er/site"));
    assert!(written.contains_key("p/index.html") && written.contains_key("lost/index.html"));
    let all = files(at);
    assert!(
        all.keys()
            .all(|path| !path.starts_with("out/") && !path.starts_with("deep/out"))
    );
}

#[test]
fn a_base_folder_takes_the_place_of_the_built_in_content() {
    let folder = TempDir::new().expect("a folder");
    let at = folder.path();
    write(
        at,
        &[
            ("base/p.md", &page("p", "Only this.")),
            ("more/q.md", &page("q", "And this.")),
        ],
    );
    let output = dstudio(at)
        .args(["check", "--json"])
        .env("DSTUDIO_BASE", "base")
        .env("DSTUDIO_CONTENT", "more")
        .output()
        .expect("the program starts");
    let document = json(&finished(output).out);
    assert_eq!(document["coverage"]["pages"]["page"]["complete"], 2);
    assert_eq!(
        document["coverage"]["pages"]["pattern"],
        serde_json::Value::Null
    );
    let shown = run_in(at, &["show", "q", "--base", "base", "--content", "more"]);
    assert!(shown.out.contains("And this."), "{}", shown.out);
}
