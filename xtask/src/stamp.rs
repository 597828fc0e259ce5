//! Remembers what was already done, by the content of what it was done from.
//!
//! A stamp is a small file that holds the digest of its inputs. As long as the
//! inputs digest to the same value, and what was made is still there, the work
//! is not done again. Times of files are not looked at: a fresh clone, a
//! switched branch and a touched file all behave.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// The digest of a piece of work's inputs, and the file that remembers it.
pub(crate) struct Stamp {
    file: PathBuf,
    hasher: DefaultHasher,
}

impl Stamp {
    pub(crate) fn new(workspace: &Workspace, name: &str) -> Self {
        Self { file: workspace.cache("stamps").join(name), hasher: DefaultHasher::new() }
    }

    /// Adds a file, or a directory with all below it. What is absent counts as absent.
    pub(crate) fn input(mut self, path: &Path) -> Result<Self> {
        self.digest(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(self)
    }

    fn digest(&mut self, path: &Path) -> io::Result<()> {
        let Ok(metadata) = fs::metadata(path) else {
            "absent".hash(&mut self.hasher);
            return Ok(());
        };
        path.file_name().hash(&mut self.hasher);
        if !metadata.is_dir() {
            fs::read(path)?.hash(&mut self.hasher);
            return Ok(());
        }
        let mut children: Vec<PathBuf> =
            fs::read_dir(path)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
        children.sort();
        children.len().hash(&mut self.hasher);
        children.iter().try_for_each(|child| self.digest(child))
    }

    /// Whether the work was done from these very inputs, and its product is still there.
    pub(crate) fn is_fresh(&self, product: &Path) -> bool {
        product.exists() && fs::read_to_string(&self.file).is_ok_and(|seen| seen == self.value())
    }

    /// Remembers that the work is done. Called after it succeeded, never before.
    pub(crate) fn write(&self) -> Result<()> {
        let write = || {
            self.file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&self.file, self.value())
        };
        write().with_context(|| format!("cannot write `{}`", self.file.display()))
    }

    fn value(&self) -> String {
        format!("{:016x}", self.hasher.finish())
    }
}
