//! Which orders Pinterest has: the set of their ids, for a shop that has a million
//! of them in a week, and an index beside the verdicts of each day, so that a new
//! leader need not read the week's verdicts again.
//!
//! ```text
//! settled/r-<day>.ids     frames, each of them written with one append:
//!     4 bytes    the checksum of the rest of the frame
//!     4          how many ids it holds
//!     8          the inode of r-<day>.log
//!     8, 8       from where to where in r-<day>.log it holds all ids
//!     4          the checksum of the end of that part of r-<day>.log
//!     8 each     the ids' fingerprints
//! ```
//!
//! It is an index and no more: the verdicts count. A frame is written after those
//! that it is about, and says for which bytes of them it stands. Frames follow one
//! another without a gap from the first byte on; at the first that does not, or is
//! damaged, the index ends, and from there on the verdicts themselves are read, and
//! added. Where they are not those that the index was made of, all of them are read.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Verdict, day_file, days};
use crate::process::Descriptor;
use crate::spool::disk::{self, Disk, Mode, ReadFrom};
use crate::spool::{SpoolDir, fingerprint};

/// At most this many wait to be put in their groups.
const FEWEST_LOOSE: usize = 4_096;
/// A group holds up to twice as many, more or less.
const GROUP: usize = 8;

/// A set of ids' fingerprints that only grows: 9 bytes for each, where a hash table
/// takes 10 to 19. A million orders in the week that is remembered cost 9 MB in the
/// process that sends, twice that for the moment in which they are read, and nothing
/// in any other process.
///
/// They stand in groups by their first bits, which are spread evenly. In order they
/// would be no sooner found, and putting a million in order takes twice the time.
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    grouped: Vec<u64>,
    /// Where each group begins, and where the last one ends.
    starts: Vec<u32>,
    loose: HashSet<u64>,
}

impl IdSet {
    /// The ids of the orders that Pinterest has. Only the leader may: it adds to
    /// their index what that lacks.
    pub fn delivered(spool: &SpoolDir) -> Self {
        let mut of_days = Vec::new();
        for day in days(spool).unwrap_or_default() {
            let (path, mut ids) = (day_file(spool, day), Vec::new());
            if let Err(error) = read(spool, day, &path, &mut ids) {
                // Not to send at all would be worse than to send one twice that
                // was captured twice.
                log::error!(
                    target: spool.log_target(),
                    "cannot read {}: {error}",
                    path.display()
                );
            }
            of_days.push(ids);
        }
        Self::of(&of_days)
    }

    fn of(parts: &[Vec<u64>]) -> Self {
        let ids = || parts.iter().flatten().copied();
        let count: usize = parts.iter().map(Vec::len).sum();
        let bits = (count / GROUP).max(1).ilog2();
        let mut set = Self {
            grouped: vec![0; count],
            starts: vec![0; (1 << bits) + 1],
            loose: HashSet::new(),
        };
        for id in ids() {
            set.starts[group(id, bits) + 1] += 1;
        }
        for n in 1..set.starts.len() {
            set.starts[n] += set.starts[n - 1];
        }
        let mut next = set.starts.clone();
        for id in ids() {
            let place = &mut next[group(id, bits)];
            set.grouped[*place as usize] = id;
            *place += 1;
        }
        set
    }

    fn is_grouped(&self, id: u64) -> bool {
        let Some(groups @ 1..) = self.starts.len().checked_sub(1) else {
            return false;
        };
        let n = group(id, groups.ilog2());
        let range = self.starts[n] as usize..self.starts[n + 1] as usize;
        self.grouped[range].contains(&id)
    }

    /// Whether it is in there.
    pub fn contains(&self, id: &u64) -> bool {
        self.loose.contains(id) || self.is_grouped(*id)
    }

    /// Puts it in; false when it was there.
    pub fn insert(&mut self, id: u64) -> bool {
        if self.is_grouped(id) || !self.loose.insert(id) {
            return false;
        }
        if self.loose.len() > FEWEST_LOOSE.max(self.grouped.len() / 32) {
            let loose = self.loose.drain().collect();
            *self = Self::of(&[std::mem::take(&mut self.grouped), loose]);
        }
        true
    }

