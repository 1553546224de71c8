//! Normalisation and hashing of every match key, against the test vectors of
//! docs/wire-contract.md#user-data.

use crate::events::{NOW, body, full_order, least_user, paths, prepared, sha256, try_prepare};
use serde_json::{Value, json};

/// `user_data` of a checkout by this user, who also has an e-mail address.
fn user_data(fields: Value) -> Value {
    let mut user = least_user();
    for (key, value) in fields.as_object().unwrap() {
        user[key] = value.clone();
    }
    let event = prepared(&json!({"event_name": "checkout", "user": user})).event;
    body(&event)["user_data"].clone()
}

#[test]
fn the_contracts_vectors_hold() {
    for (field, given, key, start) in [
        (
            "email",
            json!("  John.Doe@Example.COM "),
            "em",
            "836f82db99121b34",
        ),
        (
            "phone",
            json!("+1 (415) 555-0132"),
            "ph",
            "11072303eb5c8cb5",
        ),
        ("last_name", json!(" MÜLLER"), "ln", "2dbd218072117713"),
        ("first_name", json!("Müller"), "fn", "2dbd218072117713"),
        ("city", json!("New York"), "ct", "350c754ba4d38897"),
        ("city", json!("São Paulo"), "ct", "3eda1428ae1aece0"),
        ("state", json!("CA"), "st", "6959097001d10501"),
        ("postcode", json!("94105"), "zp", "e73ac16e69f060ee"),
        ("country", json!("US"), "country", "79adb2a2fce5c6ba"),
        ("country", json!("DE"), "country", "959a45d44e6fcf58"),
        ("gender", json!("F"), "ge", "252f10c83610ebca"),
        ("birthdate", json!("1990-01-31"), "db", "267b39628557f31a"),
    ] {
        let data = user_data(json!({field: given}));
        let hash = data[key][0].as_str().unwrap();
        assert!(hash.starts_with(start), "{field}: {hash}");
        assert_eq!(data[key].as_array().unwrap().len(), 1, "{field}");
    }
}

#[test]
fn a_national_phone_number_gets_its_code_from_the_billing_country() {
    let hash = sha256("14155550132");
    for phone in [
        "(415) 555-0132",
        "415-555-0132",
        "1 415 555 0132",
        "001 415 555 0132",
    ] {
        let data = user_data(json!({"phone": phone, "country": "us"}));
        assert_eq!(data["ph"], json!([hash]), "{phone}");
    }
    let data = user_data(json!({"phone": "0151 12345678", "country": ["", "DE"]}));
    assert_eq!(data["ph"], json!([sha256("4915112345678")]));
}

#[test]
fn ids_are_trimmed_lower_cased_and_may_be_integers() {
    let data = user_data(json!({"external_id": [77, " Visitor-A "]}));
    assert_eq!(
        data["external_id"],
        json!([sha256("77"), sha256("visitor-a")])
    );
}

#[test]
fn sixty_four_hex_digits_pass_through_in_lower_case() {
    let hash = sha256("anything");
    let keys = [
        ("email", "em"),
        ("phone", "ph"),
        ("first_name", "fn"),
        ("last_name", "ln"),
        ("gender", "ge"),
        ("birthdate", "db"),
        ("city", "ct"),
        ("state", "st"),
        ("postcode", "zp"),
        ("country", "country"),
        ("external_id", "external_id"),
        ("hashed_maids", "hashed_maids"),
    ];
    for (field, key) in keys {
        let data = user_data(json!({field: hash.to_uppercase()}));
        assert_eq!(data[key], json!([hash]), "{field}");
    }
}

#[test]
fn shorter_hashes_are_text_like_any_other() {
    let md5 = "0123456789abcdef0123456789abcdef";
    let data = user_data(json!({"external_id": md5}));
    assert_eq!(data["external_id"], json!([sha256(md5)]));
}

