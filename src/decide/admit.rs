//! Admission: every gate in its order, and the reservation that passing them makes.

use super::{
    authenticate::{authenticate, authorize, identify, usable},
    gates::{self, Verdict},
};
use crate::{
    command::{Admit, Credential, ModelName},
    decision::{Decision, Denial, Reason, Retry},
    directory::action::Action,
    error::{Error, ErrorKind},
    event::{Event, EventKind, Events, Reserved},
    limit::{Amounts, Counts, Operation},
    price::{Book, Card, InputSize, RequestShape, Unquotable, quote},
    reservation::{Asked, Reservation, Status, reserved_counts},
    short,
    state::State,
    time::Timestamp,
};

/// A model as the book in force knows it.
pub(super) struct Model<'a> {
    pub(super) name: &'a str,
    /// Its own card, where the book has one.
    pub(super) card: Option<&'a Card>,
    /// Its own card, or the fallback's.
    pub(super) priced_by: Option<&'a Card>,
}

impl Model<'_> {
    /// The bits of the classes that hold the model that was asked for, whichever card prices it.
    pub(super) fn classes(&self, state: &State) -> u64 {
        match self.card {
            Some(card) => state.classes_of(card.model),
            None => state.classes_naming(self.name),
        }
    }
}

/// The card of the fallback model, as the settings and the book in force name it.
fn fallback<'a>(state: &'a State, book: Option<&'a Book>) -> Option<&'a Card> {
    book?.by_name(state.directory.settings.fallback_model.as_deref()?)
}

/// A model as the book in force knows it, with the fallback of now.
pub(super) fn model_now<'a>(state: &'a State, name: &ModelName<'a>) -> Model<'a> {
    let book = state.book().map(|(_, book)| book);
    model(state, book, name, || fallback(state, book))
}

/// A model as the book of a reservation knows it, with the fallback of that time.
pub(super) fn model_then<'a>(state: &'a State, reservation: &Reservation, name: &ModelName<'a>) -> Model<'a> {
    let book = state.book_at(reservation.book);
    model(state, book, name, || book?.by_model(reservation.fallback.model()?))
}

fn model<'a>(
    state: &'a State,
    book: Option<&'a Book>,
    name: &ModelName<'a>,
    fallback: impl FnOnce() -> Option<&'a Card>,
) -> Model<'a> {
    let (name, card) = match name {
        ModelName::Name(name) => (*name, book.and_then(|book| book.by_name(name))),
        ModelName::Handle(model) => (state.models().name(*model), book.and_then(|book| book.by_model(*model))),
    };
    Model { name, card, priced_by: card.or_else(fallback) }
}

pub(super) fn admit(state: &State, admit: &Admit<'_>, at: Timestamp, events: &mut Events) -> Result<Decision, Error> {
    // The longest way through memory begins first.
    state.reservations.ask_for(&admit.reservation);
    let identified = identify(state, &admit.credential);
    if let Some((index, _, _)) = &identified {
        state.ask_for(*index);
    }
    let longest = state.directory.settings.reservation_timeout_ms.get();
    check_quantities(admit)?;
    // Quoted while what was asked for is on its way.
    let book = state.book();
    let model = model_now(state, &admit.model);
    let quote = model.priced_by.map(|card| quote(card, &admit.request, at));
    if let Some(known) = state.reservation_at(&admit.reservation, at) {
        return if repeats(state, known, admit) { Ok(replay(known)) } else { Err(conflict(known, at)) };
    }
    let timeout_ms = admit.timeout_ms.unwrap_or(longest);
    if !(1..=longest).contains(&timeout_ms) {
        let message = format!(
            "`{timeout_ms}` is out of range: write 1 to {longest}, the organization's `reservation_timeout_ms`"
        );
        return Err(Error::invalid(message).at("command.timeout_ms"));
    }
    let deny = |reason| Ok(Decision::from(Denial::of(reason)));
    let (key_index, key) = match usable(identified, at) {
        Ok(found) => found,
        Err(reason) => return deny(reason),
    };
    if let Err(reason) = authorize(state, key, Action::MessagesCreate, model.name, model.card) {
        return deny(reason);
    }
    let (Some((book, _)), Some(card), Some(quote)) = (book, model.priced_by, quote) else {
        return deny(Reason::UnpricedModel);
    };
    let quote = match quote {
        Ok(quote) => quote,
        Err(unquotable) => return deny(reason_of(unquotable)),
    };

    let asked = asked(admit, key_index, card, timeout_ms);
    let amounts = Amounts::of(&reserved_counts(&asked, quote.total));
    let (path, mut verdict) = (state.path(key), Verdict::new());
    gates::limits(state, &path, Operation::Messages, model.classes(state), &amounts, at, &mut verdict);
    gates::budgets(state, &path, quote.total, at, &mut verdict);
    let full = too_many_reservations(state, at);
    let denial = match (verdict.denial(), full) {
        (Some(denial), Some(retry)) if denial.reason == Reason::LimitExceeded => {
            Some(Denial { retry: denial.retry.later(retry), ..denial })
        }
        (Some(denial), Some(retry)) => {
            Some(Denial { reason: Reason::TooManyReservations, retry: denial.retry.later(retry), ..denial })
        }
        (None, Some(retry)) => Some(Denial { retry, ..Denial::of(Reason::TooManyReservations) }),
        (denial, None) => denial,
    };
    if let Some(denial) = denial {
        verdict.alerts(false, at, events);
        return Ok(denial.into());
    }

    let deadline = at.plus(timeout_ms);
    let shadow_violated = std::mem::take(&mut verdict.shadow_violated);
    let reserved = Reserved {
        id: admit.reservation,
        asked,
        book,
        fallback: fallback(state, state.book_at(book)).map(|card| card.model),
        hold: quote.total,
        hold_output: quote.output,
        deadline,
        pins: std::mem::take(&mut verdict.pins),
    };
    events.push(Event { at, kind: EventKind::Reserved(reserved) });
    verdict.alerts(true, at, events);
    Ok(Decision::Allow {
        reservation: admit.reservation,
        hold: quote.total,
        deadline,
        shadow_violated,
        replayed: false,
    })
}

