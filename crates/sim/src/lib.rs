//! Systems of clients, links, balancers and services, run request by request.

mod policy;
mod run;
pub mod system;

pub use run::{CAUSES, Cause, MAX_EVENTS, MAX_PENDING_ATTEMPTS, Outcome, Plan, Run, Status, Window};
