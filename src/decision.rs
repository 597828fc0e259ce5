//! What we answer. A denial is a decision, not an error.

use crate::{
    budget::Balance,
    change::Target,
    event::Events,
    id::{BudgetIx, LimitIx, ReservationId},
    money::Money,
    price::UnpricedReason,
    reservation::From,
    time::{Timestamp, Window},
};

crate::names! {
    /// The gates, in their order.
    pub enum Gate {
        /// Who asks.
        Authenticate = "authenticate",
        /// What that principal may do.
        Authorize = "authorize",
        /// The most that the request can cost.
        Quote = "quote",
        /// Rates.
        Limit = "limit",
        /// Caps.
        Budget = "budget",
    }

    /// Why a request is denied. The list is exhaustive, so that a caller must handle a new reason.
    pub enum Reason {
        /// No key has this id or secret.
        UnknownKey = "unknown_key",
        /// The key was revoked.
        RevokedKey = "revoked_key",
        /// The key is inactive: refused until somebody makes it active again.
        InactiveKey = "inactive_key",
        /// The key, or the secret that was presented, has expired.
        ExpiredKey = "expired_key",
        /// The key's owner belongs no more.
        OwnerRemoved = "owner_removed",
        /// The key's project was archived.
        ProjectArchived = "project_archived",
        /// No role of the principal permits the action.
        ForbiddenAction = "forbidden_action",
        /// It would have granted more than its actor holds, or have taken the last admin away: the error of a command, of which hosts
        /// tell by this name. No decision has it.
        ForbiddenChange = "forbidden_change",
        /// The key, or its project, may not use the model.
        ForbiddenModel = "forbidden_model",
        /// The price book has no card for the model at this time.
        UnpricedModel = "unpriced_model",
        /// The card has no rate for a class that the request may use.
        UnpricedClass = "unpriced_class",
        /// The card has no rates for the request's context.
        UnpricedContext = "unpriced_context",
        /// Nothing bounds what the request can cost.
        UnboundableRequest = "unboundable_request",
        /// A limit is exhausted.
        LimitExceeded = "limit_exceeded",
        /// The organization has as many reservations as it may.
        TooManyReservations = "too_many_reservations",
        /// A budget would exceed its cap.
        BudgetExceeded = "budget_exceeded",
    }
}

impl Reason {
    /// The gate that gives the reason.
    #[must_use]
    pub const fn gate(self) -> Gate {
        match self {
            Self::UnknownKey
            | Self::RevokedKey
            | Self::InactiveKey
            | Self::ExpiredKey
            | Self::OwnerRemoved
            | Self::ProjectArchived => Gate::Authenticate,
            Self::ForbiddenAction | Self::ForbiddenChange | Self::ForbiddenModel => Gate::Authorize,
            Self::UnpricedModel | Self::UnpricedClass | Self::UnpricedContext | Self::UnboundableRequest => Gate::Quote,
            Self::LimitExceeded | Self::TooManyReservations => Gate::Limit,
            Self::BudgetExceeded => Gate::Budget,
        }
    }
}

/// When trying again can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At this instant.
    At {
        /// The instant.
        at: Timestamp,
        /// Whether it may succeed earlier.
        upper_bound: bool,
    },
    /// Not without a change.
    Never,
}

impl Retry {
    /// The later of two.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::At { at: left, upper_bound: left_bound }, Self::At { at: right, upper_bound: right_bound }) => {
                match left.cmp(&right) {
                    core::cmp::Ordering::Greater => self,
                    core::cmp::Ordering::Less => other,
                    // Both must pass: the instant is exact only where both are.
                    core::cmp::Ordering::Equal => Self::At { at: left, upper_bound: left_bound || right_bound },
                }
            }
        }
    }
}