#[test]
fn lists_lose_empty_entries_and_duplicates_and_keep_their_order() {
    let emails = json!(["b@c.de", "", null, "A@B.CD", " B@C.de ", sha256("a@b.cd")]);
    let data = user_data(json!({"email": emails}));
    assert_eq!(data["em"], json!([sha256("b@c.de"), sha256("a@b.cd")]));
}

#[test]
fn plain_keys_are_strings_and_keep_their_text() {
    let data = user_data(json!({
        "ip": " 2001:DB8::1 ", "user_agent": "Mozilla/5.0 (X11)", "click_id": "dj0yJnU9b2JD",
        "partner_id": "XyZ",
    }));
    assert_eq!(data["client_ip_address"], "2001:db8::1");
    assert_eq!(data["client_user_agent"], "Mozilla/5.0 (X11)");
    assert_eq!(data["click_id"], "dj0yJnU9b2JD");
    assert_eq!(data["partner_id"], "XyZ");
}

#[test]
fn what_cannot_be_used_is_left_out_with_a_warning_that_does_not_quote_it() {
    let mut unusable = vec![
        ("phone", json!("n/a secret")),
        ("first_name", json!("--77--")),
        ("gender", json!("secret")),
        ("birthdate", json!("secret")),
        ("birthdate", json!("2190-01-01")),
        ("city", json!("?!")),
        ("state", json!("secret")),
        ("state", json!("NSW")),
        ("state", json!("California")),
        ("postcode", json!("secret")),
        ("country", json!("secret")),
        ("ip", json!("secret")),
        ("ip", json!("192.168.0.1")),
        ("ip", json!("0.0.0.0")),
        ("user_agent", json!("Other")),
        ("click_id", json!("secret secret")),
        (
            "hashed_maids",
            json!("00000000-0000-0000-0000-000000000000"),
        ),
    ];
    for field in [
        "phone",
        "last_name",
        "external_id",
        "click_id",
        "user_agent",
    ] {
        unusable.push((field, json!("<user_secret>")));
        unusable.push((field, json!("{{ secret }}")));
    }
    for (field, given) in unusable {
        let mut user = least_user();
        user[field] = given.clone();
        let ready = prepared(&json!({"event_name": "checkout", "user": user}));
        assert_eq!(paths(&ready.warnings), [format!("user.{field}")], "{given}");
        assert!(!ready.warnings[0].message.contains("secret"), "{given}");
        let data = &body(&ready.event)["user_data"];
        assert_eq!(data.as_object().unwrap().len(), 1, "{field} {given}");
    }
}

#[test]
fn the_hash_of_nothing_is_nothing() {
    for nothing in ["", "<user_email_address>"] {
        let event = json!({"event_name": "checkout", "user": {"email": sha256(nothing)}});
        assert!(try_prepare(&event).is_err(), "{nothing}");
    }
}

#[test]
fn each_sufficient_match_key_suffices_alone() {
    for user in [
        json!({"email": "a@b.cd"}),
        json!({"hashed_maids": "38400000-8cf0-11bd-b23e-10b96e40000d"}),
        json!({"ip": "216.3.128.12", "user_agent": "Mozilla/5.0"}),
    ] {
        prepared(&json!({"event_name": "page_visit", "user": user}));
    }
}

#[test]
fn amounts_are_rounded_to_the_currency_only_where_they_are_floats() {
    for (currency, value, rendered) in [
        ("EUR", json!("19.999"), "19.999"),
        ("EUR", json!(19.999), "20.00"),
        ("EUR", json!(1.005), "1.01"),
        ("JPY", json!(1999.5), "2000"),
        ("KWD", json!(1.2345), "1.235"),
        ("USD", json!(20), "20"),
        ("usd", json!(0.1 + 0.2), "0.30"),
    ] {
        let event = json!({"event_name": "checkout", "user": least_user(), "currency": currency,
            "value": value, "items": [{"price": value}]});
        let custom = &body(&prepared(&event).event)["custom_data"];
        assert_eq!(custom["value"], rendered, "{currency} {value}");
        assert_eq!(
            custom["contents"][0]["item_price"], rendered,
            "{currency} {value}"
        );
        assert_eq!(custom["currency"], currency.to_uppercase());
    }
}

