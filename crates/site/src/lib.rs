//! The Studio's pages: a catalogue and a request to a document, for server and export alike.
//!
//! ```
//! use catalog::{Catalog, Layer};
//! use site::{Fragments, Mode, Request, Response, Site};
//!
//! let catalog = Catalog::load(&[Layer::default()], &site::generated());
//! let site = Site::new(catalog, Fragments::default(), Mode::Live);
//! let Response::Page { status, .. } = site.respond(&Request::get("/nowhere/")) else { panic!() };
//! assert_eq!(status, 404);
//! ```
//!
//! Read next: [`Site::respond`], then [`Site::addresses`] for what an export writes.

mod asset;
mod brief;
mod busy_page;
mod entry_page;
mod experiment_block;
mod feed;
mod fragment;
mod glossary_page;
mod home;
mod listing;
mod markdown_form;
mod neighbours;
mod offline;
mod render;
mod reproduced_block;
mod request;
mod route;
mod search_index;
mod search_page;
mod shell;
mod site;
mod site_map;
mod tool_api;
mod tool_assess;
mod tool_capacity;
mod tool_decide;
mod tool_fix;
mod tool_form;
mod tool_list;
mod tool_sizing;

pub use asset::{Asset, Assets};
pub use experiment_block::stored_digest;
pub use fragment::{FragmentError, Fragments, MathDisplay};
pub use request::{Lifetime, Request, Response};
pub use search_index::SearchIndex;
pub use site::{Mode, Site, generated};
pub use tool_list::Tools;
