//! What an answer of Pinterest means for the events of the call. A pure table.
//!
//! Status codes decide, not the numbers in the body, which are only examples
//! (CONTRACT 7). What nobody foresaw keeps the events and tells the owner.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;

use super::backoff::LONGEST;
use super::client::Answer;
use crate::spool::shorten;

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

/// Pinterest's word on one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It counts.
    Processed,
    /// It never will, in Pinterest's own words.
    Refused(String),
}

#[derive(Deserialize)]
struct Body {
    num_events_received: Option<u64>,
    num_events_processed: Option<u64>,
    events: Option<Vec<One>>,
}

#[derive(Deserialize)]
struct One {
    status: String,
    error_message: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Fault {
    /// Present in every error of Pinterest, and hardly in anybody else's.
    code: Option<i64>,
    message: Option<String>,
    details: Option<serde_json::Value>,
}

/// Reads an answer to a call of `sent` events.
pub fn classify(answer: &Answer, sent: usize) -> Outcome {
    let fault: Fault = serde_json::from_slice(&answer.body).unwrap_or_default();
    let is_pinterest = fault.code.is_some();
    let message = describe(answer.status, fault.message.as_deref());
    let pause = |reason| Outcome::Pause {
        reason,
        message: message.clone(),
    };
    let retry = |after| Outcome::Retry {
        after,
        message: message.clone(),
    };
    match answer.status {
        200..=299 => words(&answer.body, sent).map_or_else(Outcome::Unread, Outcome::Verdicts),
        422 => fault
            .details
            .and_then(|details| words(details.to_string().as_bytes(), sent).ok())
            .map_or(Outcome::Split(message), Outcome::Verdicts),
        400 | 413 => Outcome::Split(message),
        401 => pause("unauthorized"),
        403 if is_pinterest => pause("forbidden"),
        404 if is_pinterest => pause("unknown_account"),
        // Somebody on the way: a firewall, a load balancer, a captive portal.
        403 | 404 => retry(None),
        429 => retry(Some(
            retry_after(answer)
                .or_else(|| window_left(answer))
                .unwrap_or(Duration::from_secs(60)),
        )),
        408 | 425 => retry(retry_after(answer)),
        501 => pause("configuration"),
        500..=599 => retry(retry_after(answer)),
        // Redirects (a token is never sent on), 402, 407 and whatever comes.
        _ => pause("configuration"),
    }
}

/// A word on each event, if the body has one for each and its counts agree.
fn words(body: &[u8], sent: usize) -> Result<Vec<Word>, String> {
    let body: Body = serde_json::from_slice(body)
        .map_err(|_| "the answer is not the JSON of the API".to_owned())?;
    if let Some(received) = body.num_events_received
        && received != sent as u64
    {
        return Err(format!("{sent} events were sent, and {received} received"));
    }
    let Some(events) = body.events else {
        return match body.num_events_processed {
            Some(processed) if processed == sent as u64 => Ok(vec![Word::Processed; sent]),
            _ => Err("the answer has no word on the single events".to_owned()),
        };
    };
    if events.len() != sent {
        return Err(format!(
            "{sent} events were sent, and {} answered",
            events.len()
        ));
    }
    let words: Vec<Word> = events
        .into_iter()
        .map(|one| match one.status.as_str() {
            "processed" => Ok(Word::Processed),
            "failed" => Ok(Word::Refused(quote(
                one.error_message
                    .as_deref()
                    .filter(|text| !text.is_empty())
                    .unwrap_or("failed, without a reason"),
            ))),
            _ => Err("an event has a status that the API does not name".to_owned()),
        })
        .collect::<Result<_, _>>()?;
    let processed = words
        .iter()
        .filter(|word| **word == Word::Processed)
        .count();
    match body.num_events_processed {
        Some(count) if count != processed as u64 => Err(format!(
            "{count} events are said to be processed, and {processed} are marked so"
        )),
        _ => Ok(words),
    }
}

fn describe(status: u16, message: Option<&str>) -> String {
    match message {
        Some(message) if !message.is_empty() => format!("HTTP {status}: {}", quote(message)),
        _ => format!("HTTP {status}"),
    }
}

/// Pinterest's words as they may be kept and shown.
fn quote(words: &str) -> String {
    shorten(&redact(words))
}

fn seconds(text: Option<&str>) -> Option<Duration> {
    let seconds = text?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    seconds(answer.retry_after.as_deref())
}

/// Until the rate limit's window ends. Every answer has this header, so by
/// itself it asks for nothing.
fn window_left(answer: &Answer) -> Option<Duration> {
    seconds(answer.ratelimit_reset.as_deref())
}

/// How long to rest after a good answer that used up the rate limit.
pub(super) fn rest(answer: &Answer) -> Option<Duration> {
    let is_used_up = answer.ratelimit_remaining.as_deref()?.trim() == "0";
    is_used_up.then(|| retry_after(answer).or_else(|| window_left(answer)))?
}

/// Takes hashes, addresses and tokens out of words that Pinterest may have
/// quoted from an event.
pub fn redact(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "@._:+-".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(is_word).unwrap_or(rest.len());
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let bare = word.trim_matches(['.', ':']);
        // A name may stand before it: "em:836f...", "ip:203.0.113.7".
        let behind_colon = bare.split_once(':').map_or(bare, |(_, value)| value);
        out.push_str(match bare {
            _ if has_hash(bare) => "[hash]",
            _ if bare.contains("pina_") => "[token]",
            _ if bare.contains('@') => "[e-mail]",
            _ if [word, bare, behind_colon].into_iter().any(is_address) => "[address]",
            _ => word,
        });
        rest = &rest[end..];
    }
    out
}

