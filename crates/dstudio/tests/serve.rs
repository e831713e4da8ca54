//! The server as its clients and its operators see it: the real program on a free port.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest wait for anything a server does: a debug build on a busy machine is slow, not broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often something that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// Longest time until an edit is seen, with a debug build on a busy machine. The bar of 300 ms for a
/// release build is measured by `scripts/bench-site`.
const RELOAD_MAX: Duration = Duration::from_secs(2);
const RELOAD_TRIES: usize = 5;

const PAGE: &str = "/pattern-library/resilience/circuit-breaker/";

/// A running server, killed if a test ends early.
struct Studio {
    child: Child,
    base: String,
    log: Arc<Mutex<Vec<String>>>,
}

/// An answer with its body as it came.
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Studio {
    fn start(arguments: &[&str]) -> Studio {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dstudio"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("dstudio runs");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let mut said = Vec::new();
        let base = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("the server ended before it listened:\n{}", said.join("\n"));
            };
            if let Some((_, address)) = line.split_once("the Studio is open at ") {
                break address.to_owned();
            }
            said.push(line);
        };
        let log = Arc::new(Mutex::new(said));
        let kept = Arc::clone(&log);
        // Read until the end, so that the server never waits for a full pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock()
                    .expect("no test panics with the lock")
                    .push(line);
            }
        });
        Studio { child, base, log }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = agent
            .run(request.body(()).expect("a request"))
            .expect("the server answers");
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        Answer {
            status: response.status().as_u16(),
            headers,
            body: response.body_mut().read_to_vec().expect("a body"),
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    fn log(&self) -> Vec<String> {
        self.log
            .lock()
            .expect("no test panics with the lock")
            .clone()
    }

    fn terminate(&self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        wait_for("the server ends", PATIENCE, || {
            status = self.child.try_wait().expect("a child");
            status.is_some()
        });
        status.expect("it ended")
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks until something holds, and says how long it took.
#[track_caller]
fn wait_for(what: &str, patience: Duration, mut holds: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < patience,
            "{what}: not within {patience:?}"
        );
        std::thread::sleep(LOOK);
    }
    started.elapsed()
}

fn figure(text: &str) {
    let _ = writeln!(std::io::stderr(), "figure: {text}");
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain);
    read.expect("gzip");
    plain
}

