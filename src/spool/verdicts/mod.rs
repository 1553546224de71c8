//! What became of each order, for the process that captured it.
//!
//! One line a verdict, one file a day, kept for seven days. They are also the memory
//! that keeps an order from being sent twice: Pinterest itself forgets an id it has
//! seen, and counts it again when it is late. What became of visits is counted, and
//! told of the newest alone: see [`super::Recent`].
//!
//! It must not know why an event got its verdict.

mod id_set;

pub use id_set::IdSet;
pub(super) use id_set::SUFFIX as INDEX_SUFFIX;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use self::id_set::IdIndex;
use super::disk::{self, Disk, Mode, ReadFrom};
use super::error::Context;
use super::{DAY, SpoolDir, SpoolError, fingerprint};
use crate::process::Descriptor;

/// What a line takes besides its id, without a message.
const LINE: u64 = 160;
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

/// The file of a day.
pub(in crate::spool) fn day_file(spool: &SpoolDir, day: i64) -> PathBuf {
    dir(spool).join(format!("r-{day}.log"))
}

/// The days that there is a file of, oldest first.
pub(in crate::spool) fn days(spool: &SpoolDir) -> io::Result<Vec<i64>> {
    let mut days: Vec<i64> = disk::names(spool.disk(), &dir(spool))?
        .iter()
        .filter_map(|name| name.strip_prefix("r-")?.strip_suffix(".log")?.parse().ok())
        .collect();
    days.sort_unstable();
    Ok(days)
}

/// Whether it is a file of the verdicts on visits, which versions before wrote.
pub(in crate::spool) fn is_of_visits(name: &str) -> bool {
    name.starts_with("v-") && name.ends_with(".log")
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

/// How far the verdicts were read: a day and a byte in that day's file.
#[derive(Clone, Copy, Debug, Default)]
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
        let mut mark = parse_cursor(cursor, self.born).unwrap_or_default();
        let events = self
            .read(&mut mark, limit)
            .context("read", &dir(&self.spool))?;
        Ok((format_cursor(mark, self.born), events))
    }

    fn read(&self, mark: &mut Mark, limit: usize) -> io::Result<Vec<Settled>> {
        let (mut found, disk) = (Vec::new(), self.spool.disk());
        for day in days(&self.spool)? {
            if day < mark.day || found.len() >= limit {
                continue;
            }
            let Some(file) = disk::open_if_there(disk, &day_file(&self.spool, day))? else {
                continue;
            };
            let mut at = Mark { day, byte: 0 };
            if day == mark.day {
                at = *mark;
            }
            let (file, offset) = (&file, at.byte);
            let mut reader = BufReader::new(ReadFrom { disk, file, offset });
            let mut line = Vec::new();
            while found.len() < limit {
                line.clear();
                let read = reader.read_until(b'\n', &mut line)?;
                if line.last() != Some(&b'\n') {
                    break; // The end, or a line that is being written.
                }
                at.byte += read as u64;
                if let Ok(settled) = serde_json::from_slice(&line) {
                    found.push(settled);
                    *mark = at;
                }
            }
        }
        Ok(found)
    }
}

/// The time at which the spool's note was written, which is never again.
fn born(spool: &SpoolDir) -> u64 {
    let made = fs::symlink_metadata(spool.file("spool.json")).and_then(|meta| meta.modified());
    let since = made.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_nanos() as u64)
}

/// Versions before had the verdicts on visits, too, and a second mark for those.
fn parse_cursor(cursor: &str, of: u64) -> Option<Mark> {
    let mut parts = cursor.split('-');
    let born = u64::from_str_radix(parts.next()?, 16).ok()?;
    let (day, byte) = parts.next()?.split_once('.')?;
    let mark = Mark {
        day: day.parse().ok()?,
        byte: byte.parse().ok()?,
    };
    (born == of).then_some(mark)
}

fn format_cursor(mark: Mark, of: u64) -> String {
    format!("{of:x}-{}.{}", mark.day, mark.byte)
}

/// Writes verdicts. Only the leader has one.
#[derive(Debug)]
pub struct VerdictLog {
    spool: SpoolDir,
    today: Option<Today>,
}

/// The file that verdicts go to.
#[derive(Debug)]
struct Today {
    /// Closes the file in a child that is forked in the middle of a call.
    _descriptor: Descriptor,
    opened_on: i64,
    file: File,
    /// Up to where the disk has space for it, as far as that was asked for.
    allocated: u64,
    /// Of the orders that were delivered. The next leader sees to one that could
    /// not be written.
    index: Option<IdIndex>,
}

impl Today {
    /// Not before the verdicts are written: what is in the index is not sent again.
    fn add_to_index(&mut self, disk: &dyn Disk, settled: &[Settled], written: u64) {
        let delivered = settled
            .iter()
            .filter(|one| one.verdict == Verdict::Delivered);
        let ids: Vec<u64> = delivered.map(|one| fingerprint(&one.event_id)).collect();
        let file = &self.file;
        self.index
            .take_if(|index| index.append(disk, file, &ids, written).is_err());
    }
}

impl VerdictLog {
    /// The log below `<destination>/settled`.
    pub fn new(spool: &SpoolDir) -> Self {
        Self {
            spool: spool.clone(),
            today: None,
        }
    }