    /// How many there are; one that was delivered twice counts twice.
    pub fn len(&self) -> usize {
        self.grouped.len() + self.loose.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The group of an id, where there are 2 to the power of `bits`.
fn group(id: u64, bits: u32) -> usize {
    id.checked_shr(u64::BITS - bits).unwrap_or(0) as usize
}

fn read(spool: &SpoolDir, day: i64, path: &Path, ids: &mut Vec<u64>) -> io::Result<()> {
    if let Some(log) = disk::open_if_there(spool.disk(), path)? {
        IdIndex::read(spool, day, &log, ids)?;
    }
    Ok(())
}

pub(in crate::spool) const SUFFIX: &str = ".ids";
const HEAD: usize = 36;
const ID: usize = 8;
/// So much of the end of what a frame is about is looked at again: a line or two.
const LOOKED_AT: u64 = 256;
/// Less than this is not worth writing again.
const SMALL: u64 = 1 << 16;

/// The index of one day, as far as it is sound. Only the leader has one.
#[derive(Debug)]
pub(super) struct IdIndex {
    /// Closes the file in a child that is forked in the middle of a call.
    _descriptor: Descriptor,
    file: File,
    /// Of the verdicts.
    inode: u64,
    /// So many bytes of the verdicts are in here.
    covered: u64,
}

/// The beginning of a frame.
struct Head {
    count: u32,
    inode: u64,
    from: u64,
    to: u64,
    end: u32,
}

impl Head {
    fn read(bytes: &[u8; HEAD]) -> Self {
        let short = |at: usize| u32::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        Self {
            count: short(4),
            inode: long(8),
            from: long(16),
            to: long(24),
            end: short(32),
        }
    }

    /// The whole frame.
    fn with(&self, ids: &[u64]) -> Vec<u8> {
        let mut frame = Vec::with_capacity(HEAD + ids.len() * ID);
        frame.extend([0; 4]);
        frame.extend(self.count.to_le_bytes());
        for number in [self.inode, self.from, self.to] {
            frame.extend(number.to_le_bytes());
        }
        frame.extend(self.end.to_le_bytes());
        frame.extend(ids.iter().flat_map(|id| id.to_le_bytes()));
        let sum = crc32c::crc32c(&frame[4..]);
        frame[..4].copy_from_slice(&sum.to_le_bytes());
        frame
    }
}

impl IdIndex {
    /// Puts the delivered orders of a day into `all`, whether or not there is an
    /// index of them, and adds to the index what it lacks. It is not given back
    /// where that cannot be done; the next leader tries again.
    ///
    /// # Errors
    /// What the file system says of the verdicts; of the index nothing. What was
    /// read before is in `all`.
    pub fn read(
        spool: &SpoolDir,
        day: i64,
        log: &File,
        all: &mut Vec<u64>,
    ) -> io::Result<Option<Self>> {
        let (disk, first) = (spool.disk(), all.len());
        let mut index = Self::open(spool, day, log, all).ok();
        if index.is_none() {
            all.truncate(first);
        }
        let from = index.as_ref().map_or(0, |index| index.covered);
        let tail = all.len();
        let (whole, to) = parse(disk, log, from, all)?;
        index = index.and_then(|mut index| {
            index.add(disk, log, &all[tail..tail + whole], to).ok()?;
            Some(index)
        });
        index = index.and_then(|index| index.join(disk, log, &all[first..tail + whole]).ok());
        Ok(index)
    }

    /// Opens the index, reads it as far as it is sound and of these verdicts, and
    /// cuts off the rest.
    fn open(spool: &SpoolDir, day: i64, log: &File, all: &mut Vec<u64>) -> io::Result<Self> {
        let (disk, first) = (spool.disk(), all.len());
        let verdicts = log.metadata()?;
        let file = disk.open(&path(spool, day), Mode::Append)?;
        let text = disk::read_at(disk, &file, 0, file.metadata()?.len())?;
        let mut index = Self {
            _descriptor: Descriptor::register(file.as_raw_fd()),
            file,
            inode: verdicts.ino(),
            covered: 0,
        };
        all.reserve(text.len() / ID);
        let (mut sound, mut last) = (0, None);
        while let Some((head, ids)) = index.frame(&text[sound..]) {
            all.extend(ids.iter().map(|id| u64::from_le_bytes(*id)));
            sound += HEAD + ids.len() * ID;
            index.covered = head.to;
            last = Some(head);
        }
        if let Some(head) = last
            && !(head.to <= verdicts.len() && end(disk, log, head.from, head.to)? == head.end)
        {
            all.truncate(first);
            (sound, index.covered) = (0, 0);
        }
        if sound < text.len() {
            disk.set_len(&index.file, sound as u64)?;
        }
        Ok(index)
    }

    /// The frame at the beginning of `text`, if it is sound and the next one.
    fn frame<'a>(&self, text: &'a [u8]) -> Option<(Head, &'a [[u8; ID]])> {
        let (bytes, ids) = text.split_first_chunk::<HEAD>()?;
        let head = Head::read(bytes);
        let (ids, _) = ids.as_chunks::<ID>();
        let ids = ids.get(..usize::try_from(head.count).ok()?)?;
        let sum = crc32c::crc32c(text.get(4..HEAD + ids.len() * ID)?);
        let is_next = head.inode == self.inode && head.from == self.covered && head.to > head.from;
        (is_next && bytes.starts_with(&sum.to_le_bytes())).then_some((head, ids))
    }

    /// Adds the ids of what was appended to the verdicts since.
    ///
    /// # Errors
    /// What the file system says, or that another process wrote verdicts, too. This
    /// index is of no more use then: what comes behind a torn frame is not read.
    pub fn append(
        &mut self,
        disk: &dyn Disk,
        log: &File,
        ids: &[u64],
        written: u64,
    ) -> io::Result<()> {
        let to = log.metadata()?.len();
        match self.covered.checked_add(written) == Some(to) {
            true => self.add(disk, log, ids, to),
            false => Err(ErrorKind::InvalidData.into()),
        }
    }

    fn add(&mut self, disk: &dyn Disk, log: &File, ids: &[u64], to: u64) -> io::Result<()> {
        if to == self.covered {
            return Ok(());
        }
        let head = Head {
            count: u32::try_from(ids.len()).map_err(io::Error::other)?,
            inode: self.inode,
            from: self.covered,
            to,
            end: end(disk, log, self.covered, to)?,
        };
        disk::write_all(disk, &self.file, &head.with(ids))?;
        self.covered = to;
        Ok(())
    }

    /// Makes one frame of all, where orders came one by one and most of the file
    /// is beginnings. Whoever is killed meanwhile leaves less of an index.
    fn join(mut self, disk: &dyn Disk, log: &File, ids: &[u64]) -> io::Result<Self> {
        let len = self.file.metadata()?.len();
        if len > SMALL.max((ids.len() * ID * 2) as u64) {
            disk.set_len(&self.file, 0)?;
            let to = std::mem::take(&mut self.covered);
            self.add(disk, log, ids, to)?;
        }
        Ok(self)
    }
}

fn path(spool: &SpoolDir, day: i64) -> PathBuf {
    day_file(spool, day).with_extension(&SUFFIX[1..])
}

/// The checksum of the end of a part of the verdicts.
fn end(disk: &dyn Disk, log: &File, from: u64, to: u64) -> io::Result<u32> {
    let len = to.saturating_sub(from).min(LOOKED_AT);
    let bytes = disk::read_at(disk, log, to - len, len)?;
    match bytes.len() as u64 == len {
        true => Ok(crc32c::crc32c(&bytes)),
        false => Err(ErrorKind::UnexpectedEof.into()),
    }
}

/// Puts the delivered orders in the verdicts from an offset on into `all`. Says how
/// many of them are in whole lines, and where the last of these ends.
fn parse(disk: &dyn Disk, log: &File, from: u64, all: &mut Vec<u64>) -> io::Result<(usize, u64)> {
    #[derive(Deserialize)]
    struct Told<'a> {
        #[serde(borrow)]
        event_id: Cow<'a, str>,
        verdict: Verdict,
    }
    let (mut whole, mut to) = (0, from);
    if log.metadata()?.len() == from {
        return Ok((whole, to));
    }
    let (file, offset) = (log, from);
    let mut reader = BufReader::new(ReadFrom { disk, file, offset });
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok((whole, to));
        }
        // Of the last line nothing may be missing but its end.
        let is_whole = line.last() == Some(&b'\n');
        to += if is_whole { read as u64 } else { 0 };
        if let Ok(told) = serde_json::from_slice::<Told<'_>>(&line)
            && told.verdict == Verdict::Delivered
        {
            all.push(fingerprint(&told.event_id));
            whole += usize::from(is_whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_was_put_in_and_nothing_else() {
        let id = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut set = IdSet::default();
        for n in 0..20_000 {
            assert!(set.insert(id(n)));
            assert!(!set.insert(id(n / 2)));
        }
        assert_eq!(set.len(), 20_000);
        assert!((0..20_000).all(|n| set.contains(&id(n))));
        assert!((20_000..40_000).all(|n| !set.contains(&id(n))));
        assert!(set.starts.len() > 1_000 && set.starts.len() <= set.grouped.len() / GROUP + 1);
        assert!(set.loose.len() <= FEWEST_LOOSE);
    }
}
