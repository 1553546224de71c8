//! The front door: one destination, as PHP sees it.
//!
//! It joins the rooms below and decides nothing of its own about events or
//! delivery. It must not know Zend: what comes in is [`Raw`], what goes out is
//! JSON values and plain structs.

mod ini;
mod options;
mod receipt;
mod refusal;
mod registry;
mod report;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use ini::Ini;
pub use receipt::Receipt;
pub use refusal::Refusal;

use crate::delivery::{self, CallFailed, Client, Http, Outcome, Secret, Settings, Until, Word};
use crate::event::{ActionSource, EventName, Moment, Prepared, Raw, prepare};
use crate::process::{self, Bell};
use crate::spool::{
    DeadLetters, Disk, Envelope, Lane, Leader, Ledger, Place, Reason, SpoolError, Verdicts,
    Withdrawn, encode, generation, unix_now,
};
use crate::wire;
use ini::Rules;
use options::Options;
use registry::Spool;

/// How long [`Relay::purge`] waits for a sender to leave, beyond the time that
/// a call of it may take.
const PURGE_PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A longer wait is no wait: PHP's own limit ends it.
const LONGEST_DRAIN: f64 = 86_400.0;
/// How long stopping may hold up the end of a process.
const STOP_WITHIN: Duration = Duration::from_millis(200);

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
        let line = record(
            event.id(),
            event.name(),
            event.time(),
            // Only on the web is there a browser half that it must not miss.
            event.late_ok() || event.action_source() != ActionSource::Web,
            wire::api::render(event),
        )?;
        let spool = self.append(lane(event.name()), &line)?;
        self.send_from(&spool);
        Ok(Receipt::new(prepared))
    }

    /// What waits, what was done, what stands in the way.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn status(&self) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        Ok(report::status(&spool.place, self.options.generation)?)
    }

    /// Verdicts behind a cursor, oldest first.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn settled(&self, cursor: &str, limit: i64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        let (cursor, events) = Verdicts::new(&spool.place).after(cursor, limit)?;
        Ok(json!({ "cursor": cursor, "events": events }))
    }

    /// The newest dead letters.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn rejected(&self, limit: i64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        Ok(json!(DeadLetters::new(&spool.place).list(limit)))
    }

    /// Puts dead letters back in line; says how many.
    ///
    /// # Errors
    /// [`Refusal::Spool`]; those before the one that failed are in line.
    pub fn retry(&self, ids: &Raw) -> Result<i64, Refusal> {
        let spool = self.spool()?;
        let dead = DeadLetters::new(&spool.place);
        let mut back = 0;
        for id in texts(ids) {
            let Some((name, line)) = dead.record(&id)? else {
                continue;
            };
            let lane = EventName::parse(&name).map_or(Lane::Visit, lane);
            self.append(lane, &line)?;
            // In line first: a kill in between sends it twice, with one id.
            dead.remove(&id)?;
            back += 1;
        }
        if back > 0 {
            self.send_from(&spool);
        }
        Ok(back)
    }

    /// Takes back what is not settled; says how many.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn withdraw(&self, ids: &Raw) -> Result<i64, Refusal> {
        let spool = self.spool()?;
        let wanted: Vec<String> = texts(ids).collect();
        let mut withdrawn = Withdrawn::read(&spool.place);
        let mut found = Vec::new();
        Ledger::new(&spool.place).scan(|segment, end, event| {
            let is_wanted = wanted.iter().any(|wanted| *wanted == event.id);
            if is_wanted && !withdrawn.contains(segment, end) {
                found.push((event.id.clone().into_owned(), segment.clone(), end));
            }
        })?;
        let mut ids = HashSet::new();
        for (id, segment, end) in found {
            withdrawn.mark(&segment, end)?;
            ids.insert(id);
        }
        if !ids.is_empty() {
            self.send_from(&spool);
        }
        Ok(count(ids.len()))
    }

    /// Delivers here for at most `seconds`, or waits for whoever does.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn drain(&self, seconds: f64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let seconds = if seconds.is_finite() { seconds } else { 0.0 };
        let deadline = Instant::now() + Duration::from_secs_f64(seconds.clamp(0.0, LONGEST_DRAIN));
        let before = report::done(&spool.place);
        let bell = Bell::new().map_err(no_bell)?;
        let until = Until {
            deadline: Some(deadline),
            idle: Duration::ZERO,
            linger: false,
        };
        let mut own = match self.may_lead(&spool.place) {
            Some(settings) => Some((self.client(&settings)?, settings)),
            None => None,
        };
        let mut sender = "none";
        spool.bell.ring();
        loop {
            if let Some((client, settings)) = &mut own {
                let tally =
                    delivery::drain(&spool.place, settings, client, &bell, &until, &unix_now)?;
                if tally.led {
                    sender = "self";
                    break;
                }
            }
            // Another thread or process leads, or nobody can.
            if !Leader::is_free(&spool.place)? {
                sender = "other";
            } else if own.is_none() {
                break;
            }
            let mut ledger = Ledger::new(&spool.place);
            ledger.refresh()?;
            if Instant::now() >= deadline || ledger.work().is_none() {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let after = report::done(&spool.place);
        Ok(json!({
            "sender": sender,
            "delivered": after.delivered.saturating_sub(before.delivered),
            "rejected": after.rejected.saturating_sub(before.rejected),
            "waiting": report::waiting(&spool.place)?.total(),
        }))
    }

    /// One call now, in test mode, without the spool.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn send_test(&self, event: &Raw) -> Result<Value, Refusal> {
        let body = format!(
            r#"{{"data":[{}]}}"#,
            wire::api::render(&self.prepared(event)?.event)
        );
        let Some(settings) = self.settings() else {
            return Ok(report::test_not_sent("no access token is set"));
        };
        let answer = self.client(&settings).and_then(|mut client| {
            let limit = settings.transport.timeout;
            client
                .post(body.as_bytes(), true, limit)
                .map_err(|error| SpoolError::new(Reason::Io, error.0))
        });
        Ok(match answer {
            Ok(answer) => report::test_answer(&answer),
            Err(error) => report::test_not_sent(&error.message),
        })
    }

    /// Discards everything that is not settled; says how many events. Who
    /// captured them reads `withdrawn`.
    ///
    /// # Errors
    /// [`Refusal::Spool`], also when another process goes on sending.
    pub fn purge(&self) -> Result<i64, Refusal> {
        let spool = self.spool()?;
        let deadline = Instant::now() + self.rules.transport.timeout + PURGE_PATIENCE;
        let leader = loop {
            Leader::want(&spool.place)?;
            spool.bell.ring();
            match Leader::try_lead(&spool.place)? {
                None if Instant::now() < deadline => std::thread::sleep(LOOK_EVERY),
                other => break other,
            }
        };
        Leader::unwant(&spool.place);
        let leader = leader.ok_or_else(|| {
            let why = "the process that sends from this spool does not leave: try again";
            SpoolError::new(Reason::Io, why)
        })?;
        let discarded = delivery::purge(&leader, &spool.place, unix_now())?;
        Ok(i64::try_from(discarded).unwrap_or(i64::MAX))
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
        let spool = registry::open(&self.options, &self.disk)?;
        self.raise_generation(&spool.place);
        Ok(spool)
    }

    /// Where it cannot be written, on a full or read-only disk, older settings
    /// go on; that must not keep anybody from reading the status.
    fn raise_generation(&self, place: &Place) {
        if let Err(error) = generation::raise(place, self.options.generation) {
            log::warn!(target: place.log_target(), "cannot write down the generation: {error}");
        }
    }

    /// Writes a record. Where somebody removed the directories, they are made
    /// again, once.
    fn append(&self, lane: Lane, line: &[u8]) -> Result<Arc<Spool>, SpoolError> {
        let spool = self.spool()?;
        let failed = match spool.append(lane, line, &self.rules.limits) {
            Ok(()) => return Ok(spool),
            Err(error) => error,
        };
        if spool.place.file("seg").exists() {
            return Err(failed);
        }
        registry::forget(&self.options);
        let spool = self.spool()?;
        spool.append(lane, line, &self.rules.limits)?;
        Ok(spool)
    }

    /// What a sender of this relay is told; nothing without a token.
    fn settings(&self) -> Option<Settings> {
        let token = self.options.access_token.clone()?;
        Some(Settings {
            endpoint: format!(
                "{}/ad_accounts/{}/events",
                self.options.api_base, self.options.ad_account_id
            ),
            token: Secret::new(token),
            test: self.options.test,
            generation: self.options.generation,
            late: self.options.late,
            transport: self.rules.transport.clone(),
        })
    }

    /// The settings, if they allow this process to send from the spool.
    fn may_lead(&self, place: &Place) -> Option<Settings> {
        let newest = generation::read(place) <= self.options.generation;
        (self.options.enabled && newest).then(|| self.settings())?
    }

    fn client(&self, settings: &Settings) -> Result<Http, SpoolError> {
        let config = delivery::transport(&settings.transport, &settings.endpoint)
            .map_err(|CallFailed(message)| SpoolError::new(Reason::Io, message))?;
        Ok(Http::new(settings, config))
    }

    /// Starts the sender where work was left behind; at most one look a second,
    /// and never a reason for a page to fail.
    fn look(&self) {
        if !self.lasting || !self.rules.sender || !self.options.enabled {
            return;
        }
        // A spool that cannot be looked at says so when it is used.
        let _ = registry::open_if_there(&self.options, &self.disk).and_then(|spool| {
            if let Some(spool) = spool
                && spool.is_time_to_look()
            {
                self.raise_generation(&spool.place);
                let mut ledger = Ledger::new(&spool.place);
                ledger.refresh()?;
                if ledger.needs_leader(unix_now()) {
                    self.send_from(&spool);
                }
            }
            Ok(())
        });
    }

    /// Makes sure that somebody sends: this process's thread, or another's.
    fn send_from(&self, spool: &Arc<Spool>) {
        if !self.lasting || !self.rules.sender {
            return;
        }
        let Some(settings) = self.may_lead(&spool.place) else {
            return;
        };
        if let Err(error) = registry::start(spool, settings) {
            // The event is on disk: the next request, or a drain, sends it.
            log::warn!(target: spool.place.log_target(), "no sender could start: {error}");
        }
    }
}

