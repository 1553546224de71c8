//! All of it in one process, from a captured event to its verdict.

use crate::shop::{
    Peer, Response, Shop, at, capture, ids, now, order, recent, until, verdicts, visit, waiting,
};
use pinrelay::event::Raw;
use pinrelay::relay::Refusal;
use serde_json::{Value, json};

fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Spool { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn an_order_arrives_with_its_token_and_is_settled_once() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    assert_eq!(waiting(&relay), 1);
    let drained = relay.drain(20.0).unwrap();
    assert_eq!(
        drained,
        json!({"sender": "self", "delivered": 1, "rejected": 0, "waiting": 0})
    );
    let [request] = &peer.requests()[..] else {
        panic!("one call")
    };
    assert_eq!(request.target, "/v5/ad_accounts/549755885175/events");
    assert!(
        request
            .headers
            .iter()
            .any(|header| header == "authorization: Bearer pina_secret")
    );
    assert_eq!(verdicts(&relay), [("o-1".into(), "delivered".into())]);
    relay.drain(20.0).unwrap();
    assert_eq!(peer.requests().len(), 1);
}

#[test]
fn an_order_captured_twice_is_sent_once() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for _ in 0..2 {
        capture(&relay, &order("o-1"));
        relay.drain(20.0).unwrap();
    }
    assert_eq!(peer.ids(), ["o-1"]);
    // Both captures learn what became of them.
    assert_eq!(verdicts(&relay).len(), 2);
    assert_eq!(relay.status().unwrap()["delivered"], 1);
}

#[test]
fn an_order_that_waits_twice_is_sent_once() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2", "o-1", "o-3"] {
        capture(&relay, &order(id));
    }
    // Another process wrote one more record of it, into a segment of its own.
    let segment = shop.segments().remove(0);
    let twin = segment.replace(".seg", "0.seg");
    std::fs::copy(&segment, twin).unwrap();
    assert_eq!(relay.drain(20.0).unwrap()["delivered"], 3);
    assert_eq!(peer.ids(), ["o-1", "o-2", "o-3"]);
    assert_eq!(verdicts(&relay).len(), 8);
    assert_eq!(waiting(&relay), 0);
}

#[test]
fn orders_go_before_visits() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &visit("v-1"));
    capture(&relay, &order("o-1"));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-1", "v-1"]);
}

