//! What happened. The log of events is the truth; [`State::evolve`](crate::state::State::evolve) folds it.
//!
//! An event carries results (the hold, the charge, what was debited where), so that another release, price book or
//! calendar never changes what a replay gives.

use crate::{
    alert::Alert,
    audit::DenialsForm,
    change::Change,
    directory::Principal,
    id::{BookIx, KeyIx, LimitIx, ModelIx, ReservationId},
    limit::Counts,
    money::Money,
    reservation::{Asked, From, Pins, Settlement},
    short::Short,
    time::Timestamp,
};

/// The version of the events' form.
pub const VERSION: i64 = 1;

/// Something that happened at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The effective time.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// The events of one outcome; one inline.
pub type Events = Short<Event, 1>;

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A request was admitted.
    Reserved(Reserved),
    /// A reservation was charged.
    Settled(Settled),
    /// A reservation was given back.
    Voided {
        /// The reservation.
        reservation: ReservationId,
        /// What the void replaced.
        from: From,
    },
    /// A hold became an assumed charge.
    Expired {
        /// The reservation.
        reservation: ReservationId,
    },
    /// A charge was corrected.
    Adjusted(Box<Adjusted>),
    /// Tokens were counted.
    Counted {
        /// The key.
        key: KeyIx,
        /// The limits that it was debited from.
        limits: Short<LimitIx, 4>,
    },
    /// Something became true.
    AlertFired(Alert),
    /// Something is true no more.
    AlertResolved(Alert),
    /// An actor accepted a clock that jumped.
    ClockAdvanced(Box<Principal>),
    /// Nothing happened for long.
    Heartbeat,
    /// A principal was denied.
    Denied(Box<DenialsForm>),
    /// The directory, a limit, a budget, a price book or a setting was changed.
    Configured(Box<Configured>),
}

/// A request was admitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Reserved {
    /// The reservation.
    pub id: ReservationId,
    /// What was asked.
    pub asked: Asked,
    /// The book that prices it.
    pub book: BookIx,
    /// The model whose card prices models that the book lacks, as the settings are.
    pub fallback: Option<ModelIx>,
    /// The hold.
    pub hold: Money,
    /// The hold's part for output.
    pub hold_output: Money,
    /// When the hold becomes an assumed charge.
    pub deadline: Timestamp,
    /// Where it is posted.
    pub pins: Pins,
}

/// A reservation was charged.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The reservation.
    pub reservation: ReservationId,
    /// The settlement.
    pub settlement: Settlement,
    /// What limits count.
    pub counted: Counts,
}

/// A charge was corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjusted {
    /// The reservation.
    pub reservation: ReservationId,
    /// Who corrected it.
    pub actor: Principal,
    /// The charge before.
    pub from: Money,
    /// The charge after.
    pub to: Money,
    /// Why.
    pub reason: String,
}

/// A change of what is configured, and who made it; nobody, when it came with the policy file.
#[derive(Clone, Debug, PartialEq)]
pub struct Configured {
    /// Who made the change.
    pub actor: Option<Principal>,
    /// The address that the change came from, as the host saw it.
    pub source: Option<String>,
    /// The change.
    pub change: Change,
}
