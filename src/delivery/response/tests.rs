use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        body: body.as_bytes().to_vec(),
        ..Answer::default()
    }
}

fn kind(outcome: &Response) -> &'static str {
    match outcome {
        Response::Results { events, .. } if events.iter().all(Result::is_ok) => "all",
        Response::Results { events, .. } if events.iter().any(Result::is_ok) => "some",
        Response::Results { .. } => "none",
        Response::Unread(_) => "unread",
        Response::Retry { .. } => "retry",
        Response::NotPinterest { .. } => "not pinterest",
        Response::Refused(_) => "refused",
        Response::Pause { reason, .. } => reason,
    }
}

const ERROR: &str = r#"{"code":29,"message":"no"}"#;
const HTML: &str = "<html>hello</html>";
const TWO: &str = r#"{"num_events_received":2,"num_events_processed":2,
    "events":[{"status":"processed","warning_message":"w"},{"status":"processed","error_message":null}]}"#;
const ONE_OF_TWO: &str = r#"{"num_events_received":2,"num_events_processed":1,
    "events":[{"status":"failed","error_message":"bad"},{"status":"processed","error_message":""}]}"#;
const NONE_OF_TWO: &str = r#"{"num_events_received":2,"num_events_processed":0,
    "events":[{"status":"failed"},{"status":"failed","error_message":null}]}"#;

