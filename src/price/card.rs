//! A compiled rate card: one model's rates over time, by context and by tier.

use rust_decimal::Decimal;

use super::{
    card_form::{CardForm, CardVersionForm, ContextForm, TierForm, TierKind, TierStart},
    class::{Unit, UsageClass},
    container_time::ContainerTime,
    rate::{Rate, RateTable, Rates},
    usage::{CONTEXTS, InferenceGeo, PriceContext, ServiceTier, Speed},
};
use crate::{
    form::{Json, Path, Problems},
    id::ModelIx,
    short::Short,
    time::{Hours, Timestamp, Weekday},
};

/// Compiled rates from a prompt length on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The shortest prompt that it holds for; 0 for the base tier.
    pub first: u64,
    /// Its rates.
    pub rates: RateTable,
    /// The dearest that a token of input can cost without writing the cache; unpriced where plain input is.
    pub(crate) dearest_input: Rate,
    /// The dearest that a token of output can cost; unpriced where plain output is.
    pub(crate) dearest_output: Rate,
}

impl Tier {
    fn new(first: u64, rates: RateTable) -> Self {
        let dearest = |whole: UsageClass| match rates.get(whole) {
            Rate::UNPRICED => Rate::UNPRICED,
            plain => rates
                .priced()
                .filter(|(class, _)| class.side() == whole.side() && !class.is_cache_write())
                .fold(plain, |dearest, (_, rate)| dearest.max(rate)),
        };
        let (dearest_input, dearest_output) = (dearest(UsageClass::Input), dearest(UsageClass::Output));
        Self { first, rates, dearest_input, dearest_output }
    }
}

/// The tiers of one context.
///
/// INVARIANT: never empty, by rising `first`, the first at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers {
    list: Short<Tier, 1>,
    /// The longest prompt that the context is offered for.
    pub longest: u64,
}

impl Tiers {
    /// The tiers, by rising prompt length.
    #[must_use]
    pub fn all(&self) -> &[Tier] {
        &self.list
    }

    /// The tier that a prompt of this length is billed at; `None` where the context is not offered for it.
    #[must_use]
    pub fn of(&self, prompt: u64) -> Option<&Tier> {
        self.list.iter().rev().find(|tier| tier.first <= prompt).filter(|_| prompt <= self.longest)
    }
}

/// A card's compiled rates from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardVersion {
    /// The first instant that it holds for.
    pub effective_from: Timestamp,
    /// What crossing into a tier does.
    pub tier_kind: TierKind,
    /// The least container time that is billed for one container, in milliseconds.
    pub minimum_ms: u64,
    hours: Box<[Hours]>,
    // The position of each context's tiers; `NONE` where the card does not offer it.
    contexts: Box<[u8; CONTEXTS]>,
    tiers: Vec<Tiers>,
}

const NONE: u8 = u8::MAX;

impl CardVersion {
    /// The tiers of a context, or `None` where the card does not offer it.
    #[must_use]
    pub fn tiers(&self, context: PriceContext) -> Option<&Tiers> {
        let position = *self.contexts.get(context.at())?;
        self.tiers.get(usize::from(position))
    }

    /// The rates of a context at a prompt's length, or `None` where the card does not offer it.
    #[must_use]
    pub fn rates(&self, context: PriceContext, prompt: u64) -> Option<&RateTable> {
        self.tiers(context)?.of(prompt).map(|tier| &tier.rates)
    }

    /// How much of a count of a class is billed: container time, at its minimum at least.
    #[must_use]
    pub fn billed(&self, class: UsageClass, count: u64) -> u64 {
        if class == UsageClass::CodeExecution && count > 0 { count.max(self.minimum_ms) } else { count }
    }

    fn holds_at(&self, at: Timestamp) -> bool {
        self.effective_from <= at && (self.hours.is_empty() || self.hours.iter().any(|hours| hours.contains(at)))
    }
}

