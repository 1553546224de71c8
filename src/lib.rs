//! Pinrelay tells Pinterest about every sale, through both doors and once.
//!
//! A fact walks one way, and each module knows only those below it:
//!
//! ```text
//! php        the only module that knows Zend: arrays in, receipts out
//! relay      the front door: prepare, capture, status, settled, drain, ...
//!   event    what happened, who, what was bought: validate, normalise, hash
//!   wire     one Event, two renderings: api (JSON body), tag (pintrk calls)
//!   spool    the durable queue: records, segments, acknowledgements, verdicts
//!   delivery the sender: batch, client, outcome, backoff
//! process    what a process owns: pid stamp, thread, stop; libc lives here
//! ```
//!
//! `event`, `wire` and `delivery::response` are pure: no clock, no I/O.

pub mod delivery;
pub mod event;
mod logfile;
#[cfg(feature = "php")]
mod php;
pub mod process;
pub mod relay;
pub mod spool;
pub mod wire;
