//! The waits that an answer's headers ask for. Pure.

use std::time::Duration;

use super::backoff::LONGEST;
use super::client::Answer;

/// A window is a minute, or a day for an application on trial (CONTRACT 8). A
/// larger number is no number of seconds, but a time of day for example.
const LONGEST_WINDOW: u64 = 86_400;

/// What `Retry-After` asks for: seconds, or a date. A date is compared with
/// the answer's own `Date`, because the shop's clock may be wrong.
pub fn retry_after(answer: &Answer) -> Option<Duration> {
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
pub fn window_left(answer: &Answer) -> Option<Duration> {
    let seconds = first_number(answer.ratelimit_reset.as_deref()?)?;
    (seconds <= LONGEST_WINDOW).then(|| Duration::from_secs(seconds).min(LONGEST))
}

/// How long to rest after a good answer that used up the rate limit.
pub fn rest(answer: &Answer) -> Option<Duration> {
    let is_used_up = first_number(answer.ratelimit_remaining.as_deref()?)? == 0;
    is_used_up.then(|| retry_after(answer).or_else(|| window_left(answer)))?
}

/// Pinterest's own rate headers may list more than the number: "120000,
/// 120000;w=60;name=…" (CONTRACT 8).
fn first_number(text: &str) -> Option<u64> {
    text.split([',', ';']).next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
