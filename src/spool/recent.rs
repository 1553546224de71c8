//! The newest events that were settled, of both lanes, for people to look at. Nothing
//! depends on them: what became of orders is in `settled`, and visits are only counted.
//!
//! It must not know why an event was settled.

use std::collections::VecDeque;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{EVENT_LIFETIME, Lane, Settled, SpoolDir, disk};

const FILE: &str = "recent.json";
/// A page of them to look through. The file is written whole.
const MOST: usize = 200;

/// A settled event and the lane that it waited in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecentEvent {
    /// What became of it.
    #[serde(flatten)]
    pub settled: Settled,
    /// Where it waited.
    pub lane: Lane,
}

/// The content of `recent.json`. Only the leader writes it; anybody reads it.
#[derive(Debug)]
pub struct Recent {
    /// Oldest first.
    events: VecDeque<RecentEvent>,
    is_written: bool,
}

impl Recent {
    /// The most that are kept.
    pub const MOST: usize = MOST;

    /// Those that were written down. What cannot be read is left out.
    pub fn read(spool: &SpoolDir) -> Self {
        let text = disk::read(spool.disk(), &spool.file(FILE)).ok().flatten();
        let values = text.and_then(|text| serde_json::from_slice::<Vec<Value>>(&text).ok());
        let values = values.unwrap_or_default().into_iter();
        Self {
            events: values
                .filter_map(|value| serde_json::from_value(value).ok())
                .collect(),
            is_written: true,
        }
    }

    /// The newest first.
    pub fn newest(&self) -> impl Iterator<Item = &RecentEvent> {
        self.events.iter().rev()
    }

    /// Adds the newest, and drops the oldest for it. Its message must be fit to be
    /// shown.
    pub fn push(&mut self, event: RecentEvent) {
        if self.events.len() >= MOST {
            self.events.pop_front();
        }
        self.events.push_back(event);
        self.is_written = false;
    }

    /// Drops what is as old as verdicts become. One of the future, by a clock that was
    /// wrong, would never be old.
    pub fn prune(&mut self, now: i64) {
        let before = self.events.len();
        self.events
            .retain(|event| event.settled.at.abs_diff(now) <= EVENT_LIFETIME.unsigned_abs());
        self.is_written &= self.events.len() == before;
    }

    /// Writes them down in one step, where they have changed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&mut self, spool: &SpoolDir) -> io::Result<()> {
        if !self.is_written {
            let text = serde_json::to_vec(&self.events)?;
            disk::replace(spool.disk(), &spool.file(FILE), &text)?;
            self.is_written = true;
        }
        Ok(())
    }
}
