//! A fixed table of descriptors, of atomics alone: it may be read and emptied where
//! no lock may be taken, in a signal handler and in a forked child.

use std::os::fd::RawFd;
use std::sync::atomic::{AtomicI32, Ordering};

const FREE: RawFd = -1;

/// Where a descriptor stands in its table.
pub type Index = usize;

/// At most `N` descriptors.
pub struct FdTable<const N: usize>([AtomicI32; N]);

impl<const N: usize> FdTable<N> {
    pub const fn new() -> Self {
        Self([const { AtomicI32::new(FREE) }; N])
    }

    /// Returns `None` if the table is full.
    pub fn insert(&self, fd: RawFd) -> Option<Index> {
        self.0.iter().position(|entry| {
            entry
                .compare_exchange(FREE, fd, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
        })
    }

    /// Does nothing in a forked child, where the table was emptied at the fork.
    pub fn remove(&self, index: Index, fd: RawFd) {
        let entry = &self.0[index];
        let _ = entry.compare_exchange(fd, FREE, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// The descriptors in it now.
    pub fn iter(&self) -> impl Iterator<Item = RawFd> {
        let fds = self.0.iter().map(|entry| entry.load(Ordering::Acquire));
        fds.filter(|fd| *fd != FREE)
    }

    /// Empties it; `each` gets every descriptor that was there.
    pub fn drain(&self, each: impl Fn(RawFd)) {
        for entry in &self.0 {
            let fd = entry.swap(FREE, Ordering::AcqRel);
            if fd != FREE {
                each(fd);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_free_again_only_for_who_holds_it() {
        let table = FdTable::<2>::new();
        let (first, second) = (table.insert(7).unwrap(), table.insert(8).unwrap());
        assert_eq!(table.insert(9), None);
        table.remove(first, 8);
        assert_eq!(table.iter().collect::<Vec<_>>(), [7, 8]);
        table.remove(first, 7);
        assert_eq!(table.insert(9), Some(first));
        table.drain(|fd| assert!([8, 9].contains(&fd)));
        table.remove(second, 8);
        assert_eq!(table.iter().count(), 0);
    }
}
