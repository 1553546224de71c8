//! Threads inside a process that is not ours: they block every signal, keep the
//! library mapped, and end when the process does.

#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::fd_table::{FdTable, Index};
use super::pinned;
use super::signals::SignalMask;
use super::waker::Waker;

/// More spools than this in one process are drained in turn, not at once.
pub const MAX_THREADS: usize = 8;
/// More threads of [`spawn_caller`] than the first of each sender, in one process.
const MAX_MORE_CALLERS: usize = 12;
/// How often [`stop`] looks whether the threads have ended.
const STOP_POLL: Duration = Duration::from_millis(2);

/// The event descriptors of running threads, for [`stop`].
static WAKERS: FdTable<MAX_THREADS> = FdTable::new();
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static CALLERS: AtomicUsize = AtomicUsize::new(0);
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Whether this process is about to end or to unload the library.
pub fn is_stopping() -> bool {
    STOPPING.load(Ordering::Acquire)
}

/// The library was loaded: Apache unloads and loads it at every graceful restart,
/// and statics may survive that.
pub fn start() {
    STOPPING.store(false, Ordering::Release);
}

/// Whether no more threads are started.
pub fn is_full() -> bool {
    running() >= MAX_THREADS
}

/// How many threads of [`spawn`] run.
pub fn running() -> usize {
    RUNNING.load(Ordering::Acquire)
}

/// Asks every thread to end and waits for them, `limit` at most. What is in
/// flight is then abandoned: it is on disk, and the next process sends it.
///
/// Apache calls this from a signal handler, in the middle of whatever ran: so
/// it only sleeps and polls. A channel would allocate, and wait for ever if it
/// was the allocator that was interrupted.
pub fn stop(limit: Duration) {
    static ONE: u64 = 1;
    STOPPING.store(true, Ordering::Release);
    for fd in WAKERS.iter() {
        // SAFETY: a write of eight bytes that live until the call returns, to a
        // descriptor that a `Running` keeps open.
        unsafe { libc::write(fd, (&raw const ONE).cast(), 8) };
    }
    let deadline = Instant::now() + limit;
    while running() > 0 {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(STOP_POLL));
    }
}

/// Starts a thread for `work`. Returns false if there are too many, or the process is
/// about to end. A panic in `work` ends the thread and is logged to `log_target`.
///
/// # Errors
/// The system has no thread to give.
pub fn spawn(
    waker: &Arc<Waker>,
    log_target: String,
    work: impl FnOnce() + Send + 'static,
) -> std::io::Result<bool> {
    let Some(running) = Running::register(waker) else {
        return Ok(false);
    };
    if is_stopping() || !pinned::keep_mapped() {
        return Ok(false);
    }
    let masked = SignalMask::block_all();
    let spawned = std::thread::Builder::new()
        .name("pinrelay".to_owned())
        .spawn(move || {
            let _running = running;
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                // The panic's own text may hold data of a visitor.
                log::error!(target: &log_target, "the sender panicked; the next request starts another");
            }
        });
    drop(masked);
    // Without a thread the closure, and with it the entry, is dropped already.
    spawned.map(|_| true)
}

/// Starts a thread for a sender's calls. [`stop`] does not wait for it: its sender
/// leaves without it, and may start one for its last call. Returns false if the process
/// has enough of them, unless it is its sender's `first`.
///
/// # Errors
/// The system has no thread to give.
pub fn spawn_caller(first: bool, work: impl FnOnce() + Send + 'static) -> std::io::Result<bool> {
    let most = if first { usize::MAX } else { MAX_MORE_CALLERS };
    let count = |n: usize| (n < most).then(|| n + 1);
    let counted = CALLERS.fetch_update(Ordering::AcqRel, Ordering::Acquire, count);
    if counted.is_err() {
        return Ok(false);
    }
    let caller = Caller;
    if !pinned::keep_mapped() {
        return Ok(false);
    }
    let masked = SignalMask::block_all();
    let spawned = std::thread::Builder::new()
        .name("pinrelay-call".to_owned())
        .spawn(move || {
            let _caller = caller;
            // A panic in a call is the sender's to see; it must not end the process.
            let _ = catch_unwind(AssertUnwindSafe(work));
        });
    drop(masked);
    spawned.map(|_| true)
}

/// One of the running callers.
struct Caller;

impl Drop for Caller {
    fn drop(&mut self) {
        CALLERS.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Runs `work` on a new thread and waits for it. Threads that `work` starts (a DNS
/// look-up may outlive its call) inherit the mask that blocks every signal, and PHP's
/// own thread goes on taking them. A panic is passed on.
///
/// # Errors
/// The system has no thread to give, or the library cannot be kept.
pub fn run_on_new_thread<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    if !pinned::keep_mapped() {
        return Err(std::io::Error::other(
            "the library cannot be kept in memory",
        ));
    }
    std::thread::scope(|scope| {
        let masked = SignalMask::block_all();
        let spawned = std::thread::Builder::new()
            .name("pinrelay".to_owned())
            .spawn_scoped(scope, work);
        drop(masked);
        match spawned?.join() {
            Ok(done) => Ok(done),
            Err(panic) => resume_unwind(panic),
        }
    })
}

/// The entry of a running thread. It keeps the waker, so that the descriptor by which
/// [`stop`] wakes it stays the waker's own.
struct Running {
    index: Index,
    waker: Arc<Waker>,
}

impl Running {
    fn register(waker: &Arc<Waker>) -> Option<Self> {
        let index = WAKERS.insert(waker.raw_fd())?;
        RUNNING.fetch_add(1, Ordering::AcqRel);
        Some(Self {
            index,
            waker: Arc::clone(waker),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        WAKERS.remove(self.index, self.waker.raw_fd());
        RUNNING.fetch_sub(1, Ordering::AcqRel);
    }
}

/// In a forked child, where none of them exists.
pub(super) fn forget_all() {
    WAKERS.drain(|_| ());
    RUNNING.store(0, Ordering::Release);
    CALLERS.store(0, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::c_int;

    /// The signals that a thread blocks, as the kernel shows them.
    fn blocked() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        u64::from_str_radix(mask.unwrap().trim(), 16).unwrap()
    }

    #[test]
    fn work_on_a_new_thread_and_what_it_starts_block_signals_and_its_caller_does_not() {
        let before = blocked();
        let (own, started) = run_on_new_thread(|| {
            let started = std::thread::spawn(blocked);
            (blocked(), started.join().unwrap())
        })
        .unwrap();
        let bit = |signal: c_int| 1 << (signal - 1);
        for signal in [
            libc::SIGTERM,
            libc::SIGQUIT,
            libc::SIGINT,
            libc::SIGPROF,
            libc::SIGALRM,
        ] {
            assert_ne!(own & bit(signal), 0, "{signal}");
            assert_ne!(started & bit(signal), 0, "{signal}");
        }
        assert_eq!(own & bit(libc::SIGSEGV), 0);
        assert_eq!(blocked(), before);
    }

    #[test]
    fn a_panic_of_work_on_a_new_thread_is_passed_on() {
        let panic = catch_unwind(|| run_on_new_thread(|| panic!("on purpose"))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    }

    #[test]
    fn a_panicking_thread_frees_its_entry() {
        let waker = Arc::new(Waker::new().unwrap());
        for _ in 0..2 * MAX_THREADS {
            let (done, wait) = std::sync::mpsc::channel::<()>();
            assert!(
                spawn(&waker, String::new(), move || {
                    let _done = done;
                    panic!("on purpose");
                })
                .unwrap()
            );
            let _ = wait.recv();
            while running() > 0 {
                std::thread::yield_now();
            }
        }
    }
}
