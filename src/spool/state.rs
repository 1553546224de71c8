//! What one leader leaves to the next, and shows to the owner: counters, pause,
//! back-off, and for how long the clock is to be trusted.
//!
//! It must not know when to pause or how long to wait, and holds no event, token or
//! address.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::{SpoolDir, disk};

const FILE: &str = "state.json";

/// Moving the clock by less is keeping time, and no jump.
const CLOCK_CORRECTION: i64 = 60;
/// How long the clock has to run before it is believed.
const CLOCK_PROOF: i64 = 600;
/// Smaller corrections add up before they are worth writing the file again.
const CLOCK_NOTED: i64 = 5;
/// Each restart of a machine is one more.
const MOST_CLOCKS: usize = 16;

/// The content of `state.json`. Only the leader writes it; anybody reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Events that Pinterest said it processed.
    pub delivered: u64,
    /// Events given up, by reason.
    pub lost: BTreeMap<String, u64>,
    /// When Pinterest last took an event.
    pub last_success_at: Option<i64>,
    /// The newest failure.
    pub last_error: Option<LastError>,
    /// Set while nothing but a probe is sent.
    pub paused: Option<Pause>,
    /// Nothing is sent before this time.
    pub retry_at: Option<i64>,
    /// The settings that `retry_at` and `paused` are about: newer ones clear both.
    pub generation: u64,
    /// Failed calls in a row, for the back-off.
    pub failures: u32,
    /// Unreadable answers in a row to the events of the last such call, by a
    /// hash of their ids.
    pub unread_answers: BTreeMap<String, u8>,
    /// While a refused batch is being split: the events of its next part.
    pub part: Option<usize>,
    /// While answers come that are not Pinterest's: the most events in a call.
    pub limit: Option<usize>,
    /// Rejected events in a row without one success.
    pub rejected_in_a_row: u32,
    /// An event was refused while nothing shows that Pinterest would take any:
    /// to be found out before it is sent again.
    #[serde(alias = "doubted")]
    pub probe_due: bool,
    /// When Pinterest last said in test mode that it would take an event.
    #[serde(alias = "vouched_at")]
    pub probe_succeeded_at: Option<i64>,
    /// How often a sender panicked.
    pub panics: u64,
    /// When what had its time was last cleared away, all of it.
    pub cleaned_at: Option<i64>,
    /// What leaders have seen of the time of day.
    pub clocks: Clocks,
}

/// For how long the clock of each machine has run without a jump: one that is on a
/// shared disk with others has its own, which need not agree with theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clocks(BTreeMap<String, Seen>);

/// For how long a clock has run without a jump.
///
/// No event is given up as too old or late, and nothing is deleted, by a clock
/// that has just jumped: it may have been set forward by mistake, and be set back
/// in a minute. A jump is seen, also hours later, by the
/// moment at which the machine was started, which only moves where the clock is
/// set. After a restart a jump cannot be seen; so after either the
/// clock has to run for ten minutes before it is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Seen {
    since: i64,
    booted: i64,
    jumped: bool,
}

/// What the time of day is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It has run for ten minutes.
    Steady,
    /// It has not been seen for ten minutes yet, nor to jump.
    Unproven,
    /// It jumped, or the machine was started again, within ten minutes.
    Jumped,
}

impl Clocks {
    /// The clock says `now`, and the machine has been up for so many seconds since
    /// the start named `boot`: is it to be believed?
    pub fn look(&mut self, boot: &str, now: i64, since_boot: i64) -> Trust {
        if !self.0.contains_key(boot) {
            if self.0.len() >= MOST_CLOCKS
                && let Some((oldest, _)) = self.0.iter().min_by_key(|(_, seen)| seen.since)
            {
                let oldest = oldest.clone();
                self.0.remove(&oldest);
            }
            let seen = Seen {
                since: now,
                booted: now.saturating_sub(since_boot),
                // The first look of all has nothing to compare with.
                jumped: !self.0.is_empty(),
            };
            self.0.insert(boot.to_owned(), seen);
        }
        let seen = self.0.get_mut(boot);
        seen.map_or(Trust::Jumped, |seen| seen.look(now, since_boot))
    }
}

impl Seen {
    fn look(&mut self, now: i64, since_boot: i64) -> Trust {
        let booted = now.saturating_sub(since_boot);
        let moved = booted.saturating_sub(self.booted).saturating_abs();
        if moved > CLOCK_CORRECTION {
            *self = Self {
                since: now,
                booted,
                jumped: true,
            };
        } else if moved >= CLOCK_NOTED {
            self.booted = booted;
        }
        match now.saturating_sub(self.since) >= CLOCK_PROOF {
            true => Trust::Steady,
            false if self.jumped => Trust::Jumped,
            false => Trust::Unproven,
        }
    }
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastError {
    /// Unix seconds.
    pub at: i64,
    /// For people; never a token, a hash or an address.
    pub message: String,
    /// Where there was an answer.
    pub http_status: Option<u16>,
}

/// Why nothing is sent until the owner acts or a probe succeeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// `unauthorized`, `forbidden`, `unknown_account`, `all_rejected`, `configuration`.
    pub reason: String,
    /// Unix seconds.
    pub since: i64,
    /// Where there was an answer.
    pub http_status: Option<u16>,
}

