//! A spool of the version before, as a shop brings it along with events that wait.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::shop::{Peer, Shop, ids, now, waiting};
use pinrelay::spool::hash_name;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const DAY: i64 = 86_400;
const GENERATION: u64 = 7;

/// The files, as that version wrote them: by its own rules, not by code of today.
struct Older {
    dir: PathBuf,
}

impl Older {
    fn new(shop: &Shop) -> Self {
        let option = |key: &str| shop.options[key].as_str().unwrap().to_owned();
        let root = PathBuf::from(option("spool_dir"));
        let site: String = Sha256::digest(option("site").as_bytes())[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let older = Self {
            dir: root.join(site).join(option("ad_account_id")),
        };
        for part in ["seg", "ack", "settled", "dead", "withdrawn"] {
            let mut dirs = DirBuilder::new();
            dirs.recursive(true).mode(0o700);
            dirs.create(older.dir.join(part)).unwrap();
        }
        let node = root.join("node");
        once(
            &node,
            |inode| json!({"node": "0123456789abcdef", "inode": inode}),
        );
        once(&older.dir.join("spool.json"), |inode| {
            json!({
                "site": option("site"), "account": option("ad_account_id"), "test": false,
                "inode": inode,
            })
        });
        older.write("generation", &checked(GENERATION));
        older.write("leader.lock", "");
        older
    }

    fn write(&self, name: &str, text: &str) {
        write(&self.dir.join(name), text);
    }

    /// A segment of a process that has ended, settled up to and with the event `acked`.
    fn segment(&self, lane: char, number: u32, ids: &[&str], acked: Option<&str>) {
        let nanos = u64::try_from(now()).unwrap() * 1_000_000_000;
        let name = format!("{lane}-{nanos:016x}-4194999-{number:08x}.seg");
        let mut text = String::new();
        for id in ids {
            let json = record(id, lane).to_string();
            text += &format!("1 {:08x} {json}\n", crc32c::crc32c(json.as_bytes()));
            if acked == Some(id) {
                self.write(&format!("ack/{name}"), &checked(text.len() as u64));
            }
            if id.starts_with("cancelled") {
                self.write(&format!("withdrawn/{name}.{}", text.len()), "");
            }
        }
        self.write(&format!("seg/{name}"), &text);
    }

    /// A day's verdicts, and the cursor's mark behind the first of them.
    fn verdicts(&self, lane: char, ids: &[&str]) -> String {
        let line = |id: &&str| {
            let event = json!({
                "event_id": id, "event_name": "checkout", "verdict": "delivered", "at": now() - 60,
                "message": null,
            });
            format!("{event}\n")
        };
        let lines: Vec<String> = ids.iter().map(line).collect();
        let day = now() / DAY;
        self.write(&format!("settled/{lane}-{day}.log"), &lines.concat());
        format!("{day}.{}", lines[0].len())
    }

    /// When the spool was made, as it stands in a cursor.
    fn born(&self) -> u128 {
        let made = fs::metadata(self.dir.join("spool.json"))
            .unwrap()
            .modified();
        made.unwrap().duration_since(UNIX_EPOCH).unwrap().as_nanos()
    }
}

fn write(path: &Path, text: &str) {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600);
    file.open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// A file that holds its own inode.
fn once(path: &Path, content: impl Fn(u64) -> Value) {
    write(path, "");
    let inode = fs::metadata(path).unwrap().ino();
    write(path, &content(inode).to_string());
}

/// A number with its checksum.
fn checked(number: u64) -> String {
    let digits = format!("{number:020}");
    format!("{digits} {:08x}", crc32c::crc32c(digits.as_bytes()))
}

fn record(id: &str, lane: char) -> Value {
    let name = if lane == 'r' {
        "checkout"
    } else {
        "page_visit"
    };
    json!({
        "id": id, "name": name, "time": now() - 30, "at": now() - 30, "late_ok": false,
        "event": {
            "event_id": id, "event_name": name, "event_time": now() - 60, "action_source": "web",
            "user_data": {"em": ["973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"]},
        },
    })
}

fn with_verdicts<'a>(settled: &'a Value) -> Vec<(&'a str, &'a str)> {
    let events = settled["events"].as_array().unwrap().iter();
    let text = |value: &'a Value| value.as_str().unwrap();
    events
        .map(|event| (text(&event["event_id"]), text(&event["verdict"])))
        .collect()
}

