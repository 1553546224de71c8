//! Segments of processes that have ended are gone on with, those of processes that
//! live never; and what a first capture costs does not grow with what is there.
//! A binary of its own: a child that is being started holds this process' locks.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy knows only functions marked as tests"
)]

#[path = "shared/spool/mod.rs"]
mod spool;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::spool::{LIMITS, Pinterest, Spool, all, ended, lead, line, verdicts};
use pinrelay::spool::{Lane, Ledger, Limits, Reason, SegmentName, SpoolDir, Writer};

/// Says to a child where the spool is, and what to write.
const TASK: &str = "PINRELAY_TEST_CAPTURES";

#[test]
fn a_capturing_process() {
    let Ok(task) = std::env::var(TASK) else {
        return; // A part of the tests below, and nothing by itself.
    };
    let mut words = task.split(' ');
    let root = words.next().unwrap();
    let spool_dir = SpoolDir::open(root.as_ref(), "https://shop.example", "1", false).unwrap();
    let mut writer = Writer::new(spool_dir, Lane::Revenue);
    for id in words {
        writer.append(&line(id), &LIMITS).unwrap();
    }
    // Lives until its input ends.
    println!("\ncaptured");
    let _ = std::io::stdin().lines().next();
}

/// A process, and what it says.
type Started = (Child, BufReader<ChildStdout>);

