//! A JSON value as it was written: field order is kept, and a duplicate field is refused.

use super::{
    Form, Writer,
    text::{Text, Token},
};
use crate::{error::Error, index::Names};

/// A JSON value. Numbers are whole, or kept as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// Nothing: no text gives it. A reader makes any value of it, and reports no problem.
    Blank,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number written without point or exponent.
    Integer(i128),
    /// Any other number, by its digits. Only importers of catalogues accept one: money is a string, and counts are whole.
    Fraction(Box<str>),
    /// A string.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// An object in its written order, without duplicates.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text.
    ///
    /// # Errors
    /// When it is not JSON, nests deeper than 128 levels, or names a field twice.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut text = Text::new(text);
        let value = read(&mut text)?;
        text.end()?;
        Ok(value)
    }

    /// Reads the value at a reader's place.
    ///
    /// # Errors
    /// As [`Json::parse`].
    pub fn next(text: &mut Text<'_>) -> Result<Self, Error> {
        read(text)
    }

    /// The value as compact JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = Writer::default();
        self.write(&mut out);
        out.into_text()
    }

    /// The value of a field of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Blank | Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "a whole number",
            Self::Fraction(_) => "a fraction",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

fn read(text: &mut Text<'_>) -> Result<Json, Error> {
    Ok(match text.token()? {
        Token::Null => Json::Null,
        Token::Bool(value) => Json::Bool(value),
        Token::Number(digits) => digits.parse().map_or_else(|_| Json::Fraction(digits.into()), Json::Integer),
        Token::String(value) => Json::String(value.into_owned()),
        Token::List => {
            let mut items = Vec::new();
            while text.next_item()? {
                items.push(read(text)?);
            }
            Json::Array(items)
        }
        Token::Object => {
            let mut fields: Vec<(String, Json)> = Vec::new();
            let mut names = Names::default();
            while let Some(name) = text.next_field()? {
                // Most objects are small, and are looked through; the names of a large one are remembered.
                let twice = if fields.len() < SMALL {
                    fields.iter().any(|(known, _)| *known == *name)
                } else {
                    if names.is_empty() {
                        fields.iter().for_each(|(known, _)| {
                            names.insert(known, 0);
                        });
                    }
                    names.insert(&name, 0).is_some()
                };
                if twice {
                    return Err(stands_twice(&name));
                }
                fields.push((name.into_owned(), read(text)?));
            }
            Json::Object(fields)
        }
    })
}

#[inline]
pub(crate) fn stands_twice(name: &str) -> Error {
    let shown = crate::error::shown(name);
    Error::invalid(format!("field `{shown}` stands twice in one object: keep one"))
}

/// Objects with fewer fields are looked through.
const SMALL: usize = 16;
