//! The order in which verdicts reach the disk.
//!
//! A refused event is among the dead letters before its verdict is written,
//! and the verdict on an order is written before its segment's offset moves: whoever
//! is killed in between does a step again and loses nothing. Verdicts on visits are
//! counted, and nowhere looked up.
//!
//! A withdrawal's marker outlives the offset that covers its record.
//!
//! Only the verdict must succeed. Were a batch given up because a dead letter or an
//! offset cannot be written, on a full disk above all, then everything that
//! Pinterest took with it would be sent again, by each leader.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::spool::{
    Content, DeadLetters, Entry, Envelope, FileIdentity, IdSet, Lane, Leader, Ledger, Recent,
    RecentEvent, SegmentName, Settled, SpoolDir, SpoolError, State, Verdict, VerdictLog, Withdrawn,
    fingerprint, prune,
};

use super::batch::{Decision, Pending};
use super::redact::redact;
use super::triage::{ClockReading, History, triage};
use super::{Late, Time, backoff};

/// How often others are told how much the spool holds and what was settled last: not
/// with every look of the leader's, and not with every event.
const PUBLISH_EVERY: Duration = Duration::from_secs(1);

/// What was settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that Pinterest took.
    pub delivered: u64,
    /// Events that it refused.
    pub rejected: u64,
    /// Lines of any kind.
    pub lines: u64,
}

impl Counts {
    /// Adds what was settled after.
    pub fn add(&mut self, more: Self) {
        self.delivered += more.delivered;
        self.rejected += more.rejected;
        self.lines += more.lines;
    }
}

/// Everything a leader writes.
pub struct Committer {
    spool: SpoolDir,
    /// What makes us the one who writes.
    lock: FileIdentity,
    /// What waits.
    pub ledger: Ledger,
    /// What the owner and the next leader are told.
    pub state: State,
    /// The same as it was last written down.
    written: State,
    log: VerdictLog,
    /// The bytes in which the verdicts on lines in flight will fit, by where a line
    /// ends.
    reserved: HashMap<(SegmentName, u64), u64>,
    recent: Recent,
    dead: DeadLetters,
    withdrawn: Withdrawn,
    /// Read with the first order: a leader of visits does without.
    delivered: OnceCell<IdSet>,
    /// When [`Committer::publish`] was last called.
    published: Option<Instant>,
}

