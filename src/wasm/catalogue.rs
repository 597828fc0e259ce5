//! The door to the importers of catalogues: text in, text out.

use wasm_bindgen::prelude::*;

use crate::wire::{PriceImport, error_text};

/// Imports the text of a catalogue: the file of its book, then the report. An error is thrown as its text.
#[wasm_bindgen(js_name = importCatalogue)]
pub fn import_catalogue(catalogue: &str, text: &str) -> Result<Vec<String>, String> {
    match PriceImport::of(catalogue, text) {
        Ok(PriceImport { book, report }) => Ok(vec![book, report]),
        Err(error) => Err(error_text(&error)),
    }
}
