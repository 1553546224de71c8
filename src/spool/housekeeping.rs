//! What is deleted, and when: segments that are settled, what killed processes left,
//! and whatever is older than Pinterest takes events.
//!
//! It must not know why an event got its verdict.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::disk::{self, Mode};
use super::error::Context;
use super::ledger::Progress;
use super::record::{self, Rest, may_be_later_format};
use super::verdicts;
use super::{DAY, EVENT_LIFETIME, Ledger, SegmentName, SpoolDir, SpoolError};

/// A segment that was not written to for this long is deleted as soon as it
/// is settled; a busier one may be written to again, and stays a little.
const IDLE_SECONDS: u64 = 5;
/// A segment that is this old is deleted even when it is busy.
const LONGEST_LIFE: u64 = 30 * 60;
/// A request looks at no more segments than this.
const MOST_LOOKED_AT: usize = 256;
/// A segment that was never renamed into place was abandoned by its maker.
const UNNAMED_SECONDS: u64 = 3_600;
/// Pinterest takes no event that is older, so nothing of it is of use after that:
/// verdicts, and with them the ids already delivered, dead letters, and the markers
/// of withdrawals.
const KEEP_DAYS: i64 = EVENT_LIFETIME / DAY;

/// Deletes what is a week old. Not by a clock that may have jumped forward: by that
/// all would be.
pub fn prune(spool: &SpoolDir, now: i64) {
    prune_verdicts(spool, now);
    prune_files(spool, "dead", now, |name| name.ends_with(".json"));
    prune_files(spool, "withdrawn", now, |_| true);
}

/// A day of the future, by a clock that was wrong, is as old as what was last written
/// to it.
fn prune_verdicts(spool: &SpoolDir, now: i64) {
    let (disk, today) = (spool.disk(), now / DAY);
    for day in verdicts::days(spool).unwrap_or_default() {
        let path = verdicts::day_file(spool, day);
        let day = match day > today {
            true => verdicts::last_written(&path).unwrap_or(today),
            false => day,
        };
        if day < today - KEEP_DAYS {
            // Tried again at the next start.
            let _ = disk::remove(disk, &path);
        }
    }
    let dir = verdicts::dir(spool);
    for name in disk::names(disk, &dir).unwrap_or_default() {
        // An index of verdicts that are gone.
        let is_orphan = name
            .strip_suffix(verdicts::INDEX_SUFFIX)
            .is_some_and(|day| matches!(dir.join(format!("{day}.log")).try_exists(), Ok(false)));
        if is_orphan || verdicts::is_of_visits(&name) {
            let _ = disk::remove(disk, &dir.join(name));
        }
    }
}

/// A file of the future, by a clock that was wrong, would never be old.
fn prune_files(spool: &SpoolDir, part: &str, now: i64, which: impl Fn(&str) -> bool) {
    let dir = spool.file(part);
    for name in disk::names(spool.disk(), &dir).unwrap_or_default() {
        let path = dir.join(&name);
        let modified = fs::symlink_metadata(&path).map(|meta| meta.mtime());
        let keep = EVENT_LIFETIME.unsigned_abs();
        if which(&name) && modified.is_ok_and(|when| when.abs_diff(now) > keep) {
            // Tried again at the next start.
            let _ = disk::remove(spool.disk(), &path);
        }
    }
}

