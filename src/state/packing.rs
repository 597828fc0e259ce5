//! A snapshot in the making: the bytes of a state, in parts of which each is quickly made.
//!
//! It is of the state as it was when it began, whatever happens to the state meanwhile: it has a copy, which shares what is large
//! with the state until that is written to, and lets go of it as soon as it is packed. All parts together are the same bytes
//! whether anything happens between them or not.

use core::mem;

use sha2::{Digest, Sha256};

use super::{
    State,
    snapshot::{ClassBit, FORMAT, HEADER, MAGIC, windows_of},
};
use crate::{
    form::{Form, Int, Writer},
    id::ReservationId,
    pack::{Pack, pack_items, pack_number},
};

/// The most bytes of a part that is cut from the configuration, items that are written, and reservations that are packed for
/// one. A reservation takes some 120 bytes.
const BYTES: usize = 128 * 1024;
const ITEMS: usize = 256;
const RESERVATIONS: usize = 1_024;

/// The lists of the configuration, in their order.
const LISTS: [&str; 10] = [
    "price_books",
    "model_classes",
    "roles",
    "members",
    "projects",
    "service_accounts",
    "keys",
    "limits",
    "budgets",
    "increase_requests",
];

/// What comes next.
enum Stage {
    /// Items of a list of the configuration are written.
    Configuration {
        list: usize,
        item: usize,
    },
    /// The text of the configuration goes out, from here on.
    Text(String, usize),
    /// Reservations are put in order, from this piece of their table on.
    Order(usize),
    Reservations,
    Rest,
    End,
}

/// Some reservations by rising id.
struct Run {
    slots: std::vec::IntoIter<u32>,
    first: Option<(ReservationId, u32)>,
}

/// A snapshot in the making.
pub struct Packing {
    state: State,
    stage: Stage,
    configuration: Writer,
    runs: Vec<Run>,
    hash: Sha256,
}

impl Packing {
    /// Begins a snapshot of a state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let mut configuration = Writer::default();
        configuration.begin_object();
        configuration.key("organization");
        state.directory.organization.write(&mut configuration);
        configuration.key("settings");
        state.directory.settings.write(&mut configuration);
        Self {
            state: state.clone(),
            stage: Stage::Configuration { list: 0, item: 0 },
            configuration,
            runs: Vec::new(),
            hash: Sha256::new(),
        }
    }

    /// The next bytes of what stands behind the header, perhaps none of them; `None` once there are no more.
    pub fn next_part(&mut self) -> Option<Vec<u8>> {
        let mut part = Vec::new();
        self.stage = match mem::replace(&mut self.stage, Stage::End) {
            Stage::Configuration { list, item } => self.write_items(list, item, &mut part),
            Stage::Text(text, from) => self.give_text(text, from, &mut part),
            Stage::Order(piece) => self.order(piece, &mut part),
            Stage::Reservations => self.pack_reservations(&mut part),
            Stage::Rest => {
                self.state.ledger.pack(&mut part);
                pack_items(self.state.alert_ends.iter(), &mut part);
                Stage::End
            }
            Stage::End => return None,
        };
        self.hash.update(&part);
        Some(part)
    }

    /// What stands before all parts.
    #[must_use]
    pub fn header(self) -> Vec<u8> {
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&FORMAT.to_le_bytes());
        header.extend_from_slice(&self.hash.finalize());
        header
    }

    fn write_items(&mut self, list: usize, from: usize, part: &mut Vec<u8>) -> Stage {
        let Some(name) = LISTS.get(list) else { return self.end_configuration(part) };
        if from == 0 {
            self.configuration.key(name);
            self.configuration.begin_list();
        }
        for item in from..from.saturating_add(ITEMS) {
            if self.write_item(list, item).is_none() {
                self.configuration.end_list();
                return Stage::Configuration { list: list.saturating_add(1), item: 0 };
            }
        }
        Stage::Configuration { list, item: from.saturating_add(ITEMS) }
    }

    /// Writes an item of a list; `None` behind the last one.
    fn write_item(&mut self, list: usize, at: usize) -> Option<()> {
        let directory = &self.state.directory;
        let handle = crate::id::KeyIx(u32::try_from(at).ok()?);
        let class;
        let form: &dyn crate::change::Written = match list {
            0 => &self.state.books.get(at)?.form,
            1 => {
                let (model_class, bit) = directory.classes.values().nth(at)?;
                class = ClassBit { model_class: model_class.clone(), bit: Int::clamped((*bit).into()) };
                &class
            }
            2 => directory.roles.values().nth(at)?,
            3 => &directory.members().get(at)?.form,
            4 => &directory.projects().get(at)?.form,
            5 => &directory.service_accounts().get(at)?.form,
            6 => &*directory.key(handle)?.form,
            7 => self.state.limits.get(crate::id::LimitIx(handle.0))?.form(),
            8 => &*self.state.budgets.table().get(at)?.form,
            _ => self.state.increase_requests.values().nth(at)?,
        };
        self.configuration.item();
        form.write_to(&mut self.configuration);
        Some(())
    }

    fn end_configuration(&mut self, part: &mut Vec<u8>) -> Stage {
        self.configuration.end_object();
        let text = mem::take(&mut self.configuration).into_text();
        let state = &self.state;
        state.seq.pack(part);
        state.clock.pack(part);
        state.longest_retention_ms.pack(part);
        state.free_time.months().to_vec().pack(part);
        pack_number(text.len(), part);
        Stage::Text(text, 0)
    }

    fn give_text(&mut self, text: String, from: usize, part: &mut Vec<u8>) -> Stage {
        let (_, rest) = text.as_bytes().split_at_checked(from).unwrap_or_default();
        if let Some((given, _)) = rest.split_at_checked(BYTES) {
            part.extend_from_slice(given);
            return Stage::Text(text, from.saturating_add(BYTES));
        }
        part.extend_from_slice(rest);
        self.state.limits.levels().pack(part);
        self.state.budgets.table().iter().map(windows_of).collect::<Vec<_>>().pack(part);
        self.state.records.pack(part);
        // Nothing of all that is needed any more: a change that comes now copies none of it.
        let State { reservations, ledger, alert_ends, .. } = mem::replace(&mut self.state, State::unknown());
        self.state = State { reservations, ledger, alert_ends, ..State::unknown() };
        Stage::Order(0)
    }

    /// So many runs are never more than some thirty, however many reservations there are: each is looked at for each one.
    fn order(&mut self, piece: usize, part: &mut Vec<u8>) -> Stage {
        let reservations = &self.state.reservations;
        let to = piece.saturating_add(64.max(reservations.pieces() / 32));
        let mut slots = reservations.in_pieces(piece, to).into_iter();
        let first = slots.next().and_then(|slot| Some((reservations.at(slot)?.id, slot)));
        self.runs.push(Run { slots, first });
        if to < reservations.pieces() {
            return Stage::Order(to);
        }
        pack_number(reservations.len(), part);
        Stage::Reservations
    }

    fn pack_reservations(&mut self, part: &mut Vec<u8>) -> Stage {
        let reservations = &self.state.reservations;
        for _ in 0..RESERVATIONS {
            let next = self.runs.iter_mut().filter(|run| run.first.is_some()).min_by_key(|run| run.first);
            let Some(run) = next else { return Stage::Rest };
            if let Some(reservation) = run.first.and_then(|(_, slot)| reservations.at(slot)) {
                reservation.pack(part);
            }
            run.first = run.slots.next().and_then(|slot| Some((reservations.at(slot)?.id, slot)));
        }
        Stage::Reservations
    }
}

