//! Whether one more record may be added: `pinrelay.max_bytes`, and what the disk has
//! left. Capturing gets its back-pressure from here.
//!
//! It must not know what is in a record.

use std::time::{Duration, Instant};

use super::checked::HeldBytes;
use super::{Lane, Reason, SpoolDir, SpoolError};

/// How long a number is good for, and how often what was appended is told.
const RECHECK_AFTER: Duration = Duration::from_secs(1);
/// A part of the limit that is told at once.
const MUCH: u64 = 1_000;
/// What captures leave free on the disk. A sender that cannot write verdicts asks
/// Pinterest nothing, so a spool that had filled its own disk could never be
/// emptied again.
const KEPT_FOR_VERDICTS: u64 = 4 << 20;
/// What visits leave free.
const KEPT_FOR_ORDERS: u64 = 16 << 20;

/// What one lane may still take, as it was at the last look.
#[derive(Debug)]
pub(super) struct Quota {
    lane: Lane,
    measured: Option<Measurement>,
    /// Bytes that were appended and not told yet.
    untold: u64,
    told: Option<Instant>,
}

#[derive(Debug)]
struct Measurement {
    when: Instant,
    held: u64,
    free: u64,
    limit: u64,
}

impl Quota {
    /// Looks at nothing yet.
    pub fn new(lane: Lane) -> Self {
        Self {
            lane,
            measured: None,
            untold: 0,
            told: None,
        }
    }

    /// Makes sure that a record of so many bytes may be added to a spool that may
    /// hold `max_bytes`.
    ///
    /// # Errors
    /// `full`.
    pub fn check(&mut self, spool: &SpoolDir, more: u64, max_bytes: u64) -> Result<(), SpoolError> {
        let (limit, kept, whose) = match self.lane {
            Lane::Revenue => (max_bytes, KEPT_FOR_VERDICTS, "a spool"),
            Lane::Visit => (max_bytes / 5 * 4, KEPT_FOR_ORDERS, "visits"),
        };
        let (held, free) = match &self.measured {
            Some(last) if last.when.elapsed() < RECHECK_AFTER => (last.held, last.free),
            _ => {
                let free = free(spool);
                let held = self.held(spool, limit.saturating_sub(more));
                let when = Instant::now();
                self.measured = Some(Measurement {
                    when,
                    held,
                    free,
                    limit,
                });
                (held, free)
            }
        };
        if held.saturating_add(more) > limit {
            return Err(SpoolError::new(
                Reason::Full,
                format!(
                    "{} holds {held} bytes, and pinrelay.max_bytes lets {whose} have {limit}",
                    spool.dir().display(),
                ),
            ));
        }
        leave(spool, free, more.saturating_add(kept))
    }

    /// What the spool holds, by the number that is written down. One that says that
    /// it is full is not believed where a look can tell better: no capture succeeds,
    /// so no leader might ever start and count again.
    fn held(&self, spool: &SpoolDir, enough: u64) -> u64 {
        let told = HeldBytes::read(spool).map(|held| held.saturating_add(self.untold));
        match told {
            Some(held) if held <= enough => return held,
            _ => {}
        }
        let looked = HeldBytes::look(spool);
        match told {
            Some(held) if !looked.all => return held.max(looked.bytes),
            _ => HeldBytes::write(spool, looked.bytes),
        }
        looked.bytes
    }

    /// A record of so many bytes was added.
    pub fn take(&mut self, spool: &SpoolDir, bytes: u64) {
        self.untold = self.untold.saturating_add(bytes);
        let mut much = true;
        if let Some(last) = &mut self.measured {
            last.held = last.held.saturating_add(bytes);
            last.free = last.free.saturating_sub(bytes);
            much = self.untold > last.limit / MUCH;
        }
        if !much && self.told.is_some_and(|when| when.elapsed() < RECHECK_AFTER) {
            return;
        }
        // Where it cannot be told now it is told with the next.
        if HeldBytes::add(spool, self.untold).is_some() {
            self.untold = 0;
            self.told = Some(Instant::now());
        }
    }
}

/// Makes sure that the disk has space for an order.
///
/// # Errors
/// `full`.
pub(super) fn check_disk(spool: &SpoolDir) -> Result<(), SpoolError> {
    leave(spool, free(spool), KEPT_FOR_VERDICTS)
}

fn leave(spool: &SpoolDir, free: u64, kept: u64) -> Result<(), SpoolError> {
    if free >= kept {
        return Ok(());
    }
    Err(SpoolError::new(
        Reason::Full,
        format!(
            "the disk of {} has {free} bytes left, and the sender needs some to empty the spool",
            spool.dir().display()
        ),
    ))
}

/// A file system that does not tell has space until a write fails.
fn free(spool: &SpoolDir) -> u64 {
    spool.disk().free(spool.dir()).unwrap_or(u64::MAX)
}
