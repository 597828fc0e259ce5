//! The rules of the sources that no compiler knows.
//!
//! They keep the core pure (no clock, no randomness, no IO, no floats, no
//! JavaScript), the repository free of what belongs to one machine, and the
//! tests honest. Every finding names the file and line, the rule, and what to
//! do instead.

mod core;
mod language;
mod rust_code;
mod text;

use std::fmt;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::repository;
use crate::workspace::Workspace;

/// A file longer than this is probably two nouns.
const LONG_FILE_LINES: usize = 500;

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    file: String,
    line: usize,
    rule: &'static str,
    advice: String,
}

/// What is wrong, and what is merely worth a look.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) broken: Vec<Finding>,
    pub(crate) long_files: Vec<(String, usize)>,
}

/// Checks every file that is, or would be, committed.
pub(crate) fn check(workspace: &Workspace) -> Result<Report> {
    let mut report = Report::default();
    for file in repository::files(workspace)? {
        let Ok(content) = String::from_utf8(fs::read(workspace.path(&file))?) else {
            continue;
        };
        report.broken.extend(text::check(&file, &content));
        report.broken.extend(language::check(&file, &content));
        report.broken.extend(core::check(&file, &content));
        let lines = content.lines().count();
        if language::is_written_by_hand(&file, &content) && lines > LONG_FILE_LINES {
            report.long_files.push((file, lines));
        }
    }
    report.broken.extend(one_version(workspace)?);
    Ok(report)
}

/// The crate and the npm package are released together.
fn one_version(workspace: &Workspace) -> Result<Option<Finding>> {
    let manifest = fs::read_to_string(workspace.path("Cargo.toml"))?;
    let crate_version = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    let crate_version = crate_version.context("`Cargo.toml` has no version")?.trim().trim_matches('"');
    let package: Value = serde_json::from_str(&fs::read_to_string(workspace.path("pkg/package.json"))?)?;
    if package["version"] == crate_version {
        return Ok(None);
    }
    let advice = format!("set it to {crate_version}, the version in `Cargo.toml`");
    Ok(Some(Finding::new("pkg/package.json", 1, "one version", advice)))
}

impl Finding {
    fn new(file: &str, line: usize, rule: &'static str, advice: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, rule, advice: advice.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.advice)
    }
}
