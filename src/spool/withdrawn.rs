//! Events taken back before delivery: a marker for each, which any process may
//! set and the leader honours when it reaches the record.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::error::Context;
use super::{SpoolError, files, hash, hash_name};

/// The ids that are marked.
#[derive(Debug)]
pub struct Withdrawn {
    dir: PathBuf,
    hashes: HashSet<u128>,
}

impl Withdrawn {
    /// Reads the markers below `<destination>/withdrawn`. An unreadable
    /// directory has none: an event too many is better than one stuck.
    pub fn read(dir: &Path) -> Self {
        let dir = dir.join("withdrawn");
        let hashes = files::names(&dir)
            .unwrap_or_default()
            .iter()
            .filter_map(|name| u128::from_str_radix(name, 16).ok())
            .collect();
        Self { dir, hashes }
    }

    /// Whether the event was taken back.
    pub fn contains(&self, id: &str) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&hash(id))
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Marks an event.
    ///
    /// # Errors
    /// What the file system says.
    pub fn mark(&mut self, id: &str) -> Result<(), SpoolError> {
        let path = self.dir.join(hash_name(id));
        files::private()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .context("create", &path)?;
        self.hashes.insert(hash(id));
        Ok(())
    }

    /// Removes a marker whose record is settled.
    pub fn clear(&mut self, id: &str) {
        if self.hashes.remove(&hash(id)) {
            // A marker that stays behind would take back a later event of the
            // same id, which is the same event.
            let _ = files::remove(&self.dir.join(hash_name(id)));
        }
    }
}