/// A compiled rate card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The model.
    pub model: ModelIx,
    /// The longest prompt, in tokens; `None`: not known.
    pub context_window: Option<u64>,
    /// The longest output, in tokens; `None`: not known.
    pub max_output: Option<u64>,
    /// The most input tokens that offering tools adds.
    pub tool_tokens: u64,
    /// The most input tokens that one image takes.
    pub image_tokens: u64,
    /// How container time is billed.
    pub container_time: ContainerTime,
    versions: Vec<CardVersion>,
}

impl Card {
    /// The version in force at an instant; `None` before the first.
    #[must_use]
    pub fn version_at(&self, at: Timestamp) -> Option<&CardVersion> {
        self.versions.iter().rev().find(|version| version.holds_at(at))
    }

    /// The versions, by rising instant.
    #[must_use]
    pub fn versions(&self) -> &[CardVersion] {
        &self.versions
    }

    /// Compiles a card and reports everything that is wrong with it.
    pub(crate) fn compile(
        form: &CardForm,
        model: ModelIx,
        container_time: ContainerTime,
        path: &Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let versions_path = path.field("versions");
        let mut versions: Vec<CardVersion> = Vec::new();
        let mut last: Option<(Timestamp, bool)> = None;
        for (index, version) in form.versions.iter().enumerate() {
            let path = versions_path.item(index);
            let from = version.effective_from.unwrap_or_default();
            let hourly = !version.hours.is_empty();
            // A version of certain hours may begin with the one that it stands over.
            let rises =
                last.is_none_or(|(before, was_hourly)| from > before || (from == before && hourly && !was_hourly));
            if !rises || (last.is_none() && hourly) {
                let found = Json::String(version.effective_from.map(|from| from.to_string()).unwrap_or_default());
                problems.report(
                    &path.field("effective_from"),
                    &found,
                    "versions overlap",
                    "order them by rising `effective_from`; one with `hours` follows the one that holds at other times",
                );
            }
            last = Some((from, hourly));
            let compiler = Compiler { card: form, version, path: &path, problems };
            versions.extend(compiler.compile(container_time.minimum_ms));
        }
        if form.versions.is_empty() {
            let found = Json::Array(Vec::new());
            problems.report(&versions_path, &found, "a card needs a version", "add the rates in force");
        }
        (versions.len() == form.versions.len() && !versions.is_empty()).then(|| Self {
            model,
            context_window: form.context_window_tokens.map(|tokens| tokens.unsigned()),
            max_output: form.max_output_tokens.map(|tokens| tokens.unsigned()),
            tool_tokens: form.tool_tokens.unsigned(),
            image_tokens: form.image_tokens.unsigned(),
            container_time,
            versions,
        })
    }
}

/// Rates as they are written, by first prompt, before any factor.
type Written = Vec<(u64, Rates)>;

struct Compiler<'a, 'p> {
    card: &'a CardForm,
    version: &'a CardVersionForm,
    path: &'a Path<'p>,
    problems: &'a mut Problems,
}

impl Compiler<'_, '_> {
    fn compile(mut self, minimum_ms: u64) -> Option<CardVersion> {
        let mut clean = self.check_modifiers();
        let standard = self.written(&Rates::default(), &self.version.rates_per_mtok.0, &self.version.tiers, self.path);
        let mut contexts = Box::new([NONE; CONTEXTS]);
        let mut tiers = Vec::new();
        let base = ContextForm {
            service_tier: ServiceTier::Standard,
            speed: Speed::Standard,
            multiplier: None,
            rates_per_mtok: crate::price::RatesPerMtok::default(),
            tiers: Vec::new(),
            longest_prompt_tokens: None,
            rates_per_unit: crate::price::RatesPerUnit::default(),
        };
        match standard {
            Some(standard) => {
                clean &= self.offer(&base, &standard, None, &mut contexts, &mut tiers, self.path);
                let list = self.path.field("contexts");
                for (index, context) in self.version.contexts.iter().enumerate() {
                    let path = list.item(index);
                    match self.written_in(context, &standard, &path) {
                        Some((written, factor)) => {
                            clean &= self.offer(context, &written, factor, &mut contexts, &mut tiers, &path);
                        }
                        None => clean = false,
                    }
                }
            }
            None => clean = false,
        }
        clean.then(|| CardVersion {
            effective_from: self.version.effective_from.unwrap_or_default(),
            tier_kind: self.version.tier_kind,
            minimum_ms,
            hours: self.version.hours.iter().map(hours).collect(),
            contexts,
            tiers,
        })
    }

