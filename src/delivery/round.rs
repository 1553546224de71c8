//! One batch, from the lines that wait to rulings on disk.
//!
//! A refused batch is split, left half first, until the poison event stands
//! alone. A lone refusal is not final at once: ten of them without a success
//! are not ten bad events but one bad setting, and then everything is kept.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::spool::{Event, Lane, LastError, Pause, SpoolError, Verdict, hash, hash_name, random};

use super::books::{Books, Ruling, Settlement, Slot};
use super::outcome::{self, Outcome, Word, classify};
use super::{Client, Settings, backoff};

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
const MOST_REJECTED: u32 = 10;
const MOST_UNREAD: u8 = 5;
const PROBE_EVERY: Duration = Duration::from_secs(15 * 60);

/// What a leader remembers from one batch to the next.
#[derive(Default)]
pub struct Memory {
    /// Nothing is sent before this.
    pub not_before: Option<Instant>,
}

impl Memory {
    fn must_wait(&self) -> bool {
        self.not_before.is_some_and(|when| when > Instant::now())
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
    /// The time of day, unix seconds.
    pub clock: &'a dyn Fn() -> i64,
    /// False once the leader should leave; asked between calls.
    pub go_on: &'a dyn Fn() -> bool,
    /// The longest a call may take.
    pub limit: Duration,
}

/// What a call told about its events.
enum Told {
    /// Go on with the next part.
    Next,
    /// Send nothing more for now.
    Stop,
}

/// The part of a batch that is in a call, and the refusals not yet believed.
struct Batch {
    slots: Vec<Slot>,
    /// Indices of the slots to be sent; the parts of a batch are ranges of this.
    send: Vec<usize>,
    /// Indices of slots that a lone refusal stands against, with its words.
    held: Vec<(usize, String)>,
}

impl Batch {
    fn new(slots: Vec<Slot>) -> Self {
        let send = (0..slots.len())
            .filter(|index| slots[*index].is_to_be_sent())
            .collect();
        Self {
            slots,
            send,
            held: Vec::new(),
        }
    }

    fn events(&self, part: Range<usize>) -> impl Iterator<Item = &Event> {
        self.send[part]
            .iter()
            .filter_map(|index| self.slots[*index].event())
    }
}

impl Round<'_> {
    /// Settles what needs no call: for while nothing may be sent.
    ///
    /// # Errors
    /// What the file system says.
    pub fn settle_only(&mut self) -> Result<Settlement, SpoolError> {
        let mut slots = self.take(MOST_EVENTS);
        self.books.commit(&mut slots, (self.clock)())
    }

    /// Sends one batch and settles what it can.
    ///
    /// # Errors
    /// What the file system says; the events stay.
    pub fn send(&mut self) -> Result<Settlement, SpoolError> {
        let now = (self.clock)();
        let mut total = Settlement::default();
        let mut batch = Batch::new(self.take(self.batch_size()));
        let mut parts = Vec::new();
        if !batch.send.is_empty() {
            self.books.reserve(&batch.slots, now)?;
            parts.push(0..batch.send.len());
        }
        let mut calls = 0;
        while let Some(part) = parts.pop() {
            if calls > 0 && (!(self.go_on)() || self.memory.must_wait()) {
                parts.push(part);
                break;
            }
            if calls == MOST_CALLS {
                parts.push(part);
                self.memory.not_before = Some(Instant::now() + AFTER_MOST_CALLS);
                break;
            }
            calls += 1;
            if let Told::Stop = self.call(&mut batch, part, &mut parts) {
                batch.held.clear();
                break;
            }
            if self.is_everything_refused(&batch) {
                // What a later probe is refused adds to these ten.
                self.books.state.rejected_in_a_row = MOST_REJECTED;
                self.pause("all_rejected", refused_words(&batch), None);
                batch.held.clear();
                break;
            }
            // After each call: past the first hour Pinterest itself no longer
            // knows what it has seen.
            add(&mut total, self.books.commit(&mut batch.slots, now)?);
        }
        if parts.is_empty() {
            self.believe(&mut batch);
        }
        add(&mut total, self.books.commit(&mut batch.slots, now)?);
        Ok(total)
    }

    /// The next lines, ruled where no call is needed.
    fn take(&mut self, most: usize) -> Vec<Slot> {
        let now = (self.clock)();
        let entries = self.books.ledger.next(most, MOST_BYTES);
        let slots = entries.into_iter().map(|entry| {
            let ruling = self.books.rule(&entry, self.settings.late, now);
            Slot::new(entry, ruling)
        });
        without_repeats(slots)
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
        // Where time ran out in the middle of a search, it goes on from there.
        state.part.map_or(most, |part| part.min(most))
    }

