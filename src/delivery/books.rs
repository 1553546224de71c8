//! The order in which rulings reach the disk.
//!
//! A refused event is among the dead letters before its verdict is written,
//! and a verdict is written before its segment's offset moves: whoever is
//! killed in between does a step again and loses nothing.
//!
//! A withdrawal's marker outlives the offset that covers its record.
//!
//! Only the verdict must succeed. Were a batch given up because a letter or an
//! offset cannot be written, on a full disk above all, then everything that
//! Pinterest took with it would be sent again, by each leader.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::spool::{
    Content, DeadLetters, Entry, Envelope, Event, IdSet, Lane, Leader, Ledger, Named, Place,
    Settled, SpoolError, State, Verdict, VerdictLog, Withdrawn, fingerprint,
};

use super::triage::{Fate, Known, Settle, Today, triage};
use super::{Late, Time, backoff};

/// How often captures are told how much the spool holds: a look at all that was
/// settled, and so not with every look.
const TELL_HELD_EVERY: Duration = Duration::from_secs(1);

/// The part of a spool that verdicts on visits may take: they count like what
/// waits, and must not keep orders out.
const VISITS_PART: u64 = 4;

/// The final word on a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Ruling {
    /// On an event.
    Event {
        /// What became of it.
        verdict: Verdict,
        /// For people.
        message: Option<String>,
        /// Where it is counted as lost.
        loss: Option<&'static str>,
    },
    /// On a line that holds no event any more.
    Unreadable(&'static str),
}

impl From<Settle> for Ruling {
    fn from(settle: Settle) -> Self {
        Self::Event {
            verdict: settle.verdict,
            message: settle.why.map(str::to_owned),
            loss: settle.loss,
        }
    }
}

impl Ruling {
    /// Pinterest took the event.
    pub fn delivered() -> Self {
        Self::Event {
            verdict: Verdict::Delivered,
            message: None,
            loss: None,
        }
    }

    /// It was taken back before Pinterest had it.
    pub fn withdrawn() -> Self {
        Self::Event {
            verdict: Verdict::Withdrawn,
            message: None,
            loss: None,
        }
    }

    /// Pinterest will never take it.
    pub fn rejected(message: &str) -> Self {
        Self::Event {
            verdict: Verdict::Rejected,
            message: Some(message.to_owned()),
            loss: None,
        }
    }
}

/// A line on its way to a ruling.
#[derive(Debug)]
pub struct Slot {
    /// The line.
    pub entry: Entry,
    /// `None` while there is no final word on it.
    pub ruling: Option<Ruling>,
    /// Whether Pinterest may be asked about it.
    send: bool,
    settled: bool,
}

impl Slot {
    /// A line that is to be sent.
    pub fn to_send(entry: Entry) -> Self {
        Self {
            entry,
            ruling: None,
            send: true,
            settled: false,
        }
    }

    /// A line that needs no call.
    pub fn ruled(entry: Entry, ruling: Ruling) -> Self {
        Self {
            ruling: Some(ruling),
            ..Self::to_send(entry)
        }
    }

    /// A line to be looked at again later; nothing behind it in its segment is
    /// settled before.
    pub fn waiting(entry: Entry) -> Self {
        Self {
            send: false,
            ..Self::to_send(entry)
        }
    }

    /// Whether Pinterest is still to be asked about it.
    pub fn is_to_be_sent(&self) -> bool {
        self.send && self.ruling.is_none()
    }

    /// Whether it is neither to be sent nor settled yet.
    pub fn is_waiting(&self) -> bool {
        !self.send && self.ruling.is_none()
    }

    fn is_rejected(&self) -> bool {
        matches!(
            self.ruling,
            Some(Ruling::Event {
                verdict: Verdict::Rejected,
                ..
            })
        )
    }

    /// Its event, if it holds one.
    pub fn event(&self) -> Option<&Event> {
        match &self.entry.content {
            Content::Event(event) => Some(event),
            _ => None,
        }
    }
}

/// What was settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Events that Pinterest took.
    pub delivered: u64,
    /// Events that it refused.
    pub rejected: u64,
    /// Lines of any kind.
    pub lines: u64,
}

