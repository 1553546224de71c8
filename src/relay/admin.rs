//! Administration of a spool, without a call to Pinterest: status, verdicts, dead
//! letters, withdrawal, purge.
//!
//! It must not know how an event is sent, nor what a verdict means to its caller.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::registry::Spool;
use super::{LEADER_POLL, Refusal, Relay, lane, report};
use crate::delivery::{self, Clock};
use crate::event::{self, EventName, Raw};
use crate::spool::{
    DeadLetters, Envelope, Lane, Leader, Ledger, Reason, Recent, SegmentName, SpoolDir, SpoolError,
    Verdicts, Withdrawn, beginning,
};

/// How long [`Relay::purge`] waits for the leader to leave, beyond the time-out of a
/// call.
const PURGE_PATIENCE: Duration = Duration::from_secs(3);

impl Relay {
    /// What waits, what was done, and why nothing is sent where that is so.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn status(&self) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        self.retain(&spool);
        Ok(report::status(&spool.dir, self.options.generation)?)
    }

    /// Deletes what was kept long enough, hourly, also where nothing may be sent: here,
    /// and at the shop's other destinations, for which no relay may be made again.
    pub(super) fn retain(&self, spool: &Arc<Spool>) {
        delivery::retain_each(&self.siblings(&spool.dir), &Clock);
        match delivery::retain(&spool.dir, &Clock) {
            // A capture in the meantime found the lock taken, and started no sender.
            Ok(true) => self.send_from(spool),
            Ok(false) => {}
            Err(error) => {
                log::warn!(target: spool.dir.log_target(), "cannot clear it: {error}");
            }
        }
    }

    /// The other destinations of this site.
    fn siblings(&self, spool: &SpoolDir) -> Vec<SpoolDir> {
        let own = spool.dir();
        let (options, disk) = (&self.options, &self.disk);
        let entries = own.parent().and_then(|dir| std::fs::read_dir(dir).ok());
        let open = |dir: PathBuf| {
            let name = dir.file_name()?.to_str()?;
            let account = name.strip_suffix("-test").unwrap_or(name);
            let is_spool = dir != own && dir.join("spool.json").is_file();
            let (root, site) = (&options.root, &options.site);
            let open = || SpoolDir::open_on(Arc::clone(disk), root, site, account, account != name);
            // One that belongs to another user or site is left alone.
            is_spool.then(open)?.ok()
        };
        let dirs = entries.into_iter().flatten().flatten();
        dirs.filter_map(|entry| open(entry.path())).collect()
    }

    /// At most `limit` verdicts on orders behind a cursor, oldest first: `cursor` for the
    /// next call, and `events`. An empty cursor begins with the oldest that is kept.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn settled(&self, cursor: &str, limit: i64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        let (cursor, events) = Verdicts::new(&spool.dir).after(cursor, limit)?;
        Ok(json!({ "cursor": cursor, "events": events }))
    }

    /// At most `limit` of the events of both lanes that were settled last, newest first.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn recent(&self, limit: i64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        let recent = Recent::read(&spool.dir);
        Ok(recent
            .newest()
            .take(limit)
            .map(|event| json!(event))
            .collect())
    }

    /// The newest dead letters, at most `limit`.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn rejected(&self, limit: i64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        Ok(json!(DeadLetters::new(&spool.dir).list(limit)))
    }

    /// Captures dead letters again, by their events' ids; returns how many.
    ///
    /// # Errors
    /// [`Refusal::Spool`]; those before the one that failed are captured.
    pub fn retry(&self, ids: &Raw) -> Result<i64, Refusal> {
        let spool = self.spool()?;
        let dead = DeadLetters::new(&spool.dir);
        let mut back = 0;
        for id in texts(ids) {
            // Against a withdrawal at the same moment.
            let Some(_held) = dead.hold(&id)? else {
                continue;
            };
            let Some((name, line)) = dead.record(&id)? else {
                continue;
            };
            let lane = EventName::parse(&name).map_or(Lane::Visit, lane);
            self.append(lane, &line)?;
            // Captured first: a process killed in between sends it twice, with one id.
            dead.remove(&id)?;
            back += 1;
        }
        if back > 0 {
            self.send_from(&spool);
        }
        Ok(back)
    }

    /// Withdraws events by their ids, as far as they are not settled, and discards
    /// their dead letters; returns how many events.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn withdraw(&self, ids: &Raw) -> Result<i64, Refusal> {
        let heads: Vec<String> = texts(ids).map(|id| beginning(&id)).collect();
        let wanted: HashSet<String> = texts(ids).collect();
        self.withdraw_where(
            |_, json| heads.iter().any(|head| json.starts_with(head.as_bytes())),
            |text| heads.iter().any(|head| text.contains(head)),
            |event| wanted.contains(event.id.as_ref()),
        )
    }

    /// Withdraws the visits of the visitor with this `external_id`, as far as they are
    /// not settled, and discards all his dead letters; returns how many events.
    /// Orders that wait are withdrawn by their ids, by the caller: it also has to keep
    /// them from being captured again.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn withdraw_visitor(&self, external_id: &str) -> Result<i64, Refusal> {
        let Some(hash) = event::external_id(external_id) else {
            return Ok(0);
        };
        self.withdraw_where(
            |segment, json| {
                segment.lane() == Lane::Visit
                    && str::from_utf8(json).is_ok_and(|json| json.contains(hash.as_str()))
            },
            |text| text.contains(hash.as_str()),
            |event| is_of(event, hash.as_str()),
        )
    }

    /// Withdraws the records that `is_one` selects, and discards such dead letters;
    /// read only where `wants` and `wants_dead` find the text worth it.
    ///
    /// A dead letter may be captured again meanwhile, and a record become one: so
    /// dead letters are looked through before and after.
    fn withdraw_where(
        &self,
        mut wants: impl FnMut(&SegmentName, &[u8]) -> bool,
        wants_dead: impl Fn(&str) -> bool,
        is_one: impl Fn(&Envelope<'_>) -> bool,
    ) -> Result<i64, Refusal> {
        let spool = self.spool()?;
        let dead = DeadLetters::new(&spool.dir);
        let discard = || dead.discard(&wants_dead, &is_one);
        let mut ids: HashSet<String> = discard()?.into_iter().collect();
        let mut withdrawn = Withdrawn::read(&spool.dir);
        let mut found = Vec::new();
        Ledger::new(&spool.dir).scan(&mut wants, |segment, end, event| {
            if let Some(event) = event.filter(|event| is_one(event))
                && !withdrawn.contains(segment, end)
            {
                found.push((event.id.to_string(), segment.clone(), end));
            }
        })?;
        let is_marked = !found.is_empty();
        for (id, segment, end) in found {
            withdrawn.mark(&segment, end)?;
            ids.insert(id);
        }
        ids.extend(discard()?);
        if is_marked {
            self.send_from(&spool);
        }
        Ok(count(ids.len()))
    }

    /// Discards everything that is not settled, with the verdict `withdrawn`; returns
    /// how many events.
    ///
    /// # Errors
    /// [`Refusal::Spool`], also when another process goes on sending.
    pub fn purge(&self) -> Result<i64, Refusal> {
        let spool = self.spool()?;
        let deadline = Instant::now() + self.rules.transport.timeout + PURGE_PATIENCE;
        let leader = loop {
            Leader::want(&spool.dir)?;
            spool.waker.wake();
            match Leader::try_lead(&spool.dir)? {
                None if Instant::now() < deadline => std::thread::sleep(LEADER_POLL),
                other => break other,
            }
        };
        Leader::unwant(&spool.dir);
        let leader = leader.ok_or_else(|| {
            let why = "the process that sends from this spool does not leave: try again";
            SpoolError::new(Reason::Io, why)
        })?;
        let discarded = delivery::purge(&leader, &Clock)?;
        Ok(i64::try_from(discarded).unwrap_or(i64::MAX))
    }
}

/// Whether an event is of the visitor with this hash.
fn is_of(event: &Envelope<'_>, hash: &str) -> bool {
    let event: Value = serde_json::from_str(&event.event).unwrap_or_default();
    event["user_data"]["external_id"]
        .as_array()
        .is_some_and(|ids| ids.iter().any(|id| id == hash))
}

/// Ids as PHP gives them; what is no id matches nothing.
fn texts(ids: &Raw) -> impl Iterator<Item = String> {
    let entries = match ids {
        Raw::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|(_, id)| match id {
        Raw::Text(text) => Some(text.to_string()),
        Raw::Int(int) => Some(int.to_string()),
        _ => None,
    })
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
