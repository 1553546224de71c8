//! One event as one line: framing, checksum, the facts that the sender needs, and
//! the reader that turns the bytes of a segment into lines.
//!
//! It must not know what an event means, which segment comes next, or what is done
//! with a line.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::disk::{self, Disk};
use super::{Lane, SegmentName};
use crate::json;

/// The only format this version writes. A reader leaves a line of a later format, and
/// all behind it in that segment, to the version that wrote it. A later format is a
/// higher digit, and its checksum covers that digit, too.
const FORMAT: u8 = b'1';
/// `1 xxxxxxxx `
const HEAD: usize = 11;

/// What a record says: the JSON of its line, borrowed where that is at hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope<'a> {
    /// The `event_id` that Pinterest deduplicates by.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// The API's `event_name`.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// `event_time`, unix seconds.
    pub time: i64,
    /// When it was captured, unix seconds.
    pub at: i64,
    /// Deliver even after the first hour.
    pub late_ok: bool,
    /// The event object of the API, byte for byte as it will be sent.
    #[serde(borrow, with = "raw_json")]
    pub event: Cow<'a, str>,
}

impl Envelope<'_> {
    /// The same once the line's bytes are gone.
    pub fn into_owned(self) -> Envelope<'static> {
        Envelope {
            id: self.id.into_owned().into(),
            name: self.name.into_owned().into(),
            time: self.time,
            at: self.at,
            late_ok: self.late_ok,
            event: self.event.into_owned().into(),
        }
    }
}

/// JSON that is kept as the text that it is.
mod raw_json {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::value::RawValue;

    pub fn serialize<S: Serializer>(json: &str, to: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
        raw.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Cow<'de, str>, D::Error> {
        <&RawValue>::deserialize(from).map(|raw| raw.get().into())
    }
}

/// What one line of a segment turned out to be.
#[derive(Clone, Debug)]
pub enum Record<'a> {
    /// A whole record.
    Whole(Envelope<'a>),
    /// The checksum does not fit, or the text is not a record: the event is lost.
    Damaged,
    /// Written by a later version.
    LaterVersion,
}

/// All of a record but its event, which is the last field of the same object.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// As in [`Envelope`]; so with all that follow.
    pub id: &'a str,
    /// As above.
    pub name: &'a str,
    /// As above.
    pub time: i64,
    /// As above.
    pub at: i64,
    /// As above.
    pub late_ok: bool,
}

/// Renders one line, newline included. The event is not read again: it must be one
/// line of JSON.
///
/// # Errors
/// Where the event is no object: a record without an event would be lost as a damaged
/// one.
pub fn encode(record: &Envelope<'_>) -> serde_json::Result<Vec<u8>> {
    let event = &*record.event;
    if !(event.starts_with('{') && event.ends_with('}')) {
        return Err(serde::ser::Error::custom("the event is no object"));
    }
    let facts = Facts {
        id: &record.id,
        name: &record.name,
        time: record.time,
        at: record.at,
        late_ok: record.late_ok,
    };
    Ok(encode_with(&facts, event.len(), |line| {
        line.push_str(event)
    }))
}

/// The same for an event that `write_event` writes into the line: an object of about
/// `event_len` bytes.
pub fn encode_with(
    facts: &Facts<'_>,
    event_len: usize,
    write_event: impl FnOnce(&mut String),
) -> Vec<u8> {
    const FACTS_LEN: usize = 192;
    /// The format and the checksum are filled in at the end.
    const BLANK_HEAD: &str = "0 00000000 ";
    let mut line = String::with_capacity(HEAD + FACTS_LEN + event_len);
    line.push_str(BLANK_HEAD);
    json::object(&mut line, |map| {
        map.text("id", facts.id);
        map.text("name", facts.name);
        map.integer("time", facts.time);
        map.integer("at", facts.at);
        map.flag("late_ok", facts.late_ok);
        write_event(map.field("event"));
    });
    let sum = crc32c::crc32c(&line.as_bytes()[HEAD..]);
    line.push('\n');
    let mut line = line.into_bytes();
    line[0] = FORMAT;
    for (digit, shift) in line[2..HEAD - 1].iter_mut().zip((0..8).rev()) {
        *digit = b"0123456789abcdef"[(sum >> (4 * shift) & 15) as usize];
    }
    line
}

/// Reads one line without its newline.
pub fn decode(line: &[u8]) -> Record<'_> {
    match read(line) {
        Some(envelope) => Record::Whole(envelope),
        None if is_later_format(line) => Record::LaterVersion,
        None => Record::Damaged,
    }
}

/// Whether a text looks like the beginning of a record: cheap, and not certain.
fn may_start(text: &[u8]) -> bool {
    text.len() > HEAD
        && (FORMAT..=b'9').contains(&text[0])
        && (text[1], text[10], text[HEAD]) == (b' ', b' ', b'{')
}

