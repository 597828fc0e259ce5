//! Reservations: open holds, and closed ones for as long as they are remembered.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{
    id::{BookIx, BudgetIx, KeyIx, LimitIx, ModelIx, ReservationId},
    limit::Counts,
    money::Money,
    order,
    price::{PriceContext, RequestShape, Usage},
    state::Hasher,
    time::Timestamp,
};

/// Which model a part of a usage names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartModel {
    /// A model of the reservation's book.
    Known(ModelIx),
    /// A name that the book lacks.
    Unknown(Box<str>),
}

/// One model's share of a usage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsagePart {
    /// The model.
    pub model: PartModel,
    /// The counts.
    pub usage: Usage,
    /// The context.
    pub context: PriceContext,
}

/// Parts of a usage; one inline.
pub type Parts = SmallVec<[UsagePart; 1]>;

/// How much of a usage is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KnownUsage {
    /// All of it.
    Final(Parts),
    /// Its input side.
    Partial(Parts),
    /// Nothing.
    Unknown,
}

impl KnownUsage {
    /// The parts that are known.
    #[must_use]
    pub fn parts(&self) -> &[UsagePart] {
        match self {
            Self::Final(parts) | Self::Partial(parts) => parts,
            Self::Unknown => &[],
        }
    }
}

crate::names! {
    /// What a settlement or a void replaced.
    pub enum From {
        /// An open hold.
        Held = "held",
        /// An assumed charge: the message came late.
        Assumed = "assumed",
        /// Nothing: the hold had been given back.
        Voided = "voided",
    }
}

/// What a settlement came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The usage that it was made from.
    pub usage: KnownUsage,
    /// What it replaced.
    pub from: From,
    /// The charge.
    pub charge: Money,
    /// How far the charge exceeds the hold.
    pub overrun: Money,
    /// Whether a part of the charge is the hold's, since the usage was not known.
    pub estimated: bool,
    /// Whether a part had no price.
    pub unpriced: bool,
}

/// Where a reservation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Open.
    Held,
    /// Its deadline passed; the whole hold is an assumed charge.
    Assumed,
    /// Given back; what it replaced.
    Voided(From),
    /// Charged.
    Settled(Settlement),
}

/// What an admission asked for, to recognise a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The key.
    pub key: KeyIx,
    /// The model whose card it is priced by.
    pub model: ModelIx,
    /// The shape of the request.
    pub request: RequestShape,
    /// Input tokens as estimated for limits, without cache reads.
    pub estimate_input: u64,
    /// Cache reads as estimated for limits.
    pub estimate_cache_read: u64,
    /// How long the hold stays open.
    pub timeout_ms: i64,
}

/// Limits and budgets that an admission was posted to, and every later step is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pins {
    /// Limits in the order organization, project, member, key, then id.
    pub limits: SmallVec<[LimitIx; 12]>,
    /// Budgets in the same order.
    pub budgets: SmallVec<[BudgetIx; 4]>,
}

impl Pins {
    /// The same pins, copied at once where they stand inline.
    #[must_use]
    pub(crate) fn copied(&self) -> Self {
        Self { limits: SmallVec::from_slice(&self.limits), budgets: SmallVec::from_slice(&self.budgets) }
    }
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// What was asked.
    pub asked: Asked,
    /// The book that prices it.
    pub book: BookIx,
    /// The model whose card prices models that the book lacks, as the settings were.
    pub fallback: Option<ModelIx>,
    /// When it was admitted; prices and windows are those of this instant.
    pub admitted_at: Timestamp,
    /// When its hold becomes an assumed charge.
    pub deadline: Timestamp,
    /// The hold.
    pub hold: Money,
    /// The hold's part for output.
    pub hold_output: Money,
    /// Where it is posted.
    pub pins: Pins,
    /// Where it stands.
    pub status: Status,
    /// When it was closed; the deadline while it is open.
    pub closed_at: Timestamp,
}

impl Reservation {
    /// What limits counted at admission.
    #[must_use]
    pub fn reserved_counts(&self) -> Counts {
        reserved_counts(&self.asked, self.hold)
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == Status::Held
    }
}

/// What limits count at admission.
#[must_use]
pub(crate) fn reserved_counts(asked: &Asked, hold: Money) -> Counts {
    Counts {
        input: asked.estimate_input,
        cache_read: asked.estimate_cache_read,
        output: asked.request.output_bound(),
        cost: hold,
    }
}

/// Every reservation that is open or remembered.
#[derive(Clone, Debug, Default)]
pub struct Reservations {
    slots: Vec<Option<Reservation>>,
    free: Vec<u32>,
    by_id: HashMap<ReservationId, u32, Hasher>,
    // Deadlines of open holds. Entries of closed ones go when they reach the top.
    deadlines: BinaryHeap<Reverse<(Timestamp, u32)>>,
    // Closed ones by rising `closed_at`. An entry is stale when its reservation was closed again later.
    closed: VecDeque<(Timestamp, u32)>,
}

impl Reservations {
    /// How many are open or remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// A reservation by id.
    #[must_use]
    pub fn get(&self, id: &ReservationId) -> Option<&Reservation> {
        self.slot(*self.by_id.get(id)?)
    }

