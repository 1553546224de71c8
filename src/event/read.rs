//! From the caller's array to an [`Event`]: which keys there are, in which order
//! they are read, and the rules of the event's own fields. The rules of match
//! keys and items have modules of their own.

use super::currency::Currency;
use super::fault::{Findings, Path};
use super::fields::{self, Integers};
use super::money::Money;
use super::name::{ActionSource, EventName};
use super::raw::Raw;
use super::time::{self, When};
use super::{Event, MOST_BYTES, Moment, hash, items, language, user};

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

/// The event, as far as its name and time can be read. Faults may stand beside it.
pub(super) fn event(raw: &Raw, moment: &Moment<'_>, found: &mut Findings) -> Option<Event> {
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
    let minor_units = match currency {
        Given::Listed(currency) => currency.minor_units,
        Given::Unlisted | Given::Nothing => 2,
    };
    let value = amount(value, minor_units, top.field("value"), found);
    let ltv = amount(
        predicted_ltv,
        minor_units,
        top.field("predicted_ltv"),
        found,
    );
    let items = items::read(items, minor_units, top.field("items"), found);
    let (currency, value, ltv, items) = match currency {
        Given::Unlisted => (None, None, None, items.without_prices()),
        Given::Listed(currency) => (Some(currency), value, ltv, items),
        Given::Nothing => (None, value, ltv, items),
    };
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
    if event.is_too_large() {
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

/// What the caller says of the currency.
#[derive(Clone, Copy)]
enum Given {
    Nothing,
    Listed(Currency),
    /// Shops sell in money that ISO 4217 does not list, or not any more: Jersey
    /// pounds, the old Belarusian rouble, points. An amount without its currency
    /// would be taken for one in the ad account's, so none is sent; the sale is.
    Unlisted,
}

fn currency_of(raw: Option<&Raw>, found: &mut Findings) -> Given {
    let at = Path::Root.field("currency");
    let Some(text) = fields::structural(raw, Integers::Refused, at, found) else {
        return Given::Nothing;
    };
    if text.trim().is_empty() {
        return Given::Nothing;
    }
    match Currency::parse(text.trim()) {
        Some(currency) => Given::Listed(currency),
        None => {
            found.warn(at, "not a currency of ISO 4217: sent without amounts");
            Given::Unlisted
        }
    }
}

/// An amount above zero; Pinterest takes no other
/// (docs/wire-contract.md#custom-data).
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

/// Two letters, from a locale such as `en_US`, `pt-BR` or `roh`.
/// docs/wire-contract.md#event-object.
fn language_of(raw: Option<&Raw>, found: &mut Findings) -> Option<String> {
    let at = Path::Root.field("language");
    let text = fields::readable(raw?, Integers::Refused, at, found)?;
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let code = language::code(text);
    if code.is_none() {
        found.left_out(at, "not a language of ISO 639-1");
    }
    code.map(str::to_owned)
}

/// `direct`, or `ss-` and the partner's name in lower case.
/// docs/wire-contract.md#event-object.
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