#[test]
fn nothing_plain_of_a_shopper_is_on_disk() {
    let peer = Peer::new(|request| match request.ids() == ["o-1"] {
        true => Response::error(400, "no such luck for ada.shopper@example.com"),
        false => Response::processed(request, &[]),
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    relay.drain(20.0).unwrap();
    capture(&relay, &order("o-2"));
    assert_eq!(relay.status().unwrap()["rejected"], 1);
    let text = String::from_utf8_lossy(&shop.bytes()).to_lowercase();
    assert!(text.contains("o-1") && text.contains("o-2"));
    for plain in [
        "ada.shopper",
        "901820",
        "adalbertine",
        "shopperowitz",
        "musterhausen",
        "pina_secret",
    ] {
        assert!(!text.contains(plain), "{plain}");
    }
}

#[test]
fn after_delivery_no_address_is_left_behind() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    capture(&relay, &visit("v-1"));
    assert!(String::from_utf8_lossy(&shop.bytes()).contains("203.0.113.7"));
    relay.drain(20.0).unwrap();
    assert!(!String::from_utf8_lossy(&shop.bytes()).contains("203.0.113.7"));
}

#[test]
fn one_poison_event_in_a_thousand_is_rejected_alone() {
    let peer = Peer::new(|request| match request.ids().contains(&"o-700".into()) {
        true => Response::error(400, "Additional properties are not allowed"),
        false => Response::processed(request, &[]),
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for n in 0..1_000 {
        capture(&relay, &order(&format!("o-{n}")));
    }
    let drained = relay.drain(60.0).unwrap();
    assert_eq!(
        (&drained["delivered"], &drained["rejected"]),
        (&json!(999), &json!(1))
    );
    // A batch is bounded in bytes too, so there are a few whole ones besides.
    assert!(
        peer.requests().len() <= 30,
        "{} calls",
        peer.requests().len()
    );
    let rejected = relay.rejected(10).unwrap();
    assert_eq!(rejected[0]["event_id"], "o-700");
    assert_eq!(
        rejected[0]["message"],
        "HTTP 400: Additional properties are not allowed"
    );
    // Delivered once each, for all the splitting.
    let mut settled = verdicts(&relay);
    settled.sort();
    settled.dedup();
    assert_eq!(settled.len(), 1_000);
}

#[test]
fn partial_answers_settle_each_event_by_itself() {
    let peer = Peer::new(|request| {
        let mut answer = Response::processed(request, &["o-2"]);
        let details: Value = serde_json::from_str(&answer.body).unwrap();
        answer.status = 422;
        answer.body = json!({"code": 953, "message": "m", "details": details}).to_string();
        answer
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2", "o-3"] {
        capture(&relay, &order(id));
    }
    relay.drain(20.0).unwrap();
    assert_eq!(peer.requests().len(), 1);
    assert_eq!(
        verdicts(&relay),
        [
            ("o-1", "delivered"),
            ("o-2", "rejected"),
            ("o-3", "delivered")
        ]
        .map(|(id, verdict)| (id.to_owned(), verdict.to_owned()))
    );
    peer.now(|request| Response::processed(request, &[]));
    assert_eq!(relay.retry(&ids(&["o-2", "o-9"])).unwrap(), 1);
    relay.drain(20.0).unwrap();
    assert_eq!(verdicts(&relay)[3], ("o-2".into(), "delivered".into()));
    assert_eq!(relay.status().unwrap()["rejected"], 0);
}

#[test]
fn when_everything_is_refused_everything_is_kept() {
    for is_changed in [false, true] {
        let peer = Peer::new(|_| Response::error(400, "no"));
        let shop = Shop::new(&peer);
        let relay = shop.relay();
        for n in 0..25 {
            capture(&relay, &order(&format!("o-{n}")));
        }
        relay.drain(20.0).unwrap();
        let status = relay.status().unwrap();
        assert_eq!(status["paused"]["reason"], "all_rejected");
        assert_eq!((waiting(&relay), &status["rejected"]), (25, &json!(0)));
        // Nor does a probe that is refused like all before it reject anything.
        let calls = peer.requests().len();
        for probe in 1..=3 {
            shop.forget_wait();
            relay.drain(20.0).unwrap();
            let asked = peer.requests().len();
            assert!((calls + probe..=calls + 5 * probe).contains(&asked));
            assert_eq!(relay.status().unwrap()["rejected"], 0);
            assert_eq!(waiting(&relay), 25);
        }
        peer.now(|request| Response::processed(request, &[]));
        // Settings that were changed try again at once, the same when the wait is over.
        let relay = match is_changed {
            true => shop.relay_with(json!({"generation": 1})),
            false => {
                shop.forget_wait();
                relay
            }
        };
        assert_eq!(relay.drain(20.0).unwrap()["delivered"], 25);
        assert_eq!(waiting(&relay), 0);
        assert_eq!(relay.status().unwrap()["paused"], Value::Null);
    }
}

#[test]
fn a_refused_token_pauses_and_a_new_one_resumes() {
    let peer = Peer::knowing("pina_new");
    let shop = Shop::new(&peer);
    let old = shop.relay();
    capture(&old, &order("o-1"));
    old.drain(20.0).unwrap();
    old.drain(20.0).unwrap();
    assert_eq!(peer.requests().len(), 1, "a pause is no hammering loop");
    let status = old.status().unwrap();
    assert_eq!(status["paused"]["reason"], "unauthorized");
    assert_eq!(status["last_error"]["http_status"], 401);
    assert_eq!(
        status["last_error"]["message"],
        "HTTP 401: Authentication failed."
    );
    let new = shop.relay_with(json!({"generation": 2, "access_token": "pina_new"}));
    assert_eq!(new.status().unwrap()["paused"], Value::Null);
    assert_eq!(new.drain(20.0).unwrap()["delivered"], 1);
    capture(&old, &order("o-2"));
    let drained = old.drain(0.5).unwrap();
    assert_eq!(
        (&drained["sender"], &drained["waiting"]),
        (&json!("none"), &json!(1))
    );
    assert_eq!(
        old.status().unwrap()["generation"],
        2,
        "it can see that it is old"
    );
    assert_eq!(new.drain(20.0).unwrap()["delivered"], 1);
}

#[test]
fn a_redirect_never_carries_the_token_on() {
    let elsewhere = Peer::good();
    let target = format!("Location: {}", elsewhere.url);
    let peer = Peer::new(move |_| Response {
        headers: vec![target.clone()],
        ..Response::new(307, "")
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    relay.drain(20.0).unwrap();
    assert_eq!(elsewhere.requests().len(), 0);
    let status = relay.status().unwrap();
    let said = status["last_error"]["message"].as_str().unwrap();
    assert!(said.starts_with("HTTP 307, a redirect"), "{said}");
    assert_eq!(waiting(&relay), 1);
}

#[test]
fn a_page_of_a_proxy_settles_no_order_whatever_its_status() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2", "o-3"] {
        capture(&relay, &order(id));
    }
    for status in [200, 302, 400, 401, 403, 404, 413, 414, 422, 431, 451, 502] {
        peer.now(move |_| Response::new(status, "<html>Access denied</html>"));
        let before = peer.requests().len();
        // On a busy machine the time may be over before the call.
        until("a call", || {
            relay.drain(0.05).unwrap();
            peer.requests().len() > before
        });
        let told = relay.status().unwrap();
        assert_eq!(told["last_error"]["http_status"], status);
        let said = told["last_error"]["message"].as_str().unwrap();
        assert!(said.contains("a proxy, a firewall or a gateway"), "{said}");
        assert_eq!(
            (&told["paused"], &told["rejected"]),
            (&Value::Null, &json!(0))
        );
        assert_eq!(
            (waiting(&relay), verdicts(&relay).len()),
            (3, 0),
            "{status}"
        );
        let test = relay.send_test(&Raw::from(&order("t-1"))).unwrap();
        assert_eq!(test["verdict"], "retry", "{status}");
        shop.forget_wait();
    }
    peer.now(|request| Response::processed(request, &[]));
    assert_eq!(relay.drain(20.0).unwrap()["delivered"], 3);
}

#[test]
fn a_failed_call_is_repeated_byte_for_byte() {
    let peer = Peer::new(|_| Response::new(500, "<html>oops</html>"));
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    while peer.requests().is_empty() {
        relay.drain(0.01).unwrap();
    }
    assert!(shop.state()["retry_at"].is_i64());
    peer.now(|request| Response::processed(request, &[]));
    assert_eq!(relay.drain(60.0).unwrap()["delivered"], 1);
    let requests = peer.requests();
    assert!(requests.len() >= 2);
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );
}

#[test]
fn late_orders_go_back_and_come_again_when_told() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay_with(json!({"late": "return"}));
    let late = at(order("o-1"), now() - 4_000);
    capture(&relay, &late);
    capture(&relay, &order("o-2"));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-2"]);
    assert_eq!(verdicts(&relay)[0], ("o-1".into(), "late".into()));
    let mut again = late;
    again["late_ok"] = json!(true);
    capture(&relay, &again);
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-2", "o-1"]);
}

#[test]
fn stale_visits_are_given_up_and_counted() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &at(visit("v-1"), now() - 3_700));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.requests().len(), 0);
    assert_eq!(recent(&relay), [("v-1".into(), "expired".into())]);
    assert_eq!(relay.status().unwrap()["lost"], json!({"stale": 1}));
}