/// Whether as many hexadecimal digits follow each other as a hash has, or
/// the shortest kind of one.
fn has_hash(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() >= 32)
}

/// Whether it is an IP address, with or without a port.
fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || text.parse::<SocketAddr>().is_ok()
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
            Outcome::Verdicts(_) => "some",
            Outcome::Unread(_) => "unread",
            Outcome::Retry { .. } => "retry",
            Outcome::Split(_) => "split",
            Outcome::Pause { reason, .. } => reason,
        }
    }

    #[test]
    fn the_table() {
        const ERROR: &str = r#"{"code":29,"message":"no"}"#;
        const HTML: &str = "<html>hello</html>";
        const TWO: &str = r#"{"num_events_received":2,"num_events_processed":2,
            "events":[{"status":"processed","warning_message":"w"},{"status":"processed","error_message":null}]}"#;
        const ONE_OF_TWO: &str = r#"{"num_events_received":2,"num_events_processed":1,
            "events":[{"status":"failed","error_message":"bad"},{"status":"processed","error_message":""}]}"#;
        let partial = format!(r#"{{"code":953,"message":"m","details":{ONE_OF_TWO}}}"#);
        for (status, body, expected) in [
            (200, TWO, "all"),
            (201, TWO, "all"),
            (200, ONE_OF_TWO, "some"),
            (
                200,
                r#"{"num_events_received":2,"num_events_processed":2}"#,
                "all",
            ),
            (
                200,
                r#"{"num_events_received":2,"num_events_processed":1}"#,
                "unread",
            ),
            (
                200,
                r#"{"num_events_received":3,"num_events_processed":3,"events":[]}"#,
                "unread",
            ),
            (200, r#"{"events":[{"status":"processed"}]}"#, "unread"),
            (
                200,
                r#"{"events":[{"status":"processed"},{"status":"queued"}]}"#,
                "unread",
            ),
            (
                200,
                r#"{"num_events_processed":1,"events":[{"status":"processed"},{"status":"processed"}]}"#,
                "unread",
            ),
            (200, "", "unread"),
            (200, HTML, "unread"),
            (204, "", "unread"),
            (301, HTML, "configuration"),
            (400, ERROR, "split"),
            (401, "", "unauthorized"),
            (402, HTML, "configuration"),
            (403, ERROR, "forbidden"),
            (403, HTML, "retry"),
            (404, ERROR, "unknown_account"),
            (404, HTML, "retry"),
            (407, HTML, "configuration"),
            (408, "", "retry"),
            (413, HTML, "split"),
            (422, &partial, "some"),
            (422, ERROR, "split"),
            (
                422,
                r#"{"code":953,"details":{"events":[{"status":"failed"}]}}"#,
                "split",
            ),
            (425, "", "retry"),
            (429, ERROR, "retry"),
            (500, HTML, "retry"),
            (501, "", "configuration"),
            (503, ERROR, "retry"),
        ] {
            assert_eq!(
                kind(&classify(&answer(status, body), 2)),
                expected,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn waits_follow_the_headers_within_an_hour() {
        let mut limited = answer(429, "");
        let after = |answer: &Answer| match classify(answer, 1) {
            Outcome::Retry { after, .. } => after.map(|after| after.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(after(&limited), Some(60));
        limited.ratelimit_reset = Some("7".into());
        assert_eq!(after(&limited), Some(7));
        limited.retry_after = Some("999999".into());
        assert_eq!(after(&limited), Some(3_600));
        limited.retry_after = Some("120000, 120000;w=60".into());
        assert_eq!(after(&limited), Some(7));
        // The window's end is told with every answer; a fault does not wait for it.
        limited.status = 500;
        assert_eq!(after(&limited), None);
        limited.retry_after = Some("3".into());
        assert_eq!(after(&limited), Some(3));
    }

    #[test]
    fn only_a_used_up_rate_limit_asks_for_a_rest() {
        let mut good = answer(200, "");
        good.ratelimit_reset = Some("42".into());
        for (remaining, expected) in [(None, None), (Some("17"), None), (Some("0"), Some(42))] {
            good.ratelimit_remaining = remaining.map(str::to_owned);
            assert_eq!(
                rest(&good).map(|rest| rest.as_secs()),
                expected,
                "{remaining:?}"
            );
        }
    }

    #[test]
    fn words_without_end_are_cut() {
        let body = format!(r#"{{"code":1,"message":"{}"}}"#, "word ".repeat(100_000));
        let Outcome::Split(message) = classify(&answer(400, &body), 1) else {
            panic!("not split")
        };
        assert!(message.len() < 1_000);
    }

    #[test]
    fn what_pinterest_quotes_is_not_repeated() {
        let hash = "836f82db99121b34".repeat(4);
        let text = format!("'{hash}' and 203.0.113.7, 2001:db8::1: a@b.example; pina_AB12 is off");
        assert_eq!(
            redact(&text),
            "'[hash]' and [address], [address] [e-mail]; [token] is off"
        );
        let text = format!("em:{hash} x_{hash} ip:203.0.113.7 203.0.113.7:443 token:pina_AB ::1");
        assert_eq!(
            redact(&text),
            "[hash] [hash] [address] [address] [token] [address]"
        );
        assert_eq!(
            redact("Additional properties (näme)."),
            "Additional properties (näme)."
        );
    }
}
