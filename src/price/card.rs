//! A rate card: one model's rates over time.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::{
    rate::{Multiplier, Rate, RatesForm},
    usage::{CLASSES, CONTEXTS, PriceContext, UsageClass},
};
use crate::{
    form::{Int, Json, Path, Problems},
    id::ModelIx,
    money::Money,
    time::Timestamp,
};

crate::object! {
    /// Rates that hold from a prompt length on. Crossing the length re-rates the whole request.
    pub struct TierForm {
        /// The tier holds for prompts longer than this; 0 for the base tier.
        above_prompt_tokens: Int<0, 1_000_000_000>,
        /// Rates at standard speed, USD per million tokens.
        rates_per_mtok: RatesForm,
        /// Rates at fast speed, where the model has it.
        fast_rates_per_mtok: Option<RatesForm> = None,
    }

    /// Rates from an instant on, until the card's next version.
    pub struct CardVersionForm {
        /// The first instant; null: from the beginning.
        effective_from: Option<Timestamp> = None,
        /// Tiers by rising prompt length; the first is the base tier.
        tiers: Vec<TierForm>,
        /// Factor on every token rate of a batch; null: no batches. Fast batches do not exist.
        batch_multiplier: Option<Multiplier> = None,
        /// Factor on every token rate of inference in the United States; null: not offered.
        us_multiplier: Option<Multiplier> = None,
        /// USD for one web search; null: not offered.
        web_search_usd: Option<Money> = None,
    }

    /// One model's rates over time, and the bounds that a quote needs.
    pub struct CardForm {
        /// The model's name.
        model: String,
        /// Other names of the same model.
        aliases: Vec<String> = Vec::new(),
        /// Whether the name followed by a hyphen and a date of eight digits is the same model.
        dated_aliases: bool = false,
        /// The longest prompt.
        context_window_tokens: Int<1, 1_000_000_000>,
        /// The longest output.
        max_output_tokens: Int<1, 1_000_000_000>,
        /// The most input tokens that offering tools adds beside their own bytes.
        tool_tokens: Int<0, 1_000_000> = Int::clamped(0),
        /// The most input tokens that one image takes.
        image_tokens: Int<0, 1_000_000> = Int::clamped(0),
        /// The versions, by rising `effective_from`.
        versions: Vec<CardVersionForm>,
    }
}

/// Compiled rates from a prompt length on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    pub(crate) above: u64,
    contexts: [Option<[Rate; CLASSES]>; CONTEXTS],
}

impl Tier {
    /// The class rates of a context, or `None` where the card does not offer it.
    #[must_use]
    pub fn rates(&self, context: PriceContext) -> Option<&[Rate; CLASSES]> {
        self.contexts.get(context.at()?)?.as_ref()
    }
}

/// A card's compiled rates from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardVersion {
    effective_from: Timestamp,
    // INVARIANT: never empty, by rising `above`, the first at 0.
    tiers: SmallVec<[Tier; 1]>,
    web_search: Rate,
}

impl CardVersion {
    pub(crate) fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The price of one web search.
    #[must_use]
    pub fn web_search(&self) -> Rate {
        self.web_search
    }

    /// The tier that a prompt of this length is billed at.
    #[must_use]
    pub fn tier_of(&self, prompt: u64) -> &Tier {
        static NONE: Tier = Tier { above: 0, contexts: [None; CONTEXTS] };
        let reached = |tier: &&Tier| tier.above == 0 || prompt > tier.above;
        self.tiers.iter().rev().find(reached).unwrap_or(&NONE)
    }
}

/// A compiled rate card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The model.
    pub model: ModelIx,
    /// The longest prompt, in tokens.
    pub context_window: u64,
    /// The longest output, in tokens.
    pub max_output: u64,
    /// The most input tokens that offering tools adds.
    pub tool_tokens: u64,
    /// The most input tokens that one image takes.
    pub image_tokens: u64,
    versions: Vec<CardVersion>,
}

impl Card {
    /// The version in force at an instant; `None` before the first.
    #[must_use]
    pub fn version_at(&self, at: Timestamp) -> Option<&CardVersion> {
        self.versions.iter().rev().find(|version| version.effective_from <= at)
    }

