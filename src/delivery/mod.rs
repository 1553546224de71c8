//! The sender: takes what waits in a spool to Pinterest and writes down what
//! became of it. Delivery is at least once; an order is sent once wherever its
//! acknowledgement reached us.
//!
//! It must not know PHP, nor what an event means. It reads records, and for
//! each it finds one of the verdicts of [`crate::spool::Verdict`].
//!
//! ```text
//! sender        the leader's state machine: when to look, to wait, to send, to leave
//!   pipeline      several batches in flight, while all is taken
//!   send_batch    one batch alone: call, bisect, decide
//!     probe         whether it is the events that are refused, or everything
//!     batch         pure: its lines, and what is decided about each
//!   session       one lease: call, back off, pause
//!     callers       the threads that call
//!       client        one call
//!     response      pure: what an answer means, by its JSON, status and headers
//!     backoff       pure: how long to wait after a failure, and between calls
//!   commit        the order in which verdicts reach the disk
//!     triage        pure: what need not be sent at all
//! housekeeping  what is kept about visitors ends on time, also where nobody sends
//! time          the clocks all of them go by
//! ```

mod backoff;
mod batch;
mod callers;
mod client;
mod commit;
mod housekeeping;
mod pipeline;
mod probe;
mod redact;
mod response;
mod send_batch;
mod sender;
mod session;
mod settings;
mod time;
mod triage;

pub use callers::{CallId, Callers, Inline, Reply, Request, Threads};
pub use client::{Answer, CallFailed, Client, Http, transport};
pub use housekeeping::{purge, retain, retain_each};
pub use redact::redact;
pub use response::Response;
pub use sender::{Exit, Tally, drain, drain_by};
pub use settings::{Late, Secret, Settings, Transport, Until};
pub use time::{Clock, Time};
