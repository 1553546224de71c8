//! Writing verdicts. Only the leader does.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::delivered::IdIndex;
use super::{DAY, Settled, Verdict, day_file, days, dir};
use crate::process::Descriptor;
use crate::spool::disk::{self, Disk, Mode};
use crate::spool::error::Context;
use crate::spool::{Lane, SpoolDir, SpoolError, fingerprint};

/// What a line takes besides its id, without a message.
const LINE: u64 = 160;
/// Verdicts on visits of all days: about half a million. The oldest days go for
/// newer ones, and beyond what one day may have they are counted and no longer
/// told one by one, or a busy shop would fill its spool with what nobody reads and
/// have no space for what waits.
const MOST_OF_VISITS: u64 = 64 << 20;

/// Writes verdicts. Only the leader has one.
#[derive(Debug)]
pub struct VerdictLog {
    spool: SpoolDir,
    open: [Option<Today>; 2],
    /// The most that verdicts on visits may take.
    visits: u64,
}

/// The file that a lane's verdicts go to.
#[derive(Debug)]
struct Today {
    /// Closes the file in a child that is forked in the middle of a call.
    _descriptor: Descriptor,
    opened_on: i64,
    /// By which it is named.
    day: i64,
    file: File,
    /// Bytes that are allocated behind its end.
    reserved: u64,
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
            open: [None, None],
            visits: MOST_OF_VISITS,
        }
    }

    /// Lets the verdicts on visits take no more than this.
    pub fn keep_visits_within(&mut self, bytes: u64) {
        self.visits = bytes;
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
        let bytes = ids.map(|id| rendered_len(id) + LINE).sum();
        if bytes == 0 {
            return Ok(());
        }
        self.reserve_bytes(lane, bytes, now)
            .context("reserve space in", &dir(&self.spool))
    }

    fn reserve_bytes(&mut self, lane: Lane, bytes: u64, now: i64) -> io::Result<()> {
        let spool = self.spool.clone();
        let today = self.today(lane, now)?;
        let len = today.file.metadata()?.len();
        spool.disk().reserve(&today.file, len, bytes)?;
        today.reserved = bytes;
        Ok(())
    }

    /// Appends verdicts. Where a full disk has no space for the messages they
    /// are left out: the verdicts fit in what was reserved.
    ///
    /// # Errors
    /// What the file system says; then the events count as not settled.
    pub fn append(&mut self, lane: Lane, settled: &[Settled], now: i64) -> Result<(), SpoolError> {
        if settled.is_empty() {
            return Ok(());
        }
        let written = self.try_append(lane, settled, now);
        if written.is_err() {
            // Half a line may be there now, which opening closes off.
            self.open[lane as usize] = None;
        }
        written.context("write verdicts to", &dir(&self.spool))
    }

    /// The same into a day's file that is open, whatever its path names by now.
    /// Of a spool that was moved nothing else can be reached.
    pub fn append_where_open(&mut self, lane: Lane, settled: &[Settled]) {
        if let Some(today) = &self.open[lane as usize]
            && let Ok(lines) = render(settled)
            && !lines.is_empty()
        {
            // What cannot be kept will be sent again.
            let _ = disk::write_all(self.spool.disk(), &today.file, &lines);
        }
    }

    fn try_append(&mut self, lane: Lane, settled: &[Settled], now: i64) -> io::Result<()> {
        let mut lines = render(settled)?;
        let spool = self.spool.clone();
        let today = self.today(lane, now)?;
        if lane == Lane::Visit {
            let (day, more) = (today.day, lines.len() as u64);
            if !self.make_space_for_visits(day, more)? {
                return Ok(());
            }
        }
        let today = self.today(lane, now)?;
        if lines.len() as u64 > today.reserved
            && self.reserve_bytes(lane, lines.len() as u64, now).is_err()
        {
            let wordless = |one: &Settled| Settled {
                message: None,
                ..one.clone()
            };
            lines = render(&settled.iter().map(wordless).collect::<Vec<_>>())?;
        }
        let today = self.today(lane, now)?;
        today.reserved = today.reserved.saturating_sub(lines.len() as u64);
        disk::write_all(spool.disk(), &today.file, &lines)?;
        today.add_to_index(spool.disk(), settled, lines.len() as u64);
        Ok(())
    }

    /// Makes space for verdicts on visits of a day, by those of the oldest. False
    /// where the day has filled it alone.
    fn make_space_for_visits(&self, day: i64, more: u64) -> io::Result<bool> {
        let mut days = days(&self.spool, Lane::Visit)?;
        days.retain(|one| *one != day);
        let path = |day| day_file(&self.spool, Lane::Visit, day);
        let len = |day| fs::symlink_metadata(path(day)).map_or(0, |meta| meta.len());
        let mut held: u64 = days.iter().map(|day| len(*day)).sum();
        held = held.saturating_add(len(day)).saturating_add(more);
        for old in days {
            if held <= self.visits {
                break;
            }
            let its = len(old);
            disk::remove(self.spool.disk(), &path(old))?;
            held = held.saturating_sub(its);
        }
        Ok(held <= self.visits)
    }

    /// Today's file, or the newest if that is of a later day: a clock that was
    /// set back must not lead behind the cursors of those who read. Behind a day
    /// of the future comes the next number with each day, or one file would grow
    /// until that day is there.
    fn today(&mut self, lane: Lane, now: i64) -> io::Result<&mut Today> {
        let opened_on = now / DAY;
        let slot = &mut self.open[lane as usize];
        let open = match slot.take().filter(|open| open.opened_on == opened_on) {
            Some(open) => open,
            None => {
                let newest = days(&self.spool, lane)?.last().copied();
                let newest = newest.filter(|newest| *newest > opened_on);
                let day = newest.map_or(opened_on, |newest| {
                    let written = last_written(&day_file(&self.spool, lane, newest));
                    newest + i64::from(written.is_some_and(|written| written < opened_on))
                });
                let path = day_file(&self.spool, lane, day);
                let file = open_to_append(self.spool.disk(), &path)?;
                let index = match lane {
                    Lane::Revenue => IdIndex::read(&self.spool, day, &file, &mut Vec::new()).ok(),
                    Lane::Visit => None,
                };
                Today {
                    _descriptor: Descriptor::register(file.as_raw_fd()),
                    opened_on,
                    day,
                    file,
                    reserved: 0,
                    index: index.flatten(),
                }
            }
        };
        Ok(slot.insert(open))
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
