//! Buffers that cross the boundary.

use std::alloc::Layout;

/// Bytes before an answer that hold its length.
const LENGTH_BYTES: usize = 4;

/// A layout that any length gives: a length past the address space cannot be asked for.
fn layout(len: usize) -> Layout {
    Layout::from_size_align(len.max(1), 1).expect("lengths fit the address space")
}

/// A new buffer of `len` bytes, zeroed, or null if there is no memory for it.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    if len > isize::MAX as usize {
        return std::ptr::null_mut();
    }
    // SAFETY: the layout is never of size zero.
    unsafe { std::alloc::alloc_zeroed(layout(len)) }
}

/// Gives back a buffer of [`alloc`] with its length, or an answer with its length and four bytes.
///
/// # Safety
/// `start` and `len` are those of a buffer not given back before.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub unsafe extern "C" fn free(start: *mut u8, len: usize) {
    if !start.is_null() {
        // SAFETY: the caller's promise; both kinds of buffers have this layout.
        unsafe { std::alloc::dealloc(start, layout(len)) }
    }
}

/// The caller's bytes.
///
/// # Safety
/// `start` and `len` are those of a buffer of [`alloc`] that is not written to while in use.
pub(crate) unsafe fn argument<'a>(start: *const u8, len: usize) -> &'a [u8] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(start, len) }
}

/// Hands an answer over to the caller.
pub(crate) fn answer(bytes: &[u8]) -> *mut u8 {
    let start = alloc(LENGTH_BYTES + bytes.len());
    if !start.is_null() {
        let length = (bytes.len() as u32).to_le_bytes();
        // SAFETY: the buffer has room for both and is new, so nothing overlaps.
        unsafe {
            std::ptr::copy_nonoverlapping(length.as_ptr(), start, LENGTH_BYTES);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), start.add(LENGTH_BYTES), bytes.len());
        }
    }
    start
}
