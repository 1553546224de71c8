//! How many bytes a spool holds, as a number on disk, so that a capture need not
//! look at every file: there may be fifty thousand.
//!
//! The leader counts and writes the number down; whoever captures adds what he
//! has appended. It is off by what is captured during a count, by what a killed
//! process had not told yet, and for a moment where two tell at once: the next
//! count puts it right. A limit in bytes need not be kept to the byte.

use std::fs;
use std::io;

use rustix::fs::{FlockOperation, flock};

use super::{Mode, Place, files, sealed};

const FILE: &str = "held";
/// At most this many files are looked at where there is no number, or where it
/// says that the spool is full: it may be of a leader who did not come to its end.
const MOST_LOOKED_AT: usize = 1_000;
/// What counts: what waits, and what became of it. Dead letters have a limit of
/// their own.
const PARTS: [&str; 2] = ["seg", "settled"];

/// The number as it was last written down; nothing where it never was, or is
/// damaged.
pub(super) fn read(place: &Place) -> Option<u64> {
    let text = files::read(place.disk(), &place.file(FILE)).ok()??;
    sealed::open(&text)
}

/// Adds to the number what was appended, and says what it is now; nothing where
/// somebody else is at it, or the disk does not let us.
pub(super) fn add(place: &Place, bytes: u64) -> Option<u64> {
    change(place, |held| match held {
        Some(held) => held.saturating_add(bytes),
        // These bytes are among them.
        None => look(place).bytes,
    })
}

/// Writes down a count.
pub(super) fn write(place: &Place, bytes: u64) {
    if read(place) != Some(bytes) {
        let _ = change(place, |_| bytes);
    }
}

fn change(place: &Place, to: impl FnOnce(Option<u64>) -> u64) -> Option<u64> {
    let disk = place.disk();
    let file = disk.open(&place.file(FILE), Mode::Keep).ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let len = file.metadata().ok()?.len();
    let text = files::read_at(disk, &file, 0, len).ok()?;
    let held = to(sealed::open(&text));
    files::write_all(disk, &file, sealed::seal(held).as_bytes()).ok()?;
    let _ = flock(&file, FlockOperation::Unlock);
    Some(held)
}

/// What a look at the files came to.
pub(super) struct Looked {
    /// What they hold, those that were looked at.
    pub bytes: u64,
    /// Whether those were all.
    pub all: bool,
}

/// Looks at some of the files.
pub(super) fn look(place: &Place) -> Looked {
    let mut looked = Looked {
        bytes: 0,
        all: true,
    };
    for part in PARTS {
        let dir = place.file(part);
        let names = place.disk().some_names(&dir, MOST_LOOKED_AT);
        let names = files::found(names).ok().flatten().unwrap_or_default();
        looked.all &= names.len() < MOST_LOOKED_AT;
        let len = |name: &String| fs::symlink_metadata(dir.join(name)).map(|meta| meta.len());
        let bytes: u64 = names.iter().filter_map(|name| len(name).ok()).sum();
        looked.bytes = looked.bytes.saturating_add(bytes);
    }
    looked
}

/// Looks at all of them. Only for people, and for the leader.
pub(super) fn count(place: &Place, part: &str) -> u64 {
    let entries = fs::read_dir(place.file(part));
    let len = |entry: io::Result<fs::DirEntry>| Some(entry.ok()?.metadata().ok()?.len());
    entries.into_iter().flatten().filter_map(len).sum()
}
