//! How far each segment is settled. Only the leader calls this.

use std::io;
use std::path::PathBuf;

use super::segment::SegmentName;
use super::{Place, files, sealed};

/// The directory of offsets.
#[derive(Clone, Debug)]
pub struct Acks {
    place: Place,
    dir: PathBuf,
}

impl Acks {
    /// Offsets below `<destination>/ack`.
    pub fn new(place: &Place) -> Self {
        Self {
            dir: place.file("ack"),
            place: place.clone(),
        }
    }

    /// Bytes of the segment that are settled; 0 when none are, or when the
    /// file is damaged: sending twice is dealt with, losing is not.
    pub fn get(&self, segment: &SegmentName) -> u64 {
        files::read(self.place.disk(), &self.path(segment))
            .ok()
            .flatten()
            .and_then(|text| sealed::open(&text))
            .unwrap_or(0)
    }

    /// Moves the offset. Not synced: a lost move sends events again, and their
    /// ids are the same.
    pub fn set(&self, segment: &SegmentName, offset: u64) -> io::Result<()> {
        let text = sealed::seal(offset);
        files::replace(self.place.disk(), &self.path(segment), text.as_bytes())
    }

    /// Forgets a segment that is gone.
    pub fn forget(&self, segment: &SegmentName) -> io::Result<()> {
        files::remove(self.place.disk(), &self.path(segment))
    }

    /// Removes what a leader that was killed had begun to write.
    pub fn tidy(&self) {
        files::remove_unfinished(self.place.disk(), &self.dir);
    }

    /// The segments that have an offset.
    pub fn segments(&self) -> io::Result<Vec<SegmentName>> {
        Ok(files::names(self.place.disk(), &self.dir)?
            .iter()
            .filter_map(|name| SegmentName::parse(name))
            .collect())
    }

    fn path(&self, segment: &SegmentName) -> PathBuf {
        self.dir.join(segment.as_str())
    }
}
