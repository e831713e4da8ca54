//! The export, as a server of plain files and a browser see it.
//!
//! The real program writes the real content; what it wrote is then read back.

mod exported;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::LazyLock;

use exported::{Export, Page, Use};

const BASE: &str = "https://studio.example";

/// At the root of a host.
static ROOT: LazyLock<Export> = LazyLock::new(|| Export::make(BASE));
/// In a folder of a host, as on many a company's intranet.
static FOLDER: LazyLock<Export> = LazyLock::new(|| Export::make("https://host.example/studio"));

/// Pages whose Markdown form nobody would read: forms, and a list that `llms.txt` already is.
const WITHOUT_MARKDOWN: [&str; 6] = [
    "/404.html",
    "/search/index.html",
    "/site-map/index.html",
    "/architects-handbook/quantitative-analysis/index.html",
    "/start-here/assessment/index.html",
    "/tools/pattern-decision-calculator/index.html",
];

const MEDIAN_PAGE_BYTES_MAX: usize = 60_000;
const MEDIAN_PAGE_COMPRESSED_BYTES_MAX: usize = 25_000;
/// What must load over a bad line in a bad hour, each page without its style and scripts.
const EMERGENCY_PAGE_COMPRESSED_BYTES_MAX: usize = 30_000;
/// The diagnosis in a browser: module and data, fetched on first use and kept.
const DIAGNOSIS_COMPRESSED_BYTES_MAX: usize = 200_000;
/// Its script, which emergency pages load beside those of every page.
const FIRE_SCRIPT_BYTES_MAX: usize = 12_000;
const FIRST_VIEW_COMPRESSED_BYTES_MAX: usize = 60_000;
/// As sent: the style of every kind of page and tool is one file, fetched once and kept.
const STYLE_COMPRESSED_BYTES_MAX: usize = 20_000;
const SCRIPT_BYTES_MAX: usize = 15_000;
const SEARCH_MODULE_COMPRESSED_BYTES_MAX: usize = 80_000;
const FIRST_RESULT_COMPRESSED_BYTES_MAX: usize = 200_000;
/// Fetched when a reader comes near the controls of an experiment.
const SIM_MODULE_COMPRESSED_BYTES_MAX: usize = 250_000;
/// What hooks the controls, and the worker.
const EXPERIMENT_SCRIPT_BYTES_MAX: usize = 8_000;

/// Words below which a page that the home page promises is a stub.
const WORDS_MIN: usize = 250;

/// Prints a figure where the test command finds it; the test runner keeps back what `println!` says.
fn figure(text: &str) {
    let _ = writeln!(std::io::stderr(), "figure: {text}");
}

#[track_caller]
fn assert_none(what: &str, found: &[String]) {
    let shown: Vec<&str> = found.iter().take(40).map(String::as_str).collect();
    assert!(
        found.is_empty(),
        "{what}, {} in all:\n  {}",
        found.len(),
        shown.join("\n  ")
    );
}

/// What is wrong with an address on a page, if anything.
fn broken(export: &Export, from: &str, target: &str, usage: Use) -> Option<String> {
    let base_end = BASE.len();
    let target = match target.strip_prefix(BASE) {
        Some(path) if base_end < target.len() => path,
        _ => target,
    };
    if target.starts_with("https://host.example/studio") {
        let path = &target["https://host.example".len()..];
        return broken(export, from, path, usage);
    }
    if target.is_empty() {
        return Some("an empty address".to_owned());
    }
    if target.contains("://") || target.starts_with("//") {
        return match usage {
            Use::Link if target.starts_with("https://") || target.starts_with("http://") => None,
            Use::Link => Some("neither of this site nor of the web".to_owned()),
            _ => Some("fetched from elsewhere".to_owned()),
        };
    }
    if target.starts_with("mailto:") || target.starts_with("data:") {
        return None;
    }
    let (path, fragment) = match target.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (target, None),
    };
    let path = path.split('?').next().unwrap_or_default();
    let file = if path.is_empty() {
        from
    } else if !path.starts_with('/') {
        return Some("relative, so it depends on where the page is shown".to_owned());
    } else {
        match export.file_at(path) {
            Some(file) => file,
            // The search module asks for parts below this address.
            None if export.files.keys().any(|file| {
                let below = path.strip_prefix(&export.prefix).unwrap_or(path);
                path.ends_with('/') && file.starts_with(below)
            }) =>
            {
                return None;
            }
            None => return Some("no such file".to_owned()),
        }
    };
    let fragment = fragment.filter(|fragment| !fragment.is_empty())?;
    let page = export.pages.get(file)?;
    if page.moved_to.is_some() {
        return None;
    }
    let known = page.ids.iter().any(|id| id == fragment);
    (!known).then(|| format!("no element has the id \"{fragment}\""))
}

