//! What must hold for any input: a valid event or listed faults and never a
//! panic, bodies that obey the contract, hashes that do not depend on how
//! somebody typed, and no plain personal text anywhere.

use std::sync::LazyLock;

use crate::events::strict::{check_api_event, check_tag_calls};
use crate::events::{NOW, body, full_order, least_user, prepare_raw, prepared, tag_calls};
use pinrelay::event::{Key, MAX_EVENT_BYTES, Raw};
use pinrelay::wire;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Every key an event, a user or an item may have, so that trees hit them often.
const KEYS: [&str; 46] = [
    "event_name",
    "event_id",
    "event_time",
    "action_source",
    "event_source_url",
    "language",
    "partner_name",
    "opt_out",
    "ldp",
    "late_ok",
    "user",
    "order_id",
    "currency",
    "value",
    "coupon",
    "predicted_ltv",
    "items",
    "search_string",
    "content_name",
    "content_category",
    "content_brand",
    "lead_type",
    "video_title",
    "property",
    "email",
    "phone",
    "first_name",
    "last_name",
    "gender",
    "birthdate",
    "city",
    "state",
    "postcode",
    "country",
    "external_id",
    "hashed_maids",
    "ip",
    "user_agent",
    "click_id",
    "partner_id",
    "id",
    "name",
    "category",
    "price",
    "quantity",
    "unknown",
];

/// Text that means something somewhere, and text that means nothing anywhere.
fn text() -> impl Strategy<Value = String> {
    const TELLING: [&str; 20] = [
        "checkout",
        "add_to_cart",
        "app_open",
        "web",
        "offline",
        "EUR",
        "JPY",
        "19.90",
        "-1",
        "a@b.cd",
        "+1 415 555 0132",
        "0151 12345678",
        "US",
        "DE",
        "CA",
        "216.3.128.12",
        "Mozilla/5.0",
        "https://shop.example/",
        "en_US",
        "</script>",
    ];
    prop_oneof![
        4 => proptest::sample::select(&TELLING[..]).prop_map(str::to_owned),
        1 => "[ -~]{0,40}",
        1 => any::<String>(),
        1 => "[0-9a-fA-F]{64}",
        1 => "[+0-9 ()x.-]{0,30}",
    ]
}

fn scalar() -> impl Strategy<Value = Raw<'static>> {
    prop_oneof![
        6 => text().prop_map(|text| Raw::Text(text.into())),
        1 => Just(Raw::Null),
        1 => any::<bool>().prop_map(Raw::Bool),
        1 => any::<i64>().prop_map(Raw::Int),
        1 => (NOW - 700_000..NOW + 100).prop_map(Raw::Int),
        1 => any::<f64>().prop_map(Raw::Float),
        1 => vec(any::<u8>(), 0..8).prop_map(Raw::NotUtf8),
        1 => proptest::sample::select(&["object", "resource", "too deep"][..]).prop_map(Raw::Other),
    ]
}

fn key() -> impl Strategy<Value = Key<'static>> {
    prop_oneof![
        8 => proptest::sample::select(&KEYS[..]).prop_map(|key| Key::Text(key.into())),
        2 => any::<i64>().prop_map(Key::Int),
        1 => any::<String>().prop_map(|name| Key::Text(name.into())),
    ]
}

fn tree() -> impl Strategy<Value = Raw<'static>> {
    scalar().prop_recursive(4, 64, 12, |inner| {
        prop_oneof![
            vec((key(), inner.clone()), 0..12).prop_map(Raw::Map),
            vec(inner, 0..6).prop_map(|list| Raw::Map((0..).map(Key::Int).zip(list).collect())),
        ]
    })
}

/// A full order with some of its fields, at any level, replaced by anything.
fn bent_order() -> impl Strategy<Value = Raw<'static>> {
    static ORDER: LazyLock<Value> = LazyLock::new(full_order);
    vec((any::<prop::sample::Index>(), tree()), 0..4).prop_map(|changes| {
        let mut raw = Raw::from(&*ORDER);
        for (index, change) in changes {
            let mut places = Vec::new();
            collect(&mut raw, &mut places);
            let at = index.index(places.len());
            *places.swap_remove(at) = change;
        }
        raw
    })
}

/// Every value below the top of a tree that has no values below itself.
fn collect<'r>(raw: &'r mut Raw<'static>, places: &mut Vec<&'r mut Raw<'static>>) {
    if !matches!(raw, Raw::Map(entries) if !entries.is_empty()) {
        places.push(raw);
    } else if let Raw::Map(entries) = raw {
        for (_, value) in entries {
            collect(value, places);
        }
    }
}

/// Failing inputs are printed, not kept in files: what they teach becomes a test by name.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What must hold whatever came in.
fn check(raw: &Raw) -> Result<bool, TestCaseError> {
    match prepare_raw(raw) {
        Err(faults) => {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(!fault.path.is_empty() && !fault.message.is_empty());
            }
            Ok(false)
        }
        Ok(ready) => {
            let rendered = wire::api::render(&ready.event);
            prop_assert_eq!(&rendered, &wire::api::render(&ready.event));
            prop_assert!(rendered.len() <= MAX_EVENT_BYTES);
            check_api_event(&serde_json::from_str(&rendered).unwrap());
            let calls = tag_calls(&ready.event);
            prop_assert_eq!(&calls, &tag_calls(&ready.event));
            check_tag_calls(&calls);
            let again = prepare_raw(raw).unwrap();
            prop_assert_eq!(rendered, wire::api::render(&again.event));
            Ok(true)
        }
    }
}

