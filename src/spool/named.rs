//! Whether a path still names the file that somebody has open.
//!
//! Directories are moved and replaced under running processes: a backup is put
//! in their place, a volume is mounted over them. Whoever goes on with the file
//! he has open then works in another spool than those who come by its path.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A path, and which file it named: on which device, and under which number.
#[derive(Clone, Debug)]
pub struct Named {
    path: PathBuf,
    dev: u64,
    ino: u64,
}

impl Named {
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

    /// What the path names, if that is still the file. Costs one system call, as
    /// a look at the open file would.
    pub fn look(&self) -> Option<Metadata> {
        fs::symlink_metadata(&self.path)
            .ok()
            .filter(|meta| (meta.dev(), meta.ino()) == (self.dev, self.ino))
    }

    /// Whether the path still names the file.
    pub fn holds(&self) -> bool {
        self.look().is_some()
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
        let named = Named::of(&path, &file).unwrap();
        assert!(named.holds());
        fs::rename(&path, &other).unwrap();
        assert!(!named.holds());
        fs::copy(&other, &path).unwrap();
        assert!(!named.holds());
        fs::rename(&other, &path).unwrap();
        assert!(named.holds());
    }
}
