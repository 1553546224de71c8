//! The sender: takes what waits in a spool to Pinterest and writes down what
//! became of it.
//!
//! It must not know PHP, nor what an event means. It reads records, and for
//! each it finds one of the verdicts of [`crate::spool::Verdict`].
//!
//! ```text
//! sender    when to look, when to wait, when to leave
//!   round   one batch: triage, call, split, rule
//!     triage   pure: what need not be sent at all
//!     outcome  pure: what an answer means
//!     client   one call
//!   books   the order in which rulings reach the disk
//!   backoff pure: how long to wait after a failure
//! purge     gives up everything that waits, by the same books
//! ```

mod backoff;
mod books;
mod client;
mod outcome;
mod purge;
mod round;
mod sender;
mod settings;
mod triage;

pub use client::{Answer, CallFailed, Client, Http, transport};
pub use outcome::{Outcome, Word, classify, redact};
pub use purge::purge;
pub use sender::{Tally, Until, drain};
pub use settings::{Late, Secret, Settings, Transport};
