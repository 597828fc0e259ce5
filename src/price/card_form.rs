//! A rate card as a price book writes it.

use super::{
    pattern::Pattern,
    rate::{Multiplier, RatesPerMtok, RatesPerUnit},
    usage::{InferenceGeo, ServiceTier, Speed},
};
use crate::{
    form::Int,
    time::{TimeOfDay, Timestamp, Weekday},
};

/// A length of a prompt.
pub type PromptLength = Int<1, 1_000_000_000>;

crate::single! {
    /// The first prompt that a tier holds for.
    pub enum TierStart {
        /// Prompts longer than this.
        "above" => Above(PromptLength),
        /// Prompts of this length, and longer.
        "from" => From(PromptLength),
    }
}

crate::names! {
    /// What crossing into a tier does.
    pub enum TierKind {
        /// The whole request is billed at the rates of the tier that its prompt reaches.
        Threshold = "threshold",
        /// Each class is billed at the lower tiers' rates up to where the tier starts, and at its rates beyond, by its own count.
        Graduated = "graduated",
    }
}

crate::object! {
    /// Rates of longer prompts. A class that a tier leaves out costs what it costs in the tier below.
    pub struct TierForm {
        /// Where the tier starts.
        starts: TierStart,
        /// Its rates.
        rates_per_mtok: RatesPerMtok,
    }

    /// Rates of a service tier or a speed. What a context without a multiplier leaves out is unpriced in it.
    pub struct ContextForm {
        /// The service tier.
        service_tier: ServiceTier = ServiceTier::Standard,
        /// The speed.
        speed: Speed = Speed::Standard,
        /// A factor on every standard rate of tokens, in every tier; null: the context has rates of its own only.
        multiplier: Option<Multiplier> = None,
        /// Rates of its own in the base tier, which replace what the multiplier gives.
        rates_per_mtok: RatesPerMtok = RatesPerMtok::default(),
        /// Rates of its own in further tiers.
        tiers: Vec<TierForm> = Vec::new(),
        /// The longest prompt that it is offered for; null: any.
        longest_prompt_tokens: Option<PromptLength> = None,
        /// Rates of uses and hours that differ from the standard ones.
        rates_per_unit: RatesPerUnit = RatesPerUnit::default(),
    }

    /// A factor on the token rates of inference in one place. It stacks on what the context makes of them.
    pub struct ModifierForm {
        /// The place.
        inference_geo: InferenceGeo,
        /// The factor.
        multiplier: Multiplier,
        /// The service tiers that it stacks on; null: all that the version prices.
        service_tiers: Option<Vec<ServiceTier>> = None,
        /// The speeds that it stacks on; null: all that the version prices.
        speeds: Option<Vec<Speed>> = None,
    }

    /// A daily stretch of time, in UTC. From a time to the same time is a whole day.
    pub struct HoursForm {
        /// The days on which it starts; empty: every day.
        weekdays: Vec<Weekday> = Vec::new(),
        /// Its first minute.
        from: TimeOfDay,
        /// The minute at which it is over; not after `from`: on the next day.
        to: TimeOfDay,
    }

    /// Rates from an instant on, until the card's next version: dates can neither overlap nor leave a gap.
    pub struct CardVersionForm {
        /// The first instant; null: from the beginning.
        effective_from: Option<Timestamp> = None,
        /// The hours in which it holds, over the version before it; empty: always.
        hours: Vec<HoursForm> = Vec::new(),
        /// Standard rates of the base tier.
        rates_per_mtok: RatesPerMtok = RatesPerMtok::default(),
        /// Rates of uses and of hours, the same in every context that does not name its own.
        rates_per_unit: RatesPerUnit = RatesPerUnit::default(),
        /// What crossing into a tier does.
        tier_kind: TierKind = TierKind::Threshold,
        /// Standard rates of longer prompts, by rising start.
        tiers: Vec<TierForm> = Vec::new(),
        /// The service tiers and speeds that have a price, beside standard.
        contexts: Vec<ContextForm> = Vec::new(),
        /// The places that have a price, beside anywhere.
        modifiers: Vec<ModifierForm> = Vec::new(),
    }

    /// One model's rates over time, and the bounds that a quote needs.
    pub struct CardForm {
        /// Who sells it; null: the book's provider.
        provider: Option<String> = None,
        /// The model's name.
        model: String,
        /// Other names of the same model.
        aliases: Vec<String> = Vec::new(),
        /// Patterns of further names: `*` stands for any text, `#` for one digit.
        patterns: Vec<Pattern> = Vec::new(),
        /// Patterns of names that are not this model's, although a pattern fits them.
        except: Vec<Pattern> = Vec::new(),
        /// The longest prompt; null: not known, so that only requests whose input is bounded by itself are quoted.
        context_window_tokens: Option<PromptLength> = None,
        /// The longest output.
        max_output_tokens: Option<PromptLength> = None,
        /// The most input tokens that offering tools adds beside their own bytes.
        tool_tokens: Int<0, 1_000_000> = Int::clamped(0),
        /// The most input tokens that one image takes.
        image_tokens: Int<0, 1_000_000> = Int::clamped(0),
        /// Whether audio, images and video without a rate of their own cost what text costs. Otherwise they are unpriced.
        modal_as_text: bool = false,
        /// The versions, by rising `effective_from`.
        versions: Vec<CardVersionForm>,
    }
}
