//! The tag's calls: names, types and order as its library wants them.

use crate::events::strict::check_tag_calls;
use crate::events::{body, full_order, least_user, prepared, sha256, tag_calls};
use pinrelay::event::EventName;
use serde_json::{Value, json};

fn calls(event: &Value) -> Value {
    tag_calls(&prepared(event).event)
}

#[test]
fn a_full_order_sets_the_visitor_and_tracks_the_sale() {
    let expected = json!([
        ["set", {
            "em": sha256("john.doe@example.com"),
            "ph": sha256("14155550132"),
            "fn": sha256("john"),
            "ln": sha256("müller"),
            "ge": sha256("f"),
            "db": sha256("19900131"),
            "ct": sha256("newyork"),
            "st": sha256("ca"),
            "zp": sha256("94105"),
            "country": sha256("us"),
            "external_id": sha256("77"),
            "opt_out_type": "LDP",
        }],
        ["track", "checkout", {
            "event_id": "order-1001",
            "value": 72.39,
            "currency": "USD",
            "order_id": "1001",
            "order_quantity": 4,
            "promo_code": "SUMMER",
            "search_query": "shirt",
            "lead_type": "newsletter",
            "video_title": "How to wear it",
            "property": "main",
            "line_items": [
                {"product_id": "11", "product_name": "Shirt </script>",
                 "product_category": "Clothing", "product_brand": "Acme",
                 "product_variant": "red", "product_price": 14.99, "product_quantity": 3},
                {"product_id": "sku-2", "product_name": "Trousers", "product_price": 27.42,
                 "product_quantity": 1},
            ],
        }],
    ]);
    assert_eq!(calls(&full_order()).to_string(), expected.to_string());
    check_tag_calls(&expected);
}

#[test]
fn a_visitor_nothing_is_known_of_is_not_set() {
    let event = json!({"event_name": "page_visit", "event_id": "1",
        "user": {"ip": "216.3.128.12", "user_agent": "Mozilla/5.0"}});
    assert_eq!(
        calls(&event),
        json!([["track", "pagevisit", {"event_id": "1"}]])
    );
}

#[test]
fn apps_and_offline_sales_have_no_browser_half() {
    for source in ["offline", "app_android", "app_ios"] {
        let event = json!({"event_name": "checkout", "action_source": source,
            "user": least_user()});
        assert_eq!(calls(&event), json!([]), "{source}");
    }
    for name in EventName::ALL {
        let event = json!({"event_name": name.api_name(), "user": least_user()});
        let calls = calls(&event);
        let tracked = calls.as_array().unwrap().last().map(|call| call[1].clone());
        assert_eq!(tracked, name.tag_name().map(Value::from), "{name:?}");
    }
}

#[test]
fn both_halves_carry_the_same_id_and_amounts() {
    let event = prepared(&full_order()).event;
    let (api, tag) = (body(&event), tag_calls(&event));
    let track = &tag[1][2];
    assert_eq!(api["event_id"], track["event_id"]);
    assert_eq!(api["custom_data"]["value"], track["value"].to_string());
    assert_eq!(api["custom_data"]["num_items"], track["order_quantity"]);
    for (line, item) in track["line_items"].as_array().unwrap().iter().enumerate() {
        let content = &api["custom_data"]["contents"][line];
        assert_eq!(content["id"], item["product_id"]);
        assert_eq!(content["item_price"], item["product_price"].to_string());
        assert_eq!(content["quantity"], item["product_quantity"]);
    }
}

#[test]
fn a_whole_amount_is_a_whole_number() {
    for (value, number) in [
        ("20.00", "20"),
        ("20.50", "20.5"),
        ("123456789012.34", "123456789012.34"),
    ] {
        let event = json!({"event_name": "checkout", "user": least_user(), "value": value});
        assert_eq!(calls(&event)[1][2]["value"].to_string(), number);
    }
}

#[test]
fn a_category_page_without_items_names_its_category_in_a_line() {
    let event = json!({"event_name": "view_category", "event_id": "1", "user": least_user(),
        "content_category": "Shirts"});
    assert_eq!(
        calls(&event)[1][2]["line_items"],
        json!([{"product_category": "Shirts"}])
    );
}
