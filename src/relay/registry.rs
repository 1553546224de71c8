//! What this process has open: one entry for each spool, with its writers and its
//! sender's thread.
//!
//! It must not know what is captured, nor how it is sent.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::delivery::{self, Clock, Exit, Settings, Threads, Until};
use crate::process::{self, PerProcess, Waker};
use crate::spool::{Disk, Generation, Lane, Leader, Limits, SpoolDir, SpoolError, Watch, Writer};

use super::deliver::{callers, no_waker};
use super::options::Options;

/// How often a request looks whether another process left events behind.
const LOOK_FOR_WORK_EVERY: Duration = Duration::from_secs(1);
/// How long a sender stays when nothing waits any more.
const LINGER_IDLE: Duration = Duration::from_secs(2);
/// A process that serves a network of shops lets go of those it does not send
/// for, or it would run out of descriptors. They are opened again when needed.
const MOST_OPEN: usize = 32;
/// How long no sender is started after one that failed.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// By directory.
type Spools = Mutex<HashMap<PathBuf, Arc<Spool>>>;
static SPOOLS: PerProcess<Spools> = PerProcess::new(Spools::default);

/// A spool that this process has open.
pub struct Spool {
    /// Where it lies.
    pub dir: SpoolDir,
    /// Wakes this process's sender.
    pub waker: Arc<Waker>,
    writers: [Mutex<Writer>; 2],
    sender: Mutex<SenderState>,
    looked: Mutex<Option<Instant>>,
    /// The highest generation that was seen in the spool; it only rises there.
    generation: AtomicU64,
    /// Open while another process or thread leads.
    leader: Mutex<Option<Watch>>,
}

/// What the sender's thread of a spool does in this process.
#[derive(Default)]
enum SenderState {
    /// There is none.
    #[default]
    Stopped,
    /// It sends, or waits for events.
    Running {
        /// Of the newest settings that it was given.
        generation: u64,
        /// Settings to go on with once it has stopped to send with those it has.
        next: Option<Box<(Threads, Settings)>>,
    },
    /// It ended by an error of the file system or by a panic, and another one would
    /// do so again at once.
    Failed(Instant),
}

impl SenderState {
    fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }

    fn has_just_failed(&self) -> bool {
        matches!(self, Self::Failed(when) if when.elapsed() < REST_AFTER_FAILURE)
    }
}

impl Spool {
    /// Makes one record durable.
    pub fn append(&self, lane: Lane, line: &[u8], limits: &Limits) -> Result<(), SpoolError> {
        held(&self.writers[lane as usize]).append(line, limits)
    }

    /// Whether the spool is known to hold this generation or a higher one.
    pub fn has_seen(&self, generation: u64) -> bool {
        self.generation.load(Ordering::Relaxed) >= generation
    }

    /// Writes a generation down, unless a higher one is there. Where that fails,
    /// on a full or read-only disk, older settings go on, and the status can still be
    /// read.
    pub fn raise_generation(&self, generation: u64) {
        match Generation::raise(&self.dir, generation) {
            Ok(seen) => drop(self.generation.fetch_max(seen, Ordering::Relaxed)),
            Err(error) => {
                let target = self.dir.log_target();
                log::warn!(target: target, "cannot write down the generation: {error}");
            }
        }
    }

    /// Whether another process or thread leads. Asked for each capture, so by a lock
    /// file that is kept open for as long as there is a leader.
    fn is_led(&self) -> Result<bool, SpoolError> {
        let mut watch = held(&self.leader);
        if watch.as_ref().is_some_and(Watch::sees_leader) {
            return Ok(true);
        }
        *watch = None;
        if Leader::is_free(&self.dir)? {
            return Ok(false);
        }
        *watch = Some(Watch::open(&self.dir)?);
        Ok(true)
    }

    /// True at most once a second.
    pub fn is_time_to_look(&self) -> bool {
        let mut looked = held(&self.looked);
        let due = looked.is_none_or(|when| when.elapsed() >= LOOK_FOR_WORK_EVERY);
        if due {
            *looked = Some(Instant::now());
        }
        due
    }
}

