//! From the bytes of a segment to its lines. Pure.

use serde_json::value::RawValue;

use super::record::{self, Envelope, Record};

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
        let found = record::decode(line);
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
        .filter(|start| record::may_start(&line[*start..]))
        .take(MOST_STARTS)
        .find_map(|start| match record::decode(&line[start..]) {
            Record::Damaged => None,
            record => Some((start, record)),
        })
}

/// What a line turned out to be, once its bytes are gone.
#[derive(Debug)]
pub enum Content {
    /// An event.
    Event(Event),
    /// A whole line whose event cannot be read any more: lost.
    Damaged,
    /// The beginning of a record whose writer died or failed, so that its
    /// caller was never told that it is safe.
    Torn,
}

/// The facts of a record, and its bytes.
#[derive(Debug)]
pub struct Event {
    /// `event_id`.
    pub id: String,
    /// `event_name`.
    pub name: String,
    /// `event_time`, unix seconds.
    pub time: i64,
    /// Capture time, unix seconds.
    pub at: i64,
    /// Deliver even after the first hour.
    pub late_ok: bool,
    /// The API's object.
    pub event: Box<RawValue>,
}

impl From<Envelope<'_>> for Event {
    fn from(record: Envelope<'_>) -> Self {
        Self {
            id: record.id.into_owned(),
            name: record.name.into_owned(),
            time: record.time,
            at: record.at,
            late_ok: record.late_ok,
            event: record.event.to_owned(),
        }
    }
}