    fn report(&mut self, path: &Path<'_>, found: &str, message: &str, remedy: &str) {
        self.problems.report(path, &Json::String(found.to_owned()), message, remedy);
    }

    /// Each place has one factor.
    fn check_modifiers(&mut self) -> bool {
        let list = self.path.field("modifiers");
        let mut clean = true;
        for (index, modifier) in self.version.modifiers.iter().enumerate() {
            let earlier = self.version.modifiers.iter().take(index);
            let twice = earlier.clone().any(|earlier| earlier.inference_geo == modifier.inference_geo);
            if twice || modifier.inference_geo == InferenceGeo::Global {
                clean = false;
                let place = modifier.inference_geo.as_str();
                let path = list.item(index);
                self.report(&path.field("inference_geo"), place, "the place has its factor already", "keep one");
            }
        }
        clean
    }

    /// Rates by first prompt; a tier inherits from the one below what it leaves out.
    fn written(&mut self, under: &Rates, base: &Rates, tiers: &[TierForm], path: &Path<'_>) -> Option<Written> {
        let over = |below: &Rates, rates: &Rates| {
            let mut merged = below.clone();
            rates.iter().for_each(|(class, rate)| merged.set(class, rate));
            merged
        };
        let mut written: Written = vec![(0, over(under, base))];
        let list = path.field("tiers");
        let mut clean = true;
        for (index, tier) in tiers.iter().enumerate() {
            let first = first_of(&tier.starts);
            let below = written.last().map_or_else(Rates::default, |(_, rates)| rates.clone());
            if written.last().is_some_and(|(last, _)| first <= *last) {
                clean = false;
                let tier = list.item(index);
                self.report(
                    &tier.field("starts"),
                    &first.to_string(),
                    "tiers are out of order",
                    "let their starts rise",
                );
            }
            written.push((first, over(&below, &tier.rates_per_mtok.0)));
        }
        clean.then_some(written)
    }

    /// The rates of a context, and the factor on what it takes over from the standard ones.
    fn written_in<'w>(
        &mut self,
        context: &ContextForm,
        standard: &'w Written,
        path: &Path<'_>,
    ) -> Option<(Written, Option<(Decimal, &'w Written)>)> {
        let name = context.service_tier.as_str();
        if context.service_tier == ServiceTier::Standard && context.speed == Speed::Standard {
            self.report(path, name, "this is the standard context", "name a service tier or a speed");
            return None;
        }
        if context.service_tier == ServiceTier::Batch && context.speed == Speed::Fast {
            self.report(path, name, "batches are never fast", "price one of the two");
            return None;
        }
        let own = self.written(&Rates::default(), &context.rates_per_mtok.0, &context.tiers, path)?;
        let Some(factor) = context.multiplier else { return Some((own, None)) };
        // The context has a tier wherever the standard rates or its own have one.
        let mut firsts: Vec<u64> = standard.iter().chain(&own).map(|(first, _)| *first).collect();
        firsts.sort_unstable();
        firsts.dedup();
        let written = firsts.into_iter().map(|first| (first, at_length(&own, first).cloned().unwrap_or_default()));
        Some((written.collect(), Some((factor.0, standard))))
    }

    /// Enters a context's rates, for every place that they are sold in.
    fn offer(
        &mut self,
        context: &ContextForm,
        written: &Written,
        factor: Option<(Decimal, &Written)>,
        contexts: &mut [u8; CONTEXTS],
        tiers: &mut Vec<Tiers>,
        path: &Path<'_>,
    ) -> bool {
        let (service_tier, speed) = (context.service_tier, context.speed);
        for inference_geo in InferenceGeo::ALL {
            let modifier = self.version.modifiers.iter().find(|modifier| modifier.inference_geo == *inference_geo);
            let stacks = |modifier: &&super::card_form::ModifierForm| {
                modifier.service_tiers.as_ref().is_none_or(|tiers| tiers.contains(&service_tier))
                    && modifier.speeds.as_ref().is_none_or(|speeds| speeds.contains(&speed))
            };
            let place = match (*inference_geo == InferenceGeo::Global, modifier.filter(stacks)) {
                (true, _) => None,
                (false, Some(modifier)) => Some(modifier.multiplier.0),
                (false, None) => continue,
            };
            let mut compiled = Short::new();
            let longest = context.longest_prompt_tokens.map_or(u64::MAX, |tokens| tokens.unsigned());
            for (first, own) in written.iter().filter(|(first, _)| *first <= longest) {
                let inherited = factor.and_then(|(by, standard)| Some((by, at_length(standard, *first)?)));
                let rates = RateSources {
                    own,
                    inherited,
                    place,
                    units: [&self.version.rates_per_unit.0, &context.rates_per_unit.0],
                };
                match rates.table(self.card.modal_as_text) {
                    Ok(rates) => compiled.push(Tier::new(*first, rates)),
                    Err(class) => {
                        let message = format!("the rate of `{}` is not exact here", class.as_str());
                        let remedy = "use a rate whose price of one token, under every factor, has at most 18 decimal places, and of one use at most 10 USD";
                        self.problems.report(path, &Json::Null, message, remedy);
                        return false;
                    }
                }
            }
            let position = PriceContext { speed, inference_geo: *inference_geo, service_tier }.at();
            let Some(slot) = contexts.get_mut(position) else { continue };
            if *slot != NONE {
                self.report(path, service_tier.as_str(), "the context has its rates already", "keep one");
                return false;
            }
            *slot = u8::try_from(tiers.len()).unwrap_or(NONE);
            tiers.push(Tiers { list: compiled, longest });
        }
        true
    }
}

