//! What a caller gets back for an event.

use crate::event::{Event, Fault, Prepared};
use crate::wire;
use crate::wire::tag::Argument;

/// The event's id, its browser half, and what was left out.
#[derive(Clone, Debug)]
pub struct Receipt {
    event: Event,
    /// What could not be used.
    pub warnings: Vec<Fault>,
}

impl Receipt {
    pub(super) fn new(prepared: Prepared) -> Self {
        Self {
            event: prepared.event,
            warnings: prepared.warnings,
        }
    }

    /// The id that both halves carry.
    pub fn event_id(&self) -> &str {
        self.event.id()
    }

    /// Argument lists for `pintrk()`, in order.
    pub fn tag_calls(&self) -> Argument<'_> {
        wire::tag::calls(&self.event)
    }
}
