//! A capture waits for nobody: not for a lock that another process holds, and not
//! for the other end of a named pipe.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use crate::shop::{Peer, Shop, order};
use pinrelay::event::Raw;
use pinrelay::relay::{Refusal, Relay};
use rustix::fs::{CWD, FileType, FlockOperation, Mode, flock};
use serde_json::json;

/// A wait that ends by itself is no wait for ever.
const GUARD: Duration = Duration::from_secs(20);

/// Opens a relay and captures an order, on a thread that may hang.
fn captured(shop: Shop, id: &'static str) -> (Shop, Result<(), Refusal>) {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || {
        let options = Raw::from(&shop.options);
        let relay = Relay::new(&options, &shop.host);
        let told = relay.and_then(|relay| relay.capture(&Raw::from(&order(id))));
        let _ = done.send((shop, told.map(drop)));
    });
    wait.recv_timeout(GUARD).expect("a capture waits")
}

fn mkfifo(path: &Path) {
    let _ = fs::remove_file(path);
    rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn a_generation_that_somebody_is_at_keeps_no_capture_waiting() {
    let peer = Peer::good();
    let mut shop = Shop::new(&peer);
    let (made, told) = captured(shop, "o-1");
    told.unwrap();
    shop = made;
    shop.options["generation"] = json!(7);
    let path = shop.file("generation");
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).open(&path).unwrap();
    flock(&file, FlockOperation::LockExclusive).unwrap();
    let (shop, told) = captured(shop, "o-2");
    told.unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"", "not while another is at it");
    drop(file);
    // Whoever comes next writes it down.
    let (shop, told) = captured(shop, "o-3");
    told.unwrap();
    assert_eq!(shop.relay().status().unwrap()["generation"], 7);
}

#[test]
fn a_named_pipe_in_place_of_any_file_keeps_no_capture_waiting() {
    for name in [
        "generation",
        "leader.lock",
        "refused",
        "state.json",
        "pinrelay.log",
        "spool.json",
        "../../node",
        "held",
    ] {
        let peer = Peer::good();
        let mut shop = captured(Shop::new(&peer), "o-1").0;
        let path = shop.file(name);
        mkfifo(&path);
        // Another process, as far as what is open goes.
        let moved = shop.dir.path().join("again");
        fs::rename(shop.options["spool_dir"].as_str().unwrap(), &moved).unwrap();
        shop.options["spool_dir"] = json!(moved);
        shop.options["generation"] = json!(9);
        // As in a request of FPM, where a sender may be started as well.
        shop.host.sapi = "fpm-fcgi".to_owned();
        let (_, told) = captured(shop, "o-2");
        // Those that say whose spool it is are not done without.
        let refused = ["spool.json", "../../node"].contains(&name);
        assert_eq!(told.is_err(), refused, "{name}: {told:?}");
    }
}

#[test]
fn a_named_pipe_of_certificates_keeps_no_capture_waiting() {
    let peer = Peer::good();
    let mut shop = Shop::lasting(&peer);
    let path = shop.dir.path().join("roots.pem");
    mkfifo(&path);
    shop.host.ini.cafile = path.to_str().unwrap().to_owned();
    let (_, told) = captured(shop, "o-1");
    told.unwrap();
}
