//! Consent that is taken back, and orders that are cancelled, while the sender is
//! at work on them or after Pinterest refused them.

use std::sync::{Arc, Mutex};

use crate::shop::{Peer, Response, Shop, capture, ids, order, verdicts, visit, waiting};
use crate::spool::FaultyDisk;
use crate::world::{Api, MINUTE, World, all_or_nothing, error, good, settings};
use pinrelay::delivery::Late;
use pinrelay::spool::{DeadLetters, Lane, Verdict};
use serde_json::{Value, json};

#[test]
fn what_is_taken_back_in_the_middle_of_a_batch_is_in_no_later_call() {
    // The batch is halved down to the bad one, which comes last: nothing is refused before.
    for nth in 1..=11 {
        let world = World::new();
        for n in 0..64 {
            world.capture(Lane::Revenue, &format!("o-{n}"));
        }
        let mut calls = 0;
        let mut after = Vec::new();
        let mut api = Api::new(&world, |call| {
            if calls >= nth {
                after.extend(call.ids.clone());
            }
            calls += 1;
            if calls == nth {
                world.withdraw("o-62");
            }
            all_or_nothing(call, |id| id == "o-63")
        });
        world.lead(&settings(Late::Send), &mut api, None);
        drop(api);
        assert!(after.contains(&"o-63".to_owned()), "{nth}");
        assert!(!after.contains(&"o-62".to_owned()), "{nth}");
        assert_eq!(world.of(Verdict::Withdrawn), ["o-62"], "{nth}");
        assert_eq!(world.of(Verdict::Delivered).len(), 62, "{nth}");
    }
}

#[test]
fn what_is_taken_back_while_pinterest_refuses_it_is_no_dead_letter() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-0");
    let mut api = Api::new(&world, |call| match call.test {
        true => good(call),
        false => {
            world.withdraw("o-0");
            error(400, "no")
        }
    });
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Withdrawn), ["o-0"]);
    assert_eq!(DeadLetters::new(&world.spool).count(), 0);
}

#[test]
fn what_is_taken_back_is_not_asked_to_vouch_for_others_either() {
    let world = World::new();
    for n in 0..12 {
        world.capture(Lane::Revenue, &format!("o-{n}"));
    }
    world.capture(Lane::Revenue, "gone");
    let mut api = Api::new(&world, |call| {
        if call.ids == ["o-9"] {
            world.withdraw("gone");
        }
        all_or_nothing(call, |id| id.starts_with("o-"))
    });
    world.lead(&settings(Late::Send), &mut api, Some(MINUTE * 40));
    let asked = api.calls.iter().filter(|call| call.test);
    assert!(!asked.flat_map(|call| &call.ids).any(|id| id == "gone"));
}

/// A peer that refuses what `is_bad` says, alone.
fn refusing(is_bad: fn(&str) -> bool) -> Peer {
    Peer::new(move |request| {
        let bad = request.ids();
        let bad: Vec<&str> = bad
            .iter()
            .map(String::as_str)
            .filter(|id| is_bad(id))
            .collect();
        Response::processed(request, &bad)
    })
}

fn by(mut event: Value, who: &str) -> Value {
    event["user"]["external_id"] = json!(who);
    event
}

#[test]
fn consent_taken_back_reaches_dead_letters_and_nobody_can_bring_them_back() {
    let peer = refusing(|id| id.starts_with("bad"));
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for event in [
        by(visit("bad-his-visit"), "visitor-a"),
        by(order("bad-his-order"), "visitor-a"),
        by(visit("bad-hers"), "visitor-b"),
        order("bad-cancelled"),
        order("bad-other"),
        order("good"),
    ] {
        capture(&relay, &event);
    }
    relay.drain(20.0).unwrap();
    assert_eq!(relay.status().unwrap()["rejected"], 5);
    assert_eq!(relay.withdraw_visitor("visitor-a").unwrap(), 2);
    assert_eq!(relay.withdraw(&ids(&["bad-cancelled", "good"])).unwrap(), 1);
    assert_eq!(relay.withdraw(&ids(&["bad-cancelled"])).unwrap(), 0);
    let mut left: Vec<String> = relay
        .rejected(9)
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|letter| letter["event_id"].as_str().unwrap().to_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["bad-hers", "bad-other"]);
    let all = [
        "bad-his-visit",
        "bad-his-order",
        "bad-cancelled",
        "bad-other",
    ];
    assert_eq!(relay.retry(&ids(&all)).unwrap(), 1);
    peer.now(|request| Response::processed(request, &[]));
    let before = peer.ids().len();
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids()[before..], ["bad-other"]);
}

