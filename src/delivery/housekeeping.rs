//! Housekeeping: what a spool holds of visitors ends on time, as stale visits, dead letters,
//! verdicts, markers, and orders that Pinterest takes no more.
//!
//! It is apart from sending: that nobody sends, for want of a token, of traffic or
//! of leave, is no reason to keep an address. Whoever holds the lock does it, once
//! an hour: a leader on its way, else whoever looks at the spool. And everything is
//! given up where the owner says so.

use std::time::{Duration, Instant};

use crate::spool::{Lane, Leader, SpoolDir, SpoolError, State, Trust, Verdict, random};

use super::batch::{Decision, Pending};
use super::commit::Committer;
use super::session::{MOST_BYTES, MOST_EVENTS};
use super::{Late, Time};

/// Where events are counted that the owner discarded.
const PURGED: &str = "purged";
const EVERY: i64 = 3_600;
/// Who calls has something else to do; what is left is done the next time.
const AT_MOST: Duration = Duration::from_secs(1);

/// Whether the hour is over, or the clock was set back.
pub fn is_due(state: &State, now: i64) -> bool {
    let within = |at: i64| (at..at.saturating_add(EVERY)).contains(&now);
    !state.cleaned_at.is_some_and(within)
}

/// Clears a spool of what has had its time, if nobody did within the hour and
/// nobody leads. Says whether the lock was taken for it.
///
/// # Errors
/// What the file system says.
pub fn retain(spool: &SpoolDir, time: &dyn Time) -> Result<bool, SpoolError> {
    retain_until(spool, time, time.now() + AT_MOST)
}

/// The same for each of several, which have the time of one together. What fails
/// in one is written to its log. It begins with any of them, so that none which
/// takes all the time keeps the others waiting for good.
pub fn retain_each(spools: &[SpoolDir], time: &dyn Time) {
    let end = time.now() + AT_MOST;
    let first = usize::try_from(random() % spools.len().max(1) as u64).unwrap_or(0);
    let (before, after) = spools.split_at(first);
    for spool in after.iter().chain(before) {
        if time.now() >= end {
            return;
        }
        if let Err(error) = retain_until(spool, time, end) {
            log::warn!(target: spool.log_target(), "cannot clear it: {error}");
        }
    }
}

fn retain_until(spool: &SpoolDir, time: &dyn Time, end: Instant) -> Result<bool, SpoolError> {
    if !is_due(&State::read(spool), time.unix()) || !Leader::is_free(spool)? {
        return Ok(false);
    }
    let Some(leader) = Leader::try_lead(spool)? else {
        return Ok(false);
    };
    let mut committer = Committer::open(&leader, 0, time)?;
    let cleaned = clean_until(&mut committer, time, end);
    committer.save();
    cleaned.map(|()| true)
}

/// The same for a leader on its way.
///
/// # Errors
/// What the file system says.
pub fn clean(committer: &mut Committer, time: &dyn Time) -> Result<(), SpoolError> {
    clean_until(committer, time, time.now() + AT_MOST)
}

/// Clears the spool that is led, as far as the clock is to be believed. What fails
/// in one place is left for the next time, and keeps nothing else.
fn clean_until(committer: &mut Committer, time: &dyn Time, end: Instant) -> Result<(), SpoolError> {
    let clock = committer.clock(time);
    committer.tidy(clock.now);
    if clock.trust == Trust::Steady {
        committer.prune(clock.now);
    }
    committer.refresh()?;
    let mut done = clock.trust == Trust::Steady;
    let mut failed = None;
    for lane in Lane::ALL {
        match settle_expired(committer, lane, time, end) {
            Ok(all) => done &= all,
            Err(error) => failed = Some(error),
        }
    }
    // At these paths may be another's by now.
    if committer.leads() {
        committer.ledger.sweep(true, clock.now);
        committer.publish();
    }
    if let Some(error) = failed {
        return Err(error);
    }
    if done {
        committer.state.cleaned_at = Some(clock.now);
    }
    Ok(())
}

/// Settles what needs no call in each segment by itself: what has to wait in one
/// must not keep what is behind it in another. False when time ran out.
fn settle_expired(
    committer: &mut Committer,
    lane: Lane,
    time: &dyn Time,
    end: Instant,
) -> Result<bool, SpoolError> {
    for segment in committer.ledger.with_work(lane) {
        loop {
            if time.now() >= end {
                return Ok(false);
            }
            let clock = committer.clock(time);
            let entries = committer.ledger.next_of(&segment, MOST_EVENTS, MOST_BYTES);
            // No order is returned as late here: that is the shop's wish, not a term.
            let decide = |entry| committer.decide(entry, Late::Send, clock);
            let mut lines: Vec<Pending> = entries.into_iter().map(decide).collect();
            let settled = committer.commit(&mut lines, clock.now)?;
            if settled.lines == 0 || settled.lines < lines.len() as u64 {
                break;
            }
        }
    }
    Ok(true)
}

/// Settles every line, events as withdrawn, so that whoever captured them is
/// told. Says how many they were. Only the holder of the lock may.
///
/// # Errors
/// What the file system says; what is settled stays settled.
pub fn purge(leader: &Leader, time: &dyn Time) -> Result<u64, SpoolError> {
    let now = time.unix();
    let mut committer = Committer::open(leader, 0, time)?;
    let before = committer.state.lost.get(PURGED).copied();
    loop {
        let entries = committer.ledger.next(MOST_EVENTS, MOST_BYTES);
        if entries.is_empty() {
            break;
        }
        let clock = committer.clock(time);
        let discard = |entry| {
            let mut line = committer.decide(entry, Late::Send, clock);
            if !line.is_decided() {
                let why = "discarded by the owner";
                line.decision = Decision::settle_because(Verdict::Withdrawn, why, Some(PURGED));
            }
            line
        };
        let mut lines: Vec<Pending> = entries.into_iter().map(discard).collect();
        let settled = committer.commit(&mut lines, now);
        committer.save();
        settled?;
    }
    let unsettled = committer.ledger.discard_unreadable()?;
    committer.state.lose(PURGED, unsettled);
    committer.save();
    committer.ledger.sweep(true, now);
    committer.publish();
    let after = committer.state.lost.get(PURGED).copied();
    Ok(after.unwrap_or(0) - before.unwrap_or(0))
}
