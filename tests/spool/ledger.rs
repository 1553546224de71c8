//! What a leader meets in a spool, and when a segment goes.

use std::fs;
use std::io::{Read, Seek, Write};
use std::time::{Duration, SystemTime};

use crate::spool::{How, LIMITS, Op, Spool, all, files, ids, later, line, next, settle};
use pinrelay::spool::{Lane, Ledger, Limits, Reason, SegmentName, Withdrawn, Writer, unix_now};
use rustix::fs::{FlockOperation, flock};

#[test]
fn orders_come_before_visits_and_each_in_line() {
    let spool = Spool::new();
    for (lane, id) in [
        (Lane::Visit, "v1"),
        (Lane::Revenue, "r1"),
        (Lane::Visit, "v2"),
    ] {
        spool.writer(lane).append(&line(id), &LIMITS).unwrap();
    }
    let mut ledger = spool.ledger();
    assert_eq!(ids(&next(&mut ledger, 9)), ["r1", "v1", "v2"]);
    assert_eq!(ids(&next(&mut ledger, 2)), ["r1", "v1"]);
}

#[test]
fn what_is_settled_is_not_met_again_and_its_file_goes() {
    let spool = Spool::with(&["a", "b", "c"]);
    let mut ledger = spool.ledger();
    settle(&mut ledger, &next(&mut Ledger::new(&spool.dir), 2));
    let mut later = spool.ledger();
    let entries = next(&mut later, 9);
    assert_eq!(ids(&entries), ["c"]);
    settle(&mut later, &entries);
    later.sweep(true, 0);
    assert!(files(&spool.dir.file("seg")).is_empty());
    assert!(files(&spool.dir.file("ack")).is_empty());
}

#[test]
fn settled_lines_do_not_outlive_half_an_hour_where_a_writer_adds_one_every_few_seconds() {
    let spool = Spool::with(&["a"]);
    let mut ledger = spool.ledger();
    settle(&mut ledger, &next(&mut Ledger::new(&spool.dir), 9));
    let path = spool.segments().remove(0);
    for (minutes, is_there) in [(29, true), (31, false)] {
        let now = unix_now() + minutes * 60;
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(now.cast_unsigned());
        fs::File::open(&path)
            .unwrap()
            .set_modified(written)
            .unwrap();
        ledger.sweep(false, now);
        assert_eq!(path.exists(), is_there, "{minutes}");
    }
}

#[test]
fn settled_lines_are_gone_even_from_the_open_file_of_an_idle_writer() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &LIMITS).unwrap();
    // As the writer has it.
    let mut file = fs::File::open(&spool.segments()[0]).unwrap();
    let mut ledger = spool.ledger();
    let entries = next(&mut ledger, 9);
    settle(&mut ledger, &entries);
    ledger.sweep(false, unix_now());
    assert_eq!(spool.segments().len(), 1, "it may be written to again");
    ledger.sweep(false, unix_now() + 6);
    assert_eq!(spool.segments().len(), 0);
    file.rewind().unwrap();
    assert_eq!(file.read_to_end(&mut Vec::new()).unwrap(), 0);
    writer.append(&line("b"), &LIMITS).unwrap();
    assert_eq!(all(&spool), ["b"]);
}

#[test]
fn a_writer_whose_segment_was_swept_writes_elsewhere() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    let mut ledger = spool.ledger();
    for id in ["a", "b", "c"] {
        writer.append(&line(id), &LIMITS).unwrap();
        let entries = next(&mut ledger, 9);
        assert_eq!(ids(&entries), [id]);
        settle(&mut ledger, &entries);
        ledger.sweep(true, 0);
    }
}

#[test]
fn a_writer_whose_segment_somebody_cut_writes_elsewhere() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &LIMITS).unwrap();
    let mut ledger = spool.ledger();
    let entries = next(&mut ledger, 9);
    settle(&mut ledger, &entries);
    let path = spool.segments().remove(0);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(0).unwrap();
    // In the old file it would end where the offset says it is settled.
    writer.append(&line("b"), &LIMITS).unwrap();
    assert_eq!(ids(&next(&mut ledger, 9)), ["b"]);
}

#[test]
fn an_offset_behind_the_end_of_its_segment_is_not_believed() {
    let spool = Spool::with(&["a", "b"]);
    let mut ledger = spool.ledger();
    let entries = next(&mut ledger, 9);
    settle(&mut ledger, &entries);
    // A power cut took what was not on the disk.
    let path = spool.segments().remove(0);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(line("a").len() as u64).unwrap();
    assert_eq!(all(&spool), ["a"]);
}

