//! What an answer means for the events of its call. Pure.
//!
//! Only Pinterest can settle an event, and only its JSON is known to be its own:
//! `{"code": …, "message": …}` for an error, a status for each event in the rest.
//! Whatever else answers, with whatever status, is a middlebox: a proxy, a
//! firewall, a captive portal, a CDN's page. Behind that, status codes decide, not
//! the numbers in the body, which are only examples. What nobody foresaw keeps the
//! events and tells the owner.
//!
//! An acknowledgement is believed only from an answer that has a status for every
//! event that was sent and whose counts agree with these. Everything else tells
//! nothing: the events may have been taken, or not.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::backoff::LONGEST;
use super::client::{Answer, CallFailed};
use super::redact::quote;

/// A rate limit that does not say when it ends, ends with its minute.
const UNTOLD_LIMIT: Duration = Duration::from_secs(60);
/// A rate limit's window is a minute, or a day for an application on trial. A
/// larger number is no number of seconds, but a time of day for example.
const LONGEST_WINDOW: u64 = 86_400;
/// What a middlebox asks for is honoured up to here: its page of maintenance must
/// not keep an order out of its first hour.
const LONGEST_OF_MIDDLEBOX: Duration = Duration::from_secs(300);
/// The proxy wants to know who asks; no waiting tells it.
const PROXY_WANTS_NAME: &str =
    "the proxy asks for a name and a password: see pinrelay.proxy (HTTP 407)";

/// What an answer, or none, means.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// Pinterest's result for each event.
    Results {
        /// In the order they were sent: processed, or refused in these words.
        events: Vec<Result<(), String>>,
        /// The rate limit is used up: no call for so long.
        rest: Option<Duration>,
    },
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
    /// A middlebox's answer, which says nothing of any event: again, not before
    /// `after`, and fewer at a time, for it may be the size that is refused.
    NotPinterest {
        /// What a header asked for.
        after: Option<Duration>,
        /// For the owner.
        message: String,
    },
    /// The call is refused for something in it: bisect. For a call of one event,
    /// that event is refused for this reason.
    Refused(String),
    /// Nothing will be taken until the settings change: keep everything.
    Pause {
        /// One of the reasons of [`crate::spool::Pause`].
        reason: &'static str,
        /// For the owner.
        message: String,
    },
}

impl Response {
    /// Reads what came of a call of `sent` events.
    pub fn of(call: &Result<Answer, CallFailed>, sent: usize) -> Self {
        match call {
            Ok(answer) => read(answer, sent),
            Err(CallFailed::Proxy(407)) => pause("configuration", PROXY_WANTS_NAME.to_owned()),
            Err(error) => Self::Retry {
                after: None,
                message: error.to_string(),
            },
        }
    }

    /// Whether it says that Pinterest took an event.
    pub fn has_success(&self) -> bool {
        matches!(self, Self::Results { events, .. } if events.iter().any(Result::is_ok))
    }

    /// Whether it says that the one event sent would be taken.
    pub fn is_processed(&self) -> bool {
        matches!(self, Self::Results { events, .. } if *events == [Ok(())])
    }
}

/// A JSON object. A struct alone could be read out of an array, too, by position.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfMap<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(OfMap(PhantomData))
    }
}

/// An error of Pinterest's.
#[derive(Deserialize)]
struct ApiError {
    code: i64,
    message: String,
    details: Option<serde_json::Value>,
}

impl ApiError {
    /// Returns `None` where this is somebody else's answer. Gateways write JSON of
    /// the same two keys, in which the code is the status once more; Pinterest's
    /// codes are numbers of its own.
    fn read(answer: &Answer) -> Option<Self> {
        let Object(error): Object<Self> = serde_json::from_slice(&answer.body).ok()?;
        (error.code != i64::from(answer.status)).then_some(error)
    }
}

/// The body of a 200, and `details` in one of a 422.
#[derive(Deserialize)]
struct Body {
    num_events_received: Option<u64>,
    num_events_processed: Option<u64>,
    events: Vec<Object<EventStatus>>,
}

#[derive(Deserialize)]
struct EventStatus {
    status: String,
    error_message: Option<String>,
}

fn read(answer: &Answer, sent: usize) -> Response {
    let status = answer.status;
    let with_rest = |events| Response::Results {
        events,
        rest: rest(answer),
    };
    if (200..300).contains(&status) {
        return match results(&answer.body, sent) {
            Ok(events) => with_rest(events),
            Err(why) if is_of_pinterest(&answer.body) => Response::Unread(why),
            Err(_) => not_pinterest(answer),
        };
    }
    if status == 407 {
        return pause("configuration", PROXY_WANTS_NAME.to_owned());
    }
    let Some(error) = ApiError::read(answer) else {
        return not_pinterest(answer);
    };
    let message = describe(status, &error.message);
    match status {
        422 => error
            .details
            .and_then(|details| results(details.to_string().as_bytes(), sent).ok())
            .map_or(Response::Refused(message), with_rest),
        400 | 413 => Response::Refused(message),
        401 => pause("unauthorized", message),
        403 => pause("forbidden", message),
        404 => pause("unknown_account", message),
        429 => Response::Retry {
            after: Some(limit_left(answer)),
            message,
        },
        501 => pause("configuration", message),
        408 | 425 | 500..=599 => Response::Retry {
            after: retry_after(answer),
            message,
        },
        // 402, 405 and whatever comes.
        _ => pause("configuration", message),
    }
}

