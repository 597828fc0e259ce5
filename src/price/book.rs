//! A price book: the rate cards of many models, known by the hash of its content.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{
    card::Card,
    card_form::CardForm,
    container_time::{CodeExecutionForm, ContainerTime},
    models::{Models, is_model_name},
    priced::Found,
};
use crate::{
    error::Error,
    form::{Int, Json, Path, Problems, try_read},
    id::{CardIx, LONGEST_MODEL, ModelIx, SecretDigest},
    index::Names,
};

/// The price book of Anthropic's models that ships with the engine, as JSON, history included.
pub const CLAUDE: &str = include_str!("claude.json");

crate::object! {
    /// A price book.
    pub struct BookForm {
        /// The version of this form: 1.
        schema_version: Int<1, 1>,
        /// What people call the book.
        name: String,
        /// Who sells the models of cards that do not say. Their names stand alone; those of others follow `provider/`.
        provider: Option<String> = None,
        /// How the time of code execution containers is billed; null: as it was counted.
        code_execution: Option<CodeExecutionForm> = None,
        /// One card for each model.
        cards: Vec<CardForm>,
    }
}

impl BookForm {
    /// Reads a book.
    ///
    /// # Errors
    /// [`invalid_policy`](crate::error::ErrorKind::InvalidPolicy) with every problem.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let json = Json::parse(text)?;
        try_read(&json, &Path::Root("price_book")).map_err(|problems| Error::policy(problems.into_list()))
    }

    /// The SHA-256 of the book's canonical JSON: its identity in the log.
    #[must_use]
    pub fn hash(&self) -> SecretDigest {
        SecretDigest(Sha256::digest(crate::wire::to_text(self)).into())
    }

    /// Who sells a card's model; empty where neither the card nor the book says.
    #[must_use]
    pub fn provider_of<'a>(&'a self, card: &'a CardForm) -> &'a str {
        card.provider.as_deref().or(self.provider.as_deref()).unwrap_or_default()
    }

    /// How the time of containers is billed that run for a card's model.
    fn container_time(&self, card: &CardForm) -> ContainerTime {
        let own = self.provider.as_deref().unwrap_or_default();
        let billed = self.code_execution.as_ref();
        let billed = billed.filter(|time| time.provider.as_deref().unwrap_or(own) == self.provider_of(card));
        billed.map(ContainerTime::from).unwrap_or_default()
    }

    /// What the engine calls a card's model: its name, behind `provider/` where that is not the book's own.
    #[must_use]
    pub fn full_name(&self, card: &CardForm) -> String {
        match &card.provider {
            Some(provider) if self.provider.as_ref() != Some(provider) => format!("{provider}/{}", card.model),
            _ => card.model.clone(),
        }
    }
}

/// How a name led to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched<'a> {
    /// It is the model's own.
    Name,
    /// It is an alias.
    Alias,
    /// A pattern fits it.
    Pattern(&'a str),
    /// It led nowhere, and the policy's fallback stands in.
    Fallback,
}

/// One provider's names.
#[derive(Clone, Debug, Default)]
struct Provider {
    name: Box<str>,
    // Names and aliases.
    names: Names,
    // Cards with patterns, in the book's order.
    patterned: Vec<u32>,
}

/// A compiled price book.
#[derive(Clone, Debug)]
pub struct Book {
    /// The book as it was loaded.
    pub form: Arc<BookForm>,
    /// Its content hash.
    pub hash: SecretDigest,
    cards: Vec<Card>,
    // What the engine calls each card's model.
    names: Vec<Box<str>>,
    // The book's own provider first, then the others in the order of their first card.
    providers: Vec<Provider>,
    by_model: Vec<Option<CardIx>>,
}

