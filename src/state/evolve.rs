//! How an event changes the state. Total: every event that a decision made applies, and none is weighed again.

use super::State;
use crate::{
    alert::Alert,
    budget::{Balance, Budgets},
    event::{Event, EventKind, Reserved, Settled},
    id::{BudgetIx, ReservationId},
    ledger::Ledger,
    limit::{Amounts, Counts, Limits, Terms},
    money::Money,
    reservation::{Asked, Charged, Fallback, From, Pins, Reservation, Status, reserved_counts},
    time::Timestamp,
};

impl State {
    /// Applies an event.
    pub fn evolve(&mut self, event: &Event) {
        let at = event.at.max(self.clock);
        self.seq = self.seq.saturating_add(1);
        self.clock = at;
        // Before the event, so that a forgotten id can be made anew by it.
        if let Some(horizon) = self.retention_horizon(at) {
            self.reservations.forget_until(horizon);
        }
        match &event.kind {
            EventKind::Reserved(reserved) => self.reserve(reserved, at),
            EventKind::Settled(settled) => self.settle(settled, at),
            EventKind::Voided { reservation, from } => self.void(reservation, *from, at),
            EventKind::Expired { reservation } => self.expire(reservation, at),
            EventKind::Adjusted(adjusted) => self.adjust(&adjusted.reservation, adjusted.to),
            EventKind::Counted { limits, .. } => {
                for limit in limits {
                    self.limits.subtract(*limit, |terms| terms.scaled(1), at);
                }
            }
            EventKind::AlertFired(alert) => self.fire(alert),
            EventKind::AlertResolved(alert) => self.resolve(alert),
            EventKind::ClockAdvanced(_) | EventKind::Denied(_) | EventKind::Heartbeat => {}
            EventKind::Configured(configured) => {
                let change = &configured.change;
                let (target, brings_secret) = (change.target(self), self.brings_secret(change));
                let since = self.since(&target).unwrap_or(at);
                self.configure(change, at);
                self.note(&target, configured.actor.as_ref(), brings_secret, since, at);
            }
        }
    }

    fn reserve(&mut self, reserved: &Reserved, at: Timestamp) {
        let amounts = Amounts::of(&reserved_counts(&reserved.asked, reserved.hold));
        let posting = Balance { held: reserved.hold, ..Balance::default() };
        post(&mut self.budgets, &mut self.ledger, &reserved.asked, &reserved.pins, at, &posting);
        let hold = self.reservations.open(&reserved.id, reserved.deadline, |number| Reservation {
            id: reserved.id,
            asked: reserved.asked,
            book: reserved.book,
            fallback: Fallback::of(reserved.fallback),
            admitted_at: at,
            deadline: reserved.deadline,
            hold: reserved.hold,
            hold_output: reserved.hold_output,
            pins: reserved.pins.copied(),
            status: Status::Held,
            closed_at: reserved.deadline,
            number,
        });
        for limit in &reserved.pins.limits {
            if let Some(gauge) = self.limits.subtract(*limit, |terms| terms.scaled_debit(&amounts), at) {
                gauge.open(reserved.deadline, hold);
            }
        }
    }

    fn settle(&mut self, settled: &Settled, at: Timestamp) {
        let settlement = &settled.settlement;
        let Some(mut books) = self.close_as(&settled.reservation, Status::Settled(Charged::of(settlement)), at) else {
            return;
        };
        let released = released(books.reservation, settlement.from);
        books.post(&released.after(&Balance { settled: settlement.charge, ..Balance::default() }));
        books.count(settlement.from != From::Voided, Some(&settled.counted), at);
        let (admitted_at, horizon) = (books.reservation.admitted_at, books.horizon);
        if settlement.time.free_ms > 0 {
            self.free_time.add(admitted_at, settlement.time.free_ms, horizon);
        }
    }

    fn void(&mut self, id: &ReservationId, from: From, at: Timestamp) {
        let Some(mut books) = self.close_as(id, Status::Voided(from), at) else { return };
        books.post(&released(books.reservation, from));
        books.count(true, None, at);
    }

    fn expire(&mut self, id: &ReservationId, at: Timestamp) {
        let Some(mut books) = self.close_as(id, Status::Assumed, at) else { return };
        let hold = books.reservation.hold;
        books.post(&Balance { held: -hold, assumed: hold, settled: Money::ZERO });
    }

    fn adjust(&mut self, id: &ReservationId, to: Money) {
        let Some(reservation) = self.reservations.get_mut(id) else { return };
        let Status::Settled(charged) = &mut reservation.status else { return };
        let correction = to - charged.charge;
        charged.charge = to;
        charged.unpriced = false;
        let posting = Balance { settled: correction, ..Balance::default() };
        let Reservation { asked, pins, admitted_at, .. } = reservation;
        post(&mut self.budgets, &mut self.ledger, asked, pins, *admitted_at, &posting);
    }

