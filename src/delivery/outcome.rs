//! What a call came to for the events in it. A pure table.
//!
//! Status codes decide, not the numbers in the body, which are only examples
//! (CONTRACT 7). What nobody foresaw keeps the events and tells the owner.

use std::time::Duration;

use serde::Deserialize;

use super::client::{Answer, CallFailed};
use super::headers::{retry_after, window_left};
use super::redact::quote;
use super::words::{Word, words};

/// A rate limit that does not say when it ends, ends with its minute.
const UNTOLD_LIMIT: Duration = Duration::from_secs(60);
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

#[derive(Deserialize, Default)]
#[serde(default)]
struct Fault {
    /// Present in every error of Pinterest, and hardly in anybody else's.
    code: Option<i64>,
    message: Option<String>,
    details: Option<serde_json::Value>,
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
    let fault: Fault = serde_json::from_slice(&answer.body).unwrap_or_default();
    let is_pinterest = fault.code.is_some();
    let message = describe(answer.status, fault.message.as_deref());
    let retry = |after, message| Outcome::Retry { after, message };
    match answer.status {
        200..=299 => words(&answer.body, sent).map_or_else(Outcome::Unread, Outcome::Verdicts),
        422 => fault
            .details
            .and_then(|details| words(details.to_string().as_bytes(), sent).ok())
            .map_or(Outcome::Split(message), Outcome::Verdicts),
        400 | 413 => Outcome::Split(message),
        401 => pause("unauthorized", message),
        403 if is_pinterest => pause("forbidden", message),
        404 if is_pinterest => pause("unknown_account", message),
        // Somebody on the way: a firewall, a load balancer, a captive portal.
        403 | 404 => retry(None, message),
        407 => pause("configuration", PROXY_WANTS_NAME.to_owned()),
        429 => {
            let told = retry_after(answer).or_else(|| window_left(answer));
            retry(Some(told.unwrap_or(UNTOLD_LIMIT)), message)
        }
        501 => pause("configuration", message),
        408 | 425 | 500..=599 => retry(retry_after(answer), message),
        // Redirects (a token is never sent on), 402, 405 and whatever comes.
        _ => pause("configuration", message),
    }
}

fn pause(reason: &'static str, message: String) -> Outcome {
    Outcome::Pause { reason, message }
}

fn describe(status: u16, message: Option<&str>) -> String {
    match message {
        Some(message) if !message.is_empty() => format!("HTTP {status}: {}", quote(message)),
        _ => format!("HTTP {status}"),
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
            (200, "", "unread"),
            (200, "{}", "unread"),
            (200, "[]", "unread"),
            (200, "ok", "unread"),
            (200, "\u{0}\u{1}", "unread"),
            (200, HTML, "unread"),
            (200, ERROR, "unread"),
            (202, "", "unread"),
            (204, "", "unread"),
            (206, &TWO[..40], "unread"),
            // Something in the batch.
            (400, ERROR, "split"),
            (400, HTML, "split"),
            (413, HTML, "split"),
            (422, &all, "all"),
            (422, &some, "some"),
            (422, &none, "none"),
            (422, &short, "split"),
            (422, ERROR, "split"),
            (422, TWO, "split"),
            (422, HTML, "split"),
            (422, "", "split"),
            // The settings, says Pinterest.
            (401, ERROR, "unauthorized"),
            (401, HTML, "unauthorized"),
            (401, "", "unauthorized"),
            (403, ERROR, "forbidden"),
            (404, ERROR, "unknown_account"),
            // Somebody on the way.
            (403, HTML, "retry"),
            (403, "", "retry"),
            (403, r#"{"error":"denied"}"#, "retry"),
            (404, HTML, "retry"),
            (404, "", "retry"),
            // Not now.
            (408, "", "retry"),
            (408, ERROR, "retry"),
            (425, "", "retry"),
            (429, ERROR, "retry"),
            (429, HTML, "retry"),
            (500, ERROR, "retry"),
            (500, HTML, "retry"),
            (502, HTML, "retry"),
            (503, r#"{"code":4197,"message":"ramped down"}"#, "retry"),
            (504, "", "retry"),
            (520, HTML, "retry"),
            (599, "", "retry"),
            // Nobody knows, so the owner is asked.
            (301, HTML, "configuration"),
            (302, "", "configuration"),
            (303, "", "configuration"),
            (304, "", "configuration"),
            (307, HTML, "configuration"),
            (308, HTML, "configuration"),
            (402, HTML, "configuration"),
            (405, HTML, "configuration"),
            (406, "", "configuration"),
            (407, HTML, "configuration"),
            (410, "", "configuration"),
            (411, "", "configuration"),
            (414, "", "configuration"),
            (415, ERROR, "configuration"),
            (431, "", "configuration"),
            (451, "", "configuration"),
            (501, "", "configuration"),
            (100, "", "configuration"),
            (101, "", "configuration"),
            (103, "", "configuration"),
            (0, "", "configuration"),
            (600, "", "configuration"),
            (999, HTML, "configuration"),
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

    #[test]
    fn waits_follow_the_headers() {
        let after = |answer: &Answer| match classify(&Ok(answer.clone()), 1) {
            Outcome::Retry { after, .. } => after.map(|after| after.as_secs()),
            other => panic!("{other:?}"),
        };
        let mut limited = answer(429, "");
        assert_eq!(after(&limited), Some(60));
        limited.ratelimit_reset = Some("7".into());
        assert_eq!(after(&limited), Some(7));
        limited.retry_after = Some("9".into());
        assert_eq!(after(&limited), Some(9));
        limited.retry_after = Some("soon".into());
        assert_eq!(after(&limited), Some(7));
        for status in [408, 425, 500, 503] {
            // The window's end is told with every answer; a fault does not wait for it.
            let mut faulty = answer(status, "");
            faulty.ratelimit_reset = Some("7".into());
            assert_eq!(after(&faulty), None, "{status}");
            faulty.retry_after = Some("3".into());
            assert_eq!(after(&faulty), Some(3), "{status}");
        }
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