#[test]
fn a_segment_in_which_somebody_is_at_work_is_not_swept() {
    let spool = Spool::with(&["a"]);
    let mut ledger = spool.ledger();
    let entries = next(&mut ledger, 9);
    settle(&mut ledger, &entries);
    let file = fs::File::open(&spool.segments()[0]).unwrap();
    flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
    ledger.sweep(true, i64::MAX);
    assert_eq!(spool.segments().len(), 1);
    drop(file);
    ledger.sweep(true, i64::MAX);
    assert_eq!(spool.segments().len(), 0);
}

#[test]
fn half_a_line_is_left_alone_while_its_writer_is_at_it() {
    let spool = Spool::with(&["a"]);
    let path = spool.segments().remove(0);
    let file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
    Write::write_all(&mut &file, &line("b")[..30]).unwrap();
    let mut ledger = spool.ledger();
    assert_eq!(ids(&next(&mut ledger, 9)), ["a"]);
    drop(file);
    assert_eq!(ids(&next(&mut ledger, 9)), ["a", "torn"]);
}

#[test]
fn an_event_longer_than_a_batch_still_comes() {
    let spool = Spool::with(&[&"x".repeat(5_000)]);
    assert_eq!(spool.ledger().next(9, 100).len(), 1);
}

/// One record in each: a, b, c.
fn three_segments() -> Spool {
    let spool = Spool::new();
    for id in ["a", "b", "c"] {
        spool
            .writer(Lane::Revenue)
            .append(&line(id), &LIMITS)
            .unwrap();
    }
    spool
}

#[test]
fn a_batch_is_not_stretched_by_a_line_that_does_not_fit() {
    let bytes = 2 * line("a").len() as u64 + 5;
    assert_eq!(ids(&three_segments().ledger().next(9, bytes)), ["a", "b"]);
}

#[test]
fn a_segment_that_cannot_be_read_holds_up_no_other() {
    let spool = three_segments();
    let mut ledger = spool.ledger();
    let second = spool.segments().remove(1);
    fs::remove_file(&second).unwrap();
    // Opens, and fails to be read.
    fs::create_dir(&second).unwrap();
    assert_eq!(ids(&ledger.next(9, 1 << 20)), ["a", "c"]);
}

#[test]
fn what_is_before_a_record_of_a_later_version_stays_in_line() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    // Its JSON may well read as ours does.
    let ours = line("later");
    let json = std::str::from_utf8(&ours[11..ours.len() - 1]).unwrap();
    for line in [line("a"), later(json), line("b")] {
        writer.append(&line, &LIMITS).unwrap();
    }
    let mut ledger = spool.ledger();
    assert_eq!(ids(&next(&mut ledger, 9)), ["a"]);
    // The call failed: it is to be sent again.
    assert_eq!(ledger.work(), Some(Lane::Revenue));
    let entries = next(&mut ledger, 9);
    settle(&mut ledger, &entries);
    assert_eq!(ids(&next(&mut ledger, 9)), [""; 0]);
    assert_eq!(ledger.work(), None);
    // Not even an owner who wants everything gone loses it by mistake.
    assert_eq!(ledger.discard_unreadable().unwrap(), 0);
    assert_eq!(spool.segments().len(), 1);
}

#[test]
fn a_segment_of_a_later_version_is_told_and_needs_no_leader_of_this_one() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &LIMITS).unwrap();
    writer.append(&later("{}"), &LIMITS).unwrap();
    let needed = || Ledger::needs_leader(&spool.dir, unix_now()).unwrap();
    assert!(needed());
    let mut ledger = spool.ledger();
    let entries = next(&mut ledger, 9);
    settle(&mut ledger, &entries);
    assert!(!needed());
    let waiting = spool
        .ledger()
        .waiting(&Withdrawn::read(&spool.dir))
        .unwrap();
    assert_eq!(
        (waiting.total(), waiting.unread.unwrap().reason),
        (0, Reason::LaterVersion)
    );
    // A damaged record that only looks like one is settled as such.
    let mut damaged = line("b");
    damaged[0] = b'3';
    spool.writer(Lane::Visit).append(&damaged, &LIMITS).unwrap();
    assert!(needed());
}