impl Committer {
    /// Opens the spool that is led.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(leader: &Leader, generation: u64, time: &dyn Time) -> Result<Self, SpoolError> {
        let spool = leader.spool();
        let log = VerdictLog::new(spool);
        let dead = DeadLetters::new(spool);
        let written = State::read(spool);
        let mut state = written.clone().for_generation(generation);
        let now = time.unix();
        // Noted by a clock that ran ahead: one leader after another would wait.
        let longest = now.saturating_add_unsigned(backoff::LONGEST.as_secs());
        state.retry_at = state.retry_at.map(|at| at.min(longest));
        state.clocks.look(&time.boot_id(), now, time.since_boot());
        let mut ledger = Ledger::new(spool);
        ledger.refresh()?;
        ledger.tidy(now);
        Ok(Self {
            delivered: OnceCell::new(),
            withdrawn: Withdrawn::read(spool),
            state,
            written,
            spool: spool.clone(),
            lock: leader.lock().clone(),
            ledger,
            log,
            reserved: HashMap::new(),
            recent: Recent::read(spool),
            dead,
            published: None,
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
            .published
            .is_none_or(|when| when.elapsed() >= PUBLISH_EVERY)
        {
            self.publish();
        }
        Ok(())
    }

    /// Tells those who capture how much the spool holds, and people what was settled
    /// last.
    pub fn publish(&mut self) {
        if !self.lock.is_current() {
            return;
        }
        self.ledger.tell_held();
        if let Err(error) = self.recent.write(&self.spool) {
            log::warn!(target: self.spool.log_target(), "cannot write recent.json: {error}");
        }
        self.published = Some(Instant::now());
    }

    /// Whether this is still the spool that is led.
    pub fn leads(&self) -> bool {
        self.lock.is_current()
    }

    /// Clears away what killed processes left.
    pub fn tidy(&self, now: i64) {
        self.ledger.tidy(now);
    }

    /// Throws away what is a week old. By a clock that jumped forward all would be:
    /// the verdicts that nobody has read, and the memory of what was delivered.
    pub fn prune(&mut self, now: i64) {
        prune(&self.spool, now);
        self.recent.prune(now);
    }

    /// Looks again at what was taken back.
    pub fn see_withdrawn(&mut self) {
        self.withdrawn = Withdrawn::read(&self.spool);
    }

    /// Reads the clock, and says whether it is to be believed.
    pub fn clock(&mut self, time: &dyn Time) -> ClockReading {
        let now = time.unix();
        let (boot, since_boot) = (time.boot_id(), time.since_boot());
        let trust = self.state.clocks.look(&boot, now, since_boot);
        ClockReading { now, trust }
    }

    /// Whether a line was taken back, as far as that was seen.
    pub fn is_withdrawn(&self, entry: &Entry) -> bool {
        self.withdrawn.contains(&entry.segment, entry.end)
    }

    /// What is to be done with a line.
    pub fn decide(&self, entry: Entry, late: Late, clock: ClockReading) -> Pending {
        let decision = match &entry.content {
            Content::Damaged => Decision::Unreadable("damaged"),
            Content::Torn => Decision::Unreadable("torn"),
            Content::Event(event) => {
                let lane = entry.lane();
                let history = History {
                    delivered: lane == Lane::Revenue && self.is_delivered(&event.id),
                    withdrawn: self.is_withdrawn(&entry),
                };
                triage(event, lane, history, late, clock)
            }
        };
        Pending::new(entry, decision)
    }

    fn is_delivered(&self, id: &str) -> bool {
        let delivered = || IdSet::delivered(&self.spool);
        let delivered = self.delivered.get_or_init(delivered);
        delivered.contains(&fingerprint(id))
    }

    /// Makes sure that the verdicts on these lines can be written, beside those on all
    /// others that are in flight. It lasts until a line is settled or released, however
    /// often it is asked for.
    ///
    /// # Errors
    /// `full` above all; then nothing is reserved for these lines.
    pub fn reserve(&mut self, lines: &[Pending], now: i64) -> Result<(), SpoolError> {
        for line in lines.iter().filter(|line| !line.settled) {
            if line.entry.lane() == Lane::Revenue
                && let Some(event) = line.event()
            {
                let bytes = VerdictLog::wordless_len(&event.id);
                self.reserved.insert(position(line), bytes);
            }
        }
        let reserved = self.log.reserve(self.reserved_bytes(), now);
        if reserved.is_err() {
            self.release(lines);
        }
        reserved
    }

    /// Gives back what was reserved for lines that are not in flight any more.
    pub fn release<'a>(&mut self, lines: impl IntoIterator<Item = &'a Pending>) {
        for line in lines {
            self.reserved.remove(&position(line));
        }
    }

    fn reserved_bytes(&self) -> u64 {
        self.reserved.values().sum()
    }

    /// Settles every line that is decided and whose segment has no line before it
    /// that is not, and whatever Pinterest acknowledged. A line is settled once,
    /// however often this is called.
    ///
    /// # Errors
    /// What the file system says, or that the spool was moved or replaced under
    /// the leader; then the lines, or those of one lane, will be met again.
    pub fn commit(&mut self, lines: &mut [Pending], now: i64) -> Result<Counts, SpoolError> {
        if !self.lock.is_current() {
            self.keep_acknowledgements(lines, now);
            return Err(self.spool.moved());
        }
        let mut done = settleable(lines);
        self.spare_withdrawn(&mut done);
        let mut orders = Vec::new();
        for line in &done {
            if let Decision::Unreadable(reason) = line.decision {
                log::error!(
                    target: self.spool.log_target(),
                    "a line of {} ending at {} cannot be read: {reason}",
                    line.entry.segment.as_str(),
                    line.entry.end
                );
            }
            let Some(settled) = settled(line, now) else {
                continue;
            };
            if let (Verdict::Rejected, Some(event)) = (settled.verdict, line.event()) {
                self.put_dead_letter(event, settled.message.as_deref(), now);
            }
            if line.entry.lane() == Lane::Revenue {
                orders.push(settled);
            }
        }
        self.release(done.iter().map(|line| &**line));
        let written = self.log.append(&orders, self.reserved_bytes(), now);
        if written.is_err() {
            // What is told of visits stands, whatever becomes of the orders.
            done.retain(|line| line.entry.lane() != Lane::Revenue);
        }
        for line in &done[done.len().saturating_sub(Recent::MOST)..] {
            if let Some(mut settled) = settled(line, now) {
                settled.message = settled.message.as_deref().map(redact);
                let lane = line.entry.lane();
                self.recent.push(RecentEvent { settled, lane });
            }
        }
        let mut counts = Counts {
            lines: done.len() as u64,
            ..Counts::default()
        };
        for line in &done {
            match line.decision {
                Decision::Settle {
                    loss: Some(loss), ..
                }
                | Decision::Unreadable(loss) => self.state.lose(loss, 1),
                _ => {}
            }
            counts.rejected += u64::from(line.has(Verdict::Rejected));
            if line.has(Verdict::Delivered)
                && let Some(event) = line.event()
            {
                let known = self.delivered.get_mut();
                let is_new = line.entry.lane() == Lane::Visit
                    || known.is_none_or(|ids| ids.insert(fingerprint(&event.id)));
                counts.delivered += u64::from(is_new);
            }
        }
        self.state.delivered += counts.delivered;
        done.iter_mut().for_each(|line| line.settled = true);
        let mut unmoved = HashSet::new();
        for Range {
            segment,
            start,
            end,
        } in ranges(&done)
        {
            if let Err(error) = self.ledger.settle(segment, start, end) {
                log::warn!(target: self.spool.log_target(), "{error}");
                unmoved.insert(segment);
            }
        }
        self.drop_withdrawn(&done);
        for line in &done {
            // The next leader may meet the record again.
            if !unmoved.contains(&line.entry.segment) {
                self.withdrawn.clear(&line.entry.segment, line.entry.end);
            }
        }
        written.map(|()| counts)
    }

