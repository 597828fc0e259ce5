//! What is due: holds whose deadline has come, and alerts whose window has ended.

use super::threshold::{Window, fired, resolved_at_end};
use crate::{
    budget::Budget,
    event::{Event, EventKind},
    id::BudgetIx,
    index::{Positions, Tagged, tag},
    money::Money,
    order::{self, Sorted},
    state::State,
    time::Timestamp,
};

/// Windows by budget and start.
#[derive(Default)]
struct Windows {
    entries: Vec<(BudgetIx, Timestamp, Window)>,
    positions: Positions,
}

impl Windows {
    /// The window of a budget that contains an instant.
    fn of(&mut self, budget: BudgetIx, known: &Budget, at: Timestamp) -> Option<&mut Window> {
        let start = known.window_at(at).window.start;
        let tag = tag(&(budget, start));
        let is = |at: u32| self.entries.get(at as usize).is_some_and(|entry| (entry.0, entry.1) == (budget, start));
        let position = match self.positions.find(tag, &is) {
            Some(position) => position,
            None => {
                let position = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
                self.positions.insert(Tagged { position, tag });
                self.entries.push((budget, start, Window::of(known, at)));
                position
            }
        };
        self.entries.get_mut(position as usize).map(|(_, _, window)| window)
    }
}

/// The events that are due at an instant, in the order of their times; holds before windows of the same instant.
pub(crate) fn due(state: &State, now: Timestamp) -> Vec<Event> {
    if [state.reservations.next_deadline(), state.next_alert_end()].iter().flatten().all(|next| *next > now) {
        return Vec::new();
    }
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
            let Some(window) = windows.of(*budget, known, hold.admitted_at) else { continue };
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
        if let Some(window) = windows.of(budget, known, inside) {
            resolved_at_end(budget, known, window, end, events);
        }
    }
    debug_assert!(events.iter().is_sorted_by_key(|event| event.at));
}
