//! Writing verdicts, and remembering which orders Pinterest has.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use super::error::Context;
use super::verdict::{DAY, KEEP_DAYS, Settled, Verdict, day_file, days, dir};
use super::{Disk, Lane, Mode, Place, SpoolError, files, hash};

/// Writes verdicts. Only the leader has one.
#[derive(Debug)]
pub struct VerdictLog {
    place: Place,
    open: [Option<(i64, File)>; 2],
}

impl VerdictLog {
    /// The log below `<destination>/settled`.
    pub fn new(place: &Place) -> Self {
        Self {
            place: place.clone(),
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
        let dir = dir(&self.place);
        let place = self.place.clone();
        self.file(lane, now)
            .and_then(|file| place.disk().reserve(file, file.metadata()?.len(), bytes))
            .context("reserve room in", &dir)
    }

    /// Appends verdicts, in one write.
    ///
    /// # Errors
    /// What the file system says; then the events count as not settled.
    pub fn append(&mut self, lane: Lane, settled: &[Settled], now: i64) -> Result<(), SpoolError> {
        if settled.is_empty() {
            return Ok(());
        }
        let dir = dir(&self.place);
        let mut lines = Vec::with_capacity(settled.len() * 128);
        for one in settled {
            serde_json::to_writer(&mut lines, one)
                .map_err(io::Error::from)
                .context("render a verdict for", &dir)?;
            lines.push(b'\n');
        }
        let place = self.place.clone();
        let written = self
            .file(lane, now)
            .and_then(|file| files::write_all(place.disk(), file, &lines));
        if written.is_err() {
            // Half a line may be there now, which opening closes off.
            self.open[lane as usize] = None;
        }
        written.context("write verdicts to", &dir)
    }

    /// The ids of the revenue lane that Pinterest has, as hashes.
    pub fn delivered(&self) -> HashSet<u128> {
        let mut ids = HashSet::new();
        let Ok(days) = days(&self.place, Lane::Revenue) else {
            return ids;
        };
        for day in days {
            let path = day_file(&self.place, Lane::Revenue, day);
            if let Ok(Some(text)) = files::read(self.place.disk(), &path) {
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
            for day in days(&self.place, lane).unwrap_or_default() {
                if day < now / DAY - KEEP_DAYS {
                    // Tried again at the next start.
                    let _ = files::remove(self.place.disk(), &day_file(&self.place, lane, day));
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
                let newest = days(&self.place, lane)?.last().copied();
                let day = newest.map_or(today, |newest| newest.max(today));
                let path = day_file(&self.place, lane, day);
                (day, open_to_append(self.place.disk(), &path)?)
            }
        };
        Ok(&mut slot.insert(open).1)
    }
}

/// Opens a day's file. A leader that was killed in the middle of a write left
/// half a line: it is closed off, and its event is settled again.
fn open_to_append(disk: &dyn Disk, path: &Path) -> io::Result<File> {
    let file = disk.open(path, Mode::Append)?;
    let len = file.metadata()?.len();
    let last = files::read_at(disk, &file, len.saturating_sub(1), 1)?;
    if !last.is_empty() && last != b"\n" {
        files::write_all(disk, &file, b"\n")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::Verdicts;

    fn log() -> (tempfile::TempDir, VerdictLog, Verdicts) {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::open(&dir.path().join("root"), "site", "1", false).unwrap();
        let (log, verdicts) = (VerdictLog::new(&place), Verdicts::new(&place));
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
        let mut next = VerdictLog::new(&log.place);
        for log in [&mut log, &mut next] {
            log.append(Lane::Revenue, &[settled("b", DAY, Verdict::Delivered)], DAY)
                .unwrap();
        }
        assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 2);
    }

    #[test]
    fn a_line_cut_by_a_kill_is_closed_off_and_not_told() {
        let (_dir, mut log, verdicts) = log();
        log.append(Lane::Revenue, &[settled("a", 1, Verdict::Delivered)], 1)
            .unwrap();
        let path = day_file(&log.place, Lane::Revenue, 0);
        let mut text = std::fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"event_id\":\"half");
        std::fs::write(&path, text).unwrap();
        let mut next = VerdictLog::new(&log.place);
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