fn assert_references(export: &Export) {
    let mut faults = Vec::new();
    let mut checked = 0;
    for (file, page) in &export.pages {
        for reference in &page.references {
            checked += 1;
            if let Some(why) = broken(export, file, &reference.target, reference.usage) {
                let (element, target) = (&reference.element, &reference.target);
                faults.push(format!("{file}: <{element}> to {target}: {why}"));
            }
        }
        if let Some(target) = &page.moved_to
            && let Some(why) = broken(export, file, target, Use::Resource)
        {
            faults.push(format!("{file}: has moved to {target}: {why}"));
        }
        let ids: BTreeSet<&String> = page.ids.iter().collect();
        for id in page.named_ids.iter().filter(|id| !ids.contains(id)) {
            faults.push(format!(
                "{file}: an attribute names \"{id}\", which no element has"
            ));
        }
    }
    figure(&format!(
        "{checked} references in {} exported pages, {} broken",
        export.pages.len(),
        faults.len()
    ));
    assert_none("broken references", &faults);
}

#[test]
fn every_link_anchor_and_asset_exists() {
    assert_references(&ROOT);
}

#[test]
fn every_link_anchor_and_asset_exists_below_a_folder() {
    assert_references(&FOLDER);
}

#[test]
fn every_link_of_the_text_forms_exists() {
    let mut faults = Vec::new();
    for (file, bytes) in &ROOT.files {
        if !file.ends_with(".md") && file != "/llms.txt" {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        for (at, _) in text.match_indices("](/") {
            let target: String = text[at + 2..]
                .chars()
                .take_while(|c| !matches!(c, ')' | ' ' | '\n'))
                .collect();
            if let Some(why) = broken(&ROOT, file, &target, Use::Link) {
                faults.push(format!("{file}: {target}: {why}"));
            }
        }
    }
    assert_none("broken links in Markdown", &faults);
}

#[test]
fn pages_keep_to_the_content_security_policy() {
    let mut faults = Vec::new();
    for (file, page) in &ROOT.pages {
        faults.extend(page.inline.iter().map(|what| format!("{file}: {what}")));
    }
    assert_none("inline code or style", &faults);
}

#[test]
fn pages_are_well_formed_with_one_title_and_distinct_ids() {
    let mut faults = Vec::new();
    let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
    for (file, page) in ROOT.shown() {
        faults.extend(page.malformed.iter().map(|what| format!("{file}: {what}")));
        if page.headings != 1 {
            faults.push(format!("{file}: {} elements h1", page.headings));
        }
        let mut ids = BTreeSet::new();
        for id in page.ids.iter().filter(|id| !ids.insert(*id)) {
            faults.push(format!("{file}: the id \"{id}\" stands twice"));
        }
        if let Some(other) = titles.insert(&page.title, file) {
            faults.push(format!(
                "{file}: the title \"{}\" is that of {other}",
                page.title
            ));
        }
    }
    assert_none("faults of form", &faults);
}

fn compressed(bytes: &[u8]) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it").len()
}

fn median(mut sizes: Vec<usize>) -> usize {
    sizes.sort_unstable();
    sizes[sizes.len() / 2]
}

fn asset(name: &str) -> &'static [u8] {
    let (stem, extension) = name.rsplit_once('.').expect("a name with an extension");
    let of = |path: &str| {
        path.strip_prefix("/assets/")
            .and_then(|path| path.strip_prefix(stem))
            .and_then(|path| path.strip_prefix('-'))
            .is_some_and(|rest| rest.ends_with(extension) && !rest.contains('-'))
    };
    let found = ROOT.files.iter().find(|(path, _)| of(path));
    found.unwrap_or_else(|| panic!("no asset {name}")).1
}

