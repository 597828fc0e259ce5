//! Headroom as JSON: what is left of limits, budgets and free time.

use super::{Count, count, decision::meter_text};
use crate::{
    budget::Budget,
    id::{BudgetId, LimitId},
    limit::{Limit, Meter, Mode, Scope},
    money::Money,
    state::State,
    time::{Millis, Timestamp},
};

crate::object! {
    /// What is left of a limit.
    pub struct LimitHeadroom {
        /// Which.
        limit: LimitId,
        /// What it covers.
        scope: Scope,
        /// What it counts.
        meter: Meter,
        /// Whether it blocks.
        mode: Mode,
        /// A full bucket, or the most open holds.
        capacity: String,
        /// What is left, rounded down; possibly negative.
        remaining: String,
        /// What comes back in each period; null for a gauge.
        rate: Option<String>,
        /// The period; null for a gauge.
        period_ms: Option<Count>,
        /// When the bucket is full again; null for a gauge.
        full_at_ms: Option<Millis>,
        /// `hard`: never exceeded where the estimate holds; `bounded`: output is counted when it is known.
        guarantee: String,
    }
    /// What is left of a budget.
    pub struct BudgetHeadroom {
        /// Which.
        budget: BudgetId,
        /// What it covers.
        scope: Scope,
        /// Whether it blocks.
        mode: Mode,
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
    }
    /// What an organization used of a month's free container time.
    pub struct FreeTimeHeadroom {
        /// Start of the month.
        month_start_ms: Millis,
        /// End of the month.
        month_end_ms: Option<Millis>,
        /// What costs nothing.
        free_ms: Count,
        /// What was used of it.
        used_ms: Count,
    }
    /// What is left on a path.
    pub struct HeadroomResult {
        /// Limits, in the order of the path.
        limits: Vec<LimitHeadroom>,
        /// Budgets, in the order of the path.
        budgets: Vec<BudgetHeadroom>,
        /// Free container time, by the book in force; null: it gives none.
        code_execution: Option<FreeTimeHeadroom>,
    }
}

pub(super) fn limit_headroom(limit: &Limit<'_>, at: Timestamp) -> LimitHeadroom {
    let form = limit.form();
    let bucket = limit.bucket();
    let gauge = limit.meter == Meter::ConcurrentRequests;
    let open = i128::try_from(limit.open()).unwrap_or(i128::MAX);
    let remaining = match gauge {
        true => limit.full.saturating_sub(open),
        false => bucket.whole(bucket.level_at(at)),
    };
    let full_at = match bucket.wait(bucket.full, at) {
        crate::limit::Wait::Until(at) if !gauge => Some(at.into()),
        _ => None,
    };
    LimitHeadroom {
        limit: form.id.clone(),
        scope: form.scope.clone(),
        meter: form.meter,
        mode: form.mode,
        capacity: meter_text(form.meter, form.capacity.units()),
        remaining: meter_text(form.meter, remaining),
        rate: form.rate.map(|rate| meter_text(form.meter, rate.units())),
        period_ms: form.period_ms.map(|period| Count::clamped(period.get())),
        full_at_ms: full_at,
        guarantee: if limit.counts_output_later() { "bounded" } else { "hard" }.to_owned(),
    }
}

pub(super) fn budget_headroom(budget: &Budget, at: Timestamp) -> BudgetHeadroom {
    let known = budget.window_at(at);
    BudgetHeadroom {
        budget: budget.form.id.clone(),
        scope: budget.form.scope.clone(),
        mode: budget.form.mode,
        window_start_ms: known.window.start.into(),
        window_end_ms: known.window.end.map(Into::into),
        cap_usd: budget.cap,
        settled_usd: known.balance.settled,
        assumed_usd: known.balance.assumed,
        held_usd: known.balance.held,
    }
}

pub(super) fn free_time(state: &State, at: Timestamp) -> Option<FreeTimeHeadroom> {
    let free = state.book()?.1.form.code_execution.as_ref()?.free_ms_per_month.unsigned();
    let known = state.free_time.month_at(at);
    (free > 0).then(|| FreeTimeHeadroom {
        month_start_ms: known.month.start.into(),
        month_end_ms: known.month.end.map(Into::into),
        free_ms: count(free),
        used_ms: count(known.used_ms),
    })
}
