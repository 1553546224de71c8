//! What a shop's owner is told when orders do not come through.

use std::sync::Arc;

use crate::shop::{Peer, Shop, capture, now, order, visit};
use crate::spool::{FaultyDisk, How, Op};
use pinrelay::event::Raw;
use pinrelay::relay::{Refusal, Relay};
use rustix::io::Errno;
use serde_json::{Value, json};

fn shop() -> (Shop, Arc<FaultyDisk>) {
    let mut shop = Shop::new(&Peer::good());
    let disk = Arc::new(FaultyDisk::default());
    shop.host.disk = Arc::clone(&disk) as _;
    (shop, disk)
}

/// The reason and the message of a capture that is refused.
fn refused(relay: &Relay, event: &Value) -> (&'static str, String) {
    match relay.capture(&Raw::from(event)) {
        Err(Refusal::Spool { reason, message }) => (reason, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_disk_that_cannot_be_written_is_told_by_the_refusal_and_by_the_status() {
    type Break = fn(&FaultyDisk);
    let cases: [(&str, Break); 3] = [
        ("full", |disk| {
            for part in ["/seg/", "/ack/", "/settled/", "/withdrawn/", "state"] {
                disk.fail(Op::Write, part, How::Fails(Errno::NOSPC));
            }
        }),
        ("readonly", |disk| {
            for op in [Op::Open, Op::Write, Op::Rename, Op::Unlink, Op::MakeDir] {
                disk.fail(op, "/", How::Fails(Errno::ROFS));
            }
        }),
        ("io", |disk| {
            disk.fail(Op::Write, "/seg/", How::Fails(Errno::IO));
        }),
    ];
    for (expected, broken) in cases {
        let (shop, disk) = shop();
        let relay = shop.relay();
        capture(&relay, &order("o-1"));
        let status = relay.status().unwrap();
        assert_eq!(status["last_refused"], Value::Null);
        assert_eq!(status["spool"]["writable"], true);
        assert_eq!(status["spool"]["trouble"], Value::Null);

        broken(&disk);
        let since = now();
        let (reason, message) = refused(&relay, &order("o-2"));
        assert_eq!(reason, expected);
        let status = relay.status().unwrap();
        assert_eq!(status["spool"]["writable"], false, "{expected}");
        assert_eq!(status["spool"]["trouble"]["reason"], expected);
        assert_eq!(status["waiting"]["revenue"], 1, "what is there is safe");
        if expected != "readonly" {
            // On a read-only disk nothing can be noted; the line above tells.
            let told = &status["last_refused"];
            assert_eq!(told["reason"], expected);
            assert_eq!(told["message"], message);
            assert!(told["at"].as_i64().unwrap() >= since);
        }

        disk.mend();
        let status = relay.status().unwrap();
        assert_eq!(status["spool"]["trouble"], Value::Null);
        assert_eq!(relay.drain(20.0).unwrap()["delivered"], 1);
    }
}

#[test]
fn a_limit_that_is_reached_is_told_by_the_status_of_another_process() {
    let mut shop = Shop::new(&Peer::good());
    shop.host.ini.max_bytes = "1M".into();
    let relay = shop.relay();
    let reason = (0..5_000).find_map(|n| {
        let event = visit(&format!("v-{n}"));
        relay.capture(&Raw::from(&event)).err()
    });
    assert!(reason.is_some());
    let status = shop.relay().status().unwrap();
    assert_eq!(status["last_refused"]["reason"], "full");
    let message = status["last_refused"]["message"].as_str().unwrap();
    assert!(message.contains("max_bytes"), "{message}");
    // The disk itself has room.
    assert_eq!(status["spool"]["trouble"], Value::Null);
}

#[test]
fn a_segment_that_cannot_be_read_is_told() {
    let (shop, disk) = shop();
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    disk.fail(Op::Read, "/seg/", How::Fails(Errno::IO));
    let status = relay.status().unwrap();
    assert_eq!(status["waiting"], json!({"revenue": 0, "visit": 0}));
    assert_eq!(status["spool"]["trouble"]["reason"], "io");
    assert_eq!(status["spool"]["writable"], true);
    disk.mend();
    assert_eq!(relay.drain(20.0).unwrap()["delivered"], 1);
}
