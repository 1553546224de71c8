//! Lines on their way through calls, and what is decided about each. Pure.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::spool::{Content, Entry, Envelope, Lane, SegmentName, Verdict, fingerprint};

/// What is to be done with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Pinterest is to be asked.
    Send,
    /// It looks too old to anybody who believes the clock. Neither to be sent,
    /// because then it would be refused, nor to be given up: a clock that is set
    /// forward by mistake is mostly set back within minutes. Nothing behind it in
    /// its segment is settled before.
    Wait,
    /// Its event is settled.
    Settle {
        /// What became of it.
        verdict: Verdict,
        /// Why, for people.
        message: Option<Cow<'static, str>>,
        /// Where it is counted as lost.
        loss: Option<&'static str>,
    },
    /// The line holds no event any more, and is counted as lost here.
    Unreadable(&'static str),
}

impl Decision {
    /// A verdict that needs no words.
    pub fn settle(verdict: Verdict) -> Self {
        Self::Settle {
            verdict,
            message: None,
            loss: None,
        }
    }

    /// A verdict, why, and where it is counted as lost.
    pub fn settle_because(
        verdict: Verdict,
        message: impl Into<Cow<'static, str>>,
        loss: Option<&'static str>,
    ) -> Self {
        Self::Settle {
            verdict,
            message: Some(message.into()),
            loss,
        }
    }
}

/// A line that is not settled yet.
#[derive(Debug)]
pub struct Pending {
    /// The line.
    pub entry: Entry,
    /// What is to be done with it.
    pub decision: Decision,
    /// Set by the committer.
    pub settled: bool,
}

impl Pending {
    /// A line and what is to be done with it.
    pub fn new(entry: Entry, decision: Decision) -> Self {
        Self {
            entry,
            decision,
            settled: false,
        }
    }

    /// Whether it can be settled, as far as it goes by this line.
    pub fn is_decided(&self) -> bool {
        !matches!(self.decision, Decision::Send | Decision::Wait)
    }

    /// Whether this is the verdict on it.
    pub fn has(&self, expected: Verdict) -> bool {
        matches!(self.decision, Decision::Settle { verdict, .. } if verdict == expected)
    }

    /// Whether Pinterest acknowledged it, asked by us.
    pub fn is_acknowledged(&self) -> bool {
        self.decision == Decision::settle(Verdict::Delivered)
    }

    /// Its event, if it holds one.
    pub fn event(&self) -> Option<&Envelope<'static>> {
        match &self.entry.content {
            Content::Event(event) => Some(event),
            _ => None,
        }
    }
}

/// The lines of a batch, and the refusals not yet believed.
pub struct Batch {
    /// Its lines.
    pub lines: Vec<Pending>,
    /// Indices of the lines to be sent; so is every part of a batch.
    pub send: Vec<usize>,
    /// Lone refusals.
    pub held: Vec<Held>,
}

/// A batch that is sent in one call.
pub struct Sent {
    /// The batch.
    pub batch: Batch,
    /// Indices of the lines that are sent.
    pub part: Vec<usize>,
    /// When it was made, unix seconds.
    pub now: i64,
}

/// A lone refusal.
pub struct Held {
    /// Which of the lines it stands against.
    pub index: usize,
    /// Pinterest's words.
    pub message: String,
    segment: SegmentName,
    end: u64,
}

impl Held {
    /// Whether it stands against this line.
    pub fn is_of(&self, entry: &Entry) -> bool {
        self.end == entry.end && self.segment == entry.segment
    }
}

impl Batch {
    /// Takes the lines whose turn it is, while nothing is in flight.
    pub fn new(lines: impl IntoIterator<Item = Pending>) -> Self {
        Self::beside(lines, HashSet::new())
    }

    /// Takes the lines whose turn it is, while these orders are in flight, by the
    /// fingerprints of their ids.
    pub fn beside(lines: impl IntoIterator<Item = Pending>, in_flight: HashSet<u64>) -> Self {
        let lines = in_turn(lines, in_flight);
        let send = (0..lines.len())
            .filter(|index| lines[*index].decision == Decision::Send)
            .collect();
        Self {
            lines,
            send,
            held: Vec::new(),
        }
    }

    /// Notes a lone refusal of the event of a line.
    pub fn hold(&mut self, index: usize, message: String) {
        let entry = &self.lines[index].entry;
        self.held.push(Held {
            index,
            message,
            segment: entry.segment.clone(),
            end: entry.end,
        });
    }

    /// The fingerprints of the orders that are to be sent.
    pub fn orders(&self) -> impl Iterator<Item = u64> {
        let lines = self.send.iter().map(|index| &self.lines[*index]);
        let orders = lines.filter(|line| line.entry.lane() == Lane::Revenue);
        orders.filter_map(|line| Some(fingerprint(&line.event()?.id)))
    }

    /// The request for a part: the bytes of the records, unchanged, so that a
    /// repeated call says exactly the same.
    pub fn body(&self, part: &[usize]) -> Vec<u8> {
        let events = || {
            let events = part.iter().filter_map(|index| self.lines[*index].event());
            events.map(|event| &*event.event)
        };
        let len: usize = events().map(|event| event.len() + 1).sum();
        let mut body = Vec::with_capacity(len + 16);
        body.extend_from_slice(br#"{"data":["#);
        for (index, event) in events().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            body.extend_from_slice(event.as_bytes());
        }
        body.extend_from_slice(b"]}");
        body
    }

    /// Whether an order waits that is still counted with its browser half.
    pub fn has_fresh_order(&self, now: i64) -> bool {
        self.lines.iter().any(|line| {
            line.entry.lane() == Lane::Revenue
                && line
                    .event()
                    .is_some_and(|event| now.saturating_sub(event.time) < 3_600)
        })
    }
}

/// Leaves what must not be sent yet, and all that is behind it in its segment,
/// for a later batch: it could not be settled, and would be sent again.
///
/// That is a line that has to wait, and an order that is queued twice, whose
/// first record is in this batch or in flight: by then Pinterest's result for the
/// first one is known. Otherwise it would get both, and past the first hour it
/// counts both.
fn in_turn(lines: impl IntoIterator<Item = Pending>, mut seen: HashSet<u64>) -> Vec<Pending> {
    let mut left_out = HashSet::new();
    let mut is_repeat = |line: &Pending| {
        let id = line.event().map(|event| fingerprint(&event.id));
        line.decision == Decision::Send
            && line.entry.lane() == Lane::Revenue
            && id.is_some_and(|id| !seen.insert(id))
    };
    lines
        .into_iter()
        .filter(|line| {
            let segment = &line.entry.segment;
            if !left_out.contains(segment) && (line.decision == Decision::Wait || is_repeat(line)) {
                left_out.insert(segment.clone());
            }
            !left_out.contains(segment)
        })
        .collect()
}
