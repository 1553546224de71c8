//! What this process has open: one entry for each spool, with its writers and
//! its sender's thread.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::delivery::{self, CallFailed, Http, Settings, Until};
use crate::process::{self, Bell, PerProcess};
use crate::spool::{Lane, Leader, Limits, Place, Reason, SpoolError, Writer, unix_now};

use super::options::Options;

/// How often a request looks whether work was left behind.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a sender stays when nothing waits any more.
const LINGER_IDLE: Duration = Duration::from_secs(2);

type Spools = Mutex<HashMap<(PathBuf, String, String, bool), Arc<Spool>>>;
static SPOOLS: PerProcess<Spools> = PerProcess::new(Spools::default);

/// A spool that this process has open.
#[derive(Debug)]
pub struct Spool {
    /// Where it lies.
    pub place: Place,
    /// Wakes this process's sender.
    pub bell: Bell,
    writers: [Mutex<Writer>; 2],
    sending: AtomicBool,
    looked: Mutex<Option<Instant>>,
}

impl Spool {
    /// Makes one record durable.
    pub fn append(&self, lane: Lane, line: &[u8], limits: &Limits) -> Result<(), SpoolError> {
        held(&self.writers[lane as usize]).append(line, limits)
    }

    /// True at most once a second.
    pub fn is_time_to_look(&self) -> bool {
        let mut looked = held(&self.looked);
        let due = looked.is_none_or(|when| when.elapsed() >= LOOK_EVERY);
        if due {
            *looked = Some(Instant::now());
        }
        due
    }
}

/// Opens a spool, or makes it.
pub fn open(options: &Options) -> Result<Arc<Spool>, SpoolError> {
    let mut spools = held(SPOOLS.get());
    if let Some(spool) = spools.get(&key(options)) {
        return Ok(Arc::clone(spool));
    }
    let place = Place::open(
        &options.root,
        &options.site,
        &options.ad_account_id,
        options.test,
    )?;
    let spool = Arc::new(Spool {
        bell: Bell::new().map_err(super::no_bell)?,
        writers: Lane::ALL.map(|lane| Mutex::new(Writer::new(place.clone(), lane))),
        sending: AtomicBool::new(false),
        looked: Mutex::new(None),
        place,
    });
    spools.insert(key(options), Arc::clone(&spool));
    Ok(spool)
}

/// Opens a spool that somebody made before.
pub fn open_if_there(options: &Options) -> Result<Option<Arc<Spool>>, SpoolError> {
    let dir = Place::path(
        &options.root,
        &options.site,
        &options.ad_account_id,
        options.test,
    );
    match dir.is_dir() {
        true => open(options).map(Some),
        false => Ok(None),
    }
}

/// Lets go of a spool whose directory is gone.
pub fn forget(options: &Options) {
    held(SPOOLS.get()).remove(&key(options));
}

/// Starts the sender of a spool, unless one is at work here or elsewhere.
pub fn start(spool: &Arc<Spool>, settings: Settings) -> Result<(), SpoolError> {
    if spool.sending.swap(true, Ordering::AcqRel) {
        spool.bell.ring();
        return Ok(());
    }
    let started = Leader::is_free(&spool.place).and_then(|is_free| match is_free {
        true => spawn(spool, settings),
        false => Ok(false),
    });
    if !matches!(started, Ok(true)) {
        spool.sending.store(false, Ordering::Release);
    }
    started.map(|_| ())
}

fn spawn(spool: &Arc<Spool>, settings: Settings) -> Result<bool, SpoolError> {
    // Here and not in the thread: it reads the environment, which PHP changes.
    let config = delivery::transport(&settings.transport, &settings.endpoint)
        .map_err(|CallFailed(message)| SpoolError::new(Reason::Io, message))?;
    let shared = Arc::clone(spool);
    let target = spool.place.log_target().to_owned();
    process::spawn(&spool.bell, target, move || {
        let _sending = Sending(Arc::clone(&shared));
        let mut client = Http::new(&settings, config);
        loop {
            let until = Until {
                deadline: None,
                idle: LINGER_IDLE,
                linger: true,
            };
            let place = &shared.place;
            let done = delivery::drain(
                place,
                &settings,
                &mut client,
                &shared.bell,
                &until,
                &unix_now,
            );
            if let Err(error) = &done {
                log::error!(target: place.log_target(), "the sender stopped: {error}");
            }
            shared.sending.store(false, Ordering::Release);
            // A capture that came after the last look saw a sender at work,
            // and rang.
            let go_on = matches!(done, Ok(tally) if tally.led && !tally.told)
                && shared.bell.wait(Duration::ZERO)
                && !shared.sending.swap(true, Ordering::AcqRel);
            if !go_on {
                break;
            }
        }
    })
    .map_err(|error| SpoolError::from_io("start a thread for", spool.place.dir(), &error))
}

/// Ends the claim that a sender is at work, also when it panicked.
struct Sending(Arc<Spool>);

impl Drop for Sending {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.sending.store(false, Ordering::Release);
        }
    }
}

fn key(options: &Options) -> (PathBuf, String, String, bool) {
    (
        options.root.clone(),
        options.site.clone(),
        options.ad_account_id.clone(),
        options.test,
    )
}

/// A lock whose holder panicked guards nothing that could be half done.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
