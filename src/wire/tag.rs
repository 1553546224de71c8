//! The event as the Pinterest Tag takes it: argument lists for `pintrk`.
//! docs/wire-contract.md#tag.
//!
//! The tag gets the server's finished hashes, because its library normalises less
//! and would otherwise hash something else. Its names and types differ from the
//! API's: numbers are numbers here, and `num_items` is `order_quantity`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::event::{ActionSource, Event, EventName, Item, Money};

type Fields<'e> = Vec<(&'static str, Argument<'e>)>;
/// Keys that a call or a line has at most, so that their lists grow once.
const MOST_KEYS: usize = 12;
const MOST_LINE_KEYS: usize = 7;

/// A part of a call's arguments, borrowed from the event: it is made for each
/// order in a visitor's request, and a tree of owned, hashed values would cost
/// as much as all the rest of a capture.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument<'e> {
    /// A text.
    Text(&'e str),
    /// A count, or an amount without a fraction: 20, not 20.0.
    Whole(i64),
    /// Any other amount.
    Amount(f64),
    /// In order.
    List(Vec<Argument<'e>>),
    /// Named, in order, each name once.
    Fields(Vec<(&'static str, Argument<'e>)>),
}

impl Serialize for Argument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Whole(whole) => serializer.serialize_i64(*whole),
            Self::Amount(amount) => serializer.serialize_f64(*amount),
            Self::List(list) => serializer.collect_seq(list),
            Self::Fields(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// The calls to make, in order: `set` with what is known of the visitor, where
/// anything is, then `track`. Empty where the event has no browser half: apps,
/// offline sales, and names the tag lacks.
pub fn calls(event: &Event) -> Argument<'_> {
    let (ActionSource::Web, Some(name)) = (event.action_source, event.name.tag_name()) else {
        return Argument::List(Vec::new());
    };
    let partner = partner_data(event);
    let mut calls = Vec::with_capacity(2);
    if !partner.is_empty() {
        let set = vec![Argument::Text("set"), Argument::Fields(partner)];
        calls.push(Argument::List(set));
    }
    calls.push(Argument::List(vec![
        Argument::Text("track"),
        Argument::Text(name),
        Argument::Fields(event_data(event)),
    ]));
    Argument::List(calls)
}

/// The match keys, and the limit on their use, that the tag sends with every later event.
fn partner_data(event: &Event) -> Fields<'_> {
    let mut data = Vec::with_capacity(MOST_KEYS);
    for (key, hashes) in event.user.hashed() {
        // The library takes one value a key, and advertising ids not at all.
        if let (true, Some((_, hash))) = (key != "hashed_maids", hashes.first()) {
            data.push((key, Argument::Text(hash.as_str())));
        }
    }
    if event.ldp {
        data.push(("opt_out_type", Argument::Text("LDP")));
    }
    data
}

fn event_data(event: &Event) -> Fields<'_> {
    let mut data = Vec::with_capacity(MOST_KEYS);
    data.push(("event_id", Argument::Text(event.id())));
    amount(&mut data, "value", event.value);
    let currency = event.currency.map(|currency| currency.code());
    text(&mut data, "currency", currency);
    text(&mut data, "order_id", event.text(event.order_id));
    if !event.items.lines.is_empty() {
        data.push(("order_quantity", Argument::Whole(event.items.count)));
    }
    text(&mut data, "promo_code", event.text(event.coupon));
    text(&mut data, "search_query", event.text(event.search_string));
    text(&mut data, "lead_type", event.text(event.lead_type));
    text(&mut data, "video_title", event.text(event.video_title));
    text(&mut data, "property", event.text(event.property));
    let lines = line_items(event);
    if !lines.is_empty() {
        data.push(("line_items", Argument::List(lines)));
    }
    data
}

/// The lines; for a category page without any, the one line that names the category.
fn line_items(event: &Event) -> Vec<Argument<'_>> {
    let lines = &event.items.lines;
    match event.text(event.content_category) {
        Some(category) if lines.is_empty() && event.name == EventName::ViewCategory => {
            let fields = vec![("product_category", Argument::Text(category))];
            vec![Argument::Fields(fields)]
        }
        _ => lines.iter().map(|item| line_item(event, item)).collect(),
    }
}

fn line_item<'e>(event: &'e Event, item: &Item) -> Argument<'e> {
    let mut line = Vec::with_capacity(MOST_LINE_KEYS);
    text(&mut line, "product_id", event.text(item.id));
    text(&mut line, "product_name", event.text(item.name));
    text(&mut line, "product_category", event.text(item.category));
    text(&mut line, "product_brand", event.text(item.brand));
    text(&mut line, "product_variant", event.text(item.variant));
    amount(&mut line, "product_price", item.price);
    if let Some(quantity) = item.quantity {
        line.push(("product_quantity", Argument::Whole(quantity)));
    }
    Argument::Fields(line)
}

fn text<'e>(fields: &mut Fields<'e>, key: &'static str, value: Option<&'e str>) {
    if let Some(value) = value {
        fields.push((key, Argument::Text(value)));
    }
}

fn amount(fields: &mut Fields<'_>, key: &'static str, value: Option<Money>) {
    let Some(float) = value.map(|amount| amount.to_f64()) else {
        return;
    };
    fields.push((
        key,
        if float.fract() == 0.0 {
            // Amounts stay below 10^15, which an i64 and a float both hold exactly.
            Argument::Whole(float as i64)
        } else {
            Argument::Amount(float)
        },
    ));
}
