//! Finished documents in memory, each with its compressed forms.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use axum::body::Bytes;
use axum::http::HeaderValue;
use site::{Lifetime, Request, Response, Site};

use crate::compression::{brotli, gzip};

/// Smallest body worth compressing: below it the headers are most of the answer.
const COMPRESSED_FROM_BYTES: usize = 512;
/// Most documents kept for one content: every page, asset and search part of a large catalogue.
const KEPT_MAX: usize = 20_000;

/// A finished document.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) status: u16,
    pub(crate) content_type: HeaderValue,
    pub(crate) lifetime: Lifetime,
    pub(crate) tag: HeaderValue,
    pub(crate) plain: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

/// A form of a document that a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Plain,
    Gzip,
    Brotli,
}

/// What the site said, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) enum Finished {
    Document(Arc<Document>),
    Redirect(String),
}

impl Document {
    fn new(status: u16, content_type: &'static str, body: Vec<u8>, lifetime: Lifetime) -> Self {
        let hash = blake3::hash(&body).to_hex();
        let tag = format!("\"{}\"", &hash[..20]);
        Document {
            status,
            content_type: HeaderValue::from_static(content_type),
            lifetime,
            tag: HeaderValue::from_str(&tag).expect("a quoted hex string is a header value"),
            plain: Bytes::from(body),
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }

    /// The body in the best form that the client accepts.
    pub(crate) fn body(&self, accepted: Coding) -> (Bytes, Coding) {
        if self.plain.len() < COMPRESSED_FROM_BYTES {
            return (self.plain.clone(), Coding::Plain);
        }
        let bytes = match accepted {
            Coding::Plain => &self.plain,
            Coding::Gzip => self.gzip.get_or_init(|| Bytes::from(gzip(&self.plain))),
            Coding::Brotli => self.brotli.get_or_init(|| Bytes::from(brotli(&self.plain))),
        };
        if bytes.len() < self.plain.len() {
            (bytes.clone(), accepted)
        } else {
            (self.plain.clone(), Coding::Plain)
        }
    }
}

/// One content and what was made from it.
struct Generation {
    site: Site,
    kept: RwLock<HashMap<String, Finished>>,
}

pub(crate) struct Store {
    current: RwLock<Arc<Generation>>,
}

impl Store {
    pub(crate) fn new(site: Site) -> Store {
        Store {
            current: RwLock::new(Arc::new(Generation::new(site))),
        }
    }

    pub(crate) fn replace(&self, site: Site) {
        let next = Arc::new(Generation::new(site));
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
    }

    fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A document that was made before.
    pub(crate) fn kept(&self, path: &str) -> Option<Finished> {
        let generation = self.generation();
        let kept = generation
            .kept
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        kept.get(path).cloned()
    }

    /// Whether making this document runs a simulation.
    pub(crate) fn computes(&self, request: &Request) -> bool {
        self.generation().site.computes(request)
    }

    /// What to say while too many of those are made.
    pub(crate) fn busy(&self, request: &Request, seconds: u64) -> Finished {
        finished(self.generation().site.busy(request, seconds))
    }

    /// Makes a document. Only found ones without a query are kept: their number is bounded by the
    /// content, not by what clients ask.
    pub(crate) fn make(&self, request: &Request) -> Finished {
        let generation = self.generation();
        let finished = finished(generation.site.respond(request));
        let found = matches!(&finished, Finished::Document(document) if document.status == 200);
        if found && request.query.is_empty() {
            let mut kept = generation
                .kept
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            if kept.len() < KEPT_MAX {
                kept.insert(request.path.clone(), finished.clone());
            }
        }
        finished
    }
}

fn finished(response: Response) -> Finished {
    match response {
        Response::Page {
            status,
            content_type,
            body,
            lifetime,
        } => Finished::Document(Arc::new(Document::new(
            status,
            content_type,
            body,
            lifetime,
        ))),
        Response::Redirect { to } => Finished::Redirect(to),
    }
}

impl Generation {
    fn new(site: Site) -> Generation {
        Generation {
            site,
            kept: RwLock::new(HashMap::new()),
        }
    }
}
