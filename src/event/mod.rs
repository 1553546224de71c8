//! What happened, to whom, and what was bought: validate, normalise, hash.
//!
//! Pure: the clock and fresh ids are passed in, nothing is read or written. This
//! module knows neither how an event is rendered nor where it goes.
//!
//! Two severities run through it. A *structural* fault (unknown key, wrong type,
//! name, time, currency, money, no sufficient match key) refuses the event, and
//! all of them are reported together. Anything a shopper may have mistyped is
//! left out with a warning: a sale is never refused for a typo.

mod currency;
pub(crate) mod fault;
pub(crate) mod fields;
mod hash;
mod items;
mod money;
mod name;
mod person;
mod phone;
mod place;
mod raw;
mod time;
mod user;
mod visitor;

use std::fmt;

pub use currency::Currency;
pub use fault::Fault;
pub use hash::Hash;
pub use items::{Item, Items};
pub use money::Money;
pub use name::{ActionSource, EventName, Lane};
pub use raw::{Key, Raw};
pub use user::UserData;

use fault::{Findings, Path};
use fields::Integers;
use time::When;

/// An event's size at most, in bytes of the text it carries. Pinterest states no
/// limit; this keeps a batch sendable and the spool's records small.
pub const MOST_BYTES: usize = 256 * 1024;

/// Longest event id and order id, in characters.
const LONGEST_ID: usize = 256;
/// Longest descriptive text, in characters.
const LONGEST_TEXT: usize = 1_000;
/// Longest page address, in characters: what browsers and servers agree on.
const LONGEST_URL: usize = 8_192;

const KEYS: [&str; 24] = [
    "event_name",
    "event_id",
    "event_time",
    "action_source",
    "event_source_url",
    "language",
    "partner_name",
    "opt_out",
    "ldp",
    "late_ok",
    "user",
    "order_id",
    "currency",
    "value",
    "coupon",
    "predicted_ltv",
    "items",
    "search_string",
    "content_name",
    "content_category",
    "content_brand",
    "lead_type",
    "video_title",
    "property",
];

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
/// Pinterest takes them in no other way (CONTRACT 4), so it is not printed by `Debug`.
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
    /// The id both halves carry (CONTRACT 12).
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

    /// Which queue it waits in.
    pub fn lane(&self) -> Lane {
        self.name.lane()
    }

    /// An upper bound of its size as JSON, close enough to hold a limit against.
    fn bytes(&self) -> usize {
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

/// A text's length as a JSON string with its quotes.
fn json_len(text: Option<&str>) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.map_or(0, |text| 3 + text.bytes().map(escaped).sum::<usize>())
}

/// Validates, normalises and hashes what a caller gave.
///
/// # Errors
/// Every structural fault, each with its path.
pub fn prepare(raw: &Raw, moment: &Moment<'_>) -> Result<Prepared, Vec<Fault>> {
    let mut found = Findings::default();
    let event = read(raw, moment, &mut found);
    match event {
        Some(event) if found.faults.is_empty() => Ok(Prepared {
            event,
            warnings: found.warnings,
        }),
        _ => Err(found.faults),
    }
}

