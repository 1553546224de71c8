//! The durable queue between a shop's request and Pinterest.
//!
//! It must not know what an event means: a record is an id, a name, a time
//! and bytes that the sender puts into a request as they are.
//!
//! # Layout
//!
//! ```text
//! <root>/node                        this machine's name for the shop, and the file's own inode
//! <root>/<site hash>/<account>[-test]/
//!     spool.json                     whose spool this is, the layout's version, the file's own inode
//!     leader.lock                    flock: the one sender; text: its pid and start
//!     leader.wanted                  touched while the leader is asked to leave
//!     generation                     the newest settings seen, and their checksum
//!     held                           bytes in seg and settled, and their checksum
//!     state.json                     the leader's memory: counters, back-off, pause
//!     seg/<lane>-<start>-<pid>-<rnd>.seg   records, one writer each
//!     ack/<segment>                  how far it is settled: an offset, and its checksum
//!     settled/r-<day>.log            final verdicts on orders, kept seven days
//!     settled/r-<day>.ids            an index of the orders among them that were delivered
//!     recent.json                    the newest 200 events that were settled, of both lanes
//!     dead/<hash>.json               events that Pinterest refused, with its message
//!     withdrawn/<segment>.<offset>   records taken back before delivery
//!     refused                        the newest capture that could not be made durable
//!     pinrelay.log                   the log, capped
//! ```
//!
//! A record is one line, so damage costs one line and a human can read it:
//!
//! ```text
//! 1 1f3a90bc {"id":"…","name":"checkout","time":1790000000,"at":1790000000,"late_ok":false,"event":{…}}\n
//! | |        └ JSON; "event" is the object of the API, byte for byte
//! | └ crc32c of the JSON, in a later format also of its digit: eight hex digits
//! └ format
//! ```
//!
//! # Invariants
//!
//! 1. A record is on disk before `capture()` returns.
//! 2. Only the process that made a segment, or one that took it over when that
//!    had ended, appends to it, with one `write` a record, and holds an exclusive
//!    `flock` on it while it does. To delete a segment takes the same lock, so no
//!    record is written into a file that is being deleted: the writer looks for the
//!    file's link under the lock.
//! 3. A segment is made under a name that readers ignore, locked, and then
//!    renamed, and stays locked until its first record is in. Else it could be
//!    deleted, being empty, before that record.
//! 4. After a failed or short write the segment is cut back and abandoned.
//! 5. Segments are strictly first in, first out: one offset acknowledges one.
//! 6. Only the holder of `leader.lock` writes `ack`, `settled`, `state.json`, `recent.json`.
//! 7. The verdict on an order is in `settled` before the offset moves past its record,
//!    and the marker of a withdrawal goes after that.
//! 8. A writer before each record, and the leader before each call and each
//!    commit, look whether the path still names the file that they have open.
//!    A spool that was moved or replaced under them is not theirs any more.
//! 9. Captures leave space on the disk for the verdicts: a full spool can be
//!    emptied.
//!
//! Locks are `flock`, never `fcntl`: they belong to the open file, so another
//! reader of the file in the same PHP process cannot strip them.

mod checked;
mod dead;
mod dir;
mod disk;
mod error;
mod housekeeping;
mod leader;
mod ledger;
mod ownership;
mod quota;
mod recent;
mod record;
mod refused;
mod segment;
mod state;
mod verdicts;
mod withdrawn;
mod writer;

pub use checked::Generation;
pub use dead::{DeadLetter, DeadLetters};
pub use dir::SpoolDir;
pub use disk::{Disk, FileIdentity, Mode, RealDisk, random, unix_now};
pub use error::{Context, Reason, SpoolError};
pub use housekeeping::prune;
pub use leader::{Leader, LeaderNote, Watch};
pub use ledger::{Ledger, Waiting};
pub use recent::{Recent, RecentEvent};
pub use record::{
    Content, Entry, Envelope, Facts, Lines, Record, beginning, decode, encode, encode_with,
};
pub use refused::Refused;
pub use segment::SegmentName;
pub use state::{Clocks, LastError, Pause, State, Trust};
pub use verdicts::{IdSet, Settled, Verdict, VerdictLog, Verdicts, shorten};
pub use withdrawn::Withdrawn;
pub use writer::{Durability, Limits, Writer};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Seconds.
const DAY: i64 = 86_400;
/// Pinterest takes no event that is older, in seconds (docs/wire-contract.md#event-time):
/// so long an event waits, and so long what became of it is kept.
pub const EVENT_LIFETIME: i64 = 7 * DAY;

/// Which line of a spool a record waits in. Revenue goes first and is never
/// refused before visits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// Completed orders.
    Revenue,
    /// Everything else.
    Visit,
}

impl Lane {
    /// Both lanes, the one that is served first first.
    pub const ALL: [Self; 2] = [Self::Revenue, Self::Visit];

    /// The letter that stands for the lane in file names.
    pub fn letter(self) -> char {
        match self {
            Self::Revenue => 'r',
            Self::Visit => 'v',
        }
    }

    fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "r" => Some(Self::Revenue),
            "v" => Some(Self::Visit),
            _ => None,
        }
    }
}

/// A file name for a text that may hold anything: the first 128 bits of its
/// SHA-256, in hex.
pub fn hash_name(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    format!("{:032x}", u128::from_be_bytes(first(&digest)))
}

/// The first 64 bits of a text's SHA-256, for sets of ids that must stay small.
///
/// Among a million ids a new one has the fingerprint of another by a chance of one
/// in 18 million millions. Disks fail more often, so the ids are not
/// compared.
pub fn fingerprint(text: &str) -> u64 {
    u64::from_be_bytes(first(&Sha256::digest(text.as_bytes())))
}

fn first<const N: usize>(digest: &[u8]) -> [u8; N] {
    std::array::from_fn(|n| digest[n])
}