#[test]
fn every_answer_to_two_events_has_a_row() {
    let detailed = |details: &str| format!(r#"{{"code":953,"message":"m","details":{details}}}"#);
    let (all, some, none) = (detailed(TWO), detailed(ONE_OF_TWO), detailed(NONE_OF_TWO));
    let short = detailed(r#"{"events":[{"status":"failed"}]}"#);
    let rows: &[(u16, &str, &str)] = &[
        // Taken, with a result for each event.
        (200, TWO, "all"),
        (201, TWO, "all"),
        (200, ONE_OF_TWO, "some"),
        (200, NONE_OF_TWO, "none"),
        (
            200,
            r#"{"events":[{"status":"processed"},{"status":"processed"}]}"#,
            "all",
        ),
        // Taken, it says, but not in words that add up.
        (
            200,
            r#"{"num_events_received":2,"num_events_processed":2}"#,
            "unread",
        ),
        (
            200,
            r#"{"num_events_received":2,"num_events_processed":2,"events":[]}"#,
            "unread",
        ),
        (
            200,
            r#"{"num_events_received":2,"num_events_processed":2,"events":null}"#,
            "unread",
        ),
        (200, r#"{"events":[{"status":"processed"}]}"#, "unread"),
        (
            200,
            r#"{"events":[{"status":"processed"},{"status":"queued"}]}"#,
            "unread",
        ),
        (200, r#"{"events":[{"status":"processed"},{}]}"#, "unread"),
        (
            200,
            r#"{"num_events_received":3,"events":[{"status":"processed"},{"status":"processed"}]}"#,
            "unread",
        ),
        (
            200,
            r#"{"num_events_processed":1,"events":[{"status":"processed"},{"status":"processed"}]}"#,
            "unread",
        ),
        (200, &TWO[..TWO.len() - 3], "unread"),
        (200, "", "not pinterest"),
        (200, "{}", "not pinterest"),
        (200, "[]", "not pinterest"),
        (200, "ok", "not pinterest"),
        (200, "\u{0}\u{1}", "not pinterest"),
        (200, HTML, "not pinterest"),
        (200, ERROR, "not pinterest"),
        (202, "", "not pinterest"),
        (204, "", "not pinterest"),
        (206, &TWO[..40], "unread"),
        // Something in the batch.
        (400, ERROR, "refused"),
        (400, HTML, "not pinterest"),
        (413, HTML, "not pinterest"),
        (422, &all, "all"),
        (422, &some, "some"),
        (422, &none, "none"),
        (422, &short, "refused"),
        (422, ERROR, "refused"),
        (422, TWO, "not pinterest"),
        (422, HTML, "not pinterest"),
        (422, "", "not pinterest"),
        // The settings, says Pinterest.
        (401, ERROR, "unauthorized"),
        (401, HTML, "not pinterest"),
        (401, "", "not pinterest"),
        (403, ERROR, "forbidden"),
        (404, ERROR, "unknown_account"),
        // Somebody on the way, whatever his status.
        (403, HTML, "not pinterest"),
        (403, "", "not pinterest"),
        (403, r#"{"error":"denied"}"#, "not pinterest"),
        (404, HTML, "not pinterest"),
        (404, "", "not pinterest"),
        // Not now.
        (408, "", "not pinterest"),
        (408, ERROR, "retry"),
        (425, "", "not pinterest"),
        (429, ERROR, "retry"),
        (429, HTML, "not pinterest"),
        (500, ERROR, "retry"),
        (500, HTML, "not pinterest"),
        (502, HTML, "not pinterest"),
        (503, r#"{"code":4197,"message":"ramped down"}"#, "retry"),
        (504, "", "not pinterest"),
        (520, HTML, "not pinterest"),
        (599, "", "not pinterest"),
        (400, r#"{"message":"Bad Request"}"#, "not pinterest"),
        (
            400,
            r#"{"code":400,"message":"Bad Request"}"#,
            "not pinterest",
        ),
        (
            403,
            r#"{"code":403,"message":"Forbidden"}"#,
            "not pinterest",
        ),
        (422, r#"{"code":"invalid","message":"no"}"#, "not pinterest"),
        (422, r#"{"code":1,"message":null}"#, "not pinterest"),
        (
            401,
            r#"{"statusCode":401,"message":"no key"}"#,
            "not pinterest",
        ),
        (
            404,
            r#"{"error":{"code":5,"message":"no route"}}"#,
            "not pinterest",
        ),
        (200, r#"{"status":"ok","events":7}"#, "not pinterest"),
        // Nobody knows, so the owner is asked.
        (405, ERROR, "configuration"),
        (501, ERROR, "configuration"),
        (301, HTML, "not pinterest"),
        (302, "", "not pinterest"),
        (303, "", "not pinterest"),
        (304, "", "not pinterest"),
        (307, HTML, "not pinterest"),
        (308, HTML, "not pinterest"),
        (402, HTML, "not pinterest"),
        (405, HTML, "not pinterest"),
        (406, "", "not pinterest"),
        (407, HTML, "configuration"),
        (410, "", "not pinterest"),
        (411, "", "not pinterest"),
        (414, "", "not pinterest"),
        (415, ERROR, "configuration"),
        (431, "", "not pinterest"),
        (451, "", "not pinterest"),
        (501, "", "not pinterest"),
        (100, "", "not pinterest"),
        (101, "", "not pinterest"),
        (103, "", "not pinterest"),
        (0, "", "not pinterest"),
        (600, "", "not pinterest"),
        (999, HTML, "not pinterest"),
    ];
    for (status, body, expected) in rows {
        assert_eq!(
            kind(&Response::of(&Ok(answer(*status, body)), 2)),
            *expected,
            "{status} {body}"
        );
    }
}

#[test]
fn no_status_whatever_its_body_acknowledges_but_a_2xx_or_a_detailed_422() {
    for status in 0..1_000 {
        for body in [TWO, HTML, ERROR, ""] {
            let is_all = kind(&Response::of(&Ok(answer(status, body)), 2)) == "all";
            assert_eq!(
                is_all,
                (200..300).contains(&status) && body == TWO,
                "{status}"
            );
        }
    }
}

#[test]
fn a_call_without_an_answer_is_made_again_unless_the_proxy_wants_a_name() {
    for (error, expected) in [
        (
            CallFailed::Lost("the host name was not found".into()),
            "retry",
        ),
        (
            CallFailed::Lost("no answer in time (connect)".into()),
            "retry",
        ),
        (CallFailed::Lost("the answer broke off".into()), "retry"),
        (CallFailed::Lost("no secure connection".into()), "retry"),
        (CallFailed::Proxy(407), "configuration"),
        (CallFailed::Proxy(403), "retry"),
        (CallFailed::Proxy(502), "retry"),
    ] {
        let outcome = Response::of(&Err(error.clone()), 2);
        assert_eq!(kind(&outcome), expected, "{error}");
    }
}

#[test]
fn a_proxy_that_wants_a_name_is_said_to_in_plain_words_either_way() {
    let asked = Response::of(&Err(CallFailed::Proxy(407)), 1);
    assert_eq!(asked, Response::of(&Ok(answer(407, HTML)), 1));
    let Response::Pause { message, .. } = asked else {
        panic!("no pause")
    };
    assert!(message.contains("the proxy asks for a name and a password"));
}

fn after(answer: &Answer) -> Option<u64> {
    match Response::of(&Ok(answer.clone()), 1) {
        Response::Retry { after, .. } | Response::NotPinterest { after, .. } => {
            after.map(|after| after.as_secs())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn waits_follow_the_headers() {
    for body in [ERROR, HTML] {
        let mut limited = answer(429, body);
        assert_eq!(after(&limited), Some(60));
        limited.ratelimit_reset = Some("7".into());
        assert_eq!(after(&limited), Some(7));
        limited.retry_after = Some("9".into());
        assert_eq!(after(&limited), Some(9));
        limited.retry_after = Some("soon".into());
        assert_eq!(after(&limited), Some(7));
        for status in [408, 425, 500, 503] {
            // The window's end is told with every answer; a fault does not wait for it.
            let mut faulty = answer(status, body);
            faulty.ratelimit_reset = Some("7".into());
            assert_eq!(after(&faulty), None, "{status}");
            faulty.retry_after = Some("3".into());
            assert_eq!(after(&faulty), Some(3), "{status}");
        }
    }
}

#[test]
fn somebody_on_the_way_is_waited_for_five_minutes_at_most_and_pinterest_an_hour() {
    for status in [403, 429, 503] {
        let mut away = answer(status, HTML);
        away.retry_after = Some("86400".into());
        assert_eq!(after(&away), Some(300), "{status}");
    }
    let mut away = answer(503, ERROR);
    away.retry_after = Some("86400".into());
    assert_eq!(after(&away), Some(3_600));
}

#[test]
fn without_pinterests_json_no_answer_is_a_verdict_whatever_its_status() {
    for status in (0..1_000).filter(|status| *status != 407) {
        for sent in [1, 2, 1_000] {
            for body in [
                HTML,
                "",
                "ok",
                "null",
                "{}",
                r#"{"message":"Forbidden"}"#,
                r#"{"error_code":1020,"message":"no"}"#,
                r#"{"events":[]}"#,
            ] {
                let outcome = Response::of(&Ok(answer(status, body)), sent);
                let is_events = body.contains("events") && (200..300).contains(&status);
                let expected = if is_events { "unread" } else { "not pinterest" };
                assert_eq!(kind(&outcome), expected, "{status} {body}");
            }
            let gateways = format!(r#"{{"code":{status},"message":"no"}}"#);
            let outcome = Response::of(&Ok(answer(status, &gateways)), sent);
            assert_eq!(kind(&outcome), "not pinterest", "{status}");
        }
    }
}

#[test]
fn a_redirect_is_said_to_be_one() {
    let Response::NotPinterest { message, .. } = Response::of(&Ok(answer(302, HTML)), 1) else {
        panic!("a verdict")
    };
    assert!(message.starts_with("HTTP 302, a redirect"), "{message}");
}

#[test]
fn words_without_end_are_cut() {
    let body = format!(r#"{{"code":1,"message":"{}"}}"#, "word ".repeat(100_000));
    let Response::Refused(message) = Response::of(&Ok(answer(400, &body)), 1) else {
        panic!("not split")
    };
    assert!(message.len() < 1_000);
}

/// JSON of any shape, in which the API's own keys and words are common.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just("processed".to_owned()),
        Just("failed".to_owned()),
        ".{0,8}"
    ];
    let key = prop_oneof![
        Just("events".to_owned()),
        Just("status".to_owned()),
        Just("num_events_received".to_owned()),
        Just("num_events_processed".to_owned()),
        Just("error_message".to_owned()),
        ".{0,4}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2i64..5).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

/// What must be so in an answer that acknowledges anything, read without
/// the types above.
fn is_result_for_each(body: &[u8], sent: usize, words: &[Result<(), String>]) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    let count = |key: &str, n: usize| body[key].is_null() || body[key] == n;
    let processed = words.iter().filter(|w| w.is_ok()).count();
    let Some(events) = body["events"].as_array() else {
        return false;
    };
    words.len() == sent
        && events.len() == sent
        && count("num_events_received", sent)
        && count("num_events_processed", processed)
        && events.iter().zip(words).all(|(event, word)| {
            event["status"]
                == match word {
                    Ok(()) => "processed",
                    Err(_) => "failed",
                }
        })
}

#[test]
fn arrays_in_place_of_objects_acknowledge_nothing() {
    for body in [
        r#"[1,1,[{"status":"processed"}]]"#,
        r#"{"events":[["processed",null]]}"#,
        r#"[{"events":[{"status":"processed"}]}]"#,
    ] {
        assert!(results(body.as_bytes(), 1).is_err(), "{body}");
    }
    assert!(results(br#"{"events":[{"status":"processed"}]}"#, 1).is_ok());
}

proptest! {
    #[test]
    fn no_bytes_break_it_and_none_are_taken_for_an_acknowledgement(
        body in prop::collection::vec(any::<u8>(), 0..200),
        sent in 0usize..4,
    ) {
        if let Ok(words) = results(&body, sent) {
            prop_assert!(is_result_for_each(&body, sent, &words));
        }
    }

    #[test]
    fn json_of_any_shape_acknowledges_only_what_it_says(
        body in any_json(),
        sent in 0usize..4,
    ) {
        let body = body.to_string().into_bytes();
        if let Ok(words) = results(&body, sent) {
            prop_assert!(is_result_for_each(&body, sent, &words));
        }
    }

    #[test]
    fn an_answer_that_is_cut_changed_or_miscounted_is_none(
        good in prop::collection::vec(any::<bool>(), 1..6),
        off in 1u64..9,
        cut in any::<prop::sample::Index>(),
    ) {
        let events: Vec<Value> = good
            .iter()
            .map(|good| json!({"status": if *good { "processed" } else { "failed" }}))
            .collect();
        let (sent, done) = (good.len(), good.iter().filter(|good| **good).count());
        let body = json!({
            "num_events_received": sent, "num_events_processed": done, "events": events,
        });
        let read = |body: &Value, sent| results(body.to_string().as_bytes(), sent);
        let all = read(&body, sent).unwrap();
        prop_assert_eq!(all.iter().map(|w| w.is_ok()).collect::<Vec<_>>(), good);

        prop_assert!(read(&body, sent + 1).is_err() && read(&body, sent - 1).is_err());
        for key in ["num_events_received", "num_events_processed"] {
            let mut body = body.clone();
            body[key] = json!(body[key].as_u64().unwrap() + off);
            prop_assert!(read(&body, sent).is_err());
        }
        let text = body.to_string();
        let cut = cut.index(text.len());
        prop_assert!(results(&text.as_bytes()[..cut], sent).is_err());
    }
}

fn seconds(wait: Option<Duration>) -> Option<u64> {
    wait.map(|wait| wait.as_secs())
}

#[test]
fn retry_after_is_seconds_or_a_date_on_the_servers_own_clock() {
    let at = |clock: &str| format!("Sun, 06 Nov 2022 {clock} GMT");
    let (now, in_two_minutes) = (at("08:49:37"), at("08:51:37"));
    for (text, date, expected) in [
        ("120", None, Some(120)),
        (" 0 ", None, Some(0)),
        ("999999", None, Some(3_600)),
        (&*in_two_minutes, Some(&*now), Some(120)),
        (&now, Some(&in_two_minutes), Some(0)),
        ("Sun, 06 Nov 2044 08:49:37 GMT", Some(&now), Some(3_600)),
        // The two old ways to write a date.
        ("Sunday, 06-Nov-22 08:51:37 GMT", Some(&now), Some(120)),
        ("Sun Nov  6 08:51:37 2022", Some(&now), Some(120)),
        (&in_two_minutes, None, None),
        (&in_two_minutes, Some("soon"), None),
        ("soon", Some(&now), None),
        ("-5", Some(&now), None),
        ("1.5", Some(&now), None),
        ("120000, 120000;w=60", None, None),
        ("", None, None),
    ] {
        let answer = Answer {
            retry_after: Some(text.to_owned()),
            date: date.map(str::to_owned),
            ..Answer::default()
        };
        assert_eq!(seconds(retry_after(&answer)), expected, "{text} {date:?}");
    }
    assert_eq!(retry_after(&Answer::default()), None);
}

#[test]
fn a_window_is_read_leniently_and_never_as_a_time_of_day() {
    for (text, expected) in [
        ("42", Some(42)),
        ("42, 42;w=60;name=\"ads_conversions\"", Some(42)),
        ("42;w=60", Some(42)),
        ("86400", Some(3_600)),
        ("1790000000", None),
        ("18446744073709551616", None),
        ("", None),
        ("soon", None),
    ] {
        let answer = Answer {
            ratelimit_reset: Some(text.to_owned()),
            ..Answer::default()
        };
        assert_eq!(seconds(window_left(&answer)), expected, "{text}");
    }
}

#[test]
fn only_a_used_up_rate_limit_asks_for_a_rest() {
    for (remaining, retry_after, expected) in [
        (None, None, None),
        (Some("17"), None, None),
        (Some("17"), Some("9"), None),
        (Some("0"), None, Some(42)),
        (Some("0, 0;w=60"), None, Some(42)),
        (Some("0"), Some("9"), Some(9)),
    ] {
        let good = Answer {
            ratelimit_reset: Some("42".into()),
            ratelimit_remaining: remaining.map(str::to_owned),
            retry_after: retry_after.map(str::to_owned),
            ..Answer::default()
        };
        assert_eq!(seconds(rest(&good)), expected, "{remaining:?}");
    }
}
