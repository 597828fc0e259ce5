//! The quote: the most that a request can cost.

use super::{
    card::Card,
    rate::Rate,
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
    let base = prompt_bound(card, request);
    let context = request.context();

    let (mut input_rate, mut output_rate) = (0, 0);
    for (index, tier) in version.tiers().iter().enumerate() {
        if index > 0 && tier.above >= base {
            break;
        }
        let rates = tier.rates(context).ok_or(Unquotable::Context)?;
        let [input, read, write_5m, write_1h, output] = rates;
        let required = |rate: &Rate| rate.units().ok_or(Unquotable::Class);
        input_rate = input_rate.max(required(input)?).max(read.units().unwrap_or(0));
        if request.cache_write != CacheWrite::None {
            input_rate = input_rate.max(required(write_5m)?);
        }
        if request.cache_write == CacheWrite::OneHour {
            input_rate = input_rate.max(required(write_1h)?);
        }
        output_rate = output_rate.max(required(output)?);
    }
    let searches = match request.web_searches {
        0 => Money::ZERO,
        count => version.web_search().of(count.into()).ok_or(Unquotable::Class)?,
    };

    let input_bound = base.saturating_mul(iterations);
    let output_bound = request.output_bound();
    let cost = |rate: u64, count: u64| Money::from_units(i128::from(rate).saturating_mul(i128::from(count)));
    let output = cost(output_rate, output_bound);
    Ok(Quote { total: cost(input_rate, input_bound) + output + searches, output, input_bound, output_bound })
}

fn prompt_bound(card: &Card, request: &RequestShape) -> u64 {
    match (request.input, request.external_input) {
        (InputSize::Tokens(tokens), false) => tokens,
        (InputSize::Tokens(tokens), true) => tokens.max(card.context_window),
        (InputSize::Bytes(_), true) => card.context_window,
        (InputSize::Bytes(bytes), false) => bytes
            .saturating_add(if request.tools { card.tool_tokens } else { 0 })
            .saturating_add(u64::from(request.images).saturating_mul(card.image_tokens))
            .min(card.context_window),
    }
}
