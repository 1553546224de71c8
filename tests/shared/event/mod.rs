//! What the tests of `event` and `wire` share: a moment, a buyer, an order, and
//! the way from JSON to a rendered body.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(
    clippy::expect_used,
    reason = "clippy knows only functions marked as tests"
)]

pub mod strict;

use pinrelay::event::{Event, Fault, Moment, Prepared, Raw, prepare};
use pinrelay::wire;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The moment all tests live in: 2026-09-21 13:33:20 UTC.
pub const NOW: i64 = 1_790_000_000;

/// The tag's calls of an event, as JSON.
pub fn tag_calls(event: &Event) -> Value {
    serde_json::to_value(wire::tag::calls(event)).expect("renders")
}

/// The least user Pinterest takes.
pub fn least_user() -> Value {
    json!({"email": "john.doe@example.com"})
}

/// An order with everything an event can say.
pub fn full_order() -> Value {
    json!({
        "event_name": "checkout",
        "event_id": "order-1001",
        "event_time": NOW - 60,
        "action_source": "web",
        "event_source_url": "https://shop.example/checkout/order-received/?epik=dj0y",
        "language": "en_US",
        "partner_name": "direct",
        "opt_out": false,
        "ldp": true,
        "late_ok": true,
        "user": {
            "email": ["John.Doe@Example.com ", "second@example.com"],
            "phone": "(415) 555-0132",
            "first_name": "John",
            "last_name": "Müller",
            "gender": "f",
            "birthdate": "1990-01-31",
            "city": "New York",
            "state": "CA",
            "postcode": "94105",
            "country": "US",
            "external_id": 77,
            "hashed_maids": "38400000-8cf0-11bd-b23e-10b96e40000d",
            "ip": "216.3.128.12",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            "click_id": "dj0yJnU9b2JDcFFHekV4SHJN",
            "partner_id": "BUJrTlRRzGJmWhRXFZdkioV6"
        },
        "order_id": 1001,
        "currency": "USD",
        "value": "72.39",
        "coupon": "SUMMER",
        "predicted_ltv": "2794.82",
        "items": [
            {"id": 11, "name": "Shirt </script>", "category": "Clothing", "brand": "Acme",
             "variant": "red", "price": "14.99", "quantity": 3},
            {"id": "sku-2", "name": "Trousers", "price": 27.42}
        ],
        "search_string": "shirt",
        "content_name": "Order",
        "content_category": "Clothing",
        "content_brand": "Acme",
        "lead_type": "newsletter",
        "video_title": "How to wear it",
        "property": "main"
    })
}

/// Prepares at [`NOW`], with ids counted from the site's name.
pub fn try_prepare(event: &Value) -> Result<Prepared, Vec<Fault>> {
    prepare_raw(&Raw::from(event))
}

/// The same from untyped input.
pub fn prepare_raw(raw: &Raw) -> Result<Prepared, Vec<Fault>> {
    let moment = Moment {
        site: "shop.example",
        now: NOW,
        fresh_id: &|| "fresh".to_owned(),
    };
    prepare(raw, &moment)
}

/// Prepares what must be valid.
#[track_caller]
pub fn prepared(event: &Value) -> Prepared {
    try_prepare(event).unwrap_or_else(|faults| panic!("not valid: {faults:?}"))
}

/// The rendered API event, parsed back.
pub fn body(event: &Event) -> Value {
    serde_json::from_str(&wire::api::render(event)).expect("rendered JSON")
}

/// The paths of complaints, in order.
pub fn paths(complaints: &[Fault]) -> Vec<&str> {
    complaints.iter().map(|fault| fault.path.as_str()).collect()
}

/// SHA-256 as lower-case hex.
pub fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