impl State {
    /// The state as it was last written; a missing or damaged file is a fresh
    /// start, which costs counters and at most one early call.
    pub fn read(spool: &SpoolDir) -> Self {
        disk::read(spool.disk(), &spool.file(FILE))
            .ok()
            .flatten()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// Writes it in one step.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, spool: &SpoolDir) -> io::Result<()> {
        disk::replace(spool.disk(), &spool.file(FILE), &serde_json::to_vec(self)?)
    }

    /// The same as seen by settings of `generation`: a pause or a wait that
    /// older settings earned does not bind newer ones.
    #[must_use]
    pub fn for_generation(mut self, generation: u64) -> Self {
        if self.generation < generation {
            self.generation = generation;
            self.paused = None;
            self.retry_at = None;
            self.failures = 0;
            self.unread_answers.clear();
            self.part = None;
            self.limit = None;
            self.rejected_in_a_row = 0;
            self.probe_due = false;
            self.probe_succeeded_at = None;
        }
        self
    }

    /// Counts events that were given up.
    pub fn lose(&mut self, reason: &str, how_many: u64) {
        if how_many > 0 {
            *self.lost.entry(reason.to_owned()).or_default() += how_many;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_settings_clear_pause_and_wait_but_no_counter() {
        let state = State {
            delivered: 3,
            generation: 1,
            failures: 4,
            retry_at: Some(99),
            paused: Some(Pause {
                reason: "unauthorized".into(),
                since: 5,
                http_status: Some(401),
            }),
            ..State::default()
        };
        assert_eq!(state.clone().for_generation(1), state);
        let cleared = state.for_generation(2);
        assert_eq!(
            (cleared.paused, cleared.retry_at, cleared.failures),
            (None, None, 0)
        );
        assert_eq!(cleared.delivered, 3);
    }

    #[test]
    fn a_clock_is_believed_after_ten_minutes_without_a_jump() {
        use Trust::{Jumped, Steady, Unproven};
        const HOUR: i64 = 3_600;
        let start = 1_790_000_000;
        let mut clocks = Clocks::default();
        let looks = [
            // (by the machine's own clock, how far the time of day is off)
            (0, 0, Unproven),
            (599, 0, Unproven),
            (600, 0, Steady),
            // Nobody looked for days.
            (72 * HOUR, 0, Steady),
            // Kept in time.
            (72 * HOUR + 60, 30, Steady),
            (72 * HOUR + 120, 80, Steady),
            // Set forward by hours, and back.
            (73 * HOUR, 3 * HOUR, Jumped),
            (73 * HOUR + 599, 3 * HOUR, Jumped),
            (74 * HOUR, 0, Jumped),
            (74 * HOUR + 599, 0, Jumped),
            (74 * HOUR + 600, 0, Steady),
            // Set back by an hour.
            (75 * HOUR, -HOUR, Jumped),
            (75 * HOUR + 600, -HOUR, Steady),
        ];
        for (at, off, trust) in looks {
            let look = clocks.look("a", start + at + off, 5_000 + at);
            assert_eq!(look, trust, "{at} {off}");
        }
        // Started again.
        assert_eq!(clocks.look("b", start + 76 * HOUR, 40), Jumped);
        assert_eq!(clocks.look("b", start + 76 * HOUR + 600, 640), Steady);
        for n in 0..100 {
            clocks.look(&n.to_string(), start + 77 * HOUR + n, n);
        }
        assert_eq!(clocks.0.len(), MOST_CLOCKS);
    }

    #[test]
    fn the_names_of_earlier_versions_are_read() {
        let earlier = r#"{"doubted":true,"vouched_at":5}"#;
        let state: State = serde_json::from_str(earlier).unwrap();
        assert_eq!((state.probe_due, state.probe_succeeded_at), (true, Some(5)));
        let written = serde_json::to_string(&state).unwrap();
        assert!(written.contains(r#""probe_due":true,"probe_succeeded_at":5"#));
    }

    #[test]
    fn a_damaged_file_is_a_fresh_start() {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", false).unwrap();
        std::fs::write(spool.file(FILE), "{\"delivered\":").unwrap();
        assert_eq!(State::read(&spool), State::default());
    }
}
