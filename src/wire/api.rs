//! The event as the Conversions API takes it: one element of `data`.
//! docs/wire-contract.md#event-object, #user-data, #custom-data.
//!
//! Pinterest refuses a whole request for one unknown key or one wrong type, so
//! the shape is written out here field by field, amounts as strings, counts as
//! integers, and what is absent is left out rather than null.

use crate::event::{Event, Item, Items, Money};
use crate::json::{self, Object};

/// One API event object as compact JSON, the same bytes for the same event.
pub fn render(event: &Event) -> String {
    let mut json = String::with_capacity(event.json_len());
    write(&mut json, event);
    json
}

/// Writes what [`render`] returns at the end of `out`.
pub fn write(out: &mut String, event: &Event) {
    json::object(out, |map| {
        map.text("event_name", event.name.api_name());
        map.text("action_source", event.action_source.api_name());
        map.integer("event_time", event.time);
        map.text("event_id", event.id());
        map.text_if_any("event_source_url", event.text(event.source_url));
        if let Some(opt_out) = event.opt_out {
            map.flag("opt_out", opt_out);
        }
        map.text_if_any("partner_name", event.text(event.partner_name));
        map.text_if_any("language", event.language);
        json::object(map.field("user_data"), |map| user_data(map, event));
        if has_custom_data(event) {
            json::object(map.field("custom_data"), |map| custom_data(map, event));
        }
    });
}

fn user_data(map: &mut Object<'_>, event: &Event) {
    for (name, hashes) in event.user.hashed() {
        json::list(map.field(name), hashes, |out, (_, hash)| {
            json::plain_text(out, hash.as_str());
        });
    }
    for (name, value) in event.user.plain() {
        map.text_if_any(name, event.text(value));
    }
}

fn has_custom_data(event: &Event) -> bool {
    event.ldp
        || event.currency.is_some()
        || event.value.is_some()
        || event.predicted_ltv.is_some()
        || event.order_id.is_some()
        || event.search_string.is_some()
        || event.content_name.is_some()
        || event.content_category.is_some()
        || event.content_brand.is_some()
        || !event.items.lines.is_empty()
}

fn custom_data(map: &mut Object<'_>, event: &Event) {
    map.text_if_any("currency", event.currency.map(|currency| currency.code()));
    amount(map, "value", event.value);
    map.text_if_any("order_id", event.text(event.order_id));
    items(map, event, &event.items);
    map.text_if_any("search_string", event.text(event.search_string));
    map.text_if_any("content_name", event.text(event.content_name));
    map.text_if_any("content_category", event.text(event.content_category));
    map.text_if_any("content_brand", event.text(event.content_brand));
    amount(map, "predicted_ltv", event.predicted_ltv);
    if event.ldp {
        map.text("opt_out_type", "LDP");
    }
}

fn items(map: &mut Object<'_>, event: &Event, items: &Items) {
    if items.lines.is_empty() {
        return;
    }
    let mut ids: Vec<&str> = Vec::with_capacity(items.lines.len());
    for id in items.lines.iter().filter_map(|item| event.text(item.id)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if !ids.is_empty() {
        json::list(map.field("content_ids"), ids, json::text);
    }
    json::list(map.field("contents"), &items.lines, |out, item| {
        json::object(out, |map| line(map, event, item));
    });
    map.integer("num_items", items.count);
}

fn line(map: &mut Object<'_>, event: &Event, item: &Item) {
    map.text_if_any("id", event.text(item.id));
    map.text_if_any("item_name", event.text(item.name));
    map.text_if_any("item_category", event.text(item.category));
    map.text_if_any("item_brand", event.text(item.brand));
    amount(map, "item_price", item.price);
    if let Some(quantity) = item.quantity {
        map.integer("quantity", quantity);
    }
}

/// An amount is a string of digits.
fn amount(map: &mut Object<'_>, name: &str, value: Option<Money>) {
    if let Some(value) = value {
        let out = map.field(name);
        out.push('"');
        value.write(out);
        out.push('"');
    }
}
