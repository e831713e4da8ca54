//! Tiny fixture sites, asked through `Site::respond`.

mod escaping;
mod interface;
mod machine;
mod pages;
mod reproduced;
mod routes;
mod support;
