//! Usage in disjoint classes, and the context it was made in.

use super::class::{Side, UsageClass};

/// The most of one class that a usage may count.
pub const LARGEST_COUNT: u64 = 1_000_000_000_000;

/// Counts of the classes. Each is at most 10^12.
///
/// The classes that nearly every answer counts have fields of their own; all others stand in a list, which most usages
/// do without.
///
/// ```
/// use tollgate::price::{Usage, UsageClass};
/// let mut usage = Usage { input: 120, output: 80, ..Usage::default() };
/// usage.set(UsageClass::InputAudio, 40);
/// assert_eq!((usage.prompt(), usage.count(UsageClass::InputAudio)), (160, 40));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Counts of all other classes.
    pub more: MoreCounts,
}

/// Counts of the classes that most usages do without; set by [`Usage::set`].
///
/// INVARIANT: by rising class, without zeros, and without the classes that have a field of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoreCounts(Option<Box<[(UsageClass, u64)]>>);

impl Usage {
    fn field(&self, class: UsageClass) -> Option<u64> {
        Some(match class {
            UsageClass::Input => self.input,
            UsageClass::CacheRead => self.cache_read,
            UsageClass::CacheWrite5m => self.cache_write_5m,
            UsageClass::CacheWrite1h => self.cache_write_1h,
            UsageClass::Output => self.output,
            UsageClass::WebSearch => self.web_searches,
            _ => return None,
        })
    }

    fn more(&self) -> &[(UsageClass, u64)] {
        self.more.0.as_deref().unwrap_or_default()
    }

    /// The count of a class.
    #[must_use]
    pub fn count(&self, class: UsageClass) -> u64 {
        self.field(class)
            .unwrap_or_else(|| self.more().iter().find(|(known, _)| *known == class).map_or(0, |(_, count)| *count))
    }

    /// Sets the count of a class.
    pub fn set(&mut self, class: UsageClass, count: u64) {
        let field = match class {
            UsageClass::Input => &mut self.input,
            UsageClass::CacheRead => &mut self.cache_read,
            UsageClass::CacheWrite5m => &mut self.cache_write_5m,
            UsageClass::CacheWrite1h => &mut self.cache_write_1h,
            UsageClass::Output => &mut self.output,
            UsageClass::WebSearch => &mut self.web_searches,
            _ => {
                let mut more = self.more.0.take().unwrap_or_default().into_vec();
                more.retain(|(known, _)| *known != class);
                if count > 0 {
                    let position = more.partition_point(|(known, _)| *known < class);
                    more.insert(position, (class, count));
                }
                self.more.0 = (!more.is_empty()).then(|| more.into_boxed_slice());
                return;
            }
        };
        *field = count;
    }

    /// Every class that is counted, with its count, in the order of the classes.
    pub fn counts(&self) -> impl Iterator<Item = (UsageClass, u64)> + '_ {
        [
            (UsageClass::Input, self.input),
            (UsageClass::CacheRead, self.cache_read),
            (UsageClass::CacheWrite5m, self.cache_write_5m),
            (UsageClass::CacheWrite1h, self.cache_write_1h),
            (UsageClass::Output, self.output),
            (UsageClass::WebSearch, self.web_searches),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .chain(self.more().iter().copied())
    }

