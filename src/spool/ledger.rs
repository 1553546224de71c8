//! The leader's view of a spool: which segments there are, and what in them is
//! not settled.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::SegmentName;
use super::checked::Acks;
use super::checked::HeldBytes;
use super::error::Context;
use super::record::{self, Entry, Envelope, Lines, Record, Rest};
use super::{Lane, Reason, SpoolDir, SpoolError, Withdrawn, disk};

/// A leader may stay for days, and a disk that could not be read a moment ago may
/// be well again: this is about a minute of a leader who waits.
const LEFT_ALONE: u32 = 1_000;

/// What waits in a spool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Completed orders.
    pub revenue: u64,
    /// Everything else.
    pub visit: u64,
    /// When the oldest of them was captured, unix seconds.
    pub oldest_at: Option<i64>,
    /// Why some that may wait could not be counted.
    pub unread: Option<SpoolError>,
}

impl Waiting {
    /// Both lanes together.
    pub fn total(&self) -> u64 {
        self.revenue + self.visit
    }
}

/// What is known of one segment.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub acked: u64,
    pub len: u64,
    /// The next record is of a later version, or the file cannot be read: for how
    /// many looks it is left alone.
    blocked: u32,
    /// It was met to be of a later version, which is logged once.
    later_version: bool,
}

impl Known {
    pub fn has_work(&self) -> bool {
        !self.is_done() && !self.is_blocked()
    }

    /// Whether it is left alone for now.
    pub fn is_blocked(&self) -> bool {
        self.blocked > 0
    }

    /// Whether it is left alone because it cannot be read.
    pub fn is_unreadable(&self) -> bool {
        self.is_blocked() && !self.later_version
    }

    /// Whether it is settled to its end.
    pub fn is_done(&self) -> bool {
        self.acked >= self.len
    }
}

/// The segments of a spool and how far each is settled.
#[derive(Debug)]
pub struct Ledger {
    pub(super) spool: SpoolDir,
    pub(super) dir: PathBuf,
    pub(super) acks: Acks,
    pub(super) segments: BTreeMap<SegmentName, Known>,
}

impl Ledger {
    /// A view that has not looked yet.
    pub fn new(spool: &SpoolDir) -> Self {
        Self {
            dir: spool.file("seg"),
            acks: Acks::new(spool),
            spool: spool.clone(),
            segments: BTreeMap::new(),
        }
    }

    /// Looks at the directory again.
    ///
    /// # Errors
    /// What the file system says.
    pub fn refresh(&mut self) -> Result<(), SpoolError> {
        let mut there = HashSet::new();
        for name in disk::names(self.spool.disk(), &self.dir).context("read", &self.dir)? {
            if let Some(name) = SegmentName::parse(&name)
                && self.see(&name).is_some()
            {
                there.insert(name);
            }
        }
        self.segments.retain(|name, _| there.contains(name));
        Ok(())
    }

    /// Looks at one segment; nothing where it is gone.
    pub(super) fn see(&mut self, name: &SegmentName) -> Option<&Known> {
        // A writer may have removed it, or the leader before us.
        let meta = fs::symlink_metadata(self.dir.join(name.as_str())).ok()?;
        if !meta.is_file() {
            return None;
        }
        let acks = &self.acks;
        let known = self.segments.entry(name.clone()).or_insert_with(|| Known {
            // More than there is cannot have been settled: a power cut may
            // keep the one and lose the other.
            acked: Some(acks.get(name))
                .filter(|acked| *acked <= meta.len())
                .unwrap_or(0),
            ..Known::default()
        });
        known.len = meta.len();
        known.blocked = known.blocked.saturating_sub(1);
        Some(known)
    }

    /// Tells those who capture how much the spool holds, by what was seen of the
    /// segments. Only the leader may.
    pub fn tell_held(&self) {
        let waiting: u64 = self.segments.values().map(|known| known.len).sum();
        let settled = HeldBytes::count(&self.spool, "settled");
        HeldBytes::write(&self.spool, waiting.saturating_add(settled));
    }

    /// Whether any line is not settled, and whether one of them is an order.
    pub fn work(&self) -> Option<Lane> {
        self.segments
            .iter()
            .find(|(_, known)| known.has_work())
            .map(|(name, _)| name.lane())
    }

    /// Bytes that are not settled.
    pub fn unsettled_bytes(&self) -> u64 {
        self.segments
            .values()
            .filter(|known| known.has_work())
            .map(|known| known.len - known.acked)
            .sum()
    }

