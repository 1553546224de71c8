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

fn append(log: &mut VerdictLog, id: &str, at: i64) {
    log.append(&[settled(id, at, Verdict::Delivered)], 0, at)
        .unwrap();
}

fn day_file(spool_dir: &SpoolDir, day: i64) -> PathBuf {
    spool_dir.file("settled").join(format!("r-{day}.log"))
}

#[test]
fn pages_come_oldest_first_and_none_twice() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let verdicts = Verdicts::new(&spool.dir);
    for at in [10, 20, DAY + 5, 2 * DAY] {
        append(&mut log, &at.to_string(), at);
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
    append(&mut log, "x", 2 * DAY + 1);
    assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 1);
    assert_eq!(verdicts.after("nonsense", 9).unwrap().1.len(), 5);
}

#[test]
fn a_cursor_with_a_mark_of_visits_goes_on_behind_the_orders_that_it_had() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    append(&mut log, "a", DAY);
    let verdicts = Verdicts::new(&spool.dir);
    let (cursor, _) = verdicts.after("", 9).unwrap();
    append(&mut log, "b", DAY);
    for older in [format!("{cursor}-0.0"), format!("{cursor}-7.123")] {
        let (next, page) = verdicts.after(&older, 9).unwrap();
        let ids: Vec<_> = page.into_iter().map(|one| one.event_id).collect();
        assert_eq!(ids, ["b"]);
        assert_eq!(verdicts.after(&next, 9).unwrap().1, []);
    }
}

#[test]
fn a_clock_set_back_hides_no_verdict() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let verdicts = Verdicts::new(&spool.dir);
    append(&mut log, "a", 3 * DAY);
    let (cursor, _) = verdicts.after("", 9).unwrap();
    append(&mut log, "b", DAY);
    append(&mut VerdictLog::new(&spool.dir), "c", DAY);
    assert_eq!(verdicts.after(&cursor, 9).unwrap().1.len(), 2);
}

#[test]
fn behind_a_day_of_the_future_each_day_still_has_a_file_and_goes_in_its_turn() {
    let spool = Spool::new();
    let now = unix_now();
    let century = 36_500;
    append(&mut VerdictLog::new(&spool.dir), "a", now + century * DAY);
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
        append(&mut VerdictLog::new(&spool.dir), "b", now + later * DAY);
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
    append(&mut VerdictLog::new(&spool.dir), "a", 1);
    let path = day_file(&spool.dir, 0);
    let mut text = fs::read(&path).unwrap();
    text.extend_from_slice(b"{\"event_id\":\"half");
    fs::write(&path, text).unwrap();
    append(&mut VerdictLog::new(&spool.dir), "b", 2);
    let told: Vec<_> = verdicts(&spool.dir).into_iter().map(|one| one.0).collect();
    assert_eq!(told, ["a", "b"]);
}

#[test]
fn only_delivered_orders_are_remembered_and_only_for_a_week() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let now = 9 * DAY;
    append(&mut log, "old", 1);
    append(&mut log, "new", now);
    let late = [settled("no", now, Verdict::Late)];
    log.append(&late, 0, now).unwrap();
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
    let bytes = ids.iter().map(|id| VerdictLog::wordless_len(id)).sum();
    log.reserve(bytes, now).unwrap();
    spool
        .disk
        .fail(Op::Reserve, "/settled/", How::Fails(Errno::NOSPC));
    let before = spool.disk.count(Op::Reserve, "/settled/");
    log.append(&of, 0, now).unwrap();
    let (_, told) = Verdicts::new(&spool.dir).after("", 99).unwrap();
    assert_eq!(told.len(), 50);
    assert!(told.iter().all(|one| one.message.is_none()));
    assert_eq!(spool.disk.count(Op::Reserve, "/settled/"), before + 1);
    // What was written fits in what was reserved: 160 bytes each beside the id.
    let len = fs::metadata(day_file(&spool.dir, now / DAY)).unwrap();
    assert!(len.len() <= 50 * (160 + 10), "{}", len.len());
    // With room, the words come along.
    spool.disk.mend();
    log.append(&[rejected("x")], 0, now).unwrap();
    let (_, told) = Verdicts::new(&spool.dir).after("", 99).unwrap();
    assert!(told[50].message.as_ref().unwrap().starts_with("no no"));
}

#[test]
fn no_verdict_takes_the_space_that_is_reserved_for_others() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let now = unix_now();
    let len = VerdictLog::wordless_len;
    // Two of three in flight are settled, the later one first.
    log.reserve(len("a") + len("b") + len("c"), now).unwrap();
    let full = How::Fails(Errno::NOSPC);
    spool.disk.fail(Op::Reserve, "/settled/", full);
    let rejected = |id: &str| Settled {
        message: Some(shorten(&"no ".repeat(200))),
        ..settled(id, now, Verdict::Rejected)
    };
    let reserved = len("a") + len("b");
    log.append(&[rejected("c")], reserved, now).unwrap();
    // One for which nothing was reserved has to wait.
    let many: Vec<_> = (0..9).map(|n| rejected(&n.to_string())).collect();
    log.append(&many, reserved, now).unwrap_err();
    spool.disk.mend();
    let told: Vec<_> = verdicts(&spool.dir).into_iter().map(|one| one.0).collect();
    assert_eq!(told, ["c"]);
    // Its file was closed for that, and what is reserved is asked for again.
    let before = spool.disk.count(Op::Reserve, "/settled/");
    log.append(&[settled("a", now, Verdict::Delivered)], len("b"), now)
        .unwrap();
    assert_eq!(spool.disk.count(Op::Reserve, "/settled/"), before + 1);
    log.append(&[settled("b", now, Verdict::Delivered)], 0, now)
        .unwrap();
    assert_eq!(spool.disk.count(Op::Reserve, "/settled/"), before + 1);
}

#[test]
fn verdicts_on_visits_of_a_version_before_are_deleted() {
    let spool = Spool::new();
    let now = unix_now();
    append(&mut VerdictLog::new(&spool.dir), "a", now);
    let of_visits = [0, 1].map(|ago| {
        let name = format!("v-{}.log", now / DAY - ago);
        spool.dir.file("settled").join(name)
    });
    for path in &of_visits {
        fs::write(path, "{}\n").unwrap();
    }
    prune(&spool.dir, now);
    assert!(of_visits.iter().all(|path| !path.exists()));
    assert_eq!(verdicts(&spool.dir).len(), 1);
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
    let verdicts = day_file(&spool.dir, 9);
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
