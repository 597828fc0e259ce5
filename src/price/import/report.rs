//! What an import carried over, what it changed and what it left out: every note with its place and its reason.

use crate::form::{Json, Path};

crate::names! {
    /// Why something was not carried over as it stands.
    pub enum NoteReason {
        /// The residue of a float was taken away; the rate is the short decimal beside the number.
        Snapped = "snapped",
        /// The catalogue bills cached input as input, because it has no price for it; the card says so.
        CachedAsInput = "cached_as_input",
        /// The context leaves the class out, and the catalogue then bills its standard rate; the card says so.
        StandardInContext = "standard_in_context",
        /// Nothing of the entry costs anything, and it is evidently free or runs on one's own machine: rates of 0.
        FreeModel = "free_model",
        /// A rate of 0 beside others that are not: kept.
        FreeClass = "free_class",
        /// Every rate is 0, and nothing tells free from unknown: the model is left out.
        ZeroModel = "zero_model",
        /// Text costs 0 where something else does not: left out, since it is not billed so, or not known.
        ZeroClass = "zero_class",
        /// The rate has no exact decimal, or is larger than a rate can be.
        NotExact = "not_exact",
        /// It is no number, or negative.
        NotANumber = "not_a_number",
        /// A price of something that no usage class counts.
        NoClass = "no_class",
        /// Cached input has no price, and the catalogue's library takes a share of input for it by a rule of its own.
        CachedUnknown = "cached_unknown",
        /// A price for the long cache write is not given, and the one of the short write would be wrong.
        LongCacheWrite = "long_cache_write",
        /// The class has a standard rate and none in the context, and what the catalogue bills instead would be wrong.
        NotInContext = "not_in_context",
        /// The context has no rates for the long prompts that the standard rates tell apart: it is unpriced for them.
        NotForLongPrompts = "not_for_long_prompts",
        /// The price depends on something that no context tells, such as the size of a search.
        UnknownContext = "unknown_context",
        /// A free allowance, which needs the organization's state.
        FreeAllowance = "free_allowance",
        /// Another provider's models at their prices: ask for that provider.
        OtherProviders = "other_providers",
        /// A date, or hours, that cannot be read.
        NotATime = "not_a_time",
        /// Hours that overlap with others at other prices.
        HoursOverlap = "hours_overlap",
        /// Another entry is the same model at the same prices: one card stands for both.
        SameModel = "same_model",
        /// Another card has the name already.
        NameTaken = "name_taken",
        /// A text that cannot be the name of a model or of a provider.
        NotAName = "not_a_name",
        /// A rule of names that patterns of `*` and `#` cannot tell.
        NotAPattern = "not_a_pattern",
        /// The entry has no price that is carried over: the model is left out.
        NoPrice = "no_price",
        /// It is no entry of a model.
        NotAModel = "not_a_model",
        /// The card that the entry gives is no valid one: the model is left out.
        Invalid = "invalid",
    }
}

impl NoteReason {
    /// Whether something of the catalogue is missing from the book; otherwise it is there, as the reason tells.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        !matches!(
            self,
            Self::Snapped
                | Self::CachedAsInput
                | Self::StandardInContext
                | Self::FreeModel
                | Self::FreeClass
                | Self::SameModel
        )
    }
}

crate::object! {
    /// One note of a report.
    pub struct ImportNote {
        /// The place in the catalogue.
        path: String,
        /// The provider, as the book names it; empty for what belongs to none.
        provider: String,
        /// The model, as the book names it; empty for what belongs to none.
        model: String,
        /// The reason.
        reason: NoteReason,
        /// What stands there, as JSON of at most 80 characters.
        value: String,
    }
}

/// How much of a catalogue's models became cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Models {
    /// Everything of the model is in the book.
    pub whole: u64,
    /// The model is in the book, and something of it is not.
    pub partly: u64,
    /// The model is not in the book.
    pub left_out: u64,
}

/// The report of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many models became cards.
    pub models: Models,
    /// How many rates were carried over, each date, tier and context counted.
    pub rates: u64,
    /// Every note, in the order of the catalogue.
    pub notes: Vec<ImportNote>,
}

impl Report {
    /// How many notes there are of each reason, in the order of the reasons.
    #[must_use]
    pub fn counts(&self) -> Vec<(NoteReason, u64)> {
        let mut counts = Vec::new();
        for reason in NoteReason::ALL {
            let count = self.notes.iter().filter(|note| note.reason == *reason).count();
            if count > 0 {
                counts.push((*reason, u64::try_from(count).unwrap_or(u64::MAX)));
            }
        }
        counts
    }
}

/// The notes of one model.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) list: Vec<ImportNote>,
}

impl Notes {
    pub(super) fn add(&mut self, path: &Path<'_>, reason: NoteReason, value: &Json) {
        self.list.push(ImportNote {
            path: path.to_string(),
            provider: self.provider.clone(),
            model: self.model.clone(),
            reason,
            value: crate::error::shown(&value.to_text()),
        });
    }

    pub(super) fn add_text(&mut self, path: &Path<'_>, reason: NoteReason, value: &str) {
        self.add(path, reason, &Json::String(value.to_owned()));
    }

    pub(super) fn lost_something(&self) -> bool {
        self.list.iter().any(|note| note.reason.is_loss())
    }
}