#[test]
fn an_orders_id_is_the_same_for_ever_and_others_are_fresh() {
    let order = |order: Value, name: &str| {
        let event = json!({"event_name": name, "user": least_user(), "order_id": order});
        prepared(&event).event.id().to_owned()
    };
    assert_eq!(order(json!(15), "checkout"), order(json!("15"), "checkout"));
    assert_ne!(order(json!(15), "checkout"), order(json!(16), "checkout"));
    // Written down here: a change would count every order in flight twice.
    assert_eq!(
        order(json!(15), "checkout"),
        "3aea4761fe26c85516e21720d61ac1b6"
    );
    assert_eq!(order(json!(15), "add_to_cart"), "fresh");
    assert_eq!(order(json!(null), "checkout"), "fresh");
    let given = json!({"event_name": "checkout", "event_id": 7, "order_id": 15,
        "user": least_user()});
    assert_eq!(prepared(&given).event.id(), "7");
}

/// WooCommerce's own list has these, and other plugins add points and coins.
#[test]
fn a_currency_that_is_not_listed_leaves_the_sale_without_amounts() {
    for currency in [
        "JEP", "GGP", "IMP", "BYR", "IRT", "PRB", "RMB", "VEF", "BTC", "Points", "€",
    ] {
        let ready = prepared(&json!({"event_name": "checkout", "user": least_user(),
            "currency": currency, "value": "12.50", "predicted_ltv": 99, "order_id": "7",
            "items": [{"id": "1", "price": "5.00", "quantity": 2}, {"id": "2"}]}));
        assert_eq!(paths(&ready.warnings), ["currency"], "{currency}");
        let custom = body(&ready.event)["custom_data"].clone();
        for amount in ["currency", "value", "predicted_ltv"] {
            assert!(custom.get(amount).is_none(), "{currency} {amount}");
        }
        assert_eq!(custom["contents"][0]["quantity"], 2);
        assert!(custom["contents"][0].get("item_price").is_none());
        assert_eq!(
            (&custom["order_id"], &custom["num_items"]),
            (&json!("7"), &json!(3))
        );
    }
}

#[test]
fn a_language_is_cut_to_two_letters() {
    for (given, sent) in [
        ("en_US", "en"),
        ("pt-BR", "pt"),
        ("DE", "de"),
        ("de_DE_formal", "de"),
        ("roh", "rm"),
        ("kir", "ky"),
    ] {
        let event = json!({"event_name": "checkout", "user": least_user(), "language": given});
        assert_eq!(body(&prepared(&event).event)["language"], sent, "{given}");
    }
    for none in ["ceb", "ast", "ckb", "xx", "me_ME"] {
        let event = json!({"event_name": "checkout", "user": least_user(), "language": none});
        assert_eq!(paths(&prepared(&event).warnings), ["language"], "{none}");
    }
}

#[test]
fn only_an_http_address_is_a_source_url() {
    for (url, kept) in [
        ("https://shop.example/?a=1", true),
        ("HTTP://shop.example", true),
        ("javascript:alert(1)", false),
        ("/checkout", false),
        ("https://", false),
        ("https:///path", false),
        ("https://shop.example/a b", false),
        ("hé://x", false),
    ] {
        let event = json!({"event_name": "checkout", "user": least_user(),
            "event_source_url": url});
        let ready = prepared(&event);
        assert_eq!(
            body(&ready.event).get("event_source_url").is_some(),
            kept,
            "{url}"
        );
        assert_eq!(ready.warnings.is_empty(), kept, "{url}");
    }
}

