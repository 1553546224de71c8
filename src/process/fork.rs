//! What a fork may copy: values that belong to one process, and descriptors that a
//! child must not keep.
//!
//! A lock is the open file's, so a child that keeps the file keeps the lock alive
//! beyond its owner. The handler that runs in a child does only what is
//! async-signal-safe: atomics and `close`.

#![allow(unsafe_code)]

use std::os::fd::RawFd;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::fd_table::{FdTable, Index};
use super::{pinned, thread};

/// Descriptors that a forked child closes.
static INHERITED: FdTable<256> = FdTable::new();
/// Forks between the first process that registered a descriptor and this one.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// A value that belongs to one process. A forked child gets its own, and never
/// looks at the one it inherited: a lock in there may be held by a thread that
/// does not exist any more.
pub struct PerProcess<T> {
    current: AtomicPtr<Stamped<T>>,
    make: fn() -> T,
}

struct Stamped<T> {
    owner: ProcessId,
    value: T,
}

/// The pid alone would do, but for a descendant that is given the number of an
/// ancestor that has died.
#[derive(Clone, Copy, PartialEq)]
struct ProcessId {
    pid: u32,
    forks: usize,
}

impl ProcessId {
    fn current() -> Self {
        Self {
            pid: std::process::id(),
            forks: FORKS.load(Ordering::Acquire),
        }
    }
}

impl<T: Sync + Send> PerProcess<T> {
    /// Calls `make` when [`PerProcess::get`] is first called in a process.
    pub const fn new(make: fn() -> T) -> Self {
        Self {
            current: AtomicPtr::new(std::ptr::null_mut()),
            make,
        }
    }

    /// This process's value.
    pub fn get(&self) -> &T {
        let owner = ProcessId::current();
        loop {
            let seen = self.current.load(Ordering::Acquire);
            // SAFETY: what the pointer holds was leaked from a Box below and is
            // never freed; `T: Sync` makes sharing it sound.
            if let Some(stamped) = unsafe { seen.as_ref() }
                && stamped.owner == owner
            {
                return &stamped.value;
            }
            let fresh = Box::into_raw(Box::new(Stamped {
                owner,
                value: (self.make)(),
            }));
            // The previous value leaks: in a child it may be locked by a thread
            // that does not exist there.
            if self
                .current
                .compare_exchange(seen, fresh, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
            {
                // SAFETY: nobody else has seen the pointer that we just made.
                drop(unsafe { Box::from_raw(fresh) });
            }
        }
    }
}

/// Registers a descriptor that a forked child must close. Must be dropped before
/// the file that it was taken from, so it stands before it in a struct.
#[derive(Debug)]
pub struct Descriptor {
    index: Option<Index>,
    fd: RawFd,
}

impl Descriptor {
    /// Beyond 256 descriptors the rest are not registered, and a child that never
    /// calls us keeps them.
    pub fn register(fd: RawFd) -> Self {
        static INSTALL: Once = Once::new();
        INSTALL.call_once(|| {
            // The handler must not lose its code when PHP unloads the library.
            pinned::keep_mapped();
            // SAFETY: the handler is a plain function that lives as long as
            // the process, and calls only what may be called after a fork.
            unsafe { libc::pthread_atfork(None, None, Some(after_fork_in_child)) };
        });
        Self {
            index: INHERITED.insert(fd),
            fd,
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        if let Some(index) = self.index {
            INHERITED.remove(index, self.fd);
        }
    }
}

/// Runs in a forked child before anything else.
extern "C" fn after_fork_in_child() {
    INHERITED.drain(|fd| {
        // SAFETY: the child owns its copy of the descriptor, and all Rust
        // values that hold its number belong to the parent's pid, which
        // the child never looks at again.
        unsafe { libc::close(fd) };
    });
    thread::forget_all();
    FORKS.fetch_add(1, Ordering::AcqRel);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_in_a_process() {
        static VALUE: PerProcess<u32> = PerProcess::new(std::process::id);
        assert_eq!(*VALUE.get(), std::process::id());
        assert!(std::ptr::eq(VALUE.get(), VALUE.get()));
    }
}
