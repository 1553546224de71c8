//! Whoever stands between the shop and Pinterest and answers in its place:
//! proxies, firewalls, captive portals, CDNs and gateways. None of their answers
//! is a word on an event.

use std::time::Duration;

use crate::world::{Api, Call, HOUR, MINUTE, World, all_or_nothing, answer, error, good, settings};
use pinrelay::delivery::{Answer, CallFailed, Late, Time};
use pinrelay::spool::{DeadLetters, Lane, State, Verdict};
use serde_json::json;

const DAY: i64 = 86_400;

fn world_of(orders: usize) -> World {
    let world = World::new();
    for n in 0..orders {
        world.capture(Lane::Revenue, &format!("o-{n}"));
    }
    world
}

fn page(status: u16) -> Result<Answer, CallFailed> {
    Ok(Answer {
        status,
        body: b"<html>Access denied</html>".to_vec(),
        ..Answer::default()
    })
}

/// Calls of test mode.
fn asked(calls: &[Call]) -> Vec<&Call> {
    calls.iter().filter(|call| call.test).collect()
}

#[test]
fn a_page_of_any_status_is_waited_out_and_no_verdict() {
    for status in [
        200, 204, 301, 307, 400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 429, 431, 451, 501,
        502, 511,
    ] {
        let world = world_of(3);
        let mut api = Api::new(&world, |call| match call.at < MINUTE * 45 {
            true => page(status),
            false => good(call),
        });
        world.lead(&settings(Late::Return), &mut api, Some(MINUTE * 45));
        assert!(world.verdicts().is_empty(), "{status}");
        assert_eq!(DeadLetters::new(&world.spool).count(), 0);
        assert_eq!(world.state().paused, None, "{status}");
        // As dense as after any failure in an order's first hour.
        assert!((40..150).contains(&api.calls.len()), "{status}");
        world.lead(&settings(Late::Return), &mut api, None);
        assert_eq!(world.of(Verdict::Delivered).len(), 3, "{status}");
        assert!(world.passed() < MINUTE * 47, "{status}");
    }
}

#[test]
fn json_of_a_gateway_is_a_page_like_any_other() {
    for (status, body) in [
        (400, json!({"code": 400, "message": "Bad Request"})),
        (400, json!({"message": "Bad Request"})),
        (
            401,
            json!({"statusCode": 401, "message": "no subscription key"}),
        ),
        (403, json!({"code": 403, "message": "Forbidden"})),
        (404, json!({"error": {"code": 404, "message": "no route"}})),
        (413, json!({"error": "request entity too large"})),
        (422, json!({"code": "blocked", "message": "by policy"})),
        (200, json!({"success": false, "errors": [{"code": 1020}]})),
    ] {
        let world = world_of(2);
        let mut api = Api::new(&world, |_| answer(status, body.clone()));
        world.lead(&settings(Late::Send), &mut api, Some(HOUR));
        assert_eq!((world.waiting(), world.verdicts().len()), (2, 0), "{body}");
        assert_eq!(world.state().paused, None, "{body}");
        api.now(good);
        world.lead(&settings(Late::Send), &mut api, None);
        assert_eq!(world.of(Verdict::Delivered).len(), 2, "{body}");
    }
}

#[test]
fn a_portal_that_answers_200_to_everything_makes_orders_late_and_never_unconfirmed() {
    let world = world_of(2);
    let mut api = Api::new(&world, |_| page(200));
    world.lead(&settings(Late::Return), &mut api, Some(HOUR * 2));
    assert_eq!(world.of(Verdict::Late).len(), 2);
    assert_eq!(world.state().lost.get("unconfirmed"), None);
}

#[test]
fn behind_a_page_the_batch_is_halved_down_to_one_by_one_leader_after_another() {
    let world = world_of(100);
    let mut api = Api::new(&world, |_| page(413));
    while world.passed() < MINUTE * 10 {
        world.lead(
            &settings(Late::Send),
            &mut api,
            Some(Duration::from_secs(3)),
        );
    }
    let sizes: Vec<usize> = api.calls.iter().map(|call| call.ids.len()).collect();
    assert_eq!(sizes[..5], [100, 20, 10, 5, 2]);
    assert!(sizes[5..].iter().all(|size| *size == 1), "{sizes:?}");
    assert_eq!(world.waiting(), 100);
    api.now(good);
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered).len(), 100);
}

#[test]
fn a_proxy_that_refuses_large_calls_lets_everything_pass_in_small_ones() {
    for most in [1, 7, 60] {
        let world = world_of(200);
        let mut api = Api::new(&world, |call| match call.ids.len() > most {
            true => page(413),
            false => good(call),
        });
        world.lead(&settings(Late::Send), &mut api, None);
        assert_eq!(world.of(Verdict::Delivered).len(), 200, "{most}");
        let delivered = api.calls.iter().filter(|call| call.ids.len() <= most);
        assert_eq!(delivered.flat_map(|call| &call.ids).count(), 200, "{most}");
        assert!(world.passed() < MINUTE * 10, "{most}: {:?}", world.passed());
    }
}

