//! The catalogue from outside: files in, entries and findings out.

mod figures;
mod findings;
mod front_matter;
mod hardening;
mod identity;
mod overlays;
mod relations;
mod shared_files;
mod support;
