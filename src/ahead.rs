//! Asking for memory before it is needed, so that what lies far apart is fetched at once and not one after the other.
//!
//! A key, the levels of its limits and its balance lie in different places of a large state. Each is read here as soon as
//! it is known where it lies; the work between goes on meanwhile.

/// Reads a value now that is needed later.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn read<T: Copy>(value: Option<T>) {
    core::hint::black_box(value);
}

/// In WebAssembly the crossing into the module takes longer than this saves, and every byte is sent.
#[cfg(target_arch = "wasm32")]
pub(crate) fn read<T: Copy>(_: Option<T>) {}