    /// Compiles a card and reports everything that is wrong with it.
    pub(crate) fn compile(form: &CardForm, model: ModelIx, path: &Path<'_>, problems: &mut Problems) -> Option<Self> {
        let versions_path = path.field("versions");
        let mut versions: Vec<CardVersion> = Vec::new();
        for (index, version) in form.versions.iter().enumerate() {
            let path = versions_path.item(index);
            if index > 0
                && version
                    .effective_from
                    .is_none_or(|from| versions.last().is_some_and(|last| from <= last.effective_from))
            {
                let found = Json::String(version.effective_from.map(|from| from.to_string()).unwrap_or_default());
                problems.report(
                    &path.field("effective_from"),
                    &found,
                    "versions overlap",
                    "order them by rising `effective_from`; only the first may be null",
                );
            }
            versions.extend(compile_version(version, &path, problems));
        }
        if form.versions.is_empty() {
            problems.report(
                &versions_path,
                &Json::Array(Vec::new()),
                "a card needs a version",
                "add the rates in force",
            );
        }
        (versions.len() == form.versions.len() && !versions.is_empty()).then(|| Self {
            model,
            context_window: form.context_window_tokens.unsigned(),
            max_output: form.max_output_tokens.unsigned(),
            tool_tokens: form.tool_tokens.unsigned(),
            image_tokens: form.image_tokens.unsigned(),
            versions,
        })
    }
}

fn compile_version(form: &CardVersionForm, path: &Path<'_>, problems: &mut Problems) -> Option<CardVersion> {
    let mut tiers = SmallVec::new();
    let tiers_path = path.field("tiers");
    let mut last = None;
    for (index, tier) in form.tiers.iter().enumerate() {
        let path = tiers_path.item(index);
        let above = tier.above_prompt_tokens.unsigned();
        let rising = match last {
            None => above == 0,
            Some(last) => above > last,
        };
        if !rising {
            let found = Json::Integer(above.into());
            problems.report(
                &path.field("above_prompt_tokens"),
                &found,
                "tiers are out of order",
                "start at 0 and let the lengths rise",
            );
        }
        last = Some(above);
        tiers.extend(compile_tier(tier, form, &path, problems));
    }
    if form.tiers.is_empty() {
        problems.report(&tiers_path, &Json::Array(Vec::new()), "a version needs a tier", "add the base tier");
    }
    let web_search = match form.web_search_usd.map(Rate::from_usd) {
        None => Some(Rate::UNPRICED),
        Some(Some(rate)) => Some(rate),
        Some(None) => {
            let found = Json::String(form.web_search_usd.map(|amount| amount.to_string()).unwrap_or_default());
            problems.report(&path.field("web_search_usd"), &found, "the price is out of range", "write 0 to 18 USD");
            None
        }
    };
    let complete = tiers.len() == form.tiers.len() && !tiers.is_empty();
    Some(CardVersion { effective_from: form.effective_from.unwrap_or_default(), tiers, web_search: web_search? })
        .filter(|_| complete)
}

fn compile_tier(form: &TierForm, version: &CardVersionForm, path: &Path<'_>, problems: &mut Problems) -> Option<Tier> {
    let mut contexts = [None; CONTEXTS];
    let mut inexact: Option<UsageClass> = None;
    for (at, slot) in contexts.iter_mut().enumerate() {
        // The bits of `PriceContext::at`: batch, geography, speed.
        let (batch, us, fast) = (at & 4 != 0, at & 2 != 0, at & 1 != 0);
        let rates = match fast {
            false => Some(&form.rates_per_mtok),
            true if batch => None,
            true => form.fast_rates_per_mtok.as_ref(),
        };
        let mut multipliers: SmallVec<[Decimal; 2]> = SmallVec::new();
        let offered =
            [(batch, version.batch_multiplier), (us, version.us_multiplier)].into_iter().all(|(used, multiplier)| {
                multipliers.extend(multiplier.filter(|_| used).map(|multiplier| multiplier.0));
                !used || multiplier.is_some()
            });
        match rates.filter(|_| offered).map(|rates| rates.compile(&multipliers)) {
            None => {}
            Some(Ok(rates)) => *slot = Some(rates),
            Some(Err(class)) => inexact = Some(class),
        }
    }
    match inexact {
        None => Some(Tier { above: form.above_prompt_tokens.unsigned(), contexts }),
        Some(class) => {
            let message = format!("the rate of `{}` is not exact in every context", class.as_str());
            problems.report(
                path,
                &Json::Null,
                message,
                "use a rate whose price of one token, under every multiplier, has at most 18 decimal places",
            );
            None
        }
    }
}
