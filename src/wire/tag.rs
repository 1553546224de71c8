//! The event as the Pinterest Tag takes it: argument lists for `pintrk`. CONTRACT 15.
//!
//! The tag gets the server's finished hashes, because its library normalises less
//! and would otherwise hash something else. Its names and types differ from the
//! API's: numbers are numbers here, and `num_items` is `order_quantity`.

use serde_json::{Map, Number, Value, json};

use crate::event::{ActionSource, Event, EventName, Item, Money};

/// The calls to make, in order: `set` with what is known of the visitor, where
/// anything is, then `track`. Empty where the event has no browser half: apps,
/// offline sales, and names the tag lacks.
pub fn calls(event: &Event) -> Value {
    let (ActionSource::Web, Some(name)) = (event.action_source, event.name.tag_name()) else {
        return Value::Array(Vec::new());
    };
    let partner = partner_data(event);
    let mut calls = Vec::with_capacity(2);
    if !partner.is_empty() {
        calls.push(json!(["set", partner]));
    }
    calls.push(json!(["track", name, event_data(event)]));
    Value::Array(calls)
}

/// The match keys, and the limit on their use, that the tag sends with every later event.
fn partner_data(event: &Event) -> Map<String, Value> {
    let mut data = Map::new();
    for (key, hashes) in event.user.hashed() {
        // The library takes one value a key, and advertising ids not at all.
        if let (true, Some(hash)) = (key != "hashed_maids", hashes.first()) {
            data.insert(key.to_owned(), hash.as_str().into());
        }
    }
    if event.ldp {
        data.insert("opt_out_type".to_owned(), "LDP".into());
    }
    data
}

fn event_data(event: &Event) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("event_id".to_owned(), event.id.as_str().into());
    amount(&mut data, "value", event.value);
    let currency = event.currency.map(|currency| currency.code());
    text(&mut data, "currency", currency);
    text(&mut data, "order_id", event.order_id.as_deref());
    if !event.items.lines.is_empty() {
        data.insert("order_quantity".to_owned(), event.items.count.into());
    }
    text(&mut data, "promo_code", event.coupon.as_deref());
    text(&mut data, "search_query", event.search_string.as_deref());
    text(&mut data, "lead_type", event.lead_type.as_deref());
    text(&mut data, "video_title", event.video_title.as_deref());
    text(&mut data, "property", event.property.as_deref());
    let lines = line_items(event);
    if !lines.is_empty() {
        data.insert("line_items".to_owned(), Value::Array(lines));
    }
    data
}

/// The lines; for a category page without any, the one line that names the category.
fn line_items(event: &Event) -> Vec<Value> {
    let lines = &event.items.lines;
    match &event.content_category {
        Some(category) if lines.is_empty() && event.name == EventName::ViewCategory => {
            vec![json!({"product_category": category})]
        }
        _ => lines.iter().map(line_item).collect(),
    }
}

fn line_item(item: &Item) -> Value {
    let mut line = Map::new();
    text(&mut line, "product_id", item.id.as_deref());
    text(&mut line, "product_name", item.name.as_deref());
    text(&mut line, "product_category", item.category.as_deref());
    text(&mut line, "product_brand", item.brand.as_deref());
    text(&mut line, "product_variant", item.variant.as_deref());
    amount(&mut line, "product_price", item.price);
    if let Some(quantity) = item.quantity {
        line.insert("product_quantity".to_owned(), quantity.into());
    }
    Value::Object(line)
}

fn text(map: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value.into());
    }
}

/// A number, whole where the amount is: 20, not 20.0.
fn amount(map: &mut Map<String, Value>, key: &str, value: Option<Money>) {
    let Some(float) = value.map(|amount| amount.to_f64()) else {
        return;
    };
    let number = if float.fract() == 0.0 {
        // Amounts stay below 10^15, which an i64 and a float both hold exactly.
        Some(Number::from(float as i64))
    } else {
        Number::from_f64(float)
    };
    if let Some(number) = number {
        map.insert(key.to_owned(), Value::Number(number));
    }
}
