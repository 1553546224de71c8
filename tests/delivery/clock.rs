//! Clocks that jump, either way, and what must not come of it.

use std::time::Duration;

use crate::world::{Api, HOUR, MINUTE, World, error, good, settings};
use pinrelay::delivery::{Late, Time};
use pinrelay::spool::{Lane, Verdict};

const DAY: i64 = 86_400;
const HOURS: i64 = 3_600;
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_clock_set_forward_by_weeks_and_back_expires_nothing_that_waits() {
    let world = World::new();
    let mut api = Api::new(&world, |_| error(503, "away"));
    for n in 0..20 {
        world.capture(Lane::Revenue, &format!("o-{n}"));
        world.capture(Lane::Visit, &format!("v-{n}"));
    }
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 15));
    for _ in 0..3 {
        world.skew.set(20 * DAY);
        // Leaders come and go, and each sees the wrong time only.
        for _ in 0..3 {
            world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 3));
        }
        world.skew.set(0);
        world.lead(&settings(Late::Return), &mut api, Some(MINUTE));
    }
    assert_eq!(world.waiting(), 40);
    api.now(good);
    world.lead(&settings(Late::Return), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered).len(), 40);
}

#[test]
fn a_clock_set_forward_does_not_make_a_leader_forget_what_it_delivered() {
    let world = World::new();
    let mut api = Api::new(&world, good);
    world.capture(Lane::Revenue, "o-1");
    world.lead(&settings(Late::Return), &mut api, None);
    let time = pinrelay::delivery::Time::unix(&world);
    world.skew.set(9 * DAY);
    world.capture(Lane::Revenue, "o-2");
    world.lead(&settings(Late::Return), &mut api, None);
    world.skew.set(0);
    // The shop was in doubt, and captures it again.
    world.capture_with(Lane::Revenue, "o-1", time, false);
    world.lead(&settings(Late::Return), &mut api, None);
    assert_eq!(api.ids(), ["o-1", "o-2"]);
    // And whoever has not read its verdict yet still can.
    assert_eq!(
        world.verdicts()["o-1"],
        [Verdict::Delivered, Verdict::Delivered]
    );
}

#[test]
fn a_clock_that_stays_is_believed_after_ten_minutes() {
    let world = World::new();
    let old = pinrelay::delivery::Time::unix(&world) - 8 * DAY;
    world.capture_with(Lane::Revenue, "old", old, true);
    world.capture(Lane::Revenue, "new");
    let mut api = Api::new(&world, good);
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 9));
    assert_eq!((world.of(Verdict::Expired).len(), world.waiting()), (0, 2));
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 2));
    assert_eq!(world.of(Verdict::Expired), ["old"]);
    assert_eq!(world.of(Verdict::Delivered), ["new"]);
    assert_eq!(api.ids(), ["new"]);
}

#[test]
fn a_clock_set_back_by_days_silences_nobody_for_more_than_an_hour() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let mut api = Api::new(&world, |call| match call.at < MINUTE {
        true => error(401, "no"),
        false => good(call),
    });
    world.lead(&settings(Late::Send), &mut api, Some(MINUTE));
    world.skew.set(-5 * DAY);
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered), ["o-1"]);
    assert!(world.passed() <= HOUR + MINUTE * 2, "{:?}", world.passed());
}

#[test]
fn a_clock_that_jumps_under_a_leader_neither_ends_nor_stretches_its_wait() {
    for jump in [-3 * DAY, 3 * DAY] {
        let world = World::new();
        world.capture(Lane::Revenue, "o-1");
        world.at(MINUTE, move |world| world.skew.set(jump));
        let mut api = Api::new(&world, |call| match call.at < MINUTE * 2 {
            true => error(401, "no"),
            false => good(call),
        });
        world.lead(&settings(Late::Send), &mut api, None);
        assert_eq!(api.calls.len(), 2, "{jump}");
        assert!(
            (MINUTE * 15..MINUTE * 16).contains(&api.calls[1].at),
            "{jump}"
        );
    }
}

/// Orders and visits that nobody could deliver yet.
fn waiting_world(each: usize) -> World {
    let world = World::new();
    for n in 0..each {
        world.capture(Lane::Revenue, &format!("o-{n}"));
        world.capture(Lane::Visit, &format!("v-{n}"));
    }
    world
}

