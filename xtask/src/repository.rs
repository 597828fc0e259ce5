//! What git knows of this clone: the files that are, or would be, committed.

use anyhow::{Result, bail};

use crate::process::Tool;
use crate::workspace::Workspace;

/// Every tracked file, and every new one that is not ignored, relative to the root.
pub(crate) fn files(workspace: &Workspace) -> Result<Vec<String>> {
    let git = Tool::new("git").in_directory(workspace.root());
    let listed = git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).output_text();
    let Some(listed) = listed else {
        bail!("`git ls-files` does not run here: install git, and run this in a clone of the repository");
    };
    let mut files: Vec<String> = listed.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect();
    // A file that was just deleted or renamed is still listed.
    files.retain(|file| workspace.path(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// The directories that hold a file called `name`.
pub(crate) fn directories_with(workspace: &Workspace, name: &str) -> Result<Vec<String>> {
    let holds = |file: &String| file.strip_suffix(name)?.strip_suffix('/').map(str::to_owned);
    Ok(files(workspace)?.iter().filter_map(holds).collect())
}
