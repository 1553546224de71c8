//! The next lines of one segment.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::lines::{Content, Lines};
use super::record::Record;
use super::segment::SegmentName;
use super::{Disk, Lane, files};

/// No record is longer, newline included; what has no end by then is no record.
pub(super) const LONGEST_LINE: u64 = 2 << 20;

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

impl Entry {
    /// The lane it waits in.
    pub fn lane(&self) -> Lane {
        self.segment.lane()
    }
}

/// The part of a segment that is not settled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a> {
    pub segment: &'a SegmentName,
    pub path: &'a Path,
    pub from: u64,
    pub len: u64,
}

/// How far a look into a segment went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looked {
    /// What it cost.
    pub bytes: u64,
    /// The next record is of a later version, and nothing behind it can be
    /// settled.
    pub blocked: bool,
}

/// Adds the next lines, of about `left` bytes and `most` entries in all.
pub(super) fn next(
    disk: &dyn Disk,
    rest: Rest<'_>,
    most: usize,
    left: u64,
    entries: &mut Vec<Entry>,
) -> io::Result<Looked> {
    let mut looked = Looked {
        bytes: 0,
        blocked: false,
    };
    let Some(file) = files::open_if_there(disk, rest.path)? else {
        return Ok(looked);
    };
    let there = rest.len - rest.from;
    let mut text = lines_at(disk, &file, rest.from, there.min(left))?;
    if !text.contains(&b'\n') && there > left {
        if !entries.is_empty() {
            // It does not fit any more, and the batch is full.
            looked.bytes = left;
            return Ok(looked);
        }
        text = lines_at(disk, &file, rest.from, there.min(LONGEST_LINE))?;
    }
    looked.bytes = text.len() as u64;
    let before = entries.len();
    let readable = split(&text, rest, most, entries);
    looked.blocked = !readable && entries.len() == before;
    let end = entries[before..].last().map_or(rest.from, |e| e.end);
    let is_tail = rest.from + looked.bytes > end && readable && entries.len() < most;
    if is_tail && end == rest.from && looked.bytes >= LONGEST_LINE {
        entries.push(Entry {
            segment: rest.segment.clone(),
            end: end + looked.bytes,
            content: Content::Damaged,
        });
    } else if is_tail && looked.bytes >= there {
        entries.extend(torn_tail(disk, &file, rest, end));
    }
    Ok(looked)
}

/// What there is before a place that cannot be read, if that is a line or more.
fn lines_at(disk: &dyn Disk, file: &File, from: u64, len: u64) -> io::Result<Vec<u8>> {
    let (text, end) = files::read_as_far(disk, file, from, len);
    match end {
        Err(error) if !text.contains(&b'\n') => Err(error),
        _ => Ok(text),
    }
}

/// Adds an entry for each whole line, up to `most`. False when it met a record
/// of a later version.
fn split(text: &[u8], rest: Rest<'_>, most: usize, entries: &mut Vec<Entry>) -> bool {
    for (end, record) in Lines::new(text) {
        if entries.len() >= most {
            break;
        }
        entries.push(Entry {
            segment: rest.segment.clone(),
            end: rest.from + end as u64,
            content: match record {
                Record::Foreign => return false,
                Record::Damaged => Content::Damaged,
                Record::Whole(record) => Content::Event(record.into()),
            },
        });
    }
    true
}

/// Half a line at a segment's end is either being written or all that will
/// ever be there; the segment's lock tells which.
fn torn_tail(disk: &dyn Disk, file: &File, rest: Rest<'_>, from: u64) -> Option<Entry> {
    flock(file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let same_len = file.metadata().is_ok_and(|meta| meta.len() == rest.len);
    let text = files::read_at(disk, file, from, rest.len - from).unwrap_or_default();
    let _ = flock(file, FlockOperation::Unlock);
    let torn = same_len && !text.is_empty() && !text.contains(&b'\n');
    torn.then(|| Entry {
        segment: rest.segment.clone(),
        end: rest.len,
        content: Content::Torn,
    })
}
