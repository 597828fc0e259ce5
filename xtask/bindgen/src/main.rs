//! Makes the JavaScript glue of a WebAssembly module: `tollgate-bindgen <module.wasm> <out dir> <name> [--names]`.
//!
//! With `--names` the functions keep their names, as Rust mangles them.
//!
//! One `web` build serves every runtime: the glue never looks for the module
//! by itself (no default path), the entry files of the package hand it in.

use std::path::PathBuf;

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some([module, out, name]), options) = (arguments.first_chunk(), arguments.get(3..).unwrap_or_default()) else {
        bail!("expected three arguments: the module to read, the directory to write, and what its files are called");
    };
    let (module, out) = (PathBuf::from(module), PathBuf::from(out));

    Bindgen::new()
        .input_path(&module)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(true)
        .reset_state_function(true)
        .out_name(name)
        .demangle(false)
        .remove_name_section(options != ["--names"])
        .remove_producers_section(true)
        .generate(&out)
        .with_context(|| format!("cannot make the glue of `{}`", module.display()))
}
