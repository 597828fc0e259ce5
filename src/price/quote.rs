//! The quote: the most that a request can cost.

use super::{
    card::{Card, Tier},
    card_form::TierKind,
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
    if base > tiers.longest {
        return Err(Unquotable::Context);
    }

    let input_bound = base.saturating_mul(iterations);
    let output_bound = request.output_bound();
    let (input_reach, output_reach) = match version.tier_kind {
        TierKind::Threshold => (base, base),
        // Each class reaches a tier by its own count, and not by the prompt.
        TierKind::Graduated => (input_bound, output_bound),
    };
    let (mut input_rate, mut output_rate) = (0, 0);
    for tier in tiers.all() {
        if tier.first <= input_reach {
            input_rate = input_rate.max(dearest_input(tier, request.cache_write)?);
        }
        if tier.first <= output_reach {
            output_rate = output_rate.max(tier.dearest_output.units().ok_or(Unquotable::Class)?);
        }
    }
    let cost = |rate: u64, count: u64| Money::from_units(i128::from(rate).saturating_mul(i128::from(count)));
    let output = cost(output_rate, output_bound);
    let mut total = cost(input_rate, input_bound) + output;
    let first = tiers.all().first().ok_or(Unquotable::Context)?;
    for (class, count) in request.uses() {
        if count > 0 {
            let billed = version.billed(class, count);
            total += first.rates.get(class).of(class, billed).ok_or(Unquotable::Class)?;
        }
    }
    // A fee for each request is due wherever the card has one.
    if let Some(fee) = first.rates.get(UsageClass::Request).of(UsageClass::Request, iterations) {
        total += fee;
    }
    Ok(Quote { total, output, input_bound, output_bound })
}

/// The dearest rate of a tier that the input of a request can cost.
fn dearest_input(tier: &Tier, cache_write: CacheWrite) -> Result<u64, Unquotable> {
    let mut dearest = tier.dearest_input.units().ok_or(Unquotable::Class)?;
    for class in cache_write.classes() {
        match tier.rates.get(*class).units() {
            Some(rate) => dearest = dearest.max(rate),
            // Any write is any that the card has a rate for.
            None if cache_write == CacheWrite::Any => {}
            None => return Err(Unquotable::Class),
        }
    }
    Ok(dearest)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{Book, Usage, charge};

    #[test]
    fn a_graduated_quote_reaches_each_tier_by_the_count_that_the_charge_reaches_it_by() {
        let book = Book::parse(
            r#"{"schema_version":1,"name":"b","cards":[{"model":"m","versions":[{"tier_kind":"graduated",
                "rates_per_mtok":{"input":"1","output":"2"},"tiers":[{"starts":{"above":100},"rates_per_mtok":{"output":"20"}}]}]}]}"#,
        )
        .unwrap();
        let card = book.by_name("m").unwrap();
        let request = RequestShape::new(1_000).with_input_tokens(10);
        let quoted = quote(card, &request, Timestamp::EPOCH).unwrap();
        let usage = Usage { input: 10, output: 1_000, ..Usage::default() };
        let version = card.version_at(Timestamp::EPOCH).unwrap();
        let charged = charge(version, request.context(), &usage).unwrap();
        assert_eq!(charged.to_string(), "0.01821");
        assert_eq!(quoted.total.to_string(), "0.02001");
    }

    #[test]
    fn a_context_ends_at_its_longest_prompt_and_at_no_other_count() {
        let form = |kind: &str| {
            format!(
                r#"{{"schema_version":1,"name":"b","cards":[{{"model":"m","versions":[{{"tier_kind":"{kind}","rates_per_mtok":{{"input":"1","output":"2"}},
                    "contexts":[{{"service_tier":"flex","multiplier":"0.5","longest_prompt_tokens":100}}]}}]}}]}}"#
            )
        };
        for kind in ["threshold", "graduated"] {
            let book = Book::parse(&form(kind)).unwrap();
            let card = book.by_name("m").unwrap();
            let version = card.version_at(Timestamp::EPOCH).unwrap();
            let request = |tokens| RequestShape {
                service_tier: crate::price::ServiceTier::Flex,
                ..RequestShape::new(1_000).with_input_tokens(tokens)
            };
            let usage = |input| Usage { input, output: 1_000, ..Usage::default() };
            let context = request(0).context();
            assert_eq!(quote(card, &request(100), Timestamp::EPOCH).unwrap().total.to_string(), "0.00105");
            assert_eq!(charge(version, context, &usage(100)).unwrap().to_string(), "0.00105");
            assert_eq!(quote(card, &request(101), Timestamp::EPOCH), Err(Unquotable::Context));
            assert_eq!(charge(version, context, &usage(101)), Err(crate::price::UnpricedReason::Context));
            let split = Usage { cache_read: 60, ..usage(60) };
            assert_eq!(charge(version, context, &split), Err(crate::price::UnpricedReason::Context));
        }
    }
}
