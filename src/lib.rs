//! Pinrelay reports each sale to Pinterest from the browser and from the server, under
//! one event id.
//!
//! Data flows one way, and each module knows only those below it:
//!
//! ```text
//! php        the only module that knows Zend: arrays in, receipts out
//! relay      the API: prepare, capture, status, settled, drain, ...
//!   event    what happened, who, what was bought: validate, normalise, hash
//!   wire     one Event, two renderings: api (JSON body), tag (pintrk calls)
//!   spool    the durable queue: records, segments, acknowledgements, verdicts
//!   delivery the sender: batches, calls, classification of answers, back-off
//! process    what a process owns: forks, threads, signals, wakers; libc is used here alone
//! ```
//!
//! `event`, `wire` and `delivery::response` are pure: no clock, no I/O.

pub mod delivery;
pub mod event;
mod json;
mod logfile;
#[cfg(feature = "php")]
mod php;
pub mod process;
pub mod relay;
pub mod spool;
pub mod wire;