    /// Keeps a refused event where the owner can see it and try it again.
    fn put_dead_letter(&mut self, event: &Envelope<'_>, message: Option<&str>, now: i64) {
        let reason = message.unwrap_or_default().to_owned();
        match self.dead.put(event, reason, now) {
            Ok(dropped) => self.state.lose("dead_letters_full", dropped),
            Err(error) => {
                log::error!(
                    target: self.spool.log_target(),
                    "a rejected event cannot be kept: {error}"
                );
                self.state.lose("dead_letter_unwritten", 1);
            }
        }
    }

    /// The spool was moved or replaced while Pinterest was asked: its paths lead
    /// to another one, in which nothing of ours may be written. The day's file
    /// went with the spool and is still open, so what Pinterest took is written
    /// there, and whoever finds the spool again does not send those orders twice.
    fn keep_acknowledgements(&mut self, lines: &[Pending], now: i64) {
        let orders: Vec<Settled> = lines
            .iter()
            .filter(|line| line.entry.lane() == Lane::Revenue && !line.settled)
            .filter(|line| line.is_acknowledged())
            .filter_map(|line| settled(line, now))
            .collect();
        self.log.append_where_open(&orders);
    }

    /// What was taken back while Pinterest refused it is no dead letter, out of
    /// which it could come again.
    fn spare_withdrawn(&mut self, done: &mut [&mut Pending]) {
        if !done.iter().any(|line| line.has(Verdict::Rejected)) {
            return;
        }
        self.see_withdrawn();
        for line in done.iter_mut().filter(|line| line.has(Verdict::Rejected)) {
            if self.is_withdrawn(&line.entry) {
                line.decision = Decision::settle(Verdict::Withdrawn);
            }
        }
    }

    /// The same for what was taken back while the dead letter was
    /// written: whoever does so later finds it himself, since he looks there last.
    fn drop_withdrawn(&mut self, done: &[&mut Pending]) {
        if !done.iter().any(|line| line.has(Verdict::Rejected)) {
            return;
        }
        self.see_withdrawn();
        for line in done.iter().filter(|line| line.has(Verdict::Rejected)) {
            if self.is_withdrawn(&line.entry)
                && let Some(event) = line.event()
                && let Err(error) = self.dead.remove(&event.id)
            {
                log::error!(target: self.spool.log_target(), "{error}");
            }
        }
    }

    /// Writes the state down where it has changed since anybody did: also by
    /// what opening the spool found out, or a leader that stays for seconds would
    /// never have seen the clock run. A failure costs counters, not events.
    pub fn save(&mut self) {
        if self.state == self.written || !self.lock.is_current() {
            return;
        }
        self.written = self.state.clone();
        if let Err(error) = self.state.write(&self.spool) {
            log::warn!(target: self.spool.log_target(), "cannot write state.json: {error}");
        }
    }
}

/// Where a line is.
fn position(line: &Pending) -> (SegmentName, u64) {
    (line.entry.segment.clone(), line.entry.end)
}

