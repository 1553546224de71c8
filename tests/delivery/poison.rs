//! Events that Pinterest refuses, alone and in crowds, and everything that waits
//! beside them.

use std::time::Duration;

use crate::world::{
    Api, Call, HOUR, MINUTE, World, all_or_nothing, answer, good, partly, settings,
};
use pinrelay::delivery::{Answer, CallFailed, Late};
use pinrelay::spool::{DeadLetters, Lane, Verdict};
use serde_json::{Value, json};

fn world_of(orders: usize) -> World {
    let world = World::new();
    for n in 0..orders {
        world.capture(Lane::Revenue, &format!("o-{n}"));
    }
    world
}

fn lead(world: &World, api: &mut Api<'_>) {
    world.lead(&settings(Late::Send), api, None);
}

/// All but the bad ones are delivered, each once; the bad ones are rejected.
fn assert_only(world: &World, api: &Api<'_>, orders: usize, bad: &[usize]) {
    let mut names: Vec<String> = bad.iter().map(|n| format!("o-{n}")).collect();
    names.sort();
    assert_eq!(world.of(Verdict::Rejected), names);
    assert_eq!(world.of(Verdict::Delivered).len(), orders - bad.len());
    assert_eq!(
        (world.waiting(), world.state().delivered),
        (0, (orders - bad.len()) as u64)
    );
    assert!(
        world
            .verdicts()
            .values()
            .all(|verdicts| verdicts.len() == 1)
    );
    for word in names {
        let letters = DeadLetters::new(&world.spool).list(usize::MAX);
        let letter = letters
            .iter()
            .find(|letter| letter.event_id == word)
            .unwrap();
        assert_eq!(
            letter.message,
            "HTTP 400: Additional properties are not allowed"
        );
    }
    assert!(api.calls.iter().all(|call| !call.ids.is_empty()));
}

#[test]
fn poison_wherever_it_stands_in_a_thousand_is_rejected_alone_within_the_budget() {
    for (bad, most_calls) in [
        (&[0][..], 24),
        (&[999], 24),
        (&[500], 24),
        (&[0, 999], 44),
        (&[333, 334], 26),
        (&[1, 250, 700], 60),
        // Beyond the budget of one go there is a breath, and then it goes on.
        (&[100, 200, 300, 400, 500, 600, 700, 800], 160),
    ] {
        let world = world_of(1_000);
        let is_bad = |id: &str| bad.iter().any(|n| id == format!("o-{n}"));
        let mut api = Api::new(&world, |call| all_or_nothing(call, is_bad));
        lead(&world, &mut api);
        assert_only(&world, &api, 1_000, bad);
        assert!(
            api.calls.len() <= most_calls,
            "{bad:?}: {}",
            api.calls.len()
        );
        assert!(world.passed() < MINUTE, "{bad:?}: {:?}", world.passed());
    }
}

#[test]
fn the_halves_are_searched_from_left_to_right_by_one_leader_after_another() {
    let world = world_of(200);
    let is_bad = |id: &str| id == "o-120";
    let mut api = Api::new(&world, |call| all_or_nothing(call, is_bad));
    let mut leaders = 0;
    while world.waiting() > 0 {
        leaders += 1;
        assert!(leaders < 60, "{} wait", world.waiting());
        // Time for one call, and no more.
        world.lead(
            &settings(Late::Send),
            &mut api,
            Some(Duration::from_millis(120)),
        );
    }
    assert!(leaders > 5);
    assert_only(&world, &api, 200, &[120]);
    assert!(api.calls.len() <= 2 * leaders, "{} calls", api.calls.len());
    let first = |call: &Call| call.ids[0][2..].parse::<usize>().unwrap();
    let firsts: Vec<usize> = api.calls.iter().map(first).collect();
    assert!(firsts.is_sorted(), "{firsts:?}");
}

/// A 422 with a word on each event, and one without.
fn unprocessable(call: &Call, is_good: impl Fn(&str) -> bool) -> Result<Answer, CallFailed> {
    let details: Value = serde_json::from_slice(&partly(call, is_good)?.body).unwrap();
    answer(
        422,
        json!({"code": 953, "message": "m", "details": details}),
    )
}

#[test]
fn a_detailed_422_settles_each_event_by_itself_in_one_call() {
    let world = world_of(100);
    let mut api = Api::new(&world, |call| unprocessable(call, |id| !id.ends_with('7')));
    lead(&world, &mut api);
    assert_eq!(api.calls.len(), 1);
    assert_eq!(world.of(Verdict::Rejected).len(), 10);
    assert_eq!(world.of(Verdict::Delivered).len(), 90);
}

