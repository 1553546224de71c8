//! Leader election: one sender for each spool, the process that holds the lock.
//!
//! It must not know what a leader does.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::error::Context;
use super::{FileIdentity, Mode, SpoolDir, SpoolError, disk};
use crate::process::Descriptor;

/// A child forked by the last leader may hold its lock for the instant until
/// it has closed its descriptors, and a process that asks if the lock is free holds it
/// for a moment: one refusal is not yet another owner.
const TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);
/// Its time of change says when the leader was last asked to leave.
const WANTED: &str = "leader.wanted";
const WANTED_FOR: Duration = Duration::from_secs(5);

/// The right to send from a spool, for as long as it lives.
#[derive(Debug)]
pub struct Leader {
    spool: SpoolDir,
    lock: FileIdentity,
    _descriptor: Descriptor,
    file: File,
}

/// What the lock file says about its holder.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct LeaderNote {
    /// The process.
    pub pid: i32,
    /// Unix seconds.
    pub since: i64,
    /// Seconds since it last showed that it is alive; set by [`LeaderNote::read`].
    #[serde(skip)]
    pub heartbeat_age: f64,
}

impl Leader {
    /// Takes the lock, or learns that another process or thread holds it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn try_lead(spool: &SpoolDir) -> Result<Option<Self>, SpoolError> {
        let path = spool.file("leader.lock");
        let file = open(spool, &path)?;
        let descriptor = Descriptor::register(file.as_raw_fd());
        for attempt in 1.. {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(rustix::io::Errno::WOULDBLOCK) if attempt < TRIES => {
                    std::thread::sleep(BETWEEN_TRIES);
                }
                Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
                Err(error) => return Err(error).context("lock", &path),
            }
        }
        let leader = Self {
            spool: spool.clone(),
            lock: FileIdentity::of(&path, &file).context("look at", &path)?,
            _descriptor: descriptor,
            file,
        };
        // A copy that replaced it has a lock of its own.
        if !leader.leads() || !spool.is_current() {
            return Ok(None);
        }
        if let Err(error) = leader.introduce() {
            // Only told to people, and a full disk must not stop who empties it.
            log::warn!(target: spool.log_target(), "cannot write to leader.lock: {error}");
        }
        Ok(Some(leader))
    }

    /// Whether the lock is still the one that others ask for: a lock file that
    /// was removed, taken for a leftover, or moved away with the whole spool, stops
    /// no other process.
    pub fn leads(&self) -> bool {
        self.lock.is_current()
    }

    /// The spool.
    pub fn spool(&self) -> &SpoolDir {
        &self.spool
    }

    /// The lock file, for what is written in the leader's name.
    pub fn lock(&self) -> &FileIdentity {
        &self.lock
    }

    /// Asks the leader to leave, and all others to stay away, for as long as
    /// it is repeated every few seconds.
    ///
    /// # Errors
    /// What the file system says.
    pub fn want(spool: &SpoolDir) -> Result<(), SpoolError> {
        let path = spool.file(WANTED);
        let file = open(spool, &path)?;
        file.set_modified(SystemTime::now()).context("touch", &path)
    }

    /// Whether the leader is asked to leave. The request expires soon: the
    /// process that made it may have been killed.
    pub fn is_wanted(spool: &SpoolDir) -> bool {
        let touched = fs::symlink_metadata(spool.file(WANTED)).and_then(|meta| meta.modified());
        touched.is_ok_and(|when| when.elapsed().is_ok_and(|age| age < WANTED_FOR))
    }

    /// Withdraws the request.
    pub fn unwant(spool: &SpoolDir) {
        // One that stays behind expires soon.
        let _ = disk::remove(spool.disk(), &spool.file(WANTED));
    }

    /// Whether there is no leader now. Asks with a shared lock, so that askers do not
    /// take each other for a leader; one who wants to lead tries again. Makes no
    /// file: a read-only disk is no reason not to answer.
    ///
    /// # Errors
    /// What the file system says.
    pub fn is_free(spool: &SpoolDir) -> Result<bool, SpoolError> {
        let path = spool.file("leader.lock");
        let Some(file) = disk::open_if_there(spool.disk(), &path).context("open", &path)? else {
            return Ok(true);
        };
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error).context("lock", &path),
        }
    }

    fn introduce(&self) -> io::Result<()> {
        let note = serde_json::to_vec(&LeaderNote {
            pid: std::process::id().cast_signed(),
            since: disk::unix_now(),
            heartbeat_age: 0.0,
        })?;
        let disk = self.spool.disk();
        disk.set_len(&self.file, 0)?;
        // Once, and so where the file begins.
        disk::write_all(disk, &self.file, &note)
    }

    /// Shows that this leader is alive.
    pub fn heartbeat(&self) {
        // Only told to people; a full disk cannot stop it and nothing waits on it.
        let _ = self.file.set_modified(SystemTime::now());
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        // Without a note no leader is reported.
        let _ = self.spool.disk().set_len(&self.file, 0);
        // The lock would go with the file, but for a child that is forked just
        // after the descriptor is no longer known to be one that it must close.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

/// The lock file kept open by a process that often asks whether there is a leader.
#[derive(Debug)]
pub struct Watch {
    lock: FileIdentity,
    _descriptor: Descriptor,
    file: File,
}

impl Watch {
    /// Looks at nothing yet.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(spool: &SpoolDir) -> Result<Self, SpoolError> {
        let path = spool.file("leader.lock");
        let file = open(spool, &path)?;
        Ok(Self {
            lock: FileIdentity::of(&path, &file).context("look at", &path)?,
            _descriptor: Descriptor::register(file.as_raw_fd()),
            file,
        })
    }

    /// True where there surely is a leader. False is no answer: the file may have
    /// been removed or moved, and another one locked instead.
    pub fn sees_leader(&self) -> bool {
        match flock(&self.file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => {
                // It would go with the file as well, only later.
                let _ = flock(&self.file, FlockOperation::Unlock);
                false
            }
            Err(rustix::io::Errno::WOULDBLOCK) => self.lock.is_current(),
            Err(_) => false,
        }
    }
}

