//! Whether there is room for one more record.

use std::time::{Duration, Instant};

use super::{Lane, Place, Reason, SpoolError};

/// How long a measured size is good for.
const MEASURE_EVERY: Duration = Duration::from_secs(1);
/// What captures leave free on the disk. A sender that cannot write verdicts asks
/// Pinterest nothing, so a spool that had filled its own disk could never be
/// emptied again.
const KEPT_FOR_VERDICTS: u64 = 4 << 20;
/// What visits leave free.
const KEPT_FOR_ORDERS: u64 = 16 << 20;

/// The room of one lane, as it was when somebody last looked.
#[derive(Debug)]
pub(super) struct Room {
    lane: Lane,
    measured: Option<Measured>,
}

#[derive(Debug)]
struct Measured {
    when: Instant,
    held: u64,
    free: u64,
}

impl Room {
    /// Looks at nothing yet.
    pub fn new(lane: Lane) -> Self {
        Self {
            lane,
            measured: None,
        }
    }

    /// Makes sure that a record of so many bytes may be added to a spool that may
    /// hold `max_bytes`.
    ///
    /// # Errors
    /// `full`.
    pub fn check(&mut self, place: &Place, more: u64, max_bytes: u64) -> Result<(), SpoolError> {
        let (limit, kept, whose) = match self.lane {
            Lane::Revenue => (max_bytes, KEPT_FOR_VERDICTS, "a spool"),
            Lane::Visit => (max_bytes / 5 * 4, KEPT_FOR_ORDERS, "visits"),
        };
        let (held, free) = match &self.measured {
            Some(known) if known.when.elapsed() < MEASURE_EVERY => (known.held, known.free),
            _ => {
                let (held, free) = (place.backlog_bytes(), free(place));
                self.measured = Some(Measured {
                    when: Instant::now(),
                    held,
                    free,
                });
                (held, free)
            }
        };
        if held.saturating_add(more) > limit {
            return Err(SpoolError::new(
                Reason::Full,
                format!(
                    "{} holds {held} bytes, and pinrelay.max_bytes lets {whose} have {limit}",
                    place.dir().display(),
                ),
            ));
        }
        leave(place, free, more.saturating_add(kept))
    }

    /// A record of so many bytes was added.
    pub fn take(&mut self, bytes: u64) {
        if let Some(known) = &mut self.measured {
            known.held = known.held.saturating_add(bytes);
            known.free = known.free.saturating_sub(bytes);
        }
    }
}

/// Makes sure that the disk has room for an order.
///
/// # Errors
/// `full`.
pub(super) fn check_disk(place: &Place) -> Result<(), SpoolError> {
    leave(place, free(place), KEPT_FOR_VERDICTS)
}

fn leave(place: &Place, free: u64, kept: u64) -> Result<(), SpoolError> {
    if free >= kept {
        return Ok(());
    }
    Err(SpoolError::new(
        Reason::Full,
        format!(
            "the disk of {} has {free} bytes left, and the sender needs some to empty the spool",
            place.dir().display()
        ),
    ))
}

/// A file system that does not tell has room until a write fails.
fn free(place: &Place) -> u64 {
    place.disk().free(place.dir()).unwrap_or(u64::MAX)
}