/// Opens a spool, or makes it.
pub fn open(options: &Options, disk: &Arc<dyn Disk>) -> Result<Arc<Spool>, SpoolError> {
    let mut spools = held(SPOOLS.get());
    if let Some(spool) = spools.get(&options.dir) {
        return Ok(Arc::clone(spool));
    }
    let dir = SpoolDir::open_on(
        Arc::clone(disk),
        &options.root,
        &options.site,
        &options.ad_account_id,
        options.test,
    )?;
    let spool = Arc::new(Spool {
        waker: Arc::new(Waker::new().map_err(no_waker)?),
        writers: Lane::ALL.map(|lane| Mutex::new(Writer::new(dir.clone(), lane))),
        sender: Mutex::default(),
        looked: Mutex::new(None),
        generation: AtomicU64::new(0),
        leader: Mutex::new(None),
        dir,
    });
    if spools.len() >= MOST_OPEN {
        spools.retain(|_, spool| held(&spool.sender).is_running());
    }
    spools.insert(options.dir.clone(), Arc::clone(&spool));
    Ok(spool)
}

/// Opens a spool that is there already.
pub fn open_if_there(
    options: &Options,
    disk: &Arc<dyn Disk>,
) -> Result<Option<Arc<Spool>>, SpoolError> {
    match options.dir.is_dir() {
        true => open(options, disk).map(Some),
        false => Ok(None),
    }
}

/// Opens a spool, or makes it, and is sure that its path leads to it.
pub fn current(options: &Options, disk: &Arc<dyn Disk>) -> Result<Arc<Spool>, SpoolError> {
    let spool = open(options, disk)?;
    if spool.dir.is_current() {
        return Ok(spool);
    }
    forget(options, &spool);
    open(options, disk)
}

/// Lets go of a spool whose directory is gone, moved or replaced.
pub fn forget(options: &Options, gone: &Arc<Spool>) {
    let mut spools = held(SPOOLS.get());
    if spools
        .get(&options.dir)
        .is_some_and(|spool| Arc::ptr_eq(spool, gone))
    {
        spools.remove(&options.dir);
    }
}

/// Starts the sender of a spool, unless there is one here or elsewhere. One that runs
/// here with settings of an older generation goes on with these. `settings` is called
/// only where they are needed; with `None`, for want of a token, a sender of this
/// process is woken and no other is looked for.
pub fn start(
    spool: &Arc<Spool>,
    generation: u64,
    settings: Option<impl FnOnce() -> Option<Settings>>,
) -> Result<(), SpoolError> {
    let mut state = held(&spool.sender);
    if let SenderState::Running {
        generation: current,
        next,
    } = &mut *state
    {
        if generation > *current
            && let Some(settings) = settings.and_then(|settings| settings())
        {
            *next = Some(Box::new((callers(&settings, &spool.waker)?, settings)));
            *current = generation;
        }
        // Under the lock: the sender looks for a wake once more before it stops.
        spool.waker.wake();
        return Ok(());
    }
    if settings.is_none() || state.has_just_failed() || spool.is_led()? {
        return Ok(());
    }
    if let Some(settings) = settings.and_then(|settings| settings())
        && spawn(spool, callers(&settings, &spool.waker)?, settings)?
    {
        *state = SenderState::Running {
            generation,
            next: None,
        };
    }
    Ok(())
}

fn spawn(
    spool: &Arc<Spool>,
    mut callers: Threads,
    mut settings: Settings,
) -> Result<bool, SpoolError> {
    let shared = Arc::clone(spool);
    let target = spool.dir.log_target().to_owned();
    process::spawn(&spool.waker, target, move || {
        let _guard = FailOnPanic(Arc::clone(&shared));
        let until = Until {
            deadline: None,
            idle: LINGER_IDLE,
            linger: true,
        };
        let (dir, waker) = (&shared.dir, &shared.waker);
        loop {
            let done = delivery::drain_by(dir, &settings, &mut callers, waker, &until, &Clock);
            if let Err(error) = &done {
                log::error!(target: dir.log_target(), "the sender stopped: {error}");
            }
            let mut state = held(&shared.sender);
            if let SenderState::Running { next, .. } = &mut *state
                && let Some(next) = next.take()
            {
                (callers, settings) = *next;
                continue;
            }
            match done {
                Err(_) => *state = SenderState::Failed(Instant::now()),
                // Woken since: there may be new events.
                Ok(tally) if tally.exit == Exit::Idle && waker.wait(Duration::ZERO) => continue,
                Ok(_) => *state = SenderState::Stopped,
            }
            break;
        }
    })
    .map_err(|error| SpoolError::from_io("start a thread for", spool.dir.dir(), &error))
}

/// Puts down that the sender has failed where its thread panics.
struct FailOnPanic(Arc<Spool>);

impl Drop for FailOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            *held(&self.0.sender) = SenderState::Failed(Instant::now());
        }
    }
}

/// A lock whose holder panicked guards nothing that could be half done.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
