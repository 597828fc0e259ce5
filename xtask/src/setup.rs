//! Everything a fresh machine lacks, in one go.

use anyhow::Result;

use crate::browser::Browser;
use crate::workspace::Workspace;
use crate::{npm, python, repository, rust};

/// Installs all that any command will need.
pub(crate) fn everything(workspace: &Workspace) -> Result<()> {
    rust::ensure_wasm_target()?;
    rust::ensure_library_source()?;
    rust::ensure_lints()?;
    npm::ensure_node()?;
    for directory in repository::directories_with(workspace, "package-lock.json")? {
        npm::ensure_packages(workspace, &directory)?;
    }
    Browser::ensure()?;
    python::ensure(workspace)?;
    Ok(())
}
