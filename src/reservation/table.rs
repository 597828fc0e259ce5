//! The table of reservations: open holds, and closed ones for as long as they are remembered.
//!
//! Reservations stand in pieces that copies of the table share until one of them writes: a decision that has to look past
//! what is due copies a few of them, never all.

use std::{collections::VecDeque, sync::Arc};

use super::{Reservation, Status};
use crate::{
    ahead,
    deadlines::{Deadlines, Hold},
    id::ReservationId,
    index::{Positions, Tagged},
    order,
    pack::{Pack, Packed, pack_items},
    time::Timestamp,
};

/// Reservations in one piece.
const PIECE: u32 = 64;

/// How many are forgotten before one that is asked for.
const SOON: usize = 6;

/// Every reservation that is open or remembered.
#[derive(Clone, Debug, Default)]
pub struct Reservations {
    pieces: Vec<Arc<[Option<Reservation>]>>,
    free: Vec<u32>,
    // Slots by the id of what stands there.
    by_id: Positions,
    // How many were ever put here: the number of the next one.
    made: u32,
    deadlines: Deadlines,
    // Closed ones by rising `closed_at`. An entry is stale when its reservation was closed again later.
    closed: VecDeque<(Timestamp, Tagged)>,
}

fn stands_at(pieces: &[Arc<[Option<Reservation>]>], slot: u32) -> Option<&Reservation> {
    pieces.get((slot / PIECE) as usize)?.get((slot % PIECE) as usize)?.as_ref()
}

