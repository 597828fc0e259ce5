//! System packages: installed where xtask may do so, else named for the user to install.

use std::fs;

use anyhow::{Result, bail};

use crate::process::Tool;
use crate::step;

/// Installs Debian packages if this is Debian (or made from it) and we are root.
///
/// Everywhere else it fails and tells exactly what to do instead: `elsewhere`
/// is the advice for systems that have no `apt-get`.
pub(crate) fn install(packages: &[&str], what_for: &str, elsewhere: &str) -> Result<()> {
    let names = packages.join(" ");
    if Tool::new("apt-get").arg("--version").output_text().is_none() {
        bail!("{what_for} is missing: {elsewhere}, then run this again");
    }
    if !is_root() {
        bail!("{what_for} is missing: run `sudo apt-get install -y {names}`, then run this again");
    }
    step::run(&format!("install {names}"), |step| {
        let apt = || Tool::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
        apt().arg("update").succeed(step)?;
        apt().args(["install", "-y", "--no-install-recommends"]).args(packages).succeed(step)
    })?;
    Ok(())
}

/// Whether this process has the rights of the superuser.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.and_then(|ids| ids.split_whitespace().nth(1)).is_some_and(|effective| effective == "0")
}
