//! What is kept about shoppers ends on time, also where nobody sends: without a
//! token, without traffic, without a leader.

use std::time::{Duration, Instant, SystemTime};

use crate::shop::{Peer, Response, Shop, at, capture, files, now, order, visit, waiting};
use crate::world::{Api, HOUR, MINUTE, World, error, settings};
use pinrelay::delivery::{Late, Time, retain, retain_each};
use pinrelay::process::{Waker, boot_id, since_boot};
use pinrelay::spool::{Lane, Leader, SegmentName, SpoolDir, State, Verdict};
use serde_json::json;

const DAY: Duration = Duration::from_secs(86_400);

fn segments(world: &World, lane: Lane) -> usize {
    let paths = files(&world.spool.file("seg")).into_iter();
    let names = paths.filter_map(|path| SegmentName::parse(path.file_name()?.to_str()?));
    names.filter(|name| name.lane() == lane).count()
}

/// Somebody looks at the spool, every so often for so long.
fn look(world: &World, every: Duration, span: Duration) {
    let end = world.passed() + span;
    while world.passed() < end {
        retain(&world.spool, world).unwrap();
        world.pass(every, None);
    }
}

#[test]
fn stale_visits_go_within_two_hours_and_orders_after_a_week_though_nobody_sends() {
    let world = World::new();
    for n in 0..10 {
        world.capture(Lane::Visit, &format!("v-{n}"));
    }
    world.capture(Lane::Revenue, "o-1");
    look(&world, MINUTE * 20, HOUR * 2);
    assert_eq!(world.of(Verdict::Expired).len(), 10);
    assert_eq!((segments(&world, Lane::Visit), world.waiting()), (0, 1));
    assert_eq!(world.state().lost["stale"], 10);
    look(&world, HOUR, DAY * 7);
    assert_eq!((segments(&world, Lane::Revenue), world.waiting()), (0, 0));
    assert_eq!(world.state().lost["expired"], 1);
    assert_eq!(world.of(Verdict::Late).len(), 0);
}

#[test]
fn dead_letters_verdicts_and_markers_end_after_a_week_though_nobody_sends() {
    let world = World::new();
    for id in ["refused", "taken-back", "taken"] {
        world.capture(Lane::Revenue, id);
    }
    world.withdraw("taken-back");
    let mut api = Api::new(&world, |call| {
        crate::world::partly(call, |id| id == "taken")
    });
    world.lead(&settings(Late::Send), &mut api, None);
    world.capture(Lane::Revenue, "later");
    world.withdraw("later");
    let kept = |part: &str| files(&world.spool.file(part)).len();
    // The day's verdicts, and the index of those who were delivered.
    assert_eq!(
        (kept("dead"), kept("settled"), kept("withdrawn")),
        (1, 2, 1)
    );
    look(&world, HOUR, DAY * 6);
    // The marker went with its order; its verdict came a little later.
    assert_eq!((kept("dead"), kept("withdrawn")), (1, 0));
    look(&world, HOUR, DAY * 3);
    assert_eq!((kept("dead"), kept("settled"), kept("seg")), (0, 0, 0));
}

#[test]
fn what_was_kept_by_a_clock_that_ran_ahead_ends_as_well_once_it_is_right_again() {
    let world = World::new();
    let soon = world.unix() + 30 * 86_400;
    world.capture(Lane::Revenue, "refused");
    world.capture(Lane::Revenue, "taken");
    let mut api = Api::new(&world, |call| {
        crate::world::partly(call, |id| id == "taken")
    });
    world.lead(&settings(Late::Send), &mut api, None);
    // A marker whose record is gone.
    let gone = SegmentName::fresh(Lane::Revenue);
    std::fs::write(world.spool.file("withdrawn").join(gone.as_str()), "").unwrap();
    world.capture_with(Lane::Visit, "ahead", soon, false);
    let ahead = std::time::UNIX_EPOCH + Duration::from_secs(soon.cast_unsigned());
    for part in ["dead", "withdrawn"] {
        for path in files(&world.spool.file(part)) {
            let file = std::fs::File::options().write(true).open(path);
            file.unwrap().set_modified(ahead).unwrap();
        }
    }
    let kept = || ["dead", "withdrawn"].map(|part| files(&world.spool.file(part)).len());
    look(&world, MINUTE, MINUTE * 9);
    assert_eq!((kept(), segments(&world, Lane::Visit)), ([1, 1], 1));
    look(&world, MINUTE, MINUTE * 3);
    assert_eq!((kept(), segments(&world, Lane::Visit)), ([0, 0], 0));
    assert_eq!(world.of(Verdict::Expired), ["ahead"]);
}

/// A clock on which some time has passed with each look.
struct Passing(World, Duration);

impl Time for Passing {
    fn unix(&self) -> i64 {
        self.0.unix()
    }

    fn since_boot(&self) -> i64 {
        self.0.since_boot()
    }

    fn boot_id(&self) -> String {
        self.0.boot_id()
    }

    fn now(&self) -> Instant {
        self.0.pass(self.1, None);
        self.0.now()
    }

    fn wait(&self, waker: &Waker, at_most: Duration) -> bool {
        self.0.wait(waker, at_most)
    }
}

