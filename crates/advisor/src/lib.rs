//! The Studio's tools: each turns a typed question into a typed answer with its reasons.
//!
//! ```
//! use advisor::capacity::{self, Question};
//!
//! let question = Question {
//!     arrival_rate_per_s: 100.0,
//!     service_time_ms: 80.0,
//!     servers: Some(10),
//!     ..Question::default()
//! };
//! let answer = capacity::answer(&question)?;
//! assert_eq!(answer.normal.servers, 10);
//! assert!((answer.normal.wait_mean_ms - 16.367).abs() < 0.001);
//! # Ok::<(), advisor::Error>(())
//! ```
//!
//! Read next: [`capacity::answer`], [`decide::answer`], [`assess::answer`]; [`sizing`] for the
//! calculators that share one contract; [`input`] for how text
//! becomes a question, the same way for a form, a query string, a file and a command line.

pub mod assess;
pub mod capacity;
pub mod decide;
mod error;
pub mod fix;
mod formula;
pub mod input;
pub mod sizing;

pub use error::{Error, FieldError, NoSteadyState, Refusal, RuleError};

/// Version of the shape of every question and answer; fields are added, never renamed.
pub const SCHEMA: u32 = 1;
