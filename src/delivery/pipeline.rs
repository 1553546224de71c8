//! Several batches in flight, as long as Pinterest takes everything.
//!
//! Batches are planned from consecutive lines and settled in whichever order their
//! answers come; a segment's offset moves only over what is settled without a gap.
//! After anything but a whole success nothing more is sent until every answer is
//! there, and the batch that failed is gone on with alone, by its answer.
//!
//! It must not know what follows from a failure: that is `send_batch`.

use std::time::Duration;

use crate::spool::{Lane, SegmentName, SpoolError, Verdict};

use super::batch::{Batch, Decision, Sent};
use super::callers::{CallId, Reply};
use super::commit::Counts;
use super::response::Response;
use super::send_batch::{leave_out_withdrawn, resume_batch};
use super::session::{MOST_EVENTS, Session, read};

/// A batch that is in flight, or the next to be.
struct InFlight {
    sent: Sent,
    /// The request, until it is sent.
    body: Vec<u8>,
    call: Option<CallId>,
    /// Where it is not a whole success.
    failure: Option<(Response, Option<u16>)>,
    has_orders: bool,
}

impl InFlight {
    fn new(batch: Batch, now: i64) -> Self {
        let part = batch.send.clone();
        let has_orders = batch.orders().next().is_some();
        Self {
            body: batch.body(&part),
            has_orders,
            sent: Sent { batch, part, now },
            call: None,
            failure: None,
        }
    }

    fn is_unanswered(&self) -> bool {
        self.call.is_some() && self.failure.is_none()
    }

    fn touches(&self, segment: &SegmentName) -> bool {
        let mut lines = self.sent.batch.lines.iter();
        lines.any(|line| line.entry.segment == *segment)
    }

    /// Settles what Pinterest took of it.
    fn acknowledge(
        &mut self,
        session: &mut Session<'_>,
        events: &[Result<(), String>],
    ) -> Result<Counts, SpoolError> {
        for (index, event) in self.sent.part.iter().zip(events) {
            if event.is_ok() {
                self.sent.batch.lines[*index].decision = Decision::settle(Verdict::Delivered);
            }
        }
        session
            .committer
            .commit(&mut self.sent.batch.lines, self.sent.now)
    }
}

/// What became of the lines that were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Settled without a call.
    pub settled: Counts,
    /// Whether any are to be sent.
    pub is_sent: bool,
}

/// The batches that are in flight, in the order of their lines, and the next one of
/// either lane.
#[derive(Default)]
pub struct Pipeline {
    batches: Vec<InFlight>,
}

impl Pipeline {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Which lines can be taken, where the next one is of `lane`: all, or those of
    /// one lane. `None` while the next batch is there already.
    pub fn wants(&self, session: &Session<'_>, lane: Lane) -> Option<Option<Lane>> {
        let mut next = self.batches.iter().filter(|one| one.call.is_none());
        match (next.next(), next.next(), lane) {
            // Orders go before visits that still wait for a caller.
            (Some(visits), None, Lane::Revenue) if !visits.has_orders => Some(Some(lane)),
            (Some(_), ..) => None,
            (None, ..) => Some((!self.may_send_visits(session)).then_some(lane)),
        }
    }

    /// Takes the next lines, and sends them where a caller is free.
    ///
    /// # Errors
    /// What the file system says.
    pub fn take(
        &mut self,
        session: &mut Session<'_>,
        lane: Option<Lane>,
    ) -> Result<Taken, SpoolError> {
        let lines = match lane {
            Some(lane) => session.take_of_lane(lane, MOST_EVENTS),
            None => session.take(MOST_EVENTS),
        };
        let orders = self.batches.iter().flat_map(|one| one.sent.batch.orders());
        let mut batch = Batch::beside(lines, orders.collect());
        let now = session.time.unix();
        let mut taken = Taken::default();
        if batch.send.is_empty() {
            let mut segments = batch.lines.iter().map(|line| &line.entry.segment);
            // Not before the lines in front of them.
            if !segments.any(|segment| self.batches.iter().any(|one| one.touches(segment))) {
                taken.settled = session.committer.commit(&mut batch.lines, now)?;
            }
            return Ok(taken);
        }
        session.committer.reserve(&batch.lines, now)?;
        for line in &batch.lines {
            let ledger = &mut session.committer.ledger;
            ledger.take(&line.entry.segment, line.entry.end);
        }
        self.batches.push(InFlight::new(batch, now));
        taken.settled = self.send(session)?;
        taken.is_sent = true;
        Ok(taken)
    }

    /// Sends what waits for a caller, as far as there are any, without what was taken
    /// back by now.
    fn send(&mut self, session: &mut Session<'_>) -> Result<Counts, SpoolError> {
        let mut total = Counts::default();
        let mut index = 0;
        while index < self.batches.len() {
            let next = &self.batches[index];
            if next.call.is_some() || !self.may_send(session, next.has_orders) {
                index += 1;
                continue;
            }
            let next = &mut self.batches[index];
            let before = next.sent.part.len();
            leave_out_withdrawn(
                &mut session.committer,
                &mut next.sent.batch,
                &mut next.sent.part,
            );
            if next.sent.part.is_empty() {
                let mut none = self.batches.remove(index);
                total.add(none.acknowledge(session, &[])?);
                continue;
            }
            if next.sent.part.len() < before {
                next.body = next.sent.batch.body(&next.sent.part);
            }
            let body = std::mem::take(&mut next.body);
            next.call = Some(session.begin_call(body, false));
            index += 1;
        }
        Ok(total)
    }

