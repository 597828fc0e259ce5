//! The example company, on this machine.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{npm, package};

/// The directories whose npm packages the demo needs besides the package's own.
const NPM_DIRECTORIES: &[&str] = &["examples/demo", "examples/worker"];

/// Sets up, builds, and becomes the demo: its signals and its exit code are ours.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        return help(workspace);
    }
    package::build(workspace)?;
    for directory in NPM_DIRECTORIES {
        npm::ensure_packages(workspace, directory)?;
    }
    npm::node().arg(workspace.path("examples/demo/main.mjs")).args(arguments).hand_over()
}

/// The demo's own help, without all that the demo itself needs.
fn help(workspace: &Workspace) -> Result<()> {
    npm::ensure_node()?;
    let print = "const { HELP } = await import(process.argv[1]); process.stdout.write(HELP);";
    let options = workspace.path("examples/demo/options.mjs");
    npm::node().args(["--input-type=module", "--eval", print]).arg(options).hand_over()
}
