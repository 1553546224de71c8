//! A token that Pinterest refuses, and settings that change while events wait:
//! nothing is lost, nothing goes astray, and nobody hammers.
//! A binary of its own: a child that is being started holds this process' locks.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy knows only functions marked as tests"
)]

#[path = "shared/shop.rs"]
mod shop;
#[path = "shared/world.rs"]
mod world;

use std::cell::RefCell;
use std::process::Command;
use std::time::Duration;

use crate::shop::{Peer, Response, Shop, capture, order, until, verdicts, visit, waiting};
use crate::world::{Api, HOUR, MINUTE, World, error, good, settings};
use pinrelay::delivery::{Late, Settings};
use pinrelay::spool::{Generation, Lane, Verdict};
use serde_json::json;

/// Times on disk have no fractions.
const SECOND: Duration = Duration::from_secs(1);
const OTHER_PROCESS: &str = "PINRELAY_TEST_OTHER_PROCESS";

fn newer(settings: &Settings) -> Settings {
    Settings {
        generation: settings.generation + 1,
        ..settings.clone()
    }
}

#[test]
fn a_refused_token_is_probed_each_quarter_of_an_hour_and_never_more() {
    let world = World::new();
    let mut api = Api::new(&world, |call| match call.at < HOUR * 5 {
        true => error(401, "Authentication failed."),
        false => good(call),
    });
    for n in 0..600 {
        world.at(MINUTE * n / 2, move |world| {
            world.capture(Lane::Revenue, &format!("o-{n}"))
        });
    }
    // Leaders come and go with their workers.
    while world.passed() < HOUR * 5 + MINUTE * 16 {
        world.lead(&settings(Late::Send), &mut api, Some(MINUTE * 7));
    }
    let refused: Vec<_> = api.calls.iter().filter(|call| call.at < HOUR * 5).collect();
    assert!(
        (19..=21).contains(&refused.len()),
        "{} probes",
        refused.len()
    );
    assert!(refused[1..].iter().all(|call| call.ids.len() == 1));
    assert!(
        refused
            .windows(2)
            .all(|pair| pair[1].at - pair[0].at >= MINUTE * 15 - SECOND)
    );
    // By itself, as soon as a probe succeeds.
    assert_eq!(world.of(Verdict::Delivered).len(), 600);
    assert_eq!(world.state().paused, None);
}

#[test]
fn a_pause_keeps_its_beginning_and_says_what_pinterest_said() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let mut api = Api::new(&world, |_| error(403, "You are not permitted."));
    world.lead(&settings(Late::Send), &mut api, Some(HOUR));
    let state = world.state();
    let pause = state.paused.unwrap();
    assert_eq!(
        (&*pause.reason, pause.http_status),
        ("forbidden", Some(403))
    );
    assert!(pause.since < state.last_error.as_ref().unwrap().at - 1_800);
    assert_eq!(
        state.last_error.unwrap().message,
        "HTTP 403: You are not permitted."
    );
    assert!(state.retry_at.is_some());
}

#[test]
fn once_newer_settings_are_written_no_call_is_made_with_older_ones() {
    // Written before, in the middle of and between the calls of a search.
    for nth in 1..=8 {
        let world = World::new();
        for n in 0..100 {
            world.capture(Lane::Revenue, &format!("o-{n}"));
        }
        let old = settings(Late::Send);
        let calls = RefCell::new(0);
        let mut api = Api::new(&world, |call| {
            assert_eq!(
                Generation::read(&world.spool),
                0,
                "a call of the old leader"
            );
            *calls.borrow_mut() += 1;
            if *calls.borrow() == nth {
                Generation::raise(&world.spool, 1).unwrap();
            }
            crate::world::all_or_nothing(call, |id| id == "o-0")
        });
        world.lead(&old, &mut api, None);
        assert_eq!(*calls.borrow(), nth);
        // It may lead for a moment again, and sends nothing either.
        world.lead(&old, &mut api, Some(MINUTE));
        assert_eq!(api.calls.len(), nth);
        let mut api = Api::new(&world, good);
        world.lead(&newer(&old), &mut api, None);
        assert_eq!(world.waiting(), 0);
    }
}

#[test]
fn newer_settings_clear_the_pause_and_the_wait_of_older_ones() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let old = settings(Late::Send);
    let mut api = Api::new(&world, |_| error(401, "no"));
    world.lead(&old, &mut api, Some(MINUTE));
    let mut api = Api::new(&world, good);
    world.lead(&newer(&old), &mut api, Some(Duration::from_secs(3)));
    assert_eq!(world.of(Verdict::Delivered), ["o-1"]);
}

