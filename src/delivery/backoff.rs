//! How long to wait after a failed call. Pure.

use std::time::Duration;

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
    let cap = if fresh { CAP_FRESH_MS } else { CAP_MS };
    let doublings = failures.saturating_sub(1).min(20);
    let span = (BASE_MS << doublings).min(cap);
    Duration::from_millis((random % (span + 1)).max(LEAST_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_doubles_up_to_its_cap_and_starts_at_a_second() {
        for (failures, fresh, most) in [
            (0, true, 1_000),
            (1, true, 1_000),
            (3, true, 4_000),
            (9, true, 60_000),
            (9, false, 256_000),
            (u32::MAX, false, 300_000),
        ] {
            let longest = (0..=most)
                .rev()
                .map(|random| wait(failures, fresh, random))
                .max();
            assert_eq!(
                longest,
                Some(Duration::from_millis(most)),
                "{failures} {fresh}"
            );
            assert_eq!(wait(failures, fresh, 0), Duration::from_millis(LEAST_MS));
        }
    }
}
