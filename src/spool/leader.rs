//! One sender for each spool: whoever holds the lock.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

use super::error::Context;
use super::{Place, SpoolError, files};
use crate::process::Descriptor;

/// A child forked by the last leader may hold its lock for the instant until
/// it has closed its descriptors: one refusal is not yet another owner.
const TRIES: u32 = 3;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The right to send from a spool, for as long as it lives.
#[derive(Debug)]
pub struct Leader {
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
    pub fn try_lead(place: &Place) -> Result<Option<Self>, SpoolError> {
        let path = place.file("leader.lock");
        let file = files::private()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .context("open", &path)?;
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
            _descriptor: descriptor,
            file,
        };
        leader.introduce().context("write to", &path)?;
        Ok(Some(leader))
    }

    fn introduce(&self) -> io::Result<()> {
        let note = serde_json::to_vec(&LeaderNote {
            pid: std::process::id().cast_signed(),
            since: files::unix_now(),
            heartbeat_age: 0.0,
        })?;
        self.file.set_len(0)?;
        self.file.write_all_at(&note, 0)
    }

    /// Shows that this leader is alive.
    pub fn heartbeat(&self) {
        // Only told to people; a full disk cannot stop it and nothing waits on it.
        let _ = self.file.set_modified(SystemTime::now());
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        // The lock goes with the file; without a note nobody is said to lead.
        let _ = self.file.set_len(0);
    }
}

impl LeaderNote {
    /// Who leads, as far as can be told without touching the lock: asking for
    /// it would make a process that really wants it believe that it is taken.
    pub fn read(place: &Place) -> Option<Self> {
        let mut file = files::open_if_there(&place.file("leader.lock")).ok()??;
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        let mut note: Self = serde_json::from_str(&text).ok()?;
        // The pid of a leader that was killed stays in the file.
        let alive = Pid::from_raw(note.pid)
            .is_some_and(|pid| !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH)));
        let modified = file.metadata().ok()?.modified().ok()?;
        note.heartbeat_age = modified.elapsed().unwrap_or_default().as_secs_f64();
        alive.then_some(note)
    }
}
