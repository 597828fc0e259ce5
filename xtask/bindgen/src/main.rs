//! Makes the JavaScript glue of a WebAssembly module: `tollgate-bindgen <module.wasm> <out dir>`.
//!
//! One `web` build serves every runtime: the glue never looks for the module
//! by itself (no default path), the entry files of the package hand it in.

use std::path::PathBuf;

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "expected two arguments: the module to read and the directory to write";
    let module = arguments.next().context(usage)?;
    let out = arguments.next().context(usage)?;

    Bindgen::new()
        .input_path(&module)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(true)
        .reset_state_function(true)
        .out_name("core")
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out)
        .with_context(|| format!("cannot make the glue of `{}`", module.display()))
}
