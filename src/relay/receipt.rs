//! What a caller gets back for an event.

use serde_json::Value;

use crate::event::{Fault, Prepared};
use crate::wire;

/// The event's id, its browser half, and what was left out.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The id that both halves carry.
    pub event_id: String,
    /// Argument lists for `pintrk()`, in order.
    pub tag_calls: Value,
    /// The same, safe inside a `<script>` element.
    pub tag_json: String,
    /// What could not be used.
    pub warnings: Vec<Fault>,
}

impl Receipt {
    pub(super) fn new(prepared: Prepared) -> Self {
        let tag_calls = wire::tag::calls(&prepared.event);
        Self {
            event_id: prepared.event.id().to_owned(),
            tag_json: wire::script::safe_json(&tag_calls),
            tag_calls,
            warnings: prepared.warnings,
        }
    }
}