/// Letters whose upper and lower case lead back to each other.
const NAME: &str = "[a-zäöüéñçøåšž]{1,12}( |-)?[a-zäöüéñç]{1,12}";

fn user_data(field: &str, given: Value) -> Value {
    let mut user = json!({"ip": "216.3.128.12", "user_agent": "Mozilla/5.0", "country": "DE"});
    user[field] = given;
    body(&prepared(&json!({"event_name": "checkout", "user": user})).event)["user_data"].clone()
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn any_tree_gives_a_valid_event_or_faults(raw in tree()) {
        check(&raw)?;
    }

    #[test]
    fn an_order_with_anything_in_it_gives_a_valid_event_or_faults(raw in bent_order()) {
        check(&raw)?;
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn hashes_do_not_depend_on_case_or_space_around(
        name in NAME,
        before in "[ \t\r\n]{0,3}",
        after in "[ \t\u{a0}]{0,3}",
    ) {
        let email = format!("{}@shop.example", name.replace(' ', "."));
        for (field, text) in [
            ("email", email.as_str()), ("first_name", &name), ("last_name", &name),
            ("city", &name), ("external_id", &name), ("state", "by"), ("gender", "m"),
        ] {
            let plain = user_data(field, json!(text));
            let typed = format!("{before}{}{after}", text.to_uppercase());
            prop_assert_eq!(plain, user_data(field, json!(typed)), "{}", field);
        }
    }

    #[test]
    fn a_citys_hash_does_not_depend_on_spaces_and_punctuation(
        words in vec("[a-zäöüéñ]{1,8}", 1..4),
        between in "[ .,'()-]{1,3}",
    ) {
        let joined = user_data("city", json!(words.concat()));
        prop_assert_eq!(joined, user_data("city", json!(words.join(&between))));
    }

    #[test]
    fn a_phones_hash_does_not_depend_on_formatting(
        subscriber in "1[567][1-9][0-9]{7}",
        gaps in vec(proptest::sample::select(&["", " ", "-", "/", ".", " (", ") "][..]), 10),
        start in proptest::sample::select(&["+49", "0049", "0", "+49 (0)", "00 49 ", "49"][..]),
    ) {
        let plain = user_data("phone", json!(format!("+49{subscriber}")));
        prop_assert!(plain.get("ph").is_some());
        let spread: String = subscriber
            .chars()
            .zip(gaps)
            .flat_map(|(digit, gap)| std::iter::once(digit).chain(gap.chars()))
            .collect();
        let typed = format!("{start}{spread}");
        prop_assert_eq!(plain, user_data("phone", json!(typed)), "{}", typed);
    }

    #[test]
    fn hashes_given_back_are_kept(name in NAME) {
        let mut order = full_order();
        order["user"]["first_name"] = json!(name);
        let first = body(&prepared(&order).event);
        for (field, key) in [
            ("email", "em"), ("phone", "ph"), ("first_name", "fn"), ("last_name", "ln"),
            ("gender", "ge"), ("birthdate", "db"), ("city", "ct"), ("state", "st"),
            ("postcode", "zp"), ("country", "country"), ("external_id", "external_id"),
            ("hashed_maids", "hashed_maids"),
        ] {
            order["user"][field] = first["user_data"][key].clone();
        }
        prop_assert_eq!(first, body(&prepared(&order).event));
    }

    #[test]
    fn a_float_of_cents_is_the_decimal_a_person_reads(cents in 1i64..100_000_000_000) {
        let text = format!("{}.{:02}", cents / 100, cents % 100);
        let event = |value: Value| {
            let event = json!({"event_name": "checkout", "user": least_user(),
                "currency": "EUR", "value": value});
            body(&prepared(&event).event)["custom_data"]["value"].clone()
        };
        prop_assert_eq!(event(json!(cents as f64 / 100.0)), json!(text));
        prop_assert_eq!(event(json!(text)), json!(text));
    }

    #[test]
    fn nothing_personal_is_rendered_or_complained_about_in_plain(
        secret in "zq[a-z]{6,12}qz",
        digits in "[1-9][0-9]{6}",
    ) {
        let mut order = full_order();
        order["user"] = json!({
            "email": [format!("{secret}@mail.example"), secret],
            "phone": [format!("+1415{digits}"), format!("{secret}{digits}")],
            "first_name": secret, "last_name": format!("{secret} {secret}"),
            "city": secret, "state": secret, "postcode": secret, "country": secret,
            "gender": secret, "birthdate": secret, "external_id": secret,
            "ip": secret, "hashed_maids": secret,
        });
        let ready = prepared(&order);
        let everything = [
            wire::api::render(&ready.event),
            wire::script::safe_json(&wire::tag::calls(&ready.event)),
            format!("{:?}", ready),
        ];
        for text in everything {
            prop_assert!(!text.contains(&secret) && !text.contains(&digits), "{}", text);
        }
    }

    #[test]
    fn json_for_a_script_element_means_the_same_and_cannot_end_it(name in any::<String>()) {
        let mut order = full_order();
        order["items"][0]["name"] = json!(name);
        let calls = tag_calls(&prepared(&order).event);
        let safe = wire::script::safe_json(&calls);
        let unsafe_ones = ['<', '>', '&', '\u{2028}', '\u{2029}'];
        prop_assert!(!safe.contains(unsafe_ones));
        prop_assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), calls);
    }
}

/// The property above is worth nothing if bent orders are never valid.
#[test]
fn bent_orders_are_often_valid_and_often_not() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let valid = (0..400)
        .filter(|_| check(&bent_order().new_tree(&mut runner).unwrap().current()).unwrap())
        .count();
    assert!((80..=380).contains(&valid), "{valid} of 400 valid");
}
