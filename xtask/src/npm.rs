//! Node, npm, and the packages that a directory's lock file names.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::Tool;
use crate::stamp::Stamp;
use crate::step;
use crate::workspace::Workspace;

const INSTALL_NODE: &str = "install Node 20.19 or newer from https://nodejs.org, then run this again";
const OLDEST_NODE: (u32, u32) = (20, 19);
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Runs a script in Node.
pub(crate) fn node() -> Tool {
    Tool::new("node")
}

/// Runs npm in a directory, saying only what matters.
pub(crate) fn npm(directory: &Path) -> Tool {
    Tool::new(NPM).in_directory(directory).env("npm_config_loglevel", "error")
}

/// Fails, and says what to install, unless a Node that is new enough is there.
pub(crate) fn ensure_node() -> Result<()> {
    let Some(version) = node().arg("--version").output_text() else {
        bail!("`node` does not run: {INSTALL_NODE}");
    };
    if parse_version(&version).is_none_or(|found| found < OLDEST_NODE) {
        bail!("`node` is {version}, which is too old: {INSTALL_NODE}");
    }
    if Tool::new(NPM).arg("--version").output_text().is_none() {
        bail!("`npm` does not run, though `node` does: {INSTALL_NODE}");
    }
    Ok(())
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Installs exactly what the lock file of `directory` names, unless that is what is there.
///
/// Install scripts do not run: nothing here needs one.
pub(crate) fn ensure_packages(workspace: &Workspace, directory: &str) -> Result<()> {
    let path = workspace.path(directory);
    let lock = path.join("package-lock.json");
    if !lock.exists() {
        bail!("`{directory}/package-lock.json` is missing: run `npm install` in `{directory}` and commit it");
    }
    let stamp = Stamp::new(workspace, &format!("npm-{}", directory.replace('/', "-")))
        .input(&lock)?
        .input(&path.join("package.json"))?;
    if stamp.is_fresh(&path.join("node_modules/.package-lock.json")) {
        return Ok(());
    }
    ensure_node()?;
    step::run(&format!("install npm packages in {directory}"), |step| {
        let ended = npm(&path).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).run(step)?;
        if !ended.success {
            let why = without_manual(&ended.text);
            bail!(
                "{why}\n`npm ci` in `{directory}` {}: if its lock is out of date, run `npm install` there",
                ended.how()
            );
        }
        Ok(())
    })?;
    stamp.write()
}

/// What went wrong, without the whole manual of `npm ci` that npm prints after it.
fn without_manual(printed: &str) -> &str {
    printed.split("npm error Clean install a project").next().unwrap_or(printed).trim_end()
}

/// Packs the package in `directory` into `destination` and answers with the tarball's path.
pub(crate) fn pack(directory: &Path, destination: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(destination)?;
    let printed = step::run("pack the npm package", |step| {
        npm(directory).args(["pack", "--silent", "--pack-destination"]).arg(destination).succeed(step)
    })?;
    let name = printed.lines().last().context("`npm pack` did not say what it packed")?;
    Ok(destination.join(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_node_versions_by_number() {
        assert_eq!(parse_version("v20.20.2"), Some((20, 20)));
        assert!(parse_version("v20.9.0") < Some(OLDEST_NODE));
        assert!(parse_version("v24.1.0") > Some(OLDEST_NODE));
        assert_eq!(parse_version("nonsense"), None);
    }
}
