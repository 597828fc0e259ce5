//! The native command line, `tollgate`.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use crate::process::Tool;
use crate::step;
use crate::workspace::Workspace;

/// Builds it as a user wants it, and becomes it: where it runs, its inputs and outputs and its exit code are ours.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    step::run("compile the command line, optimized", |step| {
        let build = Tool::cargo().in_directory(workspace.root()).args(["build", "--release", "--package", "tollgate"]);
        build.args(["--features", "cli", "--bin", "tollgate"]).succeed(step)
    })?;
    Tool::new(workspace.program("release/tollgate")).args(arguments).hand_over()
}

/// Builds it without optimizations, as tests want it; answers with the program.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    step::run("compile the command line", |step| {
        let build = Tool::cargo().in_directory(workspace.root()).args(["build", "--package", "tollgate"]);
        build.args(["--features", "cli", "--bin", "tollgate"]).succeed(step)
    })?;
    Ok(workspace.program("debug/tollgate"))
}
