//! One batch, from the lines that wait to rulings on disk.
//!
//! A refused batch is split, left half first, until the poison event stands
//! alone. A lone refusal is not final at once: without any success in a day it
//! has to be seen that Pinterest would take an event at all, and ten of them
//! without one are not ten bad events but one bad setting, and then everything
//! is kept.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::process::Waker;
use crate::spool::{SpoolError, Verdict, hash_name};

use super::batch::Batch;
use super::books::{Books, Ruling, Settlement, Slot};
use super::outcome::{Outcome, classify};
use super::pace::Pace;
use super::words::Word;
use super::{Answer, CallFailed, Client, Settings, Time, backoff, headers};

/// Events in one call (CONTRACT 8), and in one of test mode, where Pinterest
/// looks at no more (CONTRACT 9).
pub(super) const MOST_EVENTS: usize = 1_000;
const MOST_TEST_EVENTS: usize = 20;
/// While calls fail, a try need not cost a megabyte.
const MOST_EVENTS_FAILING: usize = 20;
pub(super) const MOST_BYTES: u64 = 1_000_000;
/// Finding one poison event in a full batch takes twenty.
const MOST_CALLS: u32 = 64;
const AFTER_MOST_CALLS: Duration = Duration::from_secs(5);
pub(super) const MOST_REJECTED: u32 = 10;
const MOST_UNREAD: u8 = 5;

/// What a leader remembers from one batch to the next.
pub struct Memory {
    /// Nothing is sent before this.
    pub not_before: Option<Instant>,
    pace: Pace,
}

impl Memory {
    /// Of a leader that has not called yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            not_before: None,
            pace: Pace::new(settings.test),
        }
    }
}

/// What a batch needs.
pub struct Round<'a> {
    /// Where rulings go.
    pub books: &'a mut Books,
    /// How to call.
    pub client: &'a mut dyn Client,
    /// Whom to call.
    pub settings: &'a Settings,
    /// What the last batch left behind.
    pub memory: &'a mut Memory,
    /// The clocks.
    pub time: &'a dyn Time,
    /// Rung while a call waits for its turn, to no effect.
    pub waker: &'a Waker,
    /// False once nothing may be sent any more, by these settings or at all;
    /// asked before the first call.
    pub may_call: &'a dyn Fn() -> bool,
    /// False once the leader should leave; asked between calls.
    pub go_on: &'a dyn Fn() -> bool,
    /// The longest a call may take.
    pub limit: Duration,
}

/// What a call told about its events.
pub(super) enum Told {
    /// Go on with the next part.
    Next,
    /// Send nothing more for now.
    Stop,
}

