//! The names of segments: which lane, how old, and whose.

use super::{Lane, files};

/// A segment's file name, ordered by lane and then by birth.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentName {
    lane: Lane,
    text: String,
}

impl SegmentName {
    /// A name that no other process, and no fork of this one, will choose.
    pub fn fresh(lane: Lane) -> Self {
        let nanos = u64::try_from(files::since_epoch().as_nanos()).unwrap_or(u64::MAX);
        Self {
            lane,
            text: format!(
                "{}-{nanos:016x}-{}-{:08x}.seg",
                lane.letter(),
                std::process::id(),
                files::random() as u32
            ),
        }
    }

    /// Reads a directory entry; what does not look like a segment is `None`.
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_suffix(".seg")?.split('-');
        let lane = Lane::from_letter(parts.next()?)?;
        let start = parts.next()?;
        let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        (start.len() == 16 && hex(start) && parts.count() == 2).then(|| Self {
            lane,
            text: name.to_owned(),
        })
    }

    /// Whether it was begun this many seconds ago. One that will be begun in the
    /// future, by a clock that was wrong, is as old as any.
    pub fn is_old(&self, now: i64, seconds: u64) -> bool {
        let start = self.text.split('-').nth(1);
        let nanos = start.and_then(|hex| u64::from_str_radix(hex, 16).ok());
        nanos.is_none_or(|nanos| {
            (nanos / 1_000_000_000).abs_diff(now.max(0).unsigned_abs()) > seconds
        })
    }

    /// The lane that its records wait in.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// The file name.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_sort_by_lane_then_age() {
        let visit = SegmentName::fresh(Lane::Visit);
        let older = SegmentName::fresh(Lane::Revenue);
        let newer = SegmentName::fresh(Lane::Revenue);
        assert_eq!(SegmentName::parse(older.as_str()), Some(older.clone()));
        assert!(older < newer && newer < visit);
    }

    #[test]
    fn other_files_are_no_segments() {
        for name in [
            "",
            "x",
            "r-1.seg",
            "r-0000000000000000-1-2.tmp",
            "z-0000000000000000-1-2.seg",
        ] {
            assert_eq!(SegmentName::parse(name), None);
        }
    }
}
