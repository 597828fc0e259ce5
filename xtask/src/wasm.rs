//! The engine and the importers as WebAssembly: compiled, given their glue, made small.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::Tool;
use crate::rust::{self, WASM_TARGET};
use crate::stamp::Stamp;
use crate::workspace::Workspace;
use crate::{npm, step};

/// A module of the package.
struct Module {
    /// What its files are called.
    name: &'static str,
    /// What it holds, for those who watch.
    about: &'static str,
    /// The feature of the crate that it is, and the profile that it is compiled in: two features in one
    /// profile would overwrite each other's file.
    feature: &'static str,
}

const MODULES: &[Module] = &[
    Module { name: "core", about: "the engine", feature: "wasm" },
    Module { name: "management", about: "the engine with its management", feature: "wasm-management" },
    Module { name: "books", about: "the price books", feature: "wasm-prices" },
    Module { name: "import", about: "the importers of catalogues", feature: "wasm-import" },
];

/// How big a module is: as it is, and as a server would send it.
pub(crate) struct Size {
    name: &'static str,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// A module and its glue, ready to be put into the package.
pub(crate) struct Built {
    pub(crate) directory: PathBuf,
    pub(crate) size: Size,
}

/// Builds the modules and their glue; only what changed is done again.
pub(crate) fn build(workspace: &Workspace) -> Result<Vec<Built>> {
    rust::ensure_wasm_target()?;
    npm::ensure_packages(workspace, "pkg")?;
    MODULES.iter().map(|module| build_module(workspace, module)).collect()
}

fn build_module(workspace: &Workspace, module: &Module) -> Result<Built> {
    let compiled = compile(workspace, module, Names::Stripped)?;
    let directory = workspace.cache(module.name);
    let size_file = directory.join("size.json");
    let scripts = workspace.path("pkg/build");
    let stamp = Stamp::new(workspace, module.name)
        .input(&compiled)?
        .input(&scripts)?
        .input(&workspace.path("pkg/package-lock.json"))?
        .input(&workspace.path("xtask/bindgen"))?;
    if !stamp.is_fresh(&size_file) {
        let glue = make_glue(workspace, module, &compiled, Names::Stripped)?;
        let printed = step::run(&format!("make the module of {} small", module.about), |step| {
            let script = npm::node().arg(scripts.join("module.mjs"));
            script.arg(&glue).arg(&directory).arg(module.name).succeed(step)
        })?;
        fs::write(&size_file, printed.lines().last().unwrap_or_default())?;
        stamp.write()?;
    }
    let size = Size::read(module.name, &fs::read_to_string(&size_file)?)
        .with_context(|| format!("`{}` holds no sizes: delete it and build again", size_file.display()))?;
    Ok(Built { directory, size })
}

/// The compiler whose options these are; they may change with another.
const TESTED: &str = "1.95";

/// Whether functions keep their names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Kept,
    Stripped,
}

/// Tells whose the bytes of each module are, in Markdown.
pub(crate) fn bytes(workspace: &Workspace) -> Result<String> {
    rust::ensure_wasm_target()?;
    npm::ensure_packages(workspace, "pkg")?;
    let mut tables = String::new();
    for module in MODULES {
        let compiled = compile(workspace, module, Names::Kept)?;
        let glue = make_glue(workspace, module, &compiled, Names::Kept)?;
        let named = glue.join(format!("{}_bg.wasm", module.name));
        let table = step::run(&format!("count the bytes of {}", module.about), |step| {
            let script = npm::node().arg(workspace.path("pkg/build/bytes.mjs"));
            script.arg(&named).arg(workspace.cache("named").join(module.name)).succeed(step)
        })?;
        tables.push_str(&format!("{}.wasm\n\n{}\n\n", module.name, table.trim_end()));
    }
    Ok(tables)
}

/// Compiles a module together with the standard library, which is thereby made for size as the module is, and without
/// the texts of panics: a panic is a trap, after which no instance answers.
fn compile(workspace: &Workspace, module: &Module, names: Names) -> Result<PathBuf> {
    rust::ensure_library_source()?;
    // Cargo takes these options only where it is told that they may change with the toolchain. That would have host tools
    // compiled anew each time, had it not a directory of its own.
    let target = workspace.target().join(if names == Names::Kept { "named" } else { "small" });
    step::run(&format!("compile {} to WebAssembly", module.about), |step| {
        let build = Tool::cargo().in_directory(workspace.root()).args(["build", "--package", "tollgate", "--lib"]);
        let build = build.args(["--features", module.feature, "--profile", module.feature, "--target", WASM_TARGET]);
        let build = build.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
        // These come before flags from anywhere else, which would replace them.
        let flags = [
            "--cfg",
            r#"sha2_backend_soft="compact""#,
            "-Zunstable-options",
            "-Cpanic=immediate-abort",
            "-Zlocation-detail=none",
        ];
        let build = build.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        let build = match names {
            Names::Kept => build
                .env(format!("CARGO_PROFILE_{}_STRIP", module.feature.to_uppercase().replace('-', "_")), "debuginfo"),
            Names::Stripped => build,
        };
        build.arg("--target-dir").arg(&target).succeed(step)
    })
    .with_context(|| {
        format!("the options that make the module small are those of rustc {TESTED}: use that toolchain")
    })?;
    Ok(target.join(WASM_TARGET).join(module.feature).join("tollgate.wasm"))
}

fn make_glue(workspace: &Workspace, module: &Module, compiled: &Path, names: Names) -> Result<PathBuf> {
    step::run("compile wasm-bindgen", |step| {
        let build = Tool::cargo().in_directory(workspace.root());
        build.args(["build", "--package", "tollgate-bindgen"]).succeed(step)
    })?;
    let out = workspace.cache(if names == Names::Kept { "named-glue" } else { "glue" }).join(module.name);
    step::run(&format!("make the JavaScript glue of {}", module.about), |step| {
        let bindgen = Tool::new(workspace.program("debug/tollgate-bindgen"));
        let bindgen = bindgen.arg(compiled).arg(&out).arg(module.name);
        bindgen.args(if names == Names::Kept { &["--names"][..] } else { &[] }).succeed(step)
    })?;
    Ok(out)
}

impl Size {
    fn read(name: &'static str, json: &str) -> Option<Self> {
        let sizes: Value = serde_json::from_str(json).ok()?;
        let bytes = |of: &str| sizes[of].as_u64();
        Some(Self { name, raw: bytes("raw")?, gzip: bytes("gzip")?, brotli: bytes("brotli")? })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kilobytes = |bytes: u64| format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100);
        let [raw, gzip, brotli] = [self.raw, self.gzip, self.brotli].map(kilobytes);
        write!(f, "{}.wasm {raw}, gzip {gzip}, brotli {brotli}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_sizes_in_kilobytes() {
        let size = Size::read("core", r#"{"raw":165432,"gzip":68000,"brotli":999}"#).expect("valid sizes");
        assert_eq!(size.to_string(), "core.wasm 165.4 KB, gzip 68.0 KB, brotli 0.9 KB");
        assert!(Size::read("core", "{}").is_none());
    }
}