    fn sum(&self, first: u64, of: impl Fn(UsageClass) -> bool) -> u64 {
        let more = self.more().iter().filter(|(class, _)| of(*class));
        more.fold(first, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Everything that the model read: the prompt, whose length chooses the tier.
    #[must_use]
    pub fn prompt(&self) -> u64 {
        self.uncached().saturating_add(self.all_cache_reads())
    }

    /// The prompt without cache reads, which is what rate limits on input count.
    #[must_use]
    pub fn uncached(&self) -> u64 {
        let first = self.input.saturating_add(self.cache_write_5m).saturating_add(self.cache_write_1h);
        self.sum(first, |class| class.side() == Side::Input && !class.is_cache_read())
    }

    /// Cache reads of every modality.
    #[must_use]
    pub fn all_cache_reads(&self) -> u64 {
        self.sum(self.cache_read, UsageClass::is_cache_read)
    }

    /// Everything that the model wrote.
    #[must_use]
    pub fn all_output(&self) -> u64 {
        self.sum(self.output, |class| class.side() == Side::Output)
    }

    /// The same usage without what the model wrote.
    #[must_use]
    pub fn without_output(mut self) -> Self {
        for class in UsageClass::ALL.iter().filter(|class| class.side() == Side::Output) {
            if self.count(*class) > 0 {
                self.set(*class, 0);
            }
        }
        self
    }

    pub(crate) fn largest_count(&self) -> u64 {
        self.counts().fold(0, |largest, (_, count)| largest.max(count))
    }

    #[cfg(test)]
    fn is_well_formed(&self) -> bool {
        self.more().windows(2).all(|pair| matches!(pair, [(left, _), (right, _)] if left < right))
            && self.more().iter().all(|(class, count)| *count > 0 && self.field(*class).is_none())
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
        /// In the European Union.
        Eu = "eu",
    }

    /// The service tier that a response was made at.
    pub enum ServiceTier {
        /// The usual tier.
        Standard = "standard",
        /// An asynchronous batch.
        Batch = "batch",
        /// Sooner, at a higher price or by contract.
        Priority = "priority",
        /// Later, at a lower price.
        Flex = "flex",
        /// The tier that OpenAI calls fast.
        Fast = "fast",
        /// Between flex and standard.
        Balanced = "balanced",
        /// Faster than fast.
        Ultrafast = "ultrafast",
        /// Decisions without text.
        Decisions = "decisions",
    }
}

/// What besides the model and the counts decides a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceContext {
    /// Speed.
    pub speed: Speed,
    /// Inference geography.
    pub inference_geo: InferenceGeo,
    /// Service tier.
    pub service_tier: ServiceTier,
}

impl Default for PriceContext {
    fn default() -> Self {
        Self { speed: Speed::Standard, inference_geo: InferenceGeo::Global, service_tier: ServiceTier::Standard }
    }
}

/// How many contexts can have rates.
pub(crate) const CONTEXTS: usize = Speed::ALL.len() * InferenceGeo::ALL.len() * ServiceTier::ALL.len();

impl PriceContext {
    /// The context's position among all.
    pub(crate) const fn at(self) -> usize {
        let table = (self.service_tier as usize).wrapping_mul(Speed::ALL.len()).wrapping_add(self.speed as usize);
        table.wrapping_mul(InferenceGeo::ALL.len()).wrapping_add(self.inference_geo as usize)
    }

    /// What is not standard in it, as line items name it.
    pub fn modifiers(self) -> impl Iterator<Item = &'static str> {
        let parts = [
            (self.service_tier != ServiceTier::Standard).then(|| self.service_tier.as_str()),
            (self.speed != Speed::Standard).then_some("fast_mode"),
            (self.inference_geo != InferenceGeo::Global).then(|| self.inference_geo.as_str()),
        ];
        parts.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_kept_once_and_zero_is_not_kept() {
        let mut usage = Usage::default();
        for class in UsageClass::ALL.iter().rev() {
            usage.set(*class, 7);
            usage.set(*class, class.at() as u64 + 1);
        }
        assert!(usage.is_well_formed());
        assert_eq!(usage.counts().map(|(_, count)| count).sum::<u64>(), (1..=32).sum::<u64>());
        for class in UsageClass::ALL {
            assert_eq!(usage.count(*class), class.at() as u64 + 1);
            usage.set(*class, 0);
        }
        assert_eq!(usage, Usage::default());
    }

    #[test]
    fn contexts_have_positions_of_their_own() {
        let mut seen = [false; CONTEXTS];
        for speed in Speed::ALL {
            for inference_geo in InferenceGeo::ALL {
                for service_tier in ServiceTier::ALL {
                    let context =
                        PriceContext { speed: *speed, inference_geo: *inference_geo, service_tier: *service_tier };
                    assert!(!std::mem::replace(&mut seen[context.at()], true));
                }
            }
        }
    }
}
