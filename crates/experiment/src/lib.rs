//! Experiments as readers meet them: a scenario with settings, its digest, and its picture.
//!
//! The same code makes the picture on a server, in an export and, as WebAssembly, in a browser.
//!
//! ```
//! let text = r#"
//!     schema = 1
//!     title = "One server"
//!     duration = "20 s"
//!     [clients.users]
//!     rate = "50/s"
//!     calls = "shop"
//!     [services.shop]
//!     workers = 1
//!     service_time = "mean = 10 ms"
//! "#;
//! let faster = experiment::with_settings(text, &[("services.shop.workers".into(), "2".into())])?;
//! let scenario = sim::Scenario::parse(&faster, "one.toml").map_err(|found| found[0].to_string())?;
//! let digest = experiment::compute(&scenario, &faster, experiment::Budget::default())?;
//! assert_eq!(digest.variants.len(), 1);
//! # Ok::<(), String>(())
//! ```
//!
//! Read next: [`Digest`] for what is kept of a run, [`Computation`] for how one is made in slices,
//! [`results`] for how it is shown, [`Session`] for all of it in a browser.

mod chart;
mod compute;
mod digest;
mod quantity;
mod session;
mod settings;
mod topology;
mod view;

/// Style of the pictures that [`results`] and [`system`] draw.
pub use figures::STYLESHEET as FIGURE_STYLESHEET;

pub use compute::{Budget, Computation, Progress, compute};
pub use digest::{Claim, Digest, Figure, Line, Slowest, TailPoint, Variant, WindowSpan};
pub use quantity::{shown, shown_interval};
pub use session::Session;
pub use settings::{
    PATH_BYTES_MAX, VALUE_BYTES_MAX, changed, command, setting, version, with_settings,
};
pub use topology::system;
pub use view::{Shown, Texts, mistakes, results, status};
