//! The few file operations that every part of a spool shares.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::disk::{Disk, Mode};

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

const UNFINISHED: &str = "tmp";

/// Puts `bytes` at `path` in one step: readers see the old file or the new
/// one. A crash may leave a `.tmp` beside it, which the next call overwrites.
pub(super) fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(UNFINISHED);
    let file = disk.open(&temporary, Mode::Fresh)?;
    write_all(disk, &file, bytes)?;
    disk.rename(&temporary, path)
}

/// Removes what [`replace`] left in a directory where nobody calls it now.
pub(super) fn remove_unfinished(disk: &dyn Disk, dir: &Path) {
    for name in names(disk, dir).unwrap_or_default() {
        let path = dir.join(name);
        if path.extension().is_some_and(|ext| ext == UNFINISHED) {
            // Tried again by the next leader.
            let _ = remove(disk, &path);
        }
    }
}

/// Writes all of it, in as many steps as it takes.
pub(super) fn write_all(disk: &dyn Disk, file: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match disk.write(file, bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads up to `len` bytes from `offset` on; fewer when the file ends.
pub(super) fn read_at(disk: &dyn Disk, file: &File, offset: u64, len: u64) -> io::Result<Vec<u8>> {
    let (bytes, end) = read_as_far(disk, file, offset, len);
    end.map(|()| bytes)
}

/// The same, and what came before a place that cannot be read.
pub(super) fn read_as_far(
    disk: &dyn Disk,
    file: &File,
    offset: u64,
    len: u64,
) -> (Vec<u8>, io::Result<()>) {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
    let (mut filled, mut end) = (0, Ok(()));
    while filled < bytes.len() {
        match disk.read_at(file, &mut bytes[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                end = Err(error);
                break;
            }
        }
    }
    bytes.truncate(filled);
    (bytes, end)
}

/// The whole of a file; one that is not there is `None`.
pub(super) fn read(disk: &dyn Disk, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open_if_there(disk, path)? else {
        return Ok(None);
    };
    let len = file.metadata()?.len();
    read_at(disk, &file, 0, len).map(Some)
}

/// Opens for reading; a file that is not there is `None`.
pub(super) fn open_if_there(disk: &dyn Disk, path: &Path) -> io::Result<Option<File>> {
    found(disk.open(path, Mode::Read))
}

/// What is not there is `None`.
pub(super) fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// Removes a file; one that is gone already is fine.
pub(super) fn remove(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    found(disk.unlink(path)).map(drop)
}

/// The names in a directory, hidden ones left out. A directory that vanished
/// has none.
pub(super) fn names(disk: &dyn Disk, dir: &Path) -> io::Result<Vec<String>> {
    let mut names = found(disk.names(dir))?.unwrap_or_default();
    names.retain(|name| !name.starts_with('.'));
    Ok(names)
}

/// Reads a file from an offset on, so that it can be buffered.
pub(super) struct ReadFrom<'a> {
    pub disk: &'a dyn Disk,
    pub file: &'a File,
    pub offset: u64,
}

impl io::Read for ReadFrom<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.disk.read_at(self.file, bytes, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
