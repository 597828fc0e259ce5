//! Prices as JSON: a usage to price, its lines, and why it has none.

use super::{Count, UsageForm, count};
use crate::{
    error::Error,
    money::Money,
    price::{
        BookForm, InferenceGeo, Line, PriceContext, Priced, PricedPart, ServiceTier, Speed, Unit, Unpriced,
        UnpricedReason, UsageClass,
    },
    time::{Millis, Timestamp},
};

crate::names! {
    /// What a rate is for.
    pub enum Per {
        /// A million tokens.
        Mtok = "mtok",
        /// One use.
        Use = "use",
        /// One hour; the quantity is in milliseconds.
        Hour = "hour",
    }
}

impl Per {
    /// What a rate of a unit is for.
    #[must_use]
    pub const fn of(unit: Unit) -> Self {
        match unit {
            Unit::Token => Self::Mtok,
            Unit::Use => Self::Use,
            Unit::Hour => Self::Hour,
        }
    }
}

crate::object! {
    /// How a call was made, where its usage does not say.
    pub struct ContextForm {
        /// The service tier.
        service_tier: ServiceTier = ServiceTier::Standard,
        /// The speed.
        speed: Speed = Speed::Standard,
        /// Where inference ran.
        inference_geo: InferenceGeo = InferenceGeo::Global,
    }

    /// What a usage costs by the book in force.
    pub struct PriceForm {
        /// The model.
        model: String,
        /// When it was used.
        at_ms: Millis,
        /// How the call was made, where the usage does not say.
        context: ContextForm = ContextForm { service_tier: ServiceTier::Standard, speed: Speed::Standard, inference_geo: InferenceGeo::Global },
        /// What was used.
        usage: UsageForm,
    }

    /// One line of a price.
    pub struct LineItem {
        /// The model, as the price book calls it.
        model: String,
        /// The class.
        class: UsageClass,
        /// How much: tokens, uses, or milliseconds.
        quantity: Count,
        /// The rate, with every factor in it.
        rate_usd: Money,
        /// What the rate is for.
        per: Per,
        /// What is not standard in it: service tier, `fast_mode`, place.
        modifiers: Vec<String>,
        /// The shortest prompt of the rate's tier; 0: the base tier.
        tier_from_tokens: Count,
        /// From when on the card's version holds; null: from the beginning.
        version_from: Option<Timestamp>,
        /// The price book's name.
        source: String,
        /// What the line costs.
        usd: Money,
    }

    /// A price: the sum of its lines.
    pub struct PriceResult {
        /// What the usage costs.
        usd: Money,
        /// Its lines.
        lines: Vec<LineItem>,
    }
}

impl From<&ContextForm> for PriceContext {
    fn from(form: &ContextForm) -> Self {
        Self { speed: form.speed, inference_geo: form.inference_geo, service_tier: form.service_tier }
    }
}

/// A price with its lines.
pub(super) fn price_result(priced: &Priced<'_>, book: &BookForm) -> PriceResult {
    let lines = priced.parts.iter().flat_map(|part| part.lines.iter().map(|line| line_item(part, line, book)));
    PriceResult { usd: priced.total, lines: lines.collect() }
}

fn line_item(part: &PricedPart<'_>, line: &Line, book: &BookForm) -> LineItem {
    let units = i128::from(line.rate.units().unwrap_or(0));
    let per = Per::of(line.class.unit());
    let rate = match per {
        Per::Mtok => units.saturating_mul(1_000_000),
        Per::Use => units,
        Per::Hour => units.saturating_mul(1_000),
    };
    LineItem {
        model: part.found.model.to_owned(),
        class: line.class,
        quantity: count(line.quantity),
        rate_usd: Money::from_units(rate),
        per,
        modifiers: part.context.modifiers().map(str::to_owned).collect(),
        tier_from_tokens: count(line.tier_first),
        version_from: Some(part.version.effective_from).filter(|from| *from > Timestamp::EPOCH),
        source: book.name.clone(),
        usd: line.amount,
    }
}

/// Why a usage has no price, as an error: its code, what to do, and where.
pub(super) fn unpriced_error(unpriced: &Unpriced) -> Error {
    let model = crate::error::shown(&unpriced.model);
    let (kind, message, path) = match unpriced.reason {
        UnpricedReason::Model => (
            crate::error::ErrorKind::UnknownModel,
            format!(
                "`{model}` has no card in this price book at that time: name a model of the book, or use another book"
            ),
            "model",
        ),
        UnpricedReason::Context => (
            crate::error::ErrorKind::UnpricedContext,
            format!("no price of `{model}` is published for this context: see its card for the contexts that have one"),
            "context",
        ),
        UnpricedReason::Class(class) => (
            crate::error::ErrorKind::UnpricedClass,
            format!("`{model}` has no rate for `{}`: add one to its card", class.as_str()),
            "usage",
        ),
    };
    Error::new(kind, message).at(path)
}
