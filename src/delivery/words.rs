//! Reads Pinterest's word on each event of a call. Pure.
//!
//! An acknowledgement is believed only from an answer that has a word on every
//! event that was sent and whose counts agree with its words. Everything else
//! tells nothing: the events may have been taken, or not.

use serde::Deserialize;

use super::redact::quote;

/// Pinterest's word on one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It counts.
    Processed,
    /// It never will, in Pinterest's own words.
    Refused(String),
}

/// The body of a 200, and `details` in one of a 422 (CONTRACT 7).
#[derive(Deserialize)]
struct Body {
    num_events_received: Option<u64>,
    num_events_processed: Option<u64>,
    events: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    status: String,
    error_message: Option<String>,
}

/// A word on each of `sent` events, in the order they were sent.
///
/// # Errors
/// Why the answer cannot be believed, for the owner.
pub fn words(body: &[u8], sent: usize) -> Result<Vec<Word>, String> {
    let body: Body = serde_json::from_slice(body)
        .map_err(|_| "the answer has no word on the single events".to_owned())?;
    let sent_says = |what: &str, count: u64| format!("{sent} events were sent, and {count} {what}");
    let answered = body.events.len() as u64;
    if answered != sent as u64 {
        return Err(sent_says("answered", answered));
    }
    if let Some(received) = body.num_events_received.filter(|n| *n != answered) {
        return Err(sent_says("received", received));
    }
    let words: Vec<Word> = body
        .events
        .into_iter()
        .map(word)
        .collect::<Result<_, _>>()?;
    let processed = words.iter().filter(|word| **word == Word::Processed);
    let processed = processed.count() as u64;
    match body.num_events_processed {
        Some(count) if count != processed => Err(format!(
            "{count} events are said to be processed, and {processed} are marked so"
        )),
        _ => Ok(words),
    }
}

/// Whether an answer without a word on each event is Pinterest's all the same:
/// an object with the keys of such an answer, or the beginning of one that was
/// cut on its way.
pub fn is_of_pinterest(body: &[u8]) -> bool {
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

fn word(one: One) -> Result<Word, String> {
    let why = one.error_message.as_deref().filter(|text| !text.is_empty());
    match one.status.as_str() {
        "processed" => Ok(Word::Processed),
        "failed" => Ok(Word::Refused(quote(
            why.unwrap_or("failed, without a reason"),
        ))),
        _ => Err("an event has a status that the API does not name".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

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
    fn is_word_on_each(body: &[u8], sent: usize, words: &[Word]) -> bool {
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return false;
        };
        let count = |key: &str, n: usize| body[key].is_null() || body[key] == n;
        let processed = words.iter().filter(|w| **w == Word::Processed).count();
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
                        Word::Processed => "processed",
                        Word::Refused(_) => "failed",
                    }
            })
    }

    proptest! {
        #[test]
        fn no_bytes_break_it_and_none_are_taken_for_an_acknowledgement(
            body in prop::collection::vec(any::<u8>(), 0..200),
            sent in 0usize..4,
        ) {
            if let Ok(words) = words(&body, sent) {
                prop_assert!(is_word_on_each(&body, sent, &words));
            }
        }

        #[test]
        fn json_of_any_shape_acknowledges_only_what_it_says(
            body in any_json(),
            sent in 0usize..4,
        ) {
            let body = body.to_string().into_bytes();
            if let Ok(words) = words(&body, sent) {
                prop_assert!(is_word_on_each(&body, sent, &words));
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
            let read = |body: &Value, sent| words(body.to_string().as_bytes(), sent);
            let all = read(&body, sent).unwrap();
            prop_assert_eq!(all.iter().map(|w| *w == Word::Processed).collect::<Vec<_>>(), good);

            prop_assert!(read(&body, sent + 1).is_err() && read(&body, sent - 1).is_err());
            for key in ["num_events_received", "num_events_processed"] {
                let mut body = body.clone();
                body[key] = json!(body[key].as_u64().unwrap() + off);
                prop_assert!(read(&body, sent).is_err());
            }
            let text = body.to_string();
            let cut = cut.index(text.len());
            prop_assert!(words(&text.as_bytes()[..cut], sent).is_err());
        }
    }
}
