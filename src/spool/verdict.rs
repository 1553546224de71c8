//! What became of each event, for whoever captured it.
//!
//! One line a verdict, one file a lane and day. The revenue lane's files are
//! also the memory that keeps an order from being sent twice: Pinterest
//! itself forgets an id it has seen, and counts it again when it is late.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Lane, Place, files};

/// Seconds.
pub(super) const DAY: i64 = 86_400;
/// Verdicts, and with them the ids already delivered, are kept this long.
/// Pinterest takes no event that is older.
pub(super) const KEEP_DAYS: i64 = 7;
/// Pinterest's words are cut here: they are told to people, not parsed.
const LONGEST_MESSAGE: usize = 400;

/// The final word on an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Pinterest said that it processed the event.
    Delivered,
    /// Pinterest refused it; it lies among the dead letters.
    Rejected,
    /// It missed the first hour, and the caller wants to decide.
    Late,
    /// Too old to be counted.
    Expired,
    /// Pinterest took the call, and five answers in a row could not be read.
    Unconfirmed,
    /// Taken back before it was sent.
    Withdrawn,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// The event's id.
    pub event_id: String,
    /// The API's name of the event.
    pub event_name: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Unix seconds.
    pub at: i64,
    /// Why; Pinterest's own words for a rejection.
    pub message: Option<String>,
}

/// Cuts a message where it becomes too long to be read.
pub fn shorten(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// The file of a lane and day.
pub(super) fn day_file(place: &Place, lane: Lane, day: i64) -> PathBuf {
    dir(place).join(format!("{}-{day}.log", lane.letter()))
}

/// The days a lane has a file for, oldest first.
pub(super) fn days(place: &Place, lane: Lane) -> io::Result<Vec<i64>> {
    let mut days: Vec<i64> = files::names(place.disk(), &dir(place))?
        .iter()
        .filter_map(|name| {
            let day = name.strip_suffix(".log")?.strip_prefix(lane.letter())?;
            day.strip_prefix('-')?.parse().ok()
        })
        .collect();
    days.sort_unstable();
    Ok(days)
}

/// Where the files are.
pub(super) fn dir(place: &Place) -> PathBuf {
    place.file("settled")
}
