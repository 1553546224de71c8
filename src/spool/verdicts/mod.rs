//! What became of each event, for the process that captured it.
//!
//! One line a verdict, one file a lane and day, kept for seven days. The revenue
//! lane's files are also the memory that keeps an order from being sent twice:
//! Pinterest itself forgets an id it has seen, and counts it again when it is late.
//!
//! It must not know why an event got its verdict.

mod delivered;
mod log;

pub use delivered::IdSet;
pub(super) use delivered::SUFFIX as INDEX_SUFFIX;
pub use log::VerdictLog;
pub(super) use log::last_written;

use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::disk::{self, ReadFrom};
use super::error::Context;
use super::{Lane, SpoolDir, SpoolError};

/// Seconds.
pub(in crate::spool) const DAY: i64 = 86_400;
/// Longer messages are cut: they are shown to people, not parsed.
const LONGEST_MESSAGE: usize = 400;

/// How an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Pinterest said that it processed the event.
    Delivered,
    /// Pinterest refused it; it is a dead letter.
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
    /// Why; Pinterest's message for a rejection.
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
pub(in crate::spool) fn day_file(spool: &SpoolDir, lane: Lane, day: i64) -> PathBuf {
    dir(spool).join(format!("{}-{day}.log", lane.letter()))
}

/// The days a lane has a file for, oldest first.
pub(in crate::spool) fn days(spool: &SpoolDir, lane: Lane) -> io::Result<Vec<i64>> {
    let mut days: Vec<i64> = disk::names(spool.disk(), &dir(spool))?
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
pub(in crate::spool) fn dir(spool: &SpoolDir) -> PathBuf {
    spool.file("settled")
}

/// Reads verdicts from a cursor on. Anybody may.
#[derive(Debug)]
pub struct Verdicts {
    spool: SpoolDir,
    /// When the spool was made: a cursor of the one that was here before it
    /// points nowhere.
    born: u64,
}

/// How far a lane was read: a day and a byte in that day's file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    day: i64,
    byte: u64,
}

impl Verdicts {
    /// The log below `<destination>/settled`.
    pub fn new(spool: &SpoolDir) -> Self {
        Self {
            born: born(spool),
            spool: spool.clone(),
        }
    }

    /// At most `limit` verdicts behind `cursor`, oldest first, and the cursor
    /// behind the last of them. A cursor that does not read starts over: a
    /// verdict told twice does no harm.
    ///
    /// # Errors
    /// What the file system says.
    pub fn after(&self, cursor: &str, limit: usize) -> Result<(String, Vec<Settled>), SpoolError> {
        let mut marks = parse_cursor(cursor, self.born);
        let mut lanes = Vec::new();
        for (lane, mark) in Lane::ALL.into_iter().zip(marks) {
            lanes.push(
                self.read_lane(lane, mark, limit)
                    .context("read", &dir(&self.spool))?
                    .into_iter()
                    .peekable(),
            );
        }
        let mut events = Vec::new();
        while events.len() < limit {
            let oldest = (0..lanes.len())
                .filter_map(|lane| Some((lanes[lane].peek()?.0.at, lane)))
                .min();
            let Some((_, lane)) = oldest else { break };
            if let Some((settled, mark)) = lanes[lane].next() {
                marks[lane] = mark;
                events.push(settled);
            }
        }
        Ok((format_cursor(&marks, self.born), events))
    }

    fn read_lane(&self, lane: Lane, from: Mark, limit: usize) -> io::Result<Vec<(Settled, Mark)>> {
        let mut found = Vec::new();
        for day in days(&self.spool, lane)? {
            if day < from.day || found.len() >= limit {
                continue;
            }
            let byte = if day == from.day { from.byte } else { 0 };
            let (disk, path) = (self.spool.disk(), day_file(&self.spool, lane, day));
            let Some(file) = disk::open_if_there(disk, &path)? else {
                continue;
            };
            let file = &file;
            let offset = byte;
            let mut reader = BufReader::new(ReadFrom { disk, file, offset });
            let mut mark = Mark { day, byte };
            let mut line = Vec::new();
            while found.len() < limit {
                line.clear();
                let read = reader.read_until(b'\n', &mut line)?;
                if line.last() != Some(&b'\n') {
                    break; // The end, or a line that is being written.
                }
                mark.byte += read as u64;
                if let Ok(settled) = serde_json::from_slice(&line) {
                    found.push((settled, mark));
                }
            }
        }
        Ok(found)
    }
}

/// The time at which the spool's note was written, which is never again.
fn born(spool: &SpoolDir) -> u64 {
    let made = std::fs::symlink_metadata(spool.file("spool.json")).and_then(|meta| meta.modified());
    let since = made.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_nanos() as u64)
}

fn parse_cursor(cursor: &str, of: u64) -> [Mark; 2] {
    let mark = |part: &str| {
        let (day, byte) = part.split_once('.')?;
        Some(Mark {
            day: day.parse().ok()?,
            byte: byte.parse().ok()?,
        })
    };
    let parts: Vec<&str> = cursor.split('-').collect();
    match parts[..] {
        [born, revenue, visit] if u64::from_str_radix(born, 16) == Ok(of) => mark(revenue)
            .zip(mark(visit))
            .map_or_else(Default::default, |(revenue, visit)| [revenue, visit]),
        _ => Default::default(),
    }
}

fn format_cursor([revenue, visit]: &[Mark; 2], of: u64) -> String {
    format!(
        "{of:x}-{}.{}-{}.{}",
        revenue.day, revenue.byte, visit.day, visit.byte
    )
}