fn place(pieces: &mut [Arc<[Option<Reservation>]>], slot: u32) -> Option<&mut Option<Reservation>> {
    Arc::make_mut(pieces.get_mut((slot / PIECE) as usize)?).get_mut((slot % PIECE) as usize)
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
        self.by_id.len() == 0
    }

    /// A reservation by id.
    #[must_use]
    pub fn get(&self, id: &ReservationId) -> Option<&Reservation> {
        stands_at(&self.pieces, self.slot_of(id)?)
    }

    /// Asks for what is read and written to make a reservation.
    pub(crate) fn ask_for(&self, id: &ReservationId) {
        self.by_id.ask_for(id.tag());
    }

    fn slot_of(&self, id: &ReservationId) -> Option<u32> {
        let is = |slot: u32| stands_at(&self.pieces, slot).is_some_and(|known| known.id == *id);
        self.by_id.find(id.tag(), &is)
    }

    pub(crate) fn get_mut(&mut self, id: &ReservationId) -> Option<&mut Reservation> {
        let slot = self.slot_of(id)?;
        place(&mut self.pieces, slot)?.as_mut()
    }

    /// Every reservation, by rising id.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Reservation> {
        let mut all: Vec<&Reservation> = self.iter().collect();
        order::sort_by(&mut all, |left, right| left.id.cmp(&right.id));
        all
    }

    /// How many pieces there are.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The slots of the reservations in some of the pieces, by rising id.
    pub(crate) fn in_pieces(&self, from: usize, to: usize) -> Vec<u32> {
        let pieces = self.pieces.iter().skip(from).take(to.saturating_sub(from));
        let first = u32::try_from(from).unwrap_or(u32::MAX).saturating_mul(PIECE);
        let slots = pieces.flat_map(|piece| piece.iter()).zip(first..);
        let mut known: Vec<(ReservationId, u32)> =
            slots.filter_map(|(place, slot)| Some((place.as_ref()?.id, slot))).collect();
        order::sort_by(&mut known, |left, right| left.0.cmp(&right.0));
        known.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Every reservation, in no order that may be seen.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Reservation> {
        self.pieces.iter().flat_map(|piece| piece.iter().flatten())
    }

    /// Puts an open reservation in, and says where: its id must be new. It is made, with its number, where it stays.
    pub(crate) fn open(
        &mut self,
        id: &ReservationId,
        deadline: Timestamp,
        make: impl FnOnce(u32) -> Reservation,
    ) -> Hold {
        let hold = self.put(id.tag(), make);
        self.deadlines.open(deadline, hold);
        hold
    }

    /// Puts a reservation in as it was: its id must be new.
    fn restore(&mut self, reservation: Reservation) {
        let (deadline, closed_at, open) = (reservation.deadline, reservation.closed_at, reservation.is_open());
        let tag = reservation.id.tag();
        let hold = self.put(tag, |number| Reservation { number, ..reservation });
        if open {
            self.deadlines.open(deadline, hold);
        } else {
            self.closed.push_back((closed_at, Tagged { position: hold.slot, tag }));
        }
    }

    fn put(&mut self, tag: u32, make: impl FnOnce(u32) -> Reservation) -> Hold {
        if self.free.is_empty() {
            let first = u32::try_from(self.pieces.len()).unwrap_or(u32::MAX).saturating_mul(PIECE);
            self.pieces.push((0..PIECE).map(|_| None).collect());
            self.free.extend((first..first.saturating_add(PIECE)).rev());
        }
        let hold = Hold { slot: self.free.pop().unwrap_or(u32::MAX), number: self.made };
        self.made = self.made.wrapping_add(1);
        // It is free: said here, so that nothing that stands there has to be dropped.
        if let Some(place) = place(&mut self.pieces, hold.slot)
            && place.is_none()
        {
            *place = Some(make(hold.number));
        }
        self.by_id.insert(Tagged { position: hold.slot, tag });
        hold
    }

    /// Whether a hold is open.
    pub(crate) fn is_open(&self, hold: Hold) -> bool {
        self.open_at(hold).is_some()
    }

    fn open_at(&self, hold: Hold) -> Option<&Reservation> {
        let known = stands_at(&self.pieces, hold.slot);
        known.filter(|reservation| reservation.number == hold.number && reservation.is_open())
    }

    /// Closes a reservation, or closes it again; says where it stands, and whether it was open.
    pub(crate) fn close(&mut self, id: &ReservationId, status: Status, at: Timestamp) -> Option<(u32, bool)> {
        let slot = self.slot_of(id)?;
        let reservation = place(&mut self.pieces, slot)?.as_mut()?;
        let was_open = reservation.is_open();
        reservation.status = status;
        reservation.closed_at = at;
        self.closed.push_back((at, Tagged { position: slot, tag: id.tag() }));
        if was_open {
            let pieces = &self.pieces;
            self.deadlines.close(|hold| {
                let known = stands_at(pieces, hold.slot);
                known.is_some_and(|reservation| reservation.number == hold.number && reservation.is_open())
            });
        }
        Some((slot, was_open))
    }

    /// The reservation at a place that [`close`](Self::close) gave.
    pub(crate) fn at(&self, slot: u32) -> Option<&Reservation> {
        stands_at(&self.pieces, slot)
    }

    /// The earliest deadline of an open hold.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.next()
    }

    /// The earliest deadline of an open hold that is not among those that are about to close.
    pub(crate) fn next_deadline_without(&self, closing: impl Fn(&Reservation) -> bool) -> Option<Timestamp> {
        let mut earliest: Option<Timestamp> = None;
        self.deadlines.search(|deadline, hold| {
            if earliest.is_some_and(|earliest| earliest <= deadline) {
                return false;
            }
            let stays = self.open_at(hold).is_some_and(|reservation| !closing(reservation));
            if stays {
                earliest = Some(deadline);
            }
            !stays
        });
        earliest
    }

    /// The open holds whose deadline has come, by (deadline, id).
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<&Reservation> {
        let mut due: Vec<&Reservation> = Vec::new();
        self.deadlines.search(|deadline, hold| {
            if deadline <= now {
                due.extend(self.open_at(hold));
            }
            deadline <= now
        });
        order::sort_by(&mut due, |left, right| (left.deadline, left.id).cmp(&(right.deadline, right.id)));
        due
    }

    /// Forgets what was closed at or before an instant.
    pub(crate) fn forget_until(&mut self, horizon: Timestamp) {
        while let Some((closed_at, known)) = self.closed.front().copied() {
            if closed_at > horizon {
                return;
            }
            self.closed.pop_front();
            if let Some((_, later)) = self.closed.get(SOON) {
                self.by_id.ask_for(later.tag);
                if let Some(later) = stands_at(&self.pieces, later.position) {
                    ahead::ask_for(&later.closed_at);
                }
            }
            if !self.by_id.contains(known) {
                continue;
            }
            let ripe = |known: &Reservation| !known.is_open() && known.closed_at == closed_at;
            if !stands_at(&self.pieces, known.position).is_some_and(ripe) {
                continue;
            }
            self.by_id.remove(known);
            if let Some(place) = place(&mut self.pieces, known.position) {
                *place = None;
            }
            self.free.push(known.position);
        }
    }

    /// How many would be left after forgetting what was closed at or before `horizon`; and when the next would go.
    pub(crate) fn remaining_after(&self, horizon: Timestamp) -> (usize, Option<Timestamp>) {
        let current = |(closed_at, known): &&(Timestamp, Tagged)| {
            self.at(known.position)
                .is_some_and(|reservation| !reservation.is_open() && reservation.closed_at == *closed_at)
        };
        // A reservation that was closed twice in one instant has two entries.
        let mut forgotten: Vec<u32> = self
            .closed
            .iter()
            .take_while(|(closed_at, _)| *closed_at <= horizon)
            .filter(current)
            .map(|(_, known)| known.position)
            .collect();
        order::sort_by(&mut forgotten, u32::cmp);
        forgotten.dedup();
        let next =
            self.closed.iter().find(|entry| entry.0 > horizon && current(entry)).map(|(closed_at, _)| *closed_at);
        (self.len().saturating_sub(forgotten.len()), next)
    }

    /// The open holds that the table has, wherever they stand.
    pub(crate) fn open_holds(&self) -> impl Iterator<Item = (Hold, &Reservation)> {
        let slots = self.pieces.iter().flat_map(|piece| piece.iter()).zip(0_u32..);
        slots.filter_map(|(place, slot)| {
            let reservation = place.as_ref().filter(|reservation| reservation.is_open())?;
            Some((Hold { slot, number: reservation.number }, reservation))
        })
    }
}

impl Pack for Reservations {
    /// By rising id, so that equal tables are written as equal bytes.
    fn pack(&self, out: &mut Vec<u8>) {
        pack_items(self.sorted().into_iter(), out);
    }

    /// Reads one reservation after the other into its place, so that they are never in memory twice.
    fn unpack(from: &mut Packed<'_>) -> Self {
        let mut table = Self::default();
        let mut again = false;
        from.items(|reservation: Reservation| {
            if table.get(&reservation.id).is_some() {
                again = true;
            } else {
                table.restore(reservation);
            }
        });
        if again {
            from.refuse();
        }
        // Closed ones are remembered in the order of their closing.
        let pieces = &table.pieces;
        let id = |slot: u32| stands_at(pieces, slot).map(|known| known.id);
        let closed = table.closed.make_contiguous();
        order::sort_by(closed, |left, right| (left.0, id(left.1.position)).cmp(&(right.0, id(right.1.position))));
        table
    }
}
