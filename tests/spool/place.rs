//! Where a spool may lie, and what is refused.

use serde_json::json;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

use crate::spool::{FaultyDisk, How, LIMITS, Op, Spool, copy_tree, files, line};
use pinrelay::spool::{
    DeadLetters, Disk, Generation, Lane, Leader, LeaderNote, RealDisk, Reason, SpoolDir,
    SpoolError, State, VerdictLog, Verdicts, hash_name, unix_now,
};
use rustix::io::Errno;

const SITE: &str = "https://shop.example";
const PARTS: [&str; 5] = ["seg", "ack", "settled", "dead", "withdrawn"];

fn open(root: &Path) -> Result<SpoolDir, SpoolError> {
    SpoolDir::open(root, SITE, "549755885175", false)
}

fn reason(result: Result<SpoolDir, SpoolError>) -> Reason {
    result.unwrap_err().reason
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn everything_it_makes_is_private() {
    let root = tempfile::tempdir().unwrap();
    let spool_dir = open(&root.path().join("a/b")).unwrap();
    let mode = |name: &str| fs::metadata(spool_dir.file(name)).unwrap().mode() & 0o777;
    for part in PARTS {
        assert_eq!(mode(part), 0o700, "{part}");
    }
    for file in ["spool.json", "refused"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    assert_eq!(
        fs::metadata(root.path().join("a")).unwrap().mode() & 0o777,
        0o700
    );
}

#[test]
fn those_who_make_it_at_the_same_time_agree() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().join("spool");
    let nodes: Vec<String> = std::thread::scope(|scope| {
        let openers: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| open(&root).unwrap().node().to_owned()))
            .collect();
        openers.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(nodes.iter().all(|node| *node == nodes[0]), "{nodes:?}");
    assert_eq!(open(&root).unwrap().node(), nodes[0]);
}

#[test]
fn a_spool_is_made_where_the_file_system_has_no_hard_links() {
    let without: [&[Op]; 3] = [&[], &[Op::Link], &[Op::Link, Op::RenameNew]];
    for ops in without {
        let dir = tempfile::tempdir().unwrap();
        let disk: Arc<FaultyDisk> = Arc::default();
        for op in ops {
            disk.fail(*op, "/", How::Fails(Errno::OPNOTSUPP));
        }
        let open = || crate::spool::open(&disk, dir.path()).unwrap();
        let nodes: Vec<String> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| open().node().to_owned()))
                .collect();
            openers.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(nodes.iter().all(|node| *node == nodes[0]), "{nodes:?}");
        assert!(open().is_current());
        let left = files(&dir.path().join("root"));
        assert_eq!(left.len(), 2, "{ops:?}: {left:?}");
    }
}

#[test]
fn an_empty_open_directory_is_made_private_and_a_full_one_refused() {
    let root = tempfile::tempdir().unwrap();
    chmod(root.path(), 0o755);
    open(root.path()).unwrap();
    chmod(root.path(), 0o755);
    assert_eq!(reason(open(root.path())), Reason::Unsafe);
}

#[test]
fn a_part_that_others_can_read_or_write_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let spool_dir = open(root.path()).unwrap();
    let of_site = spool_dir.dir().parent().unwrap().to_owned();
    for dir in [
        of_site,
        spool_dir.dir().to_owned(),
        spool_dir.file("settled"),
    ] {
        for mode in [0o750, 0o701, 0o720, 0o702] {
            chmod(&dir, mode);
            assert_eq!(reason(open(root.path())), Reason::Unsafe, "{mode:o}");
        }
        chmod(&dir, 0o700);
        open(root.path()).unwrap();
    }
}