fn open(spool: &SpoolDir, path: &Path) -> Result<File, SpoolError> {
    spool.disk().open(path, Mode::Keep).context("open", path)
}

impl LeaderNote {
    /// Who took the lock last and has not given it back.
    pub fn read(spool: &SpoolDir) -> Option<Self> {
        let path = spool.file("leader.lock");
        let text = disk::read(spool.disk(), &path).ok()??;
        let mut note: Self = serde_json::from_slice(&text).ok()?;
        let modified = fs::symlink_metadata(&path).ok()?.modified().ok()?;
        note.heartbeat_age = modified.elapsed().unwrap_or_default().as_secs_f64();
        Some(note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leader_whose_lock_file_was_removed_leads_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", false).unwrap();
        let first = Leader::try_lead(&spool).unwrap().unwrap();
        assert!(first.leads());
        assert!(Leader::try_lead(&spool).unwrap().is_none());
        std::fs::remove_file(spool.file("leader.lock")).unwrap();
        let second = Leader::try_lead(&spool).unwrap().unwrap();
        assert!(second.leads() && !first.leads());
    }

    #[test]
    fn a_watch_sees_the_leader_of_its_own_file_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", false).unwrap();
        let watch = Watch::open(&spool).unwrap();
        assert!(!watch.sees_leader());
        let leader = Leader::try_lead(&spool).unwrap().unwrap();
        assert!(watch.sees_leader());
        std::fs::remove_file(spool.file("leader.lock")).unwrap();
        assert!(!watch.sees_leader());
        let watch = Watch::open(&spool).unwrap();
        assert!(!watch.sees_leader());
        drop(leader);
        assert!(!watch.sees_leader());
    }

    #[test]
    fn nobody_is_seen_to_lead_by_a_lock_file_that_was_moved_away() {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", false).unwrap();
        let (path, aside) = (spool.file("leader.lock"), spool.file("aside"));
        let watch = Watch::open(&spool).unwrap();
        let leader = Leader::try_lead(&spool).unwrap().unwrap();
        assert!(watch.sees_leader());
        std::fs::rename(&path, &aside).unwrap();
        assert!(!leader.leads() && !watch.sees_leader());
        std::fs::rename(&aside, &path).unwrap();
        assert!(leader.leads() && watch.sees_leader());
    }
}
