//! What a process owns: its stamp, its threads, its descriptors, and how it
//! lets go of them.
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
//! Whatever ends a process without a word has lost nothing: events are on disk
//! before `capture()` returns, and a lock goes with its holder.
//!
//! It must not know what the threads do. All of libc that has no safe wrapper
//! is called here, and nowhere else outside the PHP face.

#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Once, OnceLock};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

/// More spools than this in one process are drained in turn, not at once.
pub const MOST_THREADS: usize = 8;
const FREE: RawFd = -1;
/// How often [`stop`] looks whether the threads have ended.
const STOP_LOOK: Duration = Duration::from_millis(2);

/// Descriptors that a forked child must close: a lock is the open file's, so a
/// child that keeps the file keeps the lock alive beyond its owner.
static INHERITED: [AtomicI32; 256] = [const { AtomicI32::new(FREE) }; 256];
/// The event descriptors of running threads, for [`stop`].
static BELLS: [AtomicI32; MOST_THREADS] = [const { AtomicI32::new(FREE) }; MOST_THREADS];
/// Forks that lie between the first process with a descriptor of ours and this.
static FORKS: AtomicUsize = AtomicUsize::new(0);
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static STOPPING: AtomicBool = AtomicBool::new(false);

/// A value that belongs to one process. A forked child gets its own, and never
/// looks at the one it inherited: a lock in there may be held by a thread that
/// does not exist any more.
pub struct PerProcess<T> {
    current: AtomicPtr<Stamped<T>>,
    make: fn() -> T,
}

struct Stamped<T> {
    owner: Owner,
    value: T,
}

/// Who owns a value. The pid alone would do, but for a descendant that is given
/// the number of an ancestor that has died.
#[derive(Clone, Copy, PartialEq)]
struct Owner {
    pid: u32,
    forks: usize,
}

impl Owner {
    fn this() -> Self {
        Self {
            pid: std::process::id(),
            forks: FORKS.load(Ordering::Acquire),
        }
    }
}

impl<T: Sync + Send> PerProcess<T> {
    /// Makes nothing until somebody asks.
    pub const fn new(make: fn() -> T) -> Self {
        Self {
            current: AtomicPtr::new(std::ptr::null_mut()),
            make,
        }
    }

    /// This process's value.
    pub fn get(&self) -> &T {
        let owner = Owner::this();
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
            // What was there is left where it is: in a child it is not ours.
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

/// Notes a descriptor that a forked child must close. Must be dropped before
/// the file it speaks of, so it stands before it in a struct.
#[derive(Debug)]
pub struct Descriptor {
    slot: Option<usize>,
    fd: RawFd,
}

impl Descriptor {
    /// With more descriptors than there is room for, the last ones are not
    /// noted, and a child that never calls us keeps them.
    pub fn register(fd: RawFd) -> Self {
        static INSTALL: Once = Once::new();
        INSTALL.call_once(|| {
            // The handler must not lose its code when PHP unloads the library.
            keep_mapped();
            // SAFETY: the handler is a plain function that lives as long as
            // the process, and calls only what may be called after a fork.
            unsafe { libc::pthread_atfork(None, None, Some(close_inherited)) };
        });
        Self {
            slot: occupy(&INHERITED, fd),
            fd,
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            vacate(&INHERITED[slot], self.fd);
        }
    }
}

/// Runs in a forked child before anything else: atomics and `close`.
extern "C" fn close_inherited() {
    for slot in &INHERITED {
        let fd = slot.swap(FREE, Ordering::AcqRel);
        if fd != FREE {
            // SAFETY: the child owns its copy of the descriptor, and all Rust
            // values that hold its number belong to the parent's pid, which
            // the child never looks at again.
            unsafe { libc::close(fd) };
        }
    }
    for bell in &BELLS {
        bell.store(FREE, Ordering::Release);
    }
    RUNNING.store(0, Ordering::Release);
    FORKS.fetch_add(1, Ordering::AcqRel);
}

fn occupy(slots: &[AtomicI32], fd: RawFd) -> Option<usize> {
    slots.iter().position(|slot| {
        slot.compare_exchange(FREE, fd, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    })
}

fn vacate(slot: &AtomicI32, fd: RawFd) {
    // Fails in a child, where the slot was emptied at the fork.
    let _ = slot.compare_exchange(fd, FREE, Ordering::AcqRel, Ordering::Relaxed);
}

/// Wakes one thread. Ringing is a `write` to an event descriptor: it takes no
/// lock, so it may be done from anywhere, a signal handler included.
#[derive(Debug)]
pub struct Bell {
    _descriptor: Descriptor,
    fd: OwnedFd,
}

impl Bell {
    /// # Errors
    /// When the process has no descriptor left.
    pub fn new() -> std::io::Result<Self> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            _descriptor: Descriptor::register(fd.as_raw_fd()),
            fd,
        })
    }