/// The event, as far as its name and time can be read. Faults may stand beside it.
fn read(raw: &Raw, moment: &Moment<'_>, found: &mut Findings) -> Option<Event> {
    let top = Path::Root;
    if !matches!(raw, Raw::Map(_)) {
        let message = format!("must be an array of named fields, not {}", raw.kind());
        found.fault(top.field("event"), message);
        return None;
    }
    let [
        name,
        id,
        time,
        source,
        url,
        language,
        partner_name,
        opt_out,
        ldp,
        late_ok,
        user,
        order_id,
        currency,
        value,
        coupon,
        predicted_ltv,
        items,
        search_string,
        content_name,
        content_category,
        content_brand,
        lead_type,
        video_title,
        property,
    ] = fields::pick(raw, &KEYS, top, found);

    let name = event_name(name, found);
    let time = event_time(time, moment.now, found);
    let source = action_source(source, found);
    let id = fields::id(id, LONGEST_ID, top.field("event_id"), found);
    let order_id = fields::id(order_id, LONGEST_ID, top.field("order_id"), found);
    let currency = currency_of(currency, found);
    let minor_units = currency.map_or(2, |currency| currency.minor_units);
    let value = amount(value, minor_units, top.field("value"), found);
    let ltv = amount(
        predicted_ltv,
        minor_units,
        top.field("predicted_ltv"),
        found,
    );
    let items = items::read(items, minor_units, top.field("items"), found);
    let user = user::read(user, moment.now, top.field("user"), found);
    let ldp = fields::flag(ldp, top.field("ldp"), found).unwrap_or(false);
    if ldp && (user.st.is_empty() || user.country.is_empty()) {
        // Not a fault: the flag can only protect, and the order is real.
        let message = "Pinterest applies it only together with a usable state and country";
        found.warn(top.field("ldp"), message);
    }
    let mut text = |raw, key| {
        let at = top.field(key);
        fields::descriptive(raw, Integers::Refused, LONGEST_TEXT, at, found)
    };
    let search_string = text(search_string, "search_string");
    let content_name = text(content_name, "content_name");
    let content_category = text(content_category, "content_category");
    let content_brand = text(content_brand, "content_brand");
    let lead_type = text(lead_type, "lead_type");
    let video_title = text(video_title, "video_title");
    let property = text(property, "property");
    let coupon_at = top.field("coupon");
    let coupon = fields::descriptive(coupon, Integers::AsText, LONGEST_TEXT, coupon_at, found);
    let source_url = source_url(url, found);
    let language = language_of(language, found);
    let partner_name = partner(partner_name, found);
    let opt_out = fields::flag(opt_out, top.field("opt_out"), found);
    let late_ok = fields::flag(late_ok, top.field("late_ok"), found).unwrap_or(false);

    let (name, action_source) = (name?, source?);
    let app_only = matches!(name, EventName::AppInstall | EventName::AppOpen);
    if app_only
        && !matches!(
            action_source,
            ActionSource::AppAndroid | ActionSource::AppIos
        )
    {
        found.warn(
            top.field("action_source"),
            "this event is one of apps alone",
        );
    }
    let event = Event {
        id: id.unwrap_or_else(|| own_id(name, order_id.as_deref(), moment)),
        name,
        time: time?,
        action_source,
        source_url,
        language,
        partner_name,
        opt_out,
        ldp,
        late_ok,
        user,
        order_id,
        currency,
        value,
        coupon,
        predicted_ltv: ltv,
        items,
        search_string,
        content_name,
        content_category,
        content_brand,
        lead_type,
        video_title,
        property,
    };
    if event.bytes() > MOST_BYTES {
        found.fault(
            top.field("event"),
            format!("is larger than {MOST_BYTES} bytes"),
        );
    }
    Some(event)
}

/// An order's own id, so that capturing it again repeats the id; else a fresh one.
fn own_id(name: EventName, order_id: Option<&str>, moment: &Moment<'_>) -> String {
    match (name, order_id) {
        (EventName::Checkout, Some(order)) => hash::stable_id([moment.site, order]),
        _ => (moment.fresh_id)(),
    }
}

fn event_name(raw: Option<&Raw>, found: &mut Findings) -> Option<EventName> {
    let at = Path::Root.field("event_name");
    if raw.is_none() {
        found.fault(at, "is required");
    }
    let text = fields::structural(raw, Integers::Refused, at, found)?;
    let name = EventName::parse(&text);
    if name.is_none() {
        found.fault(
            at,
            "not an event name of Pinterest's API, such as add_to_cart or checkout",
        );
    }
    name
}

