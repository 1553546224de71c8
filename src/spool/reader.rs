//! The leader's view of a spool: which segments there are, what in them is
//! not settled, and when a segment can go.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde_json::value::RawValue;

use super::ack::Acks;
use super::error::Context;
use super::record::{self, Record};
use super::segment::SegmentName;
use super::{Disk, Lane, Place, SpoolError, Withdrawn, files};

/// A segment that nobody has written to for this long is deleted as soon as it
/// is settled; a busier one may be written to again, and stays a little.
const IDLE_SECONDS: i64 = 5;
/// A segment that is this old is deleted even when it is busy.
const LONGEST_LIFE: i64 = 30 * 60;
/// A segment that was never renamed into place was abandoned by its maker.
const STILLBORN_SECONDS: i64 = 3_600;
/// No record is longer; what has no end by then is no record.
const LONGEST_LINE: u64 = 2 << 20;

/// One line of a segment that is not settled yet.
#[derive(Debug)]
pub struct Entry {
    /// Where it stands.
    pub segment: SegmentName,
    /// The offset behind it.
    pub end: u64,
    /// What it says.
    pub content: Content,
}

/// What a line turned out to be.
#[derive(Debug)]
pub enum Content {
    /// An event.
    Event(Event),
    /// A whole line whose event cannot be read any more: lost.
    Damaged,
    /// The beginning of a record whose writer died or failed, so that its
    /// caller was never told that it is safe.
    Torn,
}

/// The facts of a record, and its bytes.
#[derive(Debug)]
pub struct Event {
    /// `event_id`.
    pub id: String,
    /// `event_name`.
    pub name: String,
    /// `event_time`, unix seconds.
    pub time: i64,
    /// Capture time, unix seconds.
    pub at: i64,
    /// Deliver even after the first hour.
    pub late_ok: bool,
    /// The API's object.
    pub event: Box<RawValue>,
}

impl Entry {
    /// The lane it waits in.
    pub fn lane(&self) -> Lane {
        self.segment.lane()
    }
}

/// What waits in a spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Completed orders.
    pub revenue: u64,
    /// Everything else.
    pub visit: u64,
    /// When the oldest of them was captured, unix seconds.
    pub oldest_at: Option<i64>,
}

impl Waiting {
    /// Both lanes together.
    pub fn total(&self) -> u64 {
        self.revenue + self.visit
    }
}

#[derive(Debug, Default)]
struct Known {
    acked: u64,
    len: u64,
    /// The next record is of a later version, or the file cannot be read: it is
    /// left to the next leader.
    blocked: bool,
}

impl Known {
    fn has_work(&self) -> bool {
        self.acked < self.len && !self.blocked
    }
}

/// The segments of a spool and how far each is settled.
#[derive(Debug)]
pub struct Ledger {
    place: Place,
    dir: PathBuf,
    acks: Acks,
    segments: BTreeMap<SegmentName, Known>,
}

impl Ledger {
    /// A view that has not looked yet.
    pub fn new(place: &Place) -> Self {
        Self {
            dir: place.file("seg"),
            acks: Acks::new(place),
            place: place.clone(),
            segments: BTreeMap::new(),
        }
    }

    /// Looks at the directory again.
    ///
    /// # Errors
    /// What the file system says.
    pub fn refresh(&mut self) -> Result<(), SpoolError> {
        let mut there = HashSet::new();
        for name in files::names(self.place.disk(), &self.dir).context("read", &self.dir)? {
            let Some(name) = SegmentName::parse(&name) else {
                continue;
            };
            // A writer may have removed it, or the leader before us.
            let Ok(meta) = fs::symlink_metadata(self.dir.join(name.as_str())) else {
                continue;
            };
            if !meta.is_file() {
                continue;
            }
            let acks = &self.acks;
            let known = self.segments.entry(name.clone()).or_insert_with(|| Known {
                acked: acks.get(&name),
                ..Known::default()
            });
            known.len = meta.len();
            there.insert(name);
        }
        self.segments.retain(|name, _| there.contains(name));
        Ok(())
    }

    /// Whether any line is not settled, and whether one of them is an order.
    pub fn work(&self) -> Option<Lane> {
        self.segments
            .iter()
            .find(|(_, known)| known.has_work())
            .map(|(name, _)| name.lane())
    }

    /// Whether a leader is needed: lines wait, or one that was killed left
    /// settled lines behind.
    pub fn needs_leader(&self, now: i64) -> bool {
        self.segments.iter().any(|(name, known)| {
            known.has_work() || known.acked >= known.len && name.is_older_than(now - LONGEST_LIFE)
        })
    }

