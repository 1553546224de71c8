//! The ids of delivered orders, beside the verdicts of their day: what a leader
//! must know of a week, in a form in which it need not read the verdicts again.
//!
//! ```text
//! settled/r-<day>.ids
//!     64 bytes    how much of r-<day>.log is in here; how many ids, and their checksum
//!     16 bytes    the hash of an id, and so on
//! ```
//!
//! It is an index and no more: what is missing in it, by a kill or of an earlier
//! version, is read from the verdicts and added; where it is damaged all of it is.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;

use serde::Deserialize;

use super::files::{self, ReadFrom};
use super::verdict::{Settled, day_file, dir};
use super::{Disk, Lane, Mode, Place, Verdict, hash, sealed};

const SUFFIX: &str = ".ids";
const HEAD: usize = 64;
const ID: usize = 16;

/// What the beginning of the file says.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    /// So many bytes of the verdicts are in here.
    covered: u64,
    count: u32,
    sum: u32,
}

impl Head {
    fn read(text: &[u8]) -> Option<Self> {
        let (first, second) = text.get(..HEAD)?.split_at(HEAD / 2);
        let ids = sealed::open(second)?;
        Some(Self {
            covered: sealed::open(first)?,
            count: (ids >> 32) as u32,
            sum: ids as u32,
        })
    }

    fn text(self) -> Vec<u8> {
        let ids = u64::from(self.count) << 32 | u64::from(self.sum);
        let half = HEAD / 2;
        let text = format!(
            "{:half$}{:<width$}\n",
            sealed::seal(self.covered),
            sealed::seal(ids),
            width = half - 1
        );
        text.into_bytes()
    }

    /// Where the next id goes.
    fn end(self) -> u64 {
        HEAD as u64 + u64::from(self.count) * ID as u64
    }

    /// The same with more ids, up to a place in the verdicts.
    fn with(self, ids: &[u8], covered: u64) -> Self {
        Self {
            covered,
            count: self.count.saturating_add((ids.len() / ID) as u32),
            sum: crc32c::crc32c_append(self.sum, ids),
        }
    }
}

fn path(place: &Place, day: i64) -> PathBuf {
    day_file(place, Lane::Revenue, day).with_extension(&SUFFIX[1..])
}

/// Adds what was just written to the verdicts of a day, from one place to another.
/// Where that fails, or something before it is missing, the next leader adds it.
pub(super) fn note(place: &Place, day: i64, settled: &[Settled], from: u64, to: u64) {
    let delivered = settled
        .iter()
        .filter(|one| one.verdict == Verdict::Delivered);
    let ids: Vec<u8> = delivered
        .flat_map(|one| hash(&one.event_id).to_be_bytes())
        .collect();
    let _ = place
        .disk()
        .open(&path(place, day), Mode::Keep)
        .and_then(|file| {
            let head = files::read_at(place.disk(), &file, 0, HEAD as u64)?;
            let head = match head.is_empty() {
                true => Head::default(),
                false => Head::read(&head).ok_or(io::ErrorKind::InvalidData)?,
            };
            match head.covered == from {
                true => add(place.disk(), &file, head, &ids, to),
                false => Ok(()),
            }
        });
}

/// The ids before they are counted: a leader that is killed in between adds them
/// once more, in the same place.
fn add(disk: &dyn Disk, mut file: &File, head: Head, ids: &[u8], to: u64) -> io::Result<()> {
    if !ids.is_empty() {
        file.seek(SeekFrom::Start(head.end()))?;
        files::write_all(disk, file, ids)?;
    }
    file.seek(SeekFrom::Start(0))?;
    files::write_all(disk, file, &head.with(ids, to).text())
}

/// Adds the delivered orders of a day to `all`, and to the file what it lacks.
///
/// # Errors
/// What the file system says of the verdicts; of the index nothing.
pub(super) fn read(place: &Place, day: i64, all: &mut Vec<u128>) -> io::Result<()> {
    let disk = place.disk();
    let Some(log) = files::open_if_there(disk, &day_file(place, Lane::Revenue, day))? else {
        return Ok(());
    };
    let len = log.metadata()?.len();
    let (head, ids) = known(place, day, len).unwrap_or_default();
    collect(&ids, all);
    if head.covered == len {
        return Ok(());
    }
    let (more, to) = parse(disk, &log, head.covered)?;
    collect(&more, all);
    if to > head.covered {
        // On a full disk it is read again by the next leader.
        let _ = disk
            .open(&path(place, day), Mode::Keep)
            .and_then(|file| add(disk, &file, head, &more, to));
    }
    Ok(())
}

fn collect(ids: &[u8], all: &mut Vec<u128>) {
    let (ids, _) = ids.as_chunks();
    all.extend(ids.iter().map(|id| u128::from_be_bytes(*id)));
}

/// What the index holds, if it can be believed and is of these verdicts.
fn known(place: &Place, day: i64, len: u64) -> Option<(Head, Vec<u8>)> {
    let mut text = files::read(place.disk(), &path(place, day)).ok()??;
    let head = Head::read(&text).filter(|head| head.covered <= len)?;
    text.truncate(usize::try_from(head.end()).ok()?);
    let ids = text.split_off(HEAD);
    let is_whole = ids.len() as u64 == head.end() - HEAD as u64;
    (is_whole && crc32c::crc32c(&ids) == head.sum).then_some((head, ids))
}

/// The delivered orders in the verdicts from a place on, and where their last whole
/// line ends.
fn parse(disk: &dyn Disk, file: &File, from: u64) -> io::Result<(Vec<u8>, u64)> {
    #[derive(Deserialize)]
    struct Told<'a> {
        #[serde(borrow)]
        event_id: Cow<'a, str>,
        verdict: Verdict,
    }
    let (mut ids, mut to) = (Vec::new(), from);
    let offset = from;
    let mut reader = BufReader::new(ReadFrom { disk, file, offset });
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok((ids, to));
        }
        to += read as u64;
        if let Ok(told) = serde_json::from_slice::<Told<'_>>(&line)
            && told.verdict == Verdict::Delivered
        {
            ids.extend(hash(&told.event_id).to_be_bytes());
        }
    }
}

/// Removes what belongs to no verdicts any more.
pub(super) fn prune(place: &Place) {
    let dir = dir(place);
    for name in files::names(place.disk(), &dir).unwrap_or_default() {
        if let Some(day) = name.strip_suffix(SUFFIX)
            && !dir.join(format!("{day}.log")).exists()
        {
            // Tried again at the next start.
            let _ = files::remove(place.disk(), &dir.join(name));
        }
    }
}
