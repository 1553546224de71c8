//! How long to wait after a failed call: exponential back-off with full jitter.
//! How fast calls may follow each other: GCRA. Pure.

use std::time::{Duration, Instant};

const BASE_MS: u64 = 1_000;
/// While an order can still be counted with its browser half.
const CAP_FRESH_MS: u64 = 60_000;
const CAP_MS: u64 = 300_000;
/// Full jitter may draw zero; a sick endpoint deserves a breath.
const LEAST_MS: u64 = 100;
/// What a header asks for is honoured up to here: a clock or a header gone
/// wrong must not silence a shop for days.
pub const LONGEST: Duration = Duration::from_secs(3_600);

/// Exponential back-off with full jitter: a random part of a span that doubles
/// with each failure in a row (1 is the first). `fresh` says that an event is
/// waiting that the first hour still counts for.
pub fn wait(failures: u32, fresh: bool, random: u64) -> Duration {
    Duration::from_millis((random % (span(failures, fresh) + 1)).max(LEAST_MS))
}

/// Milliseconds that a wait is drawn from.
fn span(failures: u32, fresh: bool) -> u64 {
    let cap = if fresh { CAP_FRESH_MS } else { CAP_MS };
    let doublings = failures.saturating_sub(1).min(20);
    (BASE_MS << doublings).min(cap)
}

/// How long to wait after an answer that nobody could read, the `tries`th in a
/// row to the same events: one, two, four, eight minutes. Pinterest may have
/// taken them, so there is no hurry, and a page of maintenance that is served
/// as a 200 may go away before five such answers settle an order.
pub fn wait_unread(tries: u8) -> Duration {
    Duration::from_secs(60 << tries.saturating_sub(1).min(3))
}

/// The rate limit of one leader, as a generic cell rate algorithm (GCRA).
///
/// Pinterest allows 5,000 calls a minute for an account, and ten test calls a
/// second. Some may come together, and behind them one each interval: so no
/// minute, wherever it begins, has more than the limit.
#[derive(Debug)]
pub struct Gcra {
    /// The emission interval.
    every: Duration,
    /// How far ahead of their even spread calls may be: the burst tolerance.
    tolerance: Duration,
    /// When the next call is due if all are spread evenly: the theoretical arrival
    /// time.
    due: Option<Instant>,
}

impl Gcra {
    /// The limit of a destination.
    pub fn new(test: bool) -> Self {
        let (every, burst) = match test {
            // 2 and then 8 a second.
            true => (Duration::from_millis(125), 2),
            // 20 and then 4,800 a minute, so that there is space for the 20 of a
            // few leaders more; 80 calls a second carry 80,000 events.
            false => (Duration::from_micros(12_500), 20),
        };
        Self {
            every,
            tolerance: every * (burst - 1),
            due: None,
        }
    }

    /// How long the next call has to wait.
    pub fn wait(&self, now: Instant) -> Duration {
        let due = self.due.unwrap_or(now);
        due.saturating_duration_since(now + self.tolerance)
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
        #[test]
        fn a_wait_is_a_part_of_its_span_and_never_nothing(
            failures: u32,
            fresh: bool,
            random: u64,
        ) {
            let wait = wait(failures, fresh, random).as_millis();
            let most = if fresh { 60_000 } else { 300_000 };
            prop_assert!((100..=most).contains(&wait));
            prop_assert!(wait <= u128::from(span(failures, fresh)));
        }

        #[test]
        fn spans_grow_with_each_failure_up_to_their_cap(failures in 0u32..u32::MAX, fresh: bool) {
            let (now, next) = (span(failures, fresh), span(failures + 1, fresh));
            prop_assert!(now <= next);
            let cap = if fresh { CAP_FRESH_MS } else { CAP_MS };
            let grown = if failures == 0 { now } else { (2 * now).min(cap) };
            prop_assert_eq!(next, grown);
        }
    }

    #[test]
    fn the_whole_span_is_drawn_from() {
        for (failures, fresh, most) in [
            (0, true, 1_000),
            (1, true, 1_000),
            (3, true, 4_000),
            (9, true, 60_000),
            (9, false, 256_000),
            (u32::MAX, false, 300_000),
        ] {
            let longest = Duration::from_millis(most);
            assert_eq!(wait(failures, fresh, most), longest, "{failures} {fresh}");
            assert_eq!(
                wait(failures, fresh, most + 1),
                Duration::from_millis(LEAST_MS)
            );
        }
    }

    #[test]
    fn an_order_has_sixty_tries_in_its_first_hour_on_average() {
        // Half of each span, as a fair draw has it.
        let (mut waited, mut tries) = (0, 0);
        while waited < 3_600_000 {
            tries += 1;
            waited += span(tries, true) / 2;
        }
        assert!(tries >= 60, "{tries}");
    }

    #[test]
    fn unread_answers_are_spread_over_a_quarter_of_an_hour() {
        let all: Duration = (1..5).map(wait_unread).sum();
        assert_eq!(all, Duration::from_secs(15 * 60));
        assert_eq!(wait_unread(u8::MAX), Duration::from_secs(480));
    }

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
            let mut rate = Gcra::new(test);
            let mut now = Instant::now();
            let mut calls = Vec::new();
            for pause in pauses {
                now += Duration::from_millis(pause) + rate.wait(now);
                rate.call(now);
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
        let mut rate = Gcra::new(false);
        for _ in 0..20 {
            assert_eq!(rate.wait(now), Duration::ZERO);
            rate.call(now);
        }
        assert_eq!(rate.wait(now), Duration::from_micros(12_500));
    }
}
