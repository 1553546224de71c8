//! The API: one destination, as PHP sees it.
//!
//! It joins event, wire, spool and delivery, and decides nothing of its own about
//! events or delivery. It must not know Zend: what comes in is [`Raw`], what goes
//! out is JSON values and plain structs.

mod admin;
mod deliver;
mod ini;
mod options;
mod receipt;
mod refusal;
mod registry;
mod report;

use std::sync::Arc;
use std::time::Duration;

pub use ini::{Ini, without_password};
pub use receipt::Receipt;
pub use refusal::Refusal;

use crate::event::{ActionSource, Event, EventName, Moment, Prepared, Raw, prepare};
use crate::process;
use crate::spool::{Disk, Facts, Lane, Ledger, Reason, SpoolError, encode_with, unix_now};
use crate::wire;
use ini::Rules;
use options::Options;
use registry::Spool;

/// How long stopping may hold up the end of a process.
const STOP_WITHIN: Duration = Duration::from_millis(200);
/// How often a call that waits for another process's leader looks again.
const LEADER_POLL: Duration = Duration::from_millis(20);

/// What the relay must know about the process it is in.
#[derive(Clone, Debug)]
pub struct Host {
    /// `php_sapi_name()`.
    pub sapi: String,
    /// The ini settings as texts, read in the request.
    pub ini: Ini,
    /// What its files are on.
    pub disk: Arc<dyn Disk>,
}

/// One destination: an ad account, real or in test mode.
#[derive(Debug)]
pub struct Relay {
    options: Options,
    rules: Rules,
    lasting: bool,
    disk: Arc<dyn Disk>,
}

/// The library is loaded; call once for each load.
pub fn start() {
    process::start();
}

/// The library is about to go: ends the senders within 200 ms. What is in
/// flight is on disk, and another process takes it up.
pub fn stop() {
    process::stop(STOP_WITHIN);
}

impl Relay {
    /// Checks the options. Where work waits and nobody sends, starts the sender.
    ///
    /// # Errors
    /// [`Refusal::Config`], with every faulty option and ini setting.
    pub fn new(options: &Raw, host: &Host) -> Result<Self, Refusal> {
        let (options, rules) = options::read(options, &host.ini).map_err(Refusal::Config)?;
        let relay = Self {
            options,
            rules,
            // A process that ends with its request cannot finish a call.
            lasting: ["fpm-fcgi", "apache2handler", "litespeed", "cli-server"]
                .contains(&host.sapi.as_str()),
            disk: Arc::clone(&host.disk),
        };
        crate::logfile::install(relay.rules.log_level);
        relay.look();
        Ok(relay)
    }

    /// Validates, normalises, hashes and renders; touches nothing.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], with every fault.
    pub fn prepare(&self, event: &Raw) -> Result<Receipt, Refusal> {
        Ok(Receipt::new(self.prepared(event)?))
    }

    /// [`Relay::prepare`], and then the event is on disk.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], or [`Refusal::Spool`] and the caller still owns
    /// the event.
    pub fn capture(&self, event: &Raw) -> Result<Receipt, Refusal> {
        let prepared = self.prepared(event)?;
        if !self.options.enabled {
            return Err(SpoolError::new(Reason::Disabled, "sending is switched off").into());
        }
        let event = &prepared.event;
        let line = record(event);
        let spool = self.append(lane(event.name()), &line)?;
        self.send_from(&spool);
        Ok(Receipt::new(prepared))
    }

    fn prepared(&self, event: &Raw) -> Result<Prepared, Refusal> {
        let moment = Moment {
            site: &self.options.site,
            now: unix_now(),
            // Asks the kernel: a generator's state would be shared by forks.
            fresh_id: &|| uuid::Uuid::new_v4().to_string(),
        };
        prepare(event, &moment).map_err(Refusal::Invalid)
    }

    fn spool(&self) -> Result<Arc<Spool>, SpoolError> {
        let spool = registry::current(&self.options, &self.disk)?;
        if !spool.has_seen(self.options.generation) {
            spool.raise_generation(self.options.generation);
        }
        Ok(spool)
    }

    /// Writes a record. Where the directories were removed, moved or replaced, the
    /// spool is opened or made again, once.
    fn append(&self, lane: Lane, line: &[u8]) -> Result<Arc<Spool>, SpoolError> {
        let mut spool = registry::open(&self.options, &self.disk)?;
        if !spool.has_seen(self.options.generation) {
            spool = self.spool()?;
        }
        // Whether the spool is still there is the writer's to see.
        let failed = match spool.append(lane, line, &self.rules.limits) {
            Ok(()) => return Ok(spool),
            Err(error) => error,
        };
        if spool.dir.is_current() && spool.dir.file("seg").exists() {
            return Err(failed);
        }
        registry::forget(&self.options, &spool);
        let spool = self.spool()?;
        spool.append(lane, line, &self.rules.limits)?;
        Ok(spool)
    }

    /// Starts a sender where another process left events behind. Looks at most once a
    /// second, and never fails a page.
    fn look(&self) {
        // A relay that cannot send leaves this second's look to one that can.
        let can_send = self.options.enabled && self.options.access_token.is_some();
        if !self.lasting || !self.rules.sender || !can_send {
            return;
        }
        // A spool that cannot be looked at says so when it is used.
        let _ = registry::open_if_there(&self.options, &self.disk).and_then(|spool| {
            if let Some(spool) = spool
                && spool.is_time_to_look()
            {
                if !spool.dir.is_current() {
                    registry::forget(&self.options, &spool);
                    return Ok(());
                }
                spool.raise_generation(self.options.generation);
                if Ledger::needs_leader(&spool.dir, unix_now())? {
                    self.send_from(&spool);
                }
            }
            Ok(())
        });
    }

    /// Makes sure that there is a leader: this process's thread, or another's.
    fn send_from(&self, spool: &Arc<Spool>) {
        if !self.lasting || !self.rules.sender || !self.options.enabled {
            return;
        }
        let can_send = self.options.access_token.is_some();
        let settings = can_send.then_some(|| self.may_lead(&spool.dir));
        if let Err(error) = registry::start(spool, self.options.generation, settings) {
            // The event is on disk: the next request, or a drain, sends it.
            log::warn!(target: spool.dir.log_target(), "no sender could start: {error}");
        }
    }
}

fn record(event: &Event) -> Vec<u8> {
    let facts = Facts {
        id: event.id(),
        name: event.name().api_name(),
        time: event.time(),
        at: unix_now(),
        // Only on the web is there a browser half that it must not miss.
        late_ok: event.late_ok() || event.action_source() != ActionSource::Web,
    };
    encode_with(&facts, event.json_len(), |line| {
        wire::api::write(line, event);
    })
}

/// Orders are never refused before visits are, and are sent first.
fn lane(name: EventName) -> Lane {
    match name {
        EventName::Checkout => Lane::Revenue,
        _ => Lane::Visit,
    }
}
