//! What callers are told became of their events, and for how long.

use std::fs;
use std::path::PathBuf;

use crate::spool::{How, Op, Spool, files, next, verdicts};
use pinrelay::spool::{
    Content, DeadLetters, Envelope, IdSet, Lane, Settled, SpoolDir, Verdict, VerdictLog, Verdicts,
    decode, fingerprint, prune, shorten, unix_now,
};
use rustix::io::Errno;

const DAY: i64 = 86_400;

fn settled(id: &str, at: i64, verdict: Verdict) -> Settled {
    Settled {
        event_id: id.into(),
        event_name: "checkout".into(),
        verdict,
        at,
        message: None,
    }
}

fn append(log: &mut VerdictLog, lane: Lane, id: &str, at: i64) {
    log.append(lane, &[settled(id, at, Verdict::Delivered)], at)
        .unwrap();
}

fn day_file(spool_dir: &SpoolDir, lane: char, day: i64) -> PathBuf {
    spool_dir.file("settled").join(format!("{lane}-{day}.log"))
}

#[test]
fn pages_of_both_lanes_come_oldest_first_and_none_twice() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let verdicts = Verdicts::new(&spool.dir);
    for (at, lane) in [
        (10, Lane::Revenue),
        (20, Lane::Visit),
        (DAY + 5, Lane::Revenue),
        (2 * DAY, Lane::Visit),
    ] {
        append(&mut log, lane, &at.to_string(), at);
    }
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let (next, page) = verdicts.after(&cursor, 1).unwrap();
        if page.is_empty() {
            assert_eq!(next, cursor);
            break;
        }
        seen.extend(page.into_iter().map(|one| one.at));
        cursor = next;
    }
    assert_eq!(seen, [10, 20, DAY + 5, 2 * DAY]);
    append(&mut log, Lane::Visit, "x", 2 * DAY + 1);
    assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 1);
    assert_eq!(verdicts.after("nonsense", 9).unwrap().1.len(), 5);
}

#[test]
fn a_clock_set_back_hides_no_verdict() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let verdicts = Verdicts::new(&spool.dir);
    append(&mut log, Lane::Revenue, "a", 3 * DAY);
    let (cursor, _) = verdicts.after("", 9).unwrap();
    append(&mut log, Lane::Revenue, "b", DAY);
    append(&mut VerdictLog::new(&spool.dir), Lane::Revenue, "c", DAY);
    assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 2);
}

#[test]
fn behind_a_day_of_the_future_each_day_still_has_a_file_and_goes_in_its_turn() {
    let spool = Spool::new();
    let now = unix_now();
    let century = 36_500;
    append(
        &mut VerdictLog::new(&spool.dir),
        Lane::Revenue,
        "a",
        now + century * DAY,
    );
    let verdicts = Verdicts::new(&spool.dir);
    let (cursor, _) = verdicts.after("", 9).unwrap();
    for later in [0, 0, 1, 2] {
        // Files are as old as the machine says, not as this test does.
        for path in files(&spool.dir.file("settled")) {
            let seconds = (now + (later - 1) * DAY).cast_unsigned();
            let yesterday = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            fs::File::open(path)
                .unwrap()
                .set_modified(yesterday)
                .unwrap();
        }
        append(
            &mut VerdictLog::new(&spool.dir),
            Lane::Revenue,
            "b",
            now + later * DAY,
        );
    }
    assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 4);
    assert!(files(&spool.dir.file("settled")).len() >= 4);
    prune(&spool.dir, now + 4 * DAY);
    assert!(files(&spool.dir.file("settled")).len() >= 4);
    prune(&spool.dir, now + 12 * DAY);
    assert!(files(&spool.dir.file("settled")).is_empty());
}

#[test]
fn a_line_cut_by_a_kill_is_closed_off_and_not_told() {
    let spool = Spool::new();
    append(&mut VerdictLog::new(&spool.dir), Lane::Revenue, "a", 1);
    let path = day_file(&spool.dir, 'r', 0);
    let mut text = fs::read(&path).unwrap();
    text.extend_from_slice(b"{\"event_id\":\"half");
    fs::write(&path, text).unwrap();
    append(&mut VerdictLog::new(&spool.dir), Lane::Revenue, "b", 2);
    let told: Vec<_> = verdicts(&spool.dir).into_iter().map(|one| one.0).collect();
    assert_eq!(told, ["a", "b"]);
}

#[test]
fn only_delivered_orders_are_remembered_and_only_for_a_week() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let now = 9 * DAY;
    append(&mut log, Lane::Revenue, "old", 1);
    append(&mut log, Lane::Revenue, "new", now);
    append(&mut log, Lane::Visit, "visit", now);
    let late = [settled("no", now, Verdict::Late)];
    log.append(Lane::Revenue, &late, now).unwrap();
    assert_eq!(IdSet::delivered(&spool.dir).len(), 2);
    prune(&spool.dir, now);
    let ids = IdSet::delivered(&spool.dir);
    assert!(ids.len() == 1 && ids.contains(&fingerprint("new")));
}

