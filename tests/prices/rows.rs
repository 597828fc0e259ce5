//! Rows of usages, and what a book answers to them.

use std::fs;

use serde_json::Value;
use tollgate::{
    price::{
        Book,
        import::{Catalogue, Imported, import},
    },
    wire::quote_row,
};

pub fn read(file: &str) -> String {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A row, and what is expected of it.
pub struct Row {
    text: String,
    value: Value,
}

impl Row {
    pub fn of(file: &str) -> Vec<Self> {
        let text = read(&format!("tests/prices/{file}.jsonl"));
        text.lines().map(|line| Self { text: line.to_owned(), value: serde_json::from_str(line).unwrap() }).collect()
    }

    pub fn is(&self, tag: &str) -> bool {
        self.value["tags"].as_array().unwrap().iter().any(|known| known == tag)
    }

    pub fn model(&self) -> &str {
        self.value["model"].as_str().unwrap()
    }

    /// What it costs; `None` where it must be refused, for want of a price for its context.
    pub fn expected(&self) -> Result<&str, &'static str> {
        match self.value["expected_usd"].as_str() {
            _ if self.is("context_not_priced") => Err("unpriced_context"),
            Some(usd) => Ok(usd),
            None => panic!("nothing is expected of {}", self.text),
        }
    }

    /// What a book answers: the cost, or the code of the error.
    pub fn answer(&self, book: &Book) -> Result<String, String> {
        let answer: Value = serde_json::from_str(&quote_row(book, &self.text)).unwrap();
        match answer["usd"].as_str() {
            Some(usd) => Ok(usd.to_owned()),
            None => Err(answer["error"]["code"].as_str().unwrap().to_owned()),
        }
    }

    /// Whether a book answers what is expected.
    pub fn holds(&self, book: &Book) -> bool {
        match (self.answer(book), self.expected()) {
            (Ok(found), Ok(expected)) => found == expected,
            (Err(found), Err(expected)) => found == expected,
            _ => false,
        }
    }

    pub fn told(&self, book: &Book) -> String {
        format!("{:?} instead of {:?}: {}", self.answer(book), self.expected(), self.text)
    }
}

pub fn catalogue(catalogue: Catalogue) -> Imported {
    import(catalogue, &read(&format!("tests/catalogues/{}.json", catalogue.as_str()))).unwrap()
}

pub fn book(of: Catalogue) -> Book {
    Book::of_form(catalogue(of).book).unwrap()
}

/// The book of three providers that ships.
pub fn shipped() -> Book {
    Book::parse(&read("pkg/books/providers.json")).unwrap()
}