    /// Bytes that are not settled.
    pub fn unsettled_bytes(&self) -> u64 {
        self.segments
            .values()
            .filter(|known| known.has_work())
            .map(|known| known.len - known.acked)
            .sum()
    }

    /// The next lines, orders first, each segment in its order: at most
    /// `events` lines and about `bytes` bytes, but at least one. A segment that
    /// cannot be read holds up no other.
    pub fn next(&mut self, events: usize, bytes: u64) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut left = bytes.max(1);
        for (name, known) in &mut self.segments {
            if !known.has_work() {
                continue;
            }
            if entries.len() >= events || left == 0 {
                break;
            }
            let path = self.dir.join(name.as_str());
            match next_of(
                self.place.disk(),
                &path,
                name,
                known,
                events,
                left,
                &mut entries,
            ) {
                Ok(read) => left = left.saturating_sub(read),
                Err(error) => {
                    log::error!(target: self.place.log_target(), "cannot read {}: {error}", path.display());
                    known.blocked = true;
                }
            }
        }
        entries
    }

    /// Moves a segment's offset to `end`: everything before it is settled.
    ///
    /// # Errors
    /// What the file system says; then the next leader meets the events again,
    /// unless the segment is swept before.
    pub fn settle(&mut self, segment: &SegmentName, end: u64) -> Result<(), SpoolError> {
        if let Some(known) = self.segments.get_mut(segment)
            && known.acked < end
        {
            known.acked = end;
            self.acks
                .set(segment, end)
                .context("acknowledge in", &self.dir)?;
        }
        Ok(())
    }

    /// Deletes segments that are settled to their end: with `all`, every one
    /// that no writer is in the middle of; else those that have gone quiet or
    /// are old. Settled lines hold addresses and agents, and must not outlive
    /// an hour where a writer adds one every few seconds.
    pub fn sweep(&mut self, all: bool, now: i64) {
        let done: Vec<_> = self
            .segments
            .iter()
            .filter(|(_, known)| known.acked >= known.len)
            .map(|(name, known)| (name.clone(), known.acked))
            .collect();
        for (name, acked) in done {
            let path = self.dir.join(name.as_str());
            // What fails here is tried again at the next sweep.
            let Ok(Some(file)) = files::open_if_there(self.place.disk(), &path) else {
                continue;
            };
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
                continue;
            }
            let old = all || name.is_older_than(now - LONGEST_LIFE);
            // Looked at under the lock: nothing can be added any more.
            let done = file.metadata().is_ok_and(|meta| {
                meta.len() <= acked && (old || meta.mtime() <= now - IDLE_SECONDS)
            });
            if done && files::remove(self.place.disk(), &path).is_ok() {
                let _ = self.acks.forget(&name);
                self.segments.remove(&name);
            }
        }
    }

    /// Clears what killed processes left: segments that never got their name,
    /// and offsets of segments that are gone. Only the leader may.
    pub fn tidy(&self, now: i64) {
        self.acks.tidy();
        for segment in self.acks.segments().unwrap_or_default() {
            if !self.segments.contains_key(&segment) {
                let _ = self.acks.forget(&segment);
            }
        }
        let hidden = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        for entry in hidden {
            let is_old = entry
                .metadata()
                .is_ok_and(|meta| meta.mtime() < now - STILLBORN_SECONDS);
            if is_old && entry.file_name().as_encoded_bytes().starts_with(b".") {
                let _ = files::remove(self.place.disk(), &entry.path());
            }
        }
    }

    /// Counts what waits, leaving out what was taken back. Reads the whole
    /// backlog: for people and tests, not for the sender.
    ///
    /// # Errors
    /// What the file system says.
    pub fn waiting(&mut self, withdrawn: &Withdrawn) -> Result<Waiting, SpoolError> {
        let mut waiting = Waiting::default();
        self.scan(|lane, event| {
            if withdrawn.contains(&event.id) {
                return;
            }
            match lane {
                Lane::Revenue => waiting.revenue += 1,
                Lane::Visit => waiting.visit += 1,
            }
            let oldest = waiting.oldest_at.map_or(event.at, |at| at.min(event.at));
            waiting.oldest_at = Some(oldest);
        })?;
        Ok(waiting)
    }

    /// Shows every event that waits to `see`.
    ///
    /// # Errors
    /// What the file system says.
    pub fn scan(
        &mut self,
        mut see: impl FnMut(Lane, &record::Envelope<'_>),
    ) -> Result<(), SpoolError> {
        self.refresh()?;
        for (name, known) in self.segments.iter().filter(|(_, known)| known.has_work()) {
            // What cannot be read is not counted; the leader logs it.
            let (disk, path) = (self.place.disk(), self.dir.join(name.as_str()));
            let Ok(Some(file)) = files::open_if_there(disk, &path) else {
                continue;
            };
            let rest = known.len - known.acked;
            let Ok(text) = files::read_at(disk, &file, known.acked, rest) else {
                continue;
            };
            for line in text.split(|b| *b == b'\n') {
                if let Record::Whole(event) = record::decode(line) {
                    see(name.lane(), &event);
                }
            }
        }
        Ok(())
    }
}

