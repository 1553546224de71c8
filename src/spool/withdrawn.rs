//! Events withdrawn before delivery: an empty file for each record, named after its
//! segment and offset, which any process may make and the leader honours when it
//! comes to that record.
//!
//! The offset and not the id: an order that comes again is a record elsewhere,
//! so capturing need not look here. It must not know whose wish it was.

use std::collections::HashSet;
use std::path::PathBuf;

use super::SegmentName;
use super::error::Context;
use super::{Mode, SpoolDir, SpoolError, disk};

/// The records that are marked.
#[derive(Debug)]
pub struct Withdrawn {
    spool: SpoolDir,
    dir: PathBuf,
    names: HashSet<String>,
}

impl Withdrawn {
    /// Reads the markers below `<destination>/withdrawn`. An unreadable
    /// directory has none: an event too many is better than one stuck.
    pub fn read(spool: &SpoolDir) -> Self {
        let dir = spool.file("withdrawn");
        let names = disk::names(spool.disk(), &dir).unwrap_or_default();
        Self {
            spool: spool.clone(),
            dir,
            names: names.into_iter().collect(),
        }
    }

    /// Whether the record that ends at `end` was taken back.
    pub fn contains(&self, segment: &SegmentName, end: u64) -> bool {
        !self.names.is_empty() && self.names.contains(&marker(segment, end))
    }

    /// Marks a record.
    ///
    /// # Errors
    /// What the file system says.
    pub fn mark(&mut self, segment: &SegmentName, end: u64) -> Result<(), SpoolError> {
        let name = marker(segment, end);
        let path = self.dir.join(&name);
        self.spool
            .disk()
            .open(&path, Mode::Keep)
            .context("create", &path)?;
        self.names.insert(name);
        Ok(())
    }

    /// Removes the marker of a record that is settled. Not before its segment's
    /// offset has moved: a leader that is killed in between must not send it.
    pub fn clear(&mut self, segment: &SegmentName, end: u64) {
        if self.contains(segment, end) {
            let name = marker(segment, end);
            // One that stays behind concerns no other record.
            let _ = disk::remove(self.spool.disk(), &self.dir.join(&name));
            self.names.remove(&name);
        }
    }
}

fn marker(segment: &SegmentName, end: u64) -> String {
    format!("{}.{end}", segment.as_str())
}
