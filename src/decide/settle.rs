//! After the request: settle charges it, void gives it back. Reality is never refused.

use super::{MOST_PARTS, admit::model_then, threshold};
use crate::{
    alert::Alert,
    command::{GivenPart, GivenUsage, ModelName},
    decision::Decision,
    error::{Error, ErrorKind},
    event::{Event, EventKind, Events, Settled},
    id::ReservationId,
    limit::Counts,
    money::Money,
    price::{CountedTime, LARGEST_COUNT, UnpricedReason, UsageClass, charge_beyond, context_of},
    reservation::{Charged, From, KnownUsage, PartModel, Parts, Reservation, Settlement, Status, UsagePart},
    short::Short,
    state::State,
    time::Timestamp,
};

pub(super) fn settle(
    state: &State,
    id: &ReservationId,
    given: &GivenUsage,
    at: Timestamp,
    events: &mut Events,
) -> Result<Decision, Error> {
    check(given)?;
    let reservation = find(state, id, at)?;
    state.ask_for(reservation.asked.key);
    let usage = resolve(state, reservation, given);
    let from = match &reservation.status {
        Status::Held => From::Held,
        Status::Assumed => From::Assumed,
        Status::Voided(_) => From::Voided,
        Status::Settled(known) if known.is_of(&usage) => {
            return Ok(replayed(reservation, known));
        }
        Status::Settled(_) => {
            let message =
                format!("reservation `{id}` is already settled with another usage: correct its charge with `adjust`");
            return Err(Error::new(ErrorKind::ReservationConflict, message).at("command.reservation"));
        }
    };
    let settlement = charge_usage(state, reservation, usage, from, has_unseen_time(given));
    let counted = count(reservation, &settlement);
    let alert = |alert| Event { at, kind: EventKind::AlertFired(alert) };

    let decision = Decision::Settled {
        reservation: *id,
        charge: settlement.charge,
        overrun: settlement.overrun,
        estimated: settlement.estimated,
        unpriced: settlement.unpriced,
        from,
        replayed: false,
    };
    let (overrun, unpriced) = (settlement.overrun, settlement.unpriced);
    let more = match from {
        From::Assumed => settlement.charge - reservation.hold,
        From::Held | From::Voided => settlement.charge,
    };
    events.push(Event { at, kind: EventKind::Settled(Settled { reservation: *id, settlement, counted }) });
    if unpriced {
        events.push(alert(Alert::Unpriced { reservation: *id }));
    }
    if overrun > Money::ZERO {
        events.push(alert(Alert::Overrun { reservation: *id, overrun }));
    }
    threshold::fired_by(state, reservation, more, at, events);
    Ok(decision)
}

fn replayed(reservation: &Reservation, charged: &Charged) -> Decision {
    Decision::Settled {
        reservation: reservation.id,
        charge: charged.charge,
        overrun: charged.overrun,
        estimated: charged.estimated,
        unpriced: charged.unpriced,
        from: charged.from,
        replayed: true,
    }
}

pub(super) fn void(state: &State, id: &ReservationId, at: Timestamp, events: &mut Events) -> Result<Decision, Error> {
    let reservation = find(state, id, at)?;
    let voided = |from, replayed| Decision::Voided { reservation: *id, released: reservation.hold, from, replayed };
    let from = match reservation.status {
        Status::Held => From::Held,
        Status::Assumed => From::Assumed,
        Status::Voided(from) => return Ok(voided(from, true)),
        Status::Settled(_) => {
            let message = format!(
                "reservation `{id}` is already settled: what was spent cannot be voided; correct it with `adjust`"
            );
            return Err(Error::new(ErrorKind::ReservationConflict, message).at("command.reservation"));
        }
    };
    events.push(Event { at, kind: EventKind::Voided { reservation: *id, from } });
    Ok(voided(from, false))
}

pub(super) fn find<'a>(state: &'a State, id: &ReservationId, at: Timestamp) -> Result<&'a Reservation, Error> {
    state.reservation_at(id, at).ok_or_else(|| {
        let message = format!("no reservation `{id}` is known: it was never made, or its retention has passed");
        Error::new(ErrorKind::UnknownReservation, message).at("command.reservation")
    })
}

pub(super) fn check(given: &GivenUsage) -> Result<(), Error> {
    let (parts, partial) = match given {
        GivenUsage::Final(parts) => (parts, false),
        GivenUsage::Partial(parts) => (parts, true),
        GivenUsage::Unknown => return Ok(()),
    };
    if parts.is_empty() || parts.len() > MOST_PARTS {
        let message = format!(
            "a usage has 1 to {MOST_PARTS} parts, found `{}`: send `unknown` where nothing is known",
            parts.len()
        );
        return Err(Error::invalid(message).at("command.usage.parts"));
    }
    for (index, part) in parts.iter().enumerate() {
        if part.usage.largest_count() > LARGEST_COUNT {
            let message = format!("a count is out of range: write at most {LARGEST_COUNT}");
            return Err(Error::invalid(message).at(format!("command.usage.parts[{index}]")));
        }
        if partial && part.usage.all_output() > 0 {
            let message = "the output of a partial usage is not known: leave it out, or send the usage as `final`";
            return Err(Error::invalid(message).at(format!("command.usage.parts[{index}].output_tokens")));
        }
    }
    Ok(())
}

