//! The WebAssembly doors: thin skins over the text door.
//!
//! Two modules are built of them. The feature `wasm` gives the engine and the price book, which every host loads;
//! `wasm-import` gives the importers of catalogues, which nobody needs at every request.

#[cfg(feature = "wasm")]
mod book;
#[cfg(feature = "wasm-import")]
mod catalogue;
#[cfg(feature = "wasm")]
mod engine;

#[cfg(feature = "wasm")]
use serde::Serialize;
#[cfg(feature = "wasm")]
use wasm_bindgen::JsValue;

#[cfg(feature = "wasm")]
use crate::wire::{Error, Problem};

/// An error as the JavaScript side receives it: `{code, message, path, problems}`.
#[cfg(feature = "wasm")]
fn thrown(error: &Error) -> JsValue {
    #[derive(Serialize)]
    struct Thrown<'a> {
        code: &'a str,
        message: &'a str,
        path: &'a str,
        problems: &'a [Problem],
    }
    let thrown =
        Thrown { code: error.code(), message: error.message(), path: error.path(), problems: error.problems() };
    serde_wasm_bindgen::to_value(&thrown).unwrap_or_else(|_| JsValue::from_str(error.code()))
}

/// JavaScript counts milliseconds as a double. `engine.ts` gives whole ones only; what is no instant is refused by the door.
#[cfg(feature = "wasm")]
fn millis(now_ms: f64) -> i64 {
    now_ms as i64
}