#[test]
fn limited_data_processing_asks_for_state_and_country() {
    let event = |user: Value| json!({"event_name": "checkout", "ldp": true, "user": user});
    let ready = prepared(&event(
        json!({"email": "a@b.cd", "state": "CA", "country": "US"}),
    ));
    assert!(ready.warnings.is_empty());
    assert_eq!(body(&ready.event)["custom_data"]["opt_out_type"], "LDP");
    let ready = prepared(&event(json!({"email": "a@b.cd", "country": "US"})));
    assert_eq!(paths(&ready.warnings), ["ldp"]);
    assert_eq!(body(&ready.event)["custom_data"]["opt_out_type"], "LDP");
}

#[test]
fn quantities_default_to_one_and_are_summed() {
    let event = json!({"event_name": "checkout", "user": least_user(), "items": [
        {"id": "a", "quantity": 3}, {"id": "b"}, {"id": "a", "quantity": 2.0}, {"id": "c",
        "quantity": 1.5}, {"id": "d", "quantity": 0}]});
    let ready = prepared(&event);
    let custom = &body(&ready.event)["custom_data"];
    assert_eq!(custom["content_ids"], json!(["a", "b", "c", "d"]));
    assert_eq!(custom["num_items"], 8);
    assert_eq!(custom["contents"][1], json!({"id": "b", "quantity": 1}));
    assert_eq!(custom["contents"][3], json!({"id": "c"}));
    assert_eq!(
        paths(&ready.warnings),
        ["items[3].quantity", "items[4].quantity"]
    );
}

#[test]
fn values_of_zero_or_less_are_left_out() {
    for value in [
        json!(0),
        json!("0.00"),
        json!(-5),
        json!("-0.01"),
        json!(0.001),
    ] {
        let event = json!({"event_name": "checkout", "user": least_user(), "value": value,
            "predicted_ltv": value, "currency": "EUR"});
        let ready = prepared(&event);
        assert_eq!(
            paths(&ready.warnings),
            ["value", "predicted_ltv"],
            "{value}"
        );
        let custom = body(&ready.event)["custom_data"].clone();
        assert_eq!(custom, json!({"currency": "EUR"}));
    }
}

#[test]
fn a_gift_keeps_its_price_of_zero_but_nothing_costs_less() {
    let event = json!({"event_name": "checkout", "user": least_user(), "items": [
        {"id": "a", "price": "0.00"}, {"id": "b", "price": "-1"}]});
    let ready = prepared(&event);
    let contents = &body(&ready.event)["custom_data"]["contents"];
    assert_eq!(contents[0]["item_price"], "0.00");
    assert_eq!(contents[1].get("item_price"), None);
    assert_eq!(paths(&ready.warnings), ["items[1].price"]);
}

#[test]
fn an_order_of_too_many_lines_still_counts_them_all() {
    let lines: Vec<_> = (0..600).map(|id| json!({"id": id})).collect();
    let event = json!({"event_name": "checkout", "user": least_user(), "items": lines});
    let ready = prepared(&event);
    let custom = &body(&ready.event)["custom_data"];
    assert_eq!(custom["contents"].as_array().unwrap().len(), 500);
    assert_eq!(custom["num_items"], 600);
    assert_eq!(paths(&ready.warnings), ["items"]);
}

#[test]
fn null_and_empty_mean_absent_everywhere() {
    let mut blanked = full_order();
    for (key, value) in blanked.as_object_mut().unwrap() {
        match key.as_str() {
            "event_name" | "user" | "event_id" => {}
            _ => *value = Value::Null,
        }
    }
    blanked["user"] =
        json!({"email": "a@b.cd", "phone": "", "ip": null, "city": [], "state": [""]});
    let ready = prepared(&blanked);
    assert!(ready.warnings.is_empty());
    assert_eq!(ready.event.time(), NOW);
    let keys: Vec<_> = body(&ready.event)
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        keys,
        [
            "event_name",
            "action_source",
            "event_time",
            "event_id",
            "user_data"
        ]
    );
}

#[test]
fn nothing_of_a_full_order_is_left_out() {
    let ready = prepared(&full_order());
    assert!(ready.warnings.is_empty(), "{:?}", ready.warnings);
    assert!(ready.event.late_ok());
}
