//! A strict check of rendered events, written from
//! docs/wire-contract.md#event-object, #user-data, #custom-data, #tag and
//! sharing nothing with the code it checks.

use serde_json::{Map, Value};

/// Panics unless `event` is an API event of exactly the keys and types allowed.
#[track_caller]
pub fn check_api_event(event: &Value) {
    let event = object(event, "event");
    for key in [
        "event_name",
        "action_source",
        "event_time",
        "event_id",
        "user_data",
    ] {
        assert!(event.contains_key(key), "{key} is missing");
    }
    for (key, value) in event {
        match key.as_str() {
            "event_name" | "action_source" | "event_id" | "event_source_url" => text(value, key),
            "event_time" => assert!(value.is_i64(), "{key}"),
            "opt_out" => assert!(value.is_boolean(), "{key}"),
            "partner_name" => {
                let name = value.as_str().expect(key);
                assert!(name == "direct" || name.starts_with("ss-"), "{key}");
            }
            "language" => {
                let code = value.as_str().expect(key);
                assert!(code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase()));
            }
            "user_data" => check_user(object(value, key)),
            "custom_data" => check_custom(object(value, key)),
            other => panic!("unknown key {other}"),
        }
    }
}

fn check_user(user: &Map<String, Value>) {
    for (key, value) in user {
        match key.as_str() {
            "em" | "ph" | "fn" | "ln" | "ge" | "db" | "ct" | "st" | "zp" | "country"
            | "external_id" | "hashed_maids" => {
                let hashes = value.as_array().expect(key);
                assert!(!hashes.is_empty(), "{key} is empty");
                for (index, hash) in hashes.iter().enumerate() {
                    check_hash(hash, key);
                    assert!(!hashes[..index].contains(hash), "{key} holds a hash twice");
                }
            }
            "client_ip_address" | "client_user_agent" | "click_id" | "partner_id" => {
                text(value, key);
            }
            other => panic!("unknown key user_data.{other}"),
        }
    }
    let browser = user.contains_key("client_ip_address") && user.contains_key("client_user_agent");
    let suffices = user.contains_key("em") || user.contains_key("hashed_maids") || browser;
    assert!(suffices, "no sufficient match key");
}

fn check_custom(custom: &Map<String, Value>) {
    assert!(!custom.is_empty(), "custom_data is empty");
    for (key, value) in custom {
        match key.as_str() {
            "value" | "predicted_ltv" => {
                check_decimal(value, key);
                let positive = value
                    .as_str()
                    .expect(key)
                    .bytes()
                    .any(|b| (b'1'..=b'9').contains(&b));
                assert!(positive, "{key} is zero");
            }
            "currency" => {
                let code = value.as_str().expect(key);
                assert!(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()));
            }
            "order_id" | "search_string" | "content_name" | "content_category"
            | "content_brand" => text(value, key),
            "opt_out_type" => assert_eq!(value, "LDP"),
            "num_items" => assert!(value.as_i64().is_some_and(|count| count > 0), "{key}"),
            "content_ids" => {
                for id in value.as_array().expect(key) {
                    text(id, key);
                }
            }
            "contents" => {
                for item in value.as_array().expect(key) {
                    check_item(object(item, key));
                }
            }
            other => panic!("unknown key custom_data.{other}"),
        }
    }
}

fn check_item(item: &Map<String, Value>) {
    for (key, value) in item {
        match key.as_str() {
            "id" | "item_name" | "item_category" | "item_brand" => text(value, key),
            "item_price" => check_decimal(value, key),
            "quantity" => assert!(value.as_i64().is_some_and(|units| units > 0), "{key}"),
            other => panic!("unknown key contents[].{other}"),
        }
    }
}

/// Panics unless `calls` are calls the tag library understands.
#[track_caller]
pub fn check_tag_calls(calls: &Value) {
    for call in calls.as_array().expect("a list of calls") {
        let call = call.as_array().expect("an argument list");
        match (call[0].as_str(), call.len()) {
            (Some("set"), 2) => check_partner(object(&call[1], "set")),
            (Some("track"), 3) => {
                let name = call[1].as_str().expect("a name");
                assert!(name.bytes().all(|b| b.is_ascii_lowercase()), "{name}");
                check_event_data(object(&call[2], "track"));
            }
            other => panic!("unknown call {other:?}"),
        }
    }
}

fn check_partner(partner: &Map<String, Value>) {
    assert!(!partner.is_empty());
    for (key, value) in partner {
        match key.as_str() {
            "em" | "ph" | "fn" | "ln" | "ge" | "db" | "ct" | "st" | "zp" | "country"
            | "external_id" => check_hash(value, key),
            "opt_out_type" => assert_eq!(value, "LDP"),
            other => panic!("unknown key set.{other}"),
        }
    }
}

fn check_event_data(data: &Map<String, Value>) {
    assert!(data.contains_key("event_id"));
    for (key, value) in data {
        match key.as_str() {
            "event_id" | "currency" | "order_id" | "promo_code" | "search_query" | "lead_type"
            | "video_title" | "property" => text(value, key),
            "value" => assert!(value.is_number(), "{key}"),
            "order_quantity" => assert!(value.is_i64(), "{key}"),
            "line_items" => {
                for line in value.as_array().expect(key) {
                    for (key, value) in object(line, "line") {
                        match key.as_str() {
                            "product_id" | "product_name" | "product_category"
                            | "product_brand" | "product_variant" => text(value, key),
                            "product_price" => assert!(value.is_number(), "{key}"),
                            "product_quantity" => assert!(value.is_i64(), "{key}"),
                            other => panic!("unknown key line_items[].{other}"),
                        }
                    }
                }
            }
            other => panic!("unknown key track.{other}"),
        }
    }
}

fn object<'a>(value: &'a Value, key: &str) -> &'a Map<String, Value> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("{key} is no object"))
}

fn text(value: &Value, key: &str) {
    assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{key}");
}

fn check_hash(value: &Value, key: &str) {
    let hash = value.as_str().expect(key);
    let hex = hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    assert!(hash.len() == 64 && hex, "{key} is no SHA-256");
}

fn check_decimal(value: &Value, key: &str) {
    let amount = value
        .as_str()
        .unwrap_or_else(|| panic!("{key} is no string"));
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    assert!(
        digits(whole) && digits(fraction),
        "{key} is no plain decimal: {amount}"
    );
}
