//! Which site and machine a spool directory belongs to, and that no other user can
//! read or replace it.
//!
//! Records hold addresses and user agents, and whoever can write here can make
//! Pinterest believe in sales: so directories are private, our own and no symlinks.
//! Files that are written once and hold their own inode tell a copy of a spool from
//! the original, and one machine from another.
//!
//! It must not know what is in a spool.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::disk::{self, Disk, FileIdentity, Mode};
use super::error::Context;
use super::{Reason, SpoolError};

/// Written once into each destination's directory.
#[derive(Serialize, Deserialize)]
struct Owner {
    site: String,
    account: String,
    test: bool,
    /// Of the file itself: a copy of the directory has another one. (A
    /// directory's own number may change when an overlay is mounted again.)
    inode: u64,
    /// Of the layout of the spool; earlier versions wrote none, and mean 1.
    #[serde(default = "first_version")]
    version: u64,
}

/// The layout that this version reads and writes.
const VERSION: u64 = 1;

fn first_version() -> u64 {
    1
}

/// Written once into the root.
#[derive(Serialize, Deserialize)]
struct Node {
    node: String,
    inode: u64,
}

/// Makes the spool ours, or finds whose it is. The note that says so stays where
/// it is for as long as the directory is the same spool.
///
/// # Errors
/// `foreign_site`, `later_version`, or what the file system says.
pub(super) fn claim(
    disk: &dyn Disk,
    dir: &Path,
    site: &str,
    account: &str,
    test: bool,
) -> Result<FileIdentity, SpoolError> {
    let path = dir.join("spool.json");
    let (text, meta) = once(disk, &path, |inode| Owner {
        site: site.to_owned(),
        account: account.to_owned(),
        test,
        inode,
        version: VERSION,
    })?;
    // Looked at first: a later version may have other fields, and other versions.
    let text: serde_json::Value = text.ok_or_else(|| damaged(&path))?;
    if text
        .get("version")
        .is_some_and(|version| version.as_u64() != Some(VERSION))
    {
        return Err(SpoolError::new(
            Reason::LaterVersion,
            format!(
                "{} was made by a later version of Pinrelay: install that again, and \
                 nothing that waits there is lost",
                dir.display()
            ),
        ));
    }
    let owner: Owner = serde_json::from_value(text).map_err(|_| damaged(&path))?;
    if owner.inode != meta.ino() {
        return Err(SpoolError::new(
            Reason::ForeignSite,
            format!(
                "{} is a copy of another spool, and both would send its events: \
                 delete it, and a new one is made",
                dir.display()
            ),
        ));
    }
    if owner.site != site || owner.account != account || owner.test != test {
        return Err(SpoolError::new(
            Reason::ForeignSite,
            format!("{} belongs to the site {}", dir.display(), owner.site),
        ));
    }
    Ok(FileIdentity::from(&path, &meta))
}

/// This machine's name. A copied root gets a new one, and so does a damaged one:
/// rows that wait for the old machine must not be taken for this one's.
///
/// # Errors
/// What the file system says.
pub(super) fn node(disk: &dyn Disk, root: &Path) -> Result<String, SpoolError> {
    let path = root.join("node");
    let fresh = |inode| Node {
        node: format!("{:016x}", disk::random()),
        inode,
    };
    match once::<_, Node>(disk, &path, fresh)? {
        (Some(node), meta) if node.inode == meta.ino() => return Ok(node.node),
        _ => disk::remove(disk, &path).context("replace", &path)?,
    }
    match once::<_, Node>(disk, &path, fresh)? {
        (Some(node), _) => Ok(node.node),
        (None, _) => Err(damaged(&path)),
    }
}

fn damaged(path: &Path) -> SpoolError {
    SpoolError::new(
        Reason::Io,
        format!(
            "{} is damaged: remove that file alone, and it is written again",
            path.display()
        ),
    )
}

/// Reads a file that is written once and holds its own inode, or writes it.
/// Two processes may try at the same time: one of them puts it there, both read it.
/// A damaged one is `None`.
fn once<W, R>(
    disk: &dyn Disk,
    path: &Path,
    fresh: impl Fn(u64) -> W,
) -> Result<(Option<R>, Metadata), SpoolError>
where
    W: Serialize,
    R: for<'a> Deserialize<'a>,
{
    if let Some(file) = disk::open_if_there(disk, path).context("open", path)? {
        let meta = file.metadata().context("look at", path)?;
        let text = disk::read_at(disk, &file, 0, meta.len()).context("read", path)?;
        return Ok((serde_json::from_slice(&text).ok(), meta));
    }
    let temporary = path.with_extension(format!("{:016x}.tmp", disk::random()));
    let file = disk
        .open(&temporary, Mode::New)
        .context("create", &temporary)?;
    let inode = file.metadata().context("look at", &temporary)?.ino();
    let linked = serde_json::to_vec(&fresh(inode))
        .map_err(io::Error::from)
        .and_then(|text| disk::write_all(disk, &file, &text))
        // Once in a spool's life: emptied by a power cut, the file would stop
        // the spool until somebody removed it.
        .and_then(|()| disk.sync(&file))
        .and_then(|()| publish(disk, &temporary, path));
    disk::remove(disk, &temporary).context("remove", &temporary)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(SpoolError::from_io("create", path, &error))
        }
        _ => once(disk, path, fresh),
    }
}

