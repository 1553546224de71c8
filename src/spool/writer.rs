//! The capturing side: one record, one write, one segment of its own.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use super::error::Context;
use super::next::LONGEST_LINE;
use super::room::Room;
use super::segment::SegmentName;
use super::take_over::take_over;
use super::{Disk, Lane, Mode, Named, Place, Reason, Refused, SpoolError, files};
use crate::process::Descriptor;

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
    /// The platter for revenue, the page cache for visits.
    Checkout,
    /// The platter for everything.
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
    place: Place,
    lane: Lane,
    open: Option<Segment>,
    room: Room,
}

#[derive(Debug)]
pub(super) struct Segment {
    /// Closes the file in a forked child, which must not share the lock.
    pub _descriptor: Descriptor,
    pub file: File,
    pub at: Named,
    pub len: u64,
    /// When this process began with it.
    pub since: Instant,
    /// Whether its name is on the platter.
    pub named: bool,
}

impl Writer {
    /// A writer that has made nothing yet.
    pub fn new(place: Place, lane: Lane) -> Self {
        Self {
            place,
            lane,
            open: None,
            room: Room::new(lane),
        }
    }

    /// Writes one encoded record. When this returns `Ok` the record survives
    /// the death of the process.
    ///
    /// # Errors
    /// `full`, `readonly` or `io`; then nothing of the record will be sent.
    pub fn append(&mut self, line: &[u8], limits: &Limits) -> Result<(), SpoolError> {
        self.try_append(line, limits).inspect_err(|error| {
            // Not in somebody else's spool.
            if self.place.is_current() {
                Refused::note(&self.place, error);
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
        self.room.check(&self.place, bytes, limits.max_bytes)?;
        let sync = limits.durability.covers(self.lane);
        let had_one = self.open.is_some();
        let mut segment = match self.take_open(bytes) {
            Some(segment) => segment,
            // Another process may have taken it over, one that cannot see that we
            // live: to do the same to others would only go on so.
            None if had_one => self.create()?,
            None => self.begin(bytes)?,
        };
        let (disk, before) = (self.place.disk(), segment.len);
        let mut kept = before;
        let written = write_once(disk, &segment.file, line).and_then(|()| {
            // A sender may read the whole record from now on, and settle its end
            // later. One byte stays: nobody goes on with half a line, so that no
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
                    target: self.place.log_target(),
                    "a failed write could not be cut back; its torn line will be skipped"
                );
            }
            return Err(SpoolError::from_io("write to", self.place.dir(), &error));
        }
        segment.len += bytes;
        let _ = flock(&segment.file, FlockOperation::Unlock);
        self.room.take(&self.place, bytes);
        self.open = Some(segment);
        Ok(())
    }

    /// Brings the segment to the platter, and the first time its name, too.
    fn sync(&self, segment: &mut Segment) -> io::Result<()> {
        let disk = self.place.disk();
        disk.sync(&segment.file)?;
        if !segment.named {
            disk.sync_dir(&self.place.file("seg"))?;
            segment.named = true;
        }
        Ok(())
    }

    /// The open segment with its lock held, if it is still to be written to:
    /// not full, not deleted by the leader, not being looked at by it, and where
    /// and as we left it.
    fn take_open(&mut self, more: u64) -> Option<Segment> {
        let segment = self.open.take()?;
        flock(&segment.file, FlockOperation::NonBlockingLockExclusive).ok()?;
        // Without its path nobody would find what is added. Shorter than it was,
        // it may end where its offset says it is settled.
        let meta = segment.at.look();
        let ours = meta.is_some_and(|meta| meta.len() == segment.len);
        let young = segment.since.elapsed() < ROTATE_AFTER;
        (ours && young && segment.len + more <= ROTATE_AT).then_some(segment)
        // Else the file closes here, and its lock goes with it.
    }

    /// Another segment, with its lock held: one that an ended process left, or a
    /// new one.
    fn begin(&self, more: u64) -> Result<Segment, SpoolError> {
        // Not in somebody else's spool.
        if self.place.is_current()
            && let Some(segment) = take_over(&self.place, self.lane, more)
        {
            return Ok(segment);
        }
        self.create()
    }

    /// A new segment, locked and in place.
    fn create(&self) -> Result<Segment, SpoolError> {
        let name = SegmentName::fresh(self.lane);
        let dir = self.place.file("seg");
        let hidden = dir.join(format!(".{}", name.as_str()));
        let disk = self.place.disk();
        let file = disk
            .open(&hidden, Mode::New)
            .context("create a segment in", &dir)?;
        let path = dir.join(name.as_str());
        let segment = Segment {
            _descriptor: Descriptor::register(file.as_raw_fd()),
            at: Named::of(&path, &file).context("look at", &hidden)?,
            file,
            len: 0,
            since: Instant::now(),
            named: false,
        };
        flock(&segment.file, FlockOperation::NonBlockingLockExclusive)
            .map_err(io::Error::from)
            .and_then(|()| disk.rename(&hidden, &path))
            .inspect_err(|_| drop(files::remove(disk, &hidden)))
            .context("create a segment in", &dir)?;
        // Not looked at before: it could be replaced in between.
        if !self.place.is_current() {
            let _ = files::remove(disk, &path);
            return Err(self.place.moved());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::Ledger;

    #[test]
    fn a_segment_that_is_half_an_hour_old_is_left_by_a_writer_that_lives_on() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::open(&dir.path().join("root"), "site", "1", false).unwrap();
        let limits = Limits {
            durability: Durability::Off,
            max_bytes: 1 << 30,
        };
        let mut writer = Writer::new(place.clone(), Lane::Visit);
        let segments = |writer: &mut Writer| {
            writer.append(b"1 00000000 {}\n", &limits).unwrap();
            let mut ledger = Ledger::new(&place);
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