/// Adds the next lines of one segment, of about `left` bytes, and says how
/// many bytes they cost.
fn next_of(
    disk: &dyn Disk,
    path: &Path,
    segment: &SegmentName,
    known: &mut Known,
    most: usize,
    left: u64,
    entries: &mut Vec<Entry>,
) -> io::Result<u64> {
    let Some(file) = files::open_if_there(disk, path)? else {
        return Ok(0);
    };
    let rest = known.len - known.acked;
    let mut text = files::read_at(disk, &file, known.acked, rest.min(left))?;
    if !text.contains(&b'\n') && rest > left {
        if !entries.is_empty() {
            return Ok(left); // It does not fit any more, and the batch is full.
        }
        text = files::read_at(disk, &file, known.acked, rest.min(LONGEST_LINE))?;
    }
    let read = text.len() as u64;
    let before = entries.len();
    let readable = split(&text, segment, known.acked, most, entries);
    known.blocked = !readable && entries.len() == before;
    let end = entries[before..].last().map_or(known.acked, |e| e.end);
    let is_tail = known.acked + read > end && readable && entries.len() < most;
    if is_tail && end == known.acked && read >= LONGEST_LINE {
        entries.push(Entry {
            segment: segment.clone(),
            end: end + read,
            content: Content::Damaged,
        });
    } else if is_tail && read >= rest {
        entries.extend(torn_tail(disk, &file, segment, end, known.len));
    }
    Ok(read)
}

/// Adds an entry for each whole line, `most` entries at most. False when it
/// met a record of a later version, behind which nothing can be settled.
fn split(
    text: &[u8],
    segment: &SegmentName,
    start: u64,
    most: usize,
    entries: &mut Vec<Entry>,
) -> bool {
    let mut end = start;
    for line in text.split_inclusive(|b| *b == b'\n') {
        if line.last() != Some(&b'\n') || entries.len() >= most {
            break;
        }
        end += line.len() as u64;
        let content = match record::decode(&line[..line.len() - 1]) {
            Record::Foreign => return false,
            Record::Damaged => Content::Damaged,
            Record::Whole(record) => Content::Event(Event {
                id: record.id.into_owned(),
                name: record.name.into_owned(),
                time: record.time,
                at: record.at,
                late_ok: record.late_ok,
                event: record.event.to_owned(),
            }),
        };
        entries.push(Entry {
            segment: segment.clone(),
            end,
            content,
        });
    }
    true
}

