//! What goes wrong between a captured event and its verdict, and what must not
//! come of it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Peer, Response, Shop, capture, order, waiting};

#[test]
fn a_probe_that_is_refused_like_all_before_it_rejects_nothing() {
    let peer = Peer::new(|_| Response::error(400, "no"));
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    for n in 0..25 {
        capture(&relay, &order(&format!("o-{n}")));
    }
    relay.drain(20.0).unwrap();
    let calls = peer.requests().len();
    for probe in 1..=3 {
        shop.forget_wait();
        relay.drain(20.0).unwrap();
        assert_eq!(peer.requests().len(), calls + probe);
        assert_eq!(relay.status().unwrap()["rejected"], 0);
        assert_eq!(waiting(&relay), 25);
    }
    shop.forget_wait();
    peer.now(|request| Response::processed(request, &[]));
    assert_eq!(relay.drain(20.0).unwrap()["delivered"], 25);
}
