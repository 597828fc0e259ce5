//! The native command line, `tollgate`.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use crate::process::Tool;
use crate::step;
use crate::workspace::Workspace;

/// Builds it as a user wants it, and becomes it: where it runs, its inputs and outputs and its exit code are ours.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    step::run_unless_done(
        "compile the command line, optimized",
        |said: &String| is_fresh(said),
        |step| {
            let build =
                Tool::cargo().in_directory(workspace.root()).args(["build", "--release", "--package", "tollgate"]);
            build.args(["--features", "cli", "--bin", "tollgate"]).succeed(step)
        },
    )?;
    Tool::new(workspace.program("release/tollgate")).args(arguments).hand_over()
}

/// Whether cargo said that it compiled nothing.
fn is_fresh(said: &str) -> bool {
    !said.contains("Compiling ")
}

/// Builds it without optimizations, as tests want it; answers with the program.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    step::run("compile the command line", |step| {
        let build = Tool::cargo().in_directory(workspace.root()).args(["build", "--package", "tollgate"]);
        build.args(["--features", "cli", "--bin", "tollgate"]).succeed(step)
    })?;
    Ok(workspace.program("debug/tollgate"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_fresh_where_cargo_only_says_that_it_finished() {
        assert!(is_fresh("    Finished `release` profile [optimized] target(s) in 2.10s\n"));
        assert!(is_fresh("    Blocking waiting for file lock on build directory\n    Finished `release` profile\n"));
        assert!(!is_fresh(
            "   Compiling tollgate v0.1.0\n    Finished `release` profile [optimized] target(s) in 90s\n"
        ));
    }
}