    /// Wakes whoever waits, now or next.
    pub fn ring(&self) {
        // Full means that it rings already.
        let _ = rustix::io::write(&self.fd, &1u64.to_ne_bytes());
    }

    /// Waits for a ring, at most this long. Says whether there was one.
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
}

/// Whether there is no process of this number any more. One that ended and was
/// not waited for is still there, and so is another that was given its number.
pub fn has_ended(pid: i32) -> bool {
    rustix::process::Pid::from_raw(pid)
        .is_some_and(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

/// The namespace in which this process's number means something; nothing where
/// the system does not tell.
pub fn namespace() -> Option<u64> {
    std::fs::metadata("/proc/self/ns/pid")
        .ok()
        .map(|meta| meta.ino())
}

/// Whether this process is about to end or to unload the library.
pub fn is_stopping() -> bool {
    STOPPING.load(Ordering::Acquire)
}

/// A new life of the library in this process: Apache unloads and loads it at
/// every graceful restart, and statics may survive that.
pub fn start() {
    STOPPING.store(false, Ordering::Release);
}

/// Whether there is no room for one more thread.
pub fn is_crowded() -> bool {
    running() >= MOST_THREADS
}

/// How many threads of ours run.
pub fn running() -> usize {
    RUNNING.load(Ordering::Acquire)
}

/// Asks every thread to end and waits for them, `limit` at most. What is in
/// flight is then abandoned: it is on disk, and the next process sends it.
///
/// Apache calls this from a signal handler, in the middle of whatever ran: so
/// it only sleeps and looks. A channel would allocate, and wait for ever if it
/// was the allocator that was interrupted.
pub fn stop(limit: Duration) {
    STOPPING.store(true, Ordering::Release);
    for bell in &BELLS {
        let fd = bell.load(Ordering::Acquire);
        if fd != FREE {
            // SAFETY: a write of eight bytes that live until the call returns,
            // to a descriptor that its seat keeps open.
            unsafe { libc::write(fd, (&raw const ONE).cast(), 8) };
        }
    }
    let deadline = Instant::now() + limit;
    while running() > 0 {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(STOP_LOOK));
    }
}

static ONE: u64 = 1;

/// Starts a thread that lives no longer than its work, unless there are too
/// many, or the process is about to end. A panic in `work` ends the thread and
/// is logged to `log_target`.
///
/// # Errors
/// When the system has no thread to give.
pub fn spawn(
    bell: &Arc<Bell>,
    log_target: String,
    work: impl FnOnce() + Send + 'static,
) -> std::io::Result<bool> {
    let Some(seat) = Seat::take(bell) else {
        return Ok(false);
    };
    if is_stopping() || !keep_mapped() {
        return Ok(false);
    }
    let masked = SignalMask::block_all();
    let spawned = std::thread::Builder::new()
        .name("pinrelay".to_owned())
        .spawn(move || {
            let _seat = seat;
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                // The panic's own text may hold data of a visitor.
                log::error!(target: &log_target, "the sender panicked; the next request starts another");
            }
        });
    drop(masked);
    // Without a thread the closure, and with it the seat, is dropped already.
    spawned.map(|_| true)
}

