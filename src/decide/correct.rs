//! Corrections by an actor: a charge, and the clock.

use super::{authorize_actor, settle::find, threshold};
use crate::{
    audit::DenialsForm,
    decision::Decision,
    directory::{Principal, action::Action},
    error::{Error, ErrorKind},
    event::{Adjusted, Event, EventKind, Events},
    id::ReservationId,
    money::{LARGEST, Money},
    reservation::Status,
    state::State,
    time::Timestamp,
};

/// The most denials that one command tells.
const MOST_DENIALS: usize = 100;

/// Sets the charge of a settled reservation.
pub(super) fn adjust(
    state: &State,
    actor: &Principal,
    id: &ReservationId,
    to: Money,
    reason: &str,
    at: Timestamp,
    events: &mut Events,
) -> Result<Decision, Error> {
    if to < Money::ZERO || to > LARGEST {
        let message = format!("`{to}` is out of range: write 0 to {LARGEST} US dollars");
        return Err(Error::invalid(message).at("command.charge_usd"));
    }
    if let Err(denied) = authorize_actor(state, actor, Action::ChargesAdjust, at) {
        return Ok(denied);
    }
    let reservation = find(state, id, at)?;
    let Status::Settled(settlement) = &reservation.status else {
        let message = format!("reservation `{id}` is not settled: only a charge that was settled can be adjusted");
        return Err(Error::new(ErrorKind::ReservationConflict, message).at("command.reservation"));
    };
    let from = settlement.charge;
    if from == to && !settlement.unpriced {
        return Ok(Decision::Adjusted { reservation: *id, from, to, replayed: true });
    }
    let adjusted = Adjusted { reservation: *id, actor: actor.clone(), from, to, reason: reason.to_owned() };
    events.push(Event { at, kind: EventKind::Adjusted(Box::new(adjusted)) });
    threshold::fired_by(state, reservation, to - from, at, events);
    Ok(Decision::Adjusted { reservation: *id, from, to, replayed: false })
}

/// Remembers denials that the host has counted: they change no balance, and are an entry of the audit log each.
pub(super) fn record_denials(
    state: &State,
    denials: &[DenialsForm],
    at: Timestamp,
    events: &mut Events,
) -> Result<Decision, Error> {
    if !(1..=MOST_DENIALS).contains(&denials.len()) {
        let message = format!("`{}` denials: tell 1 to {MOST_DENIALS} at once", denials.len());
        return Err(Error::invalid(message).at("command.denials"));
    }
    for (index, told) in denials.iter().enumerate() {
        let path = format!("command.denials[{index}]");
        if state.directory.grants_in(&told.principal, None, at).is_none() {
            let message = "nobody has this id: tell only of principals that exist";
            return Err(Error::new(ErrorKind::UnknownPrincipal, message).at(path + ".principal"));
        }
        if told.last_at_ms < told.first_at_ms {
            let message = "the last one is before the first: swap the two";
            return Err(Error::invalid(message).at(path + ".last_at_ms"));
        }
    }
    events.extend(denials.iter().map(|told| Event { at, kind: EventKind::Denied(Box::new(told.clone())) }));
    Ok(Decision::DenialsRecorded { denials: u64::try_from(denials.len()).unwrap_or(u64::MAX) })
}

/// Accepts a clock that jumped, as far as the actor says: the clock becomes the instant of the command.
pub(super) fn advance_clock(
    state: &State,
    actor: &Principal,
    to: Timestamp,
    at: Timestamp,
    events: &mut Events,
) -> Result<Decision, Error> {
    if at > to {
        let message = format!(
            "the clock shows `{}`, which is after `{}`: correct the clock, or name a later instant up to which it is accepted",
            at.millis(),
            to.millis()
        );
        return Err(Error::invalid(message).at("command.to_ms"));
    }
    if let Err(denied) = authorize_actor(state, actor, Action::ClockAdvance, at) {
        return Ok(denied);
    }
    events.push(Event { at, kind: EventKind::ClockAdvanced(Box::new(actor.clone())) });
    Ok(Decision::ClockAdvanced { clock: at })
}