#[test]
fn a_visitor_who_is_withdrawn_leaves_his_orders_and_everybody_else() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    let by = |mut event: Value, who: Value| {
        event["user"]["external_id"] = who;
        event
    };
    capture(&relay, &by(visit("his-1"), json!(" Visitor-A ")));
    capture(&relay, &by(visit("hers"), json!("visitor-b")));
    capture(
        &relay,
        &by(visit("his-2"), json!(["account-7", "visitor-a"])),
    );
    capture(&relay, &by(order("his-order"), json!("visitor-a")));
    capture(&relay, &visit("nobodys"));
    // Looked for by somebody else: words are no match key.
    const VISITOR_A: &str = "0de4b4ec57b51b438680498a1e9f86882eac5336b349354340de21bc69dcb35d";
    let mut search = by(visit("search"), json!("visitor-c"));
    search["event_name"] = json!("search");
    search["search_string"] = json!(VISITOR_A);
    capture(&relay, &search);

    assert_eq!(relay.withdraw_visitor("visitor-a").unwrap(), 2);
    assert_eq!(relay.withdraw_visitor("visitor-a").unwrap(), 0, "once");
    for nobody in ["", " ", "visitor"] {
        assert_eq!(relay.withdraw_visitor(nobody).unwrap(), 0, "{nobody:?}");
    }
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["his-order", "hers", "nobodys", "search"]);
}