#[test]
fn a_letter_put_back_in_line_and_taken_back_at_the_same_moment_is_not_sent() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for n in 0..60 {
        let id = format!("o-{n}");
        peer.now(|request| {
            let bad = request.ids();
            let bad: Vec<&str> = bad
                .iter()
                .map(String::as_str)
                .filter(|id| id.starts_with('o'))
                .collect();
            Response::processed(request, &bad)
        });
        // One success in between, or ten refusals in a row would stop it.
        capture(&relay, &order(&format!("good-{n}")));
        capture(&relay, &order(&id));
        relay.drain(20.0).unwrap();
        assert_eq!(relay.status().unwrap()["rejected"], 1);
        let sent = peer.ids().len();
        peer.now(|request| Response::processed(request, &[]));
        let start = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                relay.retry(&ids(&[&id])).unwrap();
            });
            scope.spawn(|| {
                start.wait();
                // It is there, in one of its two places or on its way between.
                assert_eq!(relay.withdraw(&ids(&[&id])).unwrap(), 1, "{id}");
            });
        });
        relay.drain(20.0).unwrap();
        assert_eq!(peer.ids().len(), sent, "{id}");
        assert_eq!(
            (waiting(&relay), relay.status().unwrap()["rejected"].clone()),
            (0, json!(0))
        );
    }
    let delivered = verdicts(&relay)
        .iter()
        .filter(|(_, verdict)| verdict == "delivered")
        .count();
    assert_eq!(delivered, 60);
}

/// A shop of which one order is refused and another taken, on a disk between whose
/// calls somebody else can be at work.
fn shop_on_disk(peer: &Peer) -> (Shop, Arc<FaultyDisk>) {
    let mut shop = Shop::new(peer);
    let disk: Arc<FaultyDisk> = Arc::default();
    shop.host.disk = Arc::clone(&disk) as _;
    (shop, disk)
}

#[test]
fn what_is_taken_back_at_any_moment_of_its_refusal_leaves_no_dead_letter() {
    let peer = refusing(|id| id.starts_with("bad"));
    for nth in 0.. {
        let (shop, disk) = shop_on_disk(&peer);
        let relay = shop.relay();
        capture(&relay, &order("good"));
        capture(&relay, &order("bad"));
        let taken_back = Arc::new(Mutex::new(None));
        let (other, noted) = (shop.relay(), Arc::clone(&taken_back));
        let mut calls = 0;
        let meanwhile = move || {
            if calls == nth {
                *noted.lock().unwrap() = Some(other.withdraw(&ids(&["bad"])).unwrap());
            }
            calls += 1;
        };
        disk.meanwhile(meanwhile, || relay.drain(20.0).unwrap());
        let Some(count) = *taken_back.lock().unwrap() else {
            assert!(nth > 20, "{nth}");
            break;
        };
        assert_eq!(count, 1, "it is in line or a letter: {nth}");
        assert_eq!(relay.status().unwrap()["rejected"], 0, "{nth}");
    }
}

#[test]
fn what_is_refused_at_any_moment_while_it_is_taken_back_leaves_no_dead_letter() {
    let peer = refusing(|id| id.starts_with("bad"));
    for nth in 0.. {
        let (shop, disk) = shop_on_disk(&peer);
        let relay = shop.relay();
        capture(&relay, &order("good"));
        capture(&relay, &order("bad"));
        let other = shop.relay();
        let mut calls = 0;
        let drained = Arc::new(Mutex::new(false));
        let noted = Arc::clone(&drained);
        let meanwhile = move || {
            if calls == nth {
                other.drain(20.0).unwrap();
                *noted.lock().unwrap() = true;
            }
            calls += 1;
        };
        disk.meanwhile(meanwhile, || relay.withdraw(&ids(&["bad"])).unwrap());
        if !*drained.lock().unwrap() {
            assert!(nth > 5, "{nth}");
            break;
        }
        assert_eq!(relay.status().unwrap()["rejected"], 0, "{nth}");
    }
}
