//! Decisions and outcomes as JSON.

use super::{Count, EventForm, count};
use crate::{
    change::Target,
    decision::{Decision, Denial, Gate, Outcome, Reason, Retry, Violation},
    id::{BudgetId, LimitId, ReservationId},
    limit::{Meter, Scope},
    money::Money,
    reservation::From,
    state::State,
    time::Millis,
    wire::Nothing,
};

crate::object! {
    /// An instant at which trying again can succeed.
    pub struct RetryAtForm {
        /// The instant.
        at_ms: Millis,
        /// Whether it may succeed earlier.
        upper_bound: bool,
    }
}

crate::tagged! {
    /// When trying again can succeed.
    pub enum RetryForm {
        /// At an instant.
        "at" => At(RetryAtForm),
        /// Not without a change.
        "never" => Never(Nothing),
    }
}

crate::object! {
    /// A limit that the request violates.
    pub struct LimitViolationForm {
        /// Which.
        limit: LimitId,
        /// What it covers.
        scope: Scope,
        /// What it counts.
        meter: Meter,
        /// What the admission needs, in units of the meter.
        needed: String,
        /// What is there, rounded down; possibly negative.
        available: String,
        /// When it passes.
        retry: RetryForm,
    }

    /// A budget that the request violates.
    pub struct BudgetViolationForm {
        /// Which.
        budget: BudgetId,
        /// What it covers.
        scope: Scope,
        /// Start of the window.
        window_start_ms: Millis,
        /// End of the window; null: it never ends.
        window_end_ms: Option<Millis>,
        /// The cap in force.
        cap_usd: Money,
        /// Charged.
        settled_usd: Money,
        /// Charged by assumption.
        assumed_usd: Money,
        /// Held.
        held_usd: Money,
        /// What the request would add.
        quote_usd: Money,
        /// When it passes.
        retry: RetryForm,
    }
}

crate::tagged! {
    /// A limit or a budget that the request violates.
    pub enum ViolationForm {
        /// A limit.
        "limit" => Limit(LimitViolationForm),
        /// A budget.
        "budget" => Budget(BudgetViolationForm),
    }
}

crate::object! {
    /// The request may be sent, unless `replayed`: then it was, and must not be sent again.
    pub struct AllowForm {
        /// The reservation.
        reservation: ReservationId,
        /// What is held for it.
        hold_usd: Money,
        /// When the hold becomes an assumed charge.
        deadline_ms: Millis,
        /// Violations of what is in shadow; none are told when replayed.
        shadow_violated: Vec<ViolationForm>,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    }

    /// The request may not be sent.
    pub struct DenyForm {
        /// The first gate that refuses.
        gate: Gate,
        /// Why.
        reason: Reason,
        /// Whether an enforced budget is violated.
        spending: bool,
        /// The latest over every enforced violation.
        retry: RetryForm,
        /// Every enforced violation.
        violated: Vec<ViolationForm>,
    }

    /// A reservation was charged.
    pub struct SettledForm {
        /// The reservation.
        reservation: ReservationId,
        /// The charge.
        charge_usd: Money,
        /// How far it exceeds the hold.
        overrun_usd: Money,
        /// Whether a part of it is the hold's.
        estimated: bool,
        /// Whether a part of it had no price.
        unpriced: bool,
        /// What it replaced.
        from: From,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    }

    /// A reservation was given back.
    pub struct VoidedForm {
        /// The reservation.
        reservation: ReservationId,
        /// What was given back.
        released_usd: Money,
        /// What it replaced.
        from: From,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    }

    /// What was due is applied.
    pub struct ExpiredForm {
        /// How many holds became assumed charges.
        reservations: Count,
    }

    /// Tokens may be counted.
    pub struct CountedForm {
        /// Violations of what is in shadow.
        shadow_violated: Vec<ViolationForm>,
    }

    /// A charge was corrected.
    pub struct AdjustedForm {
        /// The reservation.
        reservation: ReservationId,
        /// The charge before.
        from_usd: Money,
        /// The charge after.
        to_usd: Money,
        /// Whether this repeats an earlier answer.
        replayed: bool,
    }

    /// The clock was accepted.
    pub struct ClockAdvancedForm {
        /// The clock.
        clock_ms: Millis,
    }

    /// What was changed, and its revision now.
    pub struct RevisionForm {
        /// What.
        target: Target,
        /// The number of the event that set it.
        revision: Count,
    }

    /// What is configured was changed.
    pub struct ManagedForm {
        /// What, in the order of the command.
        changes: Vec<RevisionForm>,
    }

    /// Denials are remembered.
    pub struct DenialsRecordedForm {
        /// How many were told.
        denials: Count,
    }

    /// The policy was replaced.
    pub struct PolicyUpdatedForm {
        /// How many things changed.
        changes: Count,
    }
}

crate::tagged! {
    /// What a command came to.
    pub enum DecisionForm {
        /// The request may be sent.
        "allow" => Allow(AllowForm),
        /// The request may not be sent.
        "deny" => Deny(DenyForm),
        /// A reservation was charged.
        "settled" => Settled(SettledForm),
        /// A reservation was given back.
        "voided" => Voided(VoidedForm),
        /// What was due is applied.
        "expired" => Expired(ExpiredForm),
        /// Tokens may be counted.
        "counted" => Counted(CountedForm),
        /// A charge was corrected.
        "adjusted" => Adjusted(AdjustedForm),
        /// The clock was accepted.
        "clock_advanced" => ClockAdvanced(ClockAdvancedForm),
        /// What is configured was changed.
        "managed" => Managed(ManagedForm),
        /// Denials are remembered.
        "denials_recorded" => DenialsRecorded(DenialsRecordedForm),
        /// The policy was replaced.
        "policy_updated" => PolicyUpdated(PolicyUpdatedForm),
    }
}

