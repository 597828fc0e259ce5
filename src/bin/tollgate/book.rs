//! Where a price book comes from: the one that ships, a file, or a catalogue that is imported.

use std::path::Path;

use clap::ValueEnum;
use tollgate::{
    error::Error,
    price::{
        Book, BookForm,
        import::{Catalogue, import},
    },
};

use crate::{Failure, read};

/// The book of Anthropic, OpenAI and Google that ships.
pub(crate) const PROVIDERS: &str = include_str!("../../../pkg/books/providers.json");

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    /// A price book of Tollgate.
    #[default]
    Tollgate,
    /// The catalogue of pydantic/genai-prices.
    GenaiPrices,
    /// LiteLLM's price map.
    #[value(name = "litellm")]
    LiteLlm,
}

/// The book in a file, or the one that ships.
pub(crate) fn form(path: Option<&Path>, source: Source) -> Result<BookForm, Failure> {
    let text = match path {
        Some(path) => read(path)?,
        None => PROVIDERS.to_owned(),
    };
    let catalogue = match source {
        Source::Tollgate => return BookForm::parse(&text).map_err(|error| refused(&error)),
        Source::GenaiPrices => Catalogue::GenaiPrices,
        Source::LiteLlm => Catalogue::LiteLlm,
    };
    import(catalogue, &text).map(|imported| imported.book).map_err(|error| refused(&error))
}

/// A book, ready to price.
pub(crate) fn compiled(form: BookForm) -> Result<Book, Failure> {
    Book::of_form(form).map_err(|error| refused(&error))
}

pub(crate) fn refused(error: &Error) -> Failure {
    eprintln!("tollgate: {}", tollgate::wire::error_text(error));
    Failure::Refused
}