/// The files that a browser fetches before it shows a page, the page itself left out.
fn fetched(page: &Page) -> BTreeSet<String> {
    let resources = page.references.iter().filter(|reference| {
        reference.usage == Use::Resource
            // The search dialog fetches these when it is first opened.
            && !reference.target.contains("/search/parts/")
            && !reference.target.ends_with(".wasm")
    });
    let mut found: BTreeSet<String> = resources
        .map(|reference| reference.target.clone())
        .collect();
    for style in found.clone().iter().filter(|path| path.ends_with(".css")) {
        let text = String::from_utf8_lossy(&ROOT.files[style]);
        for (at, _) in text.match_indices("url(") {
            let target: String = text[at + 4..].chars().take_while(|c| *c != ')').collect();
            let target = target.trim_matches(['"', '\'']);
            if target.starts_with("data:") {
                continue;
            }
            // Relative to the style sheet, so that it holds below a folder too.
            let folder = style.rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = format!("{folder}/{target}");
            assert!(
                ROOT.files.contains_key(&path),
                "{style} asks for {target}, which is no file beside it"
            );
            found.insert(path);
        }
    }
    found
}

#[test]
fn pages_keep_to_their_budgets() {
    let shown: Vec<(&String, &Page)> = ROOT.shown().collect();
    let raw = median(shown.iter().map(|(_, page)| page.bytes).collect());
    let packed: BTreeMap<&str, usize> = ROOT
        .files
        .iter()
        .map(|(path, bytes)| (path.as_str(), compressed(bytes)))
        .collect();
    let median_packed = median(
        shown
            .iter()
            .map(|(file, _)| packed[file.as_str()])
            .collect(),
    );
    let largest = shown
        .iter()
        .max_by_key(|(_, page)| page.bytes)
        .expect("a page");
    figure(&format!(
        "page: median {:.1} KB, {:.1} KB compressed; largest {} {:.1} KB",
        raw as f64 / 1e3,
        median_packed as f64 / 1e3,
        largest.0,
        largest.1.bytes as f64 / 1e3
    ));
    let first_view = |file: &str, page: &Page| {
        let others = fetched(page)
            .iter()
            .map(|path| packed[path.as_str()])
            .sum::<usize>();
        packed[file] + others
    };
    let views: Vec<(usize, &str)> = shown
        .iter()
        .map(|(file, page)| (first_view(file, page), file.as_str()))
        .collect();
    let home = views
        .iter()
        .find(|(_, file)| *file == "/index.html")
        .expect("a home page");
    let worst = views.iter().max().expect("a page");
    figure(&format!(
        "first view, compressed in all: home {:.1} KB, largest {} {:.1} KB",
        home.0 as f64 / 1e3,
        worst.1,
        worst.0 as f64 / 1e3
    ));
    assert!(raw <= MEDIAN_PAGE_BYTES_MAX);
    assert!(median_packed <= MEDIAN_PAGE_COMPRESSED_BYTES_MAX);
    let over: Vec<String> = views
        .iter()
        .filter(|(bytes, _)| *bytes > FIRST_VIEW_COMPRESSED_BYTES_MAX)
        .map(|(bytes, file)| format!("{file}: {bytes} bytes"))
        .collect();
    assert_none("first views over their budget", &over);
}

