//! The newest settled events of both lanes, for people.

use std::fs;

use crate::spool::{Pinterest, Spool, lead, line};
use pinrelay::spool::{Lane, Recent, RecentEvent, Settled, Verdict, unix_now};

const DAY: i64 = 86_400;

fn event(id: &str, at: i64) -> RecentEvent {
    RecentEvent {
        settled: Settled {
            event_id: id.into(),
            event_name: "page_visit".into(),
            verdict: Verdict::Delivered,
            at,
            message: None,
        },
        lane: Lane::Visit,
    }
}

fn ids(recent: &Recent) -> Vec<&str> {
    recent.newest().map(|one| &*one.settled.event_id).collect()
}

#[test]
fn the_newest_two_hundred_are_kept_for_the_next_leader_and_only_for_a_week() {
    let spool = Spool::new();
    let now = unix_now();
    let mut recent = Recent::read(&spool.dir);
    recent.push(event("old", now - 8 * DAY));
    for n in 0..150 {
        recent.push(event(&n.to_string(), now));
    }
    recent.write(&spool.dir).unwrap();
    let mut recent = Recent::read(&spool.dir);
    assert_eq!(ids(&recent).len(), 151);
    recent.prune(now);
    assert_eq!((ids(&recent).len(), ids(&recent)[0]), (150, "149"));
    for n in 150..400 {
        recent.push(event(&n.to_string(), now));
    }
    recent.write(&spool.dir).unwrap();
    let recent = Recent::read(&spool.dir);
    assert_eq!(recent.newest().count(), 200);
    assert_eq!((ids(&recent)[0], ids(&recent)[199]), ("399", "200"));
}

#[test]
fn a_damaged_file_is_a_fresh_start_and_what_a_later_version_says_is_passed_over() {
    let spool = Spool::new();
    let mut recent = Recent::read(&spool.dir);
    recent.push(event("a", 1));
    recent.write(&spool.dir).unwrap();
    let path = spool.dir.file("recent.json");
    let text = fs::read_to_string(&path).unwrap();
    let later = text.replace("delivered", "vanished");
    fs::write(
        &path,
        format!("{},{}", &later[..later.len() - 1], &text[1..]),
    )
    .unwrap();
    assert_eq!(ids(&Recent::read(&spool.dir)), ["a"]);
    fs::write(&path, &text[..20]).unwrap();
    assert_eq!(ids(&Recent::read(&spool.dir)), [""; 0]);
}

#[test]
fn both_lanes_are_in_it_when_a_leader_has_gone_and_no_word_of_a_visitor() {
    let spool = Spool::with(&["bad", "good"]);
    spool
        .writer(Lane::Visit)
        .append(&line("visit"), &crate::spool::LIMITS)
        .unwrap();
    let mut pinterest = Pinterest {
        refuses: vec!["bad".to_owned()],
        says: "em of a@b.example from 203.0.113.7 is bad".to_owned(),
        ..Pinterest::default()
    };
    lead(&spool.dir, &mut pinterest).unwrap();
    let recent = Recent::read(&spool.dir);
    let mut found: Vec<_> = recent
        .newest()
        .map(|one| (&*one.settled.event_id, one.settled.verdict, one.lane))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            ("bad", Verdict::Rejected, Lane::Revenue),
            ("good", Verdict::Delivered, Lane::Revenue),
            ("visit", Verdict::Delivered, Lane::Visit),
        ]
    );
    let bad = recent.newest().find(|one| one.settled.event_id == "bad");
    let message = bad.and_then(|one| one.settled.message.as_deref());
    assert_eq!(message, Some("em of [e-mail] from [address] is bad"));
}
