//! What the spool asks of a file system, as far as a failure of it changes what the
//! spool does, and the file operations that are made of that.
//!
//! A test puts a disk between that fails where a script says. It must not know what
//! is in the files. What only looks (`stat`, `flock` on an open file) is not part of
//! [`Disk`]: it fails together with the rest or not at all.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{
    AtFlags, CWD, FallocateFlags, OFlags, RenameFlags, StatxFlags, fallocate, makedev,
    renameat_with, statvfs, statx,
};

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To read one that is there.
    Read,
    /// To read and change one that is there.
    Edit,
    /// To read and change; made where it is not there.
    Keep,
    /// To read, and write at the end; made where it is not there.
    Append,
    /// To read, and write at the end of one that is there.
    Extend,
    /// To write at the end; must not be there.
    New,
    /// To write; emptied where it is there.
    Fresh,
}

/// Files and directories that only their owner may read. None of it follows a
/// symlink in a path's last part, and none of it waits for another process, as
/// opening a named pipe would.
pub trait Disk: std::fmt::Debug + Send + Sync {
    /// Opens or makes a file.
    ///
    /// # Errors
    /// What the file system says; so with all that follow.
    fn open(&self, path: &Path, mode: Mode) -> io::Result<File>;

    /// One `write`, at the end or wherever the file stands. It may be short.
    ///
    /// # Errors
    /// As above.
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<usize>;

    /// One `read` at an offset. It may be short, and is empty at the end.
    ///
    /// # Errors
    /// As above.
    fn read_at(&self, file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Cuts a file.
    ///
    /// # Errors
    /// As above.
    fn set_len(&self, file: &File, len: u64) -> io::Result<()>;

    /// Makes sure that there is space for `len` bytes at `offset`, where the file
    /// system can do that.
    ///
    /// # Errors
    /// As above.
    fn reserve(&self, file: &File, offset: u64, len: u64) -> io::Result<()>;

    /// Bytes that are left for us on the disk of a directory.
    ///
    /// # Errors
    /// As above.
    fn free(&self, dir: &Path) -> io::Result<u64>;

    /// `fdatasync` of a file.
    ///
    /// # Errors
    /// As above.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// `fsync` of a directory: of the names in it.
    ///
    /// # Errors
    /// As above.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Makes a directory, and those above it.
    ///
    /// # Errors
    /// As above.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;

    /// The names in a directory that are text.
    ///
    /// # Errors
    /// As above.
    fn names(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.some_names(dir, usize::MAX)
    }

    /// The same, and at most so many, whichever come first.
    ///
    /// # Errors
    /// As above.
    fn some_names(&self, dir: &Path, most: usize) -> io::Result<Vec<String>>;

    /// Gives a file another name, replacing any file of that name.
    ///
    /// # Errors
    /// As above.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name, unless something has it. Not every file system
    /// can.
    ///
    /// # Errors
    /// As above.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file another name, unless something has it. Not every file system
    /// can.
    ///
    /// # Errors
    /// As above.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// As above.
    fn unlink(&self, path: &Path) -> io::Result<()>;
}

/// The file system itself.
#[derive(Clone, Copy, Debug)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path, mode: Mode) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options
            .mode(0o600)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
        match mode {
            Mode::Read => options.read(true),
            Mode::Edit => options.read(true).write(true),
            Mode::Keep => options.read(true).write(true).create(true),
            Mode::Append => options.read(true).append(true).create(true),
            Mode::Extend => options.read(true).append(true),
            Mode::New => options.append(true).create_new(true),
            Mode::Fresh => options.write(true).create(true).truncate(true),
        };
        let file = options.open(path)?;
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::Error::other("it is no regular file")),
        }
    }

    fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    fn read_at(&self, file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(bytes, offset)
    }

    fn set_len(&self, file: &File, len: u64) -> io::Result<()> {
        file.set_len(len)
    }

    fn reserve(&self, file: &File, offset: u64, len: u64) -> io::Result<()> {
        match fallocate(file, FallocateFlags::KEEP_SIZE, offset, len) {
            // Not every file system can reserve; there the write must do.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
            other => Ok(other?),
        }
    }

    fn free(&self, dir: &Path) -> io::Result<u64> {
        let disk = statvfs(dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options
            .read(true)
            .custom_flags(OFlags::DIRECTORY.bits().cast_signed());
        options.open(dir)?.sync_all()
    }

    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).recursive(true).create(dir)
    }

    fn some_names(&self, dir: &Path, most: usize) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)?.take(most) {
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
    }

    fn unlink(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

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

/// Removes what [`replace`] left in a directory where no call is under way.
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

/// The same, and what came before an offset that cannot be read.
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

/// A path, and which file it named: on which device, and under which number.
#[derive(Clone, Debug)]
pub struct FileIdentity {
    path: PathBuf,
    dev: u64,
    ino: u64,
}

impl FileIdentity {
    /// The path of an open file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn of(path: &Path, file: &File) -> io::Result<Self> {
        Ok(Self::from(path, &file.metadata()?))
    }

    /// The same where the file was looked at before.
    pub(super) fn from(path: &Path, meta: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            dev: meta.dev(),
            ino: meta.ino(),
        }
    }

    /// How long the file is, if the path still names it. One system call, as a look at
    /// the open file would be. It asks for no times: once they were asked for, the next
    /// append has to write new ones, which costs as much again.
    pub fn current_len(&self) -> Option<u64> {
        let asked = StatxFlags::INO | StatxFlags::SIZE;
        let (dev, ino, len) = match statx(CWD, &self.path, AtFlags::SYMLINK_NOFOLLOW, asked) {
            Ok(stat) => (
                makedev(stat.stx_dev_major, stat.stx_dev_minor),
                stat.stx_ino,
                stat.stx_size,
            ),
            // Also where the kernel or a sandbox does not know this call.
            Err(_) => {
                let meta = fs::symlink_metadata(&self.path).ok()?;
                (meta.dev(), meta.ino(), meta.len())
            }
        };
        ((dev, ino) == (self.dev, self.ino)).then_some(len)
    }

    /// Whether the path still names the file.
    pub fn is_current(&self) -> bool {
        self.current_len().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_file_until_that_is_moved_removed_or_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("a"), dir.path().join("b"));
        let file = File::create(&path).unwrap();
        let named = FileIdentity::of(&path, &file).unwrap();
        assert!(named.is_current());
        fs::rename(&path, &other).unwrap();
        assert!(!named.is_current());
        fs::copy(&other, &path).unwrap();
        assert!(!named.is_current());
        fs::rename(&other, &path).unwrap();
        assert!(named.is_current());
    }
}
