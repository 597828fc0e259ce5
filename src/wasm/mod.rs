//! The WebAssembly doors: thin skins over the text door, each of which becomes a module of its own.
//!
//! The feature `wasm` gives the engine that decides requests, `wasm-management` the engine that is managed too, `wasm-prices`
//! price books, and `wasm-import` the importers of catalogues.

#[cfg(feature = "wasm-prices")]
mod book;
#[cfg(feature = "wasm-import")]
mod catalogue;
#[cfg(feature = "wasm")]
mod engine;

/// JavaScript counts milliseconds as a double. The TypeScript gives whole ones only; what is no instant is refused by the door.
#[cfg(any(feature = "wasm", feature = "wasm-prices"))]
fn millis(now_ms: f64) -> i64 {
    now_ms as i64
}