    /// One call, and what it means for the events in `part`.
    fn call(
        &mut self,
        batch: &mut Batch,
        part: Range<usize>,
        parts: &mut Vec<Range<usize>>,
    ) -> Told {
        let body = body(batch, part.clone());
        let answer = match self.client.post(&body, self.settings.test, self.limit) {
            Ok(answer) => answer,
            Err(error) => return self.back_off(batch, None, error.0, None),
        };
        let status = Some(answer.status);
        match classify(&answer, part.len()) {
            Outcome::Verdicts(words) => {
                self.rule(batch, part, words);
                if let Some(rest) = outcome::rest(&answer) {
                    self.hold(rest);
                }
                Told::Next
            }
            Outcome::Split(message) if part.len() == 1 => {
                self.note(message.clone(), status);
                batch.held.push((batch.send[part.start], message));
                Told::Next
            }
            Outcome::Split(message) => {
                self.note(message, status);
                let middle = part.start + part.len() / 2;
                self.books.state.part = Some(part.len() / 2);
                parts.push(middle..part.end);
                parts.push(part.start..middle);
                Told::Next
            }
            Outcome::Unread(message) => {
                self.count_unread(batch, part);
                self.back_off(batch, None, message, status)
            }
            Outcome::Retry { after, message } => self.back_off(batch, after, message, status),
            Outcome::Pause { reason, message } => {
                self.pause(reason, message, status);
                Told::Stop
            }
        }
    }

    /// Pinterest's word on each event of a part.
    fn rule(&mut self, batch: &mut Batch, part: Range<usize>, words: Vec<Word>) {
        let any_success = words.contains(&Word::Processed);
        for (position, word) in part.zip(words) {
            let index = batch.send[position];
            match word {
                Word::Processed => batch.slots[index].ruling = Some(Ruling::delivered()),
                Word::Refused(message) => batch.held.push((index, message)),
            }
        }
        if any_success {
            self.books.state.rejected_in_a_row = 0;
            self.succeed();
            self.believe(batch);
            self.books.state.rejected_in_a_row = 0;
        }
    }

    /// Pinterest works, or nothing is left to ask: the refusals are final.
    fn believe(&mut self, batch: &mut Batch) {
        self.books.state.part = None;
        for (index, message) in batch.held.drain(..) {
            batch.slots[index].ruling = Some(Ruling::rejected(&message));
            self.books.state.rejected_in_a_row += 1;
        }
    }

    fn is_everything_refused(&self, batch: &Batch) -> bool {
        let held = u32::try_from(batch.held.len()).unwrap_or(u32::MAX);
        held > 0 && self.books.state.rejected_in_a_row.saturating_add(held) >= MOST_REJECTED
    }

