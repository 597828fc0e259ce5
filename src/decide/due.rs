//! What is due: holds whose deadline has come, and alerts whose window has ended.

use hashbrown::HashMap;

use super::threshold::{Window, fired, resolved_at_end};
use crate::{
    event::{Event, EventKind},
    id::BudgetIx,
    money::Money,
    order::{self, Sorted},
    state::{Hasher, State},
    time::Timestamp,
};

/// Windows by budget and start, looked up and never listed.
type Windows = HashMap<(BudgetIx, Timestamp), Window, Hasher>;

/// The events that are due at an instant, in the order of their times; holds before windows of the same instant.
pub(crate) fn due(state: &State, now: Timestamp) -> Vec<Event> {
    let holds = state.reservations.due(now);
    let ends_soon = state.next_alert_end().is_some_and(|end| end <= now);
    if holds.is_empty() && !ends_soon {
        return Vec::new();
    }
    let mut events = Vec::new();
    // Windows as earlier events of this list leave them.
    let mut windows = Windows::default();
    let mut ends = state.alert_ends().clone();
    for hold in holds {
        resolve_until(state, hold.deadline, false, &mut ends, &mut windows, &mut events);
        events.push(Event { at: hold.deadline, kind: EventKind::Expired { reservation: hold.id } });
        if hold.hold == Money::ZERO {
            continue;
        }
        for budget in &hold.pins.budgets {
            let Some(known) = state.budgets.get(*budget).filter(|known| known.alive) else { continue };
            let start = known.window_at(hold.admitted_at).window.start;
            let window = windows.entry((*budget, start)).or_insert_with(|| Window::of(known, hold.admitted_at));
            window.committed += hold.hold;
            let before = events.len();
            fired(*budget, known, window, hold.deadline, &mut events);
            let end = window.balance.window.end.filter(|end| *end > hold.deadline);
            if events.len() > before
                && let Some(end) = end
            {
                ends.insert((end, *budget));
            }
        }
    }
    resolve_until(state, now, true, &mut ends, &mut windows, &mut events);
    events
}

/// Resolves the alerts of windows that ended before an instant, or at it.
fn resolve_until(
    state: &State,
    until: Timestamp,
    inclusive: bool,
    ends: &mut Sorted<(Timestamp, BudgetIx)>,
    windows: &mut Windows,
    events: &mut Vec<Event>,
) {
    let mut ended = ends.take_first(|(end, _)| *end < until || (*end == until && inclusive));
    let id_of = |budget: BudgetIx| state.budgets.get(budget).map(|budget| budget.form.id.as_str());
    order::sort_by(&mut ended, |(left_end, left), (right_end, right)| {
        left_end.cmp(right_end).then_with(|| id_of(*left).cmp(&id_of(*right)))
    });
    for (end, budget) in ended {
        let Some(known) = state.budgets.get(budget) else { continue };
        // The last instant of the window finds it.
        let inside = end.plus(-1);
        let start = known.window_at(inside).window.start;
        let window = windows.entry((budget, start)).or_insert_with(|| Window::of(known, inside));
        resolved_at_end(budget, known, window, end, events);
    }
    debug_assert!(events.iter().is_sorted_by_key(|event| event.at));
}
