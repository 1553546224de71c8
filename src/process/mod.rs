//! What a process owns: values, threads and descriptors, and how it ends with them.
//!
//! PHP is forked, unloaded and killed in more ways than a program is. So:
//! state belongs to a pid, and a forked child starts afresh without touching
//! what it inherited; a thread blocks every signal and keeps the library
//! mapped; leaving takes no lock that interrupted code may hold.
//!
//! | host | what it runs when a process ends | so here |
//! |---|---|---|
//! | FPM | QUIT: MSHUTDOWN, KILL a second later; TERM: nothing | 200 ms in [`stop`] |
//! | mod_php | MSHUTDOWN, on TERM from a signal handler | [`stop`] takes no lock |
//! | its parent | MSHUTDOWN and MINIT at each graceful restart | [`start`] begins anew |
//! | LiteSpeed | when idle: MSHUTDOWN; TERM: `exit` alone | as FPM |
//! | command line | MSHUTDOWN, but nothing after a signal | no thread at all |
//!
//! LiteSpeed is here by reasoning from its source, not by tests: `lsphp` loads
//! the library in a parent that forks its children before they accept requests,
//! and each serves many, one at a time, as FPM's do.
//!
//! A process that is killed has lost nothing: events are on disk before `capture()`
//! returns, and a lock ends with its holder.
//!
//! This module does not know what the threads do. Unsafe code is in here and in the
//! PHP face, and nowhere else.

mod clock;
mod fd_table;
mod fork;
mod pinned;
mod signals;
mod thread;
mod waker;

use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub use clock::{boot_id, since_boot};
pub use fork::{Descriptor, PerProcess};
pub use thread::{
    MAX_THREADS, is_full, is_stopping, run_on_new_thread, running, spawn, spawn_caller, start, stop,
};
pub use waker::Waker;

/// Whether there is no process of this number. One that ended and was not waited for
/// is still there, and so is another that was given its number.
pub fn has_ended(pid: i32) -> bool {
    rustix::process::Pid::from_raw(pid)
        .is_some_and(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

/// The namespace in which this process's number means something. Returns `None` where
/// the system does not tell.
pub fn namespace() -> Option<u64> {
    std::fs::metadata("/proc/self/ns/pid")
        .ok()
        .map(|meta| meta.ino())
}

/// Writes a line to stderr, if that can be done at once: it may be closed, on a full
/// disk, or a pipe that nobody reads. Takes no
/// lock, which may have been held by another thread at a fork.
pub fn write_stderr(line: &str) {
    let stderr = std::io::stderr();
    let mut fds = [PollFd::from_borrowed_fd(stderr.as_fd(), PollFlags::OUT)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // A pipe without a reader shows an error, too, and a write would be a signal.
    if poll(&mut fds, Some(&at_once)).is_ok() && fds[0].revents() == PollFlags::OUT {
        let _ = rustix::io::write(&stderr, line.as_bytes());
    }
}