#[test]
fn a_shops_other_spools_are_cleared_in_the_time_of_one() {
    let time = Passing(World::new(), Duration::from_millis(400));
    let dir = tempfile::tempdir().unwrap();
    let spool = |account: usize| SpoolDir::open(dir.path(), "site", &account.to_string(), false);
    let spools: Vec<SpoolDir> = (1..=10).map(|account| spool(account).unwrap()).collect();
    retain_each(&spools, &time);
    assert!(time.0.passed() < Duration::from_secs(2));
    let is_seen = |spool: &SpoolDir| State::read(spool) != State::default();
    assert!(spools.iter().any(is_seen));
    // Though the first of them are due again each time, none waits for good.
    let all_seen = (0..200).any(|_| {
        retain_each(&spools, &time);
        spools.iter().all(is_seen)
    });
    assert!(all_seen);
}

#[test]
fn it_is_done_once_an_hour_and_never_beside_a_leader() {
    let world = World::new();
    assert!(retain(&world.spool, &world).unwrap());
    // Until the clock is to be believed it is tried again.
    world.pass(MINUTE * 11, None);
    assert!(retain(&world.spool, &world).unwrap());
    world.pass(MINUTE * 59, None);
    assert!(!retain(&world.spool, &world).unwrap());
    world.pass(MINUTE, None);
    let leader = Leader::try_lead(&world.spool).unwrap().unwrap();
    assert!(!retain(&world.spool, &world).unwrap());
    drop(leader);
    assert!(retain(&world.spool, &world).unwrap());
    // A clock that was set back leaves no hole of days.
    world.skew.set(-86_400 * 3);
    assert!(retain(&world.spool, &world).unwrap());
}

#[test]
fn a_clock_that_jumps_by_weeks_clears_nothing_before_it_ran_for_ten_minutes() {
    let world = World::new();
    world.capture(Lane::Visit, "v-1");
    look(&world, MINUTE * 5, MINUTE * 20);
    world.skew.set(86_400 * 20);
    look(&world, MINUTE, MINUTE * 9);
    world.skew.set(0);
    look(&world, MINUTE, MINUTE * 5);
    assert_eq!(world.waiting(), 1);
}

#[test]
fn visits_behind_a_thousand_orders_that_wait_go_on_time_under_a_leader_that_may_not_send() {
    let world = World::new();
    for n in 0..1_100 {
        world.capture(Lane::Revenue, &format!("o-{n}"));
    }
    for n in 0..5 {
        world.capture(Lane::Visit, &format!("v-{n}"));
    }
    let mut api = Api::new(&world, |_| error(401, "no"));
    world.lead(&settings(Late::Send), &mut api, Some(HOUR * 2 + MINUTE * 5));
    assert_eq!(world.of(Verdict::Expired).len(), 5);
    assert_eq!((segments(&world, Lane::Visit), world.waiting()), (0, 1_100));
}

const ADDRESS: &str = "203.0.113.7";

fn holds_address(shop: &Shop) -> bool {
    String::from_utf8_lossy(&shop.bytes()).contains(ADDRESS)
}

#[test]
fn without_a_token_looking_at_the_status_or_draining_is_enough() {
    for drains in [false, true] {
        let peer = Peer::good();
        let shop = Shop::new(&peer);
        let mute = shop.relay_with(json!({"access_token": null}));
        capture(&mute, &at(visit("v-1"), now() - 3_700));
        capture(&mute, &at(visit("v-2"), now() - 3_700));
        assert!(holds_address(&shop));
        if drains {
            mute.drain(0.0).unwrap();
        }
        let status = mute.status().unwrap();
        assert_eq!((waiting(&mute), &status["lost"]), (0, &json!({"stale": 2})));
        assert!(!holds_address(&shop), "{drains}");
        assert!(status["sender"].is_null());
    }
}

#[test]
fn what_a_retired_account_left_ends_when_its_successor_is_looked_at() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let old = shop.relay_with(json!({"access_token": null}));
    capture(&old, &at(visit("v-1"), now() - 3_700));
    let test = shop.relay_with(json!({"test": true}));
    capture(&test, &at(visit("v-2"), now() - 3_700));
    let new = shop.relay_with(json!({"ad_account_id": "626735565838"}));
    new.status().unwrap();
    assert!(!holds_address(&shop));
}

#[test]
fn a_dead_letter_is_gone_after_a_week_without_a_token() {
    let peer = Peer::new(|request| match request.target.ends_with("test=true") {
        true => Response::processed(request, &[]),
        false => Response::processed(request, &["o-1"]),
    });
    let shop = Shop::new(&peer);
    let relay = shop.relay();
    capture(&relay, &order("o-1"));
    relay.drain(20.0).unwrap();
    assert!(holds_address(&shop));
    let letter = &files(&shop.file("dead"))[0];
    let then = SystemTime::now() - DAY * 7 - MINUTE;
    let file = std::fs::File::options().write(true).open(letter).unwrap();
    file.set_modified(then).unwrap();
    // A clock that has run for a while.
    let mut state = shop.state();
    let clock = json!({"since": now() - 700, "booted": now() - since_boot()});
    state["clocks"] = json!({boot_id(): clock});
    state["cleaned_at"] = json!(now() - 3_600);
    std::fs::write(shop.file("state.json"), state.to_string()).unwrap();
    let mute = shop.relay_with(json!({"access_token": null}));
    assert_eq!(mute.status().unwrap()["rejected"], 0);
    assert!(!holds_address(&shop));
}

#[test]
fn whoever_clears_up_does_not_keep_what_was_captured_meanwhile_from_being_sent() {
    let peer = Peer::good();
    let shop = Shop::lasting(&peer);
    let relay = shop.relay();
    // Nobody led when this was captured.
    capture(
        &shop.relay_with(json!({"access_token": null})),
        &order("o-1"),
    );
    relay.status().unwrap();
    crate::shop::until("delivery", || peer.ids() == ["o-1"]);
}
