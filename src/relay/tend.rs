//! Looking after a spool: what its owner, and whoever captured an event, may ask
//! and change without a call to Pinterest.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::registry::Spool;
use super::{Refusal, Relay, lane, report};
use crate::delivery::{self, Clock};
use crate::event::{self, EventName, Raw};
use crate::spool::{
    DeadLetters, Envelope, Lane, Leader, Ledger, Reason, Recent, SegmentName, SpoolDir, SpoolError,
    Verdicts, Withdrawn, beginning,
};

/// How long [`Relay::purge`] waits for a sender to leave, beyond the time that
/// a call of it may take.
const PURGE_PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Relay {
    /// What waits, what was done, what stands in the way.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn status(&self) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        self.retain(&spool);
        Ok(report::status(&spool.place, self.options.generation)?)
    }

    /// Has what was kept long enough cleared away, hourly, whoever may send and
    /// whether anybody does: here, and at the shop's other destinations, for which
    /// nobody may ever make a relay again.
    pub(super) fn retain(&self, spool: &Arc<Spool>) {
        delivery::retain_each(&self.siblings(&spool.place), &Clock);
        match delivery::retain(&spool.place, &Clock) {
            // Whoever captured in the meantime found the lock taken and trusted us.
            Ok(true) => self.send_from(spool),
            Ok(false) => {}
            Err(error) => {
                log::warn!(target: spool.place.log_target(), "cannot clear it: {error}");
            }
        }
    }

    /// The other destinations of this site.
    fn siblings(&self, place: &SpoolDir) -> Vec<SpoolDir> {
        let own = place.dir();
        let (options, disk) = (&self.options, &self.disk);
        let entries = own.parent().and_then(|dir| std::fs::read_dir(dir).ok());
        let open = |dir: PathBuf| {
            let name = dir.file_name()?.to_str()?;
            let account = name.strip_suffix("-test").unwrap_or(name);
            let is_spool = dir != own && dir.join("spool.json").is_file();
            let (root, site) = (&options.root, &options.site);
            let open = || SpoolDir::open_on(Arc::clone(disk), root, site, account, account != name);
            // One that is somebody else's is not ours to clear.
            is_spool.then(open)?.ok()
        };
        let dirs = entries.into_iter().flatten().flatten();
        dirs.filter_map(|entry| open(entry.path())).collect()
    }

    /// Verdicts on orders behind a cursor, oldest first.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn settled(&self, cursor: &str, limit: i64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        let (cursor, events) = Verdicts::new(&spool.place).after(cursor, limit)?;
        Ok(json!({ "cursor": cursor, "events": events }))
    }

    /// What was settled last, of both lanes, the newest first.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn recent(&self, limit: i64) -> Result<Value, Refusal> {
        let spool = self.spool()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        let recent = Recent::read(&spool.place);
        Ok(recent
            .newest()
            .take(limit)
            .map(|event| json!(event))
            .collect())
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
            // Against whoever takes it back in this moment.
            let Some(_held) = dead.hold(&id)? else {
                continue;
            };
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

    /// Takes back what is not settled, or was refused and could be put back in
    /// line; says how many events.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn withdraw(&self, ids: &Raw) -> Result<i64, Refusal> {
        let heads: Vec<String> = texts(ids).map(|id| beginning(&id)).collect();
        let wanted: HashSet<String> = texts(ids).collect();
        self.take_back(
            |_, json| heads.iter().any(|head| json.starts_with(head.as_bytes())),
            |text| heads.iter().any(|head| text.contains(head)),
            |event| wanted.contains(event.id.as_ref()),
        )
    }

    /// Takes back the visits of whoever `external_id` stands for, as far as they
    /// are not settled, and all that was refused of his; says how many events.
    /// Orders in line are left to whoever keeps them, since one that is not wanted
    /// must not come again either.
    ///
    /// # Errors
    /// [`Refusal::Spool`].
    pub fn withdraw_visitor(&self, external_id: &str) -> Result<i64, Refusal> {
        let Some(hash) = event::external_id(external_id) else {
            return Ok(0);
        };
        self.take_back(
            |segment, json| {
                segment.lane() == Lane::Visit
                    && str::from_utf8(json).is_ok_and(|json| json.contains(hash.as_str()))
            },
            |text| text.contains(hash.as_str()),
            |event| is_of(event, hash.as_str()),
        )
    }

    /// Marks the records that `is_one` says are meant, and throws away such
    /// letters; read only where `wants` and `wants_letter` find the JSON of their
    /// line worth it.
    ///
    /// A letter may be put back in line meanwhile, and a record become a letter: so
    /// letters are looked for before and after.
    fn take_back(
        &self,
        mut wants: impl FnMut(&SegmentName, &[u8]) -> bool,
        wants_letter: impl Fn(&str) -> bool,
        is_one: impl Fn(&Envelope<'_>) -> bool,
    ) -> Result<i64, Refusal> {
        let spool = self.spool()?;
        let dead = DeadLetters::new(&spool.place);
        let letters = || dead.discard(&wants_letter, &is_one);
        let mut ids: HashSet<String> = letters()?.into_iter().collect();
        let mut withdrawn = Withdrawn::read(&spool.place);
        let mut found = Vec::new();
        Ledger::new(&spool.place).scan(&mut wants, |segment, end, event| {
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
        ids.extend(letters()?);
        if is_marked {
            self.send_from(&spool);
        }
        Ok(count(ids.len()))
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
            spool.waker.wake();
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