impl Book {
    /// Reads and compiles a book by itself, for quoting without an engine.
    ///
    /// # Errors
    /// [`invalid_policy`](crate::error::ErrorKind::InvalidPolicy) with every problem.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::of_form(BookForm::parse(text)?)
    }

    /// Compiles a book by itself.
    ///
    /// # Errors
    /// As [`Book::parse`].
    pub fn of_form(form: BookForm) -> Result<Self, Error> {
        let mut problems = Problems::default();
        let book = Self::compile(Arc::new(form), &mut Models::default(), &Path::Root("price_book"), &mut problems);
        book.ok_or_else(|| Error::policy(problems.into_list()))
    }

    /// Compiles a book and reports everything that is wrong with it.
    pub(crate) fn compile(
        form: Arc<BookForm>,
        models: &mut Models,
        path: &Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let hash = form.hash();
        let own = Provider { name: form.provider.as_deref().unwrap_or_default().into(), ..Provider::default() };
        let mut book = Self {
            hash,
            cards: Vec::new(),
            names: Vec::new(),
            providers: vec![own],
            by_model: Vec::new(),
            form: Arc::clone(&form),
        };
        let cards_path = path.field("cards");
        let mut clean = true;
        for (index, card) in form.cards.iter().enumerate() {
            let path = cards_path.item(index);
            let handle = CardIx(u32::try_from(index).unwrap_or(u32::MAX));
            clean &= book.enter(form.provider_of(card), card, handle, &path, problems);
            let name = form.full_name(card);
            let model = models.intern(&name);
            if book.by_model(model).is_some() {
                // `provider/model` and a model of the book's own provider that is called so.
                clean = false;
                let shown = Json::String(name.clone());
                problems.report(&path.field("model"), &shown, "two cards carry this name", "keep one");
            }
            book.names.push(name.into());
            match Card::compile(card, model, form.container_time(card), &path, problems) {
                Some(card) => book.cards.push(card),
                None => clean = false,
            }
            if book.by_model.len() <= model.at() {
                book.by_model.resize(model.at().saturating_add(1), None);
            }
            if let Some(slot) = book.by_model.get_mut(model.at()) {
                *slot = Some(handle);
            }
        }
        if let Some(provider) = form.code_execution.as_ref().and_then(|time| time.provider.as_deref())
            && !book.providers.iter().any(|known| *known.name == *provider)
        {
            clean = false;
            let found = Json::String(provider.to_owned());
            let path = path.field("code_execution");
            problems.report(
                &path.field("provider"),
                &found,
                "no card is this provider's",
                "name one that sells a card",
            );
        }
        clean.then_some(book)
    }

    /// Enters a card's names.
    fn enter(
        &mut self,
        provider: &str,
        card: &CardForm,
        handle: CardIx,
        path: &Path<'_>,
        problems: &mut Problems,
    ) -> bool {
        let mut clean = true;
        let position = self.providers.iter().position(|known| *known.name == *provider).unwrap_or_else(|| {
            self.providers.push(Provider { name: provider.into(), ..Provider::default() });
            self.providers.len().saturating_sub(1)
        });
        let Some(names) = self.providers.get_mut(position) else { return false };
        if !provider.is_empty() && (!is_model_name(provider) || provider.contains('/')) {
            clean = false;
            let found = Json::String(provider.to_owned());
            problems.report(
                &path.field("provider"),
                &found,
                "not a provider's name",
                "use visible ASCII characters without quotes, spaces, `/`, `*` or `#`",
            );
        }
        for name in core::iter::once(&card.model).chain(&card.aliases) {
            let shown = Json::String(name.clone());
            if !is_model_name(name) {
                clean = false;
                problems.report(
                    &path.field("model"),
                    &shown,
                    "not a model name",
                    format!("use 1 to {LONGEST_MODEL} visible ASCII characters without quotes, spaces, `*` or `#`"),
                );
            } else if names.names.insert(name.as_str(), handle.0).is_some() {
                clean = false;
                problems.report(&path.field("model"), &shown, "two cards carry this name", "keep one");
            }
        }
        if !card.patterns.is_empty() {
            names.patterned.push(handle.0);
        }
        clean
    }

    fn find(&self, provider: &Provider, name: &str) -> Option<(CardIx, Matched<'_>)> {
        if let Some(index) = provider.names.get(name) {
            let own = self.form.cards.get(index as usize)?.model == name;
            return Some((CardIx(index), if own { Matched::Name } else { Matched::Alias }));
        }
        provider.patterned.iter().find_map(|index| {
            let card = self.form.cards.get(*index as usize)?;
            let pattern = card.patterns.iter().find(|pattern| pattern.matches(name))?;
            let fits = !card.except.iter().any(|except| except.matches(name));
            fits.then(|| (CardIx(*index), Matched::Pattern(pattern.as_str())))
        })
    }

    fn position(&self, name: &str) -> Option<(CardIx, Matched<'_>)> {
        let (own, others) = self.providers.split_first()?;
        if let Some(found) = self.find(own, name) {
            return Some(found);
        }
        if let Some((provider, name)) = name.split_once('/')
            && let Some(found) = self.position_of(provider, name)
        {
            return Some(found);
        }
        // A name that several others sell is not a name until the provider is said.
        let mut found = others.iter().filter_map(|provider| self.find(provider, name));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn position_of(&self, provider: &str, name: &str) -> Option<(CardIx, Matched<'_>)> {
        self.providers.iter().find(|known| *known.name == *provider).and_then(|provider| self.find(provider, name))
    }

    /// The card of a model's name: the name itself, an alias, or one that a pattern fits, of the book's own provider,
    /// of the provider that stands before a `/`, or of the only other provider that has it.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Card> {
        self.position(name).and_then(|(card, _)| self.cards.get(card.at()))
    }

    /// The card of a provider's model, and how the name led to it.
    #[must_use]
    pub fn lookup(&self, provider: Option<&str>, name: &str) -> Option<Found<'_>> {
        let (card, matched) = match provider {
            Some(provider) => self.position_of(provider, name),
            None => self.position(name),
        }?;
        self.found(card, matched)
    }

    /// The card of a handle, and how it was come by.
    #[must_use]
    pub fn found<'a>(&'a self, card: CardIx, matched: Matched<'a>) -> Option<Found<'a>> {
        Some(Found { index: card, model: self.names.get(card.at())?, card: self.cards.get(card.at())?, matched })
    }

    /// The card of a model.
    #[must_use]
    pub fn by_model(&self, model: ModelIx) -> Option<&Card> {
        let card = (*self.by_model.get(model.at())?)?;
        self.cards.get(card.at())
    }

    /// The cards, in the book's order.
    #[must_use]
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// Every name of a model: what the engine calls it, its own, and its aliases.
    pub fn names_of(&self, model: ModelIx) -> impl Iterator<Item = &str> {
        let card = self.by_model.get(model.at()).copied().flatten();
        let form = card.and_then(|card| self.form.cards.get(card.at()));
        let full_name = card.and_then(|card| self.names.get(card.at())).map(|name| &**name);
        let own = form.into_iter().flat_map(|form| core::iter::once(&form.model).chain(&form.aliases));
        full_name.into_iter().chain(own.map(String::as_str).filter(move |name| Some(*name) != full_name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(cards: &str) -> Result<Book, Error> {
        Book::parse(&format!(r#"{{"schema_version":1,"name":"b","provider":"own","cards":[{cards}]}}"#))
    }

    fn card(provider: &str, model: &str) -> String {
        format!(r#"{{{provider}"model":"{model}","versions":[{{"rates_per_mtok":{{"input":"1","output":"1"}}}}]}}"#)
    }

    #[test]
    fn two_cards_that_the_engine_would_call_the_same_are_refused() {
        let other = card(r#""provider":"other","#, "m");
        assert!(book(&format!("{},{other}", card("", "other/x"))).is_ok());
        let error = book(&format!("{},{other}", card("", "other/m"))).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(
            (problem.path.as_str(), problem.message.as_str()),
            ("price_book.cards[1].model", "two cards carry this name")
        );
    }

    #[test]
    fn the_names_of_another_providers_model_begin_with_the_one_that_the_engine_gives_it() {
        let book = book(&card(r#""provider":"other","aliases":["n"],"#, "m")).unwrap();
        let model = book.by_name("other/n").unwrap().model;
        assert_eq!(book.names_of(model).collect::<Vec<_>>(), ["other/m", "m", "n"]);
    }
}
