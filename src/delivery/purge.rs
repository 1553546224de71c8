//! Giving up everything that waits, because the owner says so.

use crate::spool::{Leader, SpoolError, Verdict};

use super::books::{Books, Ruling, Slot};
use super::round::{MOST_BYTES, MOST_EVENTS};
use super::{Late, Time};

/// Where discarded events are counted.
const LOSS: &str = "purged";

/// Settles every line, events as withdrawn, so that whoever captured them is
/// told. Says how many they were. Only the holder of the lock may.
///
/// # Errors
/// What the file system says; what is settled stays settled.
pub fn purge(leader: &Leader, time: &dyn Time) -> Result<u64, SpoolError> {
    let now = time.unix();
    let mut books = Books::open(leader, 0, time)?;
    let before = books.state.lost.get(LOSS).copied();
    loop {
        let entries = books.ledger.next(MOST_EVENTS, MOST_BYTES);
        if entries.is_empty() {
            break;
        }
        let today = books.today(time);
        let mut slots: Vec<Slot> = entries
            .into_iter()
            .map(|entry| {
                let mut slot = books.rule(entry, Late::Send, today);
                slot.ruling.get_or_insert_with(discarded);
                slot
            })
            .collect();
        let settled = books.commit(&mut slots, now);
        books.save();
        settled?;
    }
    let unsettled = books.ledger.discard_blocked()?;
    books.state.lose(LOSS, unsettled);
    books.save();
    books.ledger.sweep(true, now);
    books.tell_held();
    let after = books.state.lost.get(LOSS).copied();
    Ok(after.unwrap_or(0) - before.unwrap_or(0))
}

fn discarded() -> Ruling {
    Ruling::Event {
        verdict: Verdict::Withdrawn,
        message: Some("discarded by the owner".to_owned()),
        loss: Some(LOSS),
    }
}
