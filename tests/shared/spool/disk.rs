//! A disk that fails where a script says, counts what it is asked for, and can
//! end the "process" that uses it in the middle of any step.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pinrelay::spool::{Disk, Mode, RealDisk};
use rustix::io::Errno;

/// One kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// To write, or to change.
    Open,
    OpenToRead,
    Write,
    Read,
    SetLen,
    Reserve,
    Free,
    Sync,
    SyncDir,
    MakeDir,
    Names,
    Rename,
    Link,
    RenameNew,
    Unlink,
}

impl Op {
    /// Whether it leaves the disk as it is.
    fn only_looks(self) -> bool {
        matches!(
            self,
            Self::Free | Self::OpenToRead | Self::Read | Self::Names
        )
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub enum How {
    /// Nothing is done.
    Fails(Errno),
    /// So many bytes are written or read, and the rest is not.
    Short(usize),
    /// This byte of what is read has a bit that is not on the disk.
    Flips(usize),
    /// From this byte of a file on nothing can be read.
    Ends(u64),
}

#[derive(Clone, Copy, Debug)]
struct Fault {
    op: Op,
    path: &'static str,
    how: How,
    times: usize,
}

#[derive(Debug, Default)]
struct Script {
    faults: Vec<Fault>,
    asked: Vec<(Op, PathBuf)>,
    read: Vec<(PathBuf, usize)>,
    changes: usize,
    dies_at: Option<usize>,
    dead: bool,
}

/// Somebody else who is at work at the same time.
type Other = Box<dyn FnMut() + Send>;

/// See above.
#[derive(Default)]
pub struct FaultyDisk {
    script: Mutex<Script>,
    meanwhile: Mutex<Option<Other>>,
}

impl std::fmt::Debug for FaultyDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.script.fmt(f)
    }
}

/// What ends a process that the disk was told to end.
struct Died;

impl FaultyDisk {
    /// From now on this fails on every file whose path holds `path`.
    pub fn fail(&self, op: Op, path: &'static str, how: How) {
        self.add(op, path, how, usize::MAX);
    }

    /// The next one fails.
    pub fn fail_once(&self, op: Op, path: &'static str, how: How) {
        self.add(op, path, how, 1);
    }

    fn add(&self, op: Op, path: &'static str, how: How, times: usize) {
        let mut script = self.script.lock().unwrap();
        script.faults.push(Fault {
            op,
            path,
            how,
            times,
        });
    }

    /// Nothing fails any more.
    pub fn mend(&self) {
        self.script.lock().unwrap().faults.clear();
    }

    /// How often this was asked of files whose path holds `path`, failed or not.
    pub fn count(&self, op: Op, path: &str) -> usize {
        let script = self.script.lock().unwrap();
        let asked = script.asked.iter();
        asked
            .filter(|(asked, on)| *asked == op && holds(on, path))
            .count()
    }

    /// How many bytes were read of files whose path holds `path`.
    pub fn bytes_read(&self, path: &str) -> usize {
        let script = self.script.lock().unwrap();
        let read = script.read.iter().filter(|(of, _)| holds(of, path));
        read.map(|(_, bytes)| bytes).sum()
    }

    /// Forgets what was asked so far.
    pub fn forget(&self) {
        let mut script = self.script.lock().unwrap();
        script.asked.clear();
        script.read.clear();
    }

    /// Runs `work`, and `other` between any two things that it asks for. Nobody is
    /// at work between what `other` asks for.
    pub fn meanwhile<T>(
        &self,
        other: impl FnMut() + Send + 'static,
        work: impl FnOnce() -> T,
    ) -> T {
        *self.meanwhile.lock().unwrap() = Some(Box::new(other));
        let done = work();
        *self.meanwhile.lock().unwrap() = None;
        done
    }

    fn let_others_work(&self) {
        if let Ok(mut other) = self.meanwhile.try_lock()
            && let Some(other) = &mut *other
        {
            other();
        }
    }

    /// Runs `work` as a process that is killed in place of its change number
    /// `n` of the disk, from 0 on. A write that it dies in leaves half its
    /// bytes. `None` when it was killed.
    pub fn kill_at<T>(&self, n: usize, work: impl FnOnce() -> T) -> Option<T> {
        {
            let mut script = self.script.lock().unwrap();
            script.changes = 0;
            script.dies_at = Some(n);
        }
        let done = catch_unwind(AssertUnwindSafe(work));
        let mut script = self.script.lock().unwrap();
        script.dies_at = None;
        let died = std::mem::take(&mut script.dead);
        drop(script);
        match done {
            // Whoever contains a panic has contained this one, on a dead disk.
            Ok(done) => (!died).then_some(done),
            Err(cause) if cause.is::<Died>() => None,
            Err(cause) => resume_unwind(cause),
        }
    }

