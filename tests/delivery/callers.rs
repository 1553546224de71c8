//! Calls on threads of their own: what the leader does meanwhile, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::shop::{GUARD, Peer, Response, Shop, capture, order, until, waiting};
use crate::world::settings;
use pinrelay::delivery::{self, Answer, CallFailed, Client, Clock, Late, Threads, Until};
use pinrelay::process::Waker;
use pinrelay::spool::Lane;

struct Panics;

impl Client for Panics {
    fn post(&mut self, _: &[u8], _: bool, _: Duration) -> Result<Answer, CallFailed> {
        panic!("on purpose");
    }
}

#[test]
fn a_leader_shows_that_it_lives_while_a_call_hangs() {
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let asked = Arc::new(AtomicBool::new(false));
    let is_asked = Arc::clone(&asked);
    let peer = Peer::new(move |request| {
        asked.store(true, Ordering::Release);
        let _ = gate.lock().unwrap().recv_timeout(GUARD);
        Response::processed(request, &[])
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    std::thread::scope(|scope| {
        let drained = scope.spawn(|| shop.relay().drain(20.0).unwrap());
        until("a call", || is_asked.load(Ordering::Acquire));
        let beat = || {
            shop.file("leader.lock")
                .metadata()
                .unwrap()
                .modified()
                .unwrap()
        };
        let first = beat();
        until("a heartbeat during the call", || beat() > first);
        let second = beat();
        until("another", || beat() > second);
        open.send(()).unwrap();
        assert_eq!(drained.join().unwrap()["delivered"], 1);
    });
    assert_eq!(waiting(&relay), 0);
}

#[test]
fn a_call_that_panics_is_a_panic_of_the_sender() {
    let world = crate::world::World::new();
    world.capture(Lane::Revenue, "o-1");
    let waker = Arc::new(Waker::new().unwrap());
    let stay = Until {
        deadline: Some(Instant::now() + GUARD),
        idle: Duration::ZERO,
        linger: false,
    };
    let settings = settings(Late::Send);
    let mut callers = Threads::new(1, &waker, || Box::new(Panics));
    let done = delivery::drain_by(&world.spool, &settings, &mut callers, &waker, &stay, &Clock);
    assert_eq!(done.unwrap_err().message, "the sender panicked");
    assert_eq!(world.state().panics, 1);
    assert_eq!(world.waiting(), 1);
}
