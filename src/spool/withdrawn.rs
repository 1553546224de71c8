//! Events taken back before delivery: a marker for each, which any process may
//! set and the leader honours when it reaches the record.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::error::Context;
use super::{Mode, Place, SpoolError, files, hash, hash_name};

/// No event is taken that is older.
const KEEP_SECONDS: i64 = 7 * 86_400;

/// The ids that are marked.
#[derive(Debug)]
pub struct Withdrawn {
    place: Place,
    dir: PathBuf,
    hashes: HashSet<u128>,
}

impl Withdrawn {
    /// Reads the markers below `<destination>/withdrawn`. An unreadable
    /// directory has none: an event too many is better than one stuck.
    pub fn read(place: &Place) -> Self {
        let dir = place.file("withdrawn");
        let hashes = files::names(place.disk(), &dir)
            .unwrap_or_default()
            .iter()
            .filter_map(|name| u128::from_str_radix(name, 16).ok())
            .collect();
        Self {
            place: place.clone(),
            dir,
            hashes,
        }
    }

    /// Whether the event was taken back.
    pub fn contains(&self, id: &str) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&hash(id))
    }

    /// Marks an event.
    ///
    /// # Errors
    /// What the file system says.
    pub fn mark(&mut self, id: &str) -> Result<(), SpoolError> {
        let path = self.dir.join(hash_name(id));
        self.place
            .disk()
            .open(&path, Mode::Keep)
            .context("create", &path)?;
        self.hashes.insert(hash(id));
        Ok(())
    }

    /// Removes a marker whose record is settled.
    pub fn clear(&mut self, id: &str) {
        if self.hashes.remove(&hash(id)) {
            // One that stays behind is lifted when the event comes again.
            let _ = files::remove(self.place.disk(), &self.dir.join(hash_name(id)));
        }
    }

    /// The event is wanted after all: a marker that was set before, or that was
    /// set too late and stayed behind, does not concern its next record.
    ///
    /// # Errors
    /// What the file system says.
    pub fn lift(place: &Place, id: &str) -> Result<(), SpoolError> {
        let path = place.file("withdrawn").join(hash_name(id));
        files::remove(place.disk(), &path).context("remove", &path)
    }

    /// Removes markers whose records, if they were ever there, have expired.
    pub fn prune(place: &Place, now: i64) {
        let dir = place.file("withdrawn");
        for name in files::names(place.disk(), &dir).unwrap_or_default() {
            let path = dir.join(name);
            let set = fs::symlink_metadata(&path).map(|meta| meta.mtime());
            if set.is_ok_and(|when| when < now - KEEP_SECONDS) {
                // Tried again at the next start.
                let _ = files::remove(place.disk(), &path);
            }
        }
    }
}
