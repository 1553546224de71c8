//! A process that serves more shops than it may have senders. In a file of its
//! own, and so in a process of its own, because it takes every seat.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "shared/shop.rs"]
mod shop;

use pinrelay::process::MAX_THREADS;
use shop::{Peer, Response, Shop, capture, order, until};

#[test]
fn dead_destinations_make_room_for_one_that_lives() {
    let dead = Peer::new(|_| Response::error(401, "Authentication failed."));
    let shops: Vec<Shop> = (0..MAX_THREADS).map(|_| Shop::lasting(&dead)).collect();
    for shop in &shops {
        capture(&shop.relay(), &order("o-1"));
    }
    until("all to be asked", || dead.requests().len() >= shops.len());
    let peer = Peer::good();
    let shop = Shop::lasting(&peer);
    capture(&shop.relay(), &order("o-2"));
    until("delivery", || {
        let _next_request = shop.relay();
        peer.ids() == ["o-2"]
    });
}
