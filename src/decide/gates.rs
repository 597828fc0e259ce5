//! The last gates: every limit and every budget on the path, all of them read before anything is answered.

use crate::{
    alert::Alert,
    budget::Budget,
    decision::{Denial, Reason, Retry, Violation},
    directory::Attached,
    event::{Event, EventKind, Events},
    id::{BudgetIx, LimitIx},
    limit::{Amounts, Limit, Meter, Operation, Standing, Wait},
    money::{Money, added},
    reservation::Pins,
    short::Short,
    state::State,
    time::Timestamp,
};

/// What the limits and budgets on a path say to a request.
pub(super) struct Verdict {
    /// Where the request would be posted.
    pub pins: Pins,
    /// Violations of what is in force.
    pub violated: Vec<Violation>,
    /// Violations of what is in shadow.
    pub shadow_violated: Vec<Violation>,
    /// Whether an enforced limit, an enforced budget, is violated.
    limit: bool,
    budget: bool,
    retry: Retry,
    // Limits whose alert changes: those that fire now, and those that resolve if the request is admitted.
    edges: Short<(LimitIx, bool), 2>,
}

impl Verdict {
    pub(super) fn new() -> Self {
        Self {
            pins: Pins::default(),
            violated: Vec::new(),
            shadow_violated: Vec::new(),
            limit: false,
            budget: false,
            retry: Retry::At { at: Timestamp::EPOCH, upper_bound: false },
            edges: Short::new(),
        }
    }

    fn violate(&mut self, shadow: bool, violation: Violation, retry: Retry) {
        if shadow {
            self.shadow_violated.push(violation);
        } else {
            self.violated.push(violation);
            self.retry = self.retry.later(retry);
        }
    }

    /// The denial, where an enforced limit or budget is violated.
    pub(super) fn denial(&mut self) -> Option<Denial> {
        let reason = match (self.limit, self.budget) {
            (true, _) => Reason::LimitExceeded,
            (false, true) => Reason::BudgetExceeded,
            (false, false) => return None,
        };
        Some(Denial { reason, spending: self.budget, retry: self.retry, violated: std::mem::take(&mut self.violated) })
    }

    /// The alerts of limits that an answer changes.
    pub(super) fn alerts(&self, admitted: bool, at: Timestamp, events: &mut Events) {
        for (limit, hit) in &self.edges {
            let alert = Alert::LimitHit { limit: *limit };
            match (hit, admitted) {
                (true, _) => events.push(Event { at, kind: EventKind::AlertFired(alert) }),
                (false, true) => events.push(Event { at, kind: EventKind::AlertResolved(alert) }),
                (false, false) => {}
            }
        }
    }
}

/// Whose limits and budgets a request meets: organization, project, member, key.
pub(super) type Scopes<'a> = [Option<&'a Attached>; 4];

/// Reads every limit on a path that applies to an operation on a model of these classes.
pub(super) fn limits(
    state: &State,
    path: &Scopes<'_>,
    operation: Operation,
    classes: u64,
    amounts: &Amounts,
    at: Timestamp,
    verdict: &mut Verdict,
) {
    for attached in path.iter().flatten() {
        for index in &attached.limits {
            let Some(standing) = state.limits.standing(*index, operation, classes, amounts) else { continue };
            verdict.pins.limits.push(*index);
            if standing == Standing::Unsure
                && let Some(limit) = state.limits.get(*index)
            {
                check(state, *index, &limit, amounts, at, verdict);
            }
        }
    }
}

/// Checks a limit to the last digit. Seldom needed, and kept out of the way of what is.
#[cold]
fn check(state: &State, index: LimitIx, limit: &Limit<'_>, amounts: &Amounts, at: Timestamp, verdict: &mut Verdict) {
    let violation = match limit.meter {
        Meter::ConcurrentRequests => check_gauge(state, index, limit),
        _ => check_bucket(index, limit, amounts, at),
    };
    let hit = violation.is_some();
    if hit != limit.hit() {
        verdict.edges.push((index, hit));
    }
    if let Some((violation, retry)) = violation {
        verdict.limit |= !limit.shadow;
        verdict.violate(limit.shadow, violation, retry);
    }
}

fn check_bucket(index: LimitIx, limit: &Limit<'_>, amounts: &Amounts, at: Timestamp) -> Option<(Violation, Retry)> {
    let debit = limit.debit(amounts);
    let need = limit.need(amounts);
    let bucket = limit.bucket();
    let level = bucket.level_at(at);
    if level >= need {
        return None;
    }
    let retry = match bucket.wait(need, at) {
        Wait::Until(at) => Retry::At { at, upper_bound: false },
        Wait::Never => Retry::Never,
    };
    let available = bucket.whole(level);
    Some((Violation::Limit { limit: index, needed: limit.needed(debit), available, retry }, retry))
}

fn check_gauge(state: &State, index: LimitIx, limit: &Limit<'_>) -> Option<(Violation, Retry)> {
    let open = i128::try_from(limit.open()).unwrap_or(i128::MAX);
    let available = limit.full.saturating_sub(open);
    if available >= 1 {
        return None;
    }
    // A capacity that was lowered can lie below what is open: then more than one hold has to close first.
    let left = usize::try_from(limit.full.saturating_sub(1)).ok();
    let retry = match left.and_then(|left| limit.gauge()?.at_most(left, &state.reservations)) {
        Some(at) => Retry::At { at, upper_bound: true },
        None => Retry::Never,
    };
    Some((Violation::Limit { limit: index, needed: 1, available, retry }, retry))
}

/// Reads every budget on a path.
pub(super) fn budgets(state: &State, path: &Scopes<'_>, quote: Money, at: Timestamp, verdict: &mut Verdict) {
    for attached in path.iter().flatten() {
        for index in &attached.budgets {
            let Some(budget) = state.budgets.get(*index) else { continue };
            verdict.pins.budgets.push(*index);
            if added(budget.total_at(at), quote) <= budget.cap {
                continue;
            }
            exceed(*index, budget, quote, at, verdict);
        }
    }
}

#[cold]
fn exceed(index: BudgetIx, budget: &Budget, quote: Money, at: Timestamp, verdict: &mut Verdict) {
    let known = budget.window_at(at);
    let retry = match known.window.end {
        Some(end) if quote <= budget.cap => Retry::At { at: end, upper_bound: true },
        _ => Retry::Never,
    };
    let violation = Violation::Budget {
        budget: index,
        window: known.window,
        cap: budget.cap,
        balance: known.balance,
        quote,
        retry,
    };
    verdict.budget |= !budget.shadow;
    verdict.violate(budget.shadow, violation, retry);
}
