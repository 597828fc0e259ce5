//! Looking up by id: where in a table something stands.
//!
//! There is one table of positions, whose code is compiled once. It knows 32 bits of a hash, the tag, for each position;
//! most that is not meant is told apart by its tag, without a look at what stands there.

use core::hash::{BuildHasher, Hash};

use hashbrown::HashTable;

/// The hash of the engine's tables: fixed, so that a state has no randomness. Keys are ids that hosts and administrators
/// choose, never callers; where order can be seen, it is sorted.
type Hasher = foldhash::fast::FixedState;

/// The tag of something that is looked up by.
#[expect(clippy::cast_possible_truncation, reason = "a part of the hash is the tag")]
pub(crate) fn tag<T: Hash + ?Sized>(value: &T) -> u32 {
    Hasher::default().hash_one(value) as u32
}

/// A position with the tag of what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) position: u32,
    pub(crate) tag: u32,
}

/// Positions by their tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Positions {
    table: HashTable<Tagged>,
}

/// What the table goes by: the tag's bits in every place.
fn spread(tag: u32) -> u64 {
    u64::from(tag).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Positions {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// The position with a tag at which stands what is meant.
    pub(crate) fn find(&self, tag: u32, is_meant: &dyn Fn(u32) -> bool) -> Option<u32> {
        let found = self.table.find(spread(tag), |known| known.tag == tag && is_meant(known.position));
        found.map(|known| known.position)
    }

    /// Whether a position is known by this tag.
    pub(crate) fn contains(&self, tagged: Tagged) -> bool {
        self.find(tagged.tag, &|position| position == tagged.position).is_some()
    }

    /// Puts in a position that is not there yet.
    pub(crate) fn insert(&mut self, tagged: Tagged) {
        self.table.insert_unique(spread(tagged.tag), tagged, |known| spread(known.tag));
    }

    /// Takes a position out, if it is there.
    pub(crate) fn remove(&mut self, tagged: Tagged) {
        if let Ok(entry) = self.table.find_entry(spread(tagged.tag), |known| *known == tagged) {
            entry.remove();
        }
    }
}

/// Says the id at a position of a table.
pub(crate) type IdAt<'a, 'b> = &'b dyn Fn(u32) -> &'a [u8];

/// Positions in a table by id, where the ids stand in the table itself: every method is told how to read them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    positions: Positions,
}

impl Index {
    /// The position of an id.
    pub(crate) fn get(&self, id: &str, id_at: IdAt<'_, '_>) -> Option<u32> {
        let id = id.as_bytes();
        self.positions.find(tag(id), &|at| id_at(at) == id)
    }

    /// Puts in a position whose id is new, and stands in the table already.
    pub(crate) fn insert(&mut self, position: u32, id_at: IdAt<'_, '_>) {
        self.positions.insert(Tagged { position, tag: tag(id_at(position)) });
    }

    /// Takes out a position whose id still stands in the table.
    pub(crate) fn remove(&mut self, position: u32, id_at: IdAt<'_, '_>) {
        self.positions.remove(Tagged { position, tag: tag(id_at(position)) });
    }
}

/// Numbers by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    entries: Vec<(Box<str>, u32)>,
    positions: Positions,
}

impl Names {
    fn position(&self, name: &str) -> Option<u32> {
        let is = |at: u32| self.entries.get(at as usize).is_some_and(|(known, _)| **known == *name);
        self.positions.find(tag(name), &is)
    }

    /// The number of a name.
    pub(crate) fn get(&self, name: &str) -> Option<u32> {
        self.entries.get(self.position(name)? as usize).map(|(_, number)| *number)
    }

    /// Sets the number of a name; says which it had.
    pub(crate) fn insert(&mut self, name: &str, number: u32) -> Option<u32> {
        if let Some(position) = self.position(name) {
            let (_, known) = self.entries.get_mut(position as usize)?;
            return Some(core::mem::replace(known, number));
        }
        let position = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push((name.into(), number));
        self.positions.insert(Tagged { position, tag: tag(name) });
        None
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_by_tag_and_told_apart_where_tags_are_equal() {
        let mut positions = Positions::default();
        for position in 0..1_000 {
            positions.insert(Tagged { position, tag: position % 10 });
        }
        assert_eq!(positions.find(3, &|at| at == 503), Some(503));
        assert_eq!(positions.find(4, &|at| at == 503), None);
        positions.remove(Tagged { position: 503, tag: 3 });
        assert!(!positions.contains(Tagged { position: 503, tag: 3 }));
        assert_eq!(positions.len(), 999);
    }

    #[test]
    fn names_keep_the_number_that_was_set_last() {
        let mut names = Names::default();
        assert!(names.is_empty());
        for number in 0..200 {
            assert_eq!(names.insert(&format!("name {}", number % 100), number), number.checked_sub(100));
        }
        assert_eq!(names.get("name 7"), Some(107));
        assert_eq!(names.get("name 700"), None);
    }
}
