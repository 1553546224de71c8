//! Segments whose writers have ended.
//!
//! Where a process lives for one request, each would leave a segment of its own,
//! and everybody who looks for work would look at all of them. So a writer goes on
//! with what another one has left: never with one of a process that lives.
//!
//! Should that be wrong, by a number that was given to another process, nothing is
//! lost: both take the lock, and the first writer leaves a segment that is not as
//! long as it left it.

use super::ack::Acks;
use super::record::is_of_this_format;
use super::segment::SegmentName;
use super::writer::{ROTATE_AT, Segment};
use super::{Disk, Lane, Mode, Named, Place, files, unix_now};
use crate::process::{self, Descriptor};
use rustix::fs::{FlockOperation, flock};
use std::os::fd::AsRawFd;

/// So many names are looked at, and so many files opened: the cost of a first
/// capture must not grow with what waits.
const MOST_LOOKED_AT: usize = 64;
const MOST_TRIED: usize = 4;
/// Settled lines hold addresses and go with their segment, so one that is older
/// is left to be emptied.
const LONGEST_LIFE: u64 = 10 * 60;

/// A segment to go on with, its lock held and room for so many bytes in it.
pub(super) fn take_over(place: &Place, lane: Lane, more: u64) -> Option<Segment> {
    // Other machines have other processes by these numbers.
    if place.is_network_fs() {
        return None;
    }
    let now = unix_now();
    let dir = place.file("seg");
    let names = place.disk().some_names(&dir, MOST_LOOKED_AT).ok()?;
    names
        .iter()
        .filter_map(|name| SegmentName::parse(name))
        .filter(|name| name.lane() == lane && !name.is_old(now, LONGEST_LIFE))
        .filter(|name| name.process().is_some_and(process::has_ended))
        .take(MOST_TRIED)
        .find_map(|name| open(place, &name, more))
}

fn open(place: &Place, name: &SegmentName, more: u64) -> Option<Segment> {
    let disk = place.disk();
    let path = place.file("seg").join(name.as_str());
    let file = disk.open(&path, Mode::Extend).ok()?;
    let descriptor = Descriptor::register(file.as_raw_fd());
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let at = Named::of(&path, &file).ok()?;
    let len = at.look()?.len();
    let whole = len == 0 || is_whole(disk, &file, len).unwrap_or(false);
    // Shorter than what is settled, what is added would count as settled.
    let ours = whole && len + more <= ROTATE_AT && Acks::new(place).get(name) <= len;
    ours.then_some(Segment {
        _descriptor: descriptor,
        file,
        at,
        len,
        since: std::time::Instant::now(),
        named: false,
    })
}

/// Whether its last line has an end, and its first is of no later version, behind
/// which an earlier one would find nothing.
fn is_whole(disk: &dyn Disk, file: &std::fs::File, len: u64) -> std::io::Result<bool> {
    let first = files::read_at(disk, file, 0, 1)?;
    let last = files::read_at(disk, file, len - 1, 1)?;
    Ok(first.first().is_some_and(is_of_this_format) && last == b"\n")
}
