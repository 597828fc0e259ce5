//! The quote: the most that a request can cost.

use super::{
    card::{Card, Tier},
    class::UsageClass,
    request::{CacheWrite, InputSize, RequestShape},
};
use crate::{money::Money, time::Timestamp};

/// The most that a request can cost, and the bounds that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The whole quote.
    pub total: Money,
    /// Its part for output.
    pub output: Money,
    /// The most input tokens, over all iterations.
    pub input_bound: u64,
    /// The most output tokens, over all iterations.
    pub output_bound: u64,
}

/// Why a request has no quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unquotable {
    /// No version of the card is in force.
    Model,
    /// The card does not offer the context.
    Context,
    /// A class that the request may use has no rate.
    Class,
    /// Nothing bounds the request's iterations.
    Unbounded,
}

/// Quotes a request by a card at an instant.
///
/// The bound holds where body bytes bound tokens, `tool_tokens` and `image_tokens` are true maxima, and the request's
/// shape tells all that it may use. It is taken at the dearest class and tier that the request can reach.
///
/// # Errors
/// When a price or a bound is missing.
pub fn quote(card: &Card, request: &RequestShape, at: Timestamp) -> Result<Quote, Unquotable> {
    let version = card.version_at(at).ok_or(Unquotable::Model)?;
    let iterations = request.bounding_iterations().ok_or(Unquotable::Unbounded)?;
    let tiers = version.tiers(request.context()).ok_or(Unquotable::Context)?;
    let base = prompt_bound(card, request).ok_or(Unquotable::Unbounded)?;

    let (mut input_rate, mut output_rate) = (0, 0);
    for tier in tiers.all() {
        if tier.first > base {
            break;
        }
        let (input, output) = dearest(tier, request.cache_write)?;
        (input_rate, output_rate) = (input_rate.max(input), output_rate.max(output));
    }
    let input_bound = base.saturating_mul(iterations);
    let output_bound = request.output_bound();
    let cost = |rate: u64, count: u64| Money::from_units(i128::from(rate).saturating_mul(i128::from(count)));
    let output = cost(output_rate, output_bound);
    let mut total = cost(input_rate, input_bound) + output;
    let first = tiers.all().first().ok_or(Unquotable::Context)?;
    for (class, count) in request.uses() {
        if count > 0 {
            total += first.rates.get(class).of(class, count).ok_or(Unquotable::Class)?;
        }
    }
    // A fee for each request is due wherever the card has one.
    if let Some(fee) = first.rates.get(UsageClass::Request).of(UsageClass::Request, iterations) {
        total += fee;
    }
    Ok(Quote { total, output, input_bound, output_bound })
}

/// The dearest rates of a tier that the input and the output of a request can cost.
fn dearest(tier: &Tier, cache_write: CacheWrite) -> Result<(u64, u64), Unquotable> {
    let mut input = tier.dearest_input.units().ok_or(Unquotable::Class)?;
    let output = tier.dearest_output.units().ok_or(Unquotable::Class)?;
    for class in cache_write.classes() {
        input = input.max(tier.rates.get(*class).units().ok_or(Unquotable::Class)?);
    }
    Ok((input, output))
}

fn prompt_bound(card: &Card, request: &RequestShape) -> Option<u64> {
    let window = card.context_window;
    match (request.input, request.external_input) {
        (InputSize::Tokens(tokens), false) => Some(tokens),
        (InputSize::Tokens(tokens), true) => Some(tokens.max(window?)),
        (InputSize::Bytes(_), true) => window,
        (InputSize::Bytes(bytes), false) => {
            let all = bytes
                .saturating_add(if request.tools { card.tool_tokens } else { 0 })
                .saturating_add(u64::from(request.images).saturating_mul(card.image_tokens));
            Some(window.map_or(all, |window| all.min(window)))
        }
    }
}