#[test]
fn what_is_withdrawn_is_not_sent() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for id in ["o-1", "o-2", "o-3"] {
        capture(&relay, &order(id));
    }
    assert_eq!(relay.withdraw(&ids(&["o-2", "o-9"])).unwrap(), 1);
    assert_eq!(
        relay.withdraw(&ids(&["o-2"])).unwrap(),
        0,
        "taken back already"
    );
    assert_eq!(waiting(&relay), 2);
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-1", "o-3"]);
    assert_eq!(verdicts(&relay)[1], ("o-2".into(), "withdrawn".into()));
    assert_eq!(
        relay.withdraw(&ids(&["o-1"])).unwrap(),
        0,
        "it is delivered"
    );
    // The order is placed again after all.
    capture(&relay, &order("o-2"));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-1", "o-3", "o-2"]);
}

#[test]
fn purging_discards_what_waits_and_counts_it() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    capture(&relay, &visit("v-1"));
    assert_eq!(relay.purge().unwrap(), 2);
    assert_eq!(waiting(&relay), 0);
    capture(&relay, &order("o-2"));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-2"]);
    assert_eq!(relay.status().unwrap()["lost"], json!({"purged": 2}));
}

#[test]
fn test_mode_is_a_destination_of_its_own_with_small_calls() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let test = shop.relay_with(json!({"test": true}));
    for n in 0..30 {
        capture(&test, &order(&format!("t-{n}")));
    }
    assert_eq!(waiting(&shop.relay()), 0);
    test.drain(20.0).unwrap();
    let requests = peer.requests();
    assert_eq!(
        requests.iter().map(|r| r.ids().len()).collect::<Vec<_>>(),
        [20, 10]
    );
    assert!(
        requests
            .iter()
            .all(|r| r.target.ends_with("/events?test=true"))
    );
}

#[test]
fn a_test_event_is_answered_at_once_and_leaves_no_trace() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    let answer = relay.send_test(&Raw::from(&order("t-1"))).unwrap();
    assert_eq!(
        (&answer["http_status"], &answer["verdict"]),
        (&json!(200), &json!("delivered"))
    );
    peer.now(|_| Response::error(403, "You are not permitted to access that resource."));
    let answer = relay.send_test(&Raw::from(&order("t-1"))).unwrap();
    assert_eq!(answer["verdict"], "forbidden");
    assert_eq!(
        answer["message"],
        "HTTP 403: You are not permitted to access that resource."
    );
    assert!(!shop.dir.path().join("spool").exists());
}

