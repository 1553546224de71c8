//! Who goes first, who waits for company, and how fast calls follow each other.

use std::time::Duration;

use crate::world::{Api, HOUR, MINUTE, World, answer, good, settings};
use pinrelay::delivery::{Answer, Late, Settings};
use pinrelay::spool::{Lane, Verdict};
use serde_json::json;

const MS: Duration = Duration::from_millis(1);

#[test]
fn an_order_waits_fifty_milliseconds_for_company_and_a_visit_a_second() {
    for (lane, least) in [(Lane::Revenue, MS * 50), (Lane::Visit, MS * 1_000)] {
        let world = World::new();
        world.capture(lane, "first");
        world.at(MS * 40, move |world| world.capture(lane, "second"));
        let mut api = Api::new(&world, good);
        world.lead(&settings(Late::Send), &mut api, None);
        assert_eq!(api.ids(), ["first", "second"]);
        assert_eq!(api.calls.len(), 1, "{lane:?}");
        let at = api.calls[0].at;
        assert!((least..least + MS * 2).contains(&at), "{lane:?} {at:?}");
    }
}

#[test]
fn a_steady_trickle_does_not_keep_the_first_order_waiting() {
    let world = World::new();
    for n in 0..100 {
        world.at(MS * 20 * n, move |world| {
            world.capture(Lane::Revenue, &format!("o-{n}"))
        });
    }
    let mut api = Api::new(&world, good);
    world.lead(&settings(Late::Send), &mut api, None);
    for call in &api.calls {
        let oldest = world.captured.borrow()[&call.ids[0]];
        // A call under way, and then the linger.
        assert!(call.at - oldest <= api.takes + MS * 52, "{call:?}");
    }
    assert_eq!(world.of(Verdict::Delivered).len(), 100);
}

#[test]
fn an_order_does_not_wait_for_visits_to_gather_company() {
    let world = World::new();
    world.capture(Lane::Visit, "v-1");
    world.at(MS * 500, |world| world.capture(Lane::Revenue, "o-1"));
    let mut api = Api::new(&world, good);
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(api.ids(), ["o-1", "v-1"]);
    assert!(api.calls[0].at <= MS * 560, "{:?}", api.calls[0].at);
}

#[test]
fn orders_that_come_during_a_flood_of_visits_are_in_the_next_call() {
    let world = World::new();
    for n in 0..5_000 {
        world.capture(Lane::Visit, &format!("v-{n}"));
    }
    world.at(MS * 200, |world| world.capture(Lane::Revenue, "o-1"));
    let mut api = Api::new(&world, good);
    world.lead(&settings(Late::Send), &mut api, None);
    let next = api.calls.iter().find(|call| call.at >= MS * 200).unwrap();
    assert_eq!(next.ids[0], "o-1");
    assert!(api.calls.iter().all(|call| call.ids.len() <= 1_000));
}

#[test]
fn test_mode_sends_twenty_a_call_and_no_more_than_ten_calls_a_second() {
    let world = World::with_test_mode(true);
    for n in 0..600 {
        world.capture(Lane::Revenue, &format!("o-{n}"));
    }
    let mut api = Api::new(&world, good);
    api.takes = MS;
    let settings = Settings {
        test: true,
        ..settings(Late::Send)
    };
    world.lead(&settings, &mut api, None);
    assert!(
        api.calls
            .iter()
            .all(|call| call.test && call.ids.len() == 20)
    );
    assert_eq!(api.calls.len(), 30);
    for window in api.calls.windows(11) {
        assert!(window[10].at - window[0].at > Duration::from_secs(1));
    }
}

#[test]
fn a_rate_limit_is_waited_out_as_the_header_says_and_by_the_next_leader() {
    let limited = |headers: fn(&mut Answer)| {
        let mut answer = answer(429, json!({"code": 8, "message": "rate limit"})).unwrap();
        headers(&mut answer);
        answer
    };
    let date = |at: &str| Some(format!("Sun, 22 Nov 2026 {at} GMT"));
    let rows: [(Answer, Duration); 4] = [
        (
            limited(|answer| answer.retry_after = Some("120".into())),
            MINUTE * 2,
        ),
        (
            limited(|answer| answer.ratelimit_reset = Some("37".into())),
            MS * 37_000,
        ),
        (limited(|_| ()), MINUTE),
        (
            Answer {
                retry_after: date("10:10:00"),
                date: date("10:00:00"),
                ..limited(|_| ())
            },
            MINUTE * 10,
        ),
    ];
    for (limited, wait) in rows {
        let world = World::new();
        world.capture(Lane::Revenue, "o-1");
        let first = limited.clone();
        let mut api = Api::new(&world, move |call| match call.at < MINUTE / 2 {
            true => Ok(first.clone()),
            false => good(call),
        });
        while world.waiting() > 0 && world.passed() < HOUR {
            world.lead(&settings(Late::Send), &mut api, Some(MS * 10_000));
        }
        assert_eq!(api.calls.len(), 2, "{limited:?}");
        let waited = api.calls[1].at - api.calls[0].at;
        assert!(
            (wait..wait + MS * 12_000).contains(&waited),
            "{limited:?} {waited:?}"
        );
    }
}
