//! What a call came to for the events in it. A pure table.
//!
//! Only Pinterest can have the last word on an event, and only its JSON is known
//! to be its own: `{"code": …, "message": …}` for an error, a word on each event
//! for the rest (CONTRACT 7). Whatever else answers, with whatever status, is
//! somebody on the way: a proxy, a firewall, a captive portal, a CDN's page.
//! Behind that, status codes decide, not the numbers in the body, which are only
//! examples. What nobody foresaw keeps the events and tells the owner.

use std::time::Duration;

use serde::Deserialize;

use super::client::{Answer, CallFailed};
use super::headers::{retry_after, window_left};
use super::redact::quote;
use super::words::{Word, is_of_pinterest, words};

/// A rate limit that does not say when it ends, ends with its minute.
const UNTOLD_LIMIT: Duration = Duration::from_secs(60);
/// What somebody on the way asks for is honoured up to here: his page of
/// maintenance must not keep an order out of its first hour.
const LONGEST_OF_OTHERS: Duration = Duration::from_secs(300);
/// The proxy wants to know who asks; no waiting tells it.
const PROXY_WANTS_NAME: &str =
    "the proxy asks for a name and a password: see pinrelay.proxy (HTTP 407)";

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A word on each event, in the order they were sent.
    Verdicts(Vec<Word>),
    /// Pinterest took the call, but its answer cannot be read or does not add
    /// up: neither an acknowledgement nor a refusal.
    Unread(String),
    /// The same bytes again, not before `after` where that is given.
    Retry {
        /// What a header asked for.
        after: Option<Duration>,
        /// For the owner.
        message: String,
    },
    /// Not Pinterest's answer, so no word on any event: again, not before
    /// `after`, and fewer at a time, for it may be the size that is refused.
    NotPinterest {
        /// What a header asked for.
        after: Option<Duration>,
        /// For the owner.
        message: String,
    },
    /// Something in the batch is refused: find it by halves. For a batch of
    /// one, that event is refused for this reason.
    Split(String),
    /// Nothing will be taken until the settings change: keep everything.
    Pause {
        /// One of the reasons of [`crate::spool::Pause`].
        reason: &'static str,
        /// For the owner.
        message: String,
    },
}

/// An error of Pinterest's.
#[derive(Deserialize)]
struct Fault {
    code: i64,
    message: String,
    details: Option<serde_json::Value>,
}

impl Fault {
    /// Nothing where this is somebody else's answer. Gateways write JSON of the
    /// same two keys, in which the code is the status once more; Pinterest's
    /// codes are numbers of its own.
    fn read(answer: &Answer) -> Option<Self> {
        let fault: Self = serde_json::from_slice(&answer.body).ok()?;
        (fault.code != i64::from(answer.status)).then_some(fault)
    }
}

/// Reads what came of a call of `sent` events.
pub fn classify(call: &Result<Answer, CallFailed>, sent: usize) -> Outcome {
    match call {
        Ok(answer) => read(answer, sent),
        Err(CallFailed::Proxy(407)) => pause("configuration", PROXY_WANTS_NAME.to_owned()),
        Err(error) => Outcome::Retry {
            after: None,
            message: error.to_string(),
        },
    }
}

fn read(answer: &Answer, sent: usize) -> Outcome {
    let status = answer.status;
    if (200..300).contains(&status) {
        return match words(&answer.body, sent) {
            Ok(words) => Outcome::Verdicts(words),
            Err(why) if is_of_pinterest(&answer.body) => Outcome::Unread(why),
            Err(_) => not_pinterest(answer),
        };
    }
    if status == 407 {
        return pause("configuration", PROXY_WANTS_NAME.to_owned());
    }
    let Some(fault) = Fault::read(answer) else {
        return not_pinterest(answer);
    };
    let message = describe(status, &fault.message);
    match status {
        422 => fault
            .details
            .and_then(|details| words(details.to_string().as_bytes(), sent).ok())
            .map_or(Outcome::Split(message), Outcome::Verdicts),
        400 | 413 => Outcome::Split(message),
        401 => pause("unauthorized", message),
        403 => pause("forbidden", message),
        404 => pause("unknown_account", message),
        429 => Outcome::Retry {
            after: Some(limit_left(answer)),
            message,
        },
        501 => pause("configuration", message),
        408 | 425 | 500..=599 => Outcome::Retry {
            after: retry_after(answer),
            message,
        },
        // 402, 405 and whatever comes.
        _ => pause("configuration", message),
    }
}

