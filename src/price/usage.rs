//! Usage in disjoint classes, the context it was made in, and its charge.

use serde::{Deserialize, Serialize};

use super::{card::CardVersion, rate::Rate};
use crate::money::Money;

/// How many token classes there are.
pub(crate) const CLASSES: usize = 5;

/// The most of one class that a usage may count.
pub const LARGEST_COUNT: u64 = 1_000_000_000_000;

/// A class of tokens. The classes are disjoint: a token is counted in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UsageClass {
    /// Input that was neither read from nor written to the cache.
    Input,
    /// Input read from the cache.
    CacheRead,
    /// Input written to the cache for five minutes.
    CacheWrite5m,
    /// Input written to the cache for one hour.
    CacheWrite1h,
    /// Output.
    Output,
}

impl UsageClass {
    /// The name that price books and errors use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::CacheRead => "cache_read",
            Self::CacheWrite5m => "cache_write_5m",
            Self::CacheWrite1h => "cache_write_1h",
            Self::Output => "output",
        }
    }
}

/// Counted tokens, one count for each class, and web searches. Each count is at most 10^12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Uncached input tokens.
    pub input: u64,
    /// Tokens read from the cache.
    pub cache_read: u64,
    /// Tokens written to the cache for five minutes.
    pub cache_write_5m: u64,
    /// Tokens written to the cache for one hour.
    pub cache_write_1h: u64,
    /// Output tokens.
    pub output: u64,
    /// Web searches that succeeded.
    pub web_searches: u64,
}

impl Usage {
    /// Everything that the model read: the prompt, whose length chooses the tier.
    #[must_use]
    pub fn prompt(&self) -> u64 {
        self.uncached().saturating_add(self.cache_read)
    }

    /// The prompt without cache reads, which is what rate limits on input count.
    #[must_use]
    pub fn uncached(&self) -> u64 {
        self.input.saturating_add(self.cache_write_5m).saturating_add(self.cache_write_1h)
    }

    fn classes(&self) -> [u64; CLASSES] {
        [self.input, self.cache_read, self.cache_write_5m, self.cache_write_1h, self.output]
    }

    pub(crate) fn largest_count(&self) -> u64 {
        self.classes().into_iter().fold(self.web_searches, u64::max)
    }
}

crate::names! {
    /// The speed a request asks for.
    pub enum Speed {
        /// The usual speed.
        Standard = "standard",
        /// Fast mode, at rates of its own.
        Fast = "fast",
    }

    /// Where inference runs.
    pub enum InferenceGeo {
        /// Anywhere.
        Global = "global",
        /// In the United States.
        Us = "us",
    }

    /// The service tier that a response was made at.
    pub enum ServiceTier {
        /// The usual tier.
        Standard = "standard",
        /// An asynchronous batch.
        Batch = "batch",
        /// A contracted tier, whose price no card publishes.
        Priority = "priority",
    }
}

/// What besides the model and the counts decides a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceContext {
    /// Speed.
    pub speed: Speed,
    /// Inference geography.
    pub inference_geo: InferenceGeo,
    /// Service tier.
    pub service_tier: ServiceTier,
}

/// How many contexts can have rates.
pub(crate) const CONTEXTS: usize = 8;

impl PriceContext {
    /// The position of the context's rates, or `None` for a tier that no card prices.
    pub(crate) const fn at(self) -> Option<usize> {
        let batch = match self.service_tier {
            ServiceTier::Standard => 0,
            ServiceTier::Batch => 4,
            ServiceTier::Priority => return None,
        };
        Some(batch | ((self.inference_geo as usize) << 1) | self.speed as usize)
    }
}

/// Why a usage has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpricedReason {
    /// No card of the book carries the model at that time.
    Model,
    /// The card has no rates for the context.
    Context,
    /// The card has no rate for a class that was used.
    Class,
}

impl UnpricedReason {
    /// The code of the reason.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Model => "unpriced_model",
            Self::Context => "unpriced_context",
            Self::Class => "unpriced_class",
        }
    }
}

/// What a usage costs by a card's version, at the tier that its prompt reaches.
///
/// # Errors
/// When the context, or a class that was used, has no price.
pub fn charge(version: &CardVersion, context: PriceContext, usage: &Usage) -> Result<Money, UnpricedReason> {
    let rates = version.tier_of(usage.prompt()).rates(context).ok_or(UnpricedReason::Context)?;
    let mut total = Money::ZERO;
    for (rate, count) in rates.iter().zip(usage.classes()) {
        total += cost(*rate, count)?;
    }
    Ok(total + cost(version.web_search(), usage.web_searches)?)
}

fn cost(rate: Rate, count: u64) -> Result<Money, UnpricedReason> {
    if count == 0 { Ok(Money::ZERO) } else { rate.of(count).ok_or(UnpricedReason::Class) }
}
