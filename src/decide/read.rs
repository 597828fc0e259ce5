//! What queries read: the same gates, without a decision.

use super::{
    admit::{self, reason_of},
    authenticate::{authenticate, authorize},
    settle::check,
};
use crate::{
    budget::Budget,
    command::{Credential, GivenUsage, ModelName},
    decision::Reason,
    directory::{Key, action::Action},
    error::Error,
    limit::{EVERY_MODEL, Limit, Operation},
    price::{BookForm, Found, Matched, PriceContext, Priced, Quote, RequestShape, UnpricedReason, price, quote},
    state::State,
    time::Timestamp,
};

/// A key that may do an action, and the classes of the model that it would do it with.
pub struct Permitted<'a> {
    /// The key.
    pub key: &'a Key,
    classes: u64,
}

/// The key of a credential, if it may do an action with a model now.
///
/// # Errors
/// The reason of the denial.
pub fn permitted<'a>(
    state: &'a State,
    credential: &Credential<'_>,
    action: Action,
    name: Option<&ModelName<'_>>,
    at: Timestamp,
) -> Result<Permitted<'a>, Reason> {
    let (_, key) = authenticate(state, credential, at)?;
    let Some(name) = name else {
        return if key.grants.permits(action, true) {
            Ok(Permitted { key, classes: 0 })
        } else {
            Err(Reason::ForbiddenAction)
        };
    };
    let model = admit::model_now(state, name);
    authorize(state, key, action, model.name, model.card)?;
    model.priced_by.ok_or(Reason::UnpricedModel)?;
    Ok(Permitted { key, classes: model.classes(state) })
}

/// The key of a credential, whatever it may do, and what holds for a request with any model.
///
/// # Errors
/// The reason of the denial.
pub fn known<'a>(state: &'a State, credential: &Credential<'_>, at: Timestamp) -> Result<Permitted<'a>, Reason> {
    let (_, key) = authenticate(state, credential, at)?;
    Ok(Permitted { key, classes: EVERY_MODEL })
}

/// The limits and budgets on a key's path that a request would be posted to.
pub fn on_path<'a>(
    state: &'a State,
    permitted: &Permitted<'a>,
    operation: Operation,
) -> (Vec<Limit<'a>>, Vec<&'a Budget>) {
    let scopes = state.path(permitted.key);
    let attached = || scopes.iter().flatten();
    let limits = attached().flat_map(|attached| &attached.limits).filter_map(|limit| state.limits.get(*limit));
    let limits = limits.filter(|limit| limit.operation == operation && limit.class_mask & permitted.classes != 0);
    let budgets = attached().flat_map(|attached| &attached.budgets).filter_map(|budget| state.budgets.get(*budget));
    (limits.collect(), budgets.collect())
}

/// The most that a request can cost with a model.
///
/// # Errors
/// The reason of the denial.
pub fn quote_named(
    state: &State,
    name: &ModelName<'_>,
    request: &RequestShape,
    at: Timestamp,
) -> Result<Quote, Reason> {
    let model = admit::model_now(state, name);
    let card = model.priced_by.ok_or(Reason::UnpricedModel)?;
    quote(card, request, at).map_err(reason_of)
}

/// What a usage costs by the book in force, at the cards of an instant, with the book. What is not said of a part is as
/// `context` says.
///
/// # Errors
/// When the usage is not one that can be priced by itself.
pub fn price_now<'a>(
    state: &'a State,
    model: &str,
    usage: &GivenUsage,
    context: PriceContext,
    at: Timestamp,
) -> Result<Result<(Priced<'a>, &'a BookForm), UnpricedReason>, Error> {
    check(usage)?;
    let Some((_, book)) = state.book() else { return Ok(Err(UnpricedReason::Model)) };
    let find = |name: &str| {
        book.lookup(None, name).or_else(|| {
            let fallback = book.lookup(None, state.directory.settings.fallback_model.as_deref()?)?;
            Some(Found { matched: Matched::Fallback, ..fallback })
        })
    };
    let priced = price(&find, model, usage, context, at).map_err(|error| error.at("query.usage"))?;
    Ok(priced.map(|priced| (priced, &*book.form)).map_err(|unpriced| unpriced.reason))
}