/// The JSON of a line of this version whose checksum fits, without reading it.
pub(super) fn sound(line: &[u8]) -> Option<&[u8]> {
    let (head, json) = line.split_at_checked(HEAD)?;
    if head[0] != FORMAT || head[1] != b' ' || head[10] != b' ' {
        return None;
    }
    let sum = u32::from_str_radix(std::str::from_utf8(&head[2..10]).ok()?, 16).ok()?;
    (sum == crc32c::crc32c(json)).then_some(json)
}

/// How the JSON of a record of this id begins.
pub fn beginning(id: &str) -> String {
    format!("{{\"id\":{},", serde_json::Value::from(id))
}

/// Whether a line that begins with this byte is of the format that we write.
pub(super) fn is_of_this_format(first: &u8) -> bool {
    *first == FORMAT
}

fn read(line: &[u8]) -> Option<Envelope<'_>> {
    serde_json::from_slice(sound(line)?).ok()
}

/// A later format is known by its number and by a checksum of that number and the
/// JSON, whatever the JSON says. The checksum of the format we write does not cover
/// the number, so a flipped bit there is damage, and does not stop a segment.
fn is_later_format(line: &[u8]) -> bool {
    let Some((head, json)) = line.split_at_checked(HEAD) else {
        return false;
    };
    let sum = std::str::from_utf8(&head[2..10])
        .ok()
        .and_then(|hex| u32::from_str_radix(hex, 16).ok());
    may_be_later_format(head[0])
        && sum == Some(crc32c::crc32c_append(crc32c::crc32c(&head[..1]), json))
}

/// Whether a line that begins with this byte may be of a later format.
pub(super) fn may_be_later_format(first: u8) -> bool {
    (FORMAT + 1..=b'9').contains(&first)
}

/// How many starts of a record are looked for in a damaged line.
const MOST_STARTS: usize = 16;

/// The whole lines of a text, each with the offset behind it.
///
/// A line whose end was damaged has swallowed the next one: where an undamaged
/// record ends a damaged line, the two come apart again. A record cannot hold
/// another one, because its JSON escapes every quote that is not its own.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    /// The record that ends the damaged line before it, and where it ends.
    swallowed: Option<(usize, Record<'a>)>,
}

impl<'a> Lines<'a> {
    /// Half a line at the end is left out.
    pub fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            swallowed: None,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, Record<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(record) = self.swallowed.take() {
            return Some(record);
        }
        let start = self.at;
        let rest = &self.text[start..];
        let line = &rest[..rest.iter().position(|byte| *byte == b'\n')?];
        self.at = start + line.len() + 1;
        let found = decode(line);
        if matches!(found, Record::Damaged)
            && let Some((from, record)) = last_record(line)
        {
            self.swallowed = Some((self.at, record));
            return Some((start + from, Record::Damaged));
        }
        Some((self.at, found))
    }
}

/// The record that a damaged line ends with, and where in it that begins.
fn last_record(line: &[u8]) -> Option<(usize, Record<'_>)> {
    (1..line.len())
        .rev()
        .filter(|start| may_start(&line[*start..]))
        .take(MOST_STARTS)
        .find_map(|start| match decode(&line[start..]) {
            Record::Damaged => None,
            record => Some((start, record)),
        })
}

/// What an entry holds.
#[derive(Debug)]
pub enum Content {
    /// An event.
    Event(Envelope<'static>),
    /// A whole line whose event cannot be read any more: lost.
    Damaged,
    /// The beginning of a record whose writer died or failed, so that its
    /// caller was never told that it is safe.
    Torn,
}

/// No record is longer, newline included; what has no end by then is no record.
pub(super) const LONGEST_LINE: u64 = 2 << 20;

/// One line of a segment that is not settled yet.
#[derive(Debug)]
pub struct Entry {
    /// Where it stands.
    pub segment: SegmentName,
    /// The offset of its first byte.
    pub start: u64,
    /// The offset behind it.
    pub end: u64,
    /// What it says.
    pub content: Content,
}

impl Entry {
    /// The lane it waits in.
    pub fn lane(&self) -> Lane {
        self.segment.lane()
    }
}

/// The part of a segment that is not settled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a> {
    pub segment: &'a SegmentName,
    pub path: &'a Path,
    pub from: u64,
    pub len: u64,
}

/// How far a look into a segment went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looked {
    /// What it cost.
    pub bytes: u64,
    /// The next record is of a later version, and nothing behind it can be
    /// settled.
    pub blocked: bool,
}