#[test]
fn once_nobody_is_in_the_way_calls_grow_again() {
    let world = world_of(40);
    let mut api = Api::new(&world, |call| match call.at < MINUTE * 3 {
        true => page(403),
        false => good(call),
    });
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered).len(), 40);
    for n in 0..3_000 {
        world.capture(Lane::Revenue, &format!("p-{n}"));
    }
    let before = api.calls.len();
    world.lead(&settings(Late::Send), &mut api, None);
    assert!(api.calls.len() - before < 12);
    assert_eq!(world.state().limit, None);
}

#[test]
fn a_page_that_asks_to_come_back_tomorrow_costs_no_order_its_first_hour() {
    let world = world_of(1);
    let mut api = Api::new(&world, |call| match call.at < MINUTE * 20 {
        true => Ok(Answer {
            retry_after: Some("86400".into()),
            ..page(503).unwrap()
        }),
        false => good(call),
    });
    world.lead(&settings(Late::Return), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered), ["o-0"]);
    assert!(world.passed() < MINUTE * 27, "{:?}", world.passed());
}

#[test]
fn a_lone_refusal_without_a_success_in_a_day_is_believed_once_a_test_event_is_taken() {
    let world = world_of(1);
    let mut api = Api::new(&world, |call| all_or_nothing(call, |id| id == "o-0"));
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Rejected), ["o-0"]);
    assert_eq!(api.ids(), ["o-0"]);
    assert_eq!(asked(&api.calls).len(), 1);
    assert_ne!(asked(&api.calls)[0].ids, ["o-0"]);
    assert_eq!(
        world.state().last_success_at,
        None,
        "a test counts for nothing"
    );
}

#[test]
fn a_lone_refusal_is_kept_while_a_test_event_is_refused_too() {
    // By the answer as a whole, or by its word on the one event.
    let refused = |call: &Call| match call.at < MINUTE * 20 {
        true => error(400, "no"),
        false => crate::world::partly(call, |_| false),
    };
    let world = world_of(1);
    let mut api = Api::new(&world, refused);
    world.lead(&settings(Late::Send), &mut api, Some(HOUR));
    assert_eq!(world.state().paused.unwrap().reason, "all_rejected");
    assert_eq!((world.waiting(), world.verdicts().len()), (1, 0));
    assert_eq!(api.ids(), ["o-0"], "tried once for real");
    // Every quarter of an hour: the test event, and the one that waits.
    assert!(
        (7..=10).contains(&asked(&api.calls).len()),
        "{}",
        asked(&api.calls).len()
    );
    // It was everything: mended, it is delivered.
    api.now(good);
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered), ["o-0"]);
    assert_eq!(world.state().paused, None);
}

#[test]
fn a_lone_refusal_that_waited_out_a_refusal_of_everything_is_still_one() {
    let world = world_of(1);
    let mut api = Api::new(&world, |call| match call.at < MINUTE * 20 {
        true => error(422, "no"),
        false => all_or_nothing(call, |id| id == "o-0"),
    });
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Rejected), ["o-0"]);
    assert_eq!(world.state().paused, None);
}

#[test]
fn a_success_of_the_last_day_is_proof_enough_and_an_older_one_is_not() {
    for (age, tests) in [(DAY - 60, 0), (DAY + 60, 1)] {
        let world = world_of(1);
        let state = State {
            last_success_at: Some(world.unix() - age),
            ..State::default()
        };
        state.write(&world.spool).unwrap();
        let mut api = Api::new(&world, |call| all_or_nothing(call, |id| id == "o-0"));
        world.lead(&settings(Late::Send), &mut api, None);
        assert_eq!(world.of(Verdict::Rejected), ["o-0"]);
        assert_eq!(asked(&api.calls).len(), tests, "{age}");
    }
}

#[test]
fn a_page_in_place_of_the_answer_to_a_test_event_decides_nothing() {
    let world = world_of(1);
    let mut api = Api::new(&world, |call| match (call.test, call.at < MINUTE * 10) {
        (true, true) => page(400),
        (true, false) => good(call),
        (false, _) => error(400, "no"),
    });
    world.lead(&settings(Late::Send), &mut api, Some(MINUTE * 9));
    assert_eq!((world.waiting(), world.state().paused), (1, None));
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Rejected), ["o-0"]);
    assert!(api.ids().len() <= 2, "{:?}", api.ids());
}

#[test]
fn a_series_of_lone_refusals_asks_one_test_event_in_a_quarter_of_an_hour() {
    let world = World::new();
    for n in 0..8 {
        let when = MINUTE * n;
        world.at(when, move |world| {
            world.capture(Lane::Revenue, &format!("o-{n}"))
        });
    }
    let mut api = Api::new(&world, |call| {
        all_or_nothing(call, |id| id.starts_with("o-"))
    });
    while world.next_deed().is_some() {
        world.lead(&settings(Late::Send), &mut api, Some(MINUTE));
        world.pass(MINUTE, None);
    }
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Rejected).len(), 8);
    assert!(asked(&api.calls).len() <= 2, "{}", asked(&api.calls).len());
}
