//! What goes wrong between a captured event and its verdict, and what must not
//! come of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::shop::{
    Peer, Response, Shop, at, capture, ids, now, order, recent, until, verdicts, visit, waiting,
};
use serde_json::json;

#[test]
fn an_answer_that_allows_the_next_call_at_once_does_not_start_a_hammer() {
    let peer = Peer::new(|_| Response {
        headers: vec!["Retry-After: 0".into()],
        ..Response::error(429, "slow down")
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    relay.drain(1.0).unwrap();
    // Waits of a random part of 1, 2, 4, ... seconds, and no less than a tenth.
    assert!(peer.requests().len() <= 12, "{}", peer.requests().len());
    assert_eq!(waiting(&relay), 1);
}

#[test]
fn a_used_up_rate_limit_is_respected_within_a_batch_and_by_the_next_leader() {
    let peer = Peer::new(|request| match request.ids().len() {
        1 => Response {
            headers: vec![
                "x-ratelimit-remaining: 0".into(),
                "x-ratelimit-reset: 600".into(),
            ],
            ..Response::processed(request, &[])
        },
        _ => Response::error(400, "one of them is bad"),
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2"] {
        capture(&relay, &order(id));
    }
    relay.drain(20.0).unwrap();
    relay.drain(20.0).unwrap();
    assert_eq!(
        peer.requests().iter().map(|r| r.ids()).collect::<Vec<_>>(),
        [vec!["o-1", "o-2"], vec!["o-1"]]
    );
    assert!(relay.status().unwrap()["retry_at"].is_i64());
    assert_eq!(waiting(&relay), 1);
}

#[test]
fn unreadable_answers_are_counted_across_leaders() {
    let peer = Peer::new(|_| Response::new(200, r#"{"events": []}"#));
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    until("a verdict", || {
        // The wait after a failure is longer, so each is a leader of its own.
        relay.drain(0.05).unwrap();
        shop.forget_wait();
        !verdicts(&relay).is_empty()
    });
    assert_eq!(verdicts(&relay), [("o-1".into(), "unconfirmed".into())]);
    assert_eq!(peer.requests().len(), 5);
}

#[test]
fn a_poison_event_is_found_even_when_each_drain_has_time_for_one_call() {
    let peer = Peer::new(|request| {
        std::thread::sleep(Duration::from_millis(100));
        match request.ids().contains(&"o-0".into()) {
            true => Response::error(400, "bad"),
            false => Response::processed(request, &[]),
        }
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for n in 0..100 {
        capture(&relay, &order(&format!("o-{n}")));
    }
    until("all verdicts", || {
        let calls = peer.requests().len();
        relay.drain(0.05).unwrap();
        assert!(peer.requests().len() <= calls + 1);
        waiting(&relay) == 0
    });
    assert_eq!(relay.status().unwrap()["rejected"], 1);
}

#[test]
fn a_dead_letter_that_cannot_be_kept_does_not_send_the_others_again() {
    let peer = Peer::new(|request| Response::processed(request, &["o-2"]));
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2", "o-3"] {
        capture(&relay, &order(id));
    }
    std::fs::remove_dir(shop.file("dead")).unwrap();
    for _ in 0..2 {
        relay.drain(20.0).unwrap();
    }
    assert_eq!(peer.ids(), ["o-1", "o-2", "o-3"]);
    assert_eq!(
        verdicts(&relay)[1],
        ("o-2".to_owned(), "rejected".to_owned())
    );
    let status = relay.status().unwrap();
    assert_eq!(status["lost"], json!({"dead_letter_unwritten": 1}));
}

#[test]
fn an_offset_that_cannot_be_written_sends_nothing_again() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["v-1", "v-2"] {
        capture(&relay, &visit(id));
    }
    std::fs::remove_dir(shop.file("ack")).unwrap();
    for _ in 0..2 {
        relay.drain(20.0).unwrap();
    }
    assert_eq!(peer.ids(), ["v-1", "v-2"]);
    assert_eq!(waiting(&relay), 0);
}

#[test]
fn what_is_given_up_while_nothing_may_be_sent_is_counted() {
    let peer = Peer::new(|_| Response::error(401, "Authentication failed."));
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    relay.drain(20.0).unwrap();
    capture(&relay, &at(visit("v-1"), now() - 3_700));
    relay.drain(20.0).unwrap();
    assert_eq!(relay.status().unwrap()["lost"], json!({"stale": 1}));
}

#[test]
fn newer_settings_take_over_from_a_thread_that_waits_with_old_ones() {
    let peer = Peer::knowing("pina_new");
    let shop = Shop::lasting(&peer);
    let old = shop.relay();
    capture(&old, &order("o-1"));
    until("the pause", || old.status().unwrap()["paused"].is_object());
    // One capture, and then no request comes any more.
    let new = shop.relay_with(json!({"generation": 1, "access_token": "pina_new"}));
    capture(&new, &order("o-2"));
    until("both deliveries", || verdicts(&new).len() == 2);
}

#[test]
fn a_cursor_outlives_the_spool_it_is_of() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2"] {
        capture(&relay, &order(id));
    }
    relay.drain(20.0).unwrap();
    let settled = relay.settled("", 10).unwrap();
    std::fs::remove_dir_all(shop.dir.path().join("spool")).unwrap();
    for id in ["o-3", "o-4", "o-5"] {
        capture(&relay, &order(id));
    }
    relay.drain(20.0).unwrap();
    let settled = relay.settled(settled["cursor"].as_str().unwrap(), 10);
    assert_eq!(settled.unwrap()["events"].as_array().unwrap().len(), 3);
}

#[test]
fn an_order_that_comes_again_before_its_withdrawal_was_settled_is_sent() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    relay.withdraw(&ids(&["o-1"])).unwrap();
    capture(&relay, &order("o-1"));
    assert!(waiting(&relay) > 0);
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-1"]);
    assert!(verdicts(&relay).contains(&("o-1".into(), "delivered".into())));
}

#[test]
fn what_was_taken_back_while_it_was_refused_comes_again_only_by_a_new_capture() {
    let peer = Peer::new(|request| Response::processed(request, &["o-1"]));
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2"] {
        capture(&relay, &order(id));
    }
    // While the call is in flight.
    let (marked, other) = (AtomicBool::new(false), Mutex::new(shop.relay()));
    peer.now(move |request| {
        if !marked.swap(true, Ordering::Relaxed) {
            let withdrawn = other.lock().unwrap().withdraw(&ids(&["o-1"]));
            assert_eq!(withdrawn.unwrap(), 1);
        }
        Response::processed(request, &["o-1"])
    });
    relay.drain(20.0).unwrap();
    peer.now(|request| Response::processed(request, &[]));
    assert_eq!(relay.retry(&ids(&["o-1"])).unwrap(), 0);
    capture(&relay, &order("o-1"));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-1", "o-2", "o-1"]);
}

#[test]
fn a_sender_that_is_paused_does_not_keep_the_owner_from_purging() {
    let peer = Peer::new(|_| Response::error(401, "Authentication failed."));
    let shop = Shop::lasting(&peer);
    let relay = shop.relay();
    for event in [order("o-1"), visit("v-1")] {
        capture(&relay, &event);
    }
    until("the pause", || {
        relay.status().unwrap()["paused"].is_object()
    });
    assert_eq!(relay.purge().unwrap(), 2);
    assert_eq!(waiting(&relay), 0);
    assert_eq!(shop.segments(), [""; 0]);
    assert_eq!(verdicts(&relay), [("o-1".into(), "withdrawn".into())]);
    assert_eq!(recent(&relay).len(), 2);
}

#[test]
fn a_generation_that_cannot_be_written_keeps_nobody_from_reading() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    capture(&shop.relay(), &order("o-1"));
    // Not even root can write to it.
    std::fs::create_dir(shop.file("generation")).unwrap();
    let relay = shop.relay_with(json!({"generation": 3}));
    assert_eq!(relay.status().unwrap()["waiting"]["revenue"], 1);
    assert_eq!(relay.drain(20.0).unwrap()["delivered"], 1);
}

