//! The directory of one destination: where it is, and what kind of file system it
//! is on.
//!
//! It must not know what the files in it say. Who may use it is decided in
//! `ownership`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};

use super::checked::HeldBytes;
use super::disk::{self, Disk, FileIdentity, Mode, RealDisk};
use super::error::Context;
use super::ownership::{Made, claim, node, private_dir};
use super::{Reason, Refused, SpoolError, hash_name, quota};

const PARTS: [&str; 5] = ["seg", "ack", "settled", "dead", "withdrawn"];
/// About a record's size: a disk may have space for a name and not for that.
const PROBE_BYTES: usize = 4096;

/// The opened directory of one destination.
#[derive(Clone, Debug)]
pub struct SpoolDir {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    node: String,
    /// `spool.json`, which says whose spool it is.
    owner_file: FileIdentity,
}

impl SpoolDir {
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
    /// As [`SpoolDir::open`].
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
        // Before anything is made in it: a later version's is left as it is.
        let owner_file = claim(&*disk, &dir, site, account, test)?;
        for part in PARTS {
            private_dir(&*disk, &dir.join(part), Made::ByUs)?;
        }
        let spool = Self {
            owner_file,
            node: node(&*disk, root)?,
            disk,
            dir,
        };
        Refused::allocate(&spool);
        Ok(spool)
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
        self.owner_file.is_current()
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
    /// removing it. Costs a few system calls: for the status page.
    ///
    /// # Errors
    /// What a capture would be refused with, but for `pinrelay.max_bytes`.
    pub fn probe(&self) -> Result<(), SpoolError> {
        quota::check_disk(self)?;
        let dir = self.file("seg");
        let path = dir.join(format!(".probe-{:016x}", disk::random()));
        let tried = self.disk.open(&path, Mode::New).and_then(|file| {
            flock(&file, FlockOperation::NonBlockingLockExclusive)?;
            disk::write_all(&*self.disk, &file, &[b' '; PROBE_BYTES])
        });
        // One that stays behind is deleted with the segments that were never renamed.
        let _ = disk::remove(&*self.disk, &path);
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
        HeldBytes::count(self, "seg").saturating_add(HeldBytes::count(self, "settled"))
    }

    /// The same and the dead letters.
    pub fn bytes(&self) -> u64 {
        self.held_bytes()
            .saturating_add(HeldBytes::count(self, "dead"))
    }
}

/// Whether `f_type` of `statfs(2)` is that of a file system which other machines
/// may mount too, where a lock may hold on one machine only, or nowhere.
fn is_shared(f_type: u32) -> bool {
    const SHARED: [u32; 12] = [
        0x0000_6969, // NFS
        0x0000_517b, // SMB, of old
        0xff53_4d42, // CIFS
        0xfe53_4d42, // SMB 2
        0x5346_414f, // AFS
        0x6b41_4653, // AFS of the kernel
        0x00c3_6400, // Ceph
        0x6573_5546, // FUSE: sshfs, GlusterFS, s3fs, but also local ones
        0x0102_1997, // 9P
        0x0bd0_0bd0, // Lustre
        0x4750_4653, // GPFS
        0x7461_636f, // OCFS2
    ];
    SHARED.contains(&f_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_one_machine_are_told_from_shared_ones() {
        for (f_type, name, shared) in [
            (0x6969, "nfs", true),
            (0x517b, "smb", true),
            (0xff53_4d42, "cifs", true),
            (0xfe53_4d42, "smb2", true),
            (0x5346_414f, "afs", true),
            (0x6b41_4653, "kafs", true),
            (0x00c3_6400, "ceph", true),
            (0x6573_5546, "fuse", true),
            (0x0102_1997, "9p", true),
            (0x0bd0_0bd0, "lustre", true),
            (0x4750_4653, "gpfs", true),
            (0x7461_636f, "ocfs2", true),
            (0xef53, "ext2, ext3, ext4", false),
            (0x5846_5342, "xfs", false),
            (0x9123_683e, "btrfs", false),
            (0x2fc1_2fc1, "zfs", false),
            (0x0102_1994, "tmpfs", false),
            (0x794c_7630, "overlayfs", false),
            (0xf2f5_2010, "f2fs", false),
            (0x5265_4973, "reiserfs", false),
            (0, "none", false),
        ] {
            assert_eq!(is_shared(f_type), shared, "{name}");
        }
    }
}
