//! Budget thresholds: the alerts that a posting fires, and those that a window's end or a changed cap resolves.

use crate::{
    alert::Alert,
    budget::{Budget, BudgetForm, Threshold, WindowBalance},
    event::{Event, EventKind},
    id::BudgetIx,
    money::Money,
    reservation::Reservation,
    state::State,
    time::Timestamp,
};

/// A window as the events decided so far leave it.
pub(super) struct Window {
    /// As the state knows it.
    pub balance: WindowBalance,
    /// `settled + assumed`.
    pub committed: Money,
    /// Thresholds that fired.
    pub fired: u32,
    // Thresholds that fired and resolved at once, since the window had ended.
    resolved: u32,
}

impl Window {
    pub(super) fn of(budget: &Budget, at: Timestamp) -> Self {
        let balance = budget.window_at(at);
        Self { balance, committed: balance.balance.committed(), fired: balance.fired, resolved: 0 }
    }
}

fn alert(budget: BudgetIx, known: &Budget, threshold: &Threshold, window: &Window) -> Alert {
    Alert::BudgetThreshold {
        budget,
        index: threshold.index,
        percent: threshold.percent,
        window_start: window.balance.window.start,
        cap_revision: known.cap_revision,
        cap: known.cap,
        committed: window.committed,
    }
}

/// Adds the alerts that the window's amount fires. In a window that has ended, they resolve at once.
pub(super) fn fired(
    budget: BudgetIx,
    known: &Budget,
    window: &mut Window,
    at: Timestamp,
    events: &mut impl Extend<Event>,
) {
    if known.is_quiet(window.committed, window.fired) {
        return;
    }
    for threshold in known.reached(window.committed, window.fired) {
        let alert = alert(budget, known, &threshold, window);
        window.fired |= threshold.bit();
        events.extend([Event { at, kind: EventKind::AlertFired(alert) }]);
        if window.balance.window.ended_by(at) {
            window.resolved |= threshold.bit();
            events.extend([Event { at, kind: EventKind::AlertResolved(alert) }]);
        }
    }
}

/// Adds the resolution of every alert of a window that ends.
pub(super) fn resolved_at_end(
    budget: BudgetIx,
    known: &Budget,
    window: &Window,
    at: Timestamp,
    events: &mut Vec<Event>,
) {
    let active = window.fired & !window.resolved;
    for threshold in known.all_thresholds().filter(|threshold| active & threshold.bit() != 0) {
        events.push(Event { at, kind: EventKind::AlertResolved(alert(budget, known, &threshold, window)) });
    }
}

/// Adds the alerts that more committed money of a reservation fires, budget by budget in the order of its path.
pub(super) fn fired_by(
    state: &State,
    reservation: &Reservation,
    more: Money,
    at: Timestamp,
    events: &mut impl Extend<Event>,
) {
    if more <= Money::ZERO {
        return;
    }
    for budget in &reservation.pins.budgets {
        let Some(known) = state.budgets.get(*budget).filter(|known| known.alive) else { continue };
        if known.form.thresholds_percent.is_empty() {
            continue;
        }
        let mut window = Window::of(known, reservation.admitted_at);
        window.committed += more;
        fired(*budget, known, &mut window, at, events);
    }
}

/// Adds what setting a budget's form changes about the alerts of its current window.
pub(super) fn changed(
    budget: BudgetIx,
    known: &Budget,
    form: Option<&BudgetForm>,
    at: Timestamp,
    events: &mut Vec<Event>,
) {
    let before = Window::of(known, at);
    let Some(form) = form.filter(|form| known.form.same_kind(form)) else {
        // The budget goes, or starts at zero.
        return resolved_at_end(budget, known, &before, at, events);
    };
    if !known.revises_cap(form) {
        return;
    }
    let mut after = known.clone();
    after.change(form.clone());
    let still_true = |percent: i64| {
        after.all_thresholds().any(|threshold| threshold.percent == percent && before.committed >= threshold.amount)
    };
    for threshold in known.all_thresholds() {
        if before.fired & threshold.bit() != 0 && !still_true(threshold.percent) {
            let mut alert = alert(budget, known, &threshold, &before);
            if let Alert::BudgetThreshold { cap, .. } = &mut alert {
                *cap = form.cap_usd;
            }
            events.push(Event { at, kind: EventKind::AlertResolved(alert) });
        }
    }
    let mut window = Window { fired: 0, ..before };
    fired(budget, &after, &mut window, at, events);
}
