//! The measurements: native first, then the same work in Node.

use anyhow::Result;

use crate::process::Tool;
use crate::workspace::Workspace;
use crate::{npm, package};

/// The native benchmarks.
pub(crate) const PACKAGE: &str = "tollgate-benches";
/// The same in Node, with its peers' packages in `benches/package.json`.
const NODE_BENCH: &str = "benches/node.mjs";

/// Runs the native benchmarks, with the terminal theirs, then those in Node.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    package::build(workspace)?;
    let native = Tool::cargo().in_directory(workspace.root());
    native.args(["run", "--release", "--package", PACKAGE, "--"]).args(arguments).attach()?;

    let script = workspace.path(NODE_BENCH);
    if script.exists() {
        npm::ensure_packages(workspace, "benches")?;
        npm::node().arg(script).args(arguments).attach()?;
    }
    Ok(())
}
