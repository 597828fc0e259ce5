//! Importers: the two public catalogues of prices as price books.
//!
//! An import never fails on a model: what cannot be carried over is left out and noted in the [`Report`], with its place,
//! provider, model, reason and value. What a catalogue's own library bills by silence (another context's rate, the rate of
//! a shorter cache write) is not taken over: it is unpriced, and noted.
//!
//! ```
//! use tollgate::price::{Book, import::{Catalogue, import}};
//! let text = r#"{"acme/one": {"litellm_provider": "acme", "input_cost_per_token": 2.7999999999999997e-07}}"#;
//! let imported = import(Catalogue::LiteLlm, text)?;
//! assert_eq!(imported.report.notes[0].reason.as_str(), "snapped");
//! assert!(Book::of_form(imported.book)?.by_name("acme/one").is_some());
//! # Ok::<(), tollgate::error::Error>(())
//! ```

mod decimal;
mod entry;
mod genai;
mod litellm;
mod names;
mod off_peak;
mod prices;
mod report;

pub use report::{ImportNote, Models, NoteReason, Report};

use decimal::{Digits, Factor, Scaled};
use entry::Entry;
use report::Notes;

use super::{BookForm, CardForm, Rate, UsageClass, is_model_name};
use crate::{
    error::Error,
    form::{Int, Json, Path, text::Text},
    index::Names,
};

crate::names! {
    /// A public catalogue of prices.
    pub enum Catalogue {
        /// pydantic/genai-prices: `{"providers": […]}`, or the list of providers itself.
        GenaiPrices = "genai-prices",
        /// LiteLLM's map of models and prices.
        LiteLlm = "litellm",
    }
}

/// What an import gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The book, which compiles.
    pub book: BookForm,
    /// What it holds of the catalogue, and what not.
    pub report: Report,
}

/// Makes a price book of a catalogue's text.
///
/// It is read a provider or a model at a time, so that the whole catalogue never stands in memory.
///
/// # Errors
/// [`invalid_input`](crate::error::ErrorKind::InvalidInput) when the text is no JSON, or not that catalogue at all.
pub fn import(catalogue: Catalogue, text: &str) -> Result<Imported, Error> {
    let mut importer = Importer::default();
    let mut text = Text::new(text);
    match catalogue {
        Catalogue::GenaiPrices => genai::read(&mut importer, &mut text)?,
        Catalogue::LiteLlm => litellm::read(&mut importer, &mut text)?,
    }
    text.end()?;
    Ok(importer.finish(catalogue))
}

/// The cards and the notes so far.
#[derive(Debug, Default)]
struct Importer {
    cards: Vec<CardForm>,
    // The card of each `provider`, line feed, `name`; names of cards first, aliases when all cards are known.
    names: Names,
    report: Report,
}

impl Importer {
    /// Enters a model.
    fn enter(&mut self, mut entry: Entry, path: &Path<'_>) {
        let usable = is_model_name(&entry.notes.provider)
            && !entry.notes.provider.contains('/')
            && is_model_name(&entry.notes.model);
        let card = if usable {
            entry.finish(path)
        } else {
            entry.notes.add_text(path, NoteReason::NotAName, &entry.notes.model.clone());
            None
        };
        let owner = self.names.get(key(&entry.notes.provider, &entry.notes.model).as_str());
        let taken = card.as_ref().and_then(|card| {
            let owner = self.cards.get(usize::try_from(owner?).ok()?)?;
            let same = crate::wire::to_text(&owner.versions) == crate::wire::to_text(&card.versions);
            Some(if same { NoteReason::SameModel } else { NoteReason::NameTaken })
        });
        if let Some(reason) = taken {
            entry.notes.add_text(path, reason, &entry.notes.model.clone());
        }
        let models = &mut self.report.models;
        let count = match &card {
            None => &mut models.left_out,
            Some(_) if taken == Some(NoteReason::NameTaken) => &mut models.left_out,
            Some(_) if entry.notes.lost_something() => &mut models.partly,
            Some(_) => &mut models.whole,
        };
        *count = count.saturating_add(1);
        if let Some(card) = card.filter(|_| taken.is_none()) {
            let rates = u64::try_from(entry.rates()).unwrap_or(u64::MAX);
            self.report.rates = self.report.rates.saturating_add(rates);
            let index = u32::try_from(self.cards.len()).unwrap_or(u32::MAX);
            self.names.insert(&key(&entry.notes.provider, &entry.notes.model), index);
            self.cards.push(card);
        }
        self.report.notes.append(&mut entry.notes.list);
    }

    fn finish(mut self, catalogue: Catalogue) -> Imported {
        // A name that two models claim belongs to the first; a model's own name comes before every alias.
        for (index, card) in (0_u32..).zip(&mut self.cards) {
            let provider = card.provider.as_deref().unwrap_or_default();
            let (names, notes) = (&mut self.names, &mut self.report.notes);
            card.aliases.retain(|alias| {
                let key = key(provider, alias);
                let free = names.get(&key).is_none_or(|owner| owner == index);
                if free {
                    names.insert(&key, index);
                } else {
                    let mut taken =
                        Notes { provider: provider.to_owned(), model: card.model.clone(), list: Vec::new() };
                    taken.add_text(&Path::Root("aliases"), NoteReason::NameTaken, alias);
                    notes.append(&mut taken.list);
                }
                free
            });
        }
        let book = BookForm {
            schema_version: Int::clamped(1),
            name: catalogue.as_str().to_owned(),
            provider: None,
            code_execution: None,
            cards: self.cards,
        };
        Imported { book, report: self.report }
    }
}

fn key(provider: &str, name: &str) -> String {
    let mut key = String::with_capacity(provider.len().saturating_add(name.len()).saturating_add(1));
    key.push_str(provider);
    key.push('\n');
    key.push_str(name);
    key
}

/// A number of the catalogue as the rate of a class; what is none is noted.
fn rate(
    notes: &mut Notes,
    class: UsageClass,
    number: &Json,
    factor: Factor,
    path: &Path<'_>,
) -> Option<rust_decimal::Decimal> {
    let Some(digits) = Digits::of(number) else {
        notes.add(path, NoteReason::NotANumber, number);
        return None;
    };
    let (rate, snapped) = match digits.scaled(factor) {
        Some(Scaled::Exact(rate)) => (rate, false),
        Some(Scaled::Snapped(rate)) => (rate, true),
        None => {
            notes.add(path, NoteReason::NotExact, number);
            return None;
        }
    };
    if Rate::exact(class, rate, &[]).is_none() {
        notes.add(path, NoteReason::NotExact, number);
        return None;
    }
    if snapped {
        notes.add(path, NoteReason::Snapped, number);
    }
    Some(rate)
}

/// The classes of a cache write whose time to live the catalogue does not tell.
fn short_cache_writes(provider: &str, model: &str) -> &'static [UsageClass] {
    if model.contains("claude") || provider == "anthropic" {
        &[UsageClass::CacheWrite5m]
    } else if matches!(provider, "openai" | "azure" | "azure_ai") || model.contains("gpt-") {
        &[UsageClass::CacheWrite30m]
    } else {
        &[UsageClass::CacheWrite5m, UsageClass::CacheWrite30m]
    }
}
