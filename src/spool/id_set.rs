//! Which orders Pinterest has, for a shop that has a million of them in a week.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::files::{self, ReadFrom};
use super::verdict::{day_file, days};
use super::{Lane, Place, Verdict, hash};

/// At most this many wait to be sorted in.
const FEWEST_LOOSE: usize = 4_096;

/// A set of hashed ids that only grows: 16 bytes for each, where a hash table takes
/// 20 to 37. A million orders in the week that is remembered cost 16 to 18 MB in
/// the process that sends, twice that for the moment in which they are read, and
/// nothing in any other process.
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    sorted: Vec<u128>,
    loose: HashSet<u128>,
}

impl IdSet {
    /// The ids of the revenue lane that Pinterest has.
    pub fn delivered(place: &Place) -> Self {
        let mut ids = Self::default();
        for day in days(place, Lane::Revenue).unwrap_or_default() {
            let path = day_file(place, Lane::Revenue, day);
            if let Err(error) = ids.read(place, &path) {
                // Not to send at all would be worse than to send one twice that
                // was captured twice.
                log::error!(
                    target: place.log_target(),
                    "cannot read {}: {error}",
                    path.display()
                );
            }
        }
        // Once for all: sorting in a million one after the other takes seconds.
        ids.sorted.sort_unstable();
        ids.sorted.dedup();
        ids.sorted.shrink_to_fit();
        ids
    }

    fn read(&mut self, place: &Place, path: &Path) -> io::Result<()> {
        #[derive(Deserialize)]
        struct Told<'a> {
            #[serde(borrow)]
            event_id: Cow<'a, str>,
            verdict: Verdict,
        }
        let disk = place.disk();
        let Some(file) = files::open_if_there(disk, path)? else {
            return Ok(());
        };
        let (file, offset) = (&file, 0);
        let mut reader = BufReader::new(ReadFrom { disk, file, offset });
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            if let Ok(told) = serde_json::from_slice::<Told<'_>>(&line)
                && told.verdict == Verdict::Delivered
            {
                self.sorted.push(hash(&told.event_id));
            }
            line.clear();
        }
        Ok(())
    }

    /// Whether it is in there.
    pub fn contains(&self, id: &u128) -> bool {
        self.loose.contains(id) || self.sorted.binary_search(id).is_ok()
    }

    /// Puts it in; false when it was there.
    pub fn insert(&mut self, id: u128) -> bool {
        if self.sorted.binary_search(&id).is_ok() || !self.loose.insert(id) {
            return false;
        }
        if self.loose.len() > FEWEST_LOOSE.max(self.sorted.len() / 32) {
            self.sorted.reserve_exact(self.loose.len());
            self.sorted.extend(self.loose.drain());
            self.sorted.sort_unstable();
        }
        true
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len() + self.loose.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_was_put_in_and_nothing_else() {
        let id = |n: u128| n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let mut set = IdSet::default();
        for n in 0..20_000 {
            assert!(set.insert(id(n)));
            assert!(!set.insert(id(n / 2)));
        }
        assert_eq!(set.len(), 20_000);
        assert!((0..20_000).all(|n| set.contains(&id(n))));
        assert!((20_000..40_000).all(|n| !set.contains(&id(n))));
        assert!(set.loose.len() <= FEWEST_LOOSE);
    }
}
