//! Corrections by an actor: a charge, and the clock.

use super::{authorize_actor, settle::find, threshold};
use crate::{
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