crate::object! {
    /// A decision, what happened by it, and when the engine next wants to be asked to expire.
    pub struct OutcomeForm {
        /// The decision.
        decision: DecisionForm,
        /// Expirations that were due, then what the command did.
        events: Vec<EventForm>,
        /// When to submit `expire` next.
        next_deadline_ms: Millis,
    }
}

impl OutcomeForm {
    /// An outcome with the ids of a state.
    #[must_use]
    pub fn of(state: &State, outcome: &Outcome) -> Self {
        Self {
            decision: DecisionForm::of(state, &outcome.decision),
            events: outcome.events.iter().map(|event| EventForm::of(state, event)).collect(),
            next_deadline_ms: outcome.next_deadline.into(),
        }
    }
}

impl core::convert::From<Retry> for RetryForm {
    fn from(retry: Retry) -> Self {
        match retry {
            Retry::At { at, upper_bound } => Self::At(RetryAtForm { at_ms: at.into(), upper_bound }),
            Retry::Never => Self::Never(Nothing {}),
        }
    }
}

impl DecisionForm {
    /// A decision with the ids of a state.
    #[must_use]
    pub fn of(state: &State, decision: &Decision) -> Self {
        match decision {
            Decision::Allow { reservation, hold, deadline, shadow_violated, replayed } => Self::Allow(AllowForm {
                reservation: *reservation,
                hold_usd: *hold,
                deadline_ms: (*deadline).into(),
                shadow_violated: violations(state, shadow_violated),
                replayed: *replayed,
            }),
            Decision::Deny(denial) => Self::Deny(deny(state, denial)),
            Decision::Settled { reservation, charge, overrun, estimated, unpriced, from, replayed } => {
                Self::Settled(SettledForm {
                    reservation: *reservation,
                    charge_usd: *charge,
                    overrun_usd: *overrun,
                    estimated: *estimated,
                    unpriced: *unpriced,
                    from: *from,
                    replayed: *replayed,
                })
            }
            Decision::Voided { reservation, released, from, replayed } => Self::Voided(VoidedForm {
                reservation: *reservation,
                released_usd: *released,
                from: *from,
                replayed: *replayed,
            }),
            Decision::Expired { reservations } => Self::Expired(ExpiredForm { reservations: count(*reservations) }),
            Decision::Counted { shadow_violated } => {
                Self::Counted(CountedForm { shadow_violated: violations(state, shadow_violated) })
            }
            Decision::Adjusted { reservation, from, to, replayed } => Self::Adjusted(AdjustedForm {
                reservation: *reservation,
                from_usd: *from,
                to_usd: *to,
                replayed: *replayed,
            }),
            Decision::ClockAdvanced { clock } => Self::ClockAdvanced(ClockAdvancedForm { clock_ms: (*clock).into() }),
            Decision::Managed { changes } => {
                let revision = |(target, number): &(Target, u64)| RevisionForm {
                    target: target.clone(),
                    revision: count(*number),
                };
                Self::Managed(ManagedForm { changes: changes.iter().map(revision).collect() })
            }
            Decision::DenialsRecorded { denials } => {
                Self::DenialsRecorded(DenialsRecordedForm { denials: count(*denials) })
            }
            Decision::PolicyUpdated { changes } => Self::PolicyUpdated(PolicyUpdatedForm { changes: count(*changes) }),
        }
    }
}

pub(super) fn deny(state: &State, denial: &Denial) -> DenyForm {
    DenyForm {
        gate: denial.reason.gate(),
        reason: denial.reason,
        spending: denial.spending,
        retry: denial.retry.into(),
        violated: violations(state, &denial.violated),
    }
}

/// An amount of a meter as text: a count, or US dollars.
pub(super) fn meter_text(meter: Meter, units: i128) -> String {
    if meter == Meter::Cost { Money::from_units(units).to_string() } else { units.to_string() }
}

fn violations(state: &State, violations: &[Violation]) -> Vec<ViolationForm> {
    violations.iter().filter_map(|violation| violation_form(state, violation)).collect()
}

fn violation_form(state: &State, violation: &Violation) -> Option<ViolationForm> {
    Some(match violation {
        Violation::Limit { limit, needed, available, retry } => {
            let form = state.limits.get(*limit)?.form();
            ViolationForm::Limit(LimitViolationForm {
                limit: form.id.clone(),
                scope: form.scope.clone(),
                meter: form.meter,
                needed: meter_text(form.meter, *needed),
                available: meter_text(form.meter, *available),
                retry: (*retry).into(),
            })
        }
        Violation::Budget { budget, window, cap, balance, quote, retry } => {
            let form = &state.budgets.get(*budget)?.form;
            ViolationForm::Budget(BudgetViolationForm {
                budget: form.id.clone(),
                scope: form.scope.clone(),
                window_start_ms: window.start.into(),
                window_end_ms: window.end.map(Into::into),
                cap_usd: *cap,
                settled_usd: balance.settled,
                assumed_usd: balance.assumed,
                held_usd: balance.held,
                quote_usd: *quote,
                retry: (*retry).into(),
            })
        }
    })
}