fn event_time(raw: Option<&Raw>, now: i64, found: &mut Findings) -> Option<i64> {
    let at = Path::Root.field("event_time");
    let given = match raw {
        None => None,
        Some(Raw::Int(seconds)) => Some(*seconds),
        Some(other) => {
            let message = format!("must be an integer of unix seconds, not {}", other.kind());
            found.fault(at, message);
            return None;
        }
    };
    match time::event_time(given, now) {
        Ok(When::At(time)) => Some(time),
        Ok(When::Clamped(time)) => {
            found.warn(at, "in the future: sent as now");
            Some(time)
        }
        Err(rule) => {
            found.fault(at, rule);
            None
        }
    }
}

fn action_source(raw: Option<&Raw>, found: &mut Findings) -> Option<ActionSource> {
    let at = Path::Root.field("action_source");
    if raw.is_none() {
        return Some(ActionSource::Web);
    }
    let text = fields::structural(raw, Integers::Refused, at, found)?;
    let source = ActionSource::parse(&text);
    if source.is_none() {
        found.fault(at, "must be web, offline, app_android or app_ios");
    }
    source
}

fn currency_of(raw: Option<&Raw>, found: &mut Findings) -> Option<Currency> {
    let at = Path::Root.field("currency");
    let text = fields::structural(raw, Integers::Refused, at, found)?;
    let currency = Currency::parse(text.trim());
    if currency.is_none() {
        found.fault(at, "not an ISO 4217 currency code");
    }
    currency
}

/// An amount above zero; Pinterest takes no other (CONTRACT 5).
fn amount(
    raw: Option<&Raw>,
    minor_units: u32,
    at: Path<'_>,
    found: &mut Findings,
) -> Option<Money> {
    match Money::read(raw?, minor_units) {
        Ok(amount) if amount.is_positive() => Some(amount),
        Ok(_) => {
            found.left_out(at, "not above zero");
            None
        }
        Err(rule) => {
            found.fault(at, rule);
            None
        }
    }
}

/// The page's address. It only describes, so what is no address is left out.
fn source_url(raw: Option<&Raw>, found: &mut Findings) -> Option<String> {
    let at = Path::Root.field("event_source_url");
    let url = fields::descriptive(raw, Integers::Refused, LONGEST_URL, at, found)?;
    let scheme = |scheme: &str| {
        let start = url.get(..scheme.len())?;
        let rest = url.get(scheme.len()..)?;
        let host = rest.chars().next()?;
        (start.eq_ignore_ascii_case(scheme) && !matches!(host, '/' | '?' | '#')).then_some(())
    };
    let spaced = url.chars().any(char::is_whitespace);
    if spaced || (scheme("https://").is_none() && scheme("http://").is_none()) {
        found.left_out(at, "not an http or https address");
        return None;
    }
    Some(url)
}

/// Two letters, cut from a locale such as `en_US` or `pt-BR`. CONTRACT 3.
fn language_of(raw: Option<&Raw>, found: &mut Findings) -> Option<String> {
    let at = Path::Root.field("language");
    let text = fields::readable(raw?, Integers::Refused, at, found)?;
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let code = text.split(['_', '-']).next().unwrap_or_default();
    if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_alphabetic()) {
        found.left_out(at, "not a two-letter ISO 639-1 code");
        return None;
    }
    Some(code.to_ascii_lowercase())
}

/// `direct`, or `ss-` and the partner's name in lower case. CONTRACT 3.
fn partner(raw: Option<&Raw>, found: &mut Findings) -> Option<String> {
    let at = Path::Root.field("partner_name");
    let text = fields::structural(raw, Integers::Refused, at, found)?;
    let named = |name: &str| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        !name.is_empty() && name.len() <= 64 && name.bytes().all(allowed)
    };
    if text != "direct" && !text.strip_prefix("ss-").is_some_and(named) {
        found.fault(
            at,
            "must be direct, or ss- and the partner's name in lower case",
        );
        return None;
    }
    Some(text.into_owned())
}