    /// The segments of a lane in which lines wait.
    pub fn with_work(&self, lane: Lane) -> Vec<SegmentName> {
        let known = self.segments.iter();
        known
            .filter(|(name, known)| name.lane() == lane && known.has_work())
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The next lines of one segment.
    pub fn next_of(&mut self, segment: &SegmentName, events: usize, bytes: u64) -> Vec<Entry> {
        self.next_in(|name| name == segment, events, bytes)
    }

    /// The next lines, orders first, each segment in its order: at most
    /// `events` lines and about `bytes` bytes, but at least one. A segment that
    /// cannot be read holds up no other.
    pub fn next(&mut self, events: usize, bytes: u64) -> Vec<Entry> {
        self.next_in(|_| true, events, bytes)
    }

    fn next_in(
        &mut self,
        is_meant: impl Fn(&SegmentName) -> bool,
        events: usize,
        bytes: u64,
    ) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut left = bytes.max(1);
        for (name, known) in &mut self.segments {
            if !known.has_work() || !is_meant(name) {
                continue;
            }
            if entries.len() >= events || left == 0 {
                break;
            }
            let path = self.dir.join(name.as_str());
            let rest = Rest {
                segment: name,
                path: &path,
                from: known.acked,
                len: known.len,
            };
            match record::next(self.spool.disk(), rest, events, left, &mut entries) {
                Ok(looked) => {
                    left = left.saturating_sub(looked.bytes);
                    known.blocked = if looked.blocked { LEFT_ALONE } else { 0 };
                    if looked.blocked && !known.later_version {
                        log::warn!(
                            target: self.spool.log_target(),
                            "{}",
                            of_later_version(&path)
                        );
                    }
                    known.later_version = looked.blocked;
                }
                Err(error) => {
                    log::error!(
                        target: self.spool.log_target(),
                        "cannot read {}: {error}",
                        path.display()
                    );
                    known.blocked = LEFT_ALONE;
                    known.later_version = false;
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

    /// Counts what waits, leaving out what was taken back. Of the backlog it
    /// sums up every line and reads one a segment, the oldest.
    ///
    /// # Errors
    /// What the file system says.
    pub fn waiting(&mut self, withdrawn: &Withdrawn) -> Result<Waiting, SpoolError> {
        let mut waiting = Waiting::default();
        // The segment whose oldest event was read.
        let read = RefCell::new(None);
        let is_unread = |segment: &SegmentName, _: &[u8]| read.borrow().as_ref() != Some(segment);
        let unread = self.scan(is_unread, |segment, end, event| {
            if withdrawn.contains(segment, end) {
                return;
            }
            match segment.lane() {
                Lane::Revenue => waiting.revenue += 1,
                Lane::Visit => waiting.visit += 1,
            }
            if let Some(event) = event {
                let oldest = waiting.oldest_at.map_or(event.at, |at| at.min(event.at));
                waiting.oldest_at = Some(oldest);
                read.replace(Some(segment.clone()));
            }
        })?;
        waiting.unread = unread;
        Ok(waiting)
    }

    /// Shows every event that waits, and where its line ends, to `see`; read only
    /// where `wants` says so of the line's JSON, or where that is damaged. A
    /// request may ask, so what is not wanted costs no more than its checksum.
    /// Says why a segment could not be read to its end, if one could not.
    ///
    /// # Errors
    /// What the file system says of the directory.
    pub fn scan(
        &mut self,
        mut wants: impl FnMut(&SegmentName, &[u8]) -> bool,
        mut see: impl FnMut(&SegmentName, u64, Option<&Envelope<'_>>),
    ) -> Result<Option<SpoolError>, SpoolError> {
        self.refresh()?;
        let mut unread = None;
        for (name, known) in self.segments.iter().filter(|(_, known)| known.has_work()) {
            let (disk, path) = (self.spool.disk(), self.dir.join(name.as_str()));
            let rest = known.len - known.acked;
            let text = disk::open_if_there(disk, &path).and_then(|file| {
                let Some(file) = file else { return Ok(None) };
                disk::read_at(disk, &file, known.acked, rest).map(Some)
            });
            let text = match text.context("read", &path) {
                Ok(text) => text.unwrap_or_default(),
                Err(error) => {
                    unread = Some(error);
                    continue;
                }
            };
            let mut end = known.acked;
            'lines: for line in text.split_inclusive(|byte| *byte == b'\n') {
                let start = end;
                end += line.len() as u64;
                let sound = line.strip_suffix(b"\n").and_then(record::sound);
                if sound.is_some_and(|json| !wants(name, json)) {
                    see(name, end, None);
                    continue;
                }
                for (offset, record) in Lines::new(line) {
                    match record {
                        Record::Whole(event) => see(name, start + offset as u64, Some(&event)),
                        Record::LaterVersion => {
                            unread = Some(of_later_version(&path));
                            break 'lines;
                        }
                        Record::Damaged => {}
                    }
                }
            }
        }
        Ok(unread)
    }
}

fn of_later_version(segment: &Path) -> SpoolError {
    SpoolError::new(
        Reason::LaterVersion,
        format!(
            "{} holds events of a later version of Pinrelay, which are left to that",
            segment.display()
        ),
    )
}