#[test]
fn assets_keep_to_their_budgets() {
    let figures = include_str!("../../figures/src/figures.css").len();
    let sheets = [
        "studio.css",
        "tools.css",
        "fix.css",
        "experiment.css",
        "reproduced.css",
    ]
    .map(asset);
    let style: usize = sheets.iter().map(|sheet| sheet.len()).sum();
    let style_packed: usize = sheets.iter().map(|sheet| compressed(sheet)).sum();
    let scripts = ["theme.js", "studio.js", "search.js"].map(|name| asset(name).len());
    let module = compressed(asset("search.wasm"));
    let search: usize = ROOT
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("/search/parts/") && path.ends_with("/core"))
        .map(|(_, bytes)| compressed(bytes))
        .sum();
    figure(&format!(
        "style {:.1} KB ({:.1} KB compressed) with at most {:.1} KB for figures, scripts {:.1} KB, \
         search module {:.1} KB and core of the index {:.1} KB compressed",
        style as f64 / 1e3,
        style_packed as f64 / 1e3,
        figures as f64 / 1e3,
        scripts.iter().sum::<usize>() as f64 / 1e3,
        module as f64 / 1e3,
        search as f64 / 1e3
    ));
    assert!(style_packed <= STYLE_COMPRESSED_BYTES_MAX);
    assert!(scripts.iter().sum::<usize>() <= SCRIPT_BYTES_MAX);
    assert!(module <= SEARCH_MODULE_COMPRESSED_BYTES_MAX);
    let sim = compressed(asset("sim.wasm"));
    let scripts = ["experiment.js", "experiment-worker.js"].map(|name| asset(name).len());
    figure(&format!(
        "simulator module {:.1} KB compressed, scripts of experiments {:.1} KB",
        sim as f64 / 1e3,
        scripts.iter().sum::<usize>() as f64 / 1e3
    ));
    assert!(sim <= SIM_MODULE_COMPRESSED_BYTES_MAX);
    assert!(scripts.iter().sum::<usize>() <= EXPERIMENT_SCRIPT_BYTES_MAX);
    assert!(search > 0 && module + search <= FIRST_RESULT_COMPRESSED_BYTES_MAX);
}

#[test]
fn emergency_pages_keep_to_their_budgets() {
    let worker = String::from_utf8_lossy(&ROOT.files["/service-worker.js"]);
    let list = |name: &str| -> Vec<String> {
        let start = format!("const {name} = ");
        let line = worker
            .lines()
            .find_map(|line| line.strip_prefix(start.as_str()))
            .expect("the worker lists what it keeps");
        serde_json::from_str(line.trim_end_matches(';')).expect("a list")
    };
    let pages = list("PAGES");
    let playbooks = pages.iter().filter(|page| page.starts_with("/playbooks/"));
    // Thirty playbooks and their index.
    assert_eq!(playbooks.count(), 31);
    for page in [
        "/",
        "/troubleshooting/",
        "/architects-handbook/implementation-guides/quick-start-guide/",
    ] {
        assert!(pages.iter().any(|kept| kept == page), "{page} is not kept");
    }
    let sizes: Vec<(usize, &String)> = pages
        .iter()
        .map(|page| {
            (
                compressed(&ROOT.files[ROOT.file_at(page).expect("a kept page exists")]),
                page,
            )
        })
        .collect();
    let largest = sizes.iter().max().expect("a page");
    let files = list("FILES");
    let size_of = |path: &String| compressed(&ROOT.files[path]);
    let kept: usize = sizes.iter().map(|(bytes, _)| bytes).sum::<usize>()
        + files.iter().map(size_of).sum::<usize>();
    let diagnosis: usize = files
        .iter()
        .filter(|path| path.contains("/fix-") && !path.ends_with(".js"))
        .map(size_of)
        .sum();
    figure(&format!(
        "{} emergency pages, largest {} {:.1} KB compressed; with {} files {:.0} KB are kept for \
         when the network is gone, of these the diagnosis {:.0} KB",
        pages.len(),
        largest.1,
        largest.0 as f64 / 1e3,
        files.len(),
        kept as f64 / 1e3,
        diagnosis as f64 / 1e3
    ));
    let over: Vec<String> = sizes
        .iter()
        .filter(|(bytes, _)| *bytes > EMERGENCY_PAGE_COMPRESSED_BYTES_MAX)
        .map(|(bytes, page)| format!("{page}: {bytes} bytes"))
        .collect();
    assert_none("emergency pages over their budget", &over);
    assert!(diagnosis > 0 && diagnosis <= DIAGNOSIS_COMPRESSED_BYTES_MAX);
    assert!(asset("fix.js").len() <= FIRE_SCRIPT_BYTES_MAX);
    let below = String::from_utf8_lossy(&FOLDER.files["/service-worker.js"]);
    assert!(below.contains("const ROOT = \"/studio/\";"));
    assert!(below.contains("\"/studio/playbooks/retry-storm/\""));
}

#[test]
fn every_page_has_a_markdown_form() {
    let missing: Vec<String> = ROOT
        .shown()
        .map(|(file, _)| file)
        .filter(|file| !WITHOUT_MARKDOWN.contains(&file.as_str()))
        .filter(|file| {
            !ROOT
                .files
                .contains_key(&file.replace("index.html", "index.md"))
        })
        .cloned()
        .collect();
    assert_none("pages without a Markdown form", &missing);
}

