//! The names of segments: which lane, how old, and of which process.
//!
//! It must not know what is in a segment, nor touch one.

use super::{Lane, disk};
use crate::process;

/// What stands before the number of the namespace that a process is in. Names of
/// earlier versions have none.
const NAMESPACE: char = '.';

/// A segment's file name, ordered by lane and then by the time it was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentName {
    lane: Lane,
    text: String,
}

impl SegmentName {
    /// A name that no other process, and no fork of this one, will choose.
    pub fn fresh(lane: Lane) -> Self {
        let nanos = u64::try_from(disk::since_epoch().as_nanos()).unwrap_or(u64::MAX);
        Self {
            lane,
            text: format!(
                "{}-{nanos:016x}-{}-{:08x}{NAMESPACE}{:x}.seg",
                lane.letter(),
                std::process::id(),
                disk::random() as u32,
                process::namespace().unwrap_or(0)
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

    /// The number of the process that made it, where it means something to us: in a
    /// container the same number is another process.
    pub fn process(&self) -> Option<i32> {
        let mut parts = self.text.strip_suffix(".seg")?.split('-').skip(2);
        let pid = parts.next()?.parse().ok()?;
        let (_, namespace) = parts.next()?.split_once(NAMESPACE)?;
        let namespace = u64::from_str_radix(namespace, 16).ok()?;
        (process::namespace() == Some(namespace)).then_some(pid)
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
    fn the_process_is_known_where_it_is_of_our_own_namespace() {
        let pid = std::process::id().cast_signed();
        assert_eq!(SegmentName::fresh(Lane::Visit).process(), Some(pid));
        for (rest, why) in [
            ("0a1b2c3d", "an earlier version"),
            ("0a1b2c3d.1", "a container"),
        ] {
            let name = format!("v-18eb943fe4f55ccb-{pid}-{rest}.seg");
            assert_eq!(SegmentName::parse(&name).unwrap().process(), None, "{why}");
        }
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
