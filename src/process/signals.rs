//! Which signals a thread of ours takes: none.

#![allow(unsafe_code)]

/// Blocks every signal for as long as it lives, so that a thread spawned
/// meanwhile never gets one: FPM would not see its SIGQUIT, and a handler
/// meant for PHP's thread would run in ours. A fault in our own code still kills.
pub struct SignalMask(libc::sigset_t);

impl SignalMask {
    pub fn block_all() -> Self {
        // SAFETY: the sets are plain memory that the calls fill; `all` is
        // initialised by sigfillset before it is read.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            for fault in [
                libc::SIGSEGV,
                libc::SIGBUS,
                libc::SIGFPE,
                libc::SIGILL,
                libc::SIGABRT,
                libc::SIGTRAP,
            ] {
                libc::sigdelset(&raw mut all, fault);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut before);
            Self(before)
        }
    }
}

impl Drop for SignalMask {
    fn drop(&mut self) {
        // SAFETY: restores the set that `block_all` was given by the system.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut());
        }
    }
}
