//! When it happened, against the clock that is passed in.
//! docs/wire-contract.md#event-time.
//!
//! It reads no clock.

/// The oldest event Pinterest is known to take.
pub(crate) const OLDEST: i64 = 7 * 24 * 60 * 60;

/// How far the clocks of two machines may differ without a warning.
const SKEW: i64 = 5;

/// Below it no milliseconds since the seventies, above it no seconds before the year 5138.
const SECONDS_END: i64 = 100_000_000_000;

/// The time of an event, and whether it had to be moved.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum When {
    /// As given, or now, or some seconds back to now.
    At(i64),
    /// Given in the future by more than clocks differ: now instead.
    Clamped(i64),
}

/// The time to send, in unix seconds. The error is the rule broken.
pub(super) fn event_time(given: Option<i64>, now: i64) -> Result<When, &'static str> {
    let Some(given) = given else {
        return Ok(When::At(now));
    };
    if given >= SECONDS_END {
        return Err("must be in unix seconds, not milliseconds or finer");
    }
    if now.saturating_sub(given) > OLDEST {
        return Err("is more than 7 days ago, which Pinterest refuses");
    }
    if given.saturating_sub(now) > SKEW {
        return Ok(When::Clamped(now));
    }
    Ok(When::At(given.min(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000;

    #[test]
    fn a_time_of_the_last_seven_days_is_kept() {
        for given in [NOW, NOW - 1, NOW - OLDEST] {
            assert_eq!(event_time(Some(given), NOW), Ok(When::At(given)));
        }
        assert_eq!(event_time(None, NOW), Ok(When::At(NOW)));
    }

    #[test]
    fn the_future_becomes_now_and_only_a_distant_one_is_told() {
        assert_eq!(event_time(Some(NOW + SKEW), NOW), Ok(When::At(NOW)));
        let distant = event_time(Some(NOW + SKEW + 1), NOW);
        assert_eq!(distant, Ok(When::Clamped(NOW)));
    }

    #[test]
    fn milliseconds_and_the_distant_past_are_errors() {
        for given in [NOW * 1000, i64::MAX] {
            assert!(event_time(Some(given), NOW).unwrap_err().contains("milli"));
        }
        for given in [NOW - OLDEST - 1, 0, -1, i64::MIN] {
            assert!(event_time(Some(given), NOW).unwrap_err().contains("7 days"));
        }
    }
}
