//! One model of a catalogue, on its way to a card: its names and its prices over time, and what must still be settled
//! about them whatever the catalogue.

use rust_decimal::Decimal;

use super::{
    prices::{Prices, Tiered, Version, add_sorted},
    report::{NoteReason, Notes},
};
use crate::{
    form::{Int, Json, Path, Problems},
    id::ModelIx,
    price::{Card, CardForm, ContainerTime, Pattern, PromptLength, UsageClass},
};

/// A model of a catalogue.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) notes: Notes,
    pub(super) aliases: Vec<String>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) except: Vec<Pattern>,
    pub(super) context_window: Option<u64>,
    pub(super) max_output: Option<u64>,
    pub(super) versions: Vec<Version>,
    /// Whether a modality without a rate of its own is not everywhere billed as text, so that the card says where it is.
    pub(super) modal_apart: bool,
    /// Whether cached input without a price costs something that the catalogue does not tell.
    pub(super) cached_unknown: bool,
}

/// Classes that a catalogue without a price for cached input bills as the input that they are.
const CACHED: &[(UsageClass, UsageClass)] = &[
    (UsageClass::CacheRead, UsageClass::Input),
    (UsageClass::CacheReadAudio, UsageClass::InputAudio),
    (UsageClass::CacheReadImage, UsageClass::InputImage),
    (UsageClass::CacheReadVideo, UsageClass::InputVideo),
];

/// Providers whose models run on one's own machine, or search without a bill.
const OWN_MACHINE: &[&str] = &["ollama", "lemonade", "lm_studio", "llamafile", "searxng", "duckduckgo"];

impl Entry {
    /// Settles what is left open and gives the card; `None` where there is none to give, which is noted.
    pub(super) fn finish(&mut self, path: &Path<'_>) -> Option<CardForm> {
        if self.versions.iter().flat_map(Version::tables).all(Prices::is_empty) && !self.settle_free() {
            self.notes.add_text(path, NoteReason::NoPrice, &self.notes.model.clone());
            return None;
        }
        if !self.settle_zeros(path) {
            return None;
        }
        self.settle_cached_input(path);
        self.settle_cache_writes(path);
        if self.modal_apart {
            self.settle_modalities();
        }
        let length = |tokens: Option<u64>| -> Option<PromptLength> {
            tokens
                .filter(|tokens| (1..=1_000_000_000).contains(tokens))
                .map(|tokens| Int::clamped(i64::try_from(tokens).unwrap_or(i64::MAX)))
        };
        let card = CardForm {
            provider: Some(self.notes.provider.clone()),
            model: self.notes.model.clone(),
            aliases: std::mem::take(&mut self.aliases),
            patterns: std::mem::take(&mut self.patterns),
            except: std::mem::take(&mut self.except),
            context_window_tokens: length(self.context_window),
            max_output_tokens: length(self.max_output),
            tool_tokens: Int::clamped(0),
            image_tokens: Int::clamped(0),
            modal_as_text: !self.modal_apart,
            versions: self.versions.iter().map(Version::form).collect(),
        };
        // What the compiler of books refuses never reaches the book, so that one entry cannot hide the others.
        let mut problems = Problems::default();
        if Card::compile(&card, ModelIx(0), ContainerTime::default(), path, &mut problems).is_none() {
            let problem = problems.into_list().into_iter().next();
            let message = problem.map(|problem| problem.message).unwrap_or_default();
            self.notes.add_text(path, NoteReason::Invalid, &message);
            return None;
        }
        Some(card)
    }

    /// How many rates its versions hold.
    pub(super) fn rates(&self) -> usize {
        self.versions.iter().flat_map(Version::tables).fold(0, |count, prices| count.saturating_add(prices.count()))
    }

    /// A model that says by its name that it is free has no prices in a catalogue. Whether it is one.
    fn settle_free(&mut self) -> bool {
        let Some(version) = self.versions.first_mut() else { return false };
        let free = is_free(&self.notes.provider, &self.notes.model);
        if free {
            for class in [UsageClass::Input, UsageClass::Output] {
                version.standard.set(class, Tiered { base: Some(Decimal::ZERO), above: Vec::new() });
            }
            self.versions.truncate(1);
        }
        free
    }

