//! The priced usage: what each part of it costs, line by line, and by which card.

use super::{
    book::Matched,
    card::{Card, CardVersion},
    charge::{Line, UnpricedReason, lines},
    request::CacheWrite,
    usage::PriceContext,
};
use crate::{
    command::{GivenPart, GivenUsage},
    error::{Error, ErrorKind},
    id::CardIx,
    money::Money,
    time::Timestamp,
};

/// A card that a name led to.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// Its position in the book.
    pub index: CardIx,
    /// What the engine calls the model.
    pub model: &'a str,
    /// The card.
    pub card: &'a Card,
    /// How the name led to it.
    pub matched: Matched<'a>,
}

/// What one part of a usage costs.
#[derive(Clone, Debug)]
pub struct PricedPart<'a> {
    /// The card that it is priced by.
    pub found: Found<'a>,
    /// The card's version.
    pub version: &'a CardVersion,
    /// The context that it is priced in.
    pub context: PriceContext,
    /// Its lines, in the order of the classes.
    pub lines: Vec<Line>,
}

/// What a usage costs.
///
/// INVARIANT: the total is the sum of the lines.
#[derive(Clone, Debug)]
pub struct Priced<'a> {
    /// What it costs.
    pub total: Money,
    /// Its parts; most usages have one.
    pub parts: Vec<PricedPart<'a>>,
}

/// Why a usage has no price, and which of its parts has none.
#[derive(Clone, Debug)]
pub struct Unpriced {
    /// Why.
    pub reason: UnpricedReason,
    /// The model that has no price, or has none so.
    pub model: String,
}

/// Prices a usage by the cards that its models lead to, at an instant. What a part does not say of its context is as
/// `context` says.
///
/// # Errors
/// The outer error when nothing of the usage is known; the inner one when it has no price.
pub fn price<'a>(
    find: &dyn Fn(&str) -> Option<Found<'a>>,
    model: &str,
    usage: &GivenUsage,
    context: PriceContext,
    at: Timestamp,
) -> Result<Result<Priced<'a>, Unpriced>, Error> {
    let (GivenUsage::Final(parts) | GivenUsage::Partial(parts)) = usage else {
        let message = "an unknown usage has no price of its own: send what was counted";
        return Err(Error::new(ErrorKind::ContradictoryUsage, message).at("usage"));
    };
    if parts.iter().any(|part| part.unseen_time) {
        let message = "a container's time that is not known has no price: send how long it ran";
        return Err(Error::new(ErrorKind::ContradictoryUsage, message).at("usage"));
    }
    let mut priced = Priced { total: Money::ZERO, parts: Vec::with_capacity(parts.len()) };
    for part in parts {
        let name = part.model.as_deref().unwrap_or(model);
        let unpriced = |reason| Ok(Err(Unpriced { reason, model: name.to_owned() }));
        let Some(found) = find(name) else { return unpriced(UnpricedReason::Model) };
        let Some(version) = found.card.version_at(at) else { return unpriced(UnpricedReason::Model) };
        let context = context_of(part, context);
        let mut listed = Vec::new();
        let result = lines(version, context, &part.counted(CacheWrite::None, Some(version), context), |line| {
            priced.total += line.amount;
            listed.push(line);
        });
        if let Err(reason) = result {
            return unpriced(reason);
        }
        priced.parts.push(PricedPart { found, version, context, lines: listed });
    }
    Ok(Ok(priced))
}

/// The context of a part.
pub(crate) fn context_of(part: &GivenPart, otherwise: PriceContext) -> PriceContext {
    PriceContext {
        speed: part.speed.unwrap_or(otherwise.speed),
        inference_geo: part.inference_geo.unwrap_or(otherwise.inference_geo),
        service_tier: part.service_tier.unwrap_or(otherwise.service_tier),
    }
}
