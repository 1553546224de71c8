//! What refuses an event: every structural fault is reported, together, by path.

use crate::events::{NOW, least_user, paths, prepare_raw, prepared, try_prepare};
use pinrelay::event::{Fault, Key, Raw};
use serde_json::{Value, json};

fn faults(event: Value) -> Vec<Fault> {
    try_prepare(&event).expect_err("refused")
}

/// The paths of the faults of a checkout with these fields changed.
fn refused(fields: Value) -> Vec<String> {
    let mut event = json!({"event_name": "checkout", "user": least_user()});
    for (key, value) in fields.as_object().unwrap() {
        event[key] = value.clone();
    }
    faults(event).into_iter().map(|fault| fault.path).collect()
}

#[test]
fn all_faults_are_reported_together() {
    let found = faults(json!({
        "event_name": "purchase",
        "event_time": NOW * 1000,
        "currency": 978,
        "value": "12,50",
        "colour": "red",
        "items": [{"id": 1, "price": "free"}, {"sku": 1}, 7],
        "user": {"mail": "a@b.cd", "phone": true},
        "opt_out": "no",
    }));
    let mut found = paths(&found);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "colour",
            "currency",
            "event_name",
            "event_time",
            "items[0].price",
            "items[1].sku",
            "items[2]",
            "opt_out",
            "user",
            "user.mail",
            "user.phone",
            "value",
        ]
    );
}

#[test]
fn unknown_keys_are_faults_at_every_level() {
    assert_eq!(refused(json!({"email": "a@b.cd"})), ["email"]);
    assert_eq!(
        refused(json!({"user": {"email": "a@b.cd", "em": "x"}})),
        ["user.em"]
    );
    assert_eq!(
        refused(json!({"items": [{"item_price": "1"}]})),
        ["items[0].item_price"]
    );
    let list = Raw::Map(vec![(Key::Int(0), Raw::Text("checkout".into()))]);
    let found = prepare_raw(&list).expect_err("refused");
    assert!(paths(&found).contains(&"[0]"));
}

#[test]
fn an_unknown_keys_name_is_cut_and_kept_on_one_line() {
    let key = format!("a\n{}", "b".repeat(200));
    let found = refused(json!({key: 1}));
    assert_eq!(found[0].chars().count(), 64);
    assert!(!found[0].contains('\n'));
}

#[test]
fn a_wrong_type_is_a_fault_wherever_it_stands() {
    for (fields, path) in [
        (json!({"event_name": 1}), "event_name"),
        (json!({"event_id": 1.5}), "event_id"),
        (json!({"event_id": ["a"]}), "event_id"),
        (json!({"event_time": "1790000000"}), "event_time"),
        (json!({"event_time": 1.79e9}), "event_time"),
        (json!({"action_source": true}), "action_source"),
        (json!({"event_source_url": 5}), "event_source_url"),
        (json!({"language": 5}), "language"),
        (json!({"partner_name": {}}), "partner_name"),
        (json!({"opt_out": 0}), "opt_out"),
        (json!({"ldp": "yes"}), "ldp"),
        (json!({"late_ok": 1}), "late_ok"),
        (json!({"order_id": 1.0}), "order_id"),
        (json!({"currency": 978}), "currency"),
        (json!({"value": true}), "value"),
        (json!({"value": []}), "value"),
        (json!({"predicted_ltv": {}}), "predicted_ltv"),
        (json!({"coupon": false}), "coupon"),
        (json!({"items": "a"}), "items"),
        (json!({"items": {"id": 1}}), "items"),
        (json!({"items": [null]}), "items[0]"),
        (json!({"items": [{"id": 1.5}]}), "items[0].id"),
        (json!({"items": [{"name": 5}]}), "items[0].name"),
        (json!({"items": [{"quantity": "2"}]}), "items[0].quantity"),
        (json!({"items": [{"quantity": true}]}), "items[0].quantity"),
        (json!({"items": [{"price": true}]}), "items[0].price"),
        (json!({"search_string": 5}), "search_string"),
        (json!({"user": "a@b.cd"}), "user"),
        (
            json!({"user": {"email": "a@b.cd", "postcode": 94105}}),
            "user.postcode",
        ),
        (json!({"user": {"email": ["a@b.cd", 5]}}), "user.email[1]"),
        (
            json!({"user": {"email": ["a@b.cd", ["x"]]}}),
            "user.email[1]",
        ),
        (
            json!({"user": {"email": "a@b.cd", "phone": {"home": "1"}}}),
            "user.phone",
        ),
        (
            json!({"user": {"email": "a@b.cd", "ip": ["216.3.128.12"]}}),
            "user.ip",
        ),
    ] {
        assert_eq!(refused(fields.clone()), [path], "{fields}");
    }
}

#[test]
fn objects_resources_and_foreign_values_are_named() {
    for kind in ["object", "resource", "too deep", "enum"] {
        let raw = Raw::Map(vec![
            (Key::Text("event_name".into()), Raw::Other(kind)),
            (Key::Text("user".into()), Raw::Other(kind)),
        ]);
        let found = prepare_raw(&raw).expect_err("refused");
        assert_eq!(paths(&found), ["event_name", "user"], "{kind}");
    }
    let found = prepare_raw(&Raw::Text("checkout".into())).expect_err("refused");
    assert_eq!(found.len(), 1);
}