/// What became of the event of a line, if it holds one and that is decided.
fn settled(line: &Pending, now: i64) -> Option<Settled> {
    let (
        Content::Event(event),
        Decision::Settle {
            verdict, message, ..
        },
    ) = (&line.entry.content, &line.decision)
    else {
        return None;
    };
    Some(Settled {
        event_id: event.id.clone().into_owned(),
        event_name: event.name.clone().into_owned(),
        verdict: *verdict,
        at: now,
        message: message.as_deref().map(str::to_owned),
    })
}

/// The lines that can be settled now: within each segment, those before the
/// first one that is not decided. An acknowledgement is written as soon as it is
/// there: an order that is sent again past its first hour is counted twice.
fn settleable(lines: &mut [Pending]) -> Vec<&mut Pending> {
    let mut blocked = HashSet::new();
    lines
        .iter_mut()
        .filter(|line| !line.settled)
        .filter(|line| {
            if !line.is_decided() {
                blocked.insert(line.entry.segment.clone());
            }
            line.is_acknowledged() || !blocked.contains(&line.entry.segment)
        })
        .collect()
}

/// Lines of a segment without a gap between them.
struct Range<'a> {
    segment: &'a SegmentName,
    start: u64,
    end: u64,
}

fn ranges<'a>(lines: &'a [&mut Pending]) -> Vec<Range<'a>> {
    let mut ranges: Vec<Range<'a>> = Vec::new();
    for entry in lines.iter().map(|line| &line.entry) {
        match ranges.last_mut() {
            Some(last) if *last.segment == entry.segment && last.end == entry.start => {
                last.end = entry.end;
            }
            _ => ranges.push(Range {
                segment: &entry.segment,
                start: entry.start,
                end: entry.end,
            }),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Clock;
    use crate::spool::{Durability, Limits, Writer, encode, unix_now};

    fn capture(spool: &SpoolDir, ids: &[&str]) {
        let limits = Limits {
            max_bytes: 1 << 30,
            durability: Durability::Off,
        };
        let mut writer = Writer::new(spool.clone(), Lane::Revenue);
        for id in ids {
            let line = encode(&Envelope {
                id: (*id).into(),
                name: "checkout".into(),
                time: unix_now(),
                at: unix_now(),
                late_ok: false,
                event: "{}".into(),
            });
            writer.append(&line.unwrap(), &limits).unwrap();
        }
    }

    /// The lines that wait in each segment, as batches in flight.
    fn batches(committer: &mut Committer) -> Vec<Vec<Pending>> {
        let segments = committer.ledger.with_work(Lane::Revenue);
        let clock = committer.clock(&Clock);
        let batch = |segment| {
            let entries = committer.ledger.next_of(&segment, 100, 1 << 20);
            let decide = |entry| committer.decide(entry, Late::Send, clock);
            entries.into_iter().map(decide).collect()
        };
        segments.into_iter().map(batch).collect()
    }

    #[test]
    fn batches_in_flight_have_their_space_until_they_are_settled_in_any_order() {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", false).unwrap();
        for ids in [["a1", "a2"], ["b1", "b2"], ["c1", "c2"], ["d1", "d2"]] {
            capture(&spool, &ids);
        }
        let leader = Leader::try_lead(&spool).unwrap().unwrap();
        let mut committer = Committer::open(&leader, 0, &Clock).unwrap();
        let mut batches = batches(&mut committer);
        assert_eq!(batches.len(), 4);
        let (now, each) = (unix_now(), 2 * VerdictLog::wordless_len("a1"));
        for (n, batch) in batches.iter().enumerate() {
            // However often it is asked for.
            for _ in 0..2 {
                committer.reserve(batch, now).unwrap();
                assert_eq!(committer.reserved_bytes(), (n as u64 + 1) * each);
            }
        }
        for (done, left) in [(2, 3), (0, 2), (3, 1)] {
            for line in &mut batches[done] {
                line.decision = Decision::settle(Verdict::Delivered);
            }
            for counted in [2, 0] {
                let counts = committer.commit(&mut batches[done], now).unwrap();
                assert_eq!(counts.delivered, counted);
                assert_eq!(committer.reserved_bytes(), left * each);
            }
        }
        // The last is not in flight any more: its call failed.
        for _ in 0..2 {
            committer.release(&batches[1]);
            assert_eq!(committer.reserved_bytes(), 0);
        }
    }
}