    fn count_unread(&mut self, batch: &mut Batch, part: Range<usize>) {
        let before = std::mem::take(&mut self.books.state.unread_answers);
        let mut counted = BTreeMap::new();
        for index in &batch.send[part] {
            let slot = &mut batch.slots[*index];
            let Some(event) = slot.event() else { continue };
            let name = hash_name(&event.id);
            let tries = before.get(&name).map_or(1, |tries| tries.saturating_add(1));
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
    }

    fn succeed(&mut self) {
        let state = &mut self.books.state;
        state.last_success_at = Some((self.clock)());
        state.paused = None;
        state.retry_at = None;
        state.failures = 0;
    }

    fn note(&mut self, message: String, http_status: Option<u16>) {
        self.books.state.last_error = Some(LastError {
            at: (self.clock)(),
            message,
            http_status,
        });
    }

    fn back_off(
        &mut self,
        batch: &Batch,
        after: Option<Duration>,
        message: String,
        status: Option<u16>,
    ) -> Told {
        let now = (self.clock)();
        let fresh = batch.slots.iter().any(|slot| {
            slot.entry.lane() == Lane::Revenue
                && slot
                    .event()
                    .is_some_and(|event| now.saturating_sub(event.time) < 3_600)
        });
        self.books.state.failures = self.books.state.failures.saturating_add(1);
        // "Retry-After: 0" is no leave to hammer.
        let wait = backoff::wait(self.books.state.failures, fresh, random());
        let wait = after.map_or(wait, |after| after.max(wait));
        self.note(message, status);
        self.hold(wait);
        Told::Stop
    }

    fn pause(&mut self, reason: &str, message: String, http_status: Option<u16>) {
        let since = (self.clock)();
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
    }

    fn hold(&mut self, wait: Duration) {
        self.memory.not_before = Some(Instant::now() + wait);
        let seconds = i64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(i64::MAX);
        self.books.state.retry_at = Some((self.clock)().saturating_add(seconds));
    }
}

/// The request: the bytes of the records, unchanged, so that a repeated call
/// says exactly the same.
fn body(batch: &Batch, part: Range<usize>) -> Vec<u8> {
    let events = || batch.events(part.clone()).map(|event| event.event.get());
    let len: usize = events().map(|event| event.len() + 1).sum();
    let mut body = Vec::with_capacity(len + 16);
    body.extend_from_slice(br#"{"data":["#);
    for (index, event) in events().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(event.as_bytes());
    }
    body.extend_from_slice(b"]}");
    body
}

/// Leaves an order that is in line twice, and what is behind its second record,
/// for a later batch: by then Pinterest's word on the first one is known. In one
/// call it would get both, and past the first hour it counts both.
fn without_repeats(slots: impl Iterator<Item = Slot>) -> Vec<Slot> {
    let (mut seen, mut left_out) = (HashSet::new(), HashSet::new());
    slots
        .filter(|slot| {
            let segment = &slot.entry.segment;
            if slot.is_to_be_sent()
                && slot.entry.lane() == Lane::Revenue
                && !left_out.contains(segment)
                && slot
                    .event()
                    .is_some_and(|event| !seen.insert(hash(&event.id)))
            {
                left_out.insert(segment.clone());
            }
            !left_out.contains(segment)
        })
        .collect()
}

fn refused_words(batch: &Batch) -> String {
    let last = batch.held.last().map_or("", |(_, message)| message);
    format!("every event is refused: {last}")
}

fn add(total: &mut Settlement, more: Settlement) {
    total.delivered += more.delivered;
    total.rejected += more.rejected;
    total.lines += more.lines;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Answer, CallFailed, Late, Secret, Transport};
    use crate::spool::{
        Durability, Envelope, Limits, Place, Settled, Verdicts, Writer, encode, unix_now,
    };
    use serde_json::value::RawValue;

    /// Answers every call with the same words.
    struct Always(&'static str);

    impl Client for Always {
        fn post(&mut self, _: &[u8], _: bool, _: Duration) -> Result<Answer, CallFailed> {
            Ok(Answer {
                status: 200,
                body: self.0.into(),
                ..Answer::default()
            })
        }
    }

    fn place(ids: &[&str]) -> (tempfile::TempDir, Place) {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::open(&dir.path().join("root"), "site", "1", false).unwrap();
        let mut writer = Writer::new(place.clone(), Lane::Revenue);
        for id in ids {
            write(&mut writer, id);
        }
        (dir, place)
    }

    fn write(writer: &mut Writer, id: &str) {
        let event = RawValue::from_string("{}".into()).unwrap();
        let line = encode(&Envelope {
            id: id.into(),
            name: "checkout".into(),
            time: unix_now(),
            at: unix_now(),
            late_ok: false,
            event: &event,
        });
        let limits = Limits {
            durability: Durability::Off,
            max_bytes: 1 << 30,
        };
        writer.append(&line.unwrap(), &limits).unwrap();
    }

    fn settled(place: &Place) -> Vec<(String, Verdict)> {
        let page: Vec<Settled> = Verdicts::new(place).after("", 99).unwrap().1;
        page.into_iter()
            .map(|one| (one.event_id, one.verdict))
            .collect()
    }

    #[test]
    fn an_unreadable_answer_is_no_word_until_the_fifth_and_then_on_those_events_alone() {
        let (_dir, place) = place(&["a"]);
        let mut books = Books::open(&place, 0, unix_now()).unwrap();
        let settings = Settings {
            endpoint: String::new(),
            token: Secret::new(String::new()),
            test: false,
            generation: 0,
            late: Late::Send,
            transport: Transport::default(),
        };
        let mut memory = Memory::default();
        for call in 1..=5 {
            assert_eq!(settled(&place), [], "before call {call}");
            if call == 3 {
                write(&mut Writer::new(place.clone(), Lane::Revenue), "b");
            }
            books.refresh().unwrap();
            Round {
                books: &mut books,
                client: &mut Always("{\"hello\":1}"),
                settings: &settings,
                memory: &mut memory,
                clock: &unix_now,
                go_on: &|| true,
                limit: Duration::from_secs(1),
            }
            .send()
            .unwrap();
        }
        assert_eq!(settled(&place), [("a".to_owned(), Verdict::Unconfirmed)]);
        assert_eq!(books.state.lost["unconfirmed"], 1);
    }
}