/// The result for each of `sent` events, in the order they were sent.
///
/// # Errors
/// Why the answer cannot be believed, for the owner.
fn results(body: &[u8], sent: usize) -> Result<Vec<Result<(), String>>, String> {
    let Object(body): Object<Body> = serde_json::from_slice(body)
        .map_err(|_| "the answer has no word on the single events".to_owned())?;
    let sent_says = |what: &str, count: u64| format!("{sent} events were sent, and {count} {what}");
    let answered = body.events.len() as u64;
    if answered != sent as u64 {
        return Err(sent_says("answered", answered));
    }
    if let Some(received) = body.num_events_received.filter(|n| *n != answered) {
        return Err(sent_says("received", received));
    }
    let events: Vec<_> = body
        .events
        .into_iter()
        .map(|Object(event)| result(event))
        .collect::<Result<_, _>>()?;
    let processed = events.iter().filter(|event| event.is_ok()).count() as u64;
    match body.num_events_processed {
        Some(count) if count != processed => Err(format!(
            "{count} events are said to be processed, and {processed} are marked so"
        )),
        _ => Ok(events),
    }
}

fn result(event: EventStatus) -> Result<Result<(), String>, String> {
    let why = event.error_message.as_deref();
    let why = why.filter(|text| !text.is_empty());
    match event.status.as_str() {
        "processed" => Ok(Ok(())),
        "failed" => Ok(Err(quote(why.unwrap_or("failed, without a reason")))),
        _ => Err("an event has a status that the API does not name".to_owned()),
    }
}

/// Whether an answer without a result for each event is Pinterest's all the same:
/// an object with the keys of such an answer, or the beginning of one that was
/// cut on its way.
fn is_of_pinterest(body: &[u8]) -> bool {
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(body) => {
            body["num_events_received"].is_u64()
                || body["num_events_processed"].is_u64()
                || body["events"].is_array()
        }
        Err(_) => {
            let is_blank = |byte: &u8| byte.is_ascii_whitespace();
            let start: Vec<u8> = body
                .iter()
                .copied()
                .filter(|b| !is_blank(b))
                .take(64)
                .collect();
            let has = |key: &[u8]| start.windows(key.len()).any(|part| part == key);
            start.first() == Some(&b'{') && (has(b"\"num_events_") || has(b"{\"events\":["))
        }
    }
}

/// An answer of a middlebox.
fn not_pinterest(answer: &Answer) -> Response {
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
    Response::NotPinterest {
        after: after.map(|after| after.min(LONGEST_OF_MIDDLEBOX)),
        message: format!(
            "HTTP {status}, {what}: a proxy, a firewall or a gateway answered in its place"
        ),
    }
}

fn pause(reason: &'static str, message: String) -> Response {
    Response::Pause { reason, message }
}

fn describe(status: u16, message: &str) -> String {
    match message.is_empty() {
        true => format!("HTTP {status}"),
        false => format!("HTTP {status}: {}", quote(message)),
    }
}

/// How long a rate limit lasts.
fn limit_left(answer: &Answer) -> Duration {
    let told = retry_after(answer).or_else(|| window_left(answer));
    told.unwrap_or(UNTOLD_LIMIT)
}

/// What `Retry-After` asks for: seconds, or a date. A date is compared with
/// the answer's own `Date`, because the shop's clock may be wrong.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.retry_after.as_deref()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(text).ok()?;
            let now = httpdate::parse_http_date(answer.date.as_deref()?.trim()).ok()?;
            // One that is over asks for no wait.
            until.duration_since(now).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST))
}

/// Until the rate limit's window ends. Every answer has this header, so by
/// itself it asks for nothing.
fn window_left(answer: &Answer) -> Option<Duration> {
    let seconds = first_number(answer.ratelimit_reset.as_deref()?)?;
    (seconds <= LONGEST_WINDOW).then(|| Duration::from_secs(seconds).min(LONGEST))
}

/// How long to rest after a good answer that used up the rate limit.
fn rest(answer: &Answer) -> Option<Duration> {
    let is_used_up = first_number(answer.ratelimit_remaining.as_deref()?)? == 0;
    is_used_up.then(|| retry_after(answer).or_else(|| window_left(answer)))?
}

/// Pinterest's own rate headers may list more than the number: "120000,
/// 120000;w=60;name=…".
fn first_number(text: &str) -> Option<u64> {
    text.split([',', ';']).next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests;
