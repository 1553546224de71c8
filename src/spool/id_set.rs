//! Which orders Pinterest has, for a shop that has a million of them in a week.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use super::id_index::IdIndex;
use super::verdict::{day_file, days};
use super::{Lane, Place, files};

/// At most this many wait to be put in their groups.
const FEWEST_LOOSE: usize = 4_096;
/// A group holds up to twice as many, more or less.
const GROUP: usize = 8;

/// A set of ids' fingerprints that only grows: 9 bytes for each, where a hash table
/// takes 10 to 19. A million orders in the week that is remembered cost 9 MB in the
/// process that sends, twice that for the moment in which they are read, and nothing
/// in any other process.
///
/// They stand in groups by their first bits, which are spread evenly. In order they
/// would be no sooner found, and putting a million in order takes twice the time.
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    grouped: Vec<u64>,
    /// Where each group begins, and where the last one ends.
    starts: Vec<u32>,
    loose: HashSet<u64>,
}

impl IdSet {
    /// The ids of the revenue lane that Pinterest has. Only the leader may: it adds to
    /// their index what that lacks.
    pub fn delivered(place: &Place) -> Self {
        let mut of_days = Vec::new();
        for day in days(place, Lane::Revenue).unwrap_or_default() {
            let (path, mut ids) = (day_file(place, Lane::Revenue, day), Vec::new());
            if let Err(error) = read(place, day, &path, &mut ids) {
                // Not to send at all would be worse than to send one twice that
                // was captured twice.
                log::error!(
                    target: place.log_target(),
                    "cannot read {}: {error}",
                    path.display()
                );
            }
            of_days.push(ids);
        }
        Self::of(&of_days)
    }

    fn of(parts: &[Vec<u64>]) -> Self {
        let ids = || parts.iter().flatten().copied();
        let count: usize = parts.iter().map(Vec::len).sum();
        let bits = (count / GROUP).max(1).ilog2();
        let mut set = Self {
            grouped: vec![0; count],
            starts: vec![0; (1 << bits) + 1],
            loose: HashSet::new(),
        };
        for id in ids() {
            set.starts[group(id, bits) + 1] += 1;
        }
        for n in 1..set.starts.len() {
            set.starts[n] += set.starts[n - 1];
        }
        let mut next = set.starts.clone();
        for id in ids() {
            let place = &mut next[group(id, bits)];
            set.grouped[*place as usize] = id;
            *place += 1;
        }
        set
    }

    fn is_grouped(&self, id: u64) -> bool {
        let Some(groups @ 1..) = self.starts.len().checked_sub(1) else {
            return false;
        };
        let n = group(id, groups.ilog2());
        let range = self.starts[n] as usize..self.starts[n + 1] as usize;
        self.grouped[range].contains(&id)
    }

    /// Whether it is in there.
    pub fn contains(&self, id: &u64) -> bool {
        self.loose.contains(id) || self.is_grouped(*id)
    }

    /// Puts it in; false when it was there.
    pub fn insert(&mut self, id: u64) -> bool {
        if self.is_grouped(id) || !self.loose.insert(id) {
            return false;
        }
        if self.loose.len() > FEWEST_LOOSE.max(self.grouped.len() / 32) {
            let loose = self.loose.drain().collect();
            *self = Self::of(&[std::mem::take(&mut self.grouped), loose]);
        }
        true
    }

    /// How many there are; one that was delivered twice counts twice.
    pub fn len(&self) -> usize {
        self.grouped.len() + self.loose.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The group of an id, where there are 2 to the power of `bits`.
fn group(id: u64, bits: u32) -> usize {
    id.checked_shr(u64::BITS - bits).unwrap_or(0) as usize
}

fn read(place: &Place, day: i64, path: &Path, ids: &mut Vec<u64>) -> io::Result<()> {
    if let Some(log) = files::open_if_there(place.disk(), path)? {
        IdIndex::read(place, day, &log, ids)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_was_put_in_and_nothing_else() {
        let id = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut set = IdSet::default();
        for n in 0..20_000 {
            assert!(set.insert(id(n)));
            assert!(!set.insert(id(n / 2)));
        }
        assert_eq!(set.len(), 20_000);
        assert!((0..20_000).all(|n| set.contains(&id(n))));
        assert!((20_000..40_000).all(|n| !set.contains(&id(n))));
        assert!(set.starts.len() > 1_000 && set.starts.len() <= set.grouped.len() / GROUP + 1);
        assert!(set.loose.len() <= FEWEST_LOOSE);
    }
}