#[cfg(test)]
mod tests {
    use crate::{engine::Engine, time::Timestamp, wire::Door};

    fn door() -> Door {
        let keys: Vec<String> = (0..700)
            .map(|index| {
                format!(r#"{{"id":"key-{index}","owner":{{"member":"ada"}},"secrets":[{{"sha256":"{index:064x}"}}]}}"#)
            })
            .collect();
        let policy = format!(
            r#"{{"schema_version":1,"organization":{{"id":"acme"}},"price_book":"claude","members":[{{"id":"ada","email":"ada@acme.example","role":"admin"}}],"keys":[{}],"limits":[{{"id":"rpm","scope":"organization","meter":"requests","rate":100000,"period_ms":1000,"capacity":100000}}]}}"#,
            keys.join(",")
        );
        Door::create(&policy, 1_764_000_000_000).expect("the policy is good").0
    }

    fn admit(door: &mut Door, number: u32) {
        // Not in the order of their ids.
        let id = u64::from(number) * 7_919 % 1_000_003;
        let command = format!(
            r#"{{"type":"admit","reservation":"r{id}","credential":{{"key":"key-{}"}},"model":"claude-haiku-4-5","request":{{"max_tokens":10,"input":{{"tokens":10}}}}}}"#,
            number % 700
        );
        let outcome = door.submit(&command, 1_764_000_000_001 + i64::from(number)).expect("a command");
        assert!(outcome.contains(r#""type":"allow""#), "{outcome}");
    }

    #[test]
    fn a_snapshot_in_parts_is_of_the_moment_when_it_began() {
        let mut door = door();
        (0..9_000).for_each(|number| admit(&mut door, number));
        let before = door.engine().snapshot();
        let mut packing = door.engine().pack();
        let (mut bytes, mut number) = (Vec::new(), 9_000);
        while let Some(part) = packing.next_part() {
            bytes.push(part);
            // Whatever happens meanwhile: admissions, what they close, a change of the configuration.
            for _ in 0..3 {
                admit(&mut door, number);
                number += 1;
            }
            let settled =
                format!(r#"{{"type":"void","reservation":"r{}"}}"#, u64::from(number - 8_000) * 7_919 % 1_000_003);
            door.submit(&settled, 1_764_000_000_001 + i64::from(number)).expect("a reservation that is open");
            let change = format!(
                r#"{{"type":"manage","actor":{{"member":"ada"}},"changes":[{{"change":{{"type":"member_set","member":{{"id":"ada","email":"ada@acme.example","name":"{number}","role":"admin"}}}}}}]}}"#
            );
            door.submit(&change, 1_764_000_000_001 + i64::from(number)).expect("a change");
        }
        assert!(bytes.len() > 20, "{} parts", bytes.len());
        assert!(bytes.iter().all(|part| part.len() < 256 * 1024));
        let whole = [packing.header(), bytes.concat()].concat();
        assert!(whole == before, "the parts are another snapshot");
        let restored = Engine::restore(&whole).expect("a snapshot");
        assert_eq!(
            restored.seq() + u64::from(number - 9_000) + 2 * u64::try_from(bytes.len()).unwrap(),
            door.engine().seq()
        );
        assert!(restored.next_deadline() > Timestamp::EPOCH);
        // What went on meanwhile lost nothing by it.
        let after = door.engine().snapshot();
        assert!(Engine::restore(&after).expect("a snapshot").snapshot() == after);
    }
}
