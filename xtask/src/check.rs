//! What can be known without running the product: format, lints, types, rules.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::bench::PACKAGE as BENCHES;
use crate::process::Tool;
use crate::rust::{self, WASM_TARGET};
use crate::workspace::Workspace;
use crate::{command_line, npm, package, repository, rules, step};

/// One thing that is checked; all of them run, however many fail.
struct Check {
    name: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

const CHECKS: &[Check] = &[
    Check { name: "rules", run: source_rules },
    Check { name: "format", run: format },
    Check { name: "lints", run: native_lints },
    Check { name: "lints of the benchmarks", run: bench_lints },
    Check { name: "lints for WebAssembly", run: wasm_lints },
    Check { name: "generated files", run: generated_files },
    Check { name: "types", run: types },
];

/// What `cargo tollgate schema <name>` makes, and the file that must hold it.
const GENERATED: &[(&str, &str)] = &[
    ("policy", "pkg/schema/policy.json"),
    ("wire", "pkg/schema/wire.json"),
    ("typescript", "pkg/src/types.ts"),
    ("usage-reader", "pkg/src/usage_reader.ts"),
    ("built-in-roles", "pkg/src/built_in_roles.ts"),
    ("permissions", "docs/permissions.md"),
];

/// Runs every check; fails with all that is wrong.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    rust::ensure_lints()?;
    let mut failed = Vec::new();
    for check in CHECKS {
        if let Err(error) = (check.run)(workspace) {
            eprintln!("{error:#}\n");
            failed.push(check.name);
        }
    }
    if !failed.is_empty() {
        bail!("{} of {} checks failed: {}", failed.len(), CHECKS.len(), failed.join(", "));
    }
    Ok(())
}

fn source_rules(workspace: &Workspace) -> Result<()> {
    let report = step::run("check the source rules", |_| rules::check(workspace))?;
    for (file, lines) in &report.long_files {
        eprintln!("warning: {file} has {lines} lines: perhaps it holds two nouns");
    }
    if !report.broken.is_empty() {
        let lines: Vec<String> = report.broken.iter().map(ToString::to_string).collect();
        bail!("{}\n{} places break a source rule", lines.join("\n"), lines.len());
    }
    Ok(())
}

fn format(workspace: &Workspace) -> Result<()> {
    step::run("check the format", |step| {
        let format = Tool::cargo().in_directory(workspace.root()).args(["fmt", "--all", "--", "--check", "-l"]);
        format.succeed(step).context("these files are not formatted: run `cargo fmt --all`")
    })?;
    Ok(())
}

fn native_lints(workspace: &Workspace) -> Result<()> {
    let arguments = ["--workspace", "--exclude", BENCHES, "--all-targets", "--features", "tollgate/cli"];
    lint(workspace, "lint the Rust sources", &arguments)
}

/// Apart from the rest, because the peers that are measured turn on features of dependencies that we share.
fn bench_lints(workspace: &Workspace) -> Result<()> {
    lint(workspace, "lint the benchmarks", &["--package", BENCHES, "--all-targets"])
}

fn wasm_lints(workspace: &Workspace) -> Result<()> {
    rust::ensure_wasm_target()?;
    let mut arguments = vec![
        "--package",
        "tollgate",
        "--lib",
        "--features",
        "wasm-management,wasm-prices,wasm-import",
        "--target",
        WASM_TARGET,
    ];
    if workspace.path("tests/wasm.rs").exists() {
        arguments.extend(["--test", "wasm"]);
    }
    lint(workspace, "lint the WebAssembly door", &arguments)
}

fn lint(workspace: &Workspace, title: &str, arguments: &[&str]) -> Result<()> {
    step::run(title, |step| {
        let clippy = Tool::cargo().in_directory(workspace.root()).args(["clippy", "--quiet"]);
        clippy.args(arguments).args(["--", "--deny", "warnings"]).succeed(step)
    })?;
    Ok(())
}

fn generated_files(workspace: &Workspace) -> Result<()> {
    let program = command_line::build(workspace)?;
    let mut stale = Vec::new();
    for (what, file) in GENERATED {
        let made =
            step::run(&format!("generate {file}"), |step| Tool::new(&program).args(["schema", what]).succeed(step))?;
        let held = fs::read_to_string(workspace.path(file)).unwrap_or_default();
        if made.trim_end() != held.trim_end() {
            stale.push(format!("`{file}` is out of date: run `cargo tollgate schema {what} > {file}`"));
        }
    }
    if !stale.is_empty() {
        bail!("{}", stale.join("\n"));
    }
    Ok(())
}

/// The package's own types are checked by its build; all other TypeScript projects may use the package.
fn types(workspace: &Workspace) -> Result<()> {
    package::install_for_tests(workspace)?;
    let mut projects = repository::directories_with(workspace, "tsconfig.json")?;
    projects.retain(|project| project != "pkg" && workspace.path(project).join("package-lock.json").is_file());
    // Before the first check: a project's sources may import another's, with what that one has installed.
    for project in &projects {
        npm::ensure_packages(workspace, project)?;
    }
    for project in projects {
        let directory = workspace.path(&project);
        step::run(&format!("check the types of {project}"), |step| {
            let compiler = directory.join("node_modules/typescript/bin/tsc");
            npm::node().arg(compiler).arg("--noEmit").arg("--project").arg(&directory).succeed(step)
        })?;
    }
    Ok(())
}
