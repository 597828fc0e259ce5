//! Records: since when something is configured, and which event set it last.
//!
//! The number of that event is the thing's revision: who read one revision and would change another is told so.

use crate::{
    change::{Change, Target},
    directory::Principal,
    id::KeyIx,
    order::ById,
    state::State,
    time::Timestamp,
};

/// Since when something is there, and its revision: the number of the event that set it last, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// When it was set first.
    pub created_at: Timestamp,
    /// The event that set it last; 0 for what was never set.
    pub revision: u64,
}

crate::packed!(struct Record { created_at, revision });

/// What is remembered of a key beside its record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRecord {
    /// Who made it; nobody, when it came with the policy file.
    pub created_by: Option<Box<Principal>>,
    /// When it last came to a secret.
    pub rotated_at: Timestamp,
}

/// The records of everything that is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    // By handle, of each kind of thing that has handles.
    rows: [Vec<Record>; 9],
    // By id, of each kind of thing that has none.
    ids: [ById<Record>; 3],
    keys: Vec<KeyRecord>,
}

/// The table of keys' records.
const KEYS: usize = 6;

/// Where a record stands.
enum Place<'a> {
    Row(usize, usize),
    Id(usize, &'a str),
}

impl State {
    fn place_of<'a>(&self, target: &'a Target) -> Option<Place<'a>> {
        let directory = &self.directory;
        Some(match target {
            Target::Organization(_) => Place::Row(0, 0),
            Target::Settings(_) => Place::Row(1, 0),
            Target::PriceBook(_) => Place::Row(2, self.book()?.0.at()),
            Target::Member(id) => Place::Row(3, directory.member_by_id(id)?.at()),
            Target::Project(id) => Place::Row(4, directory.project_by_id(id)?.at()),
            Target::ServiceAccount(id) => Place::Row(5, directory.service_account_by_id(id)?.at()),
            Target::Key(id) => Place::Row(KEYS, directory.key_by_id(id)?.at()),
            Target::Limit(id) => Place::Row(7, self.limits.by_id(id)?.at()),
            Target::Budget(id) => Place::Row(8, self.budgets.by_id(id)?.at()),
            Target::ModelClass(id) => Place::Id(0, id),
            Target::Role(id) => Place::Id(1, id),
            Target::IncreaseRequest(id) => Place::Id(2, id),
            Target::Reservation(_) => return None,
        })
    }

    /// The record of something; `None` where it is not there.
    #[must_use]
    pub fn record(&self, target: &Target) -> Option<Record> {
        let record = match self.place_of(target)? {
            Place::Row(table, row) => self.records.rows.get(table)?.get(row)?,
            Place::Id(table, id) => self.records.ids.get(table)?.get(id)?,
        };
        (record.revision > 0).then_some(*record)
    }

    /// The record of the key at a position.
    pub(crate) fn record_of_key(&self, key: KeyIx) -> Option<Record> {
        self.records.rows.get(KEYS)?.get(key.at()).copied()
    }

    /// What is remembered of a key beside its record.
    #[must_use]
    pub fn key_record(&self, id: &str) -> Option<&KeyRecord> {
        self.key_record_at(self.directory.key_by_id(id)?)
    }

    /// The same, of the key at a position.
    pub(crate) fn key_record_at(&self, key: KeyIx) -> Option<&KeyRecord> {
        self.records.keys.get(key.at())
    }

    /// Whether a change brings a key a secret that it did not have.
    pub(crate) fn brings_secret(&self, change: &Change) -> bool {
        let Change::Key(set) = change else { return false };
        let known = self.directory.key_by_id(set.key.id.as_str()).and_then(|key| self.directory.key(key));
        let is_known = |sha256| known.is_some_and(|key| key.form.secrets.iter().any(|known| known.sha256 == sha256));
        !set.key.secrets.iter().all(|secret| is_known(secret.sha256))
    }

    /// Since when something is there, whatever slot it has; a price book comes anew each time.
    pub(crate) fn since(&self, target: &Target) -> Option<Timestamp> {
        let lasts = !matches!(target, Target::PriceBook(_)) && target.known(self).is_some();
        self.record(target).filter(|_| lasts).map(|record| record.created_at)
    }

    /// Remembers a change that was made of what is there since an instant.
    pub(crate) fn note(
        &mut self,
        target: &Target,
        actor: Option<&Principal>,
        brings_secret: bool,
        since: Timestamp,
        at: Timestamp,
    ) {
        let record = Record { created_at: since, revision: self.seq };
        let is_known = target.known(self).is_some();
        let Some(place) = self.place_of(target) else { return };
        let records = std::sync::Arc::make_mut(&mut self.records);
        match place {
            Place::Id(table, id) => {
                let Some(table) = records.ids.get_mut(table) else { return };
                if is_known {
                    table.insert(id, record);
                } else {
                    table.remove(id);
                }
            }
            Place::Row(table, row) => {
                if let Some(table) = records.rows.get_mut(table) {
                    let length = table.len().max(row.saturating_add(1));
                    table.resize(length, Record::default());
                    if let Some(known) = table.get_mut(row) {
                        *known = record;
                    }
                }
                if !matches!(target, Target::Key(_)) {
                    return;
                }
                let is_new = row >= records.keys.len();
                if is_new {
                    records.keys.resize(row.saturating_add(1), KeyRecord::default());
                }
                if let Some(key) = records.keys.get_mut(row) {
                    if is_new {
                        key.created_by = actor.cloned().map(Box::new);
                    }
                    if is_new || brings_secret {
                        key.rotated_at = at;
                    }
                }
            }
        }
    }
}

mod packed {
    //! Records in a snapshot.

    use super::{KeyRecord, Record, Records};
    use crate::{
        directory::Principal,
        form::{Json, Path, try_read},
        order::ById,
        pack::{Pack, Packed},
        wire::to_text,
    };

    impl Pack for KeyRecord {
        fn pack(&self, out: &mut Vec<u8>) {
            self.created_by.as_ref().map(|principal| to_text(&**principal)).pack(out);
            self.rotated_at.pack(out);
        }

        fn unpack(from: &mut Packed<'_>) -> Self {
            let text: Option<String> = Pack::unpack(from);
            let created_by = text.map(|text| {
                let json = Json::parse(&text).unwrap_or(Json::Null);
                try_read::<Principal>(&json, &Path::Root("")).ok().map(Box::new)
            });
            if created_by.as_ref().is_some_and(Option::is_none) {
                from.refuse();
            }
            Self { created_by: created_by.flatten(), rotated_at: Pack::unpack(from) }
        }
    }

    impl Pack for Records {
        fn pack(&self, out: &mut Vec<u8>) {
            self.rows.iter().for_each(|rows| rows.pack(out));
            for table in &self.ids {
                let entries: Vec<(String, Record)> =
                    table.entries().map(|(id, record)| (id.to_owned(), *record)).collect();
                entries.pack(out);
            }
            self.keys.pack(out);
        }

        fn unpack(from: &mut Packed<'_>) -> Self {
            let mut records = Self::default();
            records.rows.iter_mut().for_each(|rows| *rows = Pack::unpack(from));
            for table in &mut records.ids {
                let entries: Vec<(String, Record)> = Pack::unpack(from);
                let mut read = ById::default();
                entries.into_iter().for_each(|(id, record)| read.insert(&id, record));
                *table = read;
            }
            records.keys = Pack::unpack(from);
            records
        }
    }
}
