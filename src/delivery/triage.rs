//! What need not, or must not, be sent at all. Pure.

use crate::spool::{Event, Lane, Trust, Verdict};

use super::Late;

/// Pinterest takes an event for an offline one after an hour. A revenue event
/// is turned back five minutes before, while the answer can still be trusted.
const LATE_AFTER: i64 = 55 * 60;
/// A visit that is not counted with its browser half is not worth sending.
const STALE_AFTER: i64 = 60 * 60;
/// Pinterest refuses what is older.
const EXPIRED_AFTER: i64 = 7 * 86_400;

/// What is known about an event besides its record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Pinterest has it.
    pub delivered: bool,
    /// It was taken back.
    pub withdrawn: bool,
}

/// The time of day, and whether it is to be believed.
#[derive(Clone, Copy, Debug)]
pub struct Today {
    /// Unix seconds.
    pub now: i64,
    /// What that is worth.
    pub trust: Trust,
}

/// What is to be done with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Ask Pinterest.
    Send,
    /// It is settled without a call.
    Settle(Settle),
    /// It looks too old to anybody who believes the clock. Neither to be sent,
    /// because then it would be refused, nor to be given up: a clock that is set
    /// forward by mistake is mostly set back within minutes.
    Wait,
}

/// A final word without a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settle {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, for people.
    pub why: Option<&'static str>,
    /// Where it is counted as lost.
    pub loss: Option<&'static str>,
}

impl Settle {
    const fn as_(verdict: Verdict) -> Self {
        Self {
            verdict,
            why: None,
            loss: None,
        }
    }
}

/// Decides without a call what can be decided so.
pub fn triage(event: &Event, lane: Lane, known: Known, late: Late, today: Today) -> Fate {
    let age = today.now.saturating_sub(event.time);
    // Before a withdrawal: what Pinterest has cannot be taken back, and the shop
    // may have read so already.
    if known.delivered {
        return Fate::Settle(Settle {
            why: Some("Pinterest had it already"),
            ..Settle::as_(Verdict::Delivered)
        });
    }
    if known.withdrawn {
        return Fate::Settle(Settle::as_(Verdict::Withdrawn));
    }
    let expired = Fate::Settle(Settle {
        why: Some("older than seven days"),
        loss: Some("expired"),
        ..Settle::as_(Verdict::Expired)
    });
    let late_order = Fate::Settle(Settle {
        why: Some("not delivered within 55 minutes"),
        ..Settle::as_(Verdict::Late)
    });
    let stale = Fate::Settle(Settle {
        why: Some("a visit more than an hour away"),
        loss: Some("stale"),
        ..Settle::as_(Verdict::Expired)
    });
    let (limit, fate) = match lane {
        _ if age > EXPIRED_AFTER => (EXPIRED_AFTER, expired),
        _ if event.late_ok => return Fate::Send,
        Lane::Revenue if age > LATE_AFTER && late == Late::Return => (LATE_AFTER, late_order),
        Lane::Visit if age > STALE_AFTER => (STALE_AFTER, stale),
        // Captured by a clock that ran ahead: where nobody sends it would be kept
        // until its time has come. Sent until the clock is sure: set back by
        // mistake, it makes every visit look like this one.
        Lane::Visit if age < -STALE_AFTER && today.trust == Trust::Steady => (STALE_AFTER, stale),
        _ => return Fate::Send,
    };
    match today.trust {
        Trust::Steady => fate,
        // It was that old when it was captured, whatever the clock did since.
        Trust::Unproven if fate != expired && event.at.saturating_sub(event.time) > limit => fate,
        _ => Fate::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    const NOW: i64 = 2_000_000_000;

    fn event(age: i64, late_ok: bool) -> Event {
        Event {
            id: "a".into(),
            name: "x".into(),
            time: NOW - age,
            // Captured when it happened.
            at: NOW - age,
            late_ok,
            event: RawValue::from_string("{}".into()).unwrap(),
        }
    }

    fn fate(age: i64, lane: Lane, late_ok: bool, late: Late, trust: Trust) -> Fate {
        let today = Today { now: NOW, trust };
        triage(&event(age, late_ok), lane, Known::default(), late, today)
    }

    fn verdict(age: i64, lane: Lane, late_ok: bool, late: Late) -> Option<Verdict> {
        match fate(age, lane, late_ok, late, Trust::Steady) {
            Fate::Settle(settle) => Some(settle.verdict),
            Fate::Send => None,
            Fate::Wait => panic!("the clock is sure"),
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
                let fate = |age| fate(age, lane, late_ok, late, trust);
                assert_eq!(fate(limit + 1), Fate::Wait);
                assert_eq!(fate(604_801), Fate::Wait);
                assert_eq!(fate(limit), Fate::Send);
                assert_eq!(fate(-limit - 1), Fate::Send);
            }
        }
    }

    #[test]
    fn what_was_late_at_its_capture_is_late_unless_the_clock_was_seen_to_jump() {
        for (trust, expected) in [(Trust::Unproven, true), (Trust::Jumped, false)] {
            for lane in Lane::ALL {
                let event = Event {
                    at: NOW,
                    ..event(4_000, false)
                };
                let today = Today { now: NOW, trust };
                let fate = triage(&event, lane, Known::default(), Late::Return, today);
                assert_eq!(matches!(fate, Fate::Settle(_)), expected, "{trust:?}");
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
            let known = Known {
                delivered,
                withdrawn,
            };
            let today = Today {
                now: NOW,
                trust: Trust::Steady,
            };
            let fate = triage(&event, Lane::Revenue, known, Late::Send, today);
            assert!(matches!(fate, Fate::Settle(settle) if settle.verdict == expected));
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
