//! Dead letters: events that Pinterest refused, kept whole with its message, to be
//! looked at and replayed.
//!
//! It must not know when an event is refused, nor when one is too old to be kept.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::error::Context;
use super::record::{self, Envelope};
use super::{Mode, SpoolDir, SpoolError, disk, hash_name};

/// More would be a fault of ours or of the settings, not of the events.
const MOST: usize = 1000;
/// Finding the oldest costs a look at each, and is not done for each.
const SLACK: usize = 100;
/// Replaying or discarding one takes a write to the disk, maybe a slow one.
const TRIES: u32 = 100;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The dead letters of one destination.
#[derive(Debug)]
pub struct DeadLetters {
    spool: SpoolDir,
    dir: PathBuf,
}

/// What is reported of a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadLetter {
    /// The event's id.
    pub event_id: String,
    /// The API's name of the event.
    pub event_name: String,
    /// When it was refused, unix seconds.
    pub at: i64,
    /// Pinterest's message.
    pub message: String,
}

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    at: i64,
    message: String,
    #[serde(borrow)]
    record: Envelope<'a>,
}

impl DeadLetters {
    /// Those below `<destination>/dead`.
    pub fn new(spool: &SpoolDir) -> Self {
        Self {
            dir: spool.file("dead"),
            spool: spool.clone(),
        }
    }

    /// Keeps a refused event. A second refusal of the same event replaces the
    /// first. Returns how many old ones were dropped to make space.
    ///
    /// # Errors
    /// What the file system says.
    pub fn put(&self, record: &Envelope<'_>, message: String, now: i64) -> Result<u64, SpoolError> {
        let path = self.path(&record.id);
        let text = serde_json::to_vec(&Stored {
            at: now,
            message,
            record: record.clone(),
        })
        .map_err(std::io::Error::from)
        .context("render", &path)?;
        disk::replace(self.spool.disk(), &path, &text).context("write", &path)?;
        if self.count() <= MOST + SLACK {
            return Ok(0);
        }
        let mut dropped = 0;
        for old in self.newest_first().iter().skip(MOST) {
            disk::remove(self.spool.disk(), old).context("remove", old)?;
            dropped += 1;
        }
        Ok(dropped)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.names().len()
    }

    /// The newest `limit`; one that does not read is passed over.
    pub fn list(&self, limit: usize) -> Vec<DeadLetter> {
        let read = |path: &PathBuf| {
            let text = disk::read(self.spool.disk(), path).ok()??;
            let stored: Stored<'_> = serde_json::from_slice(&text).ok()?;
            Some(DeadLetter {
                event_id: stored.record.id.into_owned(),
                event_name: stored.record.name.into_owned(),
                at: stored.at,
                message: stored.message,
            })
        };
        self.newest_first()
            .iter()
            .filter_map(read)
            .take(limit)
            .collect()
    }

    /// A dead letter as an encoded record, to be written to a segment.
    /// It is to be delivered, however late it is by now.
    ///
    /// # Errors
    /// What the file system says, or that the file does not read.
    pub fn record(&self, id: &str) -> Result<Option<(String, Vec<u8>)>, SpoolError> {
        let path = self.path(id);
        let Some(text) = disk::read(self.spool.disk(), &path).context("read", &path)? else {
            return Ok(None);
        };
        serde_json::from_slice::<Stored<'_>>(&text)
            .and_then(|mut stored| {
                stored.record.late_ok = true;
                Ok(Some((
                    stored.record.name.clone().into_owned(),
                    record::encode(&stored.record)?,
                )))
            })
            .map_err(std::io::Error::from)
            .context("read", &path)
    }

    /// Locks a dead letter against other processes for as long as the file is open;
    /// `None` where there is none.
    ///
    /// # Errors
    /// What the file system says.
    pub fn hold(&self, id: &str) -> Result<Option<File>, SpoolError> {
        let path = self.path(id);
        let opened = self.spool.disk().open(&path, Mode::Edit);
        let Some(file) = disk::found(opened).context("open", &path)? else {
            return Ok(None);
        };
        for _ in 0..TRIES {
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                break;
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
        // Another process may have moved it while we waited.
        let is_there = file.metadata().context("look at", &path)?.nlink() > 0;
        Ok(is_there.then_some(file))
    }

    /// Discards the dead letters that `is_one` selects, read only where `wants` finds
    /// their text worth it. Gives back their events' ids.
    ///
    /// # Errors
    /// What the file system says.
    pub fn discard(
        &self,
        wants: impl Fn(&str) -> bool,
        is_one: impl Fn(&Envelope<'_>) -> bool,
    ) -> Result<Vec<String>, SpoolError> {
        let mut discarded = Vec::new();
        for name in self.names() {
            let path = self.dir.join(name);
            // One that cannot be read cannot be replayed either.
            let text = disk::read(self.spool.disk(), &path).ok().flatten();
            let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
            if !wants(&text) {
                continue;
            }
            let Ok(stored) = serde_json::from_str::<Stored<'_>>(&text) else {
                continue;
            };
            if is_one(&stored.record)
                && let Some(_held) = self.hold(&stored.record.id)?
            {
                self.remove(&stored.record.id)?;
                discarded.push(stored.record.id.into_owned());
            }
        }
        Ok(discarded)
    }

    /// Removes the dead letter of an event that was replayed or withdrawn.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(&self, id: &str) -> Result<(), SpoolError> {
        let path = self.path(id);
        disk::remove(self.spool.disk(), &path).context("remove", &path)
    }

    fn names(&self) -> Vec<String> {
        let mut names = disk::names(self.spool.disk(), &self.dir).unwrap_or_default();
        names.retain(|name| name.ends_with(".json"));
        names
    }

    fn newest_first(&self) -> Vec<PathBuf> {
        let modified = |path: &Path| fs::symlink_metadata(path).ok()?.modified().ok();
        let mut paths: Vec<_> = self
            .names()
            .into_iter()
            .map(|name| self.dir.join(name))
            .filter_map(|path| Some((modified(&path)?, path)))
            .collect();
        paths.sort_by(|a, b| b.cmp(a));
        paths.into_iter().map(|(_, path)| path).collect()
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{}.json", hash_name(id)))
    }
}