    /// The most that a verdict on this event takes when it must do without words.
    pub fn wordless_len(event_id: &str) -> u64 {
        rendered_len(event_id) + LINE
    }

    /// Makes sure that the disk has space for so many bytes of verdicts: an answer
    /// that cannot be kept must not be asked for. They are all that is to be written
    /// for the events in flight, those of an earlier call among them.
    ///
    /// # Errors
    /// `full` above all.
    pub fn reserve(&mut self, bytes: u64, now: i64) -> Result<(), SpoolError> {
        if bytes == 0 {
            return Ok(());
        }
        self.try_reserve(bytes, now)
            .context("reserve space in", &dir(&self.spool))
    }

    fn try_reserve(&mut self, bytes: u64, now: i64) -> io::Result<()> {
        let spool = self.spool.clone();
        let today = self.today(now)?;
        let len = today.file.metadata()?.len();
        let end = len.saturating_add(bytes);
        if end > today.allocated {
            spool.disk().reserve(&today.file, len, bytes)?;
            today.allocated = end;
        }
        Ok(())
    }

    /// Appends verdicts, and leaves space for `reserved` bytes of others. Where a
    /// full disk has none for the messages they are left out: the verdicts fit in
    /// what was reserved for them.
    ///
    /// # Errors
    /// What the file system says; then the events count as not settled.
    pub fn append(
        &mut self,
        settled: &[Settled],
        reserved: u64,
        now: i64,
    ) -> Result<(), SpoolError> {
        if settled.is_empty() {
            return Ok(());
        }
        let written = self.try_append(settled, reserved, now);
        if written.is_err() {
            // Half a line may be there now, which opening closes off.
            self.today = None;
        }
        written.context("write verdicts to", &dir(&self.spool))
    }

    fn try_append(&mut self, settled: &[Settled], reserved: u64, now: i64) -> io::Result<()> {
        let mut lines = render(settled)?;
        let with_reserved = |lines: &[u8]| reserved.saturating_add(lines.len() as u64);
        if self.try_reserve(with_reserved(&lines), now).is_err() {
            let wordless = |one: &Settled| Settled {
                message: None,
                ..one.clone()
            };
            lines = render(&settled.iter().map(wordless).collect::<Vec<_>>())?;
            // Without a reservation of its own no line takes another's.
            if reserved > 0 {
                self.try_reserve(with_reserved(&lines), now)?;
            }
        }
        let spool = self.spool.clone();
        let today = self.today(now)?;
        disk::write_all(spool.disk(), &today.file, &lines)?;
        today.add_to_index(spool.disk(), settled, lines.len() as u64);
        Ok(())
    }

    /// The same into a day's file that is open, whatever its path names by now.
    /// Of a spool that was moved nothing else can be reached.
    pub fn append_where_open(&mut self, settled: &[Settled]) {
        if let Some(today) = &self.today
            && let Ok(lines) = render(settled)
            && !lines.is_empty()
        {
            // What cannot be kept will be sent again.
            let _ = disk::write_all(self.spool.disk(), &today.file, &lines);
        }
    }

    /// Today's file, or the newest if that is of a later day: a clock that was
    /// set back must not lead behind the cursors of those who read. Behind a day
    /// of the future comes the next number with each day, or one file would grow
    /// until that day is there.
    fn today(&mut self, now: i64) -> io::Result<&mut Today> {
        let opened_on = now / DAY;
        let is_open = |open: &Today| open.opened_on == opened_on;
        let open = match self.today.take().filter(is_open) {
            Some(open) => open,
            None => {
                let newest = days(&self.spool)?.last().copied();
                let newest = newest.filter(|newest| *newest > opened_on);
                let day = newest.map_or(opened_on, |newest| {
                    let written = last_written(&day_file(&self.spool, newest));
                    newest + i64::from(written.is_some_and(|written| written < opened_on))
                });
                let file = open_to_append(self.spool.disk(), &day_file(&self.spool, day))?;
                let index = IdIndex::read(&self.spool, day, &file, &mut Vec::new());
                Today {
                    _descriptor: Descriptor::register(file.as_raw_fd()),
                    opened_on,
                    file,
                    allocated: 0,
                    index: index.ok().flatten(),
                }
            }
        };
        Ok(self.today.insert(open))
    }
}

/// The day on which a file was last written to.
pub(in crate::spool) fn last_written(path: &Path) -> Option<i64> {
    Some(fs::symlink_metadata(path).ok()?.mtime() / DAY)
}

fn render(settled: &[Settled]) -> io::Result<Vec<u8>> {
    let mut lines = Vec::with_capacity(settled.len() * 128);
    for one in settled {
        serde_json::to_writer(&mut lines, one)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Bytes of a text in JSON, without its quotes.
fn rendered_len(text: &str) -> u64 {
    let of = |byte| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(of).sum()
}

/// Opens a day's file. A leader that was killed in the middle of a write left
/// half a line: it is closed off, and its event is settled again.
fn open_to_append(disk: &dyn Disk, path: &Path) -> io::Result<File> {
    let file = disk.open(path, Mode::Append)?;
    let len = file.metadata()?.len();
    let last = disk::read_at(disk, &file, len.saturating_sub(1), 1)?;
    if !last.is_empty() && last != b"\n" {
        disk::write_all(disk, &file, b"\n")?;
    }
    Ok(file)
}
