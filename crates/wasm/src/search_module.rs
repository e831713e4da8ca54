//! The search module: one session, opened with the core part, fed with the parts it asks for.

use std::cell::RefCell;

use search::{Error, Options, Session};

use crate::memory::{answer, argument};

thread_local! {
    /// A browser tab has one search.
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// 1 for done, 0 for an error: the caller falls back to the server's search either way.
fn status<Value>(result: Result<Value, Error>) -> u32 {
    u32::from(result.is_ok())
}

/// Opens the index whose core part is in the buffer. Returns 1, or 0 if it cannot be read.
///
/// # Safety
/// The arguments are a buffer of [`alloc`](crate::alloc) and its length.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn search_open(core: *const u8, core_len: usize) -> u32 {
    // SAFETY: the caller's promise.
    let core = unsafe { argument(core, core_len) };
    status(Session::open(core).map(|session| SESSION.replace(Some(session))))
}

/// Adds the part of this name. Returns 1, or 0 if it does not belong to the open index.
///
/// # Safety
/// The arguments are two buffers of [`alloc`](crate::alloc) and their lengths.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn search_add(
    name: *const u8,
    name_len: usize,
    part: *const u8,
    part_len: usize,
) -> u32 {
    // SAFETY: the caller's promise.
    let (name, part) = unsafe { (argument(name, name_len), argument(part, part_len)) };
    let name = String::from_utf8_lossy(name);
    SESSION.with_borrow_mut(|session| {
        let session = session.as_mut().ok_or(Error::Malformed);
        status(session.and_then(|session| session.add(&name, part)))
    })
}

/// The query and, in lines after it, the kinds wanted.
fn request(bytes: &[u8], limit: usize) -> (String, Options) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let query = lines.next().unwrap_or_default().to_owned();
    let kinds = lines
        .filter(|kind| !kind.is_empty())
        .map(str::to_owned)
        .collect();
    (query, Options { limit, kinds })
}

fn run(request_bytes: &[u8], limit: usize) -> Result<String, Error> {
    let (query, options) = request(request_bytes, limit);
    SESSION.with_borrow(|session| {
        let session = session.as_ref().ok_or(Error::Malformed)?;
        session
            .search(&query, &options)
            .map(|results| results.to_json())
    })
}

/// The names of the parts that [`search_query`] lacks for this request, one a line; empty if none.
///
/// # Safety
/// The arguments are a buffer of [`alloc`](crate::alloc), its length, and a number.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn search_needs(
    request: *const u8,
    request_len: usize,
    limit: usize,
) -> *mut u8 {
    // SAFETY: the caller's promise.
    let request = unsafe { argument(request, request_len) };
    match run(request, limit) {
        Err(Error::MissingParts(names)) => answer(names.join("\n").as_bytes()),
        _ => answer(&[]),
    }
}

/// The results as JSON; empty if parts are missing or no index is open. The request is the query
/// and, in lines after it, the kinds wanted, none meaning all.
///
/// # Safety
/// The arguments are a buffer of [`alloc`](crate::alloc), its length, and a number.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn search_query(
    request: *const u8,
    request_len: usize,
    limit: usize,
) -> *mut u8 {
    // SAFETY: the caller's promise.
    let request = unsafe { argument(request, request_len) };
    answer(run(request, limit).unwrap_or_default().as_bytes())
}
