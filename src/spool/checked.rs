//! The numbers of a spool that must not be believed when a bit of them has flipped,
//! each in a file with its checksum: acknowledged offsets, the generation of the
//! settings, and the bytes held. An offset that is too high loses events, a
//! generation that is too high silences the shop for good.
//!
//! It must not know what follows from a number.

use std::fs;
use std::io;
use std::path::PathBuf;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::disk::{self, Mode};
use super::error::Context;
use super::{SegmentName, SpoolDir, SpoolError};

/// Fixed, so that a rewrite in place replaces all of it: twenty digits, a
/// space, eight hex digits.
const DIGITS: usize = 20;
const WIDTH: usize = DIGITS + 9;

/// The number with its checksum.
pub(super) fn encode_u64(number: u64) -> String {
    let digits = format!("{number:0DIGITS$}");
    let sum = crc32c::crc32c(digits.as_bytes());
    format!("{digits} {sum:08x}")
}

/// The number, if this is one that [`encode_u64`] wrote.
pub(super) fn decode_u64(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text.get(..WIDTH)?).ok()?;
    let number = text.get(..DIGITS)?.parse().ok()?;
    (text == encode_u64(number)).then_some(number)
}

/// How far each segment is acknowledged. Only the leader writes this.
#[derive(Clone, Debug)]
pub struct Acks {
    spool: SpoolDir,
    dir: PathBuf,
}

impl Acks {
    /// Offsets below `<destination>/ack`.
    pub fn new(spool: &SpoolDir) -> Self {
        Self {
            dir: spool.file("ack"),
            spool: spool.clone(),
        }
    }

    /// Bytes of the segment that are settled; 0 when none are, or when the
    /// file is damaged: sending twice is dealt with, losing is not.
    pub fn get(&self, segment: &SegmentName) -> u64 {
        disk::read(self.spool.disk(), &self.path(segment))
            .ok()
            .flatten()
            .and_then(|text| decode_u64(&text))
            .unwrap_or(0)
    }

    /// Moves the offset. Not synced: a lost move sends events again, and their
    /// ids are the same.
    pub fn set(&self, segment: &SegmentName, offset: u64) -> io::Result<()> {
        let text = encode_u64(offset);
        disk::replace(self.spool.disk(), &self.path(segment), text.as_bytes())
    }

    /// Forgets a segment that is gone.
    pub fn forget(&self, segment: &SegmentName) -> io::Result<()> {
        disk::remove(self.spool.disk(), &self.path(segment))
    }

    /// The segments that have an offset.
    pub fn segments(&self) -> io::Result<Vec<SegmentName>> {
        Ok(disk::names(self.spool.disk(), &self.dir)?
            .iter()
            .filter_map(|name| SegmentName::parse(name))
            .collect())
    }

    fn path(&self, segment: &SegmentName) -> PathBuf {
        self.dir.join(segment.as_str())
    }
}

const GENERATION: &str = "generation";

/// The newest settings that any process of the shop has seen: a number that only
/// rises. It lets a token saved in one worker stop the sender that runs with the old
/// one in another.
#[derive(Clone, Copy, Debug)]
pub struct Generation;

impl Generation {
    /// The number, 0 where none was ever written or it is damaged: then those that
    /// are running raise it again.
    pub fn read(spool: &SpoolDir) -> u64 {
        disk::read(spool.disk(), &spool.file(GENERATION))
            .ok()
            .flatten()
            .and_then(|text| decode_u64(&text))
            .unwrap_or(0)
    }

    /// Writes `generation` down unless a higher one is there, and says which is
    /// there now. Where another process holds the lock that may still be a lower one: it is
    /// tried again by the next caller, and no request waits for a lock.
    ///
    /// # Errors
    /// What the file system says.
    pub fn raise(spool: &SpoolDir, generation: u64) -> Result<u64, SpoolError> {
        let seen = Self::read(spool);
        if seen >= generation {
            return Ok(seen);
        }
        let path = spool.file(GENERATION);
        let file = spool
            .disk()
            .open(&path, Mode::Keep)
            .context("open", &path)?;
        // Held for three system calls, by the process that raises; closing releases it. But a
        // process may be stopped in the middle of them.
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Ok(seen),
            locked => locked.context("lock", &path)?,
        }
        let seen = Self::read(spool).max(generation);
        disk::write_all(spool.disk(), &file, encode_u64(seen).as_bytes())
            .context("write to", &path)?;
        Ok(seen)
    }
}

