//! The npm package: put together in `pkg/dist`, packed, and installed as a user would.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::Tool;
use crate::stamp::Stamp;
use crate::step::Step;
use crate::wasm::{self, Built, Size};
use crate::workspace::Workspace;
use crate::{npm, step};

/// What npm takes up besides `pkg/dist`; the licences come from the root when the package is built.
const BESIDE_DIST: &[&str] = &["package.json", "README.md", "books", "schema"];
const LICENCES: &[&str] = &["LICENSE-MIT", "LICENSE-APACHE"];

/// Builds the package into `pkg/dist`; only what changed is done again.
pub(crate) fn build(workspace: &Workspace) -> Result<Vec<Size>> {
    let modules = wasm::build(workspace)?;
    let package = workspace.path("pkg");
    let dist = package.join("dist");
    let mut stamp = Stamp::new(workspace, "package");
    for module in &modules {
        stamp = stamp.input(&module.directory)?;
    }
    let stamp = stamp
        .input(&package.join("src"))?
        .input(&package.join("tsconfig.json"))?
        .input(&package.join("package.json"))?
        .input(&package.join("package-lock.json"))?;
    if !stamp.is_fresh(&dist.join("entry/node.js")) {
        step::run("compile the TypeScript sources", |step| renew(workspace, &modules, &dist, step))?;
        stamp.write()?;
    }
    for licence in LICENCES {
        fs::copy(workspace.path(licence), package.join(licence))
            .with_context(|| format!("cannot copy `{licence}` into `pkg`"))?;
    }
    Ok(modules.into_iter().map(|module| module.size).collect())
}

/// Packs the built package and installs the tarball into `tests`, for suites that use it as a user would.
pub(crate) fn install_for_tests(workspace: &Workspace) -> Result<()> {
    build(workspace)?;
    npm::ensure_packages(workspace, "tests")?;
    let package = workspace.path("pkg");
    let tests = workspace.path("tests");
    let mut stamp = Stamp::new(workspace, "installed").input(&package.join("dist"))?;
    for part in BESIDE_DIST {
        stamp = stamp.input(&package.join(part))?;
    }
    if stamp.is_fresh(&tests.join("node_modules/tollgate/dist/core.wasm")) {
        return Ok(());
    }
    let tarball = npm::pack(&package, &workspace.cache("packed"))?;
    step::run("install the packed package in tests", |step| {
        let install = npm::npm(&tests).args(["install", "--no-save", "--ignore-scripts"]);
        install.args(["--prefer-offline", "--no-audit", "--no-fund"]).arg(&tarball).succeed(step)
    })?;
    stamp.write()
}

/// The package's own TypeScript compiler, on the package.
fn compiler(workspace: &Workspace) -> Tool {
    let tsc = workspace.path("pkg/node_modules/typescript/bin/tsc");
    npm::node().arg(tsc).arg("--project").arg(workspace.path("pkg/tsconfig.json"))
}

/// Makes `dist` hold the modules' files and what the compiler makes, and nothing else.
///
/// Files are replaced one by one and what is left over goes last, so that a program that
/// was started from `dist` keeps finding what it loads later.
fn renew(workspace: &Workspace, modules: &[Built], dist: &Path, step: &mut Step) -> Result<()> {
    fs::create_dir_all(dist)?;
    let mut made = BTreeSet::new();
    for module in modules {
        for entry in fs::read_dir(&module.directory)? {
            let from = entry?.path();
            if from.extension().is_none_or(|extension| extension != "json") {
                let to = dist.join(from.file_name().unwrap_or_default());
                fs::copy(&from, &to)?;
                made.insert(to);
            }
        }
    }
    let emitted = compiler(workspace).args(["--noEmitOnError", "--listEmittedFiles"]).succeed(step)?;
    made.extend(
        emitted.lines().filter_map(|line| line.strip_prefix("TSFILE: ")).map(|file| PathBuf::from(file.trim())),
    );
    remove_all_but(dist, &made).context("cannot tidy `pkg/dist`")
}

fn remove_all_but(directory: &Path, kept: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_all_but(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
