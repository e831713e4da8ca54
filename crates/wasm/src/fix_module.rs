//! The diagnosis: opened with its kit, asked with the fields of the form.

use std::cell::RefCell;

use advisor::fix::Diagnosis;
use advisor::fix::review::{Entry, review};
use advisor::fix::view::{Kit, Place, answer_html, ask, mistakes};

use crate::memory::{answer, argument};

thread_local! {
    /// A browser tab has one diagnosis.
    static OPEN: RefCell<Option<(Diagnosis, Place)>> = const { RefCell::new(None) };
}

/// Opens the diagnosis whose kit is in the buffer. Returns 1, or 0 if it cannot be read.
///
/// # Safety
/// The arguments are a buffer of [`alloc`](crate::alloc) and its length.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn fix_open(kit: *const u8, kit_len: usize) -> u32 {
    // SAFETY: the caller's promise.
    let kit = unsafe { argument(kit, kit_len) };
    match serde_json::from_slice::<Kit>(kit) {
        Ok(kit) => {
            OPEN.replace(Some((Diagnosis::new(kit.model), kit.place)));
            1
        }
        Err(_) => 0,
    }
}

/// The answer as HTML. The fields are a JSON list of pairs of name and text; empty if they cannot be
/// read or no kit is open.
///
/// # Safety
/// The arguments are a buffer of [`alloc`](crate::alloc) and its length.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn fix_answer(fields: *const u8, fields_len: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    let fields = unsafe { argument(fields, fields_len) };
    answer(answered(fields).unwrap_or_default().as_bytes())
}

fn answered(fields: &[u8]) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_json::from_slice(fields).ok()?;
    OPEN.with_borrow(|open| {
        let (diagnosis, place) = open.as_ref()?;
        let html = match ask(&pairs, diagnosis) {
            Ok(answer) => answer_html(&answer, diagnosis.model(), place),
            Err(error) => mistakes(&error),
        };
        Some(html.into_string())
    })
}

/// The draft of a review as Markdown. The log is a JSON list of entries; empty if it cannot be read.
///
/// # Safety
/// The arguments are a buffer of [`alloc`](crate::alloc) and its length.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn fix_review(log: *const u8, log_len: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    let log = unsafe { argument(log, log_len) };
    let entries: Vec<Entry> = serde_json::from_slice(log).unwrap_or_default();
    answer(review(&entries).as_bytes())
}
