//! A batch on its way through calls.

use std::collections::HashSet;

use crate::spool::{Entry, Event, Lane, SegmentName, fingerprint};

use super::books::Slot;

/// The lines of a batch, and what stands against some of them.
pub struct Batch {
    /// Its lines.
    pub slots: Vec<Slot>,
    /// Indices of the slots to be sent; so is every part of a batch.
    pub send: Vec<usize>,
    /// The refusals not yet believed.
    pub held: Vec<Held>,
}

/// A lone refusal.
pub struct Held {
    /// Which of the slots it stands against.
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
    /// Takes the lines whose turn it is.
    pub fn new(slots: impl Iterator<Item = Slot>) -> Self {
        let slots = in_turn(slots);
        let send = (0..slots.len())
            .filter(|index| slots[*index].is_to_be_sent())
            .collect();
        Self {
            slots,
            send,
            held: Vec::new(),
        }
    }

    /// Notes a lone refusal of the event of a slot.
    pub fn hold(&mut self, index: usize, message: String) {
        let entry = &self.slots[index].entry;
        self.held.push(Held {
            index,
            message,
            segment: entry.segment.clone(),
            end: entry.end,
        });
    }

    /// The request for a part: the bytes of the records, unchanged, so that a
    /// repeated call says exactly the same.
    pub fn body(&self, part: &[usize]) -> Vec<u8> {
        let events = || self.events(part).map(|event| event.event.get());
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
        self.slots.iter().any(|slot| {
            slot.entry.lane() == Lane::Revenue
                && slot
                    .event()
                    .is_some_and(|event| now.saturating_sub(event.time) < 3_600)
        })
    }

    fn events(&self, part: &[usize]) -> impl Iterator<Item = &Event> {
        part.iter().filter_map(|index| self.slots[*index].event())
    }
}

/// Leaves what must not be sent yet, and all that is behind it in its segment,
/// for a later batch: it could not be settled, and would be sent again.
///
/// That is a line that has to wait, and an order that is in line twice, whose
/// first record is in this batch: by then Pinterest's word on the first one is
/// known. In one call it would get both, and past the first hour it counts both.
fn in_turn(slots: impl Iterator<Item = Slot>) -> Vec<Slot> {
    let (mut seen, mut left_out) = (HashSet::new(), HashSet::new());
    let mut is_repeat = |slot: &Slot| {
        let id = slot.event().map(|event| fingerprint(&event.id));
        slot.is_to_be_sent()
            && slot.entry.lane() == Lane::Revenue
            && id.is_some_and(|id| !seen.insert(id))
    };
    slots
        .filter(|slot| {
            let segment = &slot.entry.segment;
            if !left_out.contains(segment) && (slot.is_waiting() || is_repeat(slot)) {
                left_out.insert(segment.clone());
            }
            !left_out.contains(segment)
        })
        .collect()
}
