//! What need not, or must not, be sent at all. Pure.

use crate::spool::{EVENT_LIFETIME, Envelope, Lane, Trust, Verdict};

use super::Late;
use super::batch::Decision;

/// Pinterest takes an event for an offline one after an hour. A revenue event
/// is turned back five minutes before, while the answer can still be trusted.
const LATE_AFTER: i64 = 55 * 60;
/// A visit that is not counted with its browser half is not worth sending.
const STALE_AFTER: i64 = 60 * 60;

/// What is known about an event besides its record.
#[derive(Clone, Copy, Debug, Default)]
pub struct History {
    /// Pinterest has it.
    pub delivered: bool,
    /// It was taken back.
    pub withdrawn: bool,
}

/// The time of day, and whether it is to be believed.
#[derive(Clone, Copy, Debug)]
pub struct ClockReading {
    /// Unix seconds.
    pub now: i64,
    /// What that is worth.
    pub trust: Trust,
}

/// Decides without a call what can be decided so.
pub fn triage(
    event: &Envelope<'_>,
    lane: Lane,
    history: History,
    late: Late,
    clock: ClockReading,
) -> Decision {
    let age = clock.now.saturating_sub(event.time);
    // Before a withdrawal: what Pinterest has cannot be taken back, and the shop
    // may have read so already.
    if history.delivered {
        return Decision::settle_because(Verdict::Delivered, "Pinterest had it already", None);
    }
    if history.withdrawn {
        return Decision::settle(Verdict::Withdrawn);
    }
    let expired =
        || Decision::settle_because(Verdict::Expired, "older than seven days", Some("expired"));
    let late_order =
        || Decision::settle_because(Verdict::Late, "not delivered within 55 minutes", None);
    let stale = || {
        Decision::settle_because(
            Verdict::Expired,
            "a visit more than an hour away",
            Some("stale"),
        )
    };
    let (limit, decision) = match lane {
        _ if age > EVENT_LIFETIME => (EVENT_LIFETIME, expired()),
        _ if event.late_ok => return Decision::Send,
        Lane::Revenue if age > LATE_AFTER && late == Late::Return => (LATE_AFTER, late_order()),
        Lane::Visit if age > STALE_AFTER => (STALE_AFTER, stale()),
        // Captured by a clock that ran ahead: where nobody sends it would be kept
        // until its time has come. Sent until the clock is sure: set back by
        // mistake, it makes every visit look like this one.
        Lane::Visit if age < -STALE_AFTER && clock.trust == Trust::Steady => (STALE_AFTER, stale()),
        _ => return Decision::Send,
    };
    match clock.trust {
        Trust::Steady => decision,
        // It was that old when it was captured, whatever the clock did since.
        Trust::Unproven if age <= EVENT_LIFETIME && event.at.saturating_sub(event.time) > limit => {
            decision
        }
        _ => Decision::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 2_000_000_000;

    fn event(age: i64, late_ok: bool) -> Envelope<'static> {
        Envelope {
            id: "a".into(),
            name: "x".into(),
            time: NOW - age,
            // Captured when it happened.
            at: NOW - age,
            late_ok,
            event: "{}".into(),
        }
    }

    fn decision(age: i64, lane: Lane, late_ok: bool, late: Late, trust: Trust) -> Decision {
        let clock = ClockReading { now: NOW, trust };
        triage(&event(age, late_ok), lane, History::default(), late, clock)
    }

    fn verdict(age: i64, lane: Lane, late_ok: bool, late: Late) -> Option<Verdict> {
        match decision(age, lane, late_ok, late, Trust::Steady) {
            Decision::Settle { verdict, .. } => Some(verdict),
            Decision::Send => None,
            other => panic!("{other:?}: the clock is sure"),
        }
    }

    #[test]
    fn nothing_expires_and_nothing_is_late_by_a_clock_that_is_not_sure() {
        for trust in [Trust::Unproven, Trust::Jumped] {
            for (lane, late, late_ok, limit) in [
                (Lane::Revenue, Late::Return, false, 3_300),
                (Lane::Revenue, Late::Return, true, 604_800),
                (Lane::Revenue, Late::Send, false, 604_800),
                (Lane::Visit, Late::Return, false, 3_600),
                (Lane::Visit, Late::Send, true, 604_800),
            ] {
                let decision = |age| decision(age, lane, late_ok, late, trust);
                assert_eq!(decision(limit + 1), Decision::Wait);
                assert_eq!(decision(604_801), Decision::Wait);
                assert_eq!(decision(limit), Decision::Send);
                assert_eq!(decision(-limit - 1), Decision::Send);
            }
        }
    }

    #[test]
    fn what_was_late_at_its_capture_is_late_unless_the_clock_was_seen_to_jump() {
        for (trust, expected) in [(Trust::Unproven, true), (Trust::Jumped, false)] {
            for lane in Lane::ALL {
                let event = Envelope {
                    at: NOW,
                    ..event(4_000, false)
                };
                let clock = ClockReading { now: NOW, trust };
                let decision = triage(&event, lane, History::default(), Late::Return, clock);
                assert_eq!(
                    matches!(decision, Decision::Settle { .. }),
                    expected,
                    "{trust:?}"
                );
            }
        }
    }

    #[test]
    fn what_pinterest_has_cannot_be_taken_back() {
        let event = event(0, false);
        for (delivered, withdrawn, expected) in [
            (true, true, Verdict::Delivered),
            (true, false, Verdict::Delivered),
            (false, true, Verdict::Withdrawn),
        ] {
            let history = History {
                delivered,
                withdrawn,
            };
            let clock = ClockReading {
                now: NOW,
                trust: Trust::Steady,
            };
            let decision = triage(&event, Lane::Revenue, history, Late::Send, clock);
            assert!(matches!(decision, Decision::Settle { verdict, .. } if verdict == expected));
        }
    }

    #[test]
    fn lateness_follows_the_lane_and_the_owner() {
        use Lane::{Revenue, Visit};
        use Late::{Return, Send};
        for (age, lane, late_ok, late, expected) in [
            (0, Revenue, false, Return, None),
            (3_300, Revenue, false, Return, None),
            (3_301, Revenue, false, Return, Some(Verdict::Late)),
            (3_301, Revenue, false, Send, None),
            (3_301, Revenue, true, Return, None),
            (3_600, Visit, false, Return, None),
            (3_601, Visit, false, Send, Some(Verdict::Expired)),
            (3_601, Visit, true, Send, None),
            (604_800, Revenue, true, Return, None),
            (604_801, Revenue, true, Return, Some(Verdict::Expired)),
            (604_801, Revenue, false, Send, Some(Verdict::Expired)),
            (i64::MAX, Visit, false, Send, Some(Verdict::Expired)),
            (-500, Revenue, false, Return, None),
            (-700_000, Revenue, false, Return, None),
            (-3_600, Visit, false, Return, None),
            (-3_601, Visit, false, Return, Some(Verdict::Expired)),
            (-3_601, Visit, true, Return, None),
        ] {
            assert_eq!(
                verdict(age, lane, late_ok, late),
                expected,
                "{age} {lane:?} {late_ok}"
            );
        }
    }
}