#[test]
fn half_written_letters_do_not_outlive_the_leader_that_was_killed() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    for name in ["dead/0.tmp", "ack/0.tmp"] {
        std::fs::write(shop.file(name), "203.0.113.7").unwrap();
    }
    relay.drain(20.0).unwrap();
    assert!(!String::from_utf8_lossy(&shop.bytes()).contains("203.0.113.7"));
}

#[test]
fn settled_lines_of_a_killed_leader_are_cleared_by_the_next_request() {
    let peer = Peer::good();
    let shop = Shop::lasting(&peer);
    capture(
        &shop.relay_with(json!({"access_token": null})),
        &order("o-1"),
    );
    let text = std::fs::read(&shop.segments()[0]).unwrap();
    let name = "r-0000000000000001-1-0.seg";
    std::fs::write(shop.file("seg").join(name), &text).unwrap();
    let offset = format!("{:020}", text.len());
    let sealed = format!("{offset} {:08x}", crc32c::crc32c(offset.as_bytes()));
    std::fs::write(shop.file("ack").join(name), sealed).unwrap();
    std::fs::remove_file(&shop.segments()[1]).unwrap();
    let _relay = shop.relay();
    until("no segment", || shop.segments().is_empty());
    assert_eq!(peer.requests().len(), 0);
}

#[test]
fn a_network_of_shops_does_not_use_up_the_descriptors() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    for n in 0..300 {
        let site = format!("https://{n}.example");
        capture(&shop.relay_with(json!({"site": site})), &order("o-1"));
    }
    let open = std::fs::read_dir("/proc/self/fd").unwrap().count();
    assert!(open < 300, "{open} descriptors are open");
}
