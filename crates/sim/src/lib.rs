//! Systems of clients, links, balancers and services, run request by request, so that what is
//! claimed about them can be decided.
//!
//! ```
//! let text = r#"
//!     schema = 1
//!     title = "Twice the workers"
//!     duration = "60 s"
//!     [clients.users]
//!     rate = "90/s"
//!     calls = "shop"
//!     [services.shop]
//!     workers = 1
//!     service_time = "mean = 10 ms"
//!     [variants.one]
//!     [variants.two.services.shop]
//!     workers = 2
//!     [[claims]]
//!     that = "two.mean < 0.5 * one.mean"
//!     because = "at 90 % utilisation most of the time is spent waiting"
//! "#;
//! let scenario = sim::Scenario::parse(text, "workers.toml").unwrap();
//! let results = sim::decide(&scenario);
//! assert!(results.pass(), "{}", results.table());
//! ```
//!
//! Read next: [`Scenario`] for the text and [`schema`] for its keys, [`Study`] for running it piece
//! by piece, [`figures`] for what can be asked, [`Results`] for what comes out, and [`system`] for
//! what the engine runs.

mod claim;
mod expression;
mod figure;
mod policy;
mod results;
mod run;
mod scenario;
mod series;
mod study;
pub mod system;
pub mod workload;

pub use claim::{Claim, Verdict};
pub use figure::{TAIL_SAMPLES_MIN, Unit, figures};
pub use policy::CoDelState;
pub use results::{
    ClaimResult, FigureResult, LatencyBucket, Line, Quote, Results, Series, Slowest, VariantResult,
};
pub use run::{
    CAUSES, Cause, MAX_EVENTS, MAX_PENDING_ATTEMPTS, Outcome, Plan, Run, Status, Window,
};
pub use scenario::{
    Analysis, CLAIMS_MAX, COMPONENTS_MAX, DEPTH_MAX, Diagnostic, HOPS_MAX, HOPS_TOTAL_MAX,
    KeyReference, NAME_MAX, OUTCOMES_BYTES_MAX, REPLICAS_MAX, RING_POINTS_MAX, Scenario, TEXT_MAX,
    TableReference, USERS_MAX, VARIANTS_MAX, VISITS_MAX, Variant, WINDOWS_MAX, reference, schema,
};
pub use study::{Job, Study, decide};