impl Round<'_> {
    /// Settles what needs no call: for while nothing may be sent.
    ///
    /// # Errors
    /// What the file system says.
    pub fn settle_only(&mut self) -> Result<Settlement, SpoolError> {
        let mut slots = self.take(MOST_EVENTS);
        self.books.commit(&mut slots, self.time.unix())
    }

    /// Sends one batch and settles what it can.
    ///
    /// # Errors
    /// What the file system says; the events stay.
    pub fn send(&mut self) -> Result<Settlement, SpoolError> {
        let is_in_doubt = self.is_in_doubt();
        if is_in_doubt && let Told::Stop = self.clear_doubt() {
            return self.settle_only();
        }
        let now = self.time.unix();
        let mut total = Settlement::default();
        let size = self.batch_size();
        let mut batch = Batch::new(self.take(size).into_iter());
        let mut parts = Vec::new();
        if !batch.send.is_empty() {
            self.books.reserve(&batch.slots, now)?;
            parts.push(batch.send.clone());
        }
        // What cleared up the doubt was a call.
        let mut calls = u32::from(is_in_doubt);
        let mut told = Told::Next;
        while let Some(mut part) = parts.pop() {
            self.leave_out_withdrawn(&mut batch, &mut part);
            if part.is_empty() {
                continue;
            }
            let may_call = match calls {
                0 => (self.may_call)(),
                _ => (self.go_on)() && !self.must_wait(),
            };
            if !may_call || calls == MOST_CALLS {
                if calls == MOST_CALLS {
                    self.hold(AFTER_MOST_CALLS);
                }
                parts.push(part);
                break;
            }
            calls += 1;
            told = self.call(&mut batch, part, &mut parts);
            if matches!(told, Told::Next) && self.is_everything_refused(&batch) {
                told = self.vouch(&batch.held);
                match told {
                    Told::Next => {
                        self.believe(&mut batch);
                        self.forgive();
                    }
                    // What a later probe is refused adds to these ten.
                    Told::Stop => self.books.state.rejected_in_a_row = MOST_REJECTED,
                }
            }
            if let Told::Stop = told {
                break;
            }
            // After each call: past the first hour Pinterest itself no longer
            // knows what it has seen.
            add(&mut total, self.books.commit(&mut batch.slots, now)?);
        }
        if parts.is_empty() {
            // Where it goes on after a lone refusal, that event is still next.
            if let Told::Next = told
                && let Told::Next = self.vouch_for_lone(&batch)
            {
                self.believe(&mut batch);
            } else if batch.held.is_empty() {
                self.books.state.part = None;
            }
        }
        batch.held.clear();
        add(&mut total, self.books.commit(&mut batch.slots, now)?);
        Ok(total)
    }

    /// Rules the lines that were taken back by now. Looked at before each call: a
    /// batch may take minutes, and a shopper's no is not to wait for its end.
    fn leave_out_withdrawn(&mut self, batch: &mut Batch, part: &mut Vec<usize>) {
        self.books.see_withdrawn();
        part.retain(|index| {
            let slot = &mut batch.slots[*index];
            let withdrawn = self.books.is_withdrawn(&slot.entry);
            if withdrawn {
                slot.ruling = Some(Ruling::withdrawn());
            }
            !withdrawn
        });
    }

    /// The next lines, ruled where no call is needed.
    pub(super) fn take(&mut self, most: usize) -> Vec<Slot> {
        let today = self.books.today(self.time);
        let entries = self.books.ledger.next(most, MOST_BYTES);
        let rule = |entry| self.books.rule(entry, self.settings.late, today);
        entries.into_iter().map(rule).collect()
    }

    /// One call, when its turn has come.
    pub(super) fn post(&mut self, body: Vec<u8>, test: bool) -> Result<Answer, CallFailed> {
        loop {
            let wait = self.memory.pace.wait(self.time.now());
            if wait.is_zero() {
                break;
            }
            self.time.wait(self.waker, wait);
        }
        self.memory.pace.call(self.time.now());
        self.client.post(&body, test, self.limit)
    }

    pub(super) fn must_wait(&self) -> bool {
        let now = self.time.now();
        self.memory.not_before.is_some_and(|when| when > now)
    }

    fn batch_size(&self) -> usize {
        let state = &self.books.state;
        let most = match (&state.paused, state.failures) {
            // A probe: one event is all that is risked.
            (Some(_), _) => 1,
            (None, 1..) => MOST_EVENTS_FAILING,
            (None, 0) if self.settings.test => MOST_TEST_EVENTS,
            (None, 0) => MOST_EVENTS,
        };
        // As many as whoever is on the way lets through; and where time ran out in
        // the middle of a search, it goes on from there.
        let bounds = [state.limit, state.part].into_iter().flatten();
        bounds.fold(most, |most, bound| bound.clamp(1, most))
    }

    /// One call, and what it means for the events in `part`.
    fn call(
        &mut self,
        batch: &mut Batch,
        mut part: Vec<usize>,
        parts: &mut Vec<Vec<usize>>,
    ) -> Told {
        let call = self.post(batch.body(&part), self.settings.test);
        let status = call.as_ref().ok().map(|answer| answer.status);
        match classify(&call, part.len()) {
            Outcome::Verdicts(words) => {
                self.rule(batch, &part, words);
                if let Some(rest) = call.as_ref().ok().and_then(headers::rest) {
                    self.hold(rest);
                }
                Told::Next
            }
            Outcome::Split(message) if part.len() == 1 => {
                self.note(message.clone(), status);
                batch.hold(part[0], message);
                Told::Next
            }
            Outcome::Split(message) => {
                self.note(message, status);
                let right = part.split_off(part.len() / 2);
                self.books.state.part = Some(part.len());
                parts.push(right);
                parts.push(part);
                Told::Next
            }
            Outcome::Unread(message) => {
                let tries = self.count_unread(batch, &part);
                let after = Some(backoff::wait_unread(tries));
                self.back_off(batch, after, message, status)
            }
            Outcome::NotPinterest { after, message } => {
                self.books.state.limit = Some((part.len() / 2).max(1));
                self.back_off(batch, after, message, status)
            }
            Outcome::Retry { after, message } => self.back_off(batch, after, message, status),
            Outcome::Pause { reason, message } => self.pause(reason, message, status),
        }
    }

    /// Pinterest's word on each event of a part.
    fn rule(&mut self, batch: &mut Batch, part: &[usize], words: Vec<Word>) {
        let any_success = words.contains(&Word::Processed);
        for (index, word) in part.iter().zip(words) {
            match word {
                Word::Processed => batch.slots[*index].ruling = Some(Ruling::delivered()),
                Word::Refused(message) => batch.hold(*index, message),
            }
        }
        if any_success {
            self.succeed();
            self.believe(batch);
            self.books.state.rejected_in_a_row = 0;
        }
    }

    /// Pinterest works, or nothing is left to ask: the refusals are final.
    fn believe(&mut self, batch: &mut Batch) {
        self.books.state.part = None;
        for held in batch.held.drain(..) {
            batch.slots[held.index].ruling = Some(Ruling::rejected(&held.message));
            self.books.state.rejected_in_a_row += 1;
        }
    }

    /// An event would be taken: it was the events that were refused.
    pub(super) fn forgive(&mut self) {
        self.books.state.paused = None;
        self.books.state.retry_at = None;
        self.books.state.rejected_in_a_row = 0;
    }

    fn is_everything_refused(&self, batch: &Batch) -> bool {
        let held = u32::try_from(batch.held.len()).unwrap_or(u32::MAX);
        held > 0 && self.books.state.rejected_in_a_row.saturating_add(held) >= MOST_REJECTED
    }

    /// Counts one more unreadable answer for the events of a part, and says how
    /// many they had in a row, the event that had the most.
    fn count_unread(&mut self, batch: &mut Batch, part: &[usize]) -> u8 {
        let before = std::mem::take(&mut self.books.state.unread_answers);
        let mut counted = BTreeMap::new();
        let mut most = 0;
        for index in part {
            let slot = &mut batch.slots[*index];
            let Some(event) = slot.event() else { continue };
            let name = hash_name(&event.id);
            let tries = before.get(&name).map_or(1, |tries| tries.saturating_add(1));
            most = most.max(tries);
            if tries < MOST_UNREAD {
                counted.insert(name, tries);
            } else {
                slot.ruling = Some(Ruling::Event {
                    verdict: Verdict::Unconfirmed,
                    message: Some("five answers in a row could not be read".to_owned()),
                    loss: Some("unconfirmed"),
                });
            }
        }
        self.books.state.unread_answers = counted;
        most
    }
}

fn add(total: &mut Settlement, more: Settlement) {
    total.delivered += more.delivered;
    total.rejected += more.rejected;
    total.lines += more.lines;
}
