//! The simulator module: one run at a time, opened with a page's document and advanced in slices.

use std::cell::RefCell;

use experiment::{Progress, Session};

use crate::memory::{answer, argument};

thread_local! {
    /// A worker has one run; a newer one takes its place.
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// Opens a run on the document in the buffer, as [`Session::open`] describes it. Returns 1, or 0 if it
/// is none.
///
/// # Safety
/// The arguments are a buffer of [`alloc`](crate::alloc) and its length.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn sim_open(document: *const u8, document_len: usize) -> u32 {
    // SAFETY: the caller's promise.
    let document = unsafe { argument(document, document_len) };
    let session = Session::open(&String::from_utf8_lossy(document));
    let opened = u32::from(session.is_some());
    SESSION.replace(session);
    opened
}

/// Runs a slice of some ten milliseconds. Returns 0 when there is more to do, 1 when there is more
/// to do and a new picture, 2 when the run is over.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn sim_step() -> u32 {
    SESSION.with_borrow_mut(|session| match session.as_mut().map(Session::step) {
        Some(Progress::Running) => 0,
        Some(Progress::Advanced) => 1,
        Some(Progress::Done) | None => 2,
    })
}

/// What there is to see, as [`Session::picture`] describes it; empty without a run.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn sim_picture() -> *mut u8 {
    let picture = SESSION.with_borrow(|session| session.as_ref().map(Session::picture));
    answer(picture.unwrap_or_default().as_bytes())
}
