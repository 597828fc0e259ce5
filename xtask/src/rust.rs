//! The Rust toolchain's parts that are not there from the start.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process::Tool;
use crate::step;

/// The target that the engine's WebAssembly module is built for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

const INSTALL_RUSTUP: &str = "install rustup from https://rustup.rs, then run this again";

/// Adds the WebAssembly target to the toolchain in use, if it is missing.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    let library = Tool::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]).output_text();
    if library.is_some_and(|path| Path::new(&path).is_dir()) {
        return Ok(());
    }
    add(&["target", "add", WASM_TARGET], "Rust's WebAssembly target")
}

/// Adds the source of the standard library to the toolchain in use, if it is missing.
pub(crate) fn ensure_library_source() -> Result<()> {
    let root = Tool::new("rustc").args(["--print", "sysroot"]).output_text();
    let locked = |root: String| Path::new(root.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").is_file();
    if root.is_some_and(locked) {
        return Ok(());
    }
    add(&["component", "add", "rust-src"], "the source of Rust's standard library")
}

/// Adds rustfmt and clippy to the toolchain in use, if they are missing.
pub(crate) fn ensure_lints() -> Result<()> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if Tool::cargo().args([command, "--version"]).output_text().is_none() {
            add(&["component", "add", component], component)?;
        }
    }
    Ok(())
}

fn add(arguments: &[&str], what: &str) -> Result<()> {
    step::run(&format!("add {what}"), |step| Tool::new("rustup").args(arguments).succeed(step))
        .with_context(|| format!("{what} is missing and could not be added: {INSTALL_RUSTUP}"))?;
    Ok(())
}
