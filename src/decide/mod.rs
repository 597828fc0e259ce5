//! Deciding: reads the state, changes nothing, and says what would happen.
//!
//! This is the only place where all gates meet: authenticate, authorize, quote, limit, budget, in this order.

mod admit;
mod authenticate;
mod authority;
mod configure;
mod correct;
mod due;
mod gates;
mod manage;
mod read;
mod settle;
mod threshold;

use std::borrow::Cow;

pub(crate) use self::configure::seed;
pub(crate) use self::due::due;
pub use self::{
    authenticate::{identify, usable},
    manage::permission::{owner_of, place_of_scope, project_of_request},
    read::{Permitted, known, on_path, permitted, price_now, quote_named},
};
use crate::{
    alert::Alert,
    change::Change,
    command::Command,
    decision::{Decision, Denial, Outcome, Reason},
    directory::{Principal, action::Action},
    error::{Error, ErrorKind},
    event::{Event, EventKind, Events},
    short,
    state::State,
    time::Timestamp,
};

/// Whether this build can be managed: every one but the module that only decides requests, which every web page loads.
pub const MANAGES: bool = cfg!(any(feature = "wasm-management", not(feature = "wasm")));

/// What a build that only decides requests answers to anything else.
pub(crate) fn unmanaged() -> Error {
    let message = "this module only decides requests: import the engine from `tollgate/management`";
    Error::new(ErrorKind::Unmanaged, message)
}

/// The most parts of one usage.
pub const MOST_PARTS: usize = 64;

/// Decides a command at an instant, after what is due.
///
/// # Errors
/// When the caller made a mistake; nothing is changed then, not even by what is due.
pub fn decide(state: &State, command: &Command<'_>, now: Timestamp) -> Result<Outcome, Error> {
    let at = effective_time(state, command, now)?;
    let due = due(state, at);
    if due.is_empty() {
        let mut events = Events::new();
        let decision = step(state, command, at, &mut events)?;
        let next_deadline = next_deadline_after(state, &events);
        return Ok(Outcome { decision, events, next_deadline });
    }
    if matches!(command, Command::Expire) {
        // What is due is all that happens, so that no state after it is needed.
        let clock = due.last().map_or(state.clock, |event| event.at);
        let decision = with_expired(Decision::Expired { reservations: 0 }, &due);
        let mut events = short::of(due);
        events.extend(heartbeat(state, clock, at));
        let next_deadline = next_deadline_after(state, &events);
        return Ok(Outcome { decision, events, next_deadline });
    }
    // Rare: a host that submits `expire` at each deadline never comes here. The copy shares its reservations.
    let mut after = state.clone();
    due.iter().for_each(|event| after.evolve(event));
    let mut events = Events::new();
    let decision = step(&after, command, at, &mut events)?;
    let next_deadline = next_deadline_after(&after, &events);
    let decision = with_expired(decision, &due);
    events = due.into_iter().chain(events).collect();
    Ok(Outcome { decision, events, next_deadline })
}

/// The instant that a command is decided at: never before the last event.
///
/// # Errors
/// [`ErrorKind::ClockJump`] when `now` is too far beyond it.
pub(crate) fn effective_time(state: &State, command: &Command<'_>, now: Timestamp) -> Result<Timestamp, Error> {
    let most = state.directory.settings.max_forward_ms.get();
    if now.since(state.clock) > most && !matches!(command, Command::AdvanceClock { .. }) {
        let message = format!(
            "`{}` is more than {most} ms after the last event at `{}`: correct the clock, or let an administrator `advance_clock`",
            now.millis(),
            state.clock.millis()
        );
        return Err(Error::new(ErrorKind::ClockJump, message).at("now_ms"));
    }
    Ok(now.max(state.clock))
}

/// Decides a command in a state in which nothing is due, and adds its events where they are wanted.
pub(crate) fn step(
    state: &State,
    command: &Command<'_>,
    at: Timestamp,
    events: &mut Events,
) -> Result<Decision, Error> {
    match command {
        Command::Admit(admit) => admit::admit(state, admit, at, events),
        Command::Settle { reservation, usage } => settle::settle(state, reservation, usage, at, events),
        Command::Void { reservation } => settle::void(state, reservation, at, events),
        Command::Expire => {
            // What is due was applied before; a heartbeat is all that may be left.
            events.extend(heartbeat(state, state.clock, at));
            Ok(Decision::Expired { reservations: 0 })
        }
        Command::CountTokens { credential, model } => Ok(admit::count_tokens(state, credential, model, at, events)),
        Command::Adjust { actor, reservation, charge, reason } => {
            correct::adjust(state, actor, reservation, *charge, reason, at, events)
        }
        Command::AdvanceClock { actor, to } => correct::advance_clock(state, actor, *to, at, events),
        Command::UpdatePolicy { .. } | Command::Manage(_) | Command::RecordDenials(_) if !MANAGES => Err(unmanaged()),
        Command::UpdatePolicy { actor, policy } => configure::update_policy(state, actor, policy, at, events),
        Command::Manage(command) => manage::manage(state, command, at, events),
        Command::RecordDenials(denials) => correct::record_denials(state, denials, at, events),
    }
}