    /// How long until the next batch may be sent, as far as the rate limit goes.
    pub fn wait(&self, session: &Session<'_>) -> Option<Duration> {
        let mut next = self.batches.iter().filter(|one| one.call.is_none());
        next.next().map(|_| session.rate.wait(session.time.now()))
    }

    fn may_send(&self, session: &Session<'_>, has_orders: bool) -> bool {
        session.callers.in_flight() < session.callers.most()
            && (has_orders || self.may_send_visits(session))
            && !self.is_failing()
            && session.held().is_none()
            && session.rate.wait(session.time.now()).is_zero()
            && session.may_call()
    }

    /// One caller is left for orders.
    fn may_send_visits(&self, session: &Session<'_>) -> bool {
        let visits = self
            .batches
            .iter()
            .filter(|one| one.is_unanswered() && !one.has_orders);
        visits.count() < session.callers.most().saturating_sub(1).max(1)
    }

    /// Whether an answer was no whole success: nothing more is sent.
    pub fn is_failing(&self) -> bool {
        self.batches.iter().any(|one| one.failure.is_some())
    }

    /// Settles by the answers that are there, and sends what waited for them.
    ///
    /// # Errors
    /// What the file system says.
    pub fn receive(&mut self, session: &mut Session<'_>) -> Result<Counts, SpoolError> {
        let mut total = Counts::default();
        while let Some(reply) = session.callers.reply() {
            total.add(self.take_reply(session, reply)?);
        }
        let stops = self.is_failing() || session.held().is_some();
        if stops && !self.batches.iter().any(InFlight::is_unanswered) {
            total.add(self.end(session)?);
        }
        total.add(self.send(session)?);
        Ok(total)
    }

    /// Waits for every answer and settles by it: the leader leaves. Answers that do
    /// not come before the process ends are given up, and their events sent again.
    ///
    /// # Errors
    /// What the file system says first; the other answers are settled nevertheless.
    pub fn finish(&mut self, session: &mut Session<'_>) -> Result<Counts, SpoolError> {
        let mut total = Counts::default();
        let mut failed = None;
        while self.batches.iter().any(InFlight::is_unanswered)
            && let Some(reply) = session.await_any()
        {
            match self.take_reply(session, reply) {
                Ok(settled) => total.add(settled),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match (failed, self.end(session)) {
            (Some(error), _) | (None, Err(error)) => Err(error),
            (None, Ok(settled)) => {
                total.add(settled);
                Ok(total)
            }
        }
    }

    fn take_reply(
        &mut self,
        session: &mut Session<'_>,
        reply: Reply,
    ) -> Result<Counts, SpoolError> {
        let is_its = |one: &InFlight| one.call == Some(reply.id);
        // It may be of a lease that failed.
        let Some(index) = self.batches.iter().position(is_its) else {
            return Ok(Counts::default());
        };
        let sent = self.batches[index].sent.part.len();
        match read(reply, sent) {
            (Response::Results { events, rest }, _) if events.iter().all(Result::is_ok) => {
                session.succeed();
                if let Some(rest) = rest {
                    session.hold(rest);
                }
                self.batches.remove(index).acknowledge(session, &events)
            }
            failure => {
                self.batches[index].failure = Some(failure);
                Ok(Counts::default())
            }
        }
    }

    /// Every answer is there, or given up. Goes on with each that was no whole success,
    /// first with one that says that nothing more may be sent.
    fn end(&mut self, session: &mut Session<'_>) -> Result<Counts, SpoolError> {
        session.committer.ledger.release();
        let mut failed = Vec::new();
        for mut one in self.batches.drain(..) {
            match one.failure.take() {
                Some(failure) => failed.push((one, failure)),
                None => session.committer.release(&one.sent.batch.lines),
            }
        }
        let has_failed = !failed.is_empty();
        let mut total = Counts::default();
        // Results are settled first, without another call: what Pinterest took is not
        // sent again.
        let (answered, failed): (Vec<_>, Vec<_>) = failed
            .into_iter()
            .partition(|(_, (response, _))| response.has_success());
        let (stopping, refused): (Vec<_>, Vec<_>) = failed
            .into_iter()
            .partition(|(_, (response, _))| stops_all(response));
        let mut stopping = stopping.into_iter();
        let first = stopping.next();
        for (one, failure) in answered {
            total.add(resume_batch(session, one.sent, failure)?);
        }
        session.is_steady &= !has_failed;
        for (one, failure) in first.into_iter().chain(refused) {
            total.add(resume_batch(session, one.sent, failure)?);
        }
        for (_, (response, status)) in stopping {
            hold_for(session, response, status);
        }
        Ok(total)
    }
}

/// Whether an answer is about more than the events of its call.
fn stops_all(response: &Response) -> bool {
    match response {
        Response::Results { .. } | Response::Refused(_) => false,
        Response::Unread(_)
        | Response::Retry { .. }
        | Response::NotPinterest { .. }
        | Response::Pause { .. } => true,
    }
}

/// Waits as long as one more answer asks for that stops all. One failure of several
/// calls at the same time counts as one.
fn hold_for(session: &mut Session<'_>, response: Response, status: Option<u16>) {
    let after = match response {
        Response::Pause { reason, message } => {
            session.pause(reason, message, status);
            return;
        }
        Response::Retry { after, .. } | Response::NotPinterest { after, .. } => after,
        Response::Results { .. } | Response::Refused(_) | Response::Unread(_) => None,
    };
    if let Some(after) = after
        && session.held().is_none_or(|held| held < after)
    {
        session.hold(after);
    }
}