#[test]
fn a_token_revoked_in_the_middle_keeps_the_rest_and_a_new_one_of_another_worker_resumes() {
    let peer = Peer::knowing("pina_secret");
    let shop = Shop::lasting(&peer);
    let old = shop.relay();
    for n in 0..5 {
        capture(&old, &order(&format!("o-{n}")));
    }
    until("five deliveries", || verdicts(&old).len() == 5);
    peer.now(
        |request| match request.headers.iter().any(|h| h.ends_with("pina_new")) {
            true => Response::processed(request, &[]),
            false => Response::error(401, "Authentication failed."),
        },
    );
    for n in 5..10 {
        capture(&old, &order(&format!("o-{n}")));
    }
    until("the pause", || {
        old.status().unwrap()["paused"]["reason"] == "unauthorized"
    });
    assert_eq!(waiting(&old), 5);
    assert_eq!(old.status().unwrap()["last_error"]["http_status"], 401);
    // Another process of the shop saves a new token and serves one request.
    let written = peer.requests().len();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "another_worker_saves_a_token_and_goes"])
        .env(OTHER_PROCESS, shop.options.to_string())
        .output()
        .unwrap();
    assert!(
        status.status.success(),
        "{}",
        String::from_utf8_lossy(&status.stdout)
    );
    until("ten deliveries", || verdicts(&old).len() == 10);
    let late = &peer.requests()[written..];
    assert!(!late.is_empty());
    let is_old = |h: &String| h.ends_with("pina_secret");
    assert!(
        !late
            .iter()
            .any(|request| request.headers.iter().any(is_old))
    );
    // The worker with the old token is still there, and it sends nothing.
    capture(&old, &order("o-10"));
    let drained = old.drain(0.3).unwrap();
    assert_eq!(
        (&drained["sender"], &drained["waiting"]),
        (&json!("none"), &json!(1))
    );
}

/// Not a test by itself: what the other process of the test above does.
#[test]
fn another_worker_saves_a_token_and_goes() {
    let Ok(options) = std::env::var(OTHER_PROCESS) else {
        return;
    };
    let peer = Peer::good();
    let mut shop = Shop::new(&peer);
    shop.options = serde_json::from_str(&options).unwrap();
    let new = shop.relay_with(json!({"generation": 2, "access_token": "pina_new"}));
    assert_eq!(new.status().unwrap()["paused"], json!(null));
    new.drain(20.0).unwrap();
}

#[test]
fn an_account_left_behind_keeps_its_events_and_gets_them_and_the_new_one_never_does() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let old = shop.relay();
    for event in [order("old-1"), visit("old-2")] {
        capture(&old, &event);
    }
    let change = json!({"ad_account_id": "626735565838", "generation": 1});
    let new = shop.relay_with(change);
    capture(&new, &order("new-1"));
    assert_eq!((waiting(&old), waiting(&new)), (2, 1));
    new.drain(20.0).unwrap();
    let paths = |part: &str| {
        let requests = peer
            .requests()
            .into_iter()
            .filter(|r| r.target.contains(part));
        requests
            .flat_map(|request| request.ids())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths("/626735565838/"), ["new-1"]);
    assert_eq!(waiting(&old), 2);
    // Whoever still has the account drains it, with the newest token.
    let retired = shop.relay_with(json!({"access_token": "pina_new", "generation": 1}));
    assert_eq!(retired.drain(20.0).unwrap()["delivered"], 2);
    assert_eq!(paths("/549755885175/"), ["old-1", "old-2"]);
    assert_eq!(paths("/626735565838/"), ["new-1"]);
}

#[test]
fn test_mode_switched_while_events_wait_neither_tests_orders_nor_counts_tests() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let (live, test) = (
        shop.relay(),
        shop.relay_with(json!({"test": true, "generation": 1})),
    );
    capture(&live, &order("live-1"));
    capture(&test, &order("test-1"));
    let live_again = shop.relay_with(json!({"generation": 2}));
    capture(&live_again, &order("live-2"));
    test.drain(20.0).unwrap();
    live_again.drain(20.0).unwrap();
    for request in peer.requests() {
        let is_test = request.target.ends_with("?test=true");
        assert!(
            request
                .ids()
                .iter()
                .all(|id| id.starts_with("test") == is_test)
        );
    }
    assert_eq!(peer.ids().len(), 3);
}
