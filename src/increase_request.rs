//! Increase requests: somebody asks for a higher limit or cap, with a reason, and whoever may decides.
//!
//! A request sets nothing by itself. Who approves it sets the limit or budget in the same command, which may then go as far
//! as what was asked for.

use crate::{
    directory::Principal,
    form::{Json, Path, Problems},
    id::{BudgetId, IncreaseRequestId, LimitId},
    limit::MeterAmount,
};

/// The most requests that are remembered; of those beyond, the one that was decided first is forgotten.
pub const MOST: usize = 1_000;

/// The most requests of one member or service account, its keys' included, that wait for a decision: nobody can fill up the room
/// of all.
pub const MOST_OF_ONE: usize = 20;

crate::names! {
    /// Where an increase request stands.
    pub enum IncreaseStatus {
        /// Nobody has decided.
        Pending = "pending",
        /// What was asked for was given, or a part of it.
        Approved = "approved",
        /// It was refused.
        Denied = "denied",
        /// Who asked needs it no more.
        Withdrawn = "withdrawn",
    }
}

crate::object! {
    /// Somebody asks for a higher limit or cap.
    pub struct IncreaseRequestForm {
        /// Its id.
        id: IncreaseRequestId,
        /// The limit that is to be raised; null: a budget is.
        limit: Option<LimitId> = None,
        /// The budget whose cap is to be raised; null: a limit is.
        budget: Option<BudgetId> = None,
        /// The rate and capacity, or the cap, that is asked for: a count, or for money a string of US dollars.
        amount: MeterAmount,
        /// Why.
        reason: String,
        /// Who asks.
        requested_by: Principal,
        /// Where it stands.
        status: IncreaseStatus = IncreaseStatus::Pending,
        /// What who decided has to say.
        note: Option<String> = None,
    }
}

impl IncreaseRequestForm {
    /// Reports what is wrong with the fields together.
    pub(crate) fn check(&self, path: &Path<'_>, problems: &mut Problems) {
        if self.limit.is_some() == self.budget.is_some() {
            let found = self.budget.as_ref().map_or(Json::Null, |id| Json::String(id.to_string()));
            let message = "an increase request names one limit or one budget";
            problems.report(&path.field("budget"), &found, message, "name either `limit` or `budget`");
        }
        if self.budget.is_some() && !matches!(self.amount, MeterAmount::Usd(_)) {
            let found = Json::Integer(self.amount.units());
            let message = "a cap is money";
            problems.report(&path.field("amount"), &found, message, "write US dollars as a string, such as \"500\"");
        }
    }
}
