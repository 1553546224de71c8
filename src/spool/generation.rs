//! The newest settings that any process of the shop has seen.
//!
//! A number that only rises. It lets a token saved in one worker stop the
//! sender that runs with the old one in another.

use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::files;

/// Fixed, so that one `pwrite` replaces the number and no reader sees a part.
const WIDTH: usize = 20;

/// The number, 0 where none was ever written.
pub fn read(dir: &Path) -> u64 {
    let mut text = [0; WIDTH];
    files::open_if_there(&dir.join("generation"))
        .ok()
        .flatten()
        .and_then(|file| file.read_exact_at(&mut text, 0).ok())
        .and_then(|()| std::str::from_utf8(&text).ok()?.trim().parse().ok())
        .unwrap_or(0)
}

/// Writes `generation` down unless a higher one is there, and says which is
/// there now.
///
/// # Errors
/// What the file system says.
pub fn raise(dir: &Path, generation: u64) -> io::Result<u64> {
    let seen = read(dir);
    if seen >= generation {
        return Ok(seen);
    }
    let file = files::private()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join("generation"))?;
    // Held for three system calls, by whoever raises; closing releases it.
    flock(&file, FlockOperation::LockExclusive)?;
    let seen = read(dir).max(generation);
    file.write_all_at(format!("{seen:0WIDTH$}").as_bytes(), 0)?;
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_and_never_falls() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), 0);
        assert_eq!(raise(dir.path(), 7).unwrap(), 7);
        assert_eq!(raise(dir.path(), 3).unwrap(), 7);
        assert_eq!(read(dir.path()), 7);
        assert_eq!(raise(dir.path(), u64::MAX).unwrap(), u64::MAX);
    }
}
