//! The small tables that the plugin's PHP keeps of the extension's rules, for the
//! half that it renders itself: they must say the same, or the halves differ.

use crate::events::{body, least_user, prepared, sha256};
use serde_json::{Value, json};

/// The text of a constant in a class of the plugin's mapping.
fn constant(class: &str, name: &str) -> String {
    quoted(class, name).concat()
}

/// All that stands in quotes in a constant.
fn quoted(class: &str, name: &str) -> Vec<String> {
    let path = format!(
        "{}/php-plugin/src/Mapping/{class}.php",
        env!("CARGO_MANIFEST_DIR")
    );
    let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let start = source
        .find(&format!("const {name} ="))
        .expect("the constant");
    let end = start + source[start..].find(';').expect("its end");
    source[start..end]
        .split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn event(fields: Value) -> Value {
    let mut event = json!({"event_name": "checkout", "user": least_user()});
    for (key, value) in fields.as_object().expect("an object") {
        event[key] = value.clone();
    }
    event
}

fn words(letters: usize) -> Vec<String> {
    let mut words = vec![String::new()];
    for _ in 0..letters {
        words = words
            .iter()
            .flat_map(|word| ('a'..='z').map(move |letter| format!("{word}{letter}")))
            .collect();
    }
    words
}

#[test]
fn the_plugin_knows_the_same_currencies() {
    let listed = constant("ListedCurrency", "CODES");
    for code in words(3).iter().map(|word| word.to_uppercase()) {
        let ready = prepared(&event(json!({"currency": code, "value": "1"})));
        let is_there = body(&ready.event)["custom_data"].get("value").is_some();
        assert_eq!(listed.contains(&format!(" {code} ")), is_there, "{code}");
    }
}

#[test]
fn the_plugin_knows_the_same_languages() {
    let (codes, pairs) = (constant("Language", "CODES"), constant("Language", "PAIRS"));
    for word in words(2).into_iter().chain(words(3)) {
        let theirs = if codes.contains(&format!(" {word} ")) {
            Some(word.clone())
        } else {
            pairs
                .split_once(&format!(" {word}:"))
                .map(|(_, rest)| rest[..2].to_owned())
        };
        let ready = prepared(&event(json!({"language": word})));
        let ours = body(&ready.event)["language"].as_str().map(str::to_owned);
        if !["iw", "in", "ji", "jw", "mo"].contains(&word.as_str()) {
            assert_eq!(ours, theirs, "{word}");
        }
    }
}

#[test]
fn the_plugin_knows_the_same_states() {
    let names = quoted("UsState", "NAMES");
    assert!(names.len() > 100, "{} words", names.len());
    for pair in names.chunks(2) {
        let user = json!({"email": "a@b.cd", "country": "US", "state": pair[0]});
        let ready = prepared(&json!({"event_name": "checkout", "user": user}));
        let state = &body(&ready.event)["user_data"]["st"][0];
        assert_eq!(
            state,
            &json!(sha256(&pair[1].to_lowercase())),
            "{}",
            pair[0]
        );
    }
}
