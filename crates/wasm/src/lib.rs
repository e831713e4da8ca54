//! Browser modules: the pure crates behind C functions that pass bytes, one module per feature.
//!
//! The caller owns all memory it asked for: it writes an argument into a buffer from [`alloc`],
//! calls a function with address and length, and gives both buffers back with [`free`]. A function
//! returns the address of its answer: four bytes of length (least first), then the answer. The
//! names are exported for WebAssembly alone: a native `free` would replace the C library's.

// Exported functions and views of the caller's memory need it; nothing else in the workspace does.
#![allow(unsafe_code)]

#[cfg(feature = "fix")]
mod fix_module;
mod memory;
#[cfg(feature = "search")]
mod search_module;
#[cfg(feature = "sim")]
mod sim_module;

#[cfg(feature = "fix")]
pub use fix_module::{fix_answer, fix_open, fix_review};
pub use memory::{alloc, free};
#[cfg(feature = "search")]
pub use search_module::{search_add, search_needs, search_open, search_query};
#[cfg(feature = "sim")]
pub use sim_module::{sim_open, sim_picture, sim_step};