/// Where the rates of one tier of one context come from.
struct RateSources<'a> {
    own: &'a Rates,
    /// A factor, and the standard rates that it is on.
    inherited: Option<(Decimal, &'a Rates)>,
    /// The factor of the place.
    place: Option<Decimal>,
    /// Standard rates of uses and hours, and the context's own over them.
    units: [&'a Rates; 2],
}

impl RateSources<'_> {
    fn table(&self, modal_as_text: bool) -> Result<RateTable, UsageClass> {
        let mut table = RateTable::unpriced();
        for class in UsageClass::ALL {
            if let Some(rate) = self.rate(*class)? {
                table.set(*class, rate);
            }
        }
        // Only now, so that a part takes over what its whole really costs.
        for class in UsageClass::ALL {
            let takes_over = class.is_part_of_output() || (modal_as_text && class.parent() != *class);
            if takes_over && table.get(*class) == Rate::UNPRICED {
                table.set(*class, table.get(class.parent()));
            }
        }
        Ok(table)
    }

    fn rate(&self, class: UsageClass) -> Result<Option<Rate>, UsageClass> {
        let mut factors: Short<Decimal, 2> = Short::new();
        let rate = if class.unit() == Unit::Token {
            factors.extend(self.place);
            match (self.own.get(class), self.inherited) {
                (Some(rate), _) => Some(rate),
                (None, Some((factor, standard))) => {
                    factors.push(factor);
                    standard.get(class)
                }
                (None, None) => None,
            }
        } else {
            let [standard, own] = self.units;
            own.get(class).or_else(|| standard.get(class))
        };
        rate.map(|rate| Rate::exact(class, rate, &factors).ok_or(class)).transpose()
    }
}

/// The rates of a prompt length.
fn at_length(written: &Written, length: u64) -> Option<&Rates> {
    written.iter().rev().find(|(first, _)| *first <= length).map(|(_, rates)| rates)
}

fn first_of(start: &TierStart) -> u64 {
    match start {
        TierStart::Above(length) => length.unsigned().saturating_add(1),
        TierStart::From(length) => length.unsigned(),
    }
}

fn hours(form: &super::card_form::HoursForm) -> Hours {
    let bit = |day: &Weekday| 1_u8.wrapping_shl(*day as u32);
    let days =
        if form.weekdays.is_empty() { 0b111_1111 } else { form.weekdays.iter().fold(0, |days, day| days | bit(day)) };
    Hours { days, from: form.from, to: form.to }
}
