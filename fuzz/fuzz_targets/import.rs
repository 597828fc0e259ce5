//! The importers of both catalogues: whatever the catalogue, nothing panics, the same book comes out each time, and it
//! compiles.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tollgate::price::{
    Book,
    import::{Catalogue, import},
};

const WORDS: &[&str] = include!("../words.in");

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    tollgate_fuzz::mutate(data, size, max_size, seed, WORDS)
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let catalogue = if choice & 1 == 0 { Catalogue::GenaiPrices } else { Catalogue::LiteLlm };
    let Ok(imported) = import(catalogue, text) else { return };
    assert_eq!(import(catalogue, text).as_ref(), Ok(&imported), "an import is the same each time");
    let book = Book::of_form(imported.book.clone()).unwrap_or_else(|error| panic!("{:?}", error.problems()));
    // The book as it is written is the same book.
    let written = tollgate::wire::to_text(&imported.book);
    assert_eq!(Book::parse(&written).expect("a book that is written is read").hash, book.hash);
});