/// A heartbeat, when nothing has happened for long after `clock`.
fn heartbeat(state: &State, clock: Timestamp, at: Timestamp) -> Option<Event> {
    (at >= state.heartbeat_after(clock)).then_some(Event { at, kind: EventKind::Heartbeat })
}

/// An `expired` decision that counts the holds among what was due.
pub(crate) fn with_expired(decision: Decision, due: &[Event]) -> Decision {
    match decision {
        Decision::Expired { .. } => {
            let holds = due.iter().filter(|event| matches!(event.kind, EventKind::Expired { .. })).count();
            Decision::Expired { reservations: u64::try_from(holds).unwrap_or(u64::MAX) }
        }
        other => other,
    }
}

/// The next deadline once the events are applied, without applying them.
fn next_deadline_after(state: &State, events: &Events) -> Timestamp {
    let mut closing = None;
    let mut expired_until = None;
    let mut opened: Option<Timestamp> = None;
    let mut max_forward_ms = state.directory.settings.max_forward_ms;
    let mut alert_ends = Cow::Borrowed(state.alert_ends());
    for event in events {
        match &event.kind {
            EventKind::Reserved(reserved) => opened = Some(reserved.deadline),
            EventKind::Settled(settled) => closing = Some(settled.reservation),
            EventKind::Voided { reservation, .. } => closing = Some(*reservation),
            // Holds expire in the order of their deadlines.
            EventKind::Expired { .. } => expired_until = Some(event.at),
            EventKind::AlertFired(Alert::BudgetThreshold { budget, window_start, .. }) => {
                if let Some(end) = state.window_end(*budget, *window_start).filter(|end| *end > event.at) {
                    alert_ends.to_mut().insert((end, *budget));
                }
            }
            EventKind::AlertResolved(Alert::BudgetThreshold { budget, window_start, .. }) => {
                if let Some(end) = state.window_end(*budget, *window_start).filter(|end| *end <= event.at) {
                    alert_ends.to_mut().remove(&(end, *budget));
                }
            }
            EventKind::Configured(configured) => match &configured.change {
                Change::Settings(set) => max_forward_ms = set.settings.max_forward_ms,
                Change::Budget(set) => {
                    if let Some(known) = state.budget_begun_anew_by(&set.budget) {
                        alert_ends.to_mut().retain(|(_, budget)| *budget != known);
                    }
                }
                Change::BudgetRemoved(removed) => {
                    if let Some(known) = state.budgets.by_id(removed.id.as_str()) {
                        alert_ends.to_mut().retain(|(_, budget)| *budget != known);
                    }
                }
                _ => {}
            },
            EventKind::Adjusted(_)
            | EventKind::Counted { .. }
            | EventKind::AlertFired(_)
            | EventKind::AlertResolved(_)
            | EventKind::ClockAdvanced(_)
            | EventKind::Denied(_)
            | EventKind::Heartbeat => {}
        }
    }
    let held = match (closing, expired_until) {
        (None, None) => state.reservations.next_deadline(),
        _ => state.reservations.next_deadline_without(|reservation| {
            Some(reservation.id) == closing || expired_until.is_some_and(|until| reservation.deadline <= until)
        }),
    };
    let clock = events.last().map_or(state.clock, |event| event.at);
    let heartbeat = clock.plus(max_forward_ms.get() / 2);
    let alert_end = alert_ends.first().map(|(end, _)| *end);
    [held, opened, alert_end].into_iter().flatten().fold(heartbeat, Timestamp::min)
}

/// Whether an actor may do something to the organization; a denial where it may not.
fn authorize_actor(state: &State, actor: &Principal, action: Action, at: Timestamp) -> Result<(), Decision> {
    if state.directory.can(actor, action, None, None, at) == Some(true) {
        Ok(())
    } else {
        Err(Denial::of(Reason::ForbiddenAction).into())
    }
}