/// How often, and after what, the lock of [`publish`] is tried again.
const TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// Puts a finished file where nothing is yet. A hard link does it everywhere but on
/// FAT, exFAT and some file systems of other machines; the kernel's rename that
/// replaces nothing on most of those; and where there is neither, a rename by
/// whoever holds a lock. Never a file that is made in place: a process that is
/// killed in the middle would leave half of it.
fn publish(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<()> {
    let is_done = |done: &io::Result<()>| match done {
        Err(error) => error.kind() == io::ErrorKind::AlreadyExists,
        Ok(()) => true,
    };
    let linked = disk.link(from, to);
    if is_done(&linked) {
        return linked;
    }
    let renamed = disk.rename_new(from, to);
    if is_done(&renamed) {
        return renamed;
    }
    let path = to.with_extension("lock");
    let lock = disk.open(&path, Mode::Keep)?;
    let mut tries = 1;
    while let Err(error) = flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        if error != Errno::WOULDBLOCK || tries == TRIES {
            return Err(error.into());
        }
        tries += 1;
        std::thread::sleep(BETWEEN_TRIES);
    }
    let done = match disk::open_if_there(disk, to)? {
        Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
        None => disk.rename(from, to),
    };
    // Once the file is there the lock file is not needed: a process that has it open,
    // or makes it anew, finds the file.
    if is_done(&done) {
        let _ = disk::remove(disk, &path);
    }
    done
}

/// Who may have made a directory that is there already.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Made {
    /// The owner of the machine: an empty one is made private.
    ByAnyone,
    /// Only this library: a symlink instead is an attack.
    ByUs,
}

/// Makes the directory where it is not there, and refuses one that is not ours
/// alone.
///
/// # Errors
/// `foreign_owner`, `unsafe`, or what the file system says.
pub(super) fn private_dir(disk: &dyn Disk, dir: &Path, made: Made) -> Result<(), SpoolError> {
    let meta = match look(dir, made) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            refuse_root_in_foreign_dir(dir)?;
            match disk.make_dir(dir) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(SpoolError::from_io("create the directory", dir, &error));
                }
                _ => {
                    sync_name(disk, dir);
                    look(dir, made)
                }
            }
        }
        found => found,
    }
    .context("look at the directory", dir)?;
    if !meta.is_dir() {
        return Err(SpoolError::new(
            Reason::Unsafe,
            format!("{} is not a directory", dir.display()),
        ));
    }
    let euid = rustix::process::geteuid().as_raw();
    if meta.uid() != euid {
        return Err(SpoolError::new(
            Reason::ForeignOwner,
            format!(
                "{} belongs to user {}, and this process runs as user {euid}: run it as that user",
                dir.display(),
                meta.uid()
            ),
        ));
    }
    if meta.mode() & 0o077 != 0 {
        return tighten(dir, &meta, made);
    }
    Ok(())
}

/// Once in a spool's life, and so whatever the setting: a record that is
/// synced in a directory whose name is not is lost.
fn sync_name(disk: &dyn Disk, dir: &Path) {
    if let Some(parent) = dir.parent() {
        // Not every file system can.
        let _ = disk.sync_dir(parent);
    }
}

fn look(dir: &Path, made: Made) -> io::Result<fs::Metadata> {
    match made {
        Made::ByAnyone => fs::metadata(dir),
        Made::ByUs => fs::symlink_metadata(dir),
    }
}

/// A fresh volume, or a directory made by hand, starts open to all. While it
/// is empty it is made private: no file can have been planted.
fn tighten(dir: &Path, meta: &fs::Metadata, made: Made) -> Result<(), SpoolError> {
    let empty = fs::read_dir(dir)
        .context("read the directory", dir)?
        .next()
        .is_none();
    if made == Made::ByAnyone && empty {
        return fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .context("make private the directory", dir);
    }
    Err(SpoolError::new(
        Reason::Unsafe,
        format!(
            "{} has mode {:o}: others can read it. Look at what is in it, then `chmod 700` it",
            dir.display(),
            meta.mode() & 0o7777
        ),
    ))
}

/// A spool that root makes in the web server's directory is one the web server can
/// never empty: a command line run as root must not be the first.
fn refuse_root_in_foreign_dir(dir: &Path) -> Result<(), SpoolError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let parent = dir.ancestors().skip(1).find_map(|up| fs::metadata(up).ok());
    match parent {
        Some(meta) if meta.uid() != 0 => Err(SpoolError::new(
            Reason::ForeignOwner,
            format!(
                "root does not make a spool where user {} works ({}): run this as that user",
                meta.uid(),
                dir.display()
            ),
        )),
        _ => Ok(()),
    }
}
