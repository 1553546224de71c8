//! Whose a spool is, and which machine's. Files that are written once and hold
//! their own inode tell a copy from what it was copied from.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::error::Context;
use super::{Disk, Mode, Named, Reason, SpoolError, files};

/// Written once into each destination's directory.
#[derive(Serialize, Deserialize)]
struct Owner {
    site: String,
    account: String,
    test: bool,
    /// Of the file itself: a copy of the directory has another one. (A
    /// directory's own number may change when an overlay is mounted again.)
    inode: u64,
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
/// `foreign_site`, or what the file system says.
pub(super) fn claim(
    disk: &dyn Disk,
    dir: &Path,
    site: &str,
    account: &str,
    test: bool,
) -> Result<Named, SpoolError> {
    let path = dir.join("spool.json");
    let (owner, meta) = once(disk, &path, |inode| Owner {
        site: site.to_owned(),
        account: account.to_owned(),
        test,
        inode,
    })?;
    let owner = owner.ok_or_else(|| damaged(&path))?;
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
    Ok(Named::from(&path, &meta))
}

/// This machine's name. A copied root gets a new one, and so does a damaged one:
/// rows that wait for the old machine must not be taken for this one's.
///
/// # Errors
/// What the file system says.
pub(super) fn node(disk: &dyn Disk, root: &Path) -> Result<String, SpoolError> {
    let path = root.join("node");
    let fresh = |inode| Node {
        node: format!("{:016x}", files::random()),
        inode,
    };
    match once(disk, &path, fresh)? {
        (Some(node), meta) if node.inode == meta.ino() => return Ok(node.node),
        _ => files::remove(disk, &path).context("replace", &path)?,
    }
    match once(disk, &path, fresh)? {
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
fn once<T>(
    disk: &dyn Disk,
    path: &Path,
    fresh: impl Fn(u64) -> T,
) -> Result<(Option<T>, Metadata), SpoolError>
where
    T: Serialize + for<'a> Deserialize<'a>,
{
    if let Some(file) = files::open_if_there(disk, path).context("open", path)? {
        let meta = file.metadata().context("look at", path)?;
        let text = files::read_at(disk, &file, 0, meta.len()).context("read", path)?;
        return Ok((serde_json::from_slice(&text).ok(), meta));
    }
    let temporary = path.with_extension(format!("{:016x}.tmp", files::random()));
    let file = disk
        .open(&temporary, Mode::New)
        .context("create", &temporary)?;
    let inode = file.metadata().context("look at", &temporary)?.ino();
    let linked = serde_json::to_vec(&fresh(inode))
        .map_err(io::Error::from)
        .and_then(|text| files::write_all(disk, &file, &text))
        // Once in a spool's life: emptied by a power cut, the file would stop
        // the spool until somebody removed it.
        .and_then(|()| disk.sync(&file))
        .and_then(|()| publish(disk, &temporary, path));
    files::remove(disk, &temporary).context("remove", &temporary)?;
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
    let done = match files::open_if_there(disk, to)? {
        Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
        None => disk.rename(from, to),
    };
    // Once the file is there nobody needs the lock, also one who made it anew
    // after the first had removed it; whoever has it open finds the file.
    if is_done(&done) {
        let _ = files::remove(disk, &path);
    }
    done
}
