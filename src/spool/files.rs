//! The few file operations that every part of a spool shares.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970. A clock before that reads as 0.
pub fn unix_now() -> i64 {
    since_epoch().as_secs().try_into().unwrap_or(i64::MAX)
}

/// The time of day, as a duration since 1970.
pub(super) fn since_epoch() -> std::time::Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Eight random bytes from the kernel: a generator seeded before a fork would
/// give parent and child the same names.
pub fn random() -> u64 {
    let mut bytes = [0; 8];
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()) {
        Ok(_) => u64::from_ne_bytes(bytes),
        // Kernels before 3.17; names also carry the time and the pid.
        Err(_) => since_epoch().subsec_nanos().into(),
    }
}

/// Opens a file that only its owner may read, and never through a symlink.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
    options
}

const UNFINISHED: &str = "tmp";

/// Puts `bytes` at `path` in one step: readers see the old file or the new
/// one. A crash may leave a `.tmp` beside it, which the next call overwrites.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(UNFINISHED);
    private()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&temporary)?
        .write_all(bytes)?;
    fs::rename(&temporary, path)
}

/// Removes what [`replace`] left in a directory where nobody calls it now.
pub(super) fn remove_unfinished(dir: &Path) {
    for name in names(dir).unwrap_or_default() {
        let path = dir.join(name);
        if path.extension().is_some_and(|ext| ext == UNFINISHED) {
            // Tried again by the next leader.
            let _ = remove(&path);
        }
    }
}

/// Opens for reading; a file that is not there is `None`.
pub(super) fn open_if_there(path: &Path) -> io::Result<Option<File>> {
    match private().read(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes a file; one that is gone already is fine.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The names in a directory that are text, hidden ones left out. A directory
/// that vanished has none.
pub(super) fn names(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        if let Ok(name) = entry?.file_name().into_string()
            && !name.starts_with('.')
        {
            names.push(name);
        }
    }
    Ok(names)
}