#[test]
fn garbage_without_an_end_is_passed_over() {
    let spool = Spool::new();
    let mut text = vec![b'x'; 5 << 20];
    text.push(b'\n');
    text.extend_from_slice(&line("a"));
    let name = SegmentName::fresh(Lane::Revenue);
    fs::write(spool.dir.file("seg").join(name.as_str()), text).unwrap();
    let seen = all(&spool);
    assert_eq!(seen.last().map(String::as_str), Some("a"));
    assert!(seen.len() > 1 && seen[..seen.len() - 1].iter().all(|id| id == "damaged"));
}

#[test]
fn visits_are_refused_at_four_fifths_and_orders_at_the_limit() {
    let spool = Spool::new();
    let max_bytes = 100_000;
    let limits = Limits {
        max_bytes,
        ..LIMITS
    };
    let fill = |lane| {
        let mut writer: Writer = spool.writer(lane);
        loop {
            if let Err(error) = writer.append(&line("x"), &limits) {
                return error;
            }
        }
    };
    for (lane, limit) in [(Lane::Visit, max_bytes / 5 * 4), (Lane::Revenue, max_bytes)] {
        let refused = fill(lane);
        assert_eq!(refused.reason, Reason::Full);
        assert!(refused.message.contains("max_bytes"), "{refused}");
        let held = spool.dir.held_bytes();
        assert!(limit - (line("x").len() as u64) < held && held <= limit);
    }
}

#[test]
fn letters_that_nobody_looks_at_do_not_keep_orders_out() {
    let spool = Spool::new();
    fs::write(spool.dir.file("dead").join("0.json"), vec![0; 2_000]).unwrap();
    let limits = Limits {
        max_bytes: 1_000,
        ..LIMITS
    };
    spool
        .writer(Lane::Revenue)
        .append(&line("a"), &limits)
        .unwrap();
    assert!(spool.dir.bytes() > 2_000);
}

#[test]
fn a_disk_that_runs_full_is_left_room_for_the_verdicts_and_visits_leave_some_for_orders() {
    let spool = Spool::new();
    for (mebibytes, orders, visits) in [(17, true, true), (15, true, false), (3, false, false)] {
        spool.disk.mend();
        spool.disk.fail(Op::Free, "", How::Short(mebibytes << 20));
        let taken = |lane| match spool.writer(lane).append(&line("a"), &LIMITS) {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(error.reason, Reason::Full);
                assert!(error.message.contains("bytes left"), "{error}");
                false
            }
        };
        assert_eq!(
            (taken(Lane::Revenue), taken(Lane::Visit)),
            (orders, visits),
            "{mebibytes}"
        );
        assert_eq!(spool.dir.probe().is_ok(), orders);
    }
}

#[test]
fn the_longest_record_comes_out_and_a_longer_one_is_refused() {
    let spool = Spool::new();
    let longest = 2 << 20;
    let id = |len: usize| "x".repeat(len);
    // The id stands in a record twice.
    let around = line("").len();
    let fits = line(&id((longest - around) / 2));
    assert!(longest - fits.len() < 2);
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&fits, &LIMITS).unwrap();
    let refused = writer.append(&line(&id(longest / 2)), &LIMITS);
    assert!(refused.unwrap_err().message.contains("longer"));
    assert_eq!(all(&spool), [id((longest - around) / 2)]);
}

#[test]
fn a_segment_of_the_future_goes_as_soon_as_it_is_settled() {
    let spool = Spool::with(&["a"]);
    let path = spool.segments().remove(0);
    let future = path.with_file_name("r-7000000000000000-1-0.seg");
    fs::rename(path, &future).unwrap();
    let mut ledger = spool.ledger();
    let entries = next(&mut ledger, 9);
    settle(&mut ledger, &entries);
    ledger.sweep(false, unix_now());
    assert_eq!(spool.segments().len(), 0);
}

#[test]
fn what_killed_processes_left_is_cleared() {
    let spool = Spool::new();
    let seg = spool.dir.file("seg");
    let stillborn = seg.join(format!(".{}", SegmentName::fresh(Lane::Revenue).as_str()));
    let offset = spool
        .dir
        .file("ack")
        .join(SegmentName::fresh(Lane::Visit).as_str());
    let half = spool.dir.file("ack").join("x.tmp");
    for path in [&stillborn, &offset, &half] {
        fs::write(path, "").unwrap();
    }
    spool.ledger().tidy(unix_now());
    assert!(stillborn.exists() && !offset.exists() && !half.exists());
    spool.ledger().tidy(unix_now() + 3_700);
    assert!(!stillborn.exists());
}
