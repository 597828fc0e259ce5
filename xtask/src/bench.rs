//! The measurements: native first, then the same work in Node.

use anyhow::Result;

use crate::process::Tool;
use crate::workspace::Workspace;
use crate::{npm, package};

/// The native benchmarks.
pub(crate) const PACKAGE: &str = "tollgate-benches";
/// The same in Node: a project with its peer's package.
const NODE_PROJECT: &str = "benches/node";
/// The deployed worker, whose management is measured under load.
const WORKER_PROJECT: &str = "examples/worker";

/// Runs the native benchmarks, with the terminal theirs, then those in Node.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    package::build(workspace)?;
    let native = Tool::cargo().in_directory(workspace.root());
    native.args(["run", "--release", "--package", PACKAGE, "--"]).args(arguments).attach()?;

    npm::ensure_packages(workspace, NODE_PROJECT)?;
    npm::ensure_packages(workspace, WORKER_PROJECT)?;
    npm::node().arg(workspace.path(NODE_PROJECT).join("main.mjs")).attach()?;
    Ok(())
}
