//! What the site is asked and what it answers: plain data, so that server, export and tests agree.

/// A question to the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Path, percent-decoded, from `/`.
    pub path: String,
    /// Query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
}

impl Request {
    /// A request for a path without a query.
    pub fn get(path: impl Into<String>) -> Request {
        Request {
            path: path.into(),
            query: Vec::new(),
        }
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a query parameter that is not empty.
    pub fn parameters<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.query
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// How long an answer stays true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until the content changes: revalidated with an entity tag.
    Revalidated,
    /// For ever: the address holds the hash.
    Immutable,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// A document.
    Page {
        /// 200 or 404.
        status: u16,
        /// Media type.
        content_type: &'static str,
        /// Bytes.
        body: Vec<u8>,
        /// How long it stays true.
        lifetime: Lifetime,
    },
    /// The document lives elsewhere.
    Redirect {
        /// Address on this site.
        to: String,
    },
}

impl Response {
    pub(crate) fn html(body: String) -> Response {
        Response::document("text/html; charset=utf-8", body)
    }

    pub(crate) fn document(content_type: &'static str, body: String) -> Response {
        Response::Page {
            status: 200,
            content_type,
            body: body.into_bytes(),
            lifetime: Lifetime::Revalidated,
        }
    }
}
