//! A request over HTTP to an answer of the site.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use percent_encoding::percent_decode_str;
use site::Lifetime;

use crate::Shared;
use crate::store::{Coding, Document, Finished};

/// Longest path and query: the longest address that browsers and proxies agree on.
const ADDRESS_BYTES_MAX: usize = 8_000;
/// Most query parameters: no form of the site has more fields.
const PARAMETERS_MAX: usize = 100;

/// No inline script or style, nothing from elsewhere, and compiled modules of our own.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) async fn answer(
    State(shared): State<Arc<Shared>>,
    request: Request<Body>,
) -> Response<Body> {
    let started = Instant::now();
    let (request, _) = request.into_parts();
    let response = respond(&shared, &request).await;
    shared
        .operations
        .answered(response.status(), started.elapsed());
    // The query stays out of the log: it holds what the reader looked for.
    tracing::info!(
        event = "request",
        method = request.method.as_str(),
        path = request.uri.path(),
        status = response.status().as_u16(),
        micros = started.elapsed().as_micros() as u64,
    );
    response
}

async fn respond(shared: &Arc<Shared>, request: &Parts) -> Response<Body> {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        let mut response = plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "pages answer GET and HEAD\n",
        );
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let uri = &request.uri;
    let query = uri.query().unwrap_or("");
    if uri.path().len() + query.len() > ADDRESS_BYTES_MAX {
        return plain(
            StatusCode::URI_TOO_LONG,
            "the address is longer than 8000 bytes\n",
        );
    }
    let finished = match query
        .is_empty()
        .then(|| shared.store.kept(uri.path()))
        .flatten()
    {
        Some(kept) => kept,
        None => {
            let Some(asked) = read(uri.path(), query) else {
                return plain(StatusCode::BAD_REQUEST, "the address is not UTF-8\n");
            };
            let permit = match shared.store.computes(&asked) {
                true => match shared.computing.enter().await {
                    Ok(permit) => Some(permit),
                    Err(wait) => return busy(shared, request, &asked, wait),
                },
                false => None,
            };
            let shared = Arc::clone(shared);
            // Making a page takes milliseconds, which other connections need not wait for. The
            // right to compute goes along, since the work goes on when the reader does not wait.
            let make = move || {
                let finished = shared.store.make(&asked);
                drop(permit);
                finished
            };
            match tokio::task::spawn_blocking(make).await {
                Ok(finished) => finished,
                Err(error) => {
                    tracing::error!(event = "panic", path = uri.path(), error = %error);
                    let text = "this page could not be made; it was logged\n";
                    return plain(StatusCode::INTERNAL_SERVER_ERROR, text);
                }
            }
        }
    };
    match finished {
        Finished::Document(document) => document_response(request, &document),
        Finished::Redirect(to) => redirect(&to, query),
    }
}

/// Too many ask for computed answers.
fn busy(shared: &Shared, request: &Parts, asked: &site::Request, wait: Duration) -> Response<Body> {
    let seconds = wait.as_secs().max(1);
    let mut response = match shared.store.busy(asked, seconds) {
        Finished::Document(document) => document_response(request, &document),
        Finished::Redirect(to) => redirect(&to, ""),
    };
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn read(path: &str, query: &str) -> Option<site::Request> {
    let path = percent_decode_str(path).decode_utf8().ok()?.into_owned();
    let query = form_urlencoded::parse(query.as_bytes())
        .take(PARAMETERS_MAX)
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    Some(site::Request { path, query })
}

fn document_response(request: &Parts, document: &Document) -> Response<Body> {
    let headers = &request.headers;
    let unchanged = document.status == 200
        && headers
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|tags| matches(tags, document.tag.to_str().unwrap_or("")));
    let (body, coding) = document.body(accepted(headers));
    let mut response = Response::new(if unchanged || request.method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(body.clone())
    });
    *response.status_mut() = if unchanged {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::from_u16(document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    };
    let out = response.headers_mut();
    common_headers(out);
    out.insert(header::CONTENT_TYPE, document.content_type.clone());
    out.insert(header::ETAG, document.tag.clone());
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(match document.lifetime {
            Lifetime::Immutable => "public, max-age=31536000, immutable",
            Lifetime::Revalidated => "no-cache",
        }),
    );
    match coding {
        Coding::Plain => {}
        Coding::Gzip => {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Coding::Brotli => {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
    }
    if request.method == Method::HEAD && !unchanged {
        out.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    response
}

fn redirect(to: &str, query: &str) -> Response<Body> {
    let mut response = plain(StatusCode::PERMANENT_REDIRECT, "this page has moved\n");
    let address = if query.is_empty() {
        to.to_owned()
    } else {
        format!("{to}?{query}")
    };
    if let Ok(value) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// A short answer in words.
pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    common_headers(headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

fn common_headers(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
}

fn matches(tags: &str, own: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == own)
}

/// The best coding that the client accepts. A coding with weight zero is refused.
fn accepted(headers: &HeaderMap) -> Coding {
    let Some(value) = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
    else {
        return Coding::Plain;
    };
    let takes = |name: &str| {
        value.split(',').any(|part| {
            let mut pieces = part.split(';').map(str::trim);
            let named = pieces.next() == Some(name);
            named && !pieces.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    if takes("br") {
        Coding::Brotli
    } else if takes("gzip") {
        Coding::Gzip
    } else {
        Coding::Plain
    }
}
