//! `dstudio serve`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};
use site::{Fragments, Mode, Site};
use tracing_subscriber::EnvFilter;

use crate::arguments::{Checkout, ServeOptions};
use crate::content::ContentSource;
use crate::{Failure, Outcome};

/// Editors write a file in several steps; one read after this pause sees them all, and the change
/// is still visible well within 300 ms.
const SETTLE: Duration = Duration::from_millis(25);

/// Most findings that one reading of the content shows; `dstudio check` lists all.
const FINDINGS_SHOWN_MAX: usize = 20;

pub(crate) fn run(options: &ServeOptions) -> Result<Outcome, Failure> {
    log(&options.log)?;
    let checkout = if options.watch {
        Checkout::Preferred
    } else {
        Checkout::Ignored
    };
    let source = options.content.source(checkout);
    if options.watch && source.folders().next().is_none() {
        let message =
            "--watch has nothing to watch: give --base or --content, or run in a checkout";
        return Err(Failure::Other(message.to_owned()));
    }
    let site = make(&source, options, Fragments::default())?;
    report(&site);
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::io("cannot start"))?;
    runtime.block_on(serve(options, source, site))
}

fn log(filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| Failure::Other(format!("--log \"{filter}\" is not a filter: {error}")))?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    Ok(())
}

fn make(
    source: &ContentSource,
    options: &ServeOptions,
    fragments: Fragments,
) -> Result<Site, Failure> {
    let catalog = super::with_base_url(super::load(source)?, options.base_url.as_deref())?;
    let mut site = Site::new(catalog, fragments, Mode::Live);
    site.watch = options.watch;
    Ok(site)
}

fn findings(site: &Site) -> BTreeSet<String> {
    let found = site.catalog.diagnostics.iter();
    found.map(ToString::to_string).collect()
}

fn report(site: &Site) {
    let errors = site
        .catalog
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == catalog::Severity::Error)
        .count();
    if errors > 0 {
        eprintln!("the content has {errors} errors; `dstudio check` lists them");
    }
}

async fn serve(
    options: &ServeOptions,
    source: ContentSource,
    site: Site,
) -> Result<Outcome, Failure> {
    let listener = server::bind(&options.addr).await?;
    let address = listener
        .local_addr()
        .map_err(Failure::io("cannot read the own address"))?;
    eprintln!("the Studio is open at http://{address}");
    let known = findings(&site);
    let server = server::Server::new(site);
    // Kept until the server ends: dropping it ends the watch.
    let _watching = if options.watch {
        Some(watch(server.clone(), source, options, known)?)
    } else {
        None
    };
    let drain = server::Drain {
        notice: Duration::from_secs(options.drain_notice_s),
        ..server::Drain::default()
    };
    server.run(listener, stop_signal(), drain).await?;
    Ok(Outcome::Fine)
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            // Without a handler the signal ends the process, which is what it asks for.
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}

fn watch(
    server: server::Server,
    source: ContentSource,
    options: &ServeOptions,
    mut known: BTreeSet<String>,
) -> Result<notify::RecommendedWatcher, Failure> {
    let (changes, changed) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access()) {
            // The other side ends with the process.
            let _ = changes.send(());
        }
    })
    .map_err(|error| Failure::Other(format!("cannot watch files: {error}")))?;
    let folders: Vec<PathBuf> = source.folders().map(PathBuf::from).collect();
    for folder in &folders {
        watcher
            .watch(folder, RecursiveMode::Recursive)
            .map_err(|error| {
                Failure::Other(format!("cannot watch {}: {error}", folder.display()))
            })?;
    }
    let base_url = options.base_url.clone();
    let build = move || -> Result<Site, Failure> {
        let catalog = super::with_base_url(super::load(&source)?, base_url.as_deref())?;
        let mut site = Site::new(catalog, Fragments::default(), Mode::Live);
        site.watch = true;
        Ok(site)
    };
    std::thread::spawn(move || {
        while changed.recv().is_ok() {
            std::thread::sleep(SETTLE);
            while changed.try_recv().is_ok() {}
            let started = Instant::now();
            match build() {
                Ok(site) => {
                    let findings = findings(&site);
                    server.replace(site);
                    let took_ms = started.elapsed().as_millis();
                    // The faults of the last edit, not those that it found there.
                    for finding in findings.difference(&known).take(FINDINGS_SHOWN_MAX) {
                        eprintln!("{}", crate::terminal::clean(&finding.to_string()));
                    }
                    eprintln!(
                        "content read again in {took_ms} ms, {} findings",
                        findings.len()
                    );
                    known = findings;
                }
                Err(failure) => eprintln!("dstudio: {failure}; the last content stays"),
            }
        }
    });
    Ok(watcher)
}
