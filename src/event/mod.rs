//! What happened, to whom, and what was bought: validate, normalise, hash.
//!
//! Pure: the clock and fresh ids are passed in, nothing is read or written. This
//! module knows neither how an event is rendered nor where it goes.
//!
//! Two severities run through it. A *structural* fault (unknown key, wrong type,
//! name, time, money, no sufficient match key) refuses the event, and
//! all of them are reported together. Anything a shopper may have mistyped is
//! left out with a warning: a sale is never refused for a typo.

mod currency;
pub(crate) mod fault;
pub(crate) mod fields;
mod hash;
mod items;
mod language;
mod money;
mod name;
mod person;
mod phone;
mod place;
mod raw;
mod read;
mod time;
mod user;
mod visitor;

use std::fmt;

pub use fault::Fault;
pub use name::{ActionSource, EventName};
pub use raw::{Key, Raw};

pub(crate) use items::{Item, Items};
pub(crate) use money::Money;
pub(crate) use user::{UserData, external_id};

use currency::Currency;
use fault::Findings;
use hash::Hash;

/// An event's size at most, in bytes of its JSON. Pinterest states no limit; this
/// keeps a batch sendable and the spool's records small.
pub const MOST_BYTES: usize = 256 * 1024;

/// What an event takes from the world around it.
pub struct Moment<'a> {
    /// Which shop this is; part of the ids derived from its orders.
    pub site: &'a str,
    /// Unix seconds.
    pub now: i64,
    /// Makes an id for an event that has none of its own.
    pub fresh_id: &'a dyn Fn() -> String,
}

/// An event ready to be rendered, and what had to be left out of it.
#[derive(Debug)]
pub struct Prepared {
    /// The event.
    pub event: Event,
    /// What was left out or changed. Never holds a value.
    pub warnings: Vec<Fault>,
}

/// A validated event, normalised and hashed: it holds no plain e-mail address,
/// phone number, name or street. IP address and user agent stay plain because
/// Pinterest takes them in no other way (docs/wire-contract.md#user-data), so
/// it is not printed by `Debug`.
#[derive(Clone, PartialEq)]
pub struct Event {
    pub(crate) name: EventName,
    pub(crate) id: String,
    pub(crate) time: i64,
    pub(crate) action_source: ActionSource,
    pub(crate) source_url: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) partner_name: Option<String>,
    pub(crate) opt_out: Option<bool>,
    pub(crate) ldp: bool,
    pub(crate) late_ok: bool,
    pub(crate) user: UserData,
    pub(crate) order_id: Option<String>,
    pub(crate) currency: Option<Currency>,
    pub(crate) value: Option<Money>,
    pub(crate) coupon: Option<String>,
    pub(crate) predicted_ltv: Option<Money>,
    pub(crate) items: Items,
    pub(crate) search_string: Option<String>,
    pub(crate) content_name: Option<String>,
    pub(crate) content_category: Option<String>,
    pub(crate) content_brand: Option<String>,
    pub(crate) lead_type: Option<String>,
    pub(crate) video_title: Option<String>,
    pub(crate) property: Option<String>,
}

impl Event {
    /// The id both halves carry (docs/wire-contract.md#deduplication).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What happened.
    pub fn name(&self) -> EventName {
        self.name
    }

    /// When it happened, in unix seconds, never after the moment it was prepared.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// Whether to deliver it even after the first hour.
    pub fn late_ok(&self) -> bool {
        self.late_ok
    }

    /// Where it happened.
    pub fn action_source(&self) -> ActionSource {
        self.action_source
    }

    /// Whether its size as JSON may exceed [`MOST_BYTES`].
    fn is_too_large(&self) -> bool {
        // Nearly all events are far below the limit, and need not be looked
        // through for characters that JSON escapes.
        self.bytes(|text| 6 * text.len()) > MOST_BYTES && self.bytes(escaped_len) > MOST_BYTES
    }

    /// An upper bound of its size as JSON, close enough to hold a limit against,
    /// if `len` says how long a text is there.
    fn bytes(&self, len: fn(&str) -> usize) -> usize {
        let json_len = |text: Option<&str>| text.map_or(0, |text| 3 + len(text));
        /// Names, braces and numbers of the event itself, all present.
        const FRAME: usize = 1_024;
        /// The same of one line.
        const LINE: usize = 192;
        let hashes: usize = self.user.hashed().iter().map(|(_, list)| list.len()).sum();
        let mut text: usize = self
            .user
            .plain()
            .into_iter()
            .map(|(_, text)| json_len(text))
            .sum();
        text += json_len(Some(&self.id));
        for field in [
            &self.source_url,
            &self.partner_name,
            &self.order_id,
            &self.coupon,
            &self.search_string,
            &self.content_name,
            &self.content_category,
            &self.content_brand,
            &self.lead_type,
            &self.video_title,
            &self.property,
        ] {
            text += json_len(field.as_deref());
        }
        for item in &self.items.lines {
            // Twice: it stands in content_ids as well.
            text += LINE + 2 * json_len(item.id.as_deref());
            for field in [&item.name, &item.category, &item.brand, &item.variant] {
                text += json_len(field.as_deref());
            }
        }
        FRAME + text + hashes * (Hash::DIGITS + 3)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name)
            .field("id", &self.id)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

/// A text's length inside a JSON string.
fn escaped_len(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(escaped).sum()
}

/// Validates, normalises and hashes what a caller gave.
///
/// # Errors
/// Every structural fault, each with its path.
pub fn prepare(raw: &Raw, moment: &Moment<'_>) -> Result<Prepared, Vec<Fault>> {
    let mut found = Findings::default();
    let event = read::event(raw, moment, &mut found);
    match event {
        Some(event) if found.faults.is_empty() => Ok(Prepared {
            event,
            warnings: found.warnings,
        }),
        _ => Err(found.faults),
    }
}
