//! Prices by class and tier, as both catalogues tell them, on their way into the forms of a rate card.

use rust_decimal::Decimal;

use crate::{
    form::Int,
    price::{
        ContextForm, HoursForm, ModifierForm, Multiplier, Rates, RatesPerMtok, RatesPerUnit, ServiceTier, Speed,
        TierForm, TierStart, Unit, UsageClass,
    },
    time::Timestamp,
};

/// Adds to a sorted list what it does not have yet. The lists are short, and a sorting algorithm is long.
pub(super) fn add_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(position) = list.binary_search(&item) {
        list.insert(position, item);
    }
}

/// What a class costs, also in longer prompts.
#[derive(Clone, Debug, Default)]
pub(super) struct Tiered {
    pub(super) base: Option<Decimal>,
    /// The rates of prompts above a length, by rising length.
    pub(super) above: Vec<(u64, Decimal)>,
}

impl Tiered {
    pub(super) fn set_above(&mut self, start: u64, rate: Decimal) {
        match self.above.binary_search_by_key(&start, |(known, _)| *known) {
            Ok(position) => {
                if let Some(slot) = self.above.get_mut(position) {
                    slot.1 = rate;
                }
            }
            Err(position) => self.above.insert(position, (start, rate)),
        }
    }

    pub(super) fn rates(&self) -> impl Iterator<Item = Decimal> + '_ {
        self.base.into_iter().chain(self.above.iter().map(|(_, rate)| *rate))
    }

    pub(super) fn is_zero(&self) -> bool {
        self.rates().all(|rate| rate.is_zero())
    }
}

/// The prices of classes, in the order of the classes.
#[derive(Clone, Debug, Default)]
pub(super) struct Prices(Vec<(UsageClass, Tiered)>);

impl Prices {
    pub(super) fn get(&self, class: UsageClass) -> Option<&Tiered> {
        self.0.iter().find(|(known, _)| *known == class).map(|(_, tiered)| tiered)
    }

    pub(super) fn has(&self, class: UsageClass) -> bool {
        self.get(class).is_some()
    }

    pub(super) fn entry(&mut self, class: UsageClass) -> Option<&mut Tiered> {
        let position = match self.0.binary_search_by_key(&class, |(known, _)| *known) {
            Ok(position) => position,
            Err(position) => {
                self.0.insert(position, (class, Tiered::default()));
                position
            }
        };
        self.0.get_mut(position).map(|(_, tiered)| tiered)
    }

    pub(super) fn set(&mut self, class: UsageClass, tiered: Tiered) {
        if let Some(slot) = self.entry(class) {
            *slot = tiered;
        }
    }

    pub(super) fn remove(&mut self, class: UsageClass) {
        self.0.retain(|(known, _)| *known != class);
    }

    /// Drops the tiers of prompts longer than this.
    pub(super) fn end_at(&mut self, longest: u64) {
        self.0.iter_mut().for_each(|(_, tiered)| tiered.above.retain(|(start, _)| *start < longest));
        self.0.retain(|(_, tiered)| tiered.rates().next().is_some());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (UsageClass, &Tiered)> {
        self.0.iter().map(|(class, tiered)| (*class, tiered))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().all(|(_, tiered)| tiered.is_zero())
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().fold(0, |count, (_, tiered)| count.saturating_add(tiered.rates().count()))
    }

    fn tokens(&self) -> impl Iterator<Item = &(UsageClass, Tiered)> {
        self.0.iter().filter(|(class, _)| class.unit() == Unit::Token)
    }

    fn base(&self) -> RatesPerMtok {
        let mut rates = Rates::default();
        for (class, tiered) in self.tokens() {
            if let Some(rate) = tiered.base {
                rates.set(*class, rate);
            }
        }
        RatesPerMtok(rates)
    }

    fn tiers(&self) -> Vec<TierForm> {
        let mut starts: Vec<u64> = Vec::new();
        for (_, tiered) in self.tokens() {
            tiered.above.iter().for_each(|(start, _)| add_sorted(&mut starts, *start));
        }
        let mut tiers = Vec::with_capacity(starts.len());
        for start in starts {
            let mut rates = Rates::default();
            for (class, tiered) in self.tokens() {
                if let Some((_, rate)) = tiered.above.iter().find(|(known, _)| *known == start) {
                    rates.set(*class, *rate);
                }
            }
            let length = i64::try_from(start).unwrap_or(i64::MAX);
            tiers
                .push(TierForm { starts: TierStart::Above(Int::clamped(length)), rates_per_mtok: RatesPerMtok(rates) });
        }
        tiers
    }

    /// Rates of uses and hours that differ from the `standard` ones.
    fn units(&self, standard: Option<&Self>) -> RatesPerUnit {
        let mut rates = Rates::default();
        for (class, tiered) in self.0.iter().filter(|(class, _)| class.unit() != Unit::Token) {
            let known = standard.and_then(|standard| standard.get(*class)).and_then(|tiered| tiered.base);
            if let Some(rate) = tiered.base.filter(|rate| Some(*rate) != known) {
                rates.set(*class, rate);
            }
        }
        RatesPerUnit(rates)
    }
}

/// The prices of a service tier or a speed.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) service_tier: ServiceTier,
    pub(super) speed: Speed,
    pub(super) multiplier: Option<Decimal>,
    pub(super) prices: Prices,
    pub(super) longest_prompt: Option<u64>,
}

impl Context {
    pub(super) fn new(service_tier: ServiceTier, speed: Speed, prices: Prices) -> Self {
        Self { service_tier, speed, multiplier: None, prices, longest_prompt: None }
    }

    pub(super) fn form(&self, standard: &Prices) -> ContextForm {
        ContextForm {
            service_tier: self.service_tier,
            speed: self.speed,
            multiplier: self.multiplier.map(Multiplier),
            rates_per_mtok: self.prices.base(),
            tiers: self.prices.tiers(),
            longest_prompt_tokens: self
                .longest_prompt
                .map(|longest| Int::clamped(i64::try_from(longest).unwrap_or(i64::MAX))),
            rates_per_unit: self.prices.units(Some(standard)),
        }
    }
}

/// Prices from an instant on.
#[derive(Clone, Debug, Default)]
pub(super) struct Version {
    pub(super) from: Option<Timestamp>,
    pub(super) hours: Vec<HoursForm>,
    pub(super) standard: Prices,
    pub(super) contexts: Vec<Context>,
    pub(super) modifiers: Vec<ModifierForm>,
}

impl Version {
    /// All price tables.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Prices> {
        core::iter::once(&self.standard).chain(self.contexts.iter().map(|context| &context.prices))
    }

    pub(super) fn tables_mut(&mut self) -> impl Iterator<Item = &mut Prices> {
        core::iter::once(&mut self.standard).chain(self.contexts.iter_mut().map(|context| &mut context.prices))
    }

    /// Whether these are the same prices, in the same hours.
    pub(super) fn same(&self, other: &Self) -> bool {
        let text = |version: &Self| crate::wire::to_text(&Self { from: None, ..version.clone() }.form());
        text(self) == text(other)
    }

    pub(super) fn form(&self) -> crate::price::CardVersionForm {
        crate::price::CardVersionForm {
            effective_from: self.from,
            hours: self.hours.clone(),
            rates_per_mtok: self.standard.base(),
            rates_per_unit: self.standard.units(None),
            tier_kind: crate::price::TierKind::Threshold,
            tiers: self.standard.tiers(),
            contexts: self.contexts.iter().map(|context| context.form(&self.standard)).collect(),
            modifiers: self.modifiers.clone(),
        }
    }
}