#[test]
fn a_clock_that_jumps_by_hours_either_way_expires_no_visit_and_returns_no_order() {
    for jump in [-3 * HOURS, 2 * HOURS, 23 * HOURS] {
        let world = waiting_world(10);
        let mut api = Api::new(&world, |_| error(503, "away"));
        world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 12));
        for _ in 0..3 {
            world.skew.set(jump);
            for _ in 0..3 {
                world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 2));
            }
            world.skew.set(0);
            world.lead(&settings(Late::Return), &mut api, Some(MINUTE));
        }
        assert!(
            world.verdicts().is_empty(),
            "{jump}: {:?}",
            world.verdicts()
        );
        api.now(good);
        world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 12));
        assert_eq!(world.of(Verdict::Delivered).len(), 20, "{jump}");
    }
}

#[test]
fn a_clock_that_jumped_before_anybody_looked_is_watched_first() {
    let world = waiting_world(2);
    world.skew.set(4 * HOURS);
    let mut api = Api::new(&world, good);
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 9));
    assert!(world.verdicts().is_empty() && api.calls.is_empty());
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 2));
    assert_eq!(world.of(Verdict::Late).len(), 2);
    assert_eq!(world.of(Verdict::Expired).len(), 2);
}

#[test]
fn a_jump_while_no_leader_was_there_is_seen_by_the_next_one() {
    for (jump, is_waited) in [(0, false), (5 * HOURS, true), (-HOURS, true)] {
        let world = waiting_world(1);
        let mut api = Api::new(&world, |_| error(503, "away"));
        world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 11));
        // Hours without a visitor: of themselves they are no jump.
        world.pass(HOUR * 3, None);
        world.skew.set(jump);
        world.lead(&settings(Late::Return), &mut api, Some(MINUTE));
        assert_eq!(world.verdicts().is_empty(), is_waited, "{jump}");
        world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 10));
        assert_eq!(world.of(Verdict::Late).len(), 1, "{jump}");
    }
}

#[test]
fn after_a_restart_of_the_machine_its_clock_is_watched_first() {
    let world = waiting_world(1);
    let mut api = Api::new(&world, |_| error(503, "away"));
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 11));
    world.booted.set(world.passed().as_secs().cast_signed());
    world.skew.set(30 * HOURS);
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 9));
    world.skew.set(0);
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE));
    assert!(world.verdicts().is_empty());
}

#[test]
fn the_clocks_of_machines_that_take_turns_at_one_spool_are_each_believed() {
    let world = World::new();
    let old = world.unix() - 8 * DAY;
    world.capture_with(Lane::Revenue, "old", old, true);
    let mut api = Api::new(&world, good);
    let lead_each = |api: &mut Api<'_>, turns| {
        for turn in 0..turns {
            world.booted.set([-40_000, -90_000][turn % 2]);
            world.lead(&settings(Late::Return), api, Some(MINUTE));
        }
    };
    lead_each(&mut api, 9);
    assert_eq!(world.waiting(), 1);
    lead_each(&mut api, 4);
    assert_eq!(world.of(Verdict::Expired), ["old"]);
}

#[test]
fn what_was_late_at_its_capture_need_not_wait_on_a_new_machine() {
    let world = World::new();
    let then = world.unix() - 2 * HOURS;
    world.capture_with(Lane::Revenue, "old", then, false);
    world.capture(Lane::Revenue, "new");
    let mut api = Api::new(&world, good);
    world.lead(&settings(Late::Return), &mut api, Some(MINUTE));
    assert_eq!(world.of(Verdict::Late), ["old"]);
    assert_eq!(world.of(Verdict::Delivered), ["new"]);
}

#[test]
fn a_clock_set_back_by_days_silences_short_leaders_for_no_more_than_an_hour_either() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let mut api = Api::new(&world, |call| match call.at < MINUTE {
        true => error(401, "no"),
        false => good(call),
    });
    world.lead(&settings(Late::Send), &mut api, Some(MINUTE));
    world.skew.set(-5 * DAY);
    // A crontab's line each minute.
    while world.waiting() > 0 && world.passed() < HOUR * 3 {
        world.lead(&settings(Late::Send), &mut api, Some(SECOND * 20));
        world.pass(SECOND * 40, None);
    }
    assert_eq!(world.of(Verdict::Delivered), ["o-1"]);
    assert!(world.passed() <= HOUR + MINUTE * 4, "{:?}", world.passed());
}