fn record(
    id: &str,
    name: EventName,
    time: i64,
    late_ok: bool,
    event: String,
) -> Result<Vec<u8>, SpoolError> {
    let unrendered =
        |error: serde_json::Error| SpoolError::new(Reason::Io, format!("cannot render: {error}"));
    let event = serde_json::value::RawValue::from_string(event).map_err(unrendered)?;
    encode(&Envelope {
        id: id.into(),
        name: name.api_name().into(),
        time,
        at: unix_now(),
        late_ok,
        event: &event,
    })
    .map_err(unrendered)
}

/// Completed orders are what the shop is paid for.
fn lane(name: EventName) -> Lane {
    match name {
        EventName::Checkout => Lane::Revenue,
        _ => Lane::Visit,
    }
}

/// Ids as PHP gives them; what is no id matches nothing.
fn texts(ids: &Raw) -> impl Iterator<Item = String> {
    let entries = match ids {
        Raw::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|(_, id)| match id {
        Raw::Text(text) => Some(text.clone()),
        Raw::Int(int) => Some(int.to_string()),
        _ => None,
    })
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn no_bell(error: std::io::Error) -> SpoolError {
    SpoolError::new(Reason::Io, format!("no descriptor left: {error}"))
}

/// For [`report`]: what an answer to one test event comes to.
fn test_verdict(outcome: Outcome) -> (&'static str, Option<String>) {
    match outcome {
        Outcome::Verdicts(words) => match words.into_iter().next() {
            Some(Word::Refused(message)) => ("rejected", Some(message)),
            _ => ("delivered", None),
        },
        Outcome::Split(message) => ("rejected", Some(message)),
        Outcome::Unread(message) => ("unconfirmed", Some(message)),
        Outcome::Retry { message, .. } => ("retry", Some(message)),
        Outcome::Pause { reason, message } => (reason, Some(message)),
    }
}
