//! The Python environment that holds the official SDK as a real client.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::debian;
use crate::process::Tool;
use crate::stamp::Stamp;
use crate::step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = "tests/clients/requirements.txt";
const ELSEWHERE: &str = "install Python 3.11 or newer with its `venv` module";

/// Makes the environment if it is missing or out of date; answers with its interpreter.
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let home = workspace.cache("venv");
    let interpreter = home.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = workspace.path(REQUIREMENTS);
    let stamp = Stamp::new(workspace, "python").input(&requirements)?;
    if stamp.is_fresh(&interpreter) {
        return Ok(interpreter);
    }
    let python = ensure_interpreter()?;
    step::run("make the Python environment", |step| {
        Tool::new(python).args(["-m", "venv", "--clear"]).arg(&home).succeed(step)?;
        let pip = Tool::new(&interpreter).args(["-m", "pip", "install", "--quiet", "--no-input"]);
        pip.args(["--disable-pip-version-check", "--requirement"]).arg(&requirements).succeed(step)
    })
    .with_context(|| format!("cannot install what `{REQUIREMENTS}` names"))?;
    stamp.write()?;
    Ok(interpreter)
}

/// A Python that can make environments, installed where that is possible.
fn ensure_interpreter() -> Result<&'static str> {
    if let Some(found) = interpreter() {
        return Ok(found);
    }
    debian::install(&["python3", "python3-venv"], "Python with its `venv` module", ELSEWHERE)?;
    interpreter().context("Python was installed but `python3 -m venv` does not run")
}

fn interpreter() -> Option<&'static str> {
    ["python3", "python"].into_iter().find(|python| {
        // `ensurepip` is the part of `venv` that Debian ships apart.
        Tool::new(python).args(["-c", "import venv, ensurepip"]).output_text().is_some()
    })
}
