//! What a spool holds of shoppers ends on time: stale visits, dead letters,
//! verdicts, markers, and orders that Pinterest takes no more.
//!
//! It is apart from sending: that nobody sends, for want of a token, of traffic or
//! of leave, is no reason to keep an address. Whoever holds the lock does it, once
//! an hour: a leader on its way, else whoever looks at the spool.

use std::time::{Duration, Instant};

use crate::spool::{Lane, Leader, Place, SpoolError, State, Trust};

use super::books::{Books, Slot};
use super::round::{MOST_BYTES, MOST_EVENTS};
use super::{Late, Time};

const EVERY: i64 = 3_600;
/// Who calls has something else to do; what is left is done the next time.
const AT_MOST: Duration = Duration::from_secs(1);

/// Whether the hour is over, or the clock was set back.
pub(super) fn is_due(state: &State, now: i64) -> bool {
    let within = |at: i64| (at..at.saturating_add(EVERY)).contains(&now);
    !state.cleaned_at.is_some_and(within)
}

/// Clears a spool of what has had its time, if nobody did within the hour and
/// nobody leads. Says whether the lock was taken for it.
///
/// # Errors
/// What the file system says.
pub fn retain(place: &Place, time: &dyn Time) -> Result<bool, SpoolError> {
    retain_until(place, time, time.now() + AT_MOST)
}

/// The same for each of several, which have the time of one together. What fails
/// in one is written to its log.
pub fn retain_each(places: &[Place], time: &dyn Time) {
    let end = time.now() + AT_MOST;
    for place in places {
        if time.now() >= end {
            return;
        }
        if let Err(error) = retain_until(place, time, end) {
            log::warn!(target: place.log_target(), "cannot clear it: {error}");
        }
    }
}

fn retain_until(place: &Place, time: &dyn Time, end: Instant) -> Result<bool, SpoolError> {
    if !is_due(&State::read(place), time.unix()) || !Leader::is_free(place)? {
        return Ok(false);
    }
    let Some(leader) = Leader::try_lead(place)? else {
        return Ok(false);
    };
    let mut books = Books::open(&leader, 0, time)?;
    let cleaned = books.clean(time, end);
    books.save();
    cleaned.map(|()| true)
}

impl Books {
    /// The same for a leader on its way.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn clean_now(&mut self, time: &dyn Time) -> Result<(), SpoolError> {
        self.clean(time, time.now() + AT_MOST)
    }

    /// Clears the spool that is led, as far as the clock is to be believed. What
    /// fails in one place is left for the next time, and keeps nothing else.
    ///
    /// # Errors
    /// What the file system says.
    fn clean(&mut self, time: &dyn Time, end: Instant) -> Result<(), SpoolError> {
        let today = self.today(time);
        self.tidy(today.now);
        if today.trust == Trust::Steady {
            self.prune(today.now);
        }
        self.refresh()?;
        let mut done = today.trust == Trust::Steady;
        let mut failed = None;
        for lane in Lane::ALL {
            match self.settle_expired(lane, time, end) {
                Ok(all) => done &= all,
                Err(error) => failed = Some(error),
            }
        }
        // At these paths may be another's by now.
        if self.are_ours() {
            self.ledger.sweep(true, today.now);
            self.tell_held();
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if done {
            self.state.cleaned_at = Some(today.now);
        }
        Ok(())
    }

    /// Settles what needs no call in each segment by itself: what has to wait in
    /// one must not keep what is behind it in another. False when time ran out.
    fn settle_expired(
        &mut self,
        lane: Lane,
        time: &dyn Time,
        end: Instant,
    ) -> Result<bool, SpoolError> {
        for segment in self.ledger.with_work(lane) {
            loop {
                if time.now() >= end {
                    return Ok(false);
                }
                let today = self.today(time);
                let entries = self.ledger.next_of(&segment, MOST_EVENTS, MOST_BYTES);
                // No order is returned as late here: that is the shop's wish, not a term.
                let rule = |entry| self.rule(entry, Late::Send, today);
                let mut slots: Vec<Slot> = entries.into_iter().map(rule).collect();
                let settled = self.commit(&mut slots, today.now)?;
                if settled.lines == 0 || settled.lines < slots.len() as u64 {
                    break;
                }
            }
        }
        Ok(true)
    }
}
