//! How fast calls may follow each other. Pure.
//!
//! Pinterest allows 5,000 calls a minute for an account, and ten test calls a
//! second (CONTRACT 8). Some may come together, and behind them one each
//! interval: so no minute, wherever it begins, has more than the limit.

use std::time::{Duration, Instant};

/// Remembers the calls of one leader.
#[derive(Debug)]
pub struct Pace {
    every: Duration,
    /// How far ahead of their even spread calls may be.
    ahead: Duration,
    /// When the next call is due if all are spread evenly.
    due: Option<Instant>,
}

impl Pace {
    /// The pace of a destination.
    pub fn new(test: bool) -> Self {
        let (every, together) = match test {
            // 2 and then 8 a second.
            true => (Duration::from_millis(125), 2),
            // 20 and then 4,800 a minute, so that there is room for the 20 of a
            // few leaders more; 80 calls a second carry 80,000 events.
            false => (Duration::from_micros(12_500), 20),
        };
        Self {
            every,
            ahead: every * (together - 1),
            due: None,
        }
    }

    /// How long the next call has to wait.
    pub fn wait(&self, now: Instant) -> Duration {
        let due = self.due.unwrap_or(now);
        due.saturating_duration_since(now + self.ahead)
    }

    /// A call is made.
    pub fn call(&mut self, now: Instant) {
        self.due = Some(self.due.map_or(now, |due| due.max(now)) + self.every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn no_span_of_time_has_more_calls_than_its_limit(
            test: bool,
            pauses in prop::collection::vec(prop_oneof![4 => Just(0u64), 1 => 0u64..3_000], 5_500),
        ) {
            let (span, most) = match test {
                true => (Duration::from_secs(1), 10),
                false => (Duration::from_secs(60), 5_000),
            };
            let mut pace = Pace::new(test);
            let mut now = Instant::now();
            let mut calls = Vec::new();
            for pause in pauses {
                now += Duration::from_millis(pause) + pace.wait(now);
                pace.call(now);
                calls.push(now);
            }
            for window in calls.windows(most + 1) {
                prop_assert!(window[most] - window[0] > span);
            }
        }
    }

    #[test]
    fn a_few_calls_need_not_wait() {
        let now = Instant::now();
        let mut pace = Pace::new(false);
        for _ in 0..20 {
            assert_eq!(pace.wait(now), Duration::ZERO);
            pace.call(now);
        }
        assert_eq!(pace.wait(now), Duration::from_micros(12_500));
    }
}