#[test]
fn what_waits_in_a_spool_of_the_version_before_is_sent_once_and_its_verdicts_are_read_on() {
    let peer = Peer::good();
    let shop = Shop::new(&peer);
    let older = Older::new(&shop);
    let orders = ["read", "unread", "order-1", "cancelled", "order-2"];
    older.segment('r', 1, &orders, Some("unread"));
    // Delivered already, and captured again since.
    older.segment('r', 2, &["repeated", "order-3"], None);
    older.segment('v', 3, &["visit-0", "visit-1"], Some("visit-0"));
    let revenue = older.verdicts('r', &["read", "unread", "repeated"]);
    let visits = older.verdicts('v', &["visit-0"]);
    let cursor = format!("{:x}-{revenue}-{visits}", older.born());
    let refused = json!({"at": now() - 60, "message": "bad", "record": record("refused", 'r')});
    older.write(
        &format!("dead/{}.json", hash_name("refused")),
        &refused.to_string(),
    );
    let state = json!({
        "delivered": 41, "lost": {"stale": 5, "expired": 1}, "last_success_at": now() - 60,
        "last_error": {"at": now() - 90, "message": "HTTP 503", "http_status": 503},
        "paused": null, "retry_at": null, "generation": GENERATION, "failures": 0,
        "unread_answers": {}, "part": null, "limit": null, "rejected_in_a_row": 0,
        "doubted": true, "vouched_at": now() - 3_600, "panics": 1, "cleaned_at": now() - 60,
        "clock": {"since": now() - 3_600, "last": now() - 60},
    });
    older.write("state.json", &state.to_string());

    let relay = shop.relay_with(json!({"generation": GENERATION}));
    let status = relay.status().unwrap();
    assert_eq!(status["node"], "0123456789abcdef");
    assert_eq!(status["waiting"], json!({"revenue": 4, "visit": 1}));
    assert_eq!(status["delivered"], 41);
    assert_eq!(status["lost"], json!({"stale": 5, "expired": 1}));
    assert_eq!(status["rejected"], 1);
    let settled = relay.settled(&cursor, 100).unwrap();
    assert_eq!(
        with_verdicts(&settled),
        [("unread", "delivered"), ("repeated", "delivered")]
    );

    relay.drain(20.0).unwrap();
    let sent = || {
        let requests = peer.requests().into_iter();
        // An event that is made up to see whether any would be taken is none of these.
        let real = requests.filter(|request| !request.target.contains("test=true"));
        let mut ids: Vec<_> = real.flat_map(|request| request.ids()).collect();
        ids.sort();
        ids
    };
    assert_eq!(sent(), ["order-1", "order-2", "order-3", "visit-1"]);
    assert_eq!(waiting(&relay), 0);
    let settled = relay
        .settled(settled["cursor"].as_str().unwrap(), 100)
        .unwrap();
    assert_eq!(
        with_verdicts(&settled),
        [
            ("order-1", "delivered"),
            ("cancelled", "withdrawn"),
            ("order-2", "delivered"),
            ("repeated", "delivered"),
            ("order-3", "delivered"),
        ]
    );
    let status = relay.status().unwrap();
    assert_eq!(status["delivered"], 41 + 4);
    assert_eq!(status["lost"], json!({"stale": 5, "expired": 1}));
    assert_eq!(shop.state()["panics"], 1);

    assert_eq!(relay.retry(&ids(&["refused"])).unwrap(), 1);
    relay.drain(20.0).unwrap();
    assert_eq!(sent().len(), 5);
    assert!(sent().contains(&"refused".to_owned()));
}
