//! What became of each event, for whoever captured it.
//!
//! One line a verdict, one file a lane and day. The revenue lane's files are
//! also the memory that keeps an order from being sent twice: Pinterest
//! itself forgets an id it has seen, and counts it again when it is late.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustix::fs::{FallocateFlags, fallocate};
use serde::{Deserialize, Serialize};

use super::error::Context;
use super::{Lane, SpoolError, files, hash};

const DAY: i64 = 86_400;
/// Verdicts, and with them the ids already delivered, are kept this long.
/// Pinterest takes no event that is older.
const KEEP_DAYS: i64 = 7;
/// Pinterest's words are cut here: they are told to people, not parsed.
const LONGEST_MESSAGE: usize = 400;

/// The final word on an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Reads verdicts from a cursor on. Anybody may.
#[derive(Debug)]
pub struct Verdicts {
    dir: PathBuf,
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
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.join("settled"),
            born: born(dir),
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
                    .context("read", &self.dir)?
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
        for day in days(&self.dir, lane)? {
            if day < from.day || found.len() >= limit {
                continue;
            }
            let byte = if day == from.day { from.byte } else { 0 };
            let Some(mut file) = files::open_if_there(&day_file(&self.dir, lane, day))? else {
                continue;
            };
            file.seek(SeekFrom::Start(byte))?;
            let mut reader = BufReader::new(file);
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

/// Writes verdicts. Only the leader has one.
#[derive(Debug)]
pub struct VerdictLog {
    dir: PathBuf,
    open: [Option<(i64, File)>; 2],
}

impl VerdictLog {
    /// The log below `<destination>/settled`.
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.join("settled"),
            open: [None, None],
        }
    }

    /// Makes sure that verdicts on these events can be written: an answer that
    /// cannot be kept must not be asked for.
    ///
    /// # Errors
    /// `full` above all.
    pub fn reserve<'a>(
        &mut self,
        lane: Lane,
        ids: impl Iterator<Item = &'a str>,
        now: i64,
    ) -> Result<(), SpoolError> {
        // A line's keys, name, verdict and time, and some words.
        let bytes: u64 = ids.map(|id| id.len() as u64 + 160).sum();
        if bytes == 0 {
            return Ok(());
        }
        let dir = self.dir.clone();
        let file = self.file(lane, now).context("open the verdicts in", &dir)?;
        let len = file
            .metadata()
            .context("look at the verdicts in", &dir)?
            .len();
        match fallocate(file, FallocateFlags::KEEP_SIZE, len, bytes) {
            // Not every file system can reserve; there the write must do.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
            other => other.context("reserve room in", &dir),
        }
    }

    /// Appends verdicts, in one write.
    ///
    /// # Errors
    /// What the file system says; then the events count as not settled.
    pub fn append(&mut self, lane: Lane, settled: &[Settled], now: i64) -> Result<(), SpoolError> {
        if settled.is_empty() {
            return Ok(());
        }
        let dir = self.dir.clone();
        let mut lines = Vec::with_capacity(settled.len() * 128);
        for one in settled {
            serde_json::to_writer(&mut lines, one)
                .map_err(io::Error::from)
                .context("render a verdict for", &dir)?;
            lines.push(b'\n');
        }
        self.file(lane, now)
            .and_then(|file| file.write_all(&lines))
            .context("write verdicts to", &dir)
    }

    /// The ids of the revenue lane that Pinterest has, as hashes.
    pub fn delivered(&self) -> HashSet<u128> {
        let mut ids = HashSet::new();
        let Ok(days) = days(&self.dir, Lane::Revenue) else {
            return ids;
        };
        for day in days {
            let path = day_file(&self.dir, Lane::Revenue, day);
            let mut text = Vec::new();
            if let Ok(Some(mut file)) = files::open_if_there(&path)
                && file.read_to_end(&mut text).is_ok()
            {
                ids.extend(
                    text.split(|b| *b == b'\n')
                        .filter_map(|line| serde_json::from_slice::<Settled>(line).ok())
                        .filter(|settled| settled.verdict == Verdict::Delivered)
                        .map(|settled| hash(&settled.event_id)),
                );
            }
        }
        ids
    }

    /// Removes the days that nobody needs any more.
    pub fn prune(&self, now: i64) {
        for lane in Lane::ALL {
            for day in days(&self.dir, lane).unwrap_or_default() {
                if day < now / DAY - KEEP_DAYS {
                    // Tried again at the next start.
                    let _ = files::remove(&day_file(&self.dir, lane, day));
                }
            }
        }
    }

    /// Today's file, or that of a later day if there is one: a clock that was
    /// set back must not lead behind the cursors of those who read.
    fn file(&mut self, lane: Lane, now: i64) -> io::Result<&mut File> {
        let today = now / DAY;
        let slot = &mut self.open[lane as usize];
        let open = match slot.take().filter(|(day, _)| *day >= today) {
            Some(open) => open,
            None => {
                let newest = days(&self.dir, lane)?.last().copied();
                let day = newest.map_or(today, |newest| newest.max(today));
                (day, open_to_append(&day_file(&self.dir, lane, day))?)
            }
        };
        Ok(&mut slot.insert(open).1)
    }
}

