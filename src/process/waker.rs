//! How one thread wakes another, and what waits meanwhile.

use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::fork::Descriptor;

/// Wakes one thread. Waking is a `write` to an event descriptor: it takes no
/// lock, so it may be done from anywhere, a signal handler included.
#[derive(Debug)]
pub struct Waker {
    _descriptor: Descriptor,
    fd: OwnedFd,
}

impl Waker {
    /// # Errors
    /// When the process has no descriptor left.
    pub fn new() -> std::io::Result<Self> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            _descriptor: Descriptor::register(fd.as_raw_fd()),
            fd,
        })
    }

    /// Ends the wait of now, or else the next one at once.
    pub fn wake(&self) {
        // A full counter means that it was woken and has not read it yet.
        let _ = rustix::io::write(&self.fd, &1u64.to_ne_bytes());
    }

    /// Waits to be woken, at most this long. Returns whether it was.
    pub fn wait(&self, at_most: Duration) -> bool {
        let timeout = Timespec {
            tv_sec: at_most.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: at_most.subsec_nanos().into(),
        };
        let mut fds = [PollFd::from_borrowed_fd(self.fd.as_fd(), PollFlags::IN)];
        // An interrupted wait is a short one.
        let _ = poll(&mut fds, Some(&timeout));
        rustix::io::read(&self.fd, &mut [0; 8]).is_ok()
    }

    /// For [`stop`](super::stop), which may take no lock and hold no reference.
    pub(super) fn raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn being_woken_before_the_wait_counts_once() {
        let waker = Waker::new().unwrap();
        waker.wake();
        waker.wake();
        assert!(waker.wait(Duration::ZERO));
        assert!(!waker.wait(Duration::ZERO));
    }
}
