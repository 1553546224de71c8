//! What a leader has for as long as it leads: the spool that it commits to, the way
//! to Pinterest, and the circuit between them, which failures open.

use std::panic::resume_unwind;
use std::time::{Duration, Instant};

use crate::process::{self, Waker};
use crate::spool::{Entry, Generation, Lane, LastError, Leader, Pause, SpoolDir, random};

use super::backoff::{self, Gcra};
use super::batch::{Batch, Pending};
use super::callers::{CallId, Callers, Reply, Request};
use super::commit::Committer;
use super::response::Response;
use super::{Settings, Time, Until};

/// Events in one call.
pub const MOST_EVENTS: usize = 1_000;
/// Bytes of the records in one call, about.
pub const MOST_BYTES: u64 = 1_000_000;
/// How often the one event is tried that a pause lets through.
pub const PROBE_EVERY: Duration = Duration::from_secs(15 * 60);

/// How often a leader that waits for an answer shows that it lives.
const AWAIT_EVERY: Duration = Duration::from_millis(50);
/// How long it waits for one when its process is about to end: less than the 200 ms
/// that the process waits for the leader.
const AWAIT_AT_STOP: Duration = Duration::from_millis(160);

/// What a reply means for a call of `sent` events, and the status of the answer.
pub fn read(reply: Reply, sent: usize) -> (Response, Option<u16>) {
    let Some(call) = reply.call else {
        // Counted and waited out like a panic of the leader's own.
        resume_unwind(Box::new("a call panicked"));
    };
    let status = call.as_ref().ok().map(|answer| answer.status);
    (Response::of(&call, sent), status)
}

/// Whether calls go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// The next call may follow.
    Closed,
    /// Nothing more is sent for now.
    Open,
}

/// One lease of the spool's lock.
pub struct Session<'a> {
    /// Where decisions go.
    pub committer: Committer,
    /// The lock.
    pub leader: &'a Leader,
    /// The spool.
    pub spool: &'a SpoolDir,
    /// Whom to call.
    pub settings: &'a Settings,
    /// Who calls.
    pub callers: &'a mut dyn Callers,
    /// Whether the last answer was a success, or there was none: else there is one
    /// call at a time.
    pub is_steady: bool,
    /// Wakes the leader.
    pub waker: &'a Waker,
    /// How long to lead.
    pub until: &'a Until,
    /// The clocks.
    pub time: &'a dyn Time,
    /// Nothing is sent before this.
    pub not_before: Option<Instant>,
    /// The rate limit.
    pub rate: Gcra,
}

