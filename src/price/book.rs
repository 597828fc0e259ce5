//! A price book: the rate cards of many models, known by the hash of its content.

use sha2::{Digest, Sha256};

use super::card::{Card, CardForm};
use crate::{
    error::Error,
    form::{Form, Int, Json, Path, Problems},
    id::{CardIx, LONGEST_MODEL, ModelIx, SecretDigest},
    state::Names,
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
        let mut problems = Problems::default();
        let read = Self::read(&json, &Path::Root("price_book"), &mut problems);
        read.filter(|_| problems.is_empty()).ok_or_else(|| Error::policy(problems.into_list()))
    }

    /// The SHA-256 of the book's canonical JSON: its identity in the log.
    #[must_use]
    pub fn hash(&self) -> SecretDigest {
        SecretDigest(Sha256::digest(crate::wire::to_text(self)).into())
    }
}

/// Models by name, stable over every book of an organization.
#[derive(Clone, Debug, Default)]
pub struct Models {
    names: Vec<Box<str>>,
    by_name: Names,
}

impl Models {
    /// The model's handle, made on its first use.
    pub fn intern(&mut self, name: &str) -> ModelIx {
        if let Some(found) = self.by_name.get(name) {
            return ModelIx(*found);
        }
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.into());
        self.by_name.insert(name.into(), index);
        ModelIx(index)
    }

    /// The handle of a model that is known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<ModelIx> {
        self.by_name.get(name).copied().map(ModelIx)
    }

    /// The model's name.
    #[must_use]
    pub fn name(&self, model: ModelIx) -> &str {
        self.names.get(model.at()).map_or("", |name| name)
    }

    /// How many models are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether no model is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Every model with its name, in the order of handles.
    pub fn iter(&self) -> impl Iterator<Item = (ModelIx, &str)> {
        (0..).map(ModelIx).zip(self.names.iter().map(|name| &**name))
    }
}

/// A compiled price book.
#[derive(Clone, Debug)]
pub struct Book {
    /// The book as it was loaded.
    pub form: BookForm,
    /// Its content hash.
    pub hash: SecretDigest,
    cards: Vec<Card>,
    // Names and aliases of every card.
    by_name: Names,
    by_model: Vec<Option<CardIx>>,
}

impl Book {
    /// Compiles a book and reports everything that is wrong with it.
    pub(crate) fn compile(
        form: BookForm,
        models: &mut Models,
        path: &Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let mut book =
            Self { hash: form.hash(), cards: Vec::new(), by_name: Names::default(), by_model: Vec::new(), form };
        let cards_path = path.field("cards");
        let mut clean = true;
        for (index, card) in book.form.cards.iter().enumerate() {
            let path = cards_path.item(index);
            let handle = CardIx(u32::try_from(index).unwrap_or(u32::MAX));
            for name in core::iter::once(&card.model).chain(&card.aliases) {
                let shown = Json::String(name.clone());
                if !is_model_name(name) {
                    clean = false;
                    problems.report(
                        &path.field("model"),
                        &shown,
                        "not a model name",
                        format!("use 1 to {LONGEST_MODEL} visible ASCII characters without quotes, spaces or `*`"),
                    );
                } else if book.by_name.insert(name.as_str().into(), handle.0).is_some() {
                    clean = false;
                    problems.report(&path.field("model"), &shown, "two cards carry this name", "keep one");
                }
            }
            let model = models.intern(&card.model);
            match Card::compile(card, model, &path, problems) {
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
        clean.then_some(book)
    }

    /// The card of a model's name: the name itself, an alias, or a dated form of a card that permits them.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Card> {
        self.position(name).and_then(|index| self.cards.get(index))
    }

    fn position(&self, name: &str) -> Option<usize> {
        if let Some(index) = self.by_name.get(name) {
            return Some(*index as usize);
        }
        let (stem, date) = name.rsplit_once('-')?;
        if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let index = *self.by_name.get(stem)? as usize;
        self.form.cards.get(index).filter(|card| card.dated_aliases && card.model == stem).map(|_| index)
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

    /// Every name of a model: its own and its aliases.
    pub fn names_of(&self, model: ModelIx) -> impl Iterator<Item = &str> {
        let card = self.by_model.get(model.at()).copied().flatten().and_then(|card| self.form.cards.get(card.at()));
        card.into_iter()
            .flat_map(|card| core::iter::once(card.model.as_str()).chain(card.aliases.iter().map(String::as_str)))
    }
}

/// Whether a text can name a model.
#[must_use]
pub fn is_model_name(text: &str) -> bool {
    (1..=LONGEST_MODEL).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'*'))
}
