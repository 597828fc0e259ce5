//! `tollgate prices build`: the books that ship, from both catalogues and the overrides.

use std::{collections::BTreeSet, path::Path};

use tollgate::{
    form::Int,
    price::{Book, BookForm, CardForm, import::NoteReason},
    wire,
};

use super::{
    From, diff,
    import::catalogue,
    merge::{self, CachedAsInput, Dispute},
    multiplier,
    overrides::{self, EmbeddedForm, OverridesForm},
    print, table, write_file,
};
use crate::{Failure, book, read};

/// The embedded book of the first provider's models.
const EMBEDDED: &str = "src/price/claude.json";
/// The book of all providers, an asset of the npm package.
const PROVIDERS: &str = "pkg/books/providers.json";

pub(super) fn run(genai: &Path, litellm: &Path, repository: &Path, write: bool) -> Result<(), Failure> {
    let overrides = overrides::read().map_err(|error| book::refused(&error))?;
    let first = Catalogue::read(From::GenaiPrices, genai)?;
    let second = Catalogue::read(From::LiteLlm, litellm)?;
    let mut disputes = Vec::new();
    let builder = Builder { overrides: &overrides, first: &first, second: &second };
    let (embedded, providers) = builder.build(&mut disputes);
    if !disputes.is_empty() {
        let mut rows = table(&["model", "what", "genai-prices", "litellm"]);
        disputes.iter().for_each(|dispute| {
            rows.add_row([&dispute.model, &dispute.what, &dispute.first, &dispute.second]);
        });
        print(&format!("the catalogues differ; the rate of genai-prices stands\n{rows}\n"))?;
    }
    let mut stale = false;
    for (file, form) in [(EMBEDDED, embedded), (PROVIDERS, providers)] {
        // What cannot be compiled is not worth a file.
        book::compiled(form.clone())?;
        let path = repository.join(file);
        let text = wire::book_file_text(&form);
        let held = read(&path).unwrap_or_default();
        if held == text {
            print(&format!("{file}: no difference"))?;
            continue;
        }
        print(&format!("{file}:"))?;
        let different = match BookForm::parse(&held) {
            Ok(held) => diff::show(&held, &form)?,
            Err(_) => true,
        };
        if !different {
            print("the same rates, written differently")?;
        }
        if write {
            write_file(&path, &text)?;
        } else {
            stale = true;
        }
    }
    if stale {
        print("write the books with `--write`")?;
        return Err(Failure::Refused);
    }
    Ok(())
}

/// A catalogue as a book, and what its report says of single models.
struct Catalogue {
    book: Book,
    cached_as_input: BTreeSet<(String, String)>,
}

impl Catalogue {
    fn read(from: From, file: &Path) -> Result<Self, Failure> {
        let imported = catalogue(from, file)?;
        let notes = imported.report.notes.into_iter().filter(|note| note.reason == NoteReason::CachedAsInput);
        let cached_as_input = notes.map(|note| (note.provider, note.model)).collect();
        Ok(Self { book: book::compiled(imported.book)?, cached_as_input })
    }

    /// The card of a name.
    fn card(&self, provider: &str, name: &str) -> Option<&CardForm> {
        let found = self.book.lookup(Some(provider), name)?;
        self.book.form.cards.get(found.index.index() as usize)
    }

    fn has_cached_price(&self, provider: &str, card: &CardForm) -> bool {
        !self.cached_as_input.contains(&(provider.to_owned(), card.model.clone()))
    }
}

struct Builder<'a> {
    overrides: &'a OverridesForm,
    first: &'a Catalogue,
    second: &'a Catalogue,
}

impl Builder<'_> {
    fn build(&self, disputes: &mut Vec<Dispute>) -> (BookForm, BookForm) {
        let own = self.overrides.providers.first().cloned();
        let book = |name: &str, cards: Vec<CardForm>| BookForm {
            schema_version: Int::clamped(1),
            name: name.to_owned(),
            provider: own.clone(),
            code_execution: Some(self.overrides.code_execution.clone()),
            cards,
        };
        let mut embedded = Vec::new();
        let mut providers: Vec<CardForm> = Vec::new();
        for provider in &self.overrides.providers {
            let is_own = own.as_ref() == Some(provider);
            let mut taken: Vec<&str> = Vec::new();
            if is_own {
                for wanted in &self.overrides.embedded {
                    let name = wanted.card.as_ref().unwrap_or(&wanted.model);
                    let Some(found) = self.first.card(provider, name).or_else(|| self.second.card(provider, name))
                    else {
                        continue;
                    };
                    taken.push(found.model.as_str());
                    let mut card = self.merged(found, provider, disputes);
                    let names = (std::mem::take(&mut card.aliases), std::mem::take(&mut card.patterns));
                    self.embed(&mut card, wanted);
                    embedded.push(card.clone());
                    let known = |alias: &String| *alias == card.model || card.aliases.contains(alias);
                    let aliases: Vec<String> = names.0.into_iter().filter(|alias| !known(alias)).collect();
                    card.aliases.extend(aliases);
                    let patterns = names.1.into_iter().filter(|pattern| !card.patterns.contains(pattern));
                    card.patterns = patterns.chain(card.patterns.clone()).collect();
                    providers.push(card);
                }
            }
            let sold = |card: &&CardForm| card.provider.as_ref() == Some(provider);
            for found in self.first.book.form.cards.iter().filter(sold) {
                if !taken.contains(&found.model.as_str()) {
                    let mut card = self.merged(found, provider, disputes);
                    finish(&mut card, is_own);
                    providers.push(card);
                }
            }
            for found in self.second.book.form.cards.iter().filter(sold) {
                let known = self.first.book.lookup(Some(provider), &found.model).is_some()
                    || taken.contains(&found.model.as_str());
                if !known {
                    let mut card = found.clone();
                    finish(&mut card, is_own);
                    providers.push(card);
                }
            }
        }
        (book("claude", embedded), book("providers", providers))
    }

    /// A card of the first catalogue with what the second one adds.
    fn merged(&self, found: &CardForm, provider: &str, disputes: &mut Vec<Dispute>) -> CardForm {
        let mut card = found.clone();
        if let Some(other) = self.second.card(provider, &found.model).filter(|other| *other != found) {
            let in_second_only =
                !self.first.has_cached_price(provider, found) && self.second.has_cached_price(provider, other);
            let model = format!("{provider}/{}", found.model);
            merge::add(&mut card, other, CachedAsInput(in_second_only), &model, disputes);
        }
        card
    }

    fn embed(&self, card: &mut CardForm, wanted: &EmbeddedForm) {
        card.model.clone_from(&wanted.model);
        card.aliases.clone_from(&wanted.aliases);
        card.patterns = overrides::dated(&wanted.model).into_iter().collect();
        card.context_window_tokens = Some(wanted.context_window_tokens);
        card.max_output_tokens = Some(wanted.max_output_tokens);
        card.tool_tokens = wanted.tool_tokens;
        card.image_tokens = wanted.image_tokens;
        card.modal_as_text = false;
        overrides::apply(&self.overrides.changes, card);
        finish(card, true);
    }
}

fn finish(card: &mut CardForm, is_own: bool) {
    if is_own {
        card.provider = None;
    }
    card.versions.iter_mut().for_each(multiplier::compress);
}
