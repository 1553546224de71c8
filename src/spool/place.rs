//! Where a spool lies, and whether it is safe and ours to write there.
//!
//! Records hold addresses and user agents, and whoever can write here can
//! make Pinterest believe in sales. So the directories are private, belong to
//! the process, and say whose they are.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::Context;
use super::{Disk, Mode, RealDisk, Reason, SpoolError, files, hash_name};

const PARTS: [&str; 5] = ["seg", "ack", "settled", "dead", "withdrawn"];

/// The opened directory of one destination.
#[derive(Clone, Debug)]
pub struct Place {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    node: String,
}

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
        claim(&*disk, &dir, site, account, test)?;
        Ok(Self {
            node: node(&*disk, root)?,
            disk,
            dir,
        })
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

    /// A file of the destination.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The target under which log lines about this spool are written.
    pub fn log_target(&self) -> &str {
        self.dir.to_str().unwrap_or("pinrelay")
    }

    /// Whether a file can be made here now.
    pub fn is_writable(&self) -> bool {
        rustix::fs::access(
            self.dir.join("seg"),
            rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
        )
        .is_ok()
    }

    /// Whether the directory lies on a file system that other machines share,
    /// where locks may not hold.
    pub fn is_network_fs(&self) -> bool {
        // NFS, SMB (old and new), CIFS, AFS, CEPH, GlusterFS and sshfs (FUSE).
        const SHARED: [u32; 7] = [
            0x6969,
            0x517b,
            0xfe53_4d42,
            0xff53_4d42,
            0x5346_414f,
            0x00c3_6400,
            0x6573_5546,
        ];
        rustix::fs::statfs(&self.dir).is_ok_and(|stat| SHARED.contains(&(stat.f_type as u32)))
    }

    /// Bytes in segments and dead letters: all that the size limit counts.
    pub fn bytes(&self) -> u64 {
        ["seg", "dead"]
            .iter()
            .filter_map(|part| fs::read_dir(self.dir.join(part)).ok())
            .flatten()
            .filter_map(|entry| entry.ok()?.metadata().ok())
            .map(|meta| meta.len())
            .sum()
    }
}

/// Who may have made a directory that is there already.
#[derive(Clone, Copy, PartialEq)]
enum Made {
    /// The owner of the machine: an empty one is made private.
    ByAnyone,
    /// Only this library: a symlink in its place is somebody's attack.
    ByUs,
}

fn private_dir(disk: &dyn Disk, dir: &Path, made: Made) -> Result<(), SpoolError> {
    let meta = match look(dir, made) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            refuse_root_in_foreign_land(dir)?;
            match disk.make_dir(dir) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(SpoolError::from_io("create the directory", dir, &error));
                }
                _ => look(dir, made),
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

/// Makes the spool ours, or finds whose it is.
fn claim(
    disk: &dyn Disk,
    dir: &Path,
    site: &str,
    account: &str,
    test: bool,
) -> Result<(), SpoolError> {
    let path = dir.join("spool.json");
    let (owner, inode) = once(disk, &path, |inode| Owner {
        site: site.to_owned(),
        account: account.to_owned(),
        test,
        inode,
    })?;
    if owner.inode != inode {
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
    Ok(())
}

/// This machine's name. A copied root gets a new one: rows that wait for the
/// old machine must not be taken for this one's.
fn node(disk: &dyn Disk, root: &Path) -> Result<String, SpoolError> {
    let path = root.join("node");
    let fresh = |inode| Node {
        node: format!("{:016x}", files::random()),
        inode,
    };
    let (node, inode) = once(disk, &path, fresh)?;
    if node.inode == inode {
        return Ok(node.node);
    }
    files::remove(disk, &path).context("replace the copied", &path)?;
    Ok(once(disk, &path, fresh)?.0.node)
}

/// Reads a file that is written once and holds its own inode, or writes it.
/// Two processes may try at the same time: one of them links it, both read it.
fn once<T>(disk: &dyn Disk, path: &Path, fresh: impl Fn(u64) -> T) -> Result<(T, u64), SpoolError>
where
    T: Serialize + for<'a> Deserialize<'a>,
{
    if let Some(file) = files::open_if_there(disk, path).context("open", path)? {
        let meta = file.metadata().context("look at", path)?;
        let (inode, len) = (meta.ino(), meta.len());
        let text = files::read_at(disk, &file, 0, len).context("read", path)?;
        return serde_json::from_slice(&text)
            .map(|value| (value, inode))
            .map_err(|error| {
                SpoolError::new(
                    Reason::Io,
                    format!("cannot read {}: {error}", path.display()),
                )
            });
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
        .and_then(|()| fs::hard_link(&temporary, path));
    files::remove(disk, &temporary).context("remove", &temporary)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(SpoolError::from_io("create", path, &error))
        }
        _ => once(disk, path, fresh),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn open(root: &Path) -> Result<Place, SpoolError> {
        Place::open(root, "https://shop.example", "549755885175", false)
    }

    #[test]
    fn everything_it_makes_is_private() {
        let root = tempfile::tempdir().unwrap();
        let place = open(&root.path().join("a/b")).unwrap();
        for part in PARTS {
            let mode = fs::metadata(place.file(part)).unwrap().mode();
            assert_eq!(mode & 0o777, 0o700, "{part}");
        }
        let mode = fs::metadata(place.file("spool.json")).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_empty_open_directory_is_made_private_and_a_full_one_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        open(root.path()).unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(open(root.path()).unwrap_err().reason, Reason::Unsafe);
    }

    #[test]
    fn a_copied_spool_is_refused_and_a_copied_root_gets_a_new_node() {
        let root = tempfile::tempdir().unwrap();
        let (first, copy) = (root.path().join("first"), root.path().join("copy"));
        let place = open(&first).unwrap();
        assert!(
            std::process::Command::new("cp")
                .arg("-a")
                .args([&first, &copy])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(open(&copy).unwrap_err().reason, Reason::ForeignSite);
        fs::remove_dir_all(copy.join(&hash_name("https://shop.example")[..16])).unwrap();
        assert_ne!(open(&copy).unwrap().node(), place.node());
        assert_eq!(open(&first).unwrap().node(), place.node());
    }

    #[test]
    fn a_symlink_inside_is_refused_and_one_above_is_fine() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().join("real");
        RealDisk.make_dir(&real).unwrap();
        let above = root.path().join("above");
        symlink(&real, &above).unwrap();
        let place = open(&above).unwrap();
        fs::remove_dir(place.file("dead")).unwrap();
        symlink("/tmp", place.file("dead")).unwrap();
        assert_eq!(open(&above).unwrap_err().reason, Reason::Unsafe);
    }

    #[test]
    fn a_renamed_directory_of_another_site_is_refused() {
        let root = tempfile::tempdir().unwrap();
        open(root.path()).unwrap();
        fs::rename(
            root.path().join(&hash_name("https://shop.example")[..16]),
            root.path().join(&hash_name("https://other.example")[..16]),
        )
        .unwrap();
        let error = Place::open(root.path(), "https://other.example", "549755885175", false);
        assert_eq!(error.unwrap_err().reason, Reason::ForeignSite);
    }
}
