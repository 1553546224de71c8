//! What happened, to whom, and what was bought: validate, normalise, hash.
//!
//! Pure: the clock and fresh ids are passed in, nothing is read or written. This
//! module knows neither how an event is rendered nor where it goes.
//!
//! Two severities run through it. A *structural* fault (unknown key, wrong type,
//! name, time, money, no sufficient match key) refuses the event, and
//! all of them are reported together. Anything a visitor may have mistyped is
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
mod text;
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
use text::{Text, Texts};

/// An event's size at most, in bytes of its JSON. Pinterest states no limit; this
/// keeps a batch sendable and the spool's records small.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

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
    texts: Texts,
    pub(crate) name: EventName,
    pub(crate) id: Text,
    pub(crate) time: i64,
    pub(crate) action_source: ActionSource,
    pub(crate) source_url: Option<Text>,
    pub(crate) language: Option<&'static str>,
    pub(crate) partner_name: Option<Text>,
    pub(crate) opt_out: Option<bool>,
    pub(crate) ldp: bool,
    pub(crate) late_ok: bool,
    pub(crate) user: UserData,
    pub(crate) order_id: Option<Text>,
    pub(crate) currency: Option<Currency>,
    pub(crate) value: Option<Money>,
    pub(crate) coupon: Option<Text>,
    pub(crate) predicted_ltv: Option<Money>,
    pub(crate) items: Items,
    pub(crate) search_string: Option<Text>,
    pub(crate) content_name: Option<Text>,
    pub(crate) content_category: Option<Text>,
    pub(crate) content_brand: Option<Text>,
    pub(crate) lead_type: Option<Text>,
    pub(crate) video_title: Option<Text>,
    pub(crate) property: Option<Text>,
}

impl Event {
    /// The id both halves carry (docs/wire-contract.md#deduplication).
    pub fn id(&self) -> &str {
        self.texts.get(self.id)
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

    /// A text of this event.
    pub(crate) fn text(&self, text: Option<Text>) -> Option<&str> {
        text.map(|text| self.texts.get(text))
    }

    /// About as many bytes as its JSON has, and not fewer where nothing is escaped.
    pub(crate) fn json_len(&self) -> usize {
        self.frame_len() + 2 * self.texts.len()
    }

    /// An upper bound of what its JSON has beside texts.
    fn frame_len(&self) -> usize {
        /// Names, braces and numbers of the event itself, all present.
        const EVENT: usize = 1_024;
        /// The same of one line.
        const LINE: usize = 192;
        let hashes = self.user.hash_count() * (Hash::DIGITS + 3);
        EVENT + LINE * self.items.lines.len() + hashes
    }

    /// Whether its size as JSON may exceed [`MAX_EVENT_BYTES`].
    fn is_too_large(&self) -> bool {
        /// No text stands in it more than twice, and no byte of it becomes more.
        const MOST_PER_BYTE: usize = 2 * 6;
        // Nearly all events are far below the limit, and need not be looked
        // through for characters that JSON escapes.
        let bound = 2 * self.frame_len() + MOST_PER_BYTE * self.texts.len();
        bound > MAX_EVENT_BYTES && self.frame_len() + self.escaped_texts_len() > MAX_EVENT_BYTES
    }

    /// What its texts add to its JSON.
    fn escaped_texts_len(&self) -> usize {
        let len = |text: Option<Text>| self.text(text).map_or(0, |text| 3 + escaped_len(text));
        let user = self.user.plain().map(|(_, text)| len(text));
        let own = [
            Some(self.id),
            self.source_url,
            self.partner_name,
            self.order_id,
            self.coupon,
            self.search_string,
            self.content_name,
            self.content_category,
            self.content_brand,
            self.lead_type,
            self.video_title,
            self.property,
        ];
        // An item's id twice: it stands in content_ids as well.
        let line = |item: &Item| {
            2 * len(item.id)
                + len(item.name)
                + len(item.category)
                + len(item.brand)
                + len(item.variant)
        };
        user.into_iter().sum::<usize>()
            + own.into_iter().map(len).sum::<usize>()
            + self.items.lines.iter().map(line).sum::<usize>()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name)
            .field("id", &self.id())
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
