//! Delivery while the caller waits (`drain`, a test call), and the settings of a sender.
//!
//! It must not know how events are batched or what an answer means.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{LEADER_POLL, Refusal, Relay, report};
use crate::delivery::{self, Client, Clock, Http, Secret, Settings, Threads, Until};
use crate::event::Raw;
use crate::process::{self, Waker};
use crate::spool::{Generation, Leader, Ledger, Reason, SpoolDir, SpoolError};
use crate::wire;

/// PHP's own limits end a longer one. In seconds, since a float holds more than a duration.
const LONGEST_DRAIN: f64 = 86_400.0;

impl Relay {
    /// Delivers for at most `seconds`, or waits for the leader that does: which of the
    /// two (`sender`), how many events were `delivered` and `rejected`, and how many
    /// are `waiting`.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn drain(&self, seconds: f64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let seconds = if seconds.is_finite() { seconds } else { 0.0 };
        let deadline = Instant::now() + Duration::from_secs_f64(seconds.clamp(0.0, LONGEST_DRAIN));
        let before = report::done(&spool.dir);
        let waker = Arc::new(Waker::new().map_err(no_waker)?);
        let until = Until {
            deadline: Some(deadline),
            idle: Duration::ZERO,
            linger: false,
        };
        let mut own = match self.may_lead(&spool.dir) {
            Some(settings) => Some((callers(&settings, &waker)?, settings)),
            None => None,
        };
        let mut sender = "none";
        spool.waker.wake();
        loop {
            // The lock of the generation may have been taken when the spool was opened.
            if !spool.has_seen(self.options.generation) {
                spool.raise_generation(self.options.generation);
            }
            if !Leader::is_free(&spool.dir)? {
                sender = "other";
            } else if let Some((callers, settings)) = &mut own {
                let drain =
                    || delivery::drain_by(&spool.dir, settings, callers, &waker, &until, &Clock);
                if process::run_on_new_thread(drain).map_err(no_thread)??.led() {
                    sender = "self";
                    break;
                }
            } else {
                break; // There is no leader, and this process may not lead.
            }
            let mut ledger = Ledger::new(&spool.dir);
            ledger.refresh()?;
            if Instant::now() >= deadline || ledger.work().is_none() {
                break;
            }
            std::thread::sleep(LEADER_POLL);
        }
        self.retain(&spool);
        let after = report::done(&spool.dir);
        Ok(json!({
            "sender": sender,
            "delivered": after.delivered.saturating_sub(before.delivered),
            "rejected": after.rejected.saturating_sub(before.rejected),
            "waiting": report::waiting(&spool.dir)?.total(),
        }))
    }

    /// One call now, in test mode, without the spool.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn send_test(&self, event: &Raw) -> Result<Value, Refusal> {
        let event = wire::api::render(&self.prepared(event)?.event);
        let body = format!(r#"{{"data":[{event}]}}"#);
        let Some(settings) = self.settings() else {
            return Ok(report::test_not_sent("no access token is set"));
        };
        Ok(match client(&settings) {
            Ok(mut client) => {
                let limit = settings.transport.timeout;
                match process::run_on_new_thread(|| client.post(body.as_bytes(), true, limit)) {
                    Ok(call) => report::test_answer(&call),
                    Err(error) => report::test_not_sent(&no_thread(error).message),
                }
            }
            Err(error) => report::test_not_sent(&error.message),
        })
    }

    /// What a sender of this relay needs to know; `None` without a token.
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
    pub(super) fn may_lead(&self, spool: &SpoolDir) -> Option<Settings> {
        let newest = Generation::read(spool) <= self.options.generation;
        (self.options.enabled && newest).then(|| self.settings())?
    }
}

/// The connection that settings ask for. Made on PHP's thread: it reads the
/// environment, which PHP changes.
pub(super) fn client(settings: &Settings) -> Result<Http, SpoolError> {
    let config = delivery::transport(&settings.transport, &settings.endpoint)
        .map_err(|message| SpoolError::new(Reason::Io, message))?;
    Ok(Http::new(settings, config))
}

/// The threads that call as settings ask for, and wake this leader.
pub(super) fn callers(settings: &Settings, waker: &Arc<Waker>) -> Result<Threads, SpoolError> {
    let http = client(settings)?;
    let most = settings.transport.concurrency;
    Ok(Threads::new(most, waker, move || Box::new(http.another())))
}

fn no_thread(error: std::io::Error) -> SpoolError {
    SpoolError::new(Reason::Io, format!("no thread to send from: {error}"))
}

pub(super) fn no_waker(error: std::io::Error) -> SpoolError {
    SpoolError::new(Reason::Io, format!("no descriptor left: {error}"))
}