#[test]
fn a_directory_of_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        // Only root can give a directory away.
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let spool_dir = open(&root.path().join("spool")).unwrap();
    for dir in [spool_dir.file("seg"), root.path().join("spool")] {
        std::os::unix::fs::chown(&dir, Some(12_345), None).unwrap();
        let error = open(&root.path().join("spool")).unwrap_err();
        assert_eq!(error.reason, Reason::ForeignOwner);
        assert!(error.message.contains("12345"), "{error}");
        std::os::unix::fs::chown(&dir, Some(0), None).unwrap();
    }
    // Nor does root make one where somebody else works.
    std::os::unix::fs::chown(root.path(), Some(12_345), None).unwrap();
    let error = reason(open(&root.path().join("new")));
    assert_eq!(error, Reason::ForeignOwner);
}

#[test]
fn a_copied_spool_is_refused_and_a_copied_root_gets_a_new_node() {
    let root = tempfile::tempdir().unwrap();
    let (first, copy) = (root.path().join("first"), root.path().join("copy"));
    let spool_dir = open(&first).unwrap();
    copy_tree(&first, &copy);
    assert_eq!(reason(open(&copy)), Reason::ForeignSite);
    fs::remove_dir_all(copy.join(&hash_name(SITE)[..16])).unwrap();
    assert_ne!(open(&copy).unwrap().node(), spool_dir.node());
    assert_eq!(open(&first).unwrap().node(), spool_dir.node());
}

#[test]
fn a_symlink_inside_is_refused_and_one_above_is_fine() {
    let root = tempfile::tempdir().unwrap();
    let real = root.path().join("real");
    RealDisk.make_dir(&real).unwrap();
    let above = root.path().join("above");
    symlink(&real, &above).unwrap();
    let spool_dir = open(&above).unwrap();
    for part in PARTS {
        let elsewhere = root.path().join(part);
        fs::rename(spool_dir.file(part), &elsewhere).unwrap();
        symlink(&elsewhere, spool_dir.file(part)).unwrap();
        assert_eq!(reason(open(&above)), Reason::Unsafe, "{part}");
        fs::remove_file(spool_dir.file(part)).unwrap();
        fs::rename(&elsewhere, spool_dir.file(part)).unwrap();
    }
    open(&above).unwrap();
}

#[test]
fn a_renamed_directory_of_another_site_is_refused() {
    let root = tempfile::tempdir().unwrap();
    open(root.path()).unwrap();
    let of = |site| root.path().join(&hash_name(site)[..16]);
    fs::rename(of(SITE), of("https://other.example")).unwrap();
    let error = SpoolDir::open(root.path(), "https://other.example", "549755885175", false);
    assert_eq!(reason(error), Reason::ForeignSite);
}

#[test]
fn a_damaged_note_of_whose_spool_it_is_stops_and_says_what_to_do() {
    let root = tempfile::tempdir().unwrap();
    let spool_dir = open(root.path()).unwrap();
    fs::write(spool_dir.file("spool.json"), "{").unwrap();
    let error = open(root.path()).unwrap_err();
    assert_eq!(error.reason, Reason::Io);
    assert!(
        error.message.contains("spool.json is damaged: remove"),
        "{error}"
    );
    fs::remove_file(spool_dir.file("spool.json")).unwrap();
    open(root.path()).unwrap();
}

#[test]
fn a_machine_whose_name_is_damaged_gets_a_new_one() {
    let root = tempfile::tempdir().unwrap();
    let spool_dir = open(root.path()).unwrap();
    fs::write(root.path().join("node"), "{").unwrap();
    let renamed = open(root.path()).unwrap();
    assert_ne!(renamed.node(), spool_dir.node());
    assert_eq!(open(root.path()).unwrap().node(), renamed.node());
}

/// What is behind a planted symlink, and must neither be read nor written.
const BAIT: &str = "somebody else's";

/// A spool in which `name` is a symlink to a file of somebody else.
fn planted(name: &str) -> (Spool, std::path::PathBuf) {
    let spool = Spool::new();
    let bait = spool.root.path().join("bait");
    fs::write(&bait, BAIT).unwrap();
    let path = spool.dir.file(name);
    let _ = fs::remove_file(&path);
    symlink(&bait, path).unwrap();
    (spool, bait)
}