impl Session<'_> {
    /// The next lines, with what is to be done with each.
    pub fn take(&mut self, most: usize) -> Vec<Pending> {
        let entries = self.committer.ledger.next(most, MOST_BYTES);
        self.decide(entries)
    }

    /// The same of one lane.
    pub fn take_of_lane(&mut self, lane: Lane, most: usize) -> Vec<Pending> {
        let ledger = &mut self.committer.ledger;
        let entries = ledger.next_of_lane(lane, most, MOST_BYTES);
        self.decide(entries)
    }

    fn decide(&mut self, entries: Vec<Entry>) -> Vec<Pending> {
        let clock = self.committer.clock(self.time);
        let decide = |entry| self.committer.decide(entry, self.settings.late, clock);
        entries.into_iter().map(decide).collect()
    }

    /// One call of `sent` events when the rate limit lets it through, while none is
    /// in flight: what came of it, and the status of its answer. `None` where the
    /// process is about to end and the answer does not come in time.
    pub fn call(
        &mut self,
        body: Vec<u8>,
        sent: usize,
        test: bool,
    ) -> Option<(Response, Option<u16>)> {
        // One may be left of a lease that failed.
        while self.callers.in_flight() > 0 {
            self.await_any()?;
        }
        loop {
            let wait = self.rate.wait(self.time.now());
            if wait.is_zero() {
                break;
            }
            self.time.wait(self.waker, wait);
        }
        let id = self.begin_call(body, test);
        loop {
            let reply = self.await_any()?;
            if reply.id == id {
                return Some(read(reply, sent));
            }
        }
    }

    /// Begins a call, which the rate limit has let through.
    pub fn begin_call(&mut self, body: Vec<u8>, test: bool) -> CallId {
        let now = self.time.now();
        self.rate.call(now);
        // A call that is begun at the last moment still gets a second.
        let left = self.until.deadline.map_or(Duration::MAX, |deadline| {
            let left = deadline.saturating_duration_since(now);
            left.max(Duration::from_secs(1))
        });
        let limit = self.settings.transport.timeout.min(left);
        self.callers.send(Request { body, test, limit })
    }

    /// The reply to a call, whichever comes next. Shows meanwhile that the leader
    /// lives. `None` where the process is about to end and none comes in time.
    pub fn await_any(&mut self) -> Option<Reply> {
        let mut stopping_since = None;
        loop {
            if let Some(reply) = self.callers.reply() {
                return Some(reply);
            }
            let now = self.time.now();
            if process::is_stopping() {
                let since = *stopping_since.get_or_insert(now);
                if now.saturating_duration_since(since) >= AWAIT_AT_STOP {
                    return None;
                }
            }
            self.leader.heartbeat();
            self.time.wait(self.waker, AWAIT_EVERY);
        }
    }

    /// False once nothing may be sent any more, by these settings or at all; asked
    /// before the first call. Some other process may have been told otherwise since.
    pub fn may_call(&self) -> bool {
        self.leader.leads() && Generation::read(self.spool) <= self.settings.generation
    }

    /// False once the leader should leave; asked between calls.
    pub fn goes_on(&self) -> bool {
        !process::is_stopping() && !self.must_leave()
    }

    /// Whether somebody or something wants the leader to leave.
    pub fn must_leave(&self) -> bool {
        let deadline = self.until.deadline;
        deadline.is_some_and(|deadline| self.time.now() >= deadline)
            || Leader::is_wanted(self.spool)
            || !self.may_call()
    }

    /// How long nothing may be sent.
    pub fn held(&self) -> Option<Duration> {
        let wait = self.not_before?.saturating_duration_since(self.time.now());
        (!wait.is_zero()).then_some(wait)
    }

    /// Whether several calls may be in flight: not before a success where the last
    /// answer was none, nor in test mode, which has a limit of its own.
    pub fn may_overlap(&self) -> bool {
        let state = &self.committer.state;
        self.callers.most() > 1
            && !self.settings.test
            && self.is_steady
            && state.paused.is_none()
            && state.failures == 0
            && state.rejected_in_a_row == 0
            && !state.probe_due
            && state.part.or(state.limit).is_none()
    }

    /// Pinterest took an event.
    pub fn succeed(&mut self) {
        self.is_steady = true;
        let state = &mut self.committer.state;
        state.last_success_at = Some(self.time.unix());
        state.paused = None;
        state.retry_at = None;
        state.failures = 0;
        state.probe_due = false;
        // Whoever let these through may let more.
        state.limit = state.limit.map(|most| most.saturating_mul(2));
        state.limit = state.limit.filter(|most| *most < MOST_EVENTS);
    }

    /// Keeps a failure for the owner to see.
    pub fn note(&mut self, message: String, http_status: Option<u16>) {
        self.committer.state.last_error = Some(LastError {
            at: self.time.unix(),
            message,
            http_status,
        });
    }

    /// Nothing came of a call: waits longer with each time, and no shorter than
    /// `after`.
    pub fn back_off(
        &mut self,
        batch: &Batch,
        after: Option<Duration>,
        message: String,
        status: Option<u16>,
    ) -> Circuit {
        let fresh = batch.has_fresh_order(self.time.unix());
        let state = &mut self.committer.state;
        state.failures = state.failures.saturating_add(1);
        // "Retry-After: 0" is no leave to hammer.
        let wait = backoff::wait(state.failures, fresh, random());
        let wait = after.map_or(wait, |after| after.max(wait));
        self.note(message, status);
        self.hold(wait)
    }

    /// Only the owner can change what is wrong; probes see whether he did.
    pub fn pause(&mut self, reason: &str, message: String, http_status: Option<u16>) -> Circuit {
        let since = self.time.unix();
        self.note(message, http_status);
        let paused = &mut self.committer.state.paused;
        // A probe that fails does not make the pause younger.
        if paused.as_ref().is_none_or(|pause| pause.reason != reason) {
            *paused = Some(Pause {
                reason: reason.to_owned(),
                since,
                http_status,
            });
        }
        self.hold(PROBE_EVERY)
    }

    /// Sends nothing for so long, and tells the next leader.
    pub fn hold(&mut self, wait: Duration) -> Circuit {
        self.not_before = Some(self.time.now() + wait);
        let seconds = i64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(i64::MAX);
        self.committer.state.retry_at = Some(self.time.unix().saturating_add(seconds));
        Circuit::Open
    }
}