impl Ledger {
    /// Whether a leader is needed: lines wait, or one that was killed left
    /// settled lines behind. A request asks, so it looks no further than to the
    /// first segment that says so, and at so many at most; with more, a
    /// leader is needed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn needs_leader(spool: &SpoolDir, now: i64) -> Result<bool, SpoolError> {
        let mut ledger = Self::new(spool);
        let names = spool.disk().some_names(&ledger.dir, MOST_LOOKED_AT);
        let names = disk::found(names)
            .context("read", &ledger.dir)?
            .unwrap_or_default();
        let needed = names.iter().filter_map(|name| SegmentName::parse(name));
        let is_needed = needed.into_iter().any(|name| {
            ledger
                .see(&name)
                .is_some_and(|progress| match progress.is_done() {
                    true => name.is_old(now, LONGEST_LIFE),
                    false => !is_of_later_version(spool, &name, progress),
                })
        });
        Ok(is_needed || names.len() >= MOST_LOOKED_AT)
    }

    /// Deletes segments that are settled to their end: with `all`, every one
    /// that no writer is in the middle of; else those that have gone quiet or
    /// are old. Settled lines hold addresses and agents, and must not outlive
    /// an hour where a writer adds one every few seconds.
    pub fn sweep(&mut self, all: bool, now: i64) {
        let done: Vec<_> = self
            .segments
            .iter()
            .filter(|(_, progress)| progress.is_done())
            .map(|(name, progress)| (name.clone(), progress.acked))
            .collect();
        let disk = self.spool.disk();
        for (name, acked) in done {
            let path = self.dir.join(name.as_str());
            // What fails here is tried again at the next sweep.
            let Ok(file) = disk.open(&path, Mode::Edit) else {
                continue;
            };
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
                continue;
            }
            let old = all || name.is_old(now, LONGEST_LIFE);
            // Looked at under the lock: nothing can be added any more.
            let done = file.metadata().is_ok_and(|meta| {
                meta.len() <= acked && (old || meta.mtime().abs_diff(now) >= IDLE_SECONDS)
            });
            if done && disk::remove(disk, &path).is_ok() {
                // An idle writer may have it open for days. Not before it has no
                // name: a writer believes in a file that is shorter than it was.
                let _ = disk.set_len(&file, 0);
                let _ = self.acks.forget(&name);
                self.segments.remove(&name);
            }
            // Not left to the end of the file: a child forked in this moment
            // has it open for as long as it lives.
            let _ = flock(&file, FlockOperation::Unlock);
        }
    }

    /// Clears what killed processes left: files that were not finished, segments that
    /// never got their name, and offsets of segments that are gone. Only the leader may.
    pub fn tidy(&self, now: i64) {
        for part in ["ack", "dead"] {
            disk::remove_unfinished(self.spool.disk(), &self.spool.file(part));
        }
        for segment in self.acks.segments().unwrap_or_default() {
            if !self.segments.contains_key(&segment) {
                let _ = self.acks.forget(&segment);
            }
        }
        self.remove_old(&self.dir, now, |name| name.starts_with('.'));
        self.remove_old(self.spool.dir(), now, |name| name.ends_with(".tmp"));
    }

    fn remove_old(&self, dir: &Path, now: i64, which: impl Fn(&str) -> bool) {
        let disk = self.spool.disk();
        for name in disk.names(dir).unwrap_or_default() {
            let path = dir.join(&name);
            let is_old = fs::symlink_metadata(&path)
                .is_ok_and(|meta| meta.mtime().abs_diff(now) > UNNAMED_SECONDS);
            if is_old && which(&name) {
                let _ = disk::remove(disk, &path);
            }
        }
    }

    /// Deletes segments that cannot be read. Says how many lines they held, as far as
    /// that can be told. Only for an owner who wants everything gone. What a later
    /// version wrote stays for that version.
    ///
    /// # Errors
    /// What the file system says.
    pub fn discard_unreadable(&mut self) -> Result<u64, SpoolError> {
        let mut discarded = 0;
        let unreadable: Vec<_> = self
            .segments
            .iter()
            .filter(|(_, progress)| progress.is_unreadable())
            .map(|(name, _)| name.clone())
            .collect();
        for name in unreadable {
            let (disk, path) = (self.spool.disk(), self.dir.join(name.as_str()));
            let acked = self
                .segments
                .remove(&name)
                .map_or(0, |progress| progress.acked);
            let text = disk::read(disk, &path).ok().flatten().unwrap_or_default();
            disk::remove(disk, &path).context("remove", &path)?;
            let _ = self.acks.forget(&name);
            let rest = text.get(usize::try_from(acked).unwrap_or(usize::MAX)..);
            let lines = rest.unwrap_or_default().iter().filter(|b| **b == b'\n');
            discarded += lines.count() as u64;
        }
        Ok(discarded)
    }
}

/// Whether a leader could settle nothing there, because the next record is of a later
/// version. Costs one read of a byte where it is not.
fn is_of_later_version(spool: &SpoolDir, segment: &SegmentName, progress: &Progress) -> bool {
    let (disk, path) = (spool.disk(), spool.file("seg").join(segment.as_str()));
    let first = disk::open_if_there(disk, &path).and_then(|file| match file {
        Some(file) => disk::read_at(disk, &file, progress.acked, 1),
        None => Ok(Vec::new()),
    });
    if !first.is_ok_and(|first| first.first().copied().is_some_and(may_be_later_format)) {
        return false;
    }
    let (from, len) = (progress.acked, progress.len);
    let path = &path;
    let rest = Rest {
        segment,
        path,
        from,
        len,
    };
    record::next(disk, rest, 1, 1, &mut Vec::new()).is_ok_and(|looked| looked.blocked)
}
