//! A spool that is moved, or replaced by a copy, under those who have it open:
//! nothing is told twice, nothing is lost, and nobody writes into a spool that is
//! not his.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::shop::{Peer, Shop, capture, order};
use crate::spool::{
    LIMITS, Pinterest, Spool, all, copy_tree, files, lead, lead_by, line, open, verdicts,
};
use pinrelay::delivery::{Answer, CallFailed, Client};
use pinrelay::event::Raw;
use pinrelay::relay::{Refusal, Relay};
use pinrelay::spool::{Lane, Leader, SpoolDir, Verdict};
use serde_json::json;

/// Puts a copy where the spool is, and the spool aside.
fn replace_by_a_copy(root: &Path, aside: &Path) {
    let twin = root.with_extension("twin");
    copy_tree(root, &twin);
    fs::rename(root, aside).unwrap();
    fs::rename(&twin, root).unwrap();
}

/// Everything below a directory.
fn content(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for path in files(dir) {
        match path.is_dir() {
            true => all.extend(content(&path)),
            false => drop(all.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    all
}

fn root_of(shop: &Shop) -> PathBuf {
    shop.options["spool_dir"].as_str().unwrap().into()
}

/// The same shop with its spools elsewhere.
fn relay_at(shop: &Shop, root: &Path) -> Relay {
    let mut options = shop.options.clone();
    options["spool_dir"] = json!(root.to_str().unwrap());
    Relay::new(&Raw::from(&options), &shop.host).unwrap()
}

#[test]
fn a_writer_whose_spool_is_moved_away_writes_to_the_one_at_its_path() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let (root, aside) = (root_of(&shop), shop.dir.path().join("aside"));
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    fs::rename(&root, &aside).unwrap();
    capture(&relay, &order("o-2"));
    assert_eq!(relay.status().unwrap()["waiting"]["revenue"], 1);
    assert_eq!(relay.drain(20.0).unwrap()["delivered"], 1);
    assert_eq!(peer.ids(), ["o-2"]);
    // Nothing is lost of what went with the other one.
    assert_eq!(relay_at(&shop, &aside).drain(20.0).unwrap()["delivered"], 1);
    assert_eq!(peer.ids(), ["o-2", "o-1"]);
}

#[test]
fn a_writer_whose_spool_is_replaced_by_a_copy_writes_nothing_into_it() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let (root, aside) = (root_of(&shop), shop.dir.path().join("aside"));
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    replace_by_a_copy(&root, &aside);
    let (before, kept) = (content(&root), content(&aside));
    for _ in 0..2 {
        match relay.capture(&Raw::from(&order("o-2"))) {
            Err(Refusal::Spool { reason, message }) => {
                assert_eq!(reason, "foreign_site");
                assert!(message.contains("is a copy of another spool"), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(
        content(&root) == before,
        "something was written into the copy"
    );
    assert!(content(&aside) == kept);
    fs::remove_dir_all(&root).unwrap();
    fs::rename(&aside, &root).unwrap();
    capture(&relay, &order("o-2"));
    relay.drain(20.0).unwrap();
    assert_eq!(peer.ids(), ["o-1", "o-2"]);
}

#[test]
fn a_segment_whose_path_names_another_file_is_left() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &LIMITS).unwrap();
    let path = spool.segments().remove(0);
    let moved = spool.root.path().join("moved.seg");
    fs::rename(&path, &moved).unwrap();
    fs::copy(&moved, &path).unwrap();
    writer.append(&line("b"), &LIMITS).unwrap();
    assert_eq!(all(&spool), ["a", "b"]);
    assert_eq!(fs::read(&moved).unwrap(), line("a"));
}

/// Pinterest, and what happens while it is asked.
struct Meanwhile<F: FnMut()> {
    pinterest: Pinterest,
    happens: F,
}

impl<F: FnMut()> Client for Meanwhile<F> {
    fn post(&mut self, body: &[u8], test: bool, limit: Duration) -> Result<Answer, CallFailed> {
        (self.happens)();
        self.pinterest.post(body, test, limit)
    }
}

/// Leads in calls of twenty; says what was sent.
fn lead_while(spool_dir: &SpoolDir, happens: impl FnMut()) -> Pinterest {
    let mut client = Meanwhile {
        pinterest: Pinterest::default(),
        happens,
    };
    lead_by(spool_dir, &mut client, true).unwrap_err();
    client.pinterest
}

fn thirty() -> (Spool, Vec<String>) {
    let ids: Vec<String> = (0..30).map(|n| format!("o-{n:02}")).collect();
    let names: Vec<&str> = ids.iter().map(|id| &**id).collect();
    (Spool::with(&names), ids)
}

/// The spool, where it was moved to.
fn found_again(spool: &Spool, aside: &Path) -> SpoolDir {
    fs::rename(aside, spool.root.path().join("root")).unwrap();
    open(&spool.disk, spool.root.path()).unwrap()
}

#[test]
fn a_leader_whose_spool_is_moved_away_calls_no_more_and_tells_nothing_twice() {
    let (spool, ids) = thirty();
    let (root, aside) = (
        spool.root.path().join("root"),
        spool.root.path().join("aside"),
    );
    let first = lead_while(&spool.dir, || fs::rename(&root, &aside).unwrap());
    assert_eq!(first.calls, 1);
    assert!(!root.exists(), "it made itself another one");
    let spool_dir = found_again(&spool, &aside);
    let mut second = Pinterest::default();
    lead(&spool_dir, &mut second).unwrap();
    let mut sent: Vec<String> = first
        .sent
        .into_keys()
        .chain(second.sent.into_keys())
        .collect();
    sent.sort();
    assert_eq!(sent, ids);
    let told = verdicts(&spool_dir);
    for id in ids {
        let of = told.iter().filter(|(told, _)| *told == id);
        assert!(of.clone().count() > 0, "{id} is lost");
        assert!(
            of.clone()
                .all(|(_, verdict)| *verdict == Verdict::Delivered)
        );
    }
    assert!(spool.segments().is_empty());
}

#[test]
fn a_leader_whose_spool_is_replaced_by_a_copy_writes_nothing_into_it() {
    let (spool, ids) = thirty();
    let (root, aside) = (
        spool.root.path().join("root"),
        spool.root.path().join("aside"),
    );
    let mut before = BTreeMap::new();
    let first = lead_while(&spool.dir, || {
        replace_by_a_copy(&root, &aside);
        before = content(&root);
    });
    assert_eq!(first.calls, 1);
    assert!(
        content(&root) == before,
        "something was written into the copy"
    );
    // Nor does anybody lead there who had the spool open.
    assert!(Leader::try_lead(&spool.dir).unwrap().is_none());
    fs::remove_dir_all(&root).unwrap();
    let spool_dir = found_again(&spool, &aside);
    let mut second = Pinterest::default();
    lead(&spool_dir, &mut second).unwrap();
    assert_eq!(first.sent.len() + second.sent.len(), ids.len());
}

#[test]
fn a_leader_whose_spool_is_moved_between_two_calls_stops() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let (root, aside) = (root_of(&shop), shop.dir.path().join("aside"));
    let spool_dir = SpoolDir::open(&root, "site", "1", false).unwrap();
    let leader = Leader::try_lead(&spool_dir).unwrap().unwrap();
    assert!(leader.leads());
    fs::rename(&root, &aside).unwrap();
    assert!(!leader.leads());
    // Another one may lead at the path.
    let again = SpoolDir::open(&root, "site", "1", false).unwrap();
    assert!(Leader::try_lead(&again).unwrap().is_some());
    assert!(!leader.leads());
}