#[test]
fn where_there_is_no_room_for_the_words_the_verdicts_are_kept() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let now = unix_now();
    let rejected = |id: &str| Settled {
        message: Some(shorten(&"no ".repeat(200))),
        ..settled(id, now, Verdict::Rejected)
    };
    let ids: Vec<String> = (0..50).map(|n| format!("\"{n}\"\n")).collect();
    let of: Vec<Settled> = ids.iter().map(|id| rejected(id)).collect();
    log.reserve(Lane::Revenue, ids.iter().map(String::as_str), now)
        .unwrap();
    spool
        .disk
        .fail(Op::Reserve, "/settled/", How::Fails(Errno::NOSPC));
    let before = spool.disk.count(Op::Reserve, "/settled/");
    log.append(Lane::Revenue, &of, now).unwrap();
    let (_, told) = Verdicts::new(&spool.dir).after("", 99).unwrap();
    assert_eq!(told.len(), 50);
    assert!(told.iter().all(|one| one.message.is_none()));
    assert_eq!(spool.disk.count(Op::Reserve, "/settled/"), before + 1);
    // What was written fits in what was reserved: 160 bytes each beside the id.
    let len = fs::metadata(day_file(&spool.dir, 'r', now / DAY)).unwrap();
    assert!(len.len() <= 50 * (160 + 10), "{}", len.len());
    // With room, the words come along.
    spool.disk.mend();
    log.append(Lane::Revenue, &[rejected("x")], now).unwrap();
    let (_, told) = Verdicts::new(&spool.dir).after("", 99).unwrap();
    assert!(told[50].message.as_ref().unwrap().starts_with("no no"));
}

#[test]
fn verdicts_on_visits_do_not_fill_the_disk_and_those_on_orders_are_always_kept() {
    let spool = Spool::new();
    let now = unix_now();
    for lane in ['r', 'v'] {
        let file = fs::File::create(day_file(&spool.dir, lane, now / DAY)).unwrap();
        file.set_len(64 << 20).unwrap();
    }
    let mut log = VerdictLog::new(&spool.dir);
    append(&mut log, Lane::Visit, "v", now);
    append(&mut log, Lane::Revenue, "r", now);
    let told = verdicts(&spool.dir);
    assert_eq!(told, [("r".to_owned(), Verdict::Delivered)]);
}

#[test]
fn a_letter_is_put_back_in_line_to_be_delivered_however_late() {
    let spool = Spool::with(&["a"]);
    let entries = next(&mut spool.ledger(), 1);
    let Content::Event(event) = &entries[0].content else {
        panic!("no event")
    };
    let letters = DeadLetters::new(&spool.dir);
    assert!(!event.late_ok);
    letters.put(event, "no".into(), 1).unwrap();
    let (_, line) = letters.record("a").unwrap().unwrap();
    let pinrelay::spool::Record::Whole(again) = decode(&line[..line.len() - 1]) else {
        panic!("no record")
    };
    assert!(again.late_ok);
    assert_eq!(again.event, event.event);
}

#[test]
fn the_newest_thousand_letters_are_kept_and_the_others_counted() {
    let spool = Spool::with(&["a"]);
    let entries = next(&mut spool.ledger(), 1);
    let Content::Event(event) = &entries[0].content else {
        panic!("no event")
    };
    let letters = DeadLetters::new(&spool.dir);
    let mut dropped = 0;
    for n in 0..1_250 {
        let envelope = Envelope {
            id: format!("o-{n}").into(),
            name: "checkout".into(),
            time: 1,
            at: 1,
            late_ok: false,
            event: event.event.clone(),
        };
        dropped += letters.put(&envelope, "no".into(), n).unwrap();
    }
    assert_eq!(letters.count() as u64 + dropped, 1_250);
    assert!((1_000..=1_100).contains(&letters.count()));
    let newest = letters.list(1_000);
    assert!(newest.iter().all(|letter| letter.at >= 250));
}

#[test]
fn verdicts_count_towards_what_a_spool_may_hold() {
    let spool = Spool::new();
    let verdicts = day_file(&spool.dir, 'r', 9);
    fs::File::create(&verdicts).unwrap().set_len(900).unwrap();
    let limits = pinrelay::spool::Limits {
        max_bytes: 1_000,
        ..crate::spool::LIMITS
    };
    let append = || {
        let mut writer = spool.writer(Lane::Revenue);
        writer.append(&crate::spool::line("a"), &limits)
    };
    assert_eq!(append().unwrap_err().reason, pinrelay::spool::Reason::Full);
    fs::remove_file(&verdicts).unwrap();
    append().unwrap();
}

#[test]
fn verdicts_on_visits_leave_room_for_what_waits_the_oldest_first() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    log.keep_visits_within(2_000);
    for day in 1..=5 {
        for n in 0..8 {
            let id = format!("{day}-{n}");
            append(&mut log, Lane::Visit, &id, day * DAY);
            append(&mut log, Lane::Revenue, &id, day * DAY);
        }
    }
    let visits = |day| fs::metadata(day_file(&spool.dir, 'v', day)).map_or(0, |meta| meta.len());
    let held: u64 = (1..=5).map(visits).sum();
    assert!(held <= 2_000, "{held}");
    assert!(visits(1) == 0 && visits(5) > 0);
    assert_eq!(
        IdSet::delivered(&spool.dir).len(),
        40,
        "no order is forgotten"
    );
}
