//! What the spool asks of a file system, as far as a failure of it changes
//! what the spool does.
//!
//! A test puts a disk between that fails where a script says. It must not know
//! what is in the files. What only looks (`stat`, `flock` on an open file) is
//! not here: it fails together with the rest or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{CWD, FallocateFlags, OFlags, RenameFlags, fallocate, renameat_with, statvfs};

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

    /// Makes sure that there is room for `len` bytes at `offset`, where the file
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

    /// Brings a file's content to the platter.
    ///
    /// # Errors
    /// As above.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// Brings the names in a directory to the platter.
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

    /// Gives a file another name, in place of whatever has it.
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
