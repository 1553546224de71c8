//! One batch, from the lines that wait to verdicts on disk.
//!
//! A refused batch is bisected, left half first, until the poison event stands
//! alone. A lone refusal is not final at once: without any success in a day a probe
//! has to show that Pinterest would take an event at all, and ten of them without
//! one are not ten bad events but one bad setting, and then everything is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::spool::{SpoolError, Verdict, hash_name};

use super::backoff;
use super::batch::{Batch, Decision, Sent};
use super::commit::{Committer, Counts};
use super::probe::{self, MOST_REJECTED};
use super::response::Response;
use super::session::{Circuit, MOST_EVENTS, Session};

/// Events in a call of test mode, where Pinterest looks at no more.
const MOST_TEST_EVENTS: usize = 20;
/// While calls fail, a try need not cost a megabyte.
const MOST_EVENTS_FAILING: usize = 20;
/// Finding one poison event in a full batch takes twenty.
const MOST_CALLS: u32 = 64;
const AFTER_MOST_CALLS: Duration = Duration::from_secs(5);
const MOST_UNREAD: u8 = 5;

/// Settles what needs no call: for while nothing may be sent.
///
/// # Errors
/// What the file system says.
pub fn settle_only(session: &mut Session<'_>) -> Result<Counts, SpoolError> {
    let mut lines = session.take(MOST_EVENTS);
    session.committer.commit(&mut lines, session.time.unix())
}

/// Sends one batch and settles what it can.
///
/// # Errors
/// What the file system says; the events stay.
pub fn send_batch(session: &mut Session<'_>) -> Result<Counts, SpoolError> {
    let is_probed = probe::is_needed(session);
    if is_probed && probe::probe_first(session) == Circuit::Open {
        return settle_only(session);
    }
    let size = batch_size(session);
    let batch = Batch::new(session.take(size));
    let now = session.time.unix();
    let parts = match batch.send.is_empty() {
        true => Vec::new(),
        false => vec![batch.send.clone()],
    };
    if !parts.is_empty() {
        session.committer.reserve(&batch.lines, now)?;
    }
    let mut bisect = Bisect {
        parts,
        batch,
        session,
        // The probe was a call.
        calls: u32::from(is_probed),
        now,
        total: Counts::default(),
    };
    bisect.run(Circuit::Closed)?;
    Ok(bisect.total)
}

/// Goes on with a batch that was in flight, by its answer. No other is by now.
///
/// # Errors
/// What the file system says; the events that are not settled stay.
pub fn resume_batch(
    session: &mut Session<'_>,
    sent: Sent,
    (response, status): (Response, Option<u16>),
) -> Result<Counts, SpoolError> {
    let mut bisect = Bisect {
        parts: Vec::new(),
        batch: sent.batch,
        session,
        calls: 1,
        now: sent.now,
        total: Counts::default(),
    };
    let circuit = bisect.take_answer(sent.part, response, status);
    let circuit = bisect.settle_answered(circuit)?;
    bisect.run(circuit)?;
    Ok(bisect.total)
}

/// How many events the next call may have.
fn batch_size(session: &Session<'_>) -> usize {
    let state = &session.committer.state;
    let most = match (&state.paused, state.failures) {
        // A probe: one event is all that is risked.
        (Some(_), _) => 1,
        (None, 1..) => MOST_EVENTS_FAILING,
        (None, 0) if session.settings.test => MOST_TEST_EVENTS,
        (None, 0) => MOST_EVENTS,
    };
    // As many as a middlebox lets through; and where time ran out in the middle of
    // a bisection, it goes on from there.
    let bounds = [state.limit, state.part].into_iter().flatten();
    bounds.fold(most, |most, bound| bound.clamp(1, most))
}

/// A batch whose parts are sent one after the other, and halved where refused.
struct Bisect<'s, 'a> {
    session: &'s mut Session<'a>,
    batch: Batch,
    /// What is still to be sent, the next part last.
    parts: Vec<Vec<usize>>,
    calls: u32,
    /// When it was begun.
    now: i64,
    total: Counts,
}

impl Bisect<'_, '_> {
    /// Sends one part after the other, while the circuit is closed.
    fn run(&mut self, mut circuit: Circuit) -> Result<(), SpoolError> {
        while circuit == Circuit::Closed
            && let Some(part) = self.next_part()
        {
            circuit = self.send(part);
            circuit = self.settle_answered(circuit)?;
        }
        if self.parts.is_empty() {
            // Where it goes on after a lone refusal, that event is still next.
            if circuit == Circuit::Closed
                && probe::probe_for_lone(self.session, &self.batch) == Circuit::Closed
            {
                self.believe();
            } else if self.batch.held.is_empty() {
                self.session.committer.state.part = None;
            }
        }
        self.batch.held.clear();
        let committed = self.commit();
        self.session.committer.release(&self.batch.lines);
        committed
    }

    /// Settles what an answer has decided. After each call: past the first hour
    /// Pinterest itself no longer knows what it has seen.
    fn settle_answered(&mut self, mut circuit: Circuit) -> Result<Circuit, SpoolError> {
        if circuit == Circuit::Closed && self.is_everything_refused() {
            circuit = self.probe_others();
        }
        if circuit == Circuit::Closed {
            self.commit()?;
        }
        Ok(circuit)
    }

