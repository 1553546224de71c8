//! What the tests of the spool share: a spool on a disk that may fail, records
//! to put into it, and what a leader sees there.

#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used)]

mod disk;
mod lead;
mod model;
mod model_world;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use disk::{FaultyDisk, How, Op};
pub use lead::{Pinterest, lead, lead_by, verdicts};
pub use model::{Model, WRITERS};
use pinrelay::spool::{
    Content, Disk, Durability, Entry, Envelope, Lane, Ledger, Limits, SegmentName, SpoolDir,
    Writer, encode,
};

/// Space for everything, and nothing is synced.
pub const LIMITS: Limits = Limits {
    durability: Durability::Off,
    max_bytes: 1 << 30,
};

/// How many rounds of something random: few by default, and as many as
/// `PINRELAY_ROUNDS` says for a soak.
pub fn rounds(few: u32) -> u32 {
    let wished = std::env::var("PINRELAY_ROUNDS");
    wished
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(few)
}

/// A spool in a directory of its own, and the disk that it is on.
pub struct Spool {
    pub root: tempfile::TempDir,
    pub disk: Arc<FaultyDisk>,
    pub dir: SpoolDir,
}

impl Spool {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let disk = Arc::new(FaultyDisk::default());
        let dir = open(&disk, root.path()).unwrap();
        disk.forget();
        Self { root, disk, dir }
    }

    pub fn writer(&self, lane: Lane) -> Writer {
        Writer::new(self.dir.clone(), lane)
    }

    /// One record each, all in one segment.
    pub fn with(ids: &[&str]) -> Self {
        let spool = Self::new();
        let mut writer = spool.writer(Lane::Revenue);
        for id in ids {
            writer.append(&line(id), &LIMITS).unwrap();
        }
        spool
    }

    /// A leader's view, as a new one has it.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new(&self.dir);
        ledger.refresh().unwrap();
        ledger
    }

    /// The segments that are there, orders first, oldest first.
    pub fn segments(&self) -> Vec<PathBuf> {
        let mut names = files(&self.dir.file("seg"));
        names.retain(|path| path.extension().is_some_and(|ext| ext == "seg"));
        names.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
        names
    }
}

pub fn open(disk: &Arc<FaultyDisk>, dir: &Path) -> Result<SpoolDir, pinrelay::spool::SpoolError> {
    let disk: Arc<dyn Disk> = Arc::clone(disk) as _;
    SpoolDir::open_on(disk, &dir.join("root"), "https://shop.example", "1", false)
}

/// The paths in a directory, sorted.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// An encoded record.
pub fn line(id: &str) -> Vec<u8> {
    line_at(id, pinrelay::spool::unix_now())
}

/// An encoded record of an event of this time.
pub fn line_at(id: &str, time: i64) -> Vec<u8> {
    let event = format!(r#"{{"event_id":"{id}"}}"#);
    encode(&Envelope {
        id: id.into(),
        name: "checkout".into(),
        time,
        at: time,
        late_ok: false,
        event: event.into(),
    })
    .unwrap()
}

/// A line of a later format with this JSON.
pub fn later(json: &str) -> Vec<u8> {
    let sum = crc32c::crc32c(format!("2{json}").as_bytes());
    format!("2 {sum:08x} {json}\n").into_bytes()
}

/// The ids of events, or what else a line is.
pub fn ids(entries: &[Entry]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| match &entry.content {
            Content::Event(event) => &*event.id,
            Content::Damaged => "damaged",
            Content::Torn => "torn",
        })
        .collect()
}

/// What a leader meets next.
pub fn next(ledger: &mut Ledger, events: usize) -> Vec<Entry> {
    ledger.refresh().unwrap();
    ledger.next(events, 1 << 20)
}

/// Everything that waits, as a new leader meets it.
pub fn all(spool: &Spool) -> Vec<String> {
    let mut ledger = spool.ledger();
    let mut seen = Vec::new();
    loop {
        let entries = next(&mut ledger, 1_000);
        if entries.is_empty() {
            return seen;
        }
        seen.extend(ids(&entries).into_iter().map(str::to_owned));
        settle(&mut ledger, &entries);
    }
}

/// Makes a segment one of a process that is not there: no system counts so far.
pub fn ended(segment: &Path) -> SegmentName {
    let pid = i32::MAX;
    let name = segment.file_name().unwrap().to_str().unwrap();
    let name = name.replace(&format!("-{}-", std::process::id()), &format!("-{pid}-"));
    std::fs::rename(segment, segment.with_file_name(&name)).unwrap();
    SegmentName::parse(&name).unwrap()
}

/// Moves the offsets behind these lines.
pub fn settle(ledger: &mut Ledger, entries: &[Entry]) {
    for entry in entries {
        // Where it cannot be written down, it is known all the same.
        let _ = ledger.settle(&entry.segment, entry.start, entry.end);
    }
}

/// Copies a directory with all that is in it, and the permissions. Without another process: one
/// that is being started holds the locks of this one.
pub fn copy_tree(from: &Path, to: &Path) {
    let meta = std::fs::metadata(from).unwrap();
    if meta.is_file() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, meta.permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy_tree(&from.join(&name), &to.join(&name));
    }
}
