//! What is kept for a time without a network: the emergency pages with all they are made of.

use catalog::{Details, Kind};

use crate::request::{Lifetime, Request, Response};
use crate::site::Site;

/// Address of the service worker: at the root, because it serves what lies below its own address.
pub(crate) const WORKER_PATH: &str = "/service-worker.js";

/// The worker's code, before which the lists are put.
const WORKER: &str = include_str!("../assets/service-worker.js");

/// Section of the pages that are about emergencies.
const SECTION: &str = "emergency";

/// Files that the pages load, by name.
const FILES: [&str; 11] = [
    "studio.css",
    "tools.css",
    "fix.css",
    "experiment.css",
    "text.woff2",
    "theme.js",
    "studio.js",
    "search.js",
    "fix.js",
    "mark.svg",
    "fix.wasm",
];

impl Site {
    /// Whether a page belongs to the emergency pages, which is where they are first asked for.
    pub(crate) fn is_emergency(&self, path: &str) -> bool {
        path == "/"
            || self.catalog.at_path(path).is_some_and(|entry| {
                entry.id.kind == Kind::Playbook
                    || matches!(&entry.details, Details::Page { section, .. } if section == SECTION)
            })
    }

    /// Addresses of the pages that are kept, in order.
    pub fn emergency_pages(&self) -> Vec<String> {
        let mut pages = vec!["/".to_owned()];
        let entries = self.catalog.pages().map(|entry| entry.path.clone());
        pages.extend(entries.filter(|path| self.is_emergency(path)));
        pages.sort();
        pages.dedup();
        pages
    }

    /// The service worker, whose version changes with every byte of what it keeps.
    pub(crate) fn service_worker(&self) -> Response {
        let pages = self.emergency_pages();
        let mut hasher = blake3::Hasher::new();
        for page in &pages {
            if let Response::Page { body, .. } = self.respond(&Request::get(page.as_str())) {
                hasher.update(&body);
            }
        }
        let named = FILES.iter().map(|name| self.assets.path(name));
        let mut files: Vec<String> = named
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect();
        files.extend(self.fix_kit().map(|kit| kit.path.clone()));
        for file in &files {
            hasher.update(file.as_bytes());
        }
        let hash = hasher.finalize().to_hex();
        let addresses = |paths: &[String]| {
            let list: Vec<String> = paths.iter().map(|path| self.href(path)).collect();
            json(&list)
        };
        let body = format!(
            "const ROOT = {};\nconst VERSION = {};\nconst PAGES = {};\nconst FILES = {};\n{WORKER}",
            json(&self.href("/")),
            json(&hash[..16]),
            addresses(&pages),
            addresses(&files),
        );
        Response::Page {
            status: 200,
            content_type: "text/javascript; charset=utf-8",
            body: body.into_bytes(),
            lifetime: Lifetime::Revalidated,
        }
    }
}

/// Texts and lists of texts, none of which can fail to be written.
fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