    /// What is to go wrong with this request, if anything.
    fn ask(&self, op: Op, path: &Path) -> io::Result<Option<How>> {
        let mut script = self.script.lock().unwrap();
        if script.dead {
            // What is dropped while the dead process falls apart does nothing.
            return Err(Errno::IO.into());
        }
        script.asked.push((op, path.to_owned()));
        if !op.only_looks() {
            let change = script.changes;
            script.changes += 1;
            if script.dies_at == Some(change) {
                script.dead = true;
                if op == Op::Write {
                    return Ok(Some(How::Short(usize::MAX)));
                }
                drop(script);
                resume_unwind(Box::new(Died));
            }
        }
        let faults = &mut script.faults;
        let Some(index) = faults
            .iter()
            .position(|f| f.op == op && holds(path, f.path))
        else {
            return Ok(None);
        };
        let how = faults[index].how;
        if faults[index].times == 1 {
            faults.remove(index);
        } else {
            faults[index].times -= 1;
        }
        match how {
            How::Fails(errno) => Err(errno.into()),
            other => Ok(Some(other)),
        }
    }
}

fn holds(path: &Path, part: &str) -> bool {
    path.to_string_lossy().contains(part)
}

fn path_of(file: &File) -> PathBuf {
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap_or_default()
}

impl Disk for FaultyDisk {
    fn open(&self, path: &Path, mode: Mode) -> io::Result<File> {
        let op = match mode {
            Mode::Read => Op::OpenToRead,
            _ => Op::Open,
        };
        self.ask(op, path)?;
        let done = RealDisk.open(path, mode);
        self.let_others_work();
        done
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<usize> {
        let done = match self.ask(Op::Write, &path_of(file))? {
            Some(How::Short(usize::MAX)) => {
                let _ = RealDisk.write(file, &bytes[..bytes.len() / 2]);
                resume_unwind(Box::new(Died))
            }
            Some(How::Short(n)) => RealDisk.write(file, &bytes[..n.min(bytes.len())]),
            _ => RealDisk.write(file, bytes),
        };
        self.let_others_work();
        done
    }

    fn read_at(&self, file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let how = self.ask(Op::Read, &path_of(file))?;
        let len = match how {
            Some(How::Short(n)) => n.clamp(1, bytes.len()),
            Some(How::Ends(at)) if offset >= at => return Err(Errno::IO.into()),
            Some(How::Ends(at)) => bytes.len().min((at - offset) as usize),
            _ => bytes.len(),
        };
        let read = RealDisk.read_at(file, &mut bytes[..len], offset)?;
        let mut script = self.script.lock().unwrap();
        script.read.push((path_of(file), read));
        drop(script);
        if let Some(How::Flips(at)) = how
            && at < read
        {
            bytes[at] ^= 4;
        }
        self.let_others_work();
        Ok(read)
    }

    fn set_len(&self, file: &File, len: u64) -> io::Result<()> {
        self.ask(Op::SetLen, &path_of(file))?;
        let done = RealDisk.set_len(file, len);
        self.let_others_work();
        done
    }

    fn reserve(&self, file: &File, offset: u64, len: u64) -> io::Result<()> {
        self.ask(Op::Reserve, &path_of(file))?;
        let done = RealDisk.reserve(file, offset, len);
        self.let_others_work();
        done
    }

    fn free(&self, dir: &Path) -> io::Result<u64> {
        match self.ask(Op::Free, dir)? {
            Some(How::Short(n)) => Ok(n as u64),
            _ => RealDisk.free(dir),
        }
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        // Counted, and not done: it takes the time of hundreds of tests.
        self.ask(Op::Sync, &path_of(file))?;
        self.let_others_work();
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.ask(Op::SyncDir, dir)?;
        self.let_others_work();
        Ok(())
    }

    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        self.ask(Op::MakeDir, dir)?;
        let done = RealDisk.make_dir(dir);
        self.let_others_work();
        done
    }

    fn some_names(&self, dir: &Path, most: usize) -> io::Result<Vec<String>> {
        self.ask(Op::Names, dir)?;
        let done = RealDisk.some_names(dir, most);
        self.let_others_work();
        done
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(Op::Rename, to)?;
        let done = RealDisk.rename(from, to);
        self.let_others_work();
        done
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(Op::Link, to)?;
        let done = RealDisk.link(from, to);
        self.let_others_work();
        done
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(Op::RenameNew, to)?;
        let done = RealDisk.rename_new(from, to);
        self.let_others_work();
        done
    }

    fn unlink(&self, path: &Path) -> io::Result<()> {
        self.ask(Op::Unlink, path)?;
        let done = RealDisk.unlink(path);
        self.let_others_work();
        done
    }
}
