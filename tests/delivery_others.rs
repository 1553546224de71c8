//! Bugs that other products shipped in sending, each as a test that we have not
//! got it. `tests/extension` and `tests/processes` have those of hosts and forks.
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

use std::process::Command;
use std::time::Duration;

use crate::shop::{
    Peer, Request, Response, Shop, capture, ids, order, recent, until, visit, waiting,
};
use crate::world::{Api, World, all_or_nothing, good, settings};
use pinrelay::delivery::Late;
use pinrelay::spool::{Lane, Verdict};
use serde_json::json;

/// libdatadog (`send_with_retry`) repeats every 4xx five times.
#[test]
fn libdatadog_a_refused_event_is_not_sent_again() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let mut api = Api::new(&world, |call| all_or_nothing(call, |id| id == "o-1"));
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(api.ids(), ["o-1"]);
    assert_eq!(world.of(Verdict::Rejected), ["o-1"]);
}

/// sentry-rust drops what it has after any error but a 429; segment's file
/// consumer for PHP unlinks its file whatever came of it.
#[test]
fn sentry_rust_and_segment_no_answer_but_a_refusal_of_the_event_gives_it_up() {
    for status in [
        301, 401, 402, 403, 404, 405, 407, 408, 425, 429, 500, 501, 502, 503, 504,
    ] {
        let peer = Peer::new(move |_| Response::error(status, "no"));
        let shop = Shop::new(&peer);
        let relay = shop.relay();
        for event in [order("o-1"), visit("v-1")] {
            capture(&relay, &event);
        }
        // On a busy machine the time may be over before the call.
        until("a call", || {
            relay.drain(0.05).unwrap();
            !peer.requests().is_empty()
        });
        assert_eq!(waiting(&relay), 2, "{status}");
        peer.now(|request| Response::processed(request, &[]));
        shop.forget_wait();
        relay.drain(20.0).unwrap();
        assert_eq!(recent(&relay).len(), 2, "{status}");
    }
}

/// Sentry Relay's spool reads a batch by deleting it, and a crash loses it; an
/// action of Action Scheduler whose worker died is marked failed.
#[test]
fn sentry_relay_and_action_scheduler_what_a_dying_sender_had_in_hand_is_sent_by_the_next() {
    let world = World::new();
    for n in 0..50 {
        world.capture(Lane::Revenue, &format!("o-{n}"));
    }
    let mut api = Api::new(&world, |_| panic!("on purpose"));
    let dying = std::panic::AssertUnwindSafe(|| {
        world.lead(&settings(Late::Send), &mut api, None);
    });
    assert!(std::panic::catch_unwind(dying).is_err());
    assert_eq!(world.waiting(), 50);
    let mut api = Api::new(&world, good);
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered).len(), 50);
    assert_eq!(api.ids().len(), 50);
}

/// pinterest-for-woocommerce, issue 967: one key that the API does not know
/// failed the whole request, and with it every event that was in it.
#[test]
fn pinterest_for_woocommerce_967_an_unknown_key_costs_only_the_event_that_has_it() {
    let world = World::new();
    for n in 0..20 {
        world.capture(Lane::Revenue, &format!("o-{n}"));
    }
    let mut api = Api::new(&world, |call| all_or_nothing(call, |id| id == "o-5"));
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Rejected), ["o-5"]);
    assert_eq!(world.of(Verdict::Delivered).len(), 19);
}

/// httpoxy: under CGI `HTTP_PROXY` is a visitor's `Proxy:` header, and the HTTP
/// library reads it where it is not told otherwise.
#[test]
fn httpoxy_a_visitors_header_chooses_no_proxy() {
    let attacker = Peer::good();
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sends_one_order", "--nocapture"])
        .env("HTTP_PROXY", attacker.url.trim_end_matches("/v5"))
        .env("HTTPS_PROXY", attacker.url.trim_end_matches("/v5"))
        .env(ONE_ORDER, "1")
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stdout)
    );
    assert!(String::from_utf8_lossy(&run.stdout).contains("1 arrived"));
    assert_eq!(attacker.requests().len(), 0);
}

const ONE_ORDER: &str = "PINRELAY_TEST_ONE_ORDER";

/// Not a test by itself: what the process of the test above does.
#[test]
fn sends_one_order() {
    if std::env::var(ONE_ORDER).is_err() {
        return;
    }
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    relay.drain(20.0).unwrap();
    println!("{} arrived", peer.requests().len());
}

/// Ours, found by thinking: a marker that went with the first record let the
/// second one through.
#[test]
fn an_order_in_line_twice_and_taken_back_is_sent_for_neither_record() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    for n in 0..1_200 {
        capture(&relay, &order(&format!("p-{n}")));
    }
    capture(&relay, &order("o-1"));
    assert_eq!(relay.withdraw(&ids(&["o-1"])).unwrap(), 1);
    assert_eq!(waiting(&relay), 1_200);
    relay.drain(60.0).unwrap();
    let sent = peer.ids();
    assert_eq!(sent.len(), 1_200);
    assert!(!sent.contains(&"o-1".to_owned()));
}

/// Ours again: a dead letter that was put back in line after an hour was dropped
/// as a stale visit, and gone.
#[test]
fn a_visit_that_is_retried_after_an_hour_is_delivered() {
    let refusing = |request: &Request| Response::processed(request, &["v-1"]);
    let peer = Peer::new(refusing);
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    let captured = crate::shop::now() - 3_000;
    capture(&relay, &crate::shop::at(visit("v-1"), captured));
    relay.drain(20.0).unwrap();
    let letter = &crate::shop::files(&shop.file("dead"))[0];
    let mut stored: serde_json::Value =
        serde_json::from_slice(&std::fs::read(letter).unwrap()).unwrap();
    stored["record"]["time"] = json!(captured - 1_000);
    std::fs::write(letter, stored.to_string()).unwrap();
    peer.now(|request| Response::processed(request, &[]));
    assert_eq!(relay.retry(&ids(&["v-1"])).unwrap(), 1);
    relay.drain(20.0).unwrap();
    assert_eq!(recent(&relay)[0], ("v-1".into(), "delivered".into()));
}

/// Vector and Sentry keep the wait after an error in memory, as daemons may; a
/// worker of PHP lives for minutes, and each new one would start over.
#[test]
fn vector_and_sentry_the_wait_outlives_the_worker() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let mut api = Api::new(&world, |_| crate::world::error(401, "no"));
    for _ in 0..20 {
        world.lead(
            &settings(Late::Send),
            &mut api,
            Some(Duration::from_secs(30)),
        );
    }
    assert_eq!(api.calls.len(), 1);
}
