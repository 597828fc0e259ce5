//! The native command line, `tollgate`.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::Tool;
use crate::step;
use crate::workspace::Workspace;

/// Builds it without optimizations, as tests want it; answers with the program.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    step::run("compile the command line", |step| {
        let build = Tool::cargo().in_directory(workspace.root()).args(["build", "--package", "tollgate"]);
        build.args(["--features", "cli", "--bin", "tollgate"]).succeed(step)
    })?;
    Ok(workspace.program("debug/tollgate"))
}
