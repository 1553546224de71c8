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

/// How far one segment is settled. Offsets and lengths are bytes.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Everything before it is settled, and that is on disk.
    pub acked: u64,
    /// Everything before it is on its way to Pinterest, or settled; progress to this
    /// leader alone.
    taken: u64,
    /// Behind `acked`, where lines before are still on their way: what is settled,
    /// from its start to its end.
    ahead: BTreeMap<u64, u64>,
    pub len: u64,
    /// The next record is of a later version, or the file cannot be read: for how
    /// many looks it is left alone.
    blocked: u32,
    /// It was met to be of a later version, which is logged once.
    later_version: bool,
}

impl Progress {
    /// Whether lines can be taken.
    pub fn has_work(&self) -> bool {
        self.next() < self.len && !self.is_blocked()
    }

    /// Where the next line to be taken begins.
    fn next(&self) -> u64 {
        let mut next = self.acked.max(self.taken);
        while let Some(end) = self.ahead.get(&next) {
            next = *end;
        }
        next
    }

    /// The end of what can be taken from `next` on without a gap.
    fn end_from(&self, next: u64) -> u64 {
        let ahead = self.ahead.range(next..).next();
        ahead.map_or(self.len, |(start, _)| self.len.min(*start))
    }

    /// Notes lines as settled. Says whether the offset moves.
    fn settle(&mut self, start: u64, end: u64) -> bool {
        if start > self.acked {
            self.ahead.insert(start, end);
            return false;
        }
        if end <= self.acked {
            return false;
        }
        self.acked = end;
        while let Some((start, end)) = self.ahead.first_key_value().map(|(s, e)| (*s, *e))
            && start <= self.acked
        {
            self.ahead.remove(&start);
            self.acked = self.acked.max(end);
        }
        true
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
    pub(super) segments: BTreeMap<SegmentName, Progress>,
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
    pub(super) fn see(&mut self, name: &SegmentName) -> Option<&Progress> {
        // A writer may have removed it, or the leader before us.
        let meta = fs::symlink_metadata(self.dir.join(name.as_str())).ok()?;
        if !meta.is_file() {
            return None;
        }
        let acks = &self.acks;
        let progress = self
            .segments
            .entry(name.clone())
            .or_insert_with(|| Progress {
                // More than there is cannot have been settled: a power cut may
                // keep the one and lose the other.
                acked: Some(acks.get(name))
                    .filter(|acked| *acked <= meta.len())
                    .unwrap_or(0),
                ..Progress::default()
            });
        progress.len = meta.len();
        progress.blocked = progress.blocked.saturating_sub(1);
        Some(progress)
    }

    /// Tells those who capture how much the spool holds, by what was seen of the
    /// segments. Only the leader may.
    pub fn tell_held(&self) {
        let waiting: u64 = self.segments.values().map(|progress| progress.len).sum();
        let settled = HeldBytes::count(&self.spool, "settled");
        HeldBytes::write(&self.spool, waiting.saturating_add(settled));
    }

    /// Whether any line can be taken, and whether one of them is an order.
    pub fn work(&self) -> Option<Lane> {
        self.segments
            .iter()
            .find(|(_, progress)| progress.has_work())
            .map(|(name, _)| name.lane())
    }

    /// Bytes that can be taken, about.
    pub fn untaken_bytes(&self) -> u64 {
        self.segments
            .values()
            .filter(|progress| progress.has_work())
            .map(|progress| progress.len - progress.next())
            .sum()
    }

    /// The segments of a lane in which lines can be taken.
    pub fn with_work(&self, lane: Lane) -> Vec<SegmentName> {
        let progress = self.segments.iter();
        progress
            .filter(|(name, progress)| name.lane() == lane && progress.has_work())
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

    /// The same of one lane.
    pub fn next_of_lane(&mut self, lane: Lane, events: usize, bytes: u64) -> Vec<Entry> {
        self.next_in(|name| name.lane() == lane, events, bytes)
    }

    /// Marks a segment's lines before `end` as on their way: they are not taken
    /// again, until [`release`](Self::release).
    pub fn take(&mut self, segment: &SegmentName, end: u64) {
        if let Some(progress) = self.segments.get_mut(segment) {
            progress.taken = progress.taken.max(end);
        }
    }

    /// Nothing is on its way any more: what is not settled can be taken again.
    pub fn release(&mut self) {
        for progress in self.segments.values_mut() {
            progress.taken = 0;
        }
    }

    fn next_in(
        &mut self,
        is_meant: impl Fn(&SegmentName) -> bool,
        events: usize,
        bytes: u64,
    ) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut left = bytes.max(1);
        for (name, progress) in &mut self.segments {
            if !progress.has_work() || !is_meant(name) {
                continue;
            }
            if entries.len() >= events || left == 0 {
                break;
            }
            let path = self.dir.join(name.as_str());
            let from = progress.next();
            let rest = Rest {
                segment: name,
                path: &path,
                from,
                len: progress.end_from(from),
            };
            match record::next(self.spool.disk(), rest, events, left, &mut entries) {
                Ok(looked) => {
                    left = left.saturating_sub(looked.bytes);
                    progress.blocked = if looked.blocked { LEFT_ALONE } else { 0 };
                    if looked.blocked && !progress.later_version {
                        log::warn!(
                            target: self.spool.log_target(),
                            "{}",
                            of_later_version(&path)
                        );
                    }
                    progress.later_version = looked.blocked;
                }
                Err(error) => {
                    log::error!(
                        target: self.spool.log_target(),
                        "cannot read {}: {error}",
                        path.display()
                    );
                    progress.blocked = LEFT_ALONE;
                    progress.later_version = false;
                }
            }
        }
        entries
    }

    /// Notes that a segment's lines from `start` to `end` are settled, and moves its
    /// offset over all that are settled without a gap. What is behind a gap is known
    /// to this leader only: the next one meets it again.
    ///
    /// # Errors
    /// What the file system says; then the next leader meets the events again,
    /// unless the segment is swept before.
    pub fn settle(
        &mut self,
        segment: &SegmentName,
        start: u64,
        end: u64,
    ) -> Result<(), SpoolError> {
        if let Some(progress) = self.segments.get_mut(segment)
            && progress.settle(start, end)
        {
            self.acks
                .set(segment, progress.acked)
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
        for (name, progress) in self
            .segments
            .iter()
            .filter(|(_, progress)| progress.has_work())
        {
            let (disk, path) = (self.spool.disk(), self.dir.join(name.as_str()));
            let rest = progress.len - progress.acked;
            let text = disk::open_if_there(disk, &path).and_then(|file| {
                let Some(file) = file else { return Ok(None) };
                disk::read_at(disk, &file, progress.acked, rest).map(Some)
            });
            let text = match text.context("read", &path) {
                Ok(text) => text.unwrap_or_default(),
                Err(error) => {
                    unread = Some(error);
                    continue;
                }
            };
            let mut end = progress.acked;
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
