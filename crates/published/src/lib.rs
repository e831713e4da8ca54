//! Results from the literature: what was published, a model that answers for any parameters, and
//! whether the two agree.
//!
//! ```
//! use published::{Status, TargetSet, reproduce};
//!
//! let text = r#"
//!     schema_version = 1
//!     [[target]]
//!     id = "tail-fanout"
//!     checks = [{ q = "p_slow", at = { p = 0.01, n = 100 }, value = 0.63, abs = 0.01 }]
//! "#;
//! let set = TargetSet::parse(text, "targets.toml").unwrap();
//! let report = reproduce(&set.targets[0]);
//! assert_eq!(report.status, Status::Ok);
//! ```
//!
//! A model is a function of (quantity, selectors, parameters), never a table of answers: the same
//! target can be asked for other values than the source prints. What no model defines is refused
//! with the reason.
//!
//! Read next: [`TargetSet`] for the form of a file, [`reproduce`] for the verdicts, [`ask`] for one
//! value, [`models`] for what can be asked.

mod answer;
mod inputs;
mod known_failing;
mod model;
mod parameter;
mod problem;
mod report;
mod sheet;
mod special;
mod store;
mod target;

pub use answer::{Answer, LEVEL, Memo, Method, Outcome, Refusal};
pub use known_failing::{KnownFailing, Surprise};
pub use model::{Model, models};
pub use parameter::{Parameter, Parameters};
pub use problem::Problem;
pub use report::{CheckReport, Numbers, Status, TargetReport, ask, reproduce};
pub use store::{
    KNOWN_FAILING_FILE, RESULTS_FILE, StoredCheck, StoredTarget, built_in, known_failing, results,
    significant, stored,
};
pub use target::{
    CHECKS_MAX, Check, FILE_BYTES_MAX, Relation, SCHEMA_VERSION, TARGETS_MAX, Target, TargetSet,
};
