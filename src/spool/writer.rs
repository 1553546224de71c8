//! The capturing side: one record, one write, one segment of its own.
//!
//! It must not know what is in a record, nor how far a segment is acknowledged, but
//! where it goes on with the segment of a process that has ended.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use super::checked::Acks;
use super::disk::{self, Disk, FileIdentity, Mode};
use super::error::Context;
use super::quota::Quota;
use super::record::{LONGEST_LINE, is_of_this_format};
use super::{Lane, Reason, Refused, SegmentName, SpoolDir, SpoolError};
use crate::process::{self, Descriptor};

/// A segment that has grown this far is left for a new one.
pub(super) const ROTATE_AT: u64 = 1 << 20;

/// And so is one that is this old: what is settled in it goes with all of it, and
/// a process may live for months and add a line now and then.
const ROTATE_AFTER: Duration = Duration::from_secs(30 * 60);

/// What must have reached the disk before `capture()` returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The page cache: survives a killed process, not a power cut.
    #[default]
    Off,
    /// `fsync` for revenue, the page cache for visits.
    Checkout,
    /// `fsync` for everything.
    All,
}

impl Durability {
    fn covers(self, lane: Lane) -> bool {
        match self {
            Self::Off => false,
            Self::Checkout => lane == Lane::Revenue,
            Self::All => true,
        }
    }
}

/// What a writer is bound by; from the ini settings.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// What must be synced.
    pub durability: Durability,
    /// The most a destination may hold, in bytes. Visits are refused at four
    /// fifths of it, so that revenue still finds space.
    pub max_bytes: u64,
}

/// Appends to one lane of one destination, for one process.
#[derive(Debug)]
pub struct Writer {
    spool: SpoolDir,
    lane: Lane,
    open: Option<Segment>,
    quota: Quota,
}

#[derive(Debug)]
pub(super) struct Segment {
    /// Closes the file in a forked child, which must not share the lock.
    pub _descriptor: Descriptor,
    pub file: File,
    pub at: FileIdentity,
    pub len: u64,
    /// When this process began with it.
    pub since: Instant,
    /// Whether its name is synced.
    pub name_synced: bool,
}

impl Writer {
    /// A writer that has made nothing yet.
    pub fn new(spool: SpoolDir, lane: Lane) -> Self {
        Self {
            spool,
            lane,
            open: None,
            quota: Quota::new(lane),
        }
    }

    /// Writes one encoded record. When this returns `Ok` the record survives
    /// the death of the process.
    ///
    /// # Errors
    /// `full`, `readonly` or `io`; then nothing of the record will be sent.
    pub fn append(&mut self, line: &[u8], limits: &Limits) -> Result<(), SpoolError> {
        self.try_append(line, limits).inspect_err(|error| {
            // Not in a spool that replaced ours.
            if self.spool.is_current() {
                Refused::note(&self.spool, error);
            }
        })
    }

    fn try_append(&mut self, line: &[u8], limits: &Limits) -> Result<(), SpoolError> {
        let bytes = line.len() as u64;
        if bytes > LONGEST_LINE {
            return Err(SpoolError::new(
                Reason::Io,
                format!("an event of {bytes} bytes is longer than a spool takes"),
            ));
        }
        self.quota.check(&self.spool, bytes, limits.max_bytes)?;
        let sync = limits.durability.covers(self.lane);
        let had_one = self.open.is_some();
        let mut segment = match self.take_open(bytes) {
            Some(segment) => segment,
            // Another process may have taken it over, one that cannot see that we
            // live: to do the same to others would only go on so.
            None if had_one => self.create()?,
            None => self.begin(bytes)?,
        };
        let (disk, before) = (self.spool.disk(), segment.len);
        let mut kept = before;
        let written = write_once(disk, &segment.file, line).and_then(|()| {
            // A sender may read the whole record from now on, and settle its end
            // later. One byte stays: no writer goes on with half a line, so that no
            // other record can stand there and be taken for settled.
            kept = before + 1;
            match sync {
                true => self.sync(&mut segment),
                false => Ok(()),
            }
        });
        if let Err(error) = written {
            // Abandoned, not reused: what is behind a failed write is unknown.
            if disk.set_len(&segment.file, kept).is_err() {
                log::warn!(
                    target: self.spool.log_target(),
                    "a failed write could not be cut back; its torn line will be skipped"
                );
            }
            return Err(SpoolError::from_io("write to", self.spool.dir(), &error));
        }
        segment.len += bytes;
        let _ = flock(&segment.file, FlockOperation::Unlock);
        self.quota.take(&self.spool, bytes);
        self.open = Some(segment);
        Ok(())
    }

    /// Syncs the segment, and the first time its name, too.
    fn sync(&self, segment: &mut Segment) -> io::Result<()> {
        let disk = self.spool.disk();
        disk.sync(&segment.file)?;
        if !segment.name_synced {
            disk.sync_dir(&self.spool.file("seg"))?;
            segment.name_synced = true;
        }
        Ok(())
    }

    /// The open segment with its lock held, if it is still to be written to:
    /// not full, not deleted by the leader, not being looked at by it, and where
    /// and as we left it.
    fn take_open(&mut self, more: u64) -> Option<Segment> {
        let segment = self.open.take()?;
        flock(&segment.file, FlockOperation::NonBlockingLockExclusive).ok()?;
        // Without its path no reader would find what is added. Shorter than it was,
        // it may end where its offset says it is settled.
        let ours = segment.at.current_len() == Some(segment.len);
        let young = segment.since.elapsed() < ROTATE_AFTER;
        (ours && young && segment.len + more <= ROTATE_AT).then_some(segment)
        // Else the file closes here, and its lock goes with it.
    }

