//! Where a spool lies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};

use super::claim::{claim, node};
use super::error::Context;
use super::held;
use super::network::is_shared;
use super::private_dir::{Made, private_dir};
use super::room::check_disk;
use super::{Disk, Mode, Named, RealDisk, Reason, Refused, SpoolError, files, hash_name};

const PARTS: [&str; 5] = ["seg", "ack", "settled", "dead", "withdrawn"];
/// About a record's size: a disk may have room for a name and not for that.
const PROBE_BYTES: usize = 4096;

/// The opened directory of one destination.
#[derive(Clone, Debug)]
pub struct Place {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    node: String,
    /// The note of whose spool it is.
    note: Named,
}

impl Place {
    /// Opens, and where it is not there yet makes, the directory of a
    /// destination.
    ///
    /// # Errors
    /// `foreign_owner` when the directories belong to another user,
    /// `foreign_site` when the spool was made for another site or is a copy,
    /// `unsafe` when others can read it, else what the file system says.
    pub fn open(root: &Path, site: &str, account: &str, test: bool) -> Result<Self, SpoolError> {
        Self::open_on(Arc::new(RealDisk), root, site, account, test)
    }

    /// The same on a disk that may fail in other ways than the machine's own.
    ///
    /// # Errors
    /// As [`Place::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        root: &Path,
        site: &str,
        account: &str,
        test: bool,
    ) -> Result<Self, SpoolError> {
        let dir = Self::path(root, site, account, test);
        private_dir(&*disk, root, Made::ByAnyone)?;
        if let Some(of_site) = dir.parent() {
            private_dir(&*disk, of_site, Made::ByUs)?;
        }
        private_dir(&*disk, &dir, Made::ByUs)?;
        for part in PARTS {
            private_dir(&*disk, &dir.join(part), Made::ByUs)?;
        }
        let place = Self {
            note: claim(&*disk, &dir, site, account, test)?,
            node: node(&*disk, root)?,
            disk,
            dir,
        };
        Refused::make_room(&place);
        Ok(place)
    }

    /// Where a destination's directory is, whether it is there or not.
    pub fn path(root: &Path, site: &str, account: &str, test: bool) -> PathBuf {
        let suffix = if test { "-test" } else { "" };
        root.join(&hash_name(site)[..16])
            .join(format!("{account}{suffix}"))
    }

    /// What its files are on.
    pub fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    /// The destination's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A name for the machine that holds this spool, made at random once.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Whether the path still leads to the spool that was opened: it may have been
    /// moved away, or replaced by another one or by a copy.
    pub fn is_current(&self) -> bool {
        self.note.holds()
    }

    /// What is said where it does not.
    pub fn moved(&self) -> SpoolError {
        SpoolError::new(
            Reason::Io,
            format!(
                "{} was moved or replaced while it was in use",
                self.dir.display()
            ),
        )
    }

    /// A file of the destination.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The target under which log lines about this spool are written.
    pub fn log_target(&self) -> &str {
        self.dir.to_str().unwrap_or("pinrelay")
    }

    /// Makes sure that a record could be written here now, by making a file and
    /// removing it. Costs a few system calls: for people who look.
    ///
    /// # Errors
    /// What a capture would be refused with, but for `pinrelay.max_bytes`.
    pub fn probe(&self) -> Result<(), SpoolError> {
        check_disk(self)?;
        let dir = self.file("seg");
        let path = dir.join(format!(".probe-{:016x}", files::random()));
        let tried = self.disk.open(&path, Mode::New).and_then(|file| {
            flock(&file, FlockOperation::NonBlockingLockExclusive)?;
            files::write_all(&*self.disk, &file, &[b' '; PROBE_BYTES])
        });
        // One that stays behind is cleared away with the stillborn segments.
        let _ = files::remove(&*self.disk, &path);
        tried.context("write to", &dir)
    }

    /// Whether the directory lies on a file system that other machines share,
    /// where locks may not hold.
    pub fn is_network_fs(&self) -> bool {
        // The kernel's constants are of 32 bits, whatever the type here.
        rustix::fs::statfs(&self.dir).is_ok_and(|stat| is_shared(stat.f_type as u32))
    }

    /// Bytes in segments and verdicts: what the size limit counts. Looks at every
    /// file.
    pub fn held_bytes(&self) -> u64 {
        held::count(self, "seg").saturating_add(held::count(self, "settled"))
    }

    /// The same and the dead letters.
    pub fn bytes(&self) -> u64 {
        self.held_bytes().saturating_add(held::count(self, "dead"))
    }
}
