//! Where things are: every path that a command reads or writes, by name.

use std::path::{Path, PathBuf};

/// The checked-out repository, and the places under it that xtask owns.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the workspace that this xtask was compiled in.
    pub(crate) fn here() -> Self {
        let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest_dir.parent().unwrap_or(manifest_dir);
        Self { root: root.to_path_buf() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path given relative to the root, with `/` between its parts.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where cargo builds: `CARGO_TARGET_DIR` if set, else `target`.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => self.root.join(dir),
            None => self.path("target"),
        }
    }

    /// What xtask keeps between runs: stamps, logs, the Python environment.
    pub(crate) fn cache(&self, relative: &str) -> PathBuf {
        self.target().join("xtask").join(relative)
    }

    /// A program that cargo built, such as `debug/tollgate`.
    pub(crate) fn program(&self, relative: &str) -> PathBuf {
        self.target().join(format!("{relative}{}", std::env::consts::EXE_SUFFIX))
    }
}