#[test]
fn settings_that_switch_off_refuse_and_say_so() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let off = shop.relay_with(json!({"enabled": false}));
    let refused = off.capture(&Raw::from(&order("o-1"))).unwrap_err();
    assert_eq!(reason(refused), "disabled");
    assert!(off.prepare(&Raw::from(&order("o-1"))).is_ok());
}

#[test]
fn without_a_token_events_wait_for_one() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let mute = shop.relay_with(json!({"access_token": null}));
    capture(&mute, &order("o-1"));
    let drained = mute.drain(0.2).unwrap();
    assert_eq!(
        (&drained["sender"], &drained["waiting"]),
        (&json!("none"), &json!(1))
    );
    assert_eq!(shop.relay().drain(20.0).unwrap()["delivered"], 1);
}

#[test]
fn a_directory_that_vanished_is_made_again() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    std::fs::remove_dir_all(shop.dir.path().join("spool")).unwrap();
    capture(&relay, &order("o-2"));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-2"]);
}

#[test]
fn a_full_spool_refuses_and_the_caller_keeps_the_event() {
    let peer = Peer::good();
    let mut shop = Shop::new(&peer);
    shop.host.ini.max_bytes = "1M".into();
    let relay = shop.relay();
    let refused = (0..5_000).find_map(|n| {
        let event = visit(&format!("v-{n}"));
        relay.capture(&Raw::from(&event)).err()
    });
    assert_eq!(reason(refused.unwrap()), "full");
    // Orders still find space, and draining makes more.
    capture(&relay, &order("o-1"));
    relay.drain(60.0).unwrap();
    assert_eq!(waiting(&relay), 0);
}

#[test]
fn the_thread_delivers_and_ends_when_nothing_waits() {
    let peer = Peer::good();
    let shop = Shop::lasting(&peer);
    let relay = shop.relay();
    for n in 0..20 {
        capture(&relay, &order(&format!("o-{n}")));
    }
    until("20 deliveries", || peer.ids().len() == 20);
    until("the thread's end", || {
        relay.status().unwrap()["sender"].is_null()
    });
    capture(&relay, &visit("v-1"));
    until("the visit", || peer.ids().len() == 21);
}

#[test]
fn work_left_by_another_process_is_taken_up_by_the_next_request() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    capture(&shop.relay(), &order("o-1"));
    let mut host = shop.host.clone();
    host.sapi = "fpm-fcgi".into();
    let _relay = pinrelay::relay::Relay::new(&Raw::from(&shop.options), &host).unwrap();
    until("delivery", || peer.ids() == ["o-1"]);
}

#[test]
fn who_cannot_send_leaves_the_look_of_a_second_to_who_can() {
    let peer = Peer::good();
    let shop = Shop::lasting(&peer);
    let mute = || shop.relay_with(json!({"access_token": null}));
    capture(&mute(), &order("o-1"));
    // Visits come in by the dozen between two requests of the shop.
    let (_mute, _relay) = (mute(), shop.relay());
    until("delivery", || peer.ids() == ["o-1"]);
}

#[test]
fn a_capture_without_a_token_opens_no_file_of_the_leader() {
    let peer = Peer::good();
    let mut shop = Shop::lasting(&peer);
    let disk: std::sync::Arc<crate::spool::FaultyDisk> = std::sync::Arc::default();
    shop.host.disk = std::sync::Arc::clone(&disk) as _;
    shop.options.as_object_mut().unwrap().remove("access_token");
    let relay = shop.relay();
    capture(&relay, &visit("v-1"));
    capture(&relay, &visit("v-2"));
    for op in [crate::spool::Op::Open, crate::spool::Op::OpenToRead] {
        for file in ["leader.lock", "generation", "state", "/settled/"] {
            assert_eq!(disk.count(op, file), 0, "{op:?} {file}");
        }
    }
}
