//! What neither catalogue has, or both have wrong: data with reasons, over what they say.

use tollgate::{
    error::Error,
    form::{Json, Path, try_read},
    price::{
        CardForm, CodeExecutionForm, ContextForm, ModifierForm, Pattern, PromptLength, RatesPerMtok, RatesPerUnit,
    },
    time::Timestamp,
};

/// The overrides, which are part of the program.
const TEXT: &str = include_str!("overrides.json");

tollgate::object! {
    /// Rates that held until an instant, beside those that hold since.
    pub struct EarlierForm {
        /// The first instant at which they held no more.
        until: Timestamp,
        /// The rates that were others.
        rates_per_mtok: RatesPerMtok,
    }

    /// A change of some cards, all of one provider.
    pub struct ChangeForm {
        /// Why, and where it is published.
        reason: String,
        /// The cards' models; empty: all that are embedded.
        models: Vec<String> = Vec::new(),
        /// Rates of uses and hours, in all versions.
        rates_per_unit: RatesPerUnit = RatesPerUnit::default(),
        /// Contexts, in all versions.
        contexts: Vec<ContextForm> = Vec::new(),
        /// Places, in all versions.
        modifiers: Vec<ModifierForm> = Vec::new(),
        /// Rates before the first version.
        earlier: Option<EarlierForm> = None,
    }

    /// A card of the embedded book, and the bounds that its quotes need.
    pub struct EmbeddedForm {
        /// What the book calls the model.
        model: String,
        /// What the first catalogue calls it; null: the same.
        card: Option<String> = None,
        /// Other names.
        aliases: Vec<String> = Vec::new(),
        /// The longest prompt.
        context_window_tokens: PromptLength,
        /// The longest output.
        max_output_tokens: PromptLength,
        /// The most input tokens that offering tools adds.
        tool_tokens: tollgate::form::Int<0, 1_000_000>,
        /// The most input tokens that one image takes.
        image_tokens: tollgate::form::Int<0, 1_000_000>,
    }

    /// Everything that stands over the catalogues.
    pub struct OverridesForm {
        /// The providers of the large book; the first is its own.
        providers: Vec<String>,
        /// The cards of the embedded book, all of the first provider.
        embedded: Vec<EmbeddedForm>,
        /// How the time of that provider's containers is billed.
        code_execution: CodeExecutionForm,
        /// Changes of that provider's cards.
        changes: Vec<ChangeForm>,
    }
}

/// Reads the overrides.
pub(super) fn read() -> Result<OverridesForm, Error> {
    let json = Json::parse(TEXT)?;
    try_read(&json, &Path::Root("overrides")).map_err(|problems| Error::policy(problems.into_list()))
}

/// The pattern of a model's dated names.
pub(super) fn dated(model: &str) -> Option<Pattern> {
    Pattern::new(&format!("{model}-########"))
}

/// Applies the changes that are for a card.
pub(super) fn apply(changes: &[ChangeForm], card: &mut CardForm) {
    for change in changes.iter().filter(|change| change.models.is_empty() || change.models.contains(&card.model)) {
        for version in &mut card.versions {
            change.rates_per_unit.0.iter().for_each(|(class, rate)| version.rates_per_unit.0.set(class, rate));
            for context in &change.contexts {
                version
                    .contexts
                    .retain(|known| (known.service_tier, known.speed) != (context.service_tier, context.speed));
                version.contexts.insert(0, context.clone());
            }
            for modifier in &change.modifiers {
                version.modifiers.retain(|known| known.inference_geo != modifier.inference_geo);
                version.modifiers.push(modifier.clone());
            }
        }
        // What a context said from some date on, it now says always.
        card.versions.dedup_by(|later, earlier| {
            earlier.effective_from == later.effective_from || {
                let earlier_as_later =
                    tollgate::price::CardVersionForm { effective_from: later.effective_from, ..earlier.clone() };
                earlier_as_later == *later
            }
        });
        if let (Some(earlier), Some(first)) = (&change.earlier, card.versions.first_mut()) {
            let mut before = first.clone();
            first.effective_from = Some(earlier.until);
            earlier.rates_per_mtok.0.iter().for_each(|(class, rate)| before.rates_per_mtok.0.set(class, rate));
            card.versions.insert(0, before);
        }
    }
}