/// Everything a leader writes.
pub struct Books {
    place: Place,
    /// What makes us the one who writes.
    lock: Named,
    /// What waits.
    pub ledger: Ledger,
    /// What the owner and the next leader are told.
    pub state: State,
    /// The same as it was last written down.
    written: State,
    log: VerdictLog,
    dead: DeadLetters,
    withdrawn: Withdrawn,
    /// Read with the first order: a leader of visits does without.
    delivered: OnceCell<IdSet>,
    /// When captures were last told how much the spool holds.
    told_held: Option<Instant>,
}

impl Books {
    /// Opens the books of the spool that is led.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(leader: &Leader, generation: u64, time: &dyn Time) -> Result<Self, SpoolError> {
        let place = leader.place();
        let log = VerdictLog::new(place);
        let dead = DeadLetters::new(place);
        let written = State::read(place);
        let mut state = written.clone().for_generation(generation);
        let now = time.unix();
        // Noted by a clock that ran ahead: one leader after another would wait.
        let longest = now.saturating_add_unsigned(backoff::LONGEST.as_secs());
        state.retry_at = state.retry_at.map(|at| at.min(longest));
        state.clocks.look(&time.boot_id(), now, time.since_boot());
        dead.remove_unfinished();
        let mut ledger = Ledger::new(place);
        ledger.refresh()?;
        ledger.tidy(now);
        Ok(Self {
            delivered: OnceCell::new(),
            withdrawn: Withdrawn::read(place),
            state,
            written,
            place: place.clone(),
            lock: leader.lock().clone(),
            ledger,
            log,
            dead,
            told_held: None,
        })
    }

    /// Looks again at what waits and at what was taken back.
    ///
    /// # Errors
    /// What the file system says.
    pub fn refresh(&mut self) -> Result<(), SpoolError> {
        self.ledger.refresh()?;
        self.see_withdrawn();
        if self
            .told_held
            .is_none_or(|when| when.elapsed() >= TELL_HELD_EVERY)
        {
            self.tell_held();
        }
        Ok(())
    }

    /// Keeps the verdicts on visits within a part of what the spool may hold.
    pub fn keep_within(&mut self, max_bytes: u64) {
        self.log.keep_visits_within(max_bytes / VISITS_PART);
    }

    /// Tells those who capture how much the spool holds.
    pub fn tell_held(&mut self) {
        if self.lock.holds() {
            self.ledger.tell_held();
            self.told_held = Some(Instant::now());
        }
    }

    /// Whether this is still the spool that is led.
    pub(super) fn are_ours(&self) -> bool {
        self.lock.holds()
    }

    /// Clears away what killed processes left.
    pub(super) fn tidy(&self, now: i64) {
        self.dead.remove_unfinished();
        self.ledger.tidy(now);
    }

    /// Throws away what is a week old. By a clock that jumped forward all would be:
    /// the verdicts that nobody has read, and the memory of what was delivered.
    pub(super) fn prune(&self, now: i64) {
        self.log.prune(now);
        self.dead.prune(now);
        Withdrawn::prune(&self.place, now);
    }

    /// Looks again at what was taken back.
    pub fn see_withdrawn(&mut self) {
        self.withdrawn = Withdrawn::read(&self.place);
    }

    /// Looks at the clock, and says whether it is to be believed.
    pub fn today(&mut self, time: &dyn Time) -> Today {
        let now = time.unix();
        let (boot, since_boot) = (time.boot_id(), time.since_boot());
        let trust = self.state.clocks.look(&boot, now, since_boot);
        Today { now, trust }
    }

    /// Whether a line was taken back, as far as that was seen.
    pub fn is_withdrawn(&self, entry: &Entry) -> bool {
        self.withdrawn.contains(&entry.segment, entry.end)
    }

    /// What is to be done with a line.
    pub fn rule(&self, entry: Entry, late: Late, today: Today) -> Slot {
        let event = match &entry.content {
            Content::Event(event) => event,
            Content::Damaged => return Slot::ruled(entry, Ruling::Unreadable("damaged")),
            Content::Torn => return Slot::ruled(entry, Ruling::Unreadable("torn")),
        };
        let lane = entry.lane();
        let known = Known {
            delivered: lane == Lane::Revenue && self.is_delivered(&event.id),
            withdrawn: self.is_withdrawn(&entry),
        };
        match triage(event, lane, known, late, today) {
            Fate::Send => Slot::to_send(entry),
            Fate::Settle(settle) => Slot::ruled(entry, settle.into()),
            Fate::Wait => Slot::waiting(entry),
        }
    }

    fn is_delivered(&self, id: &str) -> bool {
        let delivered = || IdSet::delivered(&self.place);
        let delivered = self.delivered.get_or_init(delivered);
        delivered.contains(&fingerprint(id))
    }

    /// Makes sure that verdicts on these lines can be written.
    ///
    /// # Errors
    /// `full` above all.
    pub fn reserve(&mut self, slots: &[Slot], now: i64) -> Result<(), SpoolError> {
        for lane in Lane::ALL {
            let ids = slots
                .iter()
                .filter(|slot| slot.entry.lane() == lane)
                .filter_map(|slot| Some(&*slot.event()?.id));
            self.log.reserve(lane, ids, now)?;
        }
        Ok(())
    }

    /// Settles every line that has a ruling and whose segment has no line
    /// before it without one. A line is settled once, however often this is
    /// called.
    ///
    /// # Errors
    /// What the file system says, or that the spool was moved or replaced under
    /// the leader; then the lines, or those of one lane, will be met again.
    pub fn commit(&mut self, slots: &mut [Slot], now: i64) -> Result<Settlement, SpoolError> {
        if !self.lock.holds() {
            self.keep_answers(slots, now);
            return Err(self.place.moved());
        }
        let mut done = ruled(slots);
        self.spare_withdrawn(&mut done);
        let mut settlement = Settlement::default();
        let mut lines: HashMap<Lane, Vec<Settled>> = HashMap::new();
        for slot in &done {
            match (&slot.entry.content, &slot.ruling) {
                (
                    Content::Event(event),
                    Some(Ruling::Event {
                        verdict, message, ..
                    }),
                ) => {
                    if *verdict == Verdict::Rejected {
                        let reason = message.clone().unwrap_or_default();
                        match self.dead.put(envelope(event), reason, now) {
                            Ok(dropped) => self.state.lose("dead_letters_full", dropped),
                            Err(error) => {
                                log::error!(
                                    target: self.place.log_target(),
                                    "a rejected event cannot be kept: {error}"
                                );
                                self.state.lose("dead_letter_unwritten", 1);
                            }
                        }
                    }
                    lines.entry(slot.entry.lane()).or_default().push(Settled {
                        event_id: event.id.clone(),
                        event_name: event.name.clone(),
                        verdict: *verdict,
                        at: now,
                        message: message.clone(),
                    });
                }
                (_, Some(Ruling::Unreadable(reason))) => {
                    log::error!(
                        target: self.place.log_target(),
                        "a line of {} ending at {} cannot be read: {reason}",
                        slot.entry.segment.as_str(),
                        slot.entry.end
                    );
                }
                _ => {}
            }
        }
        // What is told of one lane stands, whatever becomes of the other: an answer
        // of Pinterest's that was not written down would be asked for again.
        let mut failed = None;
        for lane in Lane::ALL {
            let settled = lines.get(&lane).map_or(&[][..], Vec::as_slice);
            if let Err(error) = self.log.append(lane, settled, now) {
                done.retain(|slot| slot.entry.lane() != lane);
                failed = Some(error);
            }
        }
        settlement.lines = done.len() as u64;
        for slot in &done {
            match &slot.ruling {
                Some(Ruling::Event { loss, .. }) => {
                    loss.iter().for_each(|loss| self.state.lose(loss, 1));
                }
                Some(Ruling::Unreadable(reason)) => self.state.lose(reason, 1),
                None => {}
            }
            settlement.rejected += u64::from(slot.is_rejected());
            let Some(event) = slot.event() else { continue };
            if let Some(Ruling::Event {
                verdict: Verdict::Delivered,
                ..
            }) = slot.ruling
            {
                let known = self.delivered.get_mut();
                let is_new = slot.entry.lane() == Lane::Visit
                    || known.is_none_or(|ids| ids.insert(fingerprint(&event.id)));
                settlement.delivered += u64::from(is_new);
            }
        }
        self.state.delivered += settlement.delivered;
        done.iter_mut().for_each(|slot| slot.settled = true);
        let mut ends = HashMap::new();
        for slot in &done {
            ends.insert(&slot.entry.segment, slot.entry.end);
        }
        let mut unmoved = HashSet::new();
        for (segment, end) in ends {
            if let Err(error) = self.ledger.settle(segment, end) {
                log::warn!(target: self.place.log_target(), "{error}");
                unmoved.insert(segment);
            }
        }
        self.drop_withdrawn(&done);
        for slot in &done {
            // The next leader may meet the record again.
            if !unmoved.contains(&slot.entry.segment) {
                self.withdrawn.clear(&slot.entry.segment, slot.entry.end);
            }
        }
        failed.map_or(Ok(settlement), Err)
    }

    /// The spool was moved or replaced while Pinterest was asked: its paths lead
    /// to another one, in which nothing of ours may be written. The day's file
    /// went with the spool and is still open, so what Pinterest took is written
    /// there, and whoever finds the spool again does not send those orders twice.
    fn keep_answers(&mut self, slots: &[Slot], now: i64) {
        for lane in Lane::ALL {
            let taken = |slot: &&Slot| {
                slot.entry.lane() == lane
                    && !slot.settled
                    && slot.ruling.as_ref() == Some(&Ruling::delivered())
            };
            let settled: Vec<Settled> = slots
                .iter()
                .filter(taken)
                .filter_map(|slot| slot.event())
                .map(|event| Settled {
                    event_id: event.id.clone(),
                    event_name: event.name.clone(),
                    verdict: Verdict::Delivered,
                    at: now,
                    message: None,
                })
                .collect();
            self.log.append_where_open(lane, &settled);
        }
    }

    /// What was taken back while Pinterest refused it is no dead letter, out of
    /// which it could come again.
    fn spare_withdrawn(&mut self, done: &mut [&mut Slot]) {
        if !done.iter().any(|slot| slot.is_rejected()) {
            return;
        }
        self.see_withdrawn();
        for slot in done.iter_mut().filter(|slot| slot.is_rejected()) {
            if self.is_withdrawn(&slot.entry) {
                slot.ruling = Some(Ruling::withdrawn());
            }
        }
    }

    /// The same for what was taken back while the letter was written: whoever
    /// does so later finds the letter himself, since he looks for letters last.
    fn drop_withdrawn(&mut self, done: &[&mut Slot]) {
        if !done.iter().any(|slot| slot.is_rejected()) {
            return;
        }
        self.see_withdrawn();
        for slot in done.iter().filter(|slot| slot.is_rejected()) {
            if self.is_withdrawn(&slot.entry)
                && let Some(event) = slot.event()
                && let Err(error) = self.dead.remove(&event.id)
            {
                log::error!(target: self.place.log_target(), "{error}");
            }
        }
    }

    /// Writes the state down where it has changed since anybody did: also by
    /// what opening the books found out, or a leader that stays for seconds would
    /// never have seen the clock run. A failure costs counters, not events.
    pub fn save(&mut self) {
        if self.state == self.written || !self.lock.holds() {
            return;
        }
        self.written = self.state.clone();
        if let Err(error) = self.state.write(&self.place) {
            log::warn!(target: self.place.log_target(), "cannot write state.json: {error}");
        }
    }
}

fn envelope(event: &Event) -> Envelope<'_> {
    Envelope {
        id: (&*event.id).into(),
        name: (&*event.name).into(),
        time: event.time,
        at: event.at,
        late_ok: event.late_ok,
        event: &event.event,
    }
}

/// The lines that can be settled now: within each segment, those before the
/// first one without a ruling.
fn ruled(slots: &mut [Slot]) -> Vec<&mut Slot> {
    let mut blocked = HashSet::new();
    slots
        .iter_mut()
        .filter(|slot| !slot.settled)
        .filter(|slot| {
            if slot.ruling.is_none() {
                blocked.insert(slot.entry.segment.clone());
            }
            !blocked.contains(&slot.entry.segment)
        })
        .collect()
}
