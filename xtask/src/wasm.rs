//! The engine as WebAssembly: compiled, given its glue, made small.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::Tool;
use crate::rust::{self, WASM_TARGET};
use crate::stamp::Stamp;
use crate::workspace::Workspace;
use crate::{npm, step};

/// How big the module is: as it is, and as a server would send it.
pub(crate) struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// The module and its glue, ready to be put into the package.
pub(crate) struct Core {
    pub(crate) directory: PathBuf,
    pub(crate) size: Size,
}

/// Builds the module and its glue; only what changed is done again.
pub(crate) fn build(workspace: &Workspace) -> Result<Core> {
    rust::ensure_wasm_target()?;
    npm::ensure_packages(workspace, "pkg")?;
    let module = compile(workspace)?;

    let directory = workspace.cache("core");
    let size_file = directory.join("size.json");
    let scripts = workspace.path("pkg/build");
    let stamp = Stamp::new(workspace, "core")
        .input(&module)?
        .input(&scripts)?
        .input(&workspace.path("pkg/package-lock.json"))?
        .input(&workspace.path("xtask/bindgen"))?;
    if !stamp.is_fresh(&size_file) {
        let glue = make_glue(workspace, &module)?;
        let printed = step::run("make the WebAssembly module small", |step| {
            npm::node().arg(scripts.join("core.mjs")).arg(&glue).arg(&directory).succeed(step)
        })?;
        fs::write(&size_file, printed.lines().last().unwrap_or_default())?;
        stamp.write()?;
    }
    let size = Size::read(&fs::read_to_string(&size_file)?)
        .with_context(|| format!("`{}` holds no sizes: delete it and build again", size_file.display()))?;
    Ok(Core { directory, size })
}

/// Compiles the module together with the standard library, which is thereby made for size as the module is, and without
/// the texts of panics: a panic is a trap, after which no instance answers.
fn compile(workspace: &Workspace) -> Result<PathBuf> {
    rust::ensure_library_source()?;
    // Cargo takes these options only where it is told that they may change with the toolchain. That would have host tools
    // compiled anew each time, had it not a directory of its own.
    let target = workspace.target().join("small");
    step::run("compile the engine to WebAssembly", |step| {
        let build = Tool::cargo().in_directory(workspace.root()).args(["build", "--package", "tollgate", "--lib"]);
        let build = build.args(["--features", "wasm", "--profile", "wasm", "--target", WASM_TARGET]);
        let build = build.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
        let flags = r#"--cfg sha2_backend_soft="compact" -Zunstable-options -Cpanic=immediate-abort"#;
        let build = build.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
        build.arg("--target-dir").arg(&target).succeed(step)
    })?;
    Ok(target.join(WASM_TARGET).join("wasm").join("tollgate.wasm"))
}

fn make_glue(workspace: &Workspace, module: &PathBuf) -> Result<PathBuf> {
    step::run("compile wasm-bindgen", |step| {
        let build = Tool::cargo().in_directory(workspace.root());
        build.args(["build", "--package", "tollgate-bindgen"]).succeed(step)
    })?;
    let out = workspace.cache("glue");
    step::run("make the JavaScript glue", |step| {
        Tool::new(workspace.program("debug/tollgate-bindgen")).arg(module).arg(&out).succeed(step)
    })?;
    Ok(out)
}

impl Size {
    fn read(json: &str) -> Option<Self> {
        let sizes: Value = serde_json::from_str(json).ok()?;
        Some(Self { raw: sizes["raw"].as_u64()?, gzip: sizes["gzip"].as_u64()?, brotli: sizes["brotli"].as_u64()? })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kilobytes = |bytes: u64| format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100);
        write!(f, "core.wasm {}, gzip {}, brotli {}", kilobytes(self.raw), kilobytes(self.gzip), kilobytes(self.brotli))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_sizes_in_kilobytes() {
        let size = Size::read(r#"{"raw":165432,"gzip":68000,"brotli":999}"#).expect("valid sizes");
        assert_eq!(size.to_string(), "core.wasm 165.4 KB, gzip 68.0 KB, brotli 0.9 KB");
        assert!(Size::read("{}").is_none());
    }
}