/// Counts tokens: authenticated, authorised and limited, without a hold.
pub(super) fn count_tokens(
    state: &State,
    credential: &Credential<'_>,
    name: &ModelName<'_>,
    at: Timestamp,
    events: &mut Events,
) -> Decision {
    let model = model_now(state, name);
    let deny = |reason| Decision::from(Denial::of(reason));
    let (key_index, key) = match authenticate(state, credential, at) {
        Ok(found) => found,
        Err(reason) => return deny(reason),
    };
    if let Err(reason) = authorize(state, key, Action::MessagesCountTokens, model.name, model.card) {
        return deny(reason);
    }
    if model.priced_by.is_none() {
        return deny(Reason::UnpricedModel);
    }
    let (amounts, mut verdict) = (Amounts::of(&Counts::default()), Verdict::new());
    let path = state.path(key);
    gates::limits(state, &path, Operation::CountTokens, model.classes(state), &amounts, at, &mut verdict);
    if let Some(denial) = verdict.denial() {
        verdict.alerts(false, at, events);
        return denial.into();
    }
    if !verdict.pins.limits.is_empty() {
        let limits = short::copied(&verdict.pins.limits);
        events.push(Event { at, kind: EventKind::Counted { key: key_index, limits } });
        verdict.alerts(true, at, events);
    }
    Decision::Counted { shadow_violated: verdict.shadow_violated }
}

/// Whether an admission asks for what a reservation was made for, by the book and the time-out of that time.
fn repeats(state: &State, known: &Reservation, admit: &Admit<'_>) -> bool {
    let timeout_ms = admit.timeout_ms.unwrap_or(known.asked.timeout_ms);
    let card = model_then(state, known, &admit.model).priced_by;
    identify(state, &admit.credential)
        .zip(card)
        .is_some_and(|((key, _, _), card)| known.asked == asked(admit, key, card, timeout_ms))
}

fn check_quantities(admit: &Admit<'_>) -> Result<(), Error> {
    let largest = crate::price::LARGEST_COUNT;
    if admit.estimate_input.unwrap_or(0) > largest || admit.estimate_cache_read > largest {
        return Err(
            Error::invalid(format!("an estimate is out of range: write at most {largest}")).at("command.estimate")
        );
    }
    if !admit.request.in_range() {
        let message = "a quantity is out of range: see the ranges of `request` in the wire format";
        return Err(Error::invalid(message).at("command.request"));
    }
    Ok(())
}

fn asked(admit: &Admit<'_>, key: crate::id::KeyIx, card: &Card, timeout_ms: i64) -> Asked {
    Asked {
        key,
        model: card.model,
        request: admit.request,
        estimate_input: admit.estimate_input.unwrap_or_else(|| estimate(&admit.request, card)),
        estimate_cache_read: admit.estimate_cache_read,
        timeout_ms,
    }
}

/// Input tokens as limits estimate them where the host does not: four bytes a token, and images at their most.
fn estimate(request: &RequestShape, card: &Card) -> u64 {
    match request.input {
        InputSize::Tokens(tokens) => tokens,
        InputSize::Bytes(bytes) => {
            bytes.div_ceil(4).saturating_add(u64::from(request.images).saturating_mul(card.image_tokens))
        }
    }
}

pub(super) fn reason_of(unquotable: Unquotable) -> Reason {
    match unquotable {
        Unquotable::Model => Reason::UnpricedModel,
        Unquotable::Context => Reason::UnpricedContext,
        Unquotable::Class => Reason::UnpricedClass,
        Unquotable::Unbounded => Reason::UnboundableRequest,
    }
}

/// When there is room for another reservation, if there is none now.
fn too_many_reservations(state: &State, at: Timestamp) -> Option<Retry> {
    let most = usize::try_from(state.directory.settings.max_reservations.get()).unwrap_or(usize::MAX);
    if state.reservations.len() < most {
        return None;
    }
    let horizon = state.retention_horizon(at).unwrap_or_default();
    let (remaining, next_closed) = state.reservations.remaining_after(horizon);
    if remaining < most {
        return None;
    }
    let retention = state.directory.settings.retention_ms.get();
    let forgotten = next_closed.map(|closed_at| closed_at.plus(retention));
    let expired = state.reservations.next_deadline().map(|deadline| deadline.plus(retention));
    match [forgotten, expired].into_iter().flatten().min() {
        Some(at) => Some(Retry::At { at, upper_bound: true }),
        None => Some(Retry::Never),
    }
}

fn replay(known: &Reservation) -> Decision {
    Decision::Allow {
        reservation: known.id,
        hold: known.hold,
        deadline: known.deadline,
        shadow_violated: Vec::new(),
        replayed: true,
    }
}

fn conflict(known: &Reservation, at: Timestamp) -> Error {
    let standing = match known.status {
        // Said of the instant, and not of whether the expiry has been applied yet.
        Status::Held if known.deadline <= at => "assumed",
        Status::Held => "held",
        Status::Assumed => "assumed",
        Status::Voided(_) => "voided",
        Status::Settled(_) => "settled",
    };
    let message =
        format!("reservation `{}` is {standing} for another request: make a new id for each request", known.id);
    Error::new(ErrorKind::ReservationConflict, message).at("command.reservation")
}