    /// Another segment, with its lock held: one that an ended process left, or a
    /// new one.
    fn begin(&self, more: u64) -> Result<Segment, SpoolError> {
        // Not in a spool that replaced ours.
        if self.spool.is_current()
            && let Some(segment) = take_over(&self.spool, self.lane, more)
        {
            return Ok(segment);
        }
        self.create()
    }

    /// A new segment, locked and in place.
    fn create(&self) -> Result<Segment, SpoolError> {
        let name = SegmentName::fresh(self.lane);
        let dir = self.spool.file("seg");
        let hidden = dir.join(format!(".{}", name.as_str()));
        let disk = self.spool.disk();
        let file = disk
            .open(&hidden, Mode::New)
            .context("create a segment in", &dir)?;
        let path = dir.join(name.as_str());
        let segment = Segment {
            _descriptor: Descriptor::register(file.as_raw_fd()),
            at: FileIdentity::of(&path, &file).context("look at", &hidden)?,
            file,
            len: 0,
            since: Instant::now(),
            name_synced: false,
        };
        flock(&segment.file, FlockOperation::NonBlockingLockExclusive)
            .map_err(io::Error::from)
            .and_then(|()| disk.rename(&hidden, &path))
            .inspect_err(|_| drop(disk::remove(disk, &hidden)))
            .context("create a segment in", &dir)?;
        // Not looked at before: it could be replaced in between.
        if !self.spool.is_current() {
            let _ = disk::remove(disk, &path);
            return Err(self.spool.moved());
        }
        Ok(segment)
    }
}

/// One `write`, so that a record is never in two pieces with another between
/// them. A short one means that the disk ran full in the middle.
fn write_once(disk: &dyn Disk, file: &File, line: &[u8]) -> io::Result<()> {
    loop {
        match disk.write(file, line) {
            Ok(n) if n == line.len() => return Ok(()),
            Ok(_) => return Err(io::Error::from(rustix::io::Errno::NOSPC)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// So many names are looked at, and so many files opened: the cost of a first
/// capture must not grow with what waits.
const MOST_LOOKED_AT: usize = 64;
const MOST_TRIED: usize = 4;
/// Settled lines hold addresses and go with their segment, so one that is older
/// is left to be emptied.
const LONGEST_LIFE: u64 = 10 * 60;

/// A segment to go on with, its lock held and space for so many bytes in it.
pub(super) fn take_over(spool: &SpoolDir, lane: Lane, more: u64) -> Option<Segment> {
    // Other machines have other processes by these numbers.
    if spool.is_network_fs() {
        return None;
    }
    let now = disk::unix_now();
    let dir = spool.file("seg");
    let names = spool.disk().some_names(&dir, MOST_LOOKED_AT).ok()?;
    names
        .iter()
        .filter_map(|name| SegmentName::parse(name))
        .filter(|name| name.lane() == lane && !name.is_old(now, LONGEST_LIFE))
        .filter(|name| name.process().is_some_and(process::has_ended))
        .take(MOST_TRIED)
        .find_map(|name| open(spool, &name, more))
}

fn open(spool: &SpoolDir, name: &SegmentName, more: u64) -> Option<Segment> {
    let disk = spool.disk();
    let path = spool.file("seg").join(name.as_str());
    let file = disk.open(&path, Mode::Extend).ok()?;
    let descriptor = Descriptor::register(file.as_raw_fd());
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let at = FileIdentity::of(&path, &file).ok()?;
    let len = at.current_len()?;
    let whole = len == 0 || is_whole(disk, &file, len).unwrap_or(false);
    // Shorter than what is settled, what is added would count as settled.
    let ours = whole && len + more <= ROTATE_AT && Acks::new(spool).get(name) <= len;
    ours.then_some(Segment {
        _descriptor: descriptor,
        file,
        at,
        len,
        since: std::time::Instant::now(),
        name_synced: false,
    })
}

/// Whether its last line has an end, and its first is of no later version, behind
/// which an earlier one would find nothing.
fn is_whole(disk: &dyn Disk, file: &std::fs::File, len: u64) -> std::io::Result<bool> {
    let first = disk::read_at(disk, file, 0, 1)?;
    let last = disk::read_at(disk, file, len - 1, 1)?;
    Ok(first.first().is_some_and(is_of_this_format) && last == b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::Ledger;

    #[test]
    fn a_segment_that_is_half_an_hour_old_is_left_by_a_writer_that_lives_on() {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", false).unwrap();
        let limits = Limits {
            durability: Durability::Off,
            max_bytes: 1 << 30,
        };
        let mut writer = Writer::new(spool.clone(), Lane::Visit);
        let segments = |writer: &mut Writer| {
            writer.append(b"1 00000000 {}\n", &limits).unwrap();
            let mut ledger = Ledger::new(&spool);
            ledger.refresh().unwrap();
            ledger.with_work(Lane::Visit).len()
        };
        assert_eq!((segments(&mut writer), segments(&mut writer)), (1, 1));
        let segment = writer.open.as_mut().unwrap();
        let Some(since) = Instant::now().checked_sub(ROTATE_AFTER) else {
            return;
        };
        segment.since = since;
        assert_eq!((segments(&mut writer), segments(&mut writer)), (2, 2));
    }
}
