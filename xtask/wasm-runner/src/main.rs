//! Runs one WebAssembly test binary, as cargo's runner for wasm32.
//!
//! In Node, or with `WASM_BINDGEN_USE_BROWSER` set in a headless browser that
//! `CHROMEDRIVER` starts. Built from source with the rest of the workspace, so
//! that its version always is the one of the `wasm-bindgen` it must match.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
