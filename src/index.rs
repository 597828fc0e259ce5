//! Positions in a table by id, beside the table: the ids themselves stand in the table's entries and nowhere else.

use core::hash::BuildHasher;

use hashbrown::HashTable;

use crate::state::Hasher;

/// Positions in a table by id. Every method is told how to read the id at a position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    positions: HashTable<u32>,
}

/// Says the id at a position of the table.
pub(crate) type IdAt<'a, 'b> = &'b dyn Fn(u32) -> &'a [u8];

fn hash(id: &[u8]) -> u64 {
    Hasher::default().hash_one(id)
}

impl Index {
    /// The position of an id.
    pub(crate) fn get(&self, id: &str, id_at: IdAt<'_, '_>) -> Option<u32> {
        let id = id.as_bytes();
        self.positions.find(hash(id), |at| id_at(*at) == id).copied()
    }

    /// Puts in a position whose id is new, and stands in the table already.
    pub(crate) fn insert(&mut self, at: u32, id_at: IdAt<'_, '_>) {
        self.positions.insert_unique(hash(id_at(at)), at, |at| hash(id_at(*at)));
    }

    /// Forgets a position whose id still stands in the table.
    pub(crate) fn remove(&mut self, at: u32, id_at: IdAt<'_, '_>) {
        if let Ok(entry) = self.positions.find_entry(hash(id_at(at)), |known| *known == at) {
            entry.remove();
        }
    }
}