fn xml_of(file: &str) -> roxmltree::Document<'static> {
    let text = std::str::from_utf8(&ROOT.files[file]).expect("UTF-8");
    roxmltree::Document::parse(text).expect("well-formed XML")
}

#[test]
fn the_sitemap_lists_every_page() {
    let document = xml_of("/sitemap.xml");
    let listed: BTreeSet<String> = document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.sitemaps.org/schemas/sitemap/0.9", "loc")))
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect();
    let pages: BTreeSet<String> = ROOT
        .shown()
        .filter(|(_, page)| !page.unlisted)
        .map(|(file, _)| format!("{BASE}{}", file.trim_end_matches("index.html")))
        .collect();
    let differing: Vec<String> = listed.symmetric_difference(&pages).cloned().collect();
    assert_none(
        "addresses in the sitemap or in the export alone",
        &differing,
    );
}

#[test]
fn the_feed_is_atom_and_its_entries_lead_to_pages() {
    const ATOM: &str = "http://www.w3.org/2005/Atom";
    let document = xml_of("/feed.xml");
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node
            .children()
            .find(|child| child.has_tag_name((ATOM, name)));
        found.and_then(|found| found.text()).map(str::to_owned)
    };
    for name in ["id", "title", "updated"] {
        assert!(child(feed, name).is_some(), "the feed has no {name}");
    }
    let entries: Vec<_> = feed
        .children()
        .filter(|node| node.has_tag_name((ATOM, "entry")))
        .collect();
    assert!(!entries.is_empty());
    let mut ids = BTreeSet::new();
    for entry in entries {
        for name in ["id", "title", "updated"] {
            let value = child(entry, name).unwrap_or_default();
            assert!(!value.is_empty(), "an entry has no {name}");
        }
        assert!(ids.insert(child(entry, "id")), "an id stands twice");
        let link = entry
            .children()
            .find(|node| node.has_tag_name((ATOM, "link")))
            .and_then(|node| node.attribute("href"))
            .expect("an entry has a link");
        assert_eq!(broken(&ROOT, "/feed.xml", link, Use::Name), None, "{link}");
    }
}

#[test]
fn a_missing_page_and_robots_have_their_files() {
    let missing = &ROOT.pages["/404.html"];
    assert!(missing.unlisted && missing.headings == 1);
    let robots = String::from_utf8_lossy(&ROOT.files["/robots.txt"]);
    assert!(robots.contains(&format!("{BASE}/sitemap.xml")), "{robots}");
    assert!(ROOT.files.contains_key("/llms.txt"));
}

#[test]
fn the_home_page_keeps_its_word() {
    let targets = include_str!("../../../tests/home-targets.txt")
        .lines()
        .filter(|line| line.starts_with('/'));
    let mut faults = Vec::new();
    let mut kept = 0;
    for target in targets {
        let file = ROOT.file_at(target).map(str::to_owned);
        let Some(page) = file.as_ref().and_then(|file| ROOT.pages.get(file)) else {
            faults.push(format!("{target}: no such page"));
            continue;
        };
        // An address may have moved; the page that it leads to counts.
        let page = match &page.moved_to {
            Some(to) => &ROOT.pages[ROOT.file_at(to).expect("a page that has moved exists")],
            None => page,
        };
        let is_tool = target.starts_with("/tools/") || target == "/start-here/assessment/";
        if page.words < WORDS_MIN && !is_tool {
            faults.push(format!("{target}: {} words", page.words));
            continue;
        }
        kept += 1;
    }
    figure(&format!(
        "{kept} of {} targets of the home page are complete",
        kept + faults.len()
    ));
    assert_none("promises of the home page that are not kept", &faults);
}

#[test]
fn two_exports_write_the_same_bytes() {
    let other = Export::make(BASE);
    let differing: Vec<String> = other
        .files
        .iter()
        .filter(|(path, bytes)| ROOT.files.get(*path) != Some(bytes))
        .map(|(path, _)| path.clone())
        .collect();
    assert_none("files that two exports wrote differently", &differing);
    assert_eq!(other.files.len(), ROOT.files.len());
    assert!(other.folder().join(".dstudio-export").is_file());
}