/// A limit or a budget that the request violates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A limit.
    Limit {
        /// Which.
        limit: LimitIx,
        /// Units of the meter that the admission needs.
        needed: i128,
        /// Whole units of the meter that are there; possibly negative.
        available: i128,
        /// When it passes.
        retry: Retry,
    },
    /// A budget.
    Budget {
        /// Which.
        budget: BudgetIx,
        /// The window.
        window: Window,
        /// The cap in force.
        cap: Money,
        /// What is spent and promised.
        balance: Balance,
        /// What the request would add.
        quote: Money,
        /// When it passes.
        retry: Retry,
    },
}

/// A denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Why; the first gate that refuses says it.
    pub reason: Reason,
    /// Whether an enforced budget is violated, so that trying again costs patience and brings nothing.
    pub spending: bool,
    /// The latest over every enforced violation.
    pub retry: Retry,
    /// Every enforced violation.
    pub violated: Vec<Violation>,
}

impl Denial {
    /// A denial that no time heals.
    #[must_use]
    pub const fn of(reason: Reason) -> Self {
        Self { reason, spending: false, retry: Retry::Never, violated: Vec::new() }
    }
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// The request may be sent, unless `replayed`: then it was, and must not be sent again.
    Allow {
        /// The reservation.
        reservation: ReservationId,
        /// What is held for it.
        hold: Money,
        /// When the hold becomes an assumed charge.
        deadline: Timestamp,
        /// Violations of what is in shadow.
        shadow_violated: Vec<Violation>,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    },
    /// The request may not be sent.
    Deny(Box<Denial>),
    /// A reservation was charged.
    Settled {
        /// The reservation.
        reservation: ReservationId,
        /// The charge.
        charge: Money,
        /// How far it exceeds the hold.
        overrun: Money,
        /// Whether a part of it is the hold's.
        estimated: bool,
        /// Whether a part of it had no price.
        unpriced: bool,
        /// What it replaced.
        from: From,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    },
    /// A reservation was given back.
    Voided {
        /// The reservation.
        reservation: ReservationId,
        /// What was given back.
        released: Money,
        /// What it replaced.
        from: From,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    },
    /// What was due is applied.
    Expired {
        /// How many holds became assumed charges.
        reservations: u64,
    },
    /// Tokens may be counted.
    Counted {
        /// Violations of what is in shadow.
        shadow_violated: Vec<Violation>,
    },
    /// A charge was corrected.
    Adjusted {
        /// The reservation.
        reservation: ReservationId,
        /// The charge before.
        from: Money,
        /// The charge after.
        to: Money,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    },
    /// The clock was accepted.
    ClockAdvanced {
        /// The clock.
        clock: Timestamp,
    },
    /// What is configured was changed.
    Managed {
        /// What, in the order of the command, and the revision that each has now.
        changes: Vec<(Target, u64)>,
    },
    /// Denials are remembered.
    DenialsRecorded {
        /// How many were told.
        denials: u64,
    },
    /// The policy was replaced.
    PolicyUpdated {
        /// How many things changed.
        changes: u64,
    },
}

impl Decision {
    /// Whether it lets a request through.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        matches!(self, Self::Allow { .. } | Self::Counted { .. })
    }

    /// The denial, where it is one.
    #[must_use]
    pub fn denial(&self) -> Option<&Denial> {
        match self {
            Self::Deny(denial) => Some(denial),
            _ => None,
        }
    }
}

impl core::convert::From<Denial> for Decision {
    fn from(denial: Denial) -> Self {
        Self::Deny(Box::new(denial))
    }
}

impl core::convert::From<UnpricedReason> for Reason {
    fn from(reason: UnpricedReason) -> Self {
        match reason {
            UnpricedReason::Model => Self::UnpricedModel,
            UnpricedReason::Context => Self::UnpricedContext,
            UnpricedReason::Class(_) => Self::UnpricedClass,
        }
    }
}

/// A decision, what happened by it, and when the engine next wants to be asked to expire.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The decision.
    pub decision: Decision,
    /// Expirations that were due, then what the command did.
    pub events: Events,
    /// When to submit [`Command::Expire`](crate::command::Command::Expire) next.
    pub next_deadline: Timestamp,
}