/// Runs `work` on a thread of its own and waits for it. What is started in there
/// (a look-up of a name may outlive its call) blocks every signal as a sender does,
/// and PHP's own thread goes on taking them. A panic comes through.
///
/// # Errors
/// When the system has no thread to give, or the library cannot be kept.
pub fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    if !keep_mapped() {
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

/// Says a line to whoever reads this process's errors, if that can be done at once:
/// they may be closed, on a full disk, or a pipe that nobody empties. Takes no
/// lock, which may have been held by another thread at a fork.
pub fn say(line: &str) {
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

/// A thread's place among the running ones. It keeps the bell, so that the
/// number by which [`stop`] rings it stays the bell's own.
struct Seat {
    slot: usize,
    bell: Arc<Bell>,
}

impl Seat {
    fn take(bell: &Arc<Bell>) -> Option<Self> {
        let slot = occupy(&BELLS, bell.fd.as_raw_fd())?;
        RUNNING.fetch_add(1, Ordering::AcqRel);
        Some(Self {
            slot,
            bell: Arc::clone(bell),
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        vacate(&BELLS[self.slot], self.bell.fd.as_raw_fd());
        RUNNING.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Blocks every signal for as long as it lives, so that a thread spawned
/// meanwhile never gets one: FPM would not see its SIGQUIT, and a handler
/// meant for PHP's thread would run in ours. Faults still kill.
struct SignalMask(libc::sigset_t);

impl SignalMask {
    fn block_all() -> Self {
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

/// Keeps the library in memory when PHP unloads it: a thread, or the handler
/// for forks, may still run its code. True when it is sure.
fn keep_mapped() -> bool {
    let here: extern "C" fn() = close_inherited;
    // SAFETY: `info` is filled by dladdr before it is read, and its file name
    // is a C string owned by the loader. RTLD_NOLOAD only takes another
    // reference to what is loaded; the handle is meant to leak.
    unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        if libc::dladdr(here as *const c_void, &raw mut info) == 0 || info.dli_fname.is_null() {
            return false;
        }
        let flags: c_int = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
        let handle = libc::dlopen(info.dli_fname, flags);
        // A test binary is no library, and is never unloaded.
        !handle.is_null() || !is_library(&info)
    }
}

/// Whether the file the code came from is a shared object.
fn is_library(info: &libc::Dl_info) -> bool {
    // SAFETY: checked non-null by the caller, and owned by the loader.
    let name = unsafe { std::ffi::CStr::from_ptr(info.dli_fname) };
    name.to_bytes().windows(3).any(|part| part == b".so")
}

/// Names the machine and its start, which is what [`since_boot`] counts from; empty
/// where the system does not tell.
pub fn boot_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        id.unwrap_or_default().trim().to_owned()
    })
}

/// Seconds since the machine was started, the time that it slept with them: a
/// clock that nobody sets. By the C library, so that a test can move it, too.
pub fn since_boot() -> i64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a timespec of ours, which the call fills in or
    // leaves as it is.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    time.tv_sec
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

    #[test]
    fn a_ring_before_the_wait_is_heard_once() {
        let bell = Bell::new().unwrap();
        bell.ring();
        bell.ring();
        assert!(bell.wait(Duration::ZERO));
        assert!(!bell.wait(Duration::ZERO));
    }

    /// The signals that a thread blocks, as the kernel shows them.
    fn blocked() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        u64::from_str_radix(mask.unwrap().trim(), 16).unwrap()
    }

    #[test]
    fn work_aside_and_what_it_starts_block_signals_and_its_caller_does_not() {
        let before = blocked();
        let (own, started) = aside(|| {
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
    fn a_panic_of_work_aside_comes_through() {
        let panic = catch_unwind(|| aside(|| panic!("on purpose"))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    }

    #[test]
    fn a_panicking_thread_gives_its_seat_back() {
        let bell = Arc::new(Bell::new().unwrap());
        for _ in 0..2 * MOST_THREADS {
            let (done, wait) = std::sync::mpsc::channel::<()>();
            assert!(
                spawn(&bell, String::new(), move || {
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