#[test]
fn operators_see_health_readiness_and_counters() {
    let studio = Studio::start(&[]);
    let healthy = studio.get("/healthz");
    assert_eq!((healthy.status, healthy.text().as_str()), (200, "ok\n"));
    assert_eq!(studio.get("/readyz").status, 200);
    studio.get("/");
    studio.get("/no/such/page/");
    let metrics = studio.get("/metrics").text();
    for line in [
        "dstudio_http_requests{status=\"2xx\"} 1",
        "dstudio_http_requests{status=\"4xx\"} 1",
        "dstudio_http_request_duration_seconds_count 2",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[test]
fn a_page_is_sent_once_and_then_confirmed() {
    let studio = Studio::start(&[]);
    let first = studio.get(PAGE);
    assert_eq!(first.status, 200);
    assert_eq!(first.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(first.header("cache-control"), "no-cache");
    let tag = first.header("etag");
    assert!(tag.starts_with('"') && tag.len() > 10, "{tag}");
    for tags in [tag, "*", &format!("W/{tag}"), &format!("\"other\", {tag}")] {
        let again = studio.ask("GET", PAGE, &[("if-none-match", tags)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{tags}");
        assert_eq!(again.header("etag"), tag);
    }
    let changed = studio.ask("GET", PAGE, &[("if-none-match", "\"other\"")]);
    assert_eq!(changed.body, first.body);
}

#[test]
fn answers_to_head_have_the_headers_of_get() {
    let studio = Studio::start(&[]);
    let get = studio.get(PAGE);
    let head = studio.ask("HEAD", PAGE, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    for name in ["etag", "content-type", "content-security-policy"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[test]
fn bodies_are_compressed_for_clients_that_ask() {
    let studio = Studio::start(&[]);
    let plain = studio.get(PAGE);
    assert_eq!(plain.header("content-encoding"), "");
    assert!(plain.header("vary").eq_ignore_ascii_case("accept-encoding"));
    let coded = |accepted| studio.ask("GET", PAGE, &[("accept-encoding", accepted)]);
    let gzip = coded("gzip");
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gunzip(&gzip.body), plain.body);
    let brotli = coded("gzip, deflate, br, zstd");
    assert_eq!(brotli.header("content-encoding"), "br");
    assert!(brotli.body.len() < gzip.body.len());
    assert_eq!(
        coded("br;q=0, gzip;q=0.5").header("content-encoding"),
        "gzip"
    );
    assert_eq!(coded("zstd").body, plain.body);
    // A body of another coding must not be taken for this one.
    let tagged = studio.ask(
        "GET",
        PAGE,
        &[
            ("accept-encoding", "gzip"),
            ("if-none-match", gzip.header("etag")),
        ],
    );
    assert_eq!(tagged.status, 304);
}

#[test]
fn other_methods_are_refused_by_name() {
    let studio = Studio::start(&[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let refused = studio.ask(method, PAGE, &[]);
        assert_eq!(refused.status, 405, "{method}");
        assert_eq!(refused.header("allow"), "GET, HEAD");
    }
}

#[test]
fn a_missing_page_is_404_and_suggests() {
    let studio = Studio::start(&[]);
    let missing = studio.get("/patterns/circuit-braker/");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains(PAGE), "no suggestion");
}

#[test]
fn slips_of_form_lead_to_the_page() {
    let studio = Studio::start(&[]);
    let slash = PAGE.trim_end_matches('/');
    for slip in [
        slash.to_owned(),
        format!("{slash}.html"),
        format!("{slash}.md"),
        format!("{PAGE}index.html"),
    ] {
        let moved = studio.get(&slip);
        assert_eq!(
            (moved.status, moved.header("location")),
            (308, PAGE),
            "{slip}"
        );
    }
    let query = studio.get("/search?q=retry");
    assert_eq!(query.header("location"), "/search/?q=retry");
}

#[test]
fn a_redirect_never_leaves_the_site() {
    let studio = Studio::start(&[]);
    for path in [
        "//evil.example",
        "//evil.example/",
        "/%2Fevil.example",
        "/\\evil.example",
    ] {
        // Written by hand: a client would tidy such an address before it sent it.
        let address = studio.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("the server listens");
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let head = answer
            .split("\r\n\r\n")
            .next()
            .unwrap_or_default()
            .to_lowercase();
        assert!(!head.contains("location: //"), "{path}: {head}");
        assert!(!head.contains("location: http"), "{path}: {head}");
    }
}

#[test]
fn what_a_reader_types_comes_back_as_text() {
    let studio = Studio::start(&[]);
    let hostile = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%22%27%3C/script%3E";
    for path in [
        format!("/search/?q={hostile}"),
        format!("/pattern-library/?tier={hostile}"),
        format!("/{hostile}/"),
    ] {
        let text = studio.get(&path).text();
        assert!(!text.contains("<img src=x"), "{path}");
        assert!(!text.contains("</script>\""), "{path}");
    }
}

#[test]
fn every_answer_carries_the_policy() {
    let studio = Studio::start(&[]);
    for path in ["/", PAGE, "/no/such/page/", "/search?q=x", "/feed.xml"] {
        let answer = studio.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
}

#[test]
fn logs_are_json_without_what_the_reader_looked_for() {
    let studio = Studio::start(&[]);
    studio.get("/search/?q=secretword");
    wait_for("the request is logged", PATIENCE, || {
        studio.log().iter().any(|line| line.contains("/search/"))
    });
    let log = studio.log();
    // Words for the person who started it stand in the same stream before and beside the log.
    for line in log.iter().filter(|line| line.starts_with('{')) {
        let parsed: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert!(
            parsed["timestamp"].is_string() && parsed["event"].is_string(),
            "{line}"
        );
        assert!(!line.contains("secretword"), "{line}");
    }
}

#[test]
fn a_server_drains_when_it_is_told_to_end() {
    let mut studio = Studio::start(&["--drain-notice-s", "1"]);
    assert_eq!(studio.get("/readyz").status, 200);
    studio.terminate();
    wait_for("it says that it is leaving", PATIENCE, || {
        studio.get("/readyz").status == 503
    });
    // During the notice balancers still send requests, which are answered.
    assert_eq!(studio.get(PAGE).status, 200);
    assert_eq!(studio.get("/healthz").status, 200);
    assert!(studio.ended().success());
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let mut studio = Studio::start(&[]);
    let address = studio.base.trim_start_matches("http://").to_owned();
    let mut idle = TcpStream::connect(&address).expect("the server listens");
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("it is sent");
    let mut some = [0; 16];
    idle.read_exact(&mut some).expect("an answer");
    studio.terminate();
    let started = Instant::now();
    assert!(studio.ended().success());
    assert!(started.elapsed() < Duration::from_secs(5));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}

#[test]
fn an_edit_is_seen_at_once_and_a_broken_one_harms_no_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = folder.path().join("content");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content"),
        &content,
    );
    let page = content.join("patterns/resilience/circuit-breaker.md");
    let original = std::fs::read_to_string(&page).expect("the page");
    let base = content.to_string_lossy().into_owned();
    let studio = Studio::start(&["--watch", "--base", &base]);
    assert!(studio.get(PAGE).text().contains("data-watch"));

    let mut fastest = Duration::MAX;
    for attempt in 0..RELOAD_TRIES {
        let mark = format!("edited {attempt} times");
        let edited = format!("{original}\n\nThis page was {mark}.\n");
        std::fs::write(&page, edited).expect("it can be written");
        let took = wait_for("the edit is seen", PATIENCE, || {
            studio.get(PAGE).text().contains(&mark)
        });
        fastest = fastest.min(took);
        if fastest <= RELOAD_MAX {
            break;
        }
    }
    figure(&format!(
        "an edit was seen after {} ms (debug build)",
        fastest.as_millis()
    ));
    assert!(fastest <= RELOAD_MAX, "{fastest:?}");

    std::fs::write(&page, "+++\nid = [\n").expect("it can be written");
    wait_for("the fault is reported", PATIENCE, || {
        studio
            .log()
            .iter()
            .any(|line| line.contains("circuit-breaker.md:"))
    });
    assert_eq!(studio.get("/").status, 200);
    std::fs::write(&page, &original).expect("it can be written");
    wait_for("the page is back", PATIENCE, || {
        studio.get(PAGE).status == 200
    });
}

#[test]
fn a_changed_experiment_is_computed_and_what_is_not_offered_is_refused() {
    let studio = Studio::start(&[]);
    let page = studio.get(PAGE).text();
    let changed = studio.get(&format!("{PAGE}?outage=17&timeout=1+s"));
    assert_eq!(changed.status, 200);
    let text = changed.text();
    assert!(
        text.contains("dstudio sim run circuit-breaker --set &#39;faults.hang.lasts=17 s&#39;")
            || text.contains("dstudio sim run circuit-breaker --set 'faults.hang.lasts=17 s'")
    );
    assert!(
        text.contains("lasts = &quot;17 s&quot;"),
        "the scenario as it was run"
    );
    assert!(page.contains("lasts = &quot;20 s&quot;"));
    assert_eq!(
        studio.get(&format!("{PAGE}?outage=17")).text(),
        text,
        "once more"
    );
    let same = studio
        .get(&format!("{PAGE}?outage=20&timeout=1+s&buyers=&x=1"))
        .text();
    assert_eq!(same, page, "a form sent as it was is the default");
    for (query, named) in [
        ("outage=9999", "Payments hang for"),
        ("outage=1e", "Payments hang for"),
        ("timeout=3+s", "Timeout of the call to payments"),
        ("pause=%3Cscript%3E", "&lt;script&gt;"),
    ] {
        let refused = studio.get(&format!("{PAGE}?{query}"));
        let text = refused.text();
        let (_, list) = text.split_once("form-errors").expect("a list of mistakes");
        let (list, _) = list.split_once("</ul>").expect("its end");
        assert!(list.contains(named), "{query}: {list}");
    }
    let old = studio
        .get(&format!("{PAGE}?outage=17&of=0.0.9-12345678"))
        .text();
    assert!(
        old.contains("0.0.9-12345678"),
        "the page says that the address is older"
    );
}

/// More readers than the server computes for: some wait, the rest are told when to come back, and
/// whoever reads is served meanwhile.
#[test]
fn computed_answers_are_bounded_in_total() {
    const READERS: usize = 24;
    const PAGE: &str = "/pattern-library/scaling/load-balancing/";
    let studio = Studio::start(&[]);
    assert_eq!(studio.get(PAGE).status, 200);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let path = format!("{PAGE}?load={}", 100 + 4 * reader);
                let studio = &studio;
                scope.spawn(move || studio.get(&path))
            })
            .collect();
        let started = Instant::now();
        assert_eq!(studio.get("/").status, 200);
        assert_eq!(studio.get(PAGE).status, 200);
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "pages wait for nothing"
        );
        let join =
            |reader: std::thread::ScopedJoinHandle<'_, Answer>| reader.join().expect("an answer");
        readers.into_iter().map(join).collect()
    });
    let at_once = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .saturating_sub(1)
        .max(1);
    let computed = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(
        computed >= (3 * at_once).min(READERS),
        "{computed} of {READERS}"
    );
    let busy: Vec<&Answer> = answers
        .iter()
        .filter(|answer| answer.status != 200)
        .collect();
    assert!(!busy.is_empty() || at_once * 3 >= READERS);
    for answer in busy {
        assert_eq!(answer.status, 503);
        let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
        let text = answer.text();
        assert!(text.contains(&format!("in {seconds} seconds")), "{text}");
        assert!(text.contains("<a href=\"\">"), "a link to try again");
    }
    let again = studio.get(&format!("{PAGE}?load=104"));
    assert_eq!(
        again.status, 200,
        "when the others are done, there is a place"
    );
}

#[test]
fn wrong_usage_ends_with_status_2_and_says_what_to_do() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_dstudio"))
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .output()
            .expect("dstudio runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    for (arguments, expected) in [
        (
            &["serve", "--addr", "nowhere"][..],
            "cannot listen on nowhere",
        ),
        (
            &["serve", "--content", "/no/such/folder"],
            "is not a folder",
        ),
        (&["serve", "--watch"], "nothing to watch"),
        (&["serve", "--log", "a=b=c"], "is not a filter"),
    ] {
        let (status, said) = run(arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