/// Opens a day's file. A leader that was killed in the middle of a write left
/// half a line: it is closed off, and its event is settled again.
fn open_to_append(path: &Path) -> io::Result<File> {
    let mut file = files::private()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    let len = file.metadata()?.len();
    let mut last = [b'\n'];
    if len > 0 {
        file.read_exact_at(&mut last, len - 1)?;
    }
    if last != [b'\n'] {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// Cuts a message where it becomes too long to be read.
pub fn shorten(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

fn day_file(dir: &Path, lane: Lane, day: i64) -> PathBuf {
    dir.join(format!("{}-{day}.log", lane.letter()))
}

/// The days a lane has a file for, oldest first.
fn days(dir: &Path, lane: Lane) -> io::Result<Vec<i64>> {
    let mut days: Vec<i64> = files::names(dir)?
        .iter()
        .filter_map(|name| {
            let day = name.strip_suffix(".log")?.strip_prefix(lane.letter())?;
            day.strip_prefix('-')?.parse().ok()
        })
        .collect();
    days.sort_unstable();
    Ok(days)
}

/// The time at which the spool's note was written, which is never again.
fn born(dir: &Path) -> u64 {
    let made = std::fs::metadata(dir.join("spool.json")).and_then(|meta| meta.modified());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> (tempfile::TempDir, VerdictLog, Verdicts) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("settled")).unwrap();
        let (log, verdicts) = (VerdictLog::new(dir.path()), Verdicts::new(dir.path()));
        (dir, log, verdicts)
    }

    fn settled(id: &str, at: i64, verdict: Verdict) -> Settled {
        Settled {
            event_id: id.into(),
            event_name: "checkout".into(),
            verdict,
            at,
            message: None,
        }
    }

    #[test]
    fn pages_of_both_lanes_come_oldest_first_and_none_twice() {
        let (_dir, mut log, verdicts) = log();
        for at in [10, 20, DAY + 5, 2 * DAY] {
            let lane = if at % 20 == 0 {
                Lane::Visit
            } else {
                Lane::Revenue
            };
            log.append(
                lane,
                &[settled(&at.to_string(), at, Verdict::Delivered)],
                at,
            )
            .unwrap();
        }
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let (next, page) = verdicts.after(&cursor, 1).unwrap();
            if page.is_empty() {
                assert_eq!(next, cursor);
                break;
            }
            seen.extend(page.into_iter().map(|one| one.at));
            cursor = next;
        }
        assert_eq!(seen, [10, 20, DAY + 5, 2 * DAY]);
        log.append(
            Lane::Visit,
            &[settled("x", 2 * DAY + 1, Verdict::Expired)],
            2 * DAY + 1,
        )
        .unwrap();
        assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 1);
        assert_eq!(verdicts.after("nonsense", 9).unwrap().1.len(), 5);
    }

    #[test]
    fn a_clock_set_back_hides_no_verdict() {
        let (_dir, mut log, verdicts) = log();
        log.append(
            Lane::Revenue,
            &[settled("a", 3 * DAY, Verdict::Delivered)],
            3 * DAY,
        )
        .unwrap();
        let (cursor, _) = verdicts.after("", 9).unwrap();
        let mut next = VerdictLog::new(&verdicts.dir.with_file_name(""));
        for log in [&mut log, &mut next] {
            log.append(Lane::Revenue, &[settled("b", DAY, Verdict::Delivered)], DAY)
                .unwrap();
        }
        assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 2);
    }

    #[test]
    fn a_line_cut_by_a_kill_is_closed_off_and_not_told() {
        let (dir, mut log, verdicts) = log();
        log.append(Lane::Revenue, &[settled("a", 1, Verdict::Delivered)], 1)
            .unwrap();
        let path = day_file(&dir.path().join("settled"), Lane::Revenue, 0);
        let mut text = std::fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"event_id\":\"half");
        std::fs::write(&path, text).unwrap();
        let mut next = VerdictLog::new(dir.path());
        next.append(Lane::Revenue, &[settled("b", 2, Verdict::Delivered)], 2)
            .unwrap();
        let ids: Vec<_> = verdicts.after("", 9).unwrap().1;
        assert_eq!(
            ids.iter().map(|s| &*s.event_id).collect::<Vec<_>>(),
            ["a", "b"]
        );
    }

    #[test]
    fn only_delivered_orders_are_remembered_and_only_for_a_week() {
        let (_dir, mut log, _) = log();
        log.append(Lane::Revenue, &[settled("old", 1, Verdict::Delivered)], 1)
            .unwrap();
        let now = 9 * DAY;
        log.append(
            Lane::Revenue,
            &[
                settled("new", now, Verdict::Delivered),
                settled("no", now, Verdict::Late),
            ],
            now,
        )
        .unwrap();
        assert_eq!(log.delivered().len(), 2);
        log.prune(now);
        assert_eq!(log.delivered(), HashSet::from([hash("new")]));
    }
}
