//! What queries read: the same gates, without a decision.

use super::{
    admit::{self, reason_of},
    authenticate::{authenticate, authorize},
    settle::{charge_part, check},
};
use crate::{
    budget::Budget,
    command::{Credential, GivenUsage, ModelName},
    decision::Reason,
    directory::{Key, action::Action},
    error::Error,
    limit::{Limit, Operation},
    money::Money,
    price::{InferenceGeo, PriceContext, Quote, RequestShape, ServiceTier, Speed, UnpricedReason, quote},
    reservation::{PartModel, UsagePart},
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

/// The limits and budgets on a key's path that a request would be posted to.
pub fn on_path<'a>(
    state: &'a State,
    permitted: &Permitted<'a>,
    operation: Operation,
) -> (Vec<&'a Limit>, Vec<&'a Budget>) {
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

/// What a usage costs by the book in force, at the cards of an instant. What is not said of a part is standard.
///
/// # Errors
/// When the usage is not one that can be priced by itself.
pub fn price(
    state: &State,
    model: &str,
    usage: &GivenUsage,
    at: Timestamp,
) -> Result<Result<Money, UnpricedReason>, Error> {
    check(usage)?;
    let (GivenUsage::Final(parts) | GivenUsage::Partial(parts)) = usage else {
        return Err(Error::invalid("an unknown usage has no price of its own: send what was counted").at("query.usage"));
    };
    let book = state.book().map(|(_, book)| book);
    let mut total = Money::ZERO;
    for part in parts {
        let name = part.model.as_deref().unwrap_or(model);
        let card = admit::model_now(state, &ModelName::Name(name)).priced_by;
        let part = UsagePart {
            model: card.map_or_else(|| PartModel::Unknown(name.into()), |card| PartModel::Known(card.model)),
            usage: part.usage,
            context: PriceContext {
                speed: part.speed.unwrap_or(Speed::Standard),
                inference_geo: part.inference_geo.unwrap_or(InferenceGeo::Global),
                service_tier: part.service_tier.unwrap_or(ServiceTier::Standard),
            },
        };
        match charge_part(book, &part, at) {
            Ok(charge) => total += charge,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(Ok(total))
}