#[test]
fn bytes_that_are_no_text_refuse_ids_and_are_left_out_elsewhere() {
    let with = |path: [&str; 2]| {
        let text = |text: &str| Key::Text(text.to_owned().into());
        let bytes = || Raw::NotUtf8(vec![0xff, 0xfe]);
        let mut user = vec![(text("email"), Raw::Text("a@b.cd".into()))];
        let mut event = vec![(text("event_name"), Raw::Text("checkout".into()))];
        match path {
            ["user", key] => user.push((text(key), bytes())),
            ["items", key] => {
                let line = Raw::Map(vec![(text(key), bytes())]);
                event.push((text("items"), Raw::Map(vec![(Key::Int(0), line)])));
            }
            [key, _] => event.push((text(key), bytes())),
        }
        event.push((text("user"), Raw::Map(user)));
        prepare_raw(&Raw::Map(event))
    };
    for key in [
        "event_id",
        "order_id",
        "currency",
        "value",
        "action_source",
        "partner_name",
    ] {
        let found = with([key, ""]).expect_err(key);
        assert_eq!(paths(&found), [key]);
    }
    for (path, warned) in [
        (["user", "last_name"], "user.last_name"),
        (["user", "user_agent"], "user.user_agent"),
        (["items", "name"], "items[0].name"),
        (["items", "id"], "items[0].id"),
        (["search_string", ""], "search_string"),
        (["event_source_url", ""], "event_source_url"),
    ] {
        let ready = with(path).expect(warned);
        assert_eq!(paths(&ready.warnings), [warned]);
    }
}

#[test]
fn times_outside_seven_days_or_in_milliseconds_are_faults() {
    for time in [NOW * 1000, NOW - 7 * 86_400 - 1, 0, -5, i64::MAX, i64::MIN] {
        assert_eq!(
            refused(json!({"event_time": time})),
            ["event_time"],
            "{time}"
        );
    }
    let ahead = json!({"event_name": "checkout", "user": least_user(), "event_time": NOW + 60});
    let ready = prepared(&ahead);
    assert_eq!(ready.event.time(), NOW);
    assert_eq!(paths(&ready.warnings), ["event_time"]);
}

#[test]
fn without_a_sufficient_match_key_the_reasons_stand_beside_the_fault() {
    for user in [
        json!(null),
        json!({}),
        json!({"phone": "+14155550132", "external_id": "7", "click_id": "abc"}),
        json!({"ip": "216.3.128.12"}),
        json!({"user_agent": "Mozilla/5.0"}),
    ] {
        assert_eq!(refused(json!({"user": user})), ["user"], "{user}");
    }
    let user = json!({"email": "n/a", "ip": "127.0.0.1", "user_agent": "Mozilla/5.0",
        "phone": "n/a"});
    assert_eq!(
        refused(json!({"user": user})),
        ["user", "user.email", "user.ip"]
    );
}

#[test]
fn names_sources_and_partners_are_checked() {
    for (fields, path) in [
        (json!({"event_name": "Checkout"}), "event_name"),
        (json!({"event_name": null}), "event_name"),
        (json!({"action_source": "website"}), "action_source"),
        (json!({"partner_name": "woocommerce"}), "partner_name"),
        (json!({"partner_name": "ss-"}), "partner_name"),
        (json!({"partner_name": "ss-Acme"}), "partner_name"),
        (json!({"event_id": "a".repeat(257)}), "event_id"),
        (json!({"order_id": "a\nb"}), "order_id"),
        (json!({"value": "1e400"}), "value"),
    ] {
        assert_eq!(refused(fields.clone()), [path], "{fields}");
    }
    let named = json!({"event_name": "checkout", "user": least_user(), "partner_name": "ss-acme"});
    prepared(&named);
}

#[test]
fn an_event_beyond_256_kilobytes_is_refused() {
    let line = json!({"id": "x".repeat(400), "name": "\"".repeat(400), "brand": "y".repeat(400)});
    let lines: Vec<_> = (0..300).map(|_| line.clone()).collect();
    let found = faults(json!({"event_name": "checkout", "user": least_user(), "items": lines}));
    assert!(found[0].message.contains("262144"), "{found:?}");
    let lines = &lines[..90];
    prepared(&json!({"event_name": "checkout", "user": least_user(), "items": lines}));
}

#[test]
fn an_app_event_from_the_web_is_told_but_sent() {
    let event = json!({"event_name": "app_open", "user": least_user()});
    assert_eq!(paths(&prepared(&event).warnings), ["action_source"]);
}

#[test]
fn debug_output_of_an_event_holds_nothing_about_the_person() {
    let ready = prepared(
        &json!({"event_name": "checkout", "user": {"email": "a@b.cd",
        "ip": "216.3.128.12", "user_agent": "Mozilla/5.0"}}),
    );
    let debug = format!("{ready:?}");
    assert!(
        !debug.contains("216.3") && !debug.contains("Mozilla"),
        "{debug}"
    );
}