    /// Tells free from unknown. Whether the model has a price.
    fn settle_zeros(&mut self, path: &Path<'_>) -> bool {
        if self.versions.iter().flat_map(Version::tables).all(Prices::is_zero) {
            let free = is_free(&self.notes.provider, &self.notes.model);
            let reason = if free { NoteReason::FreeModel } else { NoteReason::ZeroModel };
            self.notes.add(path, reason, &Json::Integer(0));
            return free;
        }
        let mut kept: Vec<UsageClass> = Vec::new();
        let mut left_out: Vec<UsageClass> = Vec::new();
        for version in &mut self.versions {
            for class in [UsageClass::Input, UsageClass::Output] {
                // Text that costs nothing beside something that does: not billed so (speech, embeddings), or not known.
                if version.standard.get(class).is_some_and(Tiered::is_zero) {
                    version.tables_mut().for_each(|prices| prices.remove(class));
                    add_sorted(&mut left_out, class);
                }
            }
            for prices in version.tables() {
                let zero = prices.iter().filter(|(_, tiered)| tiered.is_zero());
                zero.for_each(|(class, _)| add_sorted(&mut kept, class));
            }
        }
        for (reason, classes) in [(NoteReason::FreeClass, &kept), (NoteReason::ZeroClass, &left_out)] {
            classes.iter().for_each(|class| self.notes.add_text(path, reason, class.as_str()));
        }
        true
    }

    fn settle_cached_input(&mut self, path: &Path<'_>) {
        if self.cached_unknown {
            if self.versions.iter().any(|version| !version.standard.has(UsageClass::CacheRead)) {
                self.notes.add_text(path, NoteReason::CachedUnknown, UsageClass::CacheRead.as_str());
            }
            return;
        }
        let mut filled = false;
        // A context that leaves cached input out, where it has a standard price, is another matter.
        for version in self.versions.iter_mut().filter(|version| !version.standard.has(UsageClass::CacheRead)) {
            for prices in version.tables_mut() {
                for (cached, plain) in CACHED {
                    if let Some(rates) = prices.get(*plain).filter(|_| !prices.has(*cached)).cloned() {
                        prices.set(*cached, rates);
                        filled = true;
                    }
                }
            }
        }
        if filled {
            self.notes.add_text(path, NoteReason::CachedAsInput, UsageClass::CacheRead.as_str());
        }
    }
}

impl Entry {
    /// The price of a long cache write is never that of a short one.
    fn settle_cache_writes(&mut self, path: &Path<'_>) {
        let is_claude = self.notes.model.contains("claude");
        for (short, long) in [
            (UsageClass::CacheWrite5m, UsageClass::CacheWrite1h),
            (UsageClass::CacheWrite30m, UsageClass::CacheWrite12h),
        ] {
            let missing = |version: &Version| version.standard.has(short) && !version.standard.has(long);
            // Only Claude writes for an hour, and only OpenAI's models for twelve.
            let both = self.versions.iter().all(|version| version.standard.has(UsageClass::CacheWrite5m));
            if self.versions.iter().any(missing) && (is_claude || (!both && long == UsageClass::CacheWrite12h)) {
                self.notes.add_text(path, NoteReason::LongCacheWrite, long.as_str());
            }
        }
    }

    /// Writes what a modality costs wherever it costs what text does.
    fn settle_modalities(&mut self) {
        for version in &mut self.versions {
            let standard = version.standard.clone();
            for prices in version.tables_mut() {
                for class in UsageClass::ALL.iter().filter(|class| class.parent() != **class && !standard.has(**class))
                {
                    if let Some(text) = prices.get(class.parent()).cloned() {
                        prices.set(*class, text);
                    }
                }
            }
        }
    }
}

/// Whether a model without any price is evidently free of charge.
fn is_free(provider: &str, model: &str) -> bool {
    OWN_MACHINE.contains(&provider) || model.split([':', '-', '/', '_']).any(|word| word.eq_ignore_ascii_case("free"))
}