    /// The next part, without what was taken back by now. Looked at before each
    /// call: a batch may take minutes, and a visitor's withdrawal is not to wait for
    /// its end.
    fn next_part(&mut self) -> Option<Vec<usize>> {
        loop {
            let mut part = self.parts.pop()?;
            leave_out_withdrawn(&mut self.session.committer, &mut self.batch, &mut part);
            if part.is_empty() {
                continue;
            }
            let may_call = match self.calls {
                0 => self.session.may_call(),
                _ => self.session.goes_on() && self.session.held().is_none(),
            };
            if may_call && self.calls < MOST_CALLS {
                self.calls += 1;
                return Some(part);
            }
            if self.calls == MOST_CALLS {
                self.session.hold(AFTER_MOST_CALLS);
            }
            self.parts.push(part);
            return None;
        }
    }

    /// One call, and what it means for the events in `part`.
    fn send(&mut self, part: Vec<usize>) -> Circuit {
        let body = self.batch.body(&part);
        let test = self.session.settings.test;
        let Some((response, status)) = self.session.call(body, part.len(), test) else {
            self.parts.push(part);
            return Circuit::Open;
        };
        self.take_answer(part, response, status)
    }

    /// What an answer means for the events in `part`.
    fn take_answer(
        &mut self,
        mut part: Vec<usize>,
        response: Response,
        status: Option<u16>,
    ) -> Circuit {
        match response {
            Response::Results { events, rest } => {
                self.take_results(&part, events);
                if let Some(rest) = rest {
                    self.session.hold(rest);
                }
                Circuit::Closed
            }
            Response::Refused(message) if part.len() == 1 => {
                self.session.note(message.clone(), status);
                self.batch.hold(part[0], message);
                Circuit::Closed
            }
            Response::Refused(message) => {
                self.session.note(message, status);
                let right = part.split_off(part.len() / 2);
                self.session.committer.state.part = Some(part.len());
                self.parts.push(right);
                self.parts.push(part);
                Circuit::Closed
            }
            Response::Unread(message) => {
                let tries = self.count_unread(&part);
                let after = Some(backoff::wait_unread(tries));
                self.session.back_off(&self.batch, after, message, status)
            }
            Response::NotPinterest { after, message } => {
                self.session.committer.state.limit = Some((part.len() / 2).max(1));
                self.session.back_off(&self.batch, after, message, status)
            }
            Response::Retry { after, message } => {
                self.session.back_off(&self.batch, after, message, status)
            }
            Response::Pause { reason, message } => self.session.pause(reason, message, status),
        }
    }

    /// Pinterest's result for each event of a part.
    fn take_results(&mut self, part: &[usize], events: Vec<Result<(), String>>) {
        let any_success = events.iter().any(Result::is_ok);
        for (index, event) in part.iter().zip(events) {
            match event {
                Ok(()) => {
                    self.batch.lines[*index].decision = Decision::settle(Verdict::Delivered);
                }
                Err(message) => self.batch.hold(*index, message),
            }
        }
        if any_success {
            self.session.succeed();
            self.believe();
            self.session.committer.state.rejected_in_a_row = 0;
        }
    }

    /// Pinterest takes events, or nothing is left to probe: the refusals are final.
    fn believe(&mut self) {
        let state = &mut self.session.committer.state;
        state.part = None;
        for held in self.batch.held.drain(..) {
            self.batch.lines[held.index].decision =
                Decision::settle_because(Verdict::Rejected, held.message, None);
            state.rejected_in_a_row += 1;
        }
    }

    fn is_everything_refused(&self) -> bool {
        let held = u32::try_from(self.batch.held.len()).unwrap_or(u32::MAX);
        let before = self.session.committer.state.rejected_in_a_row;
        held > 0 && before.saturating_add(held) >= MOST_REJECTED
    }

    fn probe_others(&mut self) -> Circuit {
        let circuit = probe::probe_others(self.session, &self.batch.held);
        match circuit {
            Circuit::Closed => {
                self.believe();
                probe::forgive(self.session);
            }
            // What a later probe is refused adds to these ten.
            Circuit::Open => self.session.committer.state.rejected_in_a_row = MOST_REJECTED,
        }
        circuit
    }

    /// Counts one more unreadable answer for the events of a part, and says how
    /// many they had in a row, the event that had the most.
    fn count_unread(&mut self, part: &[usize]) -> u8 {
        let state = &mut self.session.committer.state;
        let before = std::mem::take(&mut state.unread_answers);
        let mut counted = BTreeMap::new();
        let mut most = 0;
        for index in part {
            let line = &mut self.batch.lines[*index];
            let Some(event) = line.event() else { continue };
            let name = hash_name(&event.id);
            let tries = before.get(&name).map_or(1, |tries| tries.saturating_add(1));
            most = most.max(tries);
            if tries < MOST_UNREAD {
                counted.insert(name, tries);
            } else {
                line.decision = Decision::settle_because(
                    Verdict::Unconfirmed,
                    "five answers in a row could not be read",
                    Some("unconfirmed"),
                );
            }
        }
        state.unread_answers = counted;
        most
    }

    fn commit(&mut self) -> Result<(), SpoolError> {
        let committer = &mut self.session.committer;
        let settled = committer.commit(&mut self.batch.lines, self.now)?;
        self.total.add(settled);
        Ok(())
    }
}

/// Takes from a part what was taken back by now.
pub fn leave_out_withdrawn(committer: &mut Committer, batch: &mut Batch, part: &mut Vec<usize>) {
    committer.see_withdrawn();
    part.retain(|index| {
        let line = &mut batch.lines[*index];
        let withdrawn = committer.is_withdrawn(&line.entry);
        if withdrawn {
            line.decision = Decision::settle(Verdict::Withdrawn);
        }
        !withdrawn
    });
}
