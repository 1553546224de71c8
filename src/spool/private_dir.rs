//! Directories that are private, our own, and no symlinks.
//!
//! Records hold addresses and user agents, and whoever can write here can make
//! Pinterest believe in sales.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::error::Context;
use super::{Disk, Reason, SpoolError};

/// Who may have made a directory that is there already.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Made {
    /// The owner of the machine: an empty one is made private.
    ByAnyone,
    /// Only this library: a symlink in its place is somebody's attack.
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
            refuse_root_in_foreign_land(dir)?;
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

/// Once in a spool's life, and so whatever the setting: a record that is on the
/// platter in a directory without a name is lost.
fn sync_name(disk: &dyn Disk, dir: &Path) {
    if let Some(parent) = dir.parent() {
        // Some file systems cannot, and then nobody can do better.
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
/// is empty nobody can have planted anything, so it is made private.
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

/// A spool that root makes in the web server's land is one the web server can
/// never empty: a command line run as root must not be the first.
fn refuse_root_in_foreign_land(dir: &Path) -> Result<(), SpoolError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let land = dir.ancestors().skip(1).find_map(|up| fs::metadata(up).ok());
    match land {
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
