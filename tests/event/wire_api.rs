//! The Conversions API body: exact keys, types and order, and a set of bodies on
//! disk for whoever validates them against Pinterest's own description.

use std::fs;
use std::path::Path;

use crate::events::strict::check_api_event;
use crate::events::{NOW, body, full_order, least_user, prepared, sha256};
use pinrelay::event::EventName;
use pinrelay::wire;
use serde_json::{Value, json};

#[test]
fn a_full_order_renders_every_field_in_its_place() {
    let expected = json!({
        "event_name": "checkout",
        "action_source": "web",
        "event_time": NOW - 60,
        "event_id": "order-1001",
        "event_source_url": "https://shop.example/checkout/order-received/?epik=dj0y",
        "opt_out": false,
        "partner_name": "direct",
        "language": "en",
        "user_data": {
            "em": [sha256("john.doe@example.com"), sha256("second@example.com")],
            "ph": [sha256("14155550132")],
            "fn": [sha256("john")],
            "ln": [sha256("müller")],
            "ge": [sha256("f")],
            "db": [sha256("19900131")],
            "ct": [sha256("newyork")],
            "st": [sha256("ca")],
            "zp": [sha256("94105")],
            "country": [sha256("us")],
            "external_id": [sha256("77")],
            "hashed_maids": [sha256("38400000-8cf0-11bd-b23e-10b96e40000d")],
            "client_ip_address": "216.3.128.12",
            "client_user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            "click_id": "dj0yJnU9b2JDcFFHekV4SHJN",
            "partner_id": "BUJrTlRRzGJmWhRXFZdkioV6",
        },
        "custom_data": {
            "currency": "USD",
            "value": "72.39",
            "order_id": "1001",
            "content_ids": ["11", "sku-2"],
            "contents": [
                {"id": "11", "item_name": "Shirt </script>", "item_category": "Clothing",
                 "item_brand": "Acme", "item_price": "14.99", "quantity": 3},
                {"id": "sku-2", "item_name": "Trousers", "item_price": "27.42", "quantity": 1},
            ],
            "num_items": 4,
            "search_string": "shirt",
            "content_name": "Order",
            "content_category": "Clothing",
            "content_brand": "Acme",
            "predicted_ltv": "2794.82",
            "opt_out_type": "LDP",
        },
    });
    let event = prepared(&full_order()).event;
    // As text: the order of keys is part of "the same bytes".
    assert_eq!(wire::api::render(&event), expected.to_string());
    check_api_event(&expected);
}

#[test]
fn the_least_event_has_no_key_but_the_required() {
    let event = json!({"event_name": "page_visit", "event_id": "1", "user": least_user()});
    let expected = json!({
        "event_name": "page_visit",
        "action_source": "web",
        "event_time": NOW,
        "event_id": "1",
        "user_data": {"em": [sha256("john.doe@example.com")]},
    });
    assert_eq!(body(&prepared(&event).event), expected);
}

#[test]
fn what_only_the_tag_knows_stays_out_of_the_body() {
    let event = json!({"event_name": "lead", "event_id": "1", "user": least_user(),
        "coupon": "A", "lead_type": "B", "video_title": "C", "property": "D"});
    assert_eq!(body(&prepared(&event).event).get("custom_data"), None);
}

/// One request body per case, for validators outside this crate: beside the
/// directory cargo gives integration tests, in `payloads/`.
#[test]
fn bodies_are_left_for_other_validators() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../payloads");
    fs::create_dir_all(&place).unwrap();
    for (case, events) in cases() {
        let rendered: Vec<_> = events
            .iter()
            .map(|event| wire::api::render(&prepared(event).event))
            .collect();
        let body = format!("{{\"data\":[{}]}}", rendered.join(","));
        let parsed: Value = serde_json::from_str(&body).unwrap();
        parsed["data"]
            .as_array()
            .unwrap()
            .iter()
            .for_each(check_api_event);
        fs::write(place.join(format!("{case}.json")), body).unwrap();
    }
}

fn cases() -> Vec<(String, Vec<Value>)> {
    let user = least_user();
    let browser = json!({"ip": "2001:db8::7", "user_agent": "Mozilla/5.0 \"quoted\" \\ \u{7}"
        .trim_end_matches('\u{7}').trim_end()});
    let hostile = "</script>\"\\ \u{2028} 漢字 🎁 <!-- & '";
    let mut cases: Vec<_> = EventName::ALL
        .into_iter()
        .map(|name| {
            let event = json!({"event_name": name.api_name(), "event_id": "1", "user": user});
            (format!("name-{}", name.api_name()), vec![event])
        })
        .collect();
    let mut add = |case: &str, events: Vec<Value>| cases.push((case.to_owned(), events));
    add("full-order", vec![full_order()]);
    add(
        "browser-pair",
        vec![json!({"event_name": "page_visit", "event_id": "1", "user": browser})],
    );
    add(
        "advertising-id",
        vec![
            json!({"event_name": "app_install", "event_id": "1", "action_source": "app_ios",
            "user": {"hashed_maids": "38400000-8cf0-11bd-b23e-10b96e40000d"}, "opt_out": true}),
        ],
    );
    add(
        "offline",
        vec![
            json!({"event_name": "checkout", "order_id": "7", "action_source": "offline",
            "user": user, "value": 12, "currency": "JPY"}),
        ],
    );
    add(
        "hostile-text",
        vec![
            json!({"event_name": "add_to_cart", "event_id": hostile, "user": user,
            "search_string": hostile, "content_name": hostile,
            "items": [{"id": hostile, "name": hostile, "price": 0.1, "quantity": 2.0}]}),
        ],
    );
    add(
        "left-out",
        vec![
            json!({"event_name": "checkout", "event_id": "1", "value": 0,
            "items": [{"id": "", "price": "-1", "quantity": 1.5}, {}],
            "user": {"email": "a@b.cd", "phone": "n/a", "state": "NSW", "ip": "10.0.0.1"}}),
        ],
    );
    add("batch", vec![full_order(); 20]);
    let lines: Vec<_> = (0..500).map(|id| json!({"id": id, "price": 1})).collect();
    add(
        "many-lines",
        vec![json!({"event_name": "checkout", "event_id": "1", "user": user, "items": lines})],
    );
    cases
}