const HELD: &str = "held";
/// At most this many files are looked at where there is no number, or where it
/// says that the spool is full: it may be of a leader who did not come to its end.
const MOST_LOOKED_AT: usize = 1_000;
/// What counts: what waits, and what became of it. Dead letters have a limit of
/// their own.
const PARTS: [&str; 2] = ["seg", "settled"];

/// What a look at the files came to.
pub(super) struct Looked {
    /// What they hold, those that were looked at.
    pub bytes: u64,
    /// Whether those were all.
    pub all: bool,
}

/// How many bytes a spool holds, as a number on disk, so that a capture need not
/// look at every file: there may be fifty thousand.
///
/// The leader counts and writes the number down; each writer adds what it
/// has appended. It is off by what is captured during a count, by what a killed
/// process had not told yet, and for a moment where two tell at once: the next
/// count puts it right. A limit in bytes need not be kept to the byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldBytes;

impl HeldBytes {
    /// The number as it was last written down; `None` where it never was, or is
    /// damaged.
    pub fn read(spool: &SpoolDir) -> Option<u64> {
        let text = disk::read(spool.disk(), &spool.file(HELD)).ok()??;
        decode_u64(&text)
    }

    /// Adds to the number what was appended, and says what it is now; `None` where
    /// another process holds the lock, or the disk fails.
    pub fn add(spool: &SpoolDir, bytes: u64) -> Option<u64> {
        Self::change(spool, |held| match held {
            Some(held) => held.saturating_add(bytes),
            // These bytes are among them.
            None => Self::look(spool).bytes,
        })
    }

    /// Writes down a count.
    pub fn write(spool: &SpoolDir, bytes: u64) {
        if Self::read(spool) != Some(bytes) {
            let _ = Self::change(spool, |_| bytes);
        }
    }

    fn change(spool: &SpoolDir, to: impl FnOnce(Option<u64>) -> u64) -> Option<u64> {
        let disk = spool.disk();
        let file = disk.open(&spool.file(HELD), Mode::Keep).ok()?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
        let len = file.metadata().ok()?.len();
        let text = disk::read_at(disk, &file, 0, len).ok()?;
        let held = to(decode_u64(&text));
        disk::write_all(disk, &file, encode_u64(held).as_bytes()).ok()?;
        let _ = flock(&file, FlockOperation::Unlock);
        Some(held)
    }

    /// Looks at some of the files.
    pub fn look(spool: &SpoolDir) -> Looked {
        let mut looked = Looked {
            bytes: 0,
            all: true,
        };
        for part in PARTS {
            let dir = spool.file(part);
            let names = spool.disk().some_names(&dir, MOST_LOOKED_AT);
            let names = disk::found(names).ok().flatten().unwrap_or_default();
            looked.all &= names.len() < MOST_LOOKED_AT;
            let len = |name: &String| fs::symlink_metadata(dir.join(name)).map(|meta| meta.len());
            let bytes: u64 = names.iter().filter_map(|name| len(name).ok()).sum();
            looked.bytes = looked.bytes.saturating_add(bytes);
        }
        looked
    }

    /// Looks at all of them. Only for people, and for the leader.
    pub fn count(spool: &SpoolDir, part: &str) -> u64 {
        let entries = fs::read_dir(spool.file(part));
        let len = |entry: io::Result<fs::DirEntry>| Some(entry.ok()?.metadata().ok()?.len());
        entries.into_iter().flatten().filter_map(len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_flipped_bit_passes() {
        for number in [0, 1, 4096, u64::MAX] {
            let sealed = encode_u64(number).into_bytes();
            assert_eq!(decode_u64(&sealed), Some(number));
            for bit in 0..WIDTH * 8 {
                let mut flipped = sealed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(decode_u64(&flipped), None, "{number} bit {bit}");
            }
            assert_eq!(decode_u64(&sealed[..WIDTH - 1]), None);
        }
    }

    #[test]
    fn it_rises_and_never_falls() {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", false).unwrap();
        assert_eq!(Generation::read(&spool), 0);
        assert_eq!(Generation::raise(&spool, 7).unwrap(), 7);
        assert_eq!(Generation::raise(&spool, 3).unwrap(), 7);
        assert_eq!(Generation::read(&spool), 7);
        assert_eq!(Generation::raise(&spool, u64::MAX).unwrap(), u64::MAX);
    }
}