/// The usage with every default filled in from the reservation, which is what a repetition is compared with.
fn resolve(state: &State, reservation: &Reservation, given: &GivenUsage) -> KnownUsage {
    let parts = |parts: &Short<GivenPart, 1>| {
        let mut times = UnseenTimes::of(state, reservation, parts);
        parts.iter().map(|part| resolve_part(state, reservation, part, &mut times)).collect::<Parts>()
    };
    match given {
        GivenUsage::Final(given) => KnownUsage::Final(parts(given)),
        GivenUsage::Partial(given) => KnownUsage::Partial(parts(given)),
        GivenUsage::Unknown => KnownUsage::Unknown,
    }
}

fn resolve_part(state: &State, reservation: &Reservation, part: &GivenPart, times: &mut UnseenTimes) -> UsagePart {
    let asked = reservation.asked.request;
    let name = part.model.as_deref().map_or(ModelName::Handle(reservation.asked.model), ModelName::Name);
    let card = model_then(state, reservation, &name).priced_by;
    let model = match (&part.model, card) {
        (None, _) => PartModel::Known(reservation.asked.model),
        (Some(_), Some(card)) => PartModel::Known(card.model),
        (Some(name), None) => PartModel::Unknown(name.clone()),
    };
    let context = context_of(part, asked.context());
    let version = card.and_then(|card| card.version_at(reservation.admitted_at));
    let mut usage = part.counted(asked.cache_write, version, context);
    if part.unseen_time {
        usage.set(UsageClass::CodeExecution, times.next());
    }
    UsagePart { model, usage, context }
}

/// What containers of unknown time count as: together all that was permitted and the others leave, and each of them
/// something, since none that ran is free.
struct UnseenTimes {
    first: u64,
}

impl UnseenTimes {
    const LEAST: u64 = 1;

    fn of(state: &State, reservation: &Reservation, parts: &[GivenPart]) -> Self {
        let card = state.book_at(reservation.book).and_then(|book| book.by_model(reservation.asked.model));
        let minimum = card.map_or(0, |card| card.container_time.minimum_ms);
        let mut left = u64::from(reservation.asked.request.code_execution_ms);
        // The first of unknown time has what the others leave.
        let mut first = true;
        for part in parts {
            let known = part.usage.count(UsageClass::CodeExecution);
            let counted = match part.unseen_time {
                true if core::mem::take(&mut first) => 0,
                true => minimum.max(Self::LEAST),
                false if known > 0 => known.max(minimum),
                false => 0,
            };
            left = left.saturating_sub(counted);
        }
        Self { first: left.max(Self::LEAST) }
    }

    fn next(&mut self) -> u64 {
        core::mem::replace(&mut self.first, Self::LEAST)
    }
}

/// Whether the time of a container is not known.
fn has_unseen_time(given: &GivenUsage) -> bool {
    let (GivenUsage::Final(parts) | GivenUsage::Partial(parts)) = given else { return false };
    parts.iter().any(|part| part.unseen_time)
}

/// The charge of a part by the book and at the time of the admission. `taken` is the free time that earlier parts took.
fn charge_part(
    state: &State,
    reservation: &Reservation,
    part: &UsagePart,
    taken: u64,
) -> Result<(Money, CountedTime), UnpricedReason> {
    let PartModel::Known(model) = &part.model else { return Err(UnpricedReason::Model) };
    let at = reservation.admitted_at;
    let card = state.book_at(reservation.book).and_then(|book| book.by_model(*model)).ok_or(UnpricedReason::Model)?;
    let version = card.version_at(at).ok_or(UnpricedReason::Model)?;
    let free_ms = match part.usage.count(UsageClass::CodeExecution) {
        0 => 0,
        _ => card.container_time.free_ms.saturating_sub(state.free_time.month_at(at).used_ms).saturating_sub(taken),
    };
    charge_beyond(free_ms, version, part.context, &part.usage)
}

fn charge_usage(
    state: &State,
    reservation: &Reservation,
    usage: KnownUsage,
    from: From,
    unseen_time: bool,
) -> Settlement {
    let mut total = Money::ZERO;
    let mut time = CountedTime::default();
    let mut unpriced = false;
    for part in usage.parts() {
        match charge_part(state, reservation, part, time.free_ms) {
            Ok((charge, counted)) => {
                total += charge;
                time = time.plus(counted);
            }
            Err(_) => unpriced = true,
        }
    }
    let estimated = match usage {
        KnownUsage::Final(_) => unseen_time,
        KnownUsage::Partial(_) => {
            total += reservation.hold_output;
            true
        }
        KnownUsage::Unknown => {
            total += reservation.hold;
            true
        }
    };
    if unpriced {
        total += reservation.hold;
    }
    let overrun = match from {
        From::Held | From::Assumed => (total - reservation.hold).or_zero(),
        From::Voided => total,
    };
    Settlement { usage, from, charge: total, overrun, estimated, unpriced, time }
}

/// What limits count of a settlement.
fn count(reservation: &Reservation, settlement: &Settlement) -> Counts {
    let parts = settlement.usage.parts();
    let sum = |of: fn(&UsagePart) -> u64| parts.iter().fold(0_u64, |sum, part| sum.saturating_add(of(part)));
    let output_bound = reservation.asked.request.output_bound();
    let (input, cache_read) = match settlement.usage {
        KnownUsage::Unknown => (reservation.asked.estimate_input, reservation.asked.estimate_cache_read),
        _ => (sum(|part| part.usage.uncached()), sum(|part| part.usage.all_cache_reads())),
    };
    let output = match settlement.usage {
        KnownUsage::Final(_) => sum(|part| part.usage.all_output()),
        KnownUsage::Partial(_) | KnownUsage::Unknown => output_bound,
    };
    Counts { input, cache_read, output, cost: settlement.charge }
}
