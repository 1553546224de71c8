//! The event as the Conversions API takes it: one element of `data`.
//! docs/wire-contract.md#event-object, #user-data, #custom-data.
//!
//! Pinterest refuses a whole request for one unknown key or one wrong type, so
//! the shape is written out here field by field, amounts as strings, counts as
//! integers, and what is absent is left out rather than null.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::event::{Event, Item, Items, Money, UserData};

/// One API event object as compact JSON, the same bytes for the same event.
///
/// # Errors
/// None is known: these types hold strings, integers and maps of them. But an event that could
/// not be written is never an empty one.
pub fn render(event: &Event) -> serde_json::Result<String> {
    json(&Api(event))
}

fn json(value: &impl Serialize) -> serde_json::Result<String> {
    /// Of an order of a few lines.
    const USUAL: usize = 2_048;
    let mut json = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut json, value)?;
    String::from_utf8(json).map_err(serde::ser::Error::custom)
}

struct Api<'a>(&'a Event);

impl Serialize for Api<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event_name", event.name.api_name())?;
        map.serialize_entry("action_source", event.action_source.api_name())?;
        map.serialize_entry("event_time", &event.time)?;
        map.serialize_entry("event_id", &event.id)?;
        text(&mut map, "event_source_url", &event.source_url)?;
        if let Some(opt_out) = event.opt_out {
            map.serialize_entry("opt_out", &opt_out)?;
        }
        text(&mut map, "partner_name", &event.partner_name)?;
        text(&mut map, "language", &event.language)?;
        map.serialize_entry("user_data", &User(&event.user))?;
        if has_custom_data(event) {
            map.serialize_entry("custom_data", &Custom(event))?;
        }
        map.end()
    }
}

struct User<'a>(&'a UserData);

impl Serialize for User<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, hashes) in self.0.hashed() {
            if !hashes.is_empty() {
                map.serialize_entry(key, hashes)?;
            }
        }
        for (key, value) in self.0.plain() {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }
}

struct Custom<'a>(&'a Event);

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

impl Serialize for Custom<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Some(currency) = event.currency {
            map.serialize_entry("currency", currency.code())?;
        }
        amount(&mut map, "value", &event.value)?;
        text(&mut map, "order_id", &event.order_id)?;
        items(&mut map, &event.items)?;
        text(&mut map, "search_string", &event.search_string)?;
        text(&mut map, "content_name", &event.content_name)?;
        text(&mut map, "content_category", &event.content_category)?;
        text(&mut map, "content_brand", &event.content_brand)?;
        amount(&mut map, "predicted_ltv", &event.predicted_ltv)?;
        if event.ldp {
            map.serialize_entry("opt_out_type", "LDP")?;
        }
        map.end()
    }
}

fn items<M: SerializeMap>(map: &mut M, items: &Items) -> Result<(), M::Error> {
    if items.lines.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<&str> = Vec::with_capacity(items.lines.len());
    for id in items.lines.iter().filter_map(|item| item.id.as_deref()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if !ids.is_empty() {
        map.serialize_entry("content_ids", &ids)?;
    }
    map.serialize_entry("contents", &Contents(&items.lines))?;
    map.serialize_entry("num_items", &items.count)
}

struct Contents<'a>(&'a [Item]);

impl Serialize for Contents<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Line))
    }
}

struct Line<'a>(&'a Item);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let item = self.0;
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "id", &item.id)?;
        text(&mut map, "item_name", &item.name)?;
        text(&mut map, "item_category", &item.category)?;
        text(&mut map, "item_brand", &item.brand)?;
        amount(&mut map, "item_price", &item.price)?;
        if let Some(quantity) = item.quantity {
            map.serialize_entry("quantity", &quantity)?;
        }
        map.end()
    }
}

fn text<M: SerializeMap>(map: &mut M, key: &str, value: &Option<String>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(key, value),
        None => Ok(()),
    }
}

fn amount<M: SerializeMap>(map: &mut M, key: &str, value: &Option<Money>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(key, value),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_an_error_and_no_empty_text() {
        struct Broken;
        impl Serialize for Broken {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("event_name", "checkout")?;
                Err(serde::ser::Error::custom("on purpose"))
            }
        }
        assert!(json(&Broken).is_err());
    }
}