    fn slot(&self, slot: u32) -> Option<&Reservation> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: &ReservationId) -> Option<&mut Reservation> {
        let slot = *self.by_id.get(id)?;
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    /// Every reservation, by rising id.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Reservation> {
        let mut all: Vec<&Reservation> = self.slots.iter().flatten().collect();
        order::sort_by(&mut all, |left, right| left.id.cmp(&right.id));
        all
    }

    pub(crate) fn insert(&mut self, reservation: Reservation) {
        let (id, deadline, closed_at, open) =
            (reservation.id, reservation.deadline, reservation.closed_at, reservation.is_open());
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(None);
                u32::try_from(self.slots.len()).unwrap_or(u32::MAX).saturating_sub(1)
            }
        };
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Some(reservation);
        }
        self.by_id.insert(id, slot);
        if open {
            self.deadlines.push(Reverse((deadline, slot)));
        } else {
            self.closed.push_back((closed_at, slot));
        }
    }

    /// Closes a reservation, or closes it again; gives it back, and whether it was open.
    pub(crate) fn close(&mut self, id: &ReservationId, status: Status, at: Timestamp) -> Option<(&Reservation, bool)> {
        let slot = *self.by_id.get(id)?;
        let reservation = self.slots.get_mut(slot as usize)?.as_mut()?;
        let was_open = reservation.is_open();
        reservation.status = status;
        reservation.closed_at = at;
        self.closed.push_back((at, slot));
        self.drop_closed_deadlines();
        self.slot(slot).map(|reservation| (reservation, was_open))
    }

    fn drop_closed_deadlines(&mut self) {
        while let Some(Reverse((deadline, slot))) = self.deadlines.peek() {
            if self.slot(*slot).is_some_and(|reservation| reservation.is_open() && reservation.deadline == *deadline) {
                return;
            }
            self.deadlines.pop();
        }
    }

    /// The earliest deadline of an open hold.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// The earliest deadline of an open hold other than one.
    #[must_use]
    pub fn next_deadline_without(&self, closing: Option<&ReservationId>) -> Option<Timestamp> {
        let mut earliest: Option<Timestamp> = None;
        self.search(|deadline, reservation| {
            if earliest.is_some_and(|earliest| earliest <= deadline) {
                return false;
            }
            let counts = reservation.is_some_and(|reservation| Some(&reservation.id) != closing);
            if counts {
                earliest = Some(deadline);
            }
            !counts
        });
        earliest
    }

    /// The open holds whose deadline has come, by (deadline, id).
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<&Reservation> {
        let mut due: Vec<&Reservation> = Vec::new();
        self.search(|deadline, reservation| {
            due.extend(reservation.filter(|_| deadline <= now));
            deadline <= now
        });
        order::sort_by(&mut due, |left, right| (left.deadline, left.id).cmp(&(right.deadline, right.id)));
        due.dedup_by_key(|reservation| reservation.id);
        due
    }

    /// Walks the heap from its top: `visit` sees a deadline and its open hold, and says whether later ones matter.
    fn search<'a>(&'a self, mut visit: impl FnMut(Timestamp, Option<&'a Reservation>) -> bool) {
        let heap = self.deadlines.as_slice();
        let mut ahead: SmallVec<[usize; 32]> = SmallVec::from_slice(&[0]);
        while let Some(position) = ahead.pop() {
            let Some(Reverse((deadline, slot))) = heap.get(position) else { continue };
            let open =
                self.slot(*slot).filter(|reservation| reservation.is_open() && reservation.deadline == *deadline);
            if visit(*deadline, open) {
                let left = position.saturating_mul(2).saturating_add(1);
                ahead.extend([left, left.saturating_add(1)]);
            }
        }
    }

    /// Forgets what was closed at or before an instant.
    pub(crate) fn forget_until(&mut self, horizon: Timestamp) {
        while let Some((closed_at, slot)) = self.closed.front().copied() {
            if closed_at > horizon {
                return;
            }
            self.closed.pop_front();
            let forgotten = self.slots.get_mut(slot as usize).and_then(|place| {
                place.take_if(|reservation| !reservation.is_open() && reservation.closed_at == closed_at)
            });
            if let Some(reservation) = forgotten {
                self.by_id.remove(&reservation.id);
                self.free.push(slot);
            }
        }
    }

    /// How many would be left after forgetting what was closed at or before `horizon`; and when the next would go.
    pub(crate) fn remaining_after(&self, horizon: Timestamp) -> (usize, Option<Timestamp>) {
        let current = |(closed_at, slot): &&(Timestamp, u32)| {
            self.slot(*slot).is_some_and(|reservation| !reservation.is_open() && reservation.closed_at == *closed_at)
        };
        // A reservation that was closed twice in one instant has two entries.
        let mut forgotten: Vec<u32> = self
            .closed
            .iter()
            .take_while(|(closed_at, _)| *closed_at <= horizon)
            .filter(current)
            .map(|(_, slot)| *slot)
            .collect();
        order::sort_by(&mut forgotten, u32::cmp);
        forgotten.dedup();
        let next =
            self.closed.iter().find(|entry| entry.0 > horizon && current(entry)).map(|(closed_at, _)| *closed_at);
        (self.len().saturating_sub(forgotten.len()), next)
    }
}