#[test]
fn a_200_with_failed_entries_settles_each_event_by_itself_in_one_call() {
    let world = world_of(100);
    let mut api = Api::new(&world, |call| partly(call, |id| !id.ends_with('7')));
    lead(&world, &mut api);
    assert_eq!(api.calls.len(), 1);
    assert_eq!(world.of(Verdict::Rejected).len(), 10);
    let letter = &DeadLetters::new(&world.spool).list(1)[0];
    assert_eq!(letter.message, format!("bad {}", letter.event_id));
}

#[test]
fn thirty_truly_bad_orders_at_the_head_do_not_hold_up_the_good_ones() {
    let world = world_of(60);
    let is_bad = |id: &str| id[2..].parse::<usize>().is_ok_and(|n| n < 30);
    let mut api = Api::new(&world, |call| all_or_nothing(call, is_bad));
    lead(&world, &mut api);
    assert_only(&world, &api, 60, &(0..30).collect::<Vec<_>>());
    assert!(world.passed() < MINUTE, "{:?}", world.passed());
    // Whoever was asked to vouch was asked in test mode, and counted once.
    assert!(
        api.calls
            .iter()
            .filter(|call| call.test)
            .all(|call| call.ids.len() == 1)
    );
    let mut sent = api.ids();
    sent.retain(|id| !is_bad(id));
    let twice = world.of(Verdict::Delivered);
    assert!(twice.iter().all(|id| {
        let alone = |call: &&Call| {
            !call.test && call.ids.contains(id) && call.ids.iter().all(|id| !is_bad(id))
        };
        api.calls.iter().filter(alone).count() == 1
    }));
}

#[test]
fn bad_orders_alone_are_kept_until_a_good_one_proves_that_it_is_them() {
    let world = world_of(12);
    let is_bad = |id: &str| id.starts_with("o-");
    let mut api = Api::new(&world, |call| all_or_nothing(call, is_bad));
    world.at(MINUTE * 50, |world| world.capture(Lane::Revenue, "good"));
    world.lead(&settings(Late::Send), &mut api, Some(MINUTE * 49));
    assert_eq!(world.state().paused.unwrap().reason, "all_rejected");
    assert_eq!(world.waiting(), 12);
    let probes = api.calls.iter().filter(|call| call.at > MINUTE).count();
    assert!(
        (3..=15).contains(&probes),
        "{probes} in three quarters of an hour"
    );
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Rejected).len(), 12);
    assert_eq!(world.of(Verdict::Delivered), ["good"]);
    assert!(world.passed() < MINUTE * 50 + MINUTE * 17);
    assert_eq!(world.state().paused, None);
}

#[test]
fn when_everything_is_refused_for_days_nothing_is_given_up_and_little_is_asked() {
    let world = world_of(40);
    let mut api = Api::new(&world, |call| all_or_nothing(call, |_| true));
    let before = MINUTE;
    world.lead(&settings(Late::Send), &mut api, Some(before));
    let search = api.calls.len();
    while world.passed() < HOUR * 6 {
        world.lead(&settings(Late::Send), &mut api, Some(HOUR));
    }
    let asked = api.calls.len() - search;
    assert!(asked <= 6 * 4 * 5 + 5, "{asked}");
    assert_eq!(
        (world.waiting(), DeadLetters::new(&world.spool).count()),
        (40, 0)
    );
    api.now(good);
    lead(&world, &mut api);
    assert_eq!(world.of(Verdict::Delivered).len(), 40);
}

#[test]
fn an_answer_that_nobody_can_read_is_asked_for_five_times_in_a_quarter_of_an_hour() {
    let world = world_of(3);
    let mut api = Api::new(&world, |_| answer(200, json!({"events": []})));
    lead(&world, &mut api);
    assert_eq!(world.of(Verdict::Unconfirmed).len(), 3);
    assert_eq!(api.calls.len(), 5);
    assert!(
        (MINUTE * 15..MINUTE * 16).contains(&world.passed()),
        "{:?}",
        world.passed()
    );
}

#[test]
fn an_unread_answer_counts_for_the_events_that_were_in_the_call_and_no_others() {
    let world = World::new();
    world.capture(Lane::Revenue, "a");
    world.at(MINUTE * 2, |world| world.capture(Lane::Revenue, "b"));
    let mut api = Api::new(&world, |_| answer(200, json!({"num_events_received": 7})));
    world.lead(&settings(Late::Send), &mut api, Some(MINUTE * 16));
    assert_eq!(world.of(Verdict::Unconfirmed), ["a"]);
    assert_eq!(world.state().lost["unconfirmed"], 1);
    assert_eq!(world.waiting(), 1);
}

#[test]
fn a_page_of_maintenance_served_as_a_200_for_ten_minutes_costs_no_order() {
    let world = world_of(3);
    let mut api = Api::new(&world, |call| match call.at < MINUTE * 10 {
        true => Ok(Answer {
            status: 200,
            body: b"<html>".to_vec(),
            ..Answer::default()
        }),
        false => good(call),
    });
    lead(&world, &mut api);
    assert_eq!(world.of(Verdict::Delivered).len(), 3);
}