/// How long a rate limit lasts.
fn limit_left(answer: &Answer) -> Duration {
    let told = retry_after(answer).or_else(|| window_left(answer));
    told.unwrap_or(UNTOLD_LIMIT)
}

/// An answer of somebody on the way.
fn not_pinterest(answer: &Answer) -> Outcome {
    let status = answer.status;
    let after = match status {
        429 => Some(limit_left(answer)),
        _ => retry_after(answer),
    };
    let what = match status {
        // A token is never sent on to where it points.
        300..=399 => "a redirect, which is not followed",
        _ => "not in Pinterest's words",
    };
    Outcome::NotPinterest {
        after: after.map(|after| after.min(LONGEST_OF_OTHERS)),
        message: format!(
            "HTTP {status}, {what}: a proxy, a firewall or a gateway answered in its place"
        ),
    }
}

fn pause(reason: &'static str, message: String) -> Outcome {
    Outcome::Pause { reason, message }
}

fn describe(status: u16, message: &str) -> String {
    match message.is_empty() {
        true => format!("HTTP {status}"),
        false => format!("HTTP {status}: {}", quote(message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            body: body.as_bytes().to_vec(),
            ..Answer::default()
        }
    }

    fn kind(outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Verdicts(words) if words.iter().all(|w| *w == Word::Processed) => "all",
            Outcome::Verdicts(words) if words.contains(&Word::Processed) => "some",
            Outcome::Verdicts(_) => "none",
            Outcome::Unread(_) => "unread",
            Outcome::Retry { .. } => "retry",
            Outcome::NotPinterest { .. } => "not pinterest",
            Outcome::Split(_) => "split",
            Outcome::Pause { reason, .. } => reason,
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
        let detailed =
            |details: &str| format!(r#"{{"code":953,"message":"m","details":{details}}}"#);
        let (all, some, none) = (detailed(TWO), detailed(ONE_OF_TWO), detailed(NONE_OF_TWO));
        let short = detailed(r#"{"events":[{"status":"failed"}]}"#);
        let rows: &[(u16, &str, &str)] = &[
            // Taken, with a word on each event.
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
            (400, ERROR, "split"),
            (400, HTML, "not pinterest"),
            (413, HTML, "not pinterest"),
            (422, &all, "all"),
            (422, &some, "some"),
            (422, &none, "none"),
            (422, &short, "split"),
            (422, ERROR, "split"),
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
                kind(&classify(&Ok(answer(*status, body)), 2)),
                *expected,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn no_status_whatever_its_body_acknowledges_but_a_2xx_or_a_detailed_422() {
        for status in 0..1_000 {
            for body in [TWO, HTML, ERROR, ""] {
                let is_all = kind(&classify(&Ok(answer(status, body)), 2)) == "all";
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
            let outcome = classify(&Err(error.clone()), 2);
            assert_eq!(kind(&outcome), expected, "{error}");
        }
    }

    #[test]
    fn a_proxy_that_wants_a_name_is_said_to_in_plain_words_either_way() {
        let asked = classify(&Err(CallFailed::Proxy(407)), 1);
        assert_eq!(asked, classify(&Ok(answer(407, HTML)), 1));
        let Outcome::Pause { message, .. } = asked else {
            panic!("no pause")
        };
        assert!(message.contains("the proxy asks for a name and a password"));
    }

    fn after(answer: &Answer) -> Option<u64> {
        match classify(&Ok(answer.clone()), 1) {
            Outcome::Retry { after, .. } | Outcome::NotPinterest { after, .. } => {
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
                    let outcome = classify(&Ok(answer(status, body)), sent);
                    let is_events = body.contains("events") && (200..300).contains(&status);
                    let expected = if is_events { "unread" } else { "not pinterest" };
                    assert_eq!(kind(&outcome), expected, "{status} {body}");
                }
                let gateways = format!(r#"{{"code":{status},"message":"no"}}"#);
                let outcome = classify(&Ok(answer(status, &gateways)), sent);
                assert_eq!(kind(&outcome), "not pinterest", "{status}");
            }
        }
    }

    #[test]
    fn a_redirect_is_said_to_be_one() {
        let Outcome::NotPinterest { message, .. } = classify(&Ok(answer(302, HTML)), 1) else {
            panic!("a verdict")
        };
        assert!(message.starts_with("HTTP 302, a redirect"), "{message}");
    }

    #[test]
    fn words_without_end_are_cut() {
        let body = format!(r#"{{"code":1,"message":"{}"}}"#, "word ".repeat(100_000));
        let Outcome::Split(message) = classify(&Ok(answer(400, &body)), 1) else {
            panic!("not split")
        };
        assert!(message.len() < 1_000);
    }
}
