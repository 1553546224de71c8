//! The newest settings that any process of the shop has seen.
//!
//! A number that only rises. It lets a token saved in one worker stop the
//! sender that runs with the old one in another.

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::error::Context;
use super::{Mode, Place, SpoolError, files, sealed};

const FILE: &str = "generation";

/// The number, 0 where none was ever written or it is damaged: then those that
/// are running raise it again.
pub fn read(place: &Place) -> u64 {
    files::read(place.disk(), &place.file(FILE))
        .ok()
        .flatten()
        .and_then(|text| sealed::open(&text))
        .unwrap_or(0)
}

/// Writes `generation` down unless a higher one is there, and says which is
/// there now. Where somebody else is at it that may still be a lower one: it is
/// tried again by whoever comes next, and no request waits for a lock.
///
/// # Errors
/// What the file system says.
pub fn raise(place: &Place, generation: u64) -> Result<u64, SpoolError> {
    let seen = read(place);
    if seen >= generation {
        return Ok(seen);
    }
    let path = place.file(FILE);
    let file = place
        .disk()
        .open(&path, Mode::Keep)
        .context("open", &path)?;
    // Held for three system calls, by whoever raises; closing releases it. But a
    // process may be stopped in the middle of them.
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => return Ok(seen),
        locked => locked.context("lock", &path)?,
    }
    let seen = read(place).max(generation);
    files::write_all(place.disk(), &file, sealed::seal(seen).as_bytes())
        .context("write to", &path)?;
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_and_never_falls() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::open(&dir.path().join("root"), "site", "1", false).unwrap();
        assert_eq!(read(&place), 0);
        assert_eq!(raise(&place, 7).unwrap(), 7);
        assert_eq!(raise(&place, 3).unwrap(), 7);
        assert_eq!(read(&place), 7);
        assert_eq!(raise(&place, u64::MAX).unwrap(), u64::MAX);
    }
}