/// Adds the next lines, of about `left` bytes and `most` entries in all.
pub(super) fn next(
    disk: &dyn Disk,
    rest: Rest<'_>,
    most: usize,
    left: u64,
    entries: &mut Vec<Entry>,
) -> io::Result<Looked> {
    let mut looked = Looked {
        bytes: 0,
        blocked: false,
    };
    let Some(file) = disk::open_if_there(disk, rest.path)? else {
        return Ok(looked);
    };
    let there = rest.len - rest.from;
    let mut text = lines_at(disk, &file, rest.from, there.min(left))?;
    if !text.contains(&b'\n') && there > left {
        if !entries.is_empty() {
            // It does not fit any more, and the batch is full.
            looked.bytes = left;
            return Ok(looked);
        }
        text = lines_at(disk, &file, rest.from, there.min(LONGEST_LINE))?;
    }
    looked.bytes = text.len() as u64;
    let before = entries.len();
    let readable = split(&text, rest, most, entries);
    looked.blocked = !readable && entries.len() == before;
    let end = entries[before..].last().map_or(rest.from, |e| e.end);
    let is_tail = rest.from + looked.bytes > end && readable && entries.len() < most;
    if is_tail && end == rest.from && looked.bytes >= LONGEST_LINE {
        entries.push(Entry {
            segment: rest.segment.clone(),
            start: end,
            end: end + looked.bytes,
            content: Content::Damaged,
        });
    } else if is_tail && looked.bytes >= there {
        entries.extend(torn_tail(disk, &file, rest, end));
    }
    Ok(looked)
}

/// What there is before an offset that cannot be read, if that is a line or more.
fn lines_at(disk: &dyn Disk, file: &File, from: u64, len: u64) -> io::Result<Vec<u8>> {
    let (text, end) = disk::read_as_far(disk, file, from, len);
    match end {
        Err(error) if !text.contains(&b'\n') => Err(error),
        _ => Ok(text),
    }
}

/// Adds an entry for each whole line, up to `most`. False when it met a record
/// of a later version.
fn split(text: &[u8], rest: Rest<'_>, most: usize, entries: &mut Vec<Entry>) -> bool {
    let mut start = rest.from;
    for (end, record) in Lines::new(text) {
        if entries.len() >= most {
            break;
        }
        let end = rest.from + end as u64;
        entries.push(Entry {
            segment: rest.segment.clone(),
            start: std::mem::replace(&mut start, end),
            end,
            content: match record {
                Record::LaterVersion => return false,
                Record::Damaged => Content::Damaged,
                Record::Whole(record) => Content::Event(record.into_owned()),
            },
        });
    }
    true
}

/// Half a line at a segment's end is either being written or all that will
/// ever be there; the segment's lock tells which.
fn torn_tail(disk: &dyn Disk, file: &File, rest: Rest<'_>, from: u64) -> Option<Entry> {
    flock(file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let same_len = file.metadata().is_ok_and(|meta| meta.len() == rest.len);
    let text = disk::read_at(disk, file, from, rest.len - from).unwrap_or_default();
    let _ = flock(file, FlockOperation::Unlock);
    let torn = same_len && !text.is_empty() && !text.contains(&b'\n');
    torn.then(|| Entry {
        segment: rest.segment.clone(),
        start: from,
        end: rest.len,
        content: Content::Torn,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Vec<u8> {
        encode(&Envelope {
            id: "a\"b\n".into(),
            name: "checkout".into(),
            time: 5,
            at: 6,
            late_ok: true,
            event: r#"{"event_name":"checkout"}"#.into(),
        })
        .unwrap()
    }

    #[test]
    fn a_record_is_one_line_and_reads_back() {
        let line = line();
        assert_eq!(line.iter().filter(|b| **b == b'\n').count(), 1);
        let Record::Whole(envelope) = decode(&line[..line.len() - 1]) else {
            panic!("not whole")
        };
        assert_eq!(envelope.id, "a\"b\n");
        assert_eq!(envelope.event, r#"{"event_name":"checkout"}"#);
    }

    #[test]
    fn a_record_without_an_event_is_not_made() {
        let encoded = |event: &'static str| {
            encode(&Envelope {
                id: "a".into(),
                name: "checkout".into(),
                time: 5,
                at: 6,
                late_ok: true,
                event: event.into(),
            })
        };
        for nothing in ["", "null", "{"] {
            assert!(encoded(nothing).is_err(), "{nothing}");
        }
        assert!(encoded("{}").is_ok());
    }

    #[test]
    fn any_flipped_bit_is_damage() {
        let line = line();
        let line = &line[..line.len() - 1];
        for bit in 0..line.len() * 8 {
            let mut flipped = line.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            // Hex digits have two spellings; nothing else may pass.
            if flipped.eq_ignore_ascii_case(line) && (2..10).contains(&(bit / 8)) {
                continue;
            }
            assert!(matches!(decode(&flipped), Record::Damaged), "bit {bit}");
        }
    }

    #[test]
    fn a_later_format_is_left_alone() {
        let ours = line();
        // Also where its JSON would read as one of ours.
        for json in [&br#"{"v":2}"#[..], b"x", &ours[HEAD..ours.len() - 1]] {
            let sum = crc32c::crc32c(&[b"2", json].concat());
            let later = [format!("2 {sum:08x} ").as_bytes(), json].concat();
            assert!(matches!(decode(&later), Record::LaterVersion));
        }
    }

    #[test]
    fn short_and_foreign_text_is_damage() {
        for text in [&b""[..], b"1", b"1 00000000 ", b"hello world, hello"] {
            assert!(matches!(decode(text), Record::Damaged));
        }
    }
}