    /// Closes a reservation, frees its gauges, and opens the books that it is posted to.
    fn close_as(&mut self, id: &ReservationId, status: Status, at: Timestamp) -> Option<Books<'_>> {
        let horizon = self.window_horizon();
        let (slot, was_open) = self.reservations.close(id, status, at)?;
        let reservation = self.reservations.at(slot)?;
        let books = Books {
            limits: &mut self.limits,
            budgets: &mut self.budgets,
            ledger: &mut self.ledger,
            reservation,
            horizon,
        };
        if was_open {
            for limit in &reservation.pins.limits {
                if let Some(gauge) = books.limits.gauge_mut(*limit) {
                    gauge.close(&self.reservations);
                }
            }
        }
        Some(books)
    }

    /// A window that ended before this can be posted to no more. The last hold of a window closes a day after its end at
    /// the latest, which is the longest time-out. From each step to the next there is less than a retention: from the
    /// deadline to a late void, from the void to a settlement, and from the settlement to its last correction. A retention
    /// that was shortened counts as long as it was, since what it remembered last may still be corrected.
    fn window_horizon(&self) -> Timestamp {
        let longest = self.longest_retention_ms.saturating_mul(3).saturating_add(86_400_000);
        self.clock.plus(longest.saturating_neg())
    }

    fn fire(&mut self, alert: &Alert) {
        match alert {
            Alert::BudgetThreshold { budget, index, window_start, .. } => {
                let clock = self.clock;
                let Some(end) = self.budgets.get_mut(*budget).and_then(|budget| {
                    let window = budget.window_mut(*window_start)?;
                    window.fired |= 1_u32.wrapping_shl(*index);
                    window.window.end.filter(|end| *end > clock)
                }) else {
                    return;
                };
                self.alert_ends.insert((end, *budget));
            }
            Alert::LimitHit { limit } => self.limits.set_hit(*limit, true),
            Alert::Overrun { .. } | Alert::Unpriced { .. } => {}
        }
    }

    fn resolve(&mut self, alert: &Alert) {
        match alert {
            Alert::BudgetThreshold { budget, window_start, .. } => {
                let end = self.budgets.get(*budget).and_then(|budget| budget.window_at(*window_start).window.end);
                if let Some(end) = end.filter(|end| *end <= self.clock) {
                    self.alert_ends.remove(&(end, *budget));
                }
            }
            Alert::LimitHit { limit } => self.limits.set_hit(*limit, false),
            Alert::Overrun { .. } | Alert::Unpriced { .. } => {}
        }
    }

    /// Forgets that alerts of a budget are active.
    pub(super) fn clear_alert_ends(&mut self, budget: BudgetIx) {
        self.alert_ends.retain(|(_, other)| *other != budget);
    }
}

/// The books that a reservation is posted to.
struct Books<'a> {
    limits: &'a mut Limits,
    budgets: &'a mut Budgets,
    ledger: &'a mut Ledger,
    reservation: &'a Reservation,
    // Windows that ended before this are forgotten.
    horizon: Timestamp,
}

impl Books<'_> {
    fn post(&mut self, posting: &Balance) {
        let Reservation { asked, pins, admitted_at, .. } = self.reservation;
        post(self.budgets, self.ledger, asked, pins, *admitted_at, posting);
        for budget in &self.reservation.pins.budgets {
            if let Some(budget) = self.budgets.get_mut(*budget) {
                budget.forget_before(self.horizon);
            }
        }
    }

    /// Corrects the buckets from what was `debited` at admission to the actual counts; without any, gives it back.
    fn count(&mut self, debited: bool, actual: Option<&Counts>, at: Timestamp) {
        let reserved = Amounts::of(&self.reservation.reserved_counts());
        let actual = actual.map(Amounts::of);
        for limit in &self.reservation.pins.limits {
            let correction = |terms: &Terms| {
                let debited = if debited { terms.debit(&reserved) } else { 0 };
                terms.scaled(actual.as_ref().map_or(0, |amounts| terms.actual(amounts)).saturating_sub(debited))
            };
            self.limits.subtract(*limit, correction, at);
        }
    }
}

/// Posts to the budgets that a reservation is pinned to, in the window of its admission, and to the ledger.
fn post(
    budgets: &mut Budgets,
    ledger: &mut Ledger,
    asked: &Asked,
    pins: &Pins,
    admitted_at: Timestamp,
    posting: &Balance,
) {
    for budget in &pins.budgets {
        let window = budgets.get_mut(*budget).and_then(|budget| budget.window_mut(admitted_at));
        if let Some(window) = window {
            window.balance.post(posting);
        }
    }
    ledger.post(asked.key, asked.model, posting);
}

/// What a settlement or a void takes back.
fn released(reservation: &Reservation, from: From) -> Balance {
    match from {
        From::Held => Balance { held: -reservation.hold, ..Balance::default() },
        From::Assumed => Balance { assumed: -reservation.hold, ..Balance::default() },
        From::Voided => Balance::default(),
    }
}
