//! How things stand with Pinterest: what a success, a failure and a refusal of
//! everything change for the calls to come, in memory and for the next leader.

use std::time::Duration;

use crate::spool::{LastError, Pause, random};

use super::backoff;
use super::batch::Batch;
use super::round::{MOST_EVENTS, Round, Told};

pub(super) const PROBE_EVERY: Duration = Duration::from_secs(15 * 60);

impl Round<'_> {
    /// Pinterest took an event.
    pub(super) fn succeed(&mut self) {
        let state = &mut self.books.state;
        state.last_success_at = Some(self.time.unix());
        state.paused = None;
        state.retry_at = None;
        state.failures = 0;
        state.doubted = false;
        // Whoever let these through may let more.
        state.limit = state.limit.map(|most| most.saturating_mul(2));
        state.limit = state.limit.filter(|most| *most < MOST_EVENTS);
    }

    /// Keeps a failure for the owner to see.
    pub(super) fn note(&mut self, message: String, http_status: Option<u16>) {
        self.books.state.last_error = Some(LastError {
            at: self.time.unix(),
            message,
            http_status,
        });
    }

    /// Nothing came of a call: waits longer with each time, and no shorter than
    /// `after`.
    pub(super) fn back_off(
        &mut self,
        batch: &Batch,
        after: Option<Duration>,
        message: String,
        status: Option<u16>,
    ) -> Told {
        let fresh = batch.has_fresh_order(self.time.unix());
        self.books.state.failures = self.books.state.failures.saturating_add(1);
        // "Retry-After: 0" is no leave to hammer.
        let wait = backoff::wait(self.books.state.failures, fresh, random());
        let wait = after.map_or(wait, |after| after.max(wait));
        self.note(message, status);
        self.hold(wait);
        Told::Stop
    }

    /// Only the owner can change what is wrong; probes see whether he did.
    pub(super) fn pause(
        &mut self,
        reason: &str,
        message: String,
        http_status: Option<u16>,
    ) -> Told {
        let since = self.time.unix();
        self.note(message, http_status);
        let paused = &mut self.books.state.paused;
        // A probe that fails does not make the pause younger.
        if paused.as_ref().is_none_or(|pause| pause.reason != reason) {
            *paused = Some(Pause {
                reason: reason.to_owned(),
                since,
                http_status,
            });
        }
        self.hold(PROBE_EVERY);
        Told::Stop
    }

    /// Sends nothing for so long, and tells the next leader.
    pub(super) fn hold(&mut self, wait: Duration) {
        self.memory.not_before = Some(self.time.now() + wait);
        let seconds = i64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(i64::MAX);
        self.books.state.retry_at = Some(self.time.unix().saturating_add(seconds));
    }
}