fn started(spool: &Spool, ids: &str, through: &[&str]) -> Started {
    let root = spool.root.path().join("root");
    let this = std::env::current_exe().unwrap();
    let mut words: Vec<&str> = through.to_vec();
    words.push(this.to_str().unwrap());
    let mut command = Command::new(words[0]);
    let command = command
        .args(&words[1..])
        .args(["--exact", "a_capturing_process", "--nocapture"])
        .env(TASK, format!("{} {ids}", root.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let said = (&mut out).lines().map_while(Result::ok);
    assert!({ said }.any(|line| line == "captured"));
    (child, out)
}

fn let_end((mut child, mut out): Started) {
    drop(child.stdin.take());
    out.read_to_end(&mut Vec::new()).unwrap();
    assert!(child.wait().unwrap().success());
}

fn captured(spool: &Spool, ids: &str) {
    let_end(started(spool, ids, &[]));
}

#[test]
fn processes_that_live_for_one_record_share_a_segment() {
    let spool = Spool::new();
    let ids: Vec<String> = (0..12).map(|n| format!("o-{n}")).collect();
    for id in &ids {
        captured(&spool, id);
    }
    assert_eq!(spool.segments().len(), 1);
    let mut pinterest = Pinterest::default();
    lead(&spool.dir, &mut pinterest).unwrap();
    assert_eq!(verdicts(&spool.dir).len(), ids.len());
    assert!(pinterest.sent.values().all(|times| *times == 1));
    assert!(spool.segments().is_empty());
}

#[test]
fn a_segment_of_a_process_that_lives_is_left_alone() {
    let spool = Spool::new();
    let living = started(&spool, "a", &[]);
    captured(&spool, "b");
    captured(&spool, "c");
    let [first, second] = &spool.segments()[..] else {
        panic!("{:?}", spool.segments())
    };
    assert_eq!(fs::read(first).unwrap(), line_of(first, "a"));
    assert!(fs::read(second).unwrap().starts_with(&line_of(second, "b")));
    let_end(living);
    captured(&spool, "d");
    assert_eq!(spool.segments().len(), 2);
    assert_eq!(all(&spool).len(), 4);
}

/// The record of an id as it stands in a file.
fn line_of(path: &Path, id: &str) -> Vec<u8> {
    let text = fs::read_to_string(path).unwrap();
    let is_it = |line: &&str| line.contains(&format!(r#""id":"{id}""#));
    let line = text.split_inclusive('\n').find(is_it).unwrap_or_default();
    assert!(!line.is_empty());
    line.as_bytes().to_vec()
}

#[test]
fn a_segment_that_a_killed_process_left_in_the_middle_of_a_line_is_not_gone_on_with() {
    let spool = Spool::new();
    captured(&spool, "a");
    let path = spool.segments().remove(0);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"1 00000000 {\"id\":\"half").unwrap();
    captured(&spool, "b");
    assert_eq!(spool.segments().len(), 2);
    assert_eq!(all(&spool), ["a", "torn", "b"]);
}

#[test]
fn a_segment_that_is_shorter_than_what_is_settled_is_not_gone_on_with() {
    let spool = Spool::new();
    captured(&spool, "a b");
    let path = spool.segments().remove(0);
    let mut ledger = spool.ledger();
    let entries = crate::spool::next(&mut ledger, 9);
    crate::spool::settle(&mut ledger, &entries);
    // After a power cut.
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(line_of(&path, "a").len() as u64).unwrap();
    captured(&spool, "c");
    assert_eq!(spool.segments().len(), 2);
    assert!(all(&spool).contains(&"c".to_owned()));
}

#[test]
fn a_writer_that_lost_its_segment_takes_none_of_another() {
    let spool = Spool::new();
    let mut others = spool.writer(Lane::Revenue);
    others.append(&line("a"), &LIMITS).unwrap();
    drop(others);
    let other = spool.segments().remove(0);
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("b"), &LIMITS).unwrap();
    let own = spool.segments().into_iter().find(|path| *path != other);
    let left = ended(&other);
    // Somebody takes this process for one that has ended.
    let mut file = fs::OpenOptions::new().append(true).open(own.unwrap());
    file.as_mut().unwrap().write_all(&line("c")).unwrap();
    writer.append(&line("d"), &LIMITS).unwrap();
    let left = spool.dir.file("seg").join(left.as_str());
    assert_eq!(fs::read(&left).unwrap(), line_of(&left, "a"));
    assert_eq!((spool.segments().len(), all(&spool).len()), (3, 4));
}

#[test]
fn a_segment_of_a_later_version_is_not_gone_on_with() {
    let spool = Spool::new();
    captured(&spool, "a");
    let path = spool.segments().remove(0);
    let json = "{}";
    let later = crate::spool::later(json);
    fs::write(&path, later).unwrap();
    captured(&spool, "b");
    assert_eq!(spool.segments().len(), 2);
}

/// Segments of an earlier version, as many processes have left them.
fn crowded(spool: &Spool, segments: usize) {
    let dir = spool.dir.file("seg");
    for n in 0..segments {
        let name = format!(
            "r-{:016x}-{}-{n:08x}.seg",
            1_790_000_000_000_000_000_u64, 4_000_000
        );
        fs::write(dir.join(name), line(&format!("old-{n}"))).unwrap();
    }
}

/// How many system calls a first capture makes, as strace counts them.
fn calls(spool: &Spool) -> Option<usize> {
    let trace = spool.root.path().join("trace");
    let strace = ["strace", "-f", "-qq", "-o", trace.to_str().unwrap()];
    let tried = Command::new("strace").args(["-qq", "true"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        println!("not run: there is no strace");
        return None;
    }
    let_end(started(spool, "new", &strace));
    let text = fs::read_to_string(trace).unwrap();
    // From its first look at the spool on: before that it is the test's own start.
    let root = spool.root.path().join("root");
    let of_spool = text
        .lines()
        .skip_while(|line| !line.contains(root.to_str().unwrap()));
    Some(of_spool.filter(|line| !line.contains("futex")).count())
}

#[test]
fn what_a_first_capture_costs_does_not_grow_with_the_segments() {
    let mut counts = Vec::new();
    for segments in [2_000, 6_000] {
        let spool = Spool::new();
        crowded(&spool, segments);
        // The first of all has no number yet, and looks at so many files at most.
        let Some(first) = calls(&spool) else { return };
        assert!(first < 2_000, "{first}");
        // A leader counts, and each that comes then goes by his number.
        let mut ledger = Ledger::new(&spool.dir);
        ledger.refresh().unwrap();
        ledger.tell_held();
        counts.push(calls(&spool).unwrap());
    }
    assert!(counts[0].abs_diff(counts[1]) <= 8, "{counts:?}");
    assert!(counts[0] < 200, "{counts:?}");
}

#[test]
fn whether_work_was_left_is_found_without_a_look_at_every_segment() {
    let spool = Spool::new();
    crowded(&spool, 1_000);
    spool.disk.forget();
    assert!(Ledger::needs_leader(&spool.dir, 0).unwrap());
    // One offset that is not there, of the first segment.
    assert_eq!(spool.disk.count(crate::spool::Op::OpenToRead, "/ack/"), 1);
}

#[test]
fn what_others_append_counts_without_a_leader() {
    let spool = Spool::new();
    let limits = Limits {
        max_bytes: 1_000,
        ..LIMITS
    };
    let mut refused = None;
    for _ in 0..20 {
        // Each as a process of its own has it.
        let told = spool.writer(Lane::Revenue).append(&line("x"), &limits);
        refused = told.err().or(refused);
    }
    assert_eq!(refused.unwrap().reason, Reason::Full);
    assert!(spool.dir.held_bytes() <= 1_000);
}

#[test]
fn a_number_that_says_full_is_not_believed_when_the_files_say_otherwise() {
    let spool = Spool::new();
    spool
        .writer(Lane::Revenue)
        .append(&line("a"), &LIMITS)
        .unwrap();
    for segment in spool.segments() {
        fs::remove_file(segment).unwrap();
    }
    let path = spool.dir.file("held");
    let sum = crc32c::crc32c(b"00000000999999999999");
    fs::write(&path, format!("00000000999999999999 {sum:08x}")).unwrap();
    spool
        .writer(Lane::Revenue)
        .append(&line("b"), &LIMITS)
        .unwrap();
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("000000000000000")
    );
}

#[test]
fn a_leader_writes_down_what_is_left() {
    let spool = Spool::with(&["a", "b"]);
    lead(&spool.dir, &mut Pinterest::default()).unwrap();
    let number: u64 = fs::read_to_string(spool.dir.file("held")).unwrap()[..20]
        .parse()
        .unwrap();
    assert_eq!(number, spool.dir.held_bytes());
    assert!(number > 0, "the verdicts count");
}

#[test]
fn names_of_an_earlier_version_are_read() {
    let name = "v-18eb943fe4f55ccb-15052-c41beb4f.seg";
    assert!(SegmentName::parse(name).is_some());
}