#[test]
fn no_planted_symlink_is_followed() {
    let now = unix_now();
    let day = format!("settled/r-{}.log", now / 86_400);
    type Use = fn(&SpoolDir, i64) -> Option<Reason>;
    let refused = Some(Reason::Unsafe);
    let cases: [(&str, Option<Reason>, Use); 8] = [
        ("generation", refused, |spool_dir, _| {
            Generation::raise(spool_dir, 7)
                .err()
                .map(|error| error.reason)
        }),
        ("leader.lock", refused, |spool_dir, _| {
            assert!(LeaderNote::read(spool_dir).is_none());
            assert!(Leader::is_free(spool_dir).is_err());
            Leader::try_lead(spool_dir).err().map(|error| error.reason)
        }),
        ("leader.wanted", refused, |spool_dir, _| {
            assert!(Leader::want(spool_dir).is_err());
            Leader::want(spool_dir).err().map(|error| error.reason)
        }),
        // Replaced, and not what it points at.
        ("state.json", None, |spool_dir, _| {
            State::default().write(spool_dir).unwrap();
            None
        }),
        ("state.tmp", refused, |spool_dir, _| {
            let error = State::default().write(spool_dir).unwrap_err();
            Some(SpoolError::from_io("", spool_dir.dir(), &error).reason)
        }),
        (&day, refused, |spool_dir, now| {
            assert!(Verdicts::new(spool_dir).after("", 9).is_err());
            let reserved = VerdictLog::new(spool_dir).reserve(200, now);
            reserved.err().map(|error| error.reason)
        }),
        (
            "dead/ca978112ca1bbdcafac231b39a23dc4d.json",
            refused,
            |spool_dir, _| {
                assert!(DeadLetters::new(spool_dir).list(9).is_empty());
                DeadLetters::new(spool_dir)
                    .record("a")
                    .err()
                    .map(|e| e.reason)
            },
        ),
        ("refused", None, |spool_dir, _| {
            let limits = pinrelay::spool::Limits {
                max_bytes: 0,
                ..LIMITS
            };
            let mut writer = pinrelay::spool::Writer::new(spool_dir.clone(), Lane::Visit);
            writer.append(&line("a"), &limits).unwrap_err();
            None
        }),
    ];
    for (name, expected, use_it) in cases {
        let (spool, bait) = planted(name);
        assert_eq!(use_it(&spool.dir, now), expected, "{name}");
        assert_eq!(fs::read_to_string(bait).unwrap(), BAIT, "{name}");
    }
}

#[test]
fn a_planted_note_of_whose_spool_it_is_is_refused() {
    let (spool, _) = planted("spool.json");
    let reopened = crate::spool::open(&spool.disk, spool.root.path());
    assert_eq!(reason(reopened), Reason::Unsafe);
}

#[test]
fn a_spool_of_a_later_version_is_refused_and_left_as_it_is() {
    let spool = Spool::new();
    spool
        .writer(Lane::Revenue)
        .append(&line("a"), &LIMITS)
        .unwrap();
    let path = spool.dir.file("spool.json");
    let mut owner: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let write = |owner: &serde_json::Value| fs::write(&path, owner.to_string()).unwrap();
    let reopened = || crate::spool::open(&spool.disk, spool.root.path());
    // That of an earlier one says no version.
    assert_eq!(
        owner.as_object_mut().unwrap().remove("version"),
        Some(1.into())
    );
    write(&owner);
    assert!(reopened().is_ok());
    // Whatever else a later one says.
    fs::remove_dir(spool.dir.file("withdrawn")).unwrap();
    let names = || {
        let all = fs::read_dir(spool.dir.dir()).unwrap();
        let mut names: Vec<_> = all.map(|one| one.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = (names(), files(&spool.dir.file("seg")));
    for version in [json!(2), json!("2"), json!(2.1)] {
        write(&json!({"version": version, "inode": "x"}));
        assert_eq!(reopened().unwrap_err().reason, Reason::LaterVersion);
        assert_eq!((names(), files(&spool.dir.file("seg"))), before);
    }
    owner["version"] = 1.into();
    write(&owner);
    assert!(reopened().is_ok());
}