/// Half a line at a segment's end is either being written or all that will
/// ever be there; the segment's lock tells which.
fn torn_tail(
    disk: &dyn Disk,
    file: &File,
    segment: &SegmentName,
    from: u64,
    len: u64,
) -> Option<Entry> {
    flock(file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let same_len = file.metadata().is_ok_and(|meta| meta.len() == len);
    let text = files::read_at(disk, file, from, len - from).unwrap_or_default();
    let _ = flock(file, FlockOperation::Unlock);
    let torn = same_len && !text.is_empty() && !text.contains(&b'\n');
    torn.then(|| Entry {
        segment: segment.clone(),
        end: len,
        content: Content::Torn,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::{Durability, Envelope, Limits, Writer};

    const LIMITS: Limits = Limits {
        durability: Durability::Off,
        max_bytes: 1 << 30,
    };

    fn place() -> (tempfile::TempDir, Place) {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::open(&dir.path().join("root"), "site", "1", false).unwrap();
        (dir, place)
    }

    fn line(id: &str) -> Vec<u8> {
        let event = RawValue::from_string("{}".into()).unwrap();
        record::encode(&Envelope {
            id: id.into(),
            name: "checkout".into(),
            time: 1,
            at: 1,
            late_ok: false,
            event: &event,
        })
        .unwrap()
    }

    fn ids(entries: &[Entry]) -> Vec<&str> {
        entries
            .iter()
            .map(|entry| match &entry.content {
                Content::Event(event) => &*event.id,
                Content::Damaged => "damaged",
                Content::Torn => "torn",
            })
            .collect()
    }

    fn next(ledger: &mut Ledger, events: usize) -> Vec<Entry> {
        ledger.refresh().unwrap();
        ledger.next(events, 1 << 20)
    }

    #[test]
    fn orders_come_before_visits_and_each_in_line() {
        let (_dir, place) = place();
        for (lane, id) in [
            (Lane::Visit, "v1"),
            (Lane::Revenue, "r1"),
            (Lane::Visit, "v2"),
        ] {
            Writer::new(place.clone(), lane)
                .append(&line(id), &LIMITS)
                .unwrap();
        }
        let mut ledger = Ledger::new(&place);
        assert_eq!(ids(&next(&mut ledger, 9)), ["r1", "v1", "v2"]);
        assert_eq!(ids(&next(&mut ledger, 2)), ["r1", "v1"]);
    }

    #[test]
    fn what_is_settled_is_not_met_again_and_its_file_goes() {
        let (_dir, place) = place();
        let mut writer = Writer::new(place.clone(), Lane::Revenue);
        for id in ["a", "b", "c"] {
            writer.append(&line(id), &LIMITS).unwrap();
        }
        let mut ledger = Ledger::new(&place);
        let entries = next(&mut ledger, 2);
        ledger.settle(&entries[1].segment, entries[1].end).unwrap();
        let mut later = Ledger::new(&place);
        assert_eq!(ids(&next(&mut later, 9)), ["c"]);
        let entries = next(&mut later, 9);
        later.settle(&entries[0].segment, entries[0].end).unwrap();
        later.sweep(true, 0);
        assert!(
            files::names(place.disk(), &place.file("seg"))
                .unwrap()
                .is_empty()
        );
        assert!(
            files::names(place.disk(), &place.file("ack"))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn a_busy_segment_goes_when_it_is_old() {
        let (_dir, place) = place();
        let mut writer = Writer::new(place.clone(), Lane::Revenue);
        writer.append(&line("a"), &LIMITS).unwrap();
        let mut ledger = Ledger::new(&place);
        let entries = next(&mut ledger, 9);
        ledger.settle(&entries[0].segment, entries[0].end).unwrap();
        let path = place.file("seg").join(entries[0].segment.as_str());
        for (age, is_there) in [(LONGEST_LIFE - 60, true), (LONGEST_LIFE + 60, false)] {
            let now = files::unix_now() + age;
            let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(now as u64);
            let file = fs::File::open(&path).unwrap();
            file.set_modified(written).unwrap();
            ledger.sweep(false, now);
            assert_eq!(path.exists(), is_there, "{age}");
        }
    }

    #[test]
    fn a_writer_whose_segment_was_swept_writes_elsewhere() {
        let (_dir, place) = place();
        let mut writer = Writer::new(place.clone(), Lane::Revenue);
        let mut ledger = Ledger::new(&place);
        for id in ["a", "b", "c"] {
            writer.append(&line(id), &LIMITS).unwrap();
            let entries = next(&mut ledger, 9);
            assert_eq!(ids(&entries), [id]);
            ledger.settle(&entries[0].segment, entries[0].end).unwrap();
            ledger.sweep(true, 0);
        }
    }

    #[test]
    fn a_damaged_line_costs_one_line_and_a_torn_tail_none_before_it() {
        let (_dir, place) = place();
        let mut writer = Writer::new(place.clone(), Lane::Revenue);
        for id in ["a", "b", "c"] {
            writer.append(&line(id), &LIMITS).unwrap();
        }
        let name = files::names(place.disk(), &place.file("seg"))
            .unwrap()
            .remove(0);
        let path = place.file("seg").join(name);
        let mut text = fs::read(&path).unwrap();
        let at = line("a").len() + 20;
        text[at] ^= 4;
        text.extend_from_slice(&line("d")[..30]);
        fs::write(&path, text).unwrap();
        drop(writer);
        let mut ledger = Ledger::new(&place);
        let entries = next(&mut ledger, 9);
        assert_eq!(ids(&entries), ["a", "damaged", "c", "torn"]);
        ledger.settle(&entries[3].segment, entries[3].end).unwrap();
        assert_eq!(ledger.work(), None);
    }

    #[test]
    fn half_a_line_is_left_alone_while_its_writer_is_at_it() {
        let (_dir, place) = place();
        Writer::new(place.clone(), Lane::Revenue)
            .append(&line("a"), &LIMITS)
            .unwrap();
        let name = files::names(place.disk(), &place.file("seg"))
            .unwrap()
            .remove(0);
        let path = place.file("seg").join(name);
        let file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        io::Write::write_all(&mut &file, &line("b")[..30]).unwrap();
        let mut ledger = Ledger::new(&place);
        assert_eq!(ids(&next(&mut ledger, 9)), ["a"]);
        drop(file);
        assert_eq!(ids(&next(&mut ledger, 9)), ["a", "torn"]);
    }

    #[test]
    fn an_event_longer_than_a_batch_still_comes() {
        let (_dir, place) = place();
        let mut writer = Writer::new(place.clone(), Lane::Revenue);
        writer.append(&line(&"x".repeat(5_000)), &LIMITS).unwrap();
        let mut ledger = Ledger::new(&place);
        ledger.refresh().unwrap();
        assert_eq!(ledger.next(9, 100).len(), 1);
    }

    /// One record in each: a, b, c.
    fn three_segments() -> (tempfile::TempDir, Place, Ledger) {
        let (dir, place) = place();
        for id in ["a", "b", "c"] {
            Writer::new(place.clone(), Lane::Revenue)
                .append(&line(id), &LIMITS)
                .unwrap();
        }
        let mut ledger = Ledger::new(&place);
        ledger.refresh().unwrap();
        (dir, place, ledger)
    }

    #[test]
    fn a_batch_is_not_stretched_by_a_line_that_does_not_fit() {
        let (_dir, _place, mut ledger) = three_segments();
        let bytes = 2 * line("a").len() as u64 + 5;
        assert_eq!(ids(&ledger.next(9, bytes)), ["a", "b"]);
    }

    #[test]
    fn a_segment_that_cannot_be_read_holds_up_no_other() {
        let (_dir, place, mut ledger) = three_segments();
        let mut names = files::names(place.disk(), &place.file("seg")).unwrap();
        names.sort_unstable();
        let second = place.file("seg").join(&names[1]);
        fs::remove_file(&second).unwrap();
        // Opens, and fails to be read.
        fs::create_dir(&second).unwrap();
        assert_eq!(ids(&ledger.next(9, 1 << 20)), ["a", "c"]);
    }

    #[test]
    fn what_is_before_a_record_of_a_later_version_stays_in_line() {
        let (_dir, place) = place();
        let mut writer = Writer::new(place.clone(), Lane::Revenue);
        let json = br#"{"v":2}"#;
        let later = format!("2 {:08x} {{\"v\":2}}\n", crc32c::crc32c(json));
        for line in [line("a"), later.into_bytes(), line("b")] {
            writer.append(&line, &LIMITS).unwrap();
        }
        let mut ledger = Ledger::new(&place);
        assert_eq!(ids(&next(&mut ledger, 9)), ["a"]);
        // The call failed: it is to be sent again.
        assert_eq!(ledger.work(), Some(Lane::Revenue));
        let entries = next(&mut ledger, 9);
        ledger.settle(&entries[0].segment, entries[0].end).unwrap();
        assert_eq!(ids(&next(&mut ledger, 9)), [""; 0]);
        assert_eq!(ledger.work(), None);
    }

    #[test]
    fn garbage_without_an_end_is_passed_over() {
        let (_dir, place) = place();
        let mut text = vec![b'x'; 5 << 20];
        text.push(b'\n');
        text.extend_from_slice(&line("a"));
        let name = SegmentName::fresh(Lane::Revenue);
        fs::write(place.file("seg").join(name.as_str()), text).unwrap();
        let mut ledger = Ledger::new(&place);
        let mut seen = Vec::new();
        while seen.last().is_none_or(|id| id != "a") {
            let entries = next(&mut ledger, 1);
            seen.extend(ids(&entries).iter().map(|id| (*id).to_owned()));
            ledger.settle(&entries[0].segment, entries[0].end).unwrap();
        }
        assert!(seen.len() > 1);
    }

    #[test]
    fn visits_are_refused_before_orders_are() {
        let (_dir, place) = place();
        let limits = Limits {
            max_bytes: 1_000,
            ..LIMITS
        };
        let mut visits = Writer::new(place.clone(), Lane::Visit);
        let refused = (0..20).find_map(|_| visits.append(&line("v"), &limits).err());
        assert_eq!(refused.unwrap().reason, crate::spool::Reason::Full);
        let mut orders = Writer::new(place.clone(), Lane::Revenue);
        orders.append(&line("r"), &limits).unwrap();
    }
}
