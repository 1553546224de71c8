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
//!     outcome  pure: what an answer means, by its words and headers
//!     client   one call
//!     standing how things stand with Pinterest: success, back-off, pause
//!     vouch    whether it is the events that are refused, or everything
//!     batch    the lines of a batch on their way through calls
//!   books   the order in which rulings reach the disk
//!   backoff, pace   pure: how long to wait after a failure, and between calls
//! purge     gives up everything that waits, by the same books
//! retention  what is kept about shoppers ends on time, also where nobody sends
//! time      the clocks all of them go by
//! ```

mod backoff;
mod batch;
mod books;
mod client;
mod headers;
mod outcome;
mod pace;
mod purge;
mod redact;
mod retention;
mod round;
mod sender;
mod settings;
mod standing;
mod time;
mod triage;
mod vouch;
mod words;

pub use client::{Answer, CallFailed, Client, Http, transport};
pub use outcome::{Outcome, classify};
pub use purge::purge;
pub use redact::redact;
pub use retention::{retain, retain_each};
pub use sender::{Tally, Until, drain};
pub use settings::{Late, Secret, Settings, Transport};
pub use time::{Clock, Time};
pub use words::Word;
