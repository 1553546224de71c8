//! From the caller's array to an [`Event`]: which keys there are, in which order
//! they are read, and the rules of the event's own fields. The rules of match
//! keys and items have modules of their own.
//!
//! It does not know how an event is written or sent.

use std::borrow::Cow;

use super::currency::Currency;
use super::fault::{Findings, Path};
use super::fields::{self, Field, Integers, fields};
use super::money::Money;
use super::name::{ActionSource, EventName};
use super::raw::Raw;
use super::text::Texts;
use super::time::{self, When};
use super::{Event, MAX_EVENT_BYTES, Moment, hash, items, language, user};

/// Longest event id and order id, in characters.
const LONGEST_ID: usize = 256;
/// Longest descriptive text, in characters.
const LONGEST_TEXT: usize = 1_000;
/// Longest page address, in characters: what browsers and servers agree on.
const LONGEST_URL: usize = 8_192;

/// Bytes that the texts of nearly all orders fit into.
const USUAL_TEXTS: usize = 1_000;

fields! {
    /// An event as the caller gave it.
    Given {
        event_name,
        event_id,
        event_time,
        action_source,
        event_source_url,
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
    }
}

/// The event, as far as its name and time can be read. Faults may stand beside it.
pub(super) fn event(raw: &Raw, moment: &Moment<'_>, found: &mut Findings) -> Option<Event> {
    if !matches!(raw, Raw::Map(_)) {
        let message = format!("must be an array of named fields, not {}", raw.kind());
        found.fault(Path::Root.field("event"), message);
        return None;
    }
    let given = Given::read(raw, &Path::Root, found);
    let mut texts = Texts::with_capacity(USUAL_TEXTS);

    let name = event_name(given.event_name, found);
    let time = event_time(given.event_time, moment.now, found);
    let source = action_source(given.action_source, found);
    let id = fields::id(given.event_id, LONGEST_ID, found);
    let order_id = fields::id(given.order_id, LONGEST_ID, found);
    let currency = currency_of(given.currency, found);
    let minor_units = match currency {
        Stated::Listed(currency) => currency.minor_units,
        Stated::Unlisted | Stated::Nothing => 2,
    };
    let value = amount(given.value, minor_units, found);
    let ltv = amount(given.predicted_ltv, minor_units, found);
    let items = items::read(given.items, minor_units, &mut texts, found);
    let (currency, value, predicted_ltv, items) = match currency {
        Stated::Unlisted => (None, None, None, items.without_prices()),
        Stated::Listed(currency) => (Some(currency), value, ltv, items),
        Stated::Nothing => (None, value, ltv, items),
    };
    let user = user::read(given.user, moment.now, &mut texts, found);
    let ldp = fields::flag(given.ldp, found).unwrap_or(false);
    if ldp && !(user.has("st") && user.has("country")) {
        // Not a fault: the flag can only protect, and the order is real.
        let message = "Pinterest applies it only together with a usable state and country";
        found.warn(given.ldp.at(), message);
    }
    let mut text = |field, integers| {
        let text = fields::descriptive(field, integers, LONGEST_TEXT, found)?;
        Some(texts.keep(&text))
    };
    let search_string = text(given.search_string, Integers::Refused);
    let content_name = text(given.content_name, Integers::Refused);
    let content_category = text(given.content_category, Integers::Refused);
    let content_brand = text(given.content_brand, Integers::Refused);
    let lead_type = text(given.lead_type, Integers::Refused);
    let video_title = text(given.video_title, Integers::Refused);
    let property = text(given.property, Integers::Refused);
    let coupon = text(given.coupon, Integers::AsText);
    let source_url = source_url(given.event_source_url, found).map(|url| texts.keep(&url));
    let language = language_of(given.language, found);
    let partner_name = partner(given.partner_name, found).map(|name| texts.keep(&name));
    let opt_out = fields::flag(given.opt_out, found);
    let late_ok = fields::flag(given.late_ok, found).unwrap_or(false);

    let (name, action_source) = (name?, source?);
    let app_only = matches!(name, EventName::AppInstall | EventName::AppOpen);
    if app_only
        && !matches!(
            action_source,
            ActionSource::AppAndroid | ActionSource::AppIos
        )
    {
        found.warn(given.action_source.at(), "this event is one of apps alone");
    }
    let time = time?;
    let id = match id {
        Some(id) => texts.keep(&id),
        None => texts.keep(&own_id(name, order_id.as_deref(), moment)),
    };
    let order_id = order_id.map(|id| texts.keep(&id));
    let event = Event {
        texts,
        name,
        id,
        time,
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
        predicted_ltv,
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
            Path::Root.field("event"),
            format!("is larger than {MAX_EVENT_BYTES} bytes"),
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

fn event_name(field: Field<'_>, found: &mut Findings) -> Option<EventName> {
    if field.value().is_none() {
        found.fault(field.at(), "is required");
    }
    let text = fields::structural(field, Integers::Refused, found)?;
    let name = EventName::parse(&text);
    if name.is_none() {
        found.fault(
            field.at(),
            "not an event name of Pinterest's API, such as add_to_cart or checkout",
        );
    }
    name
}

fn event_time(field: Field<'_>, now: i64, found: &mut Findings) -> Option<i64> {
    let at = field.at();
    let given = match field.value() {
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

fn action_source(field: Field<'_>, found: &mut Findings) -> Option<ActionSource> {
    if field.value().is_none() {
        return Some(ActionSource::Web);
    }
    let text = fields::structural(field, Integers::Refused, found)?;
    let source = ActionSource::parse(&text);
    if source.is_none() {
        found.fault(field.at(), "must be web, offline, app_android or app_ios");
    }
    source
}

/// What the caller says of the currency.
#[derive(Clone, Copy)]
enum Stated {
    Nothing,
    Listed(Currency),
    /// Shops sell in money that ISO 4217 does not list, or not any more: Jersey
    /// pounds, the old Belarusian rouble, points. An amount without its currency
    /// would be taken for one in the ad account's, so none is sent; the sale is.
    Unlisted,
}

fn currency_of(field: Field<'_>, found: &mut Findings) -> Stated {
    let Some(text) = fields::structural(field, Integers::Refused, found) else {
        return Stated::Nothing;
    };
    if text.trim().is_empty() {
        return Stated::Nothing;
    }
    match Currency::parse(text.trim()) {
        Some(currency) => Stated::Listed(currency),
        None => {
            found.warn(
                field.at(),
                "not a currency of ISO 4217: sent without amounts",
            );
            Stated::Unlisted
        }
    }
}

/// An amount above zero; Pinterest takes no other
/// (docs/wire-contract.md#custom-data).
fn amount(field: Field<'_>, minor_units: u32, found: &mut Findings) -> Option<Money> {
    match Money::read(field.value()?, minor_units) {
        Ok(amount) if amount.is_positive() => Some(amount),
        Ok(_) => {
            found.left_out(field.at(), "not above zero");
            None
        }
        Err(rule) => {
            found.fault(field.at(), rule);
            None
        }
    }
}

/// The page's address. It only describes, so what is no address is left out.
fn source_url<'r>(field: Field<'r>, found: &mut Findings) -> Option<Cow<'r, str>> {
    let url = fields::descriptive(field, Integers::Refused, LONGEST_URL, found)?;
    let scheme = |scheme: &str| {
        let start = url.get(..scheme.len())?;
        let rest = url.get(scheme.len()..)?;
        let host = rest.chars().next()?;
        (start.eq_ignore_ascii_case(scheme) && !matches!(host, '/' | '?' | '#')).then_some(())
    };
    let spaced = url.chars().any(char::is_whitespace);
    if spaced || (scheme("https://").is_none() && scheme("http://").is_none()) {
        found.left_out(field.at(), "not an http or https address");
        return None;
    }
    Some(url)
}

/// Two letters, from a locale such as `en_US`, `pt-BR` or `roh`.
/// docs/wire-contract.md#event-object.
fn language_of(field: Field<'_>, found: &mut Findings) -> Option<&'static str> {
    let text = fields::readable(field.value()?, Integers::Refused, field.at(), found)?;
    if text.is_empty() {
        return None;
    }
    let code = language::code(&text);
    if code.is_none() {
        found.left_out(field.at(), "not a language of ISO 639-1");
    }
    code
}

/// `direct`, or `ss-` and the partner's name in lower case.
/// docs/wire-contract.md#event-object.
fn partner<'r>(field: Field<'r>, found: &mut Findings) -> Option<Cow<'r, str>> {
    let text = fields::structural(field, Integers::Refused, found)?;
    let named = |name: &str| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        !name.is_empty() && name.len() <= 64 && name.bytes().all(allowed)
    };
    if text != "direct" && !text.strip_prefix("ss-").is_some_and(named) {
        found.fault(
            field.at(),
            "must be direct, or ss- and the partner's name in lower case",
        );
        return None;
    }
    Some(text)
}
