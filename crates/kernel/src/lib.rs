//! What every simulation of the Studio stands on: virtual time, pending events, random draws and
//! statistics, as plain data without a clock, a thread or a file.
//!
//! The same inputs give the same bits on every machine: time is an integer, order is total,
//! generators are frozen here, and transcendental functions come from `libm`.
//!
//! ```
//! use kernel::{Distribution, EventQueue, Moments, Span, Xoshiro256};
//!
//! // One server, customers at 0.8 a second, one second of work on average: M/M/1.
//! #[derive(Clone, Copy)]
//! enum Event { Arrival, Departure }
//!
//! let mut events = EventQueue::new();
//! let mut random = Xoshiro256::seeded(1);
//! let between = Distribution::exponential(1.25e9).unwrap();
//! let work = Distribution::exponential(1e9).unwrap();
//! let mut line = std::collections::VecDeque::new();
//! let mut sojourns = Moments::new();
//! events.schedule_after(Span::ZERO, Event::Arrival);
//! while sojourns.count() < 200_000 {
//!     let (now, event) = events.pop().unwrap();
//!     match event {
//!         Event::Arrival => {
//!             events.schedule_after(between.sample_span(&mut random), Event::Arrival);
//!             line.push_back(now);
//!             if line.len() == 1 {
//!                 events.schedule_after(work.sample_span(&mut random), Event::Departure);
//!             }
//!         }
//!         Event::Departure => {
//!             sojourns.push((now - line.pop_front().unwrap()).as_seconds());
//!             if !line.is_empty() {
//!                 events.schedule_after(work.sample_span(&mut random), Event::Departure);
//!             }
//!         }
//!     }
//! }
//! // Theory: 1 / (service rate - arrival rate) = 5 seconds.
//! assert!((sojourns.mean() - 5.0).abs() < 0.25);
//! ```
//!
//! Read next: [`EventQueue`] for order and cancellation, [`Draw`] for draws that two variants
//! share, [`Interval`] and [`Looks`] for what a figure is worth.

mod batch;
mod distribution;
mod histogram;
mod integral;
mod interval;
mod ladder;
mod moments;
mod packed;
mod queue;
mod random;
mod student;
mod time;
mod warmup;
mod ziggurat;
mod ziggurat_table;
mod zipf;

pub use batch::BatchMeans;
pub use distribution::{Distribution, DistributionError, inverse_normal};
pub use histogram::Histogram;
pub use integral::TimeWeighted;
pub use interval::{Interval, Looks};
pub use ladder::{Key, Ladder};
pub use moments::Moments;
pub use packed::PackedHistogram;
pub use queue::{EventQueue, MAX_PENDING, Token};
pub use random::{Draw, Source, SplitMix64, Xoshiro256, mix};
pub use student::{student_t_cdf, student_t_quantile};
pub use time::{Span, Time};
pub use warmup::mser5;
pub use zipf::Zipf;
