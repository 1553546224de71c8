//! How far each segment is settled. Only the leader calls this.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::files;
use super::segment::SegmentName;

/// The directory of offsets.
#[derive(Clone, Debug)]
pub struct Acks(PathBuf);

impl Acks {
    /// Offsets below `<destination>/ack`.
    pub fn new(dir: &Path) -> Self {
        Self(dir.join("ack"))
    }

    /// Bytes of the segment that are settled; 0 when none are, or when the
    /// file is unreadable: sending twice is dealt with, losing is not.
    pub fn get(&self, segment: &SegmentName) -> u64 {
        let mut text = String::new();
        files::open_if_there(&self.path(segment))
            .ok()
            .flatten()
            .and_then(|file| file.take(32).read_to_string(&mut text).ok())
            .and_then(|_| text.trim().parse().ok())
            .unwrap_or(0)
    }

    /// Moves the offset. Not synced: a lost move sends events again, and their
    /// ids are the same.
    pub fn set(&self, segment: &SegmentName, offset: u64) -> io::Result<()> {
        files::replace(&self.path(segment), offset.to_string().as_bytes())
    }

    /// Forgets a segment that is gone.
    pub fn forget(&self, segment: &SegmentName) -> io::Result<()> {
        files::remove(&self.path(segment))
    }

    /// Removes what a leader that was killed had begun to write.
    pub fn tidy(&self) {
        files::remove_unfinished(&self.0);
    }

    /// The segments that have an offset.
    pub fn segments(&self) -> io::Result<Vec<SegmentName>> {
        Ok(files::names(&self.0)?
            .iter()
            .filter_map(|name| SegmentName::parse(name))
            .collect())
    }

    fn path(&self, segment: &SegmentName) -> PathBuf {
        self.0.join(segment.as_str())
    }
}
