//! Tiny fixture sites, asked through `Site::respond`.

mod escaping;
mod interface;
mod machine;
mod pages;
mod routes;
mod support;
